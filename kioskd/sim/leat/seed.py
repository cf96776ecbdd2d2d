"""Reads members.toml into a fresh account."""

from __future__ import annotations

import tomllib
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any, Final
from zoneinfo import ZoneInfo

from kioskd.sim.leat.records import (
    Account,
    Card,
    Collectable,
    Contact,
    CustomAttribute,
    Giftcard,
    GiftcardProgram,
    Lock,
    Promotion,
    Redemption,
    Reward,
    SessionToken,
    Shop,
    Tier,
    Voucher,
)
from kioskd.sim.leat.state import LeatState, stable_uuid

SHOP_UUID: Final = "5f7f1c2e-5a44-4d0b-9a44-0c9d3a1f6b01"
"""The shop the kiosk of Harbour Kitchen stands in; its kiosk.toml names the same."""

SIM_SHOP_SECRET: Final = "sim-shop-secret"
"""What loyalty tokens of that shop are signed with."""

_Table = dict[str, Any]


def seeded_state(now: datetime) -> LeatState:
    """The account as it is after a start. The same `now` gives the same state."""
    document = tomllib.loads(files(__package__).joinpath("members.toml").read_text("utf-8"))
    account = document["account"]
    shops = [_shop(index, table) for index, table in enumerate(document["shops"], start=1)]
    shop_uuids = {shop.name: shop.uuid for shop in shops}
    rewards = [_reward(index, table, shop_uuids) for index, table in enumerate(document["rewards"], start=1)]
    promotions = [Promotion(uuid=stable_uuid(f"promotion:{t['name']}"), **t) for t in document["promotions"]]
    state = LeatState(
        account=Account(uuid=stable_uuid("account"), zone=ZoneInfo(account.pop("zone")), **account),
        shops={shop.uuid: shop for shop in shops},
        tiers=tuple(
            Tier(uuid=stable_uuid(f"tier:{table['name']}"), position=position, **table)
            for position, table in enumerate(document["tiers"])
        ),
        cards={
            table["value"]: Card(name="Loyalty Card", contact_uuid=None, **table)
            for table in document["unlinked_cards"]
        },
        rewards={reward.uuid: reward for reward in rewards},
        promotions={promotion.uuid: promotion for promotion in promotions},
        pos_transactions={stable_uuid("pos_transaction"): False},
    )
    for index, table in enumerate(document["members"], start=1):
        _add_member(state, 1000 + index, table, now)
    for table in document["vouchers"]:
        _add_vouchers(state, None, table, now)
    for index, table in enumerate(document["giftcard_programs"], start=1):
        _add_program(state, index, table, shop_uuids)
    for index, table in enumerate(document["giftcards"], start=1):
        _add_giftcard(state, 41650 + index, table, now)
    for table in document["custom_attributes"]:
        _add_attributes(state, table)
    return state


def _shop(index: int, table: _Table) -> Shop:
    main = table.pop("main", False)
    return Shop(id=100 + index, uuid=SHOP_UUID if main else stable_uuid(f"shop:{table['name']}"), **table)


def _reward(index: int, table: _Table, shop_uuids: dict[str, str]) -> Reward:
    days = table.pop("expiration_duration_days", None)
    only_shop = table.pop("only_shop", None)
    return Reward(
        id=index,
        uuid=stable_uuid(f"reward:{table['title']}"),
        expiration_duration_s=None if days is None else days * 86400,
        only_shop_uuid=None if only_shop is None else shop_uuids[only_shop],
        **table,
    )


