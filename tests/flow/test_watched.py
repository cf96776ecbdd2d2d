"""A running kiosk as it is seen from afar: by Prometheus, and through a real MQTT broker."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from kioskd.daemon import exit_codes
from kioskd.daemon.cli.asking import ask
from tests.flow.broker import MOSQUITTO, Broker, Listener, free_port
from tests.flow.test_daemon_process import EVERYTHING_ABSENT, started, write

pytestmark = pytest.mark.process

MONITORING = Path(__file__).parents[2] / "docs/monitoring"
PAPER = MONITORING.with_suffix(".md")
with_mosquitto = pytest.mark.skipif(MOSQUITTO is None, reason="needs mosquitto")

# --- Prometheus ---------------------------------------------------------------------------------------------

# A machine need not have sensors, and nothing was sold or told here.
_NOT_ALWAYS = {
    "kioskd_temperature_celsius",
    "kioskd_last_order_timestamp_seconds",
    "kioskd_scans_total",
    "kioskd_delivery_attempts_total",
    "kioskd_backend_online",
}
_NAME = re.compile(r"\b(?:kioskd|process)_[a-z_]+\b")


@pytest.fixture(scope="module")
def exposition(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What a kiosk told that had just been started."""
    folder, port = tmp_path_factory.mktemp("kiosk"), free_port()
    write(folder, sections=EVERYTHING_ABSENT + f"[metrics]\nport = {port}\n")
    with started(folder) as kiosk:
        kiosk.until("service: ready")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as answer:
            told: str = answer.read().decode()
        assert kiosk.stop() == exit_codes.OK
    assert "Traceback" not in kiosk.log
    return told


def exposed(exposition: str) -> set[str]:
    families = list(text_string_to_metric_families(exposition))
    told = {sample.name for family in families for sample in family.samples}
    suffix = {"counter": "_total"}
    return told | {f"{family.name}{suffix.get(family.type, '')}" for family in families}


