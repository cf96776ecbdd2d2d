"""Deeds where servers of Leat may differ from the simulated one."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest

from kioskd.core.deeds import Action, Deed, Done
from kioskd.core.discount import OfferKind
from kioskd.core.errors import Refused
from kioskd.core.order import OfferUse
from kioskd.core.order_document import use_document
from kioskd.loyalty.leat.adapter import LeatBackend

VOUCHER = OfferUse("u1", OfferKind.VOUCHER, "v-1", "Free coffee", "COFFEE-1", "m-1")
REDEEM = Deed(
    "d1",
    Action.REDEEM_VOUCHER,
    {"use": use_document(VOUCHER), "hold": "h1"},
    {"h1": Done(keep={"release_key": "old-key"})},
)


def perform(deed: Deed, *answers: tuple[int, Any]) -> tuple[Done, list[Any]]:
    """The deed against a server that gives these answers, and the bodies it was sent."""
    sent: list[Any] = []
    left = list(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(json.loads(request.content) if request.content else None)
        status, body = left.pop(0)
        return httpx.Response(status, json=body)

    async def done() -> Done:
        transport = httpx.MockTransport(answer)
        backend = LeatBackend("https://api.example.test", "t", "shop", "EUR", transport=transport)
        return await backend.perform(deed)

    return asyncio.run(done()), sent


def voucher(status: str, **more: Any) -> dict[str, Any]:
    return {"data": {"uuid": "v-1", "code": "COFFEE-1", "status": status} | more}


def refusal(code: int, *fields: str) -> dict[str, Any]:
    return {"message": "No", "code": code, "errors": {field: ["wrong"] for field in fields}}


REDEEMED = (200, voucher("REDEEMED", voucher_redemption={"uuid": "r-1"}))


@pytest.mark.parametrize("refused", [refusal(80017), refusal(1003, "release_key")])
def test_the_key_of_a_lock_that_lapsed_is_left_out_when_the_server_minds_it(refused: dict[str, Any]) -> None:
    done, sent = perform(REDEEM, (400, refused), (200, voucher("ACTIVE")), REDEEMED)
    assert done.remote_id == "r-1"
    assert [body.get("release_key") for body in (sent[0], sent[2])] == ["old-key", None]


def test_a_voucher_that_somebody_else_has_locked_since_is_not_redeemed() -> None:
    with pytest.raises(Refused, match="locked_elsewhere"):
        perform(REDEEM, (400, refusal(80017)), (200, voucher("LOCKED")))


def test_other_refusals_are_final() -> None:
    with pytest.raises(Refused, match="used"):
        perform(REDEEM, (400, refusal(80005)))