def _add_member(state: LeatState, member_id: int, table: _Table, now: datetime) -> None:
    points: int = table["points"]
    contact = Contact(
        id=member_id,
        uuid=stable_uuid(f"contact:{member_id}"),
        email=table.get("email", ""),
        first_name=table.get("first_name"),
        last_name=table.get("last_name"),
        points=points,
        collected_points=table.get("collected_points", points),
        prepaid_minor=table.get("prepaid_minor", 0),
        anonymous=table.get("anonymous", False),
        created_at=now - timedelta(days=200 + member_id % 100),
        attributes=table.get("attributes", {}),
    )
    state.contacts[contact.uuid] = contact
    for position, value in enumerate(table.get("cards", ())):
        state.cards[value] = Card(value, "Loyalty Card", contact.uuid, default=position == 0)
    for value in table.get("blocked_cards", ()):
        state.cards[value] = Card(value, "Loyalty Card", contact.uuid, active=False)
    for token in table.get("session_tokens", ()):
        state.session_tokens[token] = SessionToken(token, contact.uuid)
    for voucher in table.get("vouchers", ()):
        _add_vouchers(state, contact, voucher, now)
    for collectable in table.get("collectables", ()):
        _add_collectable(state, contact, collectable, now)


def _add_vouchers(state: LeatState, contact: Contact | None, table: _Table, now: datetime) -> None:
    promotion = next(p for p in state.promotions.values() if p.name == table["promotion"])
    copies = table.get("copies", 1)
    for copy in range(1, copies + 1):
        code = table["code"] if copies == 1 else f"{table['code']}-{copy:04}"
        voucher = Voucher(
            uuid=stable_uuid(f"voucher:{code}"),
            code=code,
            promotion_uuid=promotion.uuid,
            contact_uuid=None if contact is None else contact.uuid,
            activates_at=_in_days(now, table.get("activates_in_days")),
            expires_at=_in_days(now, table.get("expires_in_days")),
            allowed=promotion.redemptions_per_voucher,
            redemptions=[
                Redemption(stable_uuid(f"redemption:{code}:{number}"), now - timedelta(days=9 - number % 9))
                for number in range(table.get("redeemed", 0))
            ],
            deactivated=table.get("deactivated", False),
            lock=Lock(stable_uuid(f"release_key:{code}"), now) if table.get("locked") else None,
            attributes=table.get("attributes", {}),
        )
        state.vouchers[voucher.uuid] = voucher


def _add_collectable(state: LeatState, contact: Contact, table: _Table, now: datetime) -> None:
    reward = next(reward for reward in state.rewards.values() if reward.title == table["reward"])
    collectable = Collectable(
        uuid=stable_uuid(f"collectable:{contact.id}:{reward.title}"),
        reward_uuid=reward.uuid,
        contact_uuid=contact.uuid,
        created_at=now - timedelta(days=10),
        expires_at=_in_days(now, table.get("expires_in_days")),
    )
    state.collectables[collectable.uuid] = collectable


def _add_program(state: LeatState, program_id: int, table: _Table, shop_uuids: dict[str, str]) -> None:
    only_shop = table.pop("only_shop", None)
    program = GiftcardProgram(
        id=program_id,
        uuid=stable_uuid(f"giftcard_program:{table['name']}"),
        only_shop_uuid=None if only_shop is None else shop_uuids[only_shop],
        **table,
    )
    state.giftcard_programs[program.uuid] = program


def _add_giftcard(state: LeatState, card_id: int, table: _Table, now: datetime) -> None:
    """Of the first programme, and physical, unless it says otherwise."""
    programs = {program.name: program.uuid for program in state.giftcard_programs.values()}
    program = table.pop("program", next(iter(programs)))
    card = Giftcard(
        id=card_id,
        uuid=stable_uuid(f"giftcard:{table['hash']}"),
        type=table.pop("type", "PHYSICAL"),
        program_uuid=programs[program],
        expires_at=_in_days(now, table.pop("expires_in_days", None)),
        **table,
    )
    state.giftcards[card.uuid] = card


def _add_attributes(state: LeatState, table: _Table) -> None:
    for entity in table.pop("entities"):
        options = tuple({"value": value, "label": value} for value in table.get("options", ()))
        attribute = CustomAttribute(entity, **(table | {"options": options}))
        state.custom_attributes[entity, attribute.name] = attribute


def _in_days(now: datetime, days: int | None) -> datetime | None:
    return None if days is None else now + timedelta(days=days)
