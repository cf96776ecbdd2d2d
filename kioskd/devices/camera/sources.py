"""From the name of a source to its frames. Each source brings libraries that only it needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from kioskd.devices.camera.frame import Frame, SourceFault


def open_source(spec: str, unreadable: Callable[[str, str], None]) -> Iterator[Frame]:
    """Frames at about FRAMES_PER_S for as long as the source lasts.

    `spec` is `folder:/path`, `picamera2`, `picamera2:1` or a path such as /dev/video0. `unreadable` is told
    name and reason of each picture file that is skipped. Raises SourceAbsent and SourceFault, also later.
    """
    kind, _, rest = spec.partition(":")
    if kind == "folder":
        from kioskd.devices.camera.folder import folder_frames

        return folder_frames(Path(rest), unreadable)
    if kind == "picamera2":
        from kioskd.devices.camera.pi import pi_frames

        if rest and not rest.isdecimal():
            raise SourceFault(f"{spec!r}: after the colon comes the camera's number")
        return pi_frames(int(rest or 0))
    try:
        from kioskd.devices.camera.v4l2 import v4l2_frames
    except ModuleNotFoundError:
        raise SourceFault("cameras through V4L2 need linuxpy: pip install 'kioskd[v4l2]'") from None

    return v4l2_frames(Path(spec))
