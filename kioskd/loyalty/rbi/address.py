"""Where the platform of a market is: `https://{cluster}-{environment}-{brand}-loyalty-middleware.rbictg.com`."""

from __future__ import annotations

import re
from typing import Final

from kioskd.core.errors import ConfigError

CLUSTERS: Final = ("euc1", "apse1", "euw3")
"""European time zones, those of Asia and the Pacific, the Iberian peninsula."""
ENVIRONMENTS: Final = ("dev", "staging", "qa", "prod")
BRANDS: Final = ("bk", "plk", "fhs")

_WITHOUT_CLUSTER: Final = frozenset({"US", "CA"})
_DOMAIN: Final = "loyalty-middleware.rbictg.com"


def checked_country(country: str) -> str:
    """`country` as it is sent with every call. Raises ConfigError when it is no ISO 3166 code."""
    if not re.fullmatch(r"[A-Z]{2}", country):
        raise ConfigError("loyalty country", f"{country!r} is no country", "two capitals, for example DE")
    return country


def base_url(country: str, environment: str, brand: str, cluster: str | None) -> str:
    """`cluster` is None in the US and in Canada, and nowhere else. Raises ConfigError."""
    _one_of("environment", environment, ENVIRONMENTS)
    _one_of("brand", brand, BRANDS)
    if (checked_country(country) in _WITHOUT_CLUSTER) != (cluster is None):
        wrong = "must not be set here" if cluster else "is missing"
        raise ConfigError("loyalty cluster", f"{wrong} for {country}", "none for US and CA, one elsewhere")
    if cluster is not None:
        _one_of("cluster", cluster, CLUSTERS)
    labels = [label for label in (cluster, environment, brand, _DOMAIN) if label]
    return f"https://{'-'.join(labels)}"


def _one_of(name: str, value: str, values: tuple[str, ...]) -> None:
    if value not in values:
        raise ConfigError(f"loyalty {name}", f"{value!r} is not known", f"one of {', '.join(values)}")
