"""The voice as a device: real processes, silence within 50 ms, and every way they can go wrong."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from kioskd.core.errors import DeviceAbsent, DeviceError, DeviceFault
from kioskd.core.events import DeviceChanged, VoicesChanged
from kioskd.core.health import DeviceState
from kioskd.core.ports import DeviceEvent
from kioskd.core.speech import Utterance
from kioskd.devices.voice import voice as voice_module
from kioskd.devices.voice.espeak import Espeak
from kioskd.devices.voice.piper import Piper
from kioskd.devices.voice.voice import ProcessVoice
from kioskd.sim.hearing import Hearing

DEADLINE_S = 20.0
HELLO = Utterance("Hello, Sanne", "en", 5)


@pytest.fixture
def hearing(tmp_path: Path) -> Any:
    with Hearing(tmp_path) as made:
        yield made


def voice_of(hearing: Hearing, *languages: str) -> ProcessVoice:
    return ProcessVoice("voice", Espeak(hearing.settings()["program"]), languages or ("en", "nl"))


async def until(condition: Callable[[], object]) -> None:
    while not condition():  # noqa: ASYNC110 - another process raises no event
        await asyncio.sleep(0.005)


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


class Run:
    """The voice with its supervisor's part: `events`, and how `run` ended."""

    def __init__(self, voice: ProcessVoice) -> None:
        self.voice = voice
        self.events: list[DeviceEvent] = []
        self.ended: DeviceError | None = None

    async def until_ready(self) -> None:
        await until(lambda: self.voice.languages or self.ended)

    async def run(self) -> None:
        try:
            await self.voice.run(self.events.append)
        except DeviceError as error:
            self.ended = error

    @property
    def health(self) -> tuple[DeviceState, str]:
        last = [event.health for event in self.events if isinstance(event, DeviceChanged)][-1]
        return last.state, last.detail


def play(voice: ProcessVoice, scenario: Callable[[Run], Coroutine[Any, Any, None]]) -> Run:
    async def run() -> Run:
        made = Run(voice)
        async with asyncio.timeout(DEADLINE_S):
            task = asyncio.create_task(made.run())
            await made.until_ready()
            await scenario(made)
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        return made

    return asyncio.run(run())


async def told(hearing: Hearing, count: int) -> None:
    """Until so much was begun."""
    await until(lambda: len(hearing.transcript) >= count)


async def nothing(_run: Run) -> None:
    pass


def test_a_sentence_is_said_in_its_language_and_volume(hearing: Hearing) -> None:
    async def scenario(run: Run) -> None:
        await run.voice.say(HELLO)
        await run.voice.say(Utterance("Dag", "nl", 10))

    play(voice_of(hearing), scenario)
    assert [(t.text, t.language, t.amplitude) for t in hearing.transcript] == [
        ("Hello, Sanne", "en", 100),
        ("Dag", "nl", 200),
    ]


def test_what_is_said_is_in_no_list_of_processes() -> None:
    assert not any("Sanne" in word for command in Espeak().commands(HELLO) for word in command)


def test_it_is_silent_within_50_ms(hearing: Hearing) -> None:
    hearing.change(signs_per_s=1)
    took_s: list[float] = []

    async def scenario(run: Run) -> None:
        for count in range(1, 4):
            saying = asyncio.create_task(run.voice.say(HELLO))
            await told(hearing, count)
            since_s = time.monotonic()
            run.voice.stop()
            await saying
            took_s.append(time.monotonic() - since_s)

    run = play(voice_of(hearing), scenario)
    assert min(took_s) < 0.05  # of three, for the machine may be busy with something else
    assert run.ended is None


def test_cancelling_stops_it_too(hearing: Hearing) -> None:
    hearing.change(hangs=True)

    async def scenario(run: Run) -> None:
        saying = asyncio.create_task(run.voice.say(HELLO))
        await told(hearing, 1)
        saying.cancel()
        await asyncio.gather(saying, return_exceptions=True)
        assert not alive(hearing.transcript[0].pid)

    play(voice_of(hearing), scenario)


def test_a_language_without_a_voice_is_said_to_be_missing_and_never_spoken(hearing: Hearing) -> None:
    hearing.change(lacks=["nl"])

    async def scenario(run: Run) -> None:
        with pytest.raises(DeviceAbsent, match="no voice for nl"):
            await run.voice.say(Utterance("Dag", "nl", 5))

    run = play(voice_of(hearing), scenario)
    assert run.events[0] == VoicesChanged(frozenset({"en"}))
    assert run.health == (DeviceState.DEGRADED, "no voice for nl")
    assert not hearing.transcript


def test_a_voice_that_speaks_none_of_the_languages_is_faulty(hearing: Hearing) -> None:
    hearing.change(lacks=["en", "nl"])
    run = play(voice_of(hearing), nothing)
    assert isinstance(run.ended, DeviceFault) and "no voice for en, nl" in str(run.ended)


