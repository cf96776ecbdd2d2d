"""The menu on its way to the simulated Leat, over real HTTP: batches, refusals, faults, throttling."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from kioskd.core.catalogue import Catalogue, Category, Option, OptionGroup, Product, Words
from kioskd.core.catalogue_port import CatalogueEntry, EntryKind, EntryRefused
from kioskd.core.errors import LoyaltyError, Unauthorised, Unclear, Unreachable
from kioskd.core.money import Money
from kioskd.daemon.catalogue_push import CataloguePush
from kioskd.daemon.push_journal import journal_in
from kioskd.loyalty.http import JsonApi
from kioskd.loyalty.leat.catalogue_reader import MAX_BATCH_BYTES, LeatCatalogue
from kioskd.loyalty.leat.client import LeatClient
from kioskd.sim.faults import FaultRule
from kioskd.sim.leat import SIM_TOKEN, LeatSimulator
from kioskd.sim.serve import ServedApp, serve

ROOT = "/api/v3/oauth/clients"


def menu(products: int, *, name: str = "Dish") -> Catalogue:
    """Two categories, an option that half of the products have, and products D0, D1, ..."""
    price = Money(100, "EUR")
    cheese = OptionGroup("extra", Words("Extra"), (Option("X-CHEESE", Words("Extra cheese"), price),))
    dishes = (
        Product(
            f"D{number}",
            Words(f"{name} {number}", (("nl", f"Gerecht {number}"),)),
            Words(""),
            price,
            ("warm", "cold")[number % 2],
            groups=(cheese,) if number % 2 else (),
        )
        for number in range(products)
    )
    categories = (Category("warm", Words("Warm")), Category("cold", Words("Cold")))
    return Catalogue("EUR", categories, {dish.sku: dish for dish in dishes})


class Silent:
    def advanced(self, done: int, total: int) -> None:
        pass

    def waiting(self, wait_s: float) -> None:
        pass


class Time:
    """Passes when somebody sleeps."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        self.now_s += seconds


class Shop:
    """A simulated Leat, and a kiosk's directory to push from."""

    def __init__(
        self, simulator: LeatSimulator, served: ServedApp, reader: LeatCatalogue, time: Time, folder: Path
    ):
        self.simulator = simulator
        self.served = served
        self.reader = reader
        self.time = time
        self.folder = folder

    def pushing(self, catalogue: Catalogue) -> CataloguePush:
        journal = journal_in(self.folder, "here")
        changed = journal.changed(self.reader.entries(catalogue, "en"))
        return CataloguePush(self.reader, changed, journal, Silent(), self.time.sleep)

    async def push(self, catalogue: Catalogue) -> CataloguePush:
        push = self.pushing(catalogue)
        await push.run()
        return push

    def sizes(self) -> list[tuple[str, int]]:
        """What was asked since the last time: call and number of entries."""
        asked = [
            (exchange.path.removeprefix(f"{ROOT}/"), len(next(iter(exchange.body.values()))))
            for exchange in self.simulator.requests
        ]
        self.simulator.requests.clear()
        return asked


@asynccontextmanager
async def shop(folder: Path, *, token: str = SIM_TOKEN, **settings: Any) -> AsyncIterator[Shop]:
    simulator, time = LeatSimulator(), Time()
    async with serve(simulator.app) as served:
        settings = {"timeout_s": 5.0, "clock": time, "sleep": time.sleep} | settings
        client = LeatClient(JsonApi(served.url, token, **settings))
        try:
            yield Shop(simulator, served, LeatCatalogue(client), time, folder)
        finally:
            await client.close()


def run(visit: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(visit(), 20))  # type: ignore[arg-type]


def test_the_whole_menu_arrives_in_batches(tmp_path: Path) -> None:
    async def visit() -> None:
        async with shop(tmp_path) as here:
            push = await here.push(menu(250))
            assert (push.done, push.refused) == (2 + 250 + 1, [])
            assert here.sizes() == [
                ("product-categories/batch", 2),
                ("products/batch", 100),
                ("products/batch", 100),
                ("products/batch", 51),
            ]
            stored = here.simulator.state.products
            assert {f"D{number}" for number in range(250)} | {"X-CHEESE"} <= stored.keys()
            assert stored["D1"].category_ids == ("cold",)
            assert (stored["D1"].name, stored["X-CHEESE"].category_ids) == ("Dish 1", ())

    run(visit)


