"""Whatever is broken: guests are told what works, in their words, and nothing of devices."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product

import pytest

from kioskd.core.health import DeviceHealth, DeviceKind, DeviceState
from kioskd.core.order import Tender
from kioskd.core.phases import Blockage, OutOfOrder
from kioskd.core.rules.table import resting_phase
from kioskd.core.shop import Shop
from kioskd.core.shortfall import Shortfall, shortfalls
from kioskd.core.visit import Visit, first_visit
from kioskd.ui.compose import Composer
from kioskd.ui.fonts import Fonts
from kioskd.ui.scene import Scene
from kioskd.ui.stage import Stage
from kioskd.ui.theme import default_theme
from tests.ui_visits import DISPLAYS, shop

SHOP = shop()
STAGE = Stage(DISPLAYS["portrait"], default_theme())
FONTS = Fonts(STAGE)
DETAIL = "no answer from 192.168.1.20:20007"
TECHNICAL = ("192.168", "20007", "faulty", "absent", "terminal", "backend", "timeout", "error")
TENDERS = ((Tender.CARD,), (Tender.COUNTER,), (Tender.CARD, Tender.COUNTER))


def visit_with(shop: Shop, states: tuple[DeviceState, ...], online: bool | None) -> Visit:
    kinds = (DeviceKind.TERMINAL, DeviceKind.PRINTER, DeviceKind.SCANNER)
    devices = {
        kind.value: DeviceHealth(kind.value, kind, state, DETAIL)
        for kind, state in zip(kinds, states, strict=True)
    }
    fresh = replace(first_visit(shop, datetime(2026, 6, 1, 12, tzinfo=UTC)), devices=devices, online=online)
    return replace(fresh, phase=resting_phase(fresh, shop))


def shown(shop: Shop, visit: Visit) -> Scene:
    return Composer(STAGE, FONTS, shop).scene(visit)


def words(scene: Scene) -> str:
    return " ".join(f"{widget.name} {widget.value}" for widget in scene.widgets)


@pytest.mark.parametrize("tenders", TENDERS)
def test_whatever_is_broken_the_guest_is_told_what_works(tenders: tuple[Tender, ...]) -> None:
    shop = replace(SHOP, tenders=tenders, staff=True)
    for terminal, printer, scanner in product(DeviceState, DeviceState, DeviceState):
        visit = visit_with(shop, (terminal, printer, scanner), online=False)
        said = shortfalls(visit, shop)
        works, comes = terminal in (DeviceState.OK, DeviceState.DEGRADED), terminal is DeviceState.STARTING
        payable = works or comes or Tender.COUNTER in tenders
        if Tender.CARD not in tenders:
            assert Shortfall.COUNTER_ONLY not in said
        assert isinstance(visit.phase, OutOfOrder) is not payable
        both = Tender.CARD in tenders and Tender.COUNTER in tenders
        assert (Shortfall.COUNTER_ONLY in said) is (both and not works and not comes)
        assert (Shortfall.NO_PAPER in said) is (printer in (DeviceState.ABSENT, DeviceState.FAULTY))
        assert Shortfall.POINTS_LATER in said


@pytest.mark.parametrize("terminal", DeviceState)
@pytest.mark.parametrize("online", [True, False, None])
@pytest.mark.parametrize("tenders", TENDERS)
def test_no_guest_reads_technical_words(
    terminal: DeviceState, online: bool | None, tenders: tuple[Tender, ...]
) -> None:
    shop = replace(SHOP, tenders=tenders, staff=True)
    for printer in (DeviceState.OK, DeviceState.FAULTY):
        visit = visit_with(shop, (terminal, printer, DeviceState.ABSENT), online)
        said = words(shown(shop, visit))
        assert not [word for word in TECHNICAL if word in said.lower()]
        if isinstance(visit.phase, OutOfOrder):
            assert "at the counter is happy to help" in said
        elif shortfalls(visit, shop):
            assert shown(shop, visit).widgets and any(
                widget.id == "shortfall" for widget in shown(shop, visit).widgets
            )


def test_without_a_page_for_staff_the_team_reads_why_on_the_screen() -> None:
    shop = replace(SHOP, tenders=(Tender.CARD,), staff=False)
    visit = visit_with(shop, (DeviceState.FAULTY, DeviceState.OK, DeviceState.OK), online=True)
    assert isinstance(visit.phase, OutOfOrder) and visit.phase.reason is Blockage.NO_TENDER
    assert DETAIL in words(shown(shop, visit))


def test_a_shop_without_points_promises_none() -> None:
    shop = replace(SHOP, loyalty=False)
    visit = visit_with(shop, (DeviceState.OK,) * 3, online=False)
    assert shortfalls(visit, shop) == ()
