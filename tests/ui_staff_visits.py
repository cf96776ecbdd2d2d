"""The staff's screens, in every state that looks different."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from kioskd.core.card_terminal import SchemeTotal, Totals
from kioskd.core.catalogue import Words
from kioskd.core.deeds import Action
from kioskd.core.discount import OfferKind
from kioskd.core.health import DeviceHealth, DeviceKind, DeviceState
from kioskd.core.money import Money
from kioskd.core.order import (
    CardPayment,
    ChargeKind,
    OfferUse,
    Order,
    OrderCharge,
    OrderDiscount,
    StoredPayment,
    StoredValue,
    Tender,
)
from kioskd.core.question import Evidence, Question, Subject
from kioskd.core.refunding import DUE, Left, Means, PayBack, Remainder
from kioskd.core.return_forecast import forecast
from kioskd.core.sale import Progress, Returned, Sale, SaleState, Undoing
from kioskd.core.staff import (
    AtStaffStart,
    AtTerminal,
    BrowsingQuestions,
    BrowsingSales,
    Decision,
    EnteringPin,
    ViewingDevices,
    ViewingQuestion,
    ViewingSale,
)
from kioskd.core.staff_overview import Attention, Concern, StaffOverview
from kioskd.core.visit import Visit
from tests.ui_setting_up_visits import setting_up_visits
from tests.ui_upkeep_visits import upkeep_visits

LONG_TITLE = "A thank you from the harbour master: five euros off for the whole crew on board"
REFERENCE = "Terminal 29001234, receipt 0047, trace 000123"


def _euros(minor: int) -> Money:
    return Money(minor, "EUR")


def _paid_with_everything(order: Order) -> Order:
    id = order.id

    def use(kind: OfferKind, title: str, name: str) -> OfferUse:
        return OfferUse(f"{id}-{name}", kind, name, title, "V-20", "m1", waits=True)

    return replace(
        order,
        discounts=(
            OrderDiscount(f"{id}-d1", use(OfferKind.VOUCHER, LONG_TITLE, "d1"), _euros(500)),
            OrderDiscount(f"{id}-d2", use(OfferKind.REWARD, "Cookie", "d2"), _euros(250)),
            OrderDiscount(f"{id}-d3", use(OfferKind.COLLECTABLE, "Free coffee", "d3"), _euros(150)),
        ),
        charges=(OrderCharge(f"{id}-c1", ChargeKind.PACKAGING, Words("Packaging"), _euros(50)),),
        payments=(
            _stored(id, 1, StoredValue.GIFT_CARD, 1000, "9876"),
            _stored(id, 2, StoredValue.PREPAID, 500),
        ),
    )


def _stored(id: str, number: int, kind: StoredValue, minor: int, tail: str = "") -> StoredPayment:
    return StoredPayment(f"{id}-p{number}", kind, f"a{number}", _euros(minor), _euros(0), "C", tail)


def _results(order: Order) -> Iterator[Returned]:
    """Two returns: one of which everything is done, one of which nothing went well."""
    line = order.lines[0]
    first = forecast(Sale(order, SaleState.SOLD), {order.lines[1].id: 1}, loyalty=True)
    done = tuple(replace(undoing, progress=Progress.DONE) for undoing in first.undoings)
    at = order.placed_at + timedelta(minutes=12)
    yield replace(
        first,
        id="r1",
        at=at,
        actor="staff at the kiosk",
        reason="the guest changed their mind",
        undoings=done,
    )
    marks = zip(
        Progress, (Action.UNDO_REDEMPTION, Action.RETURN_REWARD, *[Action.REVERSE_GIFT_CARD] * 2), strict=True
    )
    yield Returned(
        id="r2",
        at=at,
        actor="Anna",
        reason="cold, said the guest, and not what was ordered",
        quantities={line.id: line.quantity},
        refund=_euros(1250),
        last=False,
        pay_backs=(
            PayBack(DUE, Means.TERMINAL, _euros(500)),
            PayBack(order.payments[0].id, Means.BY_HAND, _euros(500), "9876"),
            PayBack(order.payments[1].id, Means.NOTHING, _euros(250)),
        ),
        undoings=tuple(
            Undoing(f"u{n}", action, LONG_TITLE if "gift" not in action else "9876", _euros(500), progress)
            for n, (progress, action) in enumerate(marks)
        ),
        left=tuple(Left(remainder, LONG_TITLE) for remainder in Remainder),
    )


def staff_visits(start: Visit, order: Order) -> dict[str, Visit]:
    """`start` is nobody's visit, `order` one of a member with three lines, the second of several units."""
    sold = Sale(order, SaleState.SOLD, card_reference=REFERENCE)
    rich = replace(sold, order=_paid_with_everything(order))
    nobodys = Sale(replace(order, member_id=None, tender=Tender.COUNTER), SaleState.SOLD)
    unpaid = replace(sold, order=replace(rich.order, tender=Tender.COUNTER), state=SaleState.UNPAID)
    partly = replace(rich, state=SaleState.PARTLY_RETURNED, returns=tuple(_results(rich.order)))
    cards = (CardPayment("c1", _euros(500), REFERENCE), CardPayment("c2", order.due - _euros(500), REFERENCE))
    two_cards = Sale(replace(order, card_payments=cards), SaleState.SOLD, card_reference=REFERENCE)
    all_back = forecast(two_cards, two_cards.left, loyalty=True, cards=True)
    unclear = tuple(replace(undoing, progress=Progress.UNCLEAR) for undoing in all_back.undoings)
    card_refused = replace(
        two_cards, state=SaleState.RETURNED, returns=(replace(all_back, undoings=unclear),)
    )
    everything = tuple(order_line.id for order_line in order.lines)
    gone = replace(sold, state=SaleState.RETURNED, returns=(forecast(sold, sold.left, loyalty=True),))
    older = replace(order, number="K1-999", placed_at=order.placed_at - timedelta(days=1))
    sales = tuple(
        replace(sale, order=replace(sale.order, id=f"s{n}"))
        for n, sale in enumerate(
            (sold, unpaid, partly, gone, replace(unpaid, state=SaleState.DROPPED), replace(sold, order=older))
        )
    )

    def viewing(sale: Sale, **values: object) -> Visit:
        return replace(start, phase=replace(ViewingSale(sale), **values))  # type: ignore[arg-type]

    def all_of(sale: Sale) -> tuple[tuple[str, int], ...]:
        return tuple((id, sale.left[id]) for id in everything if sale.left[id])

    some = ((order.lines[1].id, 1),)
    return {
        "staff-pin": replace(start, phase=EnteringPin()),
        "staff-pin-typed": replace(start, phase=EnteringPin("4711")),
        "staff-pin-long": replace(start, phase=EnteringPin("471147114711")),
        "staff-pin-wrong": replace(start, phase=EnteringPin(wrong=True)),
        "staff-pin-asking": replace(start, phase=EnteringPin(asking="q", due_s=115.0)),
        "staff-pin-closed": replace(start, phase=EnteringPin(wrong=True, closed_until_s=500.0)),
        "staff-orders": replace(start, phase=BrowsingSales(sales)),
        "staff-orders-few": replace(start, phase=BrowsingSales(sales[:1])),
        "staff-orders-none": replace(start, phase=BrowsingSales(())),
        "staff-orders-busy": replace(start, phase=BrowsingSales(asking="q", due_s=115.0)),
        "staff-orders-failed": replace(start, phase=BrowsingSales(failed=True)),
        "staff-order": viewing(rich),
        "staff-order-picked": viewing(rich, picked=some),
        "staff-order-all": viewing(sold, picked=all_of(sold)),
        "staff-order-counter": viewing(nobodys, picked=all_of(nobodys)),
        "staff-order-unpaid": viewing(unpaid, picked=all_of(unpaid)),
        "staff-order-partly": viewing(partly),
        "staff-order-returned": viewing(gone),
        "staff-order-dropped": viewing(replace(unpaid, state=SaleState.DROPPED)),
        "staff-order-refused": viewing(
            rich,
            picked=some,
            refused="nobody answered in time: look at the order again before you try once more",
        ),
        "staff-order-busy": viewing(rich, asking="q", due_s=115.0),
        "staff-orders-unknown": replace(start, phase=BrowsingSales((), wanted="o9")),
        "staff-order-by-two-cards": viewing(two_cards),
        "staff-paid": viewing(unpaid, paying=True),
        "staff-why-two-cards": viewing(two_cards, picked=all_of(two_cards), confirming=True),
        "staff-order-card-refused": viewing(card_refused),
        **_terminal_pages(start),
        "staff-why": viewing(sold, picked=some, confirming=True),
        "staff-why-all": viewing(rich, picked=all_of(rich), confirming=True),
        "staff-why-counter": viewing(nobodys, picked=all_of(nobodys), confirming=True),
        "staff-why-unpaid": viewing(unpaid, picked=all_of(unpaid), confirming=True),
        **_start_pages(start),
        **_questions(start, order),
        **upkeep_visits(start),
        **setting_up_visits(start),
    }


