"""Every character runs in the direction in which the reference implementation lets it run."""

from __future__ import annotations

import pytest
from bidi import get_display
from hypothesis import given
from hypothesis import strategies as st

from kioskd.core.bidi import first_strong, levels, reordered

_CONTROLS = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_LETTERS = "ab אב ابج 12 ٣٤ .,-+%€₪:/()[]{}\u05b0\u0301"
DIRECTIONS = pytest.mark.parametrize("rtl", [False, True], ids=["ltr", "rtl"])


def shown(line: str, rtl: bool) -> str:
    """What stands on the paper from left to right, without what only directs."""
    pieces = list(zip(levels(line, rtl), line, strict=True))
    return "".join(char for char in reordered(pieces) if char not in _CONTROLS)


def reference(line: str, rtl: bool) -> str:
    display = get_display(line, base_dir="R" if rtl else "L")
    return "".join(char for char in display if char not in _CONTROLS)


@DIRECTIONS
@given(line=st.text(st.sampled_from(_LETTERS), max_size=24))
def test_plain_lines_stand_as_in_the_reference(rtl: bool, line: str) -> None:
    assert shown(line, rtl) == reference(line, rtl)


@DIRECTIONS
@given(line=st.text(st.sampled_from(_LETTERS + 4 * _CONTROLS), max_size=16))
def test_embedded_overridden_and_isolated_pieces_stand_as_in_the_reference(rtl: bool, line: str) -> None:
    # The reference forgets rule L1 for spaces at the end that follow an embedding.
    line += "א"
    assert shown(line, rtl) == reference(line, rtl)


@DIRECTIONS
@pytest.mark.parametrize("opening", ["\u2067", "\u202b", "\u2066", "\u202a", "\u2068א"])
def test_what_is_nested_too_deep_is_left_as_it_is(rtl: bool, opening: str) -> None:
    line = opening * 130 + "a1 א(ב)" + "\u2069\u202c" * 130 + "b"
    assert max(levels(line, rtl)) <= 127
    assert shown(line, rtl) == reference(line, rtl)


@DIRECTIONS
def test_brackets_of_all_scripts_are_known_as_pairs(rtl: bool) -> None:
    for pair in ("⦍⦐", "⦏⦎", "〈〉", "\u2329\u3009", "「」", "⁽⁾", "（）"):
        line = f"אב {pair[0]}a{pair[1]} 1"
        assert levels(line, rtl)[3] == levels(line, rtl)[5]


def test_spaces_at_the_end_stand_where_the_paragraph_goes() -> None:
    assert levels("a \u202a ", True)[-1] == 1
    assert levels("אב  ", False)[-2:] == (0, 0)
    assert levels("אב \tא", False)[2] == 0


def test_a_paragraph_has_the_direction_of_its_first_letter() -> None:
    assert first_strong("12 א b") is True
    assert first_strong("12 b א") is False
    assert first_strong("12.50") is None
