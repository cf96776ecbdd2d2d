"""`kioskd run` as systemd sees it: a process with a screen, a notify socket, signals and exit codes."""

from __future__ import annotations

import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

import apsw
import pytest

from kioskd.daemon import exit_codes
from kioskd.daemon.cli.asking import ask

pytestmark = pytest.mark.process

START_S = 30.0
STOP_S = 5.0
CONFIG = """
kiosk = "K1"
currency = "EUR"
languages = ["en", "ar"]
menu = "menu.toml"
state_dir = "state"
{more}
[site]
name = "Test Kitchen"
[display]
width_px = 480
height_px = 800
width_mm = 93
height_mm = 154
driver = "offscreen"
[counter]
enabled = true
[control]
socket = "control.sock"
drive = true
"""
MENU = """
[[category]]
id = "drinks"
name = "Drinks"
[[product]]
sku = "W1"
name = "Water"
category = "drinks"
price = "2.50"
"""
EVERYTHING_ABSENT = """
[[scanner]]
name = "front"
driver = "serial"
path = "none/scanner"
[camera]
driver = "folder"
path = "none/camera"
[printer]
driver = "tcp"
host = "127.0.0.1"
port = 9
[terminal]
driver = "zvt"
host = "127.0.0.1"
port = 9
"""
LEAT = """
[loyalty]
backend = "leat"
base_url = "http://127.0.0.1:9"
token_file = "token"
shop_uuid = "5f7f1c2e-5a44-4d0b-9a44-0c9d3a1f6b01"
"""


