"""Gift cards and prepaid accounts in a settlement: charged, and paid back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kioskd.core.deeds import Deed, Done, Finding
from kioskd.core.errors import Refused
from kioskd.core.money import Money
from kioskd.core.order import StoredPayment
from kioskd.core.stored_value import Spent
from kioskd.loyalty.leat.deeds import amount_of, finding, movements_before, payment_of, remote_id_of
from kioskd.loyalty.leat.stored_value import LeatStoredValue

_UNBOUND: frozenset[str] = frozenset()
"""Whoever keeps the deeds knows which movements belong to others of them."""


class _OnGiftCard:
    def __init__(self, money: LeatStoredValue) -> None:
        self._money = money

    async def baseline(self, deed: Deed) -> Mapping[str, Any]:
        return (await self._money.gift_card_baseline(_code(self._payment(deed)))).to_document()

    def _payment(self, deed: Deed) -> StoredPayment:
        return payment_of(deed, self._money.currency)

    async def _paid_back(self, deed: Deed, amount: Money, baseline: Mapping[str, Any] | None) -> Finding:
        before, code = movements_before(baseline), _code(self._payment(deed))
        return finding(await self._money.was_gift_card_paid_back(before, code, amount, _UNBOUND))


class ChargeGiftCard(_OnGiftCard):
    """Leat does not tell the balance after it."""

    async def perform(self, deed: Deed) -> Done:
        payment = self._payment(deed)
        return _done(await self._money.charge_gift_card(payment.account_id, payment.amount, _reference(deed)))

    async def find_out(self, deed: Deed, baseline: Mapping[str, Any] | None) -> Finding:
        payment, before = self._payment(deed), movements_before(baseline)
        charged = await self._money.was_gift_card_charged(before, _code(payment), payment.amount, _UNBOUND)
        return finding(charged)


class ReverseGiftCard(_OnGiftCard):
    """Reversed, or else refilled: only the last charge of a card can be reversed.

    It is also refused as not the last one when it was reversed already; then the money is on the card, and
    nothing is put there a second time.
    """

    async def perform(self, deed: Deed) -> Done:
        payment, charge_id = self._payment(deed), remote_id_of(deed, "charge")
        try:
            return _done(await self._money.reverse_gift_card(charge_id))
        except Refused as refusal:
            if refusal.reason != "not_last_transaction" or not payment.refillable:
                raise
            if await self._money.may_be_paid_back(_code(payment), charge_id, payment.amount):
                raise
        return _done(await self._money.refill_gift_card(payment.account_id, payment.amount, payment.id))

    async def find_out(self, deed: Deed, baseline: Mapping[str, Any] | None) -> Finding:
        return await self._paid_back(deed, self._payment(deed).amount, baseline)


class RefillGiftCard(_OnGiftCard):
    """A part of what was charged is put back. Refused: `cannot_be_topped_up`, `above_maximum`."""

    async def perform(self, deed: Deed) -> Done:
        payment, amount = self._payment(deed), amount_of(deed, self._money.currency)
        return _done(await self._money.refill_gift_card(payment.account_id, amount, _reference(deed)))

    async def find_out(self, deed: Deed, baseline: Mapping[str, Any] | None) -> Finding:
        return await self._paid_back(deed, amount_of(deed, self._money.currency), baseline)


class _OnPrepaidAccount:
    def __init__(self, money: LeatStoredValue) -> None:
        self._money = money

    async def baseline(self, deed: Deed) -> Mapping[str, Any]:
        return (await self._money.prepaid_baseline(self._payment(deed).account_id)).to_document()

    def _payment(self, deed: Deed) -> StoredPayment:
        return payment_of(deed, self._money.currency)

    async def _paid_back(self, deed: Deed, amount: Money, baseline: Mapping[str, Any] | None) -> Finding:
        before, member_id = movements_before(baseline), self._payment(deed).account_id
        return finding(await self._money.was_prepaid_paid_back(before, member_id, amount, _UNBOUND))


class ChargePrepaid(_OnPrepaidAccount):
    """`overdrawn`: Leat let the balance fall below zero, so it must be undone."""

    async def perform(self, deed: Deed) -> Done:
        payment = self._payment(deed)
        spent = await self._money.charge_prepaid(payment.account_id, payment.amount)
        return _done(spent, overdrawn=spent.overdrawn)

    async def find_out(self, deed: Deed, baseline: Mapping[str, Any] | None) -> Finding:
        payment, before = self._payment(deed), movements_before(baseline)
        charged = await self._money.was_prepaid_charged(before, payment.account_id, payment.amount, _UNBOUND)
        found = finding(charged)
        if not isinstance(found, Done):
            return found
        account = await self._money.prepaid_account(payment.account_id)
        return _done(Spent(found.remote_id or "", account.balance), overdrawn=account.balance.minor < 0)


class ReversePrepaid(_OnPrepaidAccount):
    async def perform(self, deed: Deed) -> Done:
        return _done(await self._money.reverse_prepaid(remote_id_of(deed, "charge")))

    async def find_out(self, deed: Deed, baseline: Mapping[str, Any] | None) -> Finding:
        return await self._paid_back(deed, self._payment(deed).amount, baseline)


class RefillPrepaid(_OnPrepaidAccount):
    """A part of what was charged is put back."""

    async def perform(self, deed: Deed) -> Done:
        amount = amount_of(deed, self._money.currency)
        return _done(await self._money.refill_prepaid(self._payment(deed).account_id, amount))

    async def find_out(self, deed: Deed, baseline: Mapping[str, Any] | None) -> Finding:
        return await self._paid_back(deed, amount_of(deed, self._money.currency), baseline)


def _code(payment: StoredPayment) -> str:
    if payment.code is None:
        raise Refused("invalid", "a gift card without a code")
    return payment.code


def _reference(deed: Deed) -> str:
    return str(deed.details.get("reference", ""))


def _done(spent: Spent, **result: Any) -> Done:
    """`balance_minor` when it was told."""
    if spent.balance is not None:
        result["balance_minor"] = spent.balance.minor
    return Done(spent.transaction_id, result=result)
