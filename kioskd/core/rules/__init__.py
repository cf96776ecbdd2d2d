"""The rules of the visit. Importing this package makes the table whole."""

from kioskd.core.rules import billing, identifying, ordering, paying, previewing, thanking, waiting

__all__ = ["billing", "identifying", "ordering", "paying", "previewing", "thanking", "waiting"]
