"""The ZVT driver against the simulated terminal: the guest pays once or not at all, whatever breaks."""

from __future__ import annotations

import asyncio
from pathlib import Path

from kioskd.core.events import PaymentStep
from kioskd.core.ports import Device, PaymentResult, PaymentTerminal
from kioskd.devices.terminal.zvt_driver import TcpAddress, ZvtTerminal
from tests.contract.terminal_stand import ABORTED, APPROVED, DECLINED, PRICE, Stand, play


def test_it_is_what_the_ports_ask_for(tmp_path: Path) -> None:
    driver = ZvtTerminal("t", TcpAddress("h"), password="000000", currency="EUR", attempts=tmp_path / "a")
    terminal: PaymentTerminal = driver
    device: Device = driver
    assert terminal is device


# --- without faults -------------------------------------------------------------------------------------
def test_a_tapped_card_pays(tmp_path: Path) -> None:
    async def scene(stand: Stand) -> None:
        stand.on_step = lambda step: stand.sim.tap()
        result = await stand.pay()
        assert result == PaymentResult(APPROVED, "terminal 52500042 receipt 0002 trace 000002", PRICE)
        assert stand.steps == [PaymentStep.PRESENT_CARD, PaymentStep.AUTHORISING]
        assert stand.charged_minor == 1490

    play(tmp_path, scene, auto_s=None)


def test_chip_and_pin_goes_through_its_steps(tmp_path: Path) -> None:
    async def scene(stand: Stand) -> None:
        stand.on_step = lambda step: stand.sim.insert()
        assert (await stand.pay()).outcome is APPROVED
        assert stand.steps == [
            PaymentStep.PRESENT_CARD,
            PaymentStep.ENTER_PIN,
            PaymentStep.AUTHORISING,
            PaymentStep.REMOVE_CARD,
        ]

    play(tmp_path, scene, auto_s=None)


def test_the_bank_declines_and_another_card_pays(tmp_path: Path) -> None:
    async def scene(stand: Stand) -> None:
        stand.on_step = lambda step: stand.sim.decline(0x05)
        assert await stand.pay() == PaymentResult(DECLINED, "terminal 52500042 code 05")
        stand.on_step = lambda step: stand.sim.tap()
        assert (await stand.pay()).outcome is APPROVED
        assert stand.charged_minor == 1490

    play(tmp_path, scene, auto_s=None)


def test_the_guest_presses_stop_at_the_terminal(tmp_path: Path) -> None:
    async def scene(stand: Stand) -> None:
        stand.on_step = lambda step: stand.sim.press_cancel()
        assert (await stand.pay()).outcome is ABORTED
        assert stand.charged_minor == 0

    play(tmp_path, scene, auto_s=None)


def test_the_guest_changes_their_mind_at_the_kiosk(tmp_path: Path) -> None:
    async def scene(stand: Stand) -> None:
        aborts = []
        stand.on_step = lambda step: aborts.append(asyncio.ensure_future(stand.driver.abort()))
        assert (await stand.pay()).outcome is ABORTED
        assert stand.charged_minor == 0
        await asyncio.gather(*aborts)

    play(tmp_path, scene, auto_s=None)


def test_an_abort_before_anything_was_sent_ends_the_payment_too(tmp_path: Path) -> None:
    async def scene(stand: Stand) -> None:
        paying = asyncio.create_task(stand.pay())
        await asyncio.sleep(0)
        await stand.driver.abort()
        assert (await paying).outcome is ABORTED
        assert stand.steps == []

    play(tmp_path, scene)


def test_an_abort_that_comes_too_late_leaves_the_truth_as_it_is(tmp_path: Path) -> None:
    async def scene(stand: Stand) -> None:
        aborts = []

        def late(step: PaymentStep) -> None:
            if step is PaymentStep.AUTHORISING:
                aborts.append(asyncio.ensure_future(stand.driver.abort()))

        stand.on_step = late
        result = await stand.pay()
        assert (result.outcome is APPROVED) == (stand.charged_minor == 1490)
        await asyncio.gather(*aborts)

    play(tmp_path, scene)


def test_an_approved_order_is_not_charged_again(tmp_path: Path) -> None:
    async def scene(stand: Stand) -> None:
        first = await stand.pay()
        stand.restart()
        assert await stand.pay() == first
        assert stand.charged_minor == 1490

    play(tmp_path, scene)


def test_many_guests_pay_over_one_connection(tmp_path: Path) -> None:
    async def scene(stand: Stand) -> None:
        running = asyncio.create_task(stand.driver.run(lambda event: None))
        for number in range(20):
            assert (await stand.pay(f"order-{number}")).outcome is APPROVED
        assert stand.charged_minor == 20 * 1490
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    play(tmp_path, scene)
