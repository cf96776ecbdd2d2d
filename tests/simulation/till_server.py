"""A loyalty server without keys: gift cards, points, vouchers with locks, and a ledger of what is true."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from kioskd.outbox.courier import ABSENT, DUPLICATE, Applied, Candidate, Found, NotYet, Outcome, Refused
from tests.simulation.promise import Doubled, must

LOCK_LIFE_S = 400.0
START_BALANCE = 3000


@dataclass(frozen=True, slots=True)
class Transaction:
    """`cause` is the truth: which operation of ours it was; empty for another till's."""

    remote_uuid: str
    card: str
    shop: str
    amount: int
    created_s: float
    cause: str


@dataclass(slots=True)
class Voucher:
    key: str = ""
    until_s: float = 0.0
    redeemed_by: str = ""
    """`ours` or `other`."""

    def is_locked(self, now_s: float) -> bool:
        return bool(self.key) and now_s < self.until_s and not self.redeemed_by


@dataclass(slots=True)
class Switches:
    """What the documentation leaves open: every simulated server has answers of its own."""

    lag_s: float = 0.0
    """Reads show what is older than this."""
    shared_shop: bool = False
    """Other tills book under our business profile."""
    prepaid_listed: bool = True
    duplicate_return_refused: bool = True
    duplicate_collect_refused: bool = True
    unlocked_redeem_shows_key_first: bool = True
    """A voucher that is used up and whose key is wrong: which of the two is complained about."""
    unlocked_release_refused: bool = False
    unclaimed_deduplicated: bool = True


