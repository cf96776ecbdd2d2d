"""Log lines for journald: a priority in front, one line an event, nothing of a guest's in them."""

from __future__ import annotations

import logging
import os
import sys
import traceback

# What sd-daemon(3) reads at the start of a line: 3 error, 4 warning, 6 information, 7 debug.
_PRIORITIES = {logging.ERROR: 3, logging.WARNING: 4, logging.INFO: 6, logging.DEBUG: 7}


class _Journald(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        priority = _PRIORITIES.get(record.levelno, 2)
        return "\n".join(f"<{priority}>{line}" for line in super().format(record).splitlines())


def without_content(error: BaseException) -> str:
    """The kind of a surprise and the way to it, innermost first. Its text may hold what it choked on."""
    frames = reversed(traceback.extract_tb(error.__traceback__))
    places = (f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames)
    return f"{type(error).__name__} at {' < '.join(places)}"


def log_to_stderr(level: int = logging.INFO) -> None:
    """With priorities when journald listens, with times when a person does."""
    handler = logging.StreamHandler(sys.stderr)
    if "JOURNAL_STREAM" in os.environ:
        handler.setFormatter(_Journald("%(name)s: %(message)s"))
    else:
        handler.setFormatter(
            logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S")
        )
    logging.basicConfig(level=level, handlers=[handler], force=True)
