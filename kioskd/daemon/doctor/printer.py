"""`kioskd doctor printer`: what is plugged in, how it is, a test receipt; or a receipt as bytes and as a
picture of the paper, without any printer.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from kioskd.core.errors import ConfigError, DeviceError
from kioskd.daemon import exit_codes
from kioskd.daemon.doctor.plugged import Kind, Plugged, plugged
from kioskd.daemon.doctor.printer_access import access
from kioskd.daemon.doctor.printer_paper import receipt_report, samples_report
from kioskd.daemon.doctor.printer_trial import try_out
from kioskd.daemon.doctor.report import Finding, Report, Verdict, show
from kioskd.devices.printer.profile import PrinterProfile, load_profile, profile_names
from kioskd.devices.printer.transport import Address, NetworkPrinter, SerialPort, UsbPrinter

ANY = "generic-80mm"


def printer(arguments: Sequence[str]) -> int:
    """Runs the command and returns its exit status."""
    parsed = _parser().parse_args(arguments)
    try:
        return show(_report(parsed), as_json=parsed.json)
    except (ConfigError, DeviceError, OSError) as error:
        print(error, file=sys.stderr)
        return exit_codes.FAILURE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kioskd doctor printer",
        description="Which printers are plugged in; with --port, a test of one. With --receipt and --out or "
        "--picture no printer is needed.",
    )
    parser.add_argument("--port", metavar="PORT", help="/dev/usb/lp0, /dev/ttyUSB0 or HOST:9100: test it")
    parser.add_argument("--profile", metavar="P", help=f"one of {', '.join(profile_names())}")
    parser.add_argument("--baud", type=int, metavar="N", help="of a serial port, if not the profile's")
    parser.add_argument("--every-page", action="store_true", help="code pages 0 to 100, to find out which")
    parser.add_argument("--ask-only", action="store_true", help="only ask how it is, print nothing")
    parser.add_argument("--receipt", type=Path, metavar="FILE.json", help="this receipt in place of a test")
    parser.add_argument("--out", type=Path, metavar="FILE.bin", help="write the bytes for the printer here")
    parser.add_argument("--picture", type=Path, metavar="FILE.png", help="draw the paper they make here")
    parser.add_argument(
        "--samples", type=Path, metavar="DIR", help="receipts in many languages, on both widths"
    )
    parser.add_argument("--json", action="store_true")
    return parser


def _report(parsed: argparse.Namespace) -> Report:
    if parsed.samples:
        return samples_report(parsed.samples)
    if parsed.port:
        profile = load_profile(parsed.profile or _profile_at(parsed.port))
        address = _address(parsed.port, parsed.baud or profile.baud, profile)
        findings = [] if isinstance(address, NetworkPrinter) else access(address.path)
        if any(finding.verdict is Verdict.FAULT for finding in findings):
            return Report("printers", (), findings)
        return asyncio.run(
            try_out(
                address,
                profile,
                parsed.receipt,
                every_page=parsed.every_page,
                ask_only=parsed.ask_only,
                other_speeds=parsed.baud is None,
            )
        )
    if parsed.receipt or parsed.out or parsed.picture:
        return receipt_report(parsed.receipt, load_profile(parsed.profile or ANY), parsed.out, parsed.picture)
    return _list()


def _list() -> Report:
    found = [device for device in plugged() if device.kind in (Kind.PRINTER, Kind.SERIAL)]
    rows = [
        {
            "port": str(device.stable or device.node),
            "name": device.name,
            "usb": device.usb,
            "profiles": fitting(device.usb) or ([ANY] if device.kind is Kind.PRINTER else []),
        }
        for device in found
    ]
    findings = [finding for device in found for finding in access(device.node)]
    if not rows:
        findings.append(
            Finding(
                "printer",
                Verdict.WARNING,
                "none is plugged in",
                "switch it on; one in the network is tested with --port HOST:9100",
            )
        )
    return Report("printers", rows, findings)


def fitting(usb: str | None) -> list[str]:
    """Profiles with this USB id, the most particular first. By id alone nothing is certain."""
    fits: list[tuple[int, str]] = []
    for name in profile_names():
        own = [len(known) for known in load_profile(name).usb if usb and usb.startswith(known)]
        if own:
            fits.append((-max(own), name))
    return [name for _, name in sorted(fits)]


def _profile_at(port: str) -> str:
    known: list[Plugged] = [device for device in plugged() if port in (str(device.node), str(device.stable))]
    return next((name for device in known for name in fitting(device.usb)), ANY)


def _address(port: str, baud: int, profile: PrinterProfile) -> Address:
    """Raises ConfigError."""
    if port.startswith("/"):
        path = Path(port)
        return (
            UsbPrinter(path) if path.resolve().name.startswith("lp") else SerialPort(path, baud, profile.flow)
        )
    host, colon, number = port.rpartition(":")
    if not colon:
        host, number = port, "9100"
    if not (host and number.isascii() and number.isdigit() and 0 < int(number) < 65536):
        raise ConfigError("--port", f"{port!r} is neither a path nor HOST:PORT", "such as 192.168.1.40:9100")
    return NetworkPrinter(host, int(number))
