"""What a kiosk that knows nothing is told by codes held before its scanner.

The kiosk shows a pairing code that nobody else has. What it is to be told is sealed with a key made of that
code, and shown to it as a set of QR codes, in any order. A set is therefore of use to one kiosk, while it
shows that pairing code: kept, copied or photographed it is of no use to another, nor to the same one later,
and nobody can read what is in it without having seen the pairing code.

A code has only letters and digits, and none that keyboards of most languages have in other places.
Sealed is a set as 16 bytes of salt, the content under a stream that SHAKE-256 makes of a key, and the first
16 bytes of an HMAC-SHA256 under another; both keys are scrypt's of pairing code and salt.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

MOST_PARTS = 99
PART_LENGTH = 280
"""Of a code's content: what cheap cameras still read from a telephone."""
MAX_CONTENT_BYTES = 1024 * 1024
"""Of all files together, unpacked."""
MAX_FILES = 64

_MARK = "KIOSKD1"
_BASE32, _LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "ABCDEFGHIJKLMNOPQRSTUVWX23456789"
"""Without Y and Z, which some keyboards swap."""
_WRITTEN, _READ = str.maketrans(_BASE32, _LETTERS), str.maketrans(_LETTERS, _BASE32)
_CODE = re.compile(rf"{_MARK}([A-X2-9]{{8}})([0-9]{{2}})([0-9]{{2}})([A-X2-9]{{1,{PART_LENGTH}}})")
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKS_LIKE = str.maketrans("OILU", "011V")
_PAIRING_LENGTH = 8
_SALT_BYTES, _TAG_BYTES = 16, 16
_FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}(/[A-Za-z0-9_][A-Za-z0-9._-]{0,63}){0,3}")


class Objection(StrEnum):
    """Why a code, or all of them together, are of no use here."""

    NOT_OURS = "not_ours"
    """Something else was scanned."""
    ANOTHER_PAIRING = "another_pairing"
    """Made for another kiosk, or for a pairing code that is no longer shown."""
    DAMAGED = "damaged"
    """The kiosk's own, but not what was sealed."""


class EnrolmentRefused(Exception):
    def __init__(self, objection: Objection) -> None:
        self.objection = objection
        super().__init__(objection.value)


@dataclass(frozen=True, slots=True)
class Part:
    """One code: the `number`th of `of`, counted from 1."""

    set_id: str
    number: int
    of: int
    data: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Collected:
    """The codes of one set seen so far, by number; none at first."""

    set_id: str = ""
    of: int = 0
    parts: Mapping[int, str] = field(default_factory=dict, repr=False)

    def with_part(self, part: Part) -> Collected:
        """A code of another set begins anew: somebody has made the codes once more."""
        if (part.set_id, part.of) != (self.set_id, self.of):
            return Collected(part.set_id, part.of, {part.number: part.data})
        return replace(self, parts={**self.parts, part.number: part.data})

    @property
    def missing(self) -> tuple[int, ...]:
        return tuple(number for number in range(1, self.of + 1) if number not in self.parts)

    @property
    def complete(self) -> bool:
        return self.of > 0 and not self.missing


def pairing_code(random_bits: int) -> str:
    """`ABCD-1234`, of 40 random bits; nothing in it is taken for another letter."""
    letters = "".join(_ALPHABET[random_bits >> 5 * place & 31] for place in range(_PAIRING_LENGTH))
    return f"{letters[:4]}-{letters[4:]}"


def read_pairing_code(typed: str) -> str | None:
    """As it is shown, however it was typed; None for what cannot be one."""
    letters = "".join(typed.upper().split()).replace("-", "").translate(_LOOKS_LIKE)
    if len(letters) != _PAIRING_LENGTH or not set(letters) <= set(_ALPHABET):
        return None
    return f"{letters[:4]}-{letters[4:]}"


