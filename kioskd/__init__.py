"""kioskd: a self-service kiosk in one daemon."""
