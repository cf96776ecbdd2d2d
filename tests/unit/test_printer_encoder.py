"""What a receipt becomes on the wire. Expected bytes are from the printers' manuals."""

from __future__ import annotations

import re
from dataclasses import replace
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from kioskd.core.receipt import Align, Columns, Feed, Logo, Qr, Receipt, Rule, Text
from kioskd.devices.printer import commands, logo, qr, raster
from kioskd.devices.printer.codepages import MAX_LETTERS, cells, clean, encode_line
from kioskd.devices.printer.commands import UnprintableReceipt, audit
from kioskd.devices.printer.encoder import CONTINUED, MAX_BYTES, compose, encode
from kioskd.devices.printer.layout import Layout, Lettered, wrap
from kioskd.devices.printer.profile import Cut, Graphics, PrinterProfile, QrMode, load_profile

EPSON = load_profile("epson-tm-t20iii")
SMALL = load_profile("generic-58mm")


class Boxes:
    """A rasteriser without fonts: every letter a black box of 12 x 24 dots, every second row white."""

    def width(self, text: str, size: int, bold: bool) -> int:
        return 12 * size * len(text)

    def draw(self, text: str, size: int, bold: bool, right_to_left: bool) -> Lettered:
        ink = Image.new("1", (max(1, self.width(text, size, bold)), 24 * size), 1 if text else 0)
        return Lettered(ink, 20 * size)


def sent(
    *elements: Text | Columns | Rule | Feed | Qr, profile: PrinterProfile = EPSON, language: str = "en"
) -> bytes:
    return encode(Receipt(elements, language), profile, rasteriser=Boxes())


def test_a_job_begins_by_resetting_the_printer_and_choosing_letters() -> None:
    assert sent(Text("x")).startswith(bytes.fromhex("1B40 1B5200 1B7413"))


def test_double_byte_printers_are_told_to_leave_that_mode() -> None:
    asian = replace(EPSON, multibyte=True)
    assert sent(Text("x"), profile=asian).startswith(bytes.fromhex("1B40 1C2E 1B5200"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ä 1,50 €", "8E20312C3530 20 D5 0A"),
        ("Žluť", "1B7412 A66C759C 0A"),
        ("“Fish” – 2…", "22 46697368 22 20 2D 20 32 2E2E2E 0A"),
    ],
)
def test_letters_are_sent_in_the_first_code_page_that_has_them_all(text: str, expected: str) -> None:
    assert bytes.fromhex(expected) in sent(Text(text))


def test_large_letters_are_switched_off_again() -> None:
    assert bytes.fromhex("1D2111 4F4B0A 1D2100") in sent(Text("OK", size=2))


def test_a_code_page_is_selected_only_when_it_changes() -> None:
    job = sent(Text("ä"), Text("ö"), Text("ď"), Text("ů"), Text("ü €"))
    assert re.findall(rb"\x1bt(.)", job, re.DOTALL) == [b"\x13", b"\x12", b"\x13"]


def test_a_qr_code_is_left_to_a_printer_that_can_draw_it() -> None:
    expected = "1D286B0400314132 00 1D286B0300314306 1D286B0300314531 1D286B0500315030 4849 1D286B0300315130"
    assert qr.native(b"HI", 6) == bytes.fromhex(expected)
    assert bytes.fromhex("1D286B0300314308") in sent(Qr("HI")), "21 modules fit 8 dots each"


def test_a_raster_picture_is_sent_with_its_size() -> None:
    assert raster.raster(bytes.fromhex("F00F8001"), 16, 2) == bytes.fromhex("1D763000 0200 0200 F00F8001")


def test_a_raster_picture_for_printers_with_graphics_memory() -> None:
    expected = "1D284C0E00 307030010131 1000 0200 F00F8001 1D284C02003032"
    assert raster.raster(bytes.fromhex("F00F8001"), 16, 2, Graphics.GS_L) == bytes.fromhex(expected)


def test_a_picture_cannot_contain_real_time_commands() -> None:
    assert raster.defuse(bytes.fromhex("1004FF10 14001005")) == bytes.fromhex("1006FF10 16001007")


