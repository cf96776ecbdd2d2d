"""A folder as a camera: its newest picture is the view. For the simulator and for recordings."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from kioskd.devices.camera.frame import FRAME_PX, FRAMES_PER_S, Frame, SourceAbsent
from kioskd.devices.camera.picture import UnreadablePicture, read_picture

PICTURE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp"})
MIN_FRAMES_EACH = 3
"""So long every new picture is shown, however fast they come."""
STILL_AFTER_FRAMES = 50
STILL_FRAMES_PER_S = 5
"""A folder in which nothing happens wakes the machine less often."""
BLANK_GREY = 96

_Version = tuple[int, int, int]
"""Modification time first, so that versions sort by age."""


class PictureFolder:
    """What the folder shows, look by look. A folder without pictures shows plain grey.

    `unreadable` is told name and reason of each picture that is skipped.
    """

    def __init__(self, folder: Path, unreadable: Callable[[str, str], None]) -> None:
        self._folder = folder
        self._unreadable = unreadable
        self._blank: Frame = np.full((FRAME_PX[1], FRAME_PX[0]), BLANK_GREY, dtype=np.uint8)
        self._frame = self._blank
        self._known: dict[Path, _Version] | None = None
        self._waiting: list[Path] = []
        self._shown: Path | None = None
        self.shown_for = 0
        """Frames since the view last changed."""

    def frame(self) -> Frame:
        """The next frame. Raises SourceAbsent when the folder is not there."""
        self._look()
        if self._shown is None:
            self._frame = self._blank
        if self._waiting and (self._shown is None or self.shown_for >= MIN_FRAMES_EACH):
            self._shown, self.shown_for = self._waiting.pop(0), 0
            self._frame = self._read(self._shown)
        self.shown_for += 1
        return self._frame

    def _look(self) -> None:
        known, now = self._known, self._pictures()
        fresh = sorted((path for path in now if now[path] != (known or {}).get(path)), key=now.__getitem__)
        if known is None:
            fresh = fresh[-1:]  # what lay there before we came is no news, except for the newest
        self._waiting = [path for path in self._waiting if path in now and path not in fresh] + fresh
        self._known = now
        if self._shown is not None and self._shown not in now:
            self._shown, self.shown_for = None, 0

    def _pictures(self) -> dict[Path, _Version]:
        found = {}
        try:
            for path in self._folder.iterdir():
                if path.suffix.lower() in PICTURE_SUFFIXES:
                    status = path.stat()
                    found[path] = (status.st_mtime_ns, status.st_size, status.st_ino)
        except OSError:
            # A file that went between listing and looking is next time's news; a folder that went is ours.
            if not self._folder.is_dir():
                raise SourceAbsent(f"{self._folder} is not there") from None
        return found

    def _read(self, path: Path) -> Frame:
        try:
            return read_picture(path.read_bytes())
        except FileNotFoundError:
            return self._blank  # taken away between two looks
        except UnreadablePicture as reason:
            self._unreadable(path.name, str(reason))
        except OSError as error:
            self._unreadable(path.name, error.strerror or "unreadable")
        return self._blank


def folder_frames(folder: Path, unreadable: Callable[[str, str], None]) -> Iterator[Frame]:
    """The folder's frames at the pace of a camera."""
    view = PictureFolder(folder, unreadable)
    while True:
        yield view.frame()
        time.sleep(1 / (FRAMES_PER_S if view.shown_for < STILL_AFTER_FRAMES else STILL_FRAMES_PER_S))
