"""A real Mosquitto on a port of its own, and somebody who listens to it."""

from __future__ import annotations

import os
import select
import shutil
import socket
import subprocess
import threading
import time
from pathlib import Path

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

START_S = 20.0
MOSQUITTO = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port: int = asked.getsockname()[1]
        return port


class Broker:
    """`more` are lines of its configuration. Stopped and started again it has forgotten nothing."""

    def __init__(self, folder: Path, more: str = "allow_anonymous true\n") -> None:
        self.port = free_port()
        self._file = folder / "mosquitto.conf"
        self._file.write_text(
            f"listener {self.port} 127.0.0.1\n"
            f"persistence true\npersistence_location {folder}/\nuser root\n{more}"
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when it listens."""
        assert MOSQUITTO
        self._process = subprocess.Popen(
            (MOSQUITTO, "-c", self._file), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline_s = time.monotonic() + START_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1.0).close()
                return
            except OSError:
                assert self._process.poll() is None, "mosquitto has ended"
                assert time.monotonic() < deadline_s, "mosquitto does not listen"
                threading.Event().wait(0.05)

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(START_S)
            self._process = None


class Listener:
    """Everything that is said below a topic, by topic, newest last. Connects again by itself.

    paho's own loop asks select(2), which knows no descriptor above 1023, and the tests have many files open.
    """

    def __init__(self, port: int, topic: str) -> None:
        self._port = port
        self._heard: dict[str, list[bytes]] = {}
        self._news = threading.Condition()
        self._ended = threading.Event()
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.on_connect = lambda client, *_: client.subscribe(topic, qos=1)
        self._client.on_message = self._on_message
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while not self._ended.is_set():
            try:
                self._client.connect("127.0.0.1", self._port)
            except OSError:  # it is down, or not up yet
                self._ended.wait(0.1)
                continue
            while (line := self._client.socket()) is not None and not self._ended.is_set():
                poll = select.poll()
                poll.register(line, select.POLLIN)
                if poll.poll(50):
                    self._client.loop_read()
                while self._client.want_write():
                    self._client.loop_write()
                self._client.loop_misc()

    def _on_message(self, client: Client, userdata: object, message: MQTTMessage) -> None:
        with self._news:
            self._heard.setdefault(message.topic, []).append(message.payload)
            self._news.notify_all()

    def hears(self, topic: str, payload: bytes | None = None, *, after: int = 0) -> bytes:
        """The first message on `topic` (with that payload) but for the first `after`, once it has come."""

        def found() -> bytes | None:
            heard = self._heard.get(topic, [])[after:]
            return next((each for each in heard if payload in (None, each)), None)

        with self._news:
            assert self._news.wait_for(lambda: found() is not None, START_S), (topic, payload, self._heard)
            message = found()
            assert message is not None
            return message

    def count(self, topic: str) -> int:
        with self._news:
            return len(self._heard.get(topic, []))

    def close(self) -> None:
        self._ended.set()
        self._thread.join()
        self._client.disconnect()
