"""Everything kioskd raises on purpose, as one tree.

KioskError
├── ConfigError        the configuration or the menu is wrong: names file, place and remedy
├── MoneyError         two currencies met, or an amount cannot be represented
├── DeviceError
│   ├── DeviceAbsent   not there (unplugged, no such path): ordinary, retried quietly
│   └── DeviceFault    there, but does not work: paper out, protocol violated, no answer
├── LoyaltyError
│   ├── Unreachable    nothing was sent: no name, no connection, no TLS
│   ├── Unclear        something was sent and the outcome is unknown
│   ├── Refused        the server said no, in its own words; sending it again will not help
│   ├── Throttled      not executed, try again after `retry_after_s`
│   └── Unauthorised   the credential is wrong: staff must act
└── StorageError       the outbox cannot be trusted or written: the daemon must not go on
"""

from __future__ import annotations


class KioskError(Exception):
    """Base of everything below. The text is for staff: precise, without personal data."""


class ConfigError(KioskError):
    """`where` is a file with line or key path, `what` is wrong, `remedy` says what would be right."""

    def __init__(self, where: str, what: str, remedy: str = "") -> None:
        self.where = where
        self.what = what
        self.remedy = remedy
        super().__init__(f"{where}: {what}" + (f" ({remedy})" if remedy else ""))


class MoneyError(KioskError):
    """Two currencies met, or an amount has more decimals than its currency."""


class DeviceError(KioskError):
    """A device cannot do its work."""


class DeviceAbsent(DeviceError):
    """Not plugged in. Being absent is a state, not a fault."""


class DeviceFault(DeviceError):
    """Plugged in, but it does not work."""


class LoyaltyError(KioskError):
    """A loyalty backend did not do what it was asked."""


class Unreachable(LoyaltyError):
    """Nothing left this machine: safe to send again."""


class Unclear(LoyaltyError):
    """The request may or may not have taken effect."""


class Refused(LoyaltyError):
    """A definite no. `reason` is a stable word (`unknown_card`, `blocked_card`, `duplicate`, ...)."""

    def __init__(self, reason: str, detail: str = "") -> None:
        self.reason = reason
        super().__init__(f"{reason}: {detail}" if detail else reason)


class Throttled(LoyaltyError):
    """Not executed. Ask again after `retry_after_s` seconds."""

    def __init__(self, retry_after_s: float) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(f"asked to wait {retry_after_s:g} s")


class Unauthorised(LoyaltyError):
    """The server does not accept our credential."""


class StorageError(KioskError):
    """The outbox cannot be trusted or written."""
