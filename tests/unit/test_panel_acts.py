"""The panel takes what a person does, from this machine alone, and says what makes no sense."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx
import pytest

import kioskd.sim.panel
from kioskd.sim.camera import TROUBLES
from kioskd.sim.hearing import Told
from kioskd.sim.panel.hostile import PICTURES, SCANS
from kioskd.sim.panel.routes import LARGEST_PICTURE_BYTES
from kioskd.sim.panel.view import sections_of
from tests.unit.panel_world import FakeWorld, with_panel

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
