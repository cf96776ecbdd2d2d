"""`kioskd doctor sheet`: a page to print, with the test code and the codes that set common scanners up."""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import zxingcpp
from PIL import Image, ImageDraw, ImageFont
from pydantic import BaseModel, ConfigDict, TypeAdapter

from kioskd.daemon import exit_codes
from kioskd.daemon.doctor.code128 import modules
from kioskd.daemon.doctor.guess import TEST_CODE
from kioskd.devices.profiles import HARDWARE, Evidence
from kioskd.ui.fonts import FOLDER as FONTS

DPI = 200
_PX_MM = DPI / 25.4
_PAGE_MM = (210, 297)
_MARGIN_MM, _CODE_MM, _TEST_MM, _MODULE_PX = 15, 14, 34, 3
_TEXT_MM, _TITLE_MM, _LINE_MM = 3.4, 4.6, 5.5


class _Code(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    does: str
    text: str


class _Family(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    scanners: str
    tested: Evidence
    note: str = ""
    code: tuple[_Code, ...] = ()


@dataclass
class _Pen:
    """Writes down the page; `y_px` is where the next thing goes."""

    page: Image.Image
    y_px: int

    def write(self, text: str, size_mm: float) -> None:
        font = ImageFont.truetype(str(FONTS / "Inter-Medium.otf"), round(size_mm * _PX_MM))
        ImageDraw.Draw(self.page).text((round(_MARGIN_MM * _PX_MM), self.y_px), text, fill=0, font=font)
        self.y_px += round((_LINE_MM - _TEXT_MM + size_mm) * _PX_MM)

    def paste(self, code: Image.Image) -> None:
        self.page.paste(code, (round((_MARGIN_MM + 4) * _PX_MM), self.y_px))
        self.y_px += code.height + round(3 * _PX_MM)


def sheet(arguments: Sequence[str]) -> int:
    """Runs the command and returns its exit status."""
    parser = argparse.ArgumentParser(
        prog="kioskd doctor sheet",
        description="A page with the test code and the codes that bring scanners into serial mode.",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="a .pdf or .png")
    parsed = parser.parse_args(arguments)
    try:
        draw_sheet().save(parsed.out, resolution=DPI)
    except (OSError, ValueError) as error:
        print(f"{parsed.out}: {error}", file=sys.stderr)
        return exit_codes.FAILURE
    print(f"{parsed.out}: print it at 100 %, not fitted to the page")
    return exit_codes.OK


def draw_sheet() -> Image.Image:
    """One page of A4 at DPI, black on white."""
    pen = _Pen(Image.new("L", (round(_PAGE_MM[0] * _PX_MM), round(_PAGE_MM[1] * _PX_MM)), 255), 0)
    pen.y_px = round(_MARGIN_MM * _PX_MM)
    pen.write("Test code, for kioskd doctor scanner and camera", _TITLE_MM)
    pen.paste(_qr(TEST_CODE, _TEST_MM))
    for family in _families():
        pen.write(f"{family.scanners} (tested: {family.tested})", _TITLE_MM)
        if family.note:
            pen.write(family.note, _TEXT_MM)
        for code in family.code:
            pen.write(f"{code.does}: {code.text}", _TEXT_MM)
            pen.paste(_bars(code.text))
    return pen.page


def _families() -> list[_Family]:
    file = HARDWARE / "setup-codes.toml"
    found: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    return TypeAdapter(list[_Family]).validate_python(found["family"])


def _qr(text: str, side_mm: float) -> Image.Image:
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode).to_image()
    picture = Image.fromarray(np.asarray(code, dtype=np.uint8))
    scale = max(1, round(side_mm * _PX_MM / picture.width))
    return picture.resize((picture.width * scale, picture.height * scale), Image.Resampling.NEAREST)


def _bars(text: str) -> Image.Image:
    line = np.where(modules(text, for_scanner=True), 0, 255).astype(np.uint8).repeat(_MODULE_PX)
    return Image.fromarray(np.tile(line, (round(_CODE_MM * _PX_MM), 1)))
