"""The description of Leat's API."""

from __future__ import annotations

from typing import Any

from tests.contract.described import Description

ROOT = "/api/v3/oauth/clients"
LEAT = Description("leat.openapi.yaml")

problems = LEAT.problems
operation_of = LEAT.operation_of
answer_problems = LEAT.answer_problems
undescribed = LEAT.undescribed
recorded_answer = LEAT.recorded_answer


def description() -> dict[str, Any]:
    return LEAT.document
