"""What is on the disk of the jobs that were sent."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from kioskd.core.print_verdict import PrintVerdict
from kioskd.devices.printer.journal import REMEMBERED_JOBS, JobJournal


def test_what_was_printed_is_known_after_a_restart_and_what_was_begun_is_unknown(tmp_path: Path) -> None:
    async def before() -> None:
        journal = JobJournal(tmp_path / "printer.json")
        await journal.load()
        await journal.begin("a", 500)
        await journal.end("a", PrintVerdict.PRINTED)
        await journal.end("kept", PrintVerdict.KEPT)
        await journal.begin("refused", 500)
        await journal.end("refused", PrintVerdict.BLOCKED)
        await journal.begin("b", 700)

    async def after() -> JobJournal:
        journal = JobJournal(tmp_path / "printer.json")
        await journal.load()
        return journal

    asyncio.run(before())
    journal = asyncio.run(after())
    assert journal.verdict("a") is PrintVerdict.PRINTED
    assert journal.verdict("b") is PrintVerdict.UNKNOWN
    assert journal.interrupted_bytes == 700
    assert journal.verdict("refused") is None
    assert journal.verdict("kept") is None, "it was only in memory, so nobody printed it"


def test_old_jobs_are_forgotten(tmp_path: Path) -> None:
    async def play() -> JobJournal:
        journal = JobJournal()
        for number in range(REMEMBERED_JOBS + 5):
            await journal.end(str(number), PrintVerdict.PRINTED)
        return journal

    journal = asyncio.run(play())
    assert journal.verdict("4") is None
    assert journal.verdict("5") is PrintVerdict.PRINTED


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"ended": {"a": "eaten"}, "open": null}', '{"ended": {}, "open": {"job": 1}}']
)
def test_a_damaged_file_stops_no_receipt(tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "printer.json").write_text(text, encoding="utf-8")

    async def play() -> None:
        journal = JobJournal(tmp_path / "printer.json")
        await journal.load()
        await journal.end("a", PrintVerdict.PRINTED)
        assert journal.verdict("a") is PrintVerdict.PRINTED

    asyncio.run(play())
    assert "cannot be read" in caplog.text


def test_a_disk_that_cannot_be_written_is_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def play() -> None:
        journal = JobJournal(tmp_path / "nowhere" / "printer.json")
        await journal.load()
        for job in ("a", "b"):
            await journal.begin(job, 1)

    asyncio.run(play())
    assert len(caplog.messages) == 1
