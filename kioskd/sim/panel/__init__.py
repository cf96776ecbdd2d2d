"""A page in the browser from which a developer plays guest, staff, network and power cut."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kioskd.sim.world import World


@asynccontextmanager
async def serve_panel(world: World, port: int) -> AsyncIterator[str]:
    """Serve the panel on loopback until the block is left; the block gets its address.

    Takes a free port when `port` is in use, or 0.
    """
    # Imported here, because the kiosk should be on its way before anybody wants to look at it.
    from kioskd.sim.panel.routes import panel_app
    from kioskd.sim.serve import serve

    app = panel_app(world)
    async with AsyncExitStack() as things:
        try:
            served = await things.enter_async_context(serve(app, port))
        except OSError:
            served = await things.enter_async_context(serve(app))
        yield served.url
