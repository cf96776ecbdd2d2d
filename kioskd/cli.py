"""The command line. Every command imports what it needs and nothing else: `run` has a frame to show."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == ["demo"]:
        from kioskd.sim.demo import demo

        return demo(arguments[1:])
    if arguments[:1] == ["sim"]:
        from kioskd.sim.alone import sim

        return sim(arguments[1:])
    if arguments[:1] == ["order"]:
        from kioskd.daemon.cli.order import order

        return order(arguments[1:])
    if arguments[:1] == ["outbox"]:
        from kioskd.daemon.cli.outbox import outbox

        return outbox(arguments[1:])
    if arguments[:1] == ["terminal"]:
        from kioskd.daemon.cli.terminal import terminal

        return terminal(arguments[1:])
    if arguments and arguments[0] in ("help-coming", "order-paid", "payment-decided"):
        from kioskd.daemon.cli.answer import answer

        return answer(arguments)
    if arguments[:1] == ["status"]:
        from kioskd.daemon.cli.status import kiosk_status

        return kiosk_status(arguments[1:])
    if arguments[:1] == ["support-bundle"]:
        from kioskd.daemon.support.command import support_bundle

        return support_bundle(arguments[1:])
    if arguments[:1] == ["first-boot"]:
        from kioskd.daemon.first_boot.command import first_boot

        return first_boot(arguments[1:])
    if arguments[:1] == ["enrol-code"]:
        from kioskd.daemon.first_boot.enrol_command import enrol_code

        return enrol_code(arguments[1:])
    if arguments[:1] == ["doctor"]:
        from kioskd.daemon.doctor.command import doctor

        return doctor(arguments[1:])
    if arguments[:1] == ["idle"]:
        from kioskd.daemon.cli.idle import idle

        return idle(arguments[1:])
    if arguments[:1] == ["update"]:
        from kioskd.daemon.cli.update import update

        return update(arguments[1:])
    parsed = _parser().parse_args(arguments)
    status: int = parsed.command(parsed)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kioskd", description="A self-service kiosk in one daemon.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="run the kiosk")
    run.add_argument("--config", type=Path, default=Path("/etc/kioskd/kiosk.toml"), metavar="FILE")
    run.add_argument("--root", type=Path, default=Path("/"), metavar="DIR", help=argparse.SUPPRESS)
    run.set_defaults(command=_run)

    check = commands.add_parser("check-config", help="check a configuration and its menu")
    check.add_argument("file", type=Path)
    check.set_defaults(command=_check_config)

    dump = commands.add_parser("dump-config", help="print the effective configuration, without secrets")
    dump.add_argument("file", type=Path)
    dump.add_argument("--changes", action="store_true", help="only what differs from the defaults")
    dump.set_defaults(command=_dump_config)

    rescue = commands.add_parser("rescue-picture", help="paint what is shown while no kioskd runs")
    rescue.add_argument("--config", type=Path, default=Path("/etc/kioskd/kiosk.toml"), metavar="FILE")
    rescue.add_argument("--out", type=Path, required=True, metavar="FILE", help=".png, or .fb for /dev/fb0")
    rescue.add_argument("--framebuffer", type=Path, default=Path("/sys/class/graphics/fb0"), metavar="DIR")
    rescue.set_defaults(command=_rescue_picture)

    graph = commands.add_parser("visit-graph", help="print the visit's transitions as a Mermaid diagram")
    graph.set_defaults(command=_visit_graph)

    pin = commands.add_parser("staff-pin", help="choose the PIN of the staff screen")
    pin.set_defaults(command=_staff_pin)

    catalogue = commands.add_parser("catalogue", help="tell the loyalty backend about the menu")
    push = catalogue.add_subparsers(required=True, metavar="ACTION").add_parser(
        "push", help="tell it what changed since the last time"
    )
    push.add_argument("--config", type=Path, default=Path("/etc/kioskd/kiosk.toml"), metavar="FILE")
    push.add_argument("--all", action="store_true", help="everything, changed or not")
    push.add_argument("--dry-run", action="store_true", help="only list what would be told")
    push.set_defaults(command=_push_catalogue)

    commands.add_parser("idle", help="whether the kiosk may be stopped now; see kioskd idle --help")
    commands.add_parser("update", help="another version of the whole system; see kioskd update --help")
    commands.add_parser("order", help="look up, cancel and return orders; see kioskd order --help")
    commands.add_parser("outbox", help="what it still has to tell; see kioskd outbox --help")
    commands.add_parser("terminal", help="the card terminal's day; see kioskd terminal --help")
    commands.add_parser("help-coming", help="tell the guest who asked for help that somebody comes")
    commands.add_parser("order-paid", help="an order to be paid at the counter was paid")
    commands.add_parser("payment-decided", help="staff looked whether the terminal took the money")
    commands.add_parser("status", help="how a running kiosk is; see kioskd status --help")
    commands.add_parser("support-bundle", help="one file for whoever helps; see kioskd support-bundle --help")
    commands.add_parser("doctor", help="what is plugged in and whether it works; see kioskd doctor --help")
    commands.add_parser("first-boot", help="take over the card's kiosk.toml; see kioskd first-boot --help")
    commands.add_parser("enrol-code", help="codes that set up a kiosk; see kioskd enrol-code --help")
    commands.add_parser("demo", help="run everything simulated; see kioskd demo --help")
    commands.add_parser("sim", help="run one simulated server alone; see kioskd sim --help")
    return parser


def _run(parsed: argparse.Namespace) -> int:
    from kioskd.daemon.launch import open_with_last_picture

    window = open_with_last_picture(parsed.config)  # before anything else is even imported

    from kioskd.daemon.journal import log_to_stderr
    from kioskd.daemon.main import run

    log_to_stderr()
    return run(parsed.config, window, parsed.root)


def _check_config(parsed: argparse.Namespace) -> int:
    from kioskd.core.errors import ConfigError
    from kioskd.daemon import exit_codes
    from kioskd.daemon.config.kiosk import config_in
    from kioskd.daemon.config.menu import load_menu
    from kioskd.daemon.config.source import read_source
    from kioskd.daemon.first_boot.card import card_in, is_card
    from kioskd.daemon.mounting import out_of_reach
    from kioskd.daemon.wiring import letterhead_of

    try:
        source = read_source(parsed.file)
        config = card_in(source).config if is_card(source) else config_in(source)
        menu = load_menu(config.menu, config.currency)
        logo = letterhead_of(config).logo
    except ConfigError as error:
        print(error, file=sys.stderr)
        return exit_codes.CONFIG
    print(
        f"{parsed.file}: good, {len(menu.products)} products in {len(menu.categories)} categories"
        + (f", a logo of {logo.width_px} x {logo.height_px} dots" if logo else "")
    )
    if trouble := out_of_reach(config.display):
        print(f"{parsed.file}: display.bottom_height_mm: {trouble}")
    return exit_codes.OK


def _rescue_picture(parsed: argparse.Namespace) -> int:
    from kioskd.daemon.cli.rescue import rescue_command

    return rescue_command(parsed.config, parsed.out, parsed.framebuffer)


def _dump_config(parsed: argparse.Namespace) -> int:
    from kioskd.core.errors import ConfigError
    from kioskd.daemon import exit_codes
    from kioskd.daemon.config.dump import dump_config
    from kioskd.daemon.config.kiosk import load_config

    try:
        print(dump_config(load_config(parsed.file), only_changes=parsed.changes), end="")
    except ConfigError as error:
        print(error, file=sys.stderr)
        return exit_codes.CONFIG
    return exit_codes.OK


def _push_catalogue(parsed: argparse.Namespace) -> int:
    from kioskd.daemon.cli.catalogue import push_catalogue

    return push_catalogue(parsed.config, everything=parsed.all, dry_run=parsed.dry_run)


def _staff_pin(_parsed: argparse.Namespace) -> int:
    from kioskd.daemon.cli.pin import staff_pin

    return staff_pin()


def _visit_graph(_parsed: argparse.Namespace) -> int:
    from kioskd.core.graph import mermaid

    print(mermaid(), end="")
    return 0
