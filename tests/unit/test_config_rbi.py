"""[loyalty] backend = "rbi": what may stand there, and what a technician is told when it does not fit."""

from __future__ import annotations

from pathlib import Path

import pytest

from kioskd.core.errors import ConfigError
from kioskd.daemon.config.kiosk import load_config
from kioskd.daemon.config.menu import load_menu
from kioskd.daemon.wiring.shop import shop_of
from tests.unit.test_config_offers import SMALL

GOOD = """
[loyalty]
backend = "rbi"
region = "NL"
environment = "staging"
brand = "bk"
cluster = "euc1"
key_file = "key"
store = "9041"
pos_type = "kioskd"
"""


def written(tmp_path: Path, loyalty: str) -> Path:
    file = tmp_path / "kiosk.toml"
    file.write_text(SMALL + loyalty)
    return file


def test_an_address_by_its_parts_is_enough(tmp_path: Path) -> None:
    config = load_config(written(tmp_path, GOOD))
    assert config.loyalty.backend == "rbi"


def test_codes_are_not_kept_and_one_market_allows_one_offer(tmp_path: Path) -> None:
    config = load_config(written(tmp_path, GOOD + "one_incentive = true\n"))
    menu = load_menu(Path("kioskd/sim/harbour/menu.toml"), "EUR")
    shop = shop_of(config, menu)
    assert (shop.late_cards, shop.most_offers, shop.preview) == (False, 1, False)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('region = "NL"', 'region = "nl"', "country"),
        ('cluster = "euc1"\n', "", "cluster"),
        ('region = "NL"', 'region = "US"', "cluster"),
        ('brand = "bk"\n', "", "address"),
        ('key_file = "key"\n', "", "key"),
        ('key_file = "key"', 'key_file = "key"\nkey_credential = "key"', "key"),
        ('store = "9041"', 'store = "90 41"', "store"),
        ('brand = "bk"', 'brand = "bk"\nbase_url = "https://example.test"', "two addresses"),
        ('brand = "bk"', 'brand = "burger"', "brand"),
        ('pos_type = "kioskd"', 'pos_type = "kioskd"\noutgoing_prices = "cents"', "outgoing_prices"),
    ],
)
def test_every_mistake_is_explained(old: str, new: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=said):
        load_config(written(tmp_path, GOOD.replace(old, new)))
