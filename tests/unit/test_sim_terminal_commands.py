"""Every command of the simulated terminal but payment, asked for in plain bytes."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import pytest

from kioskd.sim.terminal import TerminalSimulator
from kioskd.sim.terminal.receipts import FULL_PAN
from tests.unit import plain_register
from tests.unit.plain_register import (
    END_OF_DAY,
    ENQUIRE,
    PAY_TEN,
    REGISTER_BLOCKS,
    REGISTER_LINES,
    REGISTER_PLAIN,
    REPEAT,
    TOTALS,
    YES,
    Register,
    reversal,
)

NOW = datetime(2025, 8, 5, 14, 32, 7, tzinfo=UTC)
REGISTERED = "060f0a19002952500042490978"
play = partial(plain_register.play, auto_s=0, wall_clock=lambda: NOW)


async def pay(register: Register) -> str:
    """Returns the result."""
    heard = await register.do(PAY_TEN)
    assert heard[-1] == "060f00"
    return next(message for message in heard if message.startswith("040f"))


@pytest.mark.parametrize("register_with", [REGISTER_PLAIN, REGISTER_BLOCKS, REGISTER_LINES])
def test_a_payment_is_reversed_by_its_receipt(register_with: str) -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        assert await register.do(register_with) == [YES, REGISTERED]
        assert "870002" in await pay(register)
        heard = await register.do(reversal("0002"))
        assert heard[0] == YES
        assert heard[1].startswith("04ff") and heard[1][6:8] == "05"
        record = next(message for message in heard if message.startswith("040f"))
        for field in ("2700", "04000000001000", "490978", "37000002", "0b000003", "870003"):
            assert field in record
        assert heard[-1] == "060f00"
        assert sim.state()["charged_minor"] == 0
        assert await register.do(reversal("0002")) == [YES, "061e01b4"]
        assert await register.do(reversal("0077")) == [YES, "061e01b5"]

    play(scene)


def test_what_cannot_be_reversed() -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        assert await register.do(reversal("0002")) == ["846b00"]
        await register.do(REGISTER_PLAIN)
        await pay(register)
        assert await register.do(reversal("0002", "000000000999")) == [YES, "061e01b5"]
        assert await register.do("0630 06 123456 870002") == ["843700"]
        assert await register.do("0630 03 000000") == ["848300"]
        assert await register.do("0630 09 000000 870002 490756") == ["846f00"]
        sim.faults.set("refuse_reversal_with", 0x9C)
        assert await register.do(reversal("0002")) == ["849c00"]
        sim.faults.set("refuse_reversal_with", None)
        await register.do(END_OF_DAY)
        assert await register.do(reversal("0002")) == [YES, "061e01b5"]
        assert sim.state()["charged_minor"] == 1000

    play(scene)


def test_a_careless_terminal_reverses_its_last_payment_whatever_was_asked_for() -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        sim.faults.set("reverses_last", True)
        await register.do(REGISTER_PLAIN)
        await pay(register)
        await pay(register)
        heard = await register.do(reversal("0002"))
        assert "37000003" in heard[-2]
        assert sim.state()["charged_minor"] == 1000

    play(scene)


def test_the_day_is_added_up_and_then_closed() -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        await register.do(REGISTER_PLAIN)
        for _ in range(3):
            await pay(register)
        await register.do(reversal("0003"))
        sums = "f0f5f3 0002 0004" + "00000000000000" * 2 + "02000000002000" + "00000000000000" * 4
        expected = "040f 49 2700 04000000002000 0c143207 0d0805 60" + sums
        told = expected.replace(" ", "").replace(
            "040f49", f"040f{(len(expected.replace(' ', '')) - 6) // 2:02x}"
        )
        assert told[4:6] == "49"  # as long as real terminals send it
        for _ in range(2):
            assert await register.do(TOTALS) == [YES, told, "060f00"]
        assert await register.do(END_OF_DAY) == [YES, "04ff010e", told, "060f00"]
        assert "04000000000000" in (await register.do(TOTALS))[1]
        assert sim.state()["charged_minor"] == 2000

    play(scene)


def test_no_payment_before_an_end_of_day_that_is_due() -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        await register.do(REGISTER_PLAIN)
        sim.faults.set("end_of_day_due", True)
        assert await register.do(PAY_TEN) == ["84f000"]
        assert await register.do(ENQUIRE) == [YES, "060f01f0"]
        await register.do(END_OF_DAY)
        await pay(register)

    play(scene)


@pytest.mark.parametrize(("state", "cure"), [(0x51, "0693 03 000000"), (0xC2, "0670 00"), (0x62, "0670 00")])
def test_a_terminal_that_needs_care_gets_it(state: int, cure: str) -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        await register.do(REGISTER_PLAIN)
        sim.faults.set("state_code", state)
        assert await register.do(ENQUIRE) == [YES, f"060f01{state:02x}"]
        assert await register.do(PAY_TEN) == [YES, f"061e01{state:02x}"]
        assert (await register.do(cure))[-1] == "060f00"
        assert await register.do(ENQUIRE) == [YES, "060f0100"]
        await pay(register)

    play(scene)


def test_a_diagnosis_tells_the_time() -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        await register.do(REGISTER_PLAIN)
        assert await register.do("0670 00") == [YES, "04ff0104", "040108aa2508050c143207", "060f00"]

    play(scene)


def test_the_status_tells_the_version_unless_told_not_to() -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        version = "f0f0f7" + b"SIM 1.0".hex()
        assert await register.do("0501 00") == [YES, f"060f0b{version}00"]
        assert await register.do("0501 03 000000") == [YES, f"060f0b{version}00"]
        assert await register.do(ENQUIRE) == [YES, "060f0100"]

    play(scene)


def test_after_log_off_it_wants_to_be_registered_again() -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        await register.do(REGISTER_PLAIN)
        register.say("0602 00")
        await register.expect(YES)
        assert await register.do(PAY_TEN) == ["846b00"]

    play(scene)


def test_receipts_come_as_blocks_to_a_register_that_takes_them() -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        await register.do(REGISTER_BLOCKS)
        heard = await register.do(PAY_TEN)
        at = [message[:4] for message in heard]
        assert at[-4:] == ["040f", "06d3", "06d3", "060f"]
        merchant, customer = heard[-3:-1]
        assert "1f070101" in merchant and "1f070102" in customer
        assert "Betrag EUR 10,00".encode("cp437").hex() in customer
        assert "Für Sie".encode("cp437").hex() + "0901c1" in customer  # centred, the last line
        assert heard[1].startswith("04ff") and b"Tap or insert card".hex() in heard[1]

    play(scene)


def test_receipts_come_line_by_line_to_one_that_does_not() -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        await register.do(REGISTER_LINES)
        heard = await register.do(PAY_TEN)
        printed = [message for message in heard if message.startswith("06d1")]
        assert len(printed) == 18
        assert [message[6:8] for message in printed].count("c1") == 2
        assert "Händlerbeleg".encode("latin-1").hex() in printed[0]

    play(scene, code_page="latin-1")


def test_the_receipt_is_printed_once_more_on_request() -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        await register.do(REGISTER_BLOCKS)
        result = await pay(register)
        assert await register.do(REPEAT) == [YES, result, "060f00"]
        again = await register.do("0620 03 000000")
        assert [message[:4] for message in again] == ["8000", "06d3", "06d3", "060f"]

    play(scene)


def test_ten_thousand_lines_and_a_whole_card_number_on_a_receipt() -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        sim.faults.set("receipt_lines", 10_000)
        sim.faults.set("full_pan", True)
        await register.do(REGISTER_BLOCKS)
        heard = await register.do(PAY_TEN)
        printed = [message for message in heard if message.startswith("06d3")]
        assert len(printed) == 52
        assert all(message[4:6] == "ff" for message in printed[1:-1])
        assert all(FULL_PAN.encode().hex() in message for message in printed[:25])
        assert f"22f0f8{FULL_PAN}" in next(m for m in heard if m.startswith("040f"))
        assert heard[-1] == "060f00"

    play(scene)


def test_a_receipt_that_cannot_be_printed_undoes_the_payment() -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        await register.do(REGISTER_BLOCKS)
        heard = await register.do(PAY_TEN, lambda heard: "84cc00" if heard.startswith("06d3") else YES)
        assert heard[-1] == "061e01cc"
        assert sim.state()["charged_minor"] == 0

    play(scene)


def test_the_guest_is_spoken_to_in_the_language_asked_for() -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        await register.do(REGISTER_BLOCKS)
        assert await register.do("0830 01 09") == [YES, "060f00"]
        heard = await register.do(PAY_TEN)
        assert b"Houd kaart voor".hex() in heard[1]
        assert await register.do("0830 01 44") == ["848300"]

    play(scene)


def test_the_display_shows_a_text() -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        register.say("06E0 11 F00A F1F0F5 4772817A65 F2F0F4 31323334")
        await register.expect(YES)
        assert sim.state()["display"] == "Grüze\n1234"

    play(scene)


@pytest.mark.parametrize(
    "nonsense",
    [
        "06C000",
        "FFFF00",
        "0630 05 000000 87 00",
        "0601 02 99 00",
        "0601 07 04 00000000 1F1F",
        "0601 03 0681 FF",
        "0601 09 04 000000001000 0601",
        "0600 03 000000",
        "0620 04 000000 06",
        "0670 02 06 7F",
    ],
)
def test_what_it_cannot_read_is_not_possible_and_it_goes_on(nonsense: str) -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        await register.do(REGISTER_PLAIN)
        assert await register.do(nonsense) == ["848300"]
        assert await register.do(ENQUIRE) == [YES, "060f0100"]

    play(scene)


def test_an_answer_that_nobody_waits_for_is_passed_over() -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        register.say(YES + YES)
        assert await register.do(ENQUIRE) == [YES, "060f0100"]

    play(scene)


def test_commands_that_come_while_one_runs_are_not_possible() -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        await register.do(REGISTER_PLAIN)
        register.say(PAY_TEN + PAY_TEN)  # in one breath
        heard = [await register.hear() for _ in range(3)]
        assert sorted(heard) == sorted([YES, "04ff020a02", "848300"])
        register.say(YES)
        await register.expect("04ff010e")
        assert (await register.hear()).startswith("040f")
        register.say(YES)
        await register.expect("060f00")
        assert sim.state()["charged_minor"] == 1000

    play(scene)


def test_in_any_pieces_it_hears_and_speaks_the_same() -> None:
    async def scene(sim: TerminalSimulator, register: Register) -> None:
        sim.faults.set("octet_by_octet", True)
        for octet in bytes.fromhex(REGISTER_BLOCKS):
            register.hose.pour(bytes((octet,)))
        await register.expect(YES, REGISTERED)
        assert (await register.do(PAY_TEN))[-1] == "060f00"

    play(scene)
