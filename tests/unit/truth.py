"""What really happened outside the kiosk: a loyalty backend's books, and a process that can die."""

from __future__ import annotations

import asyncio
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from kioskd.core import errors
from kioskd.core.card_terminal import Agree, PaymentResult
from kioskd.core.deeds import Action, AskAgain, Deed, Done, Finding, NotDone
from kioskd.core.discount import OfferKind
from kioskd.core.events import Event, PaymentOutcome, PaymentStep
from kioskd.core.money import Money
from kioskd.core.order import OfferUse, Order, OrderDiscount, StoredPayment, StoredValue, Tender
from kioskd.daemon.selling.courier import LoyaltyCourier
from kioskd.daemon.selling.payments import Payments
from kioskd.daemon.selling.selling import Selling
from kioskd.daemon.selling.settlement import Settlement
from kioskd.daemon.selling.steps import Steps
from kioskd.outbox.outbox import Outbox
from kioskd.outbox.policy import Policy
from tests.euros import eur
from tests.unit.backstage import DEADLINE_S, FakeBackend, FakeTerminal, News, SetClock
from tests.unit.shopfront import NOON
from tests.unit.test_order import ORDER

EAGER = Policy(backoff_first_s=0.0, outage_spread_s=0.0, settle_s=0.0)


@dataclass
class Ledger:
    """A backend's books. `caused` has by deed what it did, so that nothing can be done twice unseen."""

    gift: dict[str, int] = field(default_factory=lambda: {"g-1": 1000, "g-2": 1000})
    prepaid: int = 1000
    points: int = 1000
    vouchers: dict[str, str] = field(default_factory=dict)
    """By right: the key it is locked with, or "used"; missing when it is free."""
    collectable: set[str] = field(default_factory=lambda: {"right-4"})
    orders: dict[str, dict[str, str | None]] = field(default_factory=dict)
    """By order: what its steps are linked to."""
    caused: dict[str, Done] = field(default_factory=dict)
    done: Counter[Action] = field(default_factory=Counter)
    overdraws: bool = False
    lock_lasts_s: float = 3600.0

    def state(self) -> tuple[object, ...]:
        """What a guest would notice."""
        return (dict(self.gift), self.prepaid, self.points, dict(self.vouchers), set(self.collectable))

    def do(self, deed: Deed) -> Done:
        if deed.action is Action.TELL_ORDER and deed.id in self.orders:
            raise errors.Refused("duplicate")
        guarded = deed.action in (Action.RELEASE_VOUCHER, Action.REDEEM_VOUCHER)  # by the key of their lock
        assert deed.id not in self.caused or guarded, f"{deed.id} twice"
        done = self._effect(deed)
        self.caused[deed.id] = done
        self.done[deed.action] += 1
        return done

    def _effect(self, deed: Deed) -> Done:
        details = deed.details
        use = details.get("use", {})
        amount = details.get("payment", {}).get("amount_minor", 0)
        account = details.get("payment", {}).get("account_id", "")
        right = use.get("right_id", "")
        match deed.action:
            case Action.HOLD_VOUCHER:
                if right in self.vouchers:
                    raise errors.Refused("used" if self.vouchers[right] == "used" else "locked_elsewhere")
                self.vouchers[right] = f"key-{deed.id}"
                until = NOON + timedelta(seconds=self.lock_lasts_s)
                keep = {"release_key": f"key-{deed.id}", "lasts_s": str(self.lock_lasts_s)}
                return Done(keep={**keep, "until": until.isoformat()})
            case Action.RELEASE_VOUCHER:
                if self.vouchers.get(right) != self._before(deed, "hold").keep["release_key"]:
                    raise errors.Refused("locked_elsewhere")
                del self.vouchers[right]
            case Action.REDEEM_VOUCHER:
                if self.vouchers.get(right) != self._before(deed, "hold").keep["release_key"]:
                    raise errors.Refused("locked_elsewhere")
                self.vouchers[right] = "used"
            case Action.UNDO_REDEMPTION:
                assert self._before(deed, "redeem").remote_id and self.vouchers.pop(right) == "used"
            case Action.CLAIM_REWARD:
                self._take_points(use["cost_points"])
                if use["keeps"]:
                    self.collectable.add(f"did-{deed.id}")
            case Action.RETURN_REWARD:
                assert self._before(deed, "claim").remote_id
                self.points += use["cost_points"]
            case Action.COLLECT_REWARD:
                self.collectable.remove(self._collected(deed))
            case Action.UNDO_COLLECTION:
                assert self._before(deed, "collect").remote_id
                claim = f"did-claim-{str(details['collect']).removeprefix('collect-')}"
                self.collectable.add(claim if use["kind"] == "reward" else right)
            case Action.CHARGE_GIFT_CARD:
                if self.gift[account] < amount:
                    raise errors.Refused("insufficient_balance")
                self.gift[account] -= amount
            case Action.REVERSE_GIFT_CARD:
                assert self._before(deed, "charge").remote_id
                self.gift[account] += amount
            case Action.CHARGE_PREPAID:
                if self.prepaid < amount and not self.overdraws:
                    raise errors.Refused("insufficient_balance")
                self.prepaid -= amount
                return Done(f"did-{deed.id}", result={"overdrawn": self.prepaid < 0})
            case Action.REVERSE_PREPAID:
                assert self._before(deed, "charge").remote_id
                self.prepaid += amount
            case Action.TELL_ORDER:
                self.orders[deed.id] = {
                    part: deed.earlier[step].remote_id if step in deed.earlier else None
                    for part, step in details.get("steps", {}).items()
                }
                return Done(deed.id, result={"points": 8, "balance": 1248})
        result = {"points_left": self.points} if deed.action is Action.CLAIM_REWARD else {}
        return Done(f"did-{deed.id}", result=result)

    def _take_points(self, cost: int) -> None:
        if self.points < cost:
            raise errors.Refused("insufficient_points")
        self.points -= cost

    def _before(self, deed: Deed, name: str) -> Done:
        return deed.earlier[deed.details[name]]

    def _collected(self, deed: Deed) -> str:
        if deed.details["claim"] is None:
            return str(deed.details["use"]["right_id"])
        return str(self._before(deed, "claim").remote_id)

    def find(self, deed: Deed) -> Finding:
        if deed.id not in self.caused:
            return NotDone()
        if deed.action is Action.HOLD_VOUCHER:  # it is locked, and nobody can say by whom
            return AskAgain(0.0) if self.vouchers.get(deed.details["use"]["right_id"]) else NotDone()
        return replace(self.caused[deed.id], result={})


