"""What an issuer is, as data; who we are to it; and what it says of a person."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from socialclaw.errors import NotReady, SocialClawError, Unauthenticated
from socialclaw.providers.connect import OAuth2

Claims = Mapping[str, Any]
ADDRESS = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f]{1,255}")
LONGEST_NAME = 200


class TokenRefused(Unauthenticated):
    """A token that proves nothing. Whoever sent it learns no more than that; `reason` is for the log."""

    code = "identity_token_invalid"

    def __init__(self, reason: str) -> None:
        super().__init__("This sign-in could not be verified: start again")
        self.reason = reason


class SignInRefused(Unauthenticated):
    """The issuer did not take what the person came back with."""

    code = "sign_in_failed"


class IssuerUnavailable(NotReady):
    """No usable answer from the issuer."""

    code = "identity_provider_unavailable"


class ClientRefused(SocialClawError):
    """The issuer does not know us, or not by this secret: the operator's to put right."""

    code, status = "sign_in_misconfigured", 503


class Secret(Protocol):
    """What we prove with who we are."""

    def of(self, client_id: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Password:
    """A client secret that the issuer has given out."""

    value: str = field(repr=False)

    def of(self, client_id: str) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class Client:
    """Us, as an issuer knows us: `client_id` on the web; `audiences` are all ids whose tokens are meant for us, that one among them."""

    client_id: str
    secret: Secret = field(repr=False)
    audiences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who says who somebody is. `names`: what the `iss` of its tokens may be. `keys_url`: where its signing keys are.

    `form_post`: it sends people back with a form, from its own page. `owns`: whether it speaks, by these claims, for the mailbox that
    they name, as it is now; `private`: whether that mailbox only forwards.
    """

    key: str
    label: str
    names: tuple[str, ...]
    keys_url: str
    oauth: OAuth2
    owns: Callable[[Claims], bool]
    private: Callable[[Claims], bool] = lambda _: False
    form_post: bool = False


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is, by an issuer's word: issuer and subject are who it is, everything else is what is said of them.

    `authoritative`: the issuer speaks for this mailbox now, so that the address may link accounts; `email_verified` alone does not.
    """

    issuer: str
    subject: str
    email: str | None = None
    email_verified: bool = False
    authoritative: bool = False
    private_email: bool = False
    hosted_domain: str | None = None
    name: str | None = None
    picture: str | None = None


def identity_of(issuer: Issuer, claims: Claims) -> Identity:
    """What claims that have been verified say."""
    email = address_of(claims.get("email"))
    verified = email is not None and truth(claims.get("email_verified"))
    return Identity(
        issuer=issuer.key,
        subject=claims["sub"],
        email=email,
        email_verified=verified,
        authoritative=verified and issuer.owns({**claims, "email": email}),
        private_email=issuer.private(claims),
        hosted_domain=_text(claims.get("hd")),
        name=_text(claims.get("name")),
        picture=_https(claims.get("picture")),
    )


def address_of(value: object) -> str | None:
    """A mail address as it is compared, in lower case; None where it is none."""
    return value.lower() if isinstance(value, str) and len(value) <= 254 and ADDRESS.fullmatch(value) else None


def domain_of(email: str) -> str:
    return email.rpartition("@")[2].lower()


def truth(value: object) -> bool:
    """A claim that is a boolean, or the word for one, as Apple has it. Everything else is no."""
    return value is True or value == "true"


def _text(value: object) -> str | None:
    """One line for people to read."""
    if not isinstance(value, str):
        return None
    return "".join(c for c in value if c.isprintable()).strip()[:LONGEST_NAME] or None


def _https(value: object) -> str | None:
    return value if isinstance(value, str) and value.startswith("https://") and len(value) <= 2000 and value.isprintable() else None
