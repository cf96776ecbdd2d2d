"""A HID-POS scanner's reports become the code, its symbology, or a reason, whatever the maker's layout."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kioskd.core.events import Scanned, ScanRejected
from kioskd.devices.scanner.hid_descriptor import ScannedReport, scanned_report
from kioskd.devices.scanner.hidpos import HidPosDecoder
from kioskd.devices.scanner.hidraw import Reports
from kioskd.devices.scanner.intake import Intake
from kioskd.devices.scanner.reading import MAX_BUFFER
from kioskd.sim.hidraw import DATA_BYTES, DESCRIPTOR, reports_of

FULL = bytes.fromhex("02 38 5D 51 31") + b"A" * 56
REPORTS: dict[str, tuple[list[bytes], list[str]]] = {
    "P01": ([bytes.fromhex("02 05 5D 51 31 48 45 4C 4C 4F") + bytes(51) + b"\x73\0\0"], ["qr HELLO"]),
    "P02": (
        [
            FULL + b"\x73\0\x01",
            bytes.fromhex("02 04 5D 51 31") + b"BBBB" + bytes(52) + b"\x73\0\0",
        ],
        ["qr " + "A" * 56 + "BBBB"],
    ),
    "P03": ([bytes.fromhex("02 03 00 5D 43 30 41 42 43") + bytes(55)], ["code128 ABC"]),
    "P04": (
        [bytes.fromhex("02 5D 45 30 34 30 30 36 33 38 31 33 33 33 39 33 31") + bytes(44)],
        ["ean/upc 4006381333931"],
    ),
    "P05": ([bytes.fromhex("02 08 5D 5A 36 52 45 56 49 4E 46 06 2E") + bytes(48) + b"\x36\0\0"], []),
    "an answer to a command": ([bytes.fromhex("02 03 5D 58 30 41 42 43") + bytes(56)], []),
    "a CR at the end": ([bytes.fromhex("02 03 5D 51 31 48 49 0D") + bytes(56)], ["qr HI"]),
    "no place for an identifier": ([b"\x02" + b"HELLO" + bytes(58)], []),
    "a length that lies": ([bytes.fromhex("02 FF 5D 51 31") + b"A" * 56 + bytes(3)], ["qr " + "A" * 56]),
    "too short": ([b"\x02\x05]Q1"], []),
    "nothing": ([b""], []),
}


def _words(decoder: HidPosDecoder, reports: list[bytes], *, silence: bool = False) -> list[str]:
    intake, words = Intake("scanner", lambda: 0.0), []
    outcomes = [outcome for report in reports for outcome in decoder.feed(report)]
    for outcome in outcomes + (decoder.silence() if silence else []):
        match intake.take(outcome):
            case Scanned(text, _, symbology):
                words.append(f"{symbology} {text}" if symbology else text)
            case ScanRejected(reason):
                words.append(f"!{reason}")
    return words


@pytest.mark.parametrize("name", REPORTS)
def test_reports_become_the_code(name: str) -> None:
    reports, expected = REPORTS[name]
    assert _words(HidPosDecoder(), reports) == expected
    assert _words(HidPosDecoder(), reports, silence=True) == expected


@pytest.mark.parametrize("name", ["P01", "P02", "P05"])
def test_with_the_descriptor_it_is_the_same(name: str) -> None:
    reports, expected = REPORTS[name]
    assert _words(HidPosDecoder(scanned_report(DESCRIPTOR)), reports) == expected


def test_a_recording_may_be_cut_anywhere() -> None:
    reports, expected = REPORTS["P02"]
    stream = b"".join(reports)
    for cut in range(len(stream) + 1):
        cutter = Reports()
        whole = cutter.split(stream[:cut]) + cutter.split(stream[cut:])
        assert _words(HidPosDecoder(), whole) == expected


def test_a_full_last_report_that_promises_more_is_delivered_after_a_silence() -> None:
    decoder = HidPosDecoder()
    assert _words(decoder, [FULL + b"\x73\0\x01"]) == []
    assert _words(decoder, [], silence=True) == ["qr " + "A" * 56]


def test_the_makers_letter_names_the_symbology_where_there_is_no_identifier() -> None:
    report = b"\x02\x02" + bytes(3) + b"AB" + bytes(54) + b"\x6a\0\0"
    assert _words(HidPosDecoder(scanned_report(DESCRIPTOR)), [report]) == ["code128 AB"]


def test_the_descriptor_says_where_everything_is() -> None:
    assert scanned_report(DESCRIPTOR) == ScannedReport(
        report_id=2, data=5, data_bytes=56, aim=2, length=1, continued=(63, 1)
    )


def test_a_report_without_id_or_length() -> None:
    descriptor = bytes.fromhex("058c 0902 a101 7508 09fb09fc09fd 9503 8102 09fe 9510 8102 c0")
    layout = scanned_report(descriptor)
    assert layout == ScannedReport(None, data=3, data_bytes=16, aim=0, length=None, continued=None)
    assert _words(HidPosDecoder(layout), [b"]E0" + b"12345670" + bytes(8)]) == ["ean/upc 12345670"]


def test_a_keyboard_has_no_such_report() -> None:
    keyboard = bytes.fromhex(
        "05010906a101050719e029e71500250175019508810295017508810395067508150025650507190029658100c0"
    )
    assert scanned_report(keyboard) is None


def test_a_report_that_ends_before_its_length_is_dropped() -> None:
    layout = ScannedReport(None, data=3, data_bytes=16, aim=0, length=20, continued=None)
    assert _words(HidPosDecoder(layout), [b"]E012345670"]) == []


def test_reports_of_another_id_are_not_ours() -> None:
    report = b"\x05" + REPORTS["P01"][0][0][1:]
    assert _words(HidPosDecoder(scanned_report(DESCRIPTOR)), [report]) == []


def test_a_code_without_end_is_refused_once_and_does_not_grow() -> None:
    decoder = HidPosDecoder()
    reports = [FULL + b"\0\0\x01"] * (MAX_BUFFER // DATA_BYTES + 50)
    assert _words(decoder, reports) == ["!too_long"]
    assert _words(decoder, REPORTS["P01"][0], silence=False) == [], "the end of the endless one"
    assert _words(decoder, REPORTS["P01"][0]) == ["qr HELLO"]


@given(st.binary(max_size=500))
def test_any_descriptor_is_understood_or_refused(descriptor: bytes) -> None:
    layout = scanned_report(descriptor)
    if layout is not None:
        HidPosDecoder(layout).feed(bytes(64))


@given(st.text(min_size=1, max_size=400).filter(lambda text: not text.endswith("\r")))
def test_what_is_scanned_arrives_whole(text: str) -> None:
    try:
        data = text.encode()
    except UnicodeEncodeError:
        return
    layout = scanned_report(DESCRIPTOR)
    decoder = HidPosDecoder(layout)
    outcomes = [out for report in reports_of("]Q1", data) for out in decoder.feed(report)]
    assert [getattr(out, "text", None) for out in outcomes] == ["]Q1" + text]


@given(st.lists(st.binary(max_size=70), max_size=30))
def test_any_reports_never_raise(reports: list[bytes]) -> None:
    for layout in (None, scanned_report(DESCRIPTOR)):
        for word in _words(HidPosDecoder(layout), reports, silence=True):
            assert len(word) <= 530
