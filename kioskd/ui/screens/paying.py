"""The terminal has the word: what it waits for, how much, and the way out."""

from __future__ import annotations

from kioskd.core.events import PaymentStep
from kioskd.core.intents import CancelPayment
from kioskd.core.order import Order
from kioskd.core.phases import Paying
from kioskd.core.shop import Shop
from kioskd.core.visit import Visit
from kioskd.ui.geometry import Rect
from kioskd.ui.locale.translator import later
from kioskd.ui.scene import Align, Role, Widget
from kioskd.ui.screens.frame import frame
from kioskd.ui.screens.sheet import Sheet, art

_SAYS = {
    PaymentStep.RESERVING: (
        later("One moment, we are reserving your offers"),
        later("Nothing is charged yet."),
    ),
    PaymentStep.PRESENT_CARD: (
        later("Hold your card or phone to the terminal"),
        later("You can also insert your card."),
    ),
    PaymentStep.UNREADABLE: (
        later("Your card could not be read"),
        later("Please try again, or use another card."),
    ),
    PaymentStep.CHOOSE: (later("The terminal has a question"), later("Please answer it there.")),
    PaymentStep.WRONG_PIN: (
        later("That was not the right PIN"),
        later("Please enter it again on the terminal."),
    ),
    PaymentStep.ENTER_PIN: (later("Enter your PIN on the terminal"), later("Cover the keys with your hand.")),
    PaymentStep.AUTHORISING: (later("One moment, asking your bank"), later("Leave your card where it is.")),
    PaymentStep.REMOVE_CARD: (later("You can take your card now"), later("Almost done.")),
    PaymentStep.LOST: (
        later("One moment, the terminal does not answer"),
        later("We find out whether you have paid. Please do not pay again."),
    ),
}

_CAN_STOP = frozenset(PaymentStep) - {PaymentStep.AUTHORISING, PaymentStep.REMOVE_CARD, PaymentStep.LOST}
"""While it is the guest who is waited for."""


def paying(sheet: Sheet, visit: Visit, shop: Shop, phase: Paying) -> str:
    tr = sheet.tr
    layout = frame(sheet, visit, shop, leave=None, languages=False)
    words, more = _SAYS[phase.step]
    reserving = phase.step is PaymentStep.RESERVING
    if reserving and not phase.order.discounts:
        words = later("One moment, we are preparing your payment")
    if reserving and phase.order.payments:
        more = later("If we cannot finish it, you get everything back.")
    if phase.aborting:
        words = later("Stopping the payment")
        more = later("One moment…") if reserving else later("The terminal needs a moment.")
    elif reserving or phase.step in _CAN_STOP:
        sheet.button(
            "cancel_payment", layout.foot, tr("Stop the payment"), CancelPayment(), style="secondary"
        )
    picture = "hourglass" if reserving else "credit-card"
    _say(sheet, layout.body, tr(words), tr(more), phase.order, picture)
    return tr(words)


def storing(sheet: Sheet, visit: Visit, shop: Shop, order: Order) -> str:
    tr = sheet.tr
    layout = frame(sheet, visit, shop, leave=None, languages=False)
    title = tr("Sending your order to the kitchen")
    _say(sheet, layout.body, title, tr("One moment…"), order, "hourglass")
    return title


def _say(sheet: Sheet, body: Rect, words: str, more: str, order: Order, picture: str) -> None:
    tr, stage = sheet.tr, sheet.stage
    amount = tr.money(order.due) if order.due else ""
    if stage.portrait:
        area = body.inset(sheet.u(40), 0)
        side = min(area.w * 0.5, area.h * 0.32)
        sizes = ("hero", "title")
        amount_size = next(
            s for s in (*sizes, "heading") if sheet.width(amount, s) <= area.w or s == "heading"
        )
        amount_h = sheet.measure.line_mm(amount_size) if amount else 0.0
        words_h = sheet.height(words, "title", area.w, 3)
        more_h = sheet.height(more, "body", area.w, 2)
        total = side + sheet.u(56) + amount_h + sheet.u(64) + words_h + sheet.u(16) + more_h
        block = area.around(area.w, min(area.h, total))
        top, rest = block.top(side, sheet.u(56))
        sheet.picture(top.around(side, side), art(picture), id="picture")
        align = Align.CENTRE
    else:
        picture_area, rest = body.start(body.w * 0.34, sheet.u(56))
        side = min(picture_area.w, body.h) * 0.8
        sheet.picture(picture_area.around(side, side), art(picture), id="picture")
        amount_size = "hero" if not stage.compact else "title"
        amount_h = sheet.measure.line_mm(amount_size) if amount else 0.0
        words_h = sheet.height(words, "title", rest.w, 3)
        more_h = sheet.height(more, "body", rest.w, 2)
        rest = rest.around(rest.w, min(rest.h, amount_h + sheet.u(32) + words_h + sheet.u(16) + more_h))
        align = Align.START
    gap = sheet.u(64 if stage.portrait else 32 if not stage.compact else 12)
    at, rest = rest.top(amount_h, gap if amount else 0.0)
    sheet.line(at, amount, amount_size, align=align, id="amount", role=Role.STATUS)
    sheet.add(Widget("says", Role.STATUS, rest, "plain", name=f"{words}. {more}"))
    rest = sheet.text(
        rest,
        words,
        ("title", "heading", "strong"),
        align=align,
        lines=3,
        gap=sheet.u(16),
        role=Role.HEADING,
        part_of="says",
        id="title",
    )
    sheet.text(rest, more, ("body", "small"), style="quiet", align=align, lines=2, part_of="says", id="more")
