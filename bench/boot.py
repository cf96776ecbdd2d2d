"""From power-on to the first frame: the kiosk's image beside the same machine that starts Chromium `--kiosk`.

`./dev bench boot [--debs DIR]`, as root: builds both disks from the same Debian and starts them one after the
other in the same emulated PC, each with its kernel given to it: a firmware's time is its maker's. A frame
counts when the display holds a picture. Memory is what is no longer available a minute later.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.startup import page
from bench.table import table
from image.debian import disk, root
from image.debian.disk import Disk
from image.debian.emulated_pc import emulated_pc
from image.debian.root import Addition
from image.debian.trial import emulated_kiosk
from image.debian.variant import VARIANTS
from image.package.build import build as build_packages
from tests.lab.qmp import Qmp

VARIANT = VARIANTS["debian-amd64"]
PATIENCE_S = 1800.0
SETTLE_S = 60.0
_LOOK_AGAIN_S = 0.5
_COMMAND_LINE = "console=ttyS0 mitigations=off no_timer_check"
_BEGIN = """[Unit]
DefaultDependencies=no
Before=sysinit.target
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'echo "bench: user space" >/dev/console'
"""
_REPORT = """[Unit]
DefaultDependencies=no
[Service]
Nice=10
ExecStart=/bin/sh /opt/report.sh @SHOWN@
"""
# Every five seconds what the machine uses: the last one before the end counts.
_REPORT_SCRIPT = """while sleep 5; do
    used=$(awk '/^MemTotal/ {t=$2} /^MemAvailable/ {a=$2} END {print t-a}' /proc/meminfo)
    cpu=$(systemctl show --property=CPUUsageNSec --value "$1")
    echo "bench: used $used KiB, cpu $cpu ns" >/dev/console
done
"""
# cage is a compositor that shows one window; drawn by the processor, as kioskd is here.
_BROWSER = """[Unit]
After=systemd-logind.service dbus.service
Conflicts=getty@tty1.service
[Service]
Environment=WLR_RENDERER=pixman WLR_LIBINPUT_NO_DEVICES=1 LIBSEAT_BACKEND=builtin
Environment=XDG_RUNTIME_DIR=/run/browser HOME=/run/browser
RuntimeDirectory=browser
RuntimeDirectoryMode=0700
ExecStart=/usr/bin/cage -- /usr/bin/chromium --kiosk --no-sandbox --no-first-run --disable-gpu \\
    --ozone-platform=wayland --disable-background-networking --disable-sync --disable-component-update \\
    --user-data-dir=/run/browser/profile file:///opt/page.html
Restart=always
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """Times count from power-on; `cpu_s` is what the shown program and its children took until the end."""

    user_space_s: float
    frame_s: float
    used_mib: float
    cpu_s: float
    root_mb: float


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev bench boot", description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--debs", type=Path, metavar="DIR", help="packages that are there, instead of this checkout's"
    )
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kioskd-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        if asked.debs:
            debs = sorted(asked.debs.glob("*.deb"))
        else:
            debs = [made.deb for made in build_packages(VARIANT.target, folder / "debs")]
        kiosk = _measured(_kiosk(folder / "kiosk", debs), folder / "kiosk")
        browser = _measured(_browser(folder / "browser", debs), folder / "browser")
    rows = [_row("kioskd", kiosk), _row("Chromium --kiosk", browser)]
    headers = (
        "",
        "user space after",
        "first frame after that",
        "in all",
        "processor until the end",
        "memory",
        "root",
    )
    print(table(rows, headers))
    return 0


def _row(name: str, figures: Figures) -> Sequence[str]:
    return (
        name,
        f"{figures.user_space_s:.1f} s",
        f"{figures.frame_s - figures.user_space_s:.1f} s",
        f"{figures.frame_s:.1f} s",
        f"{figures.cpu_s:.1f} s",
        f"{figures.used_mib:.0f} MiB",
        f"{figures.root_mb:.0f} MB",
    )


def _kiosk(folder: Path, debs: Sequence[Path]) -> Disk:
    files = folder / "files"
    _watched(files, "kioskd.service")
    made = root.build(VARIANT, debs, folder / "tree", Addition((), files))
    emulated_kiosk(made, folder / "data/etc/files")
    return disk.build(made, folder / "disk.img", data=folder / "data")


