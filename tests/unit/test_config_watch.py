"""[metrics] and [mqtt] in kiosk.toml: off unless asked for, and mistakes are answered with a remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from kioskd.core.errors import ConfigError
from kioskd.daemon.config.dump import dump_config
from kioskd.daemon.config.kiosk import Config, load_config
from tests.small_kiosk import SMALL_KIOSK

BROKER = '[mqtt]\nhost = "mqtt.example.com"\n'


def load(folder: Path, more: str) -> Config:
    file = folder / "kiosk.toml"
    file.write_text(SMALL_KIOSK + more)
    return load_config(file)


def test_nobody_watches_unless_asked_to(tmp_path: Path) -> None:
    config = load(tmp_path, "")
    assert (config.metrics.port, config.mqtt.host) == (None, None)


def test_a_broker_is_spoken_to_in_secret_by_default(tmp_path: Path) -> None:
    mqtt = load(tmp_path, BROKER).mqtt
    assert (mqtt.tls, mqtt.effective_port, mqtt.topic) == (True, 8883, "kioskd")
    assert load(tmp_path, BROKER + "tls = false\n").mqtt.effective_port == 1883
    assert load(tmp_path, BROKER + "port = 9000\n").mqtt.effective_port == 9000


def test_on_this_machine_a_password_may_go_without_encryption(tmp_path: Path) -> None:
    local = '[mqtt]\nhost = "127.0.0.1"\ntls = false\nuser = "k"\npassword_file = "p"\n'
    assert load(tmp_path, local).mqtt.has_password


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ('[metrics]\nport = 0\n', "metrics.port: is 0, which is too small"),
        ('[metrics]\nport = "9464"\n', "metrics.port: must be a whole number"),
        ("[mqtt]\ntls = false\n", "names no broker"),
        (BROKER + 'password = "x"\n', "a secret does not belong in this file"),
        (BROKER + 'password_file = "p"\n', "has a password for nobody"),
        (BROKER + 'user = "k"\npassword_file = "p"\npassword_credential = "c"\n', "names two passwords"),
        (BROKER + 'tls = false\nuser = "k"\npassword_file = "p"\n', "would send its password without"),
        (BROKER + 'tls = false\nca_file = "ca.pem"\n', "has a ca_file and no encryption"),
        (BROKER + 'topic = "harbour/#"\n', "is no topic"),
        (BROKER + 'topic = "harbour/"\n', "is no topic"),
        ('[mqtt]\nhost = "mqtt://x"\n', "is no host"),
    ],
)  # fmt: skip
def test_a_mistake_is_answered_with_place_and_reason(tmp_path: Path, section: str, said: str) -> None:
    with pytest.raises(ConfigError, match=r"kiosk\.toml:\d+: (metrics|mqtt)") as error:
        load(tmp_path, section)
    assert said in str(error.value)


def test_what_is_dumped_loads_to_the_same(tmp_path: Path) -> None:
    config = load(tmp_path, "[metrics]\nport = 9464\n" + BROKER + 'ca_file = "ca.pem"\ntopic = "a/b"\n')
    (tmp_path / "dumped.toml").write_text(dump_config(config))
    assert load_config(tmp_path / "dumped.toml") == config
