"""Keeps other web pages away from the panel: it can kill a process and has no password."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_SAME_PAGE = frozenset({"same-origin", "none"})
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def guarded(app: ASGIApp) -> ASGIApp:
    """`app` for pages of its own only.

    A host name other than loopback's is a site that has pointed its name at this machine (DNS rebinding). A
    POST from another origin is a page elsewhere that presses our buttons; programs send no origin at all.
    """

    async def serving(scope: Scope, receive: Receive, send: Send) -> None:
        refusal = _refusal(scope["method"], Headers(scope=scope))
        answer: ASGIApp = JSONResponse({"error": refusal}, 403) if refusal else app

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        await answer(scope, receive, with_headers)

    return serving


def _refusal(method: str, headers: Headers) -> str | None:
    host = headers.get("host", "")
    if _host_name(f"//{host}") not in _LOOPBACK:
        return "the panel answers on 127.0.0.1 and localhost only"
    if method in ("GET", "HEAD"):
        return None
    origin = headers.get("origin")
    if origin is not None and origin != f"http://{host}":
        return "the panel takes orders from its own page only"
    if headers.get("sec-fetch-site", "none") not in _SAME_PAGE:
        return "the panel takes orders from its own page only"
    return None


def _host_name(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:  # such as half an IPv6 address
        return None
