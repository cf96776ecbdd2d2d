"""Loyalty tokens: links that give a guest points later. Anyone who knows the shop's secret can make one.

The link carries its fields and a SHA-1 over the same fields in the same order with the secret at the end:

    version=v3&shop_uuid=..&unique_id=..&timestamp=..&unit_name=..&unit_value=..&secret=..

`unit_value` is in major currency units. How values with special characters are escaped before hashing is
documented nowhere; here they are not.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from kioskd.sim.leat.answers import Answer, Call, LeatError
from kioskd.sim.leat.codes import Code
from kioskd.sim.leat.fields import Fields
from kioskd.sim.leat.ledger import book_points
from kioskd.sim.leat.points import points_for_minor
from kioskd.sim.leat.records import Contact, Transaction
from kioskd.sim.leat.state import LeatState

_FIELDS: Final = {
    "v1": ("version", "shop_uuid", "unique_id", "timestamp", "credits"),
    "v2": ("version", "shop_uuid", "unique_id", "timestamp", "unit_name", "unit_value"),
    "v3": ("version", "shop_uuid", "unique_id", "timestamp", "unit_name", "unit_value"),
}


class TokenRefused(Exception):
    """Said to the guest who opens the link."""


def token_hash(fields: Mapping[str, str], secret: str) -> str:
    """Of `fields` in their order."""
    text = "&".join(f"{name}={value}" for name, value in fields.items())
    return hashlib.sha1(f"{text}&secret={secret}".encode(), usedforsecurity=False).hexdigest()


def create_loyalty_token(state: LeatState, call: Call) -> Answer:
    form = Fields(call.body)
    version = form.text("version", required=True, choices=tuple(_FIELDS)) or ""
    shop_uuid = form.text("shop_uuid", required=True) or ""
    unique_id = form.text("unique_id", required=True) or ""
    unit_name = form.text("unit_name")
    unit_value = form.number("unit_value")
    credits = form.integer("credits")
    form.check()
    shop = state.shop(shop_uuid)
    if version == "v1" and credits is None:
        raise LeatError(Code.TOKEN_NEEDS_CREDITS)
    if version != "v1" and unit_value is None:
        raise LeatError(Code.TOKEN_NEEDS_UNITS)
    known = {
        "version": version,
        "shop_uuid": shop_uuid,
        "unique_id": unique_id,
        "timestamp": str(int(call.now.timestamp())),
        "unit_name": unit_name or "purchase_amount",
        "unit_value": str(unit_value),
        "credits": str(credits),
    }
    fields = {name: known[name] for name in _FIELDS[version]}
    signed = fields | {"hash": token_hash(fields, shop.token_secret)}
    return Answer(f"{state.account.portal_url}/l?{urlencode(signed)}")


def collect_token(state: LeatState, url: str, contact: Contact, now: datetime) -> Transaction:
    """What happens when `contact` opens the link in Leat's portal. Raises TokenRefused."""
    try:
        sent = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    except ValueError:
        raise TokenRefused("the link cannot be read") from None
    names = _FIELDS.get(sent.get("version", ""))
    if names is None:
        raise TokenRefused("the link is no loyalty token")
    missing = [name for name in (*names, "hash") if not sent.get(name)]
    if missing:
        raise TokenRefused(f"the token lacks {', '.join(missing)}")
    fields = {name: sent[name] for name in names}
    shop = state.shops.get(fields["shop_uuid"])
    if shop is None:
        raise TokenRefused("the shop is unknown")
    if not hmac.compare_digest(token_hash(fields, shop.token_secret).encode(), sent["hash"].encode()):
        raise TokenRefused("the hash is wrong")
    try:
        int(fields["timestamp"])
        value = int(fields["credits"]) if "credits" in fields else float(fields["unit_value"])
    except ValueError:
        raise TokenRefused("the timestamp or the value is no number") from None
    if not 0 <= value < 10**9:
        raise TokenRefused("the value is out of range")
    if (shop.uuid, fields["unique_id"]) in state.spent_tokens:
        raise TokenRefused("the token has been used")
    state.spent_tokens.add((shop.uuid, fields["unique_id"]))
    if "credits" in fields:
        return book_points(state, contact, int(value), shop, now)
    credits = points_for_minor(state, round(value * 100))
    return book_points(state, contact, credits, shop, now, unit_value=value)
