"""The command line: what there is to be typed, and where it lives.

A command is imported when it is asked for, and nothing else is: `run` has a frame to show, and `first-boot`
runs before every start.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

COMMANDS = {
    "run": ("kioskd.daemon.cli.run", "run", "run the kiosk"),
    "check-config": ("kioskd.daemon.cli.check_config", "check_config", "check a configuration and its menu"),
    "dump-config": (
        "kioskd.daemon.cli.dump_config",
        "dump_config",
        "print the effective configuration, without secrets",
    ),
    "staff-pin": ("kioskd.daemon.cli.pin", "staff_pin", "choose the PIN of the staff screen"),
    "first-boot": (
        "kioskd.daemon.first_boot.command",
        "first_boot",
        "take over the kiosk.toml on the card, and what codes told",
    ),
    "enrol-code": ("kioskd.daemon.first_boot.enrol_command", "enrol_code", "codes that set up a kiosk"),
    "doctor": ("kioskd.daemon.doctor.command", "doctor", "what is plugged in and whether it works"),
    "status": ("kioskd.daemon.cli.status", "kiosk_status", "how a running kiosk is"),
    "idle": ("kioskd.daemon.cli.idle", "idle", "whether the kiosk may be stopped now"),
    "order": ("kioskd.daemon.cli.order", "order", "look up, cancel and return orders"),
    "outbox": ("kioskd.daemon.cli.outbox", "outbox", "what it still has to tell"),
    "terminal": ("kioskd.daemon.cli.terminal", "terminal", "the card terminal's day"),
    "help-coming": (
        "kioskd.daemon.cli.answer",
        "help_coming",
        "tell the guest who asked for help that somebody comes",
    ),
    "order-paid": ("kioskd.daemon.cli.answer", "order_paid", "an order to be paid at the counter was paid"),
    "payment-decided": (
        "kioskd.daemon.cli.answer",
        "payment_decided",
        "staff looked whether the terminal took the money",
    ),
    "catalogue": ("kioskd.daemon.cli.catalogue", "catalogue", "tell the loyalty backend about the menu"),
    "update": ("kioskd.daemon.cli.update", "update", "another version of the whole system"),
    "support-bundle": ("kioskd.daemon.support.command", "support_bundle", "one file for whoever helps"),
    "rescue-picture": ("kioskd.daemon.cli.rescue", "rescue", "paint what is shown while no kioskd runs"),
    "visit-graph": (
        "kioskd.daemon.cli.visit_graph",
        "visit_graph",
        "print the visit's transitions as a Mermaid diagram",
    ),
    "demo": ("kioskd.sim.demo", "demo", "run everything simulated"),
    "sim": ("kioskd.sim.alone", "sim", "run one simulated server or device alone"),
}
"""Module, function and help of each. The function takes the words behind the name, returns an exit status."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit status. Leaves as argparse does when there is no such command."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or words[0] not in COMMANDS:  # a parser with all of them costs the first frame some ms
        _parser().parse_args(words[:1])
    module, function, _help = COMMANDS[words[0]]
    status: int = getattr(import_module(module), function)(words[1:])
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kioskd",
        description="A self-service kiosk in one daemon.",
        epilog="Each says more: kioskd COMMAND --help",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, (_module, _function, help_) in COMMANDS.items():
        commands.add_parser(name, help=help_)
    return parser