def test_a_second_push_sends_only_what_changed(tmp_path: Path) -> None:
    async def visit() -> None:
        async with shop(tmp_path) as here:
            await here.push(menu(120))
            here.sizes()
            assert (await here.push(menu(120))).total == 0
            await here.push(menu(122))
            assert here.sizes() == [("products/batch", 2)]
            await here.push(menu(122, name="Meal"))
            assert here.sizes() == [("products/batch", 100), ("products/batch", 22)]
            assert here.simulator.state.products["D7"].name == "Meal 7"

    run(visit)


@pytest.mark.parametrize(
    ("rule", "error"),
    [
        (FaultRule(kind="portal", path=f"{ROOT}/products/batch"), Unclear),
        (FaultRule(kind="status_500", when="after", path=f"{ROOT}/products/batch"), Unclear),
        (FaultRule(kind="status_503_html", path=f"{ROOT}/products/batch"), Unclear),
        (FaultRule(kind="drop_answer", path=f"{ROOT}/products/batch"), Unclear),
        (FaultRule(kind="garbage", path=f"{ROOT}/products/batch"), Unclear),
        (FaultRule(kind="answer", status=401, body={}, path=f"{ROOT}/products/batch"), Unauthorised),
    ],
    ids=lambda value: value.label if isinstance(value, FaultRule) else "",
)
def test_whatever_stops_it_the_next_push_goes_on(
    tmp_path: Path, rule: FaultRule, error: type[LoyaltyError]
) -> None:
    async def visit() -> None:
        async with shop(tmp_path) as here:
            here.simulator.faults.add(rule)
            push = here.pushing(menu(150))
            with pytest.raises(error):
                await push.run()
            assert (push.done, push.refused) == (2, [])
            here.simulator.faults.clear()
            here.sizes()
            assert (await here.push(menu(150))).done == 151
            assert here.sizes() == [("products/batch", 100), ("products/batch", 51)]
            assert len(here.simulator.state.products.keys() & {f"D{n}" for n in range(150)}) == 150

    run(visit)


def test_offline_is_said_at_once(tmp_path: Path) -> None:
    async def visit() -> None:
        async with shop(tmp_path) as here:
            await here.served.pause()
            push = here.pushing(menu(3))
            with pytest.raises(Unreachable):
                await push.run()
            assert push.done == 0
            await here.served.resume()
            assert (await here.push(menu(3))).done == 6

    run(visit)


def test_one_lost_answer_costs_smaller_batches_and_not_the_push(tmp_path: Path) -> None:
    async def visit() -> None:
        async with shop(tmp_path) as here:
            here.simulator.faults.add(FaultRule(kind="drop_answer", path=f"{ROOT}/products/batch", times=1))
            assert (await here.push(menu(99))).done == 102
            assert [size for _, size in here.sizes()] == [2, 100, 50, 50]

    run(visit)


def test_a_wrong_token_is_for_staff(tmp_path: Path) -> None:
    async def visit() -> None:
        async with shop(tmp_path, token="wrong") as here:
            with pytest.raises(Unauthorised):
                await here.push(menu(3))

    run(visit)


# --- refusals -----------------------------------------------------------------------------------------------


def refusal(*fields: str, code: int = 1003) -> FaultRule:
    body = {"message": "Ongeldig | Invalid", "code": code, "status_code": 400}
    errors = {"errors": {field: ["is wrong"] for field in fields}} if fields else {}
    return FaultRule(kind="answer", body=body | errors, path=f"{ROOT}/products/batch", times=1)


def reasons(refused: list[EntryRefused]) -> dict[str, str]:
    return {refusal.entry.id: refusal.reason for refusal in refused}


def test_what_leat_names_is_left_out_and_the_rest_is_taken(tmp_path: Path) -> None:
    async def visit() -> None:
        async with shop(tmp_path) as here:
            here.simulator.faults.add(
                refusal("products.1.name", "products.3.categories.0.external_identifier")
            )
            push = await here.push(menu(5))
            # The option comes first.
            assert reasons(push.refused) == {
                "D0": "invalid name",
                "D2": "invalid categories.0.external_identifier",
            }
            assert [size for _, size in here.sizes()] == [2, 6, 4]
            assert {"D1", "D3", "D4"} <= here.simulator.state.products.keys()
            assert "D0" not in here.simulator.state.products
            assert [
                entry.id for entry in journal_in(tmp_path, "here").changed(here.reader.entries(menu(5), "en"))
            ] == [
                "D0",
                "D2",
            ]

    run(visit)


