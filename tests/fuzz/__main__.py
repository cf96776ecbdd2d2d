"""./dev fuzz: hostile input for every reader. Prints a table and JSON; ends with 1 when one came to harm."""

from __future__ import annotations

import argparse
import json
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict

from bench.table import table
from tests.fuzz.runner import ordeal
from tests.fuzz.surfaces import SURFACES


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=10_000, metavar="N", help="of each surface")
    parser.add_argument("--surface", action="append", choices=SURFACES, help="only this; may be repeated")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--at", type=int, default=0, metavar="NUMBER", help="begin with this input")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    with ProcessPoolExecutor(options.jobs, max_tasks_per_child=1) as pool:
        running = [
            pool.submit(ordeal, surface, options.inputs, options.seed, options.at)
            for surface in options.surface or SURFACES
        ]
        ordeals = [task.result() for task in running]
    rows = [
        [one.surface, str(one.inputs), f"{one.worst_ms:.1f}", str(one.growth_kib), one.problem or "none"]
        for one in ordeals
    ]
    headers = ["surface", "inputs", "worst ms", "growth KiB", "harm"]
    told = {"fuzz": [asdict(one) for one in ordeals]}
    sys.stdout.write(f"{table(rows, headers)}\n\n{json.dumps(told)}\n")
    return 1 if any(one.problem for one in ordeals) else 0


if __name__ == "__main__":
    sys.exit(main())
