"""kioskd: a self-service kiosk in one daemon."""

import os

__version__ = "0.1.0"

# pygame greets on standard output when it is imported.
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
