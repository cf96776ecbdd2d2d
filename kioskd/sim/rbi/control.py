"""What tests, scenarios and the panel can do to the platform: set balances, hand out codes, change rules.

Each control is a form. What exists under its name is changed where the form says something, what does not is
made. Balances are changed by booking the difference.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import AwareDatetime, Field, TypeAdapter

from kioskd.sim.forms import ControlRefused, Text, checked_form
from kioskd.sim.rbi.forms import Form
from kioskd.sim.rbi.ledger import book
from kioskd.sim.rbi.records import Code, Guest, Incentive, JsonObject, PromoCode
from kioskd.sim.rbi.state import RbiState, stable_uuid
from kioskd.sim.rbi.tills import TillAct

Digits = Annotated[str, Field(pattern=r"^[0-9]{6}$")]
Points = Annotated[int, Field(ge=-(10**9), le=10**9)]
FromNowS = Annotated[float, Field(ge=-10.0 * 366 * 86_400, le=10.0 * 366 * 86_400)]


class GuestForm(Form):
    """A guest by name. `points` is what they may spend and what is held, together."""

    name: Text
    points: Points | None = None
    cards: list[Text] = Field(default_factory=list)
    picks: list[Text] = Field(default_factory=list)

    def apply(self, state: RbiState, now: datetime) -> JsonObject:
        _known(state, self.picks)
        guest = next((known for known in state.guests.values() if known.name == self.name), None)
        if guest is None:
            guest = Guest(stable_uuid(f"guest:{self.name}"), self.name, now, 0)
            state.guests[guest.id] = guest
        for name, value in self.said("cards", "picks").items():
            setattr(guest, name, value)
        if self.points is not None:
            book(state, guest, "corrected", self.points - guest.points, now)
        return {"id": guest.id, "points": guest.points, "available": state.available_points(guest, now)}


class CodeForm(Form):
    """A code of the app, unused. `expires_in_s` null: until used; not said: as the market has it."""

    code: Digits
    guest: Text
    picks: list[Text] = Field(default_factory=list)
    expires_in_s: FromNowS | None = None

    def apply(self, state: RbiState, now: datetime) -> JsonObject:
        _known(state, self.picks)
        guest = _guest(state, self.guest)
        lifetime_s = self.expires_in_s if self.said("expires_in_s") else state.switches.code_lifetime_s
        expires_at = None if lifetime_s is None else now + timedelta(seconds=lifetime_s)
        state.codes[self.code] = Code(self.code, guest.id, list(self.picks), expires_at)
        return {"code": self.code, "expires_at": None if expires_at is None else expires_at.isoformat()}


class PromoCodeForm(Form):
    """A promo code, unused."""

    code: Text
    incentive: Text
    expires_in_s: FromNowS | None = None

    def apply(self, state: RbiState, now: datetime) -> JsonObject:
        _known(state, [self.incentive])
        expires_at = None if self.expires_in_s is None else now + timedelta(seconds=self.expires_in_s)
        state.promo_codes[self.code] = PromoCode(self.code, self.incentive, expires_at)
        return {"code": self.code}


class IncentiveForm(Form):
    """A reward or an offer; `product_id` null: it has none. The rules said replace their namesakes."""

    content_id: Text
    kind: Literal["reward", "offer"] = "offer"
    name: Text = "Incentive"
    product_id: Text | None = None
    points: Annotated[int, Field(ge=0, le=10**9)] = 0
    price_minor: Annotated[int, Field(ge=0, le=10**9)] | None = None
    rules: JsonObject = Field(default_factory=dict)

    def apply(self, state: RbiState, now: datetime) -> JsonObject:
        incentive = state.incentives.get(self.content_id)
        unknown = self.rules.keys() - _RULES.keys()
        if unknown:
            raise ControlRefused(*(f"rules.{name}: there is no such rule" for name in sorted(unknown)))
        rules = {name: checked_form(_RULES[name], value) for name, value in self.rules.items()}
        if incentive is None:
            engine_id = f"engine-{self.content_id}"
            incentive = Incentive(self.content_id, engine_id, self.kind, self.name, self.product_id)
            state.incentives[self.content_id] = incentive
        for name, value in self.said("kind", "name", "product_id", "points", "price_minor").items():
            setattr(incentive, name, value)
        for name, value in rules.items():
            setattr(incentive.rules, name, value)
        return {"content_id": incentive.content_id, "engine_id": incentive.engine_id}


class StoreForm(Form):
    """A store that exists. Without `loyalty` no points move in it."""

    id: Text
    loyalty: bool

    def apply(self, state: RbiState, now: datetime) -> JsonObject:
        store = state.stores.get(self.id)
        if store is None:
            raise ControlRefused(f"id: there is no store {self.id!r}")
        store.loyalty = self.loyalty
        return {"id": store.id, "loyalty": store.loyalty}


_Words = tuple[Text, ...]
_Count = Annotated[int, Field(ge=0, le=10**9)]
_RULES: Final[dict[str, TypeAdapter[Any]]] = {
    **dict.fromkeys(("limit_per_order", "max_redemptions", "minimum_minor"), TypeAdapter(_Count | None)),
    **dict.fromkeys(
        ("service_modes", "days", "stores", "needs_products", "excludes_products", "payment_types"),
        TypeAdapter(_Words),
    ),
    **dict.fromkeys(("starts_at", "ends_at", "enrolled_from"), TypeAdapter(AwareDatetime | None)),
    **dict.fromkeys(("needs_login", "first_order", "birthday", "promo_only"), TypeAdapter(bool)),
    **dict.fromkeys(("quest", "scope"), TypeAdapter(Text | None)),
    "cooldown_s": TypeAdapter(FromNowS | None),
}
_CONTROLS: Final[dict[str, TypeAdapter[Any]]] = {
    "codes": TypeAdapter(CodeForm),
    "guests": TypeAdapter(GuestForm),
    "incentives": TypeAdapter(IncentiveForm),
    "promo-codes": TypeAdapter(PromoCodeForm),
    "stores": TypeAdapter(StoreForm),
    "tills": TypeAdapter(TillAct),
}
CONTROL_NAMES: Final = tuple(_CONTROLS)


def apply_control(state: RbiState, name: str, form: bytes | JsonObject, now: datetime) -> JsonObject:
    """What POST /sim/<name> does with `form`; `name` is one of CONTROL_NAMES. Raises ControlRefused."""
    answer: JsonObject = checked_form(_CONTROLS[name], form).apply(state, now)
    return answer


def _guest(state: RbiState, name: str) -> Guest:
    for guest in state.guests.values():
        if guest.name == name:
            return guest
    raise ControlRefused(f"guest: there is no guest {name!r}")


def _known(state: RbiState, content_ids: list[str]) -> None:
    for content_id in content_ids:
        if content_id not in state.incentives:
            raise ControlRefused(f"there is no incentive {content_id!r}")
