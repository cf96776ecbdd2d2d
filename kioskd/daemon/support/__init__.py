"""One file for whoever helps and cannot see the kiosk. Nothing in it is anybody's."""
