"""What time does: every wait ends, and nothing of a guest who left remains. And what devices report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import ceil

from kioskd.core.enrolling import Enrolling
from kioskd.core.events import DeviceChanged, NetworkChanged, Scanned, Tick
from kioskd.core.intents import StillHere
from kioskd.core.notice import Notice
from kioskd.core.phases import (
    AskStaff,
    Attract,
    ConfirmingOffer,
    EnteringPromoCode,
    Identifying,
    OutOfOrder,
    Paying,
    PayingRest,
    Points,
    StillThere,
    Thanks,
)
from kioskd.core.rules.found import IDENTIFYING_FROM, unanswered
from kioskd.core.rules.offers import hold_overdue
from kioskd.core.rules.paying import abort, ask_staff
from kioskd.core.rules.paying_rest import rest_end_s
from kioskd.core.rules.promo_codes import promo_code_overdue
from kioskd.core.rules.staffing import staff_deadlines
from kioskd.core.rules.table import Context, Step, home, resting_phase, rule, to
from kioskd.core.rules.thanking import stop_waiting_for_points
from kioskd.core.shop import Shop
from kioskd.core.staff import StaffPhase
from kioskd.core.visit import Place, Visit

# Places where a guest who stopped touching is asked whether they are still there.
_WATCHED = (
    Place.MENU,
    Place.CHOOSING,
    Place.REVIEWING,
    Place.IDENTIFYING,
    Place.OVERVIEW,
    Place.CONFIRMING_OFFER,
    Place.GIFT_CARD,
    Place.PROMO_CODE,
    Place.CHECKOUT,
    Place.CONFIRMING_CANCEL,
)
_WAITED_AT = (Place.IDENTIFYING, Place.CONFIRMING_OFFER, Place.PROMO_CODE)
"""Those of them with a wait of their own."""
_HOME = (Place.ATTRACT, Place.OUT_OF_ORDER)


def deadlines(visit: Visit, shop: Shop) -> Iterator[float]:
    """Every moment at which a Tick would change something."""
    if visit.notice:
        yield notice_end_s(visit, visit.notice, shop)
    if visit.hint:
        yield visit.hint.until_s
    if visit.lookup:
        yield visit.lookup.deadline_s
    match visit.phase:
        case ConfirmingOffer(due_s=float(due_s)) | EnteringPromoCode(due_s=float(due_s)):
            yield due_s
        case Paying():
            yield visit.phase.give_up_s if visit.phase.aborting else visit.phase.abort_s
        case PayingRest():
            yield rest_end_s(visit, visit.phase, shop)
        case Thanks():
            yield _thanks_end_s(visit, visit.phase, shop)
            if visit.phase.answer_due_s is not None:
                yield visit.phase.answer_due_s
            if visit.phase.points is Points.ASKED:
                yield _points_overdue_s(visit.phase, shop)
        case AskStaff():
            yield _ask_staff_end_s(visit, visit.phase, shop)
        case Enrolling(due_s=float(due_s)):
            yield due_s
        case phase if isinstance(phase, StaffPhase):
            yield from staff_deadlines(visit, phase, shop)
        case StillThere():
            yield visit.phase.until_s - (visit.phase.remaining_s - 1)
        case _:
            if _may_have_left(visit, shop) and visit.place in (*_WATCHED, *_HOME):
                yield _idle_from_s(visit, shop)


def notice_end_s(visit: Visit, notice: Notice, shop: Shop) -> float:
    """A sentence stays until it was read, and can be asked for again while it is being said."""
    return _read_by_s(visit, notice.until_s, shop.limits.notice_s)


def _thanks_end_s(visit: Visit, thanks: Thanks, shop: Shop) -> float:
    return _read_by_s(visit, thanks.until_s, shop.limits.thanks_s)


def _ask_staff_end_s(visit: Visit, asking: AskStaff, shop: Shop) -> float:
    return _read_by_s(visit, asking.until_s, shop.limits.ask_staff_s)


def _read_by_s(visit: Visit, until_s: float, limit_s: float) -> float:
    """When something has been there long enough that was to be seen for `limit_s`, until `until_s`.

    Whoever needs more time has it; whoever listens has all the time after they heard it that others have who
    read.
    """
    more_s = limit_s * (visit.access.patience - 1)
    return max(until_s, visit.heard_s + limit_s) + more_s


def _points_overdue_s(thanks: Thanks, shop: Shop) -> float:
    return thanks.until_s - shop.limits.thanks_s + shop.limits.points_on_screen_s


def _may_have_left(visit: Visit, shop: Shop) -> bool:
    """Whether a guest is here who is not waiting for us."""
    somebody = not visit.at_home or visit.language != shop.languages[0]
    return somebody and visit.lookup is None


def _idle_from_s(visit: Visit, shop: Shop) -> float:
    waiting_s = visit.help.waits_until_s if visit.help else 0.0
    return max(visit.active_s, visit.heard_s, waiting_s) + shop.limits.idle_s * visit.access.patience


def _idle(visit: Visit, context: Context) -> bool:
    shop = context.shop
    return _may_have_left(visit, shop) and context.moment.mono_s >= _idle_from_s(visit, shop)


@rule(
    [place for place in _WATCHED if place not in _WAITED_AT],
    Tick,
    to=[Place.STILL_THERE],
    stays=True,
)
def nothing_happened(visit: Visit, event: Tick, context: Context) -> Step:
    if _nobody_answered(visit, context):
        return Step(_saved_for_later(visit, context))
    return _ask_if_still_there(visit, context)


@rule(Place.CONFIRMING_OFFER, Tick, to=[Place.STILL_THERE], stays=True)
def nothing_happened_at_offer(visit: Visit, event: Tick, context: Context) -> Step:
    assert isinstance(visit.phase, ConfirmingOffer)
    due_s = visit.phase.due_s
    if due_s is None or _nobody_answered(visit, context):
        return nothing_happened(visit, event, context)
    return hold_overdue(visit, visit.phase, context) if context.moment.mono_s >= due_s else Step(visit)


@rule(Place.PROMO_CODE, Tick, to=[Place.STILL_THERE], stays=True)
def nothing_happened_at_promo_code(visit: Visit, event: Tick, context: Context) -> Step:
    assert isinstance(visit.phase, EnteringPromoCode)
    due_s = visit.phase.due_s
    if due_s is None:
        return _ask_if_still_there(visit, context)
    return promo_code_overdue(visit, visit.phase, context) if context.moment.mono_s >= due_s else Step(visit)


@rule(
    Place.IDENTIFYING,
    Tick,
    to=[*IDENTIFYING_FROM, Place.STILL_THERE],
    stays=True,
)
def nobody_answered(visit: Visit, event: Tick, context: Context) -> Step:
    """The guest came to be recognised and cannot be: on with what they were doing."""
    assert isinstance(visit.phase, Identifying)
    if _nobody_answered(visit, context):
        return to(_saved_for_later(visit, context), visit.phase.back)
    return _ask_if_still_there(visit, context)


def _nobody_answered(visit: Visit, context: Context) -> bool:
    return visit.lookup is not None and context.moment.mono_s >= visit.lookup.deadline_s


def _saved_for_later(visit: Visit, context: Context) -> Visit:
    """Waiting for us was not idleness."""
    return replace(unanswered(visit, context), active_s=context.moment.mono_s)


def _ask_if_still_there(visit: Visit, context: Context) -> Step:
    if not _idle(visit, context):
        return Step(visit)
    limits = context.shop.limits
    asking = StillThere(visit.phase, context.after(limits.still_there_s), ceil(limits.still_there_s))
    return to(visit, asking)


@rule(_HOME, Tick, to=_HOME)
def gone_without_ordering(visit: Visit, event: Tick, context: Context) -> Step:
    if _nobody_answered(visit, context):
        return Step(_saved_for_later(visit, context))
    return home(visit, context) if _idle(visit, context) else Step(visit)


@rule(Place.STILL_THERE, Tick, to=_HOME, stays=True)
def counting_down(visit: Visit, event: Tick, context: Context) -> Step:
    assert isinstance(visit.phase, StillThere)
    left_s = ceil(visit.phase.until_s - context.moment.mono_s)
    remaining_s = min(left_s, visit.phase.remaining_s)  # more is left while something is being said
    if remaining_s <= 0:
        return home(visit, context)
    return to(visit, replace(visit.phase, remaining_s=remaining_s))


@rule(Place.STILL_THERE, StillHere, to=_WATCHED)
def still_here(visit: Visit, event: StillHere, context: Context) -> Step:
    assert isinstance(visit.phase, StillThere)
    return to(visit, visit.phase.before)


@rule(Place.STILL_THERE, Scanned, to=_WATCHED)
def still_here_scanning(visit: Visit, event: Scanned, context: Context) -> Step:
    """Whoever holds a card to the scanner is still here; the card is read when they do it again."""
    assert isinstance(visit.phase, StillThere)
    return to(visit, visit.phase.before)


@rule(Place.PAYING, Tick, to=[Place.ASK_STAFF], stays=True)
def payment_takes_long(visit: Visit, event: Tick, context: Context) -> Step:
    assert isinstance(visit.phase, Paying)
    if not visit.phase.aborting:
        late = context.moment.mono_s >= visit.phase.abort_s
        return abort(visit, visit.phase, context) if late else Step(visit)
    if context.moment.mono_s >= visit.phase.give_up_s:
        return ask_staff(visit, visit.phase.order, context)
    return Step(visit)


@rule(Place.THANKS, Tick, to=_HOME, stays=True)
def thanked(visit: Visit, event: Tick, context: Context) -> Step:
    assert isinstance(visit.phase, Thanks)
    thanks, now_s = visit.phase, context.moment.mono_s
    if thanks.answer_due_s is not None and now_s >= thanks.answer_due_s:
        return stop_waiting_for_points(visit, thanks)
    if now_s >= _thanks_end_s(visit, thanks, context.shop):
        return home(visit, context)
    if thanks.points is Points.ASKED and now_s >= _points_overdue_s(thanks, context.shop):
        return to(visit, replace(thanks, points=Points.LATER))
    return Step(visit)


@rule(Place.ASK_STAFF, Tick, to=_HOME, stays=True)
def staff_asked(visit: Visit, event: Tick, context: Context) -> Step:
    assert isinstance(visit.phase, AskStaff)
    over_s = _ask_staff_end_s(visit, visit.phase, context.shop)
    return home(visit, context) if context.moment.mono_s >= over_s else Step(visit)


@rule(_HOME, DeviceChanged, to=_HOME)
def device_changed_at_home(visit: Visit, event: DeviceChanged, context: Context) -> Step:
    """Being able to sell or not shows at once, but never takes the screen from a guest."""
    known = _with_device(visit, event)
    if isinstance(visit.phase, OutOfOrder | Attract) and known.at_home:
        return to(known, resting_phase(known, context.shop))
    return Step(known)


@rule([place for place in Place if place not in _HOME], DeviceChanged, stays=True)
def device_changed(visit: Visit, event: DeviceChanged, context: Context) -> Step:
    return Step(_with_device(visit, event))


def _with_device(visit: Visit, event: DeviceChanged) -> Visit:
    health, known = event.health, visit.devices.get(event.health.name)
    since = known.since if known and known.state is health.state else visit.now
    return replace(visit, devices={**visit.devices, health.name: replace(health, since=since)})


_NETWORK_MATTERS = (Place.THANKS, Place.CONFIRMING_OFFER)


@rule([place for place in Place if place not in _NETWORK_MATTERS], NetworkChanged, stays=True)
def network_changed(visit: Visit, event: NetworkChanged, context: Context) -> Step:
    return Step(replace(visit, online=event.online))
