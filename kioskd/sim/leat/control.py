"""What tests, scenarios and the panel can do to the account: set balances, make vouchers, block cards.

Each control is a form. What exists under its name is changed where the form says something, what does not is
made. Balances are changed by booking the difference, as a member of staff would do in the dashboard.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import Field, JsonValue, TypeAdapter

from kioskd.sim.forms import ControlRefused, Text, checked_form
from kioskd.sim.leat.answers import JsonObject
from kioskd.sim.leat.forms import Form
from kioskd.sim.leat.ledger import book_giftcard, book_points, book_prepaid
from kioskd.sim.leat.loyalty_tokens import TokenRefused, collect_token
from kioskd.sim.leat.records import Contact, Giftcard, Promotion, SessionToken, Voucher
from kioskd.sim.leat.seed import SHOP_UUID
from kioskd.sim.leat.state import LeatState
from kioskd.sim.leat.tills import TillAct

_LONGEST_S: Final = 10 * 366 * 86_400

Amount = Annotated[int, Field(ge=0, le=10**12)]
FromNowS = Annotated[float, Field(ge=-_LONGEST_S, le=_LONGEST_S)]


class ContactForm(Form):
    """The balances of whoever has this card."""

    card: Text
    points: Annotated[int, Field(ge=-(10**9), le=10**9)] | None = None
    prepaid_minor: Amount | None = None

    def apply(self, state: LeatState, now: datetime) -> JsonObject:
        contact, shop = _owner(state, self.card), state.shop(SHOP_UUID)
        if self.points is not None and self.points != contact.points:
            book_points(state, contact, self.points - contact.points, shop, now, collected=False)
        if self.prepaid_minor is not None and self.prepaid_minor != contact.prepaid_minor:
            book_prepaid(state, contact, self.prepaid_minor - contact.prepaid_minor, shop, now)
        return {"uuid": contact.uuid, "points": contact.points, "prepaid_minor": contact.prepaid_minor}


class VoucherForm(Form):
    """A voucher; of nobody without `card`. `expires_in_s` 0 ends it now, null lets it live for ever."""

    code: Text
    promotion: Text | None = None
    card: Text | None = None
    redemptions: Annotated[int, Field(ge=1, le=1000)] | None = None
    activates_in_s: FromNowS | None = None
    expires_in_s: FromNowS | None = None
    deactivated: bool = False
    attributes: dict[str, JsonValue] = Field(default_factory=dict)

    def apply(self, state: LeatState, now: datetime) -> JsonObject:
        owner = None if self.card is None else _owner(state, self.card)
        promotion = None if self.promotion is None else _promotion(state, self.promotion)
        voucher = state.find_voucher(self.code)
        if voucher is None:
            if promotion is None:
                raise ControlRefused("promotion: a new voucher needs one")
            voucher = Voucher(
                uuid=state.new_uuid("voucher"),
                code=self.code,
                promotion_uuid=promotion.uuid,
                contact_uuid=None,
                activates_at=None,
                expires_at=None,
                allowed=promotion.redemptions_per_voucher,
            )
            state.vouchers[voucher.uuid] = voucher
        if promotion is not None:
            voucher.promotion_uuid = promotion.uuid
        if self.said("card"):
            voucher.contact_uuid = None if owner is None else owner.uuid
        if self.redemptions is not None:
            voucher.allowed = self.redemptions
        if self.said("activates_in_s"):
            voucher.activates_at = _in(now, self.activates_in_s)
        if self.said("expires_in_s"):
            voucher.expires_at = _in(now, self.expires_in_s)
        if self.said("deactivated"):
            voucher.deactivated = self.deactivated
        voucher.attributes |= self.attributes
        return {"uuid": voucher.uuid, "status": voucher.status(now)}


class GiftcardForm(Form):
    """A gift card of the first programme. `expires_in_s` as for vouchers."""

    code: Text
    balance_minor: Amount | None = None
    type: Literal["PHYSICAL", "DIGITAL"] = "PHYSICAL"
    active: bool = True
    upgradeable: bool = True
    expires_in_s: FromNowS | None = None

    def apply(self, state: LeatState, now: datetime) -> JsonObject:
        card = state.find_giftcard(self.code)
        if card is None:
            card = Giftcard(
                id=max((other.id for other in state.giftcards.values()), default=0) + 1,
                uuid=state.new_uuid("giftcard"),
                hash=self.code,
                type=self.type,
                program_uuid=next(iter(state.giftcard_programs)),
                balance_minor=0,
            )
            state.giftcards[card.uuid] = card
        for name, value in self.said("type", "active", "upgradeable").items():
            setattr(card, name, value)
        if self.said("expires_in_s"):
            card.expires_at = _in(now, self.expires_in_s)
        if self.balance_minor is not None and self.balance_minor != card.balance_minor:
            book_giftcard(state, card, self.balance_minor - card.balance_minor, state.shop(SHOP_UUID), now)
        return {"uuid": card.uuid, "balance_minor": card.balance_minor, "expired": card.expired(now)}


class PromotionForm(Form):
    """The parent of vouchers: what they are worth is in `attributes`, which replace the present ones."""

    name: Text
    active: bool = True
    redemptions_per_voucher: Annotated[int, Field(ge=1, le=1000)] = 1
    attributes: dict[str, JsonValue] = Field(default_factory=dict)

    def apply(self, state: LeatState, now: datetime) -> JsonObject:
        promotions = state.promotions.values()
        promotion = next((known for known in promotions if known.name == self.name), None)
        if promotion is None:
            promotion = Promotion(uuid=state.new_uuid("promotion"), name=self.name)
            state.promotions[promotion.uuid] = promotion
        for name, value in self.said("active", "redemptions_per_voucher", "attributes").items():
            setattr(promotion, name, value)
        return {"uuid": promotion.uuid}


class RewardForm(Form):
    """A reward that exists. `stock` null: as many as are asked for."""

    title: Text
    required_credits: Annotated[int, Field(ge=0, le=10**9)] = 0
    stock: Annotated[int, Field(ge=0, le=10**9)] | None = None
    claim_limit: Annotated[int, Field(ge=0, le=10**9)] | None = None
    active: bool = True
    pre_redeemable: bool = True
    attributes: dict[str, JsonValue] = Field(default_factory=dict)

    def apply(self, state: LeatState, now: datetime) -> JsonObject:
        rewards = state.rewards.values()
        reward = next((known for known in rewards if known.title == self.title), None)
        if reward is None:
            raise ControlRefused(f"title: there is no reward {self.title!r}")
        changeable = ("required_credits", "stock", "claim_limit", "active", "pre_redeemable", "attributes")
        for name, value in self.said(*changeable).items():
            setattr(reward, name, value)
        return {"uuid": reward.uuid}


class SessionTokenForm(Form):
    """A short-lived stand-in for a card."""

    token: Text
    card: Text

    def apply(self, state: LeatState, now: datetime) -> JsonObject:
        token = SessionToken(self.token, _owner(state, self.card).uuid)
        state.session_tokens[self.token] = token
        return {"contact_uuid": token.contact_uuid}


class LoyaltyTokenForm(Form):
    """The owner of `card` opens the link of a loyalty token on a phone."""

    url: Annotated[str, Field(max_length=4000)]
    card: Text

    def apply(self, state: LeatState, now: datetime) -> JsonObject:
        contact = _owner(state, self.card)
        try:
            row = collect_token(state, self.url, contact, now)
        except TokenRefused as refusal:
            raise ControlRefused(f"url: {refusal}") from None
        return {"credits": row.credits, "points": contact.points}


_CONTROLS: Final[dict[str, TypeAdapter[Any]]] = {
    "contacts": TypeAdapter(ContactForm),
    "giftcards": TypeAdapter(GiftcardForm),
    "loyalty-tokens": TypeAdapter(LoyaltyTokenForm),
    "promotions": TypeAdapter(PromotionForm),
    "rewards": TypeAdapter(RewardForm),
    "session-tokens": TypeAdapter(SessionTokenForm),
    "tills": TypeAdapter(TillAct),
    "vouchers": TypeAdapter(VoucherForm),
}
CONTROL_NAMES: Final = tuple(_CONTROLS)


def apply_control(state: LeatState, name: str, form: bytes | JsonObject, now: datetime) -> JsonObject:
    """What POST /sim/<name> does with `form`; `name` is one of CONTROL_NAMES. Raises ControlRefused."""
    answer: JsonObject = checked_form(_CONTROLS[name], form).apply(state, now)
    return answer


def _owner(state: LeatState, card_value: str) -> Contact:
    card = state.find_card(card_value)
    if card is None or card.contact_uuid is None:
        raise ControlRefused(f"card: {card_value!r} is nobody's")
    return state.contact(card.contact_uuid)


def _promotion(state: LeatState, name: str) -> Promotion:
    for promotion in state.promotions.values():
        if promotion.name == name:
            return promotion
    raise ControlRefused(f"promotion: there is no promotion {name!r}")


def _in(now: datetime, seconds: float | None) -> datetime | None:
    return None if seconds is None else now + timedelta(seconds=seconds)
