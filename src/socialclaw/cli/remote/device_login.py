"""Logging in without a key (RFC 8628): a code is shown here, somebody types it in a browser wherever they are, and tokens come of it.

The access token stands in the place of a key, and is renewed when it is about to end.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import httpx2

from socialclaw.cli.remote import profiles
from socialclaw.cli.remote.profiles import Target
from socialclaw.errors import Problem

CLIENT_ID = "socialclaw-cli"
GRANT_TYPE = "urn:ietf:params:oauth:grant-type:device_code"
EARLY = 300.0  # seconds before its end in which an access token is renewed
WORDS = {
    "access_denied": "Whoever typed the code has not allowed it: nothing was kept",
    "expired_token": "Nobody has typed the code in time: log in again",
}


@dataclass(frozen=True, slots=True)
class Begun:
    """What was begun: the code to type, where, and how often to ask whether somebody has."""

    device_code: str
    user_code: str
    url: str
    url_with_code: str
    interval: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Tokens:
    """What came of it; `expires_at`: when the access token ends, in seconds since the epoch."""

    access: str
    refresh: str
    expires_at: float

    @property
    def ending(self) -> bool:
        return time.time() > self.expires_at - EARLY


def begin(http: httpx2.Client, base_url: str) -> Begun:
    """Ask for a code. Problem where the server gives none."""
    said = _ask(http, f"{base_url}/oauth/device_authorization", {"client_id": CLIENT_ID})
    if "device_code" not in said:
        instead = f"make a key in {base_url}/dashboard, and log in with --api-key"
        raise Problem(f"{base_url} gives no codes to log in with ({_why(said)}): {instead}")
    whole = said.get("verification_uri_complete") or said["verification_uri"]
    interval, seconds = float(said.get("interval", 5)), float(said["expires_in"])
    return Begun(said["device_code"], said["user_code"], said["verification_uri"], whole, interval, seconds)


def wait(
    http: httpx2.Client,
    base_url: str,
    begun: Begun,
    *,
    pause: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Tokens:
    """Ask until somebody has answered. Problem where they said no, or nobody did."""
    interval, until = begun.interval, clock() + begun.seconds
    form = {"grant_type": GRANT_TYPE, "device_code": begun.device_code, "client_id": CLIENT_ID}
    while clock() < until:
        pause(interval)
        said = _ask(http, f"{base_url}/oauth/token", form)
        if "access_token" in said:
            return _tokens(said)
        error = said.get("error")
        if error == "slow_down":
            interval += 5
        elif error not in ("authorization_pending", "temporarily_unavailable"):
            raise Problem(WORDS.get(str(error), _why(said)))
    raise Problem(WORDS["expired_token"])


def renew(http: httpx2.Client, base_url: str, refresh: str) -> Tokens | None:
    """The next tokens; None where there are none any more, and somebody has to log in again."""
    said = _ask(http, f"{base_url}/oauth/token", {"grant_type": "refresh_token", "refresh_token": refresh, "client_id": CLIENT_ID})
    return _tokens(said) if "access_token" in said else None


def renewed(http: httpx2.Client, found: Target) -> Target:
    """The login with a token that is good for a while: the next one, which is kept, where the one that it has is about to end.

    Two commands that renew at once both get one; where none is given any more, the old one is refused by whatever it is sent to.
    """
    if not Tokens(found.key, found.refresh, found.ends).ending:
        return found
    tokens = renew(http, found.base_url, found.refresh)
    if tokens is None:
        return found
    made = replace(found, key=tokens.access, refresh=tokens.refresh, ends=tokens.expires_at)
    profiles.save(made)
    return made


def _tokens(said: Mapping[str, Any]) -> Tokens:
    return Tokens(said["access_token"], said["refresh_token"], time.time() + float(said["expires_in"]))


def _ask(http: httpx2.Client, url: str, form: Mapping[str, str]) -> dict[str, Any]:
    """What a form is answered, whichever status it comes with."""
    try:
        found = http.post(url, data=dict(form)).json()
    except httpx2.TransportError as error:
        raise Problem(f"{url} cannot be reached: {str(error) or type(error).__name__}") from None
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _why(said: Mapping[str, Any]) -> str:
    return str(said.get("message") or said.get("error_description") or said.get("error") or "it does not know how")