def _browser(folder: Path, debs: Sequence[Path]) -> Disk:
    """The same image, kioskd included, in which another program is started."""
    files = folder / "files"
    units = _watched(files, "browser.service")
    (units / "browser.service").write_text(_BROWSER)
    (units / "multi-user.target.wants").mkdir()
    (units / "multi-user.target.wants/browser.service").symlink_to("../browser.service")
    for unit in ("kioskd", "kioskd-boot-ok", "kioskd-rescue-picture", "kioskd-update-keep"):
        (units / f"{unit}.service").symlink_to("/dev/null")
    there = f"/usr/lib/kioskd/lib/python{VARIANT.target.release.python}/site-packages"
    text = page(folder).read_text("utf-8").replace(str(Path(__file__).parents[1]), there)
    (files / "opt/page.html").write_text(text, "utf-8")
    made = root.build(VARIANT, debs, folder / "tree", Addition(("cage", "chromium"), files))
    return disk.build(made, folder / "disk.img")


def _watched(files: Path, shown: str) -> Path:
    """Units that tell the console how far it is, and what `shown` takes."""
    units = files / "etc/systemd/system"
    (units / "sysinit.target.wants").mkdir(parents=True)
    for name, text in {"bench-begin": _BEGIN, "bench-report": _REPORT.replace("@SHOWN@", shown)}.items():
        (units / f"{name}.service").write_text(text)
        (units / f"sysinit.target.wants/{name}.service").symlink_to(f"../{name}.service")
    (files / "opt").mkdir()
    (files / "opt/report.sh").write_text(_REPORT_SCRIPT)
    return units


def _measured(made: Disk, folder: Path) -> Figures:
    figures = asyncio.run(_boot(made, folder))
    print(f"{folder.name}: first frame {figures.frame_s:.1f} s after power-on", file=sys.stderr)
    return figures


async def _boot(made: Disk, folder: Path) -> Figures:
    console, socket, picture = folder / "console", folder / "qmp", folder / "screen.ppm"
    console.touch()
    command = emulated_pc(
        console,
        [f"file={made.image},format=raw,snapshot=on"],
        *("-kernel", str(made.kernel), "-initrd", str(made.initrd)),
        *("-append", f"{made.options} {_COMMAND_LINE}", "-qmp", f"unix:{socket},server=on,wait=off"),
    )
    began_s = time.monotonic()
    machine = await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.DEVNULL)
    try:
        user_space_s = frame_s = 0.0
        while not socket.exists():  # noqa: ASYNC110  QEMU makes it, and tells nobody
            await asyncio.sleep(_LOOK_AGAIN_S)
        qmp = await Qmp.open(socket)
        while not frame_s:
            await asyncio.sleep(_LOOK_AGAIN_S)
            now_s = time.monotonic() - began_s
            if now_s > PATIENCE_S or machine.returncode is not None:
                raise TimeoutError(
                    f"no frame after {now_s:.0f} s:\n{console.read_text(errors='replace')[-2000:]}"
                )
            if not user_space_s and "bench: user space" in console.read_text(errors="replace"):
                user_space_s = now_s
            await qmp.execute("screendump", filename=str(picture), device="screen")
            if user_space_s and _has_a_picture(picture.read_bytes()):
                frame_s = now_s
        await asyncio.sleep(SETTLE_S)
        reports = re.findall(r"bench: used (\d+) KiB, cpu (\d+) ns", console.read_text(errors="replace"))
        await qmp.execute("screendump", filename=str(picture), device="screen")
    finally:
        if machine.returncode is None:
            machine.kill()
        await machine.wait()
    used_kib, cpu_ns = reports[-1]
    size_mb = made.squashfs.stat().st_size / 1e6
    return Figures(user_space_s, frame_s, int(used_kib) / 1024, int(cpu_ns) / 1e9, size_mb)


def _has_a_picture(ppm: bytes) -> bool:
    """More than a cursor or a message: a hundredth of the display differs from its commonest colour."""
    pixels = ppm.split(b"\n", 3)[3]
    sample = [pixels[at : at + 3] for at in range(0, len(pixels) - 2, 3 * 97)]
    commonest = max(sample.count(colour) for colour in set(sample[:500]))
    return len(sample) - commonest > len(sample) / 100


if __name__ == "__main__":
    sys.exit(main())
