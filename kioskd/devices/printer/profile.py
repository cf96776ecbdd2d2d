"""What kioskd knows about a printer model: data, read from `hardware/printers/<id>.toml`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from kioskd.devices.profiles import Codec, Evidence, Kind, known, read

FONT_WIDTH_DOTS = 12
FONT_HEIGHT_DOTS = 24


class Cut(StrEnum):
    """How the knife is asked for. The `feed_` forms push the paper to the blade first."""

    NONE = "none"
    FULL = "full"
    PARTIAL = "partial"
    FEED_FULL = "feed_full"
    FEED_PARTIAL = "feed_partial"
    LEGACY_FULL = "legacy_full"
    """`ESC i`: the one that some printers with a presenter obey reliably."""


class StatusDialect(StrEnum):
    EPSON = "epson"
    """Answers DLE EOT 1 to 4 and reports changes by itself. Silence is a fault."""
    IF_ANSWERED = "if_answered"
    """Asked like an Epson, and printed to blindly when it keeps silent."""
    CUSTOM = "custom"
    """Custom's own full status: one frame that also knows of a receipt in the output. Silence is a fault."""
    NONE = "none"

    @property
    def silence_is_a_fault(self) -> bool:
        return self in (StatusDialect.EPSON, StatusDialect.CUSTOM)


class QrMode(StrEnum):
    NATIVE = "native"
    NATIVE_CUSTOM = "native_custom"
    """Custom's numbers for error correction, store and print differ from everybody else's."""
    RASTER = "raster"


class Graphics(StrEnum):
    GS_V = "gs_v"
    """`GS v 0`: called obsolete by Epson, understood by everybody."""
    GS_L = "gs_l"


class FlowControl(StrEnum):
    NONE = "none"
    RTSCTS = "rtscts"
    XONXOFF = "xonxoff"


@dataclass(frozen=True, slots=True)
class CodePage:
    """`codec` is Python's name, `id` the number that selects it with `ESC t` on this model."""

    codec: str
    id: int


@dataclass(frozen=True, slots=True)
class Presenter:
    """Cuts and holds the receipt out by `length_mm`; after `retract_after_s` seconds pulls it back in."""

    length_mm: int
    retract_after_s: int


@dataclass(frozen=True, slots=True)
class PrinterProfile:
    """`dots` is the printable width. `pages` are in order of preference; a job starts with the first."""

    id: str
    title: str
    dots: int
    dpi: int
    pages: tuple[CodePage, ...]
    cut: Cut
    status: StatusDialect
    qr: QrMode
    process_id: bool
    baud: int
    flow: FlowControl
    graphics: Graphics = Graphics.GS_V
    multibyte: bool = False
    """It starts in a double-byte mode, eats letters beyond ASCII in pairs, and must be told to stop."""
    fence: bool = False
    """It answers `GS r` when it has worked through everything before: proof of reading, not of printing."""
    presenter: Presenter | None = None
    usb: tuple[str, ...] = ()
    """Vendor and product ids, `04b8:0e15`; a vendor alone, `04b8`, fits less well."""
    tested: Evidence = Evidence.DOCUMENTATION

    def columns(self, size: int = 1) -> int:
        """Cells of font A on one line at `size` times the normal letter."""
        return self.dots // (FONT_WIDTH_DOTS * size)


class _PageFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    codec: Codec
    id: Annotated[int, Field(ge=0, le=255)]


class _SerialFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    baud: Annotated[int, Field(ge=1200, le=921600)]
    flow: FlowControl


class _PresenterFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    length_mm: Annotated[int, Field(ge=20, le=1000, multiple_of=5)]
    retract_after_s: Annotated[int, Field(ge=5, le=255)]


class _ProfileFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    title: str
    dots: Annotated[int, Field(ge=200, le=1200)]
    dpi: Annotated[int, Field(ge=150, le=400)]
    pages: Annotated[tuple[_PageFile, ...], Field(min_length=1)]
    cut: Cut
    status: StatusDialect
    qr: QrMode
    process_id: bool
    serial: _SerialFile
    graphics: Graphics = Graphics.GS_V
    multibyte: bool = False
    fence: bool = False
    presenter: _PresenterFile | None = None
    usb: tuple[Annotated[str, Field(pattern=r"^[0-9a-f]{4}(:[0-9a-f]{4})?$")], ...] = ()
    tested: Evidence


_FORM = TypeAdapter(_ProfileFile)


def profile_names() -> list[str]:
    return list(known(Kind.PRINTER))


def load_profile(name: str, directory: Path | None = None) -> PrinterProfile:
    """The profile called `name`. Raises ConfigError with the file, the key and the profiles there are."""
    file = read(Kind.PRINTER, name, _FORM, directory)
    return PrinterProfile(
        id=name,
        title=file.title,
        dots=file.dots,
        dpi=file.dpi,
        pages=tuple(CodePage(page.codec, page.id) for page in file.pages),
        cut=file.cut,
        status=file.status,
        qr=file.qr,
        process_id=file.process_id,
        baud=file.serial.baud,
        flow=file.serial.flow,
        graphics=file.graphics,
        multibyte=file.multibyte,
        fence=file.fence,
        presenter=Presenter(file.presenter.length_mm, file.presenter.retract_after_s)
        if file.presenter
        else None,
        usb=file.usb,
        tested=file.tested,
    )
