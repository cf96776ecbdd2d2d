"""The support bundle: what somebody needs who cannot see the kiosk, and nobody's name, code or secret."""

from __future__ import annotations

import asyncio
import json
import re
import stat
import subprocess
import tarfile
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kioskd.cli import main
from kioskd.core.health import DeviceState
from kioskd.daemon import exit_codes
from kioskd.daemon.commands import Commands
from kioskd.daemon.config.kiosk import load_config
from kioskd.daemon.control import Answer, ControlSocket
from kioskd.daemon.support.bundle import CUT, MOST_BYTES, Piece, write_bundle
from kioskd.daemon.support.pieces import Sources, gather
from kioskd.daemon.support.plain import GONE, Plain, without_numbers
from kioskd.daemon.support.settings import shareable_settings
from kioskd.daemon.support.system import kernel_signs
from kioskd.outbox.glance import Heap, glance
from kioskd.outbox.operation import Draft
from tests.unit.backstage import DEADLINE_S, working
from tests.unit.test_status import ABSENT, GOOD

TOKEN = "lt_live_51HabcDEFghiJKLmnoPQR"
PIN_HASH = "scrypt:14:8:1:h2eo8EOc9LpOS5ZdqVk5zg:yQGu2pUrSvUFr-nfpixGJSy9dXmFyZAJfB1b0tZe_uE"
PLANTED = (
    *("Sanne", "Vries", "Youssef", "\u0633\u0627\u0646", "sanne.de.vries@example.org", "Marnixkade"),
    *("9120000000001", "9120 0000 0000 1", "4111-1111-1111-1111", "483920", "0612345678"),
    *(
        "GC-2500-HARBOUR",
        "HARBOUR",
        "A1B2C3",
        "SUMMER26",
        TOKEN,
        PIN_HASH,
        "eyJhbGciOiJIUzI1NiJ9",
        "hunter22",
    ),
    "5f7f1c2e-5a44-4d0b-9a44-0c9d3a1f6b01",
)
SAID = (
    "member Sanne de Vries (Youssef, \u0633\u0627\u0646) sanne.de.vries@example.org Marnixkade 12 0612345678 "
    + " ".join(PLANTED[6:])
)
CONFIG = f"""
kiosk = "K1"
currency = "EUR"
languages = ["en"]
menu = "menu.toml"
state_dir = "state"
[site]
name = "Sanne de Vries"
address = ["Marnixkade 12", "0612345678"]
vat_number = "9120000000001"
receipt_footer = "Youssef says hello"
[display]
width_px = 480
height_px = 800
width_mm = 93
height_mm = 154
logo_ = 1
[loyalty]
backend = "leat"
base_url = "https://hunter22.example.com/SUMMER26"
token_file = "Sanne/token"
shop_uuid = "5f7f1c2e-5a44-4d0b-9a44-0c9d3a1f6b01"
partner_id = "Youssef"
[loyalty.offers.attributes]
discount_type = "sanne_type"
discount_value = "sanne_value"
[[charge]]
kind = "packaging"
name = {{ en = "For Youssef" }}
amount = "0.30"
[printer]
driver = "usb"
path = "/dev/usb/lp0"
[counter]
enabled = true
[help]
webhook = "https://hooks.example.com/services/{TOKEN}"
[staff]
pin_hash = "{PIN_HASH}"
[mqtt]
host = "mqtt.example.com"
user = "Sanne"
password_file = "password"
topic = "harbour"
""".replace("logo_ = 1\n", "")


def journal_lines() -> str:
    entries: list[dict[str, Any]] = [
        {"MESSAGE": SAID, "_PID": "7", "PRIORITY": "6"},
        {"MESSAGE": list(SAID.encode()), "_PID": "7", "PRIORITY": "4"},
        {"MESSAGE": "printer: absent: [Errno 111] Connection refused", "_PID": "7", "PRIORITY": "4"},
        {"MESSAGE": f"kioskd.service: Main process exited, status=1/FAILURE {TOKEN * 2}", "_PID": "1"},
        {"MESSAGE": None},
        {"MESSAGE": [-1, 300]},
        {"__REALTIME_TIMESTAMP": "never", "MESSAGE": "ready"},
    ]  # fmt: skip
    return "\n".join(
        ["not json", "[]", *(json.dumps({"__REALTIME_TIMESTAMP": "1", **each}) for each in entries)]
    )


