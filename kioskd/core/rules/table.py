"""The transition table: which event does what where, and where it may lead.

The rules of the visit, in the modules beside this one, enter themselves here with `@rule`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeVar

from kioskd.core.denial import Denial
from kioskd.core.effects import Effect, Forget
from kioskd.core.events import Event, Moment
from kioskd.core.health import DeviceKind, DeviceState
from kioskd.core.notice import Notice, NoticeKind
from kioskd.core.order import Tender
from kioskd.core.phases import Attract, Blockage, OutOfOrder, Phase
from kioskd.core.shop import Shop
from kioskd.core.visit import Place, Visit, first_visit


class Step(NamedTuple):
    """A new visit and what it wishes for."""

    visit: Visit
    effects: tuple[Effect, ...] = ()


class Context(NamedTuple):
    """What a rule may look at besides the visit and the event."""

    moment: Moment
    shop: Shop

    def after(self, seconds: float) -> float:
        return self.moment.mono_s + seconds


Handler = Callable[[Visit, Any, Context], Step]
_Handler = TypeVar("_Handler", bound=Handler)


@dataclass(frozen=True, slots=True)
class Rule:
    handler: Handler
    leads_to: frozenset[Place]


RULES: dict[tuple[Place, type[Event]], Rule] = {}


def rule(
    at: Place | Iterable[Place], on: type[Event], to: Iterable[Place] = (), *, stays: bool = False
) -> Callable[[_Handler], _Handler]:
    """Enter a handler into the table. `stays` means it may also leave the visit where it is."""
    places = (at,) if isinstance(at, Place) else tuple(at)
    targets = frozenset(to)

    def register(handler: _Handler) -> _Handler:
        for place in places:
            if (place, on) in RULES:
                raise ValueError(f"two rules for {on.__name__} at {place}")
            RULES[place, on] = Rule(handler, targets | {place} if stays else targets)
        return handler

    return register


def to(visit: Visit, phase: Phase, *effects: Effect) -> Step:
    """Go on to another phase of the same visit."""
    return Step(replace(visit, phase=phase), effects)


def notice(visit: Visit, kind: NoticeKind, context: Context, about: str = "") -> Visit:
    return replace(visit, notice=Notice(kind, context.after(context.shop.limits.notice_s), about))


def denied(visit: Visit, denial: Denial, context: Context, about: str = "") -> Visit:
    """Say why an offer or stored value cannot be used; `about` is how the guest knows it."""
    until_s = context.after(context.shop.limits.notice_s)
    return replace(visit, notice=Notice(NoticeKind.DENIED, until_s, about, denial))


def home(visit: Visit, context: Context) -> Step:
    """End the visit. Nothing of the guest remains: basket, member, language, everything is new."""
    fresh = replace(
        first_visit(context.shop, visit.now, visit.next_number),
        devices=visit.devices,
        headphones=visit.headphones,
        voices=visit.voices,
        online=visit.online,
    )
    return Step(replace(fresh, phase=resting_phase(fresh, context.shop)), (Forget(),))


def resting_phase(visit: Visit, shop: Shop) -> Attract | OutOfOrder:
    """What the kiosk shows while nobody is there: itself, or why it cannot sell."""
    terminals = [device for device in visit.devices.values() if device.kind is DeviceKind.TERMINAL]
    undecided = not terminals or any(device.state is DeviceState.STARTING for device in terminals)
    card_may_come = Tender.CARD in shop.tenders and undecided
    if card_may_come or any(visit.can_pay_with(tender, shop) for tender in shop.tenders):
        return Attract()
    details = (
        f"{device.name}: {device.state}" + (f", {device.detail}" if device.detail else "")
        for device in terminals
    )
    return OutOfOrder(Blockage.NO_TENDER, tuple(details))
