"""A loyalty server without keys: gift cards, vouchers with locks, and a ledger of what is true."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from kioskd.outbox.courier import ABSENT, DUPLICATE, Applied, Candidate, Found, NotYet, Outcome, Refused

LOCK_LIFE_S = 400.0
START_BALANCE = 3000


@dataclass(frozen=True)
class Transaction:
    """`cause` is the truth: which operation of ours it was; empty for another till's."""

    remote_uuid: str
    card: str
    shop: str
    amount: int
    created_s: float
    cause: str


@dataclass
class Voucher:
    key: str = ""
    until_s: float = 0.0
    redeemed_by: str = ""
    """`ours` or `other`."""

    def is_locked(self, now_s: float) -> bool:
        return bool(self.key) and now_s < self.until_s and not self.redeemed_by


@dataclass
class TillServer:
    """Reads lag behind writes by `lag_s`. Blind repeats are executed again: nothing here forgives them."""

    lag_s: float = 0.0
    shared_shop: bool = False
    ledger: list[Transaction] = field(default_factory=list)
    vouchers: dict[str, Voucher] = field(default_factory=dict)
    effects: Counter[str] = field(default_factory=Counter)
    orders: dict[str, float] = field(default_factory=dict)
    keys: int = 0

    def balance(self, card: str) -> int:
        return START_BALANCE + sum(entry.amount for entry in self.ledger if entry.card == card)

    # --- gift cards ----------------------------------------------------------------------------------

    def move_money(self, card: str, amount: int, now_s: float, cause: str, shop: str = "ours") -> Outcome:
        if amount < 0 and self.balance(card) + amount < 0:
            return Refused("not_enough")
        remote_uuid = f"tx-{len(self.ledger)}"
        self.ledger.append(Transaction(remote_uuid, card, shop, amount, now_s, cause))
        self.effects[cause] += bool(cause)
        return Applied(remote_uuid=remote_uuid)

    def seen(self, now_s: float) -> int:
        """How many transactions a list shows at this time."""
        return sum(entry.created_s + self.lag_s <= now_s for entry in self.ledger)

    def transactions(self, card: str, amount: int, newer_than: int, now_s: float) -> Outcome:
        shown = self.ledger[newer_than : self.seen(now_s)]
        return Found(
            tuple(
                Candidate(entry.remote_uuid, f"{entry.amount} at {entry.created_s:.0f}")
                for entry in shown
                if (entry.card, entry.amount) == (card, amount) and (self.shared_shop or entry.shop == "ours")
            ),
            exclusive=not self.shared_shop,
        )

    # --- vouchers ------------------------------------------------------------------------------------

    def lock(self, code: str, now_s: float, cause: str) -> Outcome:
        voucher = self.vouchers.setdefault(code, Voucher())
        if voucher.redeemed_by or voucher.is_locked(now_s):
            return Refused("locked")
        self.keys += 1
        voucher.key, voucher.until_s = f"key-{self.keys}", now_s + LOCK_LIFE_S
        self.effects[cause] += 1
        return Applied(keep={"release_key": voucher.key})

    def find_lock(self, code: str, now_s: float) -> Outcome:
        """Whose lock it is cannot be seen, so it must lapse before anything is known."""
        voucher = self.vouchers.setdefault(code, Voucher())
        return NotYet(voucher.until_s - now_s) if voucher.is_locked(now_s) else Refused(ABSENT)

    def release(self, code: str, key: str) -> Outcome:
        voucher = self.vouchers[code]
        if voucher.key == key:
            voucher.key = ""
        return Applied()

    def redeem(self, code: str, key: str, now_s: float, cause: str) -> Outcome:
        voucher = self.vouchers[code]
        if voucher.redeemed_by:
            return Refused(DUPLICATE)
        if voucher.key != key or not voucher.is_locked(now_s):
            return Refused("not_locked")
        voucher.redeemed_by = "ours"
        self.effects[cause] += 1
        return Applied(remote_uuid=f"redemption-{code}")

    def find_redemption(self, code: str, now_s: float) -> Outcome:
        match self.vouchers[code].redeemed_by:
            case "ours":
                return Applied(remote_uuid=f"redemption-{code}")
            case "other":
                return Refused("redeemed_elsewhere")
        return Refused(ABSENT)

    # --- awards, that no list shows ------------------------------------------------------------------

    def award(self, cause: str) -> Outcome:
        self.effects[cause] += 1
        return Applied()

    # --- orders, with a key --------------------------------------------------------------------------

    def order(self, key: str, now_s: float) -> Outcome:
        if key in self.orders:
            return Refused(DUPLICATE)
        self.orders[key] = now_s
        self.effects[key] += 1
        return Applied()

    def find_order(self, key: str, now_s: float) -> Outcome:
        there = key in self.orders and now_s >= self.orders[key] + self.lag_s
        return Applied() if there else Refused(ABSENT)

    # --- another till --------------------------------------------------------------------------------

    def other_till(self, card: str, amount: int, code: str, now_s: float) -> None:
        self.move_money(card, amount, now_s, "", shop="other")
        voucher = self.vouchers.get(code)
        if voucher and voucher.key and not voucher.is_locked(now_s) and not voucher.redeemed_by:
            voucher.redeemed_by = "other"
