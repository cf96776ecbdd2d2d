"""What the local socket understands.

status                     how the kiosk is, see `report`: devices, network, outbox; under `reasons` and
                           `attention` what a person must look at; `objections` counts what the loyalty
                           backend had against orders, by its rules
scene                      what is on the screen, as widgets
frame                      what is on the screen, as width x height x 3 bytes of RGB
wait {seq, timeout_s}      returns when the screen has changed since `seq`, or when time is up
outbox {limit}             the newest operations, without what is in them; `unpaid` and `undecided`
                           are the numbers of orders that wait for staff
order_paid {number}        staff took the money for an order to be paid at the counter
order_dropped {number}     nobody came to pay
payment_decided {number, paid}
                           staff looked whether the terminal took the money
orders {limit}             the newest orders
order {number}             one of them: lines, tenders, what was returned of it and how far that is
order_cancel {number, by, reason}
                           everything that is left of it goes back
order_return {number, lines, by, reason, again}
                           `lines` are pairs of a line's number and how many of it go back
touch {x, y, phase}        phase is "down", "move" or "up", in pixels           (only with drive)
clock {skip_s}             let time pass                                        (only with drive)
clock {shift_wall_s}       make the wall clock wrong                            (only with drive)
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Any

from kioskd.core.returning import ReturnRefused
from kioskd.core.sale import Sale
from kioskd.daemon.clock import Clock
from kioskd.daemon.config.titles import title_of
from kioskd.daemon.control import Answer, Command, CommandRefused
from kioskd.daemon.display import Display
from kioskd.daemon.order_answers import details, line_id, summary
from kioskd.daemon.reporter import Reporter
from kioskd.daemon.runtime import Runtime
from kioskd.daemon.screen_commands import ScreenCommands
from kioskd.daemon.selling.orders import Orders
from kioskd.daemon.selling.payments import Payments
from kioskd.daemon.selling.sales import RECORDS
from kioskd.daemon.selling.selling import Selling
from kioskd.daemon.staff.help_desk import HelpDesk
from kioskd.outbox.operation import OperationRefused
from kioskd.outbox.outbox import Outbox


class Commands:
    """The daemon's parts, as commands. `drive` allows those that a guest's hand would do."""

    def __init__(
        self,
        *,
        runtime: Runtime,
        display: Display,
        outbox: Outbox,
        selling: Selling,
        payments: Payments | None,
        orders: Orders,
        reporter: Reporter,
        help_desk: HelpDesk,
        clock: Clock,
        drive: bool,
    ) -> None:
        self._runtime = runtime
        self._display = display
        self._outbox = outbox
        self._selling = selling
        self._payments = payments
        self._orders = orders
        self._reporter = reporter
        self._help_desk = help_desk
        self._clock = clock
        self._drive = drive

    def table(self) -> Mapping[str, Command]:
        reading: dict[str, Command] = {
            "status": self._status,
            "outbox": self._operations,
            "help_answered": self._answer_help,
            "order_paid": self._order_paid,
            "payment_decided": self._payment_decided,
            "order_dropped": self._order_dropped,
            "orders": self._list_orders,
            "order": self._show_order,
            "order_cancel": self._cancel_order,
            "order_return": self._return_of_order,
        }
        screen = ScreenCommands(self._runtime, self._display, self._clock, drive=self._drive)
        return {**reading, **screen.table()}

    async def _status(self, request: dict[str, Any]) -> Answer:
        return (await self._reporter.read()).document(), b""

    def _counts(self) -> dict[str, Any]:
        counts = self._outbox.counts()
        return {
            "open": counts.open,
            "by_state": dict(counts.by_state),
            "near_limit": counts.near_limit,
            "online": counts.online,
            "flow": counts.flow,
        }

    async def _operations(self, request: dict[str, Any]) -> Answer:
        now = self._clock.wall()
        limit = min(max(int(request.get("limit", 50)), 0), 1000)
        newest = await self._outbox.operations(2 * limit)  # every record stands beside something to be told
        listed = [item for item in newest if item.operation.kind not in RECORDS][:limit]
        unpaid = await self._selling.unpaid()
        undecided = await self._payments.undecided() if self._payments else {}
        rows = [
            {
                "id": item.operation.op_id,
                "kind": item.operation.kind,
                "title": title_of(item.operation.kind),
                "lane": item.operation.lane,
                "state": item.operation.state,
                "strategy": item.operation.strategy,
                "attempts": item.operation.attempts,
                "last_outcome": item.operation.last_outcome,
                "detail": item.operation.detail,
                "amount_minor": item.operation.amount_minor,
                "currency": item.operation.currency,
                "age_s": round(item.age_s(now)),
                "unpaid": unpaid.get(item.operation.op_id),
                "undecided": undecided.get(item.operation.op_id),
            }
            for item in listed
        ]
        return {"operations": rows, "counts": self._counts()}, b""

    async def _answer_help(self, request: dict[str, Any]) -> Answer:
        if not self._help_desk.answer():
            raise CommandRefused("no guest waits for an answer")
        return {}, b""

    async def _order_paid(self, request: dict[str, Any]) -> Answer:
        return await self._at_the_counter(self._selling.paid_at_counter(str(request["number"])))

    async def _order_dropped(self, request: dict[str, Any]) -> Answer:
        dropped = await self._at_the_counter(self._selling.dropped_at_counter(str(request["number"])))
        if self._payments:
            self._payments.stir()  # a card may have paid a part
        return dropped

    async def _payment_decided(self, request: dict[str, Any]) -> Answer:
        if self._payments is None:
            raise CommandRefused("this kiosk has no card terminal")
        if not isinstance(request["paid"], bool):
            raise ValueError("paid is true or false")
        decision = self._payments.decide(str(request["number"]), paid=request["paid"])
        try:
            return await self._at_the_counter(decision)
        except OSError as error:
            raise CommandRefused(f"the decision could not be written down: {error.strerror}") from None

    async def _at_the_counter(self, change: Awaitable[None]) -> Answer:
        try:
            await change
        except OperationRefused as refused:
            raise CommandRefused(str(refused)) from None
        return {"ok": True}, b""

    async def _list_orders(self, request: dict[str, Any]) -> Answer:
        sales = await self._orders.list(int(request.get("limit", 20)))
        return {"orders": [summary(sale) for sale in sales]}, b""

    async def _show_order(self, request: dict[str, Any]) -> Answer:
        return await self._sale(self._orders.show(str(request["number"])))

    async def _cancel_order(self, request: dict[str, Any]) -> Answer:
        number, actor, reason = (str(request[key]) for key in ("number", "by", "reason"))
        return await self._sale(self._orders.cancel(number, actor=actor, reason=reason))

    async def _return_of_order(self, request: dict[str, Any]) -> Answer:
        number, actor, reason = (str(request[key]) for key in ("number", "by", "reason"))
        again = request.get("again", False)
        if not isinstance(again, bool):
            raise ValueError("again is true or false")
        sale = await self._found(self._orders.show(number))
        quantities: dict[str, int] = {}
        for line, units in request["lines"]:
            found = line_id(sale.order, int(line))
            if found is None:
                raise CommandRefused(f"order {sale.order.number} has no line {line}")
            quantities[found] = quantities.get(found, 0) + int(units)
        # By id from here on: the number may have been given to another order meanwhile.
        back = self._orders.give_back(sale.order.id, quantities, actor=actor, reason=reason, again=again)
        return await self._sale(back)

    async def _sale(self, asked: Awaitable[Sale]) -> Answer:
        return details(await self._found(asked)), b""

    async def _found(self, asked: Awaitable[Sale]) -> Sale:
        try:
            return await asked
        except ReturnRefused as refused:
            raise CommandRefused(str(refused)) from None
