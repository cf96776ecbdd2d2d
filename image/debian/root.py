"""The root tree of a kiosk: a bare Debian with what a kiosk needs, and kioskd's packages in it.

No mirror is named: mmdebstrap takes Debian's own, and whatever apt is told about proxies.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from image.debian.initrd import initrd
from image.debian.variant import Variant
from image.package.programs import ProgramFailed, run

HERE = Path(__file__).parent
LEFT_OUT = ("/usr/share/man/*", "/usr/share/locale/*", "/usr/share/info/*", "/usr/share/doc/*")
KEPT = ("/usr/share/doc/*/copyright", "/usr/share/doc/kioskd/*")
"""Of LEFT_OUT: the licences, and kioskd's papers with the restaurant to begin with."""

_USELESS = ("boot/*", "var/lib/apt/lists/*", "var/cache/apt/*", "var/log/*", "tmp/*", "run/*", "dev/*")
_KEPT_BARE_TREES = 4


@dataclass(frozen=True, slots=True)
class Addition:
    """For a laboratory: more of Debian, and files laid over the tree with their modes, owned by root."""

    packages: tuple[str, ...] = ()
    files: Path | None = None


@dataclass(frozen=True, slots=True)
class Root:
    """A finished tree. `boot` has the kernel and what else leaves the tree for the boot partition."""

    variant: Variant
    tree: Path
    boot: Path
    kernel_version: str
    version: str
    """Of kioskd."""

    @property
    def kernel(self) -> Path:
        return self.boot / f"vmlinuz-{self.kernel_version}"

    def initrd(self) -> bytes:
        """Raises NoSuchModule."""
        must = ("ext4", "squashfs", "overlay", "vfat", "virtio_blk")
        return initrd(self.tree, self.kernel_version, self.variant.every_module, must)


def build(
    variant: Variant,
    debs: Sequence[Path],
    tree: Path,
    more: Addition | None = None,
    *,
    key: Path | None = None,
) -> Root:
    """Into the folder `tree`, which must not exist. Minutes, when no bare Debian is kept from before.

    Takes updates that are signed with the private Ed25519 `key` (PEM), and without one none.

    Raises ProgramFailed.
    """
    if os.geteuid() != 0:
        raise ProgramFailed("images are built as root: sudo ./dev image")
    more = more or Addition()
    bare = _bare(variant, more.packages)
    tree.mkdir(parents=True)
    run("tar", "-C", tree, "--xattrs", "--xattrs-include=*", "--numeric-owner", "-xpf", bare)
    _install(tree, debs)
    # A kiosk that was not told what it is says on its screen how to tell it; it does not sell an example.
    (tree / "etc/kioskd/kiosk.toml").unlink(missing_ok=True)
    for files in (HERE / "overlay", more.files):
        if files is not None:
            run("cp", "-r", "--no-preserve=ownership", f"{files}/.", tree)
    version = next((run("dpkg-deb", "--field", deb, "Version").strip() for deb in debs), "")
    _identify(tree / "usr/share/kioskd", variant, version, key)
    boot = tree.with_name(f"{tree.name}-boot")
    shutil.copytree(tree / "boot", boot)
    for pattern in _USELESS:
        for found in tree.glob(pattern):
            shutil.rmtree(found) if found.is_dir() and not found.is_symlink() else found.unlink()
    (tree / "boot/firmware").mkdir()
    kernel = max(boot.glob("vmlinuz-*"), key=lambda path: path.stat().st_mtime)
    return Root(variant, tree, boot, kernel.name.removeprefix("vmlinuz-"), version)


def _identify(folder: Path, variant: Variant, version: str, key: Path | None) -> None:
    """What `kioskd update` holds a bundle against."""
    keys = folder / "update-keys"
    keys.mkdir(parents=True)
    (folder / "image.json").write_text(json.dumps({"variant": variant.name, "version": version}) + "\n")
    if key is not None:
        run("openssl", "pkey", "-in", key, "-pubout", "-out", keys / "update.pem")


def _install(tree: Path, debs: Sequence[Path]) -> None:
    folder = tree / "tmp/debs"
    folder.mkdir()
    for deb in debs:
        shutil.copyfile(deb, folder / deb.name)
    names = [f"/tmp/debs/{deb.name}" for deb in debs]
    path = "PATH=/usr/sbin:/usr/bin:/sbin:/bin"
    excluded = [f"--path-exclude={left}" for left in LEFT_OUT] + [f"--path-include={kept}" for kept in KEPT]
    if names:
        run("env", "-i", path, "chroot", tree, "dpkg", *excluded, "--install", *names)
    shutil.rmtree(folder)


def _bare(variant: Variant, more: tuple[str, ...]) -> Path:
    """Debian without kioskd, as a tar, kept by what it is made of."""
    packages = [*variant.every_package, *more]
    recipe = repr((variant.target.release.name, variant.target.arch, sorted(packages), LEFT_OUT, KEPT))
    customise = HERE / "customise"
    digest = hashlib.sha256(recipe.encode() + customise.read_bytes()).hexdigest()[:12]
    cache = _cache()
    kept = cache / f"{variant.name}-{digest}.tar"
    if kept.exists():
        kept.touch()
        return kept
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache, prefix="building-") as scratch:
        made = Path(scratch) / "bare.tar"
        run(
            # Debian's own initial RAM disk is not used, and takes a quarter of an hour for another processor.
            *("env", "INITRD=No", "mmdebstrap", "--quiet", "--variant=apt", "--format=tar"),
            f"--architectures={variant.target.arch}",
            "--components=main,non-free-firmware",
            "--dpkgopt=force-unsafe-io",  # what is half-built after a power cut is built anew
            *(f"--dpkgopt=path-exclude={path}" for path in LEFT_OUT),
            *(f"--dpkgopt=path-include={path}" for path in KEPT),
            f"--include={','.join(packages)}",
            f"--customize-hook={customise}",
            variant.target.release.name,
            made,
        )
        made.rename(kept)
    ours = [path for path in cache.glob("*.tar") if re.fullmatch(r"[\w-]+-[0-9a-f]{12}\.tar", path.name)]
    for old in sorted(ours, key=lambda path: path.stat().st_mtime)[:-_KEPT_BARE_TREES]:
        old.unlink()
    return kept


def _cache() -> Path:
    given = os.environ.get("XDG_CACHE_HOME")
    return (Path(given) if given else Path.home() / ".cache") / "kioskd" / "image"
