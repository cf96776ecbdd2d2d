"""What is built: for which computer, from which packages, with which drivers before the disk is there."""

from __future__ import annotations

from dataclasses import dataclass

from image.package.target import RELEASES, Target

TRIXIE = RELEASES["trixie"]


@dataclass(frozen=True, slots=True)
class Variant:
    """`disk_modules` are kernel modules needed to see the disk; the kernel may have some of them built in."""

    name: str
    title: str
    target: Target
    packages: tuple[str, ...]
    disk_modules: tuple[str, ...]
    raspberry: bool

    @property
    def every_package(self) -> tuple[str, ...]:
        return (*_SYSTEM, *_KIOSK, *self.packages)

    @property
    def every_module(self) -> tuple[str, ...]:
        return (*self.disk_modules, *_FILE_SYSTEMS)


_SYSTEM = (
    # the system and its first moments
    "systemd", "systemd-sysv", "udev", "dbus", "polkitd", "kmod", "busybox-static", "e2fsck-static",
    # time and network
    "systemd-timesyncd", "network-manager", "wpasupplicant", "wireless-regdb", "iproute2", "ca-certificates",
    # updates: their signature, and repairs of the boot partition
    "openssl", "dosfstools",
    # the data partition is made as large as the disk allows
    "fdisk",
)  # fmt: skip
_KIOSK = (
    # what the package of kioskd depends on: Python, and drawing without a desktop
    "python3", "libdrm2", "libegl1", "libgbm1", "libgl1-mesa-dri", "libgles2",
    # spoken screens
    "espeak-ng", "alsa-utils",
)  # fmt: skip
# ext4 asks for crc32c without saying so; the tables of characters are for FAT.
_FILE_SYSTEMS = ("crc32c_generic", "ext4", "squashfs", "overlay", "vfat", "nls_cp437", "nls_ascii")

VARIANTS = {
    variant.name: variant
    for variant in (
        Variant(
            name="debian-amd64",
            title="a PC with UEFI, and the machine of ./dev lab",
            target=Target(TRIXIE, "amd64"),
            packages=("linux-image-amd64", "systemd-boot-efi"),
            disk_modules=(
                *("virtio_pci", "virtio_blk", "ahci", "sd_mod", "nvme", "xhci_pci", "usb_storage", "uas"),
                *("sdhci_pci", "sdhci_acpi", "mmc_block"),
            ),
            raspberry=False,
        ),
        Variant(
            name="debian-rpi",
            title="an SD card for a Raspberry Pi 3 or 4",
            target=Target(TRIXIE, "arm64"),
            packages=("linux-image-arm64", "raspi-firmware", "firmware-brcm80211", "python3-evdev"),
            disk_modules=(
                # for QEMU's general machine
                *("virtio_pci", "virtio_mmio", "virtio_blk"),
                # a Pi's card: its controllers, and who gives them clock, power and voltage
                *("bcm2835_mailbox", "raspberrypi", "clk_raspberrypi", "raspberrypi_power", "bcm2835_power"),
                *("gpio_raspberrypi_exp", "fixed", "gpio_regulator", "bcm2835_dma", "reset_raspberrypi"),
                *("pwrseq_simple", "bcm2835", "sdhci_iproc", "mmc_block"),
            ),
            raspberry=True,
        ),
    )
}
