"""What was secret on the card: it is where systemd hands it to the kiosk from, and nowhere else."""

from __future__ import annotations

from tests.lab.first_boot.fresh import Fresh
from tests.lab.first_boot.papers import SECRETS
from tests.lab.lab import NotSo

_STORE = "stat -c '%U %a %s %n' /etc/credstore/* /etc/credstore.encrypted/* 2>/dev/null || true"


async def secrets_are_kept(fresh: Fresh) -> str:
    """The token is in the store, encrypted, and the kiosk has it; the log says neither. Raises NotSo."""
    stored = (await fresh.door.run(_STORE)).split()
    if stored[:2] != ["root", "600"] or not stored[3].endswith(".encrypted/leat-token"):
        raise NotSo(f"the credential store has {stored}")
    has = (await fresh.door.run("ls /run/credentials/kioskd.service")).split()
    if has != ["leat-token"]:
        raise NotSo(f"systemd has handed over {has}")
    log = await fresh.door.run("journalctl --boot")
    if any(secret in log for secret in SECRETS):
        raise NotSo("a secret is in the log")
    return "the token is in the encrypted store and was handed to the kiosk, and is not in the log"