class Kiosk:
    """A running daemon and what it writes."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self._written = b""
        self._looked_to = 0

    def until(self, text: str) -> None:
        """Reads on in the log until it has `text`. Fails with the whole log when it does not come in time."""
        deadline_s = time.monotonic() + START_S
        with selectors.DefaultSelector() as selector:
            selector.register(self._log, selectors.EVENT_READ)
            while (found := self._written.find(text.encode(), self._looked_to)) < 0:
                left_s = deadline_s - time.monotonic()
                more = os.read(self._log.fileno(), 65536) if left_s > 0 and selector.select(left_s) else b""
                self._written += more
                if not more:
                    break
            else:
                self._looked_to = found + len(text.encode())
                return
        raise AssertionError(f"no {text!r} in:\n{self.log}")

    def ends(self, within_s: float = STOP_S) -> int:
        """Its exit code, once it has ended by itself."""
        status = self.process.wait(within_s)
        self._written += self._log.read()
        return status

    def stop(self) -> int:
        """SIGTERM; its exit code, which must come within what systemd allows."""
        self.process.send_signal(signal.SIGTERM)
        return self.ends()

    @property
    def _log(self) -> IO[bytes]:
        assert self.process.stderr
        return self.process.stderr

    @property
    def log(self) -> str:
        return self._written.decode("utf-8", "replace")


class Systemd:
    def __init__(self, listening: socket.socket) -> None:
        self._listening = listening

    def hears(self) -> str:
        return self._listening.recv(4096).decode()


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[Systemd]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.settimeout(START_S)
        listening.bind(os.fspath(tmp_path / "notify"))
        yield Systemd(listening)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path)
    return tmp_path


def write(folder: Path, more: str = "", sections: str = "") -> None:
    (folder / "kiosk.toml").write_text(CONFIG.format(more=more) + sections)
    (folder / "menu.toml").write_text(MENU)


@contextmanager
def started(folder: Path, **environment: str) -> Iterator[Kiosk]:
    surroundings = {**os.environ, "SDL_VIDEODRIVER": "dummy", "CACHE_DIRECTORY": os.fspath(folder / "cache")}
    for name in ("JOURNAL_STREAM", "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"):
        surroundings.pop(name, None)
    with ExitStack() as stack:
        process = stack.enter_context(
            subprocess.Popen(
                [sys.executable, "-m", "kioskd", "run", "--config", os.fspath(folder / "kiosk.toml")],
                env={**surroundings, **environment},
                stderr=subprocess.PIPE,
                bufsize=0,
            )
        )
        stack.callback(process.kill)
        yield Kiosk(process)


def clean_stop(folder: Path) -> bool:
    connection = apsw.Connection(os.fspath(folder / "state" / "outbox.db"))
    try:
        return bool(connection.execute("SELECT clean_stop FROM meta").get)
    finally:
        connection.close()


def test_it_is_ready_when_the_first_frame_is_up_and_the_store_is_checked_and_ends_when_asked(
    folder: Path, systemd: Systemd
) -> None:
    watchdog = {"NOTIFY_SOCKET": os.fspath(folder / "notify"), "WATCHDOG_USEC": "600000"}
    with started(folder, **watchdog) as kiosk:
        assert systemd.hears() == "READY=1"
        status = ask(folder / "control.sock", {"do": "status"})
        assert status["place"] == "attract"
        assert status["screen"] >= 1
        assert (folder / "state" / "outbox.db").exists()
        assert not clean_stop_is_marked_while_running(folder)
        assert [systemd.hears() for _ in range(4)] == ["WATCHDOG=1"] * 4
        assert kiosk.stop() == exit_codes.OK
        heard = systemd.hears()
        while heard == "WATCHDOG=1":
            heard = systemd.hears()
        assert heard == "STOPPING=1"
    assert kiosk.log.index("first live frame") < kiosk.log.index("ready")
    assert "Traceback" not in kiosk.log
    assert clean_stop(folder)
    assert not (folder / "control.sock").exists()


def clean_stop_is_marked_while_running(folder: Path) -> bool:
    """A second reader is refused while it runs: the file is held."""
    try:
        return clean_stop(folder)
    except apsw.BusyError:
        return False


def test_with_every_device_missing_it_sells_and_still_ends_in_time(folder: Path) -> None:
    write(folder, sections=EVERYTHING_ABSENT)
    with started(folder) as kiosk:
        kiosk.until("service: ready")
        status = ask(folder / "control.sock", {"do": "status"})
        assert {device["name"] for device in status["devices"]} == {"front", "camera", "printer", "terminal"}
        kiosk.process.send_signal(signal.SIGINT)  # as Ctrl-C does
        assert kiosk.ends() == exit_codes.OK
    assert "Traceback" not in kiosk.log
    assert clean_stop(folder)


def test_somebody_still_asking_does_not_hold_it_up(folder: Path) -> None:
    with started(folder) as kiosk:
        kiosk.until("service: ready")
        with socket.socket(socket.AF_UNIX) as waiting:
            waiting.connect(os.fspath(folder / "control.sock"))
            waiting.sendall(b'{"do": "wait", "seq": 1000000, "timeout_s": 60}\n{"do": "wait"')
            ask(folder / "control.sock", {"do": "status"})
            assert kiosk.stop() == exit_codes.OK
    assert "Traceback" not in kiosk.log
    assert "exception" not in kiosk.log.lower()


def test_a_killed_kiosk_starts_again_on_what_it_left(folder: Path) -> None:
    with started(folder) as first:
        first.until("service: ready")
        first.process.kill()
    assert (folder / "control.sock").exists()
    with started(folder) as second:
        second.until("service: ready")
        assert ask(folder / "control.sock", {"do": "status"})["outbox"]["open"] == 0
        assert second.stop() == exit_codes.OK


# --- what is wrong is on the screen, and the exit code says which kind --------------------------------------


@pytest.mark.parametrize(
    ("file", "wrong", "said"),
    [
        ("kiosk.toml", 'kiosk = "K1', "kiosk.toml:1: is not TOML"),
        ("kiosk.toml", 'colour = "red"\n' + CONFIG.format(more=""), "kiosk.toml:1: colour"),
        ("menu.toml", MENU.replace("drinks", "foods", 1), "menu.toml:8: product#1.category"),
    ],
)
def test_a_broken_file_is_explained_until_it_is_repaired(
    folder: Path, file: str, wrong: str, said: str
) -> None:
    good = (folder / file).read_text()
    (folder / file).write_text(wrong)
    with started(folder) as kiosk:
        kiosk.until(said)
        kiosk.until("the screen says so")
        (folder / file).write_text(good)
        assert kiosk.ends() == exit_codes.CONFIG
    assert "Traceback" not in kiosk.log


def test_a_kiosk_that_explains_what_is_wrong_can_be_stopped(folder: Path) -> None:
    (folder / "kiosk.toml").write_text("kiosk = ")
    with started(folder) as kiosk:
        kiosk.until("kiosk.toml:1: is not TOML")
        kiosk.until("the screen says so")
        assert kiosk.stop() == exit_codes.CONFIG


def test_a_missing_secret_is_explained_until_it_is_there(folder: Path) -> None:
    write(folder, sections=LEAT)
    with started(folder) as kiosk:
        kiosk.until("token: the secret is not there")
        kiosk.until("the screen says so")
        (folder / "token").write_text("s3cret\n")
        assert kiosk.ends() == exit_codes.CONFIG
    assert "Traceback" not in kiosk.log
    assert "s3cret" not in kiosk.log


def test_a_damaged_outbox_is_put_away_and_selling_goes_on(folder: Path) -> None:
    (folder / "state").mkdir()
    (folder / "state" / "outbox.db").write_bytes(b"not a database, but money\n" * 100)
    with started(folder) as kiosk:
        kiosk.until("is not a sound outbox")
        kiosk.until("damaged outbox files lie in")
        kiosk.until("ready")
        assert kiosk.stop() == exit_codes.OK
    assert "Traceback" not in kiosk.log
    (kept,) = (folder / "state").glob("outbox.db.lost-1")
    assert kept.read_bytes().startswith(b"not a database")


@pytest.mark.parametrize("path", ["file", "/proc/kioskd"])
def test_a_state_dir_that_cannot_be_one_is_explained(folder: Path, path: str) -> None:
    (folder / "file").write_text("")
    text = CONFIG.format(more="").replace('state_dir = "state"', f'state_dir = "{path}"')
    (folder / "kiosk.toml").write_text(text)
    with started(folder) as kiosk:
        kiosk.until("cannot be made")
        kiosk.until("the screen says so")
        assert kiosk.stop() == exit_codes.STORAGE
    assert "Traceback" not in kiosk.log


def test_a_second_kiosk_on_the_same_outbox_is_refused_and_the_first_goes_on(folder: Path) -> None:
    with started(folder) as first:
        first.until("service: ready")
        with started(folder) as second:
            second.until("is in use by another process: stop the other kioskd first")
            second.until("the screen says so")
            assert second.stop() == exit_codes.STORAGE
        assert ask(folder / "control.sock", {"do": "status"})["pid"] == first.process.pid
        assert first.stop() == exit_codes.OK


def test_a_socket_where_a_file_is_is_explained_and_the_file_is_kept(folder: Path) -> None:
    (folder / "control.sock").write_text("precious")
    with started(folder) as kiosk:
        kiosk.until("another file is there")
        kiosk.until("the screen says so")
        assert kiosk.stop() == exit_codes.CONFIG
    assert (folder / "control.sock").read_text() == "precious"
