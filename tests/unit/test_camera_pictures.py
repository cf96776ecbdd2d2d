"""Pictures that nobody vouches for, raw camera frames, and a folder that plays camera."""

from __future__ import annotations

import os
import struct
import zlib
from contextlib import suppress
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from kioskd.devices.camera.folder import MIN_FRAMES_EACH, PictureFolder
from kioskd.devices.camera.frame import Frame, SourceAbsent, SourceFault
from kioskd.devices.camera.picture import MAX_SIDE_PX, UnreadablePicture, read_picture
from kioskd.devices.camera.sources import open_source
from kioskd.devices.camera.v4l2 import luma


def _png(level: int, size: tuple[int, int] = (64, 48), mode: str = "L") -> bytes:
    file = BytesIO()
    Image.new(mode, size, level).save(file, "PNG")
    return file.getvalue()


def _bomb(width_px: int, height_px: int) -> bytes:
    """A PNG of a few bytes that claims to be huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width_px, height_px, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


# --- one picture --------------------------------------------------------------------------------------


def test_a_picture_becomes_a_grey_frame() -> None:
    frame = read_picture(_png(77))
    assert frame.shape == (48, 64)
    assert frame.dtype == np.uint8
    assert (frame == 77).all()


def test_a_large_picture_is_made_smaller() -> None:
    assert read_picture(_png(77, (5000, 1000))).shape == (384, MAX_SIDE_PX)


def test_what_is_transparent_is_white() -> None:
    file = BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(file, "PNG")
    assert (read_picture(file.getvalue()) == 255).all()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no picture at all",
        _png(1)[:40],
        _png(1)[:-20] + bytes(20),
        _bomb(60_000, 60_000),
        _bomb(1000, 1000),
        b"\xff\xd8\xff\xe0" + bytes(100),
        b"GIF89a" + bytes(20),
    ],
    ids=["empty", "text", "cut", "damaged", "bomb", "short of pixels", "jpeg header", "gif"],
)
def test_a_file_that_is_no_safe_picture_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadablePicture):
        read_picture(data)


def test_more_pixels_than_a_camera_has_are_not_unpacked() -> None:
    with pytest.raises(UnreadablePicture, match="5000 x 5000 pixels"):
        read_picture(_png(1, (5000, 5000)))


@given(st.data())
def test_any_damage_gives_a_frame_or_a_refusal(data: st.DataObject) -> None:
    picture = bytearray(_png(9))
    for _ in range(data.draw(st.integers(1, 8))):
        picture[data.draw(st.integers(8, len(picture) - 1))] = data.draw(st.integers(0, 255))
    with suppress(UnreadablePicture):
        assert read_picture(bytes(picture)).ndim == 2


# --- raw frames ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fourcc", "data", "bytes_per_line"),
    [
        ("GREY", bytes([1, 2, 9, 3, 4, 9]), 3),
        ("NV12", bytes([1, 2, 3, 4, 128, 128]), 2),
        ("YU12", bytes([1, 2, 3, 4, 128, 128]), 0),
        ("YUYV", bytes([1, 128, 2, 128, 3, 128, 4, 128]), 4),
        ("UYVY", bytes([128, 1, 128, 2, 128, 3, 128, 4]), 4),
    ],
)
def test_the_brightness_of_a_raw_frame(fourcc: str, data: bytes, bytes_per_line: int) -> None:
    assert luma(data, fourcc, 2, 2, bytes_per_line).tolist() == [[1, 2], [3, 4]]


def test_a_frame_cut_short_is_refused() -> None:
    with pytest.raises(UnreadablePicture):
        luma(bytes(7), "YUYV", 2, 2, 4)


# --- a folder -----------------------------------------------------------------------------------------


class _Folder:
    """A picture folder, what it could not read, and files whose age the test decides."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.unreadable: list[str] = []
        self.view = PictureFolder(path, lambda name, why: self.unreadable.append(name))
        self._age = 0

    def put(self, name: str, data: bytes) -> None:
        self._age += 1
        (self.path / name).write_bytes(data)
        os.utime(self.path / name, ns=(self._age, self._age))

    def levels(self, frames: int) -> list[int]:
        """The grey of each of the next frames."""
        return [_level(self.view.frame()) for _ in range(frames)]


def _level(frame: Frame) -> int:
    return int(frame[0, 0])


BLANK = 96


def test_the_newest_picture_is_shown_and_new_ones_each_in_turn(tmp_path: Path) -> None:
    folder = _Folder(tmp_path)
    folder.put("b.png", _png(10))
    folder.put("a.png", _png(20))
    assert folder.levels(MIN_FRAMES_EACH) == [20] * MIN_FRAMES_EACH
    folder.put("c.png", _png(30))
    folder.put("d.PNG", _png(40))
    assert folder.levels(2 * MIN_FRAMES_EACH + 2) == [30] * MIN_FRAMES_EACH + [40] * (MIN_FRAMES_EACH + 2)


def test_a_picture_that_is_overwritten_or_taken_away_changes_the_view(tmp_path: Path) -> None:
    folder = _Folder(tmp_path)
    assert folder.levels(1) == [BLANK]
    folder.put("a.png", _png(20))
    assert folder.levels(MIN_FRAMES_EACH) == [20] * MIN_FRAMES_EACH
    folder.put("a.png", _png(50))
    assert folder.levels(1) == [50]
    (tmp_path / "a.png").unlink()
    assert folder.levels(1) == [BLANK]


def test_an_unreadable_picture_is_told_once_and_skipped(tmp_path: Path) -> None:
    folder = _Folder(tmp_path)
    folder.put("broken.png", b"nonsense")
    (tmp_path / "directory.png").mkdir()
    os.utime(tmp_path / "directory.png", ns=(0, 0))
    assert folder.levels(5) == [BLANK] * 5
    assert folder.unreadable == ["broken.png"]
    folder.put("good.png", _png(60))
    assert folder.levels(1) == [60]


def test_other_files_are_no_pictures(tmp_path: Path) -> None:
    folder = _Folder(tmp_path)
    folder.put("view.png.partial", _png(1))
    folder.put("notes.txt", b"")
    assert folder.levels(2) == [BLANK] * 2
    assert folder.unreadable == []


def test_a_folder_that_vanishes_is_an_absent_camera(tmp_path: Path) -> None:
    folder = _Folder(tmp_path / "camera")
    folder.path.mkdir()
    folder.levels(1)
    folder.path.rmdir()
    with pytest.raises(SourceAbsent):
        folder.view.frame()


def test_a_camera_node_that_is_not_there_is_absent() -> None:
    with pytest.raises(SourceAbsent, match="/dev/video-none is not there"):
        next(open_source("/dev/video-none", lambda name, why: None))


def test_a_file_that_is_no_camera_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "video0").write_bytes(b"")
    with pytest.raises(SourceFault):
        next(open_source(str(tmp_path / "video0"), lambda name, why: None))


def test_a_pi_camera_without_its_library_says_what_to_install() -> None:
    if find_spec("picamera2") is not None:
        pytest.skip("this machine has picamera2")
    with pytest.raises(SourceFault, match="apt install python3-picamera2"):
        next(open_source("picamera2", lambda name, why: None))
