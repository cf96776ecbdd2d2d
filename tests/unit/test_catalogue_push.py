"""Pushing the menu, seen by whoever types the command: what is sent, kept, refused, and gone on with."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kioskd.core.catalogue import Catalogue
from kioskd.core.catalogue_port import BatchAnswer, CatalogueEntry, EntryKind, EntryRefused
from kioskd.core.errors import LoyaltyError, StorageError, Throttled, Unreachable
from kioskd.daemon.catalogue_push import PATIENCE_S, CataloguePush
from kioskd.daemon.cli.progress import Bar, Lines, progress_on
from kioskd.daemon.push_journal import PushJournal, journal_in, locked_journal_in

Batch = tuple[CatalogueEntry, ...]


def entry(number: int, content: str = "as ever") -> CatalogueEntry:
    return CatalogueEntry(EntryKind.PRODUCT, f"P{number}", f"Product {number}", content.encode())


class Reader:
    """A backend that takes two entries a request; `script` is what it does instead, request by request."""

    def __init__(self, *script: LoyaltyError | Callable[[Batch], BatchAnswer] | None) -> None:
        self.script = list(script)
        self.asked: list[list[str]] = []
        self.known: dict[str, bytes] = {}

    def entries(self, catalogue: Catalogue, language: str) -> Batch:
        return ()

    def batches(self, entries: Iterable[CatalogueEntry]) -> Iterator[Batch]:
        listed = tuple(entries)
        return (listed[at : at + 2] for at in range(0, len(listed), 2))

    async def push(self, batch: Batch) -> BatchAnswer:
        self.asked.append([entry.id for entry in batch])
        step = self.script.pop(0) if self.script else None
        if isinstance(step, LoyaltyError):
            raise step
        answer = step(batch) if step else BatchAnswer(batch)
        self.known |= {entry.id: entry.content for entry in answer.taken}
        return answer


class Watched:
    def __init__(self) -> None:
        self.steps: list[tuple[int, int]] = []
        self.waits_s: list[float] = []

    def advanced(self, done: int, total: int) -> None:
        self.steps.append((done, total))

    def waiting(self, wait_s: float) -> None:
        self.waits_s.append(wait_s)


class Push:
    """A push of `entries`, as the command makes one. What it waited for is in `slept_s`."""

    def __init__(self, reader: Reader, journal: PushJournal, entries: Iterable[CatalogueEntry]) -> None:
        self.watched = Watched()
        self.slept_s: list[float] = []
        changed = journal.changed(entries)
        self.push = CataloguePush(reader, changed, journal, self.watched, self._sleep)

    def run(self) -> CataloguePush:
        asyncio.run(self.push.run())
        return self.push

    async def _sleep(self, seconds: float) -> None:
        self.slept_s.append(seconds)


@pytest.fixture
def journal(tmp_path: Path) -> PushJournal:
    return journal_in(tmp_path, "here")


FIVE = tuple(entry(number) for number in range(5))


def test_everything_is_pushed_in_batches_and_the_progress_is_told(journal: PushJournal) -> None:
    reader = Reader()
    push = Push(reader, journal, FIVE)
    ended = push.run()
    assert reader.asked == [["P0", "P1"], ["P2", "P3"], ["P4"]]
    assert push.watched.steps == [(0, 5), (2, 5), (4, 5), (5, 5)]
    assert (ended.done, ended.refused) == (5, [])


def test_only_what_changed_is_pushed_the_next_time(tmp_path: Path) -> None:
    Push(Reader(), journal_in(tmp_path, "here"), FIVE).run()
    reader = Reader()
    Push(reader, journal_in(tmp_path, "here"), (*FIVE[:3], entry(3, "dearer"), entry(9))).run()
    assert reader.asked == [["P3", "P9"]]


def test_another_destination_has_been_told_nothing(tmp_path: Path) -> None:
    Push(Reader(), journal_in(tmp_path, "here"), FIVE).run()
    assert journal_in(tmp_path, "there").changed(FIVE) == FIVE


def test_a_category_and_a_product_may_have_the_same_id(tmp_path: Path) -> None:
    journal = journal_in(tmp_path, "here")
    journal.confirm([entry(1)])
    category = CatalogueEntry(EntryKind.CATEGORY, "P1", "A category", entry(1).content)
    assert journal.changed([entry(1), category]) == (category,)


def test_what_left_the_menu_is_pushed_when_it_comes_back(tmp_path: Path) -> None:
    journal = journal_in(tmp_path, "here")
    journal.confirm(FIVE)
    journal.keep_only(FIVE[:2])
    assert journal_in(tmp_path, "here").changed(FIVE) == FIVE[2:]


def test_a_push_that_stopped_goes_on_where_it_was(tmp_path: Path) -> None:
    stopped = Push(Reader(None, Unreachable("no network")), journal_in(tmp_path, "here"), FIVE)
    with pytest.raises(Unreachable):
        stopped.run()
    assert (stopped.push.done, stopped.push.total) == (2, 5)
    reader = Reader()
    Push(reader, journal_in(tmp_path, "here"), FIVE).run()
    assert reader.asked == [["P2", "P3"], ["P4"]]


@settings(max_examples=30)  # each one syncs to the disk
@given(
    failing=st.lists(st.integers(0, 4), max_size=6),
    contents=st.lists(st.sampled_from(["as ever", "dearer"]), min_size=5, max_size=5),
)
def test_however_often_it_stops_the_backend_ends_up_with_the_menu(
    tmp_path_factory: pytest.TempPathFactory, failing: list[int], contents: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("push")
    reader = Reader()
    wanted = tuple(entry(number, content) for number, content in enumerate(contents))
    for number, requests in enumerate([*failing, 99]):
        reader.script = [None] * requests + [Unreachable("no network")]
        menu = wanted if number % 2 or requests == 99 else FIVE  # the menu changes in between
        try:
            Push(reader, journal_in(folder, "here"), menu).run()
        except Unreachable:
            continue
    assert reader.known == {entry.id: entry.content for entry in wanted}
    assert journal_in(folder, "here").changed(wanted) == ()


def test_what_is_refused_is_listed_and_tried_again_the_next_time(tmp_path: Path) -> None:
    refusal = EntryRefused(FIVE[1], "invalid name")
    push = Push(
        Reader(lambda batch: BatchAnswer(batch[:1], (refusal,))), journal_in(tmp_path, "here"), FIVE
    ).run()
    assert (push.done, push.refused) == (5, [refusal])
    assert journal_in(tmp_path, "here").changed(FIVE) == (FIVE[1],)


def test_an_undecided_part_is_sent_before_the_rest(journal: PushJournal) -> None:
    reader = Reader(lambda batch: BatchAnswer((), (), ((batch[0],), (batch[1],))))
    push = Push(reader, journal, FIVE)
    push.run()
    assert reader.asked == [["P0", "P1"], ["P0"], ["P1"], ["P2", "P3"], ["P4"]]
    assert push.watched.steps[:3] == [(0, 5), (0, 5), (1, 5)]


def test_a_throttled_batch_is_sent_again_after_the_wait(journal: PushJournal) -> None:
    reader = Reader(Throttled(7.0), Throttled(0.0))
    push = Push(reader, journal, FIVE[:2])
    push.run()
    assert reader.asked == [["P0", "P1"]] * 3
    assert push.slept_s == push.watched.waits_s == [7.0, 1.0]


def test_a_server_that_only_ever_says_later_ends_the_push(journal: PushJournal) -> None:
    push = Push(Reader(*[Throttled(60.0)] * 99), journal, FIVE)
    with pytest.raises(Throttled):
        push.run()
    assert sum(push.slept_s) <= PATIENCE_S


# --- the journal --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "damaged",
    [b"", b"[]", b"\xff\x00", b'{"destination": "here"}', b'{"destination": "here", "told": [1]}', b"{"],
)
def test_a_damaged_journal_costs_a_full_push_and_no_more(tmp_path: Path, damaged: bytes) -> None:
    journal_in(tmp_path, "here").confirm(FIVE)
    (tmp_path / "catalogue.json").write_bytes(damaged)
    assert journal_in(tmp_path, "here").changed(FIVE) == FIVE


def test_the_journal_names_ids_and_hashes_only(tmp_path: Path) -> None:
    journal_in(tmp_path, "here").confirm([entry(1)])
    kept = json.loads((tmp_path / "catalogue.json").read_text())
    assert list(kept["told"]) == ["product/P1"]
    assert [path.name for path in tmp_path.iterdir()] == ["catalogue.json"]


def test_two_pushes_at_once_are_refused(tmp_path: Path) -> None:
    with (
        locked_journal_in(tmp_path / "state", "here"),
        pytest.raises(StorageError, match="another push"),
        locked_journal_in(tmp_path / "state", "here"),
    ):
        pass
    with locked_journal_in(tmp_path / "state", "here"):
        pass


def test_a_directory_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=r"catalogue\.lock"), locked_journal_in(tmp_path / "file", "here"):
        pass
    with pytest.raises(StorageError, match=r"catalogue\.json"):
        journal_in(tmp_path / "none", "here").confirm(FIVE)


# --- progress -----------------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_file_gets_plain_lines() -> None:
    stream = io.StringIO()
    progress = progress_on(stream, "entries")
    assert isinstance(progress, Lines)
    progress.advanced(0, 5)
    progress.advanced(2, 5)
    progress.waiting(7.0)
    progress.close()
    assert stream.getvalue() == "2 of 5 entries\nasked to wait 7 s\n"


@pytest.mark.parametrize("columns", [80, 24, 5])
def test_a_terminal_gets_one_line_that_fits(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    stream = Terminal()
    progress = progress_on(stream, "entries")
    assert isinstance(progress, Bar)
    for done in (0, 2, 5):
        progress.advanced(done, 5)
    progress.waiting(7.0)
    progress.close()
    drawn = [line.removeprefix("\x1b[K") for line in stream.getvalue().split("\r") if line]
    assert all(len(line.rstrip("\n")) < columns for line in drawn)
    assert stream.getvalue().count("\n") == 1
    if columns == 80:
        assert drawn[1] == "[" + "#" * 16 + "." * 24 + "] 2 of 5 entries"
        assert drawn[2] == "[" + "#" * 40 + "] 5 of 5 entries"
        assert "asked to wait 7 s" in drawn[3]
