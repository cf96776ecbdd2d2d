"""The one way a loyalty backend talks HTTP.

Policy: a total deadline per call, caps on everything received, no redirects, no retries, no cookies, no
proxies from the environment, never more than the agreed rate. A call with an effect gets a connection of its
own: a reset on a reused one leaves open whether the server saw the request. All this sits on httpx's
transport and not on its client, which keeps cookies and logs whole URLs, and ours have card numbers in them.

What can go wrong, as core.errors:

    nothing left this machine (name, connection, TLS, portal on a read)   Unreachable
    the same, because this machine's clock is behind                      ClockWrong, an Unreachable
    429                                                                   Throttled
    401, 403                                                              Unauthorised
    timeout, reset, 5xx, no JSON, too much, portal on a write             Unclear

A captive portal shows itself as a redirect, as HTML where JSON was asked for (a refusal included: what is not
JSON does not come from the application), or as 511. A read through it asked nobody, so it counts as being
offline; a write may have passed it, so its outcome is unknown.

After a 429 no call leaves before the server wants to hear from us again.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, Literal
from urllib.parse import quote, urlencode

import httpx

from kioskd.core.errors import ConfigError, LoyaltyError, Throttled, Unauthorised, Unclear, Unreachable
from kioskd.loyalty import strict_json
from kioskd.loyalty.rate import TokenBucket

logger = logging.getLogger(__name__)

# At DEBUG httpcore prints response headers, and a portal's Location repeats our URL.
for _noisy in ("httpx", "httpcore"):
    logging.getLogger(_noisy).setLevel(logging.WARNING)

MAX_BODY_BYTES = strict_json.MAX_BYTES
MAX_HEADER_BYTES = 64 * 1024
"""Of an answer's headers together. h11, below httpx, stops reading an unfinished header at 100 KiB."""

DEFAULT_RETRY_AFTER_S = 1.0
MAX_RETRY_AFTER_S = 300.0

_CONNECT_SHARE = 0.45
"""Of the time left, for TCP and again for TLS. So connecting always times out by itself, as never sent and
with its socket closed, and when the whole deadline passes the request may have left."""

_NOT_YET_VALID = 9
"""OpenSSL's X509_V_ERR_CERT_NOT_YET_VALID."""

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class ClockWrong(Unreachable):
    """The server's certificate is not valid yet by this machine's clock, so the clock is behind.

    A machine without a battery starts in the past, and every server then looks unreachable: staff need to be
    told about the clock and not about the network.
    """


@dataclass(frozen=True, slots=True)
class Call:
    """One request. Only `name` appears in errors and logs: the rest holds guests' secrets.

    `path` is percent-encoded already, `query` is not. `headers` come on top of those of every call.
    """

    name: str
    method: Literal["GET", "POST", "PUT"]
    path: str = field(repr=False)
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    has_effect: bool = False
    gives_way: bool = False
    """Nobody needs the answer: it takes no turn that another call could want."""


@dataclass(frozen=True, slots=True)
class Answer:
    """JSON with a status of 2xx, or of 4xx other than 401, 403 and 429."""

    status: int
    json: Any = field(repr=False)

    @property
    def success(self) -> bool:
        return 200 <= self.status < 300


class JsonApi:
    """A server's JSON API, for concurrent calls on one event loop. Raises ConfigError when set up wrongly.

    `token` is a bearer token, or the value of `token_header` where the server has a header of its own for it.
    `calls_per_s` None means no limit of our own. Building one for https takes some 40 ms: the trust store is
    read. `transport` replaces the network in tests.
    """

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        token_header: str | None = None,
        headers: Mapping[str, str] | None = None,
        timeout_s: float,
        calls_per_s: float | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._base_url = _checked_base_url(base_url)
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            raise ConfigError("loyalty token", "is empty or not one printable word", "paste the token again")
        self._headers = {
            **({token_header: token} if token_header else {"Authorization": f"Bearer {token}"}),
            "Accept": "application/json",
            "Accept-Encoding": "identity",  # a packed answer could be small here and huge in memory
            "User-Agent": "kioskd",
            **(headers or {}),
        }
        self._timeout_s = timeout_s
        self._bucket = TokenBucket(calls_per_s, clock)
        self._sleep = sleep
        reading = writing = transport
        if reading is None or writing is None:
            encrypted = self._base_url.startswith("https:")
            tls = httpx.create_ssl_context(trust_env=False) if encrypted else None
            reading, writing = _transport(tls, kept_connections=4), _transport(tls, kept_connections=0)
        self._reading, self._writing = reading, writing

    async def call(self, call: Call, within_s: float | None = None) -> Answer:
        """Send once and return the server's answer. Raises only LoyaltyError (see the table above).

        The deadline, `within_s` or else `timeout_s`, runs from waiting for a turn to the last byte.
        """
        deadline_s = self._timeout_s if within_s is None else within_s
        handed_over = False
        try:
            async with asyncio.timeout(deadline_s):
                waited_s = await self._turn(call, patience_s=deadline_s)
                handed_over = True
                return await self._exchange(call, deadline_s - waited_s)
        except TimeoutError:
            text = f"{call.name}: no answer within {deadline_s:g} s"
            raise (Unclear if handed_over else Unreachable)(text) from None
        except Throttled as throttled:
            if handed_over:
                self._bucket.close_for(throttled.retry_after_s)
            raise
        except httpx.HTTPError as error:
            raise _outcome(error)(f"{call.name}: {_why(error)}") from None

    async def close(self) -> None:
        await self._reading.aclose()
        await self._writing.aclose()

    async def _turn(self, call: Call, patience_s: float) -> float:
        """Wait until the rate allows a call and return the seconds that took."""
        waited_s = 0.0
        bucket = self._bucket
        wait_s = bucket.reserve_if_spare() if call.gives_way else bucket.reserve(patience_s)
        while wait_s > 0:
            if waited_s + wait_s > patience_s:
                raise Throttled(wait_s)
            await self._sleep(wait_s)
            waited_s += wait_s
            wait_s = bucket.reserve_if_spare() if call.gives_way else bucket.closed_for_s()
        return waited_s

    async def _exchange(self, call: Call, left_s: float) -> Answer:
        url = self._base_url + call.path
        if call.query:
            url += "?" + urlencode(call.query, quote_via=quote)
        headers = self._headers | dict(call.headers)
        if call.body is not None:
            headers = headers | {"Content-Type": "application/json"}
        phases = {"timeout": {"connect": left_s * _CONNECT_SHARE}}
        request = httpx.Request(call.method, url, headers=headers, content=call.body, extensions=phases)
        started_s = time.monotonic()
        transport = self._writing if call.has_effect else self._reading
        response = await transport.handle_async_request(request)
        try:
            body = await _read(call, response)
        finally:
            await response.aclose()
        took_ms = (time.monotonic() - started_s) * 1000
        logger.debug("%s: status %d in %.0f ms", call.name, response.status_code, took_ms)
        return _judge(call, response, body)


