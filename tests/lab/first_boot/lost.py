"""What happens to cards in kiosks: full, damaged, worn out."""

from __future__ import annotations

from tests.lab.first_boot import papers
from tests.lab.first_boot.fresh import Fresh, stays
from tests.lab.first_boot.story import Act
from tests.lab.lab import NotSo

_FILL = "/data/fill"
_HEAD_BYTES = 64 * 1024
"""Where a file system says what it is, and where everything lies; it has copies of that."""
_FOR_S = 90.0


async def full(fresh: Fresh) -> str:
    """It starts with not a byte left, and sells."""
    room = "$(df --output=avail -B1 /data | tail -n 1)"
    await fresh.door.run(f"fallocate -l {room} {_FILL}; cat /dev/zero >>{_FILL} || true; sync")
    await fresh.power_cut()
    await fresh.power_on()
    await fresh.until_screen("attract")
    await fresh.picture("full-and-sells")
    left = int((await fresh.door.run("df --output=avail -B1 /data | tail -n 1")).strip())
    await stays(fresh, _FOR_S)
    reasons = (await fresh.kiosk.status())["reasons"]
    if not any("free" in reason for reason in reasons):
        raise NotSo(f"staff are not told: {reasons}")
    return f"{left} bytes are left; staff are told: {'; '.join(reasons)}"


async def full_and_new(fresh: Fresh) -> str:
    """What is new on the card cannot be kept, and the screen says so."""
    await fresh.power_cut()
    text = fresh.card.get("kiosk.toml").decode("utf-8-sig")
    fresh.card.put({"kiosk.toml": text.replace("Harbour Kitchen", "Harbour Diner").encode()})
    await fresh.power_on()
    said = await fresh.until_said("could not be kept or read")
    await fresh.until_said("the screen says so until")
    await fresh.picture("full-and-new-card")
    await stays(fresh, _FOR_S)
    await fresh.door.run(f"rm {_FILL}; sync; systemctl restart kioskd-first-boot")
    await fresh.until_screen("attract")
    return said.strip()


async def damaged(fresh: Fresh) -> str:
    """The head of the data partition is gone: it is repaired from its copies, and nothing is missing."""
    await fresh.power_off()
    fresh.card.spoil_data(_HEAD_BYTES)
    await fresh.power_on()
    await fresh.until_screen("attract")
    await fresh.until_device("front", "ok")
    if "psk" not in await fresh.door.run("cat /etc/NetworkManager/system-connections/*"):
        raise NotSo("the Wi-Fi is forgotten")
    return "repaired at the start; it sells, and knows its Wi-Fi"


async def unreadable(fresh: Fresh) -> str:
    """Nothing of it can be repaired: the kiosk does not sell, says so, and does not start over and over."""
    await fresh.power_off()
    fresh.card.spoil_data()
    return await _says_it_is_lost(fresh, "data-unreadable")


async def missing(fresh: Fresh) -> str:
    """The same when the partition is not there at all."""
    await fresh.power_off()
    fresh.card.remove_data()
    return await _says_it_is_lost(fresh, "data-missing")


async def _says_it_is_lost(fresh: Fresh, picture: str) -> str:
    await fresh.power_on()
    said = await fresh.until_said("the memory of this kiosk cannot be read")
    await fresh.until_said("the screen says so until")
    await fresh.picture(picture)
    await stays(fresh, _FOR_S)
    token = fresh.card.get("kiosk.toml")
    if papers.SECRETS[0].encode() in token:
        raise NotSo("the card has a secret again")
    return said.strip()


LOST = (
    Act("full", "a full disk: it starts and sells", full),
    Act(
        "full-and-new",
        "a full disk and a new kiosk.toml: the screen says that it cannot be kept",
        full_and_new,
    ),
    Act("damaged", "a damaged data partition is repaired", damaged),
    Act("unreadable", "a data partition beyond repair: the screen says so, no boot loop", unreadable),
    Act("missing", "no data partition: the screen says so, no boot loop", missing),
)
