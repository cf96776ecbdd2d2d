"""Vouchers and rewards of the simulated Leat go through their states as the contract has it."""

from __future__ import annotations

from typing import Any

import pytest

from kioskd.sim.leat import SHOP_UUID
from tests.unit.leat_counter import ADA, SANNE, Counter


class Voucher:
    """One voucher, by its code."""

    def __init__(self, counter: Counter, code: str) -> None:
        self.counter, self.code = counter, code
        self.uuid = counter.get("/vouchers/find", code=code)["uuid"]

    @property
    def shown(self) -> Any:
        return self.counter.get("/vouchers/find", code=self.code)

    @property
    def status(self) -> str:
        return str(self.shown["status"])

    def lock(self) -> str:
        key: str = self.counter.post(f"/vouchers/{self.uuid}/lock")["lock"]["release_key"]
        return key

    def redeem(self, **more: Any) -> Any:
        return self.counter.post("/vouchers/redeem", code=self.code, shop_uuid=SHOP_UUID, **more)

    def redeem_refused(self, **more: Any) -> int:
        return self.counter.refused("/vouchers/redeem", code=self.code, shop_uuid=SHOP_UUID, **more)


def test_a_locked_voucher_is_redeemed_by_whoever_has_the_key() -> None:
    counter = Counter()
    voucher = Voucher(counter, "COFFEE-7Q4M")
    key = voucher.lock()
    assert voucher.status == "LOCKED"
    assert voucher.redeem_refused() == voucher.redeem_refused(release_key="another") == 80017
    assert voucher.redeem(release_key=key)["voucher_redemption"]["uuid"]
    assert (voucher.status, voucher.shown["redeemed_at"]) == ("REDEEMED", "2026-07-01T12:00:00+00:00")
    assert voucher.redeem_refused(release_key=key) == 80005


def test_a_lock_ends_after_exactly_one_hour() -> None:
    counter = Counter()
    voucher = Voucher(counter, "COFFEE-7Q4M")
    lock = counter.post(f"/vouchers/{voucher.uuid}/lock")["lock"]
    assert lock["system_release_at"] == "2026-07-01T13:00:00+00:00"
    counter.wait(minutes=59, seconds=59, milliseconds=999)
    assert voucher.status == "LOCKED"
    counter.wait(milliseconds=1)
    assert voucher.status == "ACTIVE"
    second = voucher.lock()
    assert second != lock["release_key"]
    assert voucher.redeem_refused(release_key=lock["release_key"]) == 80017


def test_a_key_whose_lock_has_run_out_does_no_harm() -> None:
    counter = Counter()
    voucher = Voucher(counter, "COFFEE-7Q4M")
    key = voucher.lock()
    counter.wait(hours=1)
    assert voucher.redeem(release_key=key)["status"] == "REDEEMED"


def test_a_released_voucher_can_be_locked_by_the_next() -> None:
    counter = Counter()
    voucher = Voucher(counter, "COFFEE-7Q4M")
    key = voucher.lock()
    assert counter.refused(f"/vouchers/{voucher.uuid}/release", release_key="another") == 80017
    released = counter.post(f"/vouchers/{voucher.uuid}/release", release_key=key)
    assert released["voucher"]["status"] == "ACTIVE"
    assert (released["lock"]["unlocked_at"], released["lock"]["system_release_at"]) == (
        "2026-07-01T12:00:00+00:00",
        None,
    )
    again = counter.post(f"/vouchers/{voucher.uuid}/release", release_key=key)
    assert again["voucher"]["status"] == "ACTIVE"
    assert voucher.lock() != key


@pytest.mark.parametrize(
    ("code", "status", "refusal"),
    [
        ("FLYER-USED", "REDEEMED", 80005),
        ("FLYER-OLD", "EXPIRED", 80006),
        ("FLYER-SOON", "INACTIVE", 80014),
        ("FLYER-STOPPED", "DEACTIVATED", 80012),
        ("FLYER-LOCKED", "LOCKED", 80017),
    ],
)
def test_there_is_a_voucher_in_every_state(code: str, status: str, refusal: int) -> None:
    counter = Counter()
    voucher = Voucher(counter, code)
    assert voucher.status == status
    assert counter.refused(f"/vouchers/{voucher.uuid}/lock") == refusal
    assert voucher.redeem_refused(contact_uuid=counter.contact()) == refusal
    told = counter.refused(
        f"/vouchers/{voucher.uuid}/validate", shop_uuid=SHOP_UUID, contact_uuid=counter.contact()
    )
    assert told == refusal


def test_a_voucher_becomes_active_when_its_day_comes() -> None:
    counter = Counter()
    voucher = Voucher(counter, "FLYER-SOON")
    counter.wait(days=2)
    assert voucher.status == "ACTIVE"


