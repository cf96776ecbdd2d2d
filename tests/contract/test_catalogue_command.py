"""`kioskd catalogue push` and `kioskd sim leat` as processes, the one against the other."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from kioskd.cli import main
from kioskd.daemon import exit_codes
from tests.small_kiosk import SMALL_KIOSK

DEADLINE_S = 60.0
BATCH = "/api/v3/oauth/clients/products/batch"
LOYALTY = """
[loyalty]
backend = "leat"
base_url = "{url}"
token_file = "token"
shop_uuid = "{shop}"
"""
CATEGORIES = '[[category]]\nid = "drinks"\nname = {{ en = "Drinks", nl = "{name}" }}\n'
PRODUCT = """
[[product]]
sku = "W{n}"
name = {{ en = "Water {n}", nl = "Spa {n}" }}
category = "drinks"
price = "2.50"
"""


class Leat:
    """`kioskd sim leat`, running."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.told: dict[str, str] = {}
        assert process.stdout
        for line in process.stdout:
            name, _, value = line.strip().partition(": ")
            self.told[name] = value.strip()
            if line.startswith("Ctrl-C"):
                break

    def ask(self, path: str, method: str = "GET", body: Any = None) -> Any:
        request = urllib.request.Request(
            self.told["base_url"] + path, None if body is None else json.dumps(body).encode(), method=method
        )
        with urllib.request.urlopen(request, timeout=DEADLINE_S) as answer:
            return json.loads(answer.read() or b"null")

    def products_asked(self) -> list[list[str]]:
        """The SKUs of each request that was carried out since the last time."""
        asked = [
            [product["external_identifier"] for product in exchange["body"]["products"]]
            for exchange in self.ask("/sim/requests")
            if exchange["path"] == BATCH
        ]
        self.ask("/sim/requests/clear", "POST", {})
        return asked

    def faults(self, *faults: dict[str, Any]) -> None:
        self.ask("/sim/faults", "PUT", {"faults": list(faults)})


