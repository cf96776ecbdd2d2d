"""A guest who needs somebody: called once, told how it stands, and never left with a call nobody answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kioskd.core.effects import CallHelp, EndCall, Forget
from kioskd.core.events import HelpChanged, Tick
from kioskd.core.help import HelpState
from kioskd.core.intents import AnswerHelp, AskHelp, StartOrder
from kioskd.core.notice import NoticeKind
from kioskd.core.visit import Place
from tests.unit.shopfront import EAT_IN, SHOP, Player, player

CALLING = replace(SHOP, help=True)


def called() -> tuple[Player, str]:
    p = player(CALLING)
    p.do(StartOrder(EAT_IN))
    [call] = p.do(AskHelp())
    assert isinstance(call, CallHelp) and call.language == p.visit.language
    return p, call.call


def said(p: Player) -> NoticeKind | None:
    return p.visit.notice.kind if p.visit.notice else None


def test_where_nobody_can_be_called_the_guest_is_told_where_to_go() -> None:
    p = player()
    assert p.do(AskHelp()) == ()
    assert said(p) is NoticeKind.HELP and p.visit.help is None


def test_asking_twice_calls_once_and_says_how_it_stands() -> None:
    p, _ = called()
    assert said(p) is NoticeKind.HELP_CALLED
    assert p.do(AskHelp()) == ()
    assert said(p) is NoticeKind.HELP_CALLED


@pytest.mark.parametrize(
    ("state", "kind"),
    [(HelpState.COMING, NoticeKind.HELP_COMING), (HelpState.OVERDUE, NoticeKind.HELP_OVERDUE)],
)
def test_what_becomes_of_it_is_said(state: HelpState, kind: NoticeKind) -> None:
    p, call = called()
    p.do(HelpChanged(call, state))
    assert said(p) is kind and p.visit.help and p.visit.help.state is state
    p.do(HelpChanged("another", HelpState.CALLED))
    assert p.visit.help.state is state


def test_whoever_waits_for_somebody_is_not_sent_away() -> None:
    p, _ = called()
    p.wait(SHOP.limits.help_s)
    p.do(Tick())
    assert p.visit.place is Place.MENU
    p.wait(SHOP.limits.idle_s)
    p.do(Tick())
    assert p.visit.place is Place.STILL_THERE


def test_the_call_ends_with_the_visit() -> None:
    p = player(CALLING)
    p.do(AskHelp())
    assert not p.visit.at_home
    p.wait(SHOP.limits.help_s + SHOP.limits.idle_s)
    assert p.do(Tick()) == (Forget(),)
    assert p.visit.help is None and p.visit.at_home


def test_staff_who_stand_there_end_it() -> None:
    p, call = called()
    assert p.do(AnswerHelp()) == (EndCall(call),)
    assert p.visit.help is None
    assert p.do(AnswerHelp()) == ()
