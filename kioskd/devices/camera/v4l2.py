"""USB and other cameras through V4L2. Not yet tried on hardware: `luma` is, by its tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
from linuxpy.video.device import BufferType, Device, V4L2Error, VideoCapture

from kioskd.devices.camera.frame import FRAME_PX, FRAMES_PER_S, Frame, SourceAbsent, SourceFault
from kioskd.devices.camera.picture import UnreadablePicture, read_picture

# Four-character codes in the order we like them: grey as it is, then grey that lies ready, JPEG last.
_FOURCCS = ("GREY", "NV12", "YU12", "YUYV", "UYVY", "MJPG")


def v4l2_frames(path: Path) -> Iterator[Frame]:
    """Frames of a camera node, at its own pace near FRAMES_PER_S. Raises SourceAbsent and SourceFault."""
    if not path.exists():
        raise SourceAbsent(f"{path} is not there")
    try:
        with Device(path) as device:
            offered = {
                _fourcc(offer.pixel_format)
                for offer in device.info.formats
                if offer.type == BufferType.VIDEO_CAPTURE
            }
            fourcc = next((code for code in _FOURCCS if code in offered), None)
            if fourcc is None:
                raise SourceFault(f"{path} offers {sorted(offered)}, none of which is known")
            capture = VideoCapture(device)
            capture.set_format(*FRAME_PX, fourcc)
            with suppress(OSError):  # a camera with one speed only: more frames than asked for do no harm
                capture.set_fps(FRAMES_PER_S)
            with capture:
                for shot in capture:
                    layout = shot.format
                    try:
                        yield luma(
                            shot.data,
                            _fourcc(layout.pixel_format),
                            layout.width,
                            layout.height,
                            layout.bytes_per_line,
                        )
                    except UnreadablePicture:
                        continue  # cameras do send broken JPEG now and then
    except PermissionError:
        raise SourceFault(f"{path}: no permission; the kiosk's user must be in the group video") from None
    except V4L2Error as error:
        raise SourceFault(f"{path}: {error}") from None
    except OSError as error:
        if not path.exists():
            raise SourceAbsent(f"{path} was unplugged") from None
        raise SourceFault(f"{path}: {error.strerror}") from None


def _fourcc(pixel_format: int) -> str:
    return int(pixel_format).to_bytes(4, "little").decode("ascii", "replace")


def luma(data: bytes, fourcc: str, width_px: int, height_px: int, bytes_per_line: int) -> Frame:
    """The brightness of a raw camera frame, as a view. Raises UnreadablePicture for what does not fit."""
    if fourcc == "MJPG":
        return read_picture(data)
    packed = {"YUYV": 0, "UYVY": 1}.get(fourcc)
    line_bytes = max(bytes_per_line, width_px if packed is None else 2 * width_px)
    if len(data) < line_bytes * height_px:
        raise UnreadablePicture(f"{len(data)} bytes are no {width_px} x {height_px} {fourcc} frame")
    lines = np.frombuffer(data, np.uint8, line_bytes * height_px).reshape(height_px, line_bytes)
    return lines[:, :width_px] if packed is None else lines[:, packed : 2 * width_px : 2]
