"""Visits in which offers are taken, in few words."""

from __future__ import annotations

from kioskd.core.denial import Denial
from kioskd.core.effects import Effect, HoldVoucher, LookUp, Settle
from kioskd.core.events import MemberFound, OfferHeld, Scanned
from kioskd.core.intents import (
    ConfirmOffer,
    GoBack,
    PayWith,
    QuickAdd,
    ShowCheckout,
    ShowMember,
    ShowOffer,
    StartOrder,
)
from kioskd.core.member import Member, Right
from kioskd.core.notice import NoticeKind
from kioskd.core.order import Order, Tender
from kioskd.core.phases import ConfirmingOffer
from kioskd.core.shop import Shop
from kioskd.core.visit import Place
from tests.unit.offering import (
    GENEROUS,
    MIA,
)
from tests.unit.shopfront import EAT_IN, Player, player


def only(effects: tuple[Effect, ...], kind: type[Effect]) -> Effect:
    [found] = [effect for effect in effects if isinstance(effect, kind)]
    return found


def scanned(p: Player, text: str = "CODE-1") -> str:
    """Scan something; the request that asks what it is."""
    asked = only(p.do(Scanned(text, "scanner")), LookUp)
    assert isinstance(asked, LookUp)
    return asked.request


def mia_orders(*skus: str, member: Member = MIA, shop: Shop = GENEROUS) -> Player:
    """Mia has been recognised, has ordered, and looks at what she has."""
    p = player(shop)
    p.do(MemberFound(scanned(p), member), StartOrder(EAT_IN), *(QuickAdd(sku) for sku in skus), ShowMember())
    assert p.visit.place is Place.OVERVIEW
    return p


def asking(p: Player) -> ConfirmingOffer:
    assert isinstance(p.visit.phase, ConfirmingOffer)
    return p.visit.phase


def shows(p: Player, right: Right) -> ConfirmingOffer:
    p.do(ShowOffer(right.kind, right.id))
    return asking(p)


def takes(p: Player, right: Right) -> str:
    """Show, confirm, and hold if that is needed; the taken offer's id."""
    shows(p, right)
    for effect in p.do(ConfirmOffer()):
        assert isinstance(effect, HoldVoucher)
        p.do(OfferHeld(effect.offer_id))
    return p.visit.offers[-1].id


def said(p: Player) -> tuple[NoticeKind, str, Denial | None]:
    assert p.visit.notice
    return p.visit.notice.kind, p.visit.notice.about, p.visit.notice.denial


def pays(p: Player, tender: Tender = Tender.CARD) -> Order:
    p.do(GoBack(), ShowCheckout())
    settle = only(p.do(PayWith(tender)), Settle)
    assert isinstance(settle, Settle)
    return settle.order
