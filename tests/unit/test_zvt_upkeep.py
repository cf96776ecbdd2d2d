"""Reversals, ends of day, diagnoses: what staff and the schedule ask of the terminal."""

from __future__ import annotations

import pytest

from kioskd.core.card_terminal import ReversalOutcome, SchemeTotal, SlipKind
from kioskd.core.errors import DeviceFault
from kioskd.core.events import PaymentOutcome
from kioskd.core.money import Money
from kioskd.devices.terminal.zvt_session import NotReady
from kioskd.devices.terminal.zvt_upkeep import HELP_AGAIN_S, Unfinished
from tests.unit.zvt_bench import APPROVED, BEFORE, DONE, YES, Bench, cut

DAY = (
    "04 0F 4B 27 00 04 00 00 00 00 26 00 0C 10 59 37 0D 03 31"
    " 60 F0 F5 F3 00 68 00 71 03 00 00 00 00 16 00" + " 00" * 21 + " 01 00 00 00 00 10 00" + " 00" * 14
)
REVERSED = (
    "04 0F 25 27 00 04 00 00 00 00 10 00 49 09 78 0B 00 00 36 37 00 00 35 0C 14 40 00 0D 08 05"
    " 29 29 00 10 06 87 00 36"
)
REFUSED = "06 1E 01 B5"


def paid() -> Bench:
    bench = Bench()
    bench.pays(APPROVED, DONE)
    assert bench.pay().outcome is PaymentOutcome.APPROVED
    bench.play(0x0620, [YES, APPROVED, DONE])
    return bench


def reverse(bench: Bench) -> ReversalOutcome:
    return bench.run(bench.reversal.reverse("order-1")).outcome


# --- reversal -----------------------------------------------------------------------------------------


def test_a_payment_is_taken_back_by_its_receipt_number_once() -> None:
    bench = paid()
    bench.play(0x0630, [YES, REVERSED, DONE])
    assert reverse(bench) is ReversalOutcome.REVERSED
    assert bench.said(0x0630) == ["say 0630 000000870035040000000010004909" + "78"]
    assert bench.trace.index("keep order-1/reversal") < bench.trace.index(bench.said(0x0630)[0])
    bench.restart()
    assert reverse(bench) is ReversalOutcome.REVERSED
    assert len(bench.said(0x0630)) == 1


@pytest.mark.parametrize("said", [[YES, REFUSED], ["84 B4 00"], [YES, "04 0F 02 27 B5", REFUSED]])
def test_a_reversal_that_the_terminal_refuses_leaves_the_payment(said: list[str]) -> None:
    bench = paid()
    bench.play(0x0630, said)
    assert reverse(bench) is ReversalOutcome.REFUSED
    assert bench.outcome().outcome is PaymentOutcome.APPROVED


@pytest.mark.parametrize("wrong", [("00 00 35 0C", "00 00 34 0C"), ("10 00 49", "05 00 49")])
def test_a_terminal_that_reverses_another_payment_is_a_matter_for_a_person(wrong: tuple[str, str]) -> None:
    bench = paid()
    other = REVERSED.replace(*wrong)
    bench.play(0x0630, [YES, other, DONE])
    bench.play(0x0620, [YES, APPROVED, DONE], [YES, other, DONE])
    assert reverse(bench) is ReversalOutcome.OTHER_REVERSED
    assert bench.pay("order-2").outcome is PaymentOutcome.UNAVAILABLE
    bench.run(bench.desk.settle_by_hand("order-1", paid=True))
    assert bench.memory.undecided() is None
    assert bench.outcome().outcome is PaymentOutcome.APPROVED


@pytest.mark.parametrize(
    ("record", "outcome"),
    [
        (REVERSED, ReversalOutcome.REVERSED),
        (APPROVED, ReversalOutcome.REFUSED),
        (BEFORE, ReversalOutcome.UNKNOWN),
    ],
)
def test_a_reversal_whose_end_was_not_seen_is_looked_up(record: str, outcome: ReversalOutcome) -> None:
    bench = paid()
    bench.play(0x0630, [YES, cut])
    bench.play(0x0620, [YES, APPROVED, DONE], [YES, record, DONE])
    assert reverse(bench) is outcome
    assert len(bench.said(0x0630)) == 1


def test_a_payment_this_kiosk_does_not_know_cannot_be_taken_back() -> None:
    bench = Bench()
    assert reverse(bench) is ReversalOutcome.REFUSED
    assert bench.trace == []


# --- end of day ---------------------------------------------------------------------------------------


def test_an_end_of_day_says_what_was_taken() -> None:
    bench = Bench()
    bench.play(0x0650, [YES, "04 FF 01 0F", DAY, "06 D1 04 80 54 61 67", DONE])
    totals = bench.run(bench.upkeep.end_of_day())
    assert totals.total == Money(2600, "EUR")
    assert totals.schemes == (
        SchemeTotal("girocard", 3, Money(1600, "EUR")),
        SchemeTotal("Visa", 1, Money(1000, "EUR")),
    )
    assert (totals.first_receipt, totals.last_receipt) == (68, 71)
    assert [slip.kind for _, slip in bench.slips] == [SlipKind.ADMINISTRATION]


