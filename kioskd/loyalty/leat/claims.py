"""Points for guests who show no card: the link on their receipt, made without asking Leat.

Leat's portal books the points for whoever opens the link first. Its id is the order's, so it works once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from kioskd.core.errors import ConfigError
from kioskd.core.order import Order
from kioskd.loyalty.leat.token import claim_link

MAX_LENGTH = 300
_ROOM_FOR_ORDER = 36 + len("1234567890") + len("123456.78")
"""The longest id, time and amount that an order of ours has."""


@dataclass(frozen=True, slots=True)
class LeatClaims:
    """`portal_url` is where Leat's portal of this account answers, `secret` the shop's for loyalty tokens.

    `unit_name` is the account's name for what points are given for. Raises ConfigError when no link could be
    made of these.
    """

    portal_url: str
    shop_uuid: str
    secret: str = field(repr=False)
    unit_name: str = "purchase_amount"

    def __post_init__(self) -> None:
        parts = urlsplit(self.portal_url)
        if parts.scheme != "https" or parts.path.strip("/"):
            remedy = 'the address of the portal alone, as in "https://restaurant.example.com"'
            raise ConfigError("loyalty portal", "is no https host", remedy)
        fixed = len(f"https://{self._host}/l?version=v3&shop_uuid={self.shop_uuid}&unique_id=&timestamp=")
        fixed += len(f"&unit_name={self.unit_name}&unit_value=&hash=") + 40
        if fixed + _ROOM_FOR_ORDER > MAX_LENGTH:
            raise ConfigError("loyalty portal", "makes a code too large to print", "use a shorter address")

    @property
    def _host(self) -> str:
        return urlsplit(self.portal_url).netloc

    def link(self, order: Order) -> str | None:
        """None for an order that earns nothing, or whose id a link cannot carry."""
        try:
            return claim_link(
                self._host,
                self.secret,
                self.shop_uuid,
                order.id,
                order.placed_at,
                order.total,
                self.unit_name,
            )
        except ValueError:
            return None
