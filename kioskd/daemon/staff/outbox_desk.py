"""The outbox for people, as commands of the local socket.

outbox_show {id}           all that is known of an operation: its life, the evidence, receipt and payment
outbox_retry {id, by}      the cause of a quarantine is gone
outbox_resolve {id, verdict, by, reason, remote_uuid}
                           somebody found out what became of an operation in doubt; kept for good
outbox_export {limit}      the newest operations and their lives, nothing personal in them
outbox_erase {member}      forget a member, as far as nothing must still be told
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Any, TypeVar

from kioskd.daemon.control import Answer, Command, CommandRefused
from kioskd.daemon.staff.evidence import evidence, payment, receipt_number
from kioskd.outbox.events import Verdict
from kioskd.outbox.operation import OperationRefused
from kioskd.outbox.outbox import Outbox
from kioskd.outbox.reading import Account

LONGEST_EXPORT = 10_000
_LONGEST_WORD = 200
_T = TypeVar("_T")


class OutboxDesk:
    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    def table(self) -> Mapping[str, Command]:
        return {
            "outbox_show": self._show,
            "outbox_retry": self._retry,
            "outbox_resolve": self._resolve,
            "outbox_export": self._export,
            "outbox_erase": self._erase,
        }

    async def _show(self, request: dict[str, Any]) -> Answer:
        return await self._shown(str(request["id"])), b""

    async def _retry(self, request: dict[str, Any]) -> Answer:
        op_id = str(request["id"])
        await _done(self._outbox.retry(op_id, _word(request, "by")))
        return await self._shown(op_id), b""

    async def _resolve(self, request: dict[str, Any]) -> Answer:
        op_id, by, reason = str(request["id"]), _word(request, "by"), _word(request, "reason")
        remote = _word(request, "remote_uuid") if request.get("remote_uuid") is not None else None
        verdict = Verdict(str(request["verdict"]))
        await _done(self._outbox.resolve_doubt(op_id, verdict, by, reason, remote_uuid=remote))
        return await self._shown(op_id), b""

    async def _export(self, request: dict[str, Any]) -> Answer:
        limit = min(max(int(request.get("limit", LONGEST_EXPORT)), 0), LONGEST_EXPORT)
        accounts = await self._outbox.accounts(limit)
        return {"operations": [_impersonal(account) for account in accounts]}, b""

    async def _erase(self, request: dict[str, Any]) -> Answer:
        erased, still_open = await self._outbox.erase(_word(request, "member"))
        return {"erased": erased, "open": still_open}, b""

    async def _shown(self, op_id: str) -> dict[str, Any]:
        account = await self._account(op_id)
        relatives = [await self._account(each.op_id) for each in account.relatives]
        return {
            **_impersonal(account),
            "lane": account.listed.operation.lane,
            "evidence": evidence(account.listed.operation),
            "receipt": receipt_number([account, *relatives]),
            "payment": payment([account, *relatives]),
        }

    async def _account(self, op_id: str) -> Account:
        return await _done(self._outbox.account(op_id))


async def _done(change: Awaitable[_T]) -> _T:
    try:
        return await change
    except OperationRefused as refused:
        raise CommandRefused(str(refused)) from None


def _word(request: dict[str, Any], key: str) -> str:
    word = request[key]
    if not isinstance(word, str) or not word.strip() or len(word) > _LONGEST_WORD or not word.isprintable():
        raise ValueError(f"{key} must be 1 to {_LONGEST_WORD} printable characters")
    return word.strip()


def _impersonal(account: Account) -> dict[str, Any]:
    """Of the lane only what it is the lane of, and nothing of what the operation carries."""
    operation = account.listed.operation
    return {
        "id": operation.op_id,
        "kind": operation.kind,
        "lane_of": operation.lane.partition(":")[0],
        "state": operation.state,
        "strategy": operation.strategy,
        "attempts": operation.attempts,
        "last_outcome": operation.last_outcome,
        "detail": operation.detail,
        "amount_minor": operation.amount_minor,
        "currency": operation.currency,
        "remote_uuid": operation.remote_uuid,
        "saga": operation.saga,
        "step": operation.step,
        "undoes": operation.compensates,
        "accepted_at": account.listed.accepted_at.isoformat(timespec="seconds"),
        "changed_at": account.listed.changed_at.isoformat(timespec="seconds"),
        "history": [
            {"at": each.at, "from": each.before, "to": each.after, "cause": each.cause, "by": each.actor}
            for each in account.history
        ],
    }
