"""`kioskd update`: another version of the whole system, for machines that were made from an image.

kioskd update --from FILE     write it beside the running one, wait until nobody is there, try it once
kioskd update status          what the two slots hold
kioskd update keep            the running slot proved itself (kioskd-update-keep.service calls it)
kioskd update back            it did not: start the other one (kioskd-update-back.service calls it)
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from kioskd.daemon import exit_codes
from kioskd.daemon.cli.asking import add_socket, no_answer
from kioskd.daemon.control import CommandRefused
from kioskd.daemon.update.boot_loaders import Slot, State, boot_loader
from kioskd.daemon.update.bundle import BundleRefused
from kioskd.daemon.update.disk import BOOT, NoSlots, boot_writable, this_disk
from kioskd.daemon.update.idle import NotIdle, check_idle, wait_idle
from kioskd.daemon.update.install import KEYS, Place, install, variant_of

PATIENCE_S = 24 * 3600.0
RESTART_S = 60.0


def update(arguments: Sequence[str]) -> int:
    """Runs one of the actions and returns its exit status: 75 when somebody is at the kiosk."""
    parsed = _parser().parse_args(arguments)
    if (parsed.action == "install") != (parsed.file is not None):
        _parser().error("name the bundle with --from FILE, or an action: status, keep, back")
    try:
        status: int = _ACTIONS[parsed.action](parsed)
    except (BundleRefused, NoSlots, CommandRefused) as refused:
        print(refused, file=sys.stderr)
        return exit_codes.FAILURE
    except NotIdle as busy:
        print(f"not now: {busy}", file=sys.stderr)
        return exit_codes.UNFINISHED
    except OSError as error:
        print(error, file=sys.stderr)
        return exit_codes.STORAGE
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kioskd update", description="Another version of the whole system, tried once and kept if good."
    )
    parser.add_argument("action", nargs="?", choices=sorted(_ACTIONS), default="install")
    parser.add_argument("--from", dest="file", type=Path, metavar="FILE", help="a bundle made by ./dev image")
    add_socket(parser)
    parser.add_argument("--stopped", action="store_true", help="no kiosk runs here, so nobody is disturbed")
    parser.add_argument("--no-restart", action="store_true", help="only write it: the next start tries it")
    return parser


def _install(parsed: argparse.Namespace) -> int:
    disk = this_disk()
    if not parsed.stopped:
        _ask(parsed.socket, 0.0)
    if _state_of(disk.running) is not State.GOOD:
        raise BundleRefused("the running version is still on trial: wait until it was kept")
    place = Place(disk.running.other, disk.other_partition, boot_writable)
    version = install(parsed.file, variant_of(), KEYS, place)
    print(f"{version} is in slot {place.slot}: the next start tries it, once")
    if parsed.no_restart:
        return exit_codes.OK
    if not parsed.stopped:
        _ask(parsed.socket, PATIENCE_S)
    return _restart()


def _ask(socket: Path, patience_s: float) -> None:
    try:
        wait_idle(socket, patience_s) if patience_s else check_idle(socket)
    except OSError as error:
        raise CommandRefused(
            f"{no_answer(socket, error)}; or say --stopped, when no kiosk is meant to run here"
        ) from None


def _status(parsed: argparse.Namespace) -> int:
    disk, loader = this_disk(), boot_loader(BOOT)
    for slot in Slot:
        running = slot is disk.running
        state = loader.state(slot)
        said = State.ON_TRIAL if running and state is State.FAILED else state
        print(f"slot {slot}: {said}{', running' if running else ''}")
    return exit_codes.OK


def _keep(parsed: argparse.Namespace) -> int:
    disk = this_disk()
    if boot_loader(BOOT).state(disk.running) is not State.GOOD:
        with boot_writable() as boot:
            boot_loader(boot).keep(disk.running)
        print(f"slot {disk.running} proved itself: it is started from now on")
    elif boot_loader(BOOT).state(disk.running.other) is State.FAILED:
        print(f"slot {disk.running.other} was tried and did not prove itself; slot {disk.running} runs again")
    return exit_codes.OK


def _back(parsed: argparse.Namespace) -> int:
    disk = this_disk()
    if _state_of(disk.running) is State.GOOD:
        print(f"slot {disk.running} is the good one: there is nothing to go back to", file=sys.stderr)
        return exit_codes.OK
    print(f"slot {disk.running} did not prove itself: restarting with slot {disk.running.other}")
    return _restart()


def _state_of(slot: Slot) -> State:
    return boot_loader(BOOT).state(slot)


def _restart() -> int:
    return subprocess.run(("systemctl", "reboot"), check=False, timeout=RESTART_S).returncode


_ACTIONS = {"install": _install, "status": _status, "keep": _keep, "back": _back}
