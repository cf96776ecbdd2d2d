"""Where secrets go: files that systemd hands to kioskd, encrypted with the machine's key where that works.

Without a TPM that key lies on the same card: it stops a glance, not a thief.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from kioskd.durable import write_file

Encrypt = Callable[[str, str], bytes | None]
"""Name and secret to what systemd can decrypt; None when this machine cannot do that."""

_PATIENCE_S = 20


def systemd_creds(name: str, secret: str) -> bytes | None:
    try:
        done = subprocess.run(
            ("systemd-creds", "encrypt", f"--name={name}", "-", "-"),
            input=secret.encode(),
            capture_output=True,
            timeout=_PATIENCE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 and done.stdout else None


class SecretStore:
    """`folder` is a credential store of systemd's, `folder`.encrypted the one for encrypted ones.

    systemd must be told which are encrypted: that is written to `drop_in`. All of it raises OSError.
    """

    def __init__(self, folder: Path, drop_in: Path, encrypt: Encrypt) -> None:
        self._folder = folder
        self._encrypted = folder.with_name(f"{folder.name}.encrypted")
        self._drop_in = drop_in
        self._encrypt = encrypt

    def has(self, name: str) -> bool:
        return (self._folder / name).exists() or (self._encrypted / name).exists()

    def keep(self, name: str, secret: str) -> bool:
        """Returns whether it is encrypted. The other form of an older one goes."""
        sealed = self._encrypt(name, secret)
        there, other = (self._folder, self._encrypted) if sealed is None else (self._encrypted, self._folder)
        there.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_file(there / name, f"{secret}\n".encode() if sealed is None else sealed, 0o600)
        with suppress(FileNotFoundError):
            (other / name).unlink()
        return sealed is not None

    def tell_systemd(self) -> bool:
        """Returns whether something changed that systemd must be made to read again."""
        names = sorted(path.name for path in self._encrypted.glob("*") if path.is_file())
        known = self._drop_in.read_text("utf-8") if self._drop_in.exists() else None
        if not names:
            self._drop_in.unlink(missing_ok=True)
            return known is not None
        wanted = "[Service]\n" + "".join(f"LoadCredentialEncrypted={name}\n" for name in names)
        if wanted == known:
            return False
        self._drop_in.parent.mkdir(parents=True, exist_ok=True)
        write_file(self._drop_in, wanted.encode())
        return True
