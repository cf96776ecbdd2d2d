"""What a step expects of screen, wire, paper, disk and log: each as a check that can be repeated."""

from __future__ import annotations

import asyncio
import json
import unicodedata
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, TypeVar

from kioskd.sim import finger
from kioskd.sim.step import (
    Balance,
    CollectableAtLeat,
    GiftCardAtLeat,
    PointsAtRbi,
    PrepaidAtLeat,
    VoucherAtLeat,
    Wire,
)
from kioskd.sim.world import World

Verdict = str | None
"""None when the expectation holds now; otherwise what is the case instead."""

Check = Callable[[World, Any], Awaitable[Verdict]]
_Check = TypeVar("_Check", bound=Check)

CHECKS: dict[str, Check] = {}
_SHOWN_CHARS = 600


def _check(key: str) -> Callable[[_Check], _Check]:
    def register(function: _Check) -> _Check:
        CHECKS[key] = function
        return function

    return register


# --- on the screen ------------------------------------------------------------------------------------


@_check("screen")
async def screen(world: World, wanted: str) -> Verdict:
    scene = await world.kiosk.scene()
    if scene.get("id") == wanted:
        return None
    return f"the screen is {scene.get('id', 'empty')}"


@_check("see")
async def see(world: World, wanted: tuple[str, ...]) -> Verdict:
    return lacking(_visible(await world.kiosk.scene()), wanted)


@_check("not_see")
async def not_see(world: World, unwanted: tuple[str, ...]) -> Verdict:
    return holding(_visible(await world.kiosk.scene()), unwanted)


@_check("heard")
async def heard(world: World, wanted: tuple[str, ...]) -> Verdict:
    return lacking([told.text for told in world.hearing.since_mark], wanted)


@_check("not_heard")
async def not_heard(world: World, unwanted: tuple[str, ...]) -> Verdict:
    return holding([told.text for told in world.hearing.since_mark], unwanted)


@_check("enabled")
async def enabled(world: World, widgets: tuple[str, ...]) -> Verdict:
    return await _touchable(world, widgets, wanted=True)


@_check("disabled")
async def disabled(world: World, widgets: tuple[str, ...]) -> Verdict:
    return await _touchable(world, widgets, wanted=False)


async def _touchable(world: World, ids: tuple[str, ...], *, wanted: bool) -> Verdict:
    found = {w["id"]: "action" in w and w["enabled"] for w in (await world.kiosk.scene())["widgets"]}
    for id in ids:
        if id not in found:
            return f"there is no widget {id!r}; there is {', '.join(found)}"[:_SHOWN_CHARS]
        if found[id] is not wanted:
            return f"{id!r} can {'' if found[id] else 'not '}be touched"
    return None


def _visible(scene: Mapping[str, Any]) -> list[str]:
    """Every text of the scene. A heading of its own, too: it is said when the scene is entered."""
    return [scene.get("title", ""), *(text for w in scene.get("widgets", ()) for text in finger.texts(w))]


# --- on paper -----------------------------------------------------------------------------------------


@_check("paper")
async def paper(world: World, wanted: tuple[str, ...]) -> Verdict:
    if not world.papers:
        return "nothing was printed"
    return lacking([world.papers[-1].text], wanted)


@_check("papers")
async def papers(world: World, wanted: int) -> Verdict:
    return _equal("pieces of paper", len(world.papers), wanted)


@_check("claim_on")
async def claim_on(world: World, wanted: str) -> Verdict:
    places = await world.phone.claims()
    return _equal("a code to collect points", " and ".join(places) or "nowhere", wanted)


# --- at the loyalty server and the card terminal ------------------------------------------------------


