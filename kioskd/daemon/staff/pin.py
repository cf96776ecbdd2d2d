"""The PIN of the staff screen, kept as a salted scrypt hash in one line of the configuration.

    scrypt:14:8:1:<salt>:<hash>        log2 of N, r, p; salt and hash in URL-safe base64 without padding

Four digits are soon guessed by whoever has the hash, so it is not shown around: what protects the PIN is that
the kiosk takes few guesses (see `pin_guard`), and the time that one guess costs.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from itertools import pairwise

from kioskd.core.staff import MAX_PIN_LENGTH

MIN_PIN_LENGTH = 4
_SALT_BYTES = 16
_HASH_BYTES = 32
# 16 MiB and about 50 ms on a small computer: felt by whoever tries them all, not by staff.
_LOG2_N, _R, _P = 14, 8, 1


@dataclass(frozen=True, slots=True)
class PinHash:
    """What a PIN can be compared with."""

    log2_n: int
    r: int
    p: int
    salt: bytes
    digest: bytes = field(repr=False)

    def fits(self, pin: str) -> bool:
        """Takes 20 ms to 2 s: never on the loop. How long does not depend on how much of it is right."""
        return hmac.compare_digest(self.digest, _scrypt(pin, self.salt, self.log2_n, self.r, self.p))

    def __str__(self) -> str:
        return f"scrypt:{self.log2_n}:{self.r}:{self.p}:{_text(self.salt)}:{_text(self.digest)}"


def hash_pin(pin: str, salt: bytes | None = None) -> PinHash:
    """A new hash; without `salt` a random one. As slow as `PinHash.fits`."""
    salt = os.urandom(_SALT_BYTES) if salt is None else salt
    return PinHash(_LOG2_N, _R, _P, salt, _scrypt(pin, salt, _LOG2_N, _R, _P))


def read_pin_hash(text: str) -> PinHash:
    """The hash that `str` wrote; `text` has the form that the configuration demands of it."""
    _, log2_n, r, p, salt, digest = text.split(":")
    return PinHash(int(log2_n), int(r), int(p), _bytes(salt), _bytes(digest))


def weakness(pin: str) -> str | None:
    """Why this PIN is refused, with the remedy, for whoever chooses it."""
    if not (pin.isascii() and pin.isdecimal() and MIN_PIN_LENGTH <= len(pin) <= MAX_PIN_LENGTH):
        return f"a PIN has {MIN_PIN_LENGTH} to {MAX_PIN_LENGTH} digits, and nothing else"
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    if len(steps) == 1 and steps <= {0, 1, 9}:
        return "this is what anybody would try first: take digits that are neither all equal nor in a row"
    return None


def _scrypt(pin: str, salt: bytes, log2_n: int, r: int, p: int) -> bytes:
    n = 1 << log2_n
    return hashlib.scrypt(pin.encode(), salt=salt, n=n, r=r, p=p, maxmem=256 * r * (n + p), dklen=_HASH_BYTES)


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
