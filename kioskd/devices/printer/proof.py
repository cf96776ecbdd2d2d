"""Paper that shows a technician what a printer makes of what it is sent: a ruler and every code page."""

from __future__ import annotations

from kioskd.devices.printer import commands
from kioskd.devices.printer.commands import Justify
from kioskd.devices.printer.encoder import PrintData
from kioskd.devices.printer.profile import CodePage, PrinterProfile

_SAMPLE = "ÄÖÜäöüß éèçñ žłőş Жіґ Ωάέ €£"
_HIGHEST_PAGE = 100
_HALF = bytes(range(0x80, 0xA0))


def proof_sheet(
    profile: PrinterProfile, proofs: tuple[str, str] | None = None, *, every_page: bool = False
) -> PrintData:
    """The profile's pages with the letters each should show; with `every_page` all numbers from 0 to 100,
    each with the letters it has at 80 to 9F, to find out which page is which.
    """
    columns = profile.columns()
    lines = [
        commands.INITIALISE,
        commands.LEAVE_DOUBLE_BYTE if profile.multibyte else b"",
        commands.CHARACTER_SET_USA,
        commands.bold(True) + f"kioskd {profile.id}"[:columns].encode("ascii") + b"\n" + commands.bold(False),
        f"{profile.dots} dots, {columns} columns"[:columns].encode("ascii") + b"\n",
        *(line + b"\n" for line in ruler(columns)),
    ]
    if every_page:
        lines += [
            commands.code_page(number) + b"%3d " % number + _HALF[: columns - 4] + b"\n"
            for number in range(_HIGHEST_PAGE + 1)
        ]
    else:
        lines += [_page_line(page, columns) for page in profile.pages]
    lines += [
        commands.code_page(profile.pages[0].id),
        *(commands.justify(where) + where.name.encode("ascii") + b"\n" for where in Justify),
        commands.justify(Justify.LEFT),
        *(commands.size(times) + b"x%d\n" % times for times in (2, 4)),
        commands.size(1),
        commands.feed(3),
        commands.process_id(proofs[0]) if proofs else b"",
        commands.present(profile.presenter) if profile.presenter else commands.cut(profile.cut),
        commands.process_id(proofs[1]) if proofs else b"",
        commands.FENCE if profile.fence else b"",
    ]
    job = PrintData(tuple(filter(None, lines)), len(lines), 0, proofs or ())
    commands.audit(job.data)
    return job


def ruler(columns: int) -> tuple[bytes, bytes]:
    """Tens above ones: the last digit must be the last that fits on the paper."""
    tens = "".join(str(column // 10 % 10) if column % 10 == 0 else " " for column in range(1, columns + 1))
    ones = "".join(str(column % 10) for column in range(1, columns + 1))
    return tens.encode("ascii"), ones.encode("ascii")


def _page_line(page: CodePage, columns: int) -> bytes:
    letters = bytearray()
    for letter in _SAMPLE:
        try:
            letters += letter.encode(page.codec)
        except UnicodeEncodeError:
            continue
    label = f"{page.codec} {page.id}: ".encode("ascii")
    return commands.code_page(page.id) + (label + bytes(letters))[:columns] + b"\n"
