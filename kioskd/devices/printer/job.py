"""One receipt on its way to paper: ask first, send, wait for the proof, ask again, say what is certain.

preflight -> sending -> waiting for proof -> PRINTED or UNVERIFIED
    |            |              |
 BLOCKED      UNKNOWN        UNKNOWN
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from kioskd.core.errors import DeviceError
from kioskd.core.print_verdict import PrintVerdict
from kioskd.devices.printer import commands
from kioskd.devices.printer.conversation import Conversation
from kioskd.devices.printer.encoder import PrintData
from kioskd.devices.printer.profile import PrinterProfile, StatusDialect

LONGEST_JOB_S = 60.0
_SHORTEST_JOB_S = 10.0
RECEIPT_WAITS = "a receipt waits in the output"
_LINE_S = 0.04
_PICTURE_S = 1.0
_SPARE_S = 5.0
_PROOF_S = 10.0
_PROOF_HELD_BACK_S = 20.0
_CUT_PROOF_S = 2.0
_COMES_OUT_S = 20.0
_LOOK_EVERY_S = 0.3
_LAST_LOOKS = 3
"""A receipt that was printed does not count as unknown because a busy machine heard one answer late."""


@dataclass(frozen=True, slots=True)
class JobEnd:
    """`detail` is for staff. `leftover_bytes` is not 0 when the printer may still hold a part of the job:
    the zeros that complete what it was interrupted in."""

    verdict: PrintVerdict
    detail: str = ""
    curable: bool = False
    """BLOCKED for a reason that paper, a closed cover or a plug takes away: it may be tried again later."""
    leftover_bytes: int = 0


def wire_s(data: PrintData, baud: int | None) -> float:
    """How long the line itself needs. None: a line whose speed does not matter."""
    return len(data.data) * 10 / baud if baud else 0.0


def job_deadline_s(data: PrintData, baud: int | None) -> float:
    estimate = wire_s(data, baud) * 1.3 + data.lines * _LINE_S + data.pictures * _PICTURE_S + _SPARE_S
    return min(LONGEST_JOB_S, max(_SHORTEST_JOB_S, estimate))


async def blocked_by(talk: Conversation, profile: PrinterProfile) -> str | None:
    """Why nothing should be sent; empty when the printer says it is ready, None when it says nothing.

    Raises LineLost.
    """
    if profile.status is StatusDialect.NONE:
        return None
    if await talk.refresh():
        waiting = RECEIPT_WAITS if talk.status.receipt_waiting else ""
        return talk.status.trouble or waiting
    if profile.status.silence_is_a_fault:
        return talk.status.trouble or "does not answer"  # off-line with a full buffer, it cannot be asked
    return None


async def run_job(talk: Conversation, profile: PrinterProfile, data: PrintData, baud: int | None) -> JobEnd:
    """Send `data` once. Never raises for what a printer can do wrong."""
    if wire_s(data, baud) > LONGEST_JOB_S - _SPARE_S:
        return JobEnd(
            PrintVerdict.BLOCKED,
            f"{len(data.data)} bytes take over {LONGEST_JOB_S:g} s at {baud} baud: raise the printer's speed",
        )
    try:
        trouble = await blocked_by(talk, profile)
    except DeviceError as wrong:
        trouble = str(wrong)
    if trouble:
        talk.connection.discard_output()
        return JobEnd(PrintVerdict.BLOCKED, trouble, curable=not talk.status.needs_service)
    before = talk.connection.written
    try:
        return await _send_and_verify(talk, profile, data, baud, answers=trouble is not None)
    except DeviceError as wrong:
        if talk.connection.written == before:
            return JobEnd(PrintVerdict.BLOCKED, str(wrong), curable=True)
        return _unknown(talk, data, str(wrong))


async def _send_and_verify(
    talk: Conversation, profile: PrinterProfile, data: PrintData, baud: int | None, *, answers: bool
) -> JobEnd:
    talk.forget_halt()
    deadline_s = job_deadline_s(data, baud)
    if profile.fence and answers:
        talk.expect_fence()
    if not await _send(talk, data, deadline_s):
        return _unknown(talk, data, talk.halted or f"took longer than {deadline_s:.0f} s")
    if not answers:
        return JobEnd(PrintVerdict.UNVERIFIED)
    proven = await _proven(talk, profile, data)
    if not talk.halted and not await _answers(talk, _LAST_LOOKS if proven else 1):
        return _unknown(talk, data, "stopped answering")
    if talk.halted or not proven:
        return _unknown(talk, data, talk.halted or "did not confirm the printing")
    certain = data.proofs or profile.presenter
    return JobEnd(PrintVerdict.PRINTED if certain else PrintVerdict.UNVERIFIED)


async def _answers(talk: Conversation, looks: int) -> bool:
    for _ in range(looks):
        if await talk.refresh():
            return True
    return False


async def _send(talk: Conversation, data: PrintData, deadline_s: float) -> bool:
    """Whether everything went out; stops at once when the printer reports that it needs hands."""

    async def everything() -> None:
        for piece in data.pieces:
            await talk.connection.write(piece)
            await talk.connection.drained()

    sending = asyncio.create_task(everything())
    halting = asyncio.create_task(talk.wait_until(lambda: bool(talk.halted), deadline_s))
    try:
        done, _ = await asyncio.wait(
            (sending, halting), timeout=deadline_s, return_when=asyncio.FIRST_COMPLETED
        )
        for task in done:
            task.result()
        return sending in done and not talk.halted
    finally:
        for task in (sending, halting):
            task.cancel()
        await asyncio.gather(sending, halting, return_exceptions=True)


async def _proven(talk: Conversation, profile: PrinterProfile, data: PrintData) -> bool:
    """Whether the printer has shown that it printed, as far as this model can show it."""
    if data.proofs and not await _proof(talk, data.proofs):
        return False
    if profile.fence:
        await talk.wait_until(lambda: bool(talk.fences or talk.halted), _PROOF_S)
        return bool(talk.fences)
    if profile.presenter:
        return await _came_out(talk)
    return True


async def _came_out(talk: Conversation) -> bool:
    """Asked as well as listened for: not every printer with a presenter reports by itself."""
    loop = asyncio.get_running_loop()
    until_s = loop.time() + _COMES_OUT_S
    while loop.time() < until_s and not talk.halted:
        if await talk.wait_until(lambda: talk.came_out or bool(talk.halted), _LOOK_EVERY_S):
            break
        await talk.refresh()
    return talk.came_out


async def _proof(talk: Conversation, proofs: tuple[str, ...]) -> bool:
    """Whether the printer has confirmed the text. The cut's confirmation is waited for, but not required."""
    text, cut = proofs[0], proofs[-1]
    await talk.wait_until(lambda: text in talk.processed or bool(talk.halted), _PROOF_S)
    if talk.held_back and text not in talk.processed and not talk.halted:
        await talk.wait_until(
            lambda: text in talk.processed or bool(talk.halted), _PROOF_HELD_BACK_S - _PROOF_S
        )
    if text not in talk.processed:
        return False
    await talk.wait_until(lambda: cut in talk.processed or bool(talk.halted), _CUT_PROOF_S)
    return True


def _unknown(talk: Conversation, data: PrintData, detail: str) -> JobEnd:
    talk.connection.discard_output()
    return JobEnd(PrintVerdict.UNKNOWN, detail, leftover_bytes=data.filler_bytes)


async def discard_leftover(
    talk: Conversation, profile: PrinterProfile, filler_bytes: int, process_id: str, baud: int | None
) -> None:
    """Make sure the next guest does not get the rest of this receipt. Raises DeviceError.

    A printer that does not confirm gets zeros first, which finish a half-sent picture and are ignored as
    text; what it had kept comes out on a strip of its own.
    """
    if profile.status is StatusDialect.EPSON and await talk.clear_buffer():
        return
    cut = commands.present(profile.presenter) if profile.presenter else commands.cut(profile.cut)
    strip = bytes(filler_bytes) + commands.INITIALISE + commands.feed(4) + cut
    if profile.process_id:
        strip += commands.process_id(process_id)
    await talk.connection.write(strip)
    await talk.connection.drained()
    if profile.process_id:
        patience_s = _PROOF_S + (len(strip) * 10 / baud if baud else 0)
        await talk.wait_until(lambda: process_id in talk.processed or bool(talk.halted), patience_s)
