"""The other loyalty world in the panel, in the shape of the first: its guests, codes and transactions."""

from __future__ import annotations

from typing import Any

from kioskd.sim.rbi import RbiSimulator
from kioskd.sim.switch_list import switch_list


def loyalty_sections(rbi: RbiSimulator, longest: int) -> dict[str, Any]:
    """All but requests and faults. Codes that still work stand beside the cards; orders are transactions."""
    known = rbi.to_json()
    codes = [code for code in known["codes"] if not code["used"] and not code["expired"]]
    return {
        "title": "Whole orders",
        "currency": "EUR",
        "credit_name": "points",
        "members": [
            {
                "uuid": guest["id"],
                "name": guest["name"],
                "tier": None,
                "points": guest["available"],
                "cards": [
                    {"value": value, "active": True}
                    for value in (
                        *guest["cards"],
                        *(code["code"] for code in codes if code["guest"] == guest["name"]),
                    )
                ],
                "prepaid_minor": 0,
                "vouchers": [],
                "collectables": guest["unlocked"],
            }
            for guest in known["guests"]
        ],
        "unlinked_cards": [code["code"] for code in known["promo_codes"] if not code["used"]],
        "unlinked_vouchers": [],
        "giftcards": [],
        "rewards": [],
        "switches": switch_list(rbi.state.switches),
        "orders": [_order(one, known["guests"]) for one in known["transactions"]][: -longest - 1 : -1],
    }


def _order(transaction: dict[str, Any], guests: list[dict[str, Any]]) -> dict[str, Any]:
    details = (transaction["body"] or {}).get("transactionDetails", {})
    owner = next((guest["id"] for guest in guests if guest["name"] == transaction["guest"]), None)
    return {
        **transaction,
        "uuid": transaction["id"],
        "reference": transaction["order_number"],
        "contact": {"uuid": owner},
        "points": transaction["earned_points"] - transaction["burned_points"],
        "total_order_amount": sum(paid["amount"] for paid in details.get("payments", ())),
        "currency": details.get("currency", "EUR"),
    }
