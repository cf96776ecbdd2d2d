"""Where the keys stand on a screen, and where they go."""

from __future__ import annotations

from dataclasses import replace

from kioskd.core.intents import AskHelp, CancelOrder, CancelPayment, GoBack, PayWith, ShowMember
from kioskd.core.order import Tender
from kioskd.ui.focus import entered, first, kept, moved, visible_part, way_back
from kioskd.ui.geometry import Rect
from kioskd.ui.key_walk import KeyWalk
from kioskd.ui.scene import Action, ClosePanel, Region, Role, Scene, Widget, scrolled
from kioskd.ui.scrolling import Scrolling

CARD, COUNTER = PayWith(Tender.CARD), PayWith(Tender.COUNTER)


def stop(id: str, action: Action | None, focus: int, **more: object) -> Widget:
    widget = Widget(
        id, Role.BUTTON, Rect(10, 20.0 * focus, 50, 18), "primary", id, action=action, focus=focus
    )
    return replace(widget, **more)  # type: ignore[arg-type]


def scene(*widgets: Widget, **more: object) -> Scene:
    empty = Scene("menu", "Menu", "en", 200, 300, widgets, keys=True)
    return replace(empty, **more)  # type: ignore[arg-type]


BACK, PAY, OTHER = stop("back", GoBack(), 1), stop("pay", CARD, 2), stop("other", COUNTER, 3)
KEYPAD = scene(
    BACK,
    stop("row:1", None, 2, role=Role.GROUP),
    stop("key:1", CARD, 3, row="row:1"),
    stop("key:2", CARD, 4, row="row:1"),
    stop("row:2", None, 5, role=Role.GROUP),
    stop("key:3", CARD, 6, row="row:2"),
    stop("submit", CARD, 7),
)


def test_a_screen_begins_at_the_first_thing_that_loses_nothing() -> None:
    assert first(scene(BACK, PAY, OTHER)) == "pay"
    leads_away = scene(stop("stop", CancelPayment(), 1), stop("help", AskHelp(), 2))
    assert first(leads_away) is None
    assert moved(leads_away, None, 1) == "stop"
    assert moved(leads_away, None, -1) == "help"


def test_a_panel_begins_at_what_is_chosen() -> None:
    chosen = replace(OTHER, selected=True)
    assert first(scene(BACK, PAY, chosen, panel="languages")) == "other"
    assert first(scene(BACK, PAY, chosen)) == "pay"


def test_the_keys_go_round() -> None:
    here = scene(BACK, PAY, OTHER)
    assert [moved(here, at, 1) for at in ("back", "pay", "other")] == ["pay", "other", "back"]
    assert [moved(here, at, -1) for at in ("back", "pay", "other")] == ["other", "back", "pay"]
    assert moved(scene(), None, 1) is None


def test_a_row_is_one_stop_until_it_is_selected() -> None:
    walked, at = [], first(KEYPAD)
    for _ in range(4):
        walked.append(at)
        at = moved(KEYPAD, at, 1)
    assert walked == ["row:1", "row:2", "submit", "back"]
    assert entered(KEYPAD, "row:1") == "key:1"
    assert entered(KEYPAD, "submit") is None


def test_a_row_leads_on_at_its_end_and_out_at_its_beginning() -> None:
    assert moved(KEYPAD, "key:1", 1) == "key:2"
    assert moved(KEYPAD, "key:2", 1) == "row:2"
    assert moved(KEYPAD, "key:1", -1) == "row:1"


def test_what_stays_keeps_the_keys_and_what_goes_leaves_them_to_its_neighbour() -> None:
    before = scene(BACK, PAY, OTHER)
    assert kept(before, scene(BACK, PAY), "pay") == "pay"
    assert kept(before, scene(BACK, OTHER), "pay") == "other"
    assert kept(before, scene(BACK), "other") == "back"
    assert kept(before, scene(replace(BACK, focus=None)), "other") is None


def test_the_way_back_is_the_nearest_one() -> None:
    leave = stop("leave", CancelOrder(), 4)
    assert way_back(scene(BACK, PAY, leave)) == BACK
    assert way_back(scene(PAY, leave)) == leave
    close = stop("close", ClosePanel(), 5)
    assert way_back(scene(BACK, close)) == close
    assert way_back(scene(PAY)) is None
    assert way_back(scene(replace(BACK, enabled=False))) is None


