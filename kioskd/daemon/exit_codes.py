"""Why the daemon ended, for systemd and for scripts. Beyond 0 and 1 the numbers are those of sysexits.h."""

OK = 0
FAILURE = 1
"""Something that should not happen; the log has it."""
USAGE = 2
"""As argparse has it."""
NO_DISPLAY = 69
NOT_SELLING = 69
"""`kioskd status`: it answers and has no way to sell."""
STORAGE = 74
"""The outbox cannot be opened, trusted or written."""
UNFINISHED = 75
"""Written down and safe; something waits for the backend, or for a person who was told what to do."""
ATTENTION = 75
"""`kioskd status`: it sells, and somebody should look."""
CONFIG = 78
