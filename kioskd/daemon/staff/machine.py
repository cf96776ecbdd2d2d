"""What the machine says of itself, for people: nothing here is needed to sell."""

from __future__ import annotations

import fcntl
import shutil
import socket
import struct
import time
from collections.abc import Iterator
from ipaddress import IPv6Address
from pathlib import Path

IPV6_ADDRESSES = Path("/proc/net/if_inet6")
_SIOCGIFADDR = 0x8915
_NAME = struct.Struct("256s")
_ADDRESS = slice(20, 24)
"""Where the answer has the four bytes of the address, behind name, family and port."""
_EVERYWHERE = "00"
"""The scope of addresses that others can reach."""


def addresses(ipv6: Path = IPV6_ADDRESSES) -> tuple[str, ...]:
    """The machine's own, without loopback: IPv4 first. Empty when it is in no network."""
    return (*_ipv4(), *_ipv6(ipv6))


def _ipv4() -> Iterator[str]:
    """The first address of each interface."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        for _, name in socket.if_nameindex():
            try:
                answer = fcntl.ioctl(asked.fileno(), _SIOCGIFADDR, _NAME.pack(name.encode()[:15]))
            except OSError:  # it has none
                continue
            address = socket.inet_ntoa(answer[_ADDRESS])
            if not address.startswith("127."):
                yield address


def _ipv6(file: Path) -> Iterator[str]:
    try:
        lines = file.read_text("ascii").splitlines()
    except (OSError, ValueError):
        return
    for line in lines:
        digits, _, _, scope, *_ = line.split()
        if scope == _EVERYWHERE:
            yield str(IPv6Address(int(digits, 16)))


def machine_up_s() -> float:
    """Since it was switched on, whether it slept or not."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def free_bytes(folder: Path) -> int | None:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None
