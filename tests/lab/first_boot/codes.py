"""Nothing is on the card: the screen says how a kiosk is set up, and codes held before its scanner do it."""

from __future__ import annotations

import re
import secrets

from kioskd.core.enrolment import make_codes, pairing_code
from kioskd.sim.finger import texts
from kioskd.sim.kiosk import KioskDown
from tests.lab.first_boot import papers
from tests.lab.first_boot.card import DATA
from tests.lab.first_boot.fresh import LARGER_BY_MIB, PATIENCE_S, Fresh
from tests.lab.first_boot.kept import secrets_are_kept
from tests.lab.first_boot.story import Act, Story
from tests.lab.lab import NotSo, until

_SHOWN = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b")
_NAMES = ("/dev/input/by-id/usb-QEMU_QEMU_USB_Keyboard_SCANNER01", "/dev/kioskd/serial-")
"""Of a keyboard, whose maker no rule takes for one of scanners, and of what is serial, by its port."""
TRIES = 8
_COUNTED_S = 60.0
_MISSING = re.compile("codes are here|This is no code")
"""Said as long as one is."""
_MIB = 1 << 20


async def says_how(fresh: Fresh) -> str:
    """Nobody has told it anything: it says what to do, and which readers it listens to."""
    await fresh.power_on()
    await fresh.until_screen("enrolling")
    await fresh.picture("no-kiosk-toml")
    ready = await fresh.door.run("systemctl show kioskd --property=ActiveEnterTimestampMonotonic --value")
    return f"the pairing code was on the screen {int(ready) / 1e6:.0f} s after the kernel began"


async def grown(fresh: Fresh) -> str:
    """What keeps the kiosk's data is as large as the card allows, without anybody having done anything."""
    show = "systemctl show kioskd-data-grow --property=Result,ExecMainStatus,ActiveState --value"

    async def over() -> list[str]:
        return (await fresh.door.run(show)).split()

    await until(over, lambda state: "inactive" in state, "end of kioskd-data-grow", PATIENCE_S)
    if (result := await over()) != ["success", "0", "inactive"]:
        raise NotSo(f"kioskd-data-grow: {result}: {await fresh.door.run('journalctl -u kioskd-data-grow')}")
    size_mib = int(await fresh.door.run("findmnt --bytes --noheadings --output SIZE /data")) / _MIB
    if size_mib < LARGER_BY_MIB:
        raise NotSo(f"the data partition has {size_mib:.0f} MiB on a card that is {LARGER_BY_MIB} MiB larger")
    table = fresh.card.size_mib(DATA)
    return f"the file system has {size_mib:.0f} MiB, its partition {table} MiB"


async def stolen_codes(fresh: Fresh) -> str:
    """Codes made for another pairing code are of no use here."""
    await _plug_scanner(fresh)
    await _show_codes(fresh, pairing_code(secrets.randbits(40)))
    await until(
        lambda: _status(fresh), lambda said: "another kiosk" in said, "refusal of foreign codes", PATIENCE_S
    )
    await fresh.picture("codes-of-another")
    return await _status(fresh)


async def told(fresh: Fresh) -> str:
    """Its own ones set it up, without a restart of the machine."""
    before = await fresh.boot_id()
    shown = _SHOWN.search(" ".join(await _said(fresh)))
    if shown is None:
        raise NotSo(f"no pairing code among {await _said(fresh)}")
    count, times = await _show_codes(fresh, shown[0], picture="codes-half-way")
    await fresh.until_screen("staff_ready")
    await fresh.until_device("front", "ok")
    await fresh.picture("is-everything-ready")
    if await fresh.boot_id() != before:
        raise NotSo("the machine has restarted")
    await fresh.tap("start")
    await fresh.until_screen("attract")
    await fresh.picture("sells")
    kept = await secrets_are_kept(fresh)
    left = (await fresh.door.run("ls /var/lib/kioskd | grep enrolled || true")).strip()
    if left:
        raise NotSo(f"what the codes told still lies there: {left}")
    return f"{count} codes, shown {times} times, no restart of the machine; {kept}"


async def known_again(fresh: Fresh) -> str:
    """The next start shows a kiosk that sells, on a partition that is still as large."""
    await fresh.power_off()
    fresh.card.check_data()
    devices = fresh.card.get("devices.txt").decode("utf-8")
    if not all(path in devices for path in _NAMES):
        raise NotSo(f"the card's list of devices has not all of {_NAMES}: {devices}")
    await fresh.power_on()
    await fresh.until_screen("attract")
    await fresh.until_device("printer", "ok")
    return (
        "sells after a power cut; nothing to repair in the file system that grew;"
        f" devices.txt on the card has {', '.join(_NAMES)}"
    )


async def _plug_scanner(fresh: Fresh) -> None:
    """It is found within some seconds; what it reads before is lost, as with any scanner."""
    before = await _listened_to(fresh)
    await fresh.serial_scanner.plug()
    await until(
        lambda: _listened_to(fresh), lambda names: bool(names - before), "scanner that is listened to"
    )


async def _listened_to(fresh: Fresh) -> frozenset[str]:
    devices = (await fresh.kiosk.status())["devices"]
    return frozenset(
        device["name"] for device in devices if device["kind"] == "scanner" and device["state"] == "ok"
    )


async def _show_codes(fresh: Fresh, pairing: str, *, picture: str | None = None) -> tuple[int, int]:
    """One after the other; how many, and how often one was shown."""
    files = papers.for_codes(fresh.world.terminal.port)
    codes = make_codes(files, pairing, secrets.token_bytes(16))
    shown = 0
    for number, code in enumerate(codes, start=1):
        if picture is not None and number == len(codes) // 2 + 1:
            await fresh.picture(picture)
        shown += await _show(fresh, code, number, last=number == len(codes))
    return len(codes), shown


async def _show(fresh: Fresh, code: str, number: int, *, last: bool) -> int:
    """How often it was shown: a scanner that a busy host lets stutter is held before it once more."""
    for tries in range(1, TRIES + 1):
        await fresh.serial_scanner.scan(code)
        try:
            await until(
                lambda: _status(fresh),
                lambda said: said.startswith(f"{number} of") or (last and not _MISSING.search(said)),
                f"{number} codes on the screen",
                _COUNTED_S,
            )
        except NotSo as nothing:
            why = nothing
        else:
            return tries
    raise why


async def _status(fresh: Fresh) -> str:
    try:
        scene = await fresh.kiosk.scene()
    except KioskDown:  # it was told everything, and starts anew
        return ""
    return next((" ".join(texts(w)) for w in scene["widgets"] if w["id"] == "status"), "")


async def _said(fresh: Fresh) -> list[str]:
    scene = await fresh.kiosk.scene()
    return [text for widget in scene["widgets"] for text in texts(widget)]


CODES = Story(
    "codes",
    "a card with nothing on it, and codes",
    (
        Act("says-how", "without kiosk.toml the screen says how to set it up", says_how),
        Act("grown", "the data partition grows to the end of the card", grown),
        Act("stolen-codes", "codes of another pairing code are refused", stolen_codes),
        Act("told", "codes held before the scanner set it up", told),
        Act("known-again", "the next start sells", known_again),
    ),
)
