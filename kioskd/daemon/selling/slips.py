"""Puts the card terminal's receipts on paper, where they do not come with one of ours."""

from __future__ import annotations

import asyncio
import logging

from kioskd.core.order_receipt import slip_receipt
from kioskd.core.ports import ReceiptPrinter
from kioskd.core.print_verdict import PrintVerdict
from kioskd.core.receipt import Receipt
from kioskd.core.slip import Slip
from kioskd.daemon.journal import without_content

log = logging.getLogger(__name__)


class SlipPrinter:
    """`language` is the shop's, for letters the printer does not have. `tasks` is where the work runs."""

    def __init__(self, printer: ReceiptPrinter | None, tasks: asyncio.TaskGroup, language: str) -> None:
        self._printer = printer
        self._tasks = tasks
        self._language = language

    def __call__(self, job: str, slip: Slip) -> None:
        self.put(job, slip_receipt(slip, self._language))

    def put(self, job: str, paper: Receipt) -> None:
        if self._printer:
            self._tasks.create_task(self._print(self._printer, job, paper))

    async def _print(self, printer: ReceiptPrinter, job: str, paper: Receipt) -> None:
        try:
            verdict = await printer.print(job, paper)
        except Exception as error:  # noqa: BLE001 - a receipt must not end the kiosk
            log.error("receipt %s of the terminal: %s", job, without_content(error))
            return
        if verdict is not PrintVerdict.PRINTED:
            log.warning("receipt %s of the terminal: %s", job, verdict)
