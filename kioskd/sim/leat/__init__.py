"""A simulated Leat server that speaks real HTTP."""

from kioskd.sim.leat.api import SIM_TOKEN
from kioskd.sim.leat.seed import SHOP_UUID, SIM_SHOP_SECRET
from kioskd.sim.leat.simulator import LeatSimulator

__all__ = ["SHOP_UUID", "SIM_SHOP_SECRET", "SIM_TOKEN", "LeatSimulator"]
