"""`./dev image`: what can be built, and building it."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from image.debian import bundle, disk, root, trial
from image.debian.initrd import NoSuchModule
from image.debian.variant import VARIANTS, Variant
from image.package import build as package
from image.package.programs import ProgramFailed
from image.package.shared_libraries import UnknownLibrary
from image.rpi import lint, os_list, splash

OUT = Path("out/image")


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev image", description="Build disk images of a kiosk.")
    parser.add_argument("what", choices=["list", *VARIANTS, "rpi", "os-list"])
    parser.add_argument("images", nargs="*", type=Path, help="with os-list: the images to list")
    parser.add_argument("--out", type=Path, default=OUT, metavar="DIR", help="default: %(default)s")
    parser.add_argument("--url", default="", help="with os-list: where the images are downloaded from")
    parser.add_argument(
        "--key",
        type=Path,
        metavar="FILE",
        help="private Ed25519 key: the image takes updates signed with it, and a bundle for them is made",
    )
    parser.add_argument(
        "--try",
        dest="trial",
        action="store_true",
        help="with debian-amd64: try updates in an emulated PC, instead of keeping the image",
    )
    asked = parser.parse_args()
    if asked.trial and (asked.what != "debian-amd64" or asked.key is None):
        parser.error("--try is for debian-amd64, and needs a --key")
    began_s = time.monotonic()
    try:
        _WHAT.get(asked.what, _build)(asked)
    except (ProgramFailed, UnknownLibrary, NoSuchModule, trial.TrialFailed, OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    if asked.what in VARIANTS:
        print(f"built in {time.monotonic() - began_s:.0f} s")
    return 0


def _list(_asked: argparse.Namespace) -> None:
    for variant in VARIANTS.values():
        print(f"{variant.name:14} {variant.title}")
    print(f"{'rpi':14} Raspberry Pi OS by rpi-image-gen: only checked here, see docs/image.md")
    print(f"{'os-list':14} the list of images that Raspberry Pi Imager shows")


def _build(asked: argparse.Namespace) -> None:
    if os.geteuid() != 0:
        raise ProgramFailed("images are built as root: sudo ./dev image")
    variant = VARIANTS[asked.what]
    asked.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="building-", dir=asked.out, ignore_cleanup_errors=True) as name:
        scratch = Path(name)
        made = root.build(variant, _debs(variant, scratch / "debs"), scratch / "tree", key=asked.key)
        if asked.trial:
            for line in trial.try_updates(made, asked.key):
                print(line, flush=True)
            return
        image = asked.out / f"kioskd-{variant.name}-{made.version}.img"
        built = disk.build(made, scratch / "disk.img")
        shutil.move(built.image, image)
        print(_told(image))
        if asked.key is not None:
            print(_told(bundle.build(made, built, asked.key, image.with_suffix(".kioskd"))))


def _debs(variant: Variant, out: Path) -> Sequence[Path]:
    return [made.deb for made in package.build(variant.target, out)]


def _told(file: Path) -> str:
    on_disk_mb = file.stat().st_blocks * 512 / 1e6
    return f"{file}: {file.stat().st_size / 1e6:.0f} MB, of which {on_disk_mb:.0f} MB are not empty"


def _rpi(_asked: argparse.Namespace) -> None:
    print("\n".join(lint.findings()) or "image/rpi: nothing to complain about; build it on a Raspberry Pi")
    print(f"{splash.draw()}: what the kernel shows until the kiosk does")


def _os_list(asked: argparse.Namespace) -> None:
    asked.out.mkdir(parents=True, exist_ok=True)
    file = asked.out / "os_list.json"
    file.write_text(os_list.os_list(asked.images, asked.url), "utf-8")
    print(file)


_WHAT = {"list": _list, "rpi": _rpi, "os-list": _os_list}

if __name__ == "__main__":
    sys.exit(main())
