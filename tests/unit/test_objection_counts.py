"""What the merchant can read of how often the loyalty backend had something against an order."""

from __future__ import annotations

from pathlib import Path

import pytest

from kioskd.core.denial import Denial
from kioskd.core.judgement import Objection
from kioskd.daemon.selling.objection_counts import MOST_RULES, OTHERS, ObjectionCounts
from tests.unit.shopfront import NOON

SINCE = NOON.isoformat(timespec="seconds")


def counts(folder: Path) -> ObjectionCounts:
    return ObjectionCounts(folder / "objections.json", lambda: NOON)


def test_rules_are_counted_by_name_most_often_first_and_outlast_a_restart(tmp_path: Path) -> None:
    first = counts(tmp_path)
    assert not first
    first.judged([Objection(Denial.USED), Objection(Denial.BELOW_MINIMUM, rule="minimum-spend")])
    first.judged([Objection(Denial.BELOW_MINIMUM, rule="minimum-spend")])
    first.claim_refused("not_claimable")
    again = counts(tmp_path)
    assert again
    document = again.document()
    assert document == {
        "since": SINCE,
        "judged": {"minimum-spend": 2, "used": 1},
        "claimed": {"not_claimable": 1},
    }
    assert list(document["judged"]) == ["minimum-spend", "used"]  # type: ignore[call-overload]


def test_a_backend_that_invents_names_does_not_fill_the_disk(tmp_path: Path) -> None:
    many = counts(tmp_path)
    many.judged(Objection(Denial.USED, rule=f"rule-{n}") for n in range(MOST_RULES + 50))
    judged = many.document()["judged"]
    assert isinstance(judged, dict) and len(judged) == MOST_RULES + 1 and judged[OTHERS] == 50


@pytest.mark.parametrize("content", ["", "{", "[]", '{"since": 1}', '{"since": "", "judged": {"a": "x"}}'])
def test_a_damaged_file_is_begun_anew(tmp_path: Path, content: str) -> None:
    (tmp_path / "objections.json").write_text(content, encoding="utf-8")
    fresh = counts(tmp_path)
    assert not fresh
    fresh.claim_refused("a")
    assert counts(tmp_path).document()["claimed"] == {"a": 1}


def test_a_disk_that_takes_nothing_does_not_keep_from_counting(tmp_path: Path) -> None:
    nowhere = ObjectionCounts(tmp_path / "no" / "objections.json", lambda: NOON)
    nowhere.claim_refused("a")
    assert nowhere.document()["claimed"] == {"a": 1}
