"""The same examples on every machine: what was green stays green until something is changed.

`./dev test --hypothesis-profile default` draws new ones. And nothing is left behind in the home of whoever
runs the tests.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.load_profile("ci")


@pytest.fixture(scope="session", autouse=True)
def _cache_of_their_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """For every kiosk that is started here, in this process or another."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(os.environ, "CACHE_DIRECTORY", os.fspath(tmp_path_factory.mktemp("cache")))
        yield
