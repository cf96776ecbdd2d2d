"""What must be true of every screen, as rules: each says what is wrong with a look, or nothing.

Rules know the scene and with what it was laid out, never the visit: what they find is what a guest would.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import combinations, pairwise

from kioskd.core.access import Aid
from kioskd.ui.fonts import IN_NO_FONT, Fonts
from kioskd.ui.geometry import Rect
from kioskd.ui.locale.translator import LANGUAGES
from kioskd.ui.scene import Align, PictureKind, Scene, ScrollBy, Widget, focus_order
from kioskd.ui.theme import Colour, Style, contrast
from tests.screens.looks import Look
from tests.ui_offer_visits import TITLES, TYPED
from tests.ui_visits import SANNE, shop

Rule = Callable[[Look], Iterator[str]]

# Numbers of the promise, written down here once more: what is measured must not move with what measures it.
TARGET_MM, SMALL_TARGET_MM = 20.0, 15.0
GAP_MM, SMALL_GAP_MM = 3.0, 1.1
"""Between two targets."""
SMALL_SIDE_MM = 150.0
"""Displays with a shorter side than that (10 inches and less) have the smaller ones."""
READ, PLAIN_TO_SEE = 4.5, 7.0
"""WCAG 1.4.3 and 1.4.6: the least contrast of a text, and for whoever asked for high contrast."""
VISIBLE = 3.0
"""WCAG 1.4.11: the least contrast of what is no text."""
LEADING = 1.3
_BESIDE_WORDS = ("speaker", "scan", "arrow_down", "plate")
"""Signs that only repeat what is written beside them."""
_READING_LINES = 3
"""From so many lines on a text is read, not glanced at."""
_CODES = ("code/text",)
"""Letters and digits as they were typed: looked at, not read."""
_DISPLAY_SIZE = 40.0
"""Design units: lines of larger type need less air in proportion."""


def least_target_mm(scene: Scene) -> float:
    return SMALL_TARGET_MM if min(scene.width_mm, scene.height_mm) < SMALL_SIDE_MM else TARGET_MM


# --- what is where -----------------------------------------------------------------------------------------


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


def in_view(scene: Scene, rect: Rect, widget: Widget) -> bool:
    region = scene.region(widget.region) if widget.region else None
    return region is None or region.viewport.overlaps(rect)


def owners(scene: Scene, widget: Widget) -> list[Widget]:
    """The widget and everything it is part of."""
    found, current = [], widget
    while True:
        found.append(current)
        parent = scene.widget(current.part_of) if current.part_of else None
        if parent is None:
            return found
        current = parent


def _style(look: Look, widget: Widget) -> Style:
    return look.theme.styles[widget.style]


def _ink(look: Look, widget: Widget) -> Colour:
    style = _style(look, widget)
    return style.ink if widget.enabled or style.off_ink is None else style.off_ink


def _fill(look: Look, widget: Widget) -> Colour | None:
    style = _style(look, widget)
    return style.fill if widget.enabled or style.off_fill is None else style.off_fill


def _below(look: Look, widget: Widget) -> Colour:
    """The colour in the middle of the widget."""
    x, y = widget.rect.centre
    found = look.theme.colours["page"]
    for under in look.scene.widgets:
        fill = _fill(look, under)
        if fill is not None and _style(look, under).veil == 1 and under.rect.contains(x, y):
            found = fill
        if under is widget:
            break
    return found


@cache
def foreign_words() -> frozenset[str]:
    """Texts of the merchant and the loyalty backend: only they may be shortened, or in capitals."""
    words: set[str] = set()
    harbour = shop()
    for product in harbour.catalogue.products.values():
        for text in (product.name, product.description, *(o.name for g in product.groups for o in g.options)):
            words.update(text.in_language(language) for language in LANGUAGES)
    for category in harbour.catalogue.categories:
        words.update(category.name.in_language(language) for language in LANGUAGES)
    for offer in (*SANNE.rewards, *SANNE.vouchers, *SANNE.collectables):
        words.add(offer.title)
    words.update(("Bartholomeus-Alexander", "Sanne", TYPED, "CHICKEN"))
    words.update((*TITLES, *(title[:50] for title in TITLES)))
    return frozenset(words)


# --- the rules ---------------------------------------------------------------------------------------------


def well_formed(look: Look) -> Iterator[str]:
    """Ids are unique, parts have their owners, what can be touched has a name."""
    scene = look.scene
    ids = [widget.id for widget in scene.widgets]
    if len(ids) != len(set(ids)):
        yield f"two widgets of one name: {sorted(id for id in set(ids) if ids.count(id) > 1)}"
    if not scene.title:
        yield "no title"
    for widget in scene.widgets:
        if widget.part_of is not None and widget.part_of not in ids:
            yield f"{widget.id} is part of what is not there"
        if widget.action is not None and not widget.name:
            yield f"{widget.id} has nothing to say"


def reached_by_keys(look: Look) -> Iterator[str]:
    """What can be touched can be reached with the keys, each once. Lists scroll by themselves then."""
    walked = [widget.id for widget in focus_order(look.scene)]
    if len(walked) != len(set(walked)):
        yield "the keys come to one widget twice"
    for one, other in pairwise(focus_order(look.scene)):
        if one.focus == other.focus:
            yield f"{one.id} and {other.id} have one place in the key order"
    for widget in look.scene.widgets:
        if isinstance(widget.action, ScrollBy):
            continue
        if widget.action is not None and widget.enabled and widget.id not in walked:
            yield f"{widget.id} cannot be reached by keys"


def text_fits(look: Look) -> Iterator[str]:
    """No letter outside its rectangle or the page."""
    for widget in look.scene.widgets:
        if widget.label is None:
            continue
        box = ink_box(widget, look.fonts, look.scene.rtl)
        if not widget.rect.holds(box, slack=0.4):
            yield f"{widget.id} {widget.label.lines} needs {box} has {widget.rect}"
        if widget.region is None and not look.outfit.area.holds(box, slack=0.1):
            yield f"{widget.id} leaves the page"


def own_words_whole(look: Look) -> Iterator[str]:
    """Our own sentences are never shortened."""
    for widget in look.scene.widgets:
        label = widget.label
        if label is None or not label.lines[-1].endswith("…") or widget.name.endswith("…"):
            continue
        if not any(word and word in widget.name for word in foreign_words()):
            yield f"{widget.id} {label.lines} of {widget.name!r}"


def nothing_covered(look: Look) -> Iterator[str]:
    """Texts are not under each other, nor under something else to touch."""
    scene = look.scene
    texts = [(w, ink_box(w, look.fonts, scene.rtl)) for w in scene.widgets if w.label is not None]
    texts = [(w, box) for w, box in texts if in_view(scene, box, w)]
    for (one, box), (other, other_box) in combinations(texts, 2):
        if one.region == other.region and box.overlaps(other_box, 0.2):
            yield f"{one.id} {one.name!r} and {other.id} {other.name!r}"
    targets = [w for w in scene.widgets if w.action is not None and in_view(scene, w.rect, w)]
    for text, box in texts:
        for target in targets:
            if target.region != text.region or not target.rect.overlaps(box, 0.2):
                continue
            if target not in owners(scene, text):
                yield f"{text.id} {text.name!r} under {target.id}"


def large_targets(look: Look) -> Iterator[str]:
    """What can be touched is large and stands apart."""
    least = least_target_mm(look.scene)
    gap = GAP_MM if least >= TARGET_MM else SMALL_GAP_MM
    targets = [w for w in look.scene.widgets if w.action is not None]
    for one in targets:
        if min(one.rect.w, one.rect.h) < least - 0.01:
            yield f"{one.id} is {one.rect.w:.1f} x {one.rect.h:.1f} mm"
        if not look.outfit.area.holds(one.rect, 0.01) and one.region is None:
            yield f"{one.id} leaves the page"
    for one, other in combinations(targets, 2):
        if one.region != other.region or one.rect.holds(other.rect, 0.01):
            continue
        if one.rect.inset(-gap / 2 + 0.02).overlaps(other.rect.inset(-gap / 2 + 0.02)):
            yield f"{one.id} and {other.id} are too close"


def lists_end(look: Look) -> Iterator[str]:
    """A list has buttons to scroll it, and nothing fixed lies on it."""
    scene = look.scene
    used = {widget.region for widget in scene.widgets}
    for region in [] if scene.backdrop else [region for region in scene.regions if region.id in used]:
        if region.controls is None:
            yield f"{region.id} scrolls without buttons"
        for widget in scene.widgets:
            if widget.action is None:
                continue
            own = widget.id.startswith(region.id)
            if widget.region is None and not own and region.viewport.overlaps(widget.rect, 0.1):
                yield f"{widget.id} over {region.id}"
            beyond = (
                widget.rect.x < region.viewport.x - 0.1 or widget.rect.right > region.viewport.right + 0.1
            )
            if widget.region == region.id and beyond:
                yield f"{widget.id} leaves {region.id} sideways"


def heard(look: Look) -> Iterator[str]:
    """What is visible can be heard: every text is said, by what it is part of if not by itself.

    A button may say more than is written on it, never less; a key with a sign on it says the sign's name, and
    a language that is written as its code says its own.
    """
    scene = look.scene
    for widget in scene.widgets:
        owner = scene.widget(widget.part_of) if widget.part_of else widget
        assert owner is not None
        spoken = f"{owner.name} {owner.value}".replace("\n", " ")
        if widget.label is not None and not spoken.strip():
            yield f"{widget.id} {widget.label.lines} is not said"
        elif (
            widget.label is not None and widget is not owner and widget.name.replace("\n", " ") not in spoken
        ):
            yield f"{widget.id} {widget.name!r} not in {spoken!r}"
        if widget.label is not None and widget.id != "language" and widget.row is None:
            said = "".join(_without_marks(spoken).split())
            for word in _without_marks(" ".join(widget.label.lines)).removesuffix("…").split():
                if word not in said:
                    yield f"{widget.id} shows {word!r}, and says {spoken!r}"


def _without_marks(text: str) -> str:
    """Without those that only tell how it is drawn."""
    return "".join(sign for sign in text if unicodedata.category(sign) != "Cf")


def pictures_told(look: Look) -> Iterator[str]:
    """A picture that tells something has words for it; without a name it is decoration, which no code is."""
    telling = (PictureKind.CODE, PictureKind.CAMERA)
    for widget in look.scene.widgets:
        if widget.picture is None or widget.picture.kind not in telling:
            continue
        owner = look.scene.widget(widget.part_of) if widget.part_of else None
        if not widget.name and not (owner and owner.name):
            yield f"{widget.id} is a picture without words"
    for widget in look.scene.widgets:
        if widget.picture is None or widget.picture.kind is not PictureKind.ICON or widget.name:
            continue
        group = widget.part_of or widget.id
        beside = (w for w in look.scene.widgets if w.id == group or w.id.startswith(f"{group}/"))
        if widget.picture.source not in _BESIDE_WORDS and not any(w.name for w in beside):
            yield f"{widget.id} is a sign ({widget.picture.source}) without words"


def glyphs_there(look: Look) -> Iterator[str]:
    """Every letter is in some font."""
    for widget in look.scene.widgets:
        if widget.label is None:
            continue
        for line in widget.label.lines:
            if _lacks(look, line, widget.label.type):
                yield f"{widget.id}: no font has all of {line!r}"


def _lacks(look: Look, line: str, type: str) -> bool:
    if line.isascii():
        return False
    return any(IN_NO_FONT in piece.text for piece in look.fonts.pieces(line, type, False))


def readable(look: Look) -> Iterator[str]:
    """Text and signs have contrast against what they stand on; text has more where that was asked for."""
    least = PLAIN_TO_SEE if Aid.CONTRAST in look.aids else READ
    for widget in look.scene.widgets:
        if not in_view(look.scene, widget.rect, widget):
            continue
        sign = widget.picture is not None and widget.picture.kind is PictureKind.ICON and widget.enabled
        if widget.label is None and not sign:
            continue
        found = contrast(_ink(look, widget), _below(look, widget))
        if found < (least if widget.label is not None else VISIBLE):
            yield f"{widget.id} {widget.name!r} has {found:.2f}"


def without_colour(look: Look) -> Iterator[str]:
    """A choice that is made differs in shape or brightness, not in colour alone."""
    scene = look.scene
    choices = [w for w in scene.widgets if w.selected is not None]
    for chosen in choices:
        if chosen.selected and not _ticked(scene, chosen):
            others = [w for w in choices if not w.selected and w.role is chosen.role]
            if others and not any(_told_apart(look, chosen, other) for other in others):
                yield f"{chosen.id} differs from {others[0].id} in colour alone"


def _ticked(scene: Scene, widget: Widget) -> bool:
    pictures = [w.picture for w in scene.widgets if widget.id in (w.id, w.part_of) and w.picture]
    return any(picture.kind is PictureKind.ICON and picture.source == "check" for picture in pictures)


def _told_apart(look: Look, chosen: Widget, other: Widget) -> bool:
    """By brightness alone, as on grey paper: the fill or the border."""
    one, two = _style(look, chosen), _style(look, other)
    page = look.theme.colours["page"]
    fills = contrast(one.fill or page, two.fill or page)
    edges = contrast(one.border or one.fill or page, two.border or two.fill or page)
    return max(fills, edges) >= VISIBLE


def calm_type(look: Look) -> Iterator[str]:
    """No word in capitals; lines of what is read, unlike those on a button, stand apart."""
    for widget in look.scene.widgets:
        label = widget.label
        if label is None:
            continue
        text = "".join(label.lines)
        letters = "".join(char for char in text if char.lower() != char.upper())
        foreign = widget.name in foreign_words() or any(char.isdigit() for char in text)
        if len(letters) > 3 and letters.isupper() and not foreign and widget.id != "language":
            yield f"{widget.id} is in capitals: {text!r}"
        type = look.theme.types[label.type]
        if widget.id in _CODES or any(owner.action for owner in owners(look.scene, widget)):
            continue
        if len(label.lines) >= _READING_LINES and type.size < _DISPLAY_SIZE and type.leading < LEADING:
            yield f"{widget.id} has {len(label.lines)} lines of {label.type} {type.leading} apart"


RULES: Mapping[str, Rule] = {
    rule.__name__: rule
    for rule in (
        well_formed,
        reached_by_keys,
        text_fits,
        own_words_whole,
        nothing_covered,
        large_targets,
        lists_end,
        heard,
        pictures_told,
        glyphs_there,
        readable,
        without_colour,
        calm_type,
    )
}


def faults(look: Look) -> Iterator[tuple[str, str]]:
    """Everything that is wrong: the rule and the words."""
    for name, rule in RULES.items():
        for fault in rule(look):
            yield name, fault
