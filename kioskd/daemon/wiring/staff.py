"""What staff have: who is told that a guest asks for help, their PIN, what they can turn."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kioskd.daemon.config import kiosk as settings
from kioskd.daemon.config.credentials import read_secret
from kioskd.daemon.config.kiosk import Config
from kioskd.daemon.staff.help_desk import Webhook

if TYPE_CHECKING:  # drivers are imported when they are built, after the first frame
    from kioskd.daemon.staff.dials import Dials
    from kioskd.daemon.staff.pin_guard import PinGuard


def webhook_of(config: settings.Config) -> Webhook | None:
    """Raises ConfigError when its token cannot be read."""
    wanted = config.help
    if wanted.webhook is None:
        return None
    if wanted.token_credential is None and wanted.token_file is None:
        return Webhook(wanted.webhook)
    token = read_secret(credential=wanted.token_credential, file=wanted.token_file)
    return Webhook(wanted.webhook, {"Authorization": f"Bearer {token}"})


def pin_guard_of(config: Config, clock: Callable[[], float]) -> PinGuard | None:
    """None without a staff screen. After the first frame."""
    if config.staff.pin_hash is None:
        return None
    from kioskd.daemon.staff.pin import read_pin_hash
    from kioskd.daemon.staff.pin_guard import PinGuard

    return PinGuard(read_pin_hash(config.staff.pin_hash), config.state_dir / "staff-pin", clock)


def dials_of(config: Config, limit_loudspeaker: Callable[[int], None] | None) -> Dials:
    """Nothing is turned yet. After the first frame."""
    from kioskd.core.access import LOUDEST
    from kioskd.daemon.staff.backlight import find_backlight
    from kioskd.daemon.staff.dials import Dials, Loudspeaker, Turnable

    turnables: list[Turnable] = []
    speech = config.speech
    if limit_loudspeaker and not isinstance(speech, settings.Disabled) and speech.speaker_volume:
        turnables.append(Loudspeaker(speech.speaker_volume, LOUDEST, limit_loudspeaker))
    if backlight := find_backlight():
        turnables.append(backlight)
    return Dials(config.state_dir / "settings.json", turnables)