def test_an_entry_that_leat_does_not_name_is_found_by_halving(tmp_path: Path) -> None:
    async def visit() -> None:
        async with shop(tmp_path) as here:
            for _ in range(4):  # 8, then its first 4, 2 and 1
                here.simulator.faults.add(refusal())
            push = await here.push(menu(7))
            assert reasons(push.refused) == {"X-CHEESE": "invalid, code 1003"}
            assert [size for _, size in here.sizes()] == [2, 8, 4, 2, 1, 1, 2, 4]
            assert push.done == 10

    run(visit)


def test_a_product_of_a_category_that_leat_lacks_is_refused_with_the_place(tmp_path: Path) -> None:
    async def visit() -> None:
        async with shop(tmp_path) as here:
            lacking = Catalogue("EUR", menu(4).categories[:1], menu(4).products)
            push = await here.push(lacking)
            assert reasons(push.refused) == dict.fromkeys(
                ("D1", "D3"), "invalid categories.0.external_identifier"
            )

    run(visit)


def test_a_full_plan_is_not_searched_for_a_culprit(tmp_path: Path) -> None:
    async def visit() -> None:
        async with shop(tmp_path) as here:
            here.simulator.faults.add(refusal(code=60000))
            push = await here.push(menu(5))
            assert reasons(push.refused)["D4"] == "plan_limit, code 60000"
            assert [size for _, size in here.sizes()] == [2, 6]

    run(visit)


def test_what_an_answer_leaves_out_is_not_believed_to_be_there(tmp_path: Path) -> None:
    async def visit() -> None:
        async with shop(tmp_path) as here:
            body = {"data": [{"uuid": "u", "external_identifier": "D0"}]}
            rule = FaultRule(kind="answer", status=200, body=body, path=f"{ROOT}/products/batch", times=1)
            here.simulator.faults.add(rule)
            push = await here.push(menu(2))
            assert reasons(push.refused) == dict.fromkeys(("X-CHEESE", "D1"), "is not in the answer")

    run(visit)


def test_an_answer_without_ids_is_a_plain_yes(tmp_path: Path) -> None:
    async def visit() -> None:
        for data in ([], [{"uuid": "u"}], [{"external_identifier": "D0"}, {"external_identifier": 7}]):
            async with shop(tmp_path) as here:
                rule = FaultRule(kind="answer", status=200, body={"data": data}, path=ROOT)
                here.simulator.faults.add(rule)
                assert (await here.push(menu(2))).refused == []
            (tmp_path / "catalogue.json").unlink()

    run(visit)


# --- rate ---------------------------------------------------------------------------------------------------


def test_a_throttled_push_waits_as_long_as_it_is_told_and_ends(tmp_path: Path) -> None:
    async def visit() -> None:
        async with shop(tmp_path) as here:
            here.simulator.faults.add(FaultRule(kind="status_429", retry_after_s=40, times=2))
            push = await here.push(menu(150))
            assert push.done == 153
            assert here.time.now_s >= 80

    run(visit)


def test_no_more_calls_a_second_than_agreed(tmp_path: Path) -> None:
    async def visit() -> None:
        async with shop(tmp_path, calls_per_s=5.0) as here:
            push = await here.push(menu(2000))
            assert push.done == 2003
            # 1 + 21 requests: five at once, then five a second.
            assert 3.3 < here.time.now_s < 3.6

    run(visit)


# --- batches ------------------------------------------------------------------------------------------------


def test_batches_keep_the_sequence_and_their_limits() -> None:
    reader = LeatCatalogue(LeatClient(JsonApi("http://127.0.0.1:1", "token", timeout_s=1.0)))
    entries = [CatalogueEntry(EntryKind.CATEGORY, f"C{n}", "", b"{}") for n in range(260)]
    entries += [CatalogueEntry(EntryKind.PRODUCT, f"D{n}", "", b"x" * 400_000) for n in range(5)]
    entries += [CatalogueEntry(EntryKind.PRODUCT, f"E{n}", "", b"{}") for n in range(201)]
    batches = list(reader.batches(entries))
    assert [entry for batch in batches for entry in batch] == entries
    assert [len(batch) for batch in batches] == [250, 10, 2, 2, 100, 100, 2]
    assert all(sum(len(entry.content) for entry in batch) <= MAX_BATCH_BYTES for batch in batches)
    assert all(len({entry.kind for entry in batch}) == 1 for batch in batches)
    assert list(reader.batches([])) == []
