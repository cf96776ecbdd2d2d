"""Taking a card over, so that a power cut at any moment leaves the kiosk as it was or as it is to be.

First all that is new is written beside what is there. One rename then makes it count. What is secret is taken
off the card last: until then the next start does everything again, with the same end.
"""

from __future__ import annotations

import logging
import os
import shutil
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kioskd.core.errors import ConfigError
from kioskd.daemon.first_boot.card import Card
from kioskd.daemon.first_boot.places import FILE, TAKEN, taken_id
from kioskd.daemon.first_boot.secret_store import SecretStore
from kioskd.daemon.first_boot.wifi import PROFILE, REGION, keyfile, password_in, region_option
from kioskd.durable import sync_folder, write_file, write_folder, write_link

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a machine keeps what it is told. `to` is the folder of kioskd's configuration."""

    to: Path
    connections: Path
    root: Path
    secrets: SecretStore
    network_manager: bool = True
    """Whether the machine has one: nothing else is told of a Wi-Fi."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What the running system must be told of. Its own name it learns at its next start."""

    credentials: bool = False
    network: bool = False


def take(card: Card, target: Target, cut: Callable[[str], None] = lambda _step: None) -> Changed | None:
    """None when it was taken over before. Raises ConfigError for what does not fit this machine, and OSError.

    `cut` is told what was just done: tests let the power go there.
    """
    config_file = target.to / FILE
    if taken_id(config_file) == card.id and not card.has_secrets:
        return None
    _check_identity(card, config_file)
    _check_kept(card, target)
    folder = _unfold(card, target.to)
    cut("unfolded")
    for name, secret in card.secrets.items():
        if secret is not True:
            target.secrets.keep(name, secret)
            cut("secret")
    credentials = target.secrets.tell_systemd()
    cut("systemd")
    network = _set_wifi(card, target)
    cut("network")
    _set_names(card, target.root)
    write_link(config_file, f"{folder.name}/{FILE}")
    cut("linked")
    _clear_away(target.to, folder)
    return Changed(credentials, network)


def scrub(card: Card) -> None:
    """Nothing secret is left in the card's file. Raises OSError.

    The old bytes are written over as far as a file system reaches; the flash below it may still have them.
    """
    file = card.source.file
    with file.open("r+b") as old:
        length = os.fstat(old.fileno()).st_size
        write_file(file, card.scrubbed.encode())
        old.write(bytes(length))
        old.flush()
        os.fsync(old.fileno())


def _check_identity(card: Card, config_file: Path) -> None:
    """Its orders and what it still owes are told under its id: a card of another kiosk is not for it."""
    if taken_id(config_file) is None:
        return
    try:
        is_now = tomllib.loads(config_file.read_text("utf-8")).get("kiosk")
    except (OSError, ValueError):
        return  # what cannot be read is no reason against what can
    if is_now != card.config.kiosk and is_now != card.machine.replaces:
        raise ConfigError(
            card.where("kiosk"),
            f'is "{card.config.kiosk}", but this machine is kiosk {is_now}',
            f'take the card to the other kiosk; or, to make this one that kiosk, write replaces = "{is_now}" '
            "under [machine]",
        )


def _check_kept(card: Card, target: Target) -> None:
    for name, secret in card.secrets.items():
        if secret is True and not target.secrets.has(name):
            raise ConfigError(
                card.where("secrets", name),
                "is not in this machine",
                f'write {name} = "the secret" once more',
            )
    wifi = card.machine.wifi
    if wifi is not None and not target.network_manager:
        what = "this system has no NetworkManager, which would join it"
        raise ConfigError(
            card.where("machine", "wifi"), what, "install it, or set the Wi-Fi up by other means"
        )
    if wifi is not None and wifi.password is True and _known_password(card, target) is None:
        raise ConfigError(
            card.where("machine", "wifi", "password"),
            "this machine does not have the password of this Wi-Fi",
            'write password = "..." once more',
        )


def _known_password(card: Card, target: Target) -> str | None:
    profile, wifi = target.connections / PROFILE, card.machine.wifi
    return password_in(profile.read_text("utf-8"), wifi) if wifi and profile.exists() else None


def _unfold(card: Card, to: Path) -> Path:
    """The configuration and all that lies beside it, in a folder of their own."""
    to.mkdir(parents=True, exist_ok=True)
    folder = to / f"{TAKEN}{card.id}"
    if not folder.exists():
        draft = to / f"{TAKEN}new"
        shutil.rmtree(draft, ignore_errors=True)
        try:
            write_folder(draft, {FILE: card.installed.encode(), **card.files})
            draft.rename(folder)
        except OSError:
            shutil.rmtree(draft, ignore_errors=True)
            raise
        sync_folder(to)
    return folder


def _clear_away(to: Path, current: Path) -> None:
    for folder in to.glob(f"{TAKEN}*"):
        if folder != current:
            shutil.rmtree(folder, ignore_errors=True)


def _set_wifi(card: Card, target: Target) -> bool:
    wifi = card.machine.wifi
    if wifi is None:
        return False
    target.connections.mkdir(parents=True, exist_ok=True, mode=0o700)
    password = _known_password(card, target) if wifi.password is True else wifi.password
    write_file(target.connections / PROFILE, keyfile(wifi, password).encode(), 0o600)
    if wifi.country is not None:
        _set_region(wifi.country, target.root)
    return True


def _set_region(country: str, root: Path) -> None:
    """Where the system cannot be written, it was told its country when it was made."""
    options = root / "etc/modprobe.d" / REGION
    try:
        options.parent.mkdir(parents=True, exist_ok=True)
        write_file(options, region_option(country).encode())
    except OSError as error:
        log.warning("the radio's country stays as it is: %s", error)


def _set_names(card: Card, root: Path) -> None:
    """The names by which logs and networks know the machine: a kiosk sells without them."""
    zone = card.config.site.time_zone
    try:
        if card.machine.host_name is not None:
            write_file(root / "etc/hostname", f"{card.machine.host_name}\n".encode())
        write_link(root / "etc/localtime", f"../usr/share/zoneinfo/{zone}")
    except OSError as error:
        log.warning("host name and time zone stay as they are: %s", error)
