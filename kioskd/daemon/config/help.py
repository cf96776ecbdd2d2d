"""Where a guest's call for help goes: the part of kiosk.toml about it."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from kioskd.daemon.config.fields import CredentialName, FilePath, Section, server, wrong


class Help(Section):
    """`webhook` is told of every call, see `help_desk`; without it guests are sent to the counter.

    The token, if it wants one, goes along as a bearer. After `overdue_s` without an answer it is overdue.
    """

    webhook: Annotated[str, AfterValidator(server)] | None = None
    token_credential: CredentialName | None = None
    token_file: FilePath | None = None
    overdue_s: Annotated[int, Field(ge=10, le=600)] = 60

    @model_validator(mode="after")
    def _at_most_one_token(self) -> Self:
        if self.token_credential is not None and self.token_file is not None:
            raise wrong("names two tokens", "keep token_credential or token_file")
        if self.webhook is None and (self.token_credential or self.token_file):
            raise wrong("has a token for nobody", "name the webhook, or leave the token out")
        return self
