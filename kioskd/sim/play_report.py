"""What came of a played scenario: of every step what was done, what was expected and what was the case."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(slots=True)
class Expectation:
    """`instead` tells what was the case when its time was up."""

    key: str
    wanted: Any
    held: bool
    instead: str | None = None


@dataclass(slots=True)
class StepReport:
    number: int
    say: str
    acts: dict[str, Any]
    expectations: list[Expectation] = field(default_factory=list)
    failure: str | None = None
    """Why an act could not be done."""
    took_s: float = 0.0
    picture: str | None = None

    @property
    def held(self) -> bool:
        return self.failure is None and all(expectation.held for expectation in self.expectations)


@dataclass(slots=True)
class Report:
    """`held` only when every step was played and every expectation held."""

    scenario: str
    title: str
    held: bool = False
    took_s: float = 0.0
    steps: list[StepReport] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def failures(self) -> list[str]:
        """What went wrong, a line each."""
        lines = []
        for step in self.steps:
            if step.failure:
                lines.append(f"step {step.number}: {step.failure}")
            lines += [
                f"step {step.number}: {missed.key} = {missed.wanted!r}: {missed.instead}"
                for missed in step.expectations
                if not missed.held
            ]
        return lines


def line_of(step: StepReport) -> str:
    acts = ", ".join(f"{key} {_short(value)}" for key, value in step.acts.items())
    what = ": ".join(filter(None, [step.say, acts])) or ", ".join(e.key for e in step.expectations)
    lines = [f"{step.number:3} {'ok  ' if step.held else 'FAIL'} {step.took_s:6.2f} s  {what}"]
    if step.failure:
        lines.append(f"      {step.failure}")
    lines += [f"      {e.key} = {_short(e.wanted)}: {e.instead}" for e in step.expectations if not e.held]
    return "\n".join(lines)


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."
