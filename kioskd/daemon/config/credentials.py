"""Secrets: read where they are needed, never part of the configuration, never logged."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Mapping
from pathlib import Path

from kioskd.core.errors import ConfigError

MAX_BYTES = 16 * 1024

log = logging.getLogger(__name__)


def read_secret(
    *, credential: str | None, file: Path | None, environment: Mapping[str, str] = os.environ
) -> str:
    """The secret in the systemd credential of that name, or in that file, without the line end.

    Exactly one of the two is given. Raises ConfigError, which names the place and never the content.
    """
    if credential is not None:
        folder = environment.get("CREDENTIALS_DIRECTORY")
        if not folder:
            raise ConfigError(
                f"credential {credential}",
                "systemd has handed over no credentials",
                f"add LoadCredential={credential}:/path to the unit, or name a file instead",
            )
        # Who may read it is systemd's care: it uses access lists, which look like a group's permission.
        return _read(Path(folder) / credential, f"credential {credential}")[0]
    if file is None:
        raise ValueError("a secret comes from a credential or from a file")
    secret, mode = _read(file, f"{file}")
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        log.warning("%s can be read by other users: chmod 600 it", file)
    return secret


def _read(file: Path, where: str) -> tuple[str, int]:
    """The secret and the file's mode."""
    try:
        with file.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
            mode = os.fstat(stream.fileno()).st_mode
    except FileNotFoundError:
        raise ConfigError(where, "the secret is not there", "put it there, on one line") from None
    except OSError as error:
        raise ConfigError(where, f"cannot be read: {error.strerror}", "check its permissions") from None
    try:
        secret = raw.decode("ascii").strip()
    except UnicodeDecodeError:
        secret = ""
    if not secret or len(raw) > MAX_BYTES or not secret.isprintable():
        raise ConfigError(where, "is not one line of plain letters and digits", "put only the secret in it")
    return secret, mode
