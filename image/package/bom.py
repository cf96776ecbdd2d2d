"""The bill of materials: everything that is in the package or needed by it, as CycloneDX 1.6 in JSON.

For whoever must know, on the day a weakness is told of, which kiosks have it. The same commit makes the same
bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path
from typing import Any
from urllib.parse import quote

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from image.package.carried import WITHOUT_WORDS, carried_by
from image.package.target import Target

FILE = "sbom.cdx.json"

_SPDX = re.compile(r"[A-Za-z0-9.+-]+(?: (?:AND|OR|WITH) [A-Za-z0-9.+-]+)*")
_SQLITE = re.compile(r"(\d+\.\d+\.\d+)\.\d+")
"""apsw's version is that of the SQLite in it, and one more number."""

Component = dict[str, Any]


def bill_of_materials(
    libraries: Path, depends: Iterable[str], target: Target, version: str, at: datetime
) -> str:
    """`libraries` is the package's site-packages folder, `depends` are its entries for Depends, `at` is when
    its commit was made."""
    infos = sorted(libraries.glob("*.dist-info"))
    heads = {info: _head(info) for info in infos}
    parts: list[Component] = []
    needs: list[Component] = []
    names: dict[str, str] = {canonicalize_name(head["Name"]): _pypi(head) for head in heads.values()}
    for info, head in heads.items():
        if head["Name"] == "kioskd":
            continue
        inner = [*_carried(libraries, head["Name"]), *_built_in(info), *_amalgamated(head)]
        parts += [_library(head), *inner]
        wanted = [*_required(head, target, names), *(each["bom-ref"] for each in inner)]
        needs.append({"ref": _pypi(head), "dependsOn": sorted(set(wanted))})
    debian = [_debian(entry, target) for entry in sorted(set(depends))]
    parts = list({each["bom-ref"]: each for each in [*parts, *debian]}.values())
    kiosk = f"pkg:deb/kioskd@{quote(version, safe='')}?arch={target.arch}&distro={target.release.name}"
    direct = [ref for name, ref in names.items() if name != "kioskd"] + [each["bom-ref"] for each in debian]
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, kiosk)}",
        "version": 1,
        "metadata": {
            "timestamp": at.isoformat(),
            "component": {
                "type": "application",
                "bom-ref": kiosk,
                "name": "kioskd",
                "version": version,
                "purl": kiosk,
                "licenses": [{"expression": "Apache-2.0"}],
            },
        },
        "components": parts,
        "dependencies": [{"ref": kiosk, "dependsOn": sorted(set(direct))}, *needs],
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _head(info: Path) -> Message:
    return HeaderParser().parsestr((info / "METADATA").read_text("utf-8"))


def _pypi(head: Message) -> str:
    return f"pkg:pypi/{canonicalize_name(head['Name'])}@{head['Version']}"


def _library(head: Message) -> Component:
    licence = head["License-Expression"]
    if licence is None and (known := WITHOUT_WORDS.get(head["Name"])):
        licence = known.licence
    if licence is None:
        classified = [value for value in head.get_all("Classifier", []) if value.startswith("License")]
        licence = (
            classified[0].rpartition(" :: ")[2] if classified else (head["License"] or "").partition("\n")[0]
        )
    return {
        "type": "library",
        "bom-ref": _pypi(head),
        "name": head["Name"],
        "version": head["Version"],
        "purl": _pypi(head),
        **_licensed(licence),
    }


def _licensed(licence: str) -> dict[str, Any]:
    """An SPDX expression, or the words that its makers chose."""
    licence = licence.strip()
    if not licence:
        return {}
    spoken = any(word in licence for word in ("License", "Licence", "LGPL v"))
    if _SPDX.fullmatch(licence) and not spoken:
        return {"licenses": [{"expression": licence}]}
    return {"licenses": [{"license": {"name": licence}}]}


def _carried(libraries: Path, wheel: str) -> Iterator[Component]:
    """Compiled libraries of others, each known by the very bytes."""
    for each in carried_by(libraries, wheel):
        ref = f"file:{each.file.relative_to(libraries)}"
        digest = hashlib.sha256(each.file.read_bytes()).hexdigest()
        yield {
            "type": "library",
            "bom-ref": ref,
            "name": each.origin.project if each.origin else each.stem,
            "hashes": [{"alg": "SHA-256", "content": digest}],
            **(_licensed(each.origin.licence) if each.origin else {}),
            "properties": [{"name": "kioskd:file", "value": str(each.file.relative_to(libraries))}],
        }


def _built_in(info: Path) -> Iterator[Component]:
    """What the makers of a wheel say is in it, in a bill of their own."""
    for file in sorted((info / "sboms").glob("*.json")) if (info / "sboms").is_dir() else []:
        for part in json.loads(file.read_text("utf-8")).get("components", []):
            purl = part.get("purl", "")
            if purl.startswith("pkg:pypi/") or not part.get("name"):
                continue
            told = {key: part[key] for key in ("version", "purl", "licenses", "hashes") if part.get(key)}
            yield {
                "type": "library",
                "bom-ref": purl or f"in:{info.name.removesuffix('.dist-info')}/{part['name']}",
                "name": part["name"],
                **told,
            }


def _amalgamated(head: Message) -> Iterator[Component]:
    if head["Name"] == "apsw" and (found := _SQLITE.fullmatch(head["Version"])):
        ref = f"pkg:generic/sqlite@{found[1]}"
        yield {
            "type": "library",
            "bom-ref": ref,
            "name": "sqlite",
            "version": found[1],
            "purl": ref,
            "cpe": f"cpe:2.3:a:sqlite:sqlite:{found[1]}:*:*:*:*:*:*:*",
            **_licensed("blessing"),
        }


def _required(head: Message, target: Target, names: dict[str, str]) -> Iterator[str]:
    for line in head.get_all("Requires-Dist", []):
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            continue
        name = canonicalize_name(requirement.name)
        environment = {**target.marker_environment, "extra": ""}
        if name in names and (requirement.marker is None or requirement.marker.evaluate(environment)):
            yield names[name]


def _debian(entry: str, target: Target) -> Component:
    """`libstdc++6 (>= 8)`: Debian gives the version; what is asked for stands beside it."""
    name, _, asked = entry.partition(" ")
    ref = f"pkg:deb/debian/{quote(name, safe='')}?arch={target.arch}&distro={target.release.name}"
    return {
        "type": "library",
        "bom-ref": ref,
        "name": name,
        "purl": ref,
        **({"properties": [{"name": "kioskd:needs", "value": asked.strip("()")}]} if asked else {}),
    }
