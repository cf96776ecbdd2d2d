"""Where the keys are on a screen: what they walk over, in which order, and where they come to stand.

The keys go round: after the last stop comes the first. A stop without an action is a row of a keypad: only
selecting it leads to its keys, so that a guest need not walk over all letters to reach one. Past the end of a
row the way leads on to the next stop.
"""

from __future__ import annotations

from collections.abc import Sequence

from kioskd.core.intents import (
    AskHelp,
    CancelOrder,
    CancelPayment,
    ClearBasket,
    ConfirmCancel,
    Finish,
    GoBack,
    RemoveGiftCard,
    RemoveLine,
    RemoveOffer,
    SignOut,
    StillHere,
)
from kioskd.core.staff_intents import CloseDay, ConfirmDecision, ConfirmPower, ConfirmTakeBack, MarkPaid
from kioskd.ui.geometry import Rect
from kioskd.ui.scene import Action, ClosePanel, OpenPanel, Scene, Widget, focus_order

_BACK: tuple[type[Action], ...] = (ClosePanel, GoBack, CancelPayment, StillHere, Finish, CancelOrder)
"""What the key for going back does: the first of these that the screen has."""
_TAKES_AWAY: tuple[type[Action], ...] = (
    *(ConfirmCancel, SignOut, AskHelp, RemoveLine, ClearBasket, RemoveOffer, RemoveGiftCard),
    *(CloseDay, ConfirmDecision, ConfirmPower, ConfirmTakeBack, MarkPaid),
)
_NEVER_FIRST = (*_BACK, *_TAKES_AWAY)
_ASIDE = ("member", "search", "wishes")
"""Stands at the head of many screens, and is not what they are about."""
_STAYS = (StillHere, Finish)
"""Where there is nothing else to do, one of these is what the guest is waited for."""


def first(scene: Scene) -> str | None:
    """Where the keys stand on a new screen: at what is chosen already, else at the first thing it is about.

    Nowhere yet, where all there is to touch leads away, takes away or calls somebody: a key pressed once too
    often does no harm. In a question that stands before another screen, going back is an answer.
    """
    stops = _stops(scene)
    if scene.panel is not None and (chosen := [stop for stop in stops if stop.selected]):
        return chosen[0].id
    if scene.panel is not None:
        return next((stop.id for stop in stops if not isinstance(stop.action, _NEVER_FIRST)), None)
    about = [stop for stop in stops if stop.id not in _ASIDE and not isinstance(stop.action, OpenPanel)]
    onward = [stop for stop in about if not isinstance(stop.action, _NEVER_FIRST)]
    answers = (*_STAYS, GoBack) if scene.backdrop else _STAYS
    onward += [stop for stop in about if isinstance(stop.action, answers)]
    return onward[0].id if onward else None


def moved(scene: Scene, at: str | None, steps: int) -> str | None:
    """The stop after (`steps` is 1) or before (-1) this one. None on a screen without any."""
    stops = _stops(scene)
    if not stops:
        return None
    here = scene.widget(at) if at is not None else None
    if here is not None and here.row is not None:
        keys = _keys(scene, here.row)
        index = _index(keys, here.id) + steps
        if 0 <= index < len(keys):
            return keys[index].id
        if steps < 0:
            return here.row
        at = here.row
    if at is None or all(stop.id != at for stop in stops):
        return stops[0 if steps > 0 else -1].id
    return stops[(_index(stops, at) + steps) % len(stops)].id


def entered(scene: Scene, row: str) -> str | None:
    """The first key of this row; None when it is none."""
    return next((key.id for key in _keys(scene, row)), None)


def kept(before: Scene, now: Scene, at: str | None) -> str | None:
    """Where the keys stand when a screen only changed: at the same thing, or at what took its place."""
    if at is None:
        return None
    if any(widget.id == at for widget in focus_order(now)):
        return at
    was = before.widget(at)
    order = _keys(before, was.row) if was is not None and was.row is not None else _stops(before)
    index = next((index for index, stop in enumerate(order) if stop.id == at), None)
    if index is None:
        return first(now)
    there = {widget.id for widget in focus_order(now)}
    for stop in (*order[index + 1 :], *reversed(order[:index])):
        if stop.id in there:
            return stop.id
    return first(now)


def way_back(scene: Scene) -> Widget | None:
    """What the key for going back touches; None where there is no way back."""
    for action in _BACK:
        for widget in scene.widgets:
            if isinstance(widget.action, action) and widget.enabled:
                return widget
    return None


def visible_part(scene: Scene, at: str | None) -> Rect | None:
    """Where the widget the keys stand at shows; None when nothing of it does."""
    widget = scene.widget(at) if at is not None else None
    if widget is None:
        return None
    region = scene.region(widget.region) if widget.region else None
    return widget.rect if region is None else widget.rect.within(region.viewport)


def _stops(scene: Scene) -> tuple[Widget, ...]:
    return tuple(widget for widget in focus_order(scene) if widget.row is None)


def _keys(scene: Scene, row: str) -> tuple[Widget, ...]:
    return tuple(widget for widget in focus_order(scene) if widget.row == row)


def _index(widgets: Sequence[Widget], id: str) -> int:
    return next(index for index, widget in enumerate(widgets) if widget.id == id)
