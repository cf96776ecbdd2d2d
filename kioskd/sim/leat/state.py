"""Everything the simulated Leat account knows: plain objects, changed by its operations only."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from kioskd.sim.leat.answers import JsonObject, LeatError
from kioskd.sim.leat.codes import Code
from kioskd.sim.leat.order_records import Order, OrderReturn
from kioskd.sim.leat.records import (
    Account,
    Card,
    Category,
    Collectable,
    Contact,
    CustomAttribute,
    Giftcard,
    GiftcardProgram,
    GiftcardTransaction,
    PrepaidTransaction,
    Product,
    Promotion,
    Reward,
    SessionToken,
    Shop,
    Tier,
    Transaction,
    Voucher,
)
from kioskd.sim.leat.switches import Switches

_NAMESPACE = uuid.UUID("5e1f6d2e-7a0b-4c55-8f19-3d2a6b90c7e4")


def stable_uuid(name: str) -> str:
    """The same name gives the same uuid on every machine, so that tests and scenarios can be compared."""
    return str(uuid.uuid5(_NAMESPACE, name))


@dataclass(slots=True)
class LeatState:
    """Maps are keyed by uuid and in order of arrival unless said otherwise; lists are oldest first."""

    account: Account
    shops: dict[str, Shop]
    tiers: tuple[Tier, ...]
    contacts: dict[str, Contact] = field(default_factory=dict)
    cards: dict[str, Card] = field(default_factory=dict)
    """By value."""
    session_tokens: dict[str, SessionToken] = field(default_factory=dict)
    """By token."""
    rewards: dict[str, Reward] = field(default_factory=dict)
    promotions: dict[str, Promotion] = field(default_factory=dict)
    vouchers: dict[str, Voucher] = field(default_factory=dict)
    collectables: dict[str, Collectable] = field(default_factory=dict)
    transactions: list[Transaction] = field(default_factory=list)
    pos_transactions: dict[str, bool] = field(default_factory=dict)
    """Whether it has given its points."""
    giftcard_programs: dict[str, GiftcardProgram] = field(default_factory=dict)
    giftcards: dict[str, Giftcard] = field(default_factory=dict)
    giftcard_transactions: list[GiftcardTransaction] = field(default_factory=list)
    prepaid_transactions: list[PrepaidTransaction] = field(default_factory=list)
    orders: dict[str, Order] = field(default_factory=dict)
    returns: dict[str, OrderReturn] = field(default_factory=dict)
    products: dict[str, Product] = field(default_factory=dict)
    """By external identifier, as `categories`. Orders add what they mention."""
    categories: dict[str, Category] = field(default_factory=dict)
    custom_attributes: dict[tuple[str, str], CustomAttribute] = field(default_factory=dict)
    """By entity and name."""
    spent_tokens: set[tuple[str, str]] = field(default_factory=set)
    """Shop and unique id of the loyalty tokens that have given their points."""
    till_keys: dict[tuple[str, str], str] = field(default_factory=dict)
    """What other tills remember: release keys by till and voucher."""
    switches: Switches = field(default_factory=Switches)
    created: int = 0

    def new_uuid(self, kind: str) -> str:
        self.created += 1
        return stable_uuid(f"created:{kind}:{self.created}")

    def contact(self, contact_uuid: str) -> Contact:
        contact = self.contacts.get(contact_uuid)
        if contact is None:
            raise LeatError(Code.CONTACT_NOT_FOUND)
        return contact

    def shop(self, shop_uuid: str) -> Shop:
        shop = self.shops.get(shop_uuid)
        if shop is None:
            raise LeatError(Code.SHOP_NOT_FOUND)
        return shop

    def tier_of(self, contact: Contact) -> Tier | None:
        """The highest tier whose threshold is reached."""
        reached = [tier for tier in self.tiers if tier.threshold_points <= contact.collected_points]
        return max(reached, key=lambda tier: tier.threshold_points, default=None)

    def cards_of(self, contact: Contact) -> list[Card]:
        return [card for card in self.cards.values() if card.contact_uuid == contact.uuid]

    def default_card(self, contact: Contact) -> Card | None:
        own = self.cards_of(contact)
        return next((card for card in own if card.default), own[0] if own else None)

    def find_card(self, value: str) -> Card | None:
        if self.switches.identifiers_case_sensitive:
            return self.cards.get(value)
        return next((card for card in self.cards.values() if card.value.lower() == value.lower()), None)

    def active_card(self, value: str) -> Card:
        card = self.find_card(value)
        if card is None:
            raise LeatError(Code.IDENTIFIER_NOT_FOUND)
        if not card.active:
            raise LeatError(Code.IDENTIFIER_INACTIVE)
        return card

    def find_voucher(self, code: str) -> Voucher | None:
        code = self._comparable(code)
        vouchers = self.vouchers.values()
        return next((voucher for voucher in vouchers if self._comparable(voucher.code) == code), None)

    def find_giftcard(self, code: str) -> Giftcard | None:
        code = self._comparable(code)
        cards = self.giftcards.values()
        return next((card for card in cards if self._comparable(card.hash) == code), None)

    def find_order(self, external_identifier: str) -> Order | None:
        orders = self.orders.values()
        return next((order for order in orders if order.external_identifier == external_identifier), None)

    def add_product(self, external_identifier: str, name: str) -> Product:
        """The product of this id, made with this name when it is new."""
        product = self.products.get(external_identifier)
        if product is None:
            product = Product(self.new_uuid("product"), external_identifier, name)
            self.products[external_identifier] = product
        return product

    def document_of_card(self, value: str | None) -> JsonObject | None:
        card = None if value is None else self.cards.get(value)
        return None if card is None else {"value": card.value, "name": card.name, "active": card.active}

    def _comparable(self, code: str) -> str:
        return code if self.switches.codes_case_sensitive else code.lower()
