"""What the kiosk is told by its files: configuration, menu, secrets."""
