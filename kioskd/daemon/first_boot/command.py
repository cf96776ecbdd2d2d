"""`kioskd first-boot`: takes over what lies on the card, or what codes have told the kiosk. Run by root.

It runs before every start of the kiosk: a card that was taken over before is known again in a moment.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from kioskd.daemon import exit_codes
from kioskd.daemon.first_boot.places import FILE, Places, known_again


def first_boot(arguments: Sequence[str]) -> int:
    """Returns an exit status: CONFIG for a mistake on the card, STORAGE when it could not be kept."""
    asked = _parser().parse_args(arguments)
    root: Path = asked.root
    places = Places(root)
    to = asked.to or root / "etc/kioskd"
    card = asked.card or root / "boot/firmware"
    if not places.enrolled.exists() and known_again(card, to / FILE):
        places.problem.unlink(missing_ok=True)
        return exit_codes.OK

    from kioskd.daemon.first_boot.taking_over import take_over  # all that reads configurations

    return take_over(
        card,
        places,
        to=to,
        credentials=asked.credentials or root / "etc/credstore",
        connections=asked.connections or root / "etc/NetworkManager/system-connections",
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kioskd first-boot", description="Take over the kiosk.toml on the card, and what codes told."
    )
    parser.add_argument("--from", dest="card", type=Path, metavar="DIR", help="the card (/boot/firmware)")
    parser.add_argument("--to", type=Path, metavar="DIR", help="the configuration (/etc/kioskd)")
    parser.add_argument("--credentials", type=Path, metavar="DIR", help="secrets (/etc/credstore)")
    parser.add_argument(
        "--connections",
        type=Path,
        metavar="DIR",
        help="NetworkManager's (/etc/NetworkManager/system-connections)",
    )
    parser.add_argument(
        "--root",
        type=Path,
        default=Path("/"),
        metavar="DIR",
        help="another machine's file system, not running",
    )
    return parser
