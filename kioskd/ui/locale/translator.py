"""The screens' sentences in one language. The English sentence is the key, so English needs no catalogue."""

from __future__ import annotations

import gettext
import logging
from datetime import date
from functools import cache
from pathlib import Path

from kioskd.core.catalogue import Words
from kioskd.core.money import Money
from kioskd.ui.locale.formats import FORMATS, format_date, format_money, format_number, format_surcharge
from kioskd.ui.text import clean, embedded

log = logging.getLogger(__name__)

FOLDER = Path(__file__).parent
LANGUAGES = tuple(language for language in FORMATS if language == "en" or (FOLDER / language).is_dir())
"""What the screens can speak: every language with a catalogue beside this file."""

OWN_NAMES = {
    "en": "English",
    "nl": "Nederlands",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
    "it": "Italiano",
    "pt": "Português",
    "pl": "Polski",
    "tr": "Türkçe",
    "uk": "Українська",
    "ar": "العربية",
    "he": "עברית",
}
_RIGHT_TO_LEFT = frozenset({"ar", "he"})


def later(sentence: str) -> str:
    """Marks a sentence that is translated where it is shown, so that the catalogues' test finds it."""
    return sentence


class Translator:
    """Sentences, amounts and dates of one language. Values put into a sentence are cleaned first."""

    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else "en"
        self.rtl = self.language in _RIGHT_TO_LEFT
        self._catalogue: gettext.NullTranslations = gettext.NullTranslations()
        if self.language != "en":
            try:
                self._catalogue = gettext.translation("kioskd", FOLDER, [self.language])
            except OSError:
                log.error("no compiled catalogue for %s: showing English; run ./dev setup", self.language)

    def __call__(self, sentence: str, **values: str | int) -> str:
        return self._filled(self._catalogue.gettext(sentence), values)

    def plural(self, one: str, many: str, n: int, **values: str | int) -> str:
        """The form this language uses for `n`, which is written as `{n}`."""
        return self._filled(self._catalogue.ngettext(one, many, n), {"n": n, **values})

    def _filled(self, sentence: str, values: dict[str, str | int]) -> str:
        if not values:
            return sentence
        shown = {
            name: self.number(value) if isinstance(value, int) else embedded(value, self.rtl)
            for name, value in values.items()
        }
        return sentence.format(**shown)

    def words(self, words: Words) -> str:
        """A text of the merchant's."""
        return clean(words.in_language(self.language))

    def money(self, amount: Money) -> str:
        return format_money(amount, self.language)

    def surcharge(self, amount: Money) -> str:
        """What an option costs on top."""
        return format_surcharge(amount, self.language)

    def number(self, value: int) -> str:
        return format_number(value, self.language)

    def date(self, day: date) -> str:
        return format_date(day, self.language)


@cache
def translator(language: str) -> Translator:
    """One for each language, made when first needed."""
    return Translator(language)