def expressions() -> Iterator[str]:
    rules = yaml.safe_load((MONITORING / "kioskd.rules.yml").read_text("utf-8"))
    for group in rules["groups"]:
        yield from (rule["expr"] for rule in group["rules"])
    board = json.loads((MONITORING / "kioskd-board.json").read_text("utf-8"))
    for panel in board["panels"]:
        yield from (target["expr"] for target in panel["targets"])
    for variable in board["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["query"]["query"]


def named() -> set[str]:
    return {name for expression in expressions() for name in _NAME.findall(expression)}


def test_rules_and_board_name_only_what_a_running_kiosk_tells(exposition: str) -> None:
    assert len(named()) > 15
    known = exposed(exposition) | _NOT_ALWAYS
    assert named() - known == set()


def test_the_paper_lists_every_figure_and_no_other(exposition: str) -> None:
    listed = set(re.findall(r"^\| `(kioskd_[a-z_]+)", PAPER.read_text("utf-8"), re.MULTILINE))
    ours = {name for name in exposed(exposition) if name.startswith("kioskd_")} | _NOT_ALWAYS
    parts = re.compile(r"_(bucket|count|sum)$")
    assert listed == {parts.sub("", name) for name in ours}


def test_every_alert_says_what_to_do() -> None:
    rules = yaml.safe_load((MONITORING / "kioskd.rules.yml").read_text("utf-8"))
    for group in rules["groups"]:
        for rule in group["rules"]:
            assert rule["labels"]["severity"] in ("ticket", "page"), rule["alert"]
            assert {"summary", "remedy"} <= rule["annotations"].keys(), rule["alert"]


@pytest.mark.skipif(shutil.which("promtool") is None, reason="needs promtool")
def test_prometheus_accepts_rules_and_figures(exposition: str) -> None:
    rules = subprocess.run(("promtool", "check", "rules", MONITORING / "kioskd.rules.yml"), check=False)
    assert rules.returncode == 0
    linted = subprocess.run(
        ("promtool", "check", "metrics"), input=exposition, text=True, capture_output=True, check=False
    )
    assert (linted.returncode, linted.stdout + linted.stderr) == (0, "")


@pytest.mark.skipif(shutil.which("promtool") is None, reason="needs promtool")
def test_alerts_are_raised_when_they_should_be(tmp_path: Path) -> None:
    for file in (MONITORING / "kioskd.rules.yml", Path(__file__).with_name("rules.test.yml")):
        shutil.copy(file, tmp_path)
    tested = subprocess.run(
        ("promtool", "test", "rules", tmp_path / "rules.test.yml"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_nothing_is_loaded_for_those_who_do_not_watch() -> None:
    """Neither before the first frame, nor at all where nobody asked for it."""
    code = (
        "import sys; import kioskd.daemon.main, kioskd.daemon.service, kioskd.daemon.watching;"
        "sys.exit(bool({'prometheus_client', 'paho'} & set(sys.modules)))"
    )
    assert subprocess.run((sys.executable, "-c", code), check=False).returncode == 0


# --- MQTT ---------------------------------------------------------------------------------------------------

STATUS, STATE = "harbour/ams/K1/status", "harbour/ams/K1/state"


def section(port: int, more: str = "") -> str:
    return f'[mqtt]\nhost = "127.0.0.1"\nport = {port}\ntls = false\ntopic = "harbour/ams"\n{more}'


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    folder = tmp_path / "broker"
    folder.mkdir()
    broker = Broker(folder)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def listener(broker: Broker) -> Iterator[Listener]:
    listener = Listener(broker.port, "harbour/#")
    yield listener
    listener.close()


def document(payload: bytes) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(payload)
    return told


@with_mosquitto
def test_birth_state_and_farewell(tmp_path: Path, broker: Broker, listener: Listener) -> None:
    write(tmp_path, sections=EVERYTHING_ABSENT + section(broker.port))
    with started(tmp_path) as kiosk:
        kiosk.until("service: ready")
        assert listener.hears(STATUS) == b"online"
        told = document(listener.hears(STATE))
        assert (told["kiosk"], told["condition"]) == ("K1", "attention")
        assert {device["name"] for device in told["devices"]} == {"front", "camera", "printer", "terminal"}
        assert kiosk.stop() == exit_codes.OK
        assert listener.hears(STATUS, after=1) == b"offline"
    assert "Traceback" not in kiosk.log
    late = Listener(broker.port, "harbour/#")  # what is retained tells who comes later
    assert late.hears(STATUS) == b"offline"
    assert document(late.hears(STATE))["kiosk"] == "K1"
    late.close()


@with_mosquitto
def test_a_killed_kiosk_is_offline_by_its_last_will(
    tmp_path: Path, broker: Broker, listener: Listener
) -> None:
    write(tmp_path, sections=section(broker.port))
    with started(tmp_path) as kiosk:
        listener.hears(STATUS, b"online")
        os.kill(kiosk.process.pid, signal.SIGKILL)
        assert listener.hears(STATUS, after=1) == b"offline"


@with_mosquitto
def test_the_broker_goes_and_comes_back(tmp_path: Path, broker: Broker, listener: Listener) -> None:
    write(tmp_path, sections=section(broker.port))
    with started(tmp_path) as kiosk:
        listener.hears(STATE)
        broker.stop()
        kiosk.until("is lost")
        before_s = time.monotonic()
        assert ask(tmp_path / "control.sock", {"do": "status"})["place"] == "attract"
        assert time.monotonic() - before_s < 5  # nobody waits for a broker
        heard_status, heard_state = listener.count(STATUS), listener.count(STATE)
        broker.start()
        assert listener.hears(STATUS, b"online", after=heard_status) == b"online"
        listener.hears(STATE, after=heard_state)
        assert kiosk.stop() == exit_codes.OK
    assert "Traceback" not in kiosk.log


@with_mosquitto
def test_without_a_broker_the_kiosk_sells_and_ends_in_time(tmp_path: Path) -> None:
    write(tmp_path, sections=section(free_port()))
    with started(tmp_path) as kiosk:
        kiosk.until("cannot be reached; trying again")
        assert ask(tmp_path / "control.sock", {"do": "status"})["condition"] == "good"
        assert kiosk.stop() == exit_codes.OK
    assert kiosk.log.count("trying again") == 1  # said once, however often it is tried
    assert "Traceback" not in kiosk.log


@with_mosquitto
@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
def test_a_broker_nobody_vouches_for_is_told_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "broker"
    folder.mkdir()
    for name in ("its", "another"):
        made = subprocess.run(
            (
                *(
                    "openssl",
                    "req",
                    "-x509",
                    "-newkey",
                    "rsa:2048",
                    "-nodes",
                    "-days",
                    "2",
                    "-subj",
                    "/CN=broker",
                ),
                *("-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / f"{name}.key"),
                *("-out", folder / f"{name}.pem"),
            ),
            capture_output=True,
            check=False,
        )
        assert made.returncode == 0
    more = f"allow_anonymous true\ncertfile {folder}/its.pem\nkeyfile {folder}/its.key\n"
    broker = Broker(folder, more)
    broker.start()
    try:
        write(tmp_path, sections=encrypted(broker.port, "broker/another.pem"))
        with started(tmp_path) as kiosk:
            kiosk.until("cannot be reached")
            assert kiosk.stop() == exit_codes.OK
        write(tmp_path, sections=encrypted(broker.port, "broker/its.pem"))
        with started(tmp_path) as again:
            again.until("mqtt: told to")
            assert again.stop() == exit_codes.OK
    finally:
        broker.stop()
    assert "mqtt: told to" not in kiosk.log


def encrypted(port: int, ca_file: str) -> str:
    return f'[mqtt]\nhost = "127.0.0.1"\nport = {port}\nca_file = "{ca_file}"\n'


@with_mosquitto
def test_a_wrong_password_is_said_and_the_right_one_let_in(tmp_path: Path) -> None:
    folder = tmp_path / "broker"
    folder.mkdir()
    passwords = folder / "passwords"
    made = subprocess.run(("mosquitto_passwd", "-b", "-c", passwords, "kiosk", "right-horse"), check=False)
    assert made.returncode == 0
    guarded = Broker(folder, f"allow_anonymous false\npassword_file {passwords}\n")
    guarded.start()
    (tmp_path / "secret").write_text("wrong-horse\n")
    (tmp_path / "secret").chmod(0o600)
    write(tmp_path, sections=section(guarded.port, 'user = "kiosk"\npassword_file = "secret"\n'))
    try:
        with started(tmp_path) as kiosk:
            kiosk.until("refused us: Not authorized")
            assert kiosk.stop() == exit_codes.OK
        (tmp_path / "secret").write_text("right-horse\n")
        with started(tmp_path) as again:
            again.until("mqtt: told to")
            assert again.stop() == exit_codes.OK
    finally:
        guarded.stop()
    assert "horse" not in kiosk.log + again.log
