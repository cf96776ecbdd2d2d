"""debian/copyright in its machine-readable form: where the licences lie that the libraries bring along."""

from __future__ import annotations

from collections.abc import Iterator
from email.parser import HeaderParser
from pathlib import Path

PLACE = "usr/lib/kioskd/lib"
_LICENCE_NAMES = ("LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE")
_COMMON = {"Apache-2.0": "/usr/share/common-licenses/Apache-2.0"}


def debian_copyright(libraries: Path) -> str:
    """`libraries` is the site-packages folder of the package; kioskd itself lies in it, too."""
    paragraphs = [
        _paragraph(
            Format="https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/",
            Upstream_Name="kioskd",
            Comment="Each library is free software of its own makers, unchanged, as they publish it on PyPI.",
        ),
        _paragraph(
            Files="*",
            Copyright="the kioskd authors",
            License=f"Apache-2.0\n{_indented(_pointer('Apache-2.0'))}",
        ),
        _paragraph(
            Files=f"{PLACE}/*/kioskd/fonts/*",
            Copyright="The Inter Project Authors; The Noto Project Authors",
            License="OFL-1.1",
            Comment=f"Their texts lie beside them, as {PLACE}/*/kioskd/fonts/*-OFL.txt",
        ),
    ]
    short_texts = {"OFL-1.1": "As in these files."}
    for info in sorted(libraries.glob("*.dist-info")):
        name, licence = _named(info)
        if name == "kioskd":
            continue
        short = f"{name}-licence"
        texts = [f"/{PLACE}/*/{file.relative_to(libraries)}" for file in _texts(info)]
        short_texts[short] = "\n".join([f"{licence}. The words of it:", *texts] if texts else [licence])
        files = " ".join(f"{PLACE}/*/{place}" for place in _places(info))
        paragraphs.append(_paragraph(Files=files, Copyright=f"the authors of {name}", License=short))
    paragraphs += [f"License: {short}\n{_indented(text)}\n" for short, text in short_texts.items()]
    return "\n".join(paragraphs)


def _named(info: Path) -> tuple[str, str]:
    """Name and licence as the library's metadata has them."""
    head = HeaderParser().parsestr((info / "METADATA").read_text("utf-8"))
    classified = [
        value.rpartition(" :: ")[2] for value in head.get_all("Classifier", []) if value.startswith("License")
    ]
    first_line = (head["License"] or "").strip().partition("\n")[0]
    return head["Name"], head["License-Expression"] or ", ".join(classified) or first_line or "see below"


def _texts(info: Path) -> Iterator[Path]:
    for file in sorted(info.rglob("*")):
        if file.is_file() and file.name.upper().startswith(_LICENCE_NAMES):
            yield file


def _places(info: Path) -> list[str]:
    """Patterns for what belongs to it, from its list of files."""
    tops: dict[str, None] = {}
    for line in (info / "RECORD").read_text("utf-8").splitlines():
        path = line.partition(",")[0].strip('"')
        if path.startswith(".."):
            continue
        top, inner, _ = path.partition("/")
        tops[f"{top}/*" if inner else top] = None
    return sorted(tops)


def _pointer(short: str) -> str:
    return f"The full text is in {_COMMON[short]} on Debian systems."


def _paragraph(**fields: str) -> str:
    return "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in fields.items())


def _indented(text: str) -> str:
    lines = (line.rstrip().replace("\f", "") for line in text.strip().splitlines())
    return "\n".join(f" {line}" if line else " ." for line in lines)
