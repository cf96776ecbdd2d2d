"""What it means that the outbox broke its word."""

from __future__ import annotations


class Wrong(AssertionError):
    """A verdict, an order of things or a rule of the outbox is not what was promised."""


class Lost(Wrong):
    """Something that was accepted did not take effect, and nobody will ever know."""


class Doubled(Wrong):
    """Something took effect twice."""


def must(condition: bool, what: str, broken: type[Wrong] = Wrong) -> None:
    if not condition:
        raise broken(what)
