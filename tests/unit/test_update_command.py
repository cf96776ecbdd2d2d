"""`kioskd update` and `kioskd idle`: whom they ask before they disturb anybody, and where they write."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from kioskd.daemon import exit_codes
from kioskd.daemon.cli import update as update_command
from kioskd.daemon.cli.idle import idle
from kioskd.daemon.cli.update import update
from kioskd.daemon.update import idle as asking
from kioskd.daemon.update.boot_loaders import Slot, State, boot_loader
from kioskd.daemon.update.disk import Disk, NoSlots, this_disk

OPTIONS = "kioskd.disk=0badcafe kioskd.slot=a ro quiet"


def answers(place: str, **by_state: int) -> dict[str, Any]:
    return {"place": place, "help": None, "outbox": {"by_state": by_state}}


def kiosk(monkeypatch: pytest.MonkeyPatch, *said: dict[str, Any] | OSError) -> None:
    """One that answers so, one after the other, and then always the last."""
    left = list(said)

    def ask(_socket: Path, request: Mapping[str, Any]) -> dict[str, Any]:
        assert request == {"do": "status"}
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, OSError):
            raise answer
        return answer

    monkeypatch.setattr(asking, "ask", ask)
    monkeypatch.setattr(asking.time, "sleep", lambda _s: None)


def test_a_script_is_told_whether_it_may_stop_the_kiosk(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kiosk(monkeypatch, answers("attract"))
    assert idle([]) == exit_codes.OK
    kiosk(monkeypatch, answers("checkout"))
    assert idle([]) == exit_codes.UNFINISHED
    assert "somebody is at the kiosk" in capsys.readouterr().err
    kiosk(monkeypatch, ConnectionRefusedError(111, "Connection refused"))
    assert idle([]) == exit_codes.FAILURE
    assert "no kiosk answers" in capsys.readouterr().err


def test_it_waits_as_long_as_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    kiosk(monkeypatch, answers("menu"), answers("thanks"), answers("attract"))
    assert idle(["--wait-s", "60"]) == exit_codes.OK


# --- which partition -----------------------------------------------------------------------------------


def machine(root: Path, cmdline: str) -> Path:
    """Its root file system is on the second partition of vda."""
    (root / "proc").mkdir()
    (root / "proc/cmdline").write_text(cmdline)
    disk = root / "sys/devices/vda"
    for number in (1, 2, 3, 4):
        (disk / f"vda{number}").mkdir(parents=True)
        (disk / f"vda{number}/partition").write_text(f"{number}\n")
    by_number = root / "sys/dev/block"
    by_number.mkdir(parents=True)
    device = root.stat().st_dev
    (by_number / f"{os.major(device)}:{os.minor(device)}").symlink_to(disk / "vda2")
    return root


def test_the_slot_that_does_not_run_is_the_one_that_is_written(tmp_path: Path) -> None:
    assert this_disk(machine(tmp_path, OPTIONS)) == Disk(Slot.A, tmp_path / "dev/vda3")
    (tmp_path / "proc/cmdline").write_text(OPTIONS.replace("slot=a", "slot=b"))
    assert this_disk(tmp_path) == Disk(Slot.B, tmp_path / "dev/vda2")


@pytest.mark.parametrize("cmdline", ["root=/dev/sda1 ro", "kioskd.slot=c", "kioskd.slot=a kioskd.slot=b"])
def test_a_machine_without_slots_is_told_how_it_is_updated(tmp_path: Path, cmdline: str) -> None:
    with pytest.raises(NoSlots, match="Debian's packages"):
        this_disk(machine(tmp_path, cmdline))


# --- the command ---------------------------------------------------------------------------------------


@pytest.fixture
def slot_b_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """On trial, after its one start. Returns the boot partition."""
    entries = tmp_path / "loader/entries"
    entries.mkdir(parents=True)
    for name, slot, version in (("kioskd-a.conf", "a", 1), ("kioskd-b+0-1.conf", "b", 2)):
        options = OPTIONS.replace("slot=a", f"slot={slot}")
        (entries / name).write_text(f"version {version}\noptions {options}\n")

    @contextmanager
    def writable() -> Iterator[Path]:
        yield tmp_path

    monkeypatch.setattr(update_command, "BOOT", tmp_path)
    monkeypatch.setattr(update_command, "boot_writable", writable)
    monkeypatch.setattr(update_command, "this_disk", lambda: Disk(Slot.B, tmp_path / "vda2"))
    return tmp_path


def restarts(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    asked: list[bool] = []

    def restart() -> int:
        asked.append(True)
        return 0

    monkeypatch.setattr(update_command, "_restart", restart)
    return asked


def test_what_proved_itself_is_kept(slot_b_runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert update(["status"]) == 0
    assert capsys.readouterr().out == "slot a: good\nslot b: on trial, running\n"
    assert update(["keep"]) == 0
    assert boot_loader(slot_b_runs).state(Slot.B) is State.GOOD


def test_what_did_not_leads_back_and_a_good_one_never_does(
    slot_b_runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = restarts(monkeypatch)
    assert update(["back"]) == 0
    assert asked == [True]
    boot_loader(slot_b_runs).keep(Slot.B)
    assert update(["back"]) == 0
    assert asked == [True]


@pytest.mark.usefixtures("slot_b_runs")
def test_no_update_starts_with_a_guest_there_or_without_knowing_or_on_trial(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    asked = restarts(monkeypatch)
    bundle = ["--from", str(tmp_path / "none.kioskd")]
    kiosk(monkeypatch, answers("menu"))
    assert update(bundle) == exit_codes.UNFINISHED
    kiosk(monkeypatch, answers("attract", in_doubt=1))
    assert update(bundle) == exit_codes.UNFINISHED
    kiosk(monkeypatch, FileNotFoundError(2, "No such file or directory"))
    assert update(bundle) == exit_codes.FAILURE
    assert "--stopped" in capsys.readouterr().err
    kiosk(monkeypatch, answers("attract"))
    assert update(bundle) == exit_codes.FAILURE
    assert "still on trial" in capsys.readouterr().err
    assert asked == []
