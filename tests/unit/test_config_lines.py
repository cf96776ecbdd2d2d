"""The line of a problem is the line a technician sees in the editor."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kioskd.daemon.config.lines import key_offsets
from kioskd.daemon.config.source import KeyPath

TOML = '''\
# [comment]
top = "a # no comment [x]"
"quoted key" = 1
dotted.inner.key = 2
text = """
[not.a.table]
key = 3
"""
plain = \'\'\'
it's
\'\'\'
list = [
  "one", # with ] in a comment
  { name = "two", "x.y" = [1,
      2] },
]

[table]
key = 1979-05-27 07:32:00

[[many]]
name = "first"
[[many]]
name = "second"
[[many.part]]
id = "second's first part"
[many.last]
deep = true
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("top",), 2),
        (("quoted key",), 3),
        (("dotted", "inner", "key"), 4),
        (("plain",), 9),
        (("list", 0), 13),
        (("list", 1), 14),
        (("list", 1, "name"), 14),
        (("list", 1, "x.y", 1), 15),
        (("table",), 18),
        (("table", "key"), 19),
        (("many", 0, "name"), 22),
        (("many", 1), 23),
        (("many", 1, "name"), 24),
        (("many", 1, "part", 0, "id"), 26),
        (("many", 1, "last", "deep"), 28),
    ],
)
def test_every_shape_of_toml_is_found(path: KeyPath, line: int) -> None:
    offset = key_offsets(TOML, is_json=False)[path]
    assert TOML.count("\n", 0, offset) + 1 == line


def test_what_only_looks_like_a_key_is_not_found() -> None:
    assert ("not",) not in key_offsets(TOML, is_json=False)
    assert ("text", "key") not in key_offsets(TOML, is_json=False)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=12,
)


def _paths(value: Any, at: KeyPath = ()) -> set[KeyPath]:
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return {path for key, inner in steps for path in {(*at, key), *_paths(inner, (*at, key))}}


@given(st.dictionaries(st.text(max_size=6), _json, max_size=4), st.sampled_from([None, 0, 2]))
def test_every_key_of_any_json_is_found(data: dict[str, Any], indent: int | None) -> None:
    text = json.dumps(data, indent=indent)
    assert set(key_offsets(text, is_json=True)) == _paths(data)
