"""Pictures of looks, each with its scene as JSON, and one page to look through them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path

from kioskd.ui.scene_json import scene_json
from kioskd.ui.stage import Display
from kioskd.ui.window import Driver, Window
from tests.screens.looks import Look

_PAGE = Path(__file__).with_name("page.html")


@dataclass(frozen=True, slots=True)
class Shown:
    """One picture. `file` has no ending: beside the .png lies the scene as .json."""

    file: str
    name: str
    place: str
    title: str
    language: str
    size: str
    mode: str
    width_px: int
    height_px: int
    said: str


class Camera:
    """Paints looks of one display into a folder."""

    def __init__(self, folder: Path, display: Display) -> None:
        self._folder = folder
        self._display = display
        self._window = Window(display.width_px, display.height_px, driver=Driver.OFFSCREEN)

    def take(self, name: str, mode: str, size: str, look: Look) -> Shown:
        """Raises OSError when the files cannot be written."""
        scene, display = look.scene, self._display
        file = f"{size}/{scene.language}/{name}" + (f"-{mode}" if mode != "plain" else "")
        file = file.replace(" ", "-")
        (self._folder / file).parent.mkdir(parents=True, exist_ok=True)
        look.outfit.renderer.paint(self._window.canvas, scene)
        self._window.save_png(self._folder / f"{file}.png")
        document = scene_json(scene)
        text = json.dumps(document, ensure_ascii=False, indent=1)
        (self._folder / f"{file}.json").write_text(text, "utf-8")
        said = " | ".join(_said(document))
        return Shown(
            file,
            name,
            scene.id,
            scene.title,
            scene.language,
            size,
            mode,
            display.width_px,
            display.height_px,
            said,
        )


def _said(document: Mapping[str, object]) -> list[str]:
    """What is read of the screen, in its order."""
    widgets = document["widgets"]
    assert isinstance(widgets, list)
    said = []
    for widget in widgets:
        words = f"{widget['name']} {widget.get('value', '')}".strip()
        if "part_of" not in widget and words:
            said.append(words)
    return said


def write_index(folder: Path, shown: Sequence[Shown]) -> Path:
    """The page: all pictures as thumbnails, chosen by words, place, language, display and aids."""
    data = json.dumps([asdict(each) for each in shown], ensure_ascii=False).replace("</", "<\\/")
    choices = "".join(
        f'<label>{escape(label)} <select id="{key}"><option value="">all</option>{options}</select></label>'
        for key, label in (
            ("place", "Screen"),
            ("language", "Language"),
            ("size", "Display"),
            ("mode", "Aids"),
        )
        for options in (_options(sorted({str(getattr(each, key)) for each in shown})),)
    )
    file = folder / "index.html"
    page = _PAGE.read_text("utf-8")
    file.write_text(page.replace("{choices}", choices).replace("{data}", data), "utf-8")
    return file


def _options(words: Sequence[str]) -> str:
    return "".join(f"<option>{escape(word)}</option>" for word in words)
