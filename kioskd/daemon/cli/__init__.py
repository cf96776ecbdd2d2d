"""Commands that are typed: most of them ask the kiosk that runs."""
