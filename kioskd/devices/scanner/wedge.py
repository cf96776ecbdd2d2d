"""From the key strokes of a keyboard-wedge scanner to readings. Pure: `input_event` bytes in, outcomes out.

All state belongs to one scanner: its modifiers, its caps lock, its half-typed code. Times are those the
kernel wrote into the events, so a busy machine does not look like a slow typist.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto

from kioskd.devices.scanner import keycodes as key
from kioskd.devices.scanner.keymap import DeadKey, Keymap, Level, Sign, keymap
from kioskd.devices.scanner.reading import ALLOWED_CONTROLS, MAX_BUFFER, Outcome, Reading, Reason, Rejected

INPUT_EVENT = struct.Struct("@llHHi")
"""seconds, microseconds, type, code, value: 24 bytes where a long has 8."""

FORGET_MODIFIERS_S = 0.5
STALL_S = 0.5
"""Up to this long a code of a scanner that is known to end its codes with a key may stand still half-way."""
HUMAN_MIN_KEYS = 4
HUMAN_MEAN_S = 0.040
MIN_UNTERMINATED = 3
"""A shorter frame that ends in silence is somebody typing: no code we accept is that short."""


@dataclass(frozen=True, slots=True)
class WedgeProfile:
    """How one scanner is set up, besides its keyboard layout.

    `preamble` and `gs_key` are key codes; `arrows_are_controls` is for scanners that send FS, GS, RS and US
    as arrow keys; `caps_digits` for those that use caps lock as shift on the digit row.
    """

    oem_charset: str = "cp437"
    caps_digits: bool = False
    arrows_are_controls: bool = False
    gs_key: int | None = None
    preamble: int | None = None
    tab_ends: bool = False
    gap_s: float = 0.100


class _Mode(Enum):
    AWAIT_PREAMBLE = auto()
    COLLECT = auto()
    SWALLOW = auto()
    """Something was rejected: the rest of its frame is not believed."""
    SWALLOW_TO_GAP = auto()
    RESYNC = auto()
    """The kernel dropped events: nothing counts up to the next report."""


@dataclass(slots=True)
class _Frame:
    """The code that is being typed."""

    text: str = ""
    keys: int = 0
    first_s: float = 0.0
    newest_s: float = 0.0
    longest_s: float = 0.0
    dead: DeadKey | None = None

    def add(self, text: str, at_s: float) -> None:
        if not self.keys:
            self.first_s = at_s
        elif at_s - self.newest_s > self.longest_s:
            self.longest_s = at_s - self.newest_s
        self.text += text
        self.keys += 1
        self.newest_s = at_s

    def whole_text(self) -> str:
        return self.text + (self.dead.alone if self.dead else "")

    def typed_by_hand(self) -> bool:
        """Without the longest pause: a hub or a machine that stalls once does not make a scanner a human."""
        if self.keys < HUMAN_MIN_KEYS:
            return False
        return (self.newest_s - self.first_s - self.longest_s) / (self.keys - 2) > HUMAN_MEAN_S


class WedgeDecoder:
    """One scanner's key strokes, in any portions. Never raises, whatever comes.

    `held_keys` asks the kernel which keys are down; it is needed after events were lost.
    """

    def __init__(
        self,
        layout: Keymap,
        profile: WedgeProfile = WedgeProfile(),
        held_keys: Callable[[], frozenset[int]] = frozenset,
    ) -> None:
        self._keymap = layout
        self._profile = profile
        self._held_keys = held_keys
        self._partial = b""
        self._pause_s = min(profile.gap_s, FORGET_MODIFIERS_S)
        self._last_s = float("-inf")
        self._terminates = False
        self._down: set[int] = set()
        self._caps = False
        self._alt_digits: str | None = None
        self._outcomes: list[Outcome] = []
        self._frame = _Frame()
        self._first_mode = _Mode.COLLECT if profile.preamble is None else _Mode.AWAIT_PREAMBLE
        self._mode = self._first_mode

    def feed(self, data: bytes) -> list[Outcome]:
        """Whole and broken events as they were read."""
        return list(self.each(data))

    def each(self, data: bytes) -> Iterator[Outcome]:
        """Like `feed`, but a code is handed over before the strokes behind it are looked at: somebody waits.

        Must be read to its end.
        """
        data = self._partial + data
        whole = len(data) - len(data) % INPUT_EVENT.size
        self._partial = data[whole:]
        for seconds, micros, kind, code, value in INPUT_EVENT.iter_unpack(data[:whole]):
            if kind == key.EV_KEY:
                self._stroke(seconds + micros / 1e6, code, value)
                if self._outcomes:
                    yield from self._drain()
            elif kind == key.EV_SYN and (code == key.SYN_DROPPED or self._mode is _Mode.RESYNC):
                self._lost(seconds + micros / 1e6, code)
        yield from self._drain()

    @property
    def patience_s(self) -> float:
        """How long a silence must be to end a code.

        A scanner that has ended a code with a key will do so again: half a code after a stall is no code.
        """
        return max(self._profile.gap_s, STALL_S) if self._terminates else self._profile.gap_s

    def silence(self) -> list[Outcome]:
        """Nothing came for `patience_s`."""
        self._gap()
        return self._drain()

    # --- events ---------------------------------------------------------------------------------------

    def _stroke(self, at_s: float, code: int, value: int) -> None:
        pause_s, self._last_s = at_s - self._last_s, at_s
        if pause_s > self._pause_s:
            self._let_time_pass(pause_s)
        if self._mode is _Mode.RESYNC:
            return
        if value == key.KEY_DOWN:
            self._key_down(at_s, code)
        elif value == key.KEY_UP and self._down:
            self._key_up(at_s, code)

    def _lost(self, at_s: float, code: int) -> None:
        pause_s, self._last_s = at_s - self._last_s, at_s
        self._let_time_pass(pause_s)
        if code == key.SYN_DROPPED:
            self._overrun()
        elif code == key.SYN_REPORT:
            self._resync()

    def _let_time_pass(self, pause_s: float) -> None:
        swallowing = self._mode is _Mode.SWALLOW_TO_GAP
        if pause_s > (self._profile.gap_s if swallowing else self.patience_s):
            self._gap()
        if pause_s > FORGET_MODIFIERS_S:
            self._forget_modifiers()

    def _overrun(self) -> None:
        if self._mode is not _Mode.RESYNC:
            self._outcomes.append(Rejected(Reason.OVERRUN))
        self._start_frame()
        self._mode = _Mode.RESYNC

    def _resync(self) -> None:
        self._forget_modifiers()
        self._down = set(self._held_keys() & key.MODIFIERS)
        self._mode = _Mode.SWALLOW

    def _key_down(self, at_s: float, code: int) -> None:
        if code in key.MODIFIERS:
            self._modifier_down(code)
        elif code == self._profile.preamble:
            self._start_frame()
            self._mode = _Mode.COLLECT
        elif self._mode is _Mode.SWALLOW and self._is_terminator(code):
            self._start_frame()
        elif self._mode is _Mode.COLLECT:
            self._collect(at_s, code)

    def _key_up(self, at_s: float, code: int) -> None:
        self._down.discard(code)
        if code == key.LEFT_ALT and self._alt_digits is not None:
            digits, self._alt_digits = self._alt_digits, None
            if self._mode is _Mode.COLLECT:
                self._put_alt(at_s, digits)

    def _modifier_down(self, code: int) -> None:
        if code == key.CAPS_LOCK:
            self._caps = not self._caps
        elif code != key.NUM_LOCK:
            self._down.add(code)
        # Ctrl with Alt is AltGr, in whichever order they come.
        if key.CTRLS & self._down:
            self._alt_digits = None
        elif code == key.LEFT_ALT:
            self._alt_digits = ""

    # --- keys that make something ---------------------------------------------------------------------

    def _collect(self, at_s: float, code: int) -> None:
        down = self._down
        if not down and code in key.ENTERS:
            self._end_frame(terminated=True)
            return
        ctrl = bool(down and key.CTRLS & down)
        if down and key.METAS & down:
            self._reject(Reason.META_KEY)
        elif key.LEFT_ALT in down and not ctrl:
            if code not in key.KEYPAD_DIGITS:
                self._reject(Reason.ALT_KEY)
            elif self._alt_digits is not None:
                self._alt_digits = (self._alt_digits + key.KEYPAD_DIGITS[code])[:5]
        elif self._is_terminator(code):
            self._end_frame(terminated=True)
        elif code == self._profile.gs_key:
            self._put(at_s, "\x1d")
        elif self._profile.arrows_are_controls and code in key.ARROW_CONTROLS:
            self._put(at_s, key.ARROW_CONTROLS[code])
        elif code == key.TAB:
            self._put(at_s, "\t")
        elif ctrl and key.LEFT_ALT not in down and key.ALT_GR not in down:
            self._put_control(at_s, code)
        else:
            self._put_sign(at_s, code)

    def _is_terminator(self, code: int) -> bool:
        return code in key.ENTERS or (code == key.TAB and self._profile.tab_ends)

    def _level(self, code: int) -> Level:
        if key.ALT_GR in self._down or key.LEFT_ALT in self._down:
            return Level.ALT_GR
        shift = bool(key.SHIFTS & self._down)
        if self._caps and self._keymap.has_capital(code):
            shift = not shift
        elif self._caps and self._profile.caps_digits and code in key.DIGIT_ROW:
            shift = True
        return Level.SHIFT if shift else Level.PLAIN

    def _put_sign(self, at_s: float, code: int) -> None:
        sign = self._keymap.sign(code, self._level(code))
        if sign is None:
            self._reject(Reason.UNKNOWN_KEY)
            return
        dead, self._frame.dead = self._frame.dead, None
        if isinstance(sign, DeadKey):
            if dead is None:
                self._frame.dead = sign
            else:
                self._put(at_s, dead.alone + sign.alone)
        else:
            self._put(at_s, dead.over(sign) if dead else sign)

    def _put_control(self, at_s: float, code: int) -> None:
        control = _control_of(self._keymap.sign(code, self._level(code)))
        if control is None:
            # By the position on a US keyboard, where the layout itself has no such sign there.
            control = _control_of(keymap("us").sign(code, Level.PLAIN)) or key.CTRL_DIGITS.get(code)
        if control is None:
            self._reject(Reason.UNKNOWN_KEY)
        else:
            self._put(at_s, control)

    def _put_alt(self, at_s: float, digits: str) -> None:
        """Alt and keypad digits: windows-1252 with a leading zero, the OEM page without."""
        leading_zero = digits.startswith("0")
        if not digits or len(digits) > 4 or int(digits) > 255 or (leading_zero and len(digits) < 3):
            self._reject(Reason.BAD_ALT)
            return
        charset = "cp1252" if leading_zero else self._profile.oem_charset
        try:
            self._put(at_s, bytes([int(digits)]).decode(charset))
        except UnicodeDecodeError:
            self._reject(Reason.BAD_ALT)

    def _put(self, at_s: float, text: str) -> None:
        if text in ("\r", "\n") or (text == "\t" and self._profile.tab_ends):
            self._end_frame(terminated=True)
            return
        frame = self._frame
        if frame.dead is not None:
            text, frame.dead = frame.dead.alone + text, None
        if not text.isprintable() and any(sign < " " and sign not in ALLOWED_CONTROLS for sign in text):
            self._reject(Reason.CONTROL_CHAR)
        elif len(frame.text) + len(text) > MAX_BUFFER:
            self._reject(Reason.TOO_LONG)
            self._mode = _Mode.SWALLOW_TO_GAP
        else:
            frame.add(text, at_s)

    # --- frames ---------------------------------------------------------------------------------------

    def _start_frame(self) -> None:
        self._frame = _Frame()
        self._alt_digits = None
        self._mode = self._first_mode

    def _end_frame(self, *, terminated: bool) -> None:
        text = self._frame.whole_text()
        if not text:
            self._start_frame()
            return
        human = self._frame.typed_by_hand() or (not terminated and len(text) < MIN_UNTERMINATED)
        self._start_frame()
        if human:
            self._outcomes.append(Rejected(Reason.HUMAN))
        else:
            self._outcomes.append(Reading(text))
            self._terminates = terminated

    def _gap(self) -> None:
        if self._mode is _Mode.COLLECT:
            self._end_frame(terminated=False)
        elif self._mode is not _Mode.RESYNC:
            self._start_frame()

    def _reject(self, reason: Reason) -> None:
        self._outcomes.append(Rejected(reason))
        self._start_frame()
        self._mode = _Mode.SWALLOW

    def _forget_modifiers(self) -> None:
        self._down.clear()
        self._caps = False
        self._alt_digits = None

    def _drain(self) -> list[Outcome]:
        outcomes, self._outcomes = self._outcomes, []
        return outcomes


def _control_of(sign: Sign | None) -> str | None:
    """What Ctrl makes of a sign: `]` becomes GS, a letter its place in the alphabet."""
    capital = sign.upper() if isinstance(sign, str) else ""
    return chr(ord(capital) & 0x1F) if len(capital) == 1 and "@" <= capital <= "_" else None