@given(st.binary(max_size=600), st.sampled_from(Graphics))
def test_any_picture_passes_the_audit(rows: bytes, graphics: Graphics) -> None:
    rows = rows[: len(rows) // 2 * 2]
    if rows:
        audit(raster.raster(rows, 16, len(rows) // 2, graphics))


def test_tall_pictures_are_sent_in_bands() -> None:
    heights = [
        int.from_bytes(band[6:8], "little")
        for band in raster.bands(Image.new("1", (64, 300), 1), Graphics.GS_V)
    ]
    assert heights == [128, 128, 44]


@pytest.mark.parametrize("graphics", Graphics)
def test_rows_without_ink_cost_a_byte_each(graphics: Graphics) -> None:
    ink = Image.new("1", (576, 100))
    ink.paste(1, (0, 0, 576, 10))
    ink.paste(1, (0, 70, 576, 80))
    full = len(raster.raster(bytes(72 * 10), 576, 10, graphics))
    sizes = [len(band) for band in raster.bands(ink, graphics)]
    header = full - 720
    assert sizes == [full, header + 60 + full, header + 20]


def test_the_gap_of_an_i_is_not_worth_a_command_of_its_own() -> None:
    ink = Image.new("1", (96, 24), 1)
    ink.paste(0, (0, 5, 96, 8))
    assert len(list(raster.bands(ink, Graphics.GS_V))) == 1
    assert b"".join(raster.bands(ink, Graphics.GS_V)).count(b"\x1dv0") == 1


def test_proof_is_asked_for_before_and_after_the_cut() -> None:
    job = compose(Receipt((Text("x"),)), EPSON, rasteriser=Boxes(), proofs=("A001", "A002")).data
    assert job.endswith(bytes.fromhex("1D284806003030 41303031 1D564200 1D284806003030 41303032"))


def test_a_printer_without_a_knife_is_not_asked_to_cut() -> None:
    assert b"\x1dV" not in sent(Text("x"), profile=replace(EPSON, cut=Cut.NONE))


@pytest.mark.parametrize(("language", "line"), [("en", b"Cola        2.50\n"), ("ar", b"2.50        Cola\n")])
def test_name_and_price_stand_at_the_two_edges_mirrored_for_right_to_left(language: str, line: bytes) -> None:
    assert line in sent(Columns("Cola", "2.50", size=2), profile=SMALL, language=language)


def test_a_long_name_wraps_and_its_price_stands_on_the_first_line() -> None:
    job = sent(Columns("Double cheeseburger with smoked bacon", "12.50", indent=2), profile=SMALL)
    assert b"  Double cheeseburger with 12.50\n  smoked bacon\n" in job


def test_the_start_of_a_right_to_left_text_is_the_right_edge() -> None:
    assert bytes.fromhex("1B6102") in sent(Text("Cola"), language="ar")
    assert bytes.fromhex("1B61") not in sent(Text("Cola", Align.END), language="he")


def test_what_no_code_page_has_becomes_a_picture_and_never_question_marks() -> None:
    job = sent(Text("寿司"))
    assert b"\x1dv0" in job
    assert b"?" not in job


def test_right_to_left_letters_are_drawn_even_if_a_code_page_has_them() -> None:
    hebrew = replace(EPSON, pages=(*EPSON.pages, replace(EPSON.pages[0], codec="cp862", id=36)))
    assert encode_line("שלום", hebrew.pages) is None


@pytest.mark.parametrize(
    "text", ["\x1bp0", "\x10\x14\x01", "a\x1c!b", "\x7f\x9b", "\u202e1", "\ud800", "\x1d(A", "\x00"]
)
def test_text_cannot_carry_commands(text: str) -> None:
    job = sent(Text(f"<{text}>"), Columns(text, text))
    assert not re.search(rb"\x10[\x04\x05\x14]|\x1b[p=]|\x1c|\x1d\(A", job)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.builds(Text, st.text(max_size=60), st.sampled_from(Align), st.booleans(), st.integers(0, 5)),
            st.builds(Columns, st.text(max_size=60), st.text(max_size=12), indent=st.integers(-1, 99)),
            st.builds(Rule),
            st.builds(Feed, st.integers(-3, 300)),
            st.builds(
                Qr, st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=80)
            ),
        ),
        max_size=8,
    ),
    st.sampled_from([EPSON, SMALL]),
    st.sampled_from(["en", "ar"]),
)
def test_any_receipt_becomes_permitted_commands_only(
    elements: list[Text | Columns | Rule | Feed | Qr], profile: PrinterProfile, language: str
) -> None:
    audit(sent(*elements, profile=profile, language=language))


@pytest.mark.parametrize(
    "bad", ["1B70 00", "1B3D 01", "100401", "41 1014", "1C70", "1D7630 00 0100 0900 00", "07"]
)
def test_the_audit_refuses_everything_else(bad: str) -> None:
    with pytest.raises(UnprintableReceipt, match="encoder_bug"):
        audit(commands.INITIALISE + bytes.fromhex(bad))


@pytest.mark.parametrize("data", ["", "x" * 301, "Grüße", "a\nb"])
def test_a_qr_code_that_cannot_be_promised_is_refused(data: str) -> None:
    with pytest.raises(UnprintableReceipt):
        sent(Qr(data))


@pytest.mark.parametrize("element", [Text("line"), Text("寿司"), Text("OK", size=4), Feed(20), Qr("HI")])
def test_an_endless_receipt_ends_with_a_line_that_says_so(element: Text | Feed | Qr) -> None:
    job = compose(Receipt((element,) * 5000), EPSON, rasteriser=Boxes())
    assert job.data.count(CONTINUED.encode()) == 1
    assert len(job.data) <= MAX_BYTES
    assert job.lines <= 400


def test_a_drawn_qr_code_fits_the_paper_with_its_quiet_zone() -> None:
    ink = qr.draw("https://example.org/" + "x" * 60, 384)
    left, top, right, bottom = ink.getbbox() or (0, 0, 0, 0)
    assert (right - left) == (bottom - top)
    assert min(left, 384 - right, top, ink.height - bottom) >= 4 * 3


