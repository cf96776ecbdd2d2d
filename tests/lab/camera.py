"""The machine's camera: the kernel's test driver (vivid), whose video input shows what its output is sent."""

from __future__ import annotations

import numpy as np
import segno

from tests.lab.door import Door

FRAME_PX = (1280, 720)
_SLOWEST_720P = 3
"""24 frames a second, in the kernel's list of HDMI timings: every frame costs an emulated processor much."""
_SET_UP = (
    f"udevadm settle && v4l2-ctl -d /dev/video1 --set-dv-bt-timings=index={_SLOWEST_720P}"
    f" --set-fmt-video-out=width={FRAME_PX[0]},height={FRAME_PX[1]},pixelformat=GREY"
    # What is sent there is seen here in the same format only.
    f" && v4l2-ctl -d /dev/video0 --set-dv-bt-timings=index={_SLOWEST_720P}"
    f" --set-fmt-video=width={FRAME_PX[0]},height={FRAME_PX[1]},pixelformat=GREY"
    # With nothing before it, it sees one colour: noise or a clock would be new pictures all the time.
    " --set-ctrl=osd_text_mode=2,test_pattern=9"
)
_CONNECT = "v4l2-ctl -d /dev/video0 --set-ctrl=hdmi_000_0_is_connected_to={}"
"""As Linux calls it since 6.11."""
_TO_NOTHING, _TO_OUTPUT = 0, 2
_OPTIONS = "n_devs=1 num_inputs=1 input_types=0x3 num_outputs=1 output_types=0x1"
_NAME, _DRIVER = "vivid.0", "/sys/bus/platform/drivers/vivid"
_GREY, _LIGHT, _DARK = 120, 235, 16
_MODULE_PX = 10
_VIEW = "camera-view"


class LabCamera:
    """Hold a code before it, take it away, pull its plug."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def plug(self) -> None:
        """As /dev/video0. Raises CommandFailed."""
        # Its driver brings one with it when it is loaded.
        await self._door.run(
            f"modprobe vivid {_OPTIONS}; echo {_NAME} >{_DRIVER}/bind 2>/dev/null; {_SET_UP}"
        )

    async def pull(self) -> None:
        """Pull it while somebody may be looking through it. Harmless when there is none."""
        await self.hide()
        await self._door.run(f"echo {_NAME} >{_DRIVER}/unbind || true")

    async def show(self, text: str) -> None:
        """Hold a QR code before it until `hide`."""
        await self._door.put("/run/camera-view.grey", drawn(text))
        await self.hide()
        await self._door.run(
            f"systemd-run --quiet --collect --unit={_VIEW} --property=StandardOutput=null v4l2-ctl"
            " -d /dev/video1 --stream-out-mmap --stream-from=/run/camera-view.grey --stream-loop"
            f" && {_CONNECT.format(_TO_OUTPUT)}"
        )

    async def hide(self) -> None:
        """Take the code away. Harmless when there is none."""
        stop = f"systemctl stop {_VIEW} 2>/dev/null || true"
        await self._door.run(f"{_CONNECT.format(_TO_NOTHING)}; {stop}")


def drawn(text: str) -> bytes:
    """A grey frame with a QR code in its middle."""
    width, height = FRAME_PX
    grey = np.full((height, width), _GREY, np.uint8)
    modules = np.array(list(segno.make(text, micro=False).matrix_iter(border=4)), bool)
    code = np.where(modules, _DARK, _LIGHT).astype(np.uint8).repeat(_MODULE_PX, 0).repeat(_MODULE_PX, 1)
    top, left = (height - code.shape[0]) // 2, (width - code.shape[1]) // 2
    grey[top : top + code.shape[0], left : left + code.shape[1]] = code
    return grey.tobytes()
