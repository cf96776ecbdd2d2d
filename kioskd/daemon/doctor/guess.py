"""Which profile fits a scanner: by its USB id, and by what one test scan looks like through each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatch

from kioskd.daemon.doctor.plugged import Kind
from kioskd.daemon.doctor.replay import Outcome, replay
from kioskd.devices.scanner.profile import ScannerProfile, load_profile, profile_names

TEST_CODE = "KIOSKD-yz-YZ-0123456789:/?&=_@#[]{}"
"""Every sign in it lies on another key in one of the layouts."""

_DRIVERS = {Kind.KEYBOARD: "wedge", Kind.HIDPOS: "hidpos", Kind.SERIAL: "serial"}


@dataclass(frozen=True, slots=True)
class Proposal:
    """`sure` when the test code came out as it was."""

    profile: str
    read: str
    sure: bool


def profiles_for(kind: Kind, usb: str | None) -> list[str]:
    """Names of the profiles that fit this id, the most particular first. By id alone nothing is certain."""
    driver = _DRIVERS.get(kind)
    ranked = []
    for name in profile_names():
        profile = load_profile(name)
        if profile.driver == driver and (fit := _fit(profile, usb)):
            ranked.append((-fit, name))
    return [name for _, name in sorted(ranked)]


def _fit(profile: ScannerProfile, usb: str | None) -> int:
    if usb is None:
        return 0
    return max(
        (len(own) for own in profile.usb if fnmatch(usb, own if ":" in own else f"{own}:*")), default=0
    )


def propose(driver: str, chunks: list[bytes], first: Iterable[str] = ()) -> list[Proposal]:
    """What each profile of this driver reads in a test scan; sure ones first, then those named `first`.

    Profiles that read the same text are told apart by nothing, so only the first of them is proposed.
    """
    names = [*first, *(name for name in profile_names() if name.startswith("generic-")), *profile_names()]
    proposals: dict[str, Proposal] = {}
    for name in dict.fromkeys(names):
        profile = load_profile(name)
        if profile.driver != driver:
            continue
        texts = [text for outcome in replay(profile, chunks) if (text := _text(outcome)) is not None]
        if len(texts) == 1:
            proposals.setdefault(texts[0], Proposal(name, texts[0], texts[0] == TEST_CODE))
    return sorted(proposals.values(), key=lambda proposal: not proposal.sure)


def _text(outcome: Outcome) -> str | None:
    text = outcome.get("text")
    return text if isinstance(text, str) else None
