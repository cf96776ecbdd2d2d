"""A few MiB that put the machine's file systems together and hand over to systemd: see `boot/init`.

Debian's own initial RAM disk takes minutes to make, twice as long to boot, and knows nothing of slots.
"""

from __future__ import annotations

import lzma
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

INIT = Path(__file__).parent / "boot/init"
_FOLDERS = ("bin", "boot", "dev", "modules", "proc", "root", "run", "sys")


class NoSuchModule(Exception):
    """The kernel has none of the modules that a file system needs; the text names it."""


def initrd(tree: Path, kernel: str, wanted: Iterable[str], must: Iterable[str] = ()) -> bytes:
    """For the kernel of a root tree, with the modules `wanted` as far as it has them, and all of `must`.

    Raises NoSuchModule.
    """
    modules = dict(_modules(tree, kernel, wanted, frozenset(must)))
    programs = {
        "init": INIT,
        "bin/busybox": tree / "usr/bin/busybox",
        "bin/e2fsck": tree / "usr/sbin/e2fsck.static",
    }
    order = "".join(f"{name}\n" for name in modules)
    return b"".join(
        [
            *(_cpio(name, stat.S_IFDIR | 0o755) for name in _FOLDERS),
            *(_cpio(name, stat.S_IFREG | 0o755, file.read_bytes()) for name, file in programs.items()),
            *(_cpio(f"modules/{name}", stat.S_IFREG | 0o644, code) for name, code in modules.items()),
            _cpio("modules/order", stat.S_IFREG | 0o644, order.encode()),
            _cpio("TRAILER!!!", 0),
        ]
    )


def _modules(
    tree: Path, kernel: str, wanted: Iterable[str], must: frozenset[str]
) -> Iterator[tuple[str, bytes]]:
    """File name and code of the modules and what they need, in the order to load them."""
    folder = tree / "usr/lib/modules" / kernel
    built_in = {_name(line) for line in (folder / "modules.builtin").read_text().splitlines()}
    needs: dict[str, list[str]] = {}
    for line in (folder / "modules.dep").read_text().splitlines():
        path, _, others = line.partition(":")
        needs[_name(path)] = [*reversed(others.split()), path]
    for name in wanted:
        if name in needs:
            for path in needs[name]:
                code = (folder / path).read_bytes()
                yield f"{_name(path)}.ko", lzma.decompress(code) if path.endswith(".xz") else code
        elif name in must and name not in built_in:
            raise NoSuchModule(f"Debian's kernel {kernel} has no {name}")


def _name(path: str) -> str:
    return Path(path).name.partition(".")[0].replace("-", "_")


def _cpio(name: str, mode: int, data: bytes = b"") -> bytes:
    """One entry of the archive format that kernels unpack ("newc")."""
    path = name.encode() + b"\0"
    fields = (0, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(path), 0)
    head = b"070701" + b"".join(b"%08X" % field for field in fields) + path
    return head + bytes(-len(head) % 4) + data + bytes(-len(data) % 4)
