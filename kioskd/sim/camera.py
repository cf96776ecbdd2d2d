"""A camera that does not exist: a folder whose newest picture is what it sees."""

from __future__ import annotations

import math
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
import segno
from PIL import Image, ImageDraw, ImageFilter

SCENE_PX = (1280, 720)
NOISE_SIGMA = 4.0
LENS_BLUR_PX = 0.7
MOIRE_PERIOD_PX = 9.0
TROUBLES: Mapping[str, Mapping[str, float]] = {
    "none": {},
    "dim": {"light": 0.12},
    "dark": {"light": 0.02},
    "glare": {"glare": 1.0},
    "blurred": {"blur_px": 7.0},
    "tilted": {"angle_deg": 38.0},
    "moire": {"moire": 1.0},
}
"""What keeps a camera from reading a phone, as `draw_phone` says it."""
QUIET_ZONE = 4
"""Light modules around a QR code, as its standard wants."""


class CameraSimulator:
    """Hold something before the camera, take it away, pull the camera's plug."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._unplugged = folder.with_name(f".{folder.name}-unplugged")
        self._count = 0

    @property
    def plugged(self) -> bool:
        return self.folder.is_dir()

    def replug(self) -> None:
        if self._unplugged.is_dir():
            self._unplugged.rename(self.folder)
        self.folder.mkdir(parents=True, exist_ok=True)

    def unplug(self) -> None:
        if self.plugged:
            self.folder.rename(self._unplugged)

    def show(self, picture: bytes, suffix: str = ".png") -> None:
        """Any picture file, or what pretends to be one, instead of whatever is there."""
        self._count += 1
        name = f"view-{self._count:06}{suffix}"
        partial = self.folder / f"{name}.partial"
        partial.write_bytes(picture)
        partial.rename(self.folder / name)
        self._clear(besides=name)

    def show_qr(self, text: str, angle_deg: float = 6.0, light: float = 1.0, **trouble: float) -> None:
        """A phone with this QR code, seen as `draw_phone` says. Raises ValueError for more than a QR code can
        carry."""
        self.show(draw_phone(text, angle_deg, seed=self._count, light=light, **trouble))

    def hide(self) -> None:
        """Nothing before the camera."""
        self._clear()

    def __enter__(self) -> Self:
        self.replug()
        return self

    def __exit__(self, *_: object) -> None:
        self.hide()

    def _clear(self, besides: str = "") -> None:
        for path in self.folder.glob("view-*"):
            if path.name != besides:
                path.unlink(missing_ok=True)


def draw_phone(
    text: str,
    angle_deg: float = 6.0,
    seed: int = 0,
    light: float = 1.0,
    *,
    blur_px: float = LENS_BLUR_PX,
    glare: float = 0.0,
    moire: float = 0.0,
) -> bytes:
    """A phone's screen with a QR code, as a camera below a counter lamp sees it: tilted, soft, noisy. PNG.

    `light` is the share of the light that this takes: with less, only the noise stays as it is. `glare` is a
    lamp on the glass, `moire` the phone's pixels beating with the camera's; at 1 little can be read.
    """
    code = segno.make_qr(text, error="m")
    modules = np.array([[not dark for dark in row] for row in code.matrix_iter(border=QUIET_ZONE)])
    # Whole pixels a module, so that no edge is drawn worse than the lens below does it.
    module_px = max(2, 420 // len(modules))
    picture = Image.fromarray((modules * 255).astype(np.uint8)).resize(
        (len(modules) * module_px,) * 2, Image.Resampling.NEAREST
    )
    margin_px = 36
    phone = Image.new("L", (picture.width + 2 * margin_px, min(680, picture.height + 200)), 18)
    ImageDraw.Draw(phone).rectangle((12, 40, phone.width - 13, phone.height - 41), fill=232)
    phone.paste(picture, (margin_px, (phone.height - picture.height) // 2))
    mask = Image.new("L", phone.size, 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, phone.width - 1, phone.height - 1), 30, fill=255)
    phone, mask = (
        image.rotate(angle_deg, resample=Image.Resampling.BICUBIC, expand=True) for image in (phone, mask)
    )
    if moire:
        phone = _beating(phone, moire)
    scene = _counter()
    scene.paste(phone, ((scene.width - phone.width) // 2, (scene.height - phone.height) // 2), mask)
    pixels = np.asarray(scene.filter(ImageFilter.GaussianBlur(blur_px)), dtype=np.float64)
    if glare:
        pixels = pixels + _lamp(glare)
    noise = np.random.default_rng(seed).normal(0, NOISE_SIGMA, pixels.shape)
    seen = Image.fromarray((pixels * light + noise).clip(0, 255).astype(np.uint8))
    file = BytesIO()
    seen.save(file, "PNG", compress_level=1)
    return file.getvalue()


def _beating(phone: Image.Image, moire: float) -> Image.Image:
    x, y = np.meshgrid(np.arange(phone.width), np.arange(phone.height))
    waves = (1 + np.sin((x + 0.6 * y) * 2 * np.pi / MOIRE_PERIOD_PX)) / 2
    return Image.fromarray((np.asarray(phone) * (1 - 0.8 * moire * waves)).astype(np.uint8))


def _lamp(glare: float) -> npt.NDArray[np.float64]:
    """A bright spot near the code, wider the stronger it is."""
    x, y = np.meshgrid(np.arange(SCENE_PX[0]), np.arange(SCENE_PX[1]))
    away = np.hypot(x - 0.55 * SCENE_PX[0], y - 0.45 * SCENE_PX[1]) / (60 + 180 * glare)
    lamp: npt.NDArray[np.float64] = 255 * min(1.0, 2 * glare) * np.exp(-(away**2))
    return lamp


def _counter() -> Image.Image:
    """An empty scene, lighter in the middle."""
    x, y = np.meshgrid(np.linspace(-1, 1, SCENE_PX[0]), np.linspace(-1, 1, SCENE_PX[1]))
    return Image.fromarray((120 - 50 * np.hypot(x, y) / math.sqrt(2)).astype(np.uint8))
