"""The network that a technician named, as NetworkManager is told of it."""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

from kioskd.daemon.first_boot.machine import Wifi

PROFILE = "kioskd-wifi.nmconnection"
REGION = "kioskd-wifi.conf"


def keyfile(wifi: Wifi, password: str | None) -> str:
    """NetworkManager's keyfile; it takes none that others than root may read."""
    ssid = wifi.ssid.encode()
    lines = [
        "[connection]",
        "id=kioskd-wifi",
        f"uuid={uuid5(NAMESPACE_URL, f'kioskd:wifi:{ssid.hex()}')}",
        "type=wifi",
        "autoconnect=true",
        "autoconnect-retries=0",  # for ever: nobody is there to press a button
        "",
        "[wifi]",
        "mode=infrastructure",
        # As bytes: a name may have any in it.
        f"ssid={''.join(f'{byte};' for byte in ssid)}",
        f"hidden={str(wifi.hidden).lower()}",
    ]
    if password is not None:
        lines += ["", "[wifi-security]", "key-mgmt=wpa-psk", f"psk={_escaped(password)}"]
    return "\n".join([*lines, "", "[ipv4]", "method=auto", "", "[ipv6]", "method=auto", ""])


def password_in(text: str, wifi: Wifi) -> str | None:
    """The password in a keyfile for this very network; None when it is for another, or open."""
    if f"ssid={''.join(f'{byte};' for byte in wifi.ssid.encode())}" not in text.splitlines():
        return None
    found = next((line.removeprefix("psk=") for line in text.splitlines() if line.startswith("psk=")), None)
    return None if found is None else _plain(found)


def region_option(country: str) -> str:
    """For modprobe.d: which channels the radio may use."""
    return f"options cfg80211 ieee80211_regdom={country}\n"


def _escaped(password: str) -> str:
    """As GLib's keyfiles want it: backslashes doubled, spaces at both ends as signs of their own."""
    text = password.replace("\\", "\\\\")
    inner = text.strip(" ")
    before, after = len(text) - len(text.lstrip(" ")), len(text) - len(text.rstrip(" "))
    return "\\s" * before + inner + "\\s" * after if inner else "\\s" * len(text)


def _plain(escaped: str) -> str:
    return "\\".join(part.replace("\\s", " ") for part in escaped.split("\\\\"))
