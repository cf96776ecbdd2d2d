"""The simulated world around a real daemon: it starts, it comes back, it leaves nothing behind."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from kioskd.sim.demo import WRONG_USE, demo
from kioskd.sim.kiosk import KioskDown, KioskRefused
from kioskd.sim.options import Options
from kioskd.sim.world import World

pytestmark = pytest.mark.process

SMALL = Options(size_px=(540, 960), restart_after_s=None)


def test_a_killed_kiosk_comes_back_by_itself_as_under_systemd(tmp_path: Path) -> None:
    async def killed() -> None:
        async with World(tmp_path, Options(size_px=(540, 960), restart_after_s=0.0)) as world:
            await world.ready()
            first = world.kiosk.pid
            await world.kill_kiosk()
            async with asyncio.timeout(10):
                while world.kiosk.pid == first:  # noqa: ASYNC110 - a new process raises no event
                    await asyncio.sleep(0.01)
            await world.ready()
            assert not world.closed.is_set()
        assert not world.kiosk.running

    asyncio.run(killed())


def test_a_folder_too_deep_for_a_socket_is_no_problem(tmp_path: Path) -> None:
    async def deep() -> None:
        async with World(tmp_path / ("d" * 80) / ("e" * 80), SMALL) as world:
            await world.kiosk.answering()
            assert len(str(world.kiosk.socket)) < 108
            with pytest.raises(KioskRefused, match="no unpaid order has the number A9"):
                await world.kiosk.order_paid("A9")
        assert not world.kiosk.socket.parent.exists()

    asyncio.run(deep())


def test_a_kiosk_that_cannot_start_says_why(tmp_path: Path) -> None:
    async def wrong() -> None:
        async with World(tmp_path, SMALL) as world:
            await world.kiosk.answering()
            await world.kiosk.stop()
            world.places.config.write_text("kiosk = 1\n")
            await world.kiosk.launch()
            with pytest.raises(KioskDown, match=r"kiosk\.toml"):
                await world.kiosk.answering(timeout_s=2.0)

    asyncio.run(wrong())


def test_list_and_wrong_use_of_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert demo(["--list"]) == 0
    assert "member-earns" in capsys.readouterr().out
    assert demo(["--play", "member-earn"]) == WRONG_USE
    assert "there is no scenario 'member-earn'" in capsys.readouterr().err
