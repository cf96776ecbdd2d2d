"""What the terminal's words prove about a payment, and what they do not."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kioskd.core.events import PaymentOutcome, PaymentStep
from kioskd.devices.terminal.attempts import Attempt, Mark
from kioskd.devices.terminal.zvt_codec import Apdu
from kioskd.devices.terminal.zvt_codes import payment_step
from kioskd.devices.terminal.zvt_conversation import Ending
from kioskd.devices.terminal.zvt_findings import Finding, find
from kioskd.devices.terminal.zvt_messages import GOODS_FAILED, YES, StatusInformation
from kioskd.devices.terminal.zvt_paper import PaperTray
from kioskd.devices.terminal.zvt_payment import ZvtPayment

BEFORE = Mark("29001006", 34, 34)
ATTEMPT = Attempt("order-1", 1000, 978, datetime(2025, 8, 5, 14, 30, tzinfo=UTC), BEFORE)
SEEN = replace(ATTEMPT, seen=Mark("29001006", 35, 35))
OURS = StatusInformation(0, 1000, 978, "29001006", 35, 35, date="0805", time="143207")
BARE_DECLINE = StatusInformation(0x05, terminal_id="29001006")
REVERSING = replace(ATTEMPT, before=SEEN.seen, reverses=SEEN.seen)
REVERSAL = replace(OURS, trace=36, receipt=36, original_trace=35)


@pytest.mark.parametrize(
    ("attempt", "last", "finding"),
    [
        (ATTEMPT, OURS, Finding.PAID),
        (SEEN, OURS, Finding.PAID),
        (SEEN, replace(OURS, date="0101"), Finding.PAID),  # its numbers are proof enough
        (ATTEMPT, replace(OURS, date=None), Finding.PAID),  # new, and the amount is right
        (replace(ATTEMPT, before=None), replace(OURS, date=None), Finding.UNCLEAR),
        (ATTEMPT, replace(OURS, trace=34, receipt=34), Finding.NOTHING_NEW),
        (SEEN, replace(OURS, trace=34, receipt=34), Finding.UNCLEAR),  # it has forgotten what it said
        (ATTEMPT, BARE_DECLINE, Finding.NOTHING_NEW),
        (SEEN, BARE_DECLINE, Finding.UNCLEAR),
        (ATTEMPT, replace(OURS, result=0x05), Finding.NOT_PAID),
        (ATTEMPT, REVERSAL, Finding.NOT_PAID),
        (SEEN, REVERSAL, Finding.NOT_PAID),
        (ATTEMPT, replace(REVERSAL, original_trace=34), Finding.UNCLEAR),  # the one before was reversed
        (ATTEMPT, replace(OURS, amount_minor=999), Finding.UNCLEAR),
        (ATTEMPT, replace(OURS, currency_code=756), Finding.UNCLEAR),
        (ATTEMPT, replace(OURS, terminal_id="29001007"), Finding.UNCLEAR),
        (ATTEMPT, replace(OURS, time="120000"), Finding.UNCLEAR),
        (ATTEMPT, replace(OURS, date="9999"), Finding.UNCLEAR),
        (ATTEMPT, None, Finding.UNCLEAR),
        (replace(ATTEMPT, takes_less=True), replace(OURS, amount_minor=999), Finding.PAID),
        (replace(ATTEMPT, takes_less=True), replace(OURS, amount_minor=1001), Finding.UNCLEAR),
        (replace(SEEN, charged_minor=999), replace(OURS, amount_minor=999), Finding.PAID),
        (replace(SEEN, charged_minor=999), OURS, Finding.UNCLEAR),
        (REVERSING, REVERSAL, Finding.PAID),
        (REVERSING, OURS, Finding.NOTHING_NEW),
        (REVERSING, replace(REVERSAL, original_trace=34), Finding.UNCLEAR),
        (REVERSING, replace(REVERSAL, original_trace=None), Finding.UNCLEAR),
        (REVERSING, replace(REVERSAL, amount_minor=500), Finding.UNCLEAR),
        (REVERSING, replace(REVERSAL, result=0xB5), Finding.NOT_PAID),
    ],
)
def test_what_the_last_transaction_proves(
    attempt: Attempt, last: StatusInformation | None, finding: Finding
) -> None:
    assert find(attempt, last, longest_s=600) is finding


def test_new_year_between_payment_and_record() -> None:
    late = replace(ATTEMPT, started_at=datetime(2025, 12, 31, 23, 59, 30, tzinfo=UTC))
    assert find(late, replace(OURS, date="0101", time="000010"), longest_s=600) is Finding.PAID


numbers = st.none() | st.integers(33, 37)
statuses = st.builds(
    StatusInformation,
    result=st.sampled_from([0, 0, 0x05, 0x6C]),
    amount_minor=st.sampled_from([None, 999, 1000]),
    currency_code=st.sampled_from([None, 756, 978]),
    terminal_id=st.sampled_from([None, "29001006", "29001007"]),
    trace=numbers,
    receipt=numbers,
    original_trace=numbers,
    date=st.sampled_from([None, "0805", "0806", "9999"]),
    time=st.sampled_from([None, "143207", "990000"]),
)


@given(st.sampled_from([ATTEMPT, SEEN, replace(ATTEMPT, before=None)]), statuses)
def test_only_an_approval_of_the_very_sum_can_prove_that_it_was_paid(
    attempt: Attempt, last: StatusInformation
) -> None:
    if find(attempt, last, longest_s=600) is Finding.PAID:
        assert last.approved
        assert (last.amount_minor, last.currency_code, last.original_trace) == (1000, 978, None)
        assert (last.trace, last.receipt) != (BEFORE.trace, BEFORE.receipt) or attempt.before is None


# --- the end of a conversation --------------------------------------------------------------------------

COMPLETION = Ending(completion=Apdu(0x060F))


class Listener:
    """One payment of ten euro, and what the terminal says in it."""

    def __init__(self) -> None:
        self.steps: list[PaymentStep] = []
        self.remembered: list[StatusInformation] = []
        self.payment = ZvtPayment(1000, 978, self.steps.append, self._remember, PaperTray())

    async def _remember(self, status: StatusInformation) -> bool:
        self.remembered.append(status)
        return True

    def hear(self, *statuses: StatusInformation | None) -> list[Apdu]:
        async def answers() -> list[Apdu]:
            return [await self.payment.answer_status(status) for status in statuses]

        return asyncio.run(answers())

    def outcome(self, ending: Ending) -> PaymentOutcome | None:
        result = self.payment.result(ending)
        return result.outcome if result else None


def test_an_approval_and_a_completion_together_are_a_payment() -> None:
    listener = Listener()
    assert listener.hear(OURS) == [YES]
    assert listener.remembered == [OURS]
    assert listener.outcome(COMPLETION) is PaymentOutcome.APPROVED


def test_a_completion_alone_proves_nothing() -> None:
    assert Listener().outcome(COMPLETION) is None


def test_an_approval_that_the_terminal_then_gives_up_is_not_paid() -> None:
    listener = Listener()
    listener.hear(OURS)
    assert listener.outcome(Ending(given_up=0x6C)) is PaymentOutcome.DECLINED


def test_a_decline_may_end_with_a_completion() -> None:
    listener = Listener()
    listener.hear(BARE_DECLINE)
    assert listener.outcome(COMPLETION) is PaymentOutcome.DECLINED


def test_the_last_of_several_results_counts() -> None:
    listener = Listener()
    wrong_pin = replace(BARE_DECLINE, result=0x37)
    assert listener.hear(wrong_pin, OURS, OURS) == [YES, YES, YES]
    assert listener.outcome(COMPLETION) is PaymentOutcome.APPROVED


@pytest.mark.parametrize(
    "wrong", [None, replace(OURS, amount_minor=999), replace(OURS, currency_code=None), StatusInformation(0)]
)
def test_a_result_that_is_not_the_payment_asked_for_is_turned_down(wrong: StatusInformation | None) -> None:
    listener = Listener()
    assert listener.hear(wrong) == [GOODS_FAILED]
    assert listener.outcome(COMPLETION) is None  # it should have reversed, but says it is done: look it up


def test_an_approval_after_the_guest_cancelled_is_turned_down() -> None:
    listener = Listener()
    listener.payment.abort()
    assert listener.hear(OURS) == [GOODS_FAILED]
    assert listener.outcome(Ending(given_up=0x6C)) is PaymentOutcome.ABORTED


def test_giving_up_without_a_result_or_refusing() -> None:
    assert Listener().outcome(Ending(given_up=0x6C)) is PaymentOutcome.ABORTED
    assert Listener().outcome(Ending(given_up=0xFF)) is PaymentOutcome.DECLINED
    assert Listener().outcome(Ending(refused=0x9C)) is PaymentOutcome.UNAVAILABLE


def test_a_step_is_told_once() -> None:
    listener = Listener()
    for code in (0x0A, 0x0A, 0x0E, 0x04, 0x1C, 0x4E, 0xEE):
        listener.payment.hear_progress(code)
    assert listener.steps == [PaymentStep.PRESENT_CARD, PaymentStep.AUTHORISING, PaymentStep.REMOVE_CARD]


def test_approved_on_the_display_is_no_step_and_no_result() -> None:
    assert payment_step(0x1C) is None
