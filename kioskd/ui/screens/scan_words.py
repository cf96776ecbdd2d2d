"""Where to hold a code, and what to do when the camera cannot read it, in the guest's words."""

from __future__ import annotations

from kioskd.core.health import DeviceKind
from kioskd.core.hindrance import Hindrance
from kioskd.core.visit import Visit
from kioskd.ui.locale.translator import Translator, later

_HINTS = {
    Hindrance.DARK: later("It is a little dark for the camera. Make your phone's screen brighter."),
    Hindrance.GLARE: later("A light is reflected. Tilt your card or phone a little."),
    Hindrance.FAR: later("Hold the code a little closer."),
}


def can_scan(visit: Visit) -> bool:
    return visit.has(DeviceKind.SCANNER) or visit.has(DeviceKind.CAMERA)


def only_camera(visit: Visit) -> bool:
    """Whether there is a camera, and nothing else that reads codes: nobody knows where it is mounted."""
    return visit.expects(DeviceKind.CAMERA) and not visit.expects(DeviceKind.SCANNER)


def hint_words(tr: Translator, visit: Visit) -> str | None:
    """Why what is held before the camera is not read, when that is known."""
    return tr(_HINTS[visit.hint.hindrance]) if visit.hint else None
