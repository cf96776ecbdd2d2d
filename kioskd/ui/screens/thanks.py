"""Thank you: the order number for everybody to see, the points, the paper."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from kioskd.core.intents import Finish
from kioskd.core.money import Money
from kioskd.core.order import Order, Tender
from kioskd.core.phases import Points, Thanks
from kioskd.core.print_verdict import PrintVerdict
from kioskd.core.shop import Shop
from kioskd.core.visit import Visit
from kioskd.ui.geometry import Rect
from kioskd.ui.qr import QUIET_ZONE, modules_across
from kioskd.ui.scene import Align, CountUp, Role, Widget
from kioskd.ui.screens.frame import frame, gap, points_words
from kioskd.ui.screens.pair import pair
from kioskd.ui.screens.sheet import Sheet, art, code
from kioskd.ui.text import clean

_COUNT_STEPS = 16
_CODE_MM = 42.0
"""How wide a code is at least, without its margin: a phone reads it from an arm's length."""


@dataclass(frozen=True, slots=True)
class _Message:
    id: str
    picture: str
    first: str
    second: str
    steps: tuple[str, ...] = ()


def thanks(sheet: Sheet, visit: Visit, shop: Shop, phase: Thanks) -> str:
    tr, stage = sheet.tr, sheet.stage
    layout = frame(sheet, visit, shop, leave=None)
    sheet.button("done", layout.foot, tr("Done"), Finish())
    name = clean(visit.member.first_name or "", 40) if visit.member else ""
    title = tr("Thank you, {name}", name=name) if name else tr("Thank you")
    messages = [m for m in (_points(sheet, visit, phase), _receipt(sheet, phase)) if m is not None]
    link = phase.claim_on_screen
    if link and stage.compact:  # no room for more; that no paper came is part of what the code's card says
        messages = []
    card_h = sheet.u(206 if stage.portrait else 200 if not stage.compact else 170)
    code_mm = _code_mm(sheet, link) if link else 0.0
    claim_h = code_mm + 2 * _claim_pad(sheet) if link else 0.0
    parts = len(messages) + bool(link)
    height = len(messages) * card_h + claim_h + max(0, parts - 1) * gap(sheet)
    if stage.portrait:
        below, above = layout.body.foot(height, sheet.u(40))
        above = above.inset(sheet.u(24), 0)
    else:
        share = 0.62 if link and stage.compact else 0.5
        below, above = layout.body.end(layout.body.w * share, gap(sheet) * 1.5)
        below = below.around(below.w, min(below.h, height))
    _number(sheet, above, phase, title)
    if link:
        rect, below = below.top(claim_h, gap(sheet))
        _claim(sheet, rect, link, phase, code_mm)
    if name:
        sheet.keep_private("title", tr("Thank you"))
    for message, rect in zip(messages, below.rows(max(1, len(messages)), gap(sheet)), strict=False):
        _card(sheet, rect, message)
    if phase.points is Points.EARNED:
        sheet.keep_private("points", tr("Your points are added"))
    elif phase.texts is not None and phase.texts.receipt_code:
        sheet.keep_private("points")
    return title


def _code_mm(sheet: Sheet, link: str) -> float:
    """The side of the code with its margin: whole pixels a square, and wide enough for a phone."""
    across, px_per_mm = modules_across(link), sheet.stage.display.px_per_mm
    least_mm = _CODE_MM if sheet.stage.compact else max(_CODE_MM, sheet.u(190))
    square_px = ceil(least_mm * px_per_mm / (across - 2 * QUIET_ZONE))
    return (across * square_px + 0.5) / px_per_mm


def _claim_pad(sheet: Sheet) -> float:
    return sheet.u(20 if not sheet.stage.compact else 14)


def _claim(sheet: Sheet, rect: Rect, link: str, phase: Thanks, code_mm: float) -> None:
    """The points as a code to take along with a phone, for want of paper."""
    tr = sheet.tr
    first = _claim_words(sheet, phase)
    second = tr("Scan this code with your phone to collect your points.")
    if sheet.stage.compact and phase.receipt in (
        PrintVerdict.BLOCKED,
        PrintVerdict.KEPT,
        PrintVerdict.UNKNOWN,
    ):
        first = _receipt(sheet, phase).first
    sheet.add(Widget("claim", Role.STATUS, rect, "card", name=f"{first}. {second}"))
    inner = rect.inset(_claim_pad(sheet), _claim_pad(sheet))
    at, inner = inner.start(code_mm, sheet.u(40 if not sheet.stage.compact else 16))
    sheet.picture(at.around(code_mm, code_mm), code(link), part_of="claim", id="claim/code")
    pair(sheet, inner, first, second, "claim", first_lines=3)


def _claim_words(sheet: Sheet, phase: Thanks) -> str:
    of_nobody = phase.order.member_id is None and phase.order.credential is None
    return (
        sheet.tr("Your points are waiting") if of_nobody else sheet.tr("We could not add points to this card")
    )


