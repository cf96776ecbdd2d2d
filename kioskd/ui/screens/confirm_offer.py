"""Use it? What an offer costs, what it takes off now, or why it takes nothing off. Nothing is used yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kioskd.core.denial import Denial
from kioskd.core.discount import Discount, OfferKind, Reason
from kioskd.core.intents import ConfirmOffer, GoBack, ShowIdentify
from kioskd.core.member import CollectableReward, Reward, Right, Voucher
from kioskd.core.phases import ConfirmingOffer
from kioskd.core.shop import Shop
from kioskd.core.visit import Visit
from kioskd.ui.geometry import Rect
from kioskd.ui.locale.translator import later
from kioskd.ui.scene import Align, Role, Widget
from kioskd.ui.screens.frame import cancel_order, frame, gap, head, points_words
from kioskd.ui.screens.offer_cards import picture_of
from kioskd.ui.screens.offer_words import denial_words, offer_title, refusal_words
from kioskd.ui.screens.sheet import Sheet, icon
from kioskd.ui.screens.wait import waiting

_QUESTIONS = {
    OfferKind.REWARD: later("Use your points?"),
    OfferKind.VOUCHER: later("Use this voucher?"),
    OfferKind.COLLECTABLE: later("Take it with this order?"),
}


def confirm_offer(sheet: Sheet, visit: Visit, shop: Shop, phase: ConfirmingOffer) -> str:
    tr, stage = sheet.tr, sheet.stage
    layout = frame(sheet, visit, shop, leave=cancel_order(sheet))
    _foot(sheet, layout.foot, phase)
    title = tr(_QUESTIONS[phase.right.kind])
    body = head(sheet, layout.body, title, back=GoBack(), visit=None if stage.compact else visit, shop=shop)
    if phase.waiting is not None and phase.due_s is not None:
        waiting(sheet, body, tr("We are keeping it for you"), phase.due_s)
        return title
    _ticket(sheet, body, visit, shop, phase)
    return title


def usable(phase: ConfirmingOffer) -> bool:
    """Whether there is anything to confirm."""
    unusable = not isinstance(phase.outcome, Discount) and phase.outcome.reason is Reason.UNUSABLE_RULE
    return phase.denial is None and not unusable


def _foot(sheet: Sheet, foot: Rect, phase: ConfirmingOffer) -> None:
    tr = sheet.tr
    if phase.waiting is not None:
        sheet.button("stop", foot, tr("Never mind"), GoBack(), style="secondary")
        return
    action: ShowIdentify | ConfirmOffer
    if phase.denial is Denial.CARD_NEEDED:
        yes, action = tr("Scan my card"), ShowIdentify()
    elif usable(phase):
        yes, action = tr("Use it"), ConfirmOffer()
    else:
        sheet.button("not_now", foot, tr("All right"), GoBack())
        return
    left, right = foot.columns(2, gap(sheet))
    if not sheet.stage.compact:
        left, right = foot.start(foot.w * 0.42, gap(sheet))
    types = ("button", "strong", "pill", "badge")
    sheet.button("not_now", left, tr("Not now"), GoBack(), style="secondary", types=types)
    sheet.button("use", right, yes, action, types=types)


# --- the ticket: what it is, a line, and what it does --------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Fact:
    id: str
    name: str
    value: str
    large: bool = False


def _ticket(sheet: Sheet, body: Rect, visit: Visit, shop: Shop, phase: ConfirmingOffer) -> None:
    stage, compact = sheet.stage, sheet.stage.compact
    pad = sheet.u(56 if not compact else 24)
    facts = _facts(sheet, visit, phase) if phase.denial is None else []
    says = _says(sheet, visit, shop, phase)
    if stage.portrait:
        width = body.w - 2 * pad
        what_h = _what_height(sheet, width, phase.right)
        does_h = _does_height(sheet, width, facts, says)
        space = sheet.u(44)
        height = min(body.h, 2 * pad + what_h + 2 * space + does_h)
        card = body.top(height)[0].moved(dy=max(0.0, (body.h - height) * 0.32))
        sheet.surface(card, "card", id="offer")
        what, does = card.inset(pad, pad).top(what_h, 2 * space)
        rule = Rect(what.x, what.bottom + space, what.w, sheet.u(3))
    else:
        sheet.surface(body, "card", id="offer")
        inner = body.inset(pad, pad)
        what, does = inner.start(inner.w * 0.42, 2 * pad)
        rule = Rect(what.right + pad, inner.y, sheet.u(3), inner.h)
        what = what.around(what.w, min(what.h, _what_height(sheet, what.w, phase.right)))
        does = does.around(does.w, min(does.h, _does_height(sheet, does.w, facts, says)))
    sheet.surface(rule, "rule", id="offer/rule")
    _what(sheet, what, shop, phase)
    _does(sheet, does, facts, says)
    sheet.keep_private("fact:left")


def _picture_side(sheet: Sheet) -> float:
    return sheet.u(260 if sheet.stage.portrait else 240 if not sheet.stage.compact else 120)


def _what_height(sheet: Sheet, width: float, right: Right) -> float:
    title = _title_type(sheet, width, right)
    height = _picture_side(sheet) + sheet.u(28 if not sheet.stage.compact else 8)
    height += sheet.height(offer_title(right.title), title, width, 4)
    return height + sheet.u(8) + (sheet.measure.line_mm("small") if _last_day(right) else 0.0)


def _title_type(sheet: Sheet, width: float, right: Right) -> str:
    """The largest in which the title stands on two lines, or three of the smaller ones."""
    types = ("title", "heading", "strong") if not sheet.stage.compact else ("heading", "strong", "pill")
    title = offer_title(right.title)
    whole = (t for t in types if all(sheet.width(word, t) <= width for word in title.split()))
    return next(
        (t for t in whole if sheet.height(title, t, width) <= 2.01 * sheet.measure.line_mm(t)), "pill"
    )


def _last_day(right: Right) -> date | None:
    return right.expires_on if isinstance(right, Voucher | CollectableReward) else None


def _what(sheet: Sheet, area: Rect, shop: Shop, phase: ConfirmingOffer) -> None:
    right = phase.right
    words_h = _what_height(sheet, area.w, right) - _picture_side(sheet)
    side = min(_picture_side(sheet), max(0.0, area.h - words_h))  # the picture gives way to the words
    top, rest = area.top(side, sheet.u(28 if not sheet.stage.compact else 8))
    faded = phase.denial is not None and phase.denial is not Denial.CARD_NEEDED
    sheet.picture(top.around(top.h, top.h), picture_of(right, shop, faded=faded), id="offer/picture")
    rest = sheet.text(
        rest,
        offer_title(right.title),
        _title_type(sheet, area.w, right),
        align=Align.CENTRE,
        lines=4,
        gap=sheet.u(8),
        id="offer/title",
        role=Role.HEADING,
    )
    day = _last_day(right)
    if day is not None:
        words = sheet.tr("Until {date}", date=sheet.tr.date(day))
        sheet.text(rest, words, ("small", "tiny"), style="quiet", align=Align.CENTRE, lines=1)


def _facts(sheet: Sheet, visit: Visit, phase: ConfirmingOffer) -> list[_Fact]:
    tr, facts = sheet.tr, []
    unit = visit.member.points_name if visit.member else None
    if isinstance(phase.right, Reward):
        cost = phase.right.cost_points
        facts.append(_Fact("cost", tr("It costs"), points_words(sheet, cost, unit)))
        balance = visit.points_left
        if balance is not None:
            facts.append(_Fact("left", tr("You keep"), points_words(sheet, max(0, balance - cost), unit)))
    if isinstance(phase.outcome, Discount):
        facts.append(_Fact("off", tr("Off your order"), tr.money(-phase.outcome.amount), large=True))
    return facts


@dataclass(frozen=True, slots=True)
class _Says:
    """A sentence that matters (`first`, with a sign), and one that reassures."""

    first: str
    second: str


def _says(sheet: Sheet, visit: Visit, shop: Shop, phase: ConfirmingOffer) -> _Says:
    tr = sheet.tr
    if phase.denial is not None:
        return _Says(denial_words(phase.denial, tr), "")
    if isinstance(phase.outcome, Discount):
        promise = tr("You can take it off again until you pay.")
        added = _added(sheet, visit, shop, phase.outcome)
        return _Says("", f"{added} {promise}" if added else promise)
    if not usable(phase):
        return _Says(denial_words(Denial.UNUSABLE, tr), "")
    words = refusal_words(phase.outcome, phase.right.rule, shop, tr)
    return _Says(words, tr("It is only used up if it takes something off."))


def _added(sheet: Sheet, visit: Visit, shop: Shop, outcome: Discount) -> str:
    """What comes into the basket with the offer, because the offer is for it and it is not there yet."""
    there = {line.product.sku for line in visit.basket.lines}
    for share in outcome.shares:
        product = shop.catalogue.products.get(share.item.sku)
        if product is not None and share.item.within is None and product.sku not in there:
            return sheet.tr("We add it for you: {name}.", name=sheet.tr.words(product.name))
    return ""


def _fact_height(sheet: Sheet, fact: _Fact) -> float:
    compact = sheet.stage.compact
    if fact.large:
        return sheet.measure.line_mm("amount" if not compact else "title") + sheet.u(12)
    return sheet.measure.line_mm("heading" if not compact else "strong") + sheet.u(16 if not compact else 8)


def _says_height(sheet: Sheet, width: float, says: _Says) -> tuple[float, float]:
    """Of the panel with the sentence that matters, and of the other one."""
    first = second = 0.0
    if says.first:
        inner = width - sheet.u(64) - sheet.u(84)
        first = max(sheet.height(says.first, "strong", inner), sheet.u(64)) + sheet.u(48)
    if says.second:
        second = sheet.height(says.second, "small", width)
    return first, second


def _does_height(sheet: Sheet, width: float, facts: list[_Fact], says: _Says) -> float:
    first, second = _says_height(sheet, width, says)
    parts = [sum(_fact_height(sheet, fact) for fact in facts), first, second]
    return sum(parts) + sheet.u(24) * (sum(map(bool, parts)) - 1)


def _does(sheet: Sheet, area: Rect, facts: list[_Fact], says: _Says) -> None:
    first_h, _ = _says_height(sheet, area.w, says)
    for fact in facts:
        at, area = area.top(_fact_height(sheet, fact))
        _fact(sheet, at, fact)
    if facts:
        _, area = area.top(0.0, sheet.u(24))
    if says.first:
        at, area = area.top(first_h, sheet.u(24))
        _panel(sheet, at, says.first)
    crowded = sheet.stage.compact and sheet.height(says.second, "tiny", area.w) > area.h
    if says.second and not crowded:  # news take its place for a moment
        align = Align.CENTRE if sheet.stage.portrait else Align.START
        sheet.text(area, says.second, ("small", "tiny"), style="quiet", align=align, lines=3, id="promise")


def _fact(sheet: Sheet, rect: Rect, fact: _Fact) -> None:
    id, compact = f"fact:{fact.id}", sheet.stage.compact
    sheet.add(Widget(id, Role.GROUP, rect, "plain", name=f"{fact.name}: {fact.value}"))
    sizes = ("heading", "strong", "pill") if not compact else ("strong", "pill")
    if fact.large:
        sizes = ("amount", "title", *sizes) if not compact else ("title", "heading", *sizes)
    room = rect.w - sheet.width(fact.name, "badge") - sheet.u(32)
    size = next((s for s in sizes if sheet.width(fact.value, s) <= room), "badge")
    at, left = rect.end(sheet.width(fact.value, size) + sheet.u(8), sheet.u(20))
    style = "action_text" if fact.large else "plain"
    sheet.line(at, fact.value, size, style=style, align=Align.END, part_of=id, id=f"{id}/value")
    sheet.line(left, fact.name, ("body", "small", "tiny"), part_of=id, lines=2, id=f"{id}/name")


def _panel(sheet: Sheet, rect: Rect, words: str) -> None:
    sheet.add(Widget("why", Role.STATUS, rect, "notice", name=words))
    inner = rect.inset(sheet.u(32), sheet.u(16))
    side = sheet.u(56)
    at, inner = inner.start(side, sheet.u(28))
    sheet.picture(at.around(side, side), icon("info"), part_of="why")
    sheet.line(inner, words, ("strong", "pill", "badge"), lines=6, part_of="why")
