"""The two slots of a machine: an update is tried once, and kept only when the kiosk was well."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pytest

from kioskd.daemon.update import install as installing
from kioskd.daemon.update.boot_loaders import (
    BootLoader,
    RaspberryFirmware,
    Slot,
    State,
    SystemdBoot,
    boot_loader,
)
from kioskd.daemon.update.bundle import ROOT, BundleRefused
from kioskd.daemon.update.idle import busy_with
from kioskd.daemon.update.install import Place, install

OPTIONS = "kioskd.disk=0badcafe kioskd.slot=a ro quiet"
signs = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")


def pc(boot: Path) -> BootLoader:
    entries = boot / "loader/entries"
    entries.mkdir(parents=True)
    (entries / "kioskd-a.conf").write_text(f"title kioskd\nversion 1\nlinux /a/linux\noptions {OPTIONS}\n")
    return boot_loader(boot)


def raspberry(boot: Path) -> BootLoader:
    (boot / "a").mkdir(parents=True)
    (boot / "a/cmdline.txt").write_text(f"{OPTIONS}\n")
    (boot / "slot.txt").write_text("os_prefix=a/\n")
    return boot_loader(boot)


def start_pc(boot: Path) -> Slot:
    """What systemd-boot does: the highest version with a try left, or without a count; and it counts."""
    best: list[tuple[int, Path]] = []
    for entry in (boot / "loader/entries").iterdir():
        if "+0" not in entry.name:
            version = int(entry.read_text().split("version ")[1].split()[0])
            best.append((version, entry))
    _, chosen = max(best)
    if "+1" in chosen.name:
        chosen.rename(chosen.with_name(chosen.name.replace("+1", "+0-1")))
    return Slot(chosen.name.removeprefix("kioskd-")[0])


def start_raspberry(boot: Path) -> Slot:
    """What the firmware and then the first program of the slot do."""
    slot = Slot((boot / "slot.txt").read_text().removeprefix("os_prefix=")[0])
    for word in (boot / slot / "cmdline.txt").read_text().split():
        if word.startswith("kioskd.back="):
            (boot / "slot.txt").write_text(f"os_prefix={word[-1]}/\n")
    return slot


MACHINES = [pytest.param(pc, start_pc, id="pc"), pytest.param(raspberry, start_raspberry, id="raspberry")]
Make = Callable[[Path], BootLoader]
Start = Callable[[Path], Slot]


@pytest.mark.parametrize(("make", "start"), MACHINES)
def test_an_update_that_proved_itself_is_started_from_then_on(
    make: Make, start: Start, tmp_path: Path
) -> None:
    loader = make(tmp_path)
    assert (loader.state(Slot.A), loader.state(Slot.B)) == (State.GOOD, State.EMPTY)
    (tmp_path / "b").mkdir()
    loader.try_once(Slot.B, OPTIONS)
    assert loader.state(Slot.B) is State.ON_TRIAL
    assert start(tmp_path) is Slot.B
    loader.keep(Slot.B)
    assert loader.state(Slot.B) is State.GOOD
    assert [start(tmp_path), start(tmp_path)] == [Slot.B, Slot.B]


@pytest.mark.parametrize(("make", "start"), MACHINES)
def test_an_update_that_did_not_is_tried_once_and_never_again(
    make: Make, start: Start, tmp_path: Path
) -> None:
    loader = make(tmp_path)
    (tmp_path / "b").mkdir()
    loader.try_once(Slot.B, OPTIONS)
    assert [start(tmp_path), start(tmp_path), start(tmp_path)] == [Slot.B, Slot.A, Slot.A]
    assert (loader.state(Slot.A), loader.state(Slot.B)) == (State.GOOD, State.FAILED)


@pytest.mark.parametrize(("make", "start"), MACHINES)
def test_updates_go_to_and_fro_and_a_slot_that_is_written_is_not_started(
    make: Make, start: Start, tmp_path: Path
) -> None:
    loader, running = make(tmp_path), Slot.A
    (tmp_path / "b").mkdir()
    for _ in range(3):
        other = running.other
        loader.forget(other)
        assert loader.state(other) is State.EMPTY
        assert start(tmp_path) is running
        loader.try_once(other, OPTIONS)
        assert start(tmp_path) is other
        loader.keep(other)
        running = other
    assert loader.options(running) == OPTIONS


@pytest.mark.parametrize(("make", "start"), MACHINES)
def test_a_second_thought_before_the_start_leaves_the_running_slot(
    make: Make, start: Start, tmp_path: Path
) -> None:
    loader = make(tmp_path)
    (tmp_path / "b").mkdir()
    loader.try_once(Slot.B, OPTIONS)
    loader.forget(Slot.B)
    assert start(tmp_path) is Slot.A


def test_a_machine_knows_its_own_boot_loader(tmp_path: Path) -> None:
    assert isinstance(pc(tmp_path / "pc"), SystemdBoot)
    assert isinstance(raspberry(tmp_path / "pi"), RaspberryFirmware)


# --- bundles -------------------------------------------------------------------------------------------


def signed_bundle(folder: Path, parts: Mapping[str, bytes], variant: str = "debian-amd64") -> Path:
    """Signed with a new key, whose public half comes to lie in folder/keys."""
    key, keys = folder / "key.pem", folder / "keys"
    keys.mkdir(exist_ok=True)
    openssl("genpkey", "-algorithm", "ed25519", "-out", str(key))
    openssl("pkey", "-in", str(key), "-pubout", "-out", str(keys / "update.pem"))
    files = {f"part{n}": (name, data) for n, (name, data) in enumerate(parts.items())}
    document = {
        "format": 1,
        "variant": variant,
        "version": "9.9",
        "parts": [
            {"name": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for name, data in files.values()
        ],
    }
    (folder / "manifest.json").write_text(json.dumps(document))
    openssl(
        *("pkeyutl", "-sign", "-inkey", str(key), "-rawin"),
        *("-in", str(folder / "manifest.json"), "-out", str(folder / "manifest.sig")),
    )
    bundle = folder / "update.kioskd"
    with tarfile.open(bundle, "w") as tar:
        for name in ("manifest.json", "manifest.sig"):
            tar.add(folder / name, name)
        for file, (name, data) in files.items():
            (folder / file).write_bytes(data)
            tar.add(folder / file, name)
    return bundle


def openssl(*words: str) -> None:
    subprocess.run(("openssl", *words), check=True, capture_output=True)


PARTS = {ROOT: b"hsqs" + bytes(5000), "boot/linux": b"kernel", "boot/initrd": b"initial"}


def place(folder: Path) -> Place:
    pc(folder / "boot")
    (folder / "partition").write_bytes(b"\xff" * 8192)

    @contextmanager
    def writable() -> Iterator[Path]:
        yield folder / "boot"

    return Place(Slot.B, folder / "partition", writable)


@signs
def test_a_bundle_comes_to_lie_in_the_other_slot_and_is_tried(tmp_path: Path) -> None:
    bundle = signed_bundle(tmp_path, PARTS)
    assert install(bundle, "debian-amd64", tmp_path / "keys", place(tmp_path)) == "9.9"
    assert (tmp_path / "partition").read_bytes().startswith(PARTS[ROOT])
    assert (tmp_path / "boot/b/linux").read_bytes() == b"kernel"
    loader = boot_loader(tmp_path / "boot")
    assert loader.state(Slot.B) is State.ON_TRIAL
    assert loader.options(Slot.B) == OPTIONS.replace("slot=a", "slot=b")


def refused(folder: Path, bundle: Path, keys: Path, words: str) -> None:
    """And the slot is not started."""
    at = place(folder / "machine")
    with pytest.raises(BundleRefused, match=words):
        install(bundle, "debian-amd64", keys, at)
    assert boot_loader(folder / "machine/boot").state(Slot.B) is State.EMPTY


@signs
def test_what_is_not_ours_is_refused_with_a_reason(tmp_path: Path) -> None:
    for name in ("ours", "theirs", "wrong kind", "empty", "a", "b", "c", "d"):
        (tmp_path / name).mkdir()
    ours = signed_bundle(tmp_path / "ours", PARTS)
    theirs = signed_bundle(tmp_path / "theirs", PARTS)
    keys = tmp_path / "ours/keys"
    refused(tmp_path / "a", theirs, keys, "not signed by whoever made this image")
    refused(tmp_path / "b", ours, tmp_path / "empty", "has no key")
    other = signed_bundle(tmp_path / "wrong kind", PARTS, "debian-rpi")
    refused(
        tmp_path / "c", other, tmp_path / "wrong kind/keys", "is for debian-rpi, and this machine is debian"
    )
    (tmp_path / "words").write_text("no tar at all")
    refused(tmp_path / "d", tmp_path / "words", keys, "is no bundle")


@signs
def test_a_bundle_changed_in_any_place_is_refused(tmp_path: Path) -> None:
    bundle = signed_bundle(tmp_path, PARTS)
    good = bundle.read_bytes()
    changes = {
        "kernel": good.replace(b"kernel", b"kerneI"),
        "root": good.replace(b"hsqs", b"hsqS"),
        "manifest": good.replace(b"9.9", b"9.8"),
        "swapped": good.replace(b"boot/linux\0", b"boot/Linux\0", 1),
        "cut short": good[: len(good) // 2],
    }
    for what, changed in changes.items():
        assert changed != good
        folder = tmp_path / what
        folder.mkdir()
        (folder / "update.kioskd").write_bytes(changed)
        refused(folder, folder / "update.kioskd", tmp_path / "keys", "damaged|not signed")


@signs
def test_a_part_cannot_be_written_outside_of_the_slot(tmp_path: Path) -> None:
    for n, name in enumerate(("boot/../loader/loader.conf", "/etc/passwd", "boot/.hidden", "other")):
        folder = tmp_path / str(n)
        folder.mkdir()
        bundle = signed_bundle(folder, {name: b"x"})
        refused(folder, bundle, folder / "keys", "lists what no slot holds")


@signs
def test_a_kernel_without_its_root_is_no_update(tmp_path: Path) -> None:
    bundle = signed_bundle(tmp_path, {"boot/linux": b"kernel"})
    refused(tmp_path, bundle, tmp_path / "keys", "does not begin with the root")


@signs
def test_a_card_that_only_says_that_it_wrote_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = signed_bundle(tmp_path, PARTS)

    def lost(_part: object, source: BinaryIO, target: BinaryIO) -> None:
        target.write(bytes(len(source.read())))

    monkeypatch.setattr(installing, "copy", lost)
    with pytest.raises(OSError, match="does not hold what was written"):
        install(bundle, "debian-amd64", tmp_path / "keys", place(tmp_path))
    assert boot_loader(tmp_path / "boot").state(Slot.B) is State.EMPTY


# --- when ----------------------------------------------------------------------------------------------


def status(place: str = "attract", help_asked: str | None = None, **by_state: int) -> dict[str, object]:
    return {"place": place, "help": help_asked, "outbox": {"by_state": by_state}}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (status(), None),
        (status("out_of_order"), None),
        (status(queued=3, held=1), None),  # told after the restart as well as before
        (status("menu"), "somebody is at the kiosk"),
        (status("staff_devices"), "somebody is at the kiosk"),
        (status(help_asked="called"), "asked for help"),
        (status(sending=1), "1 operations are under way"),
        (status(in_doubt=1, unknown=1), "2 operations are under way or in doubt"),
    ],
)
def test_a_kiosk_is_idle_when_nobody_is_there_and_nothing_is_in_doubt(
    given: dict[str, object], says: str | None
) -> None:
    reason = busy_with(given)
    assert reason is None if says is None else says in str(reason)
