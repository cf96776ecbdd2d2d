"""The card terminal in kiosk.toml."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest

from kioskd.core.errors import ConfigError
from kioskd.daemon.config.kiosk import Config, ZvtSerialTerminal, ZvtTerminal, load_config
from tests.small_kiosk import SMALL_KIOSK


def configured(folder: Path, section: str) -> Config:
    file = folder / "kiosk.toml"
    file.write_text(f"{SMALL_KIOSK}[terminal]\n{section}\n")
    return load_config(file)


def test_a_terminal_in_the_network_needs_an_address_and_nothing_else(tmp_path: Path) -> None:
    terminal = configured(tmp_path, 'driver = "zvt"\nhost = "192.168.1.50"').terminal
    assert isinstance(terminal, ZvtTerminal)
    assert (terminal.host, terminal.port, terminal.receipts, terminal.charset) == (
        *("192.168.1.50", 20007),
        *("kiosk", "auto"),
    )
    assert (terminal.end_of_day_at, terminal.part_payments) == (None, False)


def test_a_terminal_on_a_cable(tmp_path: Path) -> None:
    terminal = configured(
        tmp_path, 'driver = "zvt-serial"\npath = "/dev/ttyUSB0"\nbaud = 115200\nend_of_day = "23:30"'
    ).terminal
    assert isinstance(terminal, ZvtSerialTerminal)
    assert (terminal.path, terminal.baud, terminal.end_of_day_at) == (
        *(Path("/dev/ttyUSB0"), 115200),
        time(23, 30),
    )


@pytest.mark.parametrize(
    ("section", "wrong"),
    [
        ('driver = "zvt"', "terminal.host"),
        ('driver = "zvt-serial"', "terminal.path"),
        ('driver = "zvt"\nhost = "h"\nend_of_day = "24:00"', 'as in "23:30"'),
        ('driver = "zvt"\nhost = "h"\nend_of_day = 23', "terminal.end_of_day"),
        ('driver = "zvt"\nhost = "h"\nreceipts = "nobody"', "terminal.receipts"),
        ('driver = "zvt"\nhost = "h"\ncharset = "utf-8"', "terminal.charset"),
        ('driver = "zvt-serial"\npath = "p"\nbaud = 1200', "terminal.baud"),
        ('driver = "zvt"\nhost = "h"\npassword_file = "a"\npassword_credential = "b"', "two places"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, section: str, wrong: str) -> None:
    with pytest.raises(ConfigError) as raised:
        configured(tmp_path, section)
    assert wrong in str(raised.value)
