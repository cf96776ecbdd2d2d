"""What a guest takes out comes back by one touch: lines, offers, gift cards and prepaid, the latest first."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kioskd.core.denial import Denial
from kioskd.core.effects import Effect, HoldVoucher, LetGo
from kioskd.core.events import (
    GiftCardFound,
    MemberFound,
    NetworkChanged,
    OfferDenied,
    OfferHeld,
    SettlementDenied,
    Tick,
    VoucherFound,
)
from kioskd.core.flow import next_deadline
from kioskd.core.intents import (
    CancelOrder,
    ClearBasket,
    ConfirmCancel,
    ConfirmOffer,
    GoBack,
    PayWith,
    QuickAdd,
    RemoveGiftCard,
    RemoveLine,
    RemoveOffer,
    ShowBasket,
    ShowCheckout,
    ShowMember,
    SignOut,
    StartOrder,
    UndoRemoval,
    UsePrepaid,
)
from kioskd.core.notice import NoticeKind
from kioskd.core.order import Tender
from kioskd.core.removal import RemovedGiftCard, RemovedLines, RemovedOffer, RemovedPrepaid
from kioskd.core.stored_value import GiftCard
from kioskd.core.visit import Place, Visit
from tests.euros import eur
from tests.unit.offer_visits import asking, mia_orders, only, said, scanned, shows, takes
from tests.unit.offering import EURO_REWARD, FIVE, GENEROUS, MIA, NOBODYS, TEN, TWENTY, WATER_REWARD
from tests.unit.shopfront import EAT_IN, Player, player
from tests.unit.test_visit_walks import steps, wanderer


def adds(p: Player, card: GiftCard) -> None:
    p.do(GiftCardFound(scanned(p, card.code), card))


def held(effects: tuple[Effect, ...]) -> str:
    hold = only(effects, HoldVoucher)
    assert isinstance(hold, HoldVoucher)
    return hold.offer_id


def order_of(visit: Visit) -> tuple[object, ...]:
    """All that the guest has put together, whatever ids the backend's holds have."""
    offers = tuple(replace(taken, id="") for taken in visit.offers)
    return visit.basket, offers, visit.gift_cards, visit.use_prepaid, visit.bill.total, visit.bill.due


# --- offers --------------------------------------------------------------------------------------------


def test_a_removed_reward_is_back_at_once_where_it_was() -> None:
    p = mia_orders("B1")
    reward = takes(p, EURO_REWARD)
    takes(p, TWENTY)
    before = p.visit
    p.do(RemoveOffer(reward))
    assert p.visit.points_left == MIA.points
    assert p.do(UndoRemoval()) == ()
    assert p.visit.offers == before.offers
    assert order_of(p.visit) == order_of(before)
    assert said(p)[:2] == (NoticeKind.OFFER_ADDED, "A euro off")
    assert p.visit.removed == ()


def test_a_removed_voucher_is_held_anew_and_then_it_is_back() -> None:
    p = mia_orders("B1")
    voucher = takes(p, TWENTY)
    takes(p, EURO_REWARD)
    p.do(GoBack(), ShowBasket())
    before = p.visit
    assert p.do(RemoveOffer(voucher)) == (LetGo(voucher),)
    again = held(p.do(UndoRemoval()))
    assert again != voucher, "a hold that was let go is over"
    assert p.visit.place is Place.CONFIRMING_OFFER
    p.do(OfferHeld(again))
    assert p.visit.place is Place.REVIEWING
    assert order_of(p.visit) == order_of(before)
    assert p.visit.offers[0].held
    assert p.visit.removed == ()


def test_a_voucher_that_is_denied_now_is_gone_and_the_guest_hears_why() -> None:
    p = mia_orders("B1", "W1")
    voucher = takes(p, TWENTY)
    p.do(GoBack(), ShowBasket(), RemoveLine(2), RemoveOffer(voucher))
    p.do(OfferDenied(held(p.do(UndoRemoval())), Denial.USED))
    assert asking(p).denial is Denial.USED
    p.do(GoBack())
    assert p.visit.place is Place.REVIEWING
    assert p.visit.offers == ()
    p.do(UndoRemoval())
    assert p.visit.basket.line(2), "what was taken out before can still be put back"


