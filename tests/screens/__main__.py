"""`./dev screens --out DIR`: every screen as a picture with its scene, and a page to look through them.
`./dev screens --check`: every rule for every state on every display, in every language, with every aid."""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from kioskd.ui import fonts
from kioskd.ui.locale.translator import LANGUAGES
from tests.pseudo import PSEUDO
from tests.screens.asked import Wanted, take, wrong_with
from tests.screens.looks import MODES, SIZES, states, with_made_languages
from tests.screens.pages import write_index
from tests.screens.rounds import PAIRS


def main() -> int:
    asked = _arguments()
    wanted = Wanted(asked.names, asked.language, [_sizes()[size] for size in asked.size], asked.mode)
    if asked.check:
        return _check(wanted)
    started_s = time.monotonic()
    work = partial(take, asked.out, wanted)
    with _workers() as pool:
        shown = [each for some in pool.map(work, wanted.pairs()) for each in some]
    page = write_index(asked.out, shown)
    print(f"{len(shown)} pictures in {time.monotonic() - started_s:.0f} s: {page}")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev screens", description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--out", type=Path, metavar="DIR", help="paint pictures into this folder")
    what.add_argument("--check", action="store_true", help="apply every rule to everything")
    parser.add_argument("names", nargs="*", metavar="STATE", help="names of states, with * for any letters")
    parser.add_argument("--language", action="append", default=[], choices=(*LANGUAGES, *PSEUDO))
    parser.add_argument("--size", action="append", default=[], choices=_sizes(), metavar="WxH")
    parser.add_argument("--mode", action="append", default=[], choices=MODES, help="aids that are on")
    return parser.parse_args()


def _sizes() -> dict[str, str]:
    """Displays by name and by their pixels: of two with as many, the first."""
    by_px = {f"{display.width_px}x{display.height_px}": name for name, display in reversed(SIZES.items())}
    return {**by_px, **{name: name for name in SIZES}}


def _workers() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn"), initializer=_for_long)


def _for_long() -> None:
    """Tens of thousands of scenes of the same words: those are measured once, and what stays is not searched
    for garbage again and again."""
    with_made_languages()
    fonts._MAX_WIDTHS = 200_000
    states()
    gc.freeze()
    gc.disable()  # scenes hold each other in no circle


def _check(wanted: Wanted) -> int:
    pairs = wanted.pairs() if wanted.languages or wanted.sizes else list(PAIRS)
    wrong = looked_at = 0
    started_s = time.monotonic()
    with _workers() as pool:
        for (size, language), (count, found) in zip(
            pairs, pool.map(partial(wrong_with, wanted), pairs), strict=True
        ):
            looked_at += count
            wrong += len(found)
            for fault in found:
                print(f"{size} {language} {fault}", flush=True)
            minutes = (time.monotonic() - started_s) / 60
            print(f"{size} {language}: {count} screens, after {minutes:.1f} minutes", file=sys.stderr)
    print(f"{looked_at} screens, {wrong} faults", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
