"""Operations about products and their categories, which rules about points can refer to."""

from __future__ import annotations

from dataclasses import replace

from kioskd.sim.leat.answers import Answer, Call, JsonObject, LeatError, invalid_input
from kioskd.sim.leat.codes import Code
from kioskd.sim.leat.fields import Fields
from kioskd.sim.leat.pages import plain_page
from kioskd.sim.leat.records import Category, Product
from kioskd.sim.leat.state import LeatState

_UNKNOWN = "unknown product or category: code assumed"


def list_products(state: LeatState, call: Call) -> Answer:
    shown, meta = plain_page(call, list(state.products.values()))
    return Answer([_product_json(state, product) for product in shown], meta)


def find_product(state: LeatState, call: Call) -> Answer:
    product = state.products.get(call.required("external_identifier"))
    if product is None:
        raise LeatError(Code.MODEL_NOT_FOUND, deviation=_UNKNOWN)
    return Answer(_product_json(state, product))


def create_product(state: LeatState, call: Call) -> Answer:
    product = _read_product(state, Fields(call.body))
    if product.external_identifier in state.products:
        raise _taken()
    return Answer(_product_json(state, _store_product(state, product)))


def find_or_create_product(state: LeatState, call: Call) -> Answer:
    """What is known stays as it is."""
    product = _read_product(state, Fields(call.body))
    known = state.products.get(product.external_identifier)
    return Answer(_product_json(state, known or _store_product(state, product)))


def import_products(state: LeatState, call: Call) -> Answer:
    """All or nothing: the known ones are overwritten, the others made."""
    form = Fields(call.body)
    products = [_read_product(state, item, check=False) for item in form.items("products", required=True)]
    form.check()
    stored = [_store_product(state, product) for product in products]
    return Answer([_product_json(state, product) for product in stored])


def update_product(state: LeatState, call: Call) -> Answer:
    wanted = call.path["product_uuid"]
    known = next((product for product in state.products.values() if product.uuid == wanted), None)
    if known is None:
        raise LeatError(Code.MODEL_NOT_FOUND, deviation=_UNKNOWN)
    product = replace(_read_product(state, Fields(call.body)), uuid=known.uuid)
    if product.external_identifier != known.external_identifier:
        if product.external_identifier in state.products:
            raise _taken()
        del state.products[known.external_identifier]
    state.products[product.external_identifier] = product
    return Answer(_product_json(state, product))


def list_categories(state: LeatState, call: Call) -> Answer:
    shown, meta = plain_page(call, list(state.categories.values()))
    return Answer([_category_json(category) for category in shown], meta)


def find_category(state: LeatState, call: Call) -> Answer:
    category = state.categories.get(call.required("external_identifier"))
    if category is None:
        raise LeatError(Code.MODEL_NOT_FOUND, deviation=_UNKNOWN)
    return Answer(_category_json(category))


def create_category(state: LeatState, call: Call) -> Answer:
    category = _read_category(Fields(call.body))
    if category.external_identifier in state.categories:
        raise _taken()
    return Answer(_category_json(_store_category(state, category)))


def find_or_create_category(state: LeatState, call: Call) -> Answer:
    """What is known stays as it is."""
    category = _read_category(Fields(call.body))
    known = state.categories.get(category.external_identifier)
    return Answer(_category_json(known or _store_category(state, category)))


def import_categories(state: LeatState, call: Call) -> Answer:
    """All or nothing: the known ones are overwritten, the others made."""
    form = Fields(call.body)
    categories = [_read_category(item, check=False) for item in form.items("categories", required=True)]
    form.check()
    return Answer([_category_json(_store_category(state, category)) for category in categories])


def update_category(state: LeatState, call: Call) -> Answer:
    wanted = call.path["category_uuid"]
    known = next((category for category in state.categories.values() if category.uuid == wanted), None)
    if known is None:
        raise LeatError(Code.MODEL_NOT_FOUND, deviation=_UNKNOWN)
    category = replace(_read_category(Fields(call.body)), uuid=known.uuid)
    if category.external_identifier != known.external_identifier:
        # Products refer to it by this id.
        raise invalid_input({"external_identifier": ["The external identifier cannot be changed."]})
    state.categories[category.external_identifier] = category
    return Answer(_category_json(category))


def _read_product(state: LeatState, form: Fields, *, check: bool = True) -> Product:
    """Without a uuid of its own yet. Categories must exist."""
    category_ids = []
    by_uuid = {category.uuid: category for category in state.categories.values()}
    for item in form.items("categories"):
        category_uuid = item.text("uuid")
        external_identifier = item.text("external_identifier", required=category_uuid is None)
        known = (
            by_uuid.get(category_uuid) if category_uuid else state.categories.get(external_identifier or "")
        )
        if known is None:
            item.wrong("external_identifier", "The category does not exist.")
        else:
            category_ids.append(known.external_identifier)
    product = Product(
        uuid="",
        external_identifier=form.text("external_identifier", required=True) or "",
        name=form.text("name", required=True) or "",
        description=form.text("description"),
        category_ids=tuple(category_ids),
    )
    if check:
        form.check()
    return product


def _read_category(form: Fields, *, check: bool = True) -> Category:
    external_identifier = form.text("external_identifier", required=True) or ""
    name = form.text("name", required=True) or ""
    if check:
        form.check()
    return Category("", external_identifier, name)


def _store_product(state: LeatState, product: Product) -> Product:
    known = state.products.get(product.external_identifier)
    product = replace(product, uuid=known.uuid if known else state.new_uuid("product"))
    state.products[product.external_identifier] = product
    return product


def _store_category(state: LeatState, category: Category) -> Category:
    known = state.categories.get(category.external_identifier)
    category = replace(category, uuid=known.uuid if known else state.new_uuid("category"))
    state.categories[category.external_identifier] = category
    return category


def _taken() -> LeatError:
    return invalid_input(
        {"external_identifier": ["The external identifier has already been taken."]},
        deviation="second product or category of an id: refusal assumed",
    )


def _product_json(state: LeatState, product: Product) -> JsonObject:
    return {
        "uuid": product.uuid,
        "external_identifier": product.external_identifier,
        "name": product.name,
        "description": product.description,
        "categories": [_category_json(state.categories[name]) for name in product.category_ids],
    }


def _category_json(category: Category) -> JsonObject:
    return {
        "uuid": category.uuid,
        "external_identifier": category.external_identifier,
        "name": category.name,
    }
