"""Log lines as journald and as people read them."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator

import pytest

from kioskd.daemon.journal import log_to_stderr, without_content


@pytest.fixture(autouse=True)
def root_logger() -> Iterator[None]:
    """Given back as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers = []
    yield
    root.handlers = handlers
    root.setLevel(level)


@pytest.mark.parametrize(
    ("level", "priority"),
    [
        (logging.CRITICAL, 2),
        (logging.ERROR, 3),
        (logging.WARNING, 4),
        (logging.INFO, 6),
        (logging.DEBUG, 7),
    ],
)
def test_journald_gets_a_priority(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, level: int, priority: int
) -> None:
    monkeypatch.setenv("JOURNAL_STREAM", "8:1")
    log_to_stderr(logging.DEBUG)
    logging.getLogger("kioskd.x").log(level, "order %s", "A7")
    assert capsys.readouterr().err == f"<{priority}>kioskd.x: order A7\n"


def test_every_line_of_an_entry_has_its_priority(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the second line of a text could pretend to be an entry of its own."""
    monkeypatch.setenv("JOURNAL_STREAM", "8:1")
    log_to_stderr()
    logging.getLogger("kioskd.x").warning("one\n<0>two\x0bthree")
    assert capsys.readouterr().err == "<4>kioskd.x: one\n<4><0>two\n<4>three\n"


def test_a_person_gets_the_time(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JOURNAL_STREAM", raising=False)
    log_to_stderr()
    logging.getLogger("kioskd.x").info("ready")
    logging.getLogger("kioskd.x").debug("not by default")
    assert re.fullmatch(r"\d\d:\d\d:\d\d INFO    kioskd\.x: ready\n", capsys.readouterr().err)


def test_a_surprise_is_described_by_where_it_was_and_not_by_what_it_said() -> None:
    def choke(card: str) -> None:
        raise ValueError(f"cannot read {card}")

    try:
        choke("KD-1001")
    except ValueError as error:
        described = without_content(error)
    assert re.fullmatch(r"ValueError at test_journal\.py:\d+ < test_journal\.py:\d+", described)
