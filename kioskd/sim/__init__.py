"""The world around a kiosk, simulated at the level of its protocols."""
