"""What the terminal prints through the kiosk, line by line (06 D1) or as a block (06 D3). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from kioskd.core.card_terminal import Slip, SlipKind, SlipLine
from kioskd.devices.terminal.zvt_codec import Apdu, ProtocolError
from kioskd.devices.terminal.zvt_fields import TLV_CONTAINER, Tlv, decode_fields, decode_tlvs
from kioskd.devices.terminal.zvt_text import Charset, decode_text

MAX_SLIP_LINES = 400
"""Two metres of paper. What comes after is answered and thrown away."""
MAX_SLIPS = 8
MAX_FEED = 5

_LAST, _CENTRED, _WIDE, _HIGH, _INDENT = 0x80, 0x40, 0x20, 0x10, 0x0F
_LINE_FEEDS = 0xFF
_TEXTS, _TEXT, _ATTRIBUTE, _KIND, _INFO = 0x25, 0x07, 0x09, 0x1F07, 0x1F37
_KINDS = {1: SlipKind.MERCHANT, 2: SlipKind.CUSTOMER, 3: SlipKind.ADMINISTRATION}
_SIGNATURE = 0x02

_SAYS_WHOSE = (
    (SlipKind.MERCHANT, ("händler", "haendler", "merchant", "commerçant", "esercente")),
    (SlipKind.CUSTOMER, ("kunden", "customer", "cardholder", "client", "cliente")),
)
"""Lines that come one by one do not say whose copy they are, except in words."""


@dataclass(slots=True)
class _Draft:
    lines: list[SlipLine] = field(default_factory=list)
    complete: bool = True
    kind: SlipKind | None = None


class PaperTray:
    """Collects the slips of one conversation. `default` is what a slip is that does not say."""

    def __init__(self, charset: Charset = Charset.AUTO, default: SlipKind = SlipKind.CUSTOMER) -> None:
        self._charset = charset
        self._default = default
        self._draft = _Draft()
        self._slips: list[Slip] = []
        self.wants_signature = False
        """Nobody can sign at a kiosk: a person should know that the terminal is set up for it."""

    def take(self, message: Apdu) -> None:
        """Never fails: what cannot be read is left out, as no answer but yes may be given to a print."""
        if message.control == 0x06D1:
            self._line(message.data[:1], message.data[1:])
            return
        try:
            objects = decode_tlvs(decode_fields(message.data).get(TLV_CONTAINER) or b"")
        except ProtocolError:
            self._draft.complete = False
            return
        kind = next((item.content for item in objects if item.tag == _KIND), b"")
        info = next((item.content for item in objects if item.tag == _INFO), b"")
        self.wants_signature |= bool(info and info[-1] & _SIGNATURE)
        block_kind = _KINDS.get(kind[0]) if kind else None
        if self._draft.lines and self._draft.kind is not block_kind:
            self._end()
        self._draft.kind = block_kind
        for texts in (item for item in objects if item.tag == _TEXTS):
            for attribute, text in _attributed(texts.parts):
                self._line(attribute, text)

    def slips(self) -> tuple[Slip, ...]:
        """All of them; one whose last line was not marked ends here."""
        self._end()
        return tuple(self._slips)

    def _line(self, attribute: bytes, octets: bytes) -> None:
        style = attribute[0] if attribute else 0
        if style == _LINE_FEEDS:
            for _ in range(min(octets[0] if octets else 1, MAX_FEED)):
                self._add(SlipLine(""))
            return
        text = " " * (0 if style & _CENTRED else style & _INDENT) + decode_text(octets, self._charset)
        self._add(SlipLine(text.rstrip(), bool(style & _CENTRED), bool(style & (_WIDE | _HIGH))))
        if style & _LAST:
            self._end()

    def _add(self, line: SlipLine) -> None:
        if len(self._draft.lines) < MAX_SLIP_LINES:
            self._draft.lines.append(line)
        else:
            self._draft.complete = False

    def _end(self) -> None:
        draft, self._draft = self._draft, _Draft()
        if any(line.text for line in draft.lines) and len(self._slips) < MAX_SLIPS:
            kind = draft.kind or _whose(draft.lines) or self._default
            self._slips.append(Slip(kind, tuple(draft.lines), draft.complete))


def _attributed(parts: Iterable[Tlv]) -> Iterator[tuple[bytes, bytes]]:
    """Each text with its attribute. Terminals put it before all their texts, or after."""
    items = [item for item in parts if item.tag in (_TEXT, _ATTRIBUTE)]
    if not items:
        return
    if items[0].tag == _TEXT:
        for at, item in enumerate(items):
            if item.tag == _TEXT:
                follows = items[at + 1] if at + 1 < len(items) else None
                own = follows.content if follows and follows.tag == _ATTRIBUTE else b""
                yield own, item.content
        return
    attribute = b""
    for item in items:
        if item.tag == _ATTRIBUTE:
            attribute = item.content
        else:
            yield attribute, item.content
            attribute = b""


def _whose(lines: Iterable[SlipLine]) -> SlipKind | None:
    words = " ".join(line.text for line in lines).lower()
    spread = words.replace("-", "").replace(" ", "")  # K-U-N-D-E-N-B-E-L-E-G
    return next((kind for kind, names in _SAYS_WHOSE if any(name in spread for name in names)), None)
