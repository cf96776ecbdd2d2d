"""Whatever is called, every balance of the simulated Leat is what its transactions add up to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from kioskd.sim.leat import (
    SHOP_UUID,
    giftcards,
    loyalty_tokens,
    orders,
    points,
    prepaid,
    returns,
    rewards,
    vouchers,
)
from kioskd.sim.leat.answers import Answer, Call, LeatError
from kioskd.sim.leat.contacts import claim_contact, create_anonymous_contact
from kioskd.sim.leat.control import apply_control
from kioskd.sim.leat.seed import seeded_state
from kioskd.sim.leat.state import LeatState
from kioskd.sim.leat.switches import Switches

JsonObject = dict[str, Any]

MEMBERS = st.sampled_from(("10024711", "10024714", "10024717", "10024718"))
AMOUNTS = st.integers(-3000, 3000)
TOTALS = st.integers(0, 20_000)
PLACES = st.integers(0, 50)
LENIENT = Switches(
    process_again="points_again",
    reward_reversed_again="credits_again",
    credit_reversed_again="again",
    prepaid_reversed_again="refunded_again",
    prepaid_below_zero="allowed",
    collected_again="no_effect",
)


class Ledger(RuleBasedStateMachine):
    """Calls in any order, refused or not."""

    @initialize(lenient=st.booleans())
    def open(self, lenient: bool) -> None:
        self.now = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
        self.state = seeded_state(self.now)
        self.state.switches = LENIENT if lenient else Switches()
        contacts = self.state.contacts.values()
        self.points = Counter({contact.uuid: contact.points for contact in contacts})
        self.prepaid = Counter({contact.uuid: contact.prepaid_minor for contact in contacts})
        self.cards = {card.uuid: card.balance_minor for card in self.state.giftcards.values()}
        self.sent = 0

    def call(self, run: Callable[[LeatState, Call], Answer], body: JsonObject, **path: str) -> None:
        self.now += timedelta(seconds=1)
        with suppress(LeatError):
            run(self.state, Call(self.now, "", path, {}, body))

    def contact(self, card: str) -> str:
        return self.state.cards[card].contact_uuid or ""

    @rule(card=MEMBERS, total=TOTALS, off=TOTALS, store_only=st.booleans())
    def sell(self, card: str, total: int, off: int, store_only: bool) -> None:
        self.sent += 1
        line = {"external_identifier": "1", "name": "x", "quantity": 3, "price": total, "total_amount": total}
        discount = {"external_identifier": "d", "name": "x", "amount": off, "applied_to": "ORDER"}
        body = {
            "external_identifier": f"k{self.sent}",
            "status": "COMPLETED",
            "payment_status": "PAID",
            "total_order_amount": 0,
            "contact": {"uuid": self.contact(card)},
            "business_profile": {"uuid": SHOP_UUID},
            "line_items": [line],
            "applied_discounts": [discount],
        }
        self.call(orders.create_order if store_only else orders.create_and_process_order, body)

    @rule(place=PLACES)
    def process(self, place: int) -> None:
        if self.state.orders:
            self.call(orders.process_order, {}, order_uuid=self.nth(self.state.orders, place))

    @rule(place=PLACES, quantity=st.integers(0, 3), total=TOTALS, store_only=st.booleans())
    def give_back(self, place: int, quantity: int, total: int, store_only: bool) -> None:
        if self.state.orders:
            self.sent += 1
            row = {"external_identifier": "1", "quantity": quantity, "total_amount": total}
            body = {
                "order": {"uuid": self.nth(self.state.orders, place)},
                "external_identifier": f"r{self.sent}",
                "status": "COMPLETED",
                "line_items": [row],
            }
            self.call(returns.create_return if store_only else returns.create_and_process_return, body)

    @rule(place=PLACES)
    def process_return(self, place: int) -> None:
        if self.state.returns:
            self.call(returns.process_return, {}, order_return_uuid=self.nth(self.state.returns, place))

    @rule(card=MEMBERS, credits=AMOUNTS)
    def give_points(self, card: str, credits: int) -> None:
        body = {"shop_uuid": SHOP_UUID, "contact_uuid": self.contact(card), "credits": credits}
        self.call(points.create_credit_reception, body)

    @rule(card=MEMBERS, place=PLACES)
    def claim(self, card: str, place: int) -> None:
        wanted = self.nth(self.state.rewards, place)
        body = {"contact_uuid": self.contact(card), "reward_uuid": wanted, "shop_uuid": SHOP_UUID}
        self.call(rewards.create_reward_reception, body)

    @rule(place=PLACES)
    def reverse_points(self, place: int) -> None:
        if self.state.transactions:
            uuid = self.state.transactions[place % len(self.state.transactions)].uuid
            self.call(rewards.reverse_reward_reception, {}, reward_reception_uuid=uuid)
            self.call(points.reverse_credit_reception, {}, credit_reception_uuid=uuid)

    @rule(place=PLACES)
    def collect(self, place: int) -> None:
        if self.state.collectables:
            uuid = self.nth(self.state.collectables, place)
            self.call(rewards.collect_reward, {}, loyalty_transaction_uuid=uuid)

    @rule(card=MEMBERS, minor=AMOUNTS)
    def pay_prepaid(self, card: str, minor: int) -> None:
        body = {"contact_uuid": self.contact(card), "amount_in_cents": minor, "shop_uuid": SHOP_UUID}
        self.call(prepaid.create_prepaid_transaction, body)

    @rule(place=PLACES)
    def reverse_prepaid(self, place: int) -> None:
        rows = self.state.prepaid_transactions
        if rows:
            uuid = rows[place % len(rows)].uuid
            self.call(prepaid.reverse_prepaid_transaction, {}, prepaid_transaction_uuid=uuid)

    @rule(place=PLACES, minor=AMOUNTS)
    def pay_giftcard(self, place: int, minor: int) -> None:
        uuid = self.nth(self.state.giftcards, place)
        body = {"giftcard_uuid": uuid, "amount_in_cents": minor, "shop_uuid": SHOP_UUID}
        self.call(giftcards.create_giftcard_transaction, body)

    @rule(place=PLACES)
    def reverse_giftcard(self, place: int) -> None:
        rows = self.state.giftcard_transactions
        if rows:
            uuid = rows[place % len(rows)].uuid
            self.call(giftcards.reverse_giftcard_transaction, {}, giftcard_transaction_uuid=uuid)

    @rule(card=MEMBERS, set_points=TOTALS, minor=TOTALS)
    def set_balances(self, card: str, set_points: int, minor: int) -> None:
        form = {"card": card, "points": set_points, "prepaid_minor": minor}
        apply_control(self.state, "contacts", form, self.now)
        apply_control(self.state, "giftcards", {"code": "GC-NEW", "balance_minor": minor}, self.now)

    @rule(card=MEMBERS)
    def open_token(self, card: str) -> None:
        self.sent += 1
        body = {"version": "v3", "shop_uuid": SHOP_UUID, "unique_id": f"{self.sent}", "unit_value": 10}
        answer = loyalty_tokens.create_loyalty_token(self.state, Call(self.now, "", {}, {}, body))
        apply_control(self.state, "loyalty-tokens", {"url": answer.data, "card": card}, self.now)

    @rule()
    def redeem_a_voucher_of_nobody(self) -> None:
        contact_uuid = self.contact("10024711")
        body = {"code": "FLYER-CARD", "shop_uuid": SHOP_UUID, "contact_uuid": contact_uuid}
        self.call(vouchers.redeem_voucher, body)

    @rule(email=st.sampled_from(("new@example.test", "tom@example.test")))
    def claim_the_anonymous(self, email: str) -> None:
        anonymous = self.contact("10024718")
        target = next((c.uuid for c in self.state.contacts.values() if c.email == email), anonymous)
        self.call(claim_contact, {"email": email}, contact_uuid=anonymous)
        if anonymous not in self.state.contacts:  # merged: what it had is the other's now
            self.points[target] += self.points.pop(anonymous)
            self.prepaid[target] += self.prepaid.pop(anonymous)

    @rule()
    def add_an_anonymous(self) -> None:
        self.call(create_anonymous_contact, {})

    @invariant()
    def balances_are_what_the_rows_add_up_to(self) -> None:
        if not hasattr(self, "state"):
            return
        earned, spent = Counter(self.points), Counter(self.prepaid)
        for row in self.state.transactions:
            earned[row.contact_uuid] += row.credits
        for paid in self.state.prepaid_transactions:
            spent[paid.contact_uuid] += paid.amount_minor
        for contact in self.state.contacts.values():
            assert contact.points == earned[contact.uuid]
            assert contact.prepaid_minor == spent[contact.uuid]
        for card in self.state.giftcards.values():
            rows = [r.amount_minor for r in self.state.giftcard_transactions if r.giftcard_uuid == card.uuid]
            assert card.balance_minor == self.cards.get(card.uuid, 0) + sum(rows) >= 0

    @invariant()
    def orders_are_worth_the_points_their_rows_say(self) -> None:
        if not hasattr(self, "state"):
            return
        for order in self.state.orders.values():
            rows = [row.credits for row in self.state.transactions if row.order_uuid == order.uuid]
            assert order.points == sum(rows) >= 0

    @staticmethod
    def nth(table: dict[str, Any], place: int) -> str:
        return list(table)[place % len(table)]


Ledger.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
TestLedger = Ledger.TestCase
