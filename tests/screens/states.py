"""Every state that a screen can be in: those picked by hand, and each place with all that can come to it.

Picked ones (`tests/ui_*visits.py`) show each screen in each of its own states. Combinations add what can
happen anywhere: every notice with every refusal, devices that fail, a call for help, a backend that is not
there, a shop that has less to offer, aids that are on. Two combinations that look the same are one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from kioskd.core.access import AS_EVERYBODY, Aid
from kioskd.core.catalogue import Service
from kioskd.core.denial import Denial
from kioskd.core.health import DeviceHealth, DeviceKind, DeviceState
from kioskd.core.help import HelpCall, HelpState
from kioskd.core.hindrance import Hindrance
from kioskd.core.judgement import Judging, Objection
from kioskd.core.notice import Notice, NoticeKind, ShownHint
from kioskd.core.order import Tender
from kioskd.core.place import STAFF
from kioskd.core.rules.billing import billed
from kioskd.core.shop import Capability, Shop
from kioskd.core.visit import Place, Visit
from kioskd.ui.locale.translator import LANGUAGES, translator
from kioskd.ui.scene import OpenPanel, Scene
from kioskd.ui.screens.words import notice_words
from tests.ui_offer_visits import LONG, TWENTY_OFF, euros
from tests.ui_visits import shop as harbour
from tests.ui_visits import visits

UNTIL_S = 106.0
ABOUT = (LONG.title[:60], TWENTY_OFF.title)
"""What a notice is about: a long and a short title, because the longest need not be the worst."""
ONE_AID = frozenset({Aid.MORE_TIME})
"""Shows that an aid is on without changing what the screen looks like otherwise."""
_OF_LOYALTY = (
    Place.IDENTIFYING,
    Place.OVERVIEW,
    Place.CONFIRMING_OFFER,
    Place.GIFT_CARD,
    Place.PROMO_CODE,
)
"""No shop without it leads there."""
_CALM = (
    Place.PROMO_CODE,
    Place.PAYING,
    Place.STORING,
    Place.THANKS,
    Place.ASK_STAFF,
    Place.STILL_THERE,
    Place.OUT_OF_ORDER,
)
"""Where nothing is told but refusals and what concerns a call for help."""
_ANYWHERE = (NoticeKind.HELP, NoticeKind.HELP_CALLED, NoticeKind.HELP_COMING, NoticeKind.HELP_OVERDUE)
_ALL_NOTICES = (Place.CHECKOUT,)
"""Where each notice is looked at; elsewhere those that need the most room."""


@dataclass(frozen=True, slots=True)
class State:
    """`panel` is open in front of the visit's screen. `fullest` of its form: no other has more on it.
    `combined` with something that happens anywhere."""

    visit: Visit
    shop: Shop
    panel: str | None = None
    fullest: bool = False
    combined: bool = False


Composing = Callable[[State], Scene]
"""What a state looks like on some display; only for finding out what there is."""

_Group = Sequence[tuple[str, State]]
"""States of one kind. Where the first few look as if nothing had happened, the others do, too."""
_TELLING = 2


def every_state(compose: Composing) -> Mapping[str, State]:
    """By name. Those picked by hand come first, in the order a guest meets them."""
    shop = harbour()
    picked = {name: State(visit, shop) for name, visit in visits(shop).items()}
    scenes = {name: compose(state) for name, state in picked.items()}
    fullest = _fullest(picked, scenes)
    found = picked | {name: replace(state, fullest=True) for name, state in fullest.items()}
    seen = set(scenes.values())
    for group in (*_panels(picked, scenes), *_combined(fullest, picked)):
        idle = True
        for nth, (name, state) in enumerate(group):
            if nth == _TELLING and idle:
                break
            scene = compose(state)
            idle = idle and scene == scenes.get(name.split("+")[0])
            if scene not in seen:
                seen.add(scene)
                found[name] = state
    return found


def kind_of(scene: Scene) -> tuple[str, str]:
    """The screen and its form: which product or which part of the menu it shows makes no other screen."""
    return scene.id, "" if scene.id in (Place.MENU, Place.CHOOSING) else scene.view


def _fullest(states: Mapping[str, State], scenes: Mapping[str, Scene]) -> dict[str, State]:
    """Of each screen in each form the state with the most on it."""
    best: dict[tuple[str, str], str] = {}
    for name, scene in scenes.items():
        visit = states[name].visit
        if visit.notice is None and visit.hint is None:
            other = best.setdefault(kind_of(scene), name)
            if len(scene.widgets) > len(scenes[other].widgets):
                best[kind_of(scene)] = name
    return {name: states[name] for name in best.values()}


def _panels(states: Mapping[str, State], scenes: Mapping[str, Scene]) -> Iterator[_Group]:
    """Each panel where it is met first, with each aid on and with all of them."""
    met: set[str] = set()
    for name, scene in scenes.items():
        for panel in sorted({w.action.panel for w in scene.widgets if isinstance(w.action, OpenPanel)}):
            if panel in met and name not in ("menu", "attract"):
                continue
            met.add(panel)
            state = replace(states[name], panel=panel)
            yield [(f"{name}+{panel}", state)]
            for aids in (*({aid} for aid in Aid), {Aid.SPEECH, Aid.CURTAIN}, set(Aid)):
                access = replace(AS_EVERYBODY, aids=frozenset(aids))
                said = "-".join(sorted(aids)) if len(aids) < len(Aid) else "everything"
                yield [(f"{name}+{panel}+{said}", replace(state, visit=replace(state.visit, access=access)))]


def _combined(states: Mapping[str, State], picked: Mapping[str, State]) -> Iterator[_Group]:
    for name, state in states.items():
        for group in _happenings(state):
            yield [(f"{name}+{more}", replace(combined, combined=True)) for more, combined in group]
    for name in ("basket-offers", "checkout-offers", "member-taken", "menu-offers", "menu-many-offers"):
        state = picked[name]
        for more, objection in objections("o0"):
            judging = Judging(objections=(objection,))
            visit = replace(state.visit, judging=judging)
            yield [(f"{name}+objection-{more}", replace(state, visit=visit, combined=True))]


def _happenings(state: State) -> Iterator[_Group]:
    visit = state.visit
    for group in (*_of_devices(visit), _hints(visit), *_of_help(visit), *_of_the_moment(visit)):
        yield [(more, replace(state, visit=changed)) for more, changed in group]
    if visit.place in STAFF:
        return
    for more, other in _shops() if visit.place not in _OF_LOYALTY else ():
        yield [(more, replace(state, shop=other, visit=_without_what_it_lacks(visit, other)))]
    for more, notice in every_notice() if visit.place in _ALL_NOTICES else _telling_notices():
        if visit.place not in _CALM or notice.kind in _ANYWHERE or notice.denial is not None:
            yield [(f"notice-{more}", replace(state, visit=replace(visit, notice=notice)))]


# --- what can happen anywhere ----------------------------------------------------------------------------


def every_notice() -> Iterator[tuple[str, Notice]]:
    """Each kind with and without what it is about, each refusal, each objection."""
    for kind in NoticeKind:
        if kind not in (NoticeKind.DENIED, NoticeKind.PREPAID_DENIED):
            yield kind, Notice(kind, UNTIL_S, ABOUT[0])
            yield f"{kind}-short", Notice(kind, UNTIL_S, ABOUT[1])
            yield f"{kind}-nameless", Notice(kind, UNTIL_S)
    for denial in Denial:
        yield f"prepaid-{denial}", Notice(NoticeKind.PREPAID_DENIED, UNTIL_S, "", denial)
        yield f"{denial}-nameless", Notice(NoticeKind.DENIED, UNTIL_S, "", denial)
    for more, objection in objections(None):
        yield more, Notice(NoticeKind.DENIED, UNTIL_S, ABOUT[0], objection.denial, objection)


@cache
def _telling_notices() -> tuple[tuple[str, Notice], ...]:
    """One of each kind, and those with the most words in some language: no other needs more room."""
    every = dict(every_notice())
    longest = {
        max(every, key=lambda name: len(notice_words(every[name], translator(language))))
        for language in LANGUAGES
    }
    told = {kind.value for kind in NoticeKind} | longest
    return tuple((name, notice) for name, notice in every.items() if name in told)


def objections(offer_id: str | None) -> Iterator[tuple[str, Objection]]:
    """Each denial as it is, and with the values that can come with it."""
    for denial in Denial:
        yield denial, Objection(denial, offer_id)
        for service in Service:
            full = Objection(denial, offer_id, 123_456, 1_234_500, euros(123_450), service)
            yield f"{denial}-{service}", full


_Happening = Sequence[tuple[str, Visit]]
_STATES = (DeviceState.ABSENT, DeviceState.FAULTY, *DeviceState)


def _of_devices(visit: Visit) -> Iterator[_Happening]:
    """Each kind in each state, none at all, and the backend there or not."""
    kinds = {health.kind: name for name, health in visit.devices.items()}
    for kind in DeviceKind:
        name = kinds.get(kind, f"the-{kind}")
        group = []
        for state in dict.fromkeys(_STATES):
            health = DeviceHealth(name, kind, state, "no answer")
            group.append((f"{kind}-{state}", replace(visit, devices={**visit.devices, name: health})))
        yield group
    yield [("no-device", replace(visit, devices={}))]
    for online in (True, False):
        yield [("online" if online else "offline", replace(visit, online=online))]


def _hints(visit: Visit) -> _Happening:
    camera = DeviceHealth("camera", DeviceKind.CAMERA, DeviceState.OK)
    seen = replace(visit, devices={**visit.devices, "camera": camera})
    return [
        (f"camera-{hindrance}", replace(seen, hint=ShownHint(hindrance, UNTIL_S))) for hindrance in Hindrance
    ]


def _of_help(visit: Visit) -> Iterator[_Happening]:
    for state in HelpState:
        yield [(f"help-{state}", replace(visit, help=HelpCall("h", UNTIL_S, state)))]


def _of_the_moment(visit: Visit) -> Iterator[_Happening]:
    yield [("an-aid", replace(visit, access=replace(AS_EVERYBODY, aids=ONE_AID)))]
    yield [("keys", replace(visit, access=replace(AS_EVERYBODY, keys=True)))]


def _without_what_it_lacks(visit: Visit, shop: Shop) -> Visit:
    if not shop.loyalty:
        visit = replace(visit, member=None, saved_card=None, lookup=None)
    if Capability.OFFERS not in shop.capabilities:
        visit = replace(visit, offers=())
    if Capability.GIFT_CARDS not in shop.capabilities:
        visit = replace(visit, gift_cards=())
    if Capability.PREPAID not in shop.capabilities:
        visit = replace(visit, use_prepaid=False)
    return billed(visit, shop)


@cache
def _shops() -> tuple[tuple[str, Shop], ...]:
    return tuple(_every_shop(harbour()))


def _every_shop(shop: Shop) -> Iterator[tuple[str, Shop]]:
    """Shops that have less to offer, or more staff."""
    yield "shop-no-loyalty", replace(shop, loyalty=False, capabilities=frozenset())
    yield "shop-no-offers", replace(shop, capabilities=frozenset())
    yield "shop-card-only", replace(shop, tenders=(Tender.CARD,))
    yield "shop-counter-only", replace(shop, tenders=(Tender.COUNTER,))
    yield "shop-one-language", replace(shop, languages=shop.languages[:1])
    yield "shop-two-languages", replace(shop, languages=shop.languages[:2])
    yield "shop-with-staff", replace(shop, help=True, staff=True)
    for capability in sorted(shop.capabilities):
        yield f"shop-no-{capability}", replace(shop, capabilities=shop.capabilities - {capability})
