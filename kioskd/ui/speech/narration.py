"""What is said of a scene: on coming to it, of its parts, of what changes in it, and all of it on demand.

Private facts are said only where the guest alone hears them; everybody else hears a neutral word in their
place, or that headphones tell more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kioskd.ui.locale.translator import Translator, translator
from kioskd.ui.scene import Role, Scene, Widget, focus_order
from kioskd.ui.speech.reading import as_read

_BAR = frozenset({"leave", "help", "language", "access"})
"""What stands at the foot of every screen is said last, though it is laid out first."""


@dataclass(frozen=True, slots=True)
class Narrator:
    """For one language. `alone`: nobody but the guest hears it."""

    tr: Translator
    alone: bool

    def greeting(self, *, keys: bool) -> tuple[str, ...]:
        """What whoever begins to listen should know, and how the keys work if they have reached for them."""
        tr, said = self.tr, [self.tr("You hear what is shown")]
        if keys:
            said.append(tr("Previous and next lead through the screen, select chooses, help calls somebody"))
        return tuple(said)

    def volume(self, volume: int) -> tuple[str, ...]:
        return (self.tr("Volume {n}", n=volume),)

    def entered(self, scene: Scene, focused: str | None = None) -> tuple[str, ...]:
        """On coming to a screen: its title, how things stand, and what the guest is at.

        Of a question in front of another screen everything is said that helps to answer it.
        """
        said = [self._title(scene)]
        for widget in _in_order(scene):
            telling = widget.role is Role.STATUS or (scene.backdrop and widget.action is None)
            if telling and widget.id != focused and not _is_title(scene, widget):
                said.append(self._words(widget))
        once = dict.fromkeys(said)  # where the title says it all, the status says the same
        return self._read([*once, *self._at(scene, focused)])

    def moved(self, scene: Scene, focused: str | None) -> tuple[str, ...]:
        """The guest has gone on to another widget."""
        return self._read(self._at(scene, focused))

    def changed(self, before: Scene, after: Scene, focused: str | None = None) -> tuple[str, ...]:
        """What is worth hearing of a change on the same screen."""
        said = []
        for widget in _in_order(after):
            was = before.widget(widget.id)
            if widget == was:
                continue
            if widget.role is Role.STATUS:
                if was is None or _content(was) != _content(widget) or was.role is not Role.STATUS:
                    said.append(self._words(widget))
            elif was is not None and (was.value != widget.value or _renamed(was, widget)):
                said.append(self._words(widget))
            elif was is not None and _state(was) != _state(widget):
                # Of choices that exclude each other the one that was made, else only what the guest is at.
                chosen = widget.selected and not was.selected
                if chosen or widget.id == focused:
                    said.append(self._described(widget))
        return self._read(said)

    def everything(self, scene: Scene) -> tuple[str, ...]:
        """The whole screen in reading order."""
        said = [self._title(scene)]
        said += [self._described(w) for w in _in_order(scene) if not _is_title(scene, w)]
        return self._read(said)

    # --- one widget --------------------------------------------------------------------------------------

    def _title(self, scene: Scene) -> str:
        heading = next((w for w in scene.widgets if _is_title(scene, w)), None)
        return self._words(heading) if heading is not None else scene.title

    def _at(self, scene: Scene, focused: str | None) -> list[str]:
        at = next((widget for widget in focus_order(scene) if widget.id == focused), None)
        if at is None:
            return []
        beside = [widget for widget in focus_order(scene) if widget.row == at.row]
        where = self.tr("{n} of {all}", n=beside.index(at) + 1, all=len(beside))
        return [f"{self._described(at)}, {where}"]

    def _described(self, widget: Widget) -> str:
        words = self._words(widget)
        return ", ".join([words, *self._role_and_state(widget)]) if words else ""

    def _words(self, widget: Widget) -> str:
        if widget.private and not self.alone:
            return widget.aloud or self.tr("Private: headphones tell you")
        told = widget.value in widget.name.split()
        return ", ".join(part for part in (widget.name, "" if told else widget.value) if part)

    def _role_and_state(self, widget: Widget) -> Iterator[str]:
        tr = self.tr
        match widget.role:
            case Role.BUTTON:
                yield tr("button")
            case Role.RADIO:
                yield tr("choice")
            case Role.CHECKBOX:
                yield tr("box to tick")
        if widget.selected is not None:
            yield tr("selected") if widget.selected else tr("not selected")
        if not widget.enabled:
            yield tr("not available")
        if widget.busy:
            yield tr("at work")

    def _read(self, said: list[str]) -> tuple[str, ...]:
        language = self.tr.language
        return tuple(read for words in said if (read := as_read(words, language)))


def narrator(language: str, *, alone: bool) -> Narrator:
    return Narrator(translator(language), alone)


def same_screen(before: Scene, after: Scene) -> bool:
    """Whether a guest would say that they are still where they were."""
    return (before.id, before.view, before.language, len(before.backdrop) > 0) == (
        after.id,
        after.view,
        after.language,
        len(after.backdrop) > 0,
    ) and (before.title == after.title or not before.backdrop)


def _in_order(scene: Scene) -> list[Widget]:
    """What is said by itself, from the first to the last."""
    spoken = [widget for widget in scene.widgets if widget.part_of is None and (widget.name or widget.value)]
    return sorted(spoken, key=lambda widget: widget.id in _BAR)


def _is_title(scene: Scene, widget: Widget) -> bool:
    return widget.role is Role.HEADING and widget.name == scene.title


def _content(widget: Widget) -> tuple[str, str]:
    return widget.name, widget.value


def _state(widget: Widget) -> tuple[bool | None, bool, bool]:
    return widget.selected, widget.enabled, widget.busy


def _renamed(was: Widget, now: Widget) -> bool:
    """What can be done has changed, or what it costs. Texts that only explain are left for whoever asks."""
    return now.action is not None and was.name != now.name