def test_only_what_shows_of_a_list_is_marked() -> None:
    region = Region("list", Rect(0, 0, 100, 50), 200)
    half = stop("half", CARD, 1, rect=Rect(10, 40, 50, 20), region="list")
    below = stop("below", CARD, 2, rect=Rect(10, 60, 50, 20), region="list")
    shown = scene(half, below, regions=(region,))
    assert visible_part(shown, "half") == Rect(10, 40, 50, 10)
    assert visible_part(shown, "below") is None
    assert visible_part(shown, None) is None


def test_nobody_who_uses_no_keys_has_a_mark() -> None:
    walk = KeyWalk()
    walk.follow(scene(PAY, keys=False))
    assert walk.at is None
    walk.follow(scene(PAY))
    assert walk.at == "pay"
    walk.follow(scene(PAY, keys=False))
    assert walk.at is None


def test_whoever_comes_back_finds_what_they_left() -> None:
    menu, product = scene(BACK, PAY, OTHER), scene(PAY, id="product")
    walk = KeyWalk()
    walk.follow(menu)
    walk.step(menu, 1)
    assert walk.at == "other"
    walk.follow(product)
    assert walk.at == "pay"
    walk.follow(menu)
    assert walk.at == "other"


def test_a_screen_that_is_not_come_back_to_begins_at_its_beginning() -> None:
    menu, confirm = scene(BACK, PAY, OTHER), scene(PAY, OTHER, id="confirm")
    walk = KeyWalk()
    walk.follow(menu)
    walk.follow(confirm)
    walk.step(confirm, 1)
    walk.follow(menu)
    walk.follow(confirm)
    assert walk.at == "pay"


def test_another_view_of_the_same_screen_keeps_what_it_still_has() -> None:
    burgers = scene(stop("category:burgers", ShowMember(), 1), PAY, view="burgers")
    drinks = scene(stop("category:burgers", ShowMember(), 1), OTHER, view="drinks")
    walk = KeyWalk()
    walk.follow(burgers)
    walk.follow(drinks)
    assert walk.at == "category:burgers"


def test_a_closed_panel_leads_back_to_what_opened_it() -> None:
    below, panel = scene(BACK, PAY, OTHER), scene(stop("close", ClosePanel(), 1), PAY, panel="languages")
    walk = KeyWalk()
    walk.follow(below)
    walk.step(below, 1)
    walk.follow(panel)
    assert walk.at == "pay"
    walk.follow(below)
    assert walk.at == "other"


def test_what_was_left_is_forgotten_with_the_visit() -> None:
    menu, product = scene(BACK, PAY, OTHER), scene(PAY, id="product")
    walk = KeyWalk()
    walk.follow(menu)
    walk.step(menu, 1)
    walk.follow(product)
    walk.forget()
    walk.follow(menu)
    assert walk.at == "pay"


def listed(*stops: Widget, content_h: float) -> Scene:
    region = Region("list", Rect(0, 0, 100, 50), content_h, Rect(150, 0, 20, 44), "Up", "More", focus=50)
    return scrolled(scene(*stops, regions=(region,)), {})


def in_list(id: str, y: float) -> Widget:
    return stop(id, CARD, round(y) + 1, rect=Rect(10, y, 50, 20), region="list")


def test_keys_come_to_the_paging_buttons_only_where_something_would_never_show() -> None:
    text_only = listed(content_h=200)
    assert moved(text_only, None, 1) == "list:down"
    all_reached = listed(in_list("a", 0), in_list("b", 30), in_list("c", 60), content_h=80)
    assert [moved(all_reached, at, 1) for at in ("a", "b", "c")] == ["b", "c", "a"]
    text_below = listed(in_list("a", 0), content_h=200)
    assert moved(text_below, "a", 1) == "list:down"


def test_a_list_follows_the_keys_and_shows_what_is_beyond_its_ends() -> None:
    stops = [in_list(str(n), 15.0 + 30 * n) for n in range(4)]
    region = Region("list", Rect(0, 0, 100, 60), 140)
    shown = scene(*stops, regions=(region,))
    scrolling = Scrolling(reduced=True)
    scrolling.enter(shown)
    offsets = []
    for id in ("0", "1", "2", "3", "2", "1", "0"):
        scrolling.bring(shown, id, 0.0, air_mm=2.0)
        offsets.append(scrolling.offsets["list"])
    # Down by as little as shows the next one whole, to the very end at the last; and back the same way.
    assert offsets == [0.0, 7.0, 37.0, 80.0, 73.0, 43.0, 0.0]
