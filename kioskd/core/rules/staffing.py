"""Staff at the kiosk: a PIN that is checked by the daemon, where to go, the devices; and the orders, and
taking back what came back. What they decide is in `deciding.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kioskd.core.effects import CheckPin, FindOverview, FindSales, TakeBackSale
from kioskd.core.events import Tick
from kioskd.core.intents import Finish, GoBack, PressKey, SubmitNumber
from kioskd.core.place import STAFF
from kioskd.core.readiness import CheckingReadiness, TestingTouch
from kioskd.core.rules.table import Context, Step, home, rule, to
from kioskd.core.shop import Shop
from kioskd.core.staff import (
    MAX_PIN_LENGTH,
    AtStaffStart,
    AtTerminal,
    BrowsingQuestions,
    BrowsingSales,
    EnteringPin,
    StaffPhase,
    ViewingDevices,
    ViewingQuestion,
    ViewingSale,
)
from kioskd.core.staff_events import OverviewFound, PinChecked, SaleRefused, SalesFound, SaleTakenBack
from kioskd.core.staff_intents import (
    ConfirmTakeBack,
    OpenStaff,
    PickAllUnits,
    PickUnits,
    ShowDevices,
    ShowSale,
    ShowSales,
    TakeBack,
)
from kioskd.core.upkeep import (
    AdjustingKiosk,
    PowerRefusal,
    SwitchingPower,
    TestingPrinter,
    TestingScanners,
    ViewingAbout,
)
from kioskd.core.visit import Place, Visit

_HOME = (Place.ATTRACT, Place.OUT_OF_ORDER)
_DIGITS = frozenset("0123456789")
_NO_ANSWER = "nobody answered in time: look at it again before you try once more"


@rule(_HOME, OpenStaff, to=[Place.STAFF_PIN], stays=True)
def open_staff(visit: Visit, event: OpenStaff, context: Context) -> Step:
    """Only while nobody is here: a guest who was recognised is not looked over the shoulder."""
    return to(visit, EnteringPin()) if context.shop.staff and visit.at_home else Step(visit)


@rule(Place.STAFF_PIN, PressKey, stays=True)
def press_pin_key(visit: Visit, event: PressKey, context: Context) -> Step:
    phase = visit.phase
    assert isinstance(phase, EnteringPin)
    if phase.asking or phase.closed_until_s is not None:
        return Step(visit)
    digits = phase.digits
    if event.key == "back":
        digits = digits[:-1]
    elif event.key == "clear":
        digits = ""
    elif event.key in _DIGITS and len(digits) < MAX_PIN_LENGTH:
        digits += event.key
    return to(visit, replace(phase, digits=digits, wrong=False))


@rule(Place.STAFF_PIN, SubmitNumber, stays=True)
def submit_pin(visit: Visit, event: SubmitNumber, context: Context) -> Step:
    phase = visit.phase
    assert isinstance(phase, EnteringPin)
    if not phase.digits or phase.asking or phase.closed_until_s is not None:
        return Step(visit)
    asking, due_s = asked(context)
    return to(visit, replace(phase, digits="", asking=asking, due_s=due_s), CheckPin(asking, phase.digits))


@rule(Place.STAFF_PIN, PinChecked, to=[Place.STAFF_START, Place.STAFF_ORDERS], stays=True)
def pin_checked(visit: Visit, event: PinChecked, context: Context) -> Step:
    phase = visit.phase
    assert isinstance(phase, EnteringPin)
    if event.request != phase.asking:
        return Step(visit)
    if event.accepted:
        return browse(visit, context, phase.ticket) if phase.ticket else start_page(visit, context)
    closed_until_s = context.after(event.wait_s) if event.wait_s > 0 else None
    return to(visit, EnteringPin(wrong=True, closed_until_s=closed_until_s, ticket=phase.ticket))


def asked(context: Context) -> tuple[str, float]:
    """A new question's id, and when its answer is waited for no longer."""
    return context.moment.token, context.after(context.shop.limits.staff_answer_s)


# --- the start page and the devices --------------------------------------------------------------------


def start_page(visit: Visit, context: Context) -> Step:
    asking, due_s = asked(context)
    return to(visit, AtStaffStart(asking=asking, due_s=due_s), FindOverview(asking))


