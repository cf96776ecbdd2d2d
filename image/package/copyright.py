"""debian/copyright in its machine-readable form: where the licences lie that the libraries bring along, and
the words of those that they do not."""

from __future__ import annotations

from collections.abc import Iterator
from email.parser import HeaderParser
from pathlib import Path

from image.package.carried import Origin, carried_by, known_origin, origin_without_words
from image.package.licence_texts import TEXTS

PLACE = "usr/lib/kioskd/lib"
_LICENCE_NAMES = ("LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE")
_COMMON = {
    "Apache-2.0": "Apache-2.0",
    "LGPL-2.1-only": "LGPL-2.1",
    "LGPL-2.1-or-later": "LGPL-2.1",
}
"""As Debian has them in /usr/share/common-licenses."""
_WORDS_OF_OTHERS = f"/{PLACE}/*/pillow-*.dist-info/licenses/LICENSE"


def debian_copyright(libraries: Path) -> str:
    """`libraries` is the site-packages folder of the package; kioskd itself lies in it, too.

    Raises UnknownLibrary for one whose licence nobody knows.
    """
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
        _paragraph(
            Files=f"{PLACE}/*/kioskd/sim/harbour/pictures/*",
            Copyright="Microsoft Corporation",
            License="MIT",
            Comment="Fluent Emoji; see LICENSE beside them",
        ),
    ]
    short_texts = {"OFL-1.1": "As in these files.", "MIT": TEXTS["MIT"]}
    for info in sorted(libraries.glob("*.dist-info")):
        name, licence = _named(info)
        if name == "kioskd":
            continue
        files = " ".join(f"{PLACE}/*/{place}" for place in _places(info))
        texts = [f"/{PLACE}/*/{file.relative_to(libraries)}" for file in _texts(info)]
        if texts:
            short = f"{name}-licence"
            short_texts[short] = "\n".join([f"{licence}. The words of it:", *texts])
            paragraphs.append(_paragraph(Files=files, Copyright=f"the authors of {name}", License=short))
            continue
        origin = origin_without_words(name)
        paragraphs.append(_given_away(files, origin, short_texts))
        for each in carried_by(libraries, name):  # what stands further down counts
            place = f"{PLACE}/*/{each.file.relative_to(libraries)}"
            paragraphs.append(_given_away(place, known_origin(each), short_texts))
    paragraphs += [f"License: {short}\n{_indented(text)}\n" for short, text in short_texts.items()]
    return "\n".join(paragraphs)


def _given_away(files: str, origin: Origin, short_texts: dict[str, str]) -> str:
    """A paragraph about files without the words of their licence; it puts those into `short_texts`."""
    short = f"{origin.project}-licence" if origin.words else origin.licence
    if origin.words:
        short_texts[short] = f"{origin.licence}. The words of it, under {origin.words}:\n{_WORDS_OF_OTHERS}"
    elif origin.licence in _COMMON:
        short_texts[short] = _pointer(origin.licence)
    else:
        short_texts[short] = TEXTS[origin.licence]
    return _paragraph(Files=files, Copyright=origin.holder, License=short, Comment=origin.project)


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
        named = file.name.upper().startswith(_LICENCE_NAMES)
        if file.is_file() and (named or "licenses" in file.relative_to(info).parts):
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
    return f"The full text is in /usr/share/common-licenses/{_COMMON[short]} on Debian systems."


def _paragraph(**fields: str) -> str:
    return "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in fields.items())


def _indented(text: str) -> str:
    lines = (line.rstrip().replace("\f", "") for line in text.strip().splitlines())
    return "\n".join(f" {line}" if line else " ." for line in lines)
