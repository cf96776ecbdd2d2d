"""`kioskd enrol-code`: a page with the codes that tell the kiosk which shows a pairing code what it is."""

from __future__ import annotations

import argparse
import secrets
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from kioskd.core.enrolment import make_codes, read_pairing_code
from kioskd.core.errors import ConfigError
from kioskd.daemon import exit_codes
from kioskd.daemon.first_boot.card import read_card
from kioskd.daemon.first_boot.places import FILE
from kioskd.durable import write_file
from kioskd.ui.qr import QUIET_ZONE, modules


def enrol_code(arguments: Sequence[str]) -> int:
    asked = _parser().parse_args(arguments)
    pairing = read_pairing_code(asked.pairing_code)
    if pairing is None:
        print(
            f"{asked.pairing_code}: is no pairing code; the kiosk shows one, as in ABCD-1234", file=sys.stderr
        )
        return exit_codes.USAGE
    try:
        codes = make_codes(_files(asked.file), pairing, secrets.token_bytes(16))
    except ConfigError as error:
        print(error, file=sys.stderr)
        return exit_codes.CONFIG
    except ValueError as error:
        print(f"{asked.file}: {error}: put the card into a computer instead", file=sys.stderr)
        return exit_codes.CONFIG
    if asked.text:
        print("\n".join(codes))
        return exit_codes.OK
    try:
        write_file(asked.out, page(codes, pairing).encode(), 0o600)
    except OSError as error:
        print(f"{asked.out}: {error.strerror}", file=sys.stderr)
        return exit_codes.FAILURE
    print(f"{asked.out}: {len(codes)} codes for the kiosk that shows {pairing}. Open it before its scanner.")
    return exit_codes.OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kioskd enrol-code", description="Make the codes that tell a kiosk what it is."
    )
    parser.add_argument("file", type=Path, help=f"{FILE}, with [machine] and [secrets] as on a card")
    parser.add_argument("--pairing-code", required=True, metavar="CODE", help="what the kiosk shows")
    parser.add_argument(
        "--out", type=Path, default=Path("enrol.html"), metavar="FILE", help="the page (enrol.html)"
    )
    parser.add_argument("--text", action="store_true", help="print what is in the codes, one a line")
    return parser


def _files(file: Path) -> dict[str, str]:
    """Checked as on a card. Raises ConfigError; ValueError for pictures."""
    if file.name != FILE:
        raise ConfigError(f"{file}", f"is not named {FILE}", "rename it")
    card = read_card(file.parent)
    if card is None:
        raise ConfigError(f"{file}", "does not exist", "check the path and the spelling")
    files = {FILE: card.source.text}
    for name, content in card.files.items():
        try:
            files[name] = content.decode("utf-8")
        except UnicodeDecodeError:
            raise ValueError(f"{name} is no text, and pictures do not fit into codes") from None
    return files


def page(codes: Sequence[str], pairing: str) -> str:
    """One after the other, two seconds each; a click or a key stops them and goes on by one."""
    shown = "\n".join(
        f"<figure>{''.join(_svg(code))}<figcaption>{number} / {len(codes)}</figcaption></figure>"
        for number, code in enumerate(codes, start=1)
    )
    return _PAGE.replace("@PAIRING@", pairing).replace("@CODES@", shown)


def _svg(code: str) -> Iterator[str]:
    side, shades = modules(code)
    across = side + 2 * QUIET_ZONE
    yield f'<svg viewBox="0 0 {across} {across}" shape-rendering="crispEdges"><path d="'
    for at, shade in enumerate(shades):
        if shade < 128:
            yield f"M{at % side + QUIET_ZONE} {at // side + QUIET_ZONE}h1v1h-1z"
    yield '"/></svg>'


_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>kioskd: codes for @PAIRING@</title>
<style>
body { margin: 0; background: white; font: 20px sans-serif; text-align: center }
figure { display: none; margin: 2vmin } figure.now { display: block }
svg { width: min(88vmin, 120mm); background: white }
@media print { figure { display: inline-block !important; width: 80mm } svg { width: 75mm } }
</style>
@CODES@
<p>For the kiosk that shows @PAIRING@, and only while it does. A click goes on by hand.</p>
<script>
const codes = [...document.querySelectorAll("figure")]; let at = 0
const show = () => codes.forEach((code, n) => code.classList.toggle("now", n === at))
const next = () => { at = (at + 1) % codes.length; show() }
const turning = setInterval(next, 2000)
const byHand = () => { clearInterval(turning); next() }
addEventListener("click", byHand); addEventListener("keydown", byHand); show()
</script></html>
"""
