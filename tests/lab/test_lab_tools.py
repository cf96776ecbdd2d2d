"""The lab's own tools, without a machine: what they say when they are wrong would be believed."""

from __future__ import annotations

import asyncio
import json
import os
import stat
import tty
from pathlib import Path

import pytest

from tests.lab import recipe
from tests.lab.cable import Cable
from tests.lab.finding import Finding
from tests.lab.gadget import TWIN_PATHS
from tests.lab.keystrokes import typed
from tests.lab.machine import PRINTER, SCANNER
from tests.lab.proofs.ordering import Books
from tests.lab.proofs.power import judged
from tests.lab.report import Report
from tests.lab.setting import kiosk_toml, lay_out


def test_a_scanner_types_capitals_and_signs_with_shift_and_ends_with_enter() -> None:
    assert typed("aB-1?") == [("a",), ("shift", "b"), ("minus",), ("1",), ("shift", "slash"), ("ret",)]


def test_what_is_on_no_us_keyboard_is_refused() -> None:
    with pytest.raises(ValueError, match="on no US keyboard"):
        typed("Größe")


LOCK = """\
# comment
linuxpy==0.25.0 ; sys_platform == 'linux' \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via kioskd
httpx==0.28.1 \\
    --hash=sha256:ee
"""


def test_a_library_is_taken_from_the_lock_with_its_hashes_and_without_conditions() -> None:
    hashes = "    --hash=sha256:aa \\\n    --hash=sha256:bb\n"
    assert recipe.pin("linuxpy", LOCK) == f"linuxpy==0.25.0 \\\n{hashes}"
    assert recipe.pin("httpx", LOCK) == "httpx==0.28.1 \\\n    --hash=sha256:ee\n"
    with pytest.raises(LookupError, match="pip is not locked"):
        recipe.pin("pip", LOCK)


def test_what_is_laid_over_the_system_names_the_world_and_keeps_the_secret(tmp_path: Path) -> None:
    lay_out(tmp_path, 8123, 20007)
    assert "10.0.2.2:8123" in (tmp_path / "etc/systemd/system/leat.service").read_text()
    assert (tmp_path / "etc/systemd/system/sockets.target.wants/leat.socket").resolve().exists()
    assert stat.S_IMODE((tmp_path / "etc/credstore/leat-token").stat().st_mode) == 0o600
    assert (tmp_path / "etc/kioskd/harbour/menu.toml").exists()
    assert "20007" in (tmp_path / "etc/kioskd/kiosk.toml").read_text()


BEFORE = Books(1240, ("A1",), 310)


@pytest.mark.parametrize(
    ("after", "acknowledged"),
    [
        (BEFORE, False),
        (Books(1243, ("A1", "A2"), 620), False),  # the card was charged, nobody was thanked yet
        (Books(1243, ("A1", "A2"), 620), True),
    ],
    ids=["undone", "finished", "thanked"],
)
def test_books_after_a_power_cut_that_are_in_order(after: Books, acknowledged: bool) -> None:
    assert judged(BEFORE, after, acknowledged) is None


@pytest.mark.parametrize(
    ("after", "acknowledged", "verdict"),
    [
        (BEFORE, True, "is lost"),
        (Books(1240, ("A1",), 620), False, "do not belong together"),
        (Books(1243, ("A1", "A2"), 310), False, "do not belong together"),
        (Books(1246, ("A1", "A2"), 620), True, "do not belong together"),
        (Books(1246, ("A1", "A2", "A2"), 620), True, "happened twice"),
        (Books(1243, ("A1", "A2"), 930), True, "happened twice"),
        (Books(1243, ("A1", "A1"), 620), True, "happened twice"),
    ],
    ids=[
        "lost",
        "only-charged",
        "not-charged",
        "points-twice",
        "told-twice",
        "charged-twice",
        "number-twice",
    ],
)
def test_books_after_a_power_cut_that_are_not(after: Books, acknowledged: bool, verdict: str) -> None:
    assert verdict in (judged(BEFORE, after, acknowledged) or "")


def test_the_kiosk_is_told_of_the_machines_devices_by_their_serial_numbers() -> None:
    text = kiosk_toml(20007)
    assert SCANNER.serial in text
    assert PRINTER.serial in text
    assert TWIN_PATHS[1] in text


def test_the_report_fails_with_one_proof_and_when_there_was_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = Report(tmp_path / "out")
    assert report.write() == 1
    report.add(Finding("a", "first", True, "well", 1.0))
    assert report.write() == 0
    report.add(Finding("b", "second", False, "because <of it>", 2.0))
    (tmp_path / "out/first-picture.png").write_bytes(b"")
    assert report.write() == 1
    assert capsys.readouterr().out.endswith("1 passed, 1 failed\n")
    document = json.loads((tmp_path / "out" / "report.json").read_text())
    assert [finding["held"] for finding in document["findings"]] == [True, False]
    assert "NOT SO second" in (tmp_path / "out" / "report.txt").read_text()
    page = (tmp_path / "out" / "report.html").read_text()
    assert "1 proofs held, 1 did not" in page
    assert "because &lt;of it&gt;" in page
    assert '<img src="first-picture.png" alt="first picture">' in page


def test_the_cable_joins_both_ends_and_its_cut_is_seen_at_the_other(tmp_path: Path) -> None:
    async def play() -> None:
        master, slave = os.openpty()
        tty.setraw(slave)
        link = tmp_path / "printer"
        link.symlink_to(os.ttyname(slave))
        plugged: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()

        async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await plugged.put((reader, writer))

        qemu = await asyncio.start_unix_server(accept, tmp_path / "qemu")
        async with qemu, Cable(tmp_path / "qemu", link):
            reader, writer = await plugged.get()
            writer.write(b"receipt")
            assert await asyncio.to_thread(os.read, master, 100) == b"receipt"
            os.write(master, b"\x12")
            assert await reader.readexactly(1) == b"\x12"
            link.unlink()
            os.close(slave)
            os.close(master)  # the printer is switched off
            assert await reader.read() == b""
            writer.close()

    asyncio.run(asyncio.wait_for(play(), 10))
