"""A HID-POS scanner that does not exist: a FIFO that carries the reports its hidraw node would."""

from __future__ import annotations

import os
from collections.abc import Iterator

from kioskd.sim.plug import Plug

DATA_BYTES = 56
_REPORT_ID = 0x02
_UNUSED_BYTES = 2

DESCRIPTOR = bytes.fromhex(
    "058c 0902 a101 8502"  # usage page barcode scanner, one application, report 2
    "0501 093b 1500 26ff00 7508 9501 8102"  # how many bytes of data
    "058c 09fb 09fc 09fd 9503 8102"  # the AIM identifier
    "09fe 9538 8102"  # data
    "0666ff 0904 0900 9502 8102"  # the maker's own
    "058c 09ff 2501 7501 9501 8102 9507 8103"  # whether more follows
    "c0"
)
"""What such a scanner says of its reports: written by hand after the usage tables, in Honeywell's layout."""


def reports_of(aim: str, data: bytes) -> Iterator[bytes]:
    """One code as reports of 64 bytes."""
    while True:
        part, data = data[:DATA_BYTES], data[DATA_BYTES:]
        head = bytes((_REPORT_ID, len(part))) + aim.encode("ascii").ljust(3, b"\0")
        yield head + part.ljust(DATA_BYTES, b"\0") + bytes(_UNUSED_BYTES) + bytes((bool(data),))
        if not data:
            return


class HidPosSimulator(Plug):
    """A scanner in HID-POS mode, which says of every code what it is."""

    async def scan(self, text: str, aim: str = "") -> None:
        """Read a code: a QR code unless `aim` says otherwise."""
        await self._write(b"".join(reports_of(aim or "]Q1", text.encode())))

    async def scan_bytes(self, data: bytes) -> None:
        """Send these very bytes, be they reports or not."""
        await self._write(data)

    def _appear(self) -> int:
        self.path.unlink(missing_ok=True)
        os.mkfifo(self.path)
        # Both ways, so that there is always a writer and the reader waits for us instead of seeing the end.
        return os.open(self.path, os.O_RDWR | os.O_NONBLOCK)
