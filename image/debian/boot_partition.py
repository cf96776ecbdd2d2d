"""The boot partition: a folder for each slot with its kernel, and what tells the boot loader which to take.

A PC has systemd-boot, which counts the tries of a slot that has not proved itself. A Raspberry Pi's firmware
takes kernel and command line from the folder that `slot.txt` names; with Debian's kernel it cannot be told to
try something once, so that the slot on trial turns `slot.txt` back as its first act.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from image.debian.root import Root
from image.package.programs import run

HERE = Path(__file__).parent / "boot"
LABEL = "KIOSK"
# Nothing on the screen but the kiosk; a kernel that has crashed starts anew.
OPTIONS = (
    "ro quiet loglevel=1 systemd.show_status=false vt.global_cursor_default=0 logo.nologo consoleblank=0 "
    "panic=10"
)
_FIRMWARE = ("bootcode.bin", "start.elf", "start4.elf", "fixup.dat", "fixup4.dat")
_TREES = ("bcm2837-rpi-*.dtb", "bcm2711-rpi-*.dtb", "bcm2710-rpi-*.dtb")

_ON_A_CARD = {
    '"menu.toml"': '"kiosk/menu.toml"',
    '"logo.png"': '"kiosk/logo.png"',
    '"logo-screen.png"': '"kiosk/logo-screen.png"',
    'state_dir = "/tmp/kioskd-harbour"': 'state_dir = "/var/lib/kioskd"',
    'token_file = "leat.token"': 'token_credential = "leat-token"',
    'claim_secret_file = "leat-claims.secret"': 'claim_secret_credential = "leat-claims"',
}
_FOR_THE_MACHINE = """
[secrets]                               # taken over at the next start; then true stands here
leat-token = "the-token"
leat-claims = "the-secret"

[machine]
host_name = "kiosk-1"

# [machine.wifi]
# ssid = "Harbour staff"
# password = "eight or more"            # replaced by true as well
# country = "NL"
"""


def build(root: Root, initrd: Path, options: str, fat: Path, size_mib: int, more: Path | None) -> None:
    """`more` are files that go there besides, such as a kiosk.toml. Raises ProgramFailed."""
    with tempfile.TemporaryDirectory(prefix="kioskd-boot-") as name:
        folder = Path(name) / "boot"
        _lay_out(root, initrd, options, folder)
        if more is not None:
            shutil.copytree(more, folder, dirs_exist_ok=True)
        fat.unlink(missing_ok=True)
        run("mkfs.vfat", "-F", "32", "-n", LABEL, "-C", fat, str(size_mib * 1024))
        run("mcopy", "-s", "-i", fat, *sorted(folder.iterdir()), "::")


def slot_folder(root: Root, initrd: Path, folder: Path) -> None:
    """Kernel, initial RAM disk and device trees: what an update brings beside a root."""
    folder.mkdir(parents=True)
    shutil.copyfile(root.kernel, folder / "linux")
    shutil.copyfile(initrd, folder / "initrd")
    if root.variant.raspberry:
        trees = root.tree / f"usr/lib/linux-image-{root.kernel_version}/broadcom"
        for pattern in _TREES:
            for tree in trees.glob(pattern):
                shutil.copyfile(tree, folder / tree.name)


def example(restaurant: Path, folder: Path) -> None:
    """A kiosk.toml with every setting, and beside it what it names, as a technician lays them on a card."""
    shutil.copytree(restaurant, folder / "kiosk", ignore=shutil.ignore_patterns("kiosk.toml"))
    text = (restaurant / "kiosk.toml").read_text("utf-8")
    for there, here in _ON_A_CARD.items():
        text = text.replace(there, here)
    (folder / "kiosk.toml").write_text(text + _FOR_THE_MACHINE, "utf-8")


def _lay_out(root: Root, initrd: Path, options: str, folder: Path) -> None:
    slot_folder(root, initrd, folder / "a")
    shutil.copyfile(HERE / "README.txt", folder / "README.txt")
    libraries = root.tree / f"usr/lib/kioskd/lib/python{root.variant.target.release.python}/site-packages"
    if (restaurant := libraries / "kioskd/sim/harbour").is_dir():
        example(restaurant, folder / "example")
    if root.variant.raspberry:
        (folder / "a/cmdline.txt").write_text(options + "\n")
        shutil.copyfile(HERE / "config.txt", folder / "config.txt")
        (folder / "slot.txt").write_text("os_prefix=a/\n")
        for name in _FIRMWARE:
            shutil.copyfile(root.tree / "usr/lib/raspi-firmware" / name, folder / name)
        return
    loader = folder / "EFI/BOOT/BOOTX64.EFI"
    loader.parent.mkdir(parents=True)
    shutil.copyfile(root.tree / "usr/lib/systemd/boot/efi/systemd-bootx64.efi", loader)
    entries = folder / "loader/entries"
    entries.mkdir(parents=True)
    (folder / "loader/loader.conf").write_text("timeout 0\neditor no\nconsole-mode keep\n")
    (entries / "kioskd-a.conf").write_text(
        f"title kioskd\nsort-key kioskd\nversion 1\nlinux /a/linux\ninitrd /a/initrd\noptions {options}\n"
    )
