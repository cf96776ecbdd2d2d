"""A question for staff, and a kiosk at a glance."""

from __future__ import annotations

from kioskd.core.deeds import Action
from kioskd.core.money import Money
from kioskd.core.question import Evidence, Question, Subject
from kioskd.core.staff import Decision
from kioskd.core.staff_overview import StaffOverview
from tests.unit.shopfront import NOON

QUESTION = Question(
    "q-1",
    Subject.DOUBT,
    Action.CHARGE_GIFT_CARD,
    Action.CHARGE_GIFT_CARD.value,
    "A1",
    Money(850, "EUR"),
    NOON,
    (Decision.HAPPENED, Decision.NOT_HAPPENED, Decision.SEND_AGAIN),
    evidence=Evidence(Money(2500, "EUR"), NOON, ("m-1", "m-2"), 1),
)
OVERVIEW = StaffOverview(unpaid=1, questions=1, waiting=3, near_limit=False, version="1.0")
