"""./dev simulate: the outbox in a hostile world, and what became of everything it accepted.

Prints a table and, last, one line of JSON. Ends with 1 when anything was lost, doubled or judged wrongly;
each broken promise is told with the line that tells its story again.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict

from bench.table import table
from tests.simulation.card_line import KINDS
from tests.simulation.faults import COPIES, FAULTS
from tests.simulation.herd import Herd
from tests.simulation.orders_runner import simulate_orders
from tests.simulation.runner import LEVELS, Figures, Plan, chosen, simulate
from tests.simulation.world import VISITS


def main() -> int:
    options = parsed(sys.argv[1:])
    if options.herd:
        return _herd(options)
    if options.orders:
        return _orders(options)
    plan = Plan(options.level, options.visits, options.faults)
    figures = simulate(options.operations, options.seed, plan, options.jobs)
    _show(figures, options)
    return 0 if figures.good else 1


def parsed(arguments: list[str]) -> argparse.Namespace:
    return _parser().parse_args(arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./dev simulate", description=__doc__)
    parser.add_argument("--operations", type=_count, default=100_000, help="how many at least")
    parser.add_argument("--seed", type=int, default=1, help="of the first world; each has the next")
    parser.add_argument("--level", choices=LEVELS, default="memory")
    parser.add_argument(
        "--faults", type=_faults, help=f"comma separated, or none; drawn by each seed if not given: {FAULTS}"
    )
    parser.add_argument("--visits", type=_count, default=VISITS, help="guests in each world")
    parser.add_argument(
        "--orders",
        type=_count,
        help="instead: so many orders, with a card terminal cut at each of its messages",
    )
    parser.add_argument(
        "--herd", type=_sizes, help="instead: so many kiosks behind one limit after an outage, as 10,100,1000"
    )
    parser.add_argument("--jobs", type=_count, help="cores to use, all if not given")
    return parser


def _sizes(text: str) -> list[int]:
    return [_count(size) for size in text.split(",")]


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be 1 at least")
    return value


def _faults(text: str) -> frozenset[str]:
    try:
        return chosen(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _herd(options: argparse.Namespace) -> int:
    figures = [Herd(options.seed, kiosks).run() for kiosks in options.herd]
    headers = ("kiosks", "backlog", "limit needs", "drained in", "ratio", "first kiosk", "fresh p50", "p95")
    rows = [
        (
            herd.kiosks,
            f"{herd.backlog:,}",
            f"{herd.needed_s:,.0f} s",
            f"{herd.drained_s:,.0f} s",
            f"{herd.ratio:.2f}",
            f"{herd.first_kiosk_s:,.0f} s",
            f"{herd.fresh_median_s:.1f} s",
            f"{herd.fresh_p95_s:.1f} s",
        )
        for herd in figures
    ]
    told = {"herd": [asdict(herd) | {"ratio": herd.ratio} for herd in figures], "seed": options.seed}
    sys.stdout.write(f"{table(rows, headers)}\n\n{json.dumps(told)}\n")
    return 0 if all(herd.good for herd in figures) else 1


def _orders(options: argparse.Namespace) -> int:
    figures = simulate_orders(options.orders, options.seed, options.faults, options.jobs)
    for story in figures.stories:
        sys.stderr.write(f"{story}\n")
    kinds = [(kind, figures.by_kind[kind]) for kind in KINDS]
    words = ("orders", "taken", "settled_by_card", "settled", "parts", "handed_back", "evidence")
    words += ("doubled", "lost", "wrong", "cuts")
    told = {word: getattr(figures, word) for word in words}
    row = (*(f"{value:,}" for value in told.values()), f"{figures.seconds:.1f}")
    lines = [table(kinds, ("cut at", "times")), ""]
    lines += [table([row], (*(word.replace("_", " ") for word in words), "seconds")), ""]
    told |= {"seed": options.seed, "seconds": round(figures.seconds, 1), "kills": figures.kills}
    told |= {"worlds": figures.worlds, "operations": figures.operations, "in_doubt": figures.in_doubt}
    more = {"backends": figures.backends, "cuts_by_kind": dict(kinds), "faults": figures.faults}
    sys.stdout.write("\n".join([*lines, json.dumps(told | more)]) + "\n")
    return 0 if figures.good else 1


def _show(figures: Figures, options: argparse.Namespace) -> None:
    for story in figures.stories:
        sys.stderr.write(f"{story}\n")
    faults = [(f, figures.faults[f]) for f in (*FAULTS, *COPIES, "kill -9") if figures.faults[f]]
    words = ("operations", "cuts", "kills", "lost", "doubled", "wrong", "in_doubt")
    told = {word: getattr(figures, word) for word in words}
    row = (*(f"{value:,}" for value in told.values()), f"{figures.seconds:.1f}")
    lines = [table(faults, ("fault", "times")), ""] if faults else []
    lines += [table([row], (*(word.replace("_", " ") for word in words), "seconds")), ""]
    if len(figures.backends) > 1:
        lines += [table(sorted(figures.backends.items()), ("backend", "operations")), ""]
    told |= {"seed": options.seed, "level": options.level, "seconds": round(figures.seconds, 1)}
    told |= {"worlds": figures.worlds, "backends": figures.backends}
    lines.append(json.dumps(told | {"faults": dict(faults)}))
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    sys.exit(main())