def _start_pages(start: Visit) -> dict[str, Visit]:
    calm = StaffOverview(unpaid=0, questions=0, waiting=0, near_limit=False, version="0.4.0")
    attention = tuple(
        Attention(concern, 2, "/var/lib/kioskd" if concern is Concern.DAMAGED_FILE else "")
        for concern in Concern
    )
    busy = replace(calm, unpaid=2, questions=3, waiting=8123, near_limit=True, attention=attention)
    ill = replace(start, devices={**start.devices, **_ailing(start)}, online=False)
    return {
        "staff-start": replace(start, phase=AtStaffStart(calm)),
        "staff-start-busy": replace(start, phase=AtStaffStart(asking="q", due_s=115.0)),
        "staff-start-failed": replace(start, phase=AtStaffStart(failed=True)),
        "staff-start-worried": replace(ill, phase=AtStaffStart(busy)),
        "staff-devices": replace(start, phase=ViewingDevices(calm), online=True),
        "staff-devices-asking": replace(start, phase=ViewingDevices(asking="q", due_s=115.0)),
        "staff-devices-ailing": replace(ill, phase=ViewingDevices(busy)),
    }


def _terminal_pages(start: Visit) -> dict[str, Visit]:
    schemes = (SchemeTotal("girocard", 12, _euros(18_740)), SchemeTotal("Mastercard", 1, _euros(850)))
    totals = Totals(_euros(19_590), schemes, 17, 29)
    why = "no answer from 192.168.1.20:20007: check that it is switched on and its cable is plugged in"
    return {
        "staff-terminal": replace(start, phase=AtTerminal(totals)),
        "staff-terminal-empty": replace(start, phase=AtTerminal(Totals(None))),
        "staff-terminal-asking": replace(start, phase=AtTerminal(asking="q", due_s=115.0)),
        "staff-terminal-closing": replace(start, phase=AtTerminal(totals, closing=True)),
        "staff-terminal-settling": replace(start, phase=AtTerminal(totals, asking="q", due_s=180.0)),
        "staff-terminal-closed": replace(start, phase=AtTerminal(totals, closed=True)),
        "staff-terminal-refused": replace(start, phase=AtTerminal(refused=why)),
    }


