"""Finds products by the letters of a word, typed on the screen, in any language and writing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from unicodedata import category, name, normalize

from kioskd.core.catalogue import Catalogue, Product, Words

_WHOLE = {0x439, 0x457}
"""й and ї are letters of their own to whoever writes them, not letters with an accent."""
_SAME = str.maketrans(
    {
        "ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th",
        "ة": "ه", "ى": "ي", "ٱ": "ا", "ـ": "",
        "ך": "כ", "ם": "מ", "ן": "נ", "ף": "פ", "ץ": "צ",
    }
)  # fmt: skip
"""Letters that do not come apart into a letter and an accent, and forms that a letter has in some places."""
_LATIN = "abcdefghijklmnopqrstuvwxyz"


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Without accents and capitals: what a guest may type for it. Folding it again changes nothing."""
    letters = (
        letter
        if ord(letter) in _WHOLE
        else "".join(c for c in normalize("NFKD", letter) if category(c) != "Mn")
        for letter in normalize("NFC", text.casefold())
    )
    once = "".join(letters).translate(_SAME)
    # What comes apart may need folding itself: a mathematical 𝐴 holds a capital A.
    return once if once == text else folded(once)


def keys(catalogue: Catalogue, language: str) -> str:
    """The letters of the menu's writing in that language, in the order of its alphabet.

    All of A to Z where it is Latin; elsewhere those that occur, so that no alphabet has to be known.
    """
    words = (product.name.in_language(language) for product in catalogue.products.values())
    counted = Counter(letter for word in words for letter in folded(word) if letter.isalpha())
    scripts: Counter[str] = Counter()
    for letter, times in counted.items():
        scripts[_script(letter)] += times
    script = max(scripts, key=lambda each: scripts[each], default="LATIN")
    if script == "LATIN":
        return _LATIN
    return "".join(sorted((letter for letter in counted if _script(letter) == script), key=_place))


def keys_after(catalogue: Catalogue, language: str, typed: str) -> str:
    """Those of the keys that go on with a word of some product's name: where there is no room for all."""
    sought = folded(typed)
    names = (text for product in catalogue.products.values() for text in _texts(product.name, language))
    words = (word for text in names for word in _words(text))
    following = {word[len(sought)] for word in words if word.startswith(sought) and word != sought}
    return "".join(letter for letter in keys(catalogue, language) if letter in following)


def found(catalogue: Catalogue, language: str, typed: str) -> tuple[Product, ...]:
    """Products in whose words the letters occur, the likeliest first, else in the menu's order.

    The beginning of a name counts most, then of any word in it, then the inside of one: "tea" finds Iced Tea
    before Steak. Last come those whose category or description has a word that begins so.
    """
    sought = folded(typed)
    if not sought:
        return ()
    categories = {each.id: each.name for each in catalogue.categories}
    ranked = (
        (_rank(product, categories, language, sought), product) for product in catalogue.products.values()
    )
    hits = [(rank, product) for rank, product in ranked if rank is not None]
    return tuple(product for _, product in sorted(hits, key=lambda hit: hit[0]))


def _rank(product: Product, categories: dict[str, Words], language: str, sought: str) -> int | None:
    names = [list(_words(text)) for text in _texts(product.name, language)]
    if any("".join(words).startswith(sought) for words in names):
        return 0
    if any("".join(words[start:]).startswith(sought) for words in names for start in range(len(words))):
        return 1
    if any(sought in "".join(words) for words in names):
        return 2
    around = (categories.get(product.category), product.description)
    texts = (text for words in around if words for text in _texts(words, language))
    return 3 if any(word.startswith(sought) for text in texts for word in _words(text)) else None


def _texts(words: Words, language: str) -> Iterable[str]:
    """A brand is written the same in every language: the plain words count, too."""
    return {words.in_language(language), words.plain}


def _words(text: str) -> Iterator[str]:
    """Folded. What stands between words is not typed."""
    return (match.group() for match in re.finditer(r"\w+", folded(text)))


def _script(letter: str) -> str:
    return name(letter, "LATIN").partition(" ")[0]


def _place(letter: str) -> tuple[float, str]:
    """By code point, which is the alphabet; but і, ї, є and ґ stand far from their place there."""
    return {"є": ord("е") + 0.5, "і": ord("и") + 0.5, "ї": ord("и") + 0.6, "ґ": ord("г") + 0.5}.get(
        letter, float(ord(letter))
    ), letter
