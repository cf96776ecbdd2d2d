"""The kiosk's screen as JPEG pictures, one for every change."""

from __future__ import annotations

import asyncio
import io
from dataclasses import dataclass

from PIL import Image

from kioskd.sim.kiosk import Frame, Kiosk

LONGEST_WAIT_S = 10.0
_QUALITY = 90


@dataclass(frozen=True, slots=True)
class Shot:
    """`token` names this picture, also among those of an earlier or later process."""

    token: str
    jpeg: bytes


class LiveScreen:
    """However many look, every picture is fetched and encoded once."""

    def __init__(self, kiosk: Kiosk) -> None:
        self._kiosk = kiosk
        self._encoding = asyncio.Lock()
        self._latest: Shot | None = None

    async def after(self, token: str) -> Shot | None:
        """A picture other than the one named; None when it still is the same after LONGEST_WAIT_S.

        Raises KioskDown, also when the kiosk goes away meanwhile.
        """
        process, _, seq = token.partition(".")
        if process == str(self._kiosk.pid) and seq.isdecimal():
            shown = await self._kiosk.wait(int(seq), LONGEST_WAIT_S)
            if shown == int(seq):
                return None
        return await self._newest(token)

    async def _newest(self, seen: str) -> Shot:
        async with self._encoding:
            if self._latest and self._latest.token != seen:
                current = f"{self._kiosk.pid}.{await self._kiosk.wait(-1, 0.0)}"
                if self._latest.token == current:
                    return self._latest
            frame = await self._kiosk.frame()
            jpeg = await asyncio.to_thread(_encode, frame)
            self._latest = Shot(f"{self._kiosk.pid}.{frame.seq}", jpeg)
            return self._latest


def _encode(frame: Frame) -> bytes:
    picture = Image.frombuffer("RGB", (frame.width_px, frame.height_px), frame.rgb, "raw", "RGB", 0, 1)
    file = io.BytesIO()
    # Colours at full resolution: small coloured letters blur without.
    picture.save(file, "JPEG", quality=_QUALITY, subsampling=0)
    return file.getvalue()
