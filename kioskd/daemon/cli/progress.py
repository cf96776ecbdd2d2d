"""How far something long has come: a bar on a terminal, lines in a file or a pipe."""

from __future__ import annotations

import shutil
from typing import TextIO

_MAX_BAR_CHARS = 40


def progress_on(stream: TextIO, noun: str) -> Bar | Lines:
    """`noun` is what is counted, in the plural."""
    return Bar(stream, noun) if stream.isatty() else Lines(stream, noun)


class Lines:
    def __init__(self, stream: TextIO, noun: str) -> None:
        self._stream = stream
        self._noun = noun

    def advanced(self, done: int, total: int) -> None:
        if done:
            self._say(f"{done} of {total} {self._noun}")

    def waiting(self, wait_s: float) -> None:
        self._say(f"asked to wait {wait_s:.0f} s")

    def close(self) -> None:
        """Nothing to end: every line has its own."""

    def _say(self, text: str) -> None:
        self._stream.write(f"{text}\n")
        self._stream.flush()


class Bar:
    """Redraws one line, never longer than the terminal is wide."""

    def __init__(self, stream: TextIO, noun: str) -> None:
        self._stream = stream
        self._noun = noun
        self._done = 0
        self._total = 0

    def advanced(self, done: int, total: int) -> None:
        self._done, self._total = done, total
        self._draw("")

    def waiting(self, wait_s: float) -> None:
        self._draw(f", asked to wait {wait_s:.0f} s")

    def close(self) -> None:
        """What is written next starts on a line of its own."""
        self._stream.write("\n")
        self._stream.flush()

    def _draw(self, remark: str) -> None:
        columns = shutil.get_terminal_size().columns - 1
        text = f"{self._done} of {self._total} {self._noun}{remark}"
        width = min(_MAX_BAR_CHARS, columns - len(text) - 3)
        if width > 0:
            full = width * self._done // max(self._total, 1)
            text = f"[{'#' * full}{'.' * (width - full)}] {text}"
        self._stream.write(f"\r\x1b[K{text[:columns]}")
        self._stream.flush()
