"""The real camera process before a simulated camera, and parents that outlive any child."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Coroutine
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from kioskd.core.errors import ConfigError, DeviceAbsent, DeviceFault
from kioskd.core.events import CameraHint, DeviceChanged, Scanned, ScanRejected
from kioskd.core.health import DeviceState
from kioskd.core.hindrance import Hindrance
from kioskd.devices.camera.parent import CameraScanner
from kioskd.devices.camera.viewfinder import Viewfinder
from kioskd.sim.camera import CameraSimulator

DEADLINE_S = 30.0
Event = Scanned | ScanRejected | CameraHint | DeviceChanged


class _Clock:
    """Every look at it is an hour later, so that no limit on the rate of scans gets in the way."""

    now_s = 0.0

    def __call__(self) -> float:
        self.now_s += 3600
        return self.now_s


def _play(scenario: Coroutine[None, None, None]) -> None:
    async def within_deadline() -> None:
        async with asyncio.timeout(DEADLINE_S):
            await scenario

    asyncio.run(within_deadline())


@pytest.mark.process
def test_what_is_held_before_the_camera_is_scanned(tmp_path: Path) -> None:
    async def scenario() -> None:
        simulator = CameraSimulator(tmp_path / "camera")
        camera = CameraScanner("camera", f"folder:{simulator.folder}", clock=_Clock())
        events: asyncio.Queue[Event] = asyncio.Queue()
        with simulator:
            task = asyncio.create_task(camera.run(events.put_nowait))
            opened = await events.get()
            assert isinstance(opened, DeviceChanged)
            assert opened.health.state is DeviceState.OK
            simulator.show_qr("M-1001")
            assert await events.get() == Scanned("M-1001", "camera", "qr")
            simulator.show(b"\x89PNG\r\n\x1a\n and then nothing")
            assert await events.get() == ScanRejected("unreadable", "camera")
            simulator.show_qr("https://leat.example/c/aB3?x=1", angle_deg=-20)
            assert await events.get() == Scanned("https://leat.example/c/aB3?x=1", "camera", "qr")
            simulator.show_qr("\x1b[2J" + "\u202e")
            assert await events.get() == ScanRejected("control_char", "camera")
            simulator.show_qr("7" * 600)
            assert await events.get() == ScanRejected("too_long", "camera")
            simulator.hide()
            simulator.unplug()
            with pytest.raises(DeviceAbsent, match="is not there"):
                await task

    _play(scenario())


def _child(program: str) -> tuple[str, ...]:
    return (sys.executable, "-S", "-E", "-c", program)


@pytest.mark.parametrize(
    ("program", "error"),
    [
        ('print(\'{"is": "open"}\', flush=True); import time; time.sleep(60)', "silent for 0.3 s"),
        ("import os; os.abort()", r"ended \(-6\)"),
        ("pass", r"ended \(0\)"),
        ("print('Segmentation fault?', flush=True); input(); input()", "not understood"),
        ("print('[1]', flush=True); input(); input()", "not understood"),
        ('print(\'{"is": "code"}\', flush=True); input(); input()', "not understood"),
        ('print(\'{"is": "hint", "hindrance": "fog"}\', flush=True); input(); input()', "not understood"),
        ("print('x' * 200000, flush=True); input(); input()", "endless line"),
        ('print(\'{"is": "fault", "why": "too dark"}\', flush=True); input(); input()', "too dark"),
    ],
    ids=[
        "hangs",
        "crashes",
        "ends",
        "babbles",
        "wrong type",
        "half a message",
        "no such hint",
        "endless line",
        "says why",
    ],
)
def test_a_sick_child_is_a_fault_and_is_gone_afterwards(program: str, error: str) -> None:
    async def scenario() -> None:
        camera = CameraScanner("camera", "folder:/nowhere", silence_s=0.3, child=_child(program))
        with pytest.raises(DeviceFault, match=error):
            await camera.run(lambda event: None)

    _play(scenario())


def test_a_camera_in_the_dark_says_so_and_when_it_is_over() -> None:
    async def scenario() -> None:
        lines = ['{"is": "open"}', '{"is": "light", "enough": false}', '{"is": "light", "enough": true}']
        camera = CameraScanner("camera", "folder:/nowhere", child=_child(f"print({chr(10).join(lines)!r})"))
        states: list[tuple[DeviceState, str]] = []

        def emit(event: Event) -> None:
            assert isinstance(event, DeviceChanged)
            states.append((event.health.state, event.health.detail[:19]))

        with pytest.raises(DeviceFault, match="ended"):
            await camera.run(emit)
        assert states == [
            (DeviceState.OK, ""),
            (DeviceState.DEGRADED, "sees only darkness:"),
            (DeviceState.OK, ""),
        ]

    _play(scenario())


def test_cancelling_leaves_no_process_behind(tmp_path: Path) -> None:
    async def scenario() -> None:
        program = f"import os, time; open({str(pid_file)!r}, 'w').write(str(os.getpid()))\n"
        program += 'print(\'{"is": "open"}\', flush=True); time.sleep(60)'
        events: asyncio.Queue[Event] = asyncio.Queue()
        camera = CameraScanner("camera", "folder:/nowhere", child=_child(program))
        task = asyncio.create_task(camera.run(events.put_nowait))
        await events.get()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    pid_file = tmp_path / "pid"
    _play(scenario())
    assert not Path("/proc", pid_file.read_text()).exists()


def test_an_unknown_format_names_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=r"'hieroglyph' is not known .*qr"):
        CameraScanner("camera", "/dev/video0", ["qr", "hieroglyph"])


def test_the_daemon_does_not_load_the_decoder() -> None:
    program = (
        "import sys, kioskd.devices.camera.parent; print({'numpy', 'zxingcpp', 'PIL'} & set(sys.modules))"
    )
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert loaded.stdout == "set()\n"


@pytest.mark.process
def test_the_child_ends_with_its_parent(tmp_path: Path) -> None:
    async def scenario() -> None:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "kioskd.devices.camera.child"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert child.stdin is not None
        assert child.stdout is not None
        settings = f'{{"source": "folder:{tmp_path}", "formats": ["qr"], "region": null}}\n'
        child.stdin.write(settings.encode())
        assert b"open" in await child.stdout.readline()
        child.stdin.close()
        await child.stdout.read()
        assert await child.wait() == 0

    _play(scenario())


@pytest.mark.process
def test_who_looks_is_told_what_keeps_it_from_reading_and_then_what_was_read(tmp_path: Path) -> None:
    async def scenario() -> None:
        simulator = CameraSimulator(tmp_path / "camera")
        finder = Viewfinder()
        camera = CameraScanner("camera", f"folder:{simulator.folder}", viewfinder=finder, clock=_Clock())
        events: asyncio.Queue[Event] = asyncio.Queue()
        with simulator:
            simulator.show_qr("M-1001", light=0.02)
            finder.want(True)
            task = asyncio.create_task(camera.run(events.put_nowait))
            assert isinstance(await events.get(), DeviceChanged)
            for _ in range(2):
                assert await events.get() == CameraHint(Hindrance.DARK, "camera")
            simulator.show_qr("M-1001")
            while (event := await events.get()) == CameraHint(Hindrance.DARK, "camera"):
                pass
            assert event == Scanned("M-1001", "camera", "qr")
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    _play(scenario())


@pytest.mark.process
def test_the_guest_sees_what_the_camera_sees_as_in_a_mirror(tmp_path: Path) -> None:
    async def scenario() -> None:
        simulator = CameraSimulator(tmp_path / "camera")
        finder = Viewfinder()
        camera = CameraScanner(
            "camera", f"folder:{simulator.folder}", region=(0.0, 0.0, 1.0, 0.5), viewfinder=finder
        )
        events: asyncio.Queue[Event] = asyncio.Queue()
        picture = Image.new("L", (1280, 720), 0)
        picture.paste(200, (0, 0, 640, 720))
        file = BytesIO()
        picture.save(file, "PNG")
        with simulator:
            finder.want(True)
            simulator.show(file.getvalue())
            task = asyncio.create_task(camera.run(events.put_nowait))
            await events.get()
            for seen in iter(finder.take, object()):
                if seen is not None:
                    break
                await asyncio.sleep(0.01)
            assert seen is not None
            assert (seen.width_px, seen.height_px) == (320, 90)
            assert (seen.grey[10], seen.grey[310]) == (0, 200)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    _play(scenario())
