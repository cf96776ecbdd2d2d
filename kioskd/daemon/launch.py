"""The first frame before anything else is loaded: the picture this kiosk showed when it last started.

Reading the configuration, the menu and the screens takes a third of a second on a fast machine and some
seconds on a small one; showing a picture takes almost nothing. A note beside the picture says what it was
drawn from, so that a changed file or a new version never shows an old picture. Touches made meanwhile are
kept by the window or the kernel and count as soon as the kiosk is alive, a moment later.

Every import here delays the first frame: standard modules that pygame loads anyway, and little else.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pygame
import pygame.image

from kioskd import __version__
from kioskd.core.errors import DeviceError
from kioskd.ui.window import Driver, Window, driver_here


def open_with_last_picture(config_file: Path) -> Window | None:
    """The window with the kept picture, or None when there is none that fits. Never raises.

    Nothing is checked here: what is wrong with the configuration is said by who really reads it.
    """
    note_file, picture_file = _places()
    try:
        note = json.loads(note_file.read_bytes())
        fits = note["files"][0] == str(config_file.absolute()) and note["picture"] == _stamp(picture_file)
        if not fits or note["drawn_from"] != _drawn_from(map(Path, note["files"])):
            return None
        picture = pygame.image.load(picture_file)
        window = open_window(note["display"])
    except (OSError, ValueError, KeyError, TypeError, IndexError, pygame.error, DeviceError):
        return None
    window.canvas.blit(picture, (0, 0))
    window.present([window.canvas.get_rect()])
    return window


def open_window(display: dict[str, Any]) -> Window:
    """The window that a [display] section asks for. Raises DeviceFault when it cannot be opened."""
    driver = driver_here(Driver(display["driver"]))
    return Window(
        display["width_px"],
        display["height_px"],
        driver=driver,
        rotation=display["rotation"],
        fullscreen=driver is Driver.KMSDRM,
    )


def keep_picture(
    picture: pygame.Surface, config_file: Path, shown: Iterable[Path], display: dict[str, Any]
) -> None:
    """For the next start. Not being able to is no reason to complain.

    `shown` are the files, besides the configuration, that the picture was drawn from. There is one picture
    at a time: a machine has one kiosk, and whoever starts many leaves no more behind than that.
    """
    note_file, picture_file = _places()
    try:
        files = [config_file.absolute(), *shown]
        note = {"files": [str(file) for file in files], "drawn_from": _drawn_from(files), "display": display}
        if _kept(note_file) == note | {"picture": _stamp(picture_file)}:
            return
        note_file.parent.mkdir(parents=True, exist_ok=True)
        note_file.unlink(missing_ok=True)  # while there is no note, the picture does not count
        for older in note_file.parent.glob("launch-*"):  # version 0 kept one for each configuration
            older.unlink()
        pygame.image.save(picture, picture_file)
        note_file.write_text(json.dumps(note | {"picture": _stamp(picture_file)}))
    except (OSError, ValueError, pygame.error):
        with suppress(OSError):
            note_file.unlink(missing_ok=True)


def _kept(note_file: Path) -> object:
    try:
        return json.loads(note_file.read_bytes())
    except (OSError, ValueError):
        return None


def _places() -> tuple[Path, Path]:
    """Note and picture, in the cache directory that systemd gives or that users have."""
    given = os.environ.get("CACHE_DIRECTORY") or os.environ.get("XDG_CACHE_HOME")
    cache = given or os.path.expanduser("~/.cache")  # noqa: PTH111 - Path's raises where there is no home
    folder = Path(cache) / "kioskd"
    # A bitmap: large, but there is nothing to unpack before the first frame.
    return folder / "launch.json", folder / "launch.bmp"


def _stamp(picture_file: Path) -> list[int] | None:
    """Tells this picture from one that another kiosk kept meanwhile; None when there is none."""
    try:
        stat = picture_file.stat()
    except OSError:
        return None
    return [stat.st_size, stat.st_mtime_ns]


def _drawn_from(files: Iterable[Path]) -> list[object]:
    return [__version__, *(zlib.crc32(file.read_bytes()) for file in files)]