@_check("wire")
async def wire(world: World, wanted: Wire) -> Verdict:
    sent = [
        request
        for request in world.requests
        if request["path"].endswith(wanted.path) and wanted.method in (None, request["method"])
    ]
    fitting = [r for r in sent if wanted.body is None or difference(r["body"], wanted.body) is None]
    if len(fitting) == wanted.count:
        return None
    if len(sent) == len(fitting) or wanted.body is None:
        return f"{len(sent)} such requests, wanted {wanted.count}"
    return (
        f"{len(fitting)} of {len(sent)} requests have this body, wanted {wanted.count}; "
        f"the last one: {difference(sent[-1]['body'], wanted.body)}"
    )


@_check("balance")
async def balance(world: World, wanted: Balance) -> Verdict:
    return _equal(f"points of {wanted.card}", world.balance(wanted.card), wanted.points)


@_check("orders")
async def orders(world: World, wanted: int) -> Verdict:
    return _equal("orders at the loyalty server", len(world.orders), wanted)


@_check("voucher")
async def voucher(world: World, wanted: VoucherAtLeat) -> Verdict:
    return _equal(f"voucher {wanted.code}", world.dashboard.voucher_status(wanted.code), wanted.status)


@_check("gift_card")
async def gift_card(world: World, wanted: GiftCardAtLeat) -> Verdict:
    left = _major(world.dashboard.gift_card_minor(wanted.code))
    return _equal(f"balance of {wanted.code}", left, wanted.balance)


@_check("prepaid")
async def prepaid(world: World, wanted: PrepaidAtLeat) -> Verdict:
    left = _major(world.dashboard.prepaid_minor(wanted.card))
    return _equal(f"prepaid balance of {wanted.card}", left, wanted.balance)


@_check("collectable")
async def collectable(world: World, wanted: CollectableAtLeat) -> Verdict:
    waiting = world.dashboard.collectables(wanted.card)
    return _equal(f"rewards that wait for {wanted.card}", sorted(waiting), sorted(wanted.titles))


@_check("points")
async def points(world: World, wanted: PointsAtRbi) -> Verdict:
    guests = {guest["name"]: guest for guest in world.rbi.to_json()["guests"]}
    if wanted.guest not in guests:
        return f"there is no guest {wanted.guest}"
    said = wanted.model_dump(exclude_none=True, exclude={"guest"})
    return _equal(f"points of {wanted.guest}", {key: guests[wanted.guest][key] for key in said}, said)


@_check("transactions")
async def transactions(world: World, wanted: Mapping[str, int]) -> Verdict:
    states = [one["status"].lower() for one in world.rbi.to_json()["transactions"]]
    found = {state: states.count(state) for state in (*wanted, *states)}
    return None if all(found[state] == count for state, count in wanted.items()) else f"there are {found}"


@_check("portal_says")
async def portal_says(world: World, wanted: str) -> Verdict:
    return lacking([world.phone.portal_said], [wanted])


@_check("asked")
async def asked(world: World, wanted: str) -> Verdict:
    match world.terminal.state()["payment"]:
        case {"step": "waiting_for_card", "amount_minor": int(amount_minor)}:
            return _equal("asked for", _major(amount_minor), wanted)
    return "the terminal does not wait for a card"


@_check("charged")
async def charged(world: World, wanted: str) -> Verdict:
    taken_minor = world.terminal.state()["charged_minor"]
    assert isinstance(taken_minor, int)
    return _equal("charged in all", _major(taken_minor), wanted)


# --- in the daemon ------------------------------------------------------------------------------------


@_check("outbox")
async def outbox(world: World, wanted: Mapping[str, int]) -> Verdict:
    counts = (await world.kiosk.status())["outbox"]
    states = {"open": counts["open"], **counts["by_state"]}
    if all(states.get(state, 0) == count for state, count in wanted.items()):
        return None
    return f"the outbox has {states}"


@_check("devices")
async def devices(world: World, wanted: Mapping[str, str]) -> Verdict:
    states = {device["name"]: device["state"] for device in (await world.kiosk.status())["devices"]}
    return None if all(states.get(name) == state for name, state in wanted.items()) else f"they are {states}"


@_check("says")
async def says(world: World, wanted: tuple[str, ...]) -> Verdict:
    return lacking([world.command_said], wanted)


