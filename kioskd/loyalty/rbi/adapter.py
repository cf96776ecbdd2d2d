"""This platform as a loyalty backend: one transaction of the whole order, in the words of the core."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar

from kioskd.core.catalogue import Service
from kioskd.core.credential import Credential, CredentialKind
from kioskd.core.deeds import Action, Deed, Done, Finding, MaybeDone, NotDone
from kioskd.core.denial import Denial
from kioskd.core.errors import Refused, Unclear, Unreachable
from kioskd.core.judgement import Judgement, Objection
from kioskd.core.member import Member, Voucher
from kioskd.core.order import Order, Tender
from kioskd.core.order_document import from_document
from kioskd.core.stored_value import GiftCard
from kioskd.loyalty.display_text import clean
from kioskd.loyalty.rbi.amounts import Unit
from kioskd.loyalty.rbi.bodies import Payment, PosVendor, TransactionBody, TransactionStatus
from kioskd.loyalty.rbi.client import RbiClient
from kioskd.loyalty.rbi.guessing import Guessing
from kioskd.loyalty.rbi.incentives import IncentiveReader
from kioskd.loyalty.rbi.objections import objections
from kioskd.loyalty.rbi.order_lines import applied_discounts, lines_of
from kioskd.loyalty.rbi.receipt_texts import texts_of
from kioskd.loyalty.rbi.refusals import RbiRefused, RulesFailed
from kioskd.loyalty.rbi.wire import Claimed, Recorded

logger = logging.getLogger(__name__)
_T = TypeVar("_T")

_NOBODY: Final = "00000000-0000-4000-8000-000000000000"
"""A transaction that is not: asking about it shows that somebody answers."""
_GONE: Final = frozenset({"unknown_transaction", "not_claimable", "not_voidable"})
_OBJECTIONS: Final[Mapping[str, Denial]] = {
    "insufficient_points": Denial.INSUFFICIENT_POINTS,
    "not_here": Denial.NOT_HERE,
}
"""Refusals of an order that the guest can do something about, although no rule is named."""
_MAX_NAME = 60


@dataclass(frozen=True, slots=True)
class Till:
    """Who this kiosk is to the platform, and the market's words. `answer_s` is how long one call may take
    while a guest waits."""

    pos_type: str
    store_id: str
    terminal: str
    operator: str
    supporting_pos: str | None = None
    service_modes: Mapping[Service, str] = field(
        default_factory=lambda: {Service.EAT_IN: "EAT_IN", Service.TAKE_AWAY: "TAKEOUT"}
    )
    card_word: str = "CARD"
    counter_word: str = "CASH"
    outgoing_prices: Unit = Unit.MAJOR
    incoming_prices: Unit = Unit.MAJOR
    answer_s: float = 2.5

    def vendor(self, sequence: int) -> PosVendor:
        return PosVendor(
            self.pos_type,
            self.store_id,
            self.terminal,
            self.operator,
            f"{sequence:012d}",
            self.supporting_pos,
        )


class RbiBackend:
    """Implements core.ports.LoyaltyBackend, KeepsWholeOrders and RedeemsPromoCodes. Raises only LoyaltyError.

    `next_number` counts the kiosk's orders, `wall` is aware local time, `clock` monotonic seconds.
    """

    def __init__(
        self,
        client: RbiClient,
        till: Till,
        reader: IncentiveReader,
        *,
        next_number: Callable[[], int],
        wall: Callable[[], datetime],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._till = till
        self._reader = reader
        self._next_number = next_number
        self._wall = wall
        self._guests = Guessing(clock)
        self._promo_codes = Guessing(clock)

    # --- guests ----------------------------------------------------------------------------------------

    async def identify(self, credential: Credential, language: str) -> Member:
        """Opens a transaction. Refused also: `used`, `wrong_kind`, `not_available` (what was picked)."""
        if credential.kind is not CredentialKind.MEMBER_CARD:
            raise Refused("unknown_card")
        self._guests.check()
        vendor = self._till.vendor(self._next_number())
        try:
            found = await self._client.identify(
                credential.value, vendor, self._wall(), self._till.answer_s * 2
            )
        except Refused as refused:
            if refused.reason == "unknown_card":
                self._guests.missed()
            raise
        self._guests.hit()
        chosen = self._reader.chosen(found.picked, found.discounts, found.loyalty_id, language)
        return Member(
            id=found.loyalty_id,
            first_name=clean(found.name, _MAX_NAME) if found.name else None,
            points=found.points,
            rewards=self._reader.listed_rewards(language),
            vouchers=self._reader.listed_offers(found.loyalty_id, language),
            session=found.transaction_id,
            preselected=chosen.rights,
            left_out=(*chosen.left_out, *("" for _ in range(found.left_out))),
        )

    async def redeem_promo_code(self, code: str, member_id: str, language: str) -> Voucher | None:
        """Implements RedeemsPromoCodes."""
        self._promo_codes.check()
        vendor, at = self._till.vendor(self._next_number()), self._wall()
        try:
            unlocked = await self._client.redeem_promo_code(
                code, vendor, member_id, at, self._till.answer_s * 2
            )
        except Refused as refused:
            if refused.reason == "unknown_code":
                self._promo_codes.missed()
            raise
        self._promo_codes.hit()
        voucher = self._reader.unlocked(unlocked.sanity_id, member_id, language)
        if voucher is None:
            logger.error("a promo code gave %s, which the incentives here have not", unlocked.sanity_id)
        return voucher

    async def find_voucher(self, code: str, member_id: str | None) -> Voucher:
        raise Refused("unknown_voucher")

    async def find_gift_card(self, code: str) -> GiftCard:
        raise Refused("unknown_gift_card")

    # --- orders as a whole -----------------------------------------------------------------------------

    async def judge(self, order: Order, *, hold: bool) -> Judgement:
        assert order.session is not None
        session, at = order.session, order.placed_at
        answer_s = self._till.answer_s
        claim = self._body(order, TransactionStatus.CLAIMED)
        try:
            await _twice(lambda: self._client.validate(session, claim, at, answer_s))
            if not hold:
                return Judgement()
            pending = self._body(order, TransactionStatus.PENDING)
            held = await self._client.update(session, pending, at, answer_s)
        except RulesFailed as failed:
            till = self._till
            return Judgement(objections(failed.failures, order, till.service_modes, till.incoming_prices))
        except RbiRefused as refused:
            if denial := _OBJECTIONS.get(refused.reason):
                return Judgement((Objection(denial),))
            raise
        return Judgement(points_left=held.points)

    async def hand_to_counter(self, order: Order) -> None:
        assert order.session is not None
        pending = self._body(order, TransactionStatus.PENDING)
        await self._client.update(order.session, pending, order.placed_at, self._till.answer_s)

    def written(self, order: Order) -> Mapping[str, Any]:
        body = self._body(order, TransactionStatus.CLAIMED)
        return {"body": body.decode(), "at": order.placed_at.isoformat(), "session": order.session}

    def _body(self, order: Order, status: TransactionStatus) -> bytes:
        """PENDING: nothing was paid yet."""
        till = self._till
        paid = status is TransactionStatus.CLAIMED and order.due.minor > 0
        word = till.counter_word if order.tender is Tender.COUNTER else till.card_word
        try:
            body = TransactionBody(
                status=status,
                created=order.placed_at,
                service_mode=till.service_modes[order.service],
                currency=order.currency,
                vendor=till.vendor(order.sequence),
                lines=lines_of(order),
                payments=(Payment(word, order.due),) if paid else (),
                discounts=applied_discounts(order),
                loyalty_id=order.member_id if order.session else None,
                transaction_id=order.session,
            )
        except ValueError as error:
            raise Refused("invalid", f"an order this platform cannot be told: {error}") from None
        return body.to_json(till.outgoing_prices)

    # --- deeds -----------------------------------------------------------------------------------------

    async def baseline(self, deed: Deed) -> Mapping[str, Any]:
        return {}

    async def perform(self, deed: Deed) -> Done:
        match deed.action:
            case Action.TELL_ORDER:
                return await self._tell(deed)
            case Action.VOID_ORDER:
                return await self._void(deed)
        raise Refused("invalid", f"{deed.action}: there is no such thing here")

    async def _tell(self, deed: Deed) -> Done:
        written = self._kept(deed)
        session, body, at = written["session"], str(written["body"]).encode(), _moment(written["at"])
        if session is None:
            recorded = await self._client.create_unclaimed(body, at)
            return _told(recorded, points=None, balance=None)
        try:
            claimed = await self._client.update(str(session), body, at)
        except RbiRefused as refused:
            if refused.reason == "not_claimable" and deed.repeated:
                logger.warning("a claim sent again is not claimable any more: it was claimed, or ran out")
                raise Refused("duplicate") from None
            logger.warning("a claim is refused: %s", refused)
            raise
        return _told(claimed, points=claimed.points_earned, balance=claimed.points)

    def _kept(self, deed: Deed) -> Mapping[str, Any]:
        if written := deed.details.get("written"):
            return dict(written)
        try:
            return self.written(from_document(deed.details))
        except (KeyError, TypeError, ValueError) as error:
            raise Refused(
                "invalid", f"{deed.action}: details that cannot be read, {type(error).__name__}"
            ) from None

    async def _void(self, deed: Deed) -> Done:
        """What is not there any more holds nothing."""
        written = deed.details.get("written")
        if not written:
            raise Refused("invalid", "a transaction to void without what was sent for it")
        try:
            await self._client.void(
                str(deed.details["session"]), str(written["body"]).encode(), _moment(written["at"])
            )
        except RbiRefused as refused:
            if refused.reason not in _GONE:
                raise
            logger.log(
                logging.INFO if deed.repeated else logging.WARNING,
                "a transaction to void is gone: %s",
                refused,
            )
        return Done()

    async def find_out(self, deed: Deed, baseline: Mapping[str, Any] | None) -> Finding:
        """Nothing can be read back here, and nothing needs to be while a repeat of the very same is harmless.

        A claim that is refused as a repeat may have counted or come too late: that only a person can see.
        """
        session = deed.details.get("session")
        if deed.action is Action.TELL_ORDER and deed.repeated and session is not None:
            return MaybeDone((str(session),))
        return NotDone()

    def claim_link(self, order: Order) -> str | None:
        return None

    async def probe(self) -> None:
        body = TransactionBody(
            status=TransactionStatus.CLAIMED,
            created=self._wall(),
            service_mode=self._till.service_modes[Service.EAT_IN],
            currency=self._reader.menu.currency,
            vendor=self._till.vendor(0),
            lines=(),
        ).to_json(self._till.outgoing_prices)
        try:
            await self._client.validate(_NOBODY, body, self._wall())
        except Refused:
            return  # somebody knows that there is no such transaction

    async def close(self) -> None:
        await self._client.close()


def _told(answer: Claimed | Recorded, *, points: int | None, balance: int | None) -> Done:
    result = {"points": points, "balance": balance, "texts": texts_of(answer)}
    return Done(answer.transaction_id, result=result)


def _moment(text: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        raise Refused("invalid", "a time that cannot be read") from None
    if moment.tzinfo is None:
        raise Refused("invalid", "a time without a zone")
    return moment


async def _twice(call: Callable[[], Awaitable[_T]]) -> _T:
    """Once more after silence: it changes nothing."""
    try:
        return await call()
    except (Unclear, Unreachable):
        return await call()