def no_program(command: Sequence[str]) -> str:
    raise FileNotFoundError(2, "No such file or directory")


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    (tmp_path / "kiosk.toml").write_text(CONFIG)
    (tmp_path / "Sanne").mkdir()
    (tmp_path / "Sanne/token").write_text(TOKEN + "\n")
    (tmp_path / "password").write_text("hunter22\n")
    (tmp_path / "credentials").mkdir()
    (tmp_path / "credentials/terminal-password").write_text("483920\n")
    (tmp_path / "state").mkdir()
    (tmp_path / "state/Sanne de Vries 9120000000001.txt").write_text(SAID)
    (tmp_path / "state/staff-pin").write_text(SAID)
    for file, text in {
        "etc/os-release": 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\n',
        "proc/meminfo": "MemTotal: 948304 kB\n",
        "proc/mounts": "/dev/mmcblk0p2 / ext4 ro,noatime 0 0\n",
    }.items():
        (tmp_path / "root" / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "root" / file).write_text(text)
    plain()  # learning all words takes seconds on a busy machine, and no test waits for them
    return Sources(
        config=tmp_path / "kiosk.toml",
        socket=tmp_path / "socket",
        credentials=(tmp_path / "credentials",),
        root=tmp_path / "root",
        run=lambda command: journal_lines(),
    )


def nothing_planted(pieces: Sequence[Piece]) -> None:
    for piece in pieces:
        found = [each for each in PLANTED if each in f"{piece.name}\n{piece.text}"]
        assert not found, f"{piece.name}: {found}\n{piece.text}"


def text_of(pieces: Sequence[Piece], name: str) -> str:
    return next(piece.text for piece in pieces if piece.name == name)


async def status(_: dict[str, Any]) -> Answer:
    device = replace(ABSENT, state=DeviceState.FAULTY, detail=SAID)
    objections = {"since": "2026-11-22T12:00:00+00:00", "judged": {"Sanne": 2}, "claimed": {TOKEN: 1}}
    return replace(GOOD, devices=(device,), objections=objections).document(), b""


def while_running(sources: Sources, folder: Path) -> list[Piece]:
    """Of a kiosk with an operation that carries all that was planted."""

    async def run() -> list[Piece]:
        async with asyncio.timeout(DEADLINE_S), working(folder / "state") as outbox:
            await outbox.accept(Draft("o-1", "order", "member:Sanne", {"name": SAID}, held=SAID[:100]))
            nothing: Any = None
            selling: Any = Unasked()
            clock: Any = Wall()
            commands = Commands(
                runtime=nothing, display=nothing, outbox=outbox, selling=selling, payments=None,
                orders=nothing, reporter=nothing, help_desk=nothing, clock=clock, drive=False,
            )  # fmt: skip
            table = {"status": status, "outbox": commands.table()["outbox"]}
            async with ControlSocket(sources.socket, table).serving():
                return await asyncio.to_thread(lambda: list(gather(sources)))

    return asyncio.run(run())


class Unasked:
    async def unpaid(self) -> dict[str, str]:
        return {"o-1": "Sanne"}


class Wall:
    def wall(self) -> Any:
        return GOOD.time


def test_nothing_of_a_guest_and_no_secret_leaves_a_running_kiosk(sources: Sources, tmp_path: Path) -> None:
    pieces = while_running(sources, tmp_path)
    nothing_planted(pieces)
    told = json.loads(text_of(pieces, "status.json"))
    assert (told["running"], told["condition"], told["devices"][0]["state"]) == (True, "attention", "faulty")
    assert told["objections"] == {"judged": 2, "claimed": 1}
    (waiting,) = json.loads(text_of(pieces, "outbox.json"))["unsettled"]
    assert (waiting["kind"], waiting["state"]) == ("order", "held")


