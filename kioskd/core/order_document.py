"""An order as JSON values, for the outbox, and back.

Schema 1 is an order without discounts, charges and stored value, as the first version wrote all of them;
whoever reads only schema 1 refuses what it would get wrong. Schema 3 is one of a backend's own transaction,
schema 4 one that several cards pay.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from kioskd.core.catalogue import Service, Words
from kioskd.core.discount import OfferKind
from kioskd.core.errors import MoneyError
from kioskd.core.money import Money
from kioskd.core.order import (
    CardPayment,
    ChargeKind,
    OfferUse,
    Order,
    OrderCharge,
    OrderDiscount,
    OrderLine,
    Share,
    StoredPayment,
    StoredValue,
    Tender,
)

_SCHEMAS = (1, 2, 3, 4)


def to_document(order: Order) -> dict[str, Any]:
    """Names are kept in the guest's language only: a large order must fit into the outbox."""
    by_cards = bool(order.card_payments)
    plain = not (order.discounts or order.charges or order.payments or order.session or by_cards)
    document: dict[str, Any] = {
        "schema": 1 if plain else 2,
        "id": order.id,
        "number": order.number,
        "sequence": order.sequence,
        "placed_at": order.placed_at.isoformat(),
        "service": order.service.value,
        "language": order.language,
        "currency": order.currency,
        "tender": order.tender.value,
        "member_id": order.member_id,
        "credential": order.credential,
        "lines": [_line_document(line, order.language) for line in order.lines],
    }
    if order.session is not None:
        document |= {"schema": 3, "session": order.session}
    if not plain:
        document["discounts"] = [_discount_document(discount) for discount in order.discounts]
        document["charges"] = [_charge_document(charge, order.language) for charge in order.charges]
        document["payments"] = [payment_document(payment) for payment in order.payments]
    if by_cards:
        document |= {
            "schema": 4,
            "session": order.session,
            "card_payments": [_card_payment_document(payment) for payment in order.card_payments],
        }
    return document


def from_document(document: Mapping[str, Any]) -> Order:
    """Raises KeyError, TypeError or ValueError for a document of another version or shape."""
    if document["schema"] not in _SCHEMAS:
        raise ValueError(f"order document of schema {document['schema']}")
    try:
        return _order_from(document, document["currency"])
    except (MoneyError, InvalidOperation) as error:
        raise ValueError(str(error)) from None


def _order_from(document: Mapping[str, Any], currency: str) -> Order:
    return Order(
        id=document["id"],
        number=document["number"],
        sequence=document["sequence"],
        placed_at=datetime.fromisoformat(document["placed_at"]),
        service=Service(document["service"]),
        language=document["language"],
        currency=currency,
        lines=tuple(_line_from(line, currency) for line in document["lines"]),
        tender=Tender(document["tender"]),
        member_id=document["member_id"],
        credential=document["credential"],
        session=document["session"] if document["schema"] >= 3 else None,
        discounts=tuple(_discount_from(entry, currency) for entry in document.get("discounts", ())),
        charges=tuple(_charge_from(entry, currency) for entry in document.get("charges", ())),
        payments=tuple(payment_from(entry, currency) for entry in document.get("payments", ())),
        card_payments=tuple(
            CardPayment(entry["id"], Money(entry["amount_minor"], currency), entry["evidence"])
            for entry in document.get("card_payments", ())
        ),
    )


def _line_document(line: OrderLine, language: str) -> dict[str, Any]:
    return {
        "id": line.id,
        "sku": line.sku,
        "name": line.name.in_language(language),
        "quantity": line.quantity,
        "unit_price_minor": line.unit_price.minor,
        "subs": [_line_document(sub, language) for sub in line.subs],
    }


def _line_from(document: Mapping[str, Any], currency: str) -> OrderLine:
    return OrderLine(
        id=document["id"],
        sku=document["sku"],
        name=Words(document["name"]),
        quantity=document["quantity"],
        unit_price=Money(document["unit_price_minor"], currency),
        subs=tuple(_line_from(sub, currency) for sub in document["subs"]),
    )


def _discount_document(discount: OrderDiscount) -> dict[str, Any]:
    return {
        "id": discount.id,
        "use": use_document(discount.use),
        "amount_minor": discount.amount.minor,
        "shares": [[share.part_id, share.amount.minor] for share in discount.shares],
        "percent": str(discount.percent) if discount.percent is not None else None,
    }


def _discount_from(document: Mapping[str, Any], currency: str) -> OrderDiscount:
    percent = document["percent"]
    return OrderDiscount(
        id=document["id"],
        use=use_from(document["use"]),
        amount=Money(document["amount_minor"], currency),
        shares=tuple(Share(part_id, Money(minor, currency)) for part_id, minor in document["shares"]),
        percent=Decimal(percent) if percent is not None else None,
    )


def use_document(use: OfferUse) -> dict[str, Any]:
    return {
        "id": use.id,
        "kind": use.kind.value,
        "right_id": use.right_id,
        "title": use.title,
        "code": use.code,
        "member_id": use.member_id,
        "cost_points": use.cost_points,
        "waits": use.waits,
        "keeps": use.keeps,
        "reusable": use.reusable,
    }


def use_from(document: Mapping[str, Any]) -> OfferUse:
    """Raises KeyError, TypeError or ValueError for another shape."""
    return OfferUse(
        id=document["id"],
        kind=OfferKind(document["kind"]),
        right_id=document["right_id"],
        title=document["title"],
        code=document["code"],
        member_id=document["member_id"],
        cost_points=document["cost_points"],
        waits=document["waits"],
        keeps=document["keeps"],
        reusable=document["reusable"],
    )


def _charge_document(charge: OrderCharge, language: str) -> dict[str, Any]:
    return {
        "id": charge.id,
        "kind": charge.kind.value,
        "name": charge.name.in_language(language),
        "amount_minor": charge.amount.minor,
    }


def _charge_from(document: Mapping[str, Any], currency: str) -> OrderCharge:
    return OrderCharge(
        id=document["id"],
        kind=ChargeKind(document["kind"]),
        name=Words(document["name"]),
        amount=Money(document["amount_minor"], currency),
    )


def _card_payment_document(payment: CardPayment) -> dict[str, Any]:
    return {"id": payment.id, "amount_minor": payment.amount.minor, "evidence": payment.evidence}


def payment_document(payment: StoredPayment) -> dict[str, Any]:
    return {
        "id": payment.id,
        "kind": payment.kind.value,
        "account_id": payment.account_id,
        "amount_minor": payment.amount.minor,
        "left_minor": payment.left.minor,
        "code": payment.code,
        "tail": payment.tail,
        "refillable": payment.refillable,
    }


def payment_from(document: Mapping[str, Any], currency: str) -> StoredPayment:
    """Raises KeyError, TypeError or ValueError for another shape."""
    return StoredPayment(
        id=document["id"],
        kind=StoredValue(document["kind"]),
        account_id=document["account_id"],
        amount=Money(document["amount_minor"], currency),
        left=Money(document["left_minor"], currency),
        code=document["code"],
        tail=document["tail"],
        refillable=document["refillable"],
    )
