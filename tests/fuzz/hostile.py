"""Bytes that nobody's device should send, and some that one nearly would."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

_SCRIPTS = (
    b"\x1b[2J\x1b]0;x\x07",
    b"'; DROP TABLE operation; --",
    b"%s%n{0.__class__}",
    b"../../../../etc/passwd\x00",
    b"javascript:alert(1)",
    "\u202e\u2066abc\u0000".encode(),
    b"https://x/?hash=" + b"A" * 700,
    b"]Q2\\000026\\999999\\",
    b"\xed\xa0\x80\xf4\x90\x80\x80\xc0\xaf",
    b"]Z6REVINF",
)


def hostile_bytes(random: Random) -> bytes:
    """Up to some 10 kB: noise, digits without end, broken UTF-8, terminators in the middle, scripts."""
    return random.choice(_KINDS)(random)


def mutated(random: Random, data: bytes) -> bytes:
    """`data` with bytes changed, taken out, repeated or cut off."""
    changed = bytearray(data)
    for _ in range(random.randint(1, 8)):
        if not changed:
            break
        at = random.randrange(len(changed))
        match random.randrange(5):
            case 0:
                changed[at] = random.randrange(256)
            case 1:
                changed[at] ^= 1 << random.randrange(8)
            case 2:
                del changed[at : at + random.randint(1, 40)]
            case 3:
                changed[at:at] = changed[at : at + random.randint(1, 40)]
            case _:
                changed[at:at] = random.randbytes(random.randint(1, 8))
    return bytes(changed[: random.randrange(len(changed) + 1)] if random.random() < 0.2 else changed)


def portions(random: Random, data: bytes) -> list[bytes]:
    """The same bytes as they may arrive."""
    cuts = sorted(random.randrange(len(data) + 1) for _ in range(random.randrange(4)))
    return [data[start:end] for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]


def _terminated(random: Random) -> bytes:
    return b"".join(
        random.randbytes(random.randrange(12))
        + random.choice([b"\r", b"\n", b"\t", b"\x02", b"\x03", b"\x1d"])
        for _ in range(random.randrange(1, 30))
    )


def _repeated(random: Random) -> bytes:
    return random.randbytes(random.randint(1, 3)) * random.randint(1, 3000)


_KINDS: tuple[Callable[[Random], bytes], ...] = (
    lambda random: random.randbytes(random.randrange(200)),
    lambda random: bytes(range(256)) + b"\r",
    lambda random: b"7" * 7089 + random.choice([b"", b"\r"]),
    lambda random: mutated(random, "Łódź → ½ é 日本 ]Q1".encode() * 5) + b"\r",
    lambda random: mutated(random, random.choice(_SCRIPTS)) + b"\r",
    lambda random: random.choice(_SCRIPTS) + b"\r",
    _terminated,
    _repeated,
)
