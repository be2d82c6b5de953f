"""How an account is connected, as data. `oauth2.py` is the engine that reads OAuth2."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Swap:
    """A GET that trades an access token for one that lives longer, where a network has no refresh tokens.

    `token_name` is the parameter that carries the token, `app` those of the app's credentials that go along.
    """

    url: str
    grant_type: str
    token_name: str
    app: tuple[Literal["client_id", "client_secret"], ...] = ()


@dataclass(frozen=True, slots=True)
class OAuth2:
    """Connected by sending the user to the network and back (authorization code grant).

    `lengthen` follows the exchange of the code; `renew` stands in for refreshing: the access token itself is traded for the next.
    `answer_in` names the list whose first entry is the answer, where a network wraps it. `essential`: of the scopes, those that a
    user may untick but without which nothing works, each with what it is for ("upload videos"). `declined`: the words beside
    `access_denied` with which a network sends back a user who did not consent.
    """

    authorize_url: str
    token_url: str
    scopes: tuple[str, ...]
    scope_separator: str = " "
    pkce: bool = False  # S256
    client_auth: Literal["basic", "body"] = "body"
    client_id_name: str = "client_id"
    authorize_params: Mapping[str, str] = field(default_factory=dict)
    revoke_url: str | None = None
    lengthen: Swap | None = None
    renew: Swap | None = None
    answer_in: str = ""
    essential: Mapping[str, str] = field(default_factory=dict)
    declined: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """One value the user pastes. `name` is the body field of POST /v1/connections/start."""

    name: str
    label: str
    secret: bool = False
    help: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """Connected by pasting values; the adapter's `targets()` proves them and finds the destination."""

    fields: tuple[Field, ...]