Fault = str
"""'refused:<reason>', 'unreachable', 'lost request', 'lost answer'; or 'dies before', 'dies after'."""


class BooksBackend(FakeBackend):
    """What one process of the kiosk sees of the ledger. `faults` are by deed's action, once each."""

    def __init__(self, ledger: Ledger, faults: Mapping[Action, Fault] | None = None) -> None:
        super().__init__()
        self.ledger = ledger
        self.faults = dict(faults or {})
        self.when_asked: Callable[[Deed], None] = lambda deed: None
        self.die: Callable[[], Awaitable[None]]
        self.cut: Callable[[], None]
        self.dead = False

    async def baseline(self, deed: Deed) -> Mapping[str, Any]:
        await self._alive()
        return {}

    async def perform(self, deed: Deed) -> Done:
        await self._alive()
        self.when_asked(deed)
        fault = self.faults.pop(deed.action, "")
        if fault == "unreachable":
            raise errors.Unreachable("no route")
        if fault == "lost request":
            raise errors.Unclear("no answer")
        if fault.startswith("refused:"):
            raise errors.Refused(fault.removeprefix("refused:"))
        if fault == "dies before":
            await self.die()
        done = self.ledger.do(deed)
        if fault == "dies after":
            await self.die()
        if fault == "lost answer":
            raise errors.Unclear("no answer")
        return done

    async def find_out(self, deed: Deed, baseline: Mapping[str, Any] | None) -> Finding:
        await self._alive()
        return self.ledger.find(deed)

    async def probe(self) -> None:
        await self._alive()

    async def _alive(self) -> None:
        if self.dead:
            await asyncio.Event().wait()


class MortalTerminal(FakeTerminal):
    """Remembers what it charged. `fault` is where the kiosk dies meanwhile."""

    def __init__(self, *results: PaymentResult, fault: Fault = "") -> None:
        super().__init__(*results)
        self.fault = fault
        self.die: Callable[[], Awaitable[None]]

    async def pay(
        self,
        reference: str,
        amount: Money,
        progress: Callable[[PaymentStep], None],
        *,
        agree: Agree | None = None,
        language: str = "en",
    ) -> PaymentResult:
        if self.fault == "dies before":
            self.ledger[reference] = PaymentResult(PaymentOutcome.DECLINED)
            await self.die()
        result = await super().pay(reference, amount, progress, agree=agree, language=language)
        self.ledger[reference] = result
        if self.fault == "dies after":
            await self.die()
        return result


