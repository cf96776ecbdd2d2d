"""A receipt for whoever reads large letters: the same words, twice as high and bold, with air between."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from kioskd.core.receipt import Align, Columns, Element, Feed, Qr, Text

_SIZE = 2
"""Twice the normal letter: a capital of 4 mm on every thermal printer, as in books in large print."""


def in_large_print(elements: Iterable[Element]) -> Iterator[Element]:
    """Nothing is left out, and no line is smaller than any other was meant to be."""
    for element in elements:
        match element:
            case Text():
                yield replace(element, size=max(element.size, _SIZE), bold=True)
            case Columns():
                yield replace(
                    element, size=max(element.size, _SIZE), bold=True, indent=min(element.indent, 1)
                )
                yield Feed()
            case Qr(caption=str(caption)) if caption:
                yield replace(element, caption="")
                yield Text(caption, Align.CENTRE, bold=True, size=_SIZE)
            case _:
                yield element
