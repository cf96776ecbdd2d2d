"""One open question: what is known, what staff can say, and how they know."""

from __future__ import annotations

from collections.abc import Iterator

from kioskd.core.intents import GoBack
from kioskd.core.shop import Shop
from kioskd.core.staff import Decision, ViewingQuestion
from kioskd.core.staff_intents import ConfirmDecision, Decide, PickCandidate
from kioskd.core.visit import Visit
from kioskd.ui.geometry import Rect
from kioskd.ui.screens.choices import Choice, choices, choices_area
from kioskd.ui.screens.frame import gap, head
from kioskd.ui.screens.question_words import KNOWN_BY, answer, consequence, facts, known, question_title
from kioskd.ui.screens.sheet import Sheet
from kioskd.ui.screens.stack import Block, stack
from kioskd.ui.screens.staff_page import staff_frame
from kioskd.ui.screens.staff_row import Row, row_block
from kioskd.ui.screens.staff_told import told_block
from kioskd.ui.screens.wait import waiting
from kioskd.ui.text import clean


def staff_question(sheet: Sheet, visit: Visit, shop: Shop, phase: ViewingQuestion) -> str:
    tr, question = sheet.tr, phase.question
    layout = staff_frame(sheet, visit, shop)
    title = question_title(question, tr)
    if phase.asking is not None:
        waiting(sheet, layout.body, tr("Writing it down"), phase.due_s or 0.0)
        return title
    if phase.decision is not None:
        return _how_do_you_know(sheet, layout.body, phase, phase.decision)
    answers: list[Choice] = [
        (f"decide:{decision}", answer(question, decision, tr), Decide(decision))
        for decision in question.decisions
    ]
    body = _with_choices(sheet, layout.body, title, tr("What do you know?"), answers)
    blocks = list(_blocks(sheet, visit, phase, body.w))
    stack(sheet, "question", body, blocks, gap(sheet) * 0.75 + 0.75, reset=question.id)
    return title


def _how_do_you_know(sheet: Sheet, body: Rect, phase: ViewingQuestion, decision: Decision) -> str:
    tr, question = sheet.tr, phase.question
    answers: list[Choice] = [
        (f"known:{reason}", tr(words), ConfirmDecision(reason)) for reason, words in KNOWN_BY.items()
    ]
    title = answer(question, decision, tr)
    body = _with_choices(sheet, body, title, tr("How do you know?"), answers)
    heading, note = question_title(question, tr), consequence(question, decision, tr)
    block = told_block(sheet, "consequence", heading, note, [], body.w)
    stack(sheet, "consequences", body, [block], 0.0, reset=decision)
    return title


def _with_choices(sheet: Sheet, body: Rect, title: str, heading: str, answers: list[Choice]) -> Rect:
    """Lays out the head and the answers; what is left is for what the answers are about."""
    if sheet.stage.portrait:
        body = head(sheet, body, title, back=GoBack())
        at, body = choices_area(sheet, body, len(answers), 2)
        choices(sheet, at, heading, answers, 2)
        return body
    at, left = body.end(body.w * 0.42, gap(sheet) * 1.5)
    body = head(sheet, left, title, back=GoBack())
    choices(sheet, at, heading, answers, 2 if sheet.stage.compact and len(answers) > 2 else 1)
    return body


def _blocks(sheet: Sheet, visit: Visit, phase: ViewingQuestion, width: float) -> Iterator[Block]:
    tr, question = sheet.tr, phase.question
    if phase.refused:
        words = clean(phase.refused)
        words = words[:1].upper() + words[1:]
        yield told_block(sheet, "refused", tr("This could not be done"), words, [], width)
    amount = tr.money(question.amount) if question.amount else ""
    heading = ", ".join(filter(None, (amount, facts(question, visit.now, tr))))
    yield told_block(sheet, "known", heading, "\n".join(known(question, visit.now, tr)), [], width)
    for number, candidate in enumerate(question.evidence.candidates, start=1):
        row = Row(
            f"candidate:{number}",
            tr("This one"),
            clean(candidate, 40),
            action=PickCandidate(candidate),
            selected=candidate == phase.candidate,
            lines=2,
        )
        yield row_block(sheet, row, width)
