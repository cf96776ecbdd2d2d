"""Every operation a kiosk can call, and where it is done."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from kioskd.sim.leat import (
    cards,
    catalogue,
    contacts,
    giftcards,
    loyalty_tokens,
    orders,
    points,
    prepaid,
    programme,
    promotions,
    returns,
    rewards,
    transactions,
    vouchers,
)
from kioskd.sim.leat.answers import Answer, Call
from kioskd.sim.leat.state import LeatState

PREFIX: Final = "/api/v3/oauth/clients"


@dataclass(frozen=True, slots=True)
class Operation:
    method: str
    path: str
    """Below PREFIX, with {names} for single segments."""
    run: Callable[[LeatState, Call], Answer]

    @property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(re.escape(PREFIX) + re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path))

    @property
    def reads(self) -> bool:
        """Whether it changes nothing. One GET does."""
        return self.method == "GET" and self.run is not contacts.find_or_create_contact


# The first match counts: fixed words before names in braces.
OPERATIONS: Final = (
    Operation("GET", "", programme.ping),
    Operation("GET", "/shops", programme.list_shops),
    Operation("GET", "/shops/{shop_uuid}", programme.get_shop),
    Operation("GET", "/tiers", programme.list_tiers),
    Operation("GET", "/loyalty-program", programme.get_loyalty_program),
    Operation("GET", "/contact-identifiers/find", cards.find_identifier),
    Operation("POST", "/contact-identifiers", cards.create_identifier),
    Operation("PUT", "/contact-identifiers/link", cards.link_identifier),
    Operation("PUT", "/contact-identifiers/unlink", cards.unlink_identifier),
    Operation("GET", "/contact-session-tokens/{contact_session_token}", cards.get_session_token),
    Operation("POST", "/contact-session-tokens/{contact_session_token}/use", cards.use_session_token),
    Operation("GET", "/contacts/find-one-by", contacts.find_contact),
    Operation("GET", "/contacts/find-or-create", contacts.find_or_create_contact),
    Operation("POST", "/contacts/anonymous", contacts.create_anonymous_contact),
    Operation("GET", "/contacts/{contact_uuid}", contacts.get_contact),
    Operation("PUT", "/contacts/{contact_uuid}/claim", contacts.claim_contact),
    Operation("GET", "/contacts/{contact_uuid}/credit-balance", contacts.get_credit_balance),
    Operation("GET", "/contacts/{contact_uuid}/prepaid-balance", contacts.get_prepaid_balance),
    Operation("GET", "/contacts/{contact_uuid}/tier", contacts.get_tier),
    Operation("GET", "/contacts/{contact_uuid}/contact-identifiers", cards.list_identifiers),
    Operation("GET", "/loyalty-transactions", transactions.list_loyalty_transactions),
    Operation("POST", "/credit-receptions", points.create_credit_reception),
    Operation("GET", "/credit-receptions/calculate", points.calculate_credits),
    Operation("POST", "/credit-receptions/{credit_reception_uuid}/reverse", points.reverse_credit_reception),
    Operation("POST", "/loyalty-tokens", loyalty_tokens.create_loyalty_token),
    Operation("GET", "/rewards", rewards.list_rewards),
    Operation("GET", "/rewards/{reward_uuid}", rewards.get_reward),
    Operation("POST", "/reward-receptions", rewards.create_reward_reception),
    Operation("POST", "/reward-receptions/{reward_reception_uuid}/reverse", rewards.reverse_reward_reception),
    Operation("GET", "/collectable-rewards", rewards.list_collectable_rewards),
    Operation("PUT", "/collectable-rewards/collect/{loyalty_transaction_uuid}", rewards.collect_reward),
    Operation(
        "POST",
        "/collectable-rewards/{collectable_reward_redemption_uuid}/reverse",
        rewards.reverse_collected_reward,
    ),
    Operation("GET", "/custom-attributes", promotions.list_custom_attributes),
    Operation("POST", "/custom-attributes", promotions.create_custom_attribute),
    Operation("GET", "/promotions", promotions.list_promotions),
    Operation("GET", "/promotions/{promotion_uuid}", promotions.get_promotion),
    Operation("GET", "/vouchers", vouchers.list_vouchers),
    Operation("GET", "/vouchers/find", vouchers.find_voucher),
    Operation("POST", "/vouchers/redeem", vouchers.redeem_voucher),
    Operation("POST", "/vouchers/multi-redeem", vouchers.multi_redeem_voucher),
    Operation("PUT", "/vouchers/{voucher_uuid}", vouchers.update_voucher),
    Operation("POST", "/vouchers/{voucher_uuid}/validate", vouchers.validate_voucher),
    Operation("POST", "/vouchers/{voucher_uuid}/lock", vouchers.lock_voucher),
    Operation("POST", "/vouchers/{voucher_uuid}/release", vouchers.release_voucher),
    Operation("POST", "/vouchers/{uuid}/reverse", vouchers.reverse_redemption),
    Operation("GET", "/giftcards/find-one-by", giftcards.find_giftcard),
    Operation("GET", "/giftcards/{giftcard_uuid}", giftcards.get_giftcard),
    Operation("GET", "/giftcard-programs", giftcards.list_giftcard_programs),
    Operation("GET", "/giftcard-transactions", giftcards.list_giftcard_transactions),
    Operation("POST", "/giftcard-transactions", giftcards.create_giftcard_transaction),
    Operation(
        "GET", "/giftcard-transactions/{giftcard_transaction_uuid}", giftcards.get_giftcard_transaction
    ),
    Operation(
        "POST",
        "/giftcard-transactions/{giftcard_transaction_uuid}/reverse",
        giftcards.reverse_giftcard_transaction,
    ),
    # The older name of the same.
    Operation(
        "POST",
        "/giftcard-transactions/{giftcard_transaction_uuid}/correct",
        giftcards.reverse_giftcard_transaction,
    ),
    Operation("GET", "/prepaid-transactions", prepaid.list_prepaid_transactions),
    Operation("POST", "/prepaid-transactions", prepaid.create_prepaid_transaction),
    Operation(
        "POST",
        "/prepaid-transactions/{prepaid_transaction_uuid}/reverse",
        prepaid.reverse_prepaid_transaction,
    ),
    Operation("POST", "/orders/create-and-process", orders.create_and_process_order),
    Operation("POST", "/orders/simulate", orders.simulate_order),
    Operation("GET", "/orders/find", orders.find_order),
    Operation("GET", "/orders", orders.list_orders),
    Operation("POST", "/orders", orders.create_order),
    Operation("POST", "/orders/{order_uuid}/process", orders.process_order),
    Operation("GET", "/orders/{order_uuid}", orders.get_order),
    Operation("PUT", "/orders/{order_uuid}", orders.update_order),
    Operation("POST", "/order-returns/create-and-process", returns.create_and_process_return),
    Operation("POST", "/order-returns", returns.create_return),
    Operation("POST", "/order-returns/{order_return_uuid}/process", returns.process_return),
    Operation("GET", "/products", catalogue.list_products),
    Operation("POST", "/products", catalogue.create_product),
    Operation("POST", "/products/batch", catalogue.import_products),
    Operation("GET", "/products/find", catalogue.find_product),
    Operation("POST", "/products/find-or-create", catalogue.find_or_create_product),
    Operation("PUT", "/products/{product_uuid}", catalogue.update_product),
    Operation("GET", "/product-categories", catalogue.list_categories),
    Operation("POST", "/product-categories", catalogue.create_category),
    Operation("POST", "/product-categories/batch", catalogue.import_categories),
    Operation("GET", "/product-categories/find", catalogue.find_category),
    Operation("POST", "/product-categories/find-or-create", catalogue.find_or_create_category),
    Operation("PUT", "/product-categories/{category_uuid}", catalogue.update_category),
)
PATTERNS: Final = tuple((operation, operation.pattern) for operation in OPERATIONS)