class Process:
    """A kiosk's process as far as money is concerned, with everything around it."""

    def __init__(self, outbox: Outbox, backend: BooksBackend, terminal: FakeTerminal) -> None:
        self.outbox = outbox
        self.backend = backend
        self.terminal = terminal
        self.news = News()
        self.clock = SetClock()
        self.died = asyncio.Event()
        self.selling = Selling(outbox, loyalty=True, clock=self.clock.mono_s)
        self.payments = Payments(terminal, outbox, self.selling, self._post)
        self.settlement = Settlement(
            steps=Steps(outbox, self.clock.mono_s),
            selling=self.selling,
            payments=self.payments,
            post=self._post,
            clock=self.clock.mono_s,
        )
        self.when_posted: Callable[[Event], None] = lambda event: None

    def _post(self, event: Event) -> None:
        self.news(event)
        self.when_posted(event)

    async def until(self, condition: Callable[[], object]) -> None:
        """Bounded by the deadline of `open_shop`."""
        while not condition():
            await self.outbox.pulse()

    async def at_rest(self) -> None:
        """Everything that was decided is done."""
        while self.outbox.counts().open or await self.outbox.sagas():
            await self.outbox.pulse()

    async def unless_it_dies(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        died = asyncio.create_task(self.died.wait())
        await asyncio.wait({task, died}, return_when=asyncio.FIRST_COMPLETED)
        for waiting in (task, died):
            waiting.cancel()
        results = await asyncio.gather(task, died, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                raise result


@asynccontextmanager
async def open_shop(
    folder: Path,
    backend: BooksBackend,
    terminal: FakeTerminal | None = None,
    *,
    policy: Policy = EAGER,
    crashed: Path | None = None,
) -> AsyncIterator[Process]:
    """A process over the outbox in `folder`. When it dies, what lies on the disk is copied to `crashed`."""
    courier = LoyaltyCourier()
    courier.backend = backend
    async with (
        asyncio.timeout(DEADLINE_S),
        Outbox.open(
            folder / "outbox.db",
            courier,
            policy=policy,
            rng=lambda: 0.5,
            wall=lambda: NOON,
            clock_trusted=lambda: True,
        ) as outbox,
    ):
        process = Process(outbox, backend, terminal or MortalTerminal())

        def cut() -> None:
            assert crashed
            backend.dead = True
            shutil.copytree(folder, crashed)
            process.died.set()

        async def die() -> None:
            cut()
            await asyncio.Event().wait()

        backend.die, backend.cut = die, cut
        if isinstance(terminal, MortalTerminal):
            terminal.die = die
        work = asyncio.create_task(outbox.run())
        try:
            yield process
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)


# --- orders -------------------------------------------------------------------------------------------------


def discount(n: int, kind: OfferKind, order_id: str = "o-1", **use: object) -> OrderDiscount:
    of_use = OfferUse(f"t{n}", kind, f"right-{n}", f"Offer {n}", member_id="m-1")
    return OrderDiscount(f"{order_id}-d{n}", replace(of_use, **use), eur(100))  # type: ignore[arg-type]


def mixed(order_id: str = "o-1", tender: Tender = Tender.CARD) -> Order:
    """A voucher, a reward of each kind, a collectable, a gift card, prepaid, and the rest by `tender`."""
    return replace(
        ORDER,
        id=order_id,
        number="A1",
        sequence=1,
        tender=tender,
        member_id="m-1",
        discounts=(
            discount(1, OfferKind.VOUCHER, order_id, code="V-SECRET"),
            discount(2, OfferKind.REWARD, order_id, cost_points=50),
            discount(3, OfferKind.REWARD, order_id, cost_points=80, keeps=True),
            discount(4, OfferKind.COLLECTABLE, order_id),
        ),
        payments=(
            StoredPayment(
                f"{order_id}-p1", StoredValue.GIFT_CARD, "g-1", eur(300), eur(700), "GC-SECRET", "CRET"
            ),
            StoredPayment(f"{order_id}-p2", StoredValue.PREPAID, "m-1", eur(200), eur(800)),
        ),
    )


MIXED = mixed()
