"""What is left on the card of what was written there before, where no file is."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from kioskd.daemon.first_boot import blanking, taking_over
from kioskd.daemon.first_boot.blanking import MOST_BYTES, blank_free_space

ROOM = 3 * 1024 * 1024 + 7 * 512


@pytest.fixture
def writes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A small card in place of a folder, and what was written to it: FAT refuses what does not fit whole."""
    lengths: list[int] = []

    def write(_descriptor: int, data: bytes) -> int:
        if sum(lengths) + len(data) > ROOM:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        assert not any(data)
        lengths.append(len(data))
        return len(data)

    monkeypatch.setattr(Path, "is_mount", lambda _self: True)
    monkeypatch.setattr(blanking, "_free_bytes", lambda _folder: ROOM)
    monkeypatch.setattr(os, "write", write)
    return lengths


def test_what_belongs_to_no_file_is_written_over_and_the_room_is_free_again(
    tmp_path: Path, writes: list[int]
) -> None:
    (tmp_path / "zeros.tmp").write_bytes(b"left by a power cut")
    (tmp_path / "kiosk.toml").write_bytes(b"stays")
    blank_free_space(tmp_path)
    assert sum(writes) == ROOM  # to the last cluster: there the oldest file lay that was saved anew
    assert [file.name for file in tmp_path.iterdir()] == ["kiosk.toml"]


def test_a_folder_on_the_machines_own_disk_and_a_large_one_are_left_alone(
    tmp_path: Path, writes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blanking, "_free_bytes", lambda _folder: MOST_BYTES + 1)
    blank_free_space(tmp_path)
    monkeypatch.setattr(blanking, "_free_bytes", lambda _folder: 1)
    monkeypatch.setattr(Path, "is_mount", lambda _self: False)
    blank_free_space(tmp_path)
    assert writes == []


def test_a_card_that_fails_meanwhile_says_so_and_keeps_nothing_of_it(
    tmp_path: Path, writes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_descriptor: int, _data: bytes) -> int:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "write", broken)
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        blank_free_space(tmp_path)
    assert not [*tmp_path.iterdir()] and not writes


def test_the_room_is_written_over_while_the_file_still_says_that_it_must_be(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done: list[str] = []
    monkeypatch.setattr(taking_over, "blank_free_space", lambda _folder: done.append("room"))
    monkeypatch.setattr(taking_over, "scrub", lambda _card: done.append("file"))

    class Source:
        file = Path("/boot/firmware/kiosk.toml")

    class Card:
        source = Source()

    taking_over._scrub(Card())  # type: ignore[arg-type]
    assert done == ["room", "file"]
