"""How a kiosk that knows nothing is told what it is: a pairing code, what to do with it, how far it is."""

from __future__ import annotations

from kioskd.core.enrolling import Enrolling
from kioskd.core.enrolment import Objection
from kioskd.core.health import DeviceKind
from kioskd.core.shop import Shop
from kioskd.core.visit import Visit
from kioskd.ui.geometry import Rect
from kioskd.ui.locale.translator import Translator, later
from kioskd.ui.scene import Align, Role
from kioskd.ui.screens.frame import frame, gap, head
from kioskd.ui.screens.sheet import Sheet
from kioskd.ui.text import clean, embedded

_OBJECTIONS = {
    Objection.NOT_OURS: later("This is no code for setting up a kiosk."),
    Objection.ANOTHER_PAIRING: later(
        "These codes are for another kiosk or an older pairing code. Make them anew with the one shown here."
    ),
    Objection.DAMAGED: later("These codes could not be read as they were made. Please show them once more."),
}
_MOST_MISSING = 8
_MOST_PROBLEMS = 3


def enrol(sheet: Sheet, visit: Visit, shop: Shop, phase: Enrolling) -> str:
    tr, stage = sheet.tr, sheet.stage
    title = tr("Set up this kiosk")
    layout = frame(sheet, visit, shop, leave=None, foot=False, help=False, notice=False)
    body = head(sheet, layout.body, title)
    if stage.portrait:
        at, rest = body.top(sheet.u(300), gap(sheet) * 1.5)
        _pairing(sheet, at, phase)
        status, steps = rest.top(sheet.u(380), gap(sheet))
    else:
        left, steps = body.start(body.w * 0.44, gap(sheet) * 1.5)
        at, status = left.top(left.h * 0.4, gap(sheet))
        _pairing(sheet, at, phase)
    _steps(sheet, steps, phase)
    _status(sheet, status, visit, phase)
    return title


def _pairing(sheet: Sheet, rect: Rect, phase: Enrolling) -> None:
    tr = sheet.tr
    owner = sheet.surface(rect, "card", id="pairing", name=tr("Pairing code"))
    inner = rect.inset(sheet.u(24), sheet.u(12))
    label, below = inner.top(sheet.measure.line_mm("small"))
    sheet.line(label, tr("Pairing code"), ("small", "tiny"), style="quiet", align=Align.CENTRE, part_of=owner)
    if not phase.done:
        sheet.line(
            below,
            phase.pairing,
            ("hero", "title", "heading", "strong"),
            style="action_text",
            align=Align.CENTRE,
            id="code",
        )


def _steps(sheet: Sheet, area: Rect, phase: Enrolling) -> None:
    tr = sheet.tr
    command = f"kioskd enrol-code kiosk.toml --pairing-code {phase.pairing}"
    steps = (
        tr("Write kiosk.toml on a computer that has kioskd."),
        tr("Make its codes there: {command}", command=embedded(command, tr.rtl)),
        tr("Hold them before the scanner or the camera, in any order."),
    )
    words = "\n".join(f"{tr.number(number)}. {step}" for number, step in enumerate(steps, start=1))
    types = ("body", "small", "tiny") if not sheet.stage.compact else ("small", "tiny")
    rest = sheet.text(area, words, types, id="steps", gap=gap(sheet))
    other = tr("Or switch the power off, put kiosk.toml on the card, and switch it on.")
    sheet.text(rest, other, ("small", "tiny"), style="quiet", id="other")


def _status(sheet: Sheet, area: Rect, visit: Visit, phase: Enrolling) -> None:
    most = 1 if sheet.stage.compact else _MOST_PROBLEMS
    words, alert = _said(visit, phase, sheet.tr, most)
    inner = area.inset(sheet.u(8), 0)
    sheet.text(
        inner,
        words,
        ("strong", "small", "tiny") if not phase.problems else ("small", "tiny"),
        style="alert_text" if alert else "plain",
        role=Role.STATUS,
        id="status",
    )


def _said(visit: Visit, phase: Enrolling, tr: Translator, most: int) -> tuple[str, bool]:
    """How far it is, and whether that is bad news; `most` mistakes at a time."""
    if phase.done:
        return tr("All is here. The kiosk starts anew."), False
    if phase.asking:
        return tr("One moment…"), False
    if phase.problems:
        lines = [embedded(clean(problem, 160), tr.rtl) for problem in phase.problems[:most]]
        return "\n".join([tr("This must be mended first:"), *lines]), True
    if phase.objection is not None:
        return tr(_OBJECTIONS[phase.objection]), True
    if phase.collected is not None:
        missing = phase.collected.missing
        here = phase.collected.of - len(missing)
        words = tr("{n} of {of} codes are here.", n=tr.number(here), of=tr.number(phase.collected.of))
        if len(missing) <= _MOST_MISSING:
            words += " " + tr("Missing: {numbers}", numbers=", ".join(map(tr.number, missing)))
        return words, False
    if not (visit.has(DeviceKind.SCANNER) or visit.has(DeviceKind.CAMERA)):
        return tr("No scanner and no camera was found yet."), True
    return tr("Waiting for the first code"), False
