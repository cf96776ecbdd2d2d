"""The disk images in their parts. Building one needs Debian's archive and root: `./dev image` does."""

from __future__ import annotations

import hashlib
import json
import lzma
import os
import re
import shutil
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from image.debian import boot_partition
from image.debian.initrd import INIT, NoSuchModule, initrd
from image.debian.root import HERE, KEPT, LEFT_OUT
from image.debian.variant import VARIANTS
from image.package.tree import CHECKOUT
from image.rpi import lint, os_list, splash
from kioskd.daemon.first_boot.card import read_card
from kioskd.daemon.first_boot.machine import Secrets
from kioskd.daemon.first_boot.places import Places

OVERLAY = HERE / "overlay"


def unpacked(archive: bytes) -> Iterator[tuple[str, int, bytes]]:
    """Name, mode and content of each entry of a cpio archive ("newc")."""
    at = 0
    while True:
        assert archive[at : at + 6] == b"070701"
        fields = [int(archive[at + 6 + 8 * n : at + 14 + 8 * n], 16) for n in range(13)]
        name_at, size, name_size = at + 110, fields[6], fields[11]
        name = archive[name_at : name_at + name_size - 1].decode()
        data_at = (name_at + name_size + 3) // 4 * 4
        if name == "TRAILER!!!":
            return
        yield name, fields[1], archive[data_at : data_at + size]
        at = (data_at + size + 3) // 4 * 4


def kernel_tree(folder: Path) -> Path:
    modules = folder / "usr/lib/modules/6.12"
    modules.mkdir(parents=True)
    (modules / "modules.builtin").write_text("kernel/fs/overlayfs/overlay.ko\n")
    (modules / "modules.dep").write_text(
        "kernel/virtio-pci.ko.xz: kernel/virtio_ring.ko.xz kernel/virtio.ko.xz\n"
        "kernel/virtio_ring.ko.xz: kernel/virtio.ko.xz\nkernel/virtio.ko.xz:\n"
    )
    (modules / "kernel").mkdir()
    for name in ("virtio-pci", "virtio_ring", "virtio"):
        (modules / f"kernel/{name}.ko.xz").write_bytes(lzma.compress(name.encode()))
    for program in ("usr/bin/busybox", "usr/sbin/e2fsck.static"):
        (folder / program).parent.mkdir(parents=True, exist_ok=True)
        (folder / program).write_bytes(b"program")
    return folder


def test_the_first_program_finds_what_it_loads_in_the_order_it_needs(tmp_path: Path) -> None:
    entries = {
        name: (mode, data)
        for name, mode, data in unpacked(initrd(kernel_tree(tmp_path), "6.12", ["virtio_pci", "overlay"]))
    }
    assert entries["modules/order"][1].decode().split() == ["virtio.ko", "virtio_ring.ko", "virtio_pci.ko"]
    assert entries["modules/virtio_pci.ko"][1] == b"virtio-pci"  # unpacked: busybox cannot
    assert entries["init"] == (stat.S_IFREG | 0o755, INIT.read_bytes())


def test_a_kernel_without_what_a_file_system_needs_ends_the_build(tmp_path: Path) -> None:
    initrd(kernel_tree(tmp_path), "6.12", ["squashfs", "overlay"], must=["overlay"])
    with pytest.raises(NoSuchModule, match="squashfs"):
        initrd(tmp_path, "6.12", ["squashfs"], must=["squashfs"])


@pytest.mark.parametrize(
    "script",
    [INIT, HERE / "customise", *sorted((OVERLAY / "usr/lib/kioskd").iterdir())],
    ids=lambda path: path.name,
)
def test_scripts_are_shell(script: Path) -> None:
    subprocess.run(("sh", "-n", script), check=True)


def test_nothing_is_on_the_screen_but_the_kiosk() -> None:
    words = boot_partition.OPTIONS.split()
    assert {"quiet", "vt.global_cursor_default=0", "systemd.show_status=false"} <= set(words)
    assert not [word for word in words if word.startswith("console=")]
    assert any(word.startswith("panic=") and int(word[6:]) > 0 for word in words)  # 0 would stay dead


