"""Offers become discounts: exact, never below zero, whatever the sequence in which they were added."""

from __future__ import annotations

from kioskd.core.discount.engine import Stacking, apply
from kioskd.core.discount.offer import (
    AmountOff,
    Benefit,
    Categories,
    FreeItem,
    Offer,
    OfferKind,
    PercentOff,
    Products,
    Rule,
    Scope,
    WholeOrder,
)
from kioskd.core.discount.outcome import Applied, Discount, Item, Reason, Refusal, Share, items_of

__all__ = [
    "AmountOff",
    "Applied",
    "Benefit",
    "Categories",
    "Discount",
    "FreeItem",
    "Item",
    "Offer",
    "OfferKind",
    "PercentOff",
    "Products",
    "Reason",
    "Refusal",
    "Rule",
    "Scope",
    "Share",
    "Stacking",
    "WholeOrder",
    "apply",
    "items_of",
]
