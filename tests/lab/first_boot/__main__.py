"""`./dev lab --first-boot`: make the image, then tell one story after the other.

The exit status is 0 when everything held, 1 when something did not, 2 for wrong use, 3 when there was no
image, 130 after Ctrl-C.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import tempfile
import time
from contextlib import AsyncExitStack, suppress
from pathlib import Path

from image.package.programs import ProgramFailed
from kioskd.sim.finger import NothingToTouch
from kioskd.sim.kiosk import KioskDown, KioskRefused
from tests.lab.door import CommandFailed
from tests.lab.finding import Finding
from tests.lab.first_boot.codes import CODES
from tests.lab.first_boot.fresh import Fresh, World
from tests.lab.first_boot.mistakes import CARD
from tests.lab.first_boot.story import Act, Story
from tests.lab.image import BuildFailed
from tests.lab.lab import NotSo
from tests.lab.machine import MachineDown
from tests.lab.power_loss import DiskDown
from tests.lab.qmp import QmpError
from tests.lab.report import Report

OUT = Path("out/lab-first-boot")
STORIES = (CODES, CARD)
NO_IMAGE = 3
INTERRUPTED = 130
_TROUBLE = (
    *(NotSo, NothingToTouch, KioskDown, KioskRefused, CommandFailed, QmpError, TimeoutError),
    *(MachineDown, DiskDown, ProgramFailed, OSError),
)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="./dev lab --first-boot",
        description="Set a kiosk up in a virtual machine, as a technician does.",
    )
    parser.add_argument("stories", nargs="*", metavar="NAME", help="only these, see --list")
    parser.add_argument("--list", action="store_true", help="list the stories")
    parser.add_argument("--out", type=Path, default=OUT, metavar="DIR", help="of the report (%(default)s)")
    asked = parser.parse_args()
    if asked.list:
        for story in STORIES:
            _say(
                "\n".join([f"{story.name:16} {story.title}", *(f"{'':18}{act.title}" for act in story.acts)])
            )
        return 0
    if unknown := set(asked.stories) - {story.name for story in STORIES}:
        parser.error(f"there is no story {', '.join(sorted(unknown))}; see --list")
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # connections of killed kiosks
    report = Report(asked.out)
    try:
        asyncio.run(
            _tell([story for story in STORIES if story.name in (asked.stories or story.name)], report)
        )
    except KeyboardInterrupt:
        report.write()
        return INTERRUPTED
    except BuildFailed as error:
        sys.stderr.write(f"lab: {error}\n")
        return NO_IMAGE
    return report.write()


async def _tell(stories: list[Story], report: Report) -> None:
    with tempfile.TemporaryDirectory(prefix="kioskd-first-", ignore_cleanup_errors=True) as scratch:
        folder, since_s = Path(scratch), time.monotonic()
        async with AsyncExitStack() as things:
            _say("making packages and image")
            world = await World.opened(folder, report.folder, things)
            report.took("packages and image", time.monotonic() - since_s)
            try:
                for story in stories:
                    await _one(story, world, report)
            finally:
                report.keep_logs(folder)


async def _one(story: Story, world: World, report: Report) -> None:
    """An act needs what the one before has left: after one that failed the rest is not tried."""
    async with Fresh(world, story.name) as fresh:
        for act in story.acts:
            finding = await _shown(act, fresh)
            report.add(finding)
            _say(str(finding))
            if not finding.held:
                with suppress(*_TROUBLE):
                    await fresh.picture(f"failed-{act.name}")
                break


async def _shown(act: Act, fresh: Fresh) -> Finding:
    since_s = time.monotonic()
    try:
        async with asyncio.timeout(act.limit_s):
            remark, held = await act.show(fresh), True
    except _TROUBLE as trouble:
        remark, held = str(trouble) or f"took longer than {act.limit_s:g} s", False
    return Finding(act.name, act.title, held, remark, round(time.monotonic() - since_s, 1))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