def test_a_small_printer_gets_its_qr_code_as_a_picture() -> None:
    assert SMALL.qr is QrMode.RASTER
    assert b"\x1dv0" in sent(Qr("HI"), profile=SMALL)


@given(st.text(), st.integers(1, 40))
def test_wrapping_loses_only_spaces_and_never_exceeds_the_width(text: str, width: int) -> None:
    text = clean(text)
    lines = wrap(text, width, cells)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(cells(line) <= width or len(line) == 1 for line in lines)


@pytest.mark.parametrize(("text", "expected"), [("e\u0301", 1), ("寿司", 4), ("ﾃ", 1), ("ก็", 1), ("abc", 3)])
def test_cells_are_what_the_eye_sees(text: str, expected: int) -> None:
    assert cells(clean(text)) == expected


# --- what only some printers want ---------------------------------------------------------------------------


def test_a_presenter_holds_the_receipt_out_and_custom_has_its_own_qr_numbers() -> None:
    job = sent(Qr("HI"), profile=load_profile("custom-vkp80iii"))
    assert bytes.fromhex("1D286B03003145 32") in job
    assert bytes.fromhex("1D286B05003150 31 4849 1D286B03003151 31") in job
    assert job.endswith(bytes.fromhex("1C50 1E 01 52 1E"))


def test_a_fence_is_the_last_thing_sent() -> None:
    assert sent(Text("x"), profile=load_profile("citizen-ct-s310")).endswith(
        bytes.fromhex("1D5642 00 1D7201")
    )


def test_a_sign_that_no_page_has_beside_the_letters_does_not_make_the_line_a_picture() -> None:
    assert encode_line("1 × Φέτα", EPSON.pages) == (EPSON.pages[7], "1 x Φέτα".encode("cp1253"))
    assert encode_line("1 × Tee", EPSON.pages) == (EPSON.pages[0], "1 × Tee".encode("cp858"))


def test_a_logo_is_dithered_and_made_to_fit() -> None:
    grey = Logo(bytes(x * 255 // 999 for _ in range(100) for x in range(1000)), 1000, 100)
    ink = logo.draw(grey, 384)
    assert ink.width == 384
    dark, light = ink.crop((0, 0, 100, 30)), ink.crop((284, 0, 384, 30))
    assert dark.convert("L").histogram()[255] > 2000 > 1000 > light.convert("L").histogram()[255]
    with pytest.raises(UnprintableReceipt):
        logo.draw(Logo(b"x", 1000, 100), 384)


def test_east_asian_lines_break_between_letters_but_never_before_a_full_stop() -> None:
    assert wrap("港のキッチン。", 6, cells) == ["港の", "キッチ", "ン。"]
    assert wrap("1 × 特製バーガー", 10, cells) == ["1 × 特製", "バーガー"]


def test_marks_do_not_tower_over_a_letter_and_a_text_has_an_end() -> None:
    assert len(clean("a" + "\u0316" * 50)) <= 6
    assert len(clean("x" * 1_000_000)) == MAX_LETTERS


@pytest.mark.parametrize("text", ["x" * 100_000, "word " * 100_000, "港" * 100_000, "ب" * 100_000])
@pytest.mark.parametrize("profile", ["epson-tm-t20iii", "generic-58mm"])
def test_no_text_is_too_long_to_be_printed_at_once(text: str, profile: str) -> None:
    started_s = perf_counter()
    assert len(sent(Text(text), Columns(text, text), profile=load_profile(profile))) < MAX_BYTES
    assert perf_counter() - started_s < 1


def test_a_price_that_must_be_drawn_never_covers_what_it_is_for() -> None:
    wide = replace(SMALL, dots=12 * 18)
    with_sign = list(Layout(wide, Wide()).columns(Columns("Summe", "19,30 ₺", bold=True)))
    assert [(row.start, row.end) for row in with_sign] == [("Summe", ""), ("", "19,30 ₺")]
    assert all(row.drawn for row in with_sign)
    in_ascii = list(Layout(wide, Wide()).columns(Columns("Summe", "19,30", bold=True)))
    assert [(row.start, row.end, row.drawn) for row in in_ascii] == [("Summe", "19,30", False)]


@pytest.mark.parametrize(
    ("price", "printed"),
    [
        ("€12.50", "EUR 12.50"),
        ("€ 12,50", "EUR 12,50"),
        ("12,50\N{NO-BREAK SPACE}€", "12,50 EUR"),
        ("-£2.00", "-GBP 2.00"),
        ("12,50", "12,50"),
    ],
)
def test_a_printer_without_the_sign_prints_prices_all_the_same(price: str, printed: str) -> None:
    [row] = Layout(SMALL, Boxes()).columns(Columns("Tea", price))
    assert (row.end, row.drawn) == (printed, False)


def test_a_printer_with_the_sign_prints_the_sign() -> None:
    [row] = Layout(EPSON, Boxes()).columns(Columns("Tea", "€12.50"))
    assert row.end == "€12.50"


class Wide(Boxes):
    """Letters wider than the printer's own."""

    def width(self, text: str, size: int, bold: bool) -> int:
        return 18 * size * len(text)
