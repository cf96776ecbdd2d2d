"""Taking over what lies on the card, or what codes have told the kiosk, and telling the system of it.

A mistake is written down where kioskd shows it on the screen; nothing else of the machine changes then.
"""

from __future__ import annotations

import logging
import shutil
import subprocess
from pathlib import Path

from kioskd.core.errors import ConfigError
from kioskd.daemon import exit_codes
from kioskd.daemon.first_boot.blanking import blank_free_space
from kioskd.daemon.first_boot.card import Card, read_card
from kioskd.daemon.first_boot.places import FILE, Places
from kioskd.daemon.first_boot.secret_store import SecretStore, systemd_creds
from kioskd.daemon.first_boot.taking import Changed, Target, scrub, take
from kioskd.daemon.journal import log_to_stderr
from kioskd.durable import write_file

log = logging.getLogger(__name__)

_RUNNING = Path("/")
_TELLING_S = 20


def take_over(card: Path, places: Places, *, to: Path, credentials: Path, connections: Path) -> int:
    """Returns an exit status: CONFIG for a mistake on the card, STORAGE when it could not be kept."""
    log_to_stderr()
    root = places.root
    target = Target(
        to=to,
        connections=connections,
        root=root,
        network_manager=root != _RUNNING or shutil.which("nmcli") is not None,
        secrets=SecretStore(
            credentials,
            root / "etc/systemd/system/kioskd.service.d/encrypted-credentials.conf",
            systemd_creds if root == _RUNNING else lambda _name, _secret: None,
        ),
    )
    try:
        changed = _from_codes(places, target) or _from_card(card, target)
    except ConfigError as error:
        _report(places.problem, str(error))
        return exit_codes.CONFIG
    except OSError as error:
        _report(places.problem, _unwritable(error))
        return exit_codes.STORAGE
    places.problem.unlink(missing_ok=True)
    if changed is not None and root == _RUNNING:
        _tell_the_system(changed)
    return exit_codes.OK


def _from_card(folder: Path, target: Target) -> Changed | None:
    card = read_card(folder)
    if card is None:
        log.info("%s: nothing to take over", folder / FILE)
        return None
    changed = take(card, target)
    log.info("%s: %s", card.source.file, "taken over" if changed else "was taken over before")
    if card.has_secrets:
        _scrub(card)
    return changed


def _scrub(card: Card) -> None:
    try:
        # First: as long as the file itself has them, the next start does all of this again.
        blank_free_space(card.source.file.parent)
        scrub(card)
    except OSError as error:  # a card whose lock is set: the kiosk can sell, somebody should know
        log.warning("%s: secrets are still in it, it cannot be written: %s", card.source.file, error.strerror)
    else:
        log.info("%s: nothing secret is left in it", card.source.file)


def _from_codes(places: Places, target: Target) -> Changed | None:
    """Only what a kiosk was told that knew nothing: kioskd itself changes nothing of one that is set up."""
    folder = places.enrolled
    if not folder.is_dir():
        return None
    changed = None
    try:
        if (target.to / FILE).exists():
            log.warning("%s: this kiosk is set up, codes change nothing", folder)
        elif (card := read_card(folder)) is not None:
            changed = take(card, target)
            log.info("set up by codes as kiosk %s", card.config.kiosk)
    except ConfigError:
        shutil.rmtree(folder)
        raise
    shutil.rmtree(folder)
    return changed


def _unwritable(error: OSError) -> str:
    where = error.filename or "the card"
    return str(
        ConfigError(
            str(where),
            f"this could not be kept or read: {error.strerror}",
            "switch the power off and on; if it stays so, the kiosk needs another card",
        )
    )


def _report(problem: Path, words: str) -> None:
    for line in words.splitlines():
        log.error("%s", line)
    try:
        problem.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
        write_file(problem, f"{words}\n".encode())
    except OSError as error:
        log.error("%s: nor can that be told on the screen: %s", problem, error.strerror)


def _tell_the_system(changed: Changed) -> None:
    """What of it must not wait for the next start. What is not running needs not be told."""
    if changed.credentials:
        _run("systemctl", "daemon-reload")
    if changed.network:
        _run("nmcli", "connection", "reload")


def _run(*command: str) -> None:
    try:
        subprocess.run(command, capture_output=True, timeout=_TELLING_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        log.info("%s: %s", command[0], error)
