"""A port for a server that is to be written down before it is served."""

from __future__ import annotations

import socket
from typing import Self


class FreePort:
    """Kept from others while this is entered, without listening, so that somebody here can listen on it."""

    def __enter__(self) -> Self:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()
