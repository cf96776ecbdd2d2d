"""Operations about promotions, the parents of vouchers, and about the attributes merchants add to things."""

from __future__ import annotations

from typing import Final

from kioskd.sim.leat.answers import Answer, Call, JsonObject, LeatError, invalid_input, optional_utc_text
from kioskd.sim.leat.codes import Code
from kioskd.sim.leat.fields import Fields
from kioskd.sim.leat.pages import plain_page
from kioskd.sim.leat.records import CustomAttribute, Promotion
from kioskd.sim.leat.state import LeatState

_ENTITIES: Final = (
    "business_profiles",
    "contact",
    "reward",
    "promotion",
    "voucher",
    "giftcard",
    "giftcard_transaction",
    "prepaid",
    "booking",
    "visit",
    "shift",
)
_TYPES: Final = (
    "url",
    "text",
    "date",
    "phone",
    "float",
    "color",
    "email",
    "number",
    "select",
    "boolean",
    "rich_text",
    "date_time",
    "long_text",
    "date_range",
    "time_range",
    "identifier",
    "birth_date",
    "file_upload",
    "media_upload",
    "multi_select",
    "license_plate",
)


def promotion_fields(promotion: Promotion) -> JsonObject:
    """What a promotion is, without the merchant's attributes."""
    return {
        "uuid": promotion.uuid,
        "name": promotion.name,
        "description": promotion.description,
        "voucher_limit": promotion.voucher_limit,
        "limit_per_contact": None,
        "expiration_duration": None,
        "type": "SINGLE_USE" if promotion.redemptions_per_voucher == 1 else "MULTI_USE",
        "redemptions_per_voucher": promotion.redemptions_per_voucher,
    }


def find_promotion(state: LeatState, promotion_uuid: str) -> Promotion:
    promotion = state.promotions.get(promotion_uuid)
    if promotion is None:
        raise LeatError(Code.PROMOTION_NOT_FOUND)
    return promotion


def list_promotions(state: LeatState, call: Call) -> Answer:
    shown, _ = plain_page(call, list(state.promotions.values()), default=30)
    return Answer([_promotion_json(promotion) for promotion in shown])


def get_promotion(state: LeatState, call: Call) -> Answer:
    return Answer(_promotion_json(find_promotion(state, call.path["promotion_uuid"])))


def list_custom_attributes(state: LeatState, call: Call) -> Answer:
    entity = call.required("entity")
    if entity not in _ENTITIES:
        raise invalid_input({"entity": ["The selected entity is invalid."]})
    attributes = state.custom_attributes.values()
    return Answer([_attribute_json(attribute) for attribute in attributes if attribute.entity == entity])


def create_custom_attribute(state: LeatState, call: Call) -> Answer:
    form = Fields(call.body)
    entity = form.text("entity", required=True, choices=_ENTITIES) or ""
    name = form.text("name", required=True) or ""
    form.text("group_name")  # groups are not kept
    attribute = CustomAttribute(
        entity,
        name,
        label=form.text("label", required=True) or "",
        type=form.text("type", required=True, choices=_TYPES) or "",
        options=tuple(
            {"value": option.text("value", required=True), "label": option.text("label", required=True)}
            for option in form.items("options")
        ),
        description=form.text("description"),
        created_at=call.now,
    )
    form.check()
    if (entity, name) in state.custom_attributes:
        raise LeatError(Code.ATTRIBUTE_EXISTS)
    state.custom_attributes[entity, name] = attribute
    return Answer(_attribute_json(attribute), status=201)


def _promotion_json(promotion: Promotion) -> JsonObject:
    return promotion_fields(promotion) | {"media": None, "attributes": promotion.attributes}


def _attribute_json(attribute: CustomAttribute) -> JsonObject:
    document: JsonObject = {
        "entity": attribute.entity,
        "name": attribute.name,
        "label": attribute.label,
        "type": attribute.type,
        "options": list(attribute.options),
        "description": attribute.description,
        "is_piggy_defined": False,
        "group": {"name": "General"},
    }
    created_at = optional_utc_text(attribute.created_at)
    return document if created_at is None else document | {"created_at": created_at}
