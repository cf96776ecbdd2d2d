"""Another version of kioskd, and back, while something is still to be told."""

from __future__ import annotations

import time

from tests.lab.image import NEWER_DEB, OLDER_DEB
from tests.lab.lab import Lab, NotSo
from tests.lab.proofs.ordering import books
from tests.lab.proofs.proof import Proof
from tests.lab.proofs.selling import sell_at_the_counter, told_once

INSTALL_S = 900.0
# An image's slots are exchanged as a whole. Here the machine is one that apt takes care of: until its next
# start its programs lie in memory, and can be written to.
_WRITABLE = "mkdir -p /run/usr/files /run/usr/work && mount -t overlay usr -o" + (
    " lowerdir=/usr,upperdir=/run/usr/files,workdir=/run/usr/work /usr"
)


async def there_and_back(lab: Lab) -> str:
    """An order that could not be told yet outlives an upgrade and a downgrade, and is told once."""
    before = books(lab)
    await lab.door.run(_WRITABLE)
    await lab.machine.cut_network()
    try:
        number = await sell_at_the_counter(lab)
        await lab.until_open(1)
        up_s = await _install(lab, NEWER_DEB, lab.image.newer)
        await lab.until_open(1)
        down_s = await _install(lab, OLDER_DEB, lab.image.older)
        await lab.until_open(1)
    finally:
        await lab.machine.join_network()
    # The end of its first connection was lost with the network; QEMU holds it open for ever.
    lab.terminal.cut()
    await lab.until_open(0)
    await lab.until_device("terminal", "ok")
    told_once(lab, before.orders, number, before.points)
    return f"up {up_s:.0f} s, down {down_s:.0f} s; {number} stayed open and was told once"


async def _install(lab: Lab, deb: str, version: str) -> float:
    pid, since_s = int((await lab.status())["pid"]), time.monotonic()
    await lab.door.run(f"dpkg --install {deb} 2>&1", timeout_s=INSTALL_S)
    await lab.until_waiting(other_than=pid)
    installed = await lab.door.run("dpkg-query --showformat='${Version}' --show kioskd")
    if installed != version:
        raise NotSo(f"kioskd {installed} is installed, wanted {version}")
    return time.monotonic() - since_s


PROOFS = (
    Proof(
        "upgrade", "another version, and back", there_and_back, quick=False, limit_s=2400.0, needs_newer=True
    ),
)
