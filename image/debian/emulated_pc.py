"""A PC in QEMU, to try images in. Without virtualisation it is ten to twenty times slower than a real one."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

FIRMWARE = Path("/usr/share/OVMF/OVMF_CODE_4M.fd")
VARIABLES = Path("/usr/share/OVMF/OVMF_VARS_4M.fd")
SCREEN_PX = (540, 960)
_SIZE = f"id=screen,xres={SCREEN_PX[0]},yres={SCREEN_PX[1]}"
SCREEN = f"virtio-gpu-pci,{_SIZE}"
# The same with what a PC's firmware knows: OVMF's own driver for the plain one crashes.
_PC_SCREEN = f"virtio-vga,{_SIZE}"


def emulated_pc(console: Path, drives: Iterable[str], *more: str) -> list[str]:
    """QEMU's command line. `drives` are values of -drive, `more` further words."""
    words = set(Path("/proc/cpuinfo").read_text().split())
    # Some hosts offer a /dev/kvm on which no ordinary kernel starts: only the processor's word counts.
    real = bool({"vmx", "svm"} & words) and os.access("/dev/kvm", os.W_OK)
    disks: list[str] = []
    for n, drive in enumerate(drives):
        disks += ["-drive", f"{drive},if=none,id=disk{n}", "-device", f"virtio-blk-pci,drive=disk{n}"]
    return [
        *("qemu-system-x86_64", "-nodefaults", "-display", "none", "-machine", "q35,i8042=off"),
        *("-accel", "kvm" if real else "tcg,thread=multi,tb-size=512"),
        *("-cpu", "host" if real else "max,la57=off", "-smp", "2", "-m", "2048"),
        *disks,
        *("-device", "virtio-rng-pci", "-device", _PC_SCREEN),
        *("-chardev", f"file,id=console,path={console}", "-serial", "chardev:console"),
        *more,
    ]


def with_firmware(variables: Path) -> list[str]:
    """Starts as a real PC does. `variables` is a copy of VARIABLES."""
    return [
        *("-drive", f"if=pflash,format=raw,readonly=on,file={FIRMWARE}"),
        *("-drive", f"if=pflash,format=raw,file={variables}"),
    ]
