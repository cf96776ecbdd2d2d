"""The screen curtain: whoever listens need not show everybody what they order."""

from __future__ import annotations

from dataclasses import replace

from kioskd.ui.geometry import Rect
from kioskd.ui.locale.translator import translator
from kioskd.ui.scene import ACCESS, VEIL, Align, Label, Role, Scene, Widget
from kioskd.ui.stage import Stage
from kioskd.ui.text import Measure, reads_from_right, wrap

_TYPES = ("body", "small", "tiny")


def veiled(scene: Scene, stage: Stage, measure: Measure) -> Scene:
    """The same scene for speech and keys, but nothing of it is seen or touched except the sign for the aids.

    Words beside the sign say how to get the picture back.
    """
    sign = scene.widget(ACCESS)
    if sign is None:
        return scene
    tr = translator(scene.language)
    words = tr("The screen is dark. Touch the sign to change it.")
    space, width = stage.u(24), stage.area.w * 0.6
    for type in _TYPES:
        lines = wrap(words, type, width, measure)
        height = len(lines) * measure.line_mm(type)
        if height <= sign.rect.h:
            break
    x = sign.rect.x - space - width if scene.rtl else sign.rect.right + space
    rect = Rect(x, sign.rect.centre[1] - height / 2, width, height)
    label = Label(lines, type, Align.START, reads_from_right(words, scene.rtl))
    hint = Widget(VEIL, Role.TEXT, rect, "veil", name=words, label=label)
    bright = replace(sign, style="veil_sign")
    widgets = tuple(bright if widget is sign else widget for widget in scene.widgets)
    return replace(scene, widgets=(*widgets, hint), veiled=True)
