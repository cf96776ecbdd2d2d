"""The receipt printers that can be simulated, and what can be the matter with one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PrinterModel:
    """`pages` maps the numbers of `ESC t` to Python codecs."""

    title: str
    dots: int = 576
    paper_dots: int = 640
    pages: tuple[tuple[int, str], ...] = ((0, "cp437"),)
    status: bool = True
    process_id: bool = True
    native_qr: bool = True
    knife: bool = True
    clears_buffer: bool = False
    buffer_bytes: int = 4096
    custom: bool = False
    """It speaks Custom's dialect, and holds receipts out instead of letting them fall."""
    xonxoff: bool = False


EPSON_TM_T20III = PrinterModel(
    "Epson TM-T20III",
    pages=(
        (0, "cp437"),
        (2, "cp850"),
        (16, "cp1252"),
        (17, "cp866"),
        (18, "cp852"),
        (19, "cp858"),
        (40, "iso8859-15"),
        (45, "cp1250"),
        (46, "cp1251"),
        (47, "cp1253"),
        (48, "cp1254"),
    ),
)
GENERIC_80MM = PrinterModel("Unnamed 80 mm printer", process_id=False, native_qr=False)
GENERIC_58MM = PrinterModel(
    "Unnamed 58 mm printer",
    dots=384,
    paper_dots=464,
    status=False,
    process_id=False,
    native_qr=False,
    knife=False,
)


CUSTOM_VKP80III = PrinterModel(
    "Custom VKP80III",
    dots=512,
    pages=((0, "cp437"), (2, "cp850"), (16, "cp1252"), (17, "cp866"), (18, "cp852"), (19, "cp858")),
    process_id=False,
    custom=True,
)
MODELS = {
    "epson-tm-t20iii": EPSON_TM_T20III,
    "custom-vkp80iii": CUSTOM_VKP80III,
    "generic-80mm": GENERIC_80MM,
    "generic-58mm": GENERIC_58MM,
}


@dataclass(frozen=True, slots=True)
class Conditions:
    """How the printer is. `lines_left` is the paper that remains; at 0 it is out. `cutter_fails`: the knife
    will stick at the next cut. `babbles`: it sends bytes nobody asked for and never stops.
    """

    paper_out: bool = False
    paper_low: bool = False
    cover_open: bool = False
    silent: bool = False
    babbles: bool = False
    cutter_fails: bool = False
    cutter_stuck: bool = False
    too_hot: bool = False
    jammed: bool = False
    receipt_out: bool = False
    lines_left: int | None = None
    baud: int | None = None
    dies_after_bytes: int | None = None

    @property
    def off_line(self) -> bool:
        return self.paper_out or self.cover_open or self.cutter_stuck or self.too_hot or self.jammed
