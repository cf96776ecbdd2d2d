"""The one way from a visit to a scene. Pure: the same visit, shop and stage give the same scene.

Screens that cannot be the first are imported when they are shown: the first frame does not wait for them.
`warmup` imports them all while nobody is waiting.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, replace

from kioskd.core.access import Aid
from kioskd.core.enrolling import Enrolling
from kioskd.core.intents import AnswerHelp, Intent, StillHere
from kioskd.core.phases import (
    AddingGiftCard,
    AskStaff,
    Attract,
    Checkout,
    Choosing,
    ConfirmingCancel,
    ConfirmingOffer,
    EnteringPromoCode,
    Identifying,
    Menu,
    OutOfOrder,
    Overview,
    Paying,
    PayingRest,
    Reviewing,
    StillThere,
    Storing,
    Thanks,
)
from kioskd.core.readiness import CheckingReadiness, TestingTouch
from kioskd.core.shop import Shop
from kioskd.core.staff import (
    AtStaffStart,
    AtTerminal,
    BrowsingQuestions,
    BrowsingSales,
    EnteringPin,
    ViewingDevices,
    ViewingQuestion,
    ViewingSale,
)
from kioskd.core.staff_intents import OpenStaff
from kioskd.core.upkeep import (
    AdjustingKiosk,
    SwitchingPower,
    TestingPrinter,
    TestingScanners,
    ViewingAbout,
)
from kioskd.core.visit import Visit
from kioskd.ui.locale.translator import translator
from kioskd.ui.scene import Panel, Scene
from kioskd.ui.screens.aids import access_button
from kioskd.ui.screens.attract import attract
from kioskd.ui.screens.closed import ask_staff, out_of_order
from kioskd.ui.screens.sheet import Sheet
from kioskd.ui.stage import Stage
from kioskd.ui.text import Measure


@dataclass(frozen=True, slots=True)
class Composer:
    """What every scene of one kiosk is composed with."""

    stage: Stage
    measure: Measure
    shop: Shop
    _panels: dict[Hashable, Panel] = field(default_factory=dict, init=False, repr=False, compare=False)

    def scene(self, visit: Visit) -> Scene:
        """What this visit looks like."""
        sheet = Sheet(self.stage, self.measure, translator(visit.language), self._panels)
        backdrop: Scene | None = None
        view = ""
        shop = self.shop
        match visit.phase:
            case Attract():
                title = attract(sheet, visit, shop)
            case Menu(wishes=True):
                from kioskd.ui.screens.wishes import wishes

                title, view = wishes(sheet, visit, shop), "wishes"
            case Menu(search=str(typed)):
                from kioskd.ui.screens.search import search

                title, view = search(sheet, visit, shop, typed), "search"
            case Menu():
                from kioskd.ui.screens.menu import menu

                title, view = menu(sheet, visit, shop), visit.category
            case Choosing() as phase:
                from kioskd.ui.screens.product import product

                title, view = product(sheet, visit, shop, phase), phase.sku
            case Reviewing():
                from kioskd.ui.screens.basket import basket

                title = basket(sheet, visit, shop)
            case Identifying() as phase:
                from kioskd.ui.screens.identify import identify

                title = identify(sheet, visit, shop, phase)
                view = "busy" if visit.lookup else "keypad" if phase.keypad else "scan"
            case Overview() as phase:
                from kioskd.ui.screens.member import member

                title = member(sheet, visit, shop, phase)
            case ConfirmingOffer() as phase:
                from kioskd.ui.screens.confirm_offer import confirm_offer

                title, view = confirm_offer(sheet, visit, shop, phase), _stage_of(phase)
            case AddingGiftCard() as phase:
                from kioskd.ui.screens.gift_card import gift_card

                title = gift_card(sheet, visit, shop, phase)
                view = "busy" if visit.lookup else "letters" if phase.letters else "digits"
            case EnteringPromoCode() as phase:
                from kioskd.ui.screens.promo_code import promo_code

                title = promo_code(sheet, visit, shop, phase)
                view = "busy" if phase.waiting else "letters" if phase.letters else "digits"
            case Checkout():
                from kioskd.ui.screens.checkout import checkout

                title = checkout(sheet, visit, shop)
            case Paying() as phase:
                from kioskd.ui.screens.paying import paying

                title, view = paying(sheet, visit, shop, phase), phase.step.value
            case PayingRest() as phase:
                from kioskd.ui.screens.paying_rest import paying_rest

                title, view = paying_rest(sheet, visit, shop, phase), "busy" if phase.returning else ""
            case Storing(order):
                from kioskd.ui.screens.paying import storing

                title = storing(sheet, visit, shop, order)
            case Thanks() as phase:
                from kioskd.ui.screens.thanks import thanks

                title = thanks(sheet, visit, shop, phase)
            case AskStaff() as phase:
                title = ask_staff(sheet, visit, shop, phase)
            case Enrolling() as phase:
                from kioskd.ui.screens.enrol import enrol

                title = enrol(sheet, visit, shop, phase)
            case OutOfOrder() as phase:
                title = out_of_order(sheet, visit, shop, phase)
            case StillThere(before) as phase:
                from kioskd.ui.screens.dialogues import still_there

                backdrop = self._behind(replace(visit, phase=before))
                title = still_there(sheet, visit, phase)
            case ConfirmingCancel(before):
                from kioskd.ui.screens.dialogues import confirm_cancel

                backdrop = self._behind(replace(visit, phase=before))
                title = confirm_cancel(sheet, visit)
            case EnteringPin() as phase:
                from kioskd.ui.screens.staff_pin import staff_pin

                title = staff_pin(sheet, visit, shop, phase)
            case BrowsingSales() as phase:
                from kioskd.ui.screens.staff_orders import staff_orders

                title, view = staff_orders(sheet, visit, shop, phase), "busy" if phase.asking else ""
            case ViewingSale() as phase:
                from kioskd.ui.screens.staff_order import staff_order

                title = staff_order(sheet, visit, shop, phase)
                view = (
                    "busy" if phase.asking else "why" if phase.confirming else "paid" if phase.paying else ""
                )
            case AtStaffStart() as phase:
                from kioskd.ui.screens.staff_start import staff_start

                title, view = staff_start(sheet, visit, shop, phase), "busy" if phase.asking else ""
            case ViewingDevices() as phase:
                from kioskd.ui.screens.staff_devices import staff_devices

                title = staff_devices(sheet, visit, shop, phase)
            case TestingPrinter() as phase:
                from kioskd.ui.screens.staff_tests import staff_test_print

                title, view = staff_test_print(sheet, visit, shop, phase), "busy" if phase.asking else ""
            case TestingScanners() as phase:
                from kioskd.ui.screens.staff_tests import staff_test_scan

                title = staff_test_scan(sheet, visit, shop, phase)
            case AdjustingKiosk() as phase:
                from kioskd.ui.screens.staff_settings import staff_settings

                title, view = staff_settings(sheet, visit, shop, phase), "busy" if phase.dials is None else ""
            case ViewingAbout() as phase:
                from kioskd.ui.screens.staff_about import staff_about

                title, view = staff_about(sheet, visit, shop, phase), "busy" if phase.asking else ""
            case SwitchingPower() as phase:
                from kioskd.ui.screens.staff_power import staff_power

                title = staff_power(sheet, visit, shop, phase)
                view = "busy" if phase.asking else phase.wanted.value if phase.wanted else ""
            case CheckingReadiness() as phase:
                from kioskd.ui.screens.staff_ready import staff_ready

                title, view = staff_ready(sheet, visit, shop, phase), "busy" if phase.asking else ""
            case TestingTouch() as phase:
                from kioskd.ui.screens.staff_ready import staff_test_touch

                title = staff_test_touch(sheet, visit, shop, phase)
            case AtTerminal() as phase:
                from kioskd.ui.screens.staff_terminal import staff_terminal

                title = staff_terminal(sheet, visit, shop, phase)
                view = "busy" if phase.asking else "closing" if phase.closing else ""
            case BrowsingQuestions() as phase:
                from kioskd.ui.screens.staff_questions import staff_questions

                title, view = staff_questions(sheet, visit, shop, phase), "busy" if phase.asking else ""
            case ViewingQuestion() as phase:
                from kioskd.ui.screens.staff_question import staff_question

                title = staff_question(sheet, visit, shop, phase)
                view = "busy" if phase.asking else "why" if phase.decision else ""
        access_button(sheet, visit, shop)
        scene = sheet.scene(visit.place, title, view=view, backdrop=backdrop)
        anywhere = StillHere() if isinstance(visit.phase, StillThere) else None
        calm = visit.access.keys or Aid.SPEECH in visit.access
        return replace(
            scene, calm=calm, corner=_corner(visit, shop), anywhere=anywhere, keys=visit.access.keys
        )

    def _behind(self, visit: Visit) -> Scene:
        """The screen a dialogue stands in front of; of two dialogues only the front one is shown."""
        if isinstance(visit.phase, ConfirmingCancel):
            return self.scene(replace(visit, phase=visit.phase.before))
        return self.scene(visit)


def _corner(visit: Visit, shop: Shop) -> Intent | None:
    if visit.help is not None:
        return AnswerHelp()
    return OpenStaff() if shop.staff and visit.at_home else None


def _stage_of(phase: ConfirmingOffer) -> str:
    return "busy" if phase.waiting is not None else "denied" if phase.denial is not None else "asking"
