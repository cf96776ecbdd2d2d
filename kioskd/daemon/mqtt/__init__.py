"""How a kiosk is, told to a broker."""