@rule(Place.STAFF_START, ShowDevices, to=[Place.STAFF_DEVICES])
def show_devices(visit: Visit, event: ShowDevices, context: Context) -> Step:
    return devices_page(visit, context)


def devices_page(visit: Visit, context: Context) -> Step:
    asking, due_s = asked(context)
    return to(visit, ViewingDevices(asking=asking, due_s=due_s), FindOverview(asking))


@rule((Place.STAFF_START, Place.STAFF_DEVICES), OverviewFound, stays=True)
def overview_found(visit: Visit, event: OverviewFound, context: Context) -> Step:
    phase = visit.phase
    assert isinstance(phase, AtStaffStart | ViewingDevices)
    if event.request != phase.asking:
        return Step(visit)
    return to(visit, replace(phase, overview=event.overview, asking=None, due_s=None))


@rule((Place.STAFF_ORDERS, Place.STAFF_QUESTIONS, Place.STAFF_DEVICES), GoBack, to=[Place.STAFF_START])
def back_to_start(visit: Visit, event: GoBack, context: Context) -> Step:
    return start_page(visit, context)


# --- the orders ----------------------------------------------------------------------------------------


@rule(Place.STAFF_START, ShowSales, to=[Place.STAFF_ORDERS])
def show_sales(visit: Visit, event: ShowSales, context: Context) -> Step:
    return browse(visit, context)


def browse(visit: Visit, context: Context, order_id: str | None = None) -> Step:
    """The newest orders, or only the one whose ticket was scanned."""
    asking, due_s = asked(context)
    looking = BrowsingSales(asking=asking, due_s=due_s, wanted=order_id)
    return to(visit, looking, FindSales(asking, order_id))


@rule(Place.STAFF_ORDERS, SalesFound, to=[Place.STAFF_ORDER], stays=True)
def sales_found(visit: Visit, event: SalesFound, context: Context) -> Step:
    phase = visit.phase
    assert isinstance(phase, BrowsingSales)
    if event.request != phase.asking:
        return Step(visit)
    if phase.wanted and event.sales:
        return to(visit, ViewingSale(event.sales[0]))
    return to(visit, BrowsingSales(event.sales, wanted=phase.wanted))


@rule(Place.STAFF_ORDERS, ShowSale, to=[Place.STAFF_ORDER], stays=True)
def show_sale(visit: Visit, event: ShowSale, context: Context) -> Step:
    phase = visit.phase
    assert isinstance(phase, BrowsingSales)
    found = next((sale for sale in phase.sales or () if sale.order.id == event.order_id), None)
    return to(visit, ViewingSale(found)) if found else Step(visit)


@rule(Place.STAFF_ORDER, PickUnits, stays=True)
def pick_units(visit: Visit, event: PickUnits, context: Context) -> Step:
    phase = visit.phase
    assert isinstance(phase, ViewingSale)
    left = phase.sale.left
    if phase.asking or event.line_id not in left:
        return Step(visit)
    units = min(max(phase.units(event.line_id) + event.delta, 0), left[event.line_id])
    picked = {**dict(phase.picked), event.line_id: units}
    return to(visit, replace(phase, picked=_in_order(phase, picked), refused=""))


@rule(Place.STAFF_ORDER, PickAllUnits, stays=True)
def pick_all_units(visit: Visit, event: PickAllUnits, context: Context) -> Step:
    phase = visit.phase
    assert isinstance(phase, ViewingSale)
    if phase.asking:
        return Step(visit)
    return to(visit, replace(phase, picked=_in_order(phase, phase.sale.left), refused=""))


