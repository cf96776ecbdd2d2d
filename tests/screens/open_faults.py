"""Faults that are known and not mended yet. `./dev test` fails for every other; `./dev screens --check` hides
none. Whoever mends one takes its line out."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True)
class OpenFault:
    """Each with * for any letters. `aids` are those of `looks.MODES`; `why` says what has to be done."""

    rule: str
    widget: str
    size: str
    aids: str
    why: str


OPEN_FAULTS = (
    OpenFault(
        "large_targets", "bill_lines:*", "portrait*", "reach", "the bill has no room in the lower layout"
    ),
    OpenFault("large_targets", "key:*", "portrait*", "reach", "letters and a notice need more rows than fit"),
    OpenFault("large_targets", "eat_in", "small", "*", "what does not work takes room from the first screen"),
    OpenFault("large_targets", "take_away", "small", "*", "as eat_in"),
    OpenFault("large_targets", "add", "small", "plain", "a call for help takes the room of the button"),
    OpenFault("large_targets", "pay:counter", "small", "*", "no terminal, and much else to choose from"),
    OpenFault("large_targets", "scan", "small", "*", "a notice on the first screen"),
    OpenFault("own_words_whole", "product:*", "landscape", "plain", "allergens that nobody has told us"),
    OpenFault("own_words_whole", "add", "small", "plain", "as above"),
    OpenFault("own_words_whole", "gift_card/1", "wide", "*", "a tile beside another is too narrow"),
    OpenFault("own_words_whole", "no_card/second", "wide", "*", "as above"),
    OpenFault("own_words_whole", "notice/1", "small", "plain", "the longest refusal on 800x480"),
    OpenFault("own_words_whole", "offer:*", "*", "plain", "an objection has two lines in the basket"),
    OpenFault("own_words_whole", "scan/second", "*", "*", "the first screen with a notice or a fault on it"),
    OpenFault("text_fits", "scan/second", "portrait", "reach", "as above"),
    OpenFault("text_fits", "text/*", "wide", "plain", "an offer's date under a refusal and a notice"),
    OpenFault("readable", "hint/picture/*", "*", "large*", "large text drops the tile below the sign"),
    OpenFault("without_colour", "candidate:*", "*", "contrast", "the staff's choice in high contrast"),
)


def known(rule: str, fault: str, size: str, aids: str) -> bool:
    """Whether this is one of them. A fault begins with the name of its widget."""
    widget = fault.split(" ", 1)[0]
    return any(
        open_fault.rule == rule
        and fnmatchcase(widget, open_fault.widget)
        and fnmatchcase(size, open_fault.size)
        and fnmatchcase(aids, open_fault.aids)
        for open_fault in OPEN_FAULTS
    )
