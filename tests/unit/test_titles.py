"""Staff read words, not identifiers."""

from __future__ import annotations

import pytest

from kioskd.core.deeds import Action
from kioskd.daemon.config.titles import title_of
from kioskd.daemon.selling.drafts import PAYMENT


@pytest.mark.parametrize("kind", [*Action, PAYMENT])
def test_every_kind_has_words(kind: str) -> None:
    assert "_" not in title_of(kind)
    assert title_of(kind) != str(kind)


def test_a_kind_of_another_version_is_shown_as_it_is() -> None:
    assert title_of("new_thing") == "new_thing"
