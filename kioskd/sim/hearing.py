"""What a guest hears: the voice of a kiosk, written down, and the jack their headphones go into."""

from __future__ import annotations

import json
import os
import signal
import struct
import sys
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from kioskd.sim import voice
from kioskd.sim.plug import Plug

_INPUT_EVENT = struct.Struct("@llHHi")
_EV_SYN, _EV_SW, _SW_HEADPHONE_INSERT = 0, 5, 2


@dataclass(slots=True)
class Manners:
    """`signs_per_s`: how fast it speaks, 0 for in no time. `lacks`: languages it has no voice for."""

    signs_per_s: int = 0
    hangs: bool = False
    lacks: list[str] = field(default_factory=list)

    @property
    def takes_no_time(self) -> bool:
        return not self.signs_per_s and not self.hangs

    def set(self, name: str, value: object) -> None:
        """Raises ValueError for what does not exist."""
        if name not in {one.name for one in fields(self)}:
            raise ValueError(f"has no {name!r}")
        setattr(self, name, value)


@dataclass(frozen=True, slots=True)
class Told:
    """What the voice was told to say, how loud (100 is espeak-ng's own) and by which process."""

    text: str
    language: str
    amplitude: int
    pid: int


class Jack(Plug):
    """A FIFO that carries what the jack's evdev node would."""

    async def put(self, plugged: bool) -> None:
        now = time.monotonic()
        stamp = (int(now), int(now % 1 * 1_000_000))
        events = ((_EV_SW, _SW_HEADPHONE_INSERT, int(plugged)), (_EV_SYN, 0, 0))
        await self._write(b"".join(_INPUT_EVENT.pack(*stamp, *event) for event in events))

    def _appear(self) -> int:
        self.path.unlink(missing_ok=True)
        os.mkfifo(self.path)
        # Both ways, so that there is always a writer and the reader waits for us instead of seeing the end.
        return os.open(self.path, os.O_RDWR | os.O_NONBLOCK)


class Hearing:
    """Use as a context manager. `headphones` is whether they are plugged in."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "voice"
        self._said = self._folder / "said"
        self._jack = Jack(folder / "jack")
        self._mark = 0
        self.manners = Manners()
        self.headphones = False

    def __enter__(self) -> Self:
        self._folder.mkdir(exist_ok=True)
        self._said.unlink(missing_ok=True)
        self._said.touch()
        self.change()
        self._jack.replug()
        return self

    def __exit__(self, *_: object) -> None:
        self._jack.unplug()

    def settings(self) -> dict[str, Any]:
        """The section of kiosk.toml."""
        program = [sys.executable, "-IS", voice.__file__, str(self._folder)]
        return {
            "driver": "espeak-ng",
            "program": program,
            "jack": str(self._jack.path),
            "speaker_volume": 6,
        }

    def change(self, **manners: object) -> None:
        """From the next sentence on. Raises ValueError for what does not exist."""
        for name, value in manners.items():
            self.manners.set(name, value)
        file = self._folder / "manners"
        file.with_suffix(".new").write_text(json.dumps(asdict(self.manners)))
        file.with_suffix(".new").replace(file)

    async def plug(self, headphones: bool) -> None:
        self.headphones = headphones
        await self._jack.put(headphones)

    @property
    def transcript(self) -> list[Told]:
        """All of it, from the beginning of this world."""
        *lines, _ = self._said.read_text("utf-8").split("\n")  # the last may be in the writing
        return [Told(**json.loads(line)) for line in lines]

    @property
    def quiet_s(self) -> float:
        """How long ago the last sentence was begun."""
        return time.time() - self._said.stat().st_mtime

    def mark(self) -> None:
        """What was said before is over."""
        self._mark = len(self.transcript)

    @property
    def since_mark(self) -> list[Told]:
        return self.transcript[self._mark :]

    def kill(self) -> bool:
        """The process that speaks now, in mid-sentence. False when none does."""
        transcript = self.transcript
        if not transcript:
            return False
        with suppress(ProcessLookupError):
            os.kill(transcript[-1].pid, signal.SIGKILL)
            return True
        return False
