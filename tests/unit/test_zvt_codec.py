"""ZVT bytes: what real terminals and the specification show, and that no input does harm."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kioskd.devices.terminal import zvt_commands as commands
from kioskd.devices.terminal import zvt_fields
from kioskd.devices.terminal.zvt_codec import Apdu, ApduSplitter, ProtocolError, from_bcd, to_bcd
from kioskd.devices.terminal.zvt_commands import (
    authorisation,
    registration,
    repeat_receipt,
    status_enquiry,
)
from kioskd.devices.terminal.zvt_fields import Tlv, decode_fields, decode_tlvs, encode_fields, encode_tlvs
from kioskd.devices.terminal.zvt_messages import (
    ABORT,
    GOODS_FAILED,
    NOT_POSSIBLE,
    YES,
    Clock,
    EnquiryAnswer,
    IntermediateStatus,
    RegistrationAnswer,
    StatusInformation,
    read_abort_code,
    read_clock,
    read_enquiry_completion,
    read_intermediate_status,
    read_registration_completion,
    read_status_information,
    refusal,
)


def one(hexadecimal: str) -> Apdu:
    splitter = ApduSplitter()
    (apdu,) = splitter.feed(bytes.fromhex(hexadecimal))
    assert not splitter.is_mid_apdu
    return apdu


# --- what the kiosk says ------------------------------------------------------------------------------


def test_registration_bytes() -> None:
    asked = registration("000000", 978, prints=True, tlvs=(Tlv(0x26, parts=(Tlv(0x0A, b"\x06\xd3"),)),))
    assert asked.encode() == bytes.fromhex("06 00 10 00 00 00 BE 09 78 03 01 06 06 26 04 0A 02 06 D3")


def test_registration_says_how_much_it_takes_at_once() -> None:
    assert registration("123456", 756, prints=True).encode() == bytes.fromhex(
        "06 00 14 12 34 56 BE 07 56 03 01 06 0A 1A 02 40 00 26 04 0A 02 06 D3"
    )


def test_a_terminal_that_prints_for_itself_is_told_so() -> None:
    assert registration("123456", 756, prints=False).encode() == bytes.fromhex(
        "06 00 0A 12 34 56 38 07 56 03 01 06 00"
    )


@pytest.mark.parametrize(
    ("command", "octets"),
    [
        (
            commands.reversal("000000", 35, 1000, 978),
            "06 30 10 00 00 00 87 00 35 04 00 00 00 00 10 00 49 09 78",
        ),
        (commands.end_of_day("000000"), "06 50 03 00 00 00"),
        (commands.totals("000000"), "06 10 03 00 00 00"),
        (commands.initialisation("000000"), "06 93 03 00 00 00"),
        (commands.introduction_enquiry("000000"), "05 01 05 00 00 00 03 00"),
        (commands.diagnosis(), "06 70 05 06 03 1B 01 01"),
        (commands.select_language(0x09), "08 30 01 09"),
        (commands.log_off(), "06 02 00"),
    ],
)
def test_what_else_the_kiosk_says(command: Apdu, octets: str) -> None:
    assert command.encode() == bytes.fromhex(octets)


def test_authorisation_bytes() -> None:
    expected = bytes.fromhex("06 01 0C 04 00 00 00 00 10 00 49 09 78 19 40")
    assert authorisation(1000, 978).encode() == expected


def test_repeat_receipt_bytes() -> None:
    assert repeat_receipt("000000").encode() == bytes.fromhex("06 20 05 00 00 00 03 03")


def test_status_enquiry_bytes() -> None:
    assert status_enquiry("000000").encode() == bytes.fromhex("05 01 05 00 00 00 03 02")


def test_abort_and_answer_bytes() -> None:
    assert ABORT.encode() == bytes.fromhex("06 B0 00")
    assert YES.encode() == bytes.fromhex("80 00 00")
    assert GOODS_FAILED.encode() == bytes.fromhex("84 66 00")
    assert NOT_POSSIBLE.encode() == bytes.fromhex("84 83 00")


@pytest.mark.parametrize("amount_minor", [0, -1, 10**12])
def test_an_amount_no_card_can_pay_is_refused(amount_minor: int) -> None:
    with pytest.raises(ValueError, match="cannot pay"):
        authorisation(amount_minor, 978)


@pytest.mark.parametrize("password", ["", "12345", "1234567", "12345a", "١٢٣٤٥٦"])
def test_a_password_is_six_digits(password: str) -> None:
    with pytest.raises(ValueError, match="six digits"):
        status_enquiry(password)


# --- what the terminal says ---------------------------------------------------------------------------


def test_registration_completion() -> None:
    apdu = one("06 0F 0A 19 00 29 29 00 10 06 49 09 78")
    assert read_registration_completion(apdu) == RegistrationAnswer(0, "29001006", 978)


def test_registration_completion_may_be_empty() -> None:
    assert read_registration_completion(one("06 0F 00")) == RegistrationAnswer()


def test_approval() -> None:
    apdu = one(
        "04 0F 3C 27 00 04 00 00 00 00 10 00 49 09 78 0B 00 00 35 0C 14 32 07 0D 08 05 19 70"
        "22 F0 F8 EE EE EE EE EE EE 57 26 29 29 00 10 06 87 00 35 8A 06"
        "8B F1 F1 4D 61 73 74 65 72 63 61 72 64 00"
    )
    status = read_status_information(apdu)
    assert status == StatusInformation(
        result=0,
        amount_minor=1000,
        currency_code=978,
        terminal_id="29001006",
        trace=35,
        receipt=35,
        date="0805",
        time="143207",
    )
    assert status.evidence == "terminal 29001006 receipt 0035 trace 000035"


def test_a_card_number_never_gets_out_of_the_message() -> None:
    apdu = one("04 0F 18 27 00 22 F0 F8 55 98 83 12 34 56 80 74 29 29 00 10 06 87 00 35 E1 F0 F0")
    assert "5598" not in repr(apdu) + repr(decode_fields(apdu.data)) + repr(read_status_information(apdu))


def test_decline() -> None:
    apdu = one("04 0F 14 27 05 29 29 00 10 06 3C F0 F0 F9 41 62 67 65 6C 65 68 6E 74")
    status = read_status_information(apdu)
    assert (status.approved, status.evidence) == (False, "terminal 29001006 code 05")
    assert decode_fields(apdu.data).get(0x3C) == b"Abgelehnt"
    assert read_abort_code(one("06 1E 01 05")) == 0x05


def test_guest_stops_at_the_terminal() -> None:
    assert read_status_information(one("04 0F 07 27 6C 29 29 00 10 06")).result == 0x6C
    assert read_abort_code(one("06 1E 01 6C")) == 0x6C


def test_an_abort_may_come_without_a_code() -> None:
    assert read_abort_code(one("06 1E 00")) == 0xFF


def test_intermediate_status() -> None:
    assert read_intermediate_status(one("04 FF 01 0E")) == IntermediateStatus(0x0E)
    assert read_intermediate_status(one("04 FF 02 0A 01")) == IntermediateStatus(0x0A, 60.0)
    with_text = one("04 FF 0F 0A 01 06 0B 24 09 07 07 4B 61 72 74 65 0A 21")
    assert read_intermediate_status(with_text) == IntermediateStatus(0x0A, 60.0)


def test_status_enquiry_completion() -> None:
    assert read_enquiry_completion(one("06 0F 01 DC")) == EnquiryAnswer(0xDC)
    assert read_enquiry_completion(one("06 0F 01 F0")) == EnquiryAnswer(0xF0)
    assert read_enquiry_completion(one("06 0F 06 F0 F0 F2 56 31 9C")) == EnquiryAnswer(0x9C, "V1")


def test_a_printed_block_of_the_terminal() -> None:
    block = decode_fields(
        one("06 D3 16 06 14 1F 07 01 02 25 0E 07 09 45 55 52 20 31 30 2C 30 30 09 01 81").data
    )
    assert decode_tlvs(block.get(0x06) or b"") == (
        Tlv(0x1F07, b"\x02"),
        Tlv(0x25, parts=(Tlv(0x07, b"EUR 10,00"), Tlv(0x09, b"\x81"))),
    )


def test_sums_of_an_end_of_day() -> None:
    """As a real terminal sent it; its payments were all girocard."""
    sums = bytes.fromhex("00 68 00 71 04 00 00 00 00 26 00") + bytes(6 * 7)
    data = encode_fields(((0x27, b"\x00"), (0x04, to_bcd(2600, 6)), (0x60, sums)))
    status = read_status_information(Apdu(0x040F, data))
    assert status.amount_minor == 2600
    assert status.sums is not None
    assert (status.sums.first_receipt, status.sums.last_receipt) == (68, 71)
    assert status.sums.schemes[0] == ("girocard", 4, 2600)
    assert all(scheme[1:] == (0, 0) for scheme in status.sums.schemes[1:])


@pytest.mark.parametrize("sums", [b"", bytes(10), b"\xff" * 53])
def test_sums_laid_out_otherwise_are_read_over(sums: bytes) -> None:
    data = encode_fields(((0x27, b"\x00"), (0x60, sums)))
    assert read_status_information(Apdu(0x040F, data)).sums is None


def test_the_terminals_clock() -> None:
    clock = read_clock(one("04 01 08 AA 25 08 05 0C 14 32 07"))
    assert clock == Clock("250805", "143207")
    assert clock.at == datetime(2025, 8, 5, 14, 32, 7)  # noqa: DTZ001 - it knows no time zone
    assert Clock("259999", "143207").at is None
    assert read_clock(one("04 01 04 0C 14 32 07")) is None


def test_answers() -> None:
    assert refusal(one("80 00 00")) is None
    assert refusal(one("84 00 00")) is None
    assert refusal(one("84 9C 00")) == 0x9C
    with pytest.raises(ProtocolError):
        refusal(one("06 0F 00"))


def test_an_unknown_field_ends_the_reading_but_keeps_what_came_before() -> None:
    status = read_status_information(Apdu(0x040F, bytes.fromhex("27 00 87 00 35 99 01 02")))
    assert (status.result, status.receipt) == (0, 35)


def test_order_of_fields_does_not_matter() -> None:
    apdu = Apdu(0x040F, bytes.fromhex("49 09 78 87 00 35 04 00 00 00 00 10 00 27 00"))
    assert read_status_information(apdu) == StatusInformation(0, 1000, 978, receipt=35)


def test_extended_length_is_low_byte_first() -> None:
    assert len(one("06 D3 FF 2D 04" + "00" * 1069).data) == 1069
    assert Apdu(0x06D3, bytes(1069)).encode()[:5] == bytes.fromhex("06 D3 FF 2D 04")


def test_tlv_length_is_high_byte_first() -> None:
    assert encode_tlvs((Tlv(0x07, bytes(300)),))[:4] == bytes.fromhex("07 82 01 2C")
    assert encode_tlvs((Tlv(0x07, bytes(200)),))[:3] == bytes.fromhex("07 81 C8")


# --- what is not ZVT ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "greeting", [b"HTTP/1.1 400 Bad Request\r\n", b"SSH-2.0-x", b"\x15\x03\x01\x00\x02", b"\xff"]
)
def test_another_protocol_is_recognised_at_its_first_byte(greeting: bytes) -> None:
    with pytest.raises(ProtocolError, match="not in ZVT"):
        ApduSplitter().feed(greeting)


def test_a_monstrous_length_is_not_waited_for() -> None:
    with pytest.raises(ProtocolError, match="65535"):
        ApduSplitter().feed(bytes.fromhex("06 D3 FF FF FF"))


def test_tlv_nesting_is_bounded() -> None:
    deep = Tlv(0x07, b"x")
    for _ in range(zvt_fields.MAX_TLV_DEPTH):
        deep = Tlv(0x25, parts=(deep,))
    with pytest.raises(ProtocolError, match="too deep"):
        decode_tlvs(encode_tlvs((deep,)))


# --- properties -----------------------------------------------------------------------------------------

apdus = st.builds(
    Apdu,
    st.sampled_from([0x0601, 0x040F, 0x04FF, 0x060F, 0x061E, 0x06D3, 0x8000, 0x8483]),
    st.binary(max_size=600),
)


def contents(number: int) -> st.SearchStrategy[tuple[int, bytes]]:
    fixed = zvt_fields._FIXED.get(number)
    longest = {2: 99, 3: 300}.get(zvt_fields._DIGITS.get(number, 0), 300)
    sizes = {"min_size": fixed, "max_size": fixed} if fixed is not None else {"max_size": longest}
    return st.tuples(st.just(number), st.binary(**sizes))


entries = st.lists(st.sampled_from(sorted(zvt_fields.KNOWN_FIELDS)).flatmap(contents), max_size=8)
plain = st.builds(
    Tlv, st.sampled_from([0x07, 0x14, 0x41, 0x1F07, 0x1F12, 0x1F8101, 0xC0]), st.binary(max_size=300)
)
constructed_tags = st.sampled_from([0x24, 0x25, 0x2F, 0x3F01, 0xE1])
tlvs = st.recursive(
    plain,
    lambda inner: st.builds(Tlv, constructed_tags, parts=st.lists(inner, max_size=3).map(tuple)),
    max_leaves=6,
)


@given(st.lists(apdus, max_size=4), st.data())
def test_apdus_survive_any_splitting_of_the_stream(sent: list[Apdu], data: st.DataObject) -> None:
    stream = b"".join(apdu.encode() for apdu in sent)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    splitter = ApduSplitter()
    got = []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        got += splitter.feed(stream[start:end])
    assert got == sent
    assert not splitter.is_mid_apdu


@given(entries)
def test_fields_survive_the_wire(sent: list[tuple[int, bytes]]) -> None:
    got = decode_fields(encode_fields(sent))
    assert got.entries == tuple(sent)
    assert got.unread == b""


@given(st.lists(tlvs, max_size=3).map(tuple))
def test_tlv_objects_survive_the_wire(sent: tuple[Tlv, ...]) -> None:
    assert decode_tlvs(encode_tlvs(sent)) == sent


@given(st.integers(0, 10**12 - 1))
def test_amounts_survive_the_wire(amount_minor: int) -> None:
    assert from_bcd(to_bcd(amount_minor, 6)) == amount_minor


@given(st.binary(max_size=200), st.sampled_from([b"", b"\x06", b"\x04\x0f", b"\x27\x00", b"\x06\x82"]))
def test_arbitrary_bytes_end_in_a_value_or_in_one_clear_error(noise: bytes, beginning: bytes) -> None:
    data = beginning + noise
    apdu = Apdu(0x040F, data)
    readers = (
        lambda: ApduSplitter().feed(data),
        lambda: decode_fields(data),
        lambda: decode_tlvs(data),
        lambda: read_status_information(apdu),
        lambda: read_intermediate_status(apdu),
        lambda: read_registration_completion(apdu),
        lambda: read_enquiry_completion(apdu),
        lambda: read_abort_code(apdu),
        lambda: read_clock(apdu),
    )
    for read in readers:
        try:
            read()
        except ProtocolError as fault:
            assert str(fault)
