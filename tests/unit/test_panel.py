"""The panel shows the screen, the loyalty server and everything around the kiosk."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx

import kioskd.sim.panel
from kioskd.sim.panel.live_screen import LiveScreen
from kioskd.sim.panel.routes import MOST_VIEWERS
from kioskd.sim.panel.view import changed, sections_of
from kioskd.sim.printer_models import Conditions
from kioskd.sim.rbi import RbiSimulator
from kioskd.sim.terminal import TerminalSimulator
from tests.unit.panel_world import FakeKiosk, FakeWorld, with_panel

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
