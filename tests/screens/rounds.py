"""Which states are looked at on which display, in which language, with which aids.

`./dev screens --check` looks at everything. `./dev test` must be quick: the fullest form of each screen is
looked at everywhere; each other picked state on a quarter of the displays and languages, evenly spread; every
combination on two displays in the two languages that nobody speaks, which are longer and run the other way,
and on one pair more; each picked state with each aid on a few pairs.
"""

from __future__ import annotations

from collections.abc import Iterator
from zlib import crc32

from kioskd.ui.locale.translator import LANGUAGES
from tests.pseudo import ACCENTED, FROM_RIGHT
from tests.screens.looks import MODES, SIZES, Look, look, states
from tests.screens.states import State

MADE_SIZES = {FROM_RIGHT: tuple(SIZES), ACCENTED: ("portrait", "portrait-27", "landscape")}
"""Where made languages must fit, too. No spoken one is as long as the accented one on a small panel."""
PAIRS = (
    *((size, language) for size in SIZES for language in LANGUAGES),
    *((size, language) for language, sizes in MADE_SIZES.items() for size in sizes),
)
_IN_FULL = (("portrait", ACCENTED), ("landscape", FROM_RIGHT))
_MODES = tuple(mode for mode in MODES if mode != "plain")
_PICKED_ONE_IN = 4
_AIDED_ONE_IN = 17
"""On one in so many pairs."""


def looks(size: str, language: str) -> Iterator[tuple[str, str, Look]]:
    """What is looked at on this display in this language: names, aids and looks."""
    for name, state in states().items():
        for mode in _modes(name, state, size, language):
            yield name, mode, look(state, size, language, mode)


def _modes(name: str, state: State, size: str, language: str) -> Iterator[str]:
    pair, turn = PAIRS.index((size, language)), crc32(name.encode())
    if state.combined:
        if (size, language) in _IN_FULL or turn % len(PAIRS) == pair:
            yield "plain"
        return
    row, column = divmod(pair, len(LANGUAGES))
    if state.fullest or (turn + row + column) % _PICKED_ONE_IN == 0:
        yield "plain"
    for number, mode in enumerate(_MODES):
        if (turn + number + pair) % _AIDED_ONE_IN == 0:
            yield mode
