"""A simulated server of the RBI-style loyalty API that speaks real HTTP."""

from kioskd.sim.rbi.api import SIM_KEY
from kioskd.sim.rbi.seed import POS_TYPE, REGION, STORE_ID
from kioskd.sim.rbi.simulator import RbiSimulator

__all__ = ["POS_TYPE", "REGION", "SIM_KEY", "STORE_ID", "RbiSimulator"]