def test_a_card_of_ten_is_used_up_one_by_one_and_each_use_ends_the_lock() -> None:
    counter = Counter()
    voucher = Voucher(counter, "TENCOFFEE-2J6W")
    assert (voucher.shown["times_redeemed"], voucher.shown["redemptions_remaining"]) == (3, 7)
    first = voucher.redeem(release_key=voucher.lock())
    assert (first["status"], first["times_redeemed"]) == ("ACTIVE", 4)
    answer = counter.post("/vouchers/multi-redeem", code=voucher.code, shop_uuid=SHOP_UUID, number_of_times=6)
    assert len({redemption["uuid"] for redemption in answer["voucher_redemptions"]}) == 6
    assert (voucher.status, voucher.shown["redemptions_remaining"]) == ("REDEEMED", 0)
    counter.post(f"/vouchers/{first['voucher_redemption']['uuid']}/reverse")
    assert (voucher.status, voucher.shown["redemptions_remaining"]) == ("ACTIVE", 1)


def test_a_redemption_is_reversed_once_by_either_uuid() -> None:
    counter = Counter()
    voucher = Voucher(counter, "COFFEE-7Q4M")
    redemption = voucher.redeem()["voucher_redemption"]["uuid"]
    assert counter.post(f"/vouchers/{redemption}/reverse")["status"] == "ACTIVE"
    assert counter.refused(f"/vouchers/{redemption}/reverse") == 80004
    voucher.redeem()
    assert counter.post(f"/vouchers/{voucher.uuid}/reverse")["is_redeemed"] is False
    counter.set(voucher_reverse_by="redemption")
    redemption = voucher.redeem()["voucher_redemption"]["uuid"]
    assert counter.refused(f"/vouchers/{voucher.uuid}/reverse") == 80004
    counter.set(voucher_reverse_by="voucher")
    assert counter.refused(f"/vouchers/{redemption}/reverse") == 80004


def test_a_voucher_of_nobody_becomes_the_contacts_who_redeems_it() -> None:
    counter = Counter()
    voucher = Voucher(counter, "FLYER-TEN")
    assert voucher.shown["contact"] is None
    assert voucher.redeem_refused() == 1003
    assert voucher.redeem(contact_uuid=counter.contact())["contact"]["uuid"] == counter.contact()
    assert Voucher(counter, "COFFEE-7Q4M").redeem_refused(contact_uuid=counter.contact(ADA)) == 1003
    counter.set(unlinked_voucher="redeemed_without")
    assert Voucher(counter, "FLYER-COFFEE").redeem()["contact"] is None


def test_a_deactivated_voucher_can_be_made_active_again() -> None:
    counter = Counter()
    voucher = Voucher(counter, "COFFEE-7Q4M")
    counter.put(f"/vouchers/{voucher.uuid}", status="DEACTIVATED")
    assert voucher.redeem_refused() == 80012
    counter.put(f"/vouchers/{voucher.uuid}", status="ACTIVE")
    counter.put(f"/vouchers/{voucher.uuid}", status="ACTIVE", expiration_date="2026-07-01T12:30:00Z")
    counter.wait(minutes=30)
    assert voucher.redeem_refused() == 80006


@pytest.mark.parametrize(("switch", "status"), [(False, "LOCKED"), (True, "ACTIVE")])
def test_whether_setting_active_ends_a_lock_is_a_switch(switch: bool, status: str) -> None:
    counter = Counter(activate_unlocks=switch)
    voucher = Voucher(counter, "COFFEE-7Q4M")
    voucher.lock()
    assert counter.put(f"/vouchers/{voucher.uuid}", status="ACTIVE")["status"] == status


def test_other_guesses_about_vouchers() -> None:
    counter = Counter(wrong_release_key="invalid_input", voucher_validate="empty", codes_case_sensitive=False)
    voucher = Voucher(counter, "coffee-7q4m")
    assert counter.post(f"/vouchers/{voucher.uuid}/validate", shop_uuid=SHOP_UUID) == {}
    voucher.lock()
    assert voucher.redeem_refused(release_key="another") == 1003
    counter.set(voucher_validate="not_found_404")
    path = f"/api/v3/oauth/clients/vouchers/{voucher.uuid}/validate"
    assert counter.send("POST", path, json={"shop_uuid": SHOP_UUID}).status_code == 404


def test_more_guesses_about_vouchers() -> None:
    counter = Counter(
        release_unlocked="refused",
        inactive_voucher="invalid_input",
        voucher_of_another="ignored",
        voucher_reversed_again="no_effect",
    )
    voucher = Voucher(counter, "COFFEE-7Q4M")
    assert counter.refused(f"/vouchers/{voucher.uuid}/release", release_key="x") == 1003
    assert Voucher(counter, "SOON-9R5T").redeem_refused() == 1003
    redemption = voucher.redeem(contact_uuid=counter.contact(ADA))["voucher_redemption"]["uuid"]
    assert voucher.shown["contact"]["uuid"] == counter.contact()
    for _ in range(2):
        assert counter.post(f"/vouchers/{redemption}/reverse")["status"] == "ACTIVE"


def test_rules_lie_flat_in_a_voucher_and_nested_in_its_promotion() -> None:
    counter = Counter()
    parent = counter.get("/vouchers/find", code="FLYER-GREEN")["promotion"]
    assert (parent["kiosk_discount_type"], parent["kiosk_discount_value"]) == ("percentage_discount", 20)
    promotion = counter.get(f"/promotions/{parent['uuid']}")
    assert promotion["attributes"]["kiosk_category"] == "salads, sides"
    own = counter.get("/vouchers/find", code="FIVE-6T2Y")
    assert own["attributes"] == {"kiosk_minimum_order": "10"}


