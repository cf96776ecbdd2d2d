"""Every screen in every state, display and language: nothing clipped, hidden, tiny or unspoken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

import pytest

from kioskd.ui import compose
from kioskd.ui.compose import Composer
from kioskd.ui.fonts import Fonts
from kioskd.ui.geometry import Rect
from kioskd.ui.locale.translator import LANGUAGES
from kioskd.ui.scene import Align, OpenPanel, Role, Scene, Widget, focus_order, mirrored, scrolled, with_panel
from kioskd.ui.screens.languages import LANGUAGES as LANGUAGE_PANEL
from kioskd.ui.stage import Display, Stage
from kioskd.ui.theme import READABLE, contrast, default_theme
from tests.pseudo import ACCENTED, FROM_RIGHT, any_translator
from tests.ui_offer_visits import TITLES, TYPED
from tests.ui_visits import DISPLAYS, SANNE, shop, visits

ALL_DISPLAYS = {
    **DISPLAYS,
    "portrait-27": Display(1080, 1920, 336, 598),
    "wide": Display(1280, 800, 217, 136, 500),
}
SHOP = shop()
VISITS = visits(SHOP)
COMPOSERS = {
    name: Composer(stage := Stage(display, default_theme()), Fonts(stage), SHOP)
    for name, display in ALL_DISPLAYS.items()
}


@lru_cache(maxsize=2)
def scenes(display: str, language: str) -> tuple[tuple[str, Scene], ...]:
    return tuple(_scenes(display, language))


def _scenes(display: str, language: str) -> Iterator[tuple[str, Scene]]:
    for name, visit in VISITS.items():
        scene = scrolled(COMPOSERS[display].scene(replace(visit, language=language)), {})
        yield name, scene
        if name in ("menu", "attract") and any(isinstance(w.action, OpenPanel) for w in scene.widgets):
            yield f"{name}+languages", with_panel(scene, LANGUAGE_PANEL)


PSEUDO_DISPLAYS = {FROM_RIGHT: tuple(ALL_DISPLAYS), ACCENTED: ("portrait", "portrait-27", "landscape")}
"""Where made languages must fit, too. No spoken one is as long as the accented one on a panel of 800x480."""

EVERYWHERE = pytest.mark.parametrize(
    ("display", "language"),
    [
        *((display, language) for display in ALL_DISPLAYS for language in LANGUAGES),
        *((display, language) for language, displays in PSEUDO_DISPLAYS.items() for display in displays),
    ],
    scope="module",  # all tests of one display and language in a row: its scenes are made once
)


@pytest.fixture(autouse=True)
def _made_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compose, "translator", any_translator)


def foreign_words() -> set[str]:
    """Texts of the merchant and the loyalty backend: the only ones that may be shortened."""
    words: set[str] = set()
    for product in SHOP.catalogue.products.values():
        for text in (product.name, product.description, *(o.name for g in product.groups for o in g.options)):
            words.update(text.in_language(language) for language in LANGUAGES)
    for category in SHOP.catalogue.categories:
        words.update(category.name.in_language(language) for language in LANGUAGES)
    words.update(reward.title for reward in SANNE.rewards)
    words.update(
        {
            *(v.title for v in SANNE.vouchers),
            *(c.title for c in SANNE.collectables),
            "Bartholomeus-Alexander",
            "Sanne",
        }
    )
    words.update((*TITLES, *(title[:50] for title in TITLES), TYPED))
    return words


FOREIGN = foreign_words()


def ink_box(widget: Widget, fonts: Fonts, rtl: bool) -> Rect:
    """Where the letters of a label are, without the air around them."""
    label = widget.label
    assert label is not None
    width = max(fonts.width_mm(line, label.type, tabular=label.tabular) for line in label.lines)
    step = fonts.line_mm(label.type)
    size = step / fonts._type(label.type).leading
    height = (len(label.lines) - 1) * step + 0.75 * size
    y = widget.rect.y + (widget.rect.h - height) / 2
    slack = widget.rect.w - width
    at_left = (label.align is Align.START) != rtl
    x = widget.rect.x + (slack / 2 if label.align is Align.CENTRE else 0 if at_left else slack)
    return Rect(x, y, width, height)


def owners(scene: Scene, widget: Widget) -> set[str]:
    """The widget and everything it is part of."""
    found, current = set(), widget
    while True:
        found.add(current.id)
        parent = scene.widget(current.part_of) if current.part_of else None
        if parent is None:
            return found
        current = parent


def visible(scene: Scene, rect: Rect, widget: Widget) -> bool:
    region = scene.region(widget.region) if widget.region else None
    return region is None or region.viewport.overlaps(rect)


@EVERYWHERE
def test_every_scene_is_well_formed(display: str, language: str) -> None:
    for name, scene in scenes(display, language):
        ids = [widget.id for widget in scene.widgets]
        assert len(ids) == len(set(ids)), f"{name}: {sorted(i for i in ids if ids.count(i) > 1)}"
        assert scene.title, name
        for widget in scene.widgets:
            assert widget.part_of is None or widget.part_of in ids, f"{name}: {widget.id}"
            if widget.action is not None:
                assert widget.name, f"{name}: {widget.id} has nothing to say"
        reachable = [
            w for w in scene.widgets if w.action is not None and w.enabled and w.role is not Role.GROUP
        ]
        walked = {w.id for w in focus_order(scene)}
        pagers = {w.id for w in scene.widgets if w.style == "pager"}
        assert {w.id for w in reachable} - pagers <= walked, name


@EVERYWHERE
def test_no_text_is_clipped(display: str, language: str) -> None:
    fonts = COMPOSERS[display].measure
    assert isinstance(fonts, Fonts)
    page = COMPOSERS[display].stage.area
    faults = []
    for name, scene in scenes(display, language):
        for widget in scene.widgets:
            if widget.label is None:
                continue
            box = ink_box(widget, fonts, scene.rtl)
            if not widget.rect.holds(box, slack=0.4):
                faults.append(f"{name}: {widget.id} {widget.label.lines} needs {box} has {widget.rect}")
            if widget.region is None and not page.holds(box, slack=0.1):
                faults.append(f"{name}: {widget.id} leaves the page")
    assert not faults, "\n".join(faults)


@EVERYWHERE
def test_our_own_sentences_are_never_shortened(display: str, language: str) -> None:
    faults = []
    for name, scene in scenes(display, language):
        for widget in scene.widgets:
            if widget.label is None or not widget.label.lines[-1].endswith("…") or widget.name.endswith("…"):
                continue
            if not any(word and word in widget.name for word in FOREIGN):
                faults.append(f"{name}: {widget.id} {widget.label.lines} of {widget.name!r}")
    assert not faults, "\n".join(faults)


@EVERYWHERE
def test_texts_pictures_and_buttons_do_not_cover_each_other(display: str, language: str) -> None:
    fonts = COMPOSERS[display].measure
    assert isinstance(fonts, Fonts)
    faults = []
    for name, scene in scenes(display, language):
        texts = [(w, ink_box(w, fonts, scene.rtl)) for w in scene.widgets if w.label is not None]
        texts = [(w, box) for w, box in texts if visible(scene, box, w)]
        for i, (one, box) in enumerate(texts):
            for other, other_box in texts[i + 1 :]:
                if one.region == other.region and box.overlaps(other_box, 0.2):
                    faults.append(f"{name}: {one.id} {one.name!r} and {other.id} {other.name!r}")
        targets = [w for w in scene.widgets if w.action is not None and visible(scene, w.rect, w)]
        for text, box in texts:
            mine = owners(scene, text)
            for target in targets:
                if target.id in mine or target.region != text.region:
                    continue
                if target.rect.overlaps(box, 0.2):
                    faults.append(f"{name}: {text.id} {text.name!r} under {target.id}")
    assert not faults, "\n".join(faults)


@EVERYWHERE
def test_targets_are_large_and_apart(display: str, language: str) -> None:
    stage = COMPOSERS[display].stage
    least, gap = stage.least_target_mm, 3.0 if stage.least_target_mm >= 20 else 1.1
    faults = []
    for name, scene in scenes(display, language):
        targets = [w for w in scene.widgets if w.action is not None]
        for i, one in enumerate(targets):
            if min(one.rect.w, one.rect.h) < least - 0.01:
                faults.append(f"{name}: {one.id} is {one.rect.w:.1f} x {one.rect.h:.1f} mm")
            if not stage.area.holds(one.rect, 0.01) and one.region is None:
                faults.append(f"{name}: {one.id} leaves the page")
            for other in targets[i + 1 :]:
                if one.region != other.region or one.rect.holds(other.rect, 0.01):
                    continue
                if one.rect.inset(-gap / 2 + 0.02).overlaps(other.rect.inset(-gap / 2 + 0.02)):
                    faults.append(f"{name}: {one.id} and {other.id} are too close")
    assert not faults, "\n".join(faults)


@EVERYWHERE
def test_what_is_visible_can_be_heard(display: str, language: str) -> None:
    faults = []
    for name, scene in scenes(display, language):
        for widget in scene.widgets:
            if widget.part_of is None or widget.label is None:
                continue
            owner = scene.widget(widget.part_of)
            assert owner is not None
            spoken = f"{owner.name} {owner.value}".replace("\n", " ")
            if widget.name.replace("\n", " ") not in spoken:
                faults.append(f"{name}: {widget.id} {widget.name!r} not in {spoken!r}")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("display", ALL_DISPLAYS)
def test_every_text_has_contrast(display: str) -> None:
    theme = default_theme()
    faults = set()
    for name, scene in scenes(display, "en"):
        for index, widget in enumerate(scene.widgets):
            if widget.label is None or not visible(scene, widget.rect, widget):
                continue
            style = theme.styles[widget.style]
            ink = style.ink if widget.enabled or style.off_ink is None else style.off_ink
            x, y = widget.rect.centre
            below = theme.colours["page"]
            for under in (*scene.widgets[:index], widget):
                look = theme.styles[under.style]
                fill = look.fill if under.enabled or look.off_fill is None else look.off_fill
                if fill is not None and under.rect.contains(x, y) and look.veil == 1:
                    below = fill
            if contrast(ink, below) < READABLE:
                faults.add(f"{name}: {widget.id} {widget.name!r} {contrast(ink, below):.2f}")
    assert not faults, "\n".join(sorted(faults))


@EVERYWHERE
def test_lists_end_above_what_is_fixed(display: str, language: str) -> None:
    for name, scene in scenes(display, language):
        for region in scene.regions if not scene.backdrop else ():
            assert region.controls is not None, f"{name}: {region.id} scrolls without buttons"
            for widget in scene.widgets:
                if (
                    widget.region is None
                    and widget.action is not None
                    and not widget.id.startswith(region.id)
                ):
                    assert not region.viewport.overlaps(widget.rect, 0.1), (
                        f"{name}: {widget.id} over {region.id}"
                    )
            for widget in scene.widgets:
                if widget.region == region.id and widget.action is not None:
                    assert widget.rect.x >= region.viewport.x - 0.1, f"{name}: {widget.id}"
                    assert widget.rect.right <= region.viewport.right + 0.1, f"{name}: {widget.id}"


def test_a_right_to_left_language_mirrors_the_whole_screen() -> None:
    scene = COMPOSERS["portrait"].scene(replace(VISITS["menu"], language="ar"))
    twin = COMPOSERS["portrait"].scene(VISITS["menu"])
    arabic, english = scene.widget("pay"), twin.widget("pay")
    assert arabic is not None and english is not None
    assert arabic.rect.centre[0] < scene.width_mm / 2 < english.rect.centre[0]
    for there, back in zip(twin.widgets, mirrored(mirrored(twin)).widgets, strict=True):
        assert back.rect.x == pytest.approx(there.rect.x)
        assert replace(back, rect=there.rect) == there
