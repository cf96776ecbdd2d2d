"""Texts from a server, made fit for a screen, a voice and paper."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

_JOINERS = "\u200c\u200d"  # Persian and emoji cannot do without them
_MAX_CLUSTER = 8
"""Code points in one letter. A family emoji takes 7; towers of accents take hundreds."""


def clean(text: str, max_graphemes: int) -> str | None:
    """`text` on one line without control, bidi and private characters, at most `max_graphemes` letters long.

    A letter keeps its accents (up to a limit) and is never cut in two. None when nothing visible is left.
    """
    considered = unicodedata.normalize("NFC", text[: max_graphemes * 4 * _MAX_CLUSTER])
    spaced = "".join(" " if c.isspace() else c for c in considered)
    visible = " ".join("".join(c for c in spaced if _printable(c)).split())
    clusters: list[str] = []
    for cluster in _clusters(visible):
        if len(clusters) == max_graphemes:
            break
        clusters.append(cluster[:_MAX_CLUSTER])
    result = "".join(clusters).strip()
    return result if any(c not in _JOINERS for c in result) else None


def _printable(character: str) -> bool:
    return character in _JOINERS or unicodedata.category(character)[0] != "C"


def _clusters(text: str) -> Iterator[str]:
    """Roughly the grapheme clusters of UAX #29: marks, joiners, emoji modifiers and flags stay together."""
    cluster = ""
    for character in text:
        if cluster and _extends(cluster, character):
            cluster += character
        else:
            if cluster:
                yield cluster
            cluster = character
    if cluster:
        yield cluster


def _extends(cluster: str, character: str) -> bool:
    if unicodedata.category(character)[0] == "M" or character in _JOINERS:
        return True
    if "\U0001f3fb" <= character <= "\U0001f3ff" or cluster.endswith("\u200d"):
        return True
    return _is_flag_half(character) and len(cluster) == 1 and _is_flag_half(cluster)


def _is_flag_half(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
