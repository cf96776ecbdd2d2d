"""What is understood of a printer's answers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kioskd.devices.printer.status import (
    BufferCleared,
    CustomStatus,
    FlowChanged,
    Heard,
    Paper,
    PrinterStatus,
    ProcessDone,
    Retracts,
    StatusAnswer,
    StatusReader,
    StatusReport,
    ValueAnswer,
)

READY = PrinterStatus(False, False, Paper.ENOUGH, False, False, False)


def heard(reader: StatusReader, received: str, now_s: float = 0.0) -> list[Heard]:
    return reader.feed(bytes.fromhex(received), now_s)


def test_a_report_with_flow_control_inside() -> None:
    xoff, report = heard(StatusReader(), "38 00 13 0F 0F")
    assert xoff == FlowChanged(may_send=False)
    assert report == StatusReport(PrinterStatus(True, True, Paper.OUT, False, False, False))
    assert report.status.trouble == "cover open"


def test_a_report_that_overtakes_an_answer() -> None:
    reader = StatusReader()
    reader.expect_status(4, 0.0)
    report, answer = heard(reader, "10 00 00 0F 72")
    assert report == StatusReport(READY)
    assert answer == StatusAnswer(4, 0x72)
    assert isinstance(answer, StatusAnswer)
    assert answer.onto(READY).trouble == "paper out"


def test_every_answer_fills_in_what_it_knows() -> None:
    status = PrinterStatus()
    for number in (1, 2, 3, 4):
        status = StatusAnswer(number, 0x12).onto(status)
    assert status == READY
    assert StatusAnswer(4, 0x1E).onto(READY).paper is Paper.LOW
    assert StatusAnswer(3, 0x1A).onto(READY).trouble == "cutter stuck"
    assert StatusAnswer(2, 0x16).onto(READY).trouble == "cover open"
    assert StatusAnswer(1, 0x1A).onto(READY).trouble == "off-line"


def test_silence_is_not_ready() -> None:
    assert PrinterStatus() != READY
    assert PrinterStatus().paper is Paper.UNKNOWN


def test_proof_of_printing_may_arrive_in_parts() -> None:
    reader = StatusReader()
    assert heard(reader, "37 22 41") == []
    assert heard(reader, "30 30 31 00", 0.3) == [ProcessDone("A001")]
    assert heard(reader, "37 25 00") == [BufferCleared()]


def test_half_a_message_is_forgotten_after_half_a_second() -> None:
    reader = StatusReader()
    heard(reader, "37 22 41")
    assert heard(reader, "10 00 00 0F", 1.0) == [StatusReport(READY)]
    assert reader.oddities["late"] == 1


def test_a_broken_report_does_not_swallow_the_next_answer() -> None:
    reader = StatusReader()
    reader.expect_status(1, 0.0)
    assert heard(reader, "10 00 12") == [StatusAnswer(1, 0x12)]
    assert reader.oddities["desync"] == 1


def test_answers_nobody_waits_for_are_counted_and_ignored() -> None:
    reader = StatusReader()
    assert heard(reader, "12 00") == []
    assert reader.oddities == {"unsolicited": 1, "unknown": 1}
    reader.expect_value()
    assert heard(reader, "0C") == [ValueAnswer(0x0C)]


@given(st.lists(st.tuples(st.binary(max_size=50), st.floats(0, 2), st.booleans())))
def test_no_bytes_make_the_reader_fail_or_grow(chunks: list[tuple[bytes, float, bool]]) -> None:
    reader, now_s = StatusReader(), 0.0
    for data, pause_s, ask in chunks:
        now_s += pause_s
        if ask:
            reader.expect_status(4, now_s)
        assert len(reader.feed(data, now_s)) <= len(data)
    assert heard(reader, "10 00 00 0F", now_s + 1) == [StatusReport(READY)]


# --- Custom's dialect -------------------------------------------------------------------------------------


def after(reader: StatusReader, received: str) -> PrinterStatus:
    status = PrinterStatus()
    for said in heard(reader, received):
        assert isinstance(said, CustomStatus)
        status = said.onto(status)
    return status


def test_a_full_status_knows_of_the_receipt_in_the_output() -> None:
    status = after(StatusReader(custom=True), "10 0F 25 00 40 00")
    assert (status.paper, status.receipt_waiting, status.jammed) == (Paper.OUT, True, True)
    assert status.needs_service


def test_a_partial_status_changes_only_what_it_names() -> None:
    status = after(StatusReader(custom=True), "10 05 04 40")
    assert (status.paper, status.jammed, status.cover_open) == (Paper.LOW, True, None)


def test_flow_control_inside_a_full_status() -> None:
    reader = StatusReader(custom=True)
    xoff, status = heard(reader, "10 0F 00 13 02 00 00")
    assert xoff == FlowChanged(may_send=False)
    assert isinstance(status, CustomStatus)
    assert status.onto(PrinterStatus()).trouble == "cover open"


def test_the_number_of_retracts_is_in_letters() -> None:
    reader = StatusReader(custom=True)
    reader.expect_counter(0.0)
    assert heard(reader, b"0512".hex()) == []
    assert heard(reader, b"ret".hex(), 0.1) == [Retracts(512)]
    reader.expect_counter(1.0)
    assert heard(reader, b"77777777777777777777".hex(), 1.1) == []
    assert heard(reader, "10 0F 00 00 00 00", 2.0) == [CustomStatus(0, 0, 0, 0)]


@given(st.lists(st.tuples(st.binary(max_size=50), st.floats(0, 2), st.booleans())))
def test_no_bytes_make_the_custom_reader_fail_or_grow(chunks: list[tuple[bytes, float, bool]]) -> None:
    reader, now_s = StatusReader(custom=True), 0.0
    for data, pause_s, ask in chunks:
        now_s += pause_s
        if ask:
            reader.expect_counter(now_s)
        assert len(reader.feed(data, now_s)) <= len(data)
    assert heard(reader, "10 0F 00 00 00 00", now_s + 1) == [CustomStatus(0, 0, 0, 0)]
