"""Codes that tell a kiosk what it is: of use to one kiosk, while it shows one pairing code."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import re
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kioskd.core import enrolment
from kioskd.core.enrolment import (
    MOST_PARTS,
    Collected,
    EnrolmentRefused,
    Objection,
    make_codes,
    open_codes,
    pairing_code,
    read_pairing_code,
    read_part,
)

PAIRING = "ABCD-1234"
SALT = bytes(range(16))
FILES = {"kiosk.toml": 'kiosk = "K1"\n' + "# ünïcode\n" * 40, "kiosk/menu.toml": "x" * 100}


@pytest.fixture(autouse=True, scope="module")
def _cheap_keys() -> Any:
    """scrypt as production has it takes a fifth of a second each time; one test uses that."""
    patch = pytest.MonkeyPatch()
    honest = enrolment._keys

    def cheap(pairing: str, salt: bytes) -> tuple[bytes, bytes]:
        key = hashlib.sha512(pairing.encode() + salt).digest()
        return key[:32], key[32:]

    patch.setattr(enrolment, "_keys", cheap)
    yield honest
    patch.undo()


def collected(codes: Sequence[str]) -> Collected:
    seen = Collected()
    for code in codes:
        part = read_part(code)
        assert part is not None
        seen = seen.with_part(part)
    return seen


def big() -> dict[str, str]:
    """Does not pack well: several codes."""
    rng = random.Random(1)
    return {"kiosk.toml": "".join(chr(rng.randrange(32, 127)) for _ in range(1500))}


def test_what_was_sealed_comes_out_whatever_the_order_and_however_often() -> None:
    codes = [*make_codes(big(), PAIRING, SALT)]
    assert len(codes) > 5
    random.Random(2).shuffle(codes)
    seen = Collected()
    for count, code in enumerate(codes, start=1):
        for _ in range(2):
            part = read_part(code.lower())
            assert part is not None
            seen = seen.with_part(part)
        assert len(seen.missing) == len(codes) - count
    assert seen.complete and open_codes(seen, PAIRING) == big()


def test_with_the_real_key_it_works_too(_cheap_keys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enrolment, "_keys", _cheap_keys)
    assert open_codes(collected(make_codes(FILES, PAIRING, SALT)), PAIRING) == FILES


def test_a_stolen_set_is_of_no_use_to_another_kiosk_nor_later() -> None:
    codes = make_codes(FILES, PAIRING, SALT)
    with pytest.raises(EnrolmentRefused) as refused:
        open_codes(collected(codes), "ABCD-1235")
    assert refused.value.objection is Objection.ANOTHER_PAIRING


def test_what_is_in_it_cannot_be_read_without_the_pairing_code() -> None:
    secret = {"kiosk.toml": 'password = "correct horse battery"'}
    (code,) = make_codes(secret, PAIRING, SALT)
    part = read_part(code)
    assert part is not None
    raw = base64.b32decode(part.data.translate(enrolment._READ) + "=" * (-len(part.data) % 8))
    assert b"correct horse" not in raw
    for at in range(len(raw)):
        with pytest.raises(zlib.error):
            zlib.decompress(raw[at:])


def test_codes_are_letters_and_digits_that_every_scanner_sends() -> None:
    for code in make_codes(big(), PAIRING, SALT):
        assert re.fullmatch(r"[A-X0-9]{20,300}", code)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_changed_code_never_opens(data: st.DataObject) -> None:
    codes = list(make_codes(FILES, PAIRING, SALT))
    which = data.draw(st.integers(0, len(codes) - 1))
    at = data.draw(st.integers(19, len(codes[which]) - 1))
    letter = data.draw(st.sampled_from(enrolment._LETTERS).filter(lambda x: x != codes[which][at]))
    codes[which] = codes[which][:at] + letter + codes[which][at + 1 :]
    with pytest.raises(EnrolmentRefused):
        open_codes(collected(codes), PAIRING)


@given(st.text(max_size=600))
@settings(max_examples=200, deadline=None)
def test_whatever_is_scanned_is_a_part_or_nothing(text: str) -> None:
    part = read_part(text)
    assert part is None or 1 <= part.number <= part.of <= MOST_PARTS


@pytest.mark.parametrize(
    "code", ["KIOSKD1AAAAAAAA0001AA", "KIOSKD1AAAAAAAA0201AA", "KIOSKD1AAAAAAAA0101", "10024711", ""]
)
def test_no_part_is_beyond_its_set(code: str) -> None:
    assert read_part(code) is None


def sealed(content: bytes) -> Collected:
    """A set by somebody who knows the pairing code, with anything in it."""
    stream, mac = enrolment._keys(PAIRING, SALT)
    hidden = enrolment._under(content, stream)
    raw = SALT + hidden + enrolment._tag(mac, SALT, hidden)
    text = enrolment._in_letters(raw)
    return Collected(enrolment._set_id(text), 1, {1: text})


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"../kiosk.toml": ""},
        {"/etc/passwd": ""},
        {"a/../b": ""},
        {".hidden": ""},
        {"a/b/c/d/e": ""},
        {"a\n": ""},
        {"kiosk.toml": 1},
        ["kiosk.toml"],
        {"kiosk.toml": "x" * (1024 * 1024 + 1)},
        {str(n): "" for n in range(65)},
    ],
)
def test_nobody_leads_it_out_of_its_folder_or_fills_the_disk(files: Any) -> None:
    with pytest.raises(EnrolmentRefused) as refused:
        open_codes(sealed(zlib.compress(json.dumps(files).encode())), PAIRING)
    assert refused.value.objection is Objection.DAMAGED


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not packed",
        zlib.compress(b"[" * 100_000),
        zlib.compress(bytes(8 << 20)),
        zlib.compress(b"{}")[:-2],
    ],
)
def test_what_cannot_be_unpacked_is_refused(content: bytes) -> None:
    with pytest.raises(EnrolmentRefused):
        open_codes(sealed(content), PAIRING)


def test_a_new_set_begins_anew() -> None:
    first, second = make_codes(big(), PAIRING, SALT), make_codes(big(), PAIRING, bytes(16))
    seen = collected([first[0], second[1]])
    assert set(seen.parts) == {2}


@pytest.mark.parametrize("files", [{"kiosk.toml": "x" * (1 << 20 | 1)}, {"no good": ""}, {}])
def test_what_cannot_be_told_by_codes_is_said_when_they_are_made(files: Mapping[str, str]) -> None:
    with pytest.raises(ValueError, match="at most"):
        make_codes(files, PAIRING, SALT)


def test_more_than_can_be_counted_is_said_when_they_are_made() -> None:
    rng = random.Random(1)
    with pytest.raises(ValueError, match="99 are the most"):
        make_codes(
            {"kiosk.toml": "".join(chr(rng.randrange(32, 0x2000)) for _ in range(40_000))}, PAIRING, SALT
        )


@pytest.mark.parametrize("typed", ["abcd-1234", " AbCd 12 34 ", "ABCDI234", "abcd-l234"])
def test_a_pairing_code_is_read_however_it_is_typed(typed: str) -> None:
    assert read_pairing_code(typed) == PAIRING


@pytest.mark.parametrize("typed", ["", "ABCD-123", "ABCD-12345", "ABCD-123!", "äbcd-1234"])
def test_what_cannot_be_a_pairing_code_is_none(typed: str) -> None:
    assert read_pairing_code(typed) is None


@given(st.integers(0, 2**40 - 1))
def test_every_pairing_code_reads_as_itself(bits: int) -> None:
    code = pairing_code(bits)
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}", code) and read_pairing_code(code) == code
