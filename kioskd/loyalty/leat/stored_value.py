"""Gift cards and prepaid accounts: read, charged, paid back, and looked at after an unknown outcome.

Every method is one try and raises only LoyaltyError. No charge carries a key: after Unclear it must be looked
for (`was_...`) before it is sent again, or the guest pays twice.
"""

from __future__ import annotations

from datetime import tzinfo

from kioskd.core.errors import Refused, Unclear
from kioskd.core.money import Money
from kioskd.core.stored_value import GiftCard, PrepaidAccount, Spent
from kioskd.loyalty.leat import overview, readback, wire
from kioskd.loyalty.leat.client import LeatClient
from kioskd.loyalty.leat.listing import newest_on_gift_card, on_gift_card_since, on_prepaid_account
from kioskd.loyalty.leat.readback import Baseline, Verdict, Wanted
from kioskd.loyalty.leat.refusals import INVALID_INPUT, LeatRefused


class LeatStoredValue:
    """Money kept at Leat, charged in one shop. `currency` is the account's.

    `reference_attribute` is the merchant's attribute of gift card transactions that takes our reference, for
    people who look at the dashboard; None when there is none.
    """

    def __init__(
        self,
        client: LeatClient,
        shop_uuid: str,
        currency: str,
        time_zone: tzinfo | None,
        reference_attribute: str | None,
    ) -> None:
        self._client = client
        self._shop_uuid = shop_uuid
        self.currency = currency
        self._time_zone = time_zone
        self._reference_attribute = reference_attribute

    # --- gift cards --------------------------------------------------------------------------------------

    async def find_gift_card(self, code: str) -> GiftCard:
        """Refused: `unknown_gift_card`. Codes are upper case at Leat, whatever case is printed."""
        try:
            found = await self._client.find_giftcard(code)
        except Refused as refusal:
            if refusal.reason != "unknown_gift_card" or code == code.upper():
                raise
            code = code.upper()
            found = await self._client.find_giftcard(code)
        if found.amount_in_cents is None:
            raise Unclear("giftcards/find-one-by: a card without a balance")
        return GiftCard(
            id=found.uuid,
            code=found.hash or code,
            balance=Money(found.amount_in_cents, self.currency),
            active=found.active is not False,
            expires_on=overview.day(found.expiration_date, self._time_zone),
            refillable=found.upgradeable is True,
        )

    async def gift_card_baseline(self, code: str) -> Baseline:
        """To be taken before a charge or a reversal. One of either at a time per card."""
        return Baseline.of(await newest_on_gift_card(self._client, code))

    async def charge_gift_card(self, card_id: str, amount: Money, reference: str) -> Spent:
        """Refused: `insufficient_balance`, `expired`, `not_valid`, `not_spendable_here`: nothing is taken."""
        return await self._move_on_gift_card(card_id, -self._checked(amount), reference)

    async def refill_gift_card(self, card_id: str, amount: Money, reference: str) -> Spent:
        """Put money back where a reversal is refused. Refused: `cannot_be_topped_up`, `above_maximum`."""
        return await self._move_on_gift_card(card_id, self._checked(amount), reference)

    async def reverse_gift_card(self, transaction_id: str) -> Spent:
        """Undo a charge. Refused: `not_last_transaction` when the card was used since, or this is done."""
        return _spent(await self._client.reverse_giftcard_transaction(transaction_id), None)

    async def may_be_paid_back(self, code: str, charge_id: str, amount: Money) -> bool:
        """Whether a charge could have been paid back already: the same amount was put on the card since.

        Also when it cannot be seen any more what happened since the charge.
        """
        rows = (await newest_on_gift_card(self._client, code)).movements
        charge = next((row for row in rows if row.id == charge_id), None)
        if charge is None:
            return True
        alike = [row for row in rows if row.amount in (None, amount.minor)]
        return any(charge.at is None or row.at is None or row.at >= charge.at for row in alike)

    async def was_gift_card_charged(
        self, baseline: Baseline, code: str, amount: Money, bound: frozenset[str]
    ) -> Verdict:
        return await self._moved_on_gift_card(baseline, code, Wanted(-amount.minor, self._shop_uuid), bound)

    async def was_gift_card_paid_back(
        self, baseline: Baseline, code: str, amount: Money, bound: frozenset[str]
    ) -> Verdict:
        """By a reversal or a refill."""
        return await self._moved_on_gift_card(baseline, code, Wanted(amount.minor), bound)

    async def _move_on_gift_card(self, card_id: str, minor: int, reference: str) -> Spent:
        attributes = {self._reference_attribute: reference} if self._reference_attribute else {}
        sent = await self._client.create_giftcard_transaction(card_id, self._shop_uuid, minor, attributes)
        return _spent(sent, minor)

    async def _moved_on_gift_card(
        self, baseline: Baseline, code: str, wanted: Wanted, bound: frozenset[str]
    ) -> Verdict:
        seen = await on_gift_card_since(self._client, code, baseline.newest_at)
        return readback.moved(baseline, seen, wanted, bound)

    # --- prepaid -----------------------------------------------------------------------------------------

    async def prepaid_account(self, member_id: str) -> PrepaidAccount:
        balance = (await self._client.prepaid_balance(member_id)).balance_in_cents
        if balance is None:
            raise Unclear("contacts/{contact_uuid}/prepaid-balance: no balance")
        return PrepaidAccount(member_id, Money(balance, self.currency))

    async def prepaid_baseline(self, member_id: str) -> Baseline:
        """To be taken before a charge or a reversal. One of either at a time per member."""
        return Baseline.of(await on_prepaid_account(self._client, member_id))

    async def charge_prepaid(self, member_id: str, amount: Money) -> Spent:
        """It may come back `overdrawn`, as Leat does not promise to refuse that: then it must be reversed."""
        minor = -self._checked(amount)
        try:
            sent = await self._client.create_prepaid_transaction(member_id, self._shop_uuid, minor)
        except LeatRefused as refusal:
            if refusal.code == INVALID_INPUT and refusal.fields == {"amount_in_cents"}:
                raise Refused("insufficient_balance", str(refusal)) from None  # no code of its own is known
            raise
        return _spent(sent, minor, self._balance_after(sent))

    async def refill_prepaid(self, member_id: str, amount: Money) -> Spent:
        """Put money back, where only a part of a charge is undone."""
        minor = self._checked(amount)
        sent = await self._client.create_prepaid_transaction(member_id, self._shop_uuid, minor)
        return _spent(sent, minor, self._balance_after(sent))

    async def reverse_prepaid(self, transaction_id: str) -> Spent:
        """Undo a charge: once, as nothing stops Leat from paying back twice."""
        sent = await self._client.reverse_prepaid_transaction(transaction_id)
        return _spent(sent, None, self._balance_after(sent))

    async def was_prepaid_charged(
        self, baseline: Baseline, member_id: str, amount: Money, bound: frozenset[str]
    ) -> Verdict:
        seen = await on_prepaid_account(self._client, member_id)
        return readback.moved(baseline, seen, Wanted(-amount.minor, self._shop_uuid), bound)

    async def was_prepaid_paid_back(
        self, baseline: Baseline, member_id: str, amount: Money, bound: frozenset[str]
    ) -> Verdict:
        seen = await on_prepaid_account(self._client, member_id)
        return readback.moved(baseline, seen, Wanted(amount.minor), bound)

    def _checked(self, amount: Money) -> int:
        """The minor units of an amount to be moved."""
        if amount.currency != self.currency or amount.minor <= 0:
            raise Refused("invalid", f"an amount of {amount.minor} {amount.currency} cannot be moved")
        return amount.minor

    def _balance_after(self, sent: wire.PrepaidTransaction) -> Money | None:
        balance = sent.prepaid_balance.balance_in_cents
        return Money(balance, self.currency) if balance is not None else None


def _spent(
    sent: wire.GiftcardTransaction | wire.PrepaidTransaction, minor: int | None, balance: Money | None = None
) -> Spent:
    if sent.uuid is None:
        raise Unclear("a transaction without an id")
    if minor is not None and sent.amount_in_cents not in (None, minor):
        raise Unclear("a transaction of another amount than was asked for")
    return Spent(sent.uuid, balance)
