"""What stands on the paper, in the guest's language, and what never does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kioskd.core.catalogue import Service, Words
from kioskd.core.discount import OfferKind
from kioskd.core.effects import PrintReceipt
from kioskd.core.order import (
    ChargeKind,
    OfferUse,
    OrderCharge,
    OrderDiscount,
    Share,
    StoredPayment,
    StoredValue,
    Tender,
)
from kioskd.core.order_receipt import Letterhead, order_receipt
from kioskd.core.receipt import Align, Columns, Element, Logo, Text
from kioskd.core.slip import Slip, SlipKind, SlipLine
from kioskd.ui.locale.translator import translator
from tests.euros import eur
from tests.unit.test_order import ORDER

HEAD = Letterhead("Test Kitchen", ("Kade 1", "1011 AB Amsterdam"), "NL001234567B01", "Tot ziens!")
MEMBER = replace(ORDER, language="en", member_id="m-secret-17", credential=None)
GUEST = replace(ORDER, language="en")


def job(
    order: object = GUEST,
    *,
    evidence: str = "",
    member_name: str | None = None,
    points_name: str | None = None,
    points: int | None = None,
    balance: int | None = None,
    points_later: bool = False,
    claim_link: str | None = None,
) -> PrintReceipt:
    assert isinstance(order, type(ORDER))
    return PrintReceipt(order, evidence, member_name, points_name, points, balance, points_later, claim_link)


def paper(printed: PrintReceipt, language: str = "en", head: Letterhead = HEAD) -> list[Element]:
    receipt = order_receipt(printed, head, translator(language))
    assert receipt.language == language
    return list(receipt.elements)


def texts(elements: list[Element]) -> list[str]:
    """Every line a person can read."""
    lines = []
    for element in elements:
        if isinstance(element, Text):
            lines.append(element.text)
        elif isinstance(element, Columns):
            lines.append(f"{element.left} | {element.right}")
    return lines


def test_the_terminals_own_receipt_says_its_numbers_once() -> None:
    slip = Slip(SlipKind.CUSTOMER, (SlipLine("Beleg 0012 Trace 000007"),))
    lines = texts(paper(replace(job(evidence="receipt 0012 trace 000007"), slip=slip)))
    assert "Beleg 0012 Trace 000007" in lines
    assert "receipt 0012 trace 000007" not in lines


def test_a_guest_reads_who_sold_what_for_how_much() -> None:
    assert texts(paper(job(evidence="Trace 7 Receipt 12"))) == [
        "Test Kitchen",
        "Kade 1",
        "1011 AB Amsterdam",
        "VAT NL001234567B01",
        "Your order number",
        "A7",
        "Eat in",
        "23 November 2026 | 12:00",
        "2 × Burger | €17.00",
        "+ Cheese | €2.00",
        "+ Bacon | €3.00",
        "1 × Fries | €3.80",
        "+ Ketchup | ",
        "Total | €25.80",
        "Paid by card | €25.80",
        "Trace 7 Receipt 12",
        "Tot ziens!",
    ]


def test_the_amounts_on_the_paper_add_up_to_its_total() -> None:
    prices = [e.right for e in paper(job()) if isinstance(e, Columns) and e.left[0] in "+123456789"]
    items = [price for price in prices if price.startswith("€")]
    assert sum(round(float(price[1:]) * 100) for price in items) == GUEST.total.minor


def test_the_number_is_the_largest_thing_on_it() -> None:
    sizes = {element.text: element.size for element in paper(job()) if isinstance(element, Text)}
    assert sizes["A7"] == max(sizes.values())
    assert list(sizes.values()).count(sizes["A7"]) == 1


def test_a_shop_without_address_vat_number_or_footer_prints_none() -> None:
    lines = texts(paper(job(), head=Letterhead("Bare")))
    assert lines[:2] == ["Bare", "Your order number"]
    assert not any("VAT" in line for line in lines)


def test_a_logo_is_at_the_head() -> None:
    logo = Logo(b"\x00", 1, 1)
    head, name, *_ = paper(job(), head=Letterhead("Bare", logo=logo))
    assert head is logo
    assert isinstance(name, Text)
    assert name.text == "Bare"


def test_take_away_is_said() -> None:
    assert "Take away" in texts(paper(job(replace(GUEST, service=Service.TAKE_AWAY))))


def test_at_the_counter_it_says_what_is_still_to_pay_and_not_that_it_was_paid() -> None:
    lines = texts(paper(job(replace(GUEST, tender=Tender.COUNTER))))
    assert "To pay | €25.80" in lines
    assert "Please pay at the counter" in lines
    assert not any(line.startswith(("Paid", "Total")) for line in lines)


def test_what_is_free_was_not_paid_by_card() -> None:
    free = replace(GUEST, lines=(replace(GUEST.lines[1], unit_price=GUEST.lines[1].unit_price * 0),))
    lines = texts(paper(job(free)))
    assert "Total | €0.00" in lines
    assert not any("card" in line for line in lines)


# --- offers and stored value ------------------------------------------------------------------------------


def use(title: str) -> OfferUse:
    return OfferUse("u-secret", OfferKind.VOUCHER, "v-secret", title, code="CODE-SECRET")


HALF_BURGERS = OrderDiscount("o-1-d1", use("Half a burger"), eur(850), (Share("o-1-1", eur(850)),))
NO_CHEESE = OrderDiscount("o-1-d2", use("Free cheese"), eur(200), (Share("o-1-1-1", eur(200)),))
SOME_OFF = OrderDiscount(
    "o-1-d3", use("Burger menu"), eur(100), (Share("o-1-1", eur(60)), Share("o-1-2", eur(40)))
)
TWENTY_OFF = OrderDiscount("o-1-d4", use("20 % off your order"), eur(320))
BAG = OrderCharge("o-1-c1", ChargeKind.PACKAGING, Words("Bag", (("nl", "Tasje"),)), eur(25))
CARD = StoredPayment(
    "o-1-p1", StoredValue.GIFT_CARD, "g-secret", eur(500), eur(150), "GIFT-SECRET-0010", "0010"
)
ACCOUNT = StoredPayment("o-1-p2", StoredValue.PREPAID, "m-secret-17", eur(200), eur(0))


def test_a_discount_stands_below_the_one_line_it_belongs_to() -> None:
    lines = texts(paper(job(replace(GUEST, discounts=(HALF_BURGERS, NO_CHEESE)))))
    start = lines.index("2 × Burger | €17.00")
    assert lines[start : start + 8] == [
        "2 × Burger | €17.00",
        "+ Cheese | €2.00",
        "+ Bacon | €3.00",
        "Half a burger | −€8.50",
        "Free cheese | −€2.00",
        "1 × Fries | €3.80",
        "+ Ketchup | ",
        "Total | €15.30",
    ]


def test_what_is_off_several_lines_and_what_is_charged_stand_below_a_subtotal() -> None:
    order = replace(GUEST, discounts=(HALF_BURGERS, SOME_OFF, TWENTY_OFF), charges=(BAG,))
    lines = texts(paper(job(order)))
    assert lines[lines.index("Subtotal | €17.30") :] == [
        "Subtotal | €17.30",
        "Burger menu | −€1.00",
        "20 % off your order | −€3.20",
        "Bag | €0.25",
        "Total | €13.35",
        "Paid by card | €13.35",
        "Tot ziens!",
    ]


def test_stored_value_says_what_it_paid_and_what_stays_on_it() -> None:
    order = replace(GUEST, payments=(CARD, ACCOUNT))
    assert texts(paper(job(order)))[-7:-1] == [
        "Total | €25.80",
        "Gift card ending in 0010 | €5.00",
        "€1.50 stays on it | ",
        "Prepaid | €2.00",
        "€0.00 stays on it | ",
        "Paid by card | €18.80",
    ]


def test_at_the_counter_only_the_rest_is_to_pay() -> None:
    lines = texts(paper(job(replace(GUEST, payments=(CARD,), tender=Tender.COUNTER))))
    assert lines[-6:-1] == [
        "Total | €25.80",
        "Gift card ending in 0010 | €5.00",
        "€1.50 stays on it | ",
        "To pay | €20.80",
        "Please pay at the counter",
    ]


def test_what_stored_value_paid_in_full_was_not_paid_by_card() -> None:
    paid = replace(GUEST, payments=(replace(CARD, amount=GUEST.total),), tender=Tender.NONE)
    lines = texts(paper(job(paid)))
    assert "Total | €25.80" in lines
    assert not any(line.startswith(("Paid by card", "To pay")) for line in lines)


@pytest.mark.parametrize("language", ["en", "nl", "de", "ar"])
def test_of_vouchers_and_gift_cards_no_code_is_printed(language: str) -> None:
    order = replace(MEMBER, language=language, discounts=(HALF_BURGERS, TWENTY_OFF), payments=(CARD, ACCOUNT))
    whole = "\n".join(texts(paper(job(order), language)))
    assert "SECRET" not in whole.upper()


def test_a_member_reads_points_and_balance() -> None:
    lines = texts(paper(job(MEMBER, member_name="Sanne", points=25, balance=1265)))
    assert lines[-4:-1] == ["Hi Sanne", "You earned 25 points", "You have 1,265 points now"]


def test_points_go_by_the_programmes_own_name() -> None:
    lines = texts(paper(job(MEMBER, member_name="Sanne", points_name="Shells", points=25, balance=1265)))
    assert {"You earned 25 Shells", "You have 1,265 Shells now"} <= set(lines)


def test_one_point_is_not_points() -> None:
    lines = texts(paper(job(MEMBER, member_name="Sanne", points=1)))
    assert "You earned 1 point" in lines
    assert not any("now" in line for line in lines)  # the backend did not say


def test_points_that_are_still_to_come_are_promised() -> None:
    assert "Your points are on their way" in texts(paper(job(MEMBER, points_later=True)))
    saved = replace(GUEST, credential="KD-1001")
    assert any("on their way" in line for line in texts(paper(job(saved, points_later=True))))


def test_points_of_an_order_paid_at_the_counter_come_then() -> None:
    unpaid = replace(MEMBER, tender=Tender.COUNTER)
    assert "Your points come with the payment" in texts(paper(job(unpaid, member_name="Sanne")))


def test_a_refused_card_is_promised_nothing() -> None:
    assert not any("oints" in line for line in texts(paper(job(MEMBER, member_name="Sanne"))))


def test_a_guest_without_card_reads_nothing_about_points() -> None:
    assert not any("oint" in line for line in texts(paper(job(points_later=True))))


@pytest.mark.parametrize("language", ["en", "nl", "de", "ar"])
def test_neither_card_number_nor_the_backends_key_is_printed(language: str) -> None:
    order = replace(MEMBER, language=language, credential="KD-1001-SECRET")
    for printed in (
        job(order, member_name="Sanne", points=5, balance=10),
        job(order, points_later=True),
        job(replace(order, tender=Tender.COUNTER)),
    ):
        whole = "\n".join(texts(paper(printed, language)))
        assert "SECRET" not in whole
        assert "m-secret" not in whole
        assert order.id not in whole


def test_in_dutch_the_merchants_names_and_amounts_are_dutch() -> None:
    lines = texts(paper(job(replace(GUEST, language="nl")), "nl"))
    assert "2 × Hamburger | €\u00a017,00" in lines
    assert "23 november 2026 | 12:00" in lines


def test_in_arabic_the_amounts_are_the_same_and_the_document_says_its_language() -> None:
    elements = paper(job(replace(MEMBER, language="ar"), member_name="Sanne", points=25, balance=1265), "ar")
    whole = "\n".join(texts(elements))
    assert "25.80" in whole
    assert "2 × Burger" in whole  # the merchant has no Arabic name for it
    assert "نوفمبر" in whole
    assert "1,265" in whole


def test_only_the_start_of_the_paper_is_centred_and_prices_are_columns() -> None:
    elements = paper(job(evidence="Trace 7"))
    evidence = next(e for e in elements if isinstance(e, Text) and e.text == "Trace 7")
    assert evidence.align is Align.START
    assert all(e.indent == 4 for e in elements if isinstance(e, Columns) and e.left.startswith("+"))
