"""The pieces of a support bundle: each is made for itself, and one that cannot be had says why."""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from kioskd.core.errors import ConfigError, KioskError
from kioskd.daemon.cli.asking import ask, no_answer
from kioskd.daemon.config.kiosk import Config, load_config
from kioskd.daemon.control import CommandRefused
from kioskd.daemon.doctor.overview import overview
from kioskd.daemon.support import system
from kioskd.daemon.support.bundle import Piece
from kioskd.daemon.support.plain import GONE, Plain, without_numbers
from kioskd.daemon.support.settings import shareable_settings, words_in
from kioskd.daemon.units import UNITS, unit_facts
from kioskd.outbox.glance import glance

MOST_OPERATIONS = 1000
SHORTEST_SECRET = 6

README = """\
A support bundle of kioskd, made by `kioskd support-bundle`.

status.json      how the kiosk is, or why nobody answers
settings.json    the configuration, or what is wrong with it
doctor.json      what is plugged in, and what keeps kioskd from using it
outbox.json      what must still be told: kinds, states and ages
units.json       what systemd knows of kioskd's units
journal.txt      the last lines of the log
kernel.json      how often the kernel complained, and about what
machine.json     memory, room, temperatures; the files kioskd keeps, by name and size
versions.json    what runs here

What is not in it: what operations carry, secrets, and any word in log, status and configuration that kioskd
would not say by itself; such words, long numbers and most of every id are %s. What is about the restaurant
(its name, its address) is left out. All of it is text: look through it before you send it.
"""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a bundle is gathered; `root` and `run` are others in tests."""

    config: Path
    socket: Path
    credentials: tuple[Path, ...] = (Path("/etc/credstore"),)
    root: Path = Path("/")
    run: system.Run = field(default=system.run)


def gather(sources: Sources) -> Iterator[Piece]:
    """All pieces, without any secret that can be read here. Takes at most some minutes, mostly seconds."""
    config, problem = _configuration(sources.config)
    settings = shareable_settings(config) if config else {}
    plain = Plain([*words_in(settings), *map(str, sources.config.parts)])
    secrets = _secrets(sources, config)
    yield Piece("README", README % GONE)
    for name, make in _parts(sources, config, problem, settings, plain).items():
        yield Piece(name, _without(secrets, _made(make)))


def _parts(
    sources: Sources, config: Config | None, problem: str, settings: Mapping[str, Any], plain: Plain
) -> dict[str, Callable[[], Any]]:
    outbox = config.state_dir / "outbox.db" if config else None
    state_dir = config.state_dir if config else None
    return {
        "status.json": partial(_status, sources.socket, plain),
        "settings.json": lambda: dict(settings) if config else {"wrong": plain.text(problem).splitlines()},
        "doctor.json": lambda: _doctor(sources, config),
        "outbox.json": lambda: _outbox(sources.socket, outbox, plain),
        "units.json": lambda: [dict(each.facts) for each in unit_facts(*UNITS)],
        "journal.txt": lambda: "\n".join(system.journal(plain, sources.run)),
        "kernel.json": lambda: system.kernel_signs(sources.run),
        "machine.json": lambda: {
            **system.machine(state_dir, sources.root),
            "files": plain.value(system.state_files(state_dir)) if state_dir else [],
        },
        "versions.json": lambda: system.versions(sources.root),
    }


def _made(make: Callable[[], Any]) -> str:
    try:
        made = make()
    except (KioskError, OSError, subprocess.SubprocessError) as error:
        return f"could not be had: {type(error).__name__}\n"
    return (
        made if isinstance(made, str) else json.dumps(made, indent=1, ensure_ascii=False, default=str) + "\n"
    )


def _configuration(file: Path) -> tuple[Config | None, str]:
    """What could be read, or what is wrong with it, which quotes no secret."""
    try:
        return load_config(file), ""
    except (ConfigError, OSError) as error:
        return None, str(error)


def _status(socket: Path, plain: Plain) -> Any:
    try:
        status = ask(socket, {"do": "status"})
    except (OSError, CommandRefused) as error:
        said = no_answer(socket, error) if isinstance(error, OSError) else str(error)
        return {"running": False, "why": plain.text(said)}
    objections = status.pop("objections", None)
    if isinstance(objections, dict):  # by rule they are the merchant's business
        status["objections"] = {
            stage: sum(rules.values()) for stage, rules in objections.items() if isinstance(rules, dict)
        }
    return {"running": True, **plain.value(status)}


def _outbox(socket: Path, file: Path | None, plain: Plain) -> Any:
    try:
        answer = ask(socket, {"do": "outbox", "limit": MOST_OPERATIONS})
    except (OSError, CommandRefused):
        return {"running": False, "open": [asdict(heap) for heap in glance(file)] if file else []}
    rows = answer["operations"]
    newest = Counter((row["kind"], row["state"], row["last_outcome"]) for row in rows)
    return {
        "running": True,
        "counts": answer["counts"],
        f"newest_{MOST_OPERATIONS}": [
            {"kind": kind, "state": state, "last_outcome": plain.text(outcome or ""), "count": count}
            for (kind, state, outcome), count in sorted(newest.items())
        ],
        "unsettled": [
            {
                "id": row["id"][:8],
                **{key: row[key] for key in ("kind", "state", "strategy", "attempts", "age_s")},
                "last_outcome": plain.text(row["last_outcome"] or ""),
            }
            for row in rows
            if row["state"] not in ("confirmed", "rejected", "cancelled", "expired", "compensated")
        ],
    }


def _doctor(sources: Sources, config: Config | None) -> Any:
    report = overview(sources.config if config else None, sources.root)
    found = {
        "verdict": report.verdict,
        report.subject: [dict(row) for row in report.rows],
        "findings": [asdict(finding) for finding in report.findings],
    }
    return json.loads(without_numbers(json.dumps(found, ensure_ascii=False, default=str)))


def _secrets(sources: Sources, config: Config | None) -> list[str]:
    """The longest first: one may be a part of another."""
    files = [file for folder in sources.credentials for file in _files(folder)]
    if given := os.environ.get("CREDENTIALS_DIRECTORY"):
        files += _files(Path(given))
    for section in (config.loyalty, config.terminal, config.help, config.mqtt) if config else ():
        named = (getattr(section, key, None) for key in type(section).model_fields if key.endswith("_file"))
        files += [file for file in named if isinstance(file, Path)]
    found = set()
    for file in files:
        try:
            secret = file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            continue
        if len(secret) >= SHORTEST_SECRET:
            found.add(secret)
    return sorted(found, key=len, reverse=True)


def _files(folder: Path) -> Iterable[Path]:
    try:
        return [file for file in sorted(folder.iterdir()) if file.is_file()]
    except OSError:
        return []


def _without(secrets: Iterable[str], text: str) -> str:
    for secret in secrets:
        text = text.replace(secret, GONE)
    return text
