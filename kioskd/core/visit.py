"""One guest's time at the kiosk, as a frozen value. Screens are derived from it, never switched by hand.

`rules/` says how it changes, `flow.py` applies them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from kioskd.core.access import AS_EVERYBODY, Access
from kioskd.core.basket import Basket
from kioskd.core.bill import DRAFT, Bill, TakenOffer, bill_of, order_discounts
from kioskd.core.catalogue import Service, SuggestionRule
from kioskd.core.credential import Credential
from kioskd.core.effects import Sought
from kioskd.core.health import DeviceHealth, DeviceKind, DeviceState
from kioskd.core.help import HelpCall
from kioskd.core.judgement import Judging
from kioskd.core.member import Member, Reward, Voucher
from kioskd.core.money import Money
from kioskd.core.notice import Notice, ShownHint
from kioskd.core.order import Tender
from kioskd.core.past_order import PastOrder
from kioskd.core.phases import Attract, OutOfOrder, Phase
from kioskd.core.place import Place as Place
from kioskd.core.preview import BasketPoints, Previews, PreviewSubject
from kioskd.core.removal import Removal
from kioskd.core.shop import Shop
from kioskd.core.stored_value import GiftCard
from kioskd.core.wishes import NO_WISHES, Wishes


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a rule of the merchant's suggests: those of its products that can be had now."""

    rule: SuggestionRule
    skus: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lookup:
    """A question to the loyalty backend that is on its way."""

    request: str
    credential: Credential
    deadline_s: float
    sought: tuple[Sought, ...] = (Sought.MEMBER,)


@dataclass(frozen=True, slots=True)
class Visit:
    """Everything the kiosk knows of this moment. `now` and `active_s` come with the events."""

    phase: Phase
    language: str
    basket: Basket
    bill: Bill
    """Of this basket, offers, stored value and service: `flow.step` sees to that."""
    now: datetime
    category: str
    """The part of the menu being looked at, or last looked at."""
    active_s: float = 0.0
    """When the guest last did something."""
    service: Service | None = None
    member: Member | None = None
    saved_card: Credential | None = None
    """Scanned while nobody could be asked; goes with the order."""
    lookup: Lookup | None = None
    offers: tuple[TakenOffer, ...] = ()
    gift_cards: tuple[GiftCard, ...] = ()
    use_prepaid: bool = False
    removed: tuple[Removal, ...] = ()
    """What the guest took out since they last added something, and can put back: the latest is the last."""
    previews: Previews = field(default_factory=Previews)
    judging: Judging = field(default_factory=Judging)
    wishes: Wishes = NO_WISHES
    suggestion: Suggestion | None = None
    suggested: frozenset[str] = frozenset()
    """The rules that have had their say in this visit."""
    asked_last_order: str | None = None
    """The question for the member's last order; asked once a visit."""
    last_order: PastOrder | None = None
    notice: Notice | None = None
    hint: ShownHint | None = None
    devices: Mapping[str, DeviceHealth] = field(default_factory=dict)
    help: HelpCall | None = None
    access: Access = AS_EVERYBODY
    headphones: bool = False
    """Whether what is said is heard by the guest alone."""
    voices: frozenset[str] = frozenset()
    """The languages that can be said now."""
    heard_s: float = 0.0
    """When the guest has heard, or at the latest will have heard, what is being said."""
    language_chosen: bool = False
    """By the guest, in this visit: then nothing else changes it."""
    online: bool | None = None
    """Whether the loyalty backend answers; None before the first question."""
    next_number: int = 1

    @property
    def place(self) -> Place:
        return self.phase.place

    @property
    def preview_subject(self) -> PreviewSubject:
        member_id = self.member.id if self.member else None
        discounts = order_discounts(DRAFT, self.bill, self.offers, member_id)
        return PreviewSubject(member_id, self.basket.content, discounts, self.bill.charges)

    @property
    def preview(self) -> BasketPoints | None:
        """What the basket as it is now would earn; None while that is not known."""
        return self.previews.of(self.preview_subject)

    @property
    def at_home(self) -> bool:
        """Nobody is here: nothing to lose by a reset."""
        resting = isinstance(self.phase, Attract | OutOfOrder) and self.access == AS_EVERYBODY
        unknown = self.member is None and self.saved_card is None and self.help is None
        return resting and unknown and not self.offers and not self.gift_cards and not self.removed

    @property
    def owner_id(self) -> str | None:
        """Whose order it is: the member's, else that of the first voucher taken which belongs to somebody."""
        if self.member:
            return self.member.id
        rights = (taken.right for taken in self.offers)
        owners = (right.member_id for right in rights if isinstance(right, Voucher))
        return next((owner for owner in owners if owner), None)

    @property
    def welcome_offers(self) -> tuple[TakenOffer, ...]:
        """Those the backend has not objected to: only they can take something off."""
        return tuple(taken for taken in self.offers if self.judging.of(taken.id) is None)

    @property
    def points_left(self) -> int | None:
        """The member's points less what the rewards taken will cost; None when the backend did not say."""
        if self.member is None or self.member.points is None:
            return None
        rights = (taken.right for taken in self.offers if not taken.preselected)
        return self.member.points - sum(right.cost_points for right in rights if isinstance(right, Reward))

    @property
    def prepaid_to_use(self) -> tuple[str, Money] | None:
        """The member's id and balance, when the guest wants to pay with it."""
        if not self.use_prepaid or self.member is None or self.member.prepaid is None:
            return None
        return self.member.id, self.member.prepaid

    def has(self, kind: DeviceKind) -> bool:
        """Whether a device of this kind works now."""
        return any(device.usable for device in self.devices.values() if device.kind is kind)

    def expects(self, kind: DeviceKind) -> bool:
        """Whether one works or is just starting: what a first screen may already promise."""
        return self.has(kind) or any(
            device.kind is kind and device.state is DeviceState.STARTING for device in self.devices.values()
        )

    def can_pay_with(self, tender: Tender, shop: Shop) -> bool:
        """Whether the merchant offers this tender and what it needs works now."""
        return tender in shop.tenders and (tender is not Tender.CARD or self.has(DeviceKind.TERMINAL))


def first_visit(shop: Shop, now: datetime, next_number: int = 1) -> Visit:
    """The kiosk just after start."""
    basket = Basket(shop.catalogue.currency)
    return Visit(
        phase=Attract(),
        language=shop.languages[0],
        basket=basket,
        bill=bill_of(basket, (), shop.stacking, shop.charges, None),
        now=now,
        category=shop.catalogue.categories[0].id,
        next_number=next_number,
    )
