"""ZVT on the wire, top layer: what a terminal says, and the kiosk's answers. Pure.

Only what the kiosk needs to know is taken out of the terminal's messages. Card numbers, tracks and expiry
dates are in them too, and are dropped here: no value of this module holds any.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kioskd.devices.terminal.zvt_codec import Apdu, ProtocolError, from_bcd
from kioskd.devices.terminal.zvt_fields import decode_digit_length, decode_fields
from kioskd.devices.terminal.zvt_sums import Sums, read_sums
from kioskd.devices.terminal.zvt_text import decode_text

INTERMEDIATE_STATUS, STATUS_INFORMATION, COMPLETION, ABORTED = 0x04FF, 0x040F, 0x060F, 0x061E
PRINT_LINE, PRINT_BLOCK, SET_CLOCK = 0x06D1, 0x06D3, 0x0401

YES = Apdu(0x8000)
GOODS_FAILED = Apdu(0x8466)
"""As the answer to an approval: we could not keep our side, the terminal reverses the payment."""
NOT_POSSIBLE = Apdu(0x8483)
ABORT = Apdu(0x06B0)


def refusal(apdu: Apdu) -> int | None:
    """The error code of a negative answer, None for a positive one. Raises ProtocolError for neither."""
    if apdu.control in (0x8000, 0x8400):
        return None
    if apdu.control >> 8 != 0x84:
        raise ProtocolError(f"expected an answer, got {apdu.control:04X}")
    return apdu.control & 0xFF


@dataclass(frozen=True, slots=True)
class StatusInformation:
    """What a transaction came to, as the terminal tells it (04 0F). None: it did not say.

    `date` is MMDD (there is no year), `time` is HHMMSS, both on the terminal's clock.
    `original_trace` is set only in the record of a reversal, `sums` only after an end of day.
    """

    result: int
    amount_minor: int | None = None
    currency_code: int | None = None
    terminal_id: str | None = None
    trace: int | None = None
    receipt: int | None = None
    original_trace: int | None = None
    date: str | None = None
    time: str | None = None
    sums: Sums | None = None

    @property
    def approved(self) -> bool:
        return self.result == 0

    @property
    def evidence(self) -> str:
        """What a person needs to find the transaction again."""
        parts = []
        if self.terminal_id is not None:
            parts.append(f"terminal {self.terminal_id}")
        if self.receipt is not None:
            parts.append(f"receipt {self.receipt:04d}")
        if self.trace is not None:
            parts.append(f"trace {self.trace:06d}")
        if not self.approved:
            parts.append(f"code {self.result:02X}")
        return " ".join(parts)


def read_status_information(apdu: Apdu) -> StatusInformation:
    """Raises ProtocolError when there is no result in it, or a field is malformed."""
    fields = decode_fields(apdu.data)

    def number(key: int) -> int | None:
        octets = fields.get(key)
        return None if octets is None else from_bcd(octets)

    def digits(key: int) -> str | None:
        octets = fields.get(key)
        return None if octets is None else octets.hex()

    result = fields.get(0x27)
    if result is None:
        raise ProtocolError("a status information without a result code")
    return StatusInformation(
        result=result[0],
        amount_minor=number(0x04),
        currency_code=number(0x49),
        terminal_id=digits(0x29),
        trace=number(0x0B),
        receipt=number(0x87),
        original_trace=number(0x37),
        date=digits(0x0D),
        time=digits(0x0C),
        sums=read_sums(fields.get(0x60)),
    )


@dataclass(frozen=True, slots=True)
class IntermediateStatus:
    """What the terminal shows at the moment. `patience_s`: how long it may stay silent now, if it says so."""

    code: int
    patience_s: float | None = None


def read_intermediate_status(apdu: Apdu) -> IntermediateStatus:
    """Raises ProtocolError when it is empty."""
    if not apdu.data:
        raise ProtocolError("an intermediate status without a code")
    minutes = apdu.data[1:2]
    # Zero and other than decimal minutes occur; neither says anything.
    patience_s = 60.0 * int(minutes.hex()) if minutes and minutes.hex().isdecimal() else 0.0
    return IntermediateStatus(apdu.data[0], patience_s or None)


def read_abort_code(apdu: Apdu) -> int:
    """Why the terminal gave up. Without a code it is FF, "other"."""
    return apdu.data[0] if apdu.data else 0xFF


@dataclass(frozen=True, slots=True)
class RegistrationAnswer:
    """How a registration ended. `status` bits: 01 initialisation, 02 diagnosis, 04 operator action needed."""

    status: int = 0
    terminal_id: str | None = None
    currency_code: int | None = None


def read_registration_completion(apdu: Apdu) -> RegistrationAnswer:
    fields = decode_fields(apdu.data)
    status, terminal, currency = (fields.get(key) for key in (0x19, 0x29, 0x49))
    return RegistrationAnswer(
        status=status[0] if status else 0,
        terminal_id=terminal.hex() if terminal else None,
        currency_code=from_bcd(currency) if currency else None,
    )


@dataclass(frozen=True, slots=True)
class EnquiryAnswer:
    state: int
    software: str | None = None


def read_enquiry_completion(apdu: Apdu) -> EnquiryAnswer:
    """The terminal's state code, and its version text if it sends one. Raises ProtocolError without state."""
    data, software = apdu.data, None
    if len(data) > 3 and all(octet & 0xF0 == 0xF0 for octet in data[:3]):
        end = 3 + decode_digit_length(data[:3], 3)
        software, data = decode_text(data[3:end]).strip(), data[end:]
    if not data:
        raise ProtocolError("a status enquiry was answered without a status")
    return EnquiryAnswer(data[0], software or None)


@dataclass(frozen=True, slots=True)
class Clock:
    """The terminal's local time: YYMMDD and HHMMSS, as digits."""

    date: str
    time: str

    @property
    def at(self) -> datetime | None:
        """Without time zone. None for what is no date and time."""
        try:
            return datetime.strptime(self.date + self.time, "%y%m%d%H%M%S")  # noqa: DTZ007
        except ValueError:
            return None


def read_clock(apdu: Apdu) -> Clock | None:
    """The time the terminal would like to set the kiosk to; None if it cannot be read."""
    try:
        fields = decode_fields(apdu.data)
    except ProtocolError:
        return None
    day, time = fields.get(0xAA), fields.get(0x0C)
    return Clock(day.hex(), time.hex()) if day and time else None
