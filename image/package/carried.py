"""Compiled libraries of others that wheels carry along, and whose licence each of them has.

A wheel should bring the words of all these licences; `WITHOUT_WORDS` are those that do not. A library that
nobody knows ends the build there, because then nobody has read under which licence it is given away.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from image.package.shared_libraries import UnknownLibrary


@dataclass(frozen=True, slots=True)
class Origin:
    """`licence` is an SPDX expression. `words` is the heading in pillow's licence file that has the words of
    it, where another wheel brings them."""

    project: str
    licence: str
    holder: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Carried:
    """A compiled library in the folder that belongs to a wheel. None: nobody knows where it is from."""

    file: Path
    stem: str
    origin: Origin | None


WITHOUT_WORDS = {
    "pygame-ce": Origin("pygame-ce", "LGPL-2.1-or-later", "the pygame authors; the pygame-ce authors"),
    "pyserial": Origin("pyserial", "BSD-3-Clause", "2001-2020 Chris Liechti <cliechti@gmx.net>"),
}

_GOOGLE, _XIPH, _SDL = "Google Inc.", "the Xiph.Org Foundation", "Sam Lantinga and the SDL authors"
_WEBP = Origin("libwebp", "BSD-3-Clause", _GOOGLE, "LIBWEBP")
_BROTLI = Origin("Brotli", "MIT", "the Brotli Authors", "BROTLI")
_VORBIS = Origin("libvorbis", "BSD-3-Clause", _XIPH)
_ORIGINS = {
    "libFLAC": Origin("FLAC", "BSD-3-Clause", f"Josh Coalson; {_XIPH}"),
    "libSDL2": Origin("SDL", "Zlib", _SDL),
    "libSDL2_image": Origin("SDL_image", "Zlib", _SDL),
    "libSDL2_mixer": Origin("SDL_mixer", "Zlib", _SDL),
    "libSDL2_ttf": Origin("SDL_ttf", "Zlib", _SDL),
    "libXau": Origin("libXau", "MIT-open-group", "The Open Group", "XAU"),
    "libasound": Origin("alsa-lib", "LGPL-2.1-or-later", "Jaroslav Kysela and the ALSA authors"),
    "libavif": Origin("libavif", "BSD-2-Clause", "Joe Drago", "LIBAVIF"),
    "libbrotlicommon": _BROTLI,
    "libbrotlidec": _BROTLI,
    "libfluidsynth": Origin("FluidSynth", "LGPL-2.1-or-later", "Peter Hanappe and the FluidSynth authors"),
    "libfreetype": Origin("FreeType", "FTL", "the FreeType Project (www.freetype.org)", "FREETYPE2"),
    "libgfortran": Origin("GCC", "GPL-3.0-or-later WITH GCC-exception-3.1", "Free Software Foundation"),
    "libgcc_s": Origin("GCC", "GPL-3.0-or-later WITH GCC-exception-3.1", "Free Software Foundation"),
    "libharfbuzz": Origin(
        "HarfBuzz", "MIT-Modern-Variant", f"{_GOOGLE}; Red Hat Inc. and others", "HARFBUZZ"
    ),
    "libjpeg": Origin(
        "libjpeg-turbo",
        "IJG AND BSD-3-Clause AND Zlib",
        "the Independent JPEG Group; D. R. Commander and others",
        "LIBJPEG",
    ),
    "liblcms2": Origin("Little CMS", "MIT", "Marti Maria Saguer", "LCMS2"),
    "liblzma": Origin("XZ Utils", "0BSD", "the XZ Utils authors", "LIBLZMA"),
    "libmpg123": Origin("mpg123", "LGPL-2.1-only", "Michael Hipp, Thomas Orgis and the mpg123 authors"),
    "libogg": Origin("libogg", "BSD-3-Clause", _XIPH),
    "libopenjp2": Origin(
        "OpenJPEG", "BSD-2-Clause", "Universite catholique de Louvain and others", "OPENJPEG"
    ),
    "libopus": Origin("Opus", "BSD-3-Clause", f"{_XIPH}; Skype Limited; Jean-Marc Valin and others"),
    "libopusfile": Origin("opusfile", "BSD-3-Clause", _XIPH),
    "libpng16": Origin("libpng", "libpng-2.0", "the PNG Reference Library Authors", "LIBPNG"),
    "libportmidi": Origin("PortMidi", "MIT", "Ross Bencina, Phil Burk and Roger B. Dannenberg"),
    "libquadmath": Origin("GCC", "LGPL-2.1-or-later", "Free Software Foundation"),
    "libscipy_openblas64": Origin("OpenBLAS", "BSD-3-Clause", "the OpenBLAS Project"),
    "libsharpyuv": _WEBP,
    "libsndfile": Origin("libsndfile", "LGPL-2.1-or-later", "Erik de Castro Lopo"),
    "libtiff": Origin("LibTIFF", "libtiff", "Sam Leffler; Silicon Graphics, Inc.", "LIBTIFF"),
    "libvorbis": _VORBIS,
    "libvorbisenc": _VORBIS,
    "libvorbisfile": _VORBIS,
    "libwavpack": Origin("WavPack", "BSD-3-Clause", "David Bryant"),
    "libwebp": _WEBP,
    "libwebpdemux": _WEBP,
    "libwebpmux": _WEBP,
    "libxcb": Origin("libxcb", "X11", "Bart Massey, Jamey Sharp and Josh Triplett", "XCB"),
    "libxmp": Origin("libxmp", "MIT", "Claudio Matsuoka and Hipolito Carraro Jr"),
    "libzstd": Origin("Zstandard", "BSD-3-Clause", "Meta Platforms, Inc. and affiliates", "ZSTD"),
}
# libSDL2-2-50d19f93.0.so.0.3200.10: name, its own version, eight digits of a hash by who packed the wheel.
_FILE = re.compile(r"(?P<stem>lib\w+?)_?(?:-\d+(?:\.\d+)*)?(?:-[0-9a-f]{8})+(?:\.\d+)*\.so(?:\.\d+)*")


def carried_by(libraries: Path, wheel: str) -> Iterator[Carried]:
    """Of the wheel of that name, in the order of their files."""
    folder = libraries / f"{wheel.replace('-', '_')}.libs"
    for file in sorted(folder.glob("*.so*")) if folder.is_dir() else []:
        found = _FILE.fullmatch(file.name)
        stem = found["stem"] if found else file.name.partition(".")[0]
        yield Carried(file, stem, _ORIGINS.get(stem))


def known_origin(each: Carried) -> Origin:
    """Raises UnknownLibrary."""
    if each.origin is None:
        raise UnknownLibrary(f"{each.file.name}: say in image/package/carried.py whose it is")
    return each.origin


def origin_without_words(wheel: str) -> Origin:
    """Of a wheel that brings no licence. Raises UnknownLibrary."""
    if wheel not in WITHOUT_WORDS:
        raise UnknownLibrary(f"{wheel} brings no licence: say in image/package/carried.py what it is")
    return WITHOUT_WORDS[wheel]
