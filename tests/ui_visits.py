"""Visits to look at: every screen in every state that looks different, for the lints and for pictures."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from kioskd.core.basket import Basket, Choice, preset_choices
from kioskd.core.catalogue import Service
from kioskd.core.credential import Credential, CredentialKind
from kioskd.core.events import PaymentStep
from kioskd.core.health import DeviceHealth, DeviceKind, DeviceState
from kioskd.core.hindrance import Hindrance
from kioskd.core.member import Member
from kioskd.core.money import Money
from kioskd.core.notice import Notice, NoticeKind, ShownHint
from kioskd.core.order import CardPayment, Order, Tender, order_lines
from kioskd.core.phases import (
    AddingGiftCard,
    AskStaff,
    Attract,
    Blockage,
    Checkout,
    Choosing,
    ConfirmingCancel,
    Identifying,
    Menu,
    OutOfOrder,
    Overview,
    Paying,
    PayingRest,
    Points,
    Reviewing,
    StillThere,
    Storing,
    Thanks,
)
from kioskd.core.preview import BasketPoints
from kioskd.core.print_verdict import PrintVerdict
from kioskd.core.shop import Capability, Shop
from kioskd.core.visit import Lookup, Visit, first_visit
from kioskd.daemon.config.menu import load_menu
from kioskd.ui.locale.translator import LANGUAGES
from kioskd.ui.stage import Display
from tests.ui_menu_visits import less, menu_visits
from tests.ui_offer_visits import FREE_COFFEE, REWARDS, TWENTY_OFF, bills, offer_visits
from tests.ui_promo_visits import promo_visits
from tests.ui_staff_visits import staff_visits

CLAIM_LINK = (
    "https://harbour-kitchen.example.com/l?version=v3&shop_uuid=5f7f1c2e-5a44-4d0b-9a44-0c9d3a1f6b01"
    "&unique_id=b0a7c7a0-6d2c-4b57-9d0c-7c3d1f1f2a55&timestamp=1795000000&unit_name=purchase_amount"
    "&unit_value=38.45&hash=60585d543ff8bbd07ad9798b44241981b4e2d423"
)
MENU_FOLDER = Path(__file__).parent.parent / "kioskd" / "sim" / "harbour"
NOON = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)

DISPLAYS = {
    "portrait": Display(1080, 1920, 208, 370),
    "landscape": Display(1920, 1080, 598, 336),
    "small": Display(800, 480, 154, 86, 400),
}


def shop() -> Shop:
    return Shop(
        name="Harbour Kitchen",
        kiosk="K1",
        catalogue=load_menu(MENU_FOLDER / "menu.toml", "EUR"),
        languages=LANGUAGES,
        tenders=(Tender.CARD, Tender.COUNTER),
        preview=True,
        capabilities=frozenset(Capability),
        power=True,
        speech=True,
        loudspeaker=True,
    )


SANNE = Member(
    id="m1",
    first_name="Sanne",
    points=1240,
    tier="Gold",
    rewards=REWARDS[:5],
    vouchers=(TWENTY_OFF,),
    collectables=(replace(FREE_COFFEE, expires_on=None),),
)
WORKING = {
    health.name: health
    for health in (
        DeviceHealth("front", DeviceKind.SCANNER, DeviceState.OK),
        DeviceHealth("receipts", DeviceKind.PRINTER, DeviceState.OK),
        DeviceHealth("card", DeviceKind.TERMINAL, DeviceState.OK),
    )
}


def visits(shop: Shop) -> dict[str, Visit]:
    """By name, in the order a guest meets them."""
    products = shop.catalogue.products
    start = replace(first_visit(shop, NOON), devices=WORKING)
    empty = start.basket
    combo = (
        products["COMBO-CLASSIC"]
        if "COMBO-CLASSIC" in products
        else next(p for p in products.values() if p.combo)
    )
    burger = next(p for p in products.values() if p.category == "burgers" and p.groups)
    plain = next(p for p in products.values() if not p.groups)
    extra = burger.groups[0].options
    full = (
        empty.add(combo, preset_choices(combo))
        .add(
            burger, (Choice(burger.groups[0].id, extra[0].sku), Choice(burger.groups[0].id, extra[1].sku)), 2
        )
        .add(plain)
    )
    many = Basket(empty.currency)
    for product in list(products.values())[:14]:
        many = many.add(product, preset_choices(product))
    ordering = replace(start, phase=Menu(), service=Service.EAT_IN, category="burgers")
    known = replace(ordering, member=SANNE, basket=full)
    order = Order(
        id="K1-20261120-47",
        number="47",
        sequence=47,
        placed_at=NOON,
        service=Service.EAT_IN,
        language="en",
        currency="EUR",
        lines=order_lines("K1-20261120-47", full),
        tender=Tender.CARD,
        member_id="m1",
    )
    part_paid = replace(order, card_payments=(CardPayment(order.id, Money(500, "EUR")),))
    cash = replace(order, tender=Tender.COUNTER)
    card = Credential(CredentialKind.MEMBER_CARD, "4000123412341234")
    lookup = Lookup("q1", card, 108.0)
    wanting = next((p for p in products.values() if any(g.minimum and not g.preset for g in p.groups)), combo)
    wanted = next(g for g in wanting.groups if g.minimum and not g.preset)
    no_terminal = {name: health for name, health in WORKING.items() if name != "card"}

    camera = DeviceHealth("camera", DeviceKind.CAMERA, DeviceState.OK)
    both = {**WORKING, "camera": camera}
    only_camera = {name: health for name, health in both.items() if name != "front"}
    dark = ShownHint(Hindrance.DARK, 106.0)

    def thanks(points: Points, **values: object) -> Thanks:
        return replace(Thanks(order, points, 115.0), **values)  # type: ignore[arg-type]

    def claim(**values: object) -> Thanks:
        nobodys = replace(order, member_id=None)
        return thanks(Points.CLAIM, order=nobodys, claim_link=CLAIM_LINK, **values)

    def noticed(visit: Visit, kind: NoticeKind, about: str = "") -> Visit:
        return replace(visit, notice=Notice(kind, 106.0, about))

    def choosing(sku: str, **values: object) -> Visit:
        return replace(known, phase=replace(Choosing(sku), **values))  # type: ignore[arg-type]

    def thanked(points: Points, **values: object) -> Visit:
        return replace(known, phase=thanks(points, **values))

    def earning(visit: Visit, points: int, name: str | None = None) -> Visit:
        asked = visit.previews.asking("p1", visit.preview_subject)
        return replace(visit, previews=asked.answered("p1", BasketPoints(points, name)))

    burger_extras = tuple(Choice(burger.groups[0].id, option.sku) for option in extra[:4])
    long_name = Member("m3", "Bartholomeus-Alexander", None, "Platinum", partial=True)
    trouble = "card: faulty, no answer from 192.168.1.20:20007"
    printed = PrintVerdict.PRINTED
    named: dict[str, Visit] = {
        "attract": start,
        "attract-member": replace(start, member=SANNE),
        "attract-no-scanner": replace(start, devices={"card": WORKING["card"]}),
        "attract-notice": noticed(start, NoticeKind.NOT_A_CARD),
        "attract-saved": replace(start, saved_card=card),
        "menu-empty": ordering,
        "menu": known,
        "menu-earning": earning(known, 21),
        "menu-earning-guest": earning(replace(known, member=None), 12345, "Sammelherzen"),
        "menu-added": noticed(known, NoticeKind.ADDED, burger.name.in_language("en")),
        "menu-notice": noticed(replace(known, basket=many), NoticeKind.WELCOME, "Sanne"),
        "menu-looking-up": replace(ordering, lookup=lookup, basket=full, service=Service.TAKE_AWAY),
        "product": choosing(burger.sku, choices=preset_choices(burger)),
        "product-chosen": choosing(burger.sku, choices=burger_extras, quantity=2),
        "product-wanting": choosing(wanting.sku, choices=preset_choices(wanting), wanting=wanted.id),
        "product-combo": choosing(combo.sku, choices=preset_choices(combo)),
        "product-plain": choosing(plain.sku),
        "product-edit": choosing(burger.sku, quantity=2, line=2),
        "basket": replace(known, phase=Reviewing()),
        "basket-earning": earning(replace(known, phase=Reviewing()), 1, "Shells"),
        "basket-earning-guest": earning(
            replace(known, phase=Reviewing(), member=None), 12345, "Sammelherzen mit Sahne"
        ),
        "basket-many": replace(known, phase=Reviewing(), basket=many, member=None),
        "basket-removed": less(replace(known, phase=Reviewing(), basket=full), full.remove(2)),
        "basket-nothing": replace(known, phase=Reviewing(), basket=empty),
        "identify": replace(ordering, phase=Identifying(Menu())),
        "identify-unknown": noticed(replace(ordering, phase=Identifying(Menu())), NoticeKind.CARD_UNKNOWN),
        "identify-camera": replace(ordering, phase=Identifying(Menu()), devices=only_camera),
        "identify-hint": replace(ordering, phase=Identifying(Menu()), devices=only_camera, hint=dark),
        "gift-card-hint": replace(known, phase=AddingGiftCard(), devices=both, hint=dark),
        "gift-card-camera": replace(known, phase=AddingGiftCard(), devices=only_camera),
        "attract-camera": replace(start, devices=only_camera),
        "identify-busy": replace(ordering, phase=Identifying(Menu()), lookup=lookup),
        "keypad-empty": replace(ordering, phase=Identifying(Menu(), keypad=True)),
        "keypad": replace(ordering, phase=Identifying(Menu(), keypad=True, digits="40001234")),
        "keypad-long": replace(
            ordering, phase=Identifying(Menu(), keypad=True, digits="400012341234567890123456")
        ),
        "member": replace(known, phase=Overview(Menu())),
        "member-first": replace(start, member=SANNE, phase=Overview(Attract())),
        "member-new": replace(known, phase=Overview(Menu()), member=Member("m2", None, 0)),
        "member-partial": replace(known, phase=Overview(Menu()), member=long_name),
        "checkout": replace(known, phase=Checkout()),
        "checkout-guest": replace(known, phase=Checkout(), member=None),
        "checkout-earning": earning(replace(known, phase=Checkout()), 12345, "Sammelherzen mit Sahne"),
        "checkout-earning-guest": earning(
            replace(known, phase=Checkout(), member=None), 12345, "Sammelherzen"
        ),
        "checkout-many": replace(known, phase=Checkout(), basket=many),
        "checkout-no-terminal": replace(known, phase=Checkout(), devices=no_terminal),
        "checkout-declined": noticed(replace(known, phase=Checkout()), NoticeKind.PAYMENT_DECLINED),
        "checkout-not-taken": noticed(replace(known, phase=Checkout()), NoticeKind.CARD_NOT_TAKEN),
        "checkout-terminal-busy": noticed(replace(known, phase=Checkout()), NoticeKind.TERMINAL_BUSY),
        "paying": replace(known, phase=Paying(order, 190, 220)),
        "paying-pin": replace(known, phase=Paying(order, 190, 220, PaymentStep.ENTER_PIN)),
        "paying-unreadable": replace(known, phase=Paying(order, 190, 220, PaymentStep.UNREADABLE)),
        "paying-choose": replace(known, phase=Paying(order, 190, 220, PaymentStep.CHOOSE)),
        "paying-wrong-pin": replace(known, phase=Paying(order, 190, 220, PaymentStep.WRONG_PIN)),
        "paying-authorising": replace(known, phase=Paying(order, 190, 220, PaymentStep.AUTHORISING)),
        "paying-lost": replace(known, phase=Paying(order, 190, 220, PaymentStep.LOST)),
        "paying-stopping": replace(known, phase=Paying(order, 190, 220, aborting=True)),
        "paying-rest": replace(known, phase=PayingRest(part_paid, 190)),
        "paying-rest-no-terminal": replace(known, phase=PayingRest(part_paid, 190), devices=no_terminal),
        "paying-rest-failed": noticed(
            replace(known, phase=PayingRest(part_paid, 190)), NoticeKind.REST_NOT_PAID
        ),
        "paying-rest-returning": replace(known, phase=PayingRest(part_paid, 190, returning=True)),
        "checkout-card-money-back": noticed(replace(known, phase=Checkout()), NoticeKind.PAYMENT_RETURNED),
        "ask-staff-owed": replace(known, phase=AskStaff(part_paid, 160, Money(500, "EUR"))),
        "storing": replace(known, phase=Storing(order)),
        "thanks": thanked(Points.EARNED, earned=38, balance=1278, receipt=printed),
        "thanks-asked": thanked(Points.ASKED),
        "thanks-later": thanked(Points.LATER, receipt=printed),
        "thanks-counter": thanked(Points.AT_COUNTER, receipt=PrintVerdict.UNKNOWN, order=cash),
        "thanks-guest": replace(known, member=None, phase=thanks(Points.NONE, receipt=PrintVerdict.BLOCKED)),
        "thanks-refused": thanked(Points.REFUSED, receipt=printed),
        "thanks-claim": replace(known, member=None, phase=claim(receipt=printed, claim_on_paper=True)),
        "thanks-claim-printing": replace(known, member=None, phase=claim(claim_on_paper=True)),
        "thanks-claim-no-paper": replace(
            known, member=None, phase=claim(receipt=PrintVerdict.BLOCKED, claim_on_paper=True)
        ),
        "thanks-claim-doubtful-paper": replace(
            known, member=None, phase=claim(receipt=PrintVerdict.UNKNOWN, claim_on_paper=True)
        ),
        "thanks-claim-refused": thanked(Points.CLAIM, receipt=printed, claim_link=CLAIM_LINK),
        "ask-staff": replace(known, phase=AskStaff(order, 160)),
        "still-there": replace(known, phase=StillThere(Menu(), 120, 17)),
        "confirm-cancel": replace(known, phase=ConfirmingCancel(Reviewing())),
        "out-of-order": replace(start, phase=OutOfOrder(Blockage.NO_TENDER, (trouble,))),
        "set-up": replace(start, phase=OutOfOrder(Blockage.SETUP)),
    }
    staff = staff_visits(start, order)
    named |= menu_visits(shop, ordering, known)
    return bills({**named, **offer_visits(shop, known, order), **promo_visits(known, order), **staff}, shop)
