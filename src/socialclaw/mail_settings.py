"""The part of the settings that says how mail leaves: `SOCIALCLAW_SMTP__…`."""

from __future__ import annotations

import re
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from socialclaw.loopback import is_loopback

PORTS = {"starttls": 587, "tls": 465, "none": 25}
LONGEST = 254  # characters of an address
# What can stand in an envelope and in a header as it is: HTML's e-mail input, and letters of every script.
MAILBOX = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@\w([\w-]{0,61}\w)?(\.\w([\w-]{0,61}\w)?)*")


def mailbox(text: str) -> str | None:
    """A mail address as it is compared and mailed to, in lower case; None where it is none."""
    found = text.strip().lower()
    return found if len(found) <= LONGEST and MAILBOX.fullmatch(found) else None


def _mailbox(text: str) -> str:
    if text and not mailbox(text):
        raise ValueError("must be a mail address")
    return text.strip()


MailAddress = Annotated[str, AfterValidator(_mailbox)]
"""A setting that is an address, or empty."""


class SmtpSettings(BaseModel):
    """The SMTP server that takes our mail: `SOCIALCLAW_SMTP__<NAME>`."""

    model_config = ConfigDict(frozen=True)

    host: str = Field("", description="The SMTP server; mail is sent once this and `FROM_ADDRESS` are set.")
    port: int | None = Field(None, ge=1, le=65535, description="Its port. Default: 587 with STARTTLS, 465 with TLS, 25 without either.")
    user: str = Field("", description="The user to sign in there as, if that is needed.")
    password: SecretStr = Field(SecretStr(""), description="That user's password.")
    from_address: str = Field("", description="Whom mail comes from: an address, or a name and an address: Acme <post@example.org>.")
    tls: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="How the connection is encrypted: upgraded, from its beginning, or not at all."
    )
    ca_file: Path | None = Field(None, description="Certificates (PEM) to trust beside the system's, for a server with its own authority.")

    @property
    def ready(self) -> bool:
        """Whether mail can be sent."""
        return bool(self.host)

    @property
    def sender(self) -> tuple[str, str]:
        """The name and the address that mail comes from."""
        return parseaddr(self.from_address)

    @property
    def at(self) -> tuple[str, int]:
        return self.host, self.port or PORTS[self.tls]

    @field_validator("from_address")
    @classmethod
    def _is_an_address(cls, text: str) -> str:
        if text and not (text.isprintable() and mailbox(parseaddr(text)[1]) and parseaddr(text)[1].isascii()):
            raise ValueError("must be an address (post@example.org), or a name and an address (Acme <post@example.org>)")
        return text

    @model_validator(mode="after")
    def _whole(self) -> Self:
        needed = {"HOST": self.host, "FROM_ADDRESS": self.from_address}
        given = any(needed.values()) or bool(self.user or self.password.get_secret_value())
        if given and (missing := [f"SOCIALCLAW_SMTP__{name}" for name, value in needed.items() if not value]):
            raise ValueError(f"{' and '.join(missing)} must be set too, for mail to be sent")
        if self.password.get_secret_value() and not self.user:
            raise ValueError("SOCIALCLAW_SMTP__USER must be set too: the password is that user's")
        if self.user and self.tls == "none" and not is_loopback(self.host):
            raise ValueError("SOCIALCLAW_SMTP__TLS: a password is not sent unencrypted to another machine; use starttls or tls")
        return self
