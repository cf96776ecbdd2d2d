"""What the daemon needs of the siblings, as protocols. Drivers and backends implement them structurally."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Protocol, runtime_checkable

from kioskd.core.card_terminal import PaymentResult as PaymentResult
from kioskd.core.card_terminal import PaymentTerminal as PaymentTerminal
from kioskd.core.credential import Credential
from kioskd.core.deeds import Deed, Done, Finding
from kioskd.core.events import (
    CameraHint,
    DeviceChanged,
    HeadphonesChanged,
    Scanned,
    ScanRejected,
    VoicesChanged,
)
from kioskd.core.judgement import Judgement
from kioskd.core.member import Member, Voucher
from kioskd.core.money import Money
from kioskd.core.order import Order, OrderCharge, OrderDiscount, OrderLine
from kioskd.core.past_order import PastOrder
from kioskd.core.preview import BasketPoints
from kioskd.core.print_verdict import PrintVerdict
from kioskd.core.receipt import Receipt
from kioskd.core.speech import Utterance
from kioskd.core.stored_value import GiftCard

DeviceEvent = Scanned | ScanRejected | CameraHint | DeviceChanged | HeadphonesChanged | VoicesChanged
Emit = Callable[[DeviceEvent], None]


class Device(Protocol):
    """Something plugged in. `run` lasts as long as the device does.

    It raises DeviceAbsent when the device is not there (any more) and DeviceFault when it misbehaves; the
    supervisor starts it again with back-off. Cancelling it releases everything.
    """

    name: str

    async def run(self, emit: Emit) -> None: ...


class ReceiptPrinter(Protocol):
    async def print(self, job: str, receipt: Receipt) -> PrintVerdict:
        """Print once. Returns within the deadlines of the profile and never raises for a sick printer."""
        ...

    async def settled(self, job: str) -> PrintVerdict:
        """How a job that was KEPT ended, as soon as it has, within minutes. BLOCKED for an unknown job."""
        ...

    def forget(self) -> None:
        """The guest has left: what is still KEPT is not printed for the next one to read."""
        ...


class Voice(Protocol):
    """What reads aloud. It is a device, too: `languages` is empty while it does not work."""

    @property
    def languages(self) -> frozenset[str]:
        """Those it has a voice for. No other is ever spoken in their place."""
        ...

    async def say(self, utterance: Utterance) -> None:
        """Returns when it was said or stopped, within a deadline that goes with its length.

        Cancelling stops it, too. Raises DeviceError when it could not be said, and for a language without
        a voice.
        """
        ...

    def stop(self) -> None:
        """Silence, at once. Nothing happens when nothing is being said."""
        ...


class Translator(Protocol):
    """The guest's language. Message ids are the English sentences."""

    language: str

    def __call__(self, sentence: str, **values: str | int) -> str: ...

    def plural(self, one: str, many: str, n: int, **values: str | int) -> str: ...

    def money(self, amount: Money) -> str: ...

    def number(self, value: int) -> str: ...

    def date(self, day: date) -> str: ...


@runtime_checkable
class PreviewsPoints(Protocol):
    """A loyalty backend that can also say what would be earned. Raises only LoyaltyError and its branches."""

    async def preview_points(
        self,
        lines: Sequence[OrderLine],
        discounts: Sequence[OrderDiscount],
        charges: Sequence[OrderCharge],
        member_id: str | None,
        language: str,
    ) -> BasketPoints | None:
        """What such an order would earn the member, or a guest nobody knows. None: the backend does not say.

        Nothing is stored by it, and it gives way to every other call.
        """
        ...


@runtime_checkable
class KeepsWholeOrders(Protocol):
    """A loyalty backend with one transaction for the whole order of an identified guest: see `judgement`.

    `Member.session` names it. TELL_ORDER claims it, or reports the order of a guest nobody knows, and its
    `result` may have `texts`: see `LoyaltyTexts`. VOID_ORDER takes it back.
    """

    async def judge(self, order: Order, *, hold: bool) -> Judgement:
        """Whether it would be claimed. With `hold` what its offers cost is kept from now on, if nothing is
        objected to. Raises only LoyaltyError."""
        ...

    async def hand_to_counter(self, order: Order) -> None:
        """Hold the order until it is claimed by the till where it is paid. Raises only LoyaltyError."""
        ...

    def written(self, order: Order) -> Mapping[str, Any]:
        """What is kept with the deeds of an order, as JSON values, so that every repeat sends the same bytes.

        Made without asking anybody. An order without lines is that of a guest who has ordered nothing.
        """
        ...


@runtime_checkable
class RedeemsPromoCodes(Protocol):
    """The capability `promo_codes`. Raises only LoyaltyError and its branches."""

    async def redeem_promo_code(self, code: str, member_id: str, language: str) -> Voucher | None:
        """Uses the code up. None: what it gives cannot be had here, and is the member's all the same.

        Refused: `unknown_code`, `code_over` or `code_not_set_up`. Unclear: it may be used up.
        """
        ...


class TellsLastOrder(Protocol):
    """The capability `last_order`: a loyalty backend, or whoever else remembers what members ordered."""

    async def last_order(self, member_id: str) -> PastOrder | None:
        """The newest that was not dropped. None: there is none, or it is kept no longer."""
        ...


class LoyaltyBackend(Protocol):
    """Raises only LoyaltyError and its branches. Every call is one try.

    Which deeds a backend knows follows from its capabilities; all know TELL_ORDER.
    """

    async def identify(self, credential: Credential, language: str) -> Member:
        """The member with everything the overview shows. Refused: `unknown_card` or `blocked_card`."""
        ...

    async def find_voucher(self, code: str, member_id: str | None) -> Voucher:
        """By its code; `denial` says why it is of no use to this guest. Refused: `unknown_voucher`."""
        ...

    async def find_gift_card(self, code: str) -> GiftCard:
        """Refused: `unknown_gift_card`."""
        ...

    async def baseline(self, deed: Deed) -> Mapping[str, Any]:
        """What is there before a deed that carries no key: JSON values for `find_out`."""
        ...

    async def perform(self, deed: Deed) -> Done:
        """Make it take effect. Refused with a stable word; `duplicate` when its key is taken already.

        TELL_ORDER: told of a paid order, once; `result` has `points` and `balance`, None where it does not
        say. An order with a credential instead of a member is resolved first. Refused: `unknown_card`,
        `blocked_card` or `invalid`.
        """
        ...

    async def find_out(self, deed: Deed, baseline: Mapping[str, Any] | None) -> Finding:
        """What became of it. Refused: it is not in effect and never will be."""
        ...

    def claim_link(self, order: Order) -> str | None:
        """An https link that gives the points of a paid order to whoever opens it first, and to nobody else.

        At most 300 printable ASCII characters, made without asking anybody; the same order gives the same
        link, which works once. None when the backend has no such thing or the order earns nothing. Whoever
        hands it out sees to it that the order is not delivered as well. Never raises.
        """
        ...

    async def probe(self) -> None:
        """A cheap question without effect: returns when the backend answers sensibly."""
        ...

    async def close(self) -> None: ...
