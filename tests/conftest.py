"""The same examples on every machine: what was green stays green until something is changed.

`./dev test --hypothesis-profile default` draws new ones.
"""

from __future__ import annotations

from hypothesis import settings

settings.load_profile("ci")
