"""`kioskd check-config`: whether a kiosk could start with a configuration, or with what is on a card."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from kioskd.core.errors import ConfigError
from kioskd.daemon import exit_codes
from kioskd.daemon.config.kiosk import config_in
from kioskd.daemon.config.menu import load_menu
from kioskd.daemon.config.source import read_source
from kioskd.daemon.first_boot.card import card_in, is_card
from kioskd.daemon.logo_advice import about_the_logo
from kioskd.daemon.mounting import out_of_reach
from kioskd.daemon.wiring.paper import letterhead_of


def check_config(arguments: Sequence[str]) -> int:
    """Says what is in it, or where its first mistake is."""
    file: Path = _parser().parse_args(arguments).file
    try:
        source = read_source(file)
        config = card_in(source).config if is_card(source) else config_in(source)
        menu = load_menu(config.menu, config.currency)
        logo = letterhead_of(config).logo
        about_screen = list(about_the_logo(config.display))
    except ConfigError as error:
        print(error, file=sys.stderr)
        return exit_codes.CONFIG
    print(
        f"{file}: good, {len(menu.products)} products in {len(menu.categories)} categories"
        + (f", a logo of {logo.width_px} x {logo.height_px} dots" if logo else "")
    )
    for told in about_screen:
        print(f"{file}: display.logo: {told}")
    if trouble := out_of_reach(config.display):
        print(f"{file}: display.bottom_height_mm: {trouble}")
    return exit_codes.OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kioskd check-config", description="Check a configuration and its menu."
    )
    parser.add_argument("file", type=Path, help="kiosk.toml, of a kiosk or of a card")
    return parser
