"""`kioskd doctor voice`, as a technician calls it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kioskd.daemon import exit_codes
from kioskd.daemon.doctor.command import doctor
from kioskd.sim.hearing import Hearing
from kioskd.sim.setting import as_toml
from tests.small_kiosk import SMALL_KIOSK


@pytest.fixture
def hearing(tmp_path: Path) -> Any:
    with Hearing(tmp_path) as made:
        yield made


def config(folder: Path, speech: dict[str, Any]) -> Path:
    file = folder / "kiosk.toml"
    file.write_text(SMALL_KIOSK + as_toml({"speech": speech}))
    return file


def doctor_voice(
    file: Path, capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, dict[str, Any]]:
    status = doctor(["voice", "--config", str(file), "--json", *arguments])
    return status, json.loads(capsys.readouterr().out)


def test_every_language_is_said(hearing: Hearing, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, report = doctor_voice(config(tmp_path, hearing.settings()), capsys, "--volume", "3")
    assert status == exit_codes.OK and report["verdict"] == "good"
    assert [(told.language, told.text, told.amplitude) for told in hearing.transcript] == [
        ("nl", "Je hoort wat er te zien is", 60),
        ("en", "You hear what is shown", 60),
    ]


def test_a_language_without_a_voice_is_named(
    hearing: Hearing, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hearing.change(lacks=["nl"])
    status, report = doctor_voice(config(tmp_path, hearing.settings()), capsys)
    assert status == exit_codes.OK and report["verdict"] == "warning"
    assert [row["said"] for row in report["voices"]] == ["no voice", "You hear what is shown"]
    assert "no voice for nl" in report["findings"][0]["detail"]


def test_a_program_that_is_not_there_is_a_fault_with_its_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    speech = {"driver": "espeak-ng", "program": ["/nowhere/espeak-ng"], "speaker_volume": 5}
    status, report = doctor_voice(config(tmp_path, speech), capsys, "--language", "en")
    assert status == exit_codes.FAILURE and report["verdict"] == "fault"
    assert report["findings"][0]["remedy"] == "apt-get install espeak-ng"


@pytest.mark.parametrize(
    ("speech", "problem"),
    [
        ({"driver": "disabled"}, "is not set up"),
        ({"driver": "espeak-ng"}, "would be heard by nobody"),
        ({"driver": "espeak-ng", "speaker_volume": 11}, "speaker_volume"),
        ({"driver": "piper", "speaker_volume": 5}, "models"),
    ],
)
def test_a_voice_that_nobody_would_hear_is_refused(
    speech: dict[str, Any], problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert doctor(["voice", "--config", str(config(tmp_path, speech))]) == exit_codes.CONFIG
    assert problem in capsys.readouterr().err
