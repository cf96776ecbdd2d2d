"""Work done while nobody is waiting, so that nobody has to wait."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from kioskd.core.catalogue import Service
from kioskd.core.phases import Choosing, Menu
from kioskd.core.visit import Visit
from kioskd.ui import screens
from kioskd.ui.compose import Composer
from kioskd.ui.render import Renderer


def warm_up(composer: Composer, renderer: Renderer, visit: Visit) -> Iterator[None]:
    """Load every screen, and the pictures of the menu and of its options in the size they are shown.

    One a step (about 3 ms). Without it the first look at a category or a combo waits for all of its pictures.
    """
    for file in sorted(Path(screens.__path__[0]).glob("[a-z]*.py")):
        import_module(f"{screens.__name__}.{file.stem}")
        yield
    visit = replace(visit, service=Service.EAT_IN)
    for category in composer.shop.catalogue.categories:
        looked_at = replace(visit, phase=Menu(), category=category.id)
        for widget in composer.scene(looked_at).widgets:
            if renderer.warm(widget):
                yield
    for product in composer.shop.catalogue.products.values():
        if not product.groups:
            continue
        # The large picture stays out: it is one, and all of them together are too many to keep.
        for widget in composer.scene(replace(visit, phase=Choosing(product.sku))).widgets:
            if (widget.part_of or "").startswith("option:") and renderer.warm(widget):
                yield
