"""Calling for help: sent, answered or overdue, and over when the visit is."""

from __future__ import annotations

from dataclasses import replace

from kioskd.core.effects import CallHelp, EndCall
from kioskd.core.events import HelpChanged
from kioskd.core.help import HelpCall, HelpState
from kioskd.core.intents import AnswerHelp, AskHelp
from kioskd.core.notice import NoticeKind
from kioskd.core.rules.table import Context, Step, notice, rule
from kioskd.core.visit import Place, Visit

_SAID = {
    HelpState.CALLED: NoticeKind.HELP_CALLED,
    HelpState.COMING: NoticeKind.HELP_COMING,
    HelpState.OVERDUE: NoticeKind.HELP_OVERDUE,
}


@rule(Place, AskHelp, stays=True)
def ask_help(visit: Visit, event: AskHelp, context: Context) -> Step:
    """Asking twice calls once, and says again how it stands."""
    if not context.shop.help:
        return Step(notice(visit, NoticeKind.HELP, context))
    if visit.help is not None:
        return Step(notice(visit, _SAID[visit.help.state], context))
    call = HelpCall(context.moment.token, context.after(context.shop.limits.help_s))
    called = replace(visit, help=call)
    return Step(notice(called, NoticeKind.HELP_CALLED, context), (CallHelp(call.id, visit.language),))


@rule(Place, AnswerHelp, stays=True)
def answer_help(visit: Visit, event: AnswerHelp, context: Context) -> Step:
    call = visit.help
    return Step(replace(visit, help=None), (EndCall(call.id),)) if call else Step(visit)


@rule(Place, HelpChanged, stays=True)
def help_changed(visit: Visit, event: HelpChanged, context: Context) -> Step:
    call = visit.help
    if call is None or call.id != event.call or call.state is event.state:
        return Step(visit)
    told = replace(call, state=event.state, waits_until_s=context.after(context.shop.limits.help_s))
    return Step(notice(replace(visit, help=told), _SAID[event.state], context))
