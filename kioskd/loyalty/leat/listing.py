"""Leat's lists of transactions as `readback` wants them: the newest before a write, all since after it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime

from kioskd.loyalty.fields import Model
from kioskd.loyalty.leat import overview, wire
from kioskd.loyalty.leat.client import LeatClient, PointsKind
from kioskd.loyalty.leat.envelope import Page
from kioskd.loyalty.leat.readback import Movement, Seen

MAX_PAGES = 10
"""Of what can have happened since a write. More means that the server does not filter as documented."""


async def newest_points(client: LeatClient, kind: PointsKind, member_id: str) -> Seen:
    page = await client.loyalty_transactions(kind, member_id, None, 1, newest_first=True)
    return Seen(_of_points(page.items), complete=False)


async def points_since(client: LeatClient, kind: PointsKind, member_id: str, since: datetime | None) -> Seen:
    rows, complete = await _all(
        lambda page: client.loyalty_transactions(kind, member_id, since, page, newest_first=False)
    )
    return Seen(_of_points(rows), complete)


async def newest_on_gift_card(client: LeatClient, code: str) -> Seen:
    page = await client.giftcard_transactions(code, None, 1, newest_first=True)
    return Seen(_of_money(page.items), False, balance=await _gift_card_balance(client, code))


async def on_gift_card_since(client: LeatClient, code: str, since: datetime | None) -> Seen:
    rows, complete = await _all(
        lambda page: client.giftcard_transactions(code, since, page, newest_first=False)
    )
    return Seen(_of_money(rows), complete, balance=await _gift_card_balance(client, code))


async def on_prepaid_account(client: LeatClient, member_id: str) -> Seen:
    """The list can be neither sorted nor filtered and may run either way: its first and last pages are read.

    Nothing new is missing when all pages were read, or when the number of rows or the balance can be checked.
    """
    first = await client.prepaid_transactions(member_id, 1)
    last = first.last or 1
    others = sorted({last - 1, last} - {0, 1})
    pages = [first, *[await client.prepaid_transactions(member_id, number) for number in others]]
    balance = (await client.prepaid_balance(member_id)).balance_in_cents
    told = first.last is not None or not first.items
    readable = not any(page.unreadable for page in pages)
    complete = readable and told and (last <= len(pages) or first.total is not None or balance is not None)
    rows = {row.uuid or index: row for index, row in enumerate(row for page in pages for row in page.items)}
    return Seen(_of_money(rows.values()), complete, pages[-1].total, balance)


async def _gift_card_balance(client: LeatClient, code: str) -> int | None:
    return (await client.find_giftcard(code)).amount_in_cents


async def _all(fetch: Callable[[int], Awaitable[Page[Model]]]) -> tuple[list[Model], bool]:
    """The rows of all pages, and whether that is all of them."""
    rows: list[Model] = []
    readable = True
    for number in range(1, MAX_PAGES + 1):
        page = await fetch(number)
        rows += page.items
        readable = readable and not page.unreadable
        if page.is_last(number):
            return rows, readable
    return rows, False


def _of_points(rows: Iterable[wire.LoyaltyTransaction]) -> tuple[Movement, ...]:
    return tuple(
        Movement(
            id=row.uuid,
            amount=row.credits,
            shop_id=row.shop.uuid if row.shop else None,
            at=row.created_at,
            member_id=row.contact.uuid if row.contact else None,
            subject_id=row.reward.uuid if row.reward else None,
            title=overview.shown_title(row.title),
        )
        for row in rows
    )


def _of_money(
    rows: Iterable[wire.GiftcardTransaction] | Iterable[wire.PrepaidTransaction],
) -> tuple[Movement, ...]:
    return tuple(
        Movement(row.uuid, row.amount_in_cents, row.shop.uuid if row.shop else None, row.created_at)
        for row in rows
    )
