"""How many points the basket would earn: asked whenever it is shown and has changed, waited for by nobody."""

from __future__ import annotations

from dataclasses import replace

from kioskd.core.bill import DRAFT
from kioskd.core.effects import PreviewPoints
from kioskd.core.events import PointsPreviewed
from kioskd.core.order import order_lines
from kioskd.core.rules.table import Context, Step, rule
from kioskd.core.visit import Place, Visit

_SHOWN_AT = (Place.MENU, Place.REVIEWING, Place.CHECKOUT)


@rule(tuple(Place), PointsPreviewed, stays=True)
def points_previewed(visit: Visit, event: PointsPreviewed, context: Context) -> Step:
    return Step(replace(visit, previews=visit.previews.answered(event.request, event.preview)))


def with_question(done: Step, context: Context) -> Step:
    """`done`, and the question if the basket on the screen is one nobody was asked about yet.

    One question at a time: what changed meanwhile is asked about once the answer is there, so a guest who
    touches quickly costs the backend no more than one call per round trip.
    """
    visit = done.visit
    if not context.shop.preview or visit.online is False:
        return done
    if visit.place not in _SHOWN_AT or not visit.basket.lines:
        return done
    subject = visit.preview_subject
    if not visit.previews.lacks(subject):
        return done
    request = context.moment.token
    lines = order_lines(DRAFT, visit.basket)
    question = PreviewPoints(
        request, lines, subject.discounts, subject.charges, subject.member_id, visit.language
    )
    asked = replace(visit, previews=visit.previews.asking(request, subject))
    return Step(asked, (*done.effects, question))