def test_killed_in_mid_sentence_it_is_said_once_more(hearing: Hearing) -> None:
    hearing.change(hangs=True)

    async def scenario(run: Run) -> None:
        saying = asyncio.create_task(run.voice.say(HELLO))
        await told(hearing, 1)
        hearing.change(hangs=False)
        assert hearing.kill()
        await saying

    run = play(voice_of(hearing), scenario)
    assert [t.text for t in hearing.transcript] == ["Hello, Sanne"] * 2
    assert run.ended is None


def test_killed_again_it_is_broken(hearing: Hearing) -> None:
    hearing.change(hangs=True)

    async def scenario(run: Run) -> None:
        saying = asyncio.create_task(run.voice.say(HELLO))
        for count in (1, 2):
            await told(hearing, count)
            hearing.kill()
        with pytest.raises(DeviceFault):
            await saying
        await until(lambda: run.ended)
        assert not run.voice.languages

    run = play(voice_of(hearing), scenario)
    assert run.events[-1] == VoicesChanged(frozenset())


def test_a_voice_that_hangs_is_ended_at_its_deadline(
    hearing: Hearing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voice_module, "LEAST_S", 0.2)
    monkeypatch.setattr(voice_module, "PER_SIGN_S", 0.0)
    hearing.change(hangs=True)

    async def scenario(run: Run) -> None:
        with pytest.raises(DeviceFault, match="did not end"):
            await run.voice.say(HELLO)
        assert not any(alive(told.pid) for told in hearing.transcript)

    play(voice_of(hearing), scenario)


def test_a_program_that_is_not_there_is_an_absent_device() -> None:
    run = play(ProcessVoice("voice", Espeak(["/nowhere/espeak-ng"]), ("en",)), nothing)
    assert isinstance(run.ended, DeviceAbsent)


def test_a_sound_card_that_is_not_there_is_a_fault_though_the_program_ends_well(tmp_path: Path) -> None:
    script = (
        "import sys; sys.stdin.read(); print('x'); "
        "'-q' in sys.argv or sys.stderr.write('error: No such file\\n')"
    )
    voice = ProcessVoice("voice", Espeak([sys.executable, "-ISc", script]), ("en",))

    async def scenario(run: Run) -> None:
        with pytest.raises(DeviceFault, match="No such file"):
            await run.voice.say(HELLO)

    play(voice, scenario)


# --- espeak-ng itself, where it is installed -------------------------------------------------------------


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="needs espeak-ng")
def test_espeak_ng_itself_is_asked_what_it_can_speak() -> None:
    wanted = ("en", "nl", "de", "fr", "es", "it", "pt", "pl", "tr", "uk", "ar", "xx")
    assert asyncio.run(Espeak().languages(wanted)) == set(wanted) - {"xx"}


# --- Piper -------------------------------------------------------------------------------------------------


def piper(folder: Path) -> tuple[Piper, Path]:
    """With programs of our own in its place: one writes what it gets, the other files what it hears."""
    model, heard = folder / "en.onnx", folder / "heard"
    model.touch()
    Path(f"{model}.json").write_text(json.dumps({"audio": {"sample_rate": 22050}}))
    speaks = "import sys; sys.stdout.write(' '.join(sys.argv[1:]) + '|' + sys.stdin.read())"
    player = folder / "player"
    player.write_text(f'#!/bin/sh\n{{ echo "$@"; cat; }} > {heard}\n')
    player.chmod(0o755)
    return Piper({"en": model}, [sys.executable, "-ISc", speaks], player=str(player)), heard


def test_piper_feeds_a_player_at_its_models_rate(tmp_path: Path) -> None:
    synthesiser, heard = piper(tmp_path)
    play(ProcessVoice("voice", synthesiser, ("en", "nl")), lambda run: run.voice.say(HELLO))
    arguments, _, sound = heard.read_text().partition("\n")
    assert "-r 22050" in arguments
    assert sound.endswith("--volume 1.0 --output-raw|Hello, Sanne")


def test_a_model_without_its_description_is_a_fault(tmp_path: Path) -> None:
    run = play(ProcessVoice("voice", Piper({"en": tmp_path / "en.onnx"}), ("en",)), nothing)
    assert isinstance(run.ended, DeviceFault) and "en.onnx.json" in str(run.ended)


def test_a_player_that_is_not_there_leaves_nothing_running(tmp_path: Path) -> None:
    synthesiser, _ = piper(tmp_path)
    synthesiser._player = "/nowhere/aplay"

    async def scenario(run: Run) -> None:
        with pytest.raises(DeviceAbsent, match="aplay"):
            await run.voice.say(HELLO)

    play(ProcessVoice("voice", synthesiser, ("en",)), scenario)
