"""`kioskd sim`: one simulated server alone, for a kiosk or a program of your own to talk to."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from ipaddress import IPv4Address

from kioskd.sim.leat import SHOP_UUID, SIM_SHOP_SECRET, SIM_TOKEN, LeatSimulator
from kioskd.sim.serve import serve

LEAT_PORT = 8081
WENT_WRONG = 1


def sim(argv: Sequence[str]) -> int:
    """Runs until Ctrl-C or SIGTERM. Returns an exit status."""
    asked = _parser().parse_args(argv)
    try:
        asyncio.run(_leat(asked.host, asked.port))
    except OSError as error:
        sys.stderr.write(f"kioskd sim: {asked.host}:{asked.port}: {error.strerror}\n")
        return WENT_WRONG
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kioskd sim", description="Run one simulated server alone.")
    servers = parser.add_subparsers(required=True, metavar="SERVER")
    leat = servers.add_parser("leat", help="the loyalty server", description="Run the simulated Leat alone.")
    leat.add_argument("--port", type=_port, default=LEAT_PORT, metavar="N", help=f"{LEAT_PORT}; 0: any")
    leat.add_argument("--host", type=_loopback, default="127.0.0.1", help="an address of this machine alone")
    return parser


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{text} is no port: 0 to 65535")
    return int(text)


def _loopback(text: str) -> str:
    """Its token is public and its controls ask for none, so nobody else may reach it."""
    try:
        address = IPv4Address("127.0.0.1" if text == "localhost" else text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no IPv4 address") from None
    if not address.is_loopback:
        raise argparse.ArgumentTypeError(f"{text} can be reached from outside: 127.0.0.1 to 127.255.255.254")
    return str(address)


async def _leat(host: str, port: int) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with serve(LeatSimulator().app, port, host) as served:
        _say(f"base_url:  {served.url}")
        _say(f"token:     {SIM_TOKEN}")
        _say(f"shop_uuid: {SHOP_UUID}")
        _say(f"secret:    {SIM_SHOP_SECRET} (for codes that claim points)")
        _say(f"state:     {served.url}/sim/state")
        _say("Ctrl-C ends it.")
        await stop.wait()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
