"""`kioskd sim`: one simulated server alone, for a kiosk or a program of your own to talk to."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address

from starlette.types import ASGIApp

from kioskd.sim.leat import SHOP_UUID, SIM_SHOP_SECRET, SIM_TOKEN, LeatSimulator
from kioskd.sim.rbi import POS_TYPE, REGION, SIM_KEY, STORE_ID, RbiSimulator
from kioskd.sim.serve import serve

LEAT_PORT = 8081
RBI_PORT = 8083
WENT_WRONG = 1


def sim(argv: Sequence[str]) -> int:
    """Runs until Ctrl-C or SIGTERM. Returns an exit status."""
    if argv[:1] == ["printer"]:
        from kioskd.sim.printer_alone import printer

        return printer(argv[1:])
    if argv[:1] == ["terminal"]:
        from kioskd.sim.terminal.alone import terminal

        return terminal(argv[1:])
    if argv[:1] in (["scanner"], ["camera"]):
        from kioskd.sim.readers_alone import camera, scanner

        return scanner(argv[1:]) if argv[0] == "scanner" else camera(argv[1:])
    asked = _parser().parse_args(argv)
    try:
        asyncio.run(asked.run(asked.host, asked.port))
    except OSError as error:
        sys.stderr.write(f"kioskd sim: {asked.host}:{asked.port}: {error.strerror}\n")
        return WENT_WRONG
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kioskd sim",
        description="Run one simulated server or device alone.",
        epilog="devices, each with --help: kioskd sim scanner, camera, printer, terminal",
    )
    servers = parser.add_subparsers(required=True, metavar="SERVER")
    for name, title, run, port in (
        ("leat", "the simulated Leat", _leat, LEAT_PORT),
        ("rbi", "the simulated RBI-style platform", _rbi, RBI_PORT),
    ):
        server = servers.add_parser(name, help="a loyalty server", description=f"Run {title} alone.")
        server.add_argument("--port", type=_port, default=port, metavar="N", help=f"{port}; 0: any")
        server.add_argument(
            "--host", type=_loopback, default="127.0.0.1", help="an address of this machine alone"
        )
        server.set_defaults(run=run)
    return parser


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{text} is no port: 0 to 65535")
    return int(text)


def _loopback(text: str) -> str:
    """Tokens here are public and controls ask for none, so nobody else may reach it."""
    try:
        address = IPv4Address("127.0.0.1" if text == "localhost" else text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no IPv4 address") from None
    if not address.is_loopback:
        raise argparse.ArgumentTypeError(f"{text} can be reached from outside: 127.0.0.1 to 127.255.255.254")
    return str(address)


async def _leat(host: str, port: int) -> None:
    about = {
        "token": SIM_TOKEN,
        "shop_uuid": SHOP_UUID,
        "secret": f"{SIM_SHOP_SECRET} (for codes that claim points)",
    }
    await _until_stopped(LeatSimulator().app, host, port, about)


async def _rbi(host: str, port: int) -> None:
    about = {"api_key": SIM_KEY, "region": REGION, "store_id": STORE_ID, "pos_type": POS_TYPE}
    await _until_stopped(RbiSimulator().app, host, port, about)


async def _until_stopped(app: ASGIApp, host: str, port: int, about: Mapping[str, str]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with serve(app, port, host) as served:
        for name, value in {"base_url": served.url, **about, "state": f"{served.url}/sim/state"}.items():
            _say(f"{name + ':':<10} {value}")
        _say("Ctrl-C ends it.")
        await stop.wait()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