@pytest.mark.parametrize("trouble", ["denied", "overdue", "offline", "left"])
def test_nothing_is_lost_when_nobody_could_be_asked(trouble: str) -> None:
    p = mia_orders("B1")
    voucher = takes(p, TWENTY)
    p.do(GoBack(), ShowBasket())
    before = p.visit
    p.do(RemoveOffer(voucher))
    if trouble == "offline":
        p.do(NetworkChanged(False), UndoRemoval())
        assert asking(p).denial is Denial.UNREACHABLE
        p.do(NetworkChanged(True))
    else:
        again = held(p.do(UndoRemoval()))
        if trouble == "denied":
            p.do(OfferDenied(again, Denial.UNREACHABLE))
        elif trouble == "overdue":
            due_s = next_deadline(p.visit, p.shop)
            assert due_s is not None
            p.mono_s = due_s
            assert p.do(Tick()) == (LetGo(again),)
        else:
            assert p.do(GoBack()) == (LetGo(again),)
            assert p.do(OfferHeld(again)) == (LetGo(again),), "nobody waits for it any more"
    if p.visit.place is Place.CONFIRMING_OFFER:
        p.do(GoBack())
    p.do(OfferHeld(held(p.do(UndoRemoval()))))
    assert order_of(p.visit) == order_of(before)


def test_a_scanned_voucher_need_not_be_scanned_again() -> None:
    p = player(replace(GENEROUS, vouchers_need_card=False))
    p.do(StartOrder(EAT_IN), QuickAdd("B1"))
    p.do(VoucherFound(scanned(p, "WELCOME"), NOBODYS))
    voucher = held(p.do(ConfirmOffer()))
    p.do(OfferHeld(voucher), ShowBasket(), RemoveOffer(voucher))
    p.do(OfferHeld(held(p.do(UndoRemoval()))))
    assert [taken.right for taken in p.visit.offers] == [NOBODYS]
    assert p.visit.bill.total == eur(750)


def test_the_free_product_leaves_and_comes_back_with_its_offer() -> None:
    p = mia_orders("B1")
    takes(p, EURO_REWARD)
    reward = takes(p, WATER_REWARD)
    before = p.visit
    assert [line.product.sku for line in before.basket.lines] == ["B1", "W1"]
    p.do(RemoveOffer(reward))
    assert [line.product.sku for line in p.visit.basket.lines] == ["B1"]
    p.do(UndoRemoval())
    assert order_of(p.visit) == order_of(before)


def test_points_that_went_elsewhere_meanwhile_are_not_spent_twice() -> None:
    p = mia_orders("B1", member=replace(MIA, points=400))
    reward = takes(p, EURO_REWARD)
    p.do(RemoveOffer(reward))
    p.visit = replace(p.visit, member=replace(MIA, points=100))
    p.do(UndoRemoval())
    assert asking(p).denial is Denial.INSUFFICIENT_POINTS
    p.do(GoBack())
    assert (p.visit.offers, p.visit.removed) == ((), ())


# --- gift cards and prepaid ----------------------------------------------------------------------------


def test_a_removed_gift_card_pays_again_in_its_turn_without_being_scanned() -> None:
    p = player(GENEROUS)
    p.do(StartOrder(EAT_IN), QuickAdd("B1"), ShowCheckout())
    adds(p, FIVE)
    adds(p, TEN)
    before = p.visit
    p.do(RemoveGiftCard(FIVE.id))
    assert p.visit.gift_cards == (TEN,)
    assert p.do(UndoRemoval()) == ()
    assert order_of(p.visit) == order_of(before)
    assert said(p)[:2] == (NoticeKind.GIFT_CARD_ADDED, "0005")


def test_a_card_that_has_expired_meanwhile_is_not_put_back() -> None:
    p = player(GENEROUS)
    p.do(StartOrder(EAT_IN), QuickAdd("B1"), ShowCheckout())
    adds(p, FIVE)
    p.do(RemoveGiftCard(FIVE.id))
    p.visit = replace(p.visit, removed=(RemovedGiftCard(0, replace(FIVE, active=False)),))
    p.do(UndoRemoval())
    assert said(p)[2] is Denial.NOT_VALID
    assert (p.visit.gift_cards, p.visit.removed) == ((), ())


def test_prepaid_that_was_switched_off_is_used_again() -> None:
    p = mia_orders("B1")
    p.do(GoBack(), ShowCheckout(), UsePrepaid(True))
    before = p.visit
    p.do(UsePrepaid(False), UsePrepaid(False))
    assert p.visit.bill.due == eur(850)
    p.do(NetworkChanged(False), UndoRemoval())
    assert said(p)[2] is Denial.UNREACHABLE
    p.do(NetworkChanged(True), UndoRemoval())
    assert order_of(p.visit) == order_of(before)
    assert p.visit.removed == ()


# --- how long it can be put back -----------------------------------------------------------------------


