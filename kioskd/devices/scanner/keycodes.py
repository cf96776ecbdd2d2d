"""The numbers of the Linux input protocol that a scanner uses (`linux/input-event-codes.h`)."""

from __future__ import annotations

EV_SYN = 0
EV_KEY = 1
SYN_REPORT = 0
SYN_DROPPED = 3
KEY_UP, KEY_DOWN = 0, 1  # 2 is the kernel's auto-repeat

SHIFTS = frozenset({42, 54})
CTRLS = frozenset({29, 97})
LEFT_ALT = 56
ALT_GR = 100
METAS = frozenset({125, 126})
CAPS_LOCK = 58
NUM_LOCK = 69
MODIFIERS = SHIFTS | CTRLS | METAS | {LEFT_ALT, ALT_GR, CAPS_LOCK, NUM_LOCK}

ENTERS = frozenset({28, 96})
TAB = 15
SPACE = 57

KEYPAD_DIGITS = {82: "0", 79: "1", 80: "2", 81: "3", 75: "4", 76: "5", 77: "6", 71: "7", 72: "8", 73: "9"}
KEYPAD = {**KEYPAD_DIGITS, 83: ".", 74: "-", 78: "+", 55: "*", 98: "/", 117: "="}

DIGIT_ROW = range(2, 14)
# Keys of the rows that `layouts` draws, in the same order.
ROWS = (
    (41, *range(2, 14)),
    tuple(range(16, 28)),
    (*range(30, 41), 43),
    (86, *range(44, 54)),
)
# Arrow keys as one family of scanners sends FS, GS, RS and US.
ARROW_CONTROLS = {103: "\x1c", 108: "\x1d", 105: "\x1e", 106: "\x1f"}
# Ctrl with 2, 6 and minus of a US keyboard.
CTRL_DIGITS = {3: "\x00", 7: "\x1e", 12: "\x1f"}
