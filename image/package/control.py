"""The control files of both packages."""

from __future__ import annotations

from collections.abc import Iterable

from image.package.target import Target

MAINTAINER = "kioskd maintainers <maintainers@kioskd.invalid>"

_SCREEN = ("libdrm2", "libegl1", "libgbm1", "libgl1-mesa-dri", "libgles2")
"""pygame's SDL looks for them while it runs: to draw without X or Wayland."""


def kioskd_depends(target: Target, needs: Iterable[str]) -> list[str]:
    """`needs` are entries beside those that every target has."""
    release = target.release
    return [
        f"python3 (>= {release.python})",
        f"python3 (<< {release.next_python})",
        "systemd",
        "udev",
        "init-system-helpers (>= 1.54~)",
        *_SCREEN,
        *needs,
    ]


def kioskd_control(target: Target, version: str, depends: Iterable[str], installed_kib: int) -> str:
    return _paragraph(
        {
            "Package": "kioskd",
            "Version": version,
            "Architecture": target.arch,
            "Maintainer": MAINTAINER,
            "Installed-Size": str(installed_kib),
            "Depends": ", ".join(depends),
            "Recommends": "tzdata, espeak-ng, alsa-utils, polkitd",
            "Suggests": "kioskd-appliance, network-manager, python3-picamera2, fonts-droid-fallback",
            "Section": "misc",
            "Priority": "optional",
            "Description": "self-service kiosk in one daemon: order, be recognised, pay",
        },
        "Turns a touch screen with scanner, camera, receipt printer and card terminal",
        "into a self-service kiosk. Guests order, use points, rewards, vouchers and gift",
        "cards, and pay; without a network it goes on selling and tells later what",
        "happened, each thing exactly once.",
        None,
        "The daemon draws on the screen itself, without X or Wayland, and takes over",
        "the first terminal. The libraries it was tested with are part of the package.",
    )


def appliance_control(version: str) -> str:
    return _paragraph(
        {
            "Package": "kioskd-appliance",
            "Version": version,
            "Architecture": "all",
            "Maintainer": MAINTAINER,
            "Depends": "kioskd, systemd, init-system-helpers (>= 1.54~)",
            "Section": "misc",
            "Priority": "optional",
            "Description": "makes a machine a kiosk and nothing else",
        },
        "No login on the screen, no way to other terminals, no restart and no kernel",
        "commands by keyboard, the hardware's watchdog switched on, and a small log in",
        "memory that spares the card.",
        None,
        "Do not install it where somebody works at the machine's own keyboard.",
    )


def _paragraph(fields: dict[str, str], *description: str | None) -> str:
    lines = [f"{name}: {value}" for name, value in fields.items()]
    lines += [f" {line}" if line else " ." for line in description]
    return "\n".join(lines) + "\n"