def _number(sheet: Sheet, area: Rect, phase: Thanks, title: str) -> None:
    tr, stage = sheet.tr, sheet.stage
    what = tr("Your order number")
    next_step = (
        tr("Please pay {amount} at the counter", amount=tr.money(phase.order.due))
        if phase.order.tender is Tender.COUNTER and phase.order.due
        else tr("Watch the screen above the counter")
    )
    number = clean(phase.order.number, 12)
    heights = sheet.measure.line_mm
    title_type, next_type = ("title", "heading") if not stage.compact else ("heading", "strong")
    title_h = sheet.height(title, title_type, area.w, 2)
    next_h = sheet.height(next_step, next_type, area.w, 2)
    saved = _saved(sheet, phase.order)
    saved_h = heights("strong") + sheet.u(12) if saved else 0.0
    fixed = title_h + heights("body") + next_h + saved_h + sheet.u(40)
    size = next(
        (
            s
            for s in ("giant", "points", "hero")
            if heights(s) + fixed <= area.h and sheet.width(number, s) <= area.w
        ),
        "title",
    )
    block = area.around(area.w, min(area.h, fixed + heights(size)))
    rest = sheet.text(
        block,
        title,
        (title_type, "strong"),
        align=Align.CENTRE,
        lines=2,
        role=Role.HEADING,
        id="title",
        gap=sheet.u(8),
    )
    rest = sheet.text(
        rest,
        what,
        ("body", "small"),
        style="quiet",
        align=Align.CENTRE,
        lines=1,
        part_of="number",
        id="number/name",
        gap=sheet.u(8),
    )
    at, rest = rest.top(heights(size), sheet.u(16 if not stage.compact else 4))
    sheet.add(Widget("number", Role.STATUS, at, "plain", name=what, value=number))
    sheet.line(at, number, size, style="action_text", align=Align.CENTRE, part_of="number", id="number/value")
    rest = sheet.text(
        rest,
        next_step,
        (next_type, "strong", "pill"),
        align=Align.CENTRE,
        lines=2,
        role=Role.STATUS,
        id="next",
        gap=sheet.u(12) if saved else 0.0,
    )
    sheet.text(rest, saved, ("strong", "pill"), style="action_text", align=Align.CENTRE, lines=1, id="saved")


def _saved(sheet: Sheet, order: Order) -> str:
    off = Money.total((discount.amount for discount in order.discounts), order.currency)
    return sheet.tr("You saved {amount}", amount=sheet.tr.money(off)) if off else ""


def _points(sheet: Sheet, visit: Visit, phase: Thanks) -> _Message | None:
    tr = sheet.tr
    unit = visit.member.points_name if visit.member else None
    match phase.points:
        case Points.NONE if phase.texts is not None and phase.texts.receipt_code:
            code = tr("Receipt code {code}", code=clean(phase.texts.receipt_code, 40))
            later = tr("With this code you can ask for the points of this order later")
            return _Message("points", "receipt", code, later)
        case Points.NONE:
            return None
        case Points.ASKED:
            return _Message("points", "star", tr("Adding your points"), tr("One moment…"))
        case Points.EARNED if phase.earned is not None:
            words = tr("You earned {points}", points=points_words(sheet, phase.earned, unit))
            balance = points_words(sheet, phase.balance, unit)
            second = tr("You have {points} now", points=balance) if balance else tr("They are on your card.")
            return _Message("points", "glowing-star", words, second, _steps(sheet, phase, unit))
        case Points.EARNED:
            return _Message(
                "points", "glowing-star", tr("Your points are added"), tr("They are on your card.")
            )
        case Points.LATER:
            return _Message(
                "points",
                "star",
                tr("Your points are on their way"),
                tr("We are offline for a moment. They are saved and will be added by themselves."),
            )
        case Points.AT_COUNTER:
            return _Message(
                "points",
                "star",
                tr("Your points come with the payment"),
                tr("They are added when you pay at the counter."),
            )
        case Points.CLAIM if phase.claim_on_screen:
            return None
        case Points.CLAIM:
            second = tr("Scan the code on your receipt with your phone to collect them.")
            return _Message("points", "mobile-phone", _claim_words(sheet, phase), second)
        case Points.REFUSED | Points.CLAIM:
            return _Message(
                "points",
                "member-card",
                tr("We could not add points to this card"),
                tr("Our team can put it right with your receipt."),
            )


def _steps(sheet: Sheet, phase: Thanks, unit: str | None) -> tuple[str, ...]:
    earned = phase.earned or 0
    return tuple(
        sheet.tr("You earned {points}", points=points_words(sheet, earned * (i + 1) // _COUNT_STEPS, unit))
        for i in range(_COUNT_STEPS)
    )


def _receipt(sheet: Sheet, phase: Thanks) -> _Message:
    tr = sheet.tr
    match phase.receipt:
        case None:
            return _Message(
                "receipt", "receipt", tr("Your receipt is coming"), tr("Please wait for the paper.")
            )
        case PrintVerdict.PRINTED | PrintVerdict.UNVERIFIED:
            second = (
                tr("It shows your order number")
                if phase.points is not Points.EARNED
                else tr("It also shows your points")
            )
            return _Message("receipt", "receipt", tr("Please take your receipt"), second)
        case PrintVerdict.BLOCKED:
            return _Message(
                "receipt",
                "receipt",
                tr("No paper receipt today"),
                tr("Your order is fine. Just remember your number."),
            )
        case PrintVerdict.KEPT:
            return _Message(
                "receipt",
                "receipt",
                tr("Your receipt is late"),
                tr("It comes as soon as the printer is ready."),
            )
        case PrintVerdict.UNKNOWN:
            return _Message(
                "receipt",
                "receipt",
                tr("Please check your receipt"),
                tr("If it is incomplete, our team prints you another."),
            )


def _card(sheet: Sheet, rect: Rect, message: _Message) -> None:
    compact = sheet.stage.compact
    sheet.add(Widget(message.id, Role.STATUS, rect, "card", name=f"{message.first}. {message.second}"))
    inner = rect.inset(sheet.u(48 if not compact else 24), sheet.u(20 if not compact else 10))
    side = min(inner.h, sheet.u(124 if not compact else 88))
    at, inner = inner.start(side, sheet.u(40 if not compact else 20))
    sheet.picture(at.around(side, side), art(message.picture), part_of=message.id)
    motion = CountUp(message.steps) if message.steps else None
    pair(sheet, inner, message.first, message.second, message.id, motion=motion)
