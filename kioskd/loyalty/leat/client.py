"""Leat's API v3 as calls: one method per operation, wire models in and out, nothing decided.

The surface is `/api/v3/oauth/clients` with a personal access token of the account. Reads may be repeated at
will. No write but orders and returns carries a key of ours: after an unknown outcome it must be looked for
before it is sent again (see `readback`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import quote

from kioskd.loyalty.http import JsonApi
from kioskd.loyalty.leat import wire
from kioskd.loyalty.leat.catalogue import CategoryWrite, ProductWrite
from kioskd.loyalty.leat.envelope import Envelope, Envelopes, Page
from kioskd.loyalty.leat.orders import OrderWrite
from kioskd.loyalty.leat.preview import OrderSimulate
from kioskd.loyalty.leat.returns import OrderReturnWrite

MAX_LISTED = 100
MAX_PREPAID_LISTED = 30
_MAX_VOUCHER_PAGES = 5

PointsKind = Literal["credit_receptions", "reward_receptions"]


class LeatClient:
    """Raises only LoyaltyError; an answer that cannot be read is Unclear. Amounts are minor units."""

    def __init__(self, api: JsonApi) -> None:
        self._leat = Envelopes(api)

    async def close(self) -> None:
        await self._leat.close()

    # --- guests ------------------------------------------------------------------------------------------

    async def find_identifier(self, value: str, within_s: float | None = None) -> wire.ContactIdentifier:
        query = {"contact_identifier_value": value}
        found = await self._leat.get("contact-identifiers/find", query, within_s=within_s)
        return found.one(wire.ContactIdentifier)

    async def link_identifier(self, value: str, contact_uuid: str) -> wire.ContactIdentifier:
        """Give a card of nobody to a contact."""
        body = {"contact_identifier_value": value, "contact_uuid": contact_uuid}
        linked = await self._leat.send("contact-identifiers/link", body, method="PUT")
        return linked.one(wire.ContactIdentifier)

    async def create_anonymous_contact(self, identifier_value: str) -> wire.ContactRef:
        """A contact without a name whose card this becomes. The card must be there and be nobody's."""
        body = {"contact_identifier_value": identifier_value}
        return (await self._leat.send("contacts/anonymous", body)).one(wire.ContactRef)

    async def contact(self, uuid: str, within_s: float | None = None) -> wire.Contact:
        path = f"contacts/{_quoted(uuid)}"
        return (await self._leat.get("contacts/{contact_uuid}", path=path, within_s=within_s)).one(
            wire.Contact
        )

    async def prepaid_balance(self, contact_uuid: str) -> wire.PrepaidBalance:
        path = f"contacts/{_quoted(contact_uuid)}/prepaid-balance"
        return (await self._leat.get("contacts/{contact_uuid}/prepaid-balance", path=path)).one(
            wire.PrepaidBalance
        )

    async def loyalty_program(self, within_s: float | None = None) -> wire.LoyaltyProgram:
        return (await self._leat.get("loyalty-program", within_s=within_s)).one(wire.LoyaltyProgram)

    async def loyalty_transactions(
        self, kind: PointsKind, contact_uuid: str, since: datetime | None, page: int, *, newest_first: bool
    ) -> Page[wire.LoyaltyTransaction]:
        """The server may ignore `contact_uuid` and list those of other contacts too."""
        query = {"type": kind, "contact_uuid": contact_uuid, "limit": str(MAX_LISTED), "page": str(page)}
        listed = await self._leat.get("loyalty-transactions", query | _by_time(since, newest_first))
        return listed.page(wire.LoyaltyTransaction)

    # --- offers ------------------------------------------------------------------------------------------

    async def rewards(
        self, contact_uuid: str, shop_uuid: str, within_s: float | None = None
    ) -> tuple[wire.Reward, ...]:
        query = {"contact_uuid": contact_uuid, "shop_uuid": shop_uuid}
        return (await self._leat.get("rewards", query, within_s=within_s)).all(wire.Reward)

    async def create_reward_reception(
        self, contact_uuid: str, reward_uuid: str, shop_uuid: str
    ) -> wire.LoyaltyTransaction:
        """Takes the points now."""
        body = {"contact_uuid": contact_uuid, "reward_uuid": reward_uuid, "shop_uuid": shop_uuid}
        return (await self._leat.send("reward-receptions", body)).one(wire.LoyaltyTransaction)

    async def reverse_reward_reception(self, uuid: str) -> wire.LoyaltyTransaction:
        """Gives the points back, as often as it is called for all that is known."""
        reversed_ = await self._on("reward-receptions/{reward_reception_uuid}/reverse", uuid)
        return reversed_.one(wire.LoyaltyTransaction)

    async def collectable_rewards(
        self, contact_uuid: str, within_s: float | None = None
    ) -> Page[wire.CollectableReward]:
        """All of them: this list has no pages."""
        query = {"contact_uuid": contact_uuid}
        listed = await self._leat.get("collectable-rewards", query, within_s=within_s)
        return listed.page(wire.CollectableReward)

    async def collect_reward(self, reception_uuid: str) -> wire.CollectedReward:
        collected = await self._on(
            "collectable-rewards/collect/{loyalty_transaction_uuid}", reception_uuid, method="PUT"
        )
        return collected.one(wire.CollectedReward)

    async def reverse_collected_reward(self, redemption_uuid: str) -> wire.CollectedReward:
        name = "collectable-rewards/{collectable_reward_redemption_uuid}/reverse"
        return (await self._on(name, redemption_uuid)).one(wire.CollectedReward)

    async def vouchers(self, contact_uuid: str, within_s: float | None = None) -> tuple[wire.Voucher, ...]:
        """The contact's active vouchers, the first 500 at least."""
        query = {"contact_uuid": contact_uuid, "status": "ACTIVE", "limit": str(MAX_LISTED)}
        found: dict[str, wire.Voucher] = {}
        for page in range(1, _MAX_VOUCHER_PAGES + 1):
            part = query | ({"page": str(page)} if page > 1 else {})
            listed = (await self._leat.get("vouchers", part, within_s=within_s)).page(wire.Voucher)
            found |= {voucher.uuid: voucher for voucher in listed.items}
            told_nothing = listed.last is None and len(listed.items) + listed.unreadable < MAX_LISTED
            if told_nothing or listed.is_last(page):
                break
        return tuple(found.values())

    async def find_voucher(self, code: str) -> wire.Voucher:
        return (await self._leat.get("vouchers/find", {"code": code})).one(wire.Voucher)

    async def validate_voucher(self, uuid: str, shop_uuid: str, contact_uuid: str | None) -> None:
        """Returns when the server would let it be redeemed. Its answer is documented nowhere and not read."""
        body = {"shop_uuid": shop_uuid} | ({"contact_uuid": contact_uuid} if contact_uuid else {})
        await self._on("vouchers/{voucher_uuid}/validate", uuid, body, has_effect=False)

    async def lock_voucher(self, uuid: str) -> wire.Lock:
        """Reserve it for at most an hour. The key in the answer cannot be asked for again."""
        return (await self._on("vouchers/{voucher_uuid}/lock", uuid)).one(wire.VoucherLock).lock

    async def release_voucher(self, uuid: str, release_key: str) -> None:
        await self._on("vouchers/{voucher_uuid}/release", uuid, {"release_key": release_key})

    async def redeem_voucher(
        self, code: str, shop_uuid: str, contact_uuid: str | None, release_key: str | None
    ) -> wire.RedeemedVoucher:
        """`contact_uuid` is needed for a voucher of nobody, `release_key` for a locked one."""
        body = {"code": code, "shop_uuid": shop_uuid}
        body |= {"contact_uuid": contact_uuid} if contact_uuid else {}
        body |= {"release_key": release_key} if release_key else {}
        return (await self._leat.send("vouchers/redeem", body)).one(wire.RedeemedVoucher)

    async def reverse_voucher(self, uuid: str) -> None:
        """`uuid` is that of the redemption in newer documentation, of the voucher in older."""
        await self._on("vouchers/{uuid}/reverse", uuid)

    # --- stored value ------------------------------------------------------------------------------------

    async def find_giftcard(self, code: str) -> wire.Giftcard:
        return (await self._leat.get("giftcards/find-one-by", {"hash": code})).one(wire.Giftcard)

    async def create_giftcard_transaction(
        self, giftcard_uuid: str, shop_uuid: str, amount: int, custom_attributes: dict[str, str]
    ) -> wire.GiftcardTransaction:
        """A negative `amount` pays. `custom_attributes` must be known to the account."""
        body = {"giftcard_uuid": giftcard_uuid, "shop_uuid": shop_uuid, "amount_in_cents": amount}
        body |= {"custom_attributes": custom_attributes} if custom_attributes else {}
        return (await self._leat.send("giftcard-transactions", body)).one(wire.GiftcardTransaction)

    async def giftcard_transactions(
        self, code: str, since: datetime | None, page: int, *, newest_first: bool
    ) -> Page[wire.GiftcardTransaction]:
        query = {"giftcard_hash": code, "perPage": str(MAX_LISTED), "page": str(page)}
        listed = await self._leat.get("giftcard-transactions", query | _by_time(since, newest_first))
        return listed.page(wire.GiftcardTransaction)

    async def reverse_giftcard_transaction(self, uuid: str) -> wire.GiftcardTransaction:
        """Only while it is the last one of its card."""
        reversed_ = await self._on("giftcard-transactions/{giftcard_transaction_uuid}/reverse", uuid)
        return reversed_.one(wire.GiftcardTransaction)

    async def create_prepaid_transaction(
        self, contact_uuid: str, shop_uuid: str, amount: int
    ) -> wire.PrepaidTransaction:
        """A negative `amount` pays. Nobody documents that the balance cannot fall below zero."""
        body = {"contact_uuid": contact_uuid, "shop_uuid": shop_uuid, "amount_in_cents": amount}
        return (await self._leat.send("prepaid-transactions", body)).one(wire.PrepaidTransaction)

    async def prepaid_transactions(self, contact_uuid: str, page: int) -> Page[wire.PrepaidTransaction]:
        """In the server's own sequence, which may be either; no filter by time."""
        query = {"contact_uuid": contact_uuid, "limit": str(MAX_PREPAID_LISTED), "page": str(page)}
        return (await self._leat.get("prepaid-transactions", query)).page(wire.PrepaidTransaction)

    async def reverse_prepaid_transaction(self, uuid: str) -> wire.PrepaidTransaction:
        """Pays back, as often as it is called for all that is known."""
        reversed_ = await self._on("prepaid-transactions/{prepaid_transaction_uuid}/reverse", uuid)
        return reversed_.one(wire.PrepaidTransaction)

    # --- orders ------------------------------------------------------------------------------------------

    async def create_and_process_order(self, order: OrderWrite) -> wire.ProcessedOrder:
        """Store the order and run the account's order action. `external_identifier` is the only guard."""
        return (await self._leat.send("orders/create-and-process", order.to_json())).one(wire.ProcessedOrder)

    async def find_order(self, external_identifier: str) -> wire.StoredOrder:
        query = {"external_identifier": external_identifier}
        return (await self._leat.get("orders/find", query)).one(wire.StoredOrder)

    async def simulate_order(self, order: OrderSimulate) -> wire.OrderResult:
        """What the order action would do; nothing is stored. Other calls come first."""
        body = order.to_json()
        simulated = await self._leat.send("orders/simulate", body, has_effect=False, gives_way=True)
        return simulated.one(wire.OrderResult)

    async def create_and_process_return(self, order_return: OrderReturnWrite) -> wire.ProcessedReturn:
        """Corrects points only. No call finds a return: its `external_identifier` is the only guard."""
        sent = await self._leat.send("order-returns/create-and-process", order_return.to_json())
        return sent.one(wire.ProcessedReturn)

    # --- catalogue ---------------------------------------------------------------------------------------

    async def import_products(self, products: tuple[ProductWrite, ...]) -> tuple[wire.CatalogueEntry, ...]:
        body = {"products": [product.model_dump() for product in products]}
        return (await self._leat.send("products/batch", body)).all(wire.CatalogueEntry)

    async def import_categories(
        self, categories: tuple[CategoryWrite, ...]
    ) -> tuple[wire.CatalogueEntry, ...]:
        body = {"categories": [category.model_dump() for category in categories]}
        return (await self._leat.send("product-categories/batch", body)).all(wire.CatalogueEntry)

    async def _on(
        self,
        name: str,
        uuid: str,
        body: dict[str, Any] | None = None,
        *,
        method: Literal["POST", "PUT"] = "POST",
        has_effect: bool = True,
    ) -> Envelope:
        """A call on the object whose uuid takes the place of the placeholder in `name`."""
        before, _, rest = name.partition("{")
        path = before + _quoted(uuid) + rest.partition("}")[2]
        return await self._leat.send(name, body, path=path, method=method, has_effect=has_effect)


def _quoted(uuid: str) -> str:
    return quote(uuid, safe="")


def _by_time(since: datetime | None, newest_first: bool) -> dict[str, str]:
    order = {"sort": "-created_at" if newest_first else "created_at"}
    if since is None:
        return order
    return order | {"created_at[gte]": since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
