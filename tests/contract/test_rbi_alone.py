"""`kioskd sim rbi` as a process: what it says is enough to talk to it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys

import pytest

from kioskd.loyalty.rbi.bodies import PosVendor
from kioskd.loyalty.rbi.client import Identification
from tests.contract.rbi_calls import AT
from tests.contract.rbi_world import connected

pytestmark = pytest.mark.process


def test_the_platform_alone_says_how_to_reach_it() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "kioskd", "sim", "rbi", "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    try:
        assert process.stdout
        told = {}
        for line in process.stdout:
            name, _, value = line.strip().partition(": ")
            told[name] = value.strip()
            if line.startswith("Ctrl-C"):
                break
        found = asyncio.run(_identified(told))
    finally:
        process.terminate()
        process.communicate(timeout=20)
    assert found.name == "Sanne"
    assert process.returncode == 0


async def _identified(told: dict[str, str]) -> Identification:
    vendor = PosVendor(told["pos_type"], told["store_id"], "3", "300", "1")
    async with connected(told["base_url"], key=told["api_key"], country=told["region"]) as client:
        return await client.identify("471100", vendor, AT)
