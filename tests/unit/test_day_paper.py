"""The end of day on paper: what the terminal says, in figures and in its own words."""

from __future__ import annotations

from dataclasses import replace

from kioskd.core.card_terminal import SchemeTotal, Totals
from kioskd.core.money import Money
from kioskd.core.receipt import Columns, Receipt, Text
from kioskd.core.slip import Slip, SlipKind, SlipLine
from kioskd.daemon.staff.day_paper import day_receipt
from kioskd.ui.locale.translator import translator
from tests.unit.shopfront import NOON

DAY = Totals(
    Money(2600, "EUR"),
    (SchemeTotal("girocard", 3, Money(1600, "EUR")), SchemeTotal("Visa", 1, Money(1000, "EUR"))),
    68,
    71,
    Slip(SlipKind.ADMINISTRATION, (SlipLine("Kassenschnitt", centred=True), SlipLine("Summe 26,00"))),
)


def printed(totals: Totals, language: str = "en") -> list[str]:
    paper: Receipt = day_receipt(totals, "Harbour Kitchen", "A", NOON, translator(language))
    return [
        each.text if isinstance(each, Text) else f"{each.left}|{each.right}"
        for each in paper.elements
        if isinstance(each, Text | Columns)
    ]


def test_it_has_every_scheme_the_sum_and_the_terminals_own_words() -> None:
    lines = printed(DAY)
    assert lines[:2] == ["Harbour Kitchen", "Card terminal: End of day"]
    assert lines[4:] == [
        "Receipts 68 to 71",
        "girocard: 3 payments|€16.00",
        "Visa: 1 payment|€10.00",
        "Taken in all|€26.00",
        "Kassenschnitt",
        "Summe 26,00",
    ]


def test_a_terminal_that_says_nothing_leaves_no_figure_to_be_taken_for_one() -> None:
    assert printed(Totals(None))[-1] == "Taken in all|It does not say"


def test_it_is_in_the_shops_language() -> None:
    assert printed(replace(DAY, slip=None), "de")[-1].endswith("|26,00\N{NO-BREAK SPACE}€")
