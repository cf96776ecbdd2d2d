"""What the simulated card terminal shows to the guest, in the languages it speaks."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType
from typing import Final


class Language(IntEnum):
    """By their numbers on the wire."""

    DE = 0x00
    EN = 0x01
    FR = 0x02
    IT = 0x03
    ES = 0x06
    NL = 0x09


_WORDS: Final[Mapping[int, Mapping[Language, str]]] = MappingProxyType(
    {
        0x04: {
            Language.DE: "Verbindung zur Bank",
            Language.EN: "Asking the bank",
            Language.FR: "Appel de la banque",
            Language.IT: "Contatto banca",
            Language.ES: "Consultando banco",
            Language.NL: "Contact met bank",
        },
        0x05: {
            Language.DE: "Storno läuft",
            Language.EN: "Reversing",
            Language.FR: "Annulation en cours",
            Language.IT: "Storno in corso",
            Language.ES: "Anulando",
            Language.NL: "Wordt teruggeboekt",
        },
        0x0A: {
            Language.DE: "Karte vorhalten",
            Language.EN: "Tap or insert card",
            Language.FR: "Présentez la carte",
            Language.IT: "Avvicinare carta",
            Language.ES: "Acerque la tarjeta",
            Language.NL: "Houd kaart voor",
        },
        0x0E: {
            Language.DE: "Bitte warten",
            Language.EN: "Please wait",
            Language.FR: "Veuillez patienter",
            Language.IT: "Attendere prego",
            Language.ES: "Espere, por favor",
            Language.NL: "Even geduld",
        },
        0x15: {
            Language.DE: "Falsche PIN",
            Language.EN: "Wrong PIN",
            Language.FR: "Code erroné",
            Language.IT: "PIN errato",
            Language.ES: "PIN incorrecto",
            Language.NL: "Verkeerde pincode",
        },
        0x1C: {
            Language.DE: "Genehmigt",
            Language.EN: "Approved",
            Language.FR: "Accepté",
            Language.IT: "Approvato",
            Language.ES: "Aprobado",
            Language.NL: "Geslaagd",
        },
        0x1D: {
            Language.DE: "Abgelehnt",
            Language.EN: "Declined",
            Language.FR: "Refusé",
            Language.IT: "Rifiutato",
            Language.ES: "Rechazado",
            Language.NL: "Geweigerd",
        },
        0x4E: {
            Language.DE: "Karte entnehmen",
            Language.EN: "Remove your card",
            Language.FR: "Retirez la carte",
            Language.IT: "Estrarre la carta",
            Language.ES: "Retire la tarjeta",
            Language.NL: "Neem kaart uit",
        },
        0xCC: {
            Language.DE: "PIN eingeben",
            Language.EN: "Enter your PIN",
            Language.FR: "Entrez le code",
            Language.IT: "Inserire il PIN",
            Language.ES: "Introduzca el PIN",
            Language.NL: "Toets pincode in",
        },
    }
)


def words(code: int, language: Language) -> str:
    """Of an intermediate state; of one that has none here "please wait"."""
    return _WORDS.get(code, _WORDS[0x0E])[language]
