"""The tools that look into a card from outside: what they overlook would be taken for proof."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from kioskd.daemon.config.source import read_source
from kioskd.daemon.first_boot.card import read_card
from tests.lab.first_boot import papers
from tests.lab.first_boot.card import BOOT, DATA, Card

_SECRET = b"sk_live_lab_4711"

needs_tools = pytest.mark.skipif(
    not all(shutil.which(name) for name in ("mcopy", "sfdisk", "mkfs.vfat")),
    reason="needs mtools, sfdisk and mkfs.vfat",
)


@pytest.fixture
def card(tmp_path: Path) -> Card:
    image, fat = tmp_path / "card.img", tmp_path / "fat"
    with image.open("wb") as disk:
        disk.truncate(16 << 20)
    parts = "".join(
        f"start={start}MiB, size={size}MiB\n" for start, size in ((1, 8), (9, 1), (10, 1), (11, 1))
    )
    subprocess.run(("sfdisk", "--quiet", image), input=f"label: dos\n{parts}".encode(), check=True)
    subprocess.run(("mkfs.vfat", "-C", fat, "8192"), check=True, capture_output=True)
    with image.open("r+b") as disk:
        disk.seek(1 << 20)
        disk.write(fat.read_bytes())
    return Card(image)


@needs_tools
def test_what_was_saved_anew_is_still_found_below(card: Card) -> None:
    card.put({"kiosk/pictures/a.webp": b"picture", "kiosk.toml": b"token = " + _SECRET})
    assert card.count(BOOT, _SECRET) == 1
    card.put({"kiosk.toml": b"token = true # mended"})
    assert card.get("kiosk.toml") == b"token = true # mended"
    assert card.get("kiosk/pictures/a.webp") == b"picture"
    assert card.count(BOOT, _SECRET) == 1  # in no file any more


@needs_tools
def test_a_larger_card_and_a_partition_that_fills_it(card: Card) -> None:
    card.enlarge(32)
    assert card.size_mib(DATA) == 1
    card.stretch_data()
    assert card.size_mib(DATA) == 37
    card.remove_data()
    with pytest.raises(IndexError):
        card.size_mib(DATA)


def test_the_technicians_card_is_a_kiosk_and_its_mistake_is_one(tmp_path: Path) -> None:
    text = papers.settings(20007)
    for name, content in papers.on_a_card(text).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    (tmp_path / "kiosk.toml").write_bytes(papers.by_windows(text))
    card = read_card(tmp_path)
    assert card is not None and card.has_secrets and card.machine.host_name == papers.HOST_NAME
    wrong, line = papers.with_mistake(text)
    (tmp_path / "kiosk.toml").write_text(wrong)
    assert read_source(tmp_path / "kiosk.toml").where(("display", "width_px")).split(":")[1] == str(line)
