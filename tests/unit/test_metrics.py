"""What Prometheus is told: the right numbers, by names that last, and nothing of a guest's."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from kioskd.core.credential import Credential, CredentialKind
from kioskd.core.denial import Denial
from kioskd.core.effects import CallHelp, Effect, LookUp, Settle
from kioskd.core.events import (
    Event,
    LookupFailed,
    LookupFailure,
    OrderAccepted,
    PaymentEnded,
    PaymentOutcome,
    ReceiptEnded,
    Scanned,
    ScanRejected,
    SettlementDenied,
    Tick,
)
from kioskd.core.health import DeviceHealth, DeviceKind, DeviceState
from kioskd.core.help import HelpState
from kioskd.core.order import Tender
from kioskd.core.print_verdict import PrintVerdict
from kioskd.core.staff_overview import Attention, Concern
from kioskd.core.visit import first_visit
from kioskd.daemon.metrics.meters import Meters
from kioskd.daemon.metrics.readings import Readings
from kioskd.daemon.metrics.server import LONGEST_HEAD_BYTES, MetricsServer
from kioskd.daemon.report import Report
from kioskd.outbox.courier import Applied, Courier, Outcome, Refused
from kioskd.outbox.operation import Operation, Parcel, Strategy
from kioskd.outbox.states import OpState
from tests.unit.backstage import DEADLINE_S, order
from tests.unit.shopfront import NOON, SHOP
from tests.unit.test_status import GOOD

HOME = first_visit(SHOP, NOON)


def samples(registry: CollectorRegistry) -> dict[str, float]:
    """`name{label="value"}` of everything, as a scraper reads it."""
    found = {}
    for family in text_string_to_metric_families(generate_latest(registry).decode()):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


class Metered:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.meters = Meters(self.registry)

    def happens(self, event: Event, *effects: Effect) -> None:
        self.meters.on_step(event, effects, HOME)

    def changed(self) -> Mapping[str, float]:
        known = samples(self.registry).items()
        return {name: value for name, value in known if value and "_created" not in name}


def test_an_order_counts_by_how_it_was_to_be_paid_and_what_came_of_it() -> None:
    kiosk = Metered()
    kiosk.happens(Tick(), Settle(order(1)))
    kiosk.happens(PaymentEnded("o-1", PaymentOutcome.DECLINED))
    kiosk.happens(Tick(), Settle(order(1)))
    kiosk.happens(PaymentEnded("o-1", PaymentOutcome.APPROVED))
    kiosk.happens(OrderAccepted("o-1"))
    kiosk.happens(Tick(), Settle(order(2, tender=Tender.COUNTER)))
    kiosk.happens(SettlementDenied("o-2", "part", Denial.USED))
    kiosk.happens(OrderAccepted("o-of-long-ago"))
    assert kiosk.changed() == {
        "kioskd_orders_total{outcome=payment_declined,tender=card}": 1,
        "kioskd_orders_total{outcome=accepted,tender=card}": 1,
        "kioskd_orders_total{outcome=denied,tender=counter}": 1,
    }


def test_scans_receipts_and_calls_for_help_count() -> None:
    kiosk = Metered()
    card = Credential(CredentialKind.MEMBER_CARD, "9120000000001")
    kiosk.happens(Scanned("9120000000001", "front"), LookUp("r", card, "en"))
    kiosk.happens(ScanRejected("too_long", "front"))
    kiosk.happens(LookupFailed("r", LookupFailure.UNKNOWN_CARD))
    kiosk.happens(ReceiptEnded("o-1", PrintVerdict.KEPT))
    kiosk.happens(ReceiptEnded("o-1", PrintVerdict.PRINTED))
    kiosk.happens(Tick(), CallHelp("c", "en"))
    assert kiosk.changed() == {
        "kioskd_scans_total{result=read,source=front}": 1,
        "kioskd_scans_total{result=rejected,source=front}": 1,
        "kioskd_lookups_total{result=unknown_card}": 1,
        "kioskd_receipts_total{verdict=kept}": 1,
        "kioskd_receipts_total{verdict=printed}": 1,
        "kioskd_help_calls_total": 1,
    }


def test_what_has_not_happened_yet_is_nought_and_not_absent() -> None:
    known = samples(Metered().registry)
    assert known["kioskd_orders_total{outcome=payment_unknown,tender=card}"] == 0
    assert known["kioskd_receipts_total{verdict=blocked}"] == 0


class Answering(Courier):
    def __init__(self, *outcomes: Outcome) -> None:
        self._outcomes = list(outcomes)

    async def baseline(self, parcel: Parcel) -> Outcome:
        return Applied()

    async def deliver(self, parcel: Parcel) -> Outcome:
        return self._outcomes.pop(0) if self._outcomes else await asyncio.Event().wait() or Applied()

    async def read_back(self, parcel: Parcel) -> Outcome:
        return Applied()

    async def probe(self) -> Outcome:
        return Applied()


def test_every_try_to_deliver_counts_also_one_that_was_cut_off() -> None:
    kiosk = Metered()
    parcel = Parcel(Operation(1, "o", "order", "l", Strategy.KEYED, OpState.SENDING, 0), {})
    courier = kiosk.meters.counting(Answering(Applied(), Refused("unknown_card")))

    async def run() -> None:
        assert await courier.deliver(parcel) == Applied()
        assert await courier.deliver(parcel) == Refused("unknown_card")
        assert await courier.probe() == Applied()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(courier.deliver(parcel), 0.01)

    asyncio.run(run())
    changed = kiosk.changed()
    assert changed["kioskd_delivery_attempts_total{result=applied}"] == 1
    assert changed["kioskd_delivery_attempts_total{result=refused}"] == 1
    assert changed["kioskd_delivery_attempts_total{result=cut_off}"] == 1
    assert changed["kioskd_delivery_seconds_count"] == 3


# --- how it is ----------------------------------------------------------------------------------------------


def read(report: Report, thermal: Path) -> dict[str, float]:
    registry, readings = CollectorRegistry(), Readings(thermal)
    registry.register(readings)
    readings.report = report
    return samples(registry)


def test_the_state_of_the_kiosk_is_told_as_numbers(tmp_path: Path) -> None:
    (tmp_path / "thermal_zone0").mkdir()
    (tmp_path / "thermal_zone0/type").write_text("cpu-thermal\n")
    (tmp_path / "thermal_zone0/temp").write_text("48312\n")
    (tmp_path / "thermal_zone1").mkdir()  # one that cannot be read
    printer = DeviceHealth("printer", DeviceKind.PRINTER, DeviceState.DEGRADED, "paper low")
    outbox = replace(
        GOOD.outbox, open=3, oldest_s=90.0, for_a_person=1, by_state={"queued": 2, "in_doubt": 1}
    )
    attention = (Attention(Concern.PAYMENT_UNDECIDED, 2),)
    told = read(replace(GOOD, devices=(printer,), outbox=outbox, attention=attention), tmp_path)
    expected = {
        "kioskd_build_info{backend=leat,version=0.1.0}": 1,
        "kioskd_selling": 1,
        "kioskd_clock_trusted": 1,
        "kioskd_backend_online": 1,
        "kioskd_help_waiting": 0,
        "kioskd_disk_free_bytes": 3 * 1024**3,
        "kioskd_device_state{device=printer,kind=printer,state=degraded}": 1,
        "kioskd_device_state{device=printer,kind=printer,state=ok}": 0,
        "kioskd_outbox_operations{state=queued}": 2,
        "kioskd_outbox_operations{state=in_doubt}": 1,
        "kioskd_outbox_operations{state=held}": 0,
        "kioskd_outbox_oldest_seconds": 90,
        "kioskd_outbox_for_a_person": 1,
        "kioskd_attention{concern=payment_undecided}": 2,
        "kioskd_attention{concern=long_in_doubt}": 0,
        "kioskd_temperature_celsius{sensor=cpu-thermal}": 48.312,
    }
    assert {name: told[name] for name in expected} == expected
    assert not any("paper low" in name for name in told)  # words of devices are for status, not for labels


def test_a_call_for_help_waits_until_somebody_says_that_they_come(tmp_path: Path) -> None:
    states = (None, HelpState.CALLED, HelpState.OVERDUE, HelpState.COMING)
    told = [read(replace(GOOD, help=state), tmp_path)["kioskd_help_waiting"] for state in states]
    assert told == [0, 1, 1, 0]


def test_what_is_not_known_is_left_out(tmp_path: Path) -> None:
    told = read(replace(GOOD, online=None, last_order_at=None, free_bytes=None), tmp_path)
    assert not {
        "kioskd_backend_online",
        "kioskd_last_order_timestamp_seconds",
        "kioskd_disk_free_bytes",
    } & set(told)
    assert not any("temperature" in name for name in told)


# --- over HTTP ----------------------------------------------------------------------------------------------


def answers(*requests: bytes) -> list[bytes]:
    registry, readings = CollectorRegistry(), Readings(Path("/nowhere"))
    registry.register(readings)

    async def report() -> Report:
        return GOOD

    async def run() -> list[bytes]:
        server, said = MetricsServer(0, registry, readings, report), []
        async with asyncio.timeout(DEADLINE_S), server.serving():
            for request in requests:
                reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
                writer.write(request)
                said.append(await reader.read())
                writer.close()
        return said

    return asyncio.run(run())


def test_a_scraper_is_answered_in_the_format_it_asks_for() -> None:
    plain, modern = answers(
        b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /metrics?x=1 HTTP/1.1\r\nAccept: application/openmetrics-text; version=1.0.0\r\n\r\n",
    )
    assert plain.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"Content-Type: text/plain; version=0.0.4" in plain
    assert b"\nkioskd_selling 1.0\n" in plain
    assert b"application/openmetrics-text" in modern
    assert modern.endswith(b"# EOF\n")


def test_nothing_else_is_served_and_nothing_can_be_changed() -> None:
    root, post, long = answers(
        b"GET / HTTP/1.1\r\n\r\n",
        b"POST /metrics HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
        b"GET /metrics HTTP/1.1\r\nX: " + b"x" * (2 * LONGEST_HEAD_BYTES),
    )
    assert root.startswith(b"HTTP/1.1 404 ")
    assert post.startswith(b"HTTP/1.1 405 ")
    assert long == b""


def test_a_port_that_is_taken_is_no_reason_not_to_sell(caplog: pytest.LogCaptureFixture) -> None:
    async def report() -> Report:
        return GOOD

    async def run() -> None:
        first = MetricsServer(0, CollectorRegistry(), Readings(), report)
        async with first.serving():
            second = MetricsServer(first.port or 0, CollectorRegistry(), Readings(), report)
            async with second.serving():
                assert second.port is None

    asyncio.run(run())
    assert "no metrics at 127.0.0.1" in caplog.text