@dataclass(slots=True)
class TillServer:
    """Blind repeats are executed again wherever nothing but the caller could prevent it."""

    switches: Switches = field(default_factory=Switches)
    ledger: list[Transaction] = field(default_factory=list)
    vouchers: dict[str, Voucher] = field(default_factory=dict)
    effects: Counter[str] = field(default_factory=Counter)
    order: list[str] = field(default_factory=list)
    """The keyed effects as they came."""
    taken: dict[str, float] = field(default_factory=dict)
    """Keys, and since when they are."""
    claims: dict[str, str] = field(default_factory=dict)
    """Claimed or voided, by transaction."""
    keys: int = 0

    def _effect(self, cause: str) -> None:
        self.effects[cause] += 1
        must(self.effects[cause] == 1, f"{cause} doubled", Doubled)

    # --- money and points: gift cards, prepaid, rewards ------------------------------------------------

    def balance(self, card: str) -> int:
        return START_BALANCE + sum(entry.amount for entry in self.ledger if entry.card == card)

    def move_money(self, card: str, amount: int, now_s: float, cause: str, shop: str = "ours") -> Outcome:
        if amount < 0 and self.balance(card) + amount < 0:
            return Refused("not_enough")
        remote_uuid = f"tx-{len(self.ledger)}"
        self.ledger.append(Transaction(remote_uuid, card, shop, amount, now_s, cause))
        if cause:
            self._effect(cause)
        return Applied(remote_uuid=remote_uuid)

    def seen(self, now_s: float) -> int:
        """How many transactions a list shows at this time."""
        newest = len(self.ledger)
        while newest and self.ledger[newest - 1].created_s + self.switches.lag_s > now_s:
            newest -= 1
        return newest

    def transactions(self, card: str, amount: int, newer_than: int, now_s: float) -> Outcome:
        shared = self.switches.shared_shop
        return Found(
            tuple(
                Candidate(entry.remote_uuid, f"{entry.amount} at {entry.created_s:.0f}")
                for entry in self.ledger[newer_than : self.seen(now_s)]
                if (entry.card, entry.amount) == (card, amount) and (shared or entry.shop == "ours")
            ),
            exclusive=not shared,
        )

    # --- vouchers ------------------------------------------------------------------------------------

    def lock(self, code: str, now_s: float, cause: str) -> Outcome:
        voucher = self.vouchers.setdefault(code, Voucher())
        if voucher.redeemed_by or voucher.is_locked(now_s):
            return Refused("locked")
        self.keys += 1
        voucher.key, voucher.until_s = f"key-{self.keys}", now_s + LOCK_LIFE_S
        self._effect(cause)
        return Applied(keep={"release_key": voucher.key})

    def find_lock(self, code: str, now_s: float) -> Outcome:
        """Whose lock it is cannot be seen, so it must lapse before anything is known."""
        voucher = self.vouchers.setdefault(code, Voucher())
        return NotYet(voucher.until_s - now_s) if voucher.is_locked(now_s) else Refused(ABSENT)

    def release(self, code: str, key: str, cause: str) -> Outcome:
        """Not locked any more: as it should be, or a complaint that the courier takes for what it means."""
        voucher = self.vouchers[code]
        if voucher.key == key:
            voucher.key = ""
            self.effects[cause] = 1
        elif self.switches.unlocked_release_refused:
            return Refused(DUPLICATE)
        return Applied()

    def find_release(self, code: str, key: str) -> Outcome:
        return Refused(ABSENT) if self.vouchers[code].key == key else Applied()

    def redeem(self, code: str, key: str, now_s: float, cause: str) -> Outcome:
        voucher = self.vouchers[code]
        key_fits = voucher.key == key and voucher.is_locked(now_s)
        if voucher.redeemed_by and not self.switches.unlocked_redeem_shows_key_first:
            return Refused(DUPLICATE)
        if not key_fits:
            return Refused("not_locked")
        voucher.redeemed_by = "ours"
        self._effect(cause)
        return Applied(remote_uuid=f"redemption-{code}")

    def find_redemption(self, code: str) -> Outcome:
        match self.vouchers[code].redeemed_by:
            case "ours":
                return Applied(remote_uuid=f"redemption-{code}")
            case "other":
                return Refused("redeemed_elsewhere")
        return Refused(ABSENT)

    # --- awards, that no list shows ------------------------------------------------------------------

    def award(self, cause: str) -> Outcome:
        self._effect(cause)
        return Applied()

    # --- with a key: orders, their returns, rewards to collect ---------------------------------------

    def keyed(self, key: str, now_s: float, cause: str, *, duplicate: Outcome) -> Outcome:
        if key in self.taken:
            return duplicate
        self.taken[key] = now_s
        self._effect(cause)
        self.order.append(cause)
        return Applied()

    def find(self, key: str, now_s: float) -> Outcome:
        there = key in self.taken and now_s >= self.taken[key] + self.switches.lag_s
        return Applied() if there else Refused(ABSENT)

    # --- transactions with an id in the path ----------------------------------------------------------

    def claim(self, transaction: str, cause: str) -> Outcome:
        """The same again is let through."""
        match self.claims.get(transaction):
            case None:
                self.claims[transaction] = "claimed"
                self._effect(cause)
            case "voided":
                return Refused("voided")
        return Applied()

    def void(self, transaction: str, cause: str) -> Outcome:
        match self.claims.get(transaction):
            case None:
                return Refused("unknown_transaction")
            case "claimed":
                self.claims[transaction] = "voided"
                self._effect(cause)
        return Applied()

    def unclaimed(self, cause: str) -> Outcome:
        """Has no key on some servers: then a repeat costs no points, but falsifies statistics."""
        if not self.switches.unclaimed_deduplicated or not self.effects[cause]:
            self.effects[cause] += 1
        return Applied()

    # --- another till --------------------------------------------------------------------------------

    def other_till(self, card: str, amount: int, code: str, now_s: float) -> None:
        self.move_money(card, amount, now_s, "", shop="other")
        voucher = self.vouchers.get(code)
        if voucher and voucher.key and not voucher.is_locked(now_s) and not voucher.redeemed_by:
            voucher.redeemed_by = "other"
