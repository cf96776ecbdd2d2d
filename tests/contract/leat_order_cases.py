"""Calls about orders, their returns, and the menu."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from kioskd.sim.leat import SHOP_UUID
from kioskd.sim.leat.operations import PREFIX
from kioskd.sim.leat.switches import Switches
from tests.contract.leat_case import SANNE, UNKNOWN, Case, JsonObject, Step, get, post, put
from tests.contract.leat_description import description as document


def order(**changes: Any) -> JsonObject:
    """The description's own example of an order, for a member and a shop of the simulator."""
    path = document()["paths"][f"{PREFIX}/orders/create-and-process"]["post"]
    body = copy.deepcopy(path["requestBody"]["content"]["application/json"]["example"])
    return body | {"business_profile": {"uuid": SHOP_UUID}, "contact": {"uuid": SANNE}} | changes


def back(**changes: Any) -> JsonObject:
    """The description's own example of a return of that order."""
    path = document()["paths"][f"{PREFIX}/order-returns/create-and-process"]["post"]
    body = copy.deepcopy(path["requestBody"]["content"]["application/json"]["example"])
    return body | {"order": {"uuid": "{order.order.uuid}"}} | changes


PROCESS = "/orders/create-and-process"
KNOWN_ORDER = "known-order"
ORDERED = Step("order", "POST", PROCESS, order(external_identifier=KNOWN_ORDER))
CREATED = Step("created", "POST", "/orders", order(external_identifier="created-order"))


def order_cases() -> Iterator[Case]:
    no_action = Switches(order_action="none")
    for path in (PROCESS, "/orders"):
        yield post(path, body=order())
        yield post(path, "empty", {}, code=1003)
        yield post(path, "not an object", ["order"], code=1003)
        yield post(path, "wrong types", order(line_items=[{"price": 2.5}]), code=1003)
        yield post(path, "unknown contact", order(contact={"uuid": UNKNOWN}), code=55031)
        yield post(path, "unknown shop", order(business_profile={"uuid": UNKNOWN}), code=1008)
        yield post(path, "duplicate", order(external_identifier=KNOWN_ORDER), before=(ORDERED,), code=1003)
    yield post(PROCESS, "without points", order(), switches=no_action)
    process = "/orders/{order_uuid}/process"
    yield post(process, at="{created.uuid}", before=(CREATED,))
    yield post(process, "again", at="{order.order.uuid}", before=(ORDERED,))
    yield post(process, "without points", at="{created.uuid}", before=(CREATED,), switches=no_action)
    yield post(process, "unknown", at=UNKNOWN, code=60013)
    yield post("/orders/simulate", body=order())
    yield post("/orders/simulate", "no action", order(), switches=no_action)
    yield post("/orders/simulate", "empty", {}, code=1003)
    yield get("/orders", before=(ORDERED, CREATED))
    yield get("/orders/find", query={"external_identifier": KNOWN_ORDER}, before=(ORDERED,))
    yield get("/orders/find", "unknown", query={"external_identifier": "another"}, code=60013)
    other_guess = Switches(unknown_order="invalid_input")
    query = {"external_identifier": "another"}
    yield get("/orders/find", "unknown, other guess", query=query, code=1003, switches=other_guess)
    yield get("/orders/find", "no id", code=1003)
    one = "/orders/{order_uuid}"
    yield get(one, at="{order.order.uuid}", before=(ORDERED,))
    yield get(one, "unknown", at=UNKNOWN, code=60013)
    yield put(one, at="{created.uuid}", before=(CREATED,), body={"status": "CANCELLED"})
    yield put(one, "wrong status", at="{created.uuid}", before=(CREATED,), body={"status": "X"}, code=1003)
    yield put(one, "unknown", at=UNKNOWN, body={}, code=60013)
    returned = Step("back", "POST", "/order-returns", back(external_identifier="r"))
    for path in ("/order-returns/create-and-process", "/order-returns"):
        yield post(path, body=back(), before=(ORDERED,))
        by_id = {"external_identifier": KNOWN_ORDER}
        yield post(path, "by the order's own id", back(order=by_id), before=(ORDERED,))
        duplicate = back(external_identifier="r", line_items=[])
        yield post(path, "duplicate", duplicate, before=(ORDERED, returned), code=1003)
        yield post(path, "unknown order", back(order={"uuid": UNKNOWN}), code=60013)
        yield post(path, "empty", {}, code=1003)
        too_many = back(line_items=[{"external_identifier": "kiosk-12/000457/1", "quantity": 3}])
        yield post(path, "too many", too_many, before=(ORDERED,), code=1003)
    process = "/order-returns/{order_return_uuid}/process"
    yield post(process, at="{back.uuid}", before=(ORDERED, returned))
    yield post(process, "unknown", at=UNKNOWN, code=60013)


def catalogue_cases() -> Iterator[Case]:
    category = {"external_identifier": "burgers", "name": "Burgers"}
    product = {
        "external_identifier": "CLASSIC",
        "name": "Classic",
        "categories": [{"external_identifier": "burgers"}],
    }
    made = Step("category", "POST", "/product-categories", category)
    stored = Step("product", "POST", "/products", product)
    for path, body, many, before, param in (
        ("/product-categories", category, "categories", (), "category_uuid"),
        ("/products", product, "products", (made,), "product_uuid"),
    ):
        known = (*before, stored if before else made)
        yield get(path, before=known)
        yield get(path, "wrong page", query={"page": "0"}, code=1003)
        yield post(path, body=body, before=before)
        yield post(path, "that exists", body, before=known, code=1003)
        yield post(path, "nothing said", {}, before=before, code=1003)
        yield post(f"{path}/batch", body={many: [body]}, before=before)
        yield post(f"{path}/batch", "again", {many: [body]}, before=known)
        yield post(
            f"{path}/batch", "with a wrong one", {many: [body, {"name": "x"}]}, before=before, code=1003
        )
        yield get(f"{path}/find", query={"external_identifier": body["external_identifier"]}, before=known)
        yield get(f"{path}/find", "unknown", query={"external_identifier": "x"}, code=60013)
        yield post(f"{path}/find-or-create", body=body, before=before)
        yield post(f"{path}/find-or-create", "known", body, before=known)
        at = "{product.uuid}" if before else "{category.uuid}"
        yield put(f"{path}/{{{param}}}", at=at, body=body | {"name": "New"}, before=known)
        yield put(f"{path}/{{{param}}}", "unknown", at=UNKNOWN, body=body, code=60013)
    yield post("/products", "of an unknown category", product, code=1003)
