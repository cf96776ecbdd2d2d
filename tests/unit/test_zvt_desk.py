"""One payment, byte by byte, with nothing but the pure logic: what is written down before what is said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kioskd.core.card_terminal import SlipKind
from kioskd.core.events import PaymentOutcome, PaymentStep
from kioskd.core.money import Money
from kioskd.devices.terminal.zvt_deadlines import Deadlines
from tests.unit.zvt_bench import (
    APPROVED,
    ASKING_BANK,
    BEFORE,
    DECLINED,
    DONE,
    FRANCS,
    GIVEN_UP,
    LESS,
    PRESENT_CARD,
    PRICE,
    YES,
    Bench,
    Cut,
    cut,
    silence,
)

OK, NO, STOPPED, UNAVAILABLE, UNKNOWN = (
    PaymentOutcome.APPROVED,
    PaymentOutcome.DECLINED,
    PaymentOutcome.ABORTED,
    PaymentOutcome.UNAVAILABLE,
    PaymentOutcome.UNKNOWN,
)
EVIDENCE = "terminal 29001006 receipt 0035 trace 000035"
CUSTOMER_COPY = "06 D3 16 06 14 1F 07 01 02 25 0E 07 09 45 55 52 20 31 30 2C 30 30 09 01 81"


def after(record: str) -> list[str]:
    """What the terminal says when asked for its last transaction."""
    return [YES, record, DONE]


# --- what is written down before what is said ---------------------------------------------------------


def test_intent_before_the_request_and_approval_before_the_yes() -> None:
    bench = Bench()
    bench.pays(PRESENT_CARD, ASKING_BANK, APPROVED, DONE)
    result = bench.pay(takes_less=True)
    assert (result.outcome, result.evidence, result.charged) == (OK, EVIDENCE, PRICE)
    told = bench.trace[bench.trace.index("keep order-1") :]
    assert told == [
        "keep order-1",
        "say 0601 040000000010004909781940",
        "say 8000",  # present your card
        "say 8000",  # asking the bank
        "keep order-1 seen",
        "consult 1000",
        "say 8000",  # to the approval: this makes it final
        "say 8000",
        "keep order-1 seen approved",
    ]


def test_nothing_is_asked_when_the_intent_cannot_be_kept() -> None:
    bench = Bench()
    bench.memory.fails = True
    assert bench.pay().outcome is UNAVAILABLE
    assert not bench.said(0x0601)


@pytest.mark.parametrize("reason", ["disk", "caller"])
def test_an_approval_that_nobody_has_written_down_is_taken_back(reason: str) -> None:
    bench = Bench()
    if reason == "caller":
        bench.agrees = lambda approval: False
    else:
        bench.on_step = lambda step: setattr(bench.memory, "fails", True)
    bench.pays(PRESENT_CARD, APPROVED, "06 1E 01 6C")
    assert bench.pay(takes_less=True).outcome is NO
    assert bench.said(0x8466) == ["say 8466"]


def test_the_same_approval_again_is_agreed_to_without_asking_again() -> None:
    bench = Bench()
    bench.pays(APPROVED, APPROVED, DONE)
    assert bench.pay(takes_less=True).outcome is OK
    assert bench.trace.count("consult 1000") == 1
    assert not bench.said(0x8466)


# --- other amounts and currencies ---------------------------------------------------------------------


def test_less_than_asked_is_a_part_payment_for_who_takes_those() -> None:
    bench = Bench()
    bench.pays(LESS, DONE)
    result = bench.pay(takes_less=True)
    assert (result.outcome, result.charged) == (OK, Money(750, "EUR"))
    assert bench.outcome().charged == Money(750, "EUR")
    assert "consult 750" in bench.trace


@pytest.mark.parametrize("approval", [LESS, FRANCS, APPROVED.replace("10 00 49", "10 01 49")])
def test_anything_else_than_asked_is_taken_back(approval: str) -> None:
    bench = Bench()
    bench.pays(approval, "06 1E 01 6C")
    result = bench.pay(takes_less=approval is not LESS)
    assert (result.outcome, result.charged) == (NO, None)
    assert bench.said(0x8466)
    assert not any(line.startswith("consult") for line in bench.trace)


def test_a_part_payment_whose_end_was_not_seen_is_found_for_what_it_was() -> None:
    bench = Bench()
    bench.pays(LESS, cut)
    bench.play(0x0620, after(BEFORE), after(LESS))
    result = bench.pay(takes_less=True)
    assert (result.outcome, result.charged) == (OK, Money(750, "EUR"))


# --- what the guest is told ---------------------------------------------------------------------------


def test_what_the_terminal_shows_becomes_neutral_steps() -> None:
    bench = Bench()
    codes = ("0A", "4C", "2C", "CC", "15", "0E", "4E")
    bench.pays(*(f"04 FF 01 {code}" for code in codes), APPROVED, DONE)
    bench.pay()
    assert bench.steps == [
        PaymentStep.PRESENT_CARD,
        PaymentStep.UNREADABLE,
        PaymentStep.CHOOSE,
        PaymentStep.ENTER_PIN,
        PaymentStep.WRONG_PIN,
        PaymentStep.AUTHORISING,
        PaymentStep.REMOVE_CARD,
    ]


def test_the_guest_hears_when_the_terminal_is_lost_sight_of() -> None:
    bench = Bench()
    bench.pays("04 FF 01 0A", cut)
    bench.play(0x0620, [YES, APPROVED, DONE])
    bench.pay()
    assert bench.steps == [PaymentStep.PRESENT_CARD, PaymentStep.LOST]


def test_the_terminal_speaks_the_guests_language_where_it_can() -> None:
    bench = Bench()
    bench.pays(APPROVED, DONE)
    bench.pay("order-1", language="nl")
    bench.play(0x0620, after(APPROVED))
    bench.pays(APPROVED.replace("00 35", "00 36"), DONE)
    bench.pay("order-2", language="nl")
    assert bench.said(0x0830) == ["say 0830 09"]  # asked once, and refused: it is not asked again


def test_the_customers_copy_comes_with_the_result_and_is_kept() -> None:
    bench = Bench()
    bench.pays(APPROVED, CUSTOMER_COPY, DONE)
    slip = bench.pay().slip
    assert slip is not None
    assert (slip.kind, [line.text for line in slip.lines]) == (SlipKind.CUSTOMER, [" EUR 10,00"])
    assert bench.slips == [("order-1", slip)]


# --- stopping -----------------------------------------------------------------------------------------


def test_no_card_for_too_long_stops_the_terminal() -> None:
    bench = Bench(deadlines=Deadlines(settle_s=5.0, payment_s=90.0))
    bench.pays("04 FF 01 0A", silence)
    bench.play(0x06B0, [YES, "04 0F 07 27 6C 29 29 00 10 06", "06 1E 01 6C"])
    assert bench.pay().outcome is STOPPED
    assert bench.said(0x06B0) == ["say 06B0"]


def test_an_approval_that_crosses_the_guests_stop_is_taken_back() -> None:
    bench = Bench()
    bench.on_step = lambda step: bench.payment.abort()
    bench.pays(PRESENT_CARD, APPROVED, "06 1E 01 6C")
    assert bench.pay().outcome is STOPPED
    assert bench.said(0x06B0) and bench.said(0x8466)


def test_a_stop_that_the_terminal_refuses_leaves_the_payment_as_it_is() -> None:
    bench = Bench()
    bench.on_step = lambda step: bench.payment.abort()
    bench.play(0x06B0, ["84 83 00"])
    bench.pays(PRESENT_CARD, APPROVED, DONE)
    result = bench.pay()
    assert result.outcome in (OK, STOPPED)
    assert (result.outcome is OK) == (not bench.said(0x8466))


def test_a_stop_that_comes_when_all_is_over_is_not_taken_for_the_next_answer() -> None:
    bench = Bench()
    bench.play(0x06B0, [silence])  # it is answered when nobody listens any more
    bench.on_step = lambda step: bench.payment.abort()
    bench.pays("04 FF 01 4E", "06 1E 01 6C")
    assert bench.pay().outcome is STOPPED
    bench.pays(APPROVED, DONE)
    bench.on_step = lambda step: None
    assert bench.pay("order-2").outcome is OK
    assert bench.trace.count("dial") == 2


def test_a_terminal_that_dies_of_another_language_is_asked_once() -> None:
    bench = Bench()
    bench.play(0x0830, [cut])
    bench.pays(APPROVED, DONE)
    assert bench.pay(language="de").outcome is OK
    bench.play(0x0620, after(APPROVED))
    bench.pays(APPROVED.replace("00 35", "00 36"), DONE)
    assert bench.pay("order-2", language="nl").outcome is OK
    assert len(bench.said(0x0830)) == 1


# --- lost lines ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "last", "outcome"),
    [
        ([cut], BEFORE, UNAVAILABLE),  # nothing new, twice: it never happened
        ([cut], APPROVED, OK),
        ([PRESENT_CARD, cut], APPROVED, OK),
        ([APPROVED, cut], APPROVED, OK),
        ([APPROVED, cut], BEFORE, UNKNOWN),  # it announced it and does not remember
        ([PRESENT_CARD, silence], BEFORE, UNAVAILABLE),
        ([DECLINED, cut], DECLINED, UNAVAILABLE),
        ([APPROVED.replace("27 00", "27 05"), cut], APPROVED.replace("27 00", "27 05"), UNAVAILABLE),
        ([DONE], APPROVED, OK),  # a completion alone proves nothing, so it is asked
        ([DONE], BEFORE, UNAVAILABLE),
        (["04 0F 01 27", cut], APPROVED, OK),  # a result that cannot be read
    ],
)
def test_only_the_terminals_own_record_says_what_became_of_it(
    said: list[str], last: str, outcome: PaymentOutcome
) -> None:
    bench = Bench()
    bench.pays(*said)
    bench.play(0x0620, after(BEFORE), after(last))
    assert bench.pay().outcome is outcome
    assert len(bench.said(0x0601)) == 1


def test_a_record_that_comes_late_is_waited_for() -> None:
    bench = Bench()
    bench.pays(PRESENT_CARD, cut)
    bench.play(0x0620, after(BEFORE), after(BEFORE), after(APPROVED))
    assert bench.pay().outcome is OK


@pytest.mark.parametrize("answer", [[YES, DONE], ["84 83 00"], [YES, GIVEN_UP]])
def test_a_terminal_without_memory_leaves_it_to_a_person(answer: list[str]) -> None:
    bench = Bench()
    bench.pays(PRESENT_CARD, cut)
    bench.play(0x0620, after(BEFORE), answer)
    assert bench.pay().outcome is UNKNOWN
    assert bench.pay("order-2").outcome is UNAVAILABLE
    assert len(bench.said(0x0601)) == 1
    bench.run(bench.desk.settle_by_hand("order-1", paid=True))
    assert bench.outcome().outcome is OK
    bench.play(0x0620, after(BEFORE))
    bench.pays(DECLINED, GIVEN_UP)
    assert bench.pay("order-2").outcome is NO


class Till:
    """What a terminal does that keeps, or takes back, a payment to whose approval it heard no answer."""

    def __init__(self, bench: Bench, *, keeps: bool) -> None:
        self.bench, self.keeps = bench, keeps
        self.charged = 0

    def approve(self) -> None:
        self.charged += 1
        self.record = APPROVED
        if not self.keeps:
            self.charged -= 1
            self.record = APPROVED.replace("27 00", "27 6C")
        self.bench.play(0x0620, after(self.record))


@pytest.mark.parametrize("keeps", [True, False])
def test_a_process_that_dies_before_any_step_is_never_wrong_about_the_money(keeps: bool) -> None:
    """Killed before each of its wishes, restarted, asked: APPROVED if and only if the terminal charged."""
    for dead_after in range(60):
        bench = Bench(dead_after=dead_after)
        bench.memory.existed = True
        till = Till(bench, keeps=keeps)

        def approval(till: Till = till, bench: Bench = bench) -> None:
            till.approve()
            bench._say(APPROVED)

        bench.pays(PRESENT_CARD, ASKING_BANK, approval, DONE)
        try:
            result = bench.pay()
        except Cut:
            bench.restart()
            bench.dead_after = None
            result = bench.outcome()
            assert result.outcome is (OK if till.charged else NO), dead_after
        else:
            assert result.outcome is OK
            break
    else:
        pytest.fail("the payment never ended")
    assert dead_after > 25


def test_a_crash_leaves_nothing_that_a_second_payment_could_overwrite() -> None:
    bench = Bench()
    bench.pays(PRESENT_CARD, cut)
    bench.play(0x0620, after(BEFORE), [YES, DONE])
    bench.pay()
    assert replace(bench.memory.attempts["order-1"]).outcome is None
    bench.restart()
    assert bench.pay("order-2").outcome is UNAVAILABLE
