"""What can be said about the rpi-image-gen files without its archive: whether they are what it asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
_LAYER_KEYS = frozenset(
    "Name Category Desc Version Requires Provides RequiresProvider Conflicts AfterProvider Type".split()
)
_LAYER_MUST = frozenset({"Name", "Category", "Desc", "Version"})
_VARIABLE_KEYS = frozenset("Desc Required Valid Set Triggers Conflicts".split())
_POLICIES = frozenset({"y", "n", "immediate", "lazy", "force", "skip"})
_MMDEBSTRAP = frozenset(
    "packages mirrors setup-hooks essential-hooks customize-hooks cleanup-hooks architectures suite".split()
)
_OF_THE_TOOL = frozenset({"include", "device", "image", "layer", "artefact"})
_OF_ITS_LAYERS = {"ieee80211": ("wireless-regulatory", frozenset({"regdom"}))}
"""Prefixes of variables that layers of the tool declare, which ours must ask for."""


def findings(folder: Path = HERE) -> list[str]:
    """Sentences about what is wrong; empty when nothing is."""
    layers: dict[str, frozenset[str]] = {}
    asked_for: set[str] = set()
    found = []
    for file in sorted((folder / "layer").glob("*.yaml")):
        text = file.read_text("utf-8")
        found += [f"{file.name}: {problem}" for problem in _layer(text, file)]
        asked_for |= set(_fields(text).get("X-Env-Layer-Requires", "").split(","))
        layers[_fields(text).get("X-Env-VarPrefix", "")] = frozenset(_variables(_fields(text)))
    layers |= {prefix: names for prefix, (layer, names) in _OF_ITS_LAYERS.items() if layer in asked_for}
    for file in sorted((folder / "config").glob("*.yaml")):
        found += [f"{file.name}: {problem}" for problem in _config(file.read_text("utf-8"), layers)]
    return found


def _layer(text: str, file: Path) -> Iterator[str]:
    fields = _fields(text)
    if not fields:
        yield "has no block between METABEGIN and METAEND"
        return
    attributes = {
        key.removeprefix("X-Env-Layer-"): value for key, value in fields.items() if "-Layer-" in key
    }
    yield from (f"has no X-Env-Layer-{key}" for key in sorted(_LAYER_MUST - attributes.keys()))
    yield from (
        f"X-Env-Layer-{key} is no attribute of a layer" for key in sorted(attributes.keys() - _LAYER_KEYS)
    )
    for name, given in _variables(fields).items():
        yield from (
            f"{name}: {key} is no attribute of a variable" for key in sorted(given.keys() - _VARIABLE_KEYS)
        )
        if given.get("Set") not in _POLICIES:
            yield f"{name}: has no policy (Set)"
        if "Valid" not in given:
            yield f"{name}: says not what is valid"
    if any(key.startswith("X-Env-Var-") for key in fields) and "X-Env-VarPrefix" not in fields:
        yield "declares variables without X-Env-VarPrefix"
    body = yaml.safe_load(text)["mmdebstrap"]
    yield from (f"mmdebstrap knows no {key}" for key in sorted(body.keys() - _MMDEBSTRAP))
    for key in (key for key in body if key.endswith("-hooks") or key == "packages"):
        yield from (f"{key}: {entry!r} is no text" for entry in body[key] if not isinstance(entry, str))
    for shared in file.with_suffix(".d").rglob("slot-shared.d/*.conf"):
        yield from _shared(shared.read_text("utf-8"), body.get("customize-hooks", []))


def _shared(text: str, hooks: list[str]) -> Iterator[str]:
    """A folder that slots share is filled anew at every start from what the slot has there."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    if lines[:1] != ["Version=1"]:
        yield "the shared paths do not begin with Version=1"
    for path in (line.removeprefix("Path=") for line in lines[1:]):
        if not any(hook.startswith("rm ") and f'"$1{path}"' in hook for hook in hooks):
            yield f"{path} is shared and not emptied: what is baked in would overwrite what a kiosk has"


def _config(text: str, layers: Mapping[str, frozenset[str]]) -> Iterator[str]:
    document: dict[str, dict[str, Any]] = yaml.safe_load(text)
    if document.get("image", {}).get("layer") != "image-rota":
        yield "does not take the A/B layout image-rota"
    for section in sorted(document.keys() - _OF_THE_TOOL):
        if section not in layers:
            yield f"{section}: no layer of ours, and none that one asks for, has variables of this prefix"
            continue
        yield from (
            f"{section}.{name}: unknown" for name in sorted(document[section].keys() - layers[section])
        )


def _fields(text: str) -> dict[str, str]:
    """The metadata: `Key: value`, where a line that begins with a blank goes on with the value."""
    block = re.search(r"^# METABEGIN\n(.*?)^# METAEND", text, re.MULTILINE | re.DOTALL)
    fields: dict[str, str] = {}
    key = ""
    for line in (block[1] if block else "").splitlines():
        content = line.removeprefix("#").removeprefix(" ")
        if content.startswith(" ") and key:
            fields[key] += f" {content.strip()}"
        elif content:
            key, _, value = content.partition(":")
            fields[key] = value.strip()
    return fields


def _variables(fields: Mapping[str, str]) -> dict[str, dict[str, str]]:
    names: dict[str, dict[str, str]] = {}
    for key, value in fields.items():
        if key.startswith("X-Env-Var-"):
            name, _, attribute = key.removeprefix("X-Env-Var-").partition("-")
            known = names.setdefault(name, {})
            if attribute:
                known[attribute] = value
    return names