def test_the_latest_comes_back_first_whatever_it_is() -> None:
    p = mia_orders("B1", "W1")
    reward = takes(p, EURO_REWARD)
    p.do(GoBack(), ShowCheckout(), UsePrepaid(True))
    adds(p, FIVE)
    orders = [order_of(p.visit)]
    for intent in (RemoveGiftCard(FIVE.id), UsePrepaid(False), RemoveOffer(reward)):
        p.do(intent)
        orders.append(order_of(p.visit))
    p.do(GoBack())
    for intent in (RemoveLine(1), ClearBasket()):
        p.do(intent)
        orders.append(order_of(p.visit))
    for order in reversed(orders[:-1]):
        p.do(UndoRemoval())
        assert order_of(p.visit) == order
    assert p.do(UndoRemoval()) == ()


@pytest.mark.parametrize("added", ["line", "offer", "gift card", "prepaid"])
def test_what_is_added_ends_what_can_be_put_back(added: str) -> None:
    p = mia_orders("B1", "W1")
    p.do(GoBack(), ShowCheckout())
    adds(p, FIVE)
    p.do(RemoveGiftCard(FIVE.id), GoBack())
    assert p.visit.removed
    match added:
        case "line":
            p.do(GoBack(), QuickAdd("B1"))
        case "offer":
            p.do(ShowMember())
            takes(p, EURO_REWARD)
        case "gift card":
            adds(p, TEN)
        case _:
            p.do(ShowCheckout(), UsePrepaid(True))
    assert p.visit.removed == ()


def test_paying_ends_it_and_a_code_is_not_kept_for_later() -> None:
    p = player(GENEROUS)
    p.do(StartOrder(EAT_IN), QuickAdd("B1"), ShowCheckout())
    adds(p, FIVE)
    p.do(RemoveGiftCard(FIVE.id))
    assert FIVE.code not in repr(p.visit), "nothing that is written down has the code"
    [settle] = p.do(PayWith(Tender.CARD))
    assert p.visit.removed == ()
    p.do(SettlementDenied(settle.order.id, "", Denial.UNREACHABLE))  # type: ignore[union-attr]
    assert p.visit.removed == ()


def test_a_guest_who_leaves_takes_what_they_removed_along() -> None:
    p = player(GENEROUS)
    p.do(StartOrder(EAT_IN), QuickAdd("B1"), ShowCheckout())
    adds(p, FIVE)
    p.do(RemoveGiftCard(FIVE.id), CancelOrder(), ConfirmCancel())
    assert p.visit.removed == ()
    assert p.visit.at_home


def test_who_signs_out_cannot_put_back_what_was_theirs() -> None:
    p = mia_orders("B1", "W1")
    reward = takes(p, EURO_REWARD)
    p.do(GoBack(), ShowCheckout(), UsePrepaid(True))
    adds(p, FIVE)
    p.do(UsePrepaid(False), RemoveGiftCard(FIVE.id), GoBack(), RemoveLine(2), ShowMember())
    p.do(RemoveOffer(reward), SignOut())
    assert [type(removal) for removal in p.visit.removed] == [RemovedGiftCard, RemovedLines]


def test_a_voucher_of_another_guest_is_not_put_back() -> None:
    p = mia_orders("B1")
    shows(p, TWENTY)
    voucher = held(p.do(ConfirmOffer()))
    p.do(OfferHeld(voucher), RemoveOffer(voucher))
    removed = p.visit.removed
    p.do(SignOut())
    assert p.visit.removed == ()
    p.do(MemberFound(scanned(p), replace(MIA, id="m-9")), ShowBasket())
    p.visit = replace(p.visit, removed=removed)
    p.do(UndoRemoval())
    assert asking(p).denial is Denial.OTHER_MEMBER


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_wherever_a_visit_wanders_undo_brings_back_exactly_what_was_removed(seed: int) -> None:
    rng = random.Random(seed)
    p = wanderer(rng)
    removals = {RemoveOffer: RemovedOffer, RemoveGiftCard: RemovedGiftCard, UsePrepaid: RemovedPrepaid}
    before = p.visit
    for _, event, _ in steps(p, rng, 150):
        kind = removals.get(type(event), RemovedLines)  # type: ignore[arg-type]
        grown = len(p.visit.removed) > len(before.removed)
        if grown:
            assert isinstance(p.visit.removed[-1], kind)
            twin = replace(p)
            asked = twin.do(UndoRemoval())
            if twin.visit.place is Place.CONFIRMING_OFFER and asking(twin).waiting:
                twin.do(OfferHeld(held(asked)))
            if twin.visit.place is before.place:
                assert twin.visit.removed == before.removed or twin.visit.online is False
                assert twin.visit.online is False or order_of(twin.visit) == order_of(before)
        before = p.visit
