"""Why the daemon ended, for systemd and for scripts. Beyond 0 and 1 the numbers are those of sysexits.h."""

OK = 0
FAILURE = 1
"""Something that should not happen; the log has it."""
NO_DISPLAY = 69
STORAGE = 74
"""The outbox cannot be opened, trusted or written."""
CONFIG = 78
