"""The command line as a technician uses it: what it prints, and its exit status."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from kioskd.cli import COMMANDS, main
from kioskd.core.graph import mermaid
from kioskd.core.visit import Place
from kioskd.daemon import exit_codes
from kioskd.daemon.config.kiosk import load_config
from kioskd.daemon.control import Answer, CommandRefused, ControlSocket
from tests.small_kiosk import SMALL_KIOSK

HARBOUR = Path(__file__).parents[2] / "kioskd" / "sim" / "harbour"
MENU = """
[[category]]
id = "drinks"
name = "Drinks"
[[product]]
sku = "W1"
name = "Water"
category = "drinks"
price = "2.50"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "menu.toml").write_text(MENU)
    file = tmp_path / "kiosk.toml"
    file.write_text(SMALL_KIOSK)
    return file


def test_a_good_configuration_is_said_to_be_good(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check-config", str(config)]) == exit_codes.OK
    assert capsys.readouterr().out == f"{config}: good, 1 products in 1 categories\n"


def test_the_restaurant_we_ship_is_good(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check-config", str(HARBOUR / "kiosk.toml")]) == exit_codes.OK
    assert "good" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('kiosk = "K1"', 'kiosk = "k 1"', "kiosk.toml:2: kiosk"),
        ("[counter]\nenabled = true", "", "guests could not pay"),
        ('menu = "menu.toml"', 'menu = "none.toml"', "none.toml: does not exist"),
        ('name = "Test Kitchen"', "name = Test Kitchen", "kiosk.toml:8: is not TOML"),
    ],
)
def test_a_wrong_configuration_says_where_and_exits_78(
    config: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, expected: str
) -> None:
    config.write_text(SMALL_KIOSK.replace(old, new))
    assert main(["check-config", str(config)]) == exit_codes.CONFIG
    printed = capsys.readouterr()
    assert expected in printed.err
    assert printed.out == ""


def test_a_wrong_menu_is_a_wrong_configuration(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (config.parent / "menu.toml").write_text(MENU.replace('"2.50"', '"free"'))
    assert main(["check-config", str(config)]) == exit_codes.CONFIG
    assert "menu.toml:9: product#1.price" in capsys.readouterr().err


def test_a_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("check-config", "dump-config"):
        assert main([command, str(tmp_path / "none.toml")]) == exit_codes.CONFIG
        assert "does not exist" in capsys.readouterr().err


def test_what_is_dumped_loads_to_the_same_again(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["dump-config", str(config)]) == exit_codes.OK
    again = tmp_path / "again.toml"
    again.write_text(capsys.readouterr().out)
    assert load_config(again) == load_config(config)


def test_only_what_differs_from_the_defaults_can_be_dumped(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["dump-config", "--changes", str(config)]) == exit_codes.OK
    dumped = capsys.readouterr().out
    assert 'kiosk = "K1"' in dumped
    assert "idle_s" not in dumped


def test_the_graph_is_printed_and_names_every_place(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["visit-graph"]) == 0
    printed = capsys.readouterr().out
    assert printed == mermaid()
    assert printed.startswith("stateDiagram-v2\n")
    assert all(place.value in printed for place in Place)


@pytest.mark.parametrize("arguments", [[], ["dance"], ["check-config"], ["order-paid"]])
def test_a_command_that_does_not_exist_is_explained(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: kioskd" in capsys.readouterr().err


def test_all_commands_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    listed = capsys.readouterr().out.split()
    assert all(name in listed for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: kioskd {name} ")


def test_what_stands_between_the_command_and_the_first_frame_is_light() -> None:
    heavy = {"asyncio", "pydantic", "httpx", "kioskd.core.visit", "kioskd.ui.compose", "kioskd.daemon.main"}
    probe = f"import sys, kioskd.cli, kioskd.daemon.cli.run; print({heavy!r} & set(sys.modules))"
    loaded = subprocess.run((sys.executable, "-c", probe), check=True, capture_output=True, text=True).stdout
    assert loaded == "set()\n"


# --- a running kiosk ----------------------------------------------------------------------------------------


async def _status(request: dict[str, Any]) -> Answer:
    return {"place": "attract", "asked": request}, b""


async def _order_paid(request: dict[str, Any]) -> Answer:
    if request["number"] != "A1":
        raise CommandRefused(f"no unpaid order has the number {request['number']}")
    return {"ok": True}, b""


@pytest.fixture
def kiosk(tmp_path: Path) -> Any:
    """The socket of a kiosk in another thread, as another process would serve it."""
    path, ready = tmp_path / "control.sock", threading.Event()
    loop = asyncio.new_event_loop()
    end = asyncio.Event()

    async def serve() -> None:
        async with ControlSocket(path, {"status": _status, "order_paid": _order_paid}).serving():
            ready.set()
            await end.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert ready.wait(10)
    yield path
    loop.call_soon_threadsafe(end.set)
    thread.join(10)
    loop.close()


def test_a_kiosk_of_another_version_is_not_misread(kiosk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--socket", str(kiosk)]) == exit_codes.ATTENTION
    printed = capsys.readouterr()
    assert json.loads(printed.out)["place"] == "attract"
    assert "another version" in printed.err


def test_an_order_is_paid_at_the_counter(kiosk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["order-paid", "A1", "--socket", str(kiosk)]) == 0
    assert main(["order-paid", "A2", "--socket", str(kiosk)]) == 1
    assert "no unpaid order has the number A2" in capsys.readouterr().err


def test_a_kiosk_that_does_not_run_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--socket", str(tmp_path / "none.sock")]) == 1
    assert "no kiosk answers" in capsys.readouterr().err.splitlines()[0]


def test_the_readme_shows_the_graph_of_this_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["visit-graph"]) == 0
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    assert capsys.readouterr().out in readme