def _checked_base_url(text: str) -> str:
    where, remedy = "loyalty base URL", "for example https://api.leat.com"
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        raise ConfigError(where, f"{text!r} is no URL", remedy) from None
    if url.scheme not in ("http", "https") or not url.host or url.query or url.fragment or url.userinfo:
        raise ConfigError(where, "is not scheme, host and path alone", remedy)
    if url.scheme == "http" and url.host not in _LOOPBACK:
        raise ConfigError(where, "would send the token unencrypted", "use https (http only on this machine)")
    return str(url).rstrip("/")


def _transport(tls: ssl.SSLContext | None, kept_connections: int) -> httpx.AsyncHTTPTransport:
    limits = httpx.Limits(max_connections=8, max_keepalive_connections=kept_connections, keepalive_expiry=15)
    trusts_nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # spares plain http the trust store
    return httpx.AsyncHTTPTransport(verify=tls or trusts_nobody, trust_env=False, retries=0, limits=limits)


async def _read(call: Call, response: httpx.Response) -> bytes:
    """The whole body, or Unclear once headers or body pass their cap."""
    header_bytes = sum(len(name) + len(value) for name, value in response.headers.raw)
    if header_bytes > MAX_HEADER_BYTES:
        raise Unclear(f"{call.name}: answer with more than {MAX_HEADER_BYTES} bytes of headers")
    body = bytearray()
    assert isinstance(response.stream, httpx.AsyncByteStream)
    async for chunk in response.stream:
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise Unclear(f"{call.name}: answer with more than {MAX_BODY_BYTES} bytes")
    return bytes(body)


def _judge(call: Call, response: httpx.Response, body: bytes) -> Answer:
    status = response.status_code
    if status == 429:
        raise Throttled(_retry_after_s(response.headers))
    if _from_portal(response):
        outcome = Unclear if call.has_effect else Unreachable
        raise outcome(f"{call.name}: status {status} from something in between, perhaps a portal page")
    if status in (401, 403):
        raise Unauthorised(f"{call.name}: status {status}")
    if not 200 <= status < 500:
        raise Unclear(f"{call.name}: status {status}")
    try:
        return Answer(status, strict_json.parse(body))
    except strict_json.NotJson as error:
        raise Unclear(f"{call.name}: status {status}, {error}") from None


def _from_portal(response: httpx.Response) -> bool:
    if 300 <= response.status_code < 400 or response.status_code == 511:
        return True
    media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    is_page = media_type in ("text/html", "application/xhtml+xml")
    return is_page and (response.is_success or response.status_code in (401, 403, 407))


def _retry_after_s(headers: httpx.Headers) -> float:
    """Seconds the server asks us to wait, bounded. A date counts from the answer's Date: kiosk clocks err."""
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        wait_s = float(text[:9])
    else:
        try:
            until = parsedate_to_datetime(text)
            wait_s = (until - parsedate_to_datetime(headers.get("Date", ""))).total_seconds()
        except (ValueError, TypeError):  # no date, or one without a zone
            wait_s = DEFAULT_RETRY_AFTER_S
    return min(max(wait_s, 0.0), MAX_RETRY_AFTER_S)


def _outcome(error: httpx.HTTPError) -> type[LoyaltyError]:
    if not isinstance(error, _NEVER_SENT):
        return Unclear
    behind = any(getattr(cause, "verify_code", 0) == _NOT_YET_VALID for cause in _causes(error))
    return ClockWrong if behind else Unreachable


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _why(error: httpx.HTTPError) -> str:
    """The cause for staff, from type and errno alone: messages of lower layers may quote what was sent."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"certificate refused: {cause.verify_message} (is the clock right?)"
        if isinstance(cause, ssl.SSLError):
            return f"TLS failed ({cause.reason})"
        if isinstance(cause, socket.gaierror):
            return "the server's name cannot be resolved"
        if isinstance(cause, OSError) and cause.errno:
            return os.strerror(cause.errno)
    return type(error).__name__
