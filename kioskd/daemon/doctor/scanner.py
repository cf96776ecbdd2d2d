"""`kioskd doctor scanner`: one test scan of a scanner, or a recording of one, and which profile fits it."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from kioskd.core.errors import ConfigError, DeviceError
from kioskd.daemon import exit_codes
from kioskd.daemon.doctor.capture import Capture, capture
from kioskd.daemon.doctor.guess import TEST_CODE, profiles_for, propose
from kioskd.daemon.doctor.plugged import Kind, Plugged, plugged
from kioskd.daemon.doctor.replay import portions, replay
from kioskd.daemon.doctor.report import Finding, Report, Verdict, show
from kioskd.devices.scanner.profile import ScannerProfile, load_profile

DEADLINE_S = 60.0
_DEFAULTS = {"wedge": "generic-wedge", "serial": "generic-serial", "hidpos": "generic-hidpos"}
_NODES = {"event": "wedge", "hidraw": "hidpos", "tty": "serial"}


def scanner(arguments: Sequence[str]) -> int:
    """Runs the command and returns its exit status: 0 when something was read and understood."""
    parsed = _parser().parse_args(arguments)
    try:
        report = _replayed(parsed) if parsed.replay else asyncio.run(_scanned(parsed))
    except (ConfigError, DeviceError) as error:
        print(error, file=sys.stderr)
        return exit_codes.FAILURE
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        return exit_codes.FAILURE
    return show(report, as_json=parsed.json)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kioskd doctor scanner",
        description=f"Scan the test code of kioskd doctor sheet: {TEST_CODE}",
    )
    parser.add_argument("--path", type=Path, metavar="NODE", help="the scanner; without it the only one")
    parser.add_argument("--profile", metavar="NAME", help="what it is; without it every kind is tried")
    parser.add_argument("--seconds", type=float, default=DEADLINE_S, help="how long to wait for the scan")
    parser.add_argument("--record", type=Path, metavar="FILE", help="keep the bytes of the scan for --replay")
    parser.add_argument("--replay", type=Path, metavar="FILE", help="read a recording instead of a device")
    parser.add_argument("--json", action="store_true")
    return parser


def _replayed(parsed: argparse.Namespace) -> Report:
    if parsed.profile is None:
        raise ConfigError("--replay", "needs the scanner's --profile", "as in --profile generic-wedge")
    profile = load_profile(parsed.profile)
    scans = replay(profile, portions(profile, parsed.replay.read_bytes()))
    return Report("scans", scans, [] if scans else [_nothing_read(parsed.replay)])


def _nothing_read(where: Path) -> Finding:
    return Finding(str(where), Verdict.FAULT, "no code was found in it", "is this the right --profile?")


async def _scanned(parsed: argparse.Namespace) -> Report:
    path, usb, fitting = _which(parsed.path)
    profile = load_profile(parsed.profile or (fitting[0] if fitting else _DEFAULTS[_driver(path)]))
    print(f"{path}: scan now, best the test code", file=sys.stderr)
    taken = await capture(profile, path, parsed.seconds)
    if parsed.record:
        parsed.record.write_bytes(b"".join(taken.portions))
    started_s = time.perf_counter()
    scans = replay(profile, taken.portions)
    decoding_ms = (time.perf_counter() - started_s) * 1000
    findings = [_speed(path, taken, decoding_ms)]
    if parsed.profile:
        findings += [] if scans else [_nothing_read(path)]
    else:
        findings += _proposals(profile, taken, path, usb, fitting)
    return Report("scans", scans, findings)


def _which(path: Path | None) -> tuple[Path, str | None, list[str]]:
    """The device, its USB id and the profiles that fit that id."""
    devices = [one for one in plugged() if one.kind in (Kind.KEYBOARD, Kind.HIDPOS, Kind.SERIAL)]
    if path is not None:
        target = path.resolve()
        known = next((one for one in devices if one.node == target), None)
        return path, known.usb if known else None, profiles_for(known.kind, known.usb) if known else []
    if len(devices) != 1:
        there = ", ".join(_named(one) for one in devices) or "none is plugged in"
        raise ConfigError("--path", "which scanner?", there)
    only = devices[0]
    return only.stable or only.node, only.usb, profiles_for(only.kind, only.usb)


def _named(device: Plugged) -> str:
    return f"{device.stable or device.node} ({device.name or device.kind})"


def _driver(path: Path) -> str:
    if not path.exists():
        raise ConfigError(str(path), "is not there", "kioskd doctor lists what is plugged in")
    name = path.resolve().name
    driver = next((driver for prefix, driver in _NODES.items() if name.startswith(prefix)), None)
    if driver is None:
        raise ConfigError(str(path), "cannot tell what it is", "name its --profile, as in generic-wedge")
    return driver


def _speed(path: Path, taken: Capture, decoding_ms: float) -> Finding:
    detail = f"decoded in {decoding_ms:.2f} ms"
    if taken.kernel_to_us_ms is not None:
        detail = f"{taken.kernel_to_us_ms:.2f} ms from the kernel to kioskd, {detail}"
    return Finding(str(path), Verdict.GOOD, detail)


def _proposals(
    profile: ScannerProfile, taken: Capture, path: Path, usb: str | None, fitting: list[str]
) -> list[Finding]:
    proposals = propose(profile.driver, taken.portions, fitting)
    sure = [proposal for proposal in proposals if proposal.sure]
    remedy = '[[scanner]] name = "front", driver = "{}", path = "{}", profile = "{}"'
    what = usb or str(path)
    if sure:
        line = remedy.format(profile.driver, path, sure[0].profile)
        return [Finding(what, Verdict.GOOD, f"reads the test code with {sure[0].profile}", line)]
    if not proposals:
        return [
            Finding(what, Verdict.FAULT, "no profile makes one code of this scan", "scan once, only once")
        ]
    return [
        Finding(
            what,
            Verdict.WARNING,
            f"reads {proposal.read!r} with {proposal.profile}",
            "scan the test code to be sure, or take the profile whose text is right",
        )
        for proposal in proposals
    ]
