"""kiosk.toml: offers, stored value and charges, as the kiosk uses them and what is said of mistakes."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kioskd.core.catalogue import Service, Words
from kioskd.core.discount import Stacking
from kioskd.core.money import Money
from kioskd.core.order import ChargeKind
from kioskd.core.shop import Capability, Shop
from kioskd.daemon.config.dump import dump_config
from kioskd.daemon.wiring.shop import shop_of
from tests.unit.shopfront import CATALOGUE
from tests.unit.test_config import LEAT, SMALL, load, refusal

WITH_LEAT = SMALL + LEAT + 'token_file = "t"\n'
CHARGE = '\n[[charge]]\nkind = "packaging"\nname = "Box"\n'


def shop(folder: Path, text: str) -> Shop:
    return shop_of(load(folder, text), CATALOGUE)


def test_with_leat_everything_is_offered_unless_it_is_turned_off(tmp_path: Path) -> None:
    assert shop(tmp_path, WITH_LEAT).capabilities == {
        Capability.OFFERS,
        Capability.GIFT_CARDS,
        Capability.PREPAID,
        Capability.LAST_ORDER,
    }
    assert shop(tmp_path, SMALL).capabilities == frozenset()
    less = "[loyalty.offers]\nenabled = false\n[loyalty.stored_value]\nprepaid = false\n"
    assert shop(tmp_path, WITH_LEAT + less).capabilities == {Capability.GIFT_CARDS, Capability.LAST_ORDER}


def test_a_shop_stacks_holds_and_asks_for_a_card_as_it_is_told(tmp_path: Path) -> None:
    usual = shop(tmp_path, WITH_LEAT)
    assert (usual.stacking, usual.vouchers_need_card, usual.limits.hold_s) == (Stacking.BEST, True, 16.0)
    own = "timeout_s = 5\n[loyalty.offers]\nstacking = 'all'\nvouchers_without_card = true\n"
    told = shop(tmp_path, WITH_LEAT + own)
    assert (told.stacking, told.vouchers_need_card, told.limits.hold_s) == (Stacking.ALL, False, 10.0)


def test_charges_are_written_like_prices_and_may_be_for_one_service(tmp_path: Path) -> None:
    text = SMALL + (
        '[[charge]]\nkind = "service"\nname = { en = "Service", nl = "Bediening" }\npercent = 7.5\n'
        'for = "eat_in"\n[[charge]]\nkind = "packaging"\nname = "Box"\namount = "0.30"\n'
    )
    service, box = shop(tmp_path, text).charges
    assert (service.kind, service.percent, service.service) == (
        ChargeKind.SERVICE,
        Decimal("7.5"),
        Service.EAT_IN,
    )
    assert service.name.in_language("nl") == "Bediening"
    assert (box.kind, box.amount, box.service) == (ChargeKind.PACKAGING, Money(30, "EUR"), None)
    assert box.name == Words("Box")


def test_a_charge_is_in_the_kiosk_s_own_currency(tmp_path: Path) -> None:
    yen = SMALL.replace('"EUR"', '"JPY"') + CHARGE + "amount = 30\n"
    assert shop(tmp_path, yen).charges[0].amount == Money(30, "JPY")
    assert "amount: is no price" in refusal(tmp_path, yen.replace("amount = 30", "amount = 0.5"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (CHARGE, "kiosk.toml:19: charge#1: needs either an amount or a percentage"),
        (CHARGE + "amount = 1\npercent = 5\n", "charge#1: needs either an amount or a percentage"),
        (CHARGE + "amount = 0\n", "charge#1: has an amount of zero (remove the charge)"),
        (CHARGE + "amount = -1\n", "kiosk.toml:22: charge#1.amount: is negative"),
        (CHARGE + "percent = 0\n", "charge#1.percent: is no percentage (above 0 and up to 100"),
        (CHARGE + "percent = 101\n", "charge#1.percent: is no percentage"),
        (CHARGE + 'percent = "ten"\n', "charge#1.percent: is no percentage"),
        (CHARGE + 'percent = 5\nfor = "delivery"\n', 'charge#1.for: is "delivery"'),
        (CHARGE.replace("packaging", "tip") + "percent = 5\n", 'charge#1.kind: is "tip"'),
        (CHARGE.replace('"Box"', '{ xx = "Box" }') + "percent = 5\n", 'charge#1.name: has a text in "xx"'),
        (LEAT + 'token_file = "t"\n[loyalty.offers]\nstackin = "all"\n', 'did you mean "stacking"?'),
        (LEAT + 'token_file = "t"\n[loyalty.offers]\nmode = "never"\n', 'loyalty.offers.mode: is "never"'),
        (
            LEAT + 'token_file = "t"\n[loyalty.offers.values]\nabsolute = ["Free_Item"]\n',
            'loyalty.offers.values: has "free_item" twice',
        ),
        (LEAT + 'token_file = "t"\n[loyalty.offers.values]\nabsolute = []\n', "has too few entries"),
        (
            LEAT + 'token_file = "t"\n[loyalty.offers.attributes]\ncategory = "kiosk_location"\n',
            'loyalty.offers.attributes: has "kiosk_location" for two things',
        ),
        (
            LEAT + 'token_file = "t"\n[loyalty.stored_value]\ngift_card_reference = "a b"\n',
            "loyalty.stored_value.gift_card_reference: is no name of an attribute",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    assert said in refusal(tmp_path, SMALL + text)


@pytest.mark.parametrize("only", [True, False])
def test_the_dump_of_all_of_it_loads_again(tmp_path: Path, only: bool) -> None:
    config = load(
        tmp_path,
        WITH_LEAT + '[loyalty.offers]\nlocation = "HK-01"\n[loyalty.offers.values]\n'
        'percentage = ["percent", "Percentage"]\n' + CHARGE + "percent = 7.5\n"
        '[[charge]]\nkind = "service"\nname = { en = "Service", ar = "خدمة" }\namount = "1.20"\n',
    )
    dumped = dump_config(config, only_changes=only)
    assert load(tmp_path, dumped) == config
    document: dict[str, Any] = tomllib.loads(dumped)
    assert document["loyalty"]["offers"]["values"]["percentage"] == ["percent", "percentage"]
    assert document["charge"][1]["name"] == {"en": "Service", "ar": "خدمة"}
