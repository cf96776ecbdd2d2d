"""Every code Leat documents has a word of its own, and the words are stable."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from kioskd.core.errors import LoyaltyError, Refused, Throttled, Unauthorised, Unclear
from kioskd.loyalty.leat.refusals import LeatRefused, error_for


def outcome(code: int) -> LoyaltyError:
    return error_for("some/call", code, frozenset())


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (80004, "unknown_voucher"),
        (80005, "used"),
        (80006, "expired"),
        (80012, "deactivated"),
        (80014, "not_yet_active"),
        (80017, "locked_elsewhere"),
        (80019, "too_few_left"),
        (1017, "insufficient_points"),
        (1018, "out_of_stock"),
        (1019, "claim_limit"),
        (1052, "not_available"),
        (80300, "not_available"),
        (5001, "unknown_gift_card"),
        (5002, "expired"),
        (5003, "insufficient_balance"),
        (7010, "not_valid"),
        (1114, "not_spendable_here"),
        (7015, "not_spendable_here"),
        (55025, "not_last_transaction"),
        (60014, "card_taken"),
        (60003, "unknown_card"),
        (60013, "not_found"),
        (1003, "invalid"),
        (424242, "invalid"),
    ],
)
def test_a_refusal_says_why(code: int, reason: str) -> None:
    refusal = outcome(code)
    assert isinstance(refusal, LeatRefused)
    assert (refusal.reason, refusal.code) == (reason, code)


@pytest.mark.parametrize(
    ("code", "expected"), [(1000, Unclear), (60001, Throttled), (7002, Unauthorised), (1008, Unauthorised)]
)
def test_some_codes_are_no_refusals(code: int, expected: type[LoyaltyError]) -> None:
    assert type(outcome(code)) is expected


@cache
def documented() -> dict[int, str]:
    text = (Path(__file__).parents[1] / "contract" / "leat.openapi.yaml").read_text()
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document: dict[str, Any] = yaml.load(text, loader)
    return {entry["code"]: entry["meaning"] for entry in document["x-error-codes"]}


def test_every_documented_code_of_a_call_the_kiosk_makes_has_a_word() -> None:
    of_no_concern = {6007, 13010, 55004, 55005, 55020, 55030}  # templates, passcodes, marketing
    plain = {1003, 60018, 60019}
    unnamed = {
        code
        for code in documented().keys() - of_no_concern - plain
        if isinstance(refused := outcome(code), Refused) and refused.reason == "invalid"
    }
    assert unnamed == set()
