"""The description of the RBI-style loyalty API."""

from __future__ import annotations

from tests.contract.described import Description

ROOT = "/loyalty"
RBI = Description("rbi-loyalty.openapi.yaml")
