"""The scene as JSON keeps the promises of its schema, in every state there is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

import kioskd.ui
from kioskd.ui.scene import PictureKind, Role
from kioskd.ui.scene_json import scene_json
from tests.screens.looks import look, states

SCHEMA: dict[str, Any] = json.loads(
    (Path(kioskd.ui.__file__).parent / "scene.schema.json").read_text("utf-8")
)
VALIDATOR = Draft202012Validator(SCHEMA)


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_every_scene_is_as_the_schema_says() -> None:
    """Combinations are made of the same widgets: of those, one in ten."""
    for number, (name, state) in enumerate(states().items()):
        if not state.combined or number % 10 == 0:
            size, language = ("portrait", "en") if number % 2 else ("small", "ar")
            document = json.loads(json.dumps(scene_json(look(state, size, language).scene)))
            error = next(VALIDATOR.iter_errors(document), None)
            assert error is None, f"{name}: {error}"


@pytest.mark.parametrize(("key", "kind"), [("role", Role), ("picture", PictureKind)])
def test_the_schema_knows_every_word_there_is(key: str, kind: type[Role] | type[PictureKind]) -> None:
    known = SCHEMA["$defs"]["widget"]["properties"][key]
    words = known["enum"] if key == "role" else known["properties"]["kind"]["enum"]
    assert words == [each.value for each in kind]


@pytest.mark.parametrize(
    "wrong",
    [
        {"role": "slider"},
        {"name": ""},
        {"rect_mm": [0, 0, 10]},
        {"action": {}},
        {"colour": "red"},
    ],
)
def test_what_no_reader_understands_is_told(wrong: dict[str, Any]) -> None:
    document = json.loads(json.dumps(scene_json(look(states()["attract"], "portrait").scene)))
    touched = next(widget for widget in document["widgets"] if "action" in widget)
    touched |= wrong
    with pytest.raises(ValidationError):
        VALIDATOR.validate(document)
