"""`kioskd doctor terminal`: registers at the card terminal, shows what and how it is, takes no money."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from kioskd.core.card_terminal import TerminalStatus
from kioskd.core.errors import ConfigError, DeviceAbsent, DeviceError
from kioskd.daemon import exit_codes
from kioskd.daemon.cli.config_file import CONFIG
from kioskd.daemon.config import kiosk as settings
from kioskd.daemon.config.credentials import read_secret
from kioskd.daemon.config.kiosk import CURRENCIES, load_config
from kioskd.daemon.doctor.report import Finding, Report, Verdict, show
from kioskd.daemon.wiring.terminal import FACTORY_PASSWORD, terminal_password
from kioskd.devices.terminal.zvt_commands import CURRENCY_CODES
from kioskd.devices.terminal.zvt_driver import SerialAddress, TcpAddress, ZvtTerminal

CLOCK_TOLERANCE_S = 120.0
"""More, and guests wonder about its receipts; much more, and a lost payment is hard to find."""
_LETTERS = {number: letters for letters, number in CURRENCY_CODES.items()}


@dataclass(frozen=True, slots=True)
class _Target:
    address: TcpAddress | SerialAddress
    password: str
    currency: str

    @property
    def place(self) -> str:
        match self.address:
            case TcpAddress(host, port):
                return f"{host}:{port}"
            case SerialAddress(path):
                return str(path)


def terminal(arguments: Sequence[str]) -> int:
    """Runs the command and returns its exit status."""
    parsed = _parser().parse_args(arguments)
    try:
        report = asyncio.run(examine(_target(parsed), diagnoses=not parsed.quick))
    except ConfigError as error:
        print(error, file=sys.stderr)
        return exit_codes.CONFIG
    return show(report, as_json=parsed.json)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kioskd doctor terminal",
        description="Registers at the card terminal and shows what it is and how it is. Takes no money. A "
        "terminal has one connection: stop kioskd first.",
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--host", metavar="H", help="its address in the network")
    where.add_argument("--serial", type=Path, metavar="PATH", help="the serial port it is plugged in at")
    where.add_argument(
        "--config", type=Path, metavar="FILE", help=f"where it is; {CONFIG} if nothing is said"
    )
    parser.add_argument("--port", type=int, default=20007, metavar="P", help="with --host (20007)")
    parser.add_argument("--baud", type=int, default=9600, choices=(9600, 115200), help="with --serial (9600)")
    parser.add_argument(
        "--currency", default="EUR", metavar="CUR", help="with --host or --serial: what is charged (EUR)"
    )
    parser.add_argument(
        "--password-file", type=Path, metavar="FILE", help="with --host or --serial, if not the factory's"
    )
    parser.add_argument(
        "--quick", action="store_true", help="no diagnosis: it calls the bank, and tells the terminal's time"
    )
    parser.add_argument("--json", action="store_true")
    return parser


def _target(parsed: argparse.Namespace) -> _Target:
    """Raises ConfigError."""
    if parsed.host is None and parsed.serial is None:
        return _configured(parsed.config or CONFIG)
    if parsed.currency not in CURRENCIES:
        raise ConfigError("--currency", f"{parsed.currency!r} is no currency", "as in EUR")
    if not 0 < parsed.port < 65536:
        raise ConfigError("--port", f"{parsed.port} is no port", "1 to 65535, usually 20007")
    address = (
        SerialAddress(parsed.serial, parsed.baud) if parsed.serial else TcpAddress(parsed.host, parsed.port)
    )
    password = FACTORY_PASSWORD
    if parsed.password_file:
        password = read_secret(credential=None, file=parsed.password_file)
    return _Target(address, password, parsed.currency)


def _configured(file: Path) -> _Target:
    config = load_config(file)
    match config.terminal:
        case settings.ZvtTerminal() as entry:
            address: TcpAddress | SerialAddress = TcpAddress(entry.host, entry.port)
        case settings.ZvtSerialTerminal() as entry:
            address = SerialAddress(entry.path, entry.baud)
        case settings.Disabled():
            remedy = "set one up under [terminal], or name it with --host or --serial"
            raise ConfigError(str(file), "this kiosk has no card terminal", remedy)
    return _Target(address, terminal_password(config.terminal), config.currency)


async def examine(target: _Target, *, diagnoses: bool) -> Report:
    """Raises ConfigError for a currency or password that the protocol cannot carry."""
    with tempfile.TemporaryDirectory() as folder:  # nothing is paid, so there is nothing to remember
        driver = ZvtTerminal(
            "terminal",
            target.address,
            password=target.password,
            currency=target.currency,
            attempts=Path(folder) / "attempts.json",
            wall_clock=lambda: datetime.now().astimezone(),
        )
        try:
            status = await driver.status()
        except DeviceAbsent as absent:
            return _nobody(target, str(absent))
        except DeviceError as fault:
            return Report(
                "terminals", (), [Finding(target.place, Verdict.FAULT, str(fault), _remedy(str(fault)))]
            )
        findings = list(_state(target, status))
        if diagnoses:
            try:
                status = await driver.diagnose()
            except DeviceError as fault:
                findings.append(Finding(target.place, Verdict.WARNING, str(fault), "see its own display"))
            else:
                findings += _clock(target, status)
    return Report("terminals", [_row(target, status)], findings)


def _row(target: _Target, status: TerminalStatus) -> dict[str, Any]:
    currency = status.currency_code
    return {
        "terminal": target.place,
        "id": status.terminal_id,
        "currency": _LETTERS.get(currency, str(currency)) if currency else None,
        "software": status.software,
        "state": status.detail.removeprefix("terminal: "),
        "clock_ahead_s": None if status.clock_ahead_s is None else round(status.clock_ahead_s),
    }


def _state(target: _Target, status: TerminalStatus) -> Sequence[Finding]:
    if status.usable:
        return [Finding(target.place, Verdict.GOOD, "registered; it takes payments")]
    remedy = "kioskd does by itself what a state asks for; else see its own display"
    return [Finding(target.place, Verdict.FAULT, status.detail, remedy)]


def _clock(target: _Target, status: TerminalStatus) -> Sequence[Finding]:
    ahead_s = status.clock_ahead_s
    if ahead_s is None or abs(ahead_s) <= CLOCK_TOLERANCE_S:
        return []
    way = "ahead of" if ahead_s > 0 else "behind"
    what = f"its clock is {abs(ahead_s):.0f} s {way} the kiosk's"
    return [
        Finding(
            target.place, Verdict.WARNING, what, "check the kiosk's time; a diagnosis sets the terminal's"
        )
    ]


def _nobody(target: _Target, why: str) -> Report:
    if isinstance(target.address, SerialAddress):
        remedy = "plug it in; kioskd doctor lists what is there"
    else:
        remedy = "is it switched on, in this network, its cash register interface set to ZVT over TCP?"
    return Report("terminals", (), [Finding(target.place, Verdict.FAULT, why, remedy)])


def _remedy(fault: str) -> str:
    if "not in ZVT" in fault:
        return "another port, usually 20007 or 22000; or the terminal's cash register interface is not ZVT"
    if "refuses to register" in fault or "takes currency" in fault:
        return "the password in --password-file or [terminal], and the currency it was set up for"
    return "is kioskd running? A terminal has one connection: systemctl stop kioskd"
