"""GS1 codes taken apart, and left alone when they do not add up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kioskd.devices.scanner.gs1 import elements

GS = "\x1d"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"010401234512345610L7{GS}219", {"01": "04012345123456", "10": "L7", "21": "9"}),
        (f"1726123110A{GS}215", {"17": "261231", "10": "A", "21": "5"}),
        (f"{GS}10A", {"10": "A"}),
        ("3103001234", {"3103": "001234"}),
        (f"400X1{GS}21A", {"400": "X1", "21": "A"}),
        (f"3922123{GS}10A", {"3922": "123", "10": "A"}),
        ("0104012345123457", None),  # wrong check digit
        ("17261", None),  # too short
        ("17A61231", None),
        ("05123", None),  # no such identifier
        ("10", None),
        ("", None),
    ],
)
def test_fields_by_identifier(text: str, expected: dict[str, str] | None) -> None:
    assert elements(text) == expected


@given(st.text(alphabet="0123456789A" + GS, max_size=60))
def test_any_text_is_taken_apart_or_refused(text: str) -> None:
    found = elements(text)
    assert found is None or all(found.values())
