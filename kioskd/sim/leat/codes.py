"""Leat's error codes, with a text as the real server might print it.

Real messages come in Dutch, English or both; whoever branches on them should fail here too.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final


class Code(IntEnum):
    INTERNAL_ERROR = 1000
    INVALID_INPUT = 1003
    SHOP_NOT_FOUND = 1008
    TOO_MANY_CREDITS = 1015
    NOT_ENOUGH_CREDITS = 1017
    OUT_OF_STOCK = 1018
    CLAIM_LIMIT_REACHED = 1019
    POS_TRANSACTION_NOT_FOUND = 1027
    REWARD_INACTIVE = 1052
    GIFTCARD_NOT_THROUGH_OAUTH = 1114
    GIFTCARD_NOT_FOUND = 5001
    GIFTCARD_EXPIRED = 5002
    GIFTCARD_BALANCE_TOO_LOW = 5003
    GIFTCARD_NOT_UPGRADEABLE = 5006
    GIFTCARD_ABOVE_MAXIMUM = 5008
    GIFTCARD_TRANSACTION_NOT_FOUND = 5010
    POS_TRANSACTION_USED = 6001
    REWARD_NOT_FOUND = 6003
    GIFTCARD_NOT_VALID = 7010
    SHOP_WITHOUT_GIFTCARD_PROGRAM = 7015
    CONTACT_NOT_FOUND = 55031
    GIFTCARD_TRANSACTION_NOT_LAST = 55025
    NO_DEFAULT_UNIT = 55046
    CONTACTS_PLAN_LIMIT = 60000
    CREDIT_RECEPTION_BUSY = 60001
    IDENTIFIER_NOT_FOUND = 60003
    IDENTIFIER_INACTIVE = 60004
    CONTACT_EXISTS = 60005
    IDENTIFIER_EXISTS = 60006
    UNIT_NOT_FOUND = 60007
    ATTRIBUTE_EXISTS = 60009
    IDENTIFIER_NOT_LINKED = 60011
    MODEL_NOT_FOUND = 60013
    IDENTIFIER_LINKED = 60014
    CONTACT_NOT_ANONYMOUS = 60016
    TOKEN_NEEDS_CREDITS = 60018
    TOKEN_NEEDS_UNITS = 60019
    PROMOTION_NOT_FOUND = 80002
    VOUCHER_NOT_FOUND = 80004
    VOUCHER_REDEEMED = 80005
    VOUCHER_EXPIRED = 80006
    VOUCHER_DEACTIVATED = 80012
    VOUCHER_INACTIVE = 80014
    VOUCHER_LOCKED = 80017
    NOT_ENOUGH_REDEMPTIONS = 80019
    PROMOTION_INACTIVE = 80020
    COLLECTABLE_EXPIRED = 80300
    """Also "reward not found" and other things, depending on the page of the documentation."""


MESSAGES: Final[dict[Code, str]] = {
    Code.INTERNAL_ERROR: "Er ging iets mis | Something went wrong",
    Code.INVALID_INPUT: "Ongeldige invoer | Invalid input",
    Code.SHOP_NOT_FOUND: "Shop not found",
    Code.TOO_MANY_CREDITS: "Maximum aantal credits bereikt | Maximum credits reached",
    Code.NOT_ENOUGH_CREDITS: "Te weinig credits | Not enough credits",
    Code.OUT_OF_STOCK: "Reward is niet meer op voorraad | Reward out of stock",
    Code.CLAIM_LIMIT_REACHED: "Claim limit reached",
    Code.POS_TRANSACTION_NOT_FOUND: "POS transaction not found",
    Code.REWARD_INACTIVE: "Reward is inactive",
    Code.GIFTCARD_NOT_THROUGH_OAUTH: "Only giftcards that cannot be re-incremented can be used",
    Code.GIFTCARD_NOT_FOUND: "Cadeaukaart niet gevonden | Giftcard not found",
    Code.GIFTCARD_EXPIRED: "Cadeaukaart is verlopen | Giftcard has expired",
    Code.GIFTCARD_BALANCE_TOO_LOW: "Te weinig saldo | Not enough balance",
    Code.GIFTCARD_NOT_UPGRADEABLE: "Giftcard cannot be incremented",
    Code.GIFTCARD_ABOVE_MAXIMUM: "Giftcard cannot be incremented above its maximum",
    Code.GIFTCARD_TRANSACTION_NOT_FOUND: "Giftcard transaction not found",
    Code.POS_TRANSACTION_USED: "POS transaction already used",
    Code.REWARD_NOT_FOUND: "Reward niet gevonden | Reward not found",
    Code.GIFTCARD_NOT_VALID: "Cadeaukaart is niet geldig | Giftcard is not valid",
    Code.SHOP_WITHOUT_GIFTCARD_PROGRAM: "Shop has no access to this giftcard program",
    Code.CONTACT_NOT_FOUND: "Contact niet gevonden | Contact not found",
    Code.GIFTCARD_TRANSACTION_NOT_LAST: "Not the last transaction of the giftcard",
    Code.NO_DEFAULT_UNIT: "No default unit",
    Code.CONTACTS_PLAN_LIMIT: "Plan limit reached",
    Code.CREDIT_RECEPTION_BUSY: "Another credit reception is being created",
    Code.IDENTIFIER_NOT_FOUND: "Contact identifier niet gevonden | Contact identifier not found",
    Code.IDENTIFIER_INACTIVE: "Contact identifier is inactive",
    Code.CONTACT_EXISTS: "Contact already exists",
    Code.IDENTIFIER_EXISTS: "Contact identifier already exists",
    Code.UNIT_NOT_FOUND: "Unit not found",
    Code.ATTRIBUTE_EXISTS: "Custom attribute already exists",
    Code.IDENTIFIER_NOT_LINKED: "Contact identifier is not linked",
    Code.MODEL_NOT_FOUND: "Model not found",
    Code.IDENTIFIER_LINKED: "Contact identifier is al gekoppeld | Contact identifier already linked",
    Code.CONTACT_NOT_ANONYMOUS: "Contact is not anonymous",
    Code.TOKEN_NEEDS_CREDITS: "Loyalty token v1 needs credits",
    Code.TOKEN_NEEDS_UNITS: "Loyalty token needs a unit",
    Code.PROMOTION_NOT_FOUND: "Promotion not found",
    Code.VOUCHER_NOT_FOUND: "Voucher niet gevonden | Voucher not found",
    Code.VOUCHER_REDEEMED: "Voucher is al ingewisseld | Voucher already redeemed",
    Code.VOUCHER_EXPIRED: "Voucher is verlopen | Voucher has expired",
    Code.VOUCHER_DEACTIVATED: "Voucher is deactivated",
    Code.VOUCHER_INACTIVE: "Voucher is niet actief | Voucher is inactive",
    Code.VOUCHER_LOCKED: "Voucher is vergrendeld | Voucher is locked",
    Code.NOT_ENOUGH_REDEMPTIONS: "Not enough redemptions left",
    Code.PROMOTION_INACTIVE: "Promotion is inactive",
    Code.COLLECTABLE_EXPIRED: "Reward is verlopen | Reward expired",
}
