"""A scanner that types, a keyboard that has no business here, and twenty pulled plugs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

from tests.lab.keystrokes import Stroke, typed
from tests.lab.lab import Lab, NotSo, until
from tests.lab.machine import FOREIGN_KEYBOARD, SCANNER
from tests.lab.proofs.proof import Proof
from tests.lab.setting import SCANNER_PATH

CARD = "10024711"
CYCLES = 20
TRIES = 5
GREETED_S = 60.0
"""Longer than the kiosk looks for a member: by then it has given up, and the card is held to it again."""
SETTLE_S = 2.0
"""So long something forbidden is given to happen; what is allowed takes a tenth of it here."""
_HEARD = "/run/lab-heard"
_FREE_VT, _OTHER_VT = 2, 3
_KIOSKS_VT = 1


async def scan_card(lab: Lab) -> int:
    """Hold Sanne's card to the scanner until the kiosk greets her; how often that took."""
    return await greeted(lab, lambda: type_card(lab))


async def type_card(lab: Lab) -> None:
    """Hold Sanne's card to the scanner once."""
    await lab.machine.type(SCANNER, typed(CARD))


async def greeted(lab: Lab, scan_once: Callable[[], Awaitable[None]]) -> int:
    """Scan until the kiosk greets the member; how often that took.

    On a busy host an emulated scanner sometimes stutters like a human, which the kiosk must not believe.
    """
    for tries in range(1, TRIES + 1):
        await scan_once()
        try:
            await lab.until_screen("overview", timeout_s=GREETED_S)
            return tries
        except NotSo as nothing:
            why = nothing
    raise why


async def console_hears_nothing(lab: Lab) -> str:
    """On a free console a listener hears the foreign keyboard, and nothing of the scanner."""
    await _listen(lab)
    try:
        await _typed_slowly(lab, "control")
        await scan_card(lab)
        if (text := await _heard(lab)) != "control":
            raise NotSo(f"the console heard {text!r}")
    finally:
        await _stop_listening(lab)
    await lab.leave()
    return "the console heard a keyboard's 7 letters, and of a scan that reached the kiosk nothing"


async def _typed_slowly(lab: Lab, word: str) -> None:
    """On the foreign keyboard, each letter after the one before was heard: a busy machine loses none."""
    heard = ""
    for letter in word:
        await lab.machine.type(FOREIGN_KEYBOARD, [(letter,)])
        heard += letter
        await until(lambda: _heard(lab), lambda text: text == heard, f"listener that heard {heard}")  # noqa: B023


async def foreign_keyboard(lab: Lab) -> str:
    """A keyboard that somebody plugs in reaches neither the scanner's reader nor the screen."""
    before = await _moves(lab)
    strokes: list[Stroke] = [*typed(CARD), ("tab",), ("ret",), ("esc",), ("spc",), ("alt", "f4"), ("meta_l",)]
    await lab.machine.type(FOREIGN_KEYBOARD, strokes)
    await asyncio.sleep(SETTLE_S)
    if (after := await _moves(lab)) != before:
        raise NotSo(f"it moved the kiosk: {before} -> {after}")
    return f"{len(strokes)} keys, no effect"


async def no_console_switch(lab: Lab) -> str:
    """The scanner cannot bring up another console; the foreign keyboard, not grabbed, can.

    A kiosk has none to switch to: two are made for this.
    """
    await _activate(lab, _OTHER_VT)
    await _activate(lab, _FREE_VT)
    try:
        for stroke in (("ctrl", "alt", f"f{_OTHER_VT}"), ("alt", f"f{_OTHER_VT}"), ("alt", "right")):
            await lab.machine.type(SCANNER, [stroke])
        await asyncio.sleep(SETTLE_S)
        if (active := await _active(lab)) != _FREE_VT:
            raise NotSo(f"the scanner switched to console {active}")
        await lab.machine.type(FOREIGN_KEYBOARD, [("ctrl", "alt", f"f{_OTHER_VT}")])
        await until(lambda: _active(lab), lambda active: active == _OTHER_VT, "switch by a keyboard")
    finally:
        await _activate(lab, _KIOSKS_VT)
    return "three combinations, no effect; the first, from a keyboard, switched"


async def no_sysrq(lab: Lab) -> str:
    """The kernel's emergency keys do nothing when the scanner types them."""
    await lab.door.run("sysctl --quiet kernel.sysrq=1 && dmesg --clear")
    try:
        await lab.machine.type(SCANNER, [("alt", "sysrq", "h")])
        await asyncio.sleep(SETTLE_S)
        if asked := await _helps(lab):
            raise NotSo(f"the kernel answered the scanner {asked} times")
        await lab.machine.type(FOREIGN_KEYBOARD, [("alt", "sysrq", "h")])
        await until(lambda: _helps(lab), lambda answers: answers == 1, "answer to a keyboard")
    finally:
        await lab.door.run("sysctl --quiet kernel.sysrq=0")
    return "no effect; from a keyboard the kernel answered"


