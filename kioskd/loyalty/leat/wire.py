"""What Leat answers, object by object. See `fields` for what is forgiven."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, model_validator

from kioskd.loyalty.fields import (
    IF_READABLE,
    PART,
    REFERENCE,
    Attributes,
    Code,
    Flag,
    Id,
    Instant,
    Key,
    MajorAmount,
    Text,
    Whole,
    WireModel,
    Word,
    attributes,
)


class Failure(WireModel):
    """An error body. `errors` names the fields of an invalid input, with texts nobody should read."""

    code: Whole = None
    errors: Annotated[Mapping[str, Any], PART] = Field(default_factory=dict)

    @property
    def fields(self) -> frozenset[str]:
        return frozenset(self.errors)


class PageInfo(WireModel):
    """Where a page lies in its list. The lists of Leat have three shapes of this; all may be missing."""

    last_page: Whole = None
    total: Whole = None


class _Attributed(WireModel):
    """Leat puts a merchant's own attributes beside its own fields, or under `attributes`, or both."""

    attributes: Attributes = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _flat_and_nested(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return value | {"attributes": {**attributes(value), **attributes(value.get("attributes"))}}


# --- guests ----------------------------------------------------------------------------------------------


class CreditBalance(WireModel):
    balance: Whole = None


class ContactRef(WireModel):
    """`credit_balance` comes only with a movement of points, and is the balance after it."""

    uuid: Id
    credit_balance: Annotated[CreditBalance, PART] = CreditBalance()


class ContactIdentifier(WireModel):
    """A card. `contact` is None for a card that belongs to nobody yet."""

    active: Flag = None
    contact: Annotated[ContactRef | None, REFERENCE] = None


class Tier(WireModel):
    name: Text = None


class PrepaidBalance(WireModel):
    balance_in_cents: Whole = None


class CurrentValues(_Attributed):
    """`prepaid_balance` is in major units here, unlike everywhere else. The merchant's own stand beside."""

    firstname: Text = None
    loyalty_balance: Whole = None
    prepaid_balance: MajorAmount = None


class Contact(WireModel):
    uuid: Id
    tier: Annotated[Tier, PART] = Tier()
    credit_balance: Annotated[CreditBalance, PART] = CreditBalance()
    prepaid_balance: Annotated[PrepaidBalance, PART] = PrepaidBalance()
    current_values: Annotated[CurrentValues, PART] = CurrentValues()


class LoyaltyProgram(WireModel):
    custom_credit_name: Text = None


# --- offers ----------------------------------------------------------------------------------------------


class ShopRef(WireModel):
    uuid: Id


class Media(WireModel):
    value: Text = None


class Reward(_Attributed):
    """`stock` None means unlimited. `pre_redeemable`: claiming it makes a collectable reward."""

    uuid: Id
    title: Text = None
    required_credits: Whole = None
    is_active: Flag = None
    pre_redeemable: Flag = None
    stock: Whole = None
    media: Annotated[Media, PART] = Media()


class CollectableReward(WireModel):
    """`uuid` is that of the reward reception, which is what collecting asks for."""

    uuid: Id
    title: Text = None
    expires_at: Instant = None
    has_been_collected: Flag = None
    reward: Annotated[Reward | None, IF_READABLE] = None


class CollectedReward(WireModel):
    """What collecting and undoing it answer. Until 2026 collecting answered the collectable reward instead.

    Then there is no `status`, and `uuid` is not the redemption's.
    """

    uuid: Id
    status: Word = None
    has_been_collected: Flag = None


class LoyaltyTransaction(WireModel):
    """A movement of points: CREDIT_RECEPTION or (DIGITAL_)REWARD_RECEPTION, whose `credits` are negative.

    The `title` is the reward's. Lists need not show the reward itself.
    """

    uuid: Id
    type: Word = None
    title: Text = None
    credits: Whole = None
    contact: Annotated[ContactRef | None, IF_READABLE] = None
    shop: Annotated[ShopRef | None, IF_READABLE] = None
    reward: Annotated[Reward | None, IF_READABLE] = None
    created_at: Instant = None
    expires_at: Instant = None


class Promotion(_Attributed):
    """What all vouchers of one kind have in common."""

    name: Text = None


class Voucher(WireModel):
    """`contact` None: it belongs to whoever holds it. `attributes` are its own, next to its promotion's."""

    uuid: Id
    code: Code = None
    status: Word = None
    name: Text = None
    expiration_date: Instant = None
    activation_date: Instant = None
    redeemed_at: Instant = None
    is_redeemed: Flag = None
    redemptions_remaining: Whole = None
    times_redeemed: Whole = None
    total_redemptions_allowed: Whole = None
    attributes: Attributes = Field(default_factory=dict)
    contact: Annotated[ContactRef | None, REFERENCE] = None
    promotion: Annotated[Promotion, PART] = Promotion()


class Lock(WireModel):
    """Nobody else can be told `release_key`, and nobody can be told it twice."""

    release_key: Key
    locked_at: Instant = None
    system_release_at: Instant = None


class VoucherLock(WireModel):
    lock: Lock


class VoucherRedemption(WireModel):
    uuid: Id


class RedeemedVoucher(Voucher):
    """`voucher_redemption` is shown here and never again."""

    voucher_redemption: Annotated[VoucherRedemption | None, IF_READABLE] = None


# --- stored value ----------------------------------------------------------------------------------------


class Giftcard(WireModel):
    """`upgradeable` False: nothing can be put on it any more."""

    uuid: Id
    hash: Code = None
    amount_in_cents: Whole = None
    active: Flag = None
    upgradeable: Flag = None
    expiration_date: Instant = None


class GiftcardTransaction(WireModel):
    """Old rows have no `uuid`. There is no balance: the card must be read again."""

    uuid: Annotated[Id | None, IF_READABLE] = None
    amount_in_cents: Whole = None
    shop: Annotated[ShopRef | None, IF_READABLE] = None
    created_at: Instant = None


class PrepaidTransaction(WireModel):
    """`prepaid_balance` is the balance after it."""

    uuid: Annotated[Id | None, IF_READABLE] = None
    amount_in_cents: Whole = None
    prepaid_balance: Annotated[PrepaidBalance, PART] = PrepaidBalance()
    shop: Annotated[ShopRef | None, IF_READABLE] = None
    created_at: Instant = None


# --- orders ----------------------------------------------------------------------------------------------


class StoredOrder(WireModel):
    uuid: Id
    external_identifier: Text = None


class Points(WireModel):
    points: Whole = None
    new_balance: Whole = None


class OrderResult(WireModel):
    """What the dashboard's order action did. Other types than POINTS_TRANSACTION are announced."""

    type: Word = None
    data: Annotated[Points, PART] = Points()

    @model_validator(mode="before")
    @classmethod
    def _empty_when_nothing_is_configured(cls, value: Any) -> Any:
        return value if isinstance(value, dict) else {}


class ProcessedOrder(WireModel):
    """`result` is empty when no order action is configured."""

    order: StoredOrder
    result: Annotated[OrderResult, PART] = OrderResult()


class StoredReturn(WireModel):
    uuid: Id


class ProcessedReturn(WireModel):
    stored: StoredReturn = Field(alias="return")
    result: Annotated[OrderResult, PART] = OrderResult()


# --- catalogue -------------------------------------------------------------------------------------------


class CatalogueEntry(WireModel):
    """A product or a category, as stored."""

    external_identifier: Text = None
