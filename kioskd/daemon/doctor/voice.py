"""`kioskd doctor voice`: says a sentence in every language of the kiosk, and names those without a voice."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from kioskd.core.access import LOUDEST, START_VOLUME
from kioskd.core.errors import ConfigError, DeviceAbsent, DeviceError
from kioskd.core.speech import Utterance
from kioskd.daemon import exit_codes
from kioskd.daemon.cli.config_file import CONFIG
from kioskd.daemon.config import kiosk as settings
from kioskd.daemon.config.kiosk import load_config
from kioskd.daemon.doctor.report import Finding, Report, Verdict, show
from kioskd.daemon.wiring.hardware import voice_of
from kioskd.devices.voice.voice import ProcessVoice
from kioskd.ui.locale.translator import LANGUAGES, translator

_START_S = 60.0


def voice(arguments: Sequence[str]) -> int:
    """Runs the command and returns its exit status."""
    parsed = _parser().parse_args(arguments)
    try:
        speech, languages = _speech(parsed)
        report = asyncio.run(examine(speech, languages, parsed.volume))
    except ConfigError as error:
        print(error, file=sys.stderr)
        return exit_codes.CONFIG
    return show(report, as_json=parsed.json)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kioskd doctor voice",
        description="Says a sentence in every language of the kiosk. Listen: whether a loudspeaker is on, or "
        "loud enough, no program knows.",
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help=f"the voice in it; {CONFIG} if it exists")
    parser.add_argument("--language", choices=LANGUAGES, metavar="L", help="only this one")
    parser.add_argument(
        "--volume",
        type=int,
        choices=range(LOUDEST + 1),
        default=START_VOLUME,
        metavar="N",
        help=f"0 to {LOUDEST}; every guest begins with {START_VOLUME}",
    )
    parser.add_argument("--json", action="store_true")
    return parser


def _speech(
    parsed: argparse.Namespace,
) -> tuple[settings.EspeakSpeech | settings.PiperSpeech, tuple[str, ...]]:
    """The configured voice, or espeak-ng where nothing is configured yet."""
    file = parsed.config or (CONFIG if CONFIG.exists() else None)
    config = load_config(file) if file else None
    languages = (parsed.language,) if parsed.language else config.languages if config else LANGUAGES
    if config is None:
        return settings.EspeakSpeech.model_validate({"driver": "espeak-ng", "speaker_volume": 5}), languages
    if isinstance(config.speech, settings.Disabled):
        raise ConfigError(
            f"{file}: speech",
            "is not set up",
            'write driver = "espeak-ng" and what it is heard with under it',
        )
    return config.speech, languages


async def examine(
    speech: settings.EspeakSpeech | settings.PiperSpeech, languages: Sequence[str], volume: int
) -> Report:
    """Says `volume` loud what a guest hears first. Never raises for a sick voice."""
    device = voice_of(speech, languages)
    running = asyncio.create_task(device.run(lambda event: None))
    rows: list[dict[str, Any]] = []
    findings: list[Finding] = []
    try:
        async with asyncio.timeout(_START_S):
            while not device.languages and not running.done():  # noqa: ASYNC110 - it has no event of its own
                await asyncio.sleep(0.01)
        if running.done():
            await running
        rows += [await _say(device, language, volume) for language in languages]
    except (DeviceError, TimeoutError) as error:
        findings.append(_fault(error, speech))
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError, DeviceError):
            await running
    lacking = [row["language"] for row in rows if row["said"] == "no voice"]
    if lacking:
        detail = f"no voice for {', '.join(lacking)}: guests who chose it are shown that, and hear nothing"
        findings.append(Finding("voice", Verdict.WARNING, detail, _more_voices(speech)))
    return Report("voices", rows, findings)


async def _say(device: ProcessVoice, language: str, volume: int) -> dict[str, Any]:
    sentence = translator(language)("You hear what is shown")
    if language not in device.languages:
        return {"language": language, "said": "no voice", "took_s": ""}
    since_s = time.monotonic()
    await device.say(Utterance(sentence, language, volume))
    return {"language": language, "said": sentence, "took_s": f"{time.monotonic() - since_s:.1f}"}


def _fault(error: Exception, speech: settings.EspeakSpeech | settings.PiperSpeech) -> Finding:
    if isinstance(error, DeviceAbsent) and isinstance(speech, settings.EspeakSpeech):
        return Finding("voice", Verdict.FAULT, str(error), "apt-get install espeak-ng")
    remedy = "aplay -L lists the sound cards: name one as device, or see whether it is plugged in"
    return Finding("voice", Verdict.FAULT, str(error) or "did not start in time", remedy)


def _more_voices(speech: settings.EspeakSpeech | settings.PiperSpeech) -> str:
    if isinstance(speech, settings.EspeakSpeech):
        return "a newer espeak-ng may have one; or use Piper, or leave the language out"
    return "name a model for it under [speech.models]"
