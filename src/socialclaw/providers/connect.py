"""How an account is connected, as data. `oauth2.py` is the engine that reads OAuth2."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class OAuth2:
    """Connected by sending the user to the network and back (authorization code grant)."""

    authorize_url: str
    token_url: str
    scopes: tuple[str, ...]
    scope_separator: str = " "
    pkce: bool = False  # S256
    client_auth: Literal["basic", "body"] = "body"
    client_id_name: str = "client_id"
    authorize_params: Mapping[str, str] = field(default_factory=dict)
    revoke_url: str | None = None


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
