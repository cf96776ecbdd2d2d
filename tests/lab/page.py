"""The report as a page to look at: what was proved, how long it took, and what the display showed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path

from tests.lab.finding import Finding

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem }
h1 { font-size: 1.6rem } table { border-collapse: collapse; width: 100% }
td, th { border-top: 1px solid #ccc; padding: .5rem; text-align: left; vertical-align: top }
.held td:first-child { color: #0a6b2b }
.failed td { background: #fdecea } .failed td:first-child { color: #a30d0d }
td.time { text-align: right; white-space: nowrap } small { color: #555; white-space: pre-wrap }
figure { display: inline-block; margin: 1rem 1rem 0 0; vertical-align: top }
figure img { border: 1px solid #888; max-height: 26rem; max-width: 20rem }
"""


def page(times_s: Mapping[str, float], findings: Sequence[Finding], pictures: Iterable[Path]) -> str:
    """HTML that stands beside the pictures it shows."""
    failed = sum(not finding.held for finding in findings)
    heading = f"kioskd in the lab: {len(findings) - failed} proofs held, {failed} did not"
    return "".join(
        (
            '<!doctype html>\n<html lang="en"><meta charset="utf-8">',
            f"<title>{heading}</title><style>{_STYLE}</style>\n<h1>{heading}</h1>\n<p>",
            escape("; ".join(f"{what} {took_s:g} s" for what, took_s in times_s.items())),
            "</p>\n<table><tr><th><th>proof<th>seconds</tr>\n",
            *map(_row, findings),
            "</table>\n",
            *_figures(pictures),
            "</html>\n",
        )
    )


def _row(finding: Finding) -> str:
    kind, word = ("held", "holds") if finding.held else ("failed", "does not hold")
    return (
        f'<tr class="{kind}"><td>{word}<td>{escape(finding.title)}<br><small>{escape(finding.remark)}</small>'
        f'<td class="time">{finding.took_s:g}</tr>\n'
    )


def _figures(pictures: Iterable[Path]) -> Iterator[str]:
    for picture in pictures:
        name = escape(picture.name, quote=True)
        about = escape(picture.stem.replace("-", " "))
        yield f'<figure><img src="{name}" alt="{about}"><figcaption>{about}</figcaption></figure>\n'
