"""A simulated card terminal that speaks ZVT over TCP or a serial line."""

from kioskd.sim.terminal.faults import AbortHabit, Ending, Faults, LostAnswer, Point
from kioskd.sim.terminal.machine import Patience
from kioskd.sim.terminal.script import Script, ScriptError, read_script
from kioskd.sim.terminal.simulator import TerminalSimulator

__all__ = [
    "AbortHabit",
    "Ending",
    "Faults",
    "LostAnswer",
    "Patience",
    "Point",
    "Script",
    "ScriptError",
    "TerminalSimulator",
    "read_script",
]
