"""What the papers name is there: files, commands, and the doors of `./dev`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kioskd.cli import main
from tests.screens.guide import shown_screens, write
from tests.ui_visits import shop, visits

ROOT = Path(__file__).parents[2]
PAPERS = [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md")), *sorted(ROOT.glob("hardware/**/README.md"))]
TEXTS = {paper.relative_to(ROOT).as_posix(): paper.read_text(encoding="utf-8") for paper in PAPERS}
CODE = re.compile(r"```sh\n(.*?)```|`([^`\n]+)`", re.DOTALL)


def code(text: str) -> str:
    return "\n".join(block or inline for block, inline in CODE.findall(text))


def named(pattern: str) -> list[str]:
    return sorted({match for text in TEXTS.values() for match in re.findall(pattern, code(text))})


@pytest.mark.parametrize("paper", TEXTS)
def test_every_link_leads_to_a_file(paper: str) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", TEXTS[paper])
    missing = [link for link in links if not (ROOT / paper).parent.joinpath(link).exists()]
    assert not missing


@pytest.mark.parametrize("words", named(r"(?<![\w./-])kioskd ([a-z][a-z-]+(?: [a-z][a-z-]+)?)(?=$|[\s;|])"))
def test_every_command_is_one(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*words.split(), "--help"])
    assert ended.value.code == 0, capsys.readouterr().err


@pytest.mark.parametrize("command", named(r"\./dev ([a-z]+)"))
def test_every_door_is_one(command: str) -> None:
    usage = (ROOT / "dev").read_text(encoding="utf-8").split("TEXT")[1]
    assert re.search(rf"^  {command} ", usage, re.MULTILINE) or command == "help"


@pytest.mark.parametrize(
    ("guide", "screen"), [(guide, each) for guide, some in shown_screens().items() for each in some]
)
def test_every_screen_a_guide_shows_is_one(guide: str, screen: str) -> None:
    assert screen in visits(shop())


def test_a_guide_becomes_a_page_with_pictures(tmp_path: Path) -> None:
    page = write(tmp_path, "technician", "portrait", "nl").read_text(encoding="utf-8")
    pictures = re.findall(r'<img src="([^"]+)" alt="[^"]+"', page)
    assert len(pictures) == len(shown_screens()["technician"])
    assert all((tmp_path / each).read_bytes().startswith(b"\x89PNG") for each in pictures)
    assert "<table>" in page
