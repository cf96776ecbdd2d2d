"""Who sets a kiosk up: writes its kiosk.toml, puts it on the card or shows its codes, and switches it on.

The kiosk's machine is a folder of the world: the card, what root keeps, and what systemd hands over.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from kioskd.sim.kiosk import Kiosk
from kioskd.sim.setting import as_toml

COMMAND_S = 30.0
_PAIRING = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}")
_FOREIGN = "0000-0000"

Showing = Literal["all", "some", "again", "foreign"]
"""all: the codes for what the kiosk shows. some: all but the last of them. again: those shown last, whatever
the kiosk shows now. foreign: codes made for another kiosk."""


class NotSetUp(Exception):
    """A command of the technician's failed; the text is what it said."""


class Technician:
    """`settings` is what the kiosk is to be told, `readers` names the sections of it that describe devices
    which it may use before: they are in its machine from the beginning."""

    def __init__(
        self, desk: Path, machine: Path, settings: Mapping[str, Any], readers: Sequence[str], python: str
    ) -> None:
        self._desk = desk
        self._machine = machine
        self._python = python
        self._shown: list[str] = []
        desk.mkdir(parents=True, exist_ok=True)
        self.config.parent.mkdir(parents=True, exist_ok=True)
        hardware = {key: value for key, value in settings.items() if key in readers}
        (self.config.parent / "hardware.toml").write_text(as_toml(hardware), "utf-8")
        (desk / "kiosk.toml").write_text(as_toml(_with_secrets(settings)), "utf-8")

    @property
    def config(self) -> Path:
        """Where the kiosk looks for its configuration."""
        return self._machine / "etc/kioskd/kiosk.toml"

    @property
    def credentials(self) -> Path:
        """What systemd would hand over."""
        return self._machine / "etc/credstore"

    async def codes(self, kiosk: Kiosk, showing: Showing) -> list[str]:
        """To be held before a scanner. Raises NotSetUp."""
        if showing == "again":
            return self._shown
        pairing = _FOREIGN if showing == "foreign" else await self._pairing(kiosk)
        file = str(self._desk / "kiosk.toml")
        said = await self._run("enrol-code", file, "--pairing-code", pairing, "--text")
        self._shown = said.split()
        return self._shown[:-1] if showing == "some" else self._shown

    async def put_card(self, instead: Mapping[str, str]) -> None:
        """kiosk.toml on the card, with texts of it replaced."""
        text = await asyncio.to_thread((self._desk / "kiosk.toml").read_text, "utf-8")
        for old, new in instead.items():
            if old not in text:
                raise NotSetUp(f"{old!r} is not in kiosk.toml")
            text = text.replace(old, new)
        card = self._machine / "boot/firmware"
        await asyncio.to_thread(card.mkdir, parents=True, exist_ok=True)
        await asyncio.to_thread((card / "kiosk.toml").write_text, text, "utf-8")

    async def first_boot(self) -> None:
        """What root does whenever the machine starts, and when kioskd was told something by codes."""
        await self._run("first-boot", "--root", str(self._machine), may_fail=True)

    async def _pairing(self, kiosk: Kiosk) -> str:
        for widget in (await kiosk.scene())["widgets"]:
            if widget["id"] == "code" and _PAIRING.fullmatch(widget["name"]):
                return str(widget["name"])
        raise NotSetUp("the kiosk shows no pairing code")

    async def _run(self, *words: str, may_fail: bool = False) -> str:
        process = await asyncio.create_subprocess_exec(
            *(self._python, "-m", "kioskd", *words),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(COMMAND_S):
                printed, complaints = await process.communicate()
        except TimeoutError:
            process.kill()
            await process.wait()
            raise NotSetUp(f"kioskd {words[0]} took more than {COMMAND_S:g} s") from None
        if process.returncode != 0 and not may_fail:
            raise NotSetUp(complaints.decode("utf-8", "replace"))
        return printed.decode("utf-8")


def _with_secrets(settings: Mapping[str, Any]) -> dict[str, Any]:
    """As it is written on a card: secrets in a section of their own, and by name where they are needed."""
    loyalty, secrets = dict(settings["loyalty"]), {}
    for key, name in (("token", "leat-token"), ("claim_secret", "leat-claims"), ("key", "loyalty-key")):
        if file := loyalty.pop(f"{key}_file", None):
            loyalty[f"{key}_credential"] = name
            secrets[name] = Path(file).read_text("ascii").strip()
    return {**settings, "loyalty": loyalty, "secrets": secrets}
