"""Why a device node cannot be opened, in words a technician can act upon."""

from __future__ import annotations

import errno
from pathlib import Path

from kioskd.core.errors import DeviceAbsent, DeviceFault


def explain(path: Path, error: OSError, group: str) -> DeviceAbsent | DeviceFault:
    """The fault behind `error`. `group` is the one that may open nodes of this kind."""
    match error.errno:
        case errno.ENOENT | errno.ENODEV | errno.ENXIO:
            return DeviceAbsent(f"{path} is not there")
        case errno.EACCES | errno.EPERM:
            return DeviceFault(f"{path}: no permission; the kiosk's user must be in the group {group}")
        case errno.EBUSY:
            return DeviceFault(f"{path} is grabbed by another program")
    return DeviceFault(f"{path} cannot be read (errno {error.errno})")
