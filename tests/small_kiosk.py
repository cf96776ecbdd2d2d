"""The shortest configuration that is complete."""

from __future__ import annotations

SMALL_KIOSK = """
kiosk = "K1"
currency = "EUR"
languages = ["nl", "en"]
menu = "menu.toml"
state_dir = "state"
[site]
name = "Test Kitchen"
[display]
width_px = 1080
height_px = 1920
width_mm = 208
height_mm = 370
[counter]
enabled = true
"""
