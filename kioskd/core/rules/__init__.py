"""The rules of the visit. Importing this package makes the table whole."""

from kioskd.core.rules import identifying, ordering, paying, previewing, thanking, waiting

__all__ = ["identifying", "ordering", "paying", "previewing", "thanking", "waiting"]
