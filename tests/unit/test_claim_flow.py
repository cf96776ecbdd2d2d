"""Who may collect points with a link, and where they see it: points are given once, by card or by link."""

from __future__ import annotations

import pytest

from kioskd.core.effects import PrintReceipt
from kioskd.core.events import (
    LookupFailed,
    LookupFailure,
    NetworkChanged,
    OrderAccepted,
    OrderDelivered,
    OrderUndeliverable,
    PaymentEnded,
    PaymentOutcome,
    ReceiptEnded,
    Scanned,
    Tick,
)
from kioskd.core.intents import Finish, PayWith, QuickAdd, ShowCheckout, StartOrder
from kioskd.core.order import Tender
from kioskd.core.phases import Points, Thanks
from kioskd.core.print_verdict import PrintVerdict
from kioskd.core.receipt import Qr
from tests.unit.test_order_receipt import job, paper
from tests.unit.test_visit_flow import EAT_IN, SHOP, Player, order_in_hand, player, wished

LINK = "https://portal.test/l?unique_id=o-1"


def thanked(p: Player) -> Thanks:
    assert isinstance(p.visit.phase, Thanks)
    return p.visit.phase


def paid(p: Player, link: str | None = LINK, tender: Tender = Tender.CARD) -> PrintReceipt | None:
    """Order, pay, and what is printed at once."""
    p.do(StartOrder(EAT_IN), QuickAdd("W1"), ShowCheckout(), PayWith(tender))
    order = order_in_hand(p)
    effects = p.do(PaymentEnded(order.id, PaymentOutcome.APPROVED), OrderAccepted(order.id, "", link))
    printed = [effect for effect in effects if isinstance(effect, PrintReceipt)]
    return printed[0] if printed else None


def with_saved_card(*, online: bool) -> Player:
    p = player()
    p.do(Scanned("KD-1001", "scanner"))
    assert p.visit.lookup
    p.do(LookupFailed(p.visit.lookup.request, LookupFailure.UNREACHABLE), NetworkChanged(online))
    return p


def test_a_guest_of_whom_nothing_is_known_gets_the_link_on_the_receipt() -> None:
    p = player()
    printed = paid(p)
    assert printed and printed.claim_link == LINK
    p.do(ReceiptEnded(thanked(p).order.id, PrintVerdict.PRINTED))
    assert (thanked(p).points, thanked(p).claim_on_screen) == (Points.CLAIM, None)


def test_without_such_links_nothing_is_said_about_points() -> None:
    p = player()
    printed = paid(p, link=None)
    assert printed and printed.claim_link is None
    assert thanked(p).points is Points.NONE


def test_a_ticket_that_is_still_to_be_paid_carries_no_link() -> None:
    p = player()
    printed = paid(p, tender=Tender.COUNTER)
    assert printed and printed.claim_link is None
    p.do(ReceiptEnded(thanked(p).order.id, PrintVerdict.BLOCKED))
    assert thanked(p).claim_on_screen is None


@pytest.mark.parametrize("verdict", [PrintVerdict.BLOCKED, PrintVerdict.UNKNOWN])
def test_without_paper_the_link_is_on_the_screen_long_enough_to_take_out_a_phone(
    verdict: PrintVerdict,
) -> None:
    p = player()
    paid(p)
    p.wait(SHOP.limits.thanks_s - 1)
    p.do(ReceiptEnded(thanked(p).order.id, verdict))
    assert thanked(p).claim_on_screen == LINK
    p.wait(SHOP.limits.claim_on_screen_s - 1)
    p.do(Tick())
    assert thanked(p).claim_on_screen == LINK
    p.wait(1)
    p.do(Tick())
    assert p.visit.at_home


@pytest.mark.parametrize("online", [True, False])
def test_a_saved_card_gets_the_points_itself_and_no_link(online: bool) -> None:
    p = with_saved_card(online=online)
    printed = paid(p)
    if online:
        printed = wished(p.do(OrderDelivered(thanked(p).order.id, 8, 1248)), PrintReceipt)  # type: ignore[assignment]
    assert printed and printed.claim_link is None
    p.do(ReceiptEnded(thanked(p).order.id, PrintVerdict.BLOCKED))
    assert thanked(p).claim_on_screen is None


def test_a_card_that_was_refused_for_good_gives_way_to_the_link() -> None:
    p = with_saved_card(online=True)
    assert paid(p) is None  # the receipt waits for the points
    printed = wished(p.do(OrderUndeliverable(thanked(p).order.id, card_refused=True)), PrintReceipt)
    assert isinstance(printed, PrintReceipt)
    assert printed.claim_link == LINK
    assert thanked(p).claim_on_screen is None


def test_a_refusal_that_comes_after_the_paper_puts_the_link_on_the_screen() -> None:
    p = with_saved_card(online=True)
    paid(p)
    p.wait(SHOP.limits.points_on_receipt_s)
    printed = wished(p.do(Tick()), PrintReceipt)
    assert isinstance(printed, PrintReceipt)
    assert printed.claim_link is None
    p.do(ReceiptEnded(thanked(p).order.id, PrintVerdict.PRINTED))
    p.do(OrderUndeliverable(thanked(p).order.id, card_refused=True))
    assert thanked(p).claim_on_screen == LINK


def test_an_order_that_a_person_must_look_at_may_still_be_delivered_and_gets_no_link() -> None:
    p = with_saved_card(online=True)
    paid(p)
    printed = wished(p.do(OrderUndeliverable(thanked(p).order.id)), PrintReceipt)
    assert isinstance(printed, PrintReceipt)
    assert printed.claim_link is None
    assert thanked(p).points is Points.REFUSED


def test_when_the_queue_is_full_a_guest_with_a_card_collects_the_points_too() -> None:
    p = with_saved_card(online=True)
    p.do(StartOrder(EAT_IN), QuickAdd("W1"), ShowCheckout(), PayWith(Tender.CARD))
    order = order_in_hand(p)
    p.do(PaymentEnded(order.id, PaymentOutcome.APPROVED))
    effects = p.do(OrderAccepted(order.id, "", LINK, points_promised=False))
    printed = wished(effects, PrintReceipt)
    assert isinstance(printed, PrintReceipt)
    assert printed.claim_link == LINK


def test_a_guest_in_a_hurry_leaves_no_link_behind() -> None:
    p = with_saved_card(online=True)
    paid(p)
    printed = wished(p.do(Finish()), PrintReceipt)
    assert isinstance(printed, PrintReceipt)
    assert printed.claim_link is None
    assert p.visit.at_home


@pytest.mark.parametrize(
    ("language", "caption"),
    [("en", "Scan to collect your points"), ("nl", "Scan om je punten te verzamelen")],
)
def test_the_paper_shows_the_link_as_a_code_that_says_what_it_is_for(language: str, caption: str) -> None:
    printed = job(claim_link=LINK)
    assert [e for e in paper(printed, language) if isinstance(e, Qr)] == [Qr(LINK, caption)]
    assert not [e for e in paper(job(), language) if isinstance(e, Qr)]