@_check("says_not")
async def says_not(world: World, unwanted: tuple[str, ...]) -> Verdict:
    return holding([world.command_said], unwanted)


@_check("exit_status")
async def exit_status(world: World, wanted: int) -> Verdict:
    return _equal("exit status", world.command_status, wanted)


@_check("log_has_not")
async def log_has_not(world: World, unwanted: tuple[str, ...]) -> Verdict:
    return holding(world.places.log.read_text("utf-8", "replace").splitlines(), unwanted)


@_check("nowhere")
async def nowhere(world: World, unwanted: tuple[str, ...]) -> Verdict:
    """Digits also as a terminal's wire has them, two to a byte."""
    found = []
    for place, octets in await _everything(world):
        for text in unwanted:
            packed = bytes.fromhex(text) if text.isdecimal() and len(text) % 2 == 0 else b""
            if text.encode() in octets or (packed and packed in octets):
                found.append(f"{text!r} in {place}")
    return ", ".join(found) or None


async def _everything(world: World) -> list[tuple[str, bytes]]:
    told = {
        "the scene": await world.kiosk.scene(),
        "what was said": [said.text for said in world.hearing.transcript],
        "the requests": world.requests,
    }
    everything = [(place, json.dumps(what, ensure_ascii=False).encode()) for place, what in told.items()]
    everything += [(f"paper {number}", paper.text.encode()) for number, paper in enumerate(world.papers, 1)]
    files = [world.places.log, *(file for file in world.places.state.rglob("*") if file.is_file())]
    for file in files:
        with suppress(FileNotFoundError):  # some are written anew under another name and then renamed
            everything.append((file.name, await asyncio.to_thread(file.read_bytes)))
    return everything


# --- comparing ----------------------------------------------------------------------------------------


def plain(text: str) -> str:
    """As somebody reading sees it: no invisible marks of direction, every kind of space a space."""
    marks_gone = "".join(
        " " if sign.isspace() else sign for sign in text if unicodedata.category(sign) != "Cf"
    )
    return " ".join(marks_gone.split())


def lacking(texts: Iterable[str], wanted: Iterable[str]) -> Verdict:
    there = [plain(text) for text in texts]
    missing = [repr(text) for text in wanted if not any(plain(text) in seen for seen in there)]
    if not missing:
        return None
    return f"{', '.join(missing)} is missing in: {' | '.join(filter(None, there))}"[:_SHOWN_CHARS]


def holding(texts: Iterable[str], unwanted: Iterable[str]) -> Verdict:
    found = [
        f"{text!r} in {seen!r}" for seen in map(plain, texts) for text in unwanted if plain(text) in seen
    ]
    return f"there is {found[0]}"[:_SHOWN_CHARS] if found else None


def difference(value: Any, wanted: Any, place: str = "") -> Verdict:
    """Where `value` lacks something of `wanted`: tables may have more keys, lists not more entries."""
    if isinstance(wanted, Mapping):
        if not isinstance(value, Mapping):
            return f"{place or 'it'} is {value!r}"
        for key, inner in wanted.items():
            if key not in value:
                return f"{place}{key} is missing"
            if wrong := difference(value[key], inner, f"{place}{key}."):
                return wrong
        return None
    if isinstance(wanted, list):
        if not isinstance(value, list) or len(value) != len(wanted):
            return f"{place.rstrip('.')} is {value!r}"[:_SHOWN_CHARS]
        for index, (one, other) in enumerate(zip(value, wanted, strict=True)):
            if wrong := difference(one, other, f"{place}{index}."):
                return wrong
        return None
    return None if value == wanted else f"{place.rstrip('.')} is {value!r}, wanted {wanted!r}"


def _major(minor: int) -> str:
    return f"{'-' if minor < 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02}"


def _equal(what: str, value: object, wanted: object) -> Verdict:
    return None if value == wanted else f"{what}: {value}, wanted {wanted}"
