"""kioskd: a self-service kiosk in one daemon."""

__version__ = "0.1.0"
