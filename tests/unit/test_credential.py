"""What a scan is taken for. Nothing outside the grammar becomes a question to a backend."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kioskd.core.credential import MAX_LENGTH, UNKNOWN, Credential, CredentialKind, classify

CARD = CredentialKind.MEMBER_CARD


@pytest.mark.parametrize(
    "text",
    ["KD-1001", "4006381333931", "a3f9c0de-0000-4000-8000-000000000001", "AB:cd@ef=+/9", " KD-1001 \r\n"],
)
def test_a_code_is_a_member_card(text: str) -> None:
    assert classify(text) == Credential(CARD, text.strip())


@pytest.mark.parametrize(
    ("link", "code"),
    [
        ("https://loyalty.example/c/KD-1001", "KD-1001"),
        ("https://loyalty.example/c/KD-1001/", "KD-1001"),
        ("http://loyalty.example/?hash=KD-1001&code=other", "KD-1001"),
        ("https://loyalty.example/card?code=KD-1001#x", "KD-1001"),
        ("https://loyalty.example/card?uuid=a%2Bb%3D1", "a+b=1"),
        ("https://loyalty.example/c/a%2Bb1", "a+b1"),
    ],
)
def test_a_link_is_reduced_to_the_code_it_carries(link: str, code: str) -> None:
    assert classify(link) == Credential(CARD, code)


def test_the_qr_of_a_receipt_is_for_the_phone() -> None:
    claim = classify("https://loyalty.example/l?version=1&uuid=KD-1001")
    assert claim.kind is CredentialKind.CLAIM_TOKEN
    assert claim.value == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "ab",
        "-ab",
        "has space",
        "tab\tinside",
        "\x00KD-1001",
        "KD\x1b[2J1001",
        "KD\u202e1001",
        "\u200fKD-1001",
        "ümlaut",
        "٤٠٠٦",
        "x" * 129,
        "9" * 7089,
        "https://",
        "https:///c/KD-1001",
        "https://loyalty.example",
        "https://loyalty.example/",
        "https://loyalty.example/c/../../etc/passwd%00",
        "https://loyalty.example/?code=%1b%5b2J",
        "https://loyalty.example/?code=%E2%80%AEevil",
        "https://loyalty.example/?" + "a=1&" * 30 + "code=KD-1001",
        "https://[::1/c/KD-1001",
        "ftp://loyalty.example/c/KD-1001",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "'; DROP TABLE operation; --",
        "${jndi:ldap://x}",
    ],
)
def test_a_hostile_or_foreign_scan_is_unknown(text: str) -> None:
    assert classify(text) == UNKNOWN


def test_a_scan_just_within_the_limits_is_still_read() -> None:
    assert classify("x" * 128).kind is CARD
    link = "https://loyalty.example/c/KD-1001?x="
    assert classify(link + "y" * (MAX_LENGTH - len(link))).value == "KD-1001"
    assert classify(link + "y" * (MAX_LENGTH - len(link) + 1)) == UNKNOWN


def test_its_value_never_reaches_a_log() -> None:
    assert "1001" not in repr(classify("KD-1001"))
    assert "7 characters" in repr(classify("KD-1001"))


@given(st.text(max_size=600) | st.text("ht:/?&=%#.aZ1-", max_size=200).map("https://h/".__add__))
def test_whatever_is_scanned_the_answer_is_a_safe_value(text: str) -> None:
    credential = classify(text)
    if credential.kind is CARD:
        assert re.fullmatch(r"[A-Za-z0-9._:@+=/-]{3,128}", credential.value)
    else:
        assert credential.value == ""


@given(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:@+=/-]{2,127}", fullmatch=True))
def test_every_code_survives_being_put_into_a_link(code: str) -> None:
    assert classify(f"https://h.example/?code={quote(code, safe='')}") == Credential(CARD, code)
