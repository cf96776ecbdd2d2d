"""What kioskd knows about a kind of scanner: data, read from `hardware/scanners/<id>.toml`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter

from kioskd.devices.profiles import Codec, Evidence, Kind, known, read
from kioskd.devices.scanner.aim import AimMode
from kioskd.devices.scanner.layouts import LAYOUTS
from kioskd.devices.scanner.uart_module import MODULES
from kioskd.devices.scanner.wedge import WedgeProfile


@dataclass(frozen=True, slots=True)
class WedgeOptions:
    layout: str
    keys: WedgeProfile


@dataclass(frozen=True, slots=True)
class SerialOptions:
    """`module` names the family of scan engines that want commands first."""

    baud: int
    charset: str
    module: str | None


@dataclass(frozen=True, slots=True)
class HidPosOptions:
    """`start_report` is the feature report after which the scanner begins; empty where it needs none."""

    charset: str
    start_report: bytes


@dataclass(frozen=True, slots=True)
class ScannerProfile:
    """`usb` are ids such as `0c2e` (any of the maker's) or `1eab:??06` (any digit), in small letters."""

    id: str
    title: str
    evidence: Evidence
    usb: tuple[str, ...]
    aim: AimMode
    gs_text: str | None
    driver: str
    """`wedge`, `serial` or `hidpos`: the word of the configuration, and the kind of `options`."""
    options: WedgeOptions | SerialOptions | HidPosOptions


def _one_of(names: dict[str, object]) -> AfterValidator:
    def check(name: str) -> str:
        if name not in names:
            raise ValueError(f"{name!r} is not known; one of {', '.join(sorted(names))}")
        return name

    return AfterValidator(check)


def _hex(text: str) -> str:
    bytes.fromhex(text)
    return text


_Key = Annotated[int, Field(ge=1, le=767)]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    title: str
    tested: Evidence
    usb: tuple[Annotated[str, Field(pattern=r"^[0-9a-f]{4}(:[0-9a-f?]{4})?$")], ...] = ()
    aim: AimMode = AimMode.AUTO
    gs_text: Annotated[str, Field(min_length=1, max_length=8)] | None = None


class _WedgeFile(_File):
    driver: Literal["wedge"]
    layout: Annotated[str, _one_of(dict(LAYOUTS))] = "us"
    oem_charset: Codec = "cp437"
    caps_digits: bool = False
    arrows_are_controls: bool = False
    gs_key: _Key | None = None
    preamble: _Key | None = None
    tab_ends: bool = False
    gap_ms: Annotated[int, Field(ge=20, le=2000)] = 100

    def options(self) -> WedgeOptions:
        keys = WedgeProfile(
            oem_charset=self.oem_charset,
            caps_digits=self.caps_digits,
            arrows_are_controls=self.arrows_are_controls,
            gs_key=self.gs_key,
            preamble=self.preamble,
            tab_ends=self.tab_ends,
            gap_s=self.gap_ms / 1000,
        )
        return WedgeOptions(self.layout, keys)


class _SerialFile(_File):
    driver: Literal["serial"]
    baud: Annotated[int, Field(ge=1200, le=921600)] = 9600
    charset: Codec = "cp1252"
    module: Annotated[str, _one_of(dict(MODULES))] | None = None

    def options(self) -> SerialOptions:
        return SerialOptions(self.baud, self.charset, self.module)


class _HidPosFile(_File):
    driver: Literal["hidpos"]
    charset: Codec = "cp1252"
    start_report: Annotated[str, AfterValidator(_hex)] = ""

    def options(self) -> HidPosOptions:
        return HidPosOptions(self.charset, bytes.fromhex(self.start_report))


_FILE: TypeAdapter[_WedgeFile | _SerialFile | _HidPosFile] = TypeAdapter(
    Annotated[_WedgeFile | _SerialFile | _HidPosFile, Field(discriminator="driver")]
)


def profile_names() -> list[str]:
    return list(known(Kind.SCANNER))


def load_profile(name: str, directory: Path | None = None) -> ScannerProfile:
    """The profile called `name`. Raises ConfigError with the file, the key and the profiles there are."""
    file = read(Kind.SCANNER, name, _FILE, directory)
    return ScannerProfile(
        name, file.title, file.tested, file.usb, file.aim, file.gs_text, file.driver, file.options()
    )
