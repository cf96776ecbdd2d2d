"""What only a person can decide, the oldest first."""

from __future__ import annotations

from kioskd.core.intents import GoBack
from kioskd.core.question import Question
from kioskd.core.shop import Shop
from kioskd.core.staff import BrowsingQuestions
from kioskd.core.staff_intents import ShowQuestion
from kioskd.core.visit import Visit
from kioskd.ui.screens.frame import gap
from kioskd.ui.screens.question_words import facts, question_title
from kioskd.ui.screens.sheet import Sheet
from kioskd.ui.screens.stack import stack
from kioskd.ui.screens.staff_page import calm, list_head, staff_frame
from kioskd.ui.screens.staff_row import Row, row_block
from kioskd.ui.screens.wait import waiting


def staff_questions(sheet: Sheet, visit: Visit, shop: Shop, phase: BrowsingQuestions) -> str:
    tr = sheet.tr
    title = tr("Open questions")
    layout = staff_frame(sheet, visit, shop)
    body, controls = list_head(sheet, layout.body, title, GoBack())
    if phase.asking is not None:
        waiting(sheet, body, tr("Looking up the questions"), phase.due_s or 0.0)
    elif phase.failed:
        calm(sheet, body, "warning", tr("The questions could not be looked up. Go back and try again."))
    elif not phase.questions:
        calm(sheet, body, "check-mark", tr("Nothing to decide"))
    else:
        blocks = [row_block(sheet, _row(sheet, visit, each), body.w) for each in phase.questions]
        space = gap(sheet) * 0.75 + 0.75
        stack(sheet, "questions", body, blocks, space, reset="questions", controls=controls)
    return title


def _row(sheet: Sheet, visit: Visit, question: Question) -> Row:
    tr = sheet.tr
    return Row(
        f"question:{question.id}",
        question_title(question, tr),
        facts(question, visit.now, tr),
        end=tr.money(question.amount) if question.amount else "",
        action=ShowQuestion(question.id),
        lines=2,
    )
