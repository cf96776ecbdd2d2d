"""What the simulated card terminal remembers: its transactions. In a file they outlive it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path


@dataclass(slots=True)
class Transaction:
    """`kind` is `payment`, `reversal`, `declined` or `commissioning` (the test the installer made).

    Most terminals give no receipt and no trace number to a declined transaction.
    """

    kind: str
    at: str
    amount_minor: int
    currency_code: int
    result: int = 0
    receipt: int | None = None
    trace: int | None = None
    original_trace: int | None = None
    reversed: bool = False
    closed: bool = False
    """An end of day has settled it: it cannot be reversed any more."""


class LedgerUnreadable(ValueError):
    """The text names the file."""


class Ledger:
    """The terminal's turnover store. With a file it is written after every change.

    Creating one raises LedgerUnreadable, or OSError.
    """

    def __init__(self, path: Path | None, currency_code: int, now: datetime) -> None:
        self._path = path
        self._receipt = 0
        self._trace = 0
        self.transactions: list[Transaction] = []
        self.remembers_last = True
        """False after the fault "forget": then the last transaction cannot be asked for any more."""
        if path is not None and path.exists():
            self._load(path)
        else:
            self._book("commissioning", 1, currency_code, now)

    def _load(self, path: Path) -> None:
        try:
            document = json.loads(path.read_text())
            self._receipt = int(document["receipt"])
            self._trace = int(document["trace"])
            self.remembers_last = bool(document["remembers_last"])
            self.transactions = [Transaction(**entry) for entry in document["transactions"]]
        except (ValueError, LookupError, TypeError) as error:
            raise LedgerUnreadable(f"{path} is no ledger of a terminal: {error}") from None

    @property
    def last(self) -> Transaction | None:
        return self.transactions[-1] if self.remembers_last else None

    @property
    def last_receipt(self) -> int:
        return self._receipt

    def payment(self, receipt: int) -> Transaction | None:
        """The newest payment with this receipt number: the numbers wrap."""
        found = (t for t in reversed(self.transactions) if t.kind == "payment" and t.receipt == receipt)
        return next(found, None)

    @property
    def last_payment(self) -> Transaction | None:
        return next((t for t in reversed(self.transactions) if t.kind == "payment"), None)

    @property
    def unsettled(self) -> list[Transaction]:
        """The payments that stand since the last end of day."""
        return [t for t in self.transactions if t.kind == "payment" and not t.reversed and not t.closed]

    @property
    def charged_minor(self) -> int:
        """What the guests' banks will pay in the end."""
        return sum(t.amount_minor for t in self.transactions if t.kind == "payment" and not t.reversed)

    def charge(self, amount_minor: int, currency_code: int, now: datetime) -> Transaction:
        return self._book("payment", amount_minor, currency_code, now)

    def decline(
        self, result: int, amount_minor: int, currency_code: int, now: datetime, *, numbered: bool = False
    ) -> Transaction:
        if numbered:
            return self._book("declined", amount_minor, currency_code, now, result=result)
        return self._append(Transaction("declined", now.isoformat(), amount_minor, currency_code, result))

    def reverse(self, payment: Transaction, now: datetime) -> Transaction:
        payment.reversed = True
        return self._book("reversal", payment.amount_minor, payment.currency_code, now, payment.trace)

    def reduce(self, payment: Transaction, amount_minor: int) -> None:
        """The kiosk could deliver only part of it."""
        payment.amount_minor = min(payment.amount_minor, amount_minor)
        self._save()

    def close(self) -> None:
        """The end of a day."""
        for transaction in self.transactions:
            transaction.closed = True
        self._save()

    def forget_last(self) -> None:
        self.remembers_last = False
        self._save()

    def _book(
        self,
        kind: str,
        amount_minor: int,
        currency_code: int,
        now: datetime,
        original: int | None = None,
        *,
        result: int = 0,
    ) -> Transaction:
        self._receipt = self._receipt % 9999 + 1
        self._trace = self._trace % 999_999 + 1
        transaction = Transaction(kind, now.isoformat(), amount_minor, currency_code, result)
        transaction.receipt, transaction.trace = self._receipt, self._trace
        transaction.original_trace = original
        return self._append(transaction)

    def _append(self, transaction: Transaction) -> Transaction:
        self.transactions.append(transaction)
        self.remembers_last = True
        self._save()
        return transaction

    def _save(self) -> None:
        if self._path is None:
            return
        document = {
            "receipt": self._receipt,
            "trace": self._trace,
            "remembers_last": self.remembers_last,
            "transactions": [asdict(transaction) for transaction in self.transactions],
        }
        draft = self._path.with_suffix(".new")
        draft.write_text(json.dumps(document, indent=1))
        draft.replace(self._path)
