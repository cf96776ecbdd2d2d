"""A camera module on a Raspberry Pi. Not yet tried on hardware; written from picamera2's manual."""

from __future__ import annotations

from collections.abc import Iterator

from kioskd.devices.camera.frame import FRAME_PX, FRAMES_PER_S, Frame, SourceAbsent, SourceFault


def pi_frames(number: int) -> Iterator[Frame]:
    """Frames of the camera with this number. Raises SourceAbsent and SourceFault."""
    try:
        from picamera2 import Picamera2
    except ImportError:
        raise SourceFault(
            "picamera2 is missing: apt install python3-picamera2, in an environment with system packages"
        ) from None
    if number >= len(Picamera2.global_camera_info()):
        raise SourceAbsent(f"no camera number {number} on this Pi")
    with Picamera2(number) as camera:
        camera.configure(
            camera.create_video_configuration(
                main={"size": FRAME_PX, "format": "YUV420"}, controls={"FrameRate": FRAMES_PER_S}
            )
        )
        camera.start()
        while True:
            # The planes lie below each other: the first 720 lines are brightness. A copy already: the
            # camera's own buffers are uncached and slow to walk.
            yield camera.capture_array("main")[: FRAME_PX[1], : FRAME_PX[0]]