def _in_order(phase: ViewingSale, picked: dict[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple((line.id, picked[line.id]) for line in phase.sale.order.lines if picked.get(line.id))


@rule(Place.STAFF_ORDER, TakeBack, stays=True)
def take_back(visit: Visit, event: TakeBack, context: Context) -> Step:
    phase = visit.phase
    assert isinstance(phase, ViewingSale)
    return to(visit, replace(phase, confirming=True)) if phase.picked and not phase.asking else Step(visit)


@rule(Place.STAFF_ORDER, ConfirmTakeBack, stays=True)
def confirm_take_back(visit: Visit, event: ConfirmTakeBack, context: Context) -> Step:
    phase = visit.phase
    assert isinstance(phase, ViewingSale)
    if not phase.confirming or phase.asking:
        return Step(visit)
    asking, due_s = asked(context)
    quantities = None if phase.picks_all else phase.picked
    seen = len(phase.sale.returns)
    wish = TakeBackSale(asking, phase.sale.order.id, quantities, event.reason, seen)
    return to(visit, replace(phase, confirming=False, asking=asking, due_s=due_s, refused=""), wish)


@rule(Place.STAFF_ORDER, SaleTakenBack, stays=True)
def sale_taken_back(visit: Visit, event: SaleTakenBack, context: Context) -> Step:
    phase = visit.phase
    assert isinstance(phase, ViewingSale)
    return to(visit, ViewingSale(event.sale)) if event.request == phase.asking else Step(visit)


@rule(Place.STAFF_ORDER, SaleRefused, stays=True)
def sale_refused(visit: Visit, event: SaleRefused, context: Context) -> Step:
    phase = visit.phase
    assert isinstance(phase, ViewingSale)
    if event.request != phase.asking:
        return Step(visit)
    return to(visit, replace(phase, asking=None, due_s=None, refused=event.why))


@rule(Place.STAFF_ORDER, GoBack, to=[Place.STAFF_ORDERS], stays=True)
def leave_sale(visit: Visit, event: GoBack, context: Context) -> Step:
    """One step back: from why to what, then to the orders, as they are now."""
    phase = visit.phase
    assert isinstance(phase, ViewingSale)
    if phase.confirming or phase.paying:
        return to(visit, replace(phase, confirming=False, paying=False))
    return Step(visit) if phase.asking else browse(visit, context)


# --- leaving -------------------------------------------------------------------------------------------


@rule((Place.STAFF_PIN, Place.STAFF_START), GoBack, to=_HOME)
def leave_staff(visit: Visit, event: GoBack, context: Context) -> Step:
    return home(visit, context)


@rule(STAFF, Finish, to=_HOME)
def finish_staff(visit: Visit, event: Finish, context: Context) -> Step:
    return home(visit, context)


def staff_deadlines(visit: Visit, phase: StaffPhase, shop: Shop) -> Iterator[float]:
    if phase.due_s is not None:
        yield phase.due_s
    else:
        yield visit.active_s + _patience_s(phase, shop)
    if isinstance(phase, EnteringPin) and phase.closed_until_s is not None:
        yield phase.closed_until_s


@rule([place for place in STAFF if place is not Place.STAFF_TEST_SCAN], Tick, to=_HOME, stays=True)
def staff_waits(visit: Visit, event: Tick, context: Context) -> Step:
    """An answer that does not come is waited for no longer; staff who left are not waited for either."""
    phase, now_s = visit.phase, context.moment.mono_s
    assert isinstance(phase, StaffPhase)
    if phase.due_s is not None and now_s >= phase.due_s:
        return to(visit, _unanswered(phase))
    if isinstance(phase, EnteringPin) and phase.closed_until_s is not None and now_s >= phase.closed_until_s:
        return to(visit, EnteringPin(ticket=phase.ticket))
    left = phase.due_s is None and now_s >= visit.active_s + _patience_s(phase, context.shop)
    return home(visit, context) if left else Step(visit)


def _unanswered(phase: StaffPhase) -> StaffPhase:
    match phase:
        case EnteringPin():
            return EnteringPin(wrong=True)
        case ViewingSale() | ViewingQuestion() | AtTerminal():
            return replace(phase, asking=None, due_s=None, refused=_NO_ANSWER)
        case AtStaffStart() | BrowsingSales() | BrowsingQuestions() | ViewingDevices():
            return type(phase)(failed=True)
        case AdjustingKiosk() | ViewingAbout():
            return type(phase)(failed=True)
        case TestingPrinter() | CheckingReadiness():
            return replace(phase, asking=None, due_s=None, failed=True)
        case SwitchingPower():
            return SwitchingPower(refused=PowerRefusal.FAILED)
        case TestingScanners() | TestingTouch():
            return phase


def _patience_s(phase: StaffPhase, shop: Shop) -> float:
    """Whoever sets a kiosk up is given the time it takes."""
    match phase:
        case CheckingReadiness(first=True) | TestingPrinter(ready=CheckingReadiness(first=True)):
            return shop.limits.first_look_s
        case TestingTouch(ready=CheckingReadiness(first=True)):
            return shop.limits.first_look_s
    return shop.limits.staff_idle_s
