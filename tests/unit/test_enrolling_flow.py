"""A kiosk that knows nothing: it listens to codes made for it, and to nothing else."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from kioskd.core.enrolling import CheckEnrolment, Enrolling, EnrolmentChecked, PairingChanged
from kioskd.core.enrolment import Objection, make_codes
from kioskd.core.events import DeviceChanged, Scanned, Tick
from kioskd.core.flow import next_deadline
from kioskd.core.health import DeviceHealth, DeviceKind, DeviceState
from kioskd.core.intents import ChooseLanguage, StartOrder
from kioskd.core.staff_intents import OpenStaff
from kioskd.core.visit import Place
from tests.unit.shopfront import EAT_IN, SHOP, Player, player

PAIRING = "ABCD-1234"


def _codes() -> tuple[str, ...]:
    rng = random.Random(1)
    text = "".join(chr(rng.randrange(32, 127)) for _ in range(500))
    return make_codes({"kiosk.toml": text}, PAIRING, bytes(16))


CODES = _codes()


def unknown() -> Player:
    p = player(SHOP, terminal=False)
    p.visit = replace(p.visit, phase=Enrolling())
    p.do(PairingChanged(PAIRING))
    return p


def phase(p: Player) -> Enrolling:
    assert isinstance(p.visit.phase, Enrolling)
    return p.visit.phase


def scan(p: Player, *codes: str) -> tuple[object, ...]:
    return p.do(*(Scanned(code, "front") for code in codes))


def test_the_last_missing_code_has_the_whole_set_looked_into() -> None:
    p = unknown()
    assert len(CODES) > 2
    assert scan(p, *CODES[1:], CODES[1]) == ()
    (wish,) = scan(p, CODES[0])
    assert isinstance(wish, CheckEnrolment)
    assert wish.collected.complete and (wish.request, wish.pairing) == (phase(p).asking, PAIRING)
    p.do(EnrolmentChecked(wish.request))
    assert phase(p).done
    assert scan(p, *CODES) == ()


@pytest.mark.parametrize("objection", Objection)
def test_a_set_that_is_of_no_use_says_why_and_another_can_be_shown(objection: Objection) -> None:
    p = unknown()
    scan(p, *CODES)
    p.do(EnrolmentChecked("another", Objection.DAMAGED))
    assert phase(p).asking
    p.do(EnrolmentChecked(phase(p).asking or "", objection))
    assert phase(p) == Enrolling(PAIRING, objection=objection)
    assert scan(p, *CODES)


def test_mistakes_stay_to_be_read_when_the_pairing_code_changes() -> None:
    p = unknown()
    scan(p, *CODES)
    p.do(EnrolmentChecked(phase(p).asking or "", problems=("kiosk.toml:3: is wrong",)))
    p.do(PairingChanged("WXYZ-9876"))
    assert phase(p) == Enrolling("WXYZ-9876", problems=("kiosk.toml:3: is wrong",))


def test_a_new_pairing_code_forgets_what_was_scanned_for_the_old_one() -> None:
    p = unknown()
    scan(p, *CODES[1:])
    p.do(PairingChanged("WXYZ-9876"))
    assert scan(p, CODES[0]) == ()


@pytest.mark.parametrize("code", ["10024711", "https://example.com", "KIOSKD1", "\x00"])
def test_other_codes_are_told_apart(code: str) -> None:
    p = unknown()
    scan(p, *CODES[1:])
    scan(p, code)
    assert phase(p).objection is Objection.NOT_OURS
    assert scan(p, CODES[0])


def test_whoever_does_not_answer_is_not_waited_for() -> None:
    p = unknown()
    scan(p, *CODES)
    due_s = next_deadline(p.visit, p.shop)
    assert due_s is not None
    p.mono_s = due_s
    p.do(Tick())
    assert phase(p).asking is None and phase(p).objection is Objection.DAMAGED


def test_nothing_leads_away_from_it_but_it_speaks_other_languages() -> None:
    p = unknown()
    p.do(StartOrder(EAT_IN), OpenStaff(), ChooseLanguage("nl"), ChooseLanguage("xx"))
    p.do(DeviceChanged(DeviceHealth("front", DeviceKind.SCANNER, DeviceState.OK)))
    assert p.visit.place is Place.ENROLLING and p.visit.language == "nl"
    assert "front" in p.visit.devices


def test_the_pairing_code_is_in_no_log() -> None:
    assert PAIRING not in repr(unknown().visit)
