"""The queue's mapping behaves like a dict that is copied before every change."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kioskd.outbox.shards import Shards


@given(st.lists(st.tuples(st.text(max_size=3), st.none() | st.integers())))
def test_it_is_a_dict_that_never_changes(changes: list[tuple[str, int | None]]) -> None:
    shards: Shards[int] = Shards()
    model: dict[str, int] = {}
    for key, value in changes:
        before, before_model = shards, dict(model)
        if value is not None:
            shards = shards.with_(key, value)
            model[key] = value
        elif key in model:
            shards = shards.without(key)
            del model[key]
        assert dict(before) == before_model
        assert dict(shards) == model
        assert len(shards) == len(model)
        assert (key in shards) == (key in model)