async def no_restart(lab: Lab) -> str:
    """Ctrl-Alt-Del restarts nothing when the scanner types it; here nobody's does, but systemd says so."""
    await lab.door.run("systemctl --quiet --runtime mask ctrl-alt-del.target")
    await _activate(lab, _FREE_VT)
    try:
        await lab.machine.type(SCANNER, [("ctrl", "alt", "delete")])
        await asyncio.sleep(SETTLE_S)
        if asked := await _restarts(lab):
            raise NotSo(f"systemd was asked {asked} times")
        await lab.machine.type(FOREIGN_KEYBOARD, [("ctrl", "alt", "delete")])
        await until(lambda: _restarts(lab), lambda asked: asked > 0, "restart asked for by a keyboard")
    finally:
        await _activate(lab, _KIOSKS_VT)
        await lab.door.run("systemctl --quiet --runtime unmask ctrl-alt-del.target")
    return "no effect; from a keyboard systemd was asked to"


async def held_alone(lab: Lab) -> str:
    """Nobody else can take the scanner, and who reads along reads nothing."""
    spy = (
        "import fcntl, os, sys\n"
        f"fd = os.open({SCANNER_PATH!r}, os.O_RDONLY | os.O_NONBLOCK)\n"
        "try:\n    fcntl.ioctl(fd, 0x40044590, 1)\n    print('taken')\n"
        "except OSError as error:\n    print(error.strerror)\n"
    )
    said = (await lab.door.run("python3 -", stdin=spy.encode())).strip()
    if said != "Device or resource busy":
        raise NotSo(f"another program's grab: {said}")
    return said


async def twenty_plugs(lab: Lab) -> str:
    """Pulled and plugged in again and again: absent, then ok, nothing left open, and it still reads."""
    opened_before = await _open_files(lab)
    gone_s: list[float] = []
    back_s: list[float] = []
    for _ in range(CYCLES):
        since_s = time.monotonic()
        await lab.machine.unplug(SCANNER)
        await lab.until_device("front", "absent")
        gone_s.append(time.monotonic() - since_s)
        since_s = time.monotonic()
        await lab.machine.plug(SCANNER)
        await lab.until_device("front", "ok")
        back_s.append(time.monotonic() - since_s)
    what = f"kiosk with {opened_before} files open, as before"
    await until(lambda: _open_files(lab), lambda opened: opened <= opened_before, what)
    told = await lab.logged("front: back")
    if told != CYCLES:
        raise NotSo(f"its return was logged {told} times in {CYCLES} cycles")
    await scan_card(lab)
    await lab.leave()
    return (
        f"{CYCLES} cycles: absent after {_median(gone_s):.1f} s (at most {max(gone_s):.1f}),"
        f" ok after {_median(back_s):.1f} s (at most {max(back_s):.1f}); it still reads"
    )


# --- the machine's side -----------------------------------------------------------------------------------


async def _moves(lab: Lab) -> tuple[str, str, int]:
    """Screen and language, and how often the visit moved so far."""
    scene = await lab.kiosk.scene()
    return scene["id"], scene["language"], await lab.logged("kioskd.daemon.runtime: ")


async def _listen(lab: Lab) -> None:
    listener = f"exec </dev/tty{_FREE_VT} >{_HEARD}; stty raw -echo; exec cat"
    await lab.door.run(f"systemd-run --quiet --collect --unit=lab-listener sh -c '{listener}'")
    await _activate(lab, _FREE_VT)


async def _stop_listening(lab: Lab) -> None:
    await _activate(lab, _KIOSKS_VT)
    await lab.door.run("systemctl stop lab-listener")


async def _heard(lab: Lab) -> str:
    return await lab.door.run(f"cat {_HEARD}")


async def _activate(lab: Lab, console: int) -> None:
    await lab.door.run(
        f"python3 -c 'import fcntl; fcntl.ioctl(open(\"/dev/tty0\"), 0x5606, {console})'"  # VT_ACTIVATE
    )
    await until(lambda: _active(lab), lambda active: active == console, f"console {console}")


async def _active(lab: Lab) -> int:
    return int((await lab.door.run("cat /sys/class/tty/tty0/active")).strip().removeprefix("tty"))


async def _helps(lab: Lab) -> int:
    return (await lab.door.run("dmesg")).count("sysrq: HELP")


async def _restarts(lab: Lab) -> int:
    return (await lab.door.run("journalctl --boot --output=cat _PID=1")).count("ctrl-alt-del.target")


async def _open_files(lab: Lab) -> int:
    pid = (await lab.status())["pid"]
    return int(await lab.door.run(f"ls /proc/{pid}/fd | wc -l"))


def _median(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]


PROOFS = (
    Proof("grab-console", "what the scanner types is heard by the kiosk alone", console_hears_nothing),
    Proof("grab-held", "the scanner is held exclusively", held_alone),
    Proof("grab-foreign", "a foreign keyboard cannot reach the kiosk", foreign_keyboard),
    Proof("grab-consoles", "the scanner switches no console", no_console_switch),
    Proof("grab-sysrq", "the scanner's SysRq does nothing", no_sysrq),
    Proof("grab-restart", "the scanner's Ctrl-Alt-Del does nothing", no_restart, quick=False),
    Proof("plug-scanner", f"the scanner is pulled and plugged in {CYCLES} times", twenty_plugs, quick=False),
)
