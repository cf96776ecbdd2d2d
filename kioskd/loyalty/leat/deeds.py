"""The parts of a settlement as Leat can do them: which calls each takes, and how it is found again.

Leat's writes carry no key of ours, but for orders and returns. So what was there before is kept with each,
and `readback` tells afterwards what became of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from kioskd.core.deeds import Action, AskAgain, Deed, Done, Finding, MaybeDone, NotDone
from kioskd.core.errors import Refused, Unclear
from kioskd.core.money import Money
from kioskd.core.order import OfferUse, StoredPayment
from kioskd.core.order_document import payment_from, use_from
from kioskd.loyalty.leat.readback import Absent, Ambiguous, Applied, Baseline, Verdict, VoucherState

NOTHING: Mapping[str, Any] = {}
"""The baseline of a deed that is found without one."""

_LOOK_AGAIN_S = 10.0
"""Leat's lists may lag behind what it did."""
_LOCKED_S = 300.0
"""A lock of an unknown owner ends by itself, within an hour."""


class Way(Protocol):
    """How one action is done. Raises only LoyaltyError."""

    async def baseline(self, deed: Deed) -> Mapping[str, Any]: ...

    async def perform(self, deed: Deed) -> Done: ...

    async def find_out(self, deed: Deed, baseline: Mapping[str, Any] | None) -> Finding: ...


class LeatDeeds:
    """The part of `core.ports.LoyaltyBackend` that is about deeds; `ways` has one for each action."""

    def __init__(self, ways: Mapping[Action, Way]) -> None:
        self._ways = ways

    async def baseline(self, deed: Deed) -> Mapping[str, Any]:
        return await self._ways[deed.action].baseline(deed)

    async def perform(self, deed: Deed) -> Done:
        return await self._ways[deed.action].perform(deed)

    async def find_out(self, deed: Deed, baseline: Mapping[str, Any] | None) -> Finding:
        return await self._ways[deed.action].find_out(deed, baseline)


# --- what a deed says ------------------------------------------------------------------------------------


def use_of(deed: Deed) -> OfferUse:
    try:
        return use_from(deed.details["use"])
    except (KeyError, TypeError, ValueError) as error:
        raise not_understood(deed, error) from None


def code_of(use: OfferUse) -> str:
    if use.code is None:
        raise Refused("invalid", "a voucher without a code")
    return use.code


def member_of(use: OfferUse) -> str:
    if use.member_id is None:
        raise Refused("invalid", "a reward of nobody")
    return use.member_id


def payment_of(deed: Deed, currency: str) -> StoredPayment:
    """Amounts of a deed are minor units of the account's currency."""
    try:
        return payment_from(deed.details["payment"], currency)
    except (KeyError, TypeError, ValueError) as error:
        raise not_understood(deed, error) from None


def earlier(deed: Deed, name: str) -> Done | None:
    """What is known of the deed that `details[name]` names."""
    return deed.earlier.get(str(deed.details.get(name)))


def amount_of(deed: Deed, currency: str) -> Money:
    """Of a part that is paid back."""
    minor = deed.details.get("amount_minor")
    if not isinstance(minor, int):
        raise Refused("invalid", f"{deed.action}: no amount")
    return Money(minor, currency)


def remote_id_of(deed: Deed, name: str) -> str:
    """Leat's id of what the earlier deed did. Refused when it never told: then nobody can undo it."""
    done = earlier(deed, name)
    if done is None or done.remote_id is None:
        raise Refused("unknown_transaction", f"{deed.action}: no id is known of what it is about")
    return done.remote_id


def not_understood(deed: Deed, error: Exception) -> Refused:
    """Not chained: the text of the error may quote the deed."""
    return Refused("invalid", f"{deed.action}: details that cannot be read, {type(error).__name__}")


# --- what became of it -----------------------------------------------------------------------------------


def finding(verdict: Verdict, done: Done | None = None) -> Finding:
    """`done` is what is known of it besides its id, when it is in effect."""
    match verdict:
        case Applied(id):
            known = done or Done()
            return Done(id if id is not None else known.remote_id, known.keep, known.result)
        case Absent():
            return NotDone()
        case Ambiguous("several", candidates) if candidates:
            # Another till of this shop may have done the like at the same time: not only ours look so.
            return MaybeDone(candidates, exclusive=False)
        case Ambiguous(reason):
            return AskAgain(_LOCKED_S if reason == "locked" else _LOOK_AGAIN_S)


def movements_before(baseline: Mapping[str, Any] | None) -> Baseline:
    """What a list of transactions showed, as it was kept."""
    try:
        return Baseline.from_document(_known(baseline))
    except (KeyError, TypeError, ValueError):
        raise Unclear("a baseline that cannot be read") from None


def state_document(state: VoucherState) -> Mapping[str, Any]:
    return {"status": state.status, "times_redeemed": state.times_redeemed}


def state_before(baseline: Mapping[str, Any] | None) -> VoucherState:
    return VoucherState(kept(baseline, "status"), kept(baseline, "times_redeemed"))


def kept(baseline: Mapping[str, Any] | None, name: str) -> Any:
    try:
        return _known(baseline)[name]
    except KeyError:
        raise Unclear("a baseline that cannot be read") from None


def _known(baseline: Mapping[str, Any] | None) -> Mapping[str, Any]:
    if baseline is None:
        raise Unclear("nothing is known of what was there before")
    return baseline
