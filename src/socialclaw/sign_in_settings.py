"""The part of the settings that says who may sign in, and how: `SOCIALCLAW_SIGN_IN__…`."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

DOMAIN = re.compile(r"(?=.{1,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")


def listed(text: str) -> list[str]:
    """The words of a setting that holds several, separated by commas."""
    return [word for word in (part.strip() for part in text.split(",")) if word]


class GoogleSettings(BaseModel):
    """Our OAuth client at Google: `SOCIALCLAW_SIGN_IN__GOOGLE__<NAME>`."""

    model_config = ConfigDict(frozen=True)

    client_id: str = Field("", description="The client id of type Web application; people can sign in with Google once it is set.")
    client_secret: SecretStr = Field(SecretStr(""), description="Its client secret.")
    audiences: str = Field("", description="Further client ids of yours (iOS, Android) whose tokens are taken, separated by commas.")
    hosted_domain: str = Field("", description="The one Google Workspace domain whose accounts Google's page is to offer.")

    @property
    def missing(self) -> list[str]:
        """What is not set of what has to be set together; empty where all is, or nothing."""
        return _half({"client_id": self.client_id, "client_secret": self.client_secret.get_secret_value()}, also=self.audiences)


class AppleSettings(BaseModel):
    """Our Services ID and apps at Apple: `SOCIALCLAW_SIGN_IN__APPLE__<NAME>`."""

    model_config = ConfigDict(frozen=True)

    services_id: str = Field("", description="The Services ID; people can sign in with Apple on the web once it is set.")
    bundle_ids: str = Field("", description="Bundle ids of your apps, in which people sign in natively, separated by commas.")
    team_id: str = Field("", description="The team of the developer account.")
    key_id: str = Field("", description="The id of the key for Sign in with Apple.")
    key_file: Path | None = Field(None, description="The key itself: the .p8 file that Apple has given out.")

    @property
    def missing(self) -> list[str]:
        named = self.services_id or self.bundle_ids
        given = {"team_id": self.team_id, "key_id": self.key_id, "key_file": str(self.key_file or "")}
        return _half({"services_id": named, **given}, also="")


class SignInSettings(BaseModel):
    """Who may sign in: `SOCIALCLAW_SIGN_IN__<NAME>`."""

    model_config = ConfigDict(frozen=True)

    sign_up: Literal["invite", "domains", "open"] = Field(
        "invite",
        description="Whose first sign-in makes a user and a workspace: nobody's without an invitation, those with an address of `domains`"
        " that the issuer speaks for, or everybody's.",
    )
    domains: str = Field("", description="Mail domains whose people may sign up, separated by commas.")
    require_challenge: bool = Field(True, description="An app that signs in through the browser has to send a PKCE challenge.")
    require_nonce: bool = Field(True, description="An app that signs in natively has to send the nonce of its request.")
    starts_per_minute: int = Field(
        30, ge=1, description="Sign-ins at an issuer that one address may begin in a minute, over all processes."
    )
    tries_per_minute: int = Field(
        20,
        ge=1,
        description="Links, codes and tokens of apps that one address may try in a minute and that are no good, over all processes.",
    )
    mails_per_hour: int = Field(20, ge=1, description="Links by mail that one address may ask for in an hour, over all processes.")
    simulated: bool = Field(
        False,
        description="Let people sign in with the simulated Google and Apple, where anybody can be anybody: they come into test workspaces"
        " only, and the server has to be for this machine alone.",
    )
    web_idle_days: float = Field(14, gt=0, description="Days after which a session of a browser ends that is not used.")
    web_days: float = Field(90, gt=0, description="Days after which a session of a browser ends, used or not.")
    mobile_idle_days: float = Field(60, gt=0, description="Days after which a session of an app ends that is not used.")
    mobile_days: float = Field(365, gt=0, description="Days after which a session of an app ends, used or not.")
    google: GoogleSettings = Field(default_factory=lambda: GoogleSettings.model_validate({}))
    apple: AppleSettings = Field(default_factory=lambda: AppleSettings.model_validate({}))

    def idle(self, kind: str) -> timedelta:
        """How long a session of this kind may go unused."""
        return timedelta(days=self.mobile_idle_days if kind == "mobile" else self.web_idle_days)

    def life(self, kind: str) -> timedelta:
        """How long it lasts at most."""
        return timedelta(days=self.mobile_days if kind == "mobile" else self.web_days)

    @field_validator("domains")
    @classmethod
    def _are_domains(cls, text: str) -> str:
        for each in listed(text.lower()):
            if not DOMAIN.fullmatch(each):
                raise ValueError(f"{each!r} is no domain: write example.org, without @ and without a path")
        return text.lower()

    @model_validator(mode="after")
    def _whole_groups(self) -> Self:
        for name, group in (("GOOGLE", self.google), ("APPLE", self.apple)):
            if missing := group.missing:
                names = " and ".join(f"SOCIALCLAW_SIGN_IN__{name}__{part.upper()}" for part in missing)
                raise ValueError(f"{names} must be set too, for people to sign in there")
        if self.sign_up == "domains" and not self.domains:
            raise ValueError("SOCIALCLAW_SIGN_IN__DOMAINS must be set too, for people of some domains to sign up")
        return self


def _half(needed: dict[str, str], *, also: str) -> list[str]:
    missing = [name for name, value in needed.items() if not value]
    return missing if also or len(missing) < len(needed) else []
