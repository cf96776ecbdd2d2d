"""Languages nobody speaks, made of the English sentences: what will not fit or mirror shows before it is
translated. `xx-AC` is accented and about 40 % longer; `xx-RTL` runs from right to left."""

from __future__ import annotations

import gettext
import re
from functools import cache
from itertools import accumulate

from kioskd.ui.locale.translator import Translator, translator

ACCENTED, FROM_RIGHT = "xx-AC", "xx-RTL"
PSEUDO = (ACCENTED, FROM_RIGHT)

_FIELD = re.compile(r"(\{\w+\})")
_ACCENTS = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    "ÅƁÇĐÉƑĜĤÎĴĶĻḾÑÖÞǪŔŠŢÛṼŴẊÝŽåƀçđéƒĝĥîĵķļḿñöþǫŕšţûṽŵẋýž",
)
_HEBREW = str.maketrans(
    "abcdefghijklmnopqrstuvwxyz".upper() + "abcdefghijklmnopqrstuvwxyz", 2 * "אבצדעפגהיחקלמנוףךרסתטםשזןכ"
)
_LONGER = 0.4


def _longer(text: str) -> str:
    """Every vowel may come twice, until there are enough letters more: the words get longer, as words do."""
    letters = sum(char.isalpha() for char in text)
    vowels = [char in "aeiouyAEIOUY" for char in text]
    wanted = round(letters * _LONGER)
    return "".join(
        2 * char if vowel and nth <= wanted else char
        for char, vowel, nth in zip(text, vowels, accumulate(vowels), strict=True)
    )


class _Made(gettext.NullTranslations):
    """The catalogue of a language that is made, not written. Places for values stay as they are."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self._language = language

    def gettext(self, message: str) -> str:
        pieces = _FIELD.split(message)
        return "".join(piece if _FIELD.fullmatch(piece) else self._made(piece) for piece in pieces)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)

    def _made(self, text: str) -> str:
        if self._language == FROM_RIGHT:
            return text.translate(_HEBREW)
        return _longer(text).translate(_ACCENTS)


class PseudoTranslator(Translator):
    """Money, numbers and dates as in English, or as in Hebrew where it runs from right to left."""

    def __init__(self, language: str) -> None:
        super().__init__("he" if language == FROM_RIGHT else "en")
        self._catalogue = _Made(language)


@cache
def any_translator(language: str) -> Translator:
    """The translator of a language that is spoken or made."""
    return PseudoTranslator(language) if language in PSEUDO else translator(language)
