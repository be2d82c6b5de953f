"""How a simulated network asks for consent, as data; and the developer app that each of them knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# The developer app that every simulated network knows.
CLIENT_ID, CLIENT_SECRET = "sandbox-client", "sandbox-secret"


@dataclass(frozen=True, slots=True)
class Flow:
    """How a network asks for consent. Times are in seconds; `callbacks` are the providers whose callback may be named, `paths` further
    paths of ours to which it may lead back.

    `scopes`: scope -> what it allows, as the page says it. `refresh_scope`: asked for, it brings a refresh token ("" always does,
    None: there are none); `offline` are further parameters of the authorization request that it takes. `rotates`: a refresh token
    works once and brings the next one. `granular`: the user may untick scopes. `separates_too`: what may stand between scopes in place of
    `separator`. `repeats_secret`: an app that proves itself by Basic may give its secret in the body once more, if it is the same.
    """

    name: str
    callbacks: tuple[str, ...]
    scopes: Mapping[str, str]
    paths: tuple[str, ...] = ()
    client_id: str = CLIENT_ID
    client_secret: str = CLIENT_SECRET
    accent: str = "#4457ff"
    separator: str = " "
    separates_too: str = ""
    pkce: bool = False
    challenge_methods: tuple[str, ...] = ("S256",)
    client_auth: tuple[str, ...] = ("basic", "body")
    client_id_name: str = "client_id"
    code_seconds: float = 600
    access_seconds: float | None = 3600
    refresh_seconds: float | None = None
    refresh_scope: str | None = ""
    offline: Mapping[str, str] = field(default_factory=dict)
    rotates: bool = True
    granular: bool = False
    repeats_secret: bool = False
    max_state: int = 500
    login_pattern: str = r"[A-Za-z0-9_.-]{1,30}"