def make_codes(files: Mapping[str, str], pairing: str, salt: bytes) -> tuple[str, ...]:
    """The texts of the codes that tell the kiosk that shows `pairing` these files, by their relative names.

    `salt` is 16 random bytes, others for every set. Raises ValueError when they are too large or too many,
    or when a name is not a plain one.
    """
    if not acceptable(files):
        raise ValueError(f"at most {MAX_FILES} files of {MAX_CONTENT_BYTES // 1024} KiB, with plain names")
    content = json.dumps(files, ensure_ascii=False, sort_keys=True).encode()
    packed = zlib.compress(content, 9)
    stream, mac = _keys(pairing, salt)
    hidden = _under(packed, stream)
    sealed = salt + hidden + _tag(mac, salt, hidden)
    text = _in_letters(sealed)
    parts = [text[at : at + PART_LENGTH] for at in range(0, len(text), PART_LENGTH)]
    if len(parts) > MOST_PARTS:
        raise ValueError(f"needs {len(parts)} codes, {MOST_PARTS} are the most")
    head = f"{_MARK}{_set_id(text)}"
    return tuple(f"{head}{number:02}{len(parts):02}{part}" for number, part in enumerate(parts, start=1))


def read_part(scanned: str) -> Part | None:
    """The part in a code; None for anything else."""
    found = _CODE.fullmatch(scanned.strip().upper())
    if found is None:
        return None
    number, of = int(found[2]), int(found[3])
    return Part(found[1], number, of, found[4]) if 1 <= number <= of else None


def open_codes(collected: Collected, pairing: str) -> Mapping[str, str]:
    """The files in a complete set. Takes a fifth of a second, so that guessing takes ages.

    Raises EnrolmentRefused, for ANOTHER_PAIRING also when the set was made with ill will.
    """
    text = "".join(collected.parts[number] for number in range(1, collected.of + 1))
    if _set_id(text) != collected.set_id:
        raise EnrolmentRefused(Objection.DAMAGED)
    try:
        sealed = base64.b32decode(text.translate(_READ) + "=" * (-len(text) % 8))
    except binascii.Error:
        raise EnrolmentRefused(Objection.DAMAGED) from None
    salt, hidden, tag = sealed[:_SALT_BYTES], sealed[_SALT_BYTES:-_TAG_BYTES], sealed[-_TAG_BYTES:]
    stream, mac = _keys(pairing, salt)
    if not hmac.compare_digest(_tag(mac, salt, hidden), tag):
        raise EnrolmentRefused(Objection.ANOTHER_PAIRING)
    return _files(_under(hidden, stream))


def acceptable(files: Mapping[str, str]) -> bool:
    """Few and small enough, and named so that they stay in their folder."""
    return (
        0 < len(files) <= MAX_FILES
        and all(_FILE_NAME.fullmatch(name) for name in files)
        and sum(len(text.encode()) for text in files.values()) <= MAX_CONTENT_BYTES
    )


def _files(packed: bytes) -> Mapping[str, str]:
    try:
        unpacking = zlib.decompressobj()
        content = unpacking.decompress(packed, 2 * MAX_CONTENT_BYTES)
        files = json.loads(content)
    except (zlib.error, ValueError, RecursionError):
        raise EnrolmentRefused(Objection.DAMAGED) from None
    texts = isinstance(files, dict) and all(isinstance(text, str) for text in files.values())
    if not unpacking.eof or not texts or not acceptable(files):
        raise EnrolmentRefused(Objection.DAMAGED)
    return {str(name): str(text) for name, text in files.items()}


def _keys(pairing: str, salt: bytes) -> tuple[bytes, bytes]:
    both = hashlib.scrypt(
        pairing.encode("ascii"), salt=salt, n=1 << 15, r=8, p=1, maxmem=64 * 1024 * 1024, dklen=64
    )
    return both[:32], both[32:]


def _under(content: bytes, key: bytes) -> bytes:
    """Hidden, or shown again: the same stream over it. A key is used once, for it is made of a fresh salt."""
    stream = hashlib.shake_256(key).digest(len(content))
    return (int.from_bytes(content) ^ int.from_bytes(stream)).to_bytes(len(content))


def _tag(key: bytes, salt: bytes, hidden: bytes) -> bytes:
    return hmac.digest(key, _MARK.encode() + salt + hidden, "sha256")[:_TAG_BYTES]


def _set_id(text: str) -> str:
    """Tells sets apart, and whether one was read as it was made."""
    return _in_letters(hashlib.sha256(text.encode("ascii")).digest()[:5])


def _in_letters(content: bytes) -> str:
    return base64.b32encode(content).decode("ascii").rstrip("=").translate(_WRITTEN)
