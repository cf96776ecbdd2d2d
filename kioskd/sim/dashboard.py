"""What the merchant sees and does in the loyalty server's dashboard, for scripted visits and the panel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kioskd.sim.leat import LeatSimulator
from kioskd.sim.leat.switches import Switches


class Dashboard:
    """Raises KeyError for a card or code that does not exist."""

    def __init__(self, leat: LeatSimulator) -> None:
        self._leat = leat

    def switch(self, switches: Mapping[str, Any]) -> None:
        """Change the server's behaviour. Raises ValueError for a switch or a position it does not have."""
        now = self._leat.state.switches.model_dump()
        self._leat.state.switches = Switches.model_validate({**now, **switches})

    def change(self, name: str, form: Mapping[str, Any]) -> dict[str, Any]:
        """One of the forms of `control.py`. Raises ControlRefused."""
        return self._leat.control(name, dict(form))

    def prepaid_minor(self, card: str) -> int:
        state = self._leat.state
        return state.contacts[state.cards[card].contact_uuid or ""].prepaid_minor

    def collectables(self, card: str) -> list[str]:
        """Titles of the rewards that wait for whoever has this card."""
        state = self._leat.state
        owner = state.cards[card].contact_uuid
        return [
            state.rewards[waiting.reward_uuid].title
            for waiting in state.collectables.values()
            if waiting.contact_uuid == owner and not waiting.collected
        ]

    def voucher_status(self, code: str) -> str:
        voucher = self._leat.state.find_voucher(code)
        if voucher is None:
            raise KeyError(code)
        return voucher.status(self._leat.now())

    def gift_card_minor(self, code: str) -> int:
        card = self._leat.state.find_giftcard(code)
        if card is None:
            raise KeyError(code)
        return card.balance_minor
