"""A serial scanner's bytes become the code, its symbology, or a reason; nothing makes the reader fail."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kioskd.core.events import Scanned, ScanRejected
from kioskd.devices.scanner.aim import AimMode
from kioskd.devices.scanner.framing import SerialFramer
from kioskd.devices.scanner.intake import DUPLICATE_WINDOW_S, MAX_TEXT, Intake
from kioskd.devices.scanner.reading import Outcome, Reading, Reason, Rejected

GS = "\x1d"
# Bytes; `None` is a silence longer than the pauses inside a code.
VECTORS: dict[str, tuple[list[bytes | None], list[tuple[str | None, str]]]] = {
    "B01": (
        [bytes.fromhex("5D 51 31 48 49 0D 0A 5D 43 30 41 0D")],
        [("qr", "HI"), ("code128", "A")],
    ),
    "B02": ([bytes.fromhex("02 5D 7A 30 58 31 03")], [("aztec", "X1")]),
    "B03": (
        [b"]C1010401234512345610L7\x1d219\r"],
        [("code128", f"010401234512345610L7{GS}219")],
    ),
    "B04": ([b"123", b"4", None], [(None, "1234")]),
    "tab": ([b"12\t34\t"], [(None, "12"), (None, "34")]),
    "utf-8": (["Kärcher\r".encode()], [(None, "Kärcher")]),
    "windows-1252": ([b"K\xe4rcher\r"], [(None, "Kärcher")]),
    "no text in either": ([b"\xff\x81\r"], [(None, "!grammar")]),
    "control characters": ([b"rm\x1b[A\r"], [(None, "!control_char")]),
    "answer to a command": ([b"]Z6REV1\r"], []),
    "ETX that ends nothing": ([b"AB\x03\r"], [(None, "!control_char")]),
    "empty frames": ([b"\r\n\r\n\t", None], []),
    "extended channel": ([b"]Q2\\000026A\\\\B\r", b"]Q2\\000009A\r"], [("qr", "A\\B"), (None, "!grammar")]),
    "text that only begins like an identifier": ([b"]\r"], [(None, "]")]),
}


def _read(portions: list[bytes | None]) -> list[tuple[str | None, str]]:
    framer, intake = SerialFramer(), Intake("scanner", lambda: 0.0)
    outcomes: list[Outcome] = []
    for portion in portions:
        outcomes += framer.silence() if portion is None else framer.feed(portion)
    read = []
    for outcome in outcomes:
        match intake.take(outcome):
            case Scanned(text, _, symbology):
                read.append((symbology, text))
            case ScanRejected(reason):
                read.append((None, f"!{reason}"))
    return read


@pytest.mark.parametrize("name", VECTORS)
def test_bytes_become_the_code_however_they_are_portioned(name: str) -> None:
    portions, expected = VECTORS[name]
    assert _read(portions) == expected
    single: list[bytes | None] = []
    for portion in portions:
        single += [None] if portion is None else [bytes([byte]) for byte in portion]
    assert _read(single) == expected
    for cut in range(1, len(single)):
        head = b"".join(p for p in single[:cut] if p is not None)
        if None not in single[:cut]:
            assert _read([head, *single[cut:]]) == expected


def test_a_code_longer_than_512_is_refused() -> None:
    assert _read([b"1" * 512 + b"\r", b"2" * 513 + b"\r"]) == [(None, "1" * 512), (None, "!too_long")]


def test_a_flood_without_end_is_refused_once_until_the_line_is_silent() -> None:
    assert _read([b"7" * 20_000 + b"\r1\r", None, b"1234\r"]) == [(None, "!too_long"), (None, "1234")]


class _Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_the_same_code_again_is_a_duplicate_for_a_while() -> None:
    clock = _Clock()
    intake = Intake("scanner", clock)
    assert intake.take(Reading("1234")) == Scanned("1234", "scanner")
    clock.now_s += DUPLICATE_WINDOW_S - 0.1
    assert intake.take(Reading("1234")) == ScanRejected("duplicate", "scanner")
    assert intake.take(Reading("5678")) == Scanned("5678", "scanner")
    clock.now_s += DUPLICATE_WINDOW_S
    assert intake.take(Reading("5678")) == Scanned("5678", "scanner")


def test_a_flood_of_codes_is_slowed_down() -> None:
    clock = _Clock()
    intake = Intake("scanner", clock)
    events = []
    for number in range(10_000):
        clock.now_s += 0.006
        events.append(intake.take(Reading(str(number))))
    scans = [event for event in events if isinstance(event, Scanned)]
    rejects = [event for event in events if isinstance(event, ScanRejected)]
    assert 590 <= len(scans) <= 610
    assert 170 <= len(rejects) <= 190


def test_a_separator_sent_as_text_is_put_right() -> None:
    intake = Intake("scanner", lambda: 0.0, gs_text="{GS}")
    assert intake.take(Reading("]C110A{GS}21")) == Scanned(f"10A{GS}21", "scanner", "code128")


def test_identifiers_stay_where_the_profile_says_there_are_none() -> None:
    intake = Intake("scanner", lambda: 0.0, aim=AimMode.OFF)
    assert intake.take(Reading("]C1123")) == Scanned("]C1123", "scanner")


@given(st.lists(st.binary(max_size=200) | st.none(), max_size=20))
def test_any_bytes_give_events_within_the_limits(portions: list[bytes | None]) -> None:
    for _, text in _read(portions):
        assert 0 < len(text) <= MAX_TEXT


@given(st.text(max_size=600))
def test_any_text_gives_an_event_or_nothing(text: str) -> None:
    event = Intake("scanner", lambda: 0.0).take(Reading(text))
    assert event is None or isinstance(event, Scanned | ScanRejected)


def test_a_rejection_carries_its_reason_only() -> None:
    event = Intake("scanner", lambda: 0.0).take(Rejected(Reason.OVERRUN))
    assert event == ScanRejected("overrun", "scanner")
