"""What the daemon does for staff who keep the kiosk in order."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from kioskd import __version__
from kioskd.core.effects import FindAbout, FindDials, PrintTest, SetDial, SwitchPower
from kioskd.core.print_verdict import PrintVerdict
from kioskd.core.receipt import Receipt, Text
from kioskd.core.staff_events import AboutFound, DialsFound, PowerRefused, TestPrinted
from kioskd.core.upkeep import Dial, Knob, PowerAct, PowerRefusal
from kioskd.daemon.staff.backlight import Backlight, find_backlight
from kioskd.daemon.staff.dials import Dials, Loudspeaker
from kioskd.daemon.staff.machine import addresses, free_bytes, machine_up_s
from kioskd.daemon.staff.power import Power, PowerFailed
from kioskd.daemon.staff.trial_receipt import ruler
from tests.unit.backstage import FakePrinter, News, upkeep_desk
from tests.unit.returns_desk import Desk, at_the_desk

# --- the test receipt -----------------------------------------------------------------------------------


def printed(tmp_path: Path, printer: FakePrinter | None, language: str = "en") -> TestPrinted:
    news = News()

    async def scenario(desk: Desk) -> None:
        await upkeep_desk(desk.outbox, news, printer=printer).print_test(PrintTest("r", language))

    at_the_desk(tmp_path, scenario)
    (event,) = news.events
    assert isinstance(event, TestPrinted)
    return event


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_test_receipt_has_a_ruler_as_wide_as_the_paper(tmp_path: Path, language: str) -> None:
    printer = FakePrinter(PrintVerdict.UNVERIFIED)
    assert printed(tmp_path, printer, language) == TestPrinted("r", PrintVerdict.UNVERIFIED)
    ((_, paper),) = printer.papers
    assert isinstance(paper, Receipt)
    lines = [element.text for element in paper.elements if isinstance(element, Text)]
    assert "12345678901234567890123456789012" in lines
    assert paper.language == language


def test_without_a_printer_nothing_was_printed_and_a_broken_one_is_an_answer(tmp_path: Path) -> None:
    assert printed(tmp_path, None).verdict is PrintVerdict.BLOCKED
    broken = FakePrinter(RuntimeError("on fire"))
    assert printed(tmp_path, broken).verdict is PrintVerdict.UNKNOWN


def test_the_ruler_counts_tens_above_ones() -> None:
    assert ruler(21) == (".........1.........2.", "123456789012345678901")


# --- dials ----------------------------------------------------------------------------------------------


def backlight_in(folder: Path, lit: int, most: int) -> Backlight:
    folder.mkdir(parents=True)
    (folder / "brightness").write_text(f"{lit}\n")
    (folder / "max_brightness").write_text(f"{most}\n")
    return Backlight(folder)


def test_the_backlight_has_ten_steps_and_never_goes_out(tmp_path: Path) -> None:
    light = backlight_in(tmp_path / "panel", 255, 255)
    assert light.dial == Dial(Knob.BRIGHTNESS, 10, 1, 10)
    light.turn(1)
    assert (tmp_path / "panel/brightness").read_text() == "26"
    assert light.dial.value == 1
    coarse = backlight_in(tmp_path / "coarse", 0, 4)
    coarse.turn(1)
    assert (tmp_path / "coarse/brightness").read_text() == "1"


def test_a_display_without_a_backlight_has_no_dial(tmp_path: Path) -> None:
    assert find_backlight(tmp_path / "none") is None
    (tmp_path / "strange").mkdir()
    (tmp_path / "strange/brightness").write_text("1")
    (tmp_path / "strange/max_brightness").write_text("much")
    assert find_backlight(tmp_path) is None


def test_a_setting_is_restored_after_a_start(tmp_path: Path) -> None:
    heard: list[int] = []
    file = tmp_path / "settings.json"
    Dials(file, [Loudspeaker(5, 10, heard.append)]).turn(Knob.VOLUME, 99)
    fresh = Dials(file, [Loudspeaker(5, 10, heard.append)])
    fresh.restore()
    assert heard == [10, 10]
    assert fresh.all() == (Dial(Knob.VOLUME, 10, 1, 10),)


@pytest.mark.parametrize("content", [b"", b"[]", b'{"volume": "loud"}', b"\xff"])
def test_a_damaged_file_of_settings_costs_only_the_settings(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "settings.json"
    file.write_bytes(content)
    dials = Dials(file, [Loudspeaker(5, 10, lambda volume: None)])
    dials.restore()
    assert dials.all() == (Dial(Knob.VOLUME, 5, 1, 10),)
    dials.turn(Knob.VOLUME, 6)
    assert b'"volume": 6' in file.read_bytes()


def test_what_cannot_be_turned_or_kept_is_told_as_it_is(tmp_path: Path) -> None:
    light = backlight_in(tmp_path / "panel", 100, 100)
    dials = Dials(tmp_path / "no-such-folder/settings.json", [light])
    dials.turn(Knob.BRIGHTNESS, 5)
    assert dials.all()[0].value == 5
    (tmp_path / "panel/brightness").unlink()
    assert dials.all() == ()


def test_dials_are_found_and_set(tmp_path: Path) -> None:
    news = News()

    async def scenario(desk: Desk) -> None:
        dials = Dials(tmp_path / "settings.json", [Loudspeaker(5, 10, lambda volume: None)])
        upkeep = upkeep_desk(desk.outbox, news, dials=dials)
        await upkeep.find_dials(FindDials("a"))
        await upkeep.set_dial(SetDial("b", Knob.VOLUME, 7))

    at_the_desk(tmp_path, scenario)
    assert news.events == [
        DialsFound("a", (Dial(Knob.VOLUME, 5, 1, 10),)),
        DialsFound("b", (Dial(Knob.VOLUME, 7, 1, 10),)),
    ]


# --- what it is -----------------------------------------------------------------------------------------


def test_what_the_kiosk_is(tmp_path: Path) -> None:
    news = News()

    async def scenario(desk: Desk) -> None:
        await upkeep_desk(desk.outbox, news, state_dir=tmp_path).find_about(FindAbout("r"))

    at_the_desk(tmp_path, scenario)
    (event,) = news.events
    assert isinstance(event, AboutFound)
    about = event.about
    assert (about.version, about.running_s, about.in_doubt) == (__version__, 0.0, 0)
    assert about.free_bytes is not None and about.free_bytes > 0


def test_addresses_are_those_that_others_can_reach(tmp_path: Path) -> None:
    file = tmp_path / "if_inet6"
    file.write_text(
        "00000000000000000000000000000001 01 80 10 80       lo\n"
        "fe80000000000000505400fffe123456 02 40 20 80     eth0\n"
        "fd12345600000000505400fffe123456 02 40 00 00     eth0\n"
    )
    assert "fd12:3456::5054:ff:fe12:3456" in addresses(file)
    assert not any(address.startswith(("127.", "fe80", "::1")) for address in addresses(file))
    assert not any(":" in address for address in addresses(tmp_path / "none"))
    assert free_bytes(tmp_path / "none") is None
    assert machine_up_s() > 0


# --- power ----------------------------------------------------------------------------------------------


def program(tmp_path: Path, script: str) -> str:
    file = tmp_path / "systemctl"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return str(file)


def run(work: Callable[[], Awaitable[None]]) -> None:
    async def main() -> None:
        await work()

    asyncio.run(main())


@pytest.mark.parametrize(
    ("act", "verb"), [(PowerAct.RESTART_MACHINE, "reboot"), (PowerAct.SHUT_DOWN, "poweroff")]
)
def test_the_machine_is_asked_in_systemds_words(tmp_path: Path, act: PowerAct, verb: str) -> None:
    systemctl = program(tmp_path, f'echo "$@" > {tmp_path}/asked')
    run(lambda: Power(lambda: None, machine=True, systemctl=[systemctl]).switch(act))
    assert (tmp_path / "asked").read_text().split() == ["--no-ask-password", verb]


def test_the_software_restarts_by_ending_itself(tmp_path: Path) -> None:
    stopped: list[bool] = []
    run(lambda: Power(lambda: stopped.append(True), machine=False).switch(PowerAct.RESTART_KIOSK))
    assert stopped == [True]


@pytest.mark.parametrize(
    ("script", "machine", "why"),
    [
        ("echo first >&2; echo Access denied >&2; exit 1", True, "Access denied"),
        ("exit 3", True, "ended with 3"),
        ("exit 0", False, "power = true"),
    ],
)
def test_why_the_machine_does_not_is_told(tmp_path: Path, script: str, machine: bool, why: str) -> None:
    power = Power(lambda: None, machine=machine, systemctl=[program(tmp_path, script)])
    with pytest.raises(PowerFailed, match=why):
        run(lambda: power.switch(PowerAct.SHUT_DOWN))
    missing = Power(lambda: None, machine=True, systemctl=[str(tmp_path / "none")])
    with pytest.raises(PowerFailed, match="there is no"):
        run(lambda: missing.switch(PowerAct.SHUT_DOWN))


def test_nothing_is_restarted_while_money_moves(tmp_path: Path) -> None:
    news = News()
    stopped: list[bool] = []

    async def scenario(desk: Desk) -> None:
        power = Power(lambda: stopped.append(True), machine=False)
        upkeep = upkeep_desk(desk.outbox, news, power=power)
        await upkeep.switch_power(SwitchPower("a", PowerAct.RESTART_KIOSK), money_moves=True)
        assert not stopped
        await upkeep.switch_power(SwitchPower("b", PowerAct.SHUT_DOWN), money_moves=False)
        await upkeep.switch_power(SwitchPower("c", PowerAct.RESTART_KIOSK), money_moves=False)

    at_the_desk(tmp_path, scenario)
    busy, failed = news.events
    assert busy == PowerRefused("a", PowerRefusal.BUSY)
    assert isinstance(failed, PowerRefused) and failed.refusal is PowerRefusal.FAILED
    assert stopped == [True]
