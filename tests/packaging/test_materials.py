"""What is in the package and under which licence: whole, and in the form that others can read."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from image.package import carried
from image.package.bom import bill_of_materials
from image.package.copyright import debian_copyright
from image.package.licence_texts import TEXTS
from image.package.shared_libraries import UnknownLibrary
from image.package.target import RELEASES, Target

TARGET = Target(RELEASES["trixie"], "amd64")
AT = datetime(2026, 11, 22, tzinfo=UTC)
DEPENDS = ["libc6 (>= 2.28)", "libdrm2"]

# The parts of CycloneDX 1.6 that are used, as https://cyclonedx.org/schema/bom-1.6.schema.json has them.
LICENCES = {
    "type": "array",
    "items": {
        "oneOf": [
            {"required": ["expression"], "properties": {"expression": {"type": "string", "minLength": 1}}},
            {"required": ["license"], "properties": {"license": {"type": "object"}}},
        ]
    },
}
COMPONENT = {
    "type": "object",
    "required": ["type", "name"],
    "additionalProperties": False,
    "properties": {
        "type": {"enum": ["application", "library"]},
        "bom-ref": {"type": "string", "minLength": 1},
        "name": {"type": "string", "minLength": 1},
        "version": {"type": "string", "maxLength": 1024},
        "purl": {"type": "string", "pattern": "^pkg:"},
        "cpe": {"type": "string", "pattern": r"^cpe:2\.3:a:"},
        "licenses": LICENCES,
        "hashes": {
            "type": "array",
            "items": {
                "required": ["alg", "content"],
                "properties": {"content": {"pattern": "^[a-fA-F0-9]{32,128}$"}},
            },
        },
        "properties": {"type": "array", "items": {"required": ["name", "value"]}},
    },
}  # fmt: skip
SCHEMA = {
    "type": "object",
    "required": ["bomFormat", "specVersion"],
    "additionalProperties": False,
    "properties": {
        "bomFormat": {"const": "CycloneDX"},
        "specVersion": {"const": "1.6"},
        "serialNumber": {
            "pattern": "^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
        },
        "version": {"type": "integer", "minimum": 1},
        "metadata": {"properties": {"timestamp": {"type": "string"}, "component": COMPONENT}},
        "components": {"type": "array", "uniqueItems": True, "items": COMPONENT},
        "dependencies": {
            "type": "array",
            "items": {
                "required": ["ref"],
                "properties": {
                    "dependsOn": {"type": "array", "uniqueItems": True, "items": {"type": "string"}}
                },
            },
        },
    },
}


@pytest.fixture
def libraries(tmp_path: Path) -> Path:
    """As they lie in a package: two wheels, one of which carries libraries of others."""
    head = "Metadata-Version: 2.4\n"
    wheels = {
        "fine_library-1.0": f"{head}Name: fine-library\nVersion: 1.0\nLicense-Expression: MIT\n"
        "Requires-Dist: apsw\nRequires-Dist: colorama; sys_platform == 'win32'\n",
        "apsw-3.54.1.0": f"{head}Name: apsw\nVersion: 3.54.1.0\nLicense-Expression: any-OSI\n",
        "pygame_ce-2.5.8": f"{head}Name: pygame-ce\nVersion: 2.5.8\nLicense: LGPL v2.1\n",
    }
    for name, text in wheels.items():
        (tmp_path / f"{name}.dist-info").mkdir()
        (tmp_path / f"{name}.dist-info/METADATA").write_text(text)
        (tmp_path / f"{name}.dist-info/RECORD").write_text(f"{name.partition('-')[0]}/__init__.py,,\n")
        if not name.startswith("pygame"):
            (tmp_path / f"{name}.dist-info/LICENSE").write_text("words")
    (tmp_path / "pygame_ce.libs").mkdir()
    for file in (
        "libSDL2-2-50d19f93.0.so.0.3200.10",
        "libfreetype-b83c5fb4.so.6.20.6",
        "libasound-2b3a3662.so.2.0.0",
    ):
        (tmp_path / "pygame_ce.libs" / file).write_text(file)
    inner = {"components": [{"name": "serde", "version": "1.0", "purl": "pkg:cargo/serde@1.0"}, {"name": ""}]}
    (tmp_path / "fine_library-1.0.dist-info/sboms").mkdir()
    (tmp_path / "fine_library-1.0.dist-info/sboms/x.cdx.json").write_text(json.dumps(inner))
    return tmp_path


def bill(libraries: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(bill_of_materials(libraries, DEPENDS, TARGET, "0.1.0+1", AT))
    return told


def test_the_bill_has_the_form_that_others_read(libraries: Path) -> None:
    told = bill(libraries)
    jsonschema.validate(told, SCHEMA)
    refs = {part["bom-ref"] for part in told["components"]} | {told["metadata"]["component"]["bom-ref"]}
    assert len(refs) == len(told["components"]) + 1
    for each in told["dependencies"]:
        assert {each["ref"], *each["dependsOn"]} <= refs


def test_everything_is_on_it(libraries: Path) -> None:
    told = bill(libraries)
    named = {part["name"] for part in told["components"]}
    assert named == {
        *("fine-library", "apsw", "pygame-ce"),
        *("SDL", "FreeType", "alsa-lib"),  # in the wheel of pygame-ce
        "serde",  # which a wheel says is in it
        "sqlite",  # which apsw is made of
        *("libc6", "libdrm2"),
    }
    needs = {each["ref"]: each["dependsOn"] for each in told["dependencies"]}
    assert needs["pkg:pypi/fine-library@1.0"] == ["pkg:cargo/serde@1.0", "pkg:pypi/apsw@3.54.1.0"]
    assert (
        "pkg:deb/debian/libdrm2?arch=amd64&distro=trixie" in needs[told["metadata"]["component"]["bom-ref"]]
    )


def test_the_same_makes_the_same_bytes(libraries: Path) -> None:
    first, second = (bill_of_materials(libraries, DEPENDS, TARGET, "1", AT) for _ in range(2))
    assert first == second


# --- licences -----------------------------------------------------------------------------------------------


def test_what_comes_without_the_words_of_its_licence_is_given_them(libraries: Path) -> None:
    text = debian_copyright(libraries)
    stanzas = text.split("\n\n")
    (sdl,) = [each for each in stanzas if "libSDL2-2" in each]
    assert "License: Zlib" in sdl
    assert any(each.startswith("License: Zlib\n This software is provided 'as-is'") for each in stanzas)
    assert any(
        "LGPL-2.1-or-later\n The full text is in /usr/share/common-licenses/LGPL-2.1" in each
        for each in stanzas
    )
    assert "under FREETYPE2" in text
    named = set(re.findall(r"^License: (\S+)", text, re.MULTILINE))
    explained = {each.split()[1] for each in stanzas if each.startswith("License:")}
    assert named - {"Apache-2.0"} <= explained


def test_a_library_whose_licence_nobody_knows_ends_the_build(libraries: Path) -> None:
    (libraries / "pygame_ce.libs/libnobody-50d19f93.so.1").write_text("x")
    with pytest.raises(UnknownLibrary, match=r"libnobody-50d19f93\.so\.1: say in image/package/carried\.py"):
        debian_copyright(libraries)
    (libraries / "pygame_ce.libs/libnobody-50d19f93.so.1").unlink()
    (libraries / "apsw-3.54.1.0.dist-info/LICENSE").unlink()
    with pytest.raises(UnknownLibrary, match="apsw brings no licence"):
        debian_copyright(libraries)


def installed(name: str) -> Path:
    return Path(str(distribution(name).locate_file("")))


@pytest.mark.parametrize("wheel", ["pygame-ce", "pillow", "numpy"])
def test_everything_in_the_locked_wheels_is_known(wheel: str) -> None:
    found = list(carried.carried_by(installed(wheel), wheel))
    assert found
    assert [each.file.name for each in found if each.origin is None] == []


def test_every_licence_has_its_words_somewhere() -> None:
    (words,) = installed("pillow").glob("pillow-*.dist-info/licenses/LICENSE")
    headings = set(words.read_text("utf-8").splitlines())
    pointed_at = {"LGPL-2.1-only", "LGPL-2.1-or-later"}
    for each in carried.carried_by(installed("pygame-ce"), "pygame-ce"):
        origin = carried.known_origin(each)
        assert origin.words in headings or origin.licence in TEXTS or origin.licence in pointed_at, each.stem
