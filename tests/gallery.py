"""Every screen as a picture, to be looked at: `python -m tests.gallery OUT [NAME ...]`."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from kioskd.ui import compose
from kioskd.ui.compose import Composer
from kioskd.ui.fonts import Fonts
from kioskd.ui.locale.translator import LANGUAGES
from kioskd.ui.picture_cache import Pictures
from kioskd.ui.render import Renderer
from kioskd.ui.scene import scrolled, with_panel
from kioskd.ui.stage import Stage
from kioskd.ui.theme import default_theme
from kioskd.ui.window import Driver, Window
from tests.pseudo import PSEUDO, any_translator
from tests.ui_visits import DISPLAYS, MENU_FOLDER, shop, visits


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--display", action="append", choices=DISPLAYS)
    parser.add_argument("--language", action="append", choices=(*LANGUAGES, *PSEUDO))
    parser.add_argument("--panel", help="open this panel of each screen")
    asked = parser.parse_args()
    compose.translator = any_translator
    asked.out.mkdir(parents=True, exist_ok=True)
    harbour = shop()
    pictures = Pictures(MENU_FOLDER)
    for display_name in asked.display or DISPLAYS:
        display = DISPLAYS[display_name]
        window = Window(display.width_px, display.height_px, driver=Driver.OFFSCREEN)
        stage = Stage(display, default_theme())
        fonts = Fonts(stage)
        renderer, composer = Renderer(stage, fonts, pictures), Composer(stage, fonts, harbour)
        for language in asked.language or LANGUAGES:
            for name, visit in visits(harbour).items():
                if asked.names and name not in asked.names:
                    continue
                scene = composer.scene(replace(visit, language=language))
                scene = with_panel(scrolled(scene, {}), asked.panel)
                renderer.paint(window.canvas, scene)
                window.save_png(asked.out / f"{display_name}-{language}-{name}.png")


if __name__ == "__main__":
    main()