def test_the_example_on_the_card_is_a_kiosk_as_it_stands(tmp_path: Path) -> None:
    boot_partition.example(CHECKOUT / "kioskd/sim/harbour", tmp_path)
    card = read_card(tmp_path)
    assert card is not None
    assert {"kiosk/menu.toml", "kiosk/logo.png", "kiosk/logo-screen.png"} <= card.files.keys()
    assert card.config.state_dir == Path("/var/lib/kioskd")


def test_a_kiosk_whose_data_is_lost_says_so_and_nothing_makes_it_sell() -> None:
    lost = (OVERLAY / "usr/lib/systemd/system/kioskd-data-lost.service").read_text("utf-8")
    assert "ConditionPathExists=/data/lost\n" in lost and "Before=kioskd.service\n" in lost
    source, problem = re.findall(r"ExecStart=/bin/cp (\S+) (\S+)", lost)[0]
    assert Path(problem) == Places(Path("/")).problem
    words = (OVERLAY / source.lstrip("/")).read_text("utf-8").splitlines()
    assert 1 <= len(words) <= 4  # so many lines are on the screen
    # Only first boot takes a problem away again, and gives a kiosk what it sells.
    first_boot = (CHECKOUT / "systemd/kioskd-first-boot.service").read_text("utf-8")
    assert "ConditionPathExists=!/data/lost\n" in first_boot
    assert ">/root/data/lost" in INIT.read_text("utf-8")


def test_the_data_partition_grows_with_what_is_in_the_image() -> None:
    unit = (OVERLAY / "usr/lib/systemd/system/kioskd-data-grow.service").read_text("utf-8")
    (program,) = re.findall(r"ExecStart=(\S+)", unit)
    script = OVERLAY / program.lstrip("/")
    assert os.access(script, os.X_OK)
    assert "sfdisk" in script.read_text("utf-8")
    assert all("fdisk" in variant.every_package for variant in VARIANTS.values())


def test_a_slot_is_kept_after_the_health_check_and_left_when_it_fails() -> None:
    units = OVERLAY / "usr/lib/systemd/system"
    assert "Requires=boot-complete.target\n" in (units / "kioskd-update-keep.service").read_text("utf-8")
    failed = (units / "kioskd-boot-ok.service.d/back.conf").read_text("utf-8")
    assert "OnFailure=kioskd-update-back.service\n" in failed


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_finds_nothing_to_complain_about(tmp_path: Path) -> None:
    for unit in sorted((OVERLAY / "usr/lib/systemd/system").glob("*.service")):
        text = unit.read_text("utf-8")
        (tmp_path / unit.name).write_text(
            re.sub(r"(?m)^(ExecStart=)/usr/(bin|lib)/kioskd\S*", r"\1/bin/true", text)
        )
    done = subprocess.run(
        ("systemd-analyze", "verify", "--man=no", *sorted(tmp_path.iterdir())),
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [line for line in done.stderr.splitlines() if "kioskd" in line]
    assert (done.returncode, ours) == (0, [])


def test_what_is_enabled_is_there() -> None:
    for link in (OVERLAY / "etc/systemd/system").rglob("*.service"):
        assert (OVERLAY / str(link.readlink()).lstrip("/")).is_file()


def test_licences_and_our_papers_stay_in_the_image() -> None:
    assert "/usr/share/doc/*" in LEFT_OUT
    assert {"/usr/share/doc/*/copyright", "/usr/share/doc/kioskd/*"} <= set(KEPT)


def test_only_a_raspberry_has_its_firmware() -> None:
    assert [name for name, variant in VARIANTS.items() if variant.raspberry] == ["debian-rpi"]
    assert "raspi-firmware" in VARIANTS["debian-rpi"].every_package
    assert "systemd-boot-efi" in VARIANTS["debian-amd64"].every_package


# --- Raspberry Pi's own tool -----------------------------------------------------------------------------


def test_the_layer_and_its_configuration_are_what_rpi_image_gen_asks_for() -> None:
    assert lint.findings() == []


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        ("layer/kioskd.yaml", "# X-Env-Layer-Version: 1.1.0\n", "", "has no X-Env-Layer-Version"),
        (
            "layer/kioskd.yaml",
            "X-Env-Layer-Requires:",
            "X-Env-Layer-Needs:",
            "X-Env-Layer-Needs is no attribute",
        ),
        ("layer/kioskd.yaml", "# X-Env-Var-video-Set: y\n", "", "video: has no policy"),
        ("layer/kioskd.yaml", "  customize-hooks:", "  customise-hooks:", "knows no customise-hooks"),
        (
            "layer/kioskd.yaml",
            'rm -rf "$1/etc/kioskd"',
            'rm -rf "$1/etc/other"',
            "/etc/kioskd is shared and not",
        ),
        (
            "layer/kioskd.yaml",
            'rm -rf "$1/var/lib/systemd"',
            'rm -rf "$1/var/lib/other"',
            "/var/lib/systemd is shared and not",
        ),
        ("config/kioskd.yaml", "  video:", "  vidio:", "kioskd.vidio: unknown"),
        ("layer/kioskd.yaml", ",wireless-regulatory", "", "ieee80211: no layer of ours"),
        ("config/kioskd.yaml", "image-rota", "image-rpios", "does not take the A/B layout"),
    ],
)
def test_a_slip_in_them_is_found(tmp_path: Path, file: str, old: str, new: str, complaint: str) -> None:
    for folder in ("layer", "config"):
        shutil.copytree(lint.HERE / folder, tmp_path / folder)
    text = (tmp_path / file).read_text("utf-8")
    assert old in text
    (tmp_path / file).write_text(text.replace(old, new), "utf-8")
    assert any(complaint in finding for finding in lint.findings(tmp_path)), lint.findings(tmp_path)