def test_a_reward_that_is_collected_later_costs_its_points_at_once() -> None:
    counter = Counter()
    claimed = counter.claim("Coffee of your choice")
    assert (claimed["credits"], claimed["has_been_collected"], counter.points()) == (-120, False, 1120)
    assert claimed["expires_at"] == "2026-07-31T12:00:00+00:00"
    waiting = counter.get("/collectable-rewards", contact_uuid=counter.contact())
    assert claimed["uuid"] in [reward["uuid"] for reward in waiting]
    collected = counter.put(f"/collectable-rewards/collect/{claimed['uuid']}")
    assert collected["status"] == "COLLECTED"
    waiting = counter.get("/collectable-rewards", contact_uuid=counter.contact())
    assert claimed["uuid"] not in [reward["uuid"] for reward in waiting]
    assert counter.refused(f"/collectable-rewards/collect/{claimed['uuid']}", "PUT") == 80300
    assert counter.refused(f"/reward-receptions/{claimed['uuid']}/reverse") == 1003
    assert counter.post(f"/collectable-rewards/{collected['uuid']}/reverse")["status"] == "REVERSED"
    assert counter.put(f"/collectable-rewards/collect/{claimed['uuid']}")["uuid"] != collected["uuid"]
    assert counter.points() == 1120


def test_a_reversed_claim_gives_points_and_stock_back_and_nothing_to_collect() -> None:
    counter = Counter()
    before = len(counter.get("/collectable-rewards", contact_uuid=counter.contact()))
    reception = counter.claim("Coffee of your choice")["uuid"]
    given_back = counter.post(f"/reward-receptions/{reception}/reverse")
    assert (given_back["type"], given_back["credits"], counter.points()) == ("credit_reception", 120, 1240)
    assert len(counter.get("/collectable-rewards", contact_uuid=counter.contact())) == before
    shirt = counter.claim("Harbour Kitchen T-shirt", ADA)["uuid"]
    assert counter.get(f"/rewards/{counter.reward('Harbour Kitchen T-shirt')}")["stock"] == 11
    counter.post(f"/reward-receptions/{shirt}/reverse")
    assert counter.get(f"/rewards/{counter.reward('Harbour Kitchen T-shirt')}")["stock"] == 12


@pytest.mark.parametrize(("again", "points"), [("refused", 1240), ("credits_again", 1360)])
def test_reversing_a_claim_twice(again: str, points: int) -> None:
    counter = Counter(reward_reversed_again=again)
    reception = counter.claim("Coffee of your choice")["uuid"]
    for _ in range(2):
        counter.send("POST", f"/api/v3/oauth/clients/reward-receptions/{reception}/reverse")
    assert counter.points() == points


def test_a_claim_limit_does_not_count_what_was_taken_back() -> None:
    counter = Counter()
    counter.post(f"/reward-receptions/{counter.claim('Birthday sundae')['uuid']}/reverse")
    counter.claim("Birthday sundae")
    wanted = {"reward_uuid": counter.reward("Birthday sundae"), "shop_uuid": SHOP_UUID}
    assert counter.refused("/reward-receptions", contact_uuid=counter.contact(), **wanted) == 1019


def test_a_digital_reward_brings_a_code() -> None:
    claimed = Counter().claim("Cinema ticket code")
    assert claimed["type"] == "digital_reward_reception"
    assert claimed["digital_reward_code"]["code"]


def test_collecting_can_answer_as_it_did_until_2025_and_forgive_a_repetition() -> None:
    counter = Counter(collect_answer="collectable", collected_again="no_effect")
    uuid = counter.claim("Coffee of your choice")["uuid"]
    for _ in range(2):
        assert counter.put(f"/collectable-rewards/collect/{uuid}")["has_been_collected"] is True


def test_another_till_locks_a_voucher_before_the_kiosk() -> None:
    counter = Counter()
    voucher = Voucher(counter, "COFFEE-7Q4M")
    act = {"code": voucher.code, "till": "bar"}
    assert counter.leat.control("tills", {"does": "lock_voucher", **act})["status"] == 200
    assert counter.refused(f"/vouchers/{voucher.uuid}/lock") == 80017
    elsewhere = counter.leat.control(
        "tills", {"does": "redeem_voucher", "code": voucher.code, "till": "shop"}
    )
    assert (elsewhere["status"], elsewhere["answer"]["code"]) == (400, 80017)
    counter.leat.control("tills", {"does": "release_voucher", **act})
    assert voucher.status == "ACTIVE"
    counter.leat.control("tills", {"does": "redeem_voucher", **act})
    assert voucher.status == "REDEEMED"
    flyer = {"does": "redeem_voucher", "code": "FLYER-TEN", "card": SANNE}
    assert counter.leat.control("tills", flyer)["answer"]["data"]["contact"]["uuid"] == counter.contact()
