"""The shop's logo: any usual picture is taken, anything else is refused with a remedy."""

from __future__ import annotations

import io
import random
from contextlib import suppress
from pathlib import Path

import pytest
from PIL import Image

import kioskd.sim
from kioskd.cli import main
from kioskd.core.errors import ConfigError
from kioskd.daemon import exit_codes
from kioskd.daemon.config.kiosk import load_config
from kioskd.daemon.config.logo_file import MAX_BYTES, MAX_SIDE_PX, read_logo
from kioskd.daemon.wiring.paper import letterhead_of
from kioskd.devices.printer.logo import MAX_HEIGHT_DOTS, MAX_WIDTH_DOTS

HARBOUR = Path(kioskd.sim.__file__).parent / "harbour"


def saved(picture: Image.Image, format: str = "PNG") -> bytes:
    file = io.BytesIO()
    picture.save(file, format)
    return file.getvalue()


BLACK = Image.new("RGB", (40, 20), "black")


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
def test_the_usual_formats_are_read(tmp_path: Path, format: str) -> None:
    (tmp_path / "logo").write_bytes(saved(BLACK, format))
    logo = read_logo(tmp_path / "logo")
    assert (logo.width_px, logo.height_px, max(logo.grey)) == (40, 20, 0)


def test_what_is_transparent_is_paper(tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(saved(Image.new("RGBA", (4, 4), (0, 0, 0, 0))))
    assert set(read_logo(tmp_path / "logo.png").grey) == {255}


def test_a_large_picture_is_made_to_fit_paper(tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(saved(Image.new("L", (1600, 400))))
    logo = read_logo(tmp_path / "logo.png")
    assert (logo.width_px, logo.height_px) == (MAX_WIDTH_DOTS, MAX_WIDTH_DOTS // 4)
    assert logo.height_px <= MAX_HEIGHT_DOTS


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, "does not exist .name a picture"),
        (b"", "is no picture"),
        (b"%PDF-1.4", "is no picture.*PNG"),
        (saved(BLACK)[:60], "is no picture"),
        (bytes(MAX_BYTES + 1), "is larger than 4 MiB"),
        (saved(Image.new("1", (MAX_SIDE_PX + 1, 8))), "has 2001 x 8 pixels .make it smaller"),
        (saved(Image.new("1", (20_000, 20_000))), "is no picture|has 20000 x 20000"),
    ],
)
def test_a_picture_that_cannot_be_printed_is_a_wrong_configuration(
    tmp_path: Path, content: bytes | None, expected: str
) -> None:
    if content is not None:
        (tmp_path / "logo.png").write_bytes(content)
    with pytest.raises(ConfigError, match=expected) as refused:
        read_logo(tmp_path / "logo.png")
    assert refused.value.where == str(tmp_path / "logo.png")


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
def test_a_damaged_picture_never_ends_the_kiosk(tmp_path: Path, format: str) -> None:
    sound, noise = saved(Image.effect_noise((60, 40), 90).convert("RGB"), format), random.Random(format)
    for _ in range(60):
        damaged = bytearray(sound)
        for _ in range(noise.randint(1, 6)):
            damaged[noise.randrange(len(damaged))] = noise.randrange(256)
        (tmp_path / "logo").write_bytes(damaged[: noise.randint(1, len(damaged))])
        with suppress(ConfigError):
            read_logo(tmp_path / "logo")


def test_the_configuration_names_the_logo_and_is_checked_with_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert letterhead_of(load_config(HARBOUR / "kiosk.toml")).logo == read_logo(HARBOUR / "logo.png")
    assert main(["check-config", str(HARBOUR / "kiosk.toml")]) == exit_codes.OK
    assert "a logo of 240 x 64 dots" in capsys.readouterr().out
    text = (HARBOUR / "kiosk.toml").read_text(encoding="utf-8")
    (tmp_path / "kiosk.toml").write_text(
        text.replace('"menu.toml"', f'"{HARBOUR / "menu.toml"}"'), encoding="utf-8"
    )
    assert main(["check-config", str(tmp_path / "kiosk.toml")]) == exit_codes.CONFIG
    assert "logo.png: does not exist" in capsys.readouterr().err
