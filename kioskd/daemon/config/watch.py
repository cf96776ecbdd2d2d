"""Who watches the kiosk from afar: metrics and MQTT in kiosk.toml. Both are off by default."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from kioskd.daemon.config.fields import (
    CredentialName,
    FilePath,
    Host,
    Port,
    Section,
    is_loopback,
    matching,
    wrong,
)

_TOPIC = matching(
    r"[a-z0-9][a-z0-9_-]{0,39}(/[a-z0-9][a-z0-9_-]{0,39}){0,4}",
    "is no topic",
    'words of a-z, 0-9, - and _ with / between them, as in "harbour/amsterdam"',
)
_PLAIN_PORT, _TLS_PORT = 1883, 8883


class Metrics(Section):
    """With `port` figures are served to Prometheus, to this machine alone: see docs/monitoring.md."""

    port: Port | None = None


class Mqtt(Section):
    """With `host` the kiosk tells its state to that broker, below `topic`: see docs/monitoring.md.

    The connection is encrypted unless `tls` is false; `ca_file` is who vouches for the broker, if not those
    whom the system trusts. The port is 8883, or 1883 without `tls`, if not given.
    """

    host: Host | None = None
    port: Port | None = None
    tls: bool = True
    ca_file: FilePath | None = None
    user: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    password_credential: CredentialName | None = None
    password_file: FilePath | None = None
    topic: Annotated[str, AfterValidator(_TOPIC)] = "kioskd"

    @property
    def effective_port(self) -> int:
        return self.port or (_TLS_PORT if self.tls else _PLAIN_PORT)

    @property
    def has_password(self) -> bool:
        return self.password_credential is not None or self.password_file is not None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.password_credential is not None and self.password_file is not None:
            raise wrong("names two passwords", "keep password_credential or password_file")
        if self.has_password and self.user is None:
            raise wrong("has a password for nobody", "name the user, or leave the password out")
        if self.host is None and self != Mqtt.model_construct():
            raise wrong("names no broker", 'add host = "mqtt.example.com", or remove the section')
        if self.ca_file is not None and not self.tls:
            raise wrong("has a ca_file and no encryption", "remove tls = false, or the ca_file")
        if self.has_password and not self.tls and self.host and not is_loopback(self.host):
            raise wrong("would send its password without encryption", "remove tls = false")
        return self
