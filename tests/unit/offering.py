"""A shop whose backend can do everything, and what its guests have: rights of each kind, money on cards."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from kioskd.core.bill import ChargeRule
from kioskd.core.catalogue import Words
from kioskd.core.denial import Denial
from kioskd.core.discount import AmountOff, FreeItem, PercentOff, Products, Rule, WholeOrder
from kioskd.core.member import CollectableReward, Reward, Voucher
from kioskd.core.order import ChargeKind
from kioskd.core.shop import Capability
from kioskd.core.stored_value import GiftCard
from tests.euros import eur
from tests.unit.shopfront import SANNE, SHOP

GENEROUS = replace(SHOP, capabilities=frozenset(Capability))
CHARGING = replace(GENEROUS, charges=(ChargeRule(ChargeKind.PACKAGING, Words("Bag"), eur(25)),))

TWENTY_OFF = Rule(PercentOff(Decimal(20)), WholeOrder())
EURO_OFF = Rule(AmountOff(eur(100)), WholeOrder())
FREE_WATER = Rule(FreeItem(), Products(("W1",)))
BURGER_FREE = Rule(FreeItem(), Products(("B1",)))
OVER_FIFTY = Rule(AmountOff(eur(500)), WholeOrder(), minimum_order=eur(5000))

WATER_REWARD = Reward("r-water", "Free water", 500, rule=FREE_WATER, keeps=True)
EURO_REWARD = Reward("r-euro", "A euro off", 300, rule=EURO_OFF)
DEAR_REWARD = Reward("r-dear", "Free burger", 9000, rule=BURGER_FREE)
SOLD_OUT = Reward("r-gone", "Sold out", 10, available=False, rule=EURO_OFF)
RIDDLE = Reward("r-riddle", "A riddle", 10)
TWENTY = Voucher("v-20", "20 % off", code="SECRET-20", rule=TWENTY_OFF, member_id=SANNE.id)
EXPIRED = Voucher("v-old", "Too late", code="OLD", rule=TWENTY_OFF, member_id=SANNE.id, denial=Denial.EXPIRED)
NOBODYS = Voucher("v-any", "Welcome", code="WELCOME", rule=EURO_OFF)
STRANGERS = Voucher("v-other", "Of another", code="OTHER", rule=EURO_OFF, member_id="m-2")
BURGER_WAITS = CollectableReward("c-burger", "Burger to collect", rule=BURGER_FREE)

MIA = replace(
    SANNE,
    prepaid=eur(600),
    rewards=(RIDDLE, SOLD_OUT, EURO_REWARD, WATER_REWARD, DEAR_REWARD),
    vouchers=(TWENTY, EXPIRED),
    collectables=(BURGER_WAITS,),
)
"""Sanne, with everything a member can have, and 1240 points."""

FIVE = GiftCard("g-5", "GIFT-CODE-0005", eur(500))
TEN = GiftCard("g-10", "GIFT-CODE-0010", eur(1000))
SPENT = GiftCard("g-0", "GIFT-CODE-0000", eur(0))
LAPSED = GiftCard("g-old", "GIFT-CODE-0001", eur(500), expires_on=date(2025, 1, 1))
