"""A technician's card: first with a mistake in it, then mended, then the kiosk is tried as the guide says."""

from __future__ import annotations

import re

from tests.lab.first_boot import papers
from tests.lab.first_boot.card import BOOT
from tests.lab.first_boot.fresh import LARGER_BY_MIB, Fresh, stays
from tests.lab.first_boot.guide import TRIED
from tests.lab.first_boot.kept import secrets_are_kept
from tests.lab.first_boot.lost import LOST
from tests.lab.first_boot.story import Act, Story
from tests.lab.lab import NotSo

_PROFILE = "/etc/NetworkManager/system-connections/kioskd-wifi.nmconnection"
_FOR_S = 60.0
_MIB = 1 << 20


async def says_the_line(fresh: Fresh) -> str:
    """As a computer with another system saved it, with a number in quotes."""
    wrong, line = papers.with_mistake(papers.settings(fresh.world.terminal.port))
    files = papers.on_a_card(wrong)
    fresh.card.put(files | {"kiosk.toml": papers.by_windows(wrong)})
    # As if the power had gone between the two steps by which it grows.
    fresh.card.stretch_data()
    await fresh.power_on()
    said = await fresh.until_said(rf"kiosk\.toml:{line}: display\.width_px")
    await fresh.until_said("the screen says so until")
    await fresh.picture("mistake")
    if (await fresh.door.run("ls /etc/kioskd")).strip():
        raise NotSo("something was taken over")
    await stays(fresh, _FOR_S)
    return said.strip()


async def mended(fresh: Fresh) -> str:
    """The card is mended in a computer, and the kiosk asks whether everything is ready."""
    await fresh.power_off()
    text = papers.settings(fresh.world.terminal.port)
    fresh.card.put({"kiosk.toml": papers.by_windows(text)})
    found = [_found(fresh, secret) for secret in papers.SECRETS]
    if min(found) < 2:  # what was saved first is still there: else this would show nothing
        raise NotSo(f"before the start the card has the secrets {found} times")
    await fresh.power_on()
    await fresh.until_screen("staff_ready")
    for device in ("front", "printer", "terminal"):
        await fresh.until_device(device, "ok")
    await fresh.picture("is-everything-ready")
    return f"byte order mark, Windows line ends, tabs: no harm; the secrets stood on the card {found} times"


async def taken_over(fresh: Fresh) -> str:
    """Names, time zone, Wi-Fi and secrets are where the system looks for them."""
    run = fresh.door.run
    # The name of a machine that is running is left alone; the file is for the next start.
    if (name := (await run("cat /etc/hostname")).strip()) != papers.HOST_NAME:
        raise NotSo(f"the machine is to be called {name}")
    zone = (await run("readlink /etc/localtime")).strip()
    if not zone.endswith("Europe/Amsterdam"):
        raise NotSo(f"the time zone is {zone}")
    wifi = await run(f"stat -c '%U %a' {_PROFILE}; nmcli -g NAME,TYPE connection show; cat {_PROFILE}")
    if not wifi.startswith("root 600\n") or "kioskd-wifi:802-11-wireless" not in wifi:
        raise NotSo(f"NetworkManager knows {wifi}")
    if f"psk={papers.PASSWORD}" not in wifi:
        raise NotSo("NetworkManager has not the password")
    if "regdom=NL" not in await run("cat /etc/modprobe.d/kioskd-wifi.conf"):
        raise NotSo("the radio is not told its country")
    size_mib = int(await run("findmnt --bytes --noheadings --output SIZE /data")) / _MIB
    if size_mib < LARGER_BY_MIB:
        raise NotSo(f"/data has {size_mib:.0f} MiB: it did not grow where the power cut left it")
    return f"host name, time zone, Wi-Fi; {await secrets_are_kept(fresh)}; /data has {size_mib:.0f} MiB"


async def nothing_secret_left(fresh: Fresh) -> str:
    """The card, read from outside: in no file, and in nothing that once was one."""
    await fresh.power_off()
    text = fresh.card.get("kiosk.toml").decode("utf-8")
    if not re.search(r"leat-token\s*=\s*true", text) or not re.search(r"password\s*=\s*true", text):
        raise NotSo("secret and password were not replaced by true")
    if any(left := [_found(fresh, secret) for secret in papers.SECRETS]):
        raise NotSo(f"the card still has the secrets {left} times")
    await fresh.power_on()
    await fresh.until_screen("attract")
    if (name := (await fresh.door.run("hostname")).strip()) != papers.HOST_NAME:
        raise NotSo(f"the machine is called {name}")
    return f"not one in {fresh.card.size_mib(BOOT)} MiB; the next start sells, as {name}"


def _found(fresh: Fresh, secret: str) -> int:
    """However a computer writes text."""
    return sum(fresh.card.count(BOOT, secret.encode(code)) for code in ("utf-8", "utf-16-le", "utf-16-be"))


CARD = Story(
    "card",
    "a card with kiosk.toml",
    (
        Act("mistake", "a mistake is on the screen with its line, and nothing changes", says_the_line),
        Act("mended", "the mended card is taken over", mended),
        Act("taken-over", "the system has what the card told it", taken_over),
        *TRIED,
        Act("scrubbed", "nothing secret is left on the card, not even where files were", nothing_secret_left),
        *LOST,
    ),
)
