"""Updates tried in an emulated PC, from its firmware on: one that crashes, one that is unwell, one good.

`./dev image debian-amd64 --try`: half an hour on two processors without virtualisation.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from image.debian import bundle, disk
from image.debian.emulated_pc import SCREEN_PX, VARIABLES, emulated_pc, with_firmware
from image.debian.root import Root
from image.package.programs import run

HERE = Path(__file__).parent
PATIENCE_S = 3600.0
_LOOK_AGAIN_S = 1.0
_MENU = "/usr/share/doc/kioskd/examples/harbour/menu.toml"
_BUNDLES_MIB = 1024
# The drawing is done by the processor, which is emulated: some ten times slower than a small Pi's.
_SLOW = """[Service]
Environment=SDL_RENDER_DRIVER=opengles2 SDL_FRAMEBUFFER_ACCELERATION=opengles2
WatchdogSec=180
TimeoutStartSec=600
"""
_TRIAL = """[Unit]
After=kioskd.service
[Service]
ExecStart=/bin/sh /etc/trial.sh
[Install]
WantedBy=multi-user.target
"""


class TrialFailed(Exception):
    """The text has what the machine said."""


def try_updates(root: Root, key: Path) -> Iterator[str]:
    """What the machine says, with the seconds since power-on. Raises TrialFailed, ProgramFailed."""
    with tempfile.TemporaryDirectory(prefix="kioskd-trial-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        _set_up(folder / "data", root)
        made = disk.build(root, folder / "disk.img", data=folder / "data")
        # Whatever the kernel says is to be seen, and of its own a PC's image has no serial console. On a busy
        # host an emulated timer is late, which a kernel that checks it takes for broken.
        entry = folder / "kioskd-a.conf"
        at = f"{folder / 'disk.img'}@@1M"
        run("mcopy", "-i", at, "::loader/entries/kioskd-a.conf", entry)
        entry.write_text(
            entry.read_text().replace("\noptions ", "\noptions console=ttyS0 mitigations=off no_timer_check ")
        )
        run("mcopy", "-o", "-i", at, entry, "::loader/entries/kioskd-a.conf")
        _bundles(folder, root, made, key)
        yield from _boot(folder)


def emulated_kiosk(root: Root, etc: Path) -> None:
    """Into `etc`, which is laid over /etc: a kiosk that sells at the counter, on an emulated machine."""
    overrides = etc / "systemd/system/kioskd.service.d"
    overrides.mkdir(parents=True)
    (overrides / "slow.conf").write_text(_SLOW)
    settings = (root.tree / "usr/share/kioskd/kiosk.toml").read_text("utf-8")
    (etc / "kioskd").mkdir()
    settings = settings.replace("/etc/kioskd/menu.toml", _MENU)
    for name, size_px in zip(("width_px", "height_px"), SCREEN_PX, strict=True):
        settings = re.sub(rf"(?m)^{name} = \d+", f"{name} = {size_px}", settings)
    (etc / "kioskd/kiosk.toml").write_text(settings, "utf-8")


def _set_up(data: Path, root: Root) -> None:
    etc = data / "etc/files"
    emulated_kiosk(root, etc)
    units = etc / "systemd/system"
    (units / "multi-user.target.wants").mkdir()
    (units / "trial.service").write_text(_TRIAL)
    (units / "multi-user.target.wants/trial.service").symlink_to("../trial.service")
    shutil.copyfile(HERE / "trial.sh", etc / "trial.sh")


def _bundles(folder: Path, root: Root, made: disk.Disk, key: Path) -> None:
    out = folder / "bundles"
    out.mkdir()
    bundle.build(root, made, key, out / "good.kioskd")

    empty = folder / "empty"
    (empty / "etc").mkdir(parents=True)
    crashing = replace(made, squashfs=folder / "crashing.squashfs")
    run("mksquashfs", empty, crashing.squashfs, "-quiet", "-no-progress")
    bundle.build(root, crashing, key, out / "crashing.kioskd")
    stranger = folder / "stranger.pem"
    run("openssl", "genpkey", "-algorithm", "ed25519", "-out", stranger)
    bundle.build(root, crashing, stranger, out / "unsigned.kioskd")

    health_check = root.tree / "usr/lib/kioskd/boot-ok"
    well = health_check.read_bytes()
    sick = replace(made, squashfs=folder / "sick.squashfs")
    health_check.write_text("#!/bin/sh\necho unwell; sleep 60; exit 1\n")
    try:
        disk.pack_root(root, sick.squashfs)
    finally:
        health_check.write_bytes(well)
    bundle.build(root, sick, key, out / "sick.kioskd")
    run("mke2fs", "-q", "-t", "ext4", "-L", "bundles", "-d", out, folder / "bundles.ext4", f"{_BUNDLES_MIB}M")
    shutil.rmtree(out)


def _boot(folder: Path) -> Iterator[str]:
    console = folder / "console.log"
    console.touch()
    variables = folder / "variables.fd"
    shutil.copyfile(VARIABLES, variables)
    began_s = time.monotonic()
    command = emulated_pc(
        console,
        (
            f"file={folder / 'disk.img'},format=raw",
            f"file={folder / 'bundles.ext4'},format=raw,readonly=on",
        ),
        *with_firmware(variables),
    )
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as machine:
        try:
            with console.open(encoding="utf-8", errors="replace") as said:
                part = ""
                while (waited_s := time.monotonic() - began_s) < PATIENCE_S:
                    part += said.read()
                    *lines, part = part.split("\n")
                    for line in lines:
                        if "trial: " in line:
                            told = line[line.index("trial: ") :].strip()
                            yield f"{waited_s:5.0f} s  {told.removeprefix('trial: ')}"
                            if "FAILED" in told:
                                raise TrialFailed(_end_of(console))
                            if "PASSED" in told:
                                return
                    if machine.poll() is not None:
                        raise TrialFailed(f"the machine stopped\n{_end_of(console)}")
                    time.sleep(_LOOK_AGAIN_S)
            raise TrialFailed(f"not finished in {PATIENCE_S:.0f} s\n{_end_of(console)}")
        finally:
            machine.kill()


def _end_of(console: Path) -> str:
    return "\n".join(console.read_text("utf-8", "replace").splitlines()[-40:])
