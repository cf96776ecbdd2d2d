"""The file with rewards and offers of a platform that has no catalogue for kiosks, checked against the menu.

[[incentive]]
content_id = "reward-cookie"       # the platform's name for it
product_id = "COOKIE"              # what the till calls it
type = "reward"                    # or "offer"
title = { en = "Free cookie", nl = "Gratis koekje" }
points = 250                       # of a reward
price = "0"                        # what the guest pays with it; a reward is free unless it says so
sku = "COOKIE"                     # the product of the menu, if it is not product_id
picture = "cookie.webp"
listed = false                     # it comes with a code only
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, Strict, ValidationError

from kioskd.core.catalogue import Catalogue
from kioskd.core.errors import ConfigError
from kioskd.core.money import Money
from kioskd.daemon.config.errors import did_you_mean, problems_of, raise_problems
from kioskd.daemon.config.fields import Section, matching
from kioskd.daemon.config.source import Source, read_source
from kioskd.daemon.config.values import Name, Price
from kioskd.loyalty.rbi.bodies import LineType
from kioskd.loyalty.rbi.incentives import Incentive

_ID = matching(r"[!-~]{1,200}", "is no id", "as the platform gave it, without spaces")
Id = Annotated[str, AfterValidator(_ID)]

LONGEST = 500


class _Entry(Section):
    content_id: Id
    product_id: Id
    type: Literal["reward", "offer"]
    title: Name
    sku: Id | None = None
    price: Price | None = None
    points: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    picture: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    listed: bool = True


class _File(Section):
    incentive: Annotated[tuple[_Entry, ...], Strict(False), Field(max_length=LONGEST)] = ()


def load_incentives(file: Path, menu: Catalogue) -> tuple[Incentive, ...]:
    """Raises ConfigError (ConfigErrors for several problems), each with file, line, key and remedy."""
    source = read_source(file)
    problems: list[ConfigError] = []
    context = {"folder": file.absolute().parent, "currency": menu.currency}
    try:
        read = _File.model_validate(source.data, context=context)
    except ValidationError as error:
        problems = list(problems_of(error, source, _File))
        raise_problems(file, problems)
        raise AssertionError("a ValidationError without errors") from None
    incentives = []
    seen: set[str] = set()
    for index, entry in enumerate(read.incentive):
        problem = _problem(entry, menu, seen)
        if problem:
            key, what, remedy = problem
            problems.append(_wrong(source, index, key, what, remedy))
            continue
        seen.add(entry.content_id)
        price = entry.price if entry.price is not None else Money.zero(menu.currency)
        incentive = Incentive(
            entry.content_id,
            entry.product_id,
            LineType(entry.type),
            entry.title,
            entry.sku or entry.product_id,
            price,
            entry.points or 0,
            entry.picture,
            entry.listed,
        )
        incentives.append(incentive)
    raise_problems(file, problems)
    return tuple(incentives)


def _problem(entry: _Entry, menu: Catalogue, seen: set[str]) -> tuple[str, str, str] | None:
    """The key, what is wrong with it, and what to do."""
    sku = entry.sku or entry.product_id
    product = menu.products.get(sku)
    if entry.content_id in seen:
        return "content_id", f'"{entry.content_id}" is there twice', "every incentive once"
    if product is None:
        key = "sku" if entry.sku else "product_id"
        return (
            key,
            f'"{sku}" is not on the menu',
            did_you_mean(sku, menu.products),
        )
    if entry.type == "reward" and entry.points is None:
        return "points", "is missing", "what the reward costs, as in points = 250"
    if entry.type == "offer" and entry.points is not None:
        return "points", "are for rewards only", "remove them, or make it a reward"
    if entry.type == "offer" and entry.price is None:
        return "price", "is missing", 'what the guest pays with the offer, as in price = "4.50"'
    if entry.price is not None and not entry.price < product.price:
        return "price", "is not below that of the menu", "an incentive makes something cheaper"
    return None


def _wrong(source: Source, index: int, key: str, what: str, remedy: str) -> ConfigError:
    return ConfigError(source.where(("incentive", index, key)), what, remedy)
