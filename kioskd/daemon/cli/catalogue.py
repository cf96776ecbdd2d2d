"""`kioskd catalogue push`: the menu of a kiosk, for its loyalty backend.

It needs no running kiosk and does not disturb one: they share the configuration and a directory, but no file.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from hashlib import sha256
from pathlib import Path

from kioskd.core.catalogue_port import CatalogueEntry, EntryKind, ReadsCatalogue
from kioskd.core.errors import ConfigError, LoyaltyError, StorageError
from kioskd.daemon import exit_codes
from kioskd.daemon.catalogue_push import CataloguePush
from kioskd.daemon.cli.config_file import add_config
from kioskd.daemon.cli.progress import progress_on
from kioskd.daemon.config.kiosk import load_config
from kioskd.daemon.config.menu import load_menu
from kioskd.daemon.push_journal import journal_in, locked_journal_in
from kioskd.daemon.wiring.backend import backend_of

_NOUNS = {EntryKind.CATEGORY: ("category", "categories"), EntryKind.PRODUCT: ("product", "products")}


def catalogue(arguments: Sequence[str]) -> int:
    """Runs the command and returns its exit status."""
    parsed = _parser().parse_args(arguments)
    return push_catalogue(parsed.config, everything=parsed.all, dry_run=parsed.dry_run)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kioskd catalogue", description="Tell the loyalty backend about the menu."
    )
    push = parser.add_subparsers(required=True, metavar="ACTION").add_parser(
        "push", help="tell it what changed since the last time"
    )
    add_config(push)
    push.add_argument("--all", action="store_true", help="everything, changed or not")
    push.add_argument("--dry-run", action="store_true", help="only list what would be told")
    return parser


def push_catalogue(config_file: Path, *, everything: bool, dry_run: bool) -> int:
    """Push what changed since the last time, or `everything`. Returns a code of `exit_codes`.

    Whoever runs it must be able to read the backend's secret and to write in `state_dir`.
    """
    try:
        config = load_config(config_file)
        menu = load_menu(config.menu, config.currency)
        backend = backend_of(config, time.monotonic)
        if backend is None or not isinstance(backend, ReadsCatalogue):
            raise ConfigError(f"{config_file}: loyalty.backend", "does not want to know the menu")
        entries = backend.catalogue.entries(menu, config.languages[0])
        # Another server, shop or account has been told nothing yet; any other change costs a full push.
        destination = sha256(config.loyalty.model_dump_json().encode()).hexdigest()
        if dry_run:
            known = journal_in(config.state_dir, destination)
            return _list(entries if everything else known.changed(entries))
        with locked_journal_in(config.state_dir, destination) as journal:
            journal.keep_only(() if everything else entries)
            progress = progress_on(sys.stdout, "entries")
            push = CataloguePush(
                backend.catalogue, journal.changed(entries), journal, progress, asyncio.sleep
            )
            if push.total == 0:
                _say(f"nothing has changed since the last push: {_counted(entries)}")
                return exit_codes.OK
            try:
                stopped_by = _stopped_by(push, backend.close)
            finally:
                progress.close()
        return _report(push, len(entries) - push.total, stopped_by)
    except ConfigError as error:
        _complain(str(error))
        return exit_codes.CONFIG
    except StorageError as error:
        _complain(str(error))
        return exit_codes.STORAGE


def _stopped_by(push: CataloguePush, close: Callable[[], Awaitable[None]]) -> str:
    """Run the push to its end and return nothing, or say what ended it before. Raises StorageError."""

    async def run_and_close() -> None:
        try:
            await push.run()
        finally:
            await close()

    try:
        asyncio.run(run_and_close())
    except LoyaltyError as error:
        return str(error)
    except KeyboardInterrupt:
        return "interrupted"
    return ""


def _list(wanted: Iterable[CatalogueEntry]) -> int:
    wanted = tuple(wanted)
    for entry in wanted:
        _say(f"{entry.kind} {entry.id}: {entry.name}")
    _say(f"would push {_counted(wanted)}")
    return exit_codes.OK


def _report(push: CataloguePush, unchanged: int, stopped_by: str) -> int:
    taken = push.done - len(push.refused)
    _say(f"{taken} pushed, {len(push.refused)} refused, {unchanged} unchanged")
    for refusal in push.refused:
        entry = refusal.entry
        _complain(f"refused: {entry.kind} {entry.id} ({entry.name}): {refusal.reason}")
    if stopped_by:
        _complain(f"stopped after {push.done} of {push.total}: {stopped_by}")
        _complain("run it again (without --all) and it goes on from there")
    return exit_codes.FAILURE if stopped_by or push.refused else exit_codes.OK


def _counted(entries: Iterable[CatalogueEntry]) -> str:
    """As in "3 categories and 20 products"; options count as products."""
    counts = Counter(entry.kind for entry in entries)
    return " and ".join(f"{counts[kind]} {_NOUNS[kind][counts[kind] != 1]}" for kind in EntryKind)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _complain(line: str) -> None:
    sys.stderr.write(f"{line}\n")
