"""What the camera sees, from its process to the screen: one small picture in memory that both of them share.

The daemon says whether anybody looks; while nobody does, nothing is written. Never on a disk.
"""

from __future__ import annotations

import mmap
import os
import struct
from dataclasses import dataclass

MAX_PX = 640 * 400
_HEAD = struct.Struct("<BxHHI")  # wanted, width, height, count: odd while a picture is being written
_WANTED = struct.Struct("<B")
_SIZE = struct.Struct("<HHI")
_SIZE_AT = 2
_BYTES = _HEAD.size + MAX_PX


@dataclass(frozen=True, slots=True)
class Glimpse:
    """A grey picture, mirrored, one byte a pixel, line by line from the top."""

    width_px: int
    height_px: int
    grey: bytes


class Viewfinder:
    """The daemon's end. `fd` is handed to the camera's process and lives as long as this."""

    def __init__(self) -> None:
        self.fd = os.memfd_create("kioskd-viewfinder", os.MFD_CLOEXEC)
        os.ftruncate(self.fd, _BYTES)
        self._memory = mmap.mmap(self.fd, _BYTES)
        self._taken = 0

    def want(self, wanted: bool) -> None:
        """Whether somebody looks. What was seen before is wiped when nobody does."""
        _WANTED.pack_into(self._memory, 0, wanted)
        if not wanted:
            self._memory[_HEAD.size :] = bytes(MAX_PX)

    def take(self) -> Glimpse | None:
        """The newest picture, or None when there is none since the last or it is just being written."""
        _, width, height, count = _HEAD.unpack_from(self._memory)
        pixels = width * height
        if count == self._taken or count % 2 or not pixels or pixels > MAX_PX:
            return None
        grey = self._memory[_HEAD.size : _HEAD.size + pixels]
        if _HEAD.unpack_from(self._memory)[3] != count:
            return None  # the next one came over it
        self._taken = count
        return Glimpse(width, height, grey)


class ViewfinderPlate:
    """The camera process's end."""

    def __init__(self, fd: int) -> None:
        self._memory = mmap.mmap(fd, _BYTES)

    @property
    def wanted(self) -> bool:
        return bool(self._memory[0])

    def show(self, glimpse: Glimpse) -> None:
        """Writes the picture down. One that is too large is left out."""
        pixels = glimpse.width_px * glimpse.height_px
        if pixels > MAX_PX or len(glimpse.grey) != pixels:
            return
        count = _HEAD.unpack_from(self._memory)[3] | 1
        _SIZE.pack_into(self._memory, _SIZE_AT, glimpse.width_px, glimpse.height_px, count)
        self._memory[_HEAD.size : _HEAD.size + pixels] = glimpse.grey
        _SIZE.pack_into(self._memory, _SIZE_AT, glimpse.width_px, glimpse.height_px, (count + 1) % 2**32)