def test_it_can_be_made_of_a_kiosk_that_is_down(sources: Sources, tmp_path: Path) -> None:
    while_running(sources, tmp_path)  # it leaves an outbox behind
    pieces = list(gather(sources))
    nothing_planted(pieces)
    assert json.loads(text_of(pieces, "status.json"))["running"] is False
    (heap,) = json.loads(text_of(pieces, "outbox.json"))["open"]
    assert (heap["kind"], heap["state"], heap["count"]) == ("order", "held", 1)
    files = {each["file"] for each in json.loads(text_of(pieces, "machine.json"))["files"]}
    assert {"outbox.db", "staff-pin"} <= files


def test_what_helps_is_in_it(sources: Sources) -> None:
    pieces = list(gather(sources))
    log = text_of(pieces, "journal.txt")
    assert "warning kioskd: printer: absent: [Errno 111] Connection refused" in log
    assert "systemd: kioskd.service: Main process exited, status=1/FAILURE" in log
    settings = json.loads(text_of(pieces, "settings.json"))
    assert settings["printer"]["path"] == "/dev/usb/lp0"
    assert settings["loyalty"]["base_url"] == "https://hunter22.example.com/…".replace("hunter22", GONE)
    assert settings["help"]["webhook"] == "https://hooks.example.com/…"
    assert settings["display"]["width_px"] == 480
    assert json.loads(text_of(pieces, "versions.json"))["system"] == "Debian GNU/Linux 13 (trixie)"
    assert json.loads(text_of(pieces, "machine.json"))["mounts"][0]["read_only"] is True
    listed = set(re.findall(r"^(\S+\.(?:json|txt)) ", text_of(pieces, "README"), re.MULTILINE))
    assert listed == {piece.name for piece in pieces} - {"README"}


def test_a_configuration_that_is_wrong_is_explained_and_not_shown(sources: Sources) -> None:
    sources.config.write_text(CONFIG.replace("width_px = 480", f'width_px = "Sanne"\ntoken = "{TOKEN}"'))
    pieces = list(gather(sources))
    nothing_planted(pieces)
    wrong = json.loads(text_of(pieces, "settings.json"))["wrong"]
    assert any("must be a whole number" in line for line in wrong)


def test_what_cannot_be_had_says_so_and_the_rest_is_there(sources: Sources) -> None:
    pieces = list(gather(replace(sources, run=no_program)))
    assert text_of(pieces, "journal.txt") == "could not be had: FileNotFoundError\n"
    assert json.loads(text_of(pieces, "versions.json"))["kioskd"]


def test_every_new_key_stays_at_home_until_it_is_known_to_be_harmless(tmp_path: Path) -> None:
    (tmp_path / "kiosk.toml").write_text(CONFIG)
    settings = shareable_settings(load_config(tmp_path / "kiosk.toml"))
    assert settings["site"] == GONE
    assert settings["staff"] == {"pin_hash": GONE, "power": False}
    assert settings["mqtt"]["user"] == GONE
    assert settings["charge"][0]["name"] == {"en": GONE}


# --- words --------------------------------------------------------------------------------------------------


@cache
def plain() -> Plain:
    return Plain()


@pytest.mark.parametrize(
    "line",
    [
        "kioskd.devices.supervisor: printer: absent: 127.0.0.1:9100: Connection refused",
        "kioskd.daemon.main: ready",
        "attract -> menu (StartOrder)",
        "order A47 is kept for the record only: OutboxFull",
        "TypeError at flow.py:33 < runtime.py:91",
        "outbox: 8001 operations wait (123456 bytes)".replace("123456", "12345"),
    ],
)
def test_what_kioskd_says_by_itself_stays(line: str) -> None:
    assert plain().text(line) == line


