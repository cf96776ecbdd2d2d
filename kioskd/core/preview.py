"""What a basket would earn: nice to know, needed by nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kioskd.core.basket import BasketContent
from kioskd.core.order import OrderCharge, OrderDiscount

MAX_KEPT = 20
"""Baskets of one visit whose answers are remembered; the oldest go first."""


@dataclass(frozen=True, slots=True)
class BasketPoints:
    """`points_name` is the programme's own word for points, None when it has none or did not say."""

    points: int
    points_name: str | None = None


@dataclass(frozen=True, slots=True)
class PreviewSubject:
    """Whose basket, what is in it, what comes off and on top. An answer counts for an equal subject only."""

    member_id: str | None
    content: BasketContent
    discounts: tuple[OrderDiscount, ...] = ()
    charges: tuple[OrderCharge, ...] = ()


@dataclass(frozen=True, slots=True)
class _Question:
    request: str
    subject: PreviewSubject


@dataclass(frozen=True, slots=True)
class Previews:
    """The answers of one visit and the one question that may be on its way."""

    question: _Question | None = None
    known: tuple[tuple[PreviewSubject, BasketPoints], ...] = ()
    unanswered: PreviewSubject | None = None
    """Asked about last and in vain. It is asked about again once there was another question in between."""

    def of(self, subject: PreviewSubject) -> BasketPoints | None:
        return next((preview for known, preview in self.known if known == subject), None)

    def lacks(self, subject: PreviewSubject) -> bool:
        """Whether to ask about `subject` now."""
        return self.question is None and self.unanswered != subject and self.of(subject) is None

    def asking(self, request: str, subject: PreviewSubject) -> Previews:
        return replace(self, question=_Question(request, subject), unanswered=None)

    def answered(self, request: str, preview: BasketPoints | None) -> Previews:
        """None is an answer too. One to another question than the one on its way changes nothing."""
        if self.question is None or self.question.request != request:
            return self
        subject = self.question.subject
        if preview is None:
            return replace(self, question=None, unanswered=subject)
        known = (*self.known[1 - MAX_KEPT :], (subject, preview))
        return replace(self, question=None, known=known)
