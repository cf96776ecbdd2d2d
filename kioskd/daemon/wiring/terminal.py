"""The card terminal that the configuration names."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from kioskd.daemon.config import kiosk as settings
from kioskd.daemon.config.credentials import read_secret
from kioskd.daemon.config.kiosk import Config

if TYPE_CHECKING:  # drivers are imported when they are built, after the first frame
    from kioskd.devices.terminal.zvt_driver import ZvtTerminal

FACTORY_PASSWORD = "000000"
"""What ZVT terminals come with."""


def terminal_of(config: Config) -> ZvtTerminal:
    """The terminal's own clock and the kiosk's schedule are in the site's time zone."""
    from kioskd.devices.terminal.zvt_driver import SerialAddress, TcpAddress, ZvtTerminal
    from kioskd.devices.terminal.zvt_text import Charset

    entry = config.terminal
    assert not isinstance(entry, settings.Disabled)
    address: TcpAddress | SerialAddress
    match entry:
        case settings.ZvtTerminal():
            address = TcpAddress(entry.host, entry.port)
        case settings.ZvtSerialTerminal():
            address = SerialAddress(entry.path, entry.baud)
    zone = ZoneInfo(config.site.time_zone)
    return ZvtTerminal(
        "terminal",
        address,
        password=terminal_password(entry),
        currency=config.currency,
        attempts=config.state_dir / "terminal.json",
        slips=config.state_dir / "terminal-slips.jsonl" if entry.receipts == "kiosk" else None,
        charset=Charset(entry.charset),
        end_of_day=entry.end_of_day_at,
        wall_clock=lambda: datetime.now(zone),
    )


def terminal_password(entry: settings.AnyZvtTerminal) -> str:
    """Raises ConfigError when it cannot be read."""
    if entry.password_credential or entry.password_file:
        return read_secret(credential=entry.password_credential, file=entry.password_file)
    return FACTORY_PASSWORD


def takes_parts(config: Config) -> bool:
    """Whether a card may pay less than is due."""
    return isinstance(config.terminal, settings.AnyZvtTerminal) and config.terminal.part_payments


def prints_slips(config: Config) -> bool:
    """Whether the terminal leaves its receipts to the kiosk."""
    return isinstance(config.terminal, settings.AnyZvtTerminal) and config.terminal.receipts == "kiosk"
