"""Commands to a scan engine are what its manual shows, and only what is not so already is changed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kioskd.devices.scanner.uart_module import GM65, conversation, read_command, take_answer, write_command

SUCCESS = bytes.fromhex("02 00 00 01 00 33 31")


def test_commands_carry_the_checksums_of_the_manual() -> None:
    assert read_command(0x000A) == bytes.fromhex("7E 00 07 01 00 0A 01 EE 8A")
    assert write_command(0x000A, 0x3E) == bytes.fromhex("7E 00 08 01 00 0A 3E 4C CF")


def test_an_answer_is_found_behind_a_scan_and_not_before_it_is_whole() -> None:
    assert take_answer(b"M-1001\r" + SUCCESS) == b"\x00"
    for cut in range(len(SUCCESS)):
        assert take_answer(SUCCESS[:cut]) is None
    assert take_answer(SUCCESS[:-1] + b"\x00") is None, "wrong checksum"
    assert take_answer(b"\x02\x00" + SUCCESS) == b"\x00"


def test_an_engine_that_is_set_up_already_is_only_asked() -> None:
    talk = conversation(GM65)
    assert next(talk) == read_command(0x0000)
    assert talk.send(b"\xd7") == read_command(0x0060)
    try:
        talk.send(b"\x01")
    except StopIteration:
        return
    raise AssertionError("it wrote although nothing was to change")


def test_other_settings_stay_as_they_are() -> None:
    talk = conversation(GM65)
    next(talk)
    assert talk.send(b"\xd4") == write_command(0x0000, 0xD7)
    assert talk.send(b"\x00") == read_command(0x0060)
    assert talk.send(b"\xee") == write_command(0x0060, 0x8F)


@given(st.binary(max_size=60))
def test_any_bytes_are_an_answer_or_none(received: bytes) -> None:
    take_answer(received)