def test_an_id_is_shortened_so_that_it_can_still_be_found() -> None:
    said = "operation 5f7f1c2e-5a44-4d0b-9a44-0c9d3a1f6b01 is confirmed"
    assert plain().text(said) == "operation 5f7f1c2e… is confirmed"
    assert without_numbers(said) == "operation 5f7f1c2e… is confirmed"


@given(st.text(max_size=200))
def test_whatever_is_said_only_known_words_and_short_numbers_come_out(said: str) -> None:
    out = plain().text(said).replace(GONE, " ")
    known = plain().value("x") and plain()._known
    assert all(len(run) == 1 or run in known for run in re.findall(r"[^\W\d_]+", out))
    assert not re.search(r"\d{6}", out)


@pytest.mark.parametrize("planted", PLANTED)
def test_no_planted_word_comes_through_in_any_place(planted: str) -> None:
    for line in (
        planted,
        f"scan {planted} rejected",
        f'"{planted}"',
        f"x={planted};",
        f"{planted}:{planted}",
    ):
        assert planted not in plain().text(line)


def test_the_kernels_words_stay_and_are_counted() -> None:
    said = [
        "hwmon hwmon1: Undervoltage detected!",
        "mmc0: error -110 whilst initialising SD card",
        "usb 1-1.2: USB disconnect, device number 5",
        "usb 1-1.2: Product: stick of Sanne",
    ]
    counted = kernel_signs(lambda command: "\n".join(json.dumps({"MESSAGE": each}) for each in said))
    assert {sign: count for sign, count in counted.items() if count} == {
        "power too weak": 1,
        "disk or card cannot be read or written": 1,
        "USB device came or went": 1,
    }


# --- the file -----------------------------------------------------------------------------------------------


def test_it_is_small_and_for_its_owner_alone_whatever_was_said(tmp_path: Path) -> None:
    file = tmp_path / "bundle.tar.gz"
    long = "".join(f"line {n}\n" for n in range(MOST_BYTES))
    size = write_bundle(file, "folder", [Piece("journal.txt", long), Piece("é", "é")], 1_700_000_000)
    assert file.stat().st_size == size
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with tarfile.open(file) as tar:
        assert tar.getnames() == ["folder/journal.txt", "folder/é"]
        packed = tar.extractfile("folder/journal.txt")
        assert packed
        content = packed.read().decode()
    assert content.startswith(CUT + "line ")
    assert content.endswith(f"line {MOST_BYTES - 1}\n")
    assert len(content) <= MOST_BYTES + len(CUT)


def test_a_file_that_is_there_is_never_written_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.tar.gz"
    file.write_text("mine")
    assert (
        main(["support-bundle", "--out", str(file), "--config", str(tmp_path / "none.toml")])
        == exit_codes.FAILURE
    )
    assert "is there already" in capsys.readouterr().err
    assert file.read_text() == "mine"


def test_the_command_makes_one_where_nothing_runs_and_nothing_is_configured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bundle.tar.gz"
    arguments = ["--config", str(tmp_path / "none.toml"), "--socket", str(tmp_path / "none")]
    assert main(["support-bundle", "--out", str(file), *arguments]) == exit_codes.OK
    listed = subprocess.run(("tar", "tzf", file), capture_output=True, text=True, check=True).stdout
    assert "/README\n" in listed
    assert "KiB" in capsys.readouterr().out


def test_an_outbox_is_looked_into_without_being_touched(tmp_path: Path) -> None:
    async def run() -> None:
        async with asyncio.timeout(DEADLINE_S), working(tmp_path) as outbox:
            await outbox.accept(
                Draft("o-1", "order", "l", {}, held="x"), Draft("o-2", "order", "l", {}, held="x")
            )

    asyncio.run(run())
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir() if file.is_file()}
    (heap,) = glance(tmp_path / "outbox.db")
    assert replace(heap, oldest_at="") == Heap("order", "held", 2, "")
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir() if file.is_file()} == before
    assert glance(tmp_path / "none.db") == []
