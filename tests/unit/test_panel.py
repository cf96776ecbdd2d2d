"""The panel's own rules: who may use it, what it takes, and what it shows when the kiosk is gone."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

import kioskd.sim.panel
from kioskd.sim.camera import TROUBLES
from kioskd.sim.dashboard import Dashboard
from kioskd.sim.hearing import Told
from kioskd.sim.kiosk import Frame, KioskDown, KioskRefused
from kioskd.sim.leat import LeatSimulator
from kioskd.sim.pager import Pager
from kioskd.sim.panel.hostile import PICTURES, SCANS
from kioskd.sim.panel.live_screen import LiveScreen
from kioskd.sim.panel.routes import LARGEST_PICTURE_BYTES, MOST_VIEWERS, panel_app
from kioskd.sim.panel.view import changed, sections_of
from kioskd.sim.paper import Paper
from kioskd.sim.printer_machine import Conditions
from kioskd.sim.rbi import RbiSimulator
from kioskd.sim.serve import serve
from kioskd.sim.terminal import TerminalSimulator

PIXELS = bytes(range(48))


class FakeKiosk:
    """A daemon that answers at once, is down, or refuses."""

    def __init__(self) -> None:
        self.pid, self.seq, self.frames = 100, 7, 0
        self.returncode = -9
        self.place = "attract"
        self.down = self.refuses = False
        self.acts: list[tuple[Any, ...]] = []

    @property
    def running(self) -> bool:
        return not self.down

    def _answer(self) -> None:
        if self.down:
            raise KioskDown("the kiosk does not answer\n  and this is its log")
        if self.refuses:
            raise KioskRefused("no unpaid order has the number A9")

    async def status(self) -> dict[str, Any]:
        self._answer()
        devices = [{"name": "front", "kind": "scanner", "state": "faulty", "detail": "says nothing"}]
        return {"place": "attract", "pid": self.pid, "devices": devices, "time": "2026-01-01T00:00:00+00:00"}

    async def outbox(self, limit: int) -> dict[str, Any]:
        self._answer()
        return {"operations": [], "counts": {}}

    async def frame(self) -> Frame:
        self._answer()
        self.frames += 1
        return Frame(self.seq, 4, 4, PIXELS)

    async def wait(self, seq: int, timeout_s: float) -> int:
        self._answer()
        return self.seq

    async def touch(self, x_px: int, y_px: int, phase: str) -> None:
        self._answer()
        self.acts.append((x_px, y_px, phase))

    async def scene(self) -> dict[str, Any]:
        self._answer()
        return {"id": self.place}

    async def order_paid(self, number: str) -> None:
        self._answer()
        self.acts.append((number,))

    def log_tail(self, lines: int) -> list[str]:
        return ["a line"]


class FakeHearing:
    def __init__(self) -> None:
        self.headphones = False
        self.transcript: list[Told] = []
        self.quiet_s = 0.0

    async def plug(self, headphones: bool) -> None:
        self.headphones = headphones


class FakeWorld(SimpleNamespace):
    def __init__(self) -> None:
        leat = LeatSimulator()
        super().__init__(
            kiosk=FakeKiosk(),
            leat=leat,
            loyalty=leat,
            dashboard=Dashboard(leat),
            terminal=TerminalSimulator(),
            printer=SimpleNamespace(conditions=Conditions()),
            papers=[Paper("Harbour Kitchen\n\n       A12\n     Eat in\n", b"a picture", b"")],
            options=SimpleNamespace(restart_after_s=1.0, backend="leat"),
            network_is="on",
            pager=Pager(),
            hearing=FakeHearing(),
            there={
                "scanner": True,
                "wedge": True,
                "keypad": True,
                "camera": True,
                "printer": True,
                "terminal": True,
            },
            seen=[],
        )

    def plugged(self) -> dict[str, bool]:
        return dict(self.there)

    def show_picture(self, picture: bytes) -> None:
        self.seen.append(picture)

    def tap_card(self) -> bool:
        return False

    async def hold_corner(self) -> None:
        self.kiosk.place = "staff_pin" if self.kiosk.place == "attract" else self.kiosk.place

    async def press(self, key: str) -> None:
        self.seen.append(key)

    async def scan(self, text: str, via: str, **trouble: float) -> None:
        self.seen.append((text, via, trouble) if trouble else (text, via))

    async def scan_bytes(self, data: bytes, via: str) -> None:
        self.seen.append((data, via))


Use = Callable[[FakeWorld, httpx.AsyncClient], Coroutine[Any, Any, None]]


@asynccontextmanager
async def panel(world: FakeWorld) -> AsyncIterator[httpx.AsyncClient]:
    async with (
        serve(panel_app(world)) as served,  # type: ignore[arg-type]
        httpx.AsyncClient(base_url=served.url, trust_env=False) as client,
    ):
        yield client


def with_panel(use: Use) -> None:
    async def run() -> None:
        world = FakeWorld()
        async with panel(world) as client:
            await use(world, client)

    asyncio.run(run())


# --- who may use it -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["kiosk.evil.example", "127.0.0.1.evil.example", "evil.example:8080", "[::1", ""]
)
def test_a_site_that_points_its_name_at_this_machine_sees_nothing(host: str) -> None:
    async def use(_world: FakeWorld, client: httpx.AsyncClient) -> None:
        answer = await client.get("/scene", headers={"Host": host})
        assert answer.status_code == 403
        assert "127.0.0.1" in answer.json()["error"]

    with_panel(use)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_page_cannot_press_the_buttons(headers: dict[str, str]) -> None:
    async def use(world: FakeWorld, client: httpx.AsyncClient) -> None:
        form = {"x": 1, "y": 2, "phase": "down"}
        assert (await client.post("/do/touch", json=form, headers=headers)).status_code == 403
        assert world.kiosk.acts == []

    with_panel(use)


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_its_own_page_and_plain_programs_can(name: str) -> None:
    async def use(world: FakeWorld, client: httpx.AsyncClient) -> None:
        host = f"{name}:{client.base_url.port}"
        form = {"x": 1, "y": 2, "phase": "down"}
        own = {"Host": host, "Origin": f"http://{host}", "Sec-Fetch-Site": "same-origin"}
        assert (await client.post("/do/touch", json=form, headers=own)).status_code == 204
        assert (await client.post("/do/touch", json=form)).status_code == 204
        assert world.kiosk.acts == [(1, 2, "down")] * 2

    with_panel(use)


def test_every_answer_forbids_foreign_scripts_and_frames() -> None:
    async def use(_world: FakeWorld, client: httpx.AsyncClient) -> None:
        for address in ("/", "/panel.js", "/nowhere"):
            policy = (await client.get(address)).headers["Content-Security-Policy"]
            assert "script-src 'self'" in policy
            assert "frame-ancestors 'none'" in policy

    with_panel(use)


def test_the_page_loads_nothing_from_elsewhere() -> None:
    async def use(_world: FakeWorld, client: httpx.AsyncClient) -> None:
        for address in ("/", "/panel.js", "/screen.js", "/dom.js", "/offers.js", "/panel.css"):
            answer = await client.get(address)
            assert answer.status_code == 200
            assert "://" not in answer.text

    with_panel(use)


# --- what it takes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("act", "form", "place"),
    [
        ("touch", {"x": 1, "y": 1e9, "phase": "down"}, "y"),
        ("touch", {"x": 1, "y": 1, "phase": "hover"}, "phase"),
        ("scan", {"text": "1", "via": "telepathy"}, "via"),
        ("scan", {"text": "x" * 10_001, "via": "serial"}, "text"),
        ("clock", {"skip_s": -1}, "skip_s"),
        ("clock", {"skip_s": 1e300}, "skip_s"),
        ("cable", {"device": "kettle", "plugged": True}, "device"),
        ("network", {"how": "on", "why": "because"}, "why"),
        ("paid", {"number": ""}, "number"),
    ],
)
def test_a_wrong_form_is_refused_with_the_place(act: str, form: dict[str, Any], place: str) -> None:
    async def use(_world: FakeWorld, client: httpx.AsyncClient) -> None:
        answer = await client.post(f"/do/{act}", json=form)
        assert answer.status_code == 422
        assert place in answer.json()["error"]

    with_panel(use)


def test_pictures_of_up_to_10_mb_are_held_before_the_camera() -> None:
    async def use(world: FakeWorld, client: httpx.AsyncClient) -> None:
        picture = b"x" * LARGEST_PICTURE_BYTES
        assert (await client.post("/camera", content=picture)).status_code == 204
        assert world.seen == [picture]
        assert (await client.post("/camera", content=picture + b"x")).status_code == 413
        world.there["camera"] = False
        assert (await client.post("/camera", content=b"y")).status_code == 409
        assert world.seen == [picture]

    with_panel(use)


def test_a_phone_is_held_before_the_camera_in_bad_light() -> None:
    async def use(world: FakeWorld, client: httpx.AsyncClient) -> None:
        shown = {"text": "10024711", "via": "camera"}
        assert (await client.post("/do/scan", json={**shown, "trouble": "glare"})).status_code == 204
        assert world.seen == [("10024711", "camera", {"glare": 1.0})]
        fog = await client.post("/do/scan", json={**shown, "trouble": "fog"})
        assert (fog.status_code, "fog" in fog.json()["error"]) == (409, True)

    with_panel(use)


def test_the_panel_offers_every_trouble_a_camera_has() -> None:
    page = (Path(kioskd.sim.panel.__path__[0]) / "static/index.html").read_text(encoding="utf-8")
    offered = page.split('id="trouble"')[1].split("</select>")[0]
    assert re.findall(r'value="(\w+)"|<option>(\w+)<', offered) == [
        ("none", ""),
        *(("", name) for name in list(TROUBLES)[1:]),
    ]


def test_a_form_is_small() -> None:
    async def use(_world: FakeWorld, client: httpx.AsyncClient) -> None:
        assert (await client.post("/do/scan", content=b" " * 70_000)).status_code == 413

    with_panel(use)


def test_what_makes_no_sense_now_is_said_in_words() -> None:
    async def use(world: FakeWorld, client: httpx.AsyncClient) -> None:
        tapped = await client.post("/do/terminal", json={"act": "tap"})
        assert (tapped.status_code, tapped.json()["error"]) == (
            409,
            "The terminal is not waiting for a card.",
        )
        world.there["wedge"] = False
        scanned = await client.post("/do/scan", json={"text": "1", "via": "wedge"})
        assert (scanned.status_code, scanned.json()["error"]) == (409, "That scanner is unplugged.")
        world.kiosk.refuses = True
        paid = await client.post("/do/paid", json={"number": " a9 "})
        assert (paid.status_code, paid.json()["error"]) == (409, "no unpaid order has the number A9")

    with_panel(use)


def test_headphones_are_plugged_in_and_the_last_things_said_are_shown() -> None:
    async def use(world: FakeWorld, client: httpx.AsyncClient) -> None:
        assert (await client.post("/do/headphones", json={"plugged": True})).is_success
        world.hearing.transcript = [Told(text, "en", 100, 1) for text in "abcde"]
        speech = (await sections_of(world))["speech"]  # type: ignore[arg-type]
        assert speech["headphones"] is True
        assert [(one["number"], one["text"]) for one in speech["said"]] == [
            (2, "b"),
            (3, "c"),
            (4, "d"),
            (5, "e"),
        ]
        world.hearing.quiet_s = 60.0
        assert (await sections_of(world))["speech"]["said"] == []  # type: ignore[arg-type]

    with_panel(use)


def test_the_keypad_is_pressed_while_it_is_plugged_in() -> None:
    async def use(world: FakeWorld, client: httpx.AsyncClient) -> None:
        assert (await client.post("/do/key", json={"key": "next"})).is_success
        assert world.seen == ["next"]
        assert (await client.post("/do/key", json={"key": "jump"})).status_code == 422
        world.there["keypad"] = False
        refused = await client.post("/do/key", json={"key": "select"})
        assert (refused.status_code, refused.json()["error"]) == (409, "The keypad is unplugged.")

    with_panel(use)


def test_the_staff_screen_is_asked_for_as_staff_do() -> None:
    async def use(world: FakeWorld, client: httpx.AsyncClient) -> None:
        assert (await client.post("/do/staff", json={})).is_success
        assert world.kiosk.place == "staff_pin"
        world.kiosk.place = "menu"
        refused = await client.post("/do/staff", json={})
        assert (refused.status_code, refused.json()["error"]) == (
            409,
            "The staff screen opens only while no guest is there.",
        )

    with_panel(use)


@pytest.mark.parametrize("via", ["serial", "wedge", "camera"])
def test_every_hostile_code_can_be_tried(via: str) -> None:
    async def use(world: FakeWorld, client: httpx.AsyncClient) -> None:
        for name, code in SCANS.items():
            answer = await client.post("/do/hostile-scan", json={"name": name, "via": via})
            no_cable = via != "serial" and isinstance(code, bytes)
            assert answer.status_code == (409 if no_cable else 204), name
            if not no_cable:
                assert world.seen[-1] == (code, via)

    with_panel(use)


def test_hostile_pictures_are_small_to_send() -> None:
    for name, make in PICTURES.items():
        assert len(make()) < 1024 * 1024, name


# --- the screen ---------------------------------------------------------------------------------------


def test_a_picture_is_fetched_once_however_many_look() -> None:
    async def run() -> None:
        kiosk = FakeKiosk()
        live = LiveScreen(kiosk)  # type: ignore[arg-type]
        shots = await asyncio.gather(*(live.after("") for _ in range(5)))
        assert kiosk.frames == 1
        assert {shot.token for shot in shots if shot} == {"100.7"}
        assert await live.after("100.7") is None, "nothing has changed"
        kiosk.seq = 8
        newer = await live.after("100.7")
        assert newer and newer.token == "100.8"

    asyncio.run(run())


def test_after_a_restart_the_first_picture_is_new_although_it_has_the_same_number() -> None:
    async def run() -> None:
        kiosk = FakeKiosk()
        live = LiveScreen(kiosk)  # type: ignore[arg-type]
        await live.after("")
        kiosk.pid = 200
        shot = await live.after("100.7")
        assert shot and shot.token == "200.7"
        assert kiosk.frames == 2

    asyncio.run(run())


def test_the_screen_is_a_jpeg_of_the_display() -> None:
    async def use(_world: FakeWorld, client: httpx.AsyncClient) -> None:
        answer = await client.get("/screen", params={"after": "nonsense"})
        assert (answer.headers["Content-Type"], answer.headers["X-Screen"]) == ("image/jpeg", "100.7")
        assert answer.content.startswith(b"\xff\xd8")
        assert (await client.get("/screen", params={"after": "100.7"})).status_code == 204

    with_panel(use)


# --- the loyalty server -------------------------------------------------------------------------------


def test_what_guests_can_spend_is_shown_with_where_it_stands() -> None:
    async def run() -> None:
        leat = (await sections_of(FakeWorld()))["leat"]  # type: ignore[arg-type]
        vouchers = {voucher["code"]: voucher["status"] for voucher in leat["unlinked_vouchers"]}
        assert (vouchers["FLYER-TEN"], vouchers["FLYER-LOCKED"]) == ("ACTIVE", "LOCKED")
        assert {card["code"]: card["balance_minor"] for card in leat["giftcards"]}["GC-2500-HARBOUR"] == 2500
        assert {reward["title"]: reward["stock"] for reward in leat["rewards"]}["Golden shrimp"] == 0

    asyncio.run(run())


def test_the_merchant_and_other_tills_can_act_meanwhile() -> None:
    async def use(world: FakeWorld, client: httpx.AsyncClient) -> None:
        async def does(name: str, **form: Any) -> httpx.Response:
            return await client.post("/do/leat", json={"name": name, "form": form})

        assert (await does("tills", does="lock_voucher", code="FLYER-TEN")).status_code == 204
        assert world.dashboard.voucher_status("FLYER-TEN") == "LOCKED"
        taken = await does("tills", does="lock_voucher", code="FLYER-LOCKED")
        assert taken.status_code == 409
        assert "Voucher is locked" in taken.json()["error"]
        assert (await does("giftcards", code="GC-2500-HARBOUR", balance_minor=0)).status_code == 204
        assert world.dashboard.gift_card_minor("GC-2500-HARBOUR") == 0
        for name, form in (
            ("rewards", {"title": "No such reward"}),
            ("nowhere", {}),
            ("tills", {"does": "x"}),
        ):
            assert (await does(name, **form)).status_code == 409

    with_panel(use)


def test_every_switch_is_shown_with_its_positions_and_what_it_is_about_and_can_be_set() -> None:
    async def use(world: FakeWorld, client: httpx.AsyncClient) -> None:
        switches = {entry["name"]: entry for entry in (await sections_of(world))["leat"]["switches"]}  # type: ignore[arg-type]
        assert all(entry["about"] for entry in switches.values())
        assert switches["unlinked_voucher"]["positions"] == ["needs_contact", "redeemed_without"]
        assert switches["activate_unlocks"]["positions"] == [False, True]
        assert switches["read_lag_s"]["positions"] is None
        form = {"switches": {"unlinked_voucher": "redeemed_without", "read_lag_s": 2}}
        assert (await client.post("/do/switches", json=form)).status_code == 204
        assert world.leat.state.switches.unlinked_voucher == "redeemed_without"
        wrong = {"switches": {"unlinked_voucher": "perhaps"}}
        assert (await client.post("/do/switches", json=wrong)).status_code == 422

    with_panel(use)


# --- the state ----------------------------------------------------------------------------------------


def test_a_kiosk_that_is_down_is_shown_and_not_an_error() -> None:
    async def use(world: FakeWorld, client: httpx.AsyncClient) -> None:
        world.kiosk.down = True
        answer = await client.get("/screen")
        assert (answer.status_code, answer.json()) == (503, {"error": "the kiosk does not answer"})
        shown = await sections_of(world)  # type: ignore[arg-type]
        reason = "It ended with status -9. It is started again in a moment."
        assert shown["kiosk"] == {"up": False, "reason": reason, "comes_back": True}
        assert shown["outbox"] is None
        assert [device["state"] for device in shown["devices"]] == [""] * 6

    with_panel(use)


def test_devices_are_shown_as_the_kiosk_sees_them() -> None:
    async def run() -> None:
        shown = await sections_of(FakeWorld())  # type: ignore[arg-type]
        scanner = {"name": "scanner", "plugged": True, "state": "faulty", "detail": "says nothing"}
        assert shown["devices"][0] == scanner
        assert shown["papers"] == [
            {"number": 1, "text": "Harbour Kitchen\n\n       A12\n     Eat in\n", "order": "A12"}
        ]
        json.dumps(shown)

    asyncio.run(run())


def test_only_what_changed_is_told() -> None:
    before = {"network": "on", "papers": [1]}
    assert changed({}, before) == before
    assert changed(before, {"network": "on", "papers": [1, 2]}) == {"papers": [1, 2]}
    assert changed(before, before) == {}


def test_changes_are_streamed_to_as_many_pages_as_is_sensible() -> None:
    async def use(world: FakeWorld, client: httpx.AsyncClient) -> None:
        async with client.stream("GET", "/events") as stream:
            lines = stream.aiter_lines()

            async def news() -> dict[str, Any]:
                async for line in lines:
                    if line.startswith("data: "):
                        section: dict[str, Any] = json.loads(line.removeprefix("data: "))
                        return section
                raise AssertionError("the stream ended")

            assert (await news())["network"] == "on"
            world.network_is = "off"
            assert await news() == {"network": "off"}
            more = [client.stream("GET", "/events") for _ in range(MOST_VIEWERS)]
            answers = [await one.__aenter__() for one in more]
            assert [answer.status_code for answer in answers] == [200] * (MOST_VIEWERS - 1) + [503]
            for one in more:
                await one.__aexit__(None, None, None)

    with_panel(use)


def test_papers_qr_codes_and_requests_can_be_looked_at() -> None:
    async def use(_world: FakeWorld, client: httpx.AsyncClient) -> None:
        assert (await client.get("/papers/1.png")).content == b"a picture"
        assert (await client.get("/papers/2.png")).status_code == 404
        assert (await client.get("/qr.svg", params={"text": "10024711"})).text.startswith("<?xml")
        assert (await client.get("/qr.svg", params={"text": "x" * 5000})).status_code == 422
        assert (await client.get("/requests/1")).status_code == 404

    with_panel(use)


def test_every_button_of_the_printer_does_something() -> None:
    page = (Path(kioskd.sim.panel.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    names = re.findall(r'data-printer="(\w+)"', page)
    assert len(names) == len(set(names)) >= 9
    turned: dict[str, bool] = {}

    async def use(world: FakeWorld, client: httpx.AsyncClient) -> None:
        world.printer_condition = turned.__setitem__
        for name in names:
            assert (await client.post("/do/printer", json={"name": name, "value": True})).status_code == 204

    with_panel(use)
    assert replace(Conditions(), **turned) == Conditions(**dict.fromkeys(names, True))


def test_every_button_of_the_terminal_does_something() -> None:
    page = (Path(kioskd.sim.panel.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    faults = re.findall(r'data-fault="(\w+)"(?: data-on="(\d+)")?', page)
    assert len(faults) >= 4
    terminal = TerminalSimulator()

    async def use(world: FakeWorld, client: httpx.AsyncClient) -> None:
        world.terminal_fault = terminal.faults.set
        world.tap_card = world.insert_card = world.decline_card = lambda: True
        world.lower_card = world.cancel_at_terminal = lambda: True
        world.cut_terminal_cable = lambda: None
        for name, on in faults:
            form = {"name": name, "value": int(on) if on else True}
            assert (await client.post("/do/terminal-fault", json=form)).status_code == 204, name
        for act in re.findall(r'data-terminal="(\w+)"', page):
            assert (await client.post("/do/terminal", json={"act": act})).status_code == 204, act
        shown = (await sections_of(world))["terminal"]  # type: ignore[arg-type]
        for point in shown["points"]:
            form = {"name": "cut_at", "value": point}
            assert (await client.post("/do/terminal-fault", json=form)).status_code == 204, point
        wrong = await client.post("/do/terminal-fault", json={"name": "cut_at", "value": "noon"})
        assert wrong.status_code == 422
        assert "moment" in wrong.json()["error"]

    with_panel(use)
    for name, on in faults:
        assert getattr(terminal.faults, name) == (int(on) if on else True)


async def _whole_orders() -> dict[str, Any]:
    rbi, world = RbiSimulator(), FakeWorld()
    world.rbi = world.loyalty = rbi
    world.options.backend = "rbi"
    return (await sections_of(world))["leat"]  # type: ignore[arg-type,no-any-return]


def test_the_other_loyalty_world_is_shown_with_the_codes_that_still_work() -> None:
    shown = asyncio.run(_whole_orders())
    [sanne] = [member for member in shown["members"] if member["name"] == "Sanne"]
    codes = {card["value"] for card in sanne["cards"]}
    assert sanne["points"] == 1240
    assert {"10024711", "471101"} <= codes
    assert "471105" not in codes  # used
    assert "CHICKEN" in shown["unlinked_cards"]  # a promo code is anybody's
    switches = {switch["name"]: switch for switch in shown["switches"]}
    assert switches["claim_again"]["positions"] == ["same_answer", "books_again", "refused"]
    assert switches["claim_again"]["about"]
    assert shown["title"] != "Leat"


def test_staff_answer_a_guest_who_asks_for_help() -> None:
    async def use(world: FakeWorld, client: httpx.AsyncClient) -> None:
        refused = await client.post("/do/coming", json={})
        assert (refused.status_code, refused.json()["error"]) == (409, "No guest asks for help.")
        async with httpx.AsyncClient(transport=httpx.ASGITransport(world.pager.app)) as kiosk:
            url = "http://pager/help"
            assert (await kiosk.post(url, json={"state": "called"})).json() == {"coming": False}
            assert (await client.post("/do/coming", json={})).status_code == 204
            assert (await kiosk.post(url, json={"state": "called"})).json() == {"coming": True}
            assert (await kiosk.post(url, json={"state": "ended"})).json() == {"coming": False}
        assert world.pager.ringing is None

    with_panel(use)
