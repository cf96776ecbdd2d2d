"""When the configuration or the menu is wrong, the screen says so, and what would be right."""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from kioskd.core.basket import Basket
from kioskd.core.bill import bill_of
from kioskd.core.catalogue import Catalogue
from kioskd.core.errors import DeviceError, KioskError
from kioskd.core.phases import Blockage, OutOfOrder
from kioskd.core.shop import Shop
from kioskd.core.visit import Visit
from kioskd.daemon.any_display import any_display
from kioskd.daemon.config.kiosk import Display as DisplayConfig
from kioskd.daemon.notify import ServiceManager

log = logging.getLogger(__name__)

LOOK_AGAIN_S = 0.25


def show_until_changed(
    error: KioskError,
    display: DisplayConfig | None,
    watched: tuple[Path, ...],
    sleep: Callable[[float], None],
) -> None:
    """Returns when one of the `watched` files changes or we are asked to stop (SIGTERM, SIGINT)."""
    stop = False

    def asked_to_stop(_signal: int, _frame: object) -> None:
        nonlocal stop
        stop = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, asked_to_stop)
    try:
        shown = _show(error, display or any_display())
    except DeviceError as no_display:
        log.error("%s", no_display)
        return
    manager = ServiceManager()
    manager.ready()  # explaining is all there is to do: systemd need not start us again and again
    manager.status(str(error).splitlines()[0])
    before = _stamps(watched)
    log.info("the screen says so until one of these changes: %s", ", ".join(map(str, watched)))
    while not stop and _stamps(watched) == before:
        manager.alive()
        sleep(LOOK_AGAIN_S)
    shown()


def _show(error: KioskError, display: DisplayConfig) -> Callable[[], None]:
    from kioskd.daemon.display import make_display

    shop = Shop("kioskd", "", Catalogue("EUR", (), {}), ("en",), ())
    basket = Basket("EUR")
    unadorned = {"brand": None, "colours": None, "logo": None}  # they may be what is wrong
    plain = display.model_copy(update=unadorned)
    opened = make_display(plain, shop, None, time.monotonic)
    opened.show(
        Visit(
            phase=OutOfOrder(Blockage.SETUP, tuple(str(error).splitlines())),
            language="en",
            basket=basket,
            bill=bill_of(basket, (), shop.stacking, (), None),
            now=datetime.now(UTC),
            category="",
        )
    )
    return opened.close


def _stamps(files: tuple[Path, ...]) -> tuple[float | None, ...]:
    return tuple(_stamp(file) for file in files)


def _stamp(file: Path) -> float | None:
    try:
        return file.stat().st_mtime
    except OSError:  # not there, or not for us: both may change
        return None
