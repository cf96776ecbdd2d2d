"""A receipt for whoever reads large letters: the same words, none of them small."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kioskd.core.access import Aid
from kioskd.core.effects import PrintReceipt
from kioskd.core.events import LookupFailed, LookupFailure, Scanned
from kioskd.core.intents import Finish, SetAid
from kioskd.core.order_receipt import Letterhead, order_receipt
from kioskd.core.receipt import Columns, Element, Qr, Receipt, Text
from kioskd.core.slip import Slip, SlipKind, SlipLine
from kioskd.devices.printer.encoder import encode
from kioskd.devices.printer.profile import load_profile
from kioskd.sim.paper import Line
from kioskd.sim.printer_models import EPSON_TM_T20III, GENERIC_58MM, PrinterModel
from kioskd.ui.locale.translator import LANGUAGES, translator
from tests.unit.test_claim_flow import paid
from tests.unit.test_order_receipt import HEAD, MEMBER, job
from tests.unit.test_printer_encoder import Boxes
from tests.unit.test_sim_printer import printed
from tests.unit.test_visit_flow import player, wished

PRINTED = replace(
    job(MEMBER, member_name="Sanne", points=25, balance=1265), claim_link="https://x.example/c/1"
)
SLIP = Slip(SlipKind.CUSTOMER, (SlipLine("Terminal-ID 12345678"), SlipLine("EUR 25,80", large=True)))


def document(job: PrintReceipt, language: str = "en", head: Letterhead = HEAD) -> tuple[Element, ...]:
    return order_receipt(job, head, translator(language)).elements


def words(elements: tuple[Element, ...]) -> list[str]:
    found = []
    for element in elements:
        match element:
            case Text():
                found.append(element.text)
            case Columns():
                found += [element.left, element.right]
            case Qr() if element.caption:
                found.append(element.caption)
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_has_the_same_words_and_all_of_them_are_large(language: str) -> None:
    plain, large = document(PRINTED, language), document(replace(PRINTED, large=True), language)
    assert words(large) == words(plain)
    for element in large:
        assert not isinstance(element, Text | Columns) or (element.size >= 2 and element.bold)
        assert not isinstance(element, Qr) or not element.caption


@pytest.mark.parametrize(
    ("profile", "model"), [("epson-tm-t20iii", EPSON_TM_T20III), ("generic-58mm", GENERIC_58MM)]
)
def test_on_paper_every_letter_is_twice_as_high_and_no_line_is_cut(profile: str, model: PrinterModel) -> None:
    receipt = Receipt(document(replace(PRINTED, large=True)))
    machine, _ = printed(encode(receipt, load_profile(profile), rasteriser=Boxes()), model)
    lines = [mark for mark in machine.marks if isinstance(mark, Line) and mark.letters]
    assert lines
    for line in lines:
        said = "".join(letter.letter for letter in line.letters)
        ruled = not said.strip("-")
        assert ruled or all(letter.high >= 2 for letter in line.letters if letter.letter.strip()), said
        assert line.width <= model.dots, said


def test_what_the_card_terminal_wants_printed_stays_as_the_bank_approved_it() -> None:
    with_slip = replace(PRINTED, slip=SLIP)
    large, plain = document(replace(with_slip, large=True)), document(with_slip)
    count = len(SLIP.lines) + 2
    assert large[-count:] == plain[-count:]
    assert words(large)[-2:] == ["Terminal-ID 12345678", "EUR 25,80"]


@pytest.mark.parametrize("aids", [(), (Aid.LARGE_TEXT,)])
def test_whoever_reads_the_screen_in_large_text_gets_the_receipt_so(aids: tuple[Aid, ...]) -> None:
    p = player()
    p.do(*(SetAid(aid, True) for aid in aids))
    receipt = paid(p)
    assert receipt is not None
    assert receipt.large is bool(aids)


def test_also_whoever_is_gone_before_the_paper_comes() -> None:
    p = player()
    p.do(Scanned("KD-1001", "scanner"), SetAid(Aid.LARGE_TEXT, True))
    assert p.visit.lookup
    p.do(LookupFailed(p.visit.lookup.request, LookupFailure.UNREACHABLE))
    assert paid(p) is None
    receipt = wished(p.do(Finish()), PrintReceipt)
    assert isinstance(receipt, PrintReceipt)
    assert receipt.large