def _heeds_interrupts() -> None:
    """Whoever runs the tests in the background of a shell has them ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def kioskd(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "kioskd", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        preexec_fn=_heeds_interrupts,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def running() -> Iterator[Leat]:
    with kioskd("sim", "leat", "--port", "0") as process:
        yield Leat(process)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=DEADLINE_S)
        assert (process.returncode, out, err) == (0, "", "")


@pytest.fixture
def leat(running: Leat) -> Leat:
    running.ask("/sim/reset", "POST", {})
    return running


class Kiosk:
    """A configuration with a menu of `products`, and the command in it."""

    def __init__(self, folder: Path, leat: Leat) -> None:
        self.folder = folder
        self.file = folder / "kiosk.toml"
        self.state = folder / "state"
        loyalty = LOYALTY.format(url=leat.told["base_url"], shop=leat.told["shop_uuid"])
        self.file.write_text(SMALL_KIOSK + loyalty)
        secret = folder / "token"
        secret.touch(mode=0o600)
        secret.write_text(leat.told["token"])
        self.sell(150)

    def sell(self, products: int, category: str = "Drinken") -> None:
        menu = CATEGORIES.format(name=category) + "".join(PRODUCT.format(n=n) for n in range(products))
        (self.folder / "menu.toml").write_text(menu)

    def push(self, *arguments: str) -> int:
        return main(["catalogue", "push", "--config", str(self.file), *arguments])


@pytest.fixture
def kiosk(tmp_path: Path, leat: Leat) -> Kiosk:
    return Kiosk(tmp_path, leat)


def test_the_menu_is_pushed_once_and_then_only_what_changed(
    kiosk: Kiosk, leat: Leat, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kiosk.push() == exit_codes.OK
    assert capsys.readouterr() == (
        "1 of 151 entries\n101 of 151 entries\n151 of 151 entries\n151 pushed, 0 refused, 0 unchanged\n",
        "",
    )
    assert [len(batch) for batch in leat.products_asked()] == [100, 50]
    kiosk.sell(152)
    assert kiosk.push() == exit_codes.OK
    assert capsys.readouterr().out.endswith("2 pushed, 0 refused, 151 unchanged\n")
    assert leat.products_asked() == [["W150", "W151"]]
    assert kiosk.push() == exit_codes.OK
    assert capsys.readouterr().out == "nothing has changed since the last push: 1 category and 152 products\n"
    assert kiosk.push("--all") == exit_codes.OK
    assert capsys.readouterr().out.endswith("153 pushed, 0 refused, 0 unchanged\n")


def test_a_dry_run_asks_nobody_and_keeps_nothing(
    kiosk: Kiosk, leat: Leat, capsys: pytest.CaptureFixture[str]
) -> None:
    kiosk.sell(2)
    assert kiosk.push("--dry-run") == exit_codes.OK
    assert capsys.readouterr().out.splitlines() == [
        "category drinks: Drinken",
        "product W0: Spa 0",
        "product W1: Spa 1",
        "would push 1 category and 2 products",
    ]
    assert leat.ask("/sim/requests") == []
    assert not kiosk.state.exists()


def test_the_daemons_files_are_left_alone(kiosk: Kiosk) -> None:
    kiosk.state.mkdir()
    (kiosk.state / "outbox.db").write_bytes(b"the daemon's")
    assert kiosk.push() == exit_codes.OK
    assert (kiosk.state / "outbox.db").read_bytes() == b"the daemon's"
    assert {path.name for path in kiosk.state.iterdir()} == {"outbox.db", "catalogue.json", "catalogue.lock"}


def test_what_is_refused_is_listed_and_the_status_says_so(
    kiosk: Kiosk, leat: Leat, capsys: pytest.CaptureFixture[str]
) -> None:
    body = {"message": "x", "code": 1003, "status_code": 400, "errors": {"products.1.name": ["x"]}}
    leat.faults({"kind": "answer", "path": BATCH, "status": 400, "body": body, "times": 1})
    kiosk.sell(3)
    assert kiosk.push() == exit_codes.FAILURE
    printed = capsys.readouterr()
    assert printed.out.endswith("3 pushed, 1 refused, 0 unchanged\n")
    assert printed.err == "refused: product W1 (Spa 1): invalid name\n"
    assert kiosk.push() == exit_codes.OK
    assert capsys.readouterr().out.endswith("1 pushed, 0 refused, 3 unchanged\n")


def test_offline_is_said_with_what_to_do(
    kiosk: Kiosk, leat: Leat, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        kiosk.file.write_text(kiosk.file.read_text().replace(leat.told["base_url"], url))
        assert kiosk.push() == exit_codes.FAILURE
    assert capsys.readouterr().err == (
        "stopped after 0 of 151: product-categories/batch: Connection refused\n"
        "run it again (without --all) and it goes on from there\n"
    )


@pytest.mark.process
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_ended_in_the_middle_it_goes_on_where_it_was(
    kiosk: Kiosk, leat: Leat, number: signal.Signals
) -> None:
    kiosk.sell(250)
    patient = kiosk.file.read_text().replace('backend = "leat"', 'backend = "leat"\ntimeout_s = 60')
    kiosk.file.write_text(patient)
    # The second batch is carried out and never answered.
    leat.faults(
        {"kind": "slow", "delay_ms": 0, "path": BATCH, "times": 1}, {"kind": "timeout_after", "path": BATCH}
    )
    with kioskd("catalogue", "push", "--config", str(kiosk.file)) as push:
        _wait_for(lambda: "timeout_after" in [exchange["fault"] for exchange in leat.ask("/sim/requests")])
        push.send_signal(number)
        out, err = push.communicate(timeout=DEADLINE_S)
    assert out.startswith("1 of 251 entries\n101 of 251 entries\n")
    if number is signal.SIGINT:
        assert push.returncode == exit_codes.FAILURE
        assert err.startswith("stopped after 101 of 251: interrupted\nrun it again")
    leat.faults()
    first, hung = leat.products_asked()
    assert kiosk.push() == exit_codes.OK
    again, last = leat.products_asked()
    assert again == hung
    assert sorted(first + again + last) == sorted(f"W{n}" for n in range(250))


def _wait_for(condition: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline_s


# --- what cannot work ---------------------------------------------------------------------------------------


def test_without_loyalty_there_is_nobody_to_tell(kiosk: Kiosk, capsys: pytest.CaptureFixture[str]) -> None:
    kiosk.file.write_text(SMALL_KIOSK)
    assert kiosk.push() == exit_codes.CONFIG
    assert "loyalty.backend: does not want to know the menu" in capsys.readouterr().err


def test_a_directory_that_cannot_be_made_is_named(kiosk: Kiosk, capsys: pytest.CaptureFixture[str]) -> None:
    kiosk.state.touch()
    assert kiosk.push() == exit_codes.STORAGE
    assert "catalogue.lock cannot be opened" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["leat", "--host", "0.0.0.0"], "can be reached from outside"),
        (["leat", "--host", "example.org"], "is no IPv4 address"),
        (["leat", "--port", "70000"], "is no port"),
        ([], "required: SERVER"),
    ],
)
def test_a_simulator_for_everybody_is_refused(
    arguments: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["sim", *arguments])
    assert ended.value.code == 2
    assert expected in capsys.readouterr().err


def test_a_port_in_use_is_one_line(leat: Leat, capsys: pytest.CaptureFixture[str]) -> None:
    port = leat.told["base_url"].rpartition(":")[2]
    assert main(["sim", "leat", "--port", port]) == 1
    assert capsys.readouterr().err == f"kioskd sim: 127.0.0.1:{port}: Address already in use\n"
