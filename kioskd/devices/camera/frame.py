"""What every source of frames and the pipeline agree on."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Frame = npt.NDArray[np.uint8]
"""Grey, height x width, any strides."""

FRAME_PX = (1280, 720)
FRAMES_PER_S = 10


class SourceAbsent(Exception):
    """The camera or the folder is not there (any more)."""


class SourceFault(Exception):
    """It is there but cannot be used; the text says what to do."""