def test_totals_close_nothing() -> None:
    bench = Bench()
    bench.play(0x0610, [YES, DAY, DONE])
    assert bench.run(bench.upkeep.totals()).total == Money(2600, "EUR")
    assert not bench.said(0x0650)


@pytest.mark.parametrize("said", [["84 77 00"], [YES, "06 1E 01 77"], [YES, "04 0F 02 27 77", DONE]])
def test_an_end_of_day_that_fails_says_why(said: list[str]) -> None:
    bench = Bench()
    bench.play(0x0650, said)
    with pytest.raises(Unfinished, match=r"end of day not possible \(77\)"):
        bench.run(bench.upkeep.end_of_day())


def test_no_end_of_day_while_a_payment_is_undecided() -> None:
    bench = Bench()
    bench.pays(APPROVED, cut)
    bench.play(0x0620, [YES, BEFORE, DONE])
    assert bench.pay().outcome is PaymentOutcome.UNKNOWN
    for ask in (bench.upkeep.end_of_day, bench.upkeep.look):
        with pytest.raises(Unfinished, match="undecided"):
            bench.run(ask())
    assert not bench.said(0x0650)


# --- looking after it ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "command"),
    [("F0", 0x0650), ("B1", 0x0650), ("62", 0x0670), ("C2", 0x0670), ("51", 0x0693)],
)
def test_a_terminal_is_helped_out_of_a_state_it_says_the_way_out_of(state: str, command: int) -> None:
    bench = Bench()
    ready = [YES, "06 0F 01 00"]
    bench.play(0x0501, [YES, f"06 0F 01 {state}"], ready)
    bench.play(command, [YES, DONE])
    bench.run(bench.upkeep.look())
    assert len(bench.said(command)) == 1


def test_a_terminal_that_cannot_be_helped_is_left_alone_for_a_while() -> None:
    bench = Bench()
    bench.play(0x0501, [YES, "06 0F 01 F0"])
    bench.play(0x0650, ["84 77 00"])
    bench.now_s = HELP_AGAIN_S
    with pytest.raises(Unfinished, match=r"end of day is due \(F0\); .* not possible \(77\)"):
        bench.run(bench.upkeep.look())
    with pytest.raises(NotReady, match="end of day is due"):
        bench.run(bench.upkeep.look())
    assert len(bench.said(0x0650)) == 1


@pytest.mark.parametrize("state", ["9C", "DF", "E0", "C0", "77"])
def test_a_terminal_that_needs_somebody_else_is_not_touched(state: str) -> None:
    bench = Bench()
    bench.play(0x0501, [YES, f"06 0F 01 {state}"])
    with pytest.raises(NotReady, match=rf"\({state}\)"):
        bench.run(bench.upkeep.look())
    assert [line[:8] for line in bench.trace if line.startswith("say 06")] == []


def test_what_the_terminal_is() -> None:
    bench = Bench()
    bench.play(0x0501, [YES, "06 0F 01 00"], [YES, "06 0F 08 F0 F0 F4 47 31 2E 32 00"])
    bench.play(0x0670, [YES, "04 01 09 AA 25 08 05 0C 14 31 00", DONE])
    status = bench.run(bench.upkeep.status())
    assert (status.usable, status.terminal_id, status.currency_code, status.software) == (
        *(True, "29001006", 978),
        "G1.2",
    )
    checked = bench.run(bench.upkeep.diagnose())
    assert checked.clock_ahead_s is not None and 59 < checked.clock_ahead_s <= 60


def test_a_terminal_for_another_currency_is_a_fault() -> None:
    for said in (["84 6F 00"], [YES, "06 1E 03 6F 07 56"], [YES, "06 0F 03 49 07 56"], ["84 1E 01 6F"]):
        bench = Bench()
        bench.play(0x0600, said)
        with pytest.raises(DeviceFault, match=r"refuses|currency 756"):
            bench.run(bench.upkeep.look())


def test_a_terminal_that_forgot_who_we_are_is_told_again() -> None:
    bench = Bench()
    bench.play(0x0501, [YES, "06 0F 01 6B"], [YES, "06 0F 01 00"])
    bench.run(bench.upkeep.look())
    assert len(bench.said(0x0600)) == 1


def test_leaving_logs_off_once_and_only_where_nothing_is_under_way() -> None:
    bench = Bench()
    bench.play(0x0602, [YES])
    bench.run(bench.upkeep.look())
    bench.run(bench.session.leave())
    bench.run(bench.session.leave())
    assert bench.said(0x0602) == ["say 0602"]


@pytest.mark.parametrize(("answer", "shown"), [(YES, True), ("84 83 00", False)])
def test_the_terminals_display_shows_what_it_can(answer: str, shown: bool) -> None:
    bench = Bench()
    bench.play(0x06E0, [answer])
    assert bench.run(bench.upkeep.show(["Kiosk 1", "für später"])) is shown
    assert bench.said(0x06E0) == [
        "say 06E0 f000f1f0f74b696f736b2031f2f1f0" + "für später".encode("cp437").hex()
    ]
    bench.run(bench.upkeep.look())  # and the line is as good as before
    assert bench.trace.count("dial") == 1
