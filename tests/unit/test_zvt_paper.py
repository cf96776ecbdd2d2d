"""The terminal's receipts and texts: as it laid them out, in either code page, never with a card number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kioskd.core.card_terminal import SlipKind, SlipLine
from kioskd.devices.terminal.zvt_codec import Apdu
from kioskd.devices.terminal.zvt_fields import TLV_CONTAINER, Tlv, encode_fields, encode_tlvs
from kioskd.devices.terminal.zvt_paper import MAX_SLIP_LINES, PaperTray
from kioskd.devices.terminal.zvt_text import Charset, decode_text, without_card_numbers

PAN = "5413330089020011"


def line(text: str, style: int = 0) -> Apdu:
    return Apdu(0x06D1, bytes([style]) + text.encode("cp437"))


def block(*objects: Tlv) -> Apdu:
    return Apdu(0x06D3, encode_fields(((TLV_CONTAINER, encode_tlvs(objects)),)))


# --- texts --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        ("Händler für Münzen".encode("cp437"), "Händler für Münzen"),
        ("Händler für Münzen ß".encode("latin-1"), "Händler für Münzen ß"),
        ("Straße".encode("latin-1"), "Straße"),
        (b"EUR 10,00\0\xff\xff", "EUR 10,00"),
        (b"one\ntwo\x1b[2J", "one two [2J"),
        (b"", ""),
    ],
)
def test_either_code_page_is_recognised_by_its_bytes(octets: bytes, text: str) -> None:
    assert decode_text(octets) == text


def test_the_code_page_can_be_said() -> None:
    assert decode_text(b"Stra\xe1e", Charset.CP437) == "Straße"
    assert decode_text(b"Caf\xe9", Charset.LATIN_1) == "Café"


@given(st.binary(max_size=300), st.sampled_from(Charset))
def test_any_bytes_become_one_printable_line(octets: bytes, charset: Charset) -> None:
    text = decode_text(octets, charset)
    assert text.isprintable() and len(text) <= 200


# --- card numbers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (PAN, "************0011"),
        (f"PAN{PAN}X", "PAN************0011X"),
        ("Karte 5413 3300 8902 0011", "Karte **** **** **** 0011"),
        ("5413-3300-8902-0011", "****-****-****-0011"),
        ("3782 822463 10005", "**** ****** *0005"),
        ("4000001234567", "*********4567"),
        ("6212345678901234567", "***************4567"),
        ("############0011", "############0011"),
        ("AID A0000000041010", "AID A0000000041010"),
        ("A000000" + PAN, "A******************0011"),
        ("TID 29001006 Trace 000035", "TID 29001006 Trace 000035"),
        ("0035 29001006 000035", "0035 29001006 000035"),
        ("541333 008902 0011", "****** ****** 0011"),
        (f";{PAN}=28092010000012345?", ";************0011=*****************?"),
        (f"%B{PAN}^DOE/JANE^280920100?", "%B************0011=*********?"),
        (f"{PAN}D2809201", "************0011=*******"),
        ("54133300  89020011", "********  ****0011"),
        ("5413/3300/8902/0011", "****/****/****/0011"),
        ("54133300 89020012", "54133300 89020012"),
        ("54 13 33 00 89 02 00 11", "** ** ** ** ** ** 00 11"),
        ("5 4 1 3 3 3 0 0 8 9 0 2 0 0 1 1", "* * * * * * * * * * * * 0 0 1 1"),
        ("2025.06.01 12.00.00", "2025.06.01 12.00.00"),
        ("05.08.2025 14:32", "05.08.2025 14:32"),
        ("EUR 1234567,89", "EUR 1234567,89"),
    ],
)
def test_card_numbers_are_struck_out_and_nothing_else(text: str, shown: str) -> None:
    assert without_card_numbers(text) == shown


@given(st.integers(10**12, 10**19 - 1), st.text(max_size=10), st.text(max_size=10))
def test_no_card_number_survives_in_any_text(number: int, before: str, after: str) -> None:
    shown = without_card_numbers(f"{before}{number}{after}")
    assert str(number)[:-4] not in shown


# --- receipts -----------------------------------------------------------------------------------------


def test_lines_make_a_slip_until_the_one_marked_as_last() -> None:
    tray = PaperTray()
    for message in (
        line("* * Kundenbeleg * *", 0x40),
        line("EUR 10,00", 0x22),
        Apdu(0x06D1, b"\xff\x02"),
        line("Danke", 0x80),
        line("Händlerbeleg"),
        line("EUR 10,00", 0x81),
    ):
        tray.take(message)
    customer, merchant = tray.slips()
    assert customer.kind is SlipKind.CUSTOMER
    assert customer.lines == (
        SlipLine("* * Kundenbeleg * *", centred=True),
        SlipLine("  EUR 10,00", large=True),
        SlipLine(""),
        SlipLine(""),
        SlipLine("Danke"),
    )
    assert (merchant.kind, len(merchant.lines)) == (SlipKind.MERCHANT, 2)


@pytest.mark.parametrize("letters", ["K-U-N-D-E-N-B-E-L-E-G", "Customer copy", "Cardholder Receipt"])
def test_lines_say_whose_copy_they_are_in_words(letters: str) -> None:
    tray = PaperTray(default=SlipKind.ADMINISTRATION)
    tray.take(line(letters))
    assert tray.slips()[0].kind is SlipKind.CUSTOMER


@pytest.mark.parametrize("attribute_first", [True, False])
def test_a_block_says_whose_copy_it_is_and_how_it_looks(attribute_first: bool) -> None:
    texts = [Tlv(0x07, b"Beleg"), Tlv(0x09, b"\x40"), Tlv(0x07, b"EUR 10,00"), Tlv(0x09, b"\x80")]
    if attribute_first:
        texts = [texts[1], texts[0], texts[3], texts[2]]
    tray = PaperTray()
    tray.take(block(Tlv(0x1F07, b"\x01"), Tlv(0x25, parts=tuple(texts))))
    (slip,) = tray.slips()
    assert slip.kind is SlipKind.MERCHANT
    assert slip.lines == (SlipLine("Beleg", centred=True), SlipLine("EUR 10,00"))


def test_merchant_and_customer_blocks_are_two_slips_even_without_a_last_line() -> None:
    tray = PaperTray()
    for kind in (b"\x01", b"\x02"):
        tray.take(block(Tlv(0x1F07, kind), Tlv(0x25, parts=(Tlv(0x07, b"EUR 10,00"),))))
    assert [slip.kind for slip in tray.slips()] == [SlipKind.MERCHANT, SlipKind.CUSTOMER]


def test_ten_thousand_lines_are_read_and_most_thrown_away() -> None:
    tray = PaperTray()
    for number in range(10_000):
        tray.take(line(f"line {number}"))
    (slip,) = tray.slips()
    assert len(slip.lines) == MAX_SLIP_LINES
    assert not slip.complete


def test_a_signature_line_is_noticed() -> None:
    tray = PaperTray()
    tray.take(block(Tlv(0x1F37, b"\x03"), Tlv(0x25, parts=(Tlv(0x07, b"______"),))))
    assert tray.wants_signature


@given(st.sampled_from([0x06D1, 0x06D3]), st.binary(max_size=200))
def test_nothing_printed_can_fail(control: int, data: bytes) -> None:
    tray = PaperTray()
    tray.take(Apdu(control, data))
    tray.take(Apdu(control, b"\x06" + data))
    tray.slips()
