"""From what a technician put on the card, or showed to the scanner, to a kiosk that is set up."""
