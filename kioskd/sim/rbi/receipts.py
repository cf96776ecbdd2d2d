"""The texts a claim comes back with. They belong to the market and are in its language, here English."""

from __future__ import annotations

import base64
import hashlib

from kioskd.sim.rbi.records import JsonObject, Transaction
from kioskd.sim.rbi.state import RbiState

_HEADER = "Harbour Rewards"
_FOOTER = "Points expire 180 days\nafter the last purchase."


def receipt_code(transaction_id: str) -> str:
    """Sixteen letters and digits."""
    digest = hashlib.sha256(transaction_id.encode()).digest()
    return base64.b32encode(digest)[:16].decode()


def presentation(state: RbiState, transaction: Transaction, points: int | None) -> JsonObject:
    """What goes with an answer that prints something. `points` None: for a guest nobody knows."""
    if state.switches.receipt_texts == "none":
        return {}
    likely = state.switches.receipt_keys == "likely"
    qr, redeemed = ("qrCode", "pointsRedeemed") if likely else ("qr", "redeemedPoints")
    texts: JsonObject = {"header": _HEADER}
    if points is not None:
        texts["pointsEarned"] = f"Earned: {transaction.earned_points}"
        texts["totalPoints"] = f"Balance: {points}"
    if state.switches.receipt_texts == "full":
        texts["footer"] = _FOOTER
        texts["identifier"] = f"Transaction ID: {transaction.id}"
        if points is None:
            texts["marketing"] = "Points for every bite: get the app!"
            texts[qr] = f"https://harbour.example.test/claim/{receipt_code(transaction.id)}"
        elif transaction.burned_points:
            texts[redeemed] = f"Spent: {transaction.burned_points}"
    return {"presentation": texts}
