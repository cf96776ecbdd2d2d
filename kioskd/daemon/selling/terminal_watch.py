"""Notices that the card terminal is back: what it could not say before, it is asked at once."""

from __future__ import annotations

from collections.abc import Callable

from kioskd.core.events import DeviceChanged, Event
from kioskd.core.health import DeviceKind, DeviceState
from kioskd.daemon.selling.payments import Payments


def asking_again(payments: Payments, post: Callable[[Event], None]) -> Callable[[Event], None]:
    """`post`, which stirs `payments` when the terminal works."""

    def heard(event: Event) -> None:
        post(event)
        match event:
            case DeviceChanged(health) if health.kind is DeviceKind.TERMINAL:
                if health.state is DeviceState.OK:
                    payments.stir()

    return heard
