"""The part of kiosk.toml about a platform that keeps whole orders."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from kioskd.daemon.config.fields import (
    CredentialName,
    FilePath,
    Line,
    Seconds,
    Section,
    matching,
    server,
    wrong,
)

_COUNTRY = matching(r"[A-Z]{2}", "is no country", 'its two capital letters, as in "NL"')
_STORE = matching(r"[A-Za-z0-9_-]{1,20}", "is no store", 'its number, as in "9041"')
_WORD = matching(r"[A-Za-z_]{1,30}", "is no such word", 'ask the platform what it calls it, as in "EAT_IN"')
_WITHOUT_CLUSTER = ("US", "CA")

Word = Annotated[str, AfterValidator(_WORD)]


class ServiceModes(Section):
    """What this market calls the ways of eating."""

    eat_in: Word = "EAT_IN"
    take_away: Word = "TAKEOUT"


class PaymentWords(Section):
    """What this market calls the means of paying."""

    card: Word = "CARD"
    counter: Word = "CASH"


class RbiLoyalty(Section):
    """Where: `region`, `environment` and `brand` make the address, outside the US and Canada with `cluster`;
    or `base_url` says it.

    `incentives` is the file with rewards and offers. `outgoing_prices` and `incoming_prices` say whether 5
    is five euros or five cents. Where `one_incentive` holds, an order has one reward or offer at most.
    `rewards` is false in a store where no points move, `show_offers` where guests may not be shown offers.
    """

    backend: Literal["rbi"]
    region: Annotated[str, AfterValidator(_COUNTRY)] = Field(examples=["NL"])
    environment: Literal["dev", "staging", "qa", "prod"] | None = None
    brand: Literal["bk", "plk", "fhs"] | None = None
    cluster: Literal["euc1", "apse1", "euw3"] | None = None
    base_url: Annotated[str, AfterValidator(server)] | None = None
    key_credential: CredentialName | None = None
    key_file: FilePath | None = None
    store: Annotated[str, AfterValidator(_STORE)] = Field(examples=["9041"])
    pos_type: Line = Field(examples=["kioskd"])
    terminal: Line = "1"
    operator: Line = "kiosk"
    supporting_pos: Line | None = None
    incentives: FilePath | None = None
    outgoing_prices: Literal["major", "minor"] = "major"
    incoming_prices: Literal["major", "minor"] = "major"
    tell_time_zone: bool = True
    rewards: bool = True
    show_offers: bool = True
    one_incentive: bool = False
    answer_s: Seconds = 2.5
    service_modes: ServiceModes = ServiceModes.model_construct()
    payment_words: PaymentWords = PaymentWords.model_construct()

    @model_validator(mode="after")
    def _one_key(self) -> Self:
        if (self.key_credential is None) == (self.key_file is None):
            raise wrong(
                "needs the API key from exactly one place",
                'write either key_credential = "loyalty-key" or key_file = "/path/to/it"',
            )
        return self

    @model_validator(mode="after")
    def _one_address(self) -> Self:
        parts = (self.environment, self.brand, self.cluster)
        if self.base_url is not None:
            if any(parts):
                raise wrong(
                    "has two addresses", "keep base_url, or environment, brand and cluster, and not both"
                )
            return self
        if self.environment is None or self.brand is None:
            raise wrong(
                "has no address", 'write environment = "staging" and brand, or base_url = "https://..."'
            )
        without = self.region in _WITHOUT_CLUSTER
        if without and self.cluster is not None:
            raise wrong(f"has a cluster, and {self.region} has none", "leave cluster out")
        if not without and self.cluster is None:
            raise wrong("lacks its cluster", 'write cluster = "euc1", "apse1" or "euw3"')
        return self