def test_a_slot_reads_secrets_that_were_encrypted_in_the_other_one() -> None:
    overlay = lint.HERE / "layer/kioskd.d/customize.overlay"
    shared = (overlay / "etc/rpi-image-gen/slot-shared.d/kioskd.conf").read_text("utf-8")
    assert "Path=/etc/credstore.encrypted\n" in shared and "Path=/var/lib/systemd\n" in shared
    unit = (overlay / "usr/lib/systemd/system/kioskd.service.d/credentials.conf").read_text("utf-8")
    assert set(re.findall(r"ImportCredential=(\S+)", unit)) == {
        field.alias for field in Secrets.model_fields.values()
    }


def test_the_card_is_the_partition_that_both_slots_share() -> None:
    units = lint.HERE / "layer/kioskd.d/customize.overlay/usr/lib/systemd/system"
    drop_in = (units / "kioskd-first-boot.service.d/card.conf").read_text("utf-8")
    (card,) = re.findall(r"first-boot --from (\S+)", drop_in)
    assert f"ConditionPathExists=|{card}/kiosk.toml\n" in drop_in and f"ReadWritePaths=-{card}\n" in drop_in
    unit = (CHECKOUT / "systemd/kioskd-first-boot.service").read_text("utf-8")
    (theirs,) = re.findall(r"ConditionPathExists=\|(/var\S+)", unit)
    assert f"ConditionPathExists=|{theirs}\n" in drop_in


def test_the_first_picture_is_what_the_kernel_takes(tmp_path: Path) -> None:
    tga = splash.draw(tmp_path / "splash.tga").read_bytes()
    kind, bits = tga[2], tga[16]
    assert (kind, bits) == (2, 24)  # colours, not compressed
    pixels = {tga[at : at + 3] for at in range(18, 18 + 3 * splash.SIDE_PX**2, 3)}
    assert 2 <= len(pixels) <= splash.MOST_COLOURS


def test_imager_is_told_size_and_hash_of_what_is_written(tmp_path: Path) -> None:
    image = tmp_path / "kioskd-debian-rpi-1.0.img"
    image.write_bytes(b"image" * 1000)
    (entry,) = json.loads(os_list.os_list([image], "https://example.org/kiosks/"))["os_list"]
    assert entry["url"] == "https://example.org/kiosks/kioskd-debian-rpi-1.0.img"
    assert entry["extract_size"] == entry["image_download_size"] == 5000
    assert entry["extract_sha256"] == hashlib.sha256(b"image" * 1000).hexdigest()
    must = {"name", "description", "icon", "release_date"}
    assert must <= entry.keys()
    other = tmp_path / "kioskd-debian-amd64-1.0.img"
    other.touch()
    with pytest.raises(ValueError, match="no image for a Raspberry Pi"):
        os_list.os_list([other], "")