def _ailing(start: Visit) -> dict[str, DeviceHealth]:
    since = start.now - timedelta(minutes=50)
    detail = "no answer from 192.168.1.20:20007: check that it is switched on and its cable is plugged in"
    named = (
        ("terminal", DeviceKind.TERMINAL, DeviceState.FAULTY, detail),
        ("printer", DeviceKind.PRINTER, DeviceState.DEGRADED, "paper is low"),
        ("camera", DeviceKind.CAMERA, DeviceState.STARTING, ""),
        ("touch", DeviceKind.TOUCH, DeviceState.ABSENT, "/dev/input/touch is not there"),
    )
    return {name: DeviceHealth(name, kind, state, words, since) for name, kind, state, words in named}


def _questions(start: Visit, order: Order) -> dict[str, Visit]:
    since, both = start.now - timedelta(days=2, minutes=5), (Decision.HAPPENED, Decision.NOT_HAPPENED)
    movements = ("9c1f6a52-0c8e-4a9b-a9ee-7d0c1d1f0001", "9c1f6a52-0c8e-4a9b-a9ee-7d0c1d1f0002")
    gift_card = Question(
        "q1",
        Subject.DOUBT,
        Action.CHARGE_GIFT_CARD,
        Action.CHARGE_GIFT_CARD.value,
        order.number,
        _euros(850),
        since,
        (*both, Decision.SEND_AGAIN),
        about="QUAY",
        detail="2 could be it",
        evidence=Evidence(_euros(2500), since, movements, 3, REFERENCE),
    )
    payment = Question(
        "q2", Subject.CARD_PAYMENT, None, "card_payment", order.number, _euros(3220), start.now, both
    )
    reversal = replace(
        payment, id="q5", subject=Subject.CARD_REVERSAL, action=Action.REVERSE_CARD, kind="reverse_card"
    )
    reward = replace(
        gift_card,
        id="q3",
        action=Action.RETURN_REWARD,
        about=LONG_TITLE,
        amount=None,
        decisions=(Decision.UNDO, Decision.NOT_HAPPENED),
        detail="cannot be undone: reward_expired",
        evidence=Evidence(1240, None, (), 1),
    )
    strange = replace(
        payment,
        id="q4",
        subject=Subject.UNREADABLE,
        kind="ask_for_a_tip",
        number="",
        amount=None,
        detail="payload: hash does not match",
        decisions=(Decision.SEND_AGAIN, Decision.NOT_HAPPENED),
    )
    every_action = tuple(replace(gift_card, id=f"q-{action}", action=action) for action in Action)

    def viewing(question: Question, **values: object) -> Visit:
        return replace(start, phase=replace(ViewingQuestion(question), **values))  # type: ignore[arg-type]

    deciding = {
        f"staff-decide-{name}-{decision}": viewing(question, decision=decision)
        for name, question, decisions in (
            ("doubt", gift_card, tuple(Decision)),
            ("payment", payment, both),
            ("reversal", reversal, both),
            ("strange", strange, strange.decisions),
        )
        for decision in decisions
    }
    return {
        "staff-questions": replace(start, phase=BrowsingQuestions((gift_card, payment, reward, strange))),
        "staff-questions-all": replace(start, phase=BrowsingQuestions(every_action)),
        "staff-questions-none": replace(start, phase=BrowsingQuestions(())),
        "staff-questions-busy": replace(start, phase=BrowsingQuestions(asking="q", due_s=115.0)),
        "staff-questions-failed": replace(start, phase=BrowsingQuestions(failed=True)),
        "staff-question": viewing(gift_card, candidate=movements[1]),
        "staff-question-payment": viewing(payment),
        "staff-question-reversal": viewing(reversal),
        "staff-question-undo": viewing(reward),
        "staff-question-strange": viewing(strange),
        "staff-question-refused": viewing(payment, refused="it has been cleared up meanwhile"),
        "staff-question-busy": viewing(payment, asking="q", due_s=115.0),
        **deciding,
    }
