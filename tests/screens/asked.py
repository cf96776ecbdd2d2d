"""What `./dev screens` was asked for, and the part of it that one process does: one display, one language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from kioskd.ui.locale.translator import LANGUAGES
from tests.screens.lints import faults
from tests.screens.looks import MODES, SIZES, Look, look, states
from tests.screens.pages import Camera, Shown


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for; nothing named is everything."""

    names: Sequence[str]
    languages: Sequence[str]
    sizes: Sequence[str]
    modes: Sequence[str]

    def pairs(self) -> list[tuple[str, str]]:
        """Displays and languages."""
        sizes = self.sizes or list(SIZES)
        return [(size, language) for size in sizes for language in self.languages or LANGUAGES]

    def states(self) -> Iterator[tuple[str, str]]:
        """Names and aids. Combinations are many and differ in a sentence: only those asked for by name."""
        for name, state in states().items():
            asked = any(fnmatch(name, pattern) for pattern in self.names)
            if asked or (not self.names and not state.combined):
                for mode in self.modes or ("plain",):
                    yield name, mode


def take(folder: Path, wanted: Wanted, pair: tuple[str, str]) -> list[Shown]:
    """Paint what is wanted of this pair of display and language."""
    size, language = pair
    camera: Camera | None = None
    shown = []
    for name, mode in wanted.states():
        seen = look(states()[name], size, language, mode)
        camera = camera or Camera(folder, SIZES[size])
        shown.append(camera.take(name, mode, size, seen))
    return shown


def wrong_with(wanted: Wanted, pair: tuple[str, str]) -> tuple[int, list[str]]:
    """How many screens of this pair were looked at, and what is wrong with them."""
    found: list[str] = []
    seen: set[tuple[str, int]] = set()
    for name, mode, shown in _everything(wanted, *pair):
        once = ("contrast" if mode == "contrast" else "", hash(shown.scene))  # the same scene, other colours
        if once not in seen:
            seen.add(once)
            found += [f"{name} ({mode}): {rule}: {fault}" for rule, fault in faults(shown)]
    return len(seen), found


def _everything(wanted: Wanted, size: str, language: str) -> Iterator[tuple[str, str, Look]]:
    for name, state in states().items():
        if wanted.names and not any(fnmatch(name, pattern) for pattern in wanted.names):
            continue
        for mode in wanted.modes or MODES:
            yield name, mode, look(state, size, language, mode)
