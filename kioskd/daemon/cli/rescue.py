"""`kioskd rescue-picture`: the picture for when no kioskd runs, so that showing it needs none.

Ending in .png it is a picture; ending in .fb it is what this machine's frame buffer holds when it is shown:
writing the file to the device shows it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pygame

from kioskd.core.errors import ConfigError, DeviceError
from kioskd.core.shop import Shop
from kioskd.daemon import exit_codes
from kioskd.daemon.cli.config_file import add_config
from kioskd.daemon.config import kiosk as settings
from kioskd.daemon.config.kiosk import Config, load_config
from kioskd.daemon.config.menu import load_menu
from kioskd.daemon.display import theme_of
from kioskd.daemon.wiring.shop import shop_of
from kioskd.ui import stage
from kioskd.ui.fonts import Fonts
from kioskd.ui.picture_cache import Pictures
from kioskd.ui.render import Renderer
from kioskd.ui.screens import rescue as screen
from kioskd.ui.window import Driver, Window

_CLOCKWISE = -1
"""pygame turns the other way."""


@dataclass(frozen=True, slots=True)
class Framebuffer:
    """`stride` is bytes from one row to the next."""

    width_px: int
    height_px: int
    bits: int
    stride: int


def read_framebuffer(folder: Path) -> Framebuffer:
    """Raises ConfigError when there is none, or one of a format that is not known."""
    try:
        width, height = (int(side) for side in (folder / "virtual_size").read_text("ascii").split(","))
        bits = int((folder / "bits_per_pixel").read_text("ascii"))
        stride = int((folder / "stride").read_text("ascii"))
    except (OSError, ValueError) as error:
        raise ConfigError(str(folder), f"is no frame buffer: {error}", "--out FILE.png needs none") from None
    if bits not in (16, 32) or width < 1 or height < 1 or stride < width * bits // 8:
        raise ConfigError(str(folder), f"has {bits} bits a pixel", "16 or 32 can be written")
    return Framebuffer(width, height, bits, stride)


def rescue_picture(config: Config) -> pygame.Surface:
    """As the panel shows it: turned as the display is mounted."""
    shop = shop_of(config, load_menu(config.menu, config.currency))
    return _turned(_upright(config.display, shop), config.display.rotation)


def _upright(display: settings.Display, shop: Shop) -> pygame.Surface:
    window = Window(display.width_px, display.height_px, driver=Driver.OFFSCREEN)
    try:
        surface = stage.Display(
            display.width_px,
            display.height_px,
            display.width_mm,
            display.height_mm,
            display.viewing_distance_mm,
        )
        board = stage.Stage(surface, theme_of(display))
        fonts = Fonts(board)
        Renderer(board, fonts, Pictures(None)).paint(window.canvas, screen.rescue(board, fonts, shop))
        return window.canvas.copy()
    finally:
        window.close()


def _turned(picture: pygame.Surface, rotation: int) -> pygame.Surface:
    return pygame.transform.rotate(picture, _CLOCKWISE * rotation) if rotation else picture


def framebuffer_bytes(picture: pygame.Surface, screen: Framebuffer) -> bytes:
    """In the middle of the screen, cut where it is too large; blue in the lowest bits, as Linux has it."""
    masks = (0xF800, 0x07E0, 0x001F, 0) if screen.bits == 16 else (0xFF0000, 0xFF00, 0xFF, 0)
    whole = pygame.Surface((screen.width_px, screen.height_px), 0, screen.bits, masks)
    whole.blit(picture, picture.get_rect(center=whole.get_rect().center))
    used, pitch, rows = screen.width_px * screen.bits // 8, whole.get_pitch(), whole.get_buffer().raw
    padding = bytes(screen.stride - used)
    return b"".join(rows[y * pitch : y * pitch + used] + padding for y in range(screen.height_px))


def rescue(arguments: Sequence[str]) -> int:
    """Runs the command and returns its exit status. What was at --out is replaced as a whole."""
    parsed = _parser().parse_args(arguments)
    out: Path = parsed.out
    try:
        picture = rescue_picture(load_config(parsed.config))
        draft = out.with_suffix(f".new{out.suffix}")
        if out.suffix == ".fb":
            draft.write_bytes(framebuffer_bytes(picture, read_framebuffer(parsed.framebuffer)))
        else:
            pygame.image.save(picture, draft)
        draft.replace(out)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return exit_codes.CONFIG
    except (DeviceError, OSError, pygame.error) as error:
        print(f"{out}: {error}", file=sys.stderr)
        return exit_codes.FAILURE
    return exit_codes.OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kioskd rescue-picture", description="Paint what is shown while no kioskd runs."
    )
    add_config(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help=".png, or .fb for /dev/fb0")
    parser.add_argument("--framebuffer", type=Path, default=Path("/sys/class/graphics/fb0"), metavar="DIR")
    return parser
