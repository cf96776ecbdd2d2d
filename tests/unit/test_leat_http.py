"""The connection policy: which answer means what, how long anything may take, what is never said aloud."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Awaitable, Callable

import httpx
import pytest

from kioskd.core.errors import ConfigError, LoyaltyError, Throttled, Unauthorised, Unclear, Unreachable
from kioskd.loyalty.http import MAX_BODY_BYTES, MAX_HEADER_BYTES, Answer, Call, ClockWrong, JsonApi
from kioskd.loyalty.rate import TokenBucket

TOKEN = "pat-7f3a-secret"
CARD = "CARD-0042-secret"
READ = Call("cards/find", "GET", "/cards/find", {"number": CARD})
WRITE = Call("orders", "POST", "/orders", body=b'{"card": "CARD-0042-secret"}', has_effect=True)
POLITE = Call("preview", "POST", "/preview", body=b"{}", gives_way=True)

Handler = Callable[[httpx.Request], httpx.Response | Awaitable[httpx.Response]]


def api(handler: Handler, timeout_s: float = 5.0) -> JsonApi:
    transport = httpx.MockTransport(handler)  # type: ignore[arg-type]
    return JsonApi("https://leat.example/", TOKEN, timeout_s=timeout_s, transport=transport)


def ask(response: httpx.Response | Exception, call: Call = READ) -> Answer:
    def handler(_request: httpx.Request) -> httpx.Response:
        if isinstance(response, Exception):
            raise response
        return response

    return asyncio.run(api(handler).call(call))


def page(status: int, headers: dict[str, str] | None = None) -> httpx.Response:
    return httpx.Response(status, html="<html>Welcome to our Wi-Fi</html>", headers=headers)


def test_a_request_carries_token_and_wish_for_json() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"data": 1})

    assert asyncio.run(api(handler).call(READ)) == Answer(200, {"data": 1})
    assert str(seen[0].url) == f"https://leat.example/cards/find?number={CARD}"
    assert seen[0].headers["Authorization"] == f"Bearer {TOKEN}"
    assert seen[0].headers["Accept"] == "application/json"
    assert "Cookie" not in seen[0].headers


def test_a_token_has_the_header_the_server_wants_and_a_call_may_bring_more() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={})

    transport = httpx.MockTransport(handler)
    api = JsonApi("https://x.example", TOKEN, token_header="x-api-key", timeout_s=5.0, transport=transport)
    call = Call("orders", "POST", "/orders", body=b"{}", headers={"x-now": "noon"})
    asyncio.run(api.call(call))
    assert seen[0].headers["x-api-key"] == TOKEN
    assert seen[0].headers["x-now"] == "noon"
    assert seen[0].headers["Content-Type"] == "application/json"
    assert "Authorization" not in seen[0].headers
    assert "noon" not in repr(call)


def test_an_answer_of_the_application_is_given_to_the_caller() -> None:
    assert ask(httpx.Response(400, json={"code": 60003})).json == {"code": 60003}
    assert not ask(httpx.Response(404, json={"message": "Not Found"})).success


@pytest.mark.parametrize(
    ("response", "for_read", "for_write"),
    [
        (httpx.ConnectError("refused"), Unreachable, Unreachable),
        (httpx.ConnectTimeout(""), Unreachable, Unreachable),
        (httpx.ReadError("reset"), Unclear, Unclear),
        (httpx.RemoteProtocolError("closed"), Unclear, Unclear),
        (httpx.Response(500, json={"code": 1000}), Unclear, Unclear),
        (page(503), Unclear, Unclear),
        (page(200), Unreachable, Unclear),
        (page(302, {"Location": "http://portal.example/login"}), Unreachable, Unclear),
        (page(511), Unreachable, Unclear),
        (page(404), Unclear, Unclear),
        (httpx.Response(200, content=b"\x00\xffgarbage"), Unclear, Unclear),
        (httpx.Response(200, content=b""), Unclear, Unclear),
        (httpx.Response(204), Unclear, Unclear),
        (httpx.Response(200, content=b'"' + b"x" * MAX_BODY_BYTES + b'"'), Unclear, Unclear),
        (httpx.Response(200, json={}, headers={"X": "y" * MAX_HEADER_BYTES}), Unclear, Unclear),
        (httpx.Response(401, json={"message": "Unauthenticated."}), Unauthorised, Unauthorised),
        (httpx.Response(403, json={"message": "Forbidden"}), Unauthorised, Unauthorised),
        (httpx.Response(401), Unauthorised, Unauthorised),
        (page(403), Unreachable, Unclear),
        (page(401), Unreachable, Unclear),
        (page(407), Unreachable, Unclear),
    ],
)
def test_what_went_wrong_is_told_apart(
    response: httpx.Response | Exception, for_read: type[LoyaltyError], for_write: type[LoyaltyError]
) -> None:
    for call, expected in ((READ, for_read), (WRITE, for_write)):
        with pytest.raises(LoyaltyError) as raised:
            ask(response, call)
        assert type(raised.value) is expected


DATE = "Wed, 01 Jul 2026 09:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "0"}, 0),
        ({"Retry-After": "86400"}, 300),
        ({"Retry-After": "9" * 400}, 300),
        ({"Retry-After": "Wed, 01 Jul 2026 09:00:30 GMT", "Date": DATE}, 30),
        ({"Retry-After": "Wed, 01 Jul 2026 08:00:00 GMT", "Date": DATE}, 0),
        ({"Retry-After": "Wed, 01 Jul 2026 09:00:30 GMT"}, 1),
        ({"Retry-After": "Wed, 01 Jul 2026 09:00:30", "Date": DATE}, 1),
        ({"Retry-After": "soon"}, 1),
        ({"Retry-After": "-5"}, 1),
        ({}, 1),
    ],
)
def test_being_throttled_says_for_how_long(headers: dict[str, str], wait_s: float) -> None:
    with pytest.raises(Throttled) as raised:
        ask(page(429, headers))
    assert raised.value.retry_after_s == wait_s


def test_reading_stops_at_the_cap() -> None:
    sent = 0

    class Endless(httpx.AsyncByteStream):
        async def __aiter__(self):  # type: ignore[no-untyped-def]
            nonlocal sent
            while True:
                sent += 65536
                yield b" " * 65536

    with pytest.raises(Unclear):
        ask(httpx.Response(200, stream=Endless(), headers={"Content-Type": "application/json"}))
    assert sent <= MAX_BODY_BYTES + 65536


def test_the_deadline_is_for_the_whole_call_however_the_bytes_drip() -> None:
    class Dripping(httpx.AsyncByteStream):
        async def __aiter__(self):  # type: ignore[no-untyped-def]
            while True:
                await asyncio.sleep(0)
                yield b" "

    async def visit() -> None:
        drip = api(lambda _: httpx.Response(200, stream=Dripping()), timeout_s=0.03)
        with pytest.raises(Unclear, match=r"within 0\.03 s"):
            await drip.call(READ)

    asyncio.run(visit())


def test_a_connection_that_is_never_made_sent_nothing() -> None:
    """A listener with a full queue lets the kernel drop our SYN: the deadline passes while connecting."""

    async def visit(port: int) -> None:
        patient = JsonApi(f"http://127.0.0.1:{port}", TOKEN, timeout_s=0.1)
        with pytest.raises(Unreachable):
            await patient.call(WRITE)
        await patient.close()

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        fillers = [socket.socket() for _ in range(4)]
        try:
            for filler in fillers:
                filler.setblocking(False)
                filler.connect_ex(("127.0.0.1", port))
            asyncio.run(visit(port))
        finally:
            for filler in fillers:
                filler.close()


def test_a_certificate_that_is_not_valid_yet_points_at_the_clock() -> None:
    refused = ssl.SSLCertVerificationError(1, "certificate verify failed")
    refused.verify_message = "certificate is not yet valid"
    refused.verify_code = 9
    error = httpx.ConnectError("")
    error.__cause__ = refused
    with pytest.raises(ClockWrong, match=r"not yet valid.*clock"):
        ask(error)


def test_a_certificate_that_is_refused_for_another_reason_says_nothing_about_the_clock() -> None:
    refused = ssl.SSLCertVerificationError(1, "certificate verify failed")
    refused.verify_message, refused.verify_code = "self-signed certificate", 18
    error = httpx.ConnectError("")
    error.__cause__ = refused
    with pytest.raises(Unreachable) as raised:
        ask(error)
    assert type(raised.value) is Unreachable


def test_neither_logs_nor_errors_tell_card_or_token(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    texts = []
    for response in (
        httpx.ReadError(f"while reading {CARD}"),
        page(302, {"Location": f"http://portal.example/?orig={CARD}"}),
        httpx.Response(200, content=f'{{"card": "{CARD}"'.encode()),
        httpx.Response(200, json={"card": CARD}),
        page(429, {"Retry-After": CARD}),
        page(401),
    ):
        for call in (READ, WRITE):
            try:
                texts.append(repr(ask(response, call)))
            except LoyaltyError as error:
                assert error.__cause__ is None
                texts.append(f"{error!r} {error}")
    told = "\n".join([*texts, repr(READ), repr(WRITE), caplog.text])
    assert "cards/find" in told
    assert CARD not in told
    assert TOKEN not in told


@pytest.mark.parametrize(
    ("url", "token"),
    [
        ("http://leat.example", TOKEN),
        ("ftp://leat.example", TOKEN),
        ("leat.example", TOKEN),
        ("https://user:pw@leat.example", TOKEN),
        ("https://leat.example/?x=1", TOKEN),
        ("https://leat.example:port", TOKEN),
        ("https://leat.example", ""),
        ("https://leat.example", "two words"),
        ("https://leat.example", "line\n"),
    ],
)
def test_a_wrong_setting_is_said_at_once_without_the_token(url: str, token: str) -> None:
    with pytest.raises(ConfigError) as raised:
        JsonApi(url, token, timeout_s=1, transport=httpx.MockTransport(lambda _: httpx.Response(200)))
    assert TOKEN not in str(raised.value)
    assert raised.value.remedy


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_calls_beyond_the_rate_wait_their_turn() -> None:
    clock = Clock()
    bucket = TokenBucket(5, clock)
    assert [round(bucket.reserve(9), 3) for _ in range(8)] == [0, 0, 0, 0, 0, 0.2, 0.4, 0.6]
    clock.now_s += 0.6
    assert bucket.reserve(9) == pytest.approx(0.2)
    clock.now_s -= 3600  # a clock that jumps back costs nobody an hour
    assert bucket.reserve(9) == pytest.approx(0.4)
    clock.now_s += 3600
    assert [round(bucket.reserve(9), 3) for _ in range(6)] == [0, 0, 0, 0, 0, 0.2]


def test_who_has_no_patience_takes_no_turn() -> None:
    bucket = TokenBucket(1, Clock())
    assert bucket.reserve(0) == 0
    assert bucket.reserve(0.5) == pytest.approx(1)
    assert bucket.reserve(2) == pytest.approx(1)


def test_who_gives_way_leaves_half_of_the_turns_to_others() -> None:
    clock = Clock()
    bucket = TokenBucket(4, clock)
    assert [bucket.reserve_if_spare() for _ in range(3)] == [0, 0, pytest.approx(0.25)]
    assert bucket.reserve_if_spare() == pytest.approx(0.25), "none was taken"
    assert [bucket.reserve(0) for _ in range(2)] == [0, 0]
    clock.now_s += 0.75
    assert bucket.reserve_if_spare() == 0
    bucket.close_for(3)
    clock.now_s += 2
    assert bucket.reserve_if_spare() == pytest.approx(1)
    assert TokenBucket(None, clock).reserve_if_spare() == 0
    assert TokenBucket(1, clock).reserve_if_spare() == 0, "a slow account has a turn for it too"


def test_a_call_that_gives_way_waits_until_there_is_room_but_not_for_ever() -> None:
    clock, slept = Clock(), []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock.now_s += seconds

    async def visit() -> None:
        transport = httpx.MockTransport(lambda _: httpx.Response(200, json={}))
        limited = JsonApi(
            "https://leat.example",
            TOKEN,
            timeout_s=1.5,
            calls_per_s=4,
            clock=clock,
            sleep=sleep,
            transport=transport,
        )
        for _ in range(4):
            await limited.call(READ)
        await limited.call(POLITE)
        assert slept == [pytest.approx(0.75)]
        for _ in range(8):
            await limited.call(READ)
        slept.clear()
        with pytest.raises(Throttled):
            await limited.call(POLITE, within_s=0.5)
        assert slept == []

    asyncio.run(visit())


def test_the_api_waits_for_its_turn_or_says_that_it_is_too_busy() -> None:
    clock, slept = Clock(), []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async def visit() -> None:
        transport = httpx.MockTransport(lambda _: httpx.Response(200, json={}))
        limited = JsonApi(
            "https://leat.example",
            TOKEN,
            timeout_s=1.5,
            calls_per_s=1,
            clock=clock,
            sleep=sleep,
            transport=transport,
        )
        await limited.call(READ)
        await limited.call(READ)
        with pytest.raises(Throttled):
            await limited.call(READ)

    asyncio.run(visit())
    assert slept == [pytest.approx(1.0)]


class Throttling:
    """A server that asks to be left alone for 7 s, once. Time passes only while somebody sleeps."""

    def __init__(self, calls_per_s: float | None, timeout_s: float) -> None:
        self.now_s = 0.0
        self.asked_at_s: list[float] = []
        self.api = JsonApi(
            "https://leat.example",
            TOKEN,
            timeout_s=timeout_s,
            calls_per_s=calls_per_s,
            clock=lambda: self.now_s,
            sleep=self.sleep,
            transport=httpx.MockTransport(self.answer),
        )

    async def sleep(self, seconds: float) -> None:
        self.now_s += seconds

    def answer(self, _request: httpx.Request) -> httpx.Response:
        self.asked_at_s.append(self.now_s)
        if len(self.asked_at_s) == 1:
            return page(429, {"Retry-After": "7"})
        return httpx.Response(200, json={})


@pytest.mark.parametrize("calls_per_s", [5.0, None])
def test_nothing_is_sent_before_the_server_wants_to_hear_from_us_again(calls_per_s: float | None) -> None:
    async def visit() -> None:
        server = Throttling(calls_per_s, timeout_s=8)
        with pytest.raises(Throttled):
            await server.api.call(READ)
        with pytest.raises(Throttled) as raised:
            await server.api.call(READ, within_s=3)
        assert raised.value.retry_after_s == 7
        server.now_s = 2
        await server.api.call(WRITE)
        await server.api.call(READ)
        assert server.asked_at_s == [0, 7, 7]

    asyncio.run(visit())


def test_who_waits_for_a_turn_already_waits_longer() -> None:
    clock = Clock()
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock.now_s += seconds
        if len(slept) == 1:  # meanwhile another call was told to stay away
            busy._bucket.close_for(4)

    transport = httpx.MockTransport(lambda _: httpx.Response(200, json={}))
    busy = JsonApi(
        "https://leat.example",
        TOKEN,
        timeout_s=9,
        calls_per_s=1,
        clock=clock,
        sleep=sleep,
        transport=transport,
    )

    async def visit() -> None:
        await busy.call(READ)
        await busy.call(READ)
        assert slept == [pytest.approx(1), pytest.approx(4)]
        busy._bucket.close_for(20)
        with pytest.raises(Throttled):
            await busy.call(READ)

    asyncio.run(visit())
