"""Visits with offers, gift cards and prepaid money, in every state that looks different."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from kioskd.core.bill import ChargeRule, TakenOffer, bill_of, order_discounts, stored_payments
from kioskd.core.catalogue import Words
from kioskd.core.credential import Credential, CredentialKind
from kioskd.core.denial import Denial
from kioskd.core.discount import (
    AmountOff,
    Categories,
    FreeItem,
    Offer,
    PercentOff,
    Products,
    Reason,
    Refusal,
    Rule,
    WholeOrder,
)
from kioskd.core.events import PaymentStep
from kioskd.core.member import CollectableReward, Member, Reward, Right, Voucher
from kioskd.core.money import Money
from kioskd.core.notice import Notice, NoticeKind
from kioskd.core.order import ChargeKind, Order, Tender
from kioskd.core.phases import (
    AddingGiftCard,
    Checkout,
    ConfirmingOffer,
    Menu,
    Overview,
    Paying,
    Points,
    Reviewing,
    Thanks,
)
from kioskd.core.print_verdict import PrintVerdict
from kioskd.core.removal import RemovedGiftCard, RemovedOffer, RemovedPrepaid
from kioskd.core.rules.billing import billed
from kioskd.core.shop import Shop
from kioskd.core.stored_value import GiftCard
from kioskd.core.visit import Lookup, Visit


def euros(minor: int) -> Money:
    return Money(minor, "EUR")


def free(*skus: str) -> Rule:
    return Rule(FreeItem(), Products(skus))


FREE_COFFEE = CollectableReward("c1", "Free coffee", date(2026, 12, 31), free("COFFEE"))
FREE_DOG = CollectableReward("c2", "A Dockside Dog on us", None, free("DOG"))
TWENTY_OFF = Voucher(
    "v1", "20 % off your order", date(2026, 11, 30), "V-20", Rule(PercentOff(Decimal(20)), WholeOrder())
)
BURGERS_OFF = Voucher(
    "v2",
    "Two euros off every burger this month",
    date(2027, 1, 31),
    "V-2",
    Rule(AmountOff(euros(200)), Categories(("burgers",))),
)
BIG_ORDER = Voucher(
    "v3",
    "Ten euros off",
    None,
    "V-10",
    Rule(AmountOff(euros(1000)), WholeOrder(), minimum_order=euros(5000)),
)
LONG = Voucher(
    "v4",
    "A thank you from the harbour master: five euros off for the whole crew on board, every Friday",
    date(2026, 12, 24),
    "V-LONG",
    Rule(AmountOff(euros(500)), WholeOrder()),
)
TITLES = (LONG.title, BURGERS_OFF.title)
TYPED = "HARBOUR-2026-ABCD-EFGH-1234-WXYZ"
VOUCHERS = (
    TWENTY_OFF,
    BURGERS_OFF,
    BIG_ORDER,
    LONG,
    Voucher("v5", "Free soft ice", date(2027, 6, 1), "V-5", free("SOFT-ICE"), denial=Denial.NOT_YET_ACTIVE,
            starts_on=date(2026, 12, 6)),
    Voucher("v6", "Harbour festival", None, "V-6", None),
    Voucher("v7", "Welcome gift", date(2026, 12, 1), "V-7", free("COOKIE"), denial=Denial.LOCKED_ELSEWHERE),
)  # fmt: skip
REWARDS = (
    Reward("r1", "Cookie", 250, rule=free("COOKIE")),
    Reward("r2", "Large fries", 600, rule=free("FRIES")),
    Reward("r3", "Harbour Classic", 1500, rule=free("CLASSIC")),
    Reward("r4", "Doughnut box for the whole table", 2400, rule=free("DOUGHNUT-BOX")),
    Reward("r5", "Soft ice", 300, available=False, rule=free("SOFT-ICE")),
    Reward("r6", "Captain's tour", 400),
)
RICH = Member(
    id="m1",
    first_name="Sanne",
    points=1240,
    tier="Gold",
    prepaid=euros(2500),
    rewards=REWARDS,
    vouchers=VOUCHERS,
    collectables=(FREE_COFFEE, FREE_DOG),
)
MANY_REWARDS = replace(
    RICH,
    points=123_456,
    points_name="Sammelherzen",
    rewards=tuple(Reward(f"m{i}", f"Reward number {i}", i * 1000, rule=free("COOKIE")) for i in range(1, 31)),
)
CARDS = (
    GiftCard("g1", "6045123412349876", euros(1000)),
    GiftCard("g2", "6045123412340042", euros(750)),
    GiftCard("g3", "HARBOURGIFTAB12", euros(500_000)),
)
CHARGES = (
    ChargeRule(ChargeKind.PACKAGING, Words("Packaging"), euros(50)),
    ChargeRule(ChargeKind.SERVICE, Words("Service"), percent=Decimal(5)),
)


def taken(*rights: Right) -> tuple[TakenOffer, ...]:
    return tuple(TakenOffer(f"o{i}", right, isinstance(right, Voucher)) for i, right in enumerate(rights))


def offer_visits(shop: Shop, known: Visit, order: Order) -> dict[str, Visit]:
    """`known` is a member's visit with a basket, `order` what it may become. Bills are made by `bills`."""
    known = replace(known, member=RICH)
    basket = known.basket
    some = taken(TWENTY_OFF, FREE_DOG, FREE_COFFEE, REWARDS[0], BIG_ORDER)
    lookup = Lookup("q1", Credential(CredentialKind.MEMBER_CARD, TYPED), 108.0)
    nine = taken(
        *(replace(LONG, id=f"x{i}") for i in range(4)), FREE_DOG, TWENTY_OFF, BURGERS_OFF, *REWARDS[:2]
    )
    dear = replace(
        known, basket=basket.add(shop.catalogue.products["DOUGHNUT-BOX"], quantity=90).with_quantity(1, 80)
    )

    def confirming(
        right: Right, reason: Reason | None = None, missing: Money | None = None
    ) -> ConfirmingOffer:
        offer = Offer("draft", right.kind, right.title, right.rule)
        if reason is not None:
            return ConfirmingOffer(right, Menu(), Refusal(offer, reason, missing))
        found = bill_of(basket, (TakenOffer("draft", right),), shop.stacking, (), None)
        outcome = found.discount("draft") or found.refusal("draft")
        assert outcome is not None
        return ConfirmingOffer(right, Menu(), outcome)

    cookie = bill_of(
        basket.add(shop.catalogue.products["COOKIE"]), taken(REWARDS[0]), shop.stacking, (), None
    ).discount("o0")
    assert cookie is not None
    with_cookie = ConfirmingOffer(REWARDS[0], Menu(), cookie)

    def asked(phase: ConfirmingOffer) -> Visit:
        return replace(known, phase=phase)

    def told(visit: Visit, kind: NoticeKind, about: str = "", denial: Denial | None = None) -> Visit:
        return replace(visit, notice=Notice(kind, 106.0, about, denial))

    found = bill_of(basket, some, shop.stacking, (), None)
    with_offers = replace(order, discounts=order_discounts(order.id, found, some, "m1"))
    assert with_offers.discounts
    typing = replace(known, phase=AddingGiftCard())
    at_checkout = replace(known, phase=Checkout())
    reviewing = replace(known, phase=Reviewing())
    denied = {
        f"offer-denied-{denial}": asked(replace(confirming(TWENTY_OFF), denial=denial)) for denial in Denial
    }
    said = {
        f"notice-{denial}": told(known, NoticeKind.DENIED, LONG.title[:60], denial)
        for denial in (Denial.UNREACHABLE, Denial.UNKNOWN_GIFT_CARD)
    }
    return {
        "member-offers": replace(known, phase=Overview(Menu())),
        "member-taken": replace(known, phase=Overview(Menu()), offers=some),
        "member-offline": replace(known, phase=Overview(Menu()), online=False),
        "member-many": replace(known, phase=Overview(Menu()), member=MANY_REWARDS),
        "menu-offers": replace(known, offers=some),
        "menu-many-offers": replace(dear, offers=nine),
        "offer-discount": asked(confirming(TWENTY_OFF)),
        "offer-free": asked(confirming(FREE_DOG)),
        "offer-reward": replace(asked(confirming(REWARDS[2])), member=replace(RICH, points=3250)),
        "offer-long": asked(confirming(LONG)),
        "offer-points": replace(asked(confirming(MANY_REWARDS.rewards[29])), member=MANY_REWARDS),
        "offer-reward-to-add": asked(confirming(REWARDS[0])),
        "offer-added": asked(with_cookie),
        "offer-to-add": asked(confirming(FREE_COFFEE)),
        "offer-to-add-one-of": asked(
            confirming(replace(FREE_COFFEE, rule=free("COFFEE", "MINT-TEA", "COLA")))
        ),
        "offer-to-add-from": asked(
            confirming(replace(BURGERS_OFF, rule=Rule(AmountOff(euros(200)), Categories(("breakfast",)))))
        ),
        "offer-minimum": asked(confirming(BIG_ORDER)),
        "offer-better": asked(confirming(LONG, Reason.FULLY_USED_BY_BETTER)),
        "offer-one-only": asked(confirming(TWENTY_OFF, Reason.NOT_COMBINABLE)),
        "offer-unusable": asked(confirming(VOUCHERS[5])),
        "offer-waiting": asked(replace(confirming(TWENTY_OFF), waiting="o1", due_s=112.0)),
        **denied,
        **said,
        "notice-offer-added": told(reviewing, NoticeKind.OFFER_ADDED, TWENTY_OFF.title),
        "basket-removed-offer": replace(reviewing, offers=some, removed=(RemovedOffer(0, *taken(LONG)),)),
        "basket-removed-gift-card": replace(reviewing, removed=(RemovedGiftCard(0, CARDS[0]),)),
        "member-removed": replace(
            known, phase=Overview(Menu()), offers=some, removed=(RemovedOffer(0, *taken(LONG)),)
        ),
        "checkout-removed-gift-card": replace(
            at_checkout, gift_cards=CARDS[:2], removed=(RemovedGiftCard(0, CARDS[2]),)
        ),
        "checkout-removed-gift-card-many": replace(
            dear, phase=Checkout(), offers=nine, gift_cards=CARDS, removed=(RemovedGiftCard(0, CARDS[0]),)
        ),
        "checkout-removed-prepaid": replace(at_checkout, removed=(RemovedPrepaid(),)),
        "notice-gift-card": told(
            replace(at_checkout, gift_cards=CARDS[:1]), NoticeKind.GIFT_CARD_ADDED, "9876"
        ),
        "notice-not-checked": told(typing, NoticeKind.NOT_CHECKED),
        "basket-offers": replace(reviewing, offers=some),
        "basket-many-offers": replace(reviewing, offers=nine),
        "basket-dear": replace(dear, phase=Reviewing(), offers=some),
        "gift-card": typing,
        "gift-card-typed": replace(known, phase=AddingGiftCard("6045123412349876")),
        "gift-card-letters": replace(known, phase=AddingGiftCard(letters=True)),
        "gift-card-letters-typed": replace(known, phase=AddingGiftCard(TYPED, letters=True)),
        "gift-card-no-scanner": replace(typing, devices={"card": known.devices["card"]}),
        "gift-card-denied": told(
            replace(known, phase=AddingGiftCard("604512")), NoticeKind.DENIED, "", Denial.UNKNOWN_GIFT_CARD
        ),
        "gift-card-letters-denied": told(
            replace(known, phase=AddingGiftCard(TYPED, letters=True)),
            NoticeKind.DENIED,
            "",
            Denial.UNKNOWN_GIFT_CARD,
        ),
        "gift-card-busy": replace(known, phase=AddingGiftCard(TYPED), lookup=lookup),
        "checkout-offers": replace(at_checkout, offers=some),
        "checkout-many-offers": replace(at_checkout, offers=nine, gift_cards=CARDS[:2], use_prepaid=True),
        "checkout-gift-card": replace(at_checkout, gift_cards=CARDS[:1]),
        "checkout-prepaid": replace(at_checkout, use_prepaid=True),
        "checkout-all-paid": replace(at_checkout, gift_cards=CARDS, use_prepaid=True),
        "checkout-dear": replace(dear, phase=Checkout(), offers=some, gift_cards=CARDS, use_prepaid=True),
        "checkout-offline": replace(at_checkout, online=False),
        "checkout-guest-gift-card": replace(at_checkout, member=None, gift_cards=CARDS[:1]),
        "checkout-poor": replace(at_checkout, member=replace(RICH, prepaid=euros(0))),
        "checkout-denied": told(at_checkout, NoticeKind.DENIED, TWENTY_OFF.title, Denial.LOCKED_ELSEWHERE),
        "checkout-offers-no-terminal": replace(
            at_checkout, devices={k: v for k, v in known.devices.items() if k != "card"}
        ),
        "paying-reserving": replace(known, phase=Paying(with_offers, 190, 220, PaymentStep.RESERVING)),
        "paying-nothing-due": replace(
            known,
            phase=Paying(
                replace(order, tender=Tender.NONE, payments=stored_payments("p", order.total, CARDS, None)),
                190,
                220,
                PaymentStep.RESERVING,
            ),
        ),
        "paying-stored-value": replace(known, phase=Paying(order, 190, 220, PaymentStep.RESERVING)),
        "thanks-saved": replace(
            known,
            phase=Thanks(with_offers, Points.EARNED, 115.0, 38, 1278, receipt=PrintVerdict.PRINTED),
        ),
        "thanks-saved-counter": replace(
            known,
            phase=Thanks(replace(with_offers, tender=Tender.COUNTER), Points.AT_COUNTER, 115.0),
        ),
    }


def bills(visits: dict[str, Visit], shop: Shop) -> dict[str, Visit]:
    """The visits with bills that are true; those with many offers have charges too."""
    charged = replace(shop, charges=CHARGES)
    return {name: billed(v, charged if "many-offers" in name else shop) for name, v in visits.items()}
