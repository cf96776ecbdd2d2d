"""What the doctor found: a table for people, JSON for scripts, an exit status for both."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, TextIO

from kioskd.daemon import exit_codes


class Verdict(StrEnum):
    GOOD = "good"
    WARNING = "warning"
    """It works; somebody should know."""
    FAULT = "fault"
    """It does not work before somebody does something."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`what` is the thing, `detail` what is the matter with it, `remedy` what to do."""

    what: str
    verdict: Verdict
    detail: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """`rows` are alike and appear under `subject`, as a table or as a list of objects."""

    subject: str
    rows: Sequence[Mapping[str, Any]] = ()
    findings: Sequence[Finding] = field(default=())

    @property
    def verdict(self) -> Verdict:
        order = list(Verdict)
        return max((finding.verdict for finding in self.findings), key=order.index, default=Verdict.GOOD)


def show(report: Report, *, as_json: bool, out: TextIO | None = None) -> int:
    """Writes it and returns the exit status: a failure only for a fault."""
    print(_json(report) if as_json else _text(report), file=out or sys.stdout)
    return exit_codes.FAILURE if report.verdict is Verdict.FAULT else exit_codes.OK


def _json(report: Report) -> str:
    findings = [asdict(finding) for finding in report.findings]
    whole = {"verdict": report.verdict, report.subject: list(report.rows), "findings": findings}
    return json.dumps(whole, indent=2, ensure_ascii=False, default=str)


def _text(report: Report) -> str:
    blocks = []
    if report.rows:
        blocks.append(_table([dict(row) for row in report.rows]))
    blocks += [
        f"{finding.verdict:8}{finding.what}: {finding.detail}"
        + (f"\n{'':8}-> {finding.remedy}" if finding.remedy else "")
        for finding in report.findings
    ]
    return "\n".join(blocks) if blocks else f"no {report.subject}"


def _table(rows: list[dict[str, Any]]) -> str:
    headers = list(dict.fromkeys(name for row in rows for name in row))
    cells = [headers, *([_cell(row.get(name)) for name in headers] for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(headers))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    )


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, list | tuple):
        return ", ".join(map(_cell, value)) or "-"
    if isinstance(value, Mapping):
        return " ".join(f"({name}){part}" for name, part in value.items())
    # Nothing that was scanned may steer the terminal it is shown on.
    return "".join(sign if sign.isprintable() else f"<{ord(sign):02X}>" for sign in str(value))
