"""What staff carry in their pocket: it rings when a guest asks for help, and says that somebody comes.

Stands for whatever a merchant connects to the kiosk's webhook for help: it answers POST /help.
"""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


class Pager:
    """`ringing` is the state of the call as it was last told, None when nobody calls."""

    def __init__(self) -> None:
        self.ringing: str | None = None
        self.answered = False
        self.app = Starlette(routes=[Route("/help", self._told, methods=["POST"])])

    def answer(self) -> bool:
        """Staff press the button; whether there was a call."""
        self.answered = self.ringing is not None
        return self.answered

    async def _told(self, request: Request) -> JSONResponse:
        state = (await request.json())["state"]
        self.ringing = None if state == "ended" else state
        self.answered = self.answered and self.ringing is not None
        return JSONResponse({"coming": self.answered})
