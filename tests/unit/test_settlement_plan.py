"""What an order asks of the loyalty backend: which deeds, on which lanes, and what takes each back."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from kioskd.core.deeds import Action
from kioskd.core.discount import OfferKind
from kioskd.core.order import OfferUse, Order, OrderDiscount, StoredPayment, StoredValue
from kioskd.core.settlement import Step, giving_back, hold, renewed_hold_id, reserving, undo, used_by, using
from tests.euros import eur
from tests.unit.test_order import ORDER


def discount(n: int, kind: OfferKind, **use: object) -> OrderDiscount:
    of_use = OfferUse(f"t{n}", kind, f"right-{n}", f"Offer {n}", member_id="m-1")
    return OrderDiscount(f"o-1-d{n}", replace(of_use, **use), eur(100))  # type: ignore[arg-type]


def payment(n: int, kind: StoredValue, account: str) -> StoredPayment:
    return StoredPayment(f"o-1-p{n}", kind, account, eur(250), eur(0), "GC-SECRET", "CRET")


VOUCHER = discount(1, OfferKind.VOUCHER, code="V-SECRET")
REWARD = discount(2, OfferKind.REWARD, cost_points=50)
KEPT = discount(3, OfferKind.REWARD, cost_points=80, keeps=True)
COLLECTABLE = discount(4, OfferKind.COLLECTABLE)
MIXED: Order = replace(
    ORDER,
    id="o-1",
    member_id="m-1",
    discounts=(VOUCHER, REWARD, KEPT, COLLECTABLE),
    payments=(payment(1, StoredValue.GIFT_CARD, "g-1"), payment(2, StoredValue.PREPAID, "m-1")),
)
HOLDS = {"t1": "hold-t1"}


def test_points_are_spent_before_money_and_money_as_the_order_says() -> None:
    assert [(step.id, step.action, step.lane, step.part_id) for step in reserving(MIXED)] == [
        ("claim-o-1-d2", Action.CLAIM_REWARD, "reward:m-1", "t2"),
        ("claim-o-1-d3", Action.CLAIM_REWARD, "reward:m-1", "t3"),
        ("charge-o-1-p1", Action.CHARGE_GIFT_CARD, "giftcard:g-1", "g-1"),
        ("charge-o-1-p2", Action.CHARGE_PREPAID, "prepaid:m-1", "m-1"),
    ]


def test_after_paying_vouchers_are_redeemed_and_rewards_that_keep_are_collected() -> None:
    assert [(step.id, step.action, step.lane, step.needs) for step in using(MIXED, HOLDS)] == [
        ("redeem-o-1-d1", Action.REDEEM_VOUCHER, "voucher:right-1", ("hold-t1",)),
        ("collect-o-1-d3", Action.COLLECT_REWARD, "reward:m-1", ("claim-o-1-d3",)),
        ("collect-o-1-d4", Action.COLLECT_REWARD, "reward:m-1", ()),
    ]


def test_the_order_names_what_used_each_offer_and_payment() -> None:
    assert used_by(MIXED) == {
        "t1": "redeem-o-1-d1",
        "t2": "claim-o-1-d2",
        "t3": "collect-o-1-d3",
        "t4": "collect-o-1-d4",
        "o-1-p1": "charge-o-1-p1",
        "o-1-p2": "charge-o-1-p2",
    }


@pytest.mark.parametrize(
    ("step", "undone_by"),
    [
        (hold(VOUCHER.use, renewed_hold_id(VOUCHER)), Action.RELEASE_VOUCHER),
        *zip(
            (*reserving(MIXED), *using(MIXED, HOLDS)),
            (
                Action.RETURN_REWARD,
                None,  # stays the member's to collect
                Action.REVERSE_GIFT_CARD,
                Action.REVERSE_PREPAID,
                Action.UNDO_REDEMPTION,
                Action.UNDO_COLLECTION,
                Action.UNDO_COLLECTION,
            ),
            strict=True,
        ),
    ],
    ids=str,
)
def test_each_step_has_what_takes_it_back(step: Step, undone_by: Action | None) -> None:
    back = undo(step)
    assert (back.action if back else None) == undone_by
    if back:
        assert (back.undoes, back.lane) == (step.id, step.lane)
        assert step.id in back.details.values()


def test_a_settled_order_is_given_back_latest_first() -> None:
    assert [(step.id, step.undoes) for step in giving_back(MIXED, HOLDS)] == [
        ("return-collect-o-1-d4", "collect-o-1-d4"),
        ("return-collect-o-1-d3", "collect-o-1-d3"),
        ("return-redeem-o-1-d1", "redeem-o-1-d1"),
        ("return-charge-o-1-p2", "charge-o-1-p2"),
        ("return-charge-o-1-p1", "charge-o-1-p1"),
        ("return-claim-o-1-d2", "claim-o-1-d2"),
        ("return-hold-t1", "hold-t1"),
    ]
    assert "return-hold-t1" not in [step.id for step in giving_back(MIXED)]


def test_all_of_it_is_json_and_shows_no_code() -> None:
    for step in (*reserving(MIXED), *using(MIXED, HOLDS), *giving_back(MIXED, HOLDS)):
        assert json.loads(json.dumps(dict(step.details))) == step.details
        assert "SECRET" not in repr(step)


def test_a_second_try_has_ids_of_its_own() -> None:
    again = replace(
        MIXED,
        discounts=tuple(replace(d, id=d.id.replace("o-1", "o-2")) for d in MIXED.discounts),
        payments=tuple(replace(p, id=p.id.replace("o-1", "o-2")) for p in MIXED.payments),
    )
    first = {step.id for step in (*reserving(MIXED), *using(MIXED, HOLDS))}
    assert first.isdisjoint(step.id for step in (*reserving(again), *using(again, HOLDS)))


def test_a_reward_that_waits_is_collected_after_paying_and_given_back_as_a_whole() -> None:
    waiting = discount(5, OfferKind.REWARD, cost_points=80, waits=True)
    order = replace(MIXED, discounts=(waiting,), payments=())
    assert [step.action for step in using(order, {})] == [Action.COLLECT_REWARD]
    assert [step.action for step in giving_back(order)] == [Action.UNDO_COLLECTION, Action.RETURN_REWARD]
