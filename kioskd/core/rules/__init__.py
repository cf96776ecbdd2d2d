"""The rules of the visit. Importing this package makes the table whole."""

from kioskd.core.rules import (
    billing,
    deciding,
    found,
    hinting,
    identifying,
    judging,
    looking_up,
    offers,
    ordering,
    paying,
    previewing,
    staffing,
    stored_value,
    thanking,
    undoing,
    waiting,
)

__all__ = [
    "billing",
    "deciding",
    "found",
    "hinting",
    "identifying",
    "judging",
    "looking_up",
    "offers",
    "ordering",
    "paying",
    "previewing",
    "staffing",
    "stored_value",
    "thanking",
    "undoing",
    "waiting",
]
