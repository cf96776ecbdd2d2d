"""Which font has a letter: the shop's own first, then what the machine has installed for its script.

Looked for by file name in the usual folders, when a letter is in none of the shop's own fonts. Debian
has them as fonts-noto-core (most scripts) and fonts-noto-cjk or the small fonts-droid-fallback (Chinese,
Japanese, Korean).
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))


@dataclass(frozen=True, slots=True)
class Writing:
    """A script: its ISO 15924 tag, and the font files that have it, best first."""

    tag: str
    fonts: tuple[str, ...] = ()
    package: str = "fonts-noto-core"


def _noto(tag: str, name: str) -> Writing:
    return Writing(tag, (f"NotoSans{name}-%s.ttf", f"NotoSans{name}UI-%s.ttf"))


def _east_asian(tag: str) -> Writing:
    fonts = (
        "NotoSansCJK-%s.ttc",
        "NotoSansJP-%s.otf",
        "NotoSansKR-%s.otf",
        "NotoSansSC-%s.otf",
        "DroidSansFallbackFull.ttf",
        "DroidSansFallback.ttf",
        "VL-Gothic-Regular.ttf",
        "ipag.ttf",
    )
    return Writing(tag, fonts, "fonts-noto-cjk or fonts-droid-fallback")


# By the first word of a letter's Unicode name.
_WRITINGS = {
    "ARABIC": _noto("Arab", "Arabic"),
    "ARMENIAN": _noto("Armn", "Armenian"),
    "BENGALI": _noto("Beng", "Bengali"),
    "BOPOMOFO": _east_asian("Bopo"),
    "CJK": _east_asian("Hani"),
    "CYRILLIC": Writing("Cyrl"),
    "DEVANAGARI": _noto("Deva", "Devanagari"),
    "ETHIOPIC": _noto("Ethi", "Ethiopic"),
    "GEORGIAN": _noto("Geor", "Georgian"),
    "GREEK": Writing("Grek"),
    "GUJARATI": _noto("Gujr", "Gujarati"),
    "GURMUKHI": _noto("Guru", "Gurmukhi"),
    "HANGUL": _east_asian("Hang"),
    "HEBREW": _noto("Hebr", "Hebrew"),
    "HIRAGANA": _east_asian("Hira"),
    "KANNADA": _noto("Knda", "Kannada"),
    "KATAKANA": _east_asian("Kana"),
    "KATAKANA-HIRAGANA": _east_asian("Kana"),
    "KHMER": _noto("Khmr", "Khmer"),
    "LAO": _noto("Laoo", "Lao"),
    "LATIN": Writing("Latn"),
    "MALAYALAM": _noto("Mlym", "Malayalam"),
    "MYANMAR": _noto("Mymr", "Myanmar"),
    "SINHALA": _noto("Sinh", "Sinhala"),
    "TAMIL": _noto("Taml", "Tamil"),
    "TELUGU": _noto("Telu", "Telugu"),
    "THAI": _noto("Thai", "Thai"),
}
_COMMON = Writing("Zyyy", _east_asian("").fonts)
_ANYTHING = ("NotoSans-%s.ttf", "NotoSansSymbols-%s.ttf", "NotoSansSymbols2-Regular.ttf", "DejaVuSans.ttf")


@lru_cache(maxsize=2048)
def writing_of(letter: str) -> Writing:
    """The script of one letter; punctuation, digits and signs belong to none."""
    return _WRITINGS.get(unicodedata.name(letter, "").split(" ", 1)[0], _COMMON)


def script_tag(text: str) -> str:
    """Of the first letter that has one. Without it HarfBuzz leaves Arabic letters unjoined."""
    for letter in text:
        if (writing := writing_of(letter)) is not _COMMON:
            return writing.tag
    return _COMMON.tag


@dataclass(slots=True)
class InstalledFonts:
    """The fonts of this machine, listed once, when first asked for."""

    folders: tuple[Path, ...] = FONT_FOLDERS
    _files: dict[str, Path] | None = field(default=None)

    def candidates(self, letter: str, bold: bool) -> Iterator[Path]:
        """Files that may have the letter, best first."""
        for name in (*writing_of(letter).fonts, *_ANYTHING):
            for weight in ("Bold", "Regular") if bold else ("Regular",):
                found = self._listed().get(name.replace("%s", weight))
                if found:
                    yield found
                    break

    def _listed(self) -> dict[str, Path]:
        if self._files is None:
            self._files = {
                name: Path(folder, name)
                for top in self.folders
                for folder, _, names in os.walk(top)
                for name in names
                if name.endswith((".ttf", ".otf", ".ttc"))
            }
        return self._files
