"""The picture of the last start is shown at once by the next, if it is still true; and there is only one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pygame
import pytest

from kioskd.daemon.launch import keep_picture, open_with_last_picture

DISPLAY: dict[str, Any] = {"driver": "offscreen", "width_px": 320, "height_px": 240, "rotation": 0}
INK = pygame.Color(200, 30, 90)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CACHE_DIRECTORY", str(tmp_path / "cache"))


def kiosk(folder: Path, name: str = "kiosk") -> tuple[Path, Path]:
    """A configuration and a logo."""
    config, logo = folder / f"{name}.toml", folder / f"{name}.png"
    config.write_text(name)
    logo.write_text("a picture")
    return config, logo


def keep(config: Path, *shown: Path) -> None:
    picture = pygame.Surface((320, 240))
    picture.fill(INK)
    keep_picture(picture, config, shown, DISPLAY)


def seen(config: Path) -> pygame.Color | None:
    window = open_with_last_picture(config)
    if window is None:
        return None
    try:
        return window.canvas.get_at((10, 10))
    finally:
        window.close()


def test_what_was_shown_last_is_shown_first(tmp_path: Path) -> None:
    config, logo = kiosk(tmp_path)
    assert seen(config) is None
    keep(config, logo)
    assert seen(config) == INK


@pytest.mark.parametrize("changed", [".toml", ".png"])
def test_what_was_drawn_from_other_files_is_never_shown(tmp_path: Path, changed: str) -> None:
    config, logo = kiosk(tmp_path)
    keep(config, logo)
    config.with_suffix(changed).write_text("something else")
    assert seen(config) is None
    config.with_suffix(changed).unlink()
    assert seen(config) is None


def test_one_kiosk_never_shows_what_another_one_kept(tmp_path: Path) -> None:
    config, logo = kiosk(tmp_path)
    other, _ = kiosk(tmp_path, "other")
    keep(config, logo)
    assert seen(other) is None
    note = tmp_path / "cache/kioskd/launch.json"
    kept = note.read_bytes()
    keep(other)
    assert (seen(config), seen(other)) == (None, INK)
    note.write_bytes(kept)  # as if both had kept theirs at the same moment
    assert seen(config) is None


def test_however_many_are_started_one_picture_is_kept(tmp_path: Path) -> None:
    folder = tmp_path / "cache/kioskd"
    folder.mkdir(parents=True)
    (folder / "launch-0badcafe.bmp").write_bytes(b"of an older version")
    (folder / "rescue.fb").write_bytes(b"none of our business")
    for number in range(5):
        keep(*kiosk(tmp_path, f"kiosk{number}"))
    assert sorted(path.name for path in folder.iterdir()) == ["launch.bmp", "launch.json", "rescue.fb"]


def test_a_picture_that_still_fits_is_not_written_again(tmp_path: Path) -> None:
    config, logo = kiosk(tmp_path)
    keep(config, logo)
    picture = tmp_path / "cache/kioskd/launch.bmp"
    before = picture.stat().st_mtime_ns
    keep(config, logo)
    assert picture.stat().st_mtime_ns == before


@pytest.mark.parametrize("note", ["", "[]", '{"files": []}', '{"files": [], "picture": null}'])
def test_a_damaged_note_is_no_note(tmp_path: Path, note: str) -> None:
    config, logo = kiosk(tmp_path)
    keep(config, logo)
    (tmp_path / "cache/kioskd/launch.json").write_text(note)
    assert seen(config) is None
    keep(config, logo)
    assert seen(config) == INK


def test_a_place_that_cannot_be_written_to_is_no_reason_to_complain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CACHE_DIRECTORY", str(tmp_path / "file"))
    config, logo = kiosk(tmp_path)
    keep(config, logo)
    assert seen(config) is None
