"""The link on a receipt with which a guest collects the points later: built here, without asking Leat.

The link says what was bought where, and a hash over that and a secret shared with Leat proves that a till of
the merchant wrote it. Its `unique_id` makes it good for one use.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime

from kioskd.core.money import Money

_SAFE = re.compile(r"[0-9A-Za-z._-]{1,100}")
"""Nobody tells how Leat escapes values before hashing, so nothing that would need it is ever sent."""
_HOST = re.compile(r"[0-9A-Za-z.-]{1,253}(:[0-9]{1,5})?")


def claim_link(
    portal_host: str,
    secret: str,
    shop_uuid: str,
    unique_id: str,
    issued_at: datetime,
    amount: Money,
    unit_name: str = "purchase_amount",
) -> str:
    """A link of version 3. The amount is in major units there, without trailing zeros: 8.50 reads 8.5.

    Raises ValueError for an id or a host with other characters than letters, digits, dots and dashes, for an
    empty secret, and for an amount that is not above zero.
    """
    for name, value in (("shop_uuid", shop_uuid), ("unique_id", unique_id), ("unit_name", unit_name)):
        if not _SAFE.fullmatch(value):
            raise ValueError(f"{name} has characters that a loyalty token cannot carry")
    if not _HOST.fullmatch(portal_host):
        raise ValueError("the portal's host is no host name")
    if not secret or amount.minor <= 0:
        raise ValueError("a loyalty token needs a secret and an amount above zero")
    what = (
        f"version=v3&shop_uuid={shop_uuid}&unique_id={unique_id}&timestamp={int(issued_at.timestamp())}"
        f"&unit_name={unit_name}&unit_value={_plain(amount)}"
    )
    digest = hashlib.sha1(f"{what}&secret={secret}".encode(), usedforsecurity=False).hexdigest()
    return f"https://{portal_host}/l?{what}&hash={digest}"


def _plain(amount: Money) -> str:
    text = f"{amount.major():f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
