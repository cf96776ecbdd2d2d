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
from tests.lab.image import _cpio
from tests.lab.keystrokes import typed
from tests.lab.machine import PRINTER, SCANNER
from tests.lab.report import Finding, Report
from tests.lab.setting import kiosk_toml


def test_a_scanner_types_capitals_and_signs_with_shift_and_ends_with_enter() -> None:
    assert typed("aB-1?") == [("a",), ("shift", "b"), ("minus",), ("1",), ("shift", "slash"), ("ret",)]


def test_what_is_on_no_us_keyboard_is_refused() -> None:
    with pytest.raises(ValueError, match="on no US keyboard"):
        typed("Größe")


LOCK = """\
# comment
numpy==2.4.6 ; python_full_version < '3.12' \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via kioskd
numpy==2.5.5 ; python_full_version >= '3.12' \\
    --hash=sha256:cc
evdev==2.0.0 ; platform_machine != 'x86_64' \\
    --hash=sha256:dd
httpx==0.28.1 \\
    --hash=sha256:ee
"""


def test_of_a_lock_what_counts_on_the_machine_is_taken_with_its_hashes() -> None:
    assert recipe.pins(LOCK) == {
        "numpy": "numpy==2.5.5 \\\n    --hash=sha256:cc\n",
        "httpx": "httpx==0.28.1 \\\n    --hash=sha256:ee\n",
    }


def test_the_machine_gets_everything_a_kiosk_is_locked_to() -> None:
    wanted = recipe.locked_dependencies()
    for name in ("pygame-ce==", "apsw==", "evdev-binary==", "linuxpy==", "pydantic-core=="):
        assert name in wanted
    assert wanted.count("numpy==") == 1


def test_the_fingerprint_stays_while_the_recipe_does(monkeypatch: pytest.MonkeyPatch) -> None:
    before = recipe.fingerprint()
    assert before == recipe.fingerprint()
    monkeypatch.setattr(recipe, "locked_dependencies", lambda: "something else")
    assert recipe.fingerprint() != before


def test_an_entry_of_the_first_disk_is_as_the_kernel_wants_it() -> None:
    entry = _cpio("init", stat.S_IFREG | 0o755, b"hello")
    assert entry[:6] == b"070701"
    assert len(entry) % 4 == 0
    name_size, size = int(entry[94:102], 16), int(entry[54:62], 16)
    assert entry[110 : 110 + name_size] == b"init\0"
    start = (110 + name_size + 3) // 4 * 4
    assert entry[start : start + size] == b"hello"


def test_the_kiosk_is_told_of_the_machines_devices_by_their_serial_numbers() -> None:
    text = kiosk_toml(20007, ["/dev/kioskd/wedge-3-1", "/dev/kioskd/wedge-4-1"])
    assert SCANNER.serial in text
    assert PRINTER.serial in text
    assert "wedge-4-1" in text


def test_the_report_fails_with_one_proof_and_when_there_was_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = Report(tmp_path / "out")
    assert report.write() == 1
    report.add(Finding("a", "first", True, "well", 1.0))
    assert report.write() == 0
    report.add(Finding("b", "second", False, "because", 2.0))
    assert report.write() == 1
    assert capsys.readouterr().out.endswith("1 passed, 1 failed\n")
    document = json.loads((tmp_path / "out" / "report.json").read_text())
    assert [finding["held"] for finding in document["findings"]] == [True, False]
    assert "NOT SO second" in (tmp_path / "out" / "report.txt").read_text()


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
