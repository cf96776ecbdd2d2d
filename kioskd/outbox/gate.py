"""Whether anything may be sent at all: the breaker, the hold on a refused credential, and 429.

One gate for the whole queue, because one server and one credential stand behind it. Pure.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from math import inf
from typing import Any

from kioskd.outbox.courier import NeverSent, Outcome, Throttled, Unauthorised, Unclear
from kioskd.outbox.policy import Instant, Policy
from kioskd.outbox.value import value

_SPREAD_LEFT = 0.5
"""Of the wait after an outage, when a guest's order was taken meanwhile: there is room. Guests come at
random, so kiosks that begin early for their sake do not begin all at once either."""
_SLOWER = 1.25
_FASTER = 0.5
"""One in four is let in when these balance: the limit is used up, and who only asks once in a while gets
through soon. A kiosk that is slow for no reason any more is fast again after a few answers."""


class Flow(StrEnum):
    OPEN = "open"
    UNREACHABLE = "unreachable"
    """Too many transport failures in a row: only probes go out until one is answered."""
    UNAUTHORISED = "unauthorised"
    """Our credential was refused: nothing is sent until a probe is let in. Staff must act."""


@value
class Gate:
    flow: Flow = Flow.OPEN
    online: bool | None = None
    """None until the first evidence."""
    failures: int = 0
    """Transport failures in a row."""
    trips: int = 0
    """How often it shut since the server last took an operation: probes back off by it."""
    resume_at_s: float = -inf
    spread_until_s: float = -inf
    """After an outage, the backlog's turn; a guest who waits need not."""
    pace_s: float = 0.0
    """Between two of the backlog: longer with every 429, shorter with every answer. So many kiosks behind one
    limit share it, and those whose guest waits find room."""
    backlog_at_s: float = -inf
    probe_at_s: float = inf
    probing: bool = False

    def may_send(self, now_s: float, *, backlog: bool) -> bool:
        return self.flow is Flow.OPEN and now_s >= self.opens_at_s(backlog=backlog)

    def opens_at_s(self, *, backlog: bool) -> float:
        if not backlog:
            return self.resume_at_s
        return max(self.resume_at_s, self.spread_until_s, self.backlog_at_s)

    def began_backlog(self, at: Instant) -> Gate:
        """Half to one and a half paces until the next one."""
        if self.pace_s == 0.0:
            return self
        return replace(self, backlog_at_s=at.mono_s + self.pace_s * (0.5 + at.chance))

    def probe_due(self, now_s: float) -> bool:
        return self.flow is not Flow.OPEN and not self.probing and now_s >= self.probe_at_s

    def transport_failed(self, at: Instant, policy: Policy) -> Gate:
        gate = replace(self, failures=self.failures + 1)
        if gate.flow is Flow.OPEN and gate.failures >= policy.breaker_failures:
            return gate._shut(Flow.UNREACHABLE, at, policy)
        return gate

    def answered(self, at: Instant, policy: Policy) -> Gate:
        """The server took an operation: it is there, and has room."""
        gate = self._heard(policy)
        left_s = gate.spread_until_s - at.mono_s
        return gate if left_s <= 0.0 else replace(gate, spread_until_s=at.mono_s + left_s * _SPREAD_LEFT)

    def _heard(self, policy: Policy) -> Gate:
        """It is there. A refused credential stays refused."""
        if self.flow is Flow.UNAUTHORISED:
            return replace(self, online=True, failures=0)
        if self.online and not (self.failures or self.trips or self.pace_s):
            return self  # as nearly always
        return replace(
            self,
            flow=Flow.OPEN,
            online=True,
            failures=0,
            trips=0,
            probe_at_s=inf,
            pace_s=self.pace_s * _FASTER if self.pace_s > policy.pace_first_s else 0.0,
        )

    def throttled(self, outcome: Throttled, at: Instant, policy: Policy) -> Gate:
        wait_s = min(max(outcome.retry_after_s, 0.0), policy.retry_after_cap_s)
        pace_s = self.pace_s
        if at.mono_s >= self.resume_at_s:  # once for two that were under way together
            pace_s = min(max(pace_s * _SLOWER, policy.pace_first_s), policy.pace_cap_s)
        return replace(
            self._heard(policy),
            resume_at_s=max(self.resume_at_s, at.mono_s + wait_s),
            pace_s=pace_s,
            backlog_at_s=at.mono_s + wait_s + pace_s * at.chance,
        )

    def unauthorised(self, at: Instant, policy: Policy) -> Gate:
        if self.flow is Flow.UNAUTHORISED:
            return replace(self, online=True, failures=0)
        return self._shut(Flow.UNAUTHORISED, at, policy, failures=0)

    def probed(self, outcome: Outcome, at: Instant, policy: Policy) -> Gate:
        """A probe came back. Any answer but silence and 401 opens the gate; one failure shuts it again."""
        match outcome:
            case NeverSent() | Unclear():
                return self._shut(Flow.UNREACHABLE, at, policy, probing=False)
            case Unauthorised():
                return self._shut(Flow.UNAUTHORISED, at, policy, probing=False)
        spread_s = at.chance * policy.outage_spread_s if self.flow is Flow.UNREACHABLE else 0.0
        wait_s = 0.0
        if isinstance(outcome, Throttled):
            wait_s = min(max(outcome.retry_after_s, 0.0), policy.retry_after_cap_s)
        return replace(
            self,
            flow=Flow.OPEN,
            online=True,
            probing=False,
            failures=policy.breaker_failures - 1,
            resume_at_s=at.mono_s + wait_s,
            spread_until_s=at.mono_s + wait_s + spread_s,
            probe_at_s=inf,
        )

    def hurried(self, now_s: float) -> Gate:
        """A guest is waiting for this: probe now rather than when the back-off would."""
        return (
            self
            if self.flow is not Flow.UNREACHABLE
            else replace(self, probe_at_s=min(self.probe_at_s, now_s))
        )

    def _shut(self, flow: Flow, at: Instant, policy: Policy, **known: Any) -> Gate:
        """A refused credential was refused by somebody: that is online."""
        trips = self.trips + 1
        # A network comes back by itself, and soon; a credential does not, and asking often may lock it out.
        cap_s = policy.probe_cap_s if flow is Flow.UNREACHABLE else inf
        pause_s = policy.backoff_s(trips, at.chance, cap_s)
        online = flow is Flow.UNAUTHORISED
        probe_at_s = at.mono_s + pause_s
        return replace(self, flow=flow, online=online, trips=trips, probe_at_s=probe_at_s, **known)
