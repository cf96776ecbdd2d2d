"""`kioskd sim terminal`: a simulated card terminal alone. What a guest does at it can be typed to it."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from kioskd.sim.terminal import script
from kioskd.sim.terminal.faults import Point
from kioskd.sim.terminal.ledger import LedgerUnreadable
from kioskd.sim.terminal.script import Script, ScriptError, read_script
from kioskd.sim.terminal.simulator import TerminalSimulator

PORT = 20007
WENT_WRONG = 1
_TYPED = (
    "tap, insert, decline [CODE], lower, stop, cut, unplug, plug, nothing to see how things are,\n"
    "or FAULT VALUE, such as: decline_with 0x05, cut_at sent 040f, deaf on"
)
_EPILOG = f"""\
a script (TOML) says what happens, payment for payment:

{(script.__doc__ or "").split(chr(10), 2)[2]}
faults and what they are without:

{chr(10).join(f"    {name:<22} {value!s}" for name, value in asdict(Script().faults).items())}

moments, for the faults that end in _at:

    {", ".join(list(Point)[:6])},
    {", ".join(list(Point)[6:])};
    or what happens, in bytes of the wire: 'heard 0601', 'sent 0601 answer', 'sent 04ff0a',
    'heard 04ff0a answer', 'half 040f', 'sent 06d1 #7', and '0630: sent 060f' in other commands than a payment
"""


def terminal(argv: Sequence[str]) -> int:
    """Runs until Ctrl-C or SIGTERM. Returns an exit status."""
    asked = _parser().parse_args(argv)
    try:
        plan = read_script(asked.script) if asked.script else Script()
        simulator = TerminalSimulator(
            asked.port or 0,
            path=asked.serial,
            script=plan,
            memory=asked.ledger,
            password=asked.password,
            currency_code=asked.currency,
            on_event=_say,
        )
        asyncio.run(_run(simulator))
    except (OSError, ScriptError, LedgerUnreadable) as error:
        sys.stderr.write(f"kioskd sim terminal: {error}\n")
        return WENT_WRONG
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kioskd sim terminal",
        description="Run one simulated card terminal (ZVT) alone.\n\nOn its standard input it takes:\n"
        + _TYPED,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--port", type=int, metavar="N", help=f"TCP port of 127.0.0.1, such as {PORT}; 0: any")
    where.add_argument("--serial", type=Path, metavar="PATH", help="a link to a serial line that it makes")
    parser.add_argument("--script", type=Path, metavar="FILE", help="what happens to the payments that come")
    parser.add_argument(
        "--ledger", type=Path, metavar="FILE", help="keep the transactions here (JSON), also over restarts"
    )
    parser.add_argument("--password", type=_password, default="000000", metavar="DIGITS")
    parser.add_argument(
        "--currency", type=_currency, default=978, metavar="NUMBER", help="by ISO 4217; 978: EUR"
    )
    return parser


def _password(text: str) -> str:
    if not (len(text) == 6 and text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError("six digits")
    return text


def _currency(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 1000):
        raise argparse.ArgumentTypeError(f"{text} is no ISO 4217 number: three digits, such as 978")
    return int(text)


async def _run(simulator: TerminalSimulator) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with simulator:
        _say(f"terminal: {simulator.path or f'127.0.0.1:{simulator.port}'}")
        _say("Ctrl-C ends it.")
        listening = asyncio.create_task(_listen(simulator))
        try:
            await stop.wait()
        finally:
            listening.cancel()


async def _listen(simulator: TerminalSimulator) -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    while line := await reader.readline():
        try:
            _say(await typed(simulator, line.decode(errors="replace").strip()))
        except ValueError as error:
            _say(f"{error}; {_TYPED}")


async def typed(simulator: TerminalSimulator, line: str) -> str:
    """Obey one typed line; returns what to say. Raises ValueError for what there is not."""
    word, _, rest = line.partition(" ")
    match word, rest.strip():
        case "", _:
            return _overview(simulator)
        case "tap", "":
            done = simulator.tap()
        case "insert", "":
            done = simulator.insert()
        case "lower", "":
            done = simulator.tap_lower()
        case "stop", "":
            done = simulator.press_cancel()
        case "decline", code:
            done = simulator.decline(int(code, 0) if code else 0x05)
        case "cut", "":
            simulator.cut()
            return "cut"
        case "unplug", "":
            await simulator.stop()
            return "unplugged"
        case "plug", "":
            if not simulator.plugged_in:
                await simulator.start()
            return "plugged in"
        case name, value:
            simulator.faults.set(name, _value(value))
            return f"{name} = {getattr(simulator.faults, name)}"
    return "done" if done else "the terminal is not waiting for a card"


def _value(text: str) -> object:
    fixed: dict[str, object] = {"on": True, "off": False, "none": None}
    if text in fixed:
        return fixed[text]
    try:
        return int(text, 0)
    except ValueError:
        return text.strip("'\"")


def _overview(simulator: TerminalSimulator) -> str:
    state = simulator.state()
    transactions = state.pop("transactions")
    assert isinstance(transactions, list)
    lines = [f"{name}: {value}" for name, value in state.items()]
    lines += [
        "{kind} {amount_minor} receipt {receipt} trace {trace} result {result} reversed {reversed}".format(
            **row
        )
        for row in transactions
    ]
    return "\n".join(lines)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
