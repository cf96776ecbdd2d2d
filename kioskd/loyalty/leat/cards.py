"""Cards that belong to nobody yet: given to a member, or to somebody without a name."""

from __future__ import annotations

from kioskd.core.errors import Unclear
from kioskd.loyalty.leat import readback
from kioskd.loyalty.leat.client import LeatClient
from kioskd.loyalty.leat.readback import Verdict


class LeatCards:
    """Raises only LoyaltyError. Refused: `unknown_card`, `blocked_card`, `card_taken`, `plan_limit`."""

    def __init__(self, client: LeatClient) -> None:
        self._client = client

    async def link(self, card: str, member_id: str) -> None:
        """Harmless to repeat: a card that is linked is `card_taken`."""
        linked = await self._client.link_identifier(card, member_id)
        if linked.contact is None or linked.contact.uuid != member_id:
            raise Unclear("contact-identifiers/link: an answer that names another contact, or none")

    async def start_member(self, card: str) -> str:
        """The id of a new member without a name, whose card this is. Harmless to repeat, as linking is.

        Whether Leat takes a card it has never seen is not documented; `unknown_card` means that it does not.
        """
        return (await self._client.create_anonymous_contact(card)).uuid

    async def owner(self, card: str) -> str | None:
        """The member whose card this is."""
        found = await self._client.find_identifier(card)
        return found.contact.uuid if found.contact else None

    async def was_linked(self, card: str, member_id: str) -> Verdict:
        return readback.linked(member_id, await self.owner(card))
