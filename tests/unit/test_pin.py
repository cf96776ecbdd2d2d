"""The staff's PIN: chosen, kept, compared, and not to be guessed."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kioskd.cli import main
from kioskd.daemon import exit_codes
from kioskd.daemon.config.dump import dump_config
from kioskd.daemon.config.kiosk import load_config
from kioskd.daemon.staff.pin import hash_pin, read_pin_hash, weakness
from kioskd.daemon.staff.pin_guard import LONGEST_WAIT_S, PinGuard, Verdict, wait_after
from tests.unit.test_config import SMALL, load, refusal

HASH = hash_pin("4711", b"0123456789abcdef")


class Door:
    """A kiosk that is switched on again and again, and a clock."""

    def __init__(self, folder: Path) -> None:
        self.now_s = 1000.0
        self.file = folder / "staff-pin"
        self.switch_on()

    def switch_on(self) -> None:
        self.guard = PinGuard(HASH, self.file, lambda: self.now_s)

    def tries(self, *pins: str) -> list[Verdict]:
        async def all_of_them() -> list[Verdict]:
            return [await self.guard.check(pin) for pin in pins]

        return asyncio.run(all_of_them())


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(tmp_path)


def test_the_right_pin_opens_and_no_other(door: Door) -> None:
    assert door.tries("4711") == [Verdict(accepted=True)]
    assert door.tries("4712", "471") == [Verdict(accepted=False)] * 2


def test_two_mistakes_are_free_and_then_the_wait_doubles(door: Door) -> None:
    waits = []
    for _ in range(5):
        (verdict,) = door.tries("0815")
        waits.append(verdict.wait_s)
        door.now_s += verdict.wait_s
    assert waits == [0, 0, 5, 10, 20]
    assert door.tries("4711") == [Verdict(accepted=True)]
    assert door.tries("0815") == [Verdict(accepted=False)], "the count begins anew"


def test_while_it_is_closed_not_even_the_right_pin_is_looked_at(door: Door) -> None:
    door.tries("1", "2", "3")
    door.now_s += 1
    assert door.tries("4711") == [Verdict(accepted=False, wait_s=4)]
    door.now_s += 4
    assert door.tries("4711") == [Verdict(accepted=True)]


def test_switching_off_and_on_does_not_help(door: Door) -> None:
    door.tries("1", "2", "3")
    door.now_s = 3.0
    door.switch_on()
    assert door.tries("4711") == [Verdict(accepted=False, wait_s=5)]
    door.now_s += 5
    assert door.tries("0815") == [Verdict(accepted=False, wait_s=10)]


def test_pulling_the_plug_while_a_pin_is_compared_gains_nothing(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(self: object, pin: str) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr("kioskd.daemon.staff.pin.PinHash.fits", cut)
    with pytest.raises(KeyboardInterrupt):
        door.tries("0815")
    assert door.file.read_text() == "1"


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\xff"])
def test_a_damaged_count_is_no_way_in(door: Door, content: bytes) -> None:
    door.file.write_bytes(content)
    assert door.tries("4711") == [Verdict(accepted=False, wait_s=5)]
    door.now_s += 5
    assert door.tries("4711") == [Verdict(accepted=True)]


def test_a_full_disk_does_not_lock_staff_out(tmp_path: Path) -> None:
    door = Door(tmp_path / "not-there")
    assert door.tries("1", "2", "3")[-1] == Verdict(accepted=False, wait_s=5)
    door.now_s += 5
    assert door.tries("4711") == [Verdict(accepted=True)]


def test_nobody_waits_longer_than_a_quarter_of_an_hour() -> None:
    assert [wait_after(wrong) for wrong in (0, 2, 3, 10, 100_000)] == [0, 0, 5, 640, LONGEST_WAIT_S]


# --- choosing it ------------------------------------------------------------------------------------------


@given(st.text(max_size=14))
def test_a_pin_is_4_to_12_digits(text: str) -> None:
    if not (4 <= len(text) <= 12 and set(text) <= set("0123456789")):
        assert weakness(text) is not None


@pytest.mark.parametrize("pin", ["0000", "777777", "1234", "4321", "7890", "012345678901", "2109"])
def test_what_everybody_tries_first_is_refused(pin: str) -> None:
    assert "neither all equal nor in a row" in (weakness(pin) or "")


@pytest.mark.parametrize("pin", ["4711", "1122", "123456788888"])
def test_any_other_pin_is_taken(pin: str) -> None:
    assert weakness(pin) is None


@settings(max_examples=5, deadline=None)
@given(st.from_regex(r"[0-9]{4,12}", fullmatch=True))
def test_a_hash_survives_being_written_down(pin: str) -> None:
    written = read_pin_hash(str(hash_pin(pin)))
    assert written.fits(pin)
    assert not written.fits(pin + "0")


def test_the_command_prints_what_the_configuration_wants(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("4711\n"))
    assert main(["staff-pin"]) == exit_codes.OK
    printed = capsys.readouterr().out
    assert "4711" not in printed.split(":")[0]
    config = load(tmp_path, SMALL + printed)
    assert config.staff.pin_hash is not None
    assert read_pin_hash(config.staff.pin_hash).fits("4711")


def test_the_command_refuses_a_pin_anybody_would_guess(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("1234\n"))
    assert main(["staff-pin"]) == exit_codes.FAILURE
    assert capsys.readouterr().out == ""


def test_on_a_terminal_it_asks_twice(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = iter(["4711", "4712", "4711", "4711"])
    monkeypatch.setattr("sys.stdin", io.StringIO())
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("kioskd.daemon.cli.pin.getpass", lambda prompt: next(typed))
    assert main(["staff-pin"]) == exit_codes.FAILURE
    assert "not the same" in capsys.readouterr().err
    assert main(["staff-pin"]) == exit_codes.OK


# --- in kiosk.toml ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", ["4711", "", str(HASH)[:-1], str(HASH).replace(":14:", ":30:")])
def test_anything_but_a_hash_is_refused_without_being_repeated(tmp_path: Path, wrong: str) -> None:
    text = refusal(tmp_path, SMALL + f'[staff]\npin_hash = "{wrong}"\n')
    assert text.startswith("kiosk.toml:19: staff.pin_hash: is not what kioskd staff-pin prints")
    assert "run kioskd staff-pin" in text
    assert not wrong or wrong not in text


def test_the_dumped_configuration_does_not_give_the_pin_away(tmp_path: Path) -> None:
    config = load(tmp_path, SMALL + f'[staff]\npin_hash = "{HASH}"\n')
    assert "scrypt" not in dump_config(config)
    assert "scrypt" not in dump_config(config, only_changes=True)
    assert "scrypt" not in repr(config)


def test_the_simulated_kiosks_pin_is_what_its_file_says() -> None:
    harbour = load_config(Path(__file__).parents[2] / "kioskd" / "sim" / "harbour" / "kiosk.toml")
    assert harbour.staff.pin_hash is not None
    assert read_pin_hash(harbour.staff.pin_hash).fits("4711")
