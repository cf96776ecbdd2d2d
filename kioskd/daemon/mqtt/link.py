"""The connection to an MQTT broker: a thread of the library's, so that no broker can make the kiosk wait.

Below `<topic>/<kiosk>`, both retained and told at least once:

status   "online", or "offline": the broker's own word when the connection is lost without a farewell
state    a JSON object, see `telling`
"""

from __future__ import annotations

import contextlib
import logging
import random
import ssl
import threading
import zlib

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessageInfo
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from kioskd.core.errors import ConfigError
from kioskd.daemon.config.watch import Mqtt

log = logging.getLogger(__name__)

ONLINE, OFFLINE = b"online", b"offline"
KEEPALIVE_S = 30
"""The broker gives up on a silent kiosk after one and a half times as long."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = (1, 4), 120
"""Between two tries: doubled each time, and begun at random, for a whole chain may have lost the broker."""
FAREWELL_S = 1.0
_AT_LEAST_ONCE = 1


class BrokerLink:
    """Only `close` ever waits for the broker. Raises ConfigError for a `ca_file` that is none."""

    def __init__(self, settings: Mqtt, kiosk: str, password: str | None) -> None:
        if settings.host is None:
            raise ValueError("there is no broker to talk to")
        self._broker = settings.host, settings.effective_port
        base = f"{settings.topic}/{kiosk}"
        self._status, self._state = f"{base}/status", f"{base}/state"
        self._lock = threading.Lock()
        self._connected = False
        self._trouble = ""
        self._newest: bytes | None = None
        self._client = client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"{kiosk}-{zlib.crc32(base.encode()):08x}",  # every broker takes 23 letters
            clean_session=True,
            protocol=MQTTProtocolVersion.MQTTv311,
        )
        client.will_set(self._status, OFFLINE, qos=_AT_LEAST_ONCE, retain=True)
        client.reconnect_delay_set(random.randint(*FIRST_PAUSE_S), LONGEST_PAUSE_S)
        if settings.user:
            client.username_pw_set(settings.user, password)
        if settings.tls:
            client.tls_set_context(_vouched_for(settings))
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_connect_fail = self._on_connect_fail

    def start(self) -> None:
        """Begins to connect, and goes on trying until `close`."""
        self._client.connect_async(*self._broker, keepalive=KEEPALIVE_S)
        self._client.loop_start()

    def tell(self, state: bytes) -> None:
        """Tells it, now or as soon as somebody hears it. What is newer replaces it."""
        with self._lock:
            self._newest = state
            if self._connected:
                self._publish(self._state, state)

    def close(self) -> None:
        """Says farewell, if anybody hears it. Takes at most FAREWELL_S."""
        with self._lock:
            farewell = self._publish(self._status, OFFLINE) if self._connected else None
            self._connected = False
        if farewell:
            with contextlib.suppress(RuntimeError, ValueError):  # lost just now: the broker says it for us
                farewell.wait_for_publish(FAREWELL_S)
        self._client.disconnect()

    def _publish(self, topic: str, payload: bytes) -> MQTTMessageInfo:
        return self._client.publish(topic, payload, qos=_AT_LEAST_ONCE, retain=True)

    # --- in the library's thread --------------------------------------------------------------------------

    def _on_connect(
        self,
        client: Client,
        userdata: object,
        flags: ConnectFlags,
        code: ReasonCode,
        properties: Properties | None,
    ) -> None:
        if code.is_failure:
            self._say(f"refused us: {code}")
            return
        self._trouble = ""
        log.info("mqtt: told to %s:%d", *self._broker)
        with self._lock:
            self._connected = True
            self._publish(self._status, ONLINE)
            if self._newest is not None:
                self._publish(self._state, self._newest)

    def _on_disconnect(
        self,
        client: Client,
        userdata: object,
        flags: DisconnectFlags,
        code: ReasonCode,
        properties: Properties | None,
    ) -> None:
        with self._lock:
            was_connected, self._connected = self._connected, False
        if was_connected:
            self._say(f"is lost: {code}")

    def _on_connect_fail(self, client: Client, userdata: object) -> None:
        self._say("cannot be reached")

    def _say(self, trouble: str) -> None:
        """Once, however often it is tried."""
        if trouble != self._trouble:
            log.warning("mqtt: the broker %s:%d %s; trying again", *self._broker, trouble)
        self._trouble = trouble


def _vouched_for(settings: Mqtt) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=settings.ca_file)
    except (OSError, ssl.SSLError) as error:
        remedy = "name a file with the certificate of who vouches for the broker"
        raise ConfigError(f"mqtt.ca_file {settings.ca_file}", f"cannot be used: {error}", remedy) from None
