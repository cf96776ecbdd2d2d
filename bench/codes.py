"""Pictures of codes as a kiosk's camera sees them, with what makes them hard; the same at every run."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

import numpy as np
import numpy.typing as npt
import zxingcpp
from PIL import Image, ImageFilter

from bench.scenes import noisy, scene
from kioskd.devices.camera.frame import FRAME_PX

Frame = npt.NDArray[np.uint8]
TROUBLES = (
    "plain",
    "rotated",
    "blurred",
    "glare",
    "moire",
    "inverted",
    "small",
    "dim",
    "tilted",
    "jpeg",
    "all at once",
)
_FORMATS = {
    "qr": zxingcpp.BarcodeFormat.QRCode,
    "aztec": zxingcpp.BarcodeFormat.Aztec,
    "datamatrix": zxingcpp.BarcodeFormat.DataMatrix,
}
_PHONE_GREY = 235
_QUIET_MODULES = 4


@dataclass(frozen=True)
class Picture:
    frame: Frame
    text: str
    symbology: str


def picture(trouble: str, symbology: str, number: int) -> Picture:
    """A phone with a code, somewhere in view. Higher numbers are harder."""
    random = np.random.default_rng([TROUBLES.index(trouble), list(_FORMATS).index(symbology), number])
    hard = 0.25 + 0.75 * random.random()
    text = "M-" + "".join(map(str, random.integers(0, 10, int(random.integers(6, 40)))))
    modules = np.asarray(zxingcpp.create_barcode(text, _FORMATS[symbology]).to_image())
    modules = np.pad(modules, _QUIET_MODULES, constant_values=255)
    several = trouble == "all at once"
    module_px = 2.0 + 0.9 * random.random() if trouble == "small" else 5 + 4 * random.random()
    side_px = min(650, int(modules.shape[0] * module_px))
    light = modules.astype(np.float64) / 255 * _PHONE_GREY
    if trouble == "inverted" or (several and number % 2):
        light = _PHONE_GREY - light
    code = Image.fromarray(light.astype(np.uint8)).resize((side_px, side_px), Image.Resampling.NEAREST)
    if trouble == "moire" or several:
        code = _moire(code, random, 0.5 * hard if several else hard)
    angle_deg = float(random.uniform(-180, 180)) if trouble == "rotated" or several else random.uniform(-4, 4)
    mask = Image.new("L", code.size, 255)
    if trouble == "tilted" or several:
        lean = 0.35 * hard
        corners = (0, 0, -lean * side_px, side_px, side_px * (1 + lean), side_px, side_px, 0)
        code = code.transform(code.size, Image.Transform.QUAD, corners, Image.Resampling.BICUBIC)
        mask = mask.transform(mask.size, Image.Transform.QUAD, corners, Image.Resampling.NEAREST)
    code = code.rotate(angle_deg, Image.Resampling.BICUBIC, expand=True)
    mask = mask.rotate(angle_deg, Image.Resampling.NEAREST, expand=True)
    seen = Image.fromarray(scene("clutter" if number % 2 else "flat", number % 4))
    room = [max(1, FRAME_PX[axis] - code.size[axis]) for axis in (0, 1)]
    seen.paste(code, (int(random.integers(0, room[0])), int(random.integers(0, room[1]))), mask)
    if trouble == "blurred" or several:
        radius_px = module_px * (0.3 if several else 0.75) * hard
        seen = seen.filter(ImageFilter.GaussianBlur(radius_px))
    pixels = np.asarray(seen, dtype=np.float64)
    if trouble == "glare" or several:
        pixels = _glare(pixels, random, hard)
    if trouble == "dim":
        pixels = pixels * (0.08 + 0.2 * (1 - hard))
    frame = noisy(pixels, random)
    if trouble == "jpeg":
        frame = _jpeg(frame, int(45 - 40 * hard))
    return Picture(frame, text, symbology)


def _moire(code: Image.Image, random: np.random.Generator, hard: float) -> Image.Image:
    """The grid of the phone's pixels beating with that of the camera's."""
    pixels = np.asarray(code, dtype=np.float64)
    x, y = np.meshgrid(np.arange(pixels.shape[1]), np.arange(pixels.shape[0]))
    angle, period_px = random.uniform(0, np.pi), random.uniform(5, 17)
    waves = np.sin((x * np.cos(angle) + y * np.sin(angle)) * 2 * np.pi / period_px)
    return Image.fromarray((pixels * (1 - 0.4 * hard * (1 + waves) / 2)).astype(np.uint8))


def _glare(
    pixels: npt.NDArray[np.float64], random: np.random.Generator, hard: float
) -> npt.NDArray[np.float64]:
    """A lamp reflected on glass: a bright spot that fades out."""
    x, y = np.meshgrid(np.arange(FRAME_PX[0]), np.arange(FRAME_PX[1]))
    middle_px = random.uniform(0.3, 0.7, 2) * FRAME_PX
    spread_px = 40 + 140 * hard
    far: npt.NDArray[np.float64] = np.hypot(x - middle_px[0], y - middle_px[1]) / spread_px
    lamp: npt.NDArray[np.float64] = 230 * np.exp(-(far**2))
    return pixels + lamp


def _jpeg(frame: Frame, quality: int) -> Frame:
    file = BytesIO()
    Image.fromarray(frame).save(file, "JPEG", quality=max(5, quality))
    return np.asarray(Image.open(file).convert("L"))
