"""`./dev guide --out DIR`: the papers as pages, with the screens they speak of as this version paints them.

A line `<!-- screen: NAME -->` in a guide stands for the picture of that state (`./dev screens` lists them);
where a guide is read as plain text it is not seen.
"""

from __future__ import annotations

import argparse
import re
from html import escape
from pathlib import Path

from markdown_it import MarkdownIt

from kioskd.ui.locale.translator import LANGUAGES
from tests.screens.looks import SIZES, look
from tests.screens.pages import Camera
from tests.screens.states import State
from tests.ui_visits import shop, visits

DOCS = Path(__file__).parents[2] / "docs"
_PAGE = Path(__file__).with_name("guide.html")
_LINK = re.compile(r'href="(?!https?:|#)([^"]+)"')
_SCREEN = re.compile(r"<!-- screen: (\S+) -->")


def shown_screens() -> dict[str, list[str]]:
    """Which states each paper shows, in its order."""
    return {paper.stem: _SCREEN.findall(_text(paper.stem)) for paper in sorted(DOCS.glob("*.md"))}


def write(folder: Path, guide: str, size: str, language: str) -> Path:
    """The paper as a page in `folder`, its pictures below. Raises KeyError for a state that there is not."""
    harbour = shop()
    there = visits(harbour)
    camera = Camera(folder, SIZES[size])
    shape = "wide" if SIZES[size].width_px > SIZES[size].height_px else "tall"

    def picture(match: re.Match[str]) -> str:
        name = match.group(1)
        shown = camera.take(name, "plain", size, look(State(there[name], harbour), size, language))
        said = escape(shown.title, quote=True)
        image = f'<img src="{shown.file}.png" alt="{said}">'
        return f'<figure class="{shape}">{image}<figcaption>{said}</figcaption></figure>'

    text = _text(guide)
    title = escape(text.splitlines()[0].lstrip("# "))
    body = _LINK.sub(_other_page, MarkdownIt("commonmark").enable("table").render(text))
    page = folder / f"{guide}.html"
    whole = _PAGE.read_text("utf-8").replace("{title}", title)
    page.write_text(whole.replace("{body}", _SCREEN.sub(picture, body)), "utf-8")
    return page


def _other_page(match: re.Match[str]) -> str:
    """A paper's page lies beside this one; all else lies where it is."""
    target = DOCS / match.group(1)
    where = f"{target.stem}.html" if target in DOCS.glob("*.md") else target.resolve().as_uri()
    return f'href="{where}"'


def _text(guide: str) -> str:
    return (DOCS / f"{guide}.md").read_text(encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(prog="./dev guide", description="The papers as pages.")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--language", default="en", choices=LANGUAGES, help="of the screens")
    parser.add_argument("--size", default="portrait", choices=SIZES)
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    for guide in shown_screens():
        print(write(asked.out, guide, asked.size, asked.language))


if __name__ == "__main__":
    main()
