"""What a run of the lab leaves: the report as page, text and JSON, pictures of the display, the logs."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import asdict
from pathlib import Path

from tests.lab.finding import Finding
from tests.lab.page import page


class Report:
    """`folder` is made and takes everything."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder.absolute()
        for old in self.folder.iterdir():
            if old.suffix in (".png", ".log", ".json", ".txt", ".html"):
                old.unlink()
        self._times_s: dict[str, float] = {}
        self._findings: list[Finding] = []

    def took(self, what: str, took_s: float) -> None:
        self._times_s[what] = round(took_s, 1)

    def add(self, finding: Finding) -> None:
        self._findings.append(finding)

    def keep_logs(self, folder: Path) -> None:
        """Of the machine, the kiosk and QEMU, which were written to `folder`."""
        for log in folder.glob("*.log"):
            shutil.copy(log, self.folder)

    def write(self) -> int:
        """Writes the files and says where they are. Returns the exit status."""
        failed = sum(not finding.held for finding in self._findings)
        pictures = sorted(self.folder.glob("*.png"), key=lambda picture: picture.stat().st_mtime)
        document = {
            "times_s": self._times_s,
            "findings": [asdict(finding) for finding in self._findings],
            "pictures": [picture.name for picture in pictures],
        }
        (self.folder / "report.json").write_text(json.dumps(document, indent=2) + "\n", "utf-8")
        (self.folder / "report.html").write_text(page(self._times_s, self._findings, pictures), "utf-8")
        times = ", ".join(f"{what} {took_s:g} s" for what, took_s in self._times_s.items())
        closing = f"{len(self._findings) - failed} passed, {failed} failed"
        lines = [times, *(str(finding) for finding in self._findings), closing]
        (self.folder / "report.txt").write_text("\n".join(lines) + "\n", "utf-8")
        sys.stdout.write(f"{times}\nreport, logs and pictures: {self.folder}/report.html\n{closing}\n")
        return 1 if failed or not self._findings else 0
