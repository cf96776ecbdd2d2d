"""Why a card paid nothing, as far as its owner can do something about it."""

from __future__ import annotations

from enum import StrEnum


class CardTrouble(StrEnum):
    """What a bank keeps to itself (too little on the account, a card that was stolen) is not among it."""

    WRONG_PIN = "wrong_pin"
    EXPIRED = "expired"
    NOT_TAKEN = "not_taken"
    """The terminal takes no cards of this kind."""
    UNREADABLE = "unreadable"
    TERMINAL_BUSY = "terminal_busy"
    BANK_SILENT = "bank_silent"
