"""One printer on its port: whether it answers, how it is, what it can prove, and a test receipt."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from kioskd.core.errors import DeviceError
from kioskd.core.print_verdict import PrintVerdict
from kioskd.daemon.doctor.receipt_file import read_receipt
from kioskd.daemon.doctor.report import Finding, Report, Verdict
from kioskd.daemon.receipt_letters import receipt_lettering
from kioskd.devices.printer import commands
from kioskd.devices.printer.conversation import Conversation
from kioskd.devices.printer.encoder import PrintData, compose
from kioskd.devices.printer.job import run_job
from kioskd.devices.printer.profile import PrinterProfile, StatusDialect
from kioskd.devices.printer.proof import proof_sheet
from kioskd.devices.printer.transport import Address, SerialPort, connect

SPEEDS = (38400, 19200, 9600, 115200)
"""Tried on a serial port that does not answer at the profile's speed. A wrong speed may print rubbish, so
only here, never in the kiosk."""
PROBE_ID = "0KID"
PROBE_S = 1.0
_PROOFS = ("DOC1", "DOC2")


async def try_out(
    address: Address,
    profile: PrinterProfile,
    document: Path | None,
    *,
    every_page: bool,
    ask_only: bool,
    other_speeds: bool,
) -> Report:
    """Raises ConfigError for the document and DeviceError when the port cannot be opened."""
    data = _job(profile, document, every_page=every_page)
    speeds: tuple[int, ...] = (address.baud,) if isinstance(address, SerialPort) else (0,)
    if isinstance(address, SerialPort) and other_speeds:
        speeds = tuple(dict.fromkeys((*speeds, *SPEEDS)))
    row: dict[str, Any] = {}
    for speed in speeds:
        at = replace(address, baud=speed) if isinstance(address, SerialPort) else address
        row, findings = await _ask(at, profile, data if not ask_only else None, speed or None)
        if row["answers"]:
            break
    else:
        if not ask_only and profile.status in (StatusDialect.NONE, StatusDialect.IF_ANSWERED):
            row, findings = await _ask(address, profile, data, speeds[0] or None, blind=True)
    return Report("printers", [row], findings)


def _job(profile: PrinterProfile, document: Path | None, *, every_page: bool) -> PrintData:
    proofs = _PROOFS if profile.process_id else None
    if document is None:
        return proof_sheet(profile, proofs, every_page=every_page)
    return compose(read_receipt(document), profile, rasteriser=receipt_lettering(), proofs=proofs)


async def _ask(
    address: Address,
    profile: PrinterProfile,
    data: PrintData | None,
    baud: int | None,
    *,
    blind: bool = False,
) -> tuple[dict[str, Any], list[Finding]]:
    connection = await connect(address)
    row: dict[str, Any] = {"port": str(address), "profile": profile.id, "baud": baud}
    findings: list[Finding] = []
    try:
        talk = Conversation(connection, profile)
        if profile.status.silence_is_a_fault:
            await talk.greet()
        row["answers"] = await _answers(talk)
        row["status"] = talk.status.trouble or ("ready" if row["answers"] else "unknown")
        row["paper"] = str(talk.status.paper)
        if row["answers"] and profile.status is not StatusDialect.CUSTOM and not profile.process_id:
            row["proof of printing"] = await _probe_proof(talk)
            if row["proof of printing"]:
                findings.append(
                    Finding(
                        profile.id,
                        Verdict.WARNING,
                        "can prove that it printed, which its profile does not use",
                        "a copy of the profile in /etc/kioskd/printers, with process_id = true",
                    )
                )
        if data is not None and (row["answers"] or blind):
            started_s = time.monotonic()
            end = await run_job(talk, profile, data, baud)
            row["verdict"] = str(end.verdict)
            row["seconds"] = round(time.monotonic() - started_s, 1)
            findings += _judged(end.verdict, end.detail)
        elif data is not None:
            findings.append(_silent(profile))
        odd, strange = talk.oddities
        if odd:
            row["strange"] = f"{sum(odd.values())} bytes, last {strange.hex(' ') or '-'}"
            findings.append(
                Finding(
                    "answers", Verdict.WARNING, "it sends what nobody asked for", "wrong profile or speed?"
                )
            )
    finally:
        await connection.close()
    if talk.status.trouble:
        findings.append(Finding("status", Verdict.FAULT, talk.status.trouble))
    return row, findings


async def _answers(talk: Conversation) -> bool:
    try:
        return await talk.refresh()
    except DeviceError:
        return False


async def _probe_proof(talk: Conversation) -> bool:
    await talk.connection.write(commands.process_id(PROBE_ID))
    return await talk.wait_until(lambda: PROBE_ID in talk.processed, PROBE_S)


def _judged(verdict: PrintVerdict, detail: str) -> list[Finding]:
    match verdict:
        case PrintVerdict.PRINTED:
            return []
        case PrintVerdict.UNVERIFIED:
            return [Finding("test receipt", Verdict.WARNING, "sent; this printer cannot say that it printed")]
        case _:
            return [Finding("test receipt", Verdict.FAULT, f"{verdict}: {detail}")]


def _silent(profile: PrinterProfile) -> Finding:
    return Finding(
        "printer",
        Verdict.FAULT,
        f"does not answer as {profile.id} should",
        "check power, cable and speed (--baud), or try --profile generic-80mm",
    )
