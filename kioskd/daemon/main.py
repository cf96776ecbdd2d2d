"""`kioskd run`: from a configuration file to a kiosk, and down again.

The order is the point. The first frame comes before the outbox is opened and long before the backend's
client or a driver is imported; READY is said when the store is checked, the frame is up and every device has
its supervisor. A vital task that ends (store, runtime, screen) ends the process, and systemd starts it anew.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from kioskd.core.errors import ConfigError, DeviceError, KioskError, StorageError
from kioskd.core.visit import first_visit
from kioskd.daemon import exit_codes
from kioskd.daemon.clock import Clock
from kioskd.daemon.config.kiosk import Config, load_config
from kioskd.daemon.config.menu import load_menu
from kioskd.daemon.display import make_display
from kioskd.daemon.first_boot.places import Places
from kioskd.daemon.wiring.hardware import expected_devices
from kioskd.daemon.wiring.shop import shop_of
from kioskd.ui.window import Window

log = logging.getLogger(__name__)


def run(config_file: Path, window: Window | None, root: Path = Path("/")) -> int:
    """Runs until SIGTERM or SIGINT, in `window` if it is open already. Returns a code of `exit_codes`.

    With a wrong configuration or menu, a card that could not be taken over, or an outbox that cannot be
    trusted, the screen says what is wrong until a file changes or we are stopped; then systemd starts us
    again. Without configuration it says how the kiosk is told what it is. `root` is where the files of this
    machine begin.
    """
    config: Config | None = None
    places = Places(root)
    try:
        if places.problem.exists():
            return _explain_card(config_file, places.problem)
        if not config_file.exists():
            from kioskd.daemon.first_boot.set_up_mode import set_up

            return set_up(config_file, places, window)
        config = load_config(config_file)
        return _run(config_file, config, window)
    except ConfigError as error:
        _explain(error, config, config_file)
        return exit_codes.CONFIG
    except StorageError as error:
        _explain(error, config, config_file)
        return exit_codes.STORAGE
    except DeviceError as error:
        log.error("%s", error)
        return exit_codes.NO_DISPLAY


def _run(config_file: Path, config: Config, window: Window | None) -> int:
    clock = Clock(config.site.time_zone)
    shop = shop_of(config, load_menu(config.menu, config.currency))
    display = make_display(config.display, shop, config.menu.parent, clock.mono_s, window)
    display.show(replace(first_visit(shop, clock.wall()), devices=expected_devices(config)))
    log.info("first live frame")

    from kioskd.daemon.service import serve  # asyncio, SQLite and all the rest: after the first frame

    try:
        serve(config_file, config, shop, clock, display)
    finally:
        display.close()
    return exit_codes.OK


def _explain(error: KioskError, config: Config | None, config_file: Path) -> None:
    for line in str(error).splitlines():
        log.error("%s", line)
    from kioskd.daemon.setup_problem import show_until_changed

    watched = (config_file, *_read_by(config)) if config else (config_file,)
    show_until_changed(error, config.display if config else None, watched, time.sleep)


def _explain_card(config_file: Path, problem: Path) -> int:
    """What root found wrong with the card; the display is as it was told before."""
    from kioskd.daemon.setup_problem import show_until_changed

    display = None
    with suppress(ConfigError):
        display = load_config(config_file).display
    error = KioskError(problem.read_text("utf-8").strip())
    for line in str(error).splitlines():
        log.error("%s", line)
    show_until_changed(error, display, (problem,), time.sleep)
    return exit_codes.CONFIG


def _read_by(config: Config) -> Iterator[Path]:
    """What else a start depends on: who repairs one of these has repaired the kiosk."""
    yield config.menu
    yield config.state_dir
    files = (
        (config.site, "logo"),
        (config.display, "colours"),
        (config.display, "logo"),
        (config.loyalty, "token_file"),
        (config.loyalty, "key_file"),
        (config.loyalty, "incentives"),
        (config.terminal, "password_file"),
        (config.mqtt, "password_file"),
        (config.mqtt, "ca_file"),
    )
    for section, key in files:
        if file := getattr(section, key, None):
            yield file
