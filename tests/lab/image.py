"""The lab's disk image: built from Debian packages once, then kept outside of the checkout.

No mirror is named (mmdebstrap takes Debian's own, and whatever apt is told about proxies) and no disk is
mounted. Only root can give the files in it their owners.
"""

from __future__ import annotations

import lzma
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.lab import recipe


class BuildFailed(Exception):
    """A program that the build needs failed; the text ends with what it said."""


@dataclass(frozen=True, slots=True)
class Image:
    """A finished image. Nothing in `folder` is written to any more."""

    folder: Path

    @property
    def disk(self) -> Path:
        return self.folder / "root.ext4"

    @property
    def kernel(self) -> Path:
        return self.folder / "vmlinuz"

    @property
    def initrd(self) -> Path:
        return self.folder / "initrd"

    @property
    def key(self) -> Path:
        """Opens root's door by ssh."""
        return self.folder / "key"


def cache_folder() -> Path:
    given = os.environ.get("XDG_CACHE_HOME")
    return (Path(given) if given else Path.home() / ".cache") / "kioskd" / "lab"


def kept_image() -> Image | None:
    """The image of the present recipe, if it was built before."""
    folder = cache_folder() / recipe.fingerprint()
    return Image(folder) if folder.is_dir() else None


def build_image() -> Image:
    """Takes minutes. Images of other recipes are thrown away. Raises BuildFailed."""
    if os.geteuid() != 0:
        raise BuildFailed("the machine's disk image is built as root: sudo ./dev lab")
    cache = cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache, prefix="building-", ignore_cleanup_errors=True) as scratch:
        _build(Path(scratch))
        for other in cache.iterdir():
            if re.fullmatch(r"[0-9a-f]{16}", other.name):
                shutil.rmtree(other)
        folder = cache / recipe.fingerprint()
        (Path(scratch) / "image").rename(folder)
    return Image(folder)


def _build(scratch: Path) -> None:
    made = Image(scratch / "image")
    tree = scratch / "tree"
    made.folder.mkdir()
    tree.mkdir()
    _run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "lab", "-f", made.key)
    _fetch_wheels(scratch / "wheels")
    _run(
        "mmdebstrap",
        "--variant=apt",
        "--format=directory",
        "--dpkgopt=force-unsafe-io",  # what is half-built after a power cut is built anew
        f"--include={','.join(recipe.PACKAGES)}",
        *(f"--dpkgopt=path-exclude={path}" for path in recipe.LEFT_OUT),
        f"--customize-hook={recipe.BASE / 'customise'}",
        recipe.SUITE,
        tree,
        # Debian's own initial RAM disk takes longer to make and twice as long to boot as `_initrd`.
        also={"INITRD": "No", "LAB_KEY": str(made.key), "LAB_WHEELS": str(scratch / "wheels")},
    )
    _run("truncate", "-s", f"{recipe.SIZE_MIB}M", made.disk)
    _run("mke2fs", "-q", "-t", "ext4", "-L", "root", "-d", tree, made.disk)
    kernel = next((tree / "boot").glob("vmlinuz-*"))
    shutil.copyfile(kernel, made.kernel)
    made.initrd.write_bytes(_initrd(tree, kernel.name.removeprefix("vmlinuz-")))


def _fetch_wheels(folder: Path) -> None:
    folder.mkdir()
    requirements = folder / "requirements.txt"
    requirements.write_text(recipe.locked_dependencies())
    _run(
        *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"),
        *("--no-deps", "--require-hashes", "--only-binary", ":all:", "--python-version", recipe.PYTHON),
        *(word for platform in recipe.PLATFORMS for word in ("--platform", platform)),
        *("--dest", folder, "-r", requirements),
    )


def _initrd(tree: Path, kernel: str) -> bytes:
    """A few MiB that find the root file system and nothing else."""
    modules = dict(_modules(tree, kernel))
    return b"".join(
        [
            *(_cpio(name, stat.S_IFDIR | 0o755) for name in ("bin", "dev", "modules", "proc", "root")),
            _cpio("bin/busybox", stat.S_IFREG | 0o755, (tree / "usr/bin/busybox").read_bytes()),
            _cpio("init", stat.S_IFREG | 0o755, (recipe.BASE / "init").read_bytes()),
            *(_cpio(f"modules/{name}", stat.S_IFREG | 0o644, code) for name, code in modules.items()),
            _cpio("modules/order", stat.S_IFREG | 0o644, "".join(f"{name}\n" for name in modules).encode()),
            _cpio("TRAILER!!!", 0),
        ]
    )


def _modules(tree: Path, kernel: str) -> Iterator[tuple[str, bytes]]:
    """Name and code of the modules of ROOT_MODULES and what they need, in the order to load them."""
    folder = tree / "usr/lib/modules" / kernel
    built_in = {_module_name(line) for line in (folder / "modules.builtin").read_text().splitlines()}
    needs: dict[str, list[str]] = {}
    for line in (folder / "modules.dep").read_text().splitlines():
        path, _, others = line.partition(":")
        needs[_module_name(path)] = [*reversed(others.split()), path]
    for wanted in recipe.ROOT_MODULES:
        if wanted in needs:
            for path in needs[wanted]:
                code = (folder / path).read_bytes()
                yield f"{_module_name(path)}.ko", lzma.decompress(code) if path.endswith(".xz") else code
        elif wanted not in built_in:
            raise BuildFailed(f"Debian's kernel {kernel} has no {wanted}")


def _module_name(path: str) -> str:
    return Path(path).name.partition(".")[0].replace("-", "_")


def _cpio(name: str, mode: int, data: bytes = b"") -> bytes:
    """One entry of the archive format that kernels unpack ("newc")."""
    path = name.encode() + b"\0"
    fields = (0, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(path), 0)
    head = b"070701" + b"".join(b"%08X" % field for field in fields) + path
    return head + bytes(-len(head) % 4) + data + bytes(-len(data) % 4)


def _run(*command: str | Path, also: dict[str, str] | None = None) -> str:
    words: Sequence[str] = [str(word) for word in command]
    path = f"{os.environ['PATH']}:/usr/sbin:/sbin"  # where mke2fs and modprobe are, and users do not look
    try:
        done = subprocess.run(
            words,
            env={**os.environ, "PATH": path, **(also or {})},
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as error:
        raise BuildFailed(f"{words[0]}: {error.strerror}") from None
    if done.returncode:
        said = "\n  ".join((done.stderr or done.stdout).splitlines()[-15:])
        raise BuildFailed(f"{words[0]} ended with status {done.returncode}:\n  {said}")
    return done.stdout
