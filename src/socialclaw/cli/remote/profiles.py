"""Which server a command speaks to, and with which key: flags, the environment, the project's file, profiles, the official client's file.

A key is only ever sent to the server that it was given for: the file of a project, which comes with somebody's repository, may choose among
the servers that one has logged in to, and name no other.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from socialclaw.errors import Problem

FOLDER = ".socialclaw"
PROJECT = ".socialclaw.toml"
LOCAL = "http://127.0.0.1:8000"  # where `socialclaw up` serves
LIVE, TEST = "sc_live_", "sc_test_"  # with what keys begin; what a program was granted begins otherwise
OF_TOKENS = ("refreshToken", "expiresAt")  # of a login without a key; one with a key has none


@dataclass(frozen=True, slots=True)
class Target:
    """`key` is empty where there is none. `accounts`: those of a post that names none, by the project's file.

    Of a login without a key: `refresh` gets the next token, and this one ends at `ends`, in seconds since the epoch.
    """

    base_url: str
    key: str = ""
    profile: str = ""
    accounts: tuple[str, ...] = field(default=())
    refresh: str = field(default="", repr=False)
    ends: float = 0.0

    @property
    def live(self) -> bool | None:
        """Whether what is done there is done to the world; None where the key does not tell."""
        return self.key.startswith(LIVE) if self.key.startswith((LIVE, TEST)) else None


def target(*, key: str | None, base_url: str | None, profile: str | None) -> Target:
    """What holds here; `key`, `base_url` and `profile` from flags or the environment. Problem for a file that cannot be used."""
    project = _project()
    kept = _kept(profile or str(project.get("profile") or ""))
    wanted = str(project.get("base_url") or "")
    accounts = tuple(map(str, project.get("accounts") or ()))
    if key:
        if wanted and not base_url:
            raise Problem(f"{PROJECT} names the server {wanted}: say with --base-url or SOCIALCLAW_BASE_URL that the key is for it")
        return Target(_clean(base_url or kept.get("baseUrl") or LOCAL), key, accounts=accounts)
    asked, known = base_url or wanted, str(kept.get("baseUrl") or LOCAL)
    if asked and _clean(asked) != _clean(known):
        found = next(((name, one) for name, one in _profiles().items() if _clean(str(one.get("baseUrl"))) == _clean(asked)), None)
        name, kept = found or ("", {"baseUrl": asked})
        return _of(_clean(asked), kept, name, accounts)
    return _of(_clean(known), kept, profile or str(project.get("profile") or ""), accounts)


def _of(base_url: str, kept: Mapping[str, Any], profile: str, accounts: tuple[str, ...]) -> Target:
    ends = kept.get("expiresAt")
    until = float(ends) if isinstance(ends, int | float) else 0.0
    key, refresh = str(kept.get("apiKey") or ""), str(kept.get("refreshToken") or "")
    return Target(base_url, key, profile, accounts, refresh, until)


def save(found: Target) -> Path:
    """Keep a key: under its profile, or where the official client looks, with what else it keeps there. The file."""
    entry: dict[str, Any] = {"apiKey": found.key, "baseUrl": found.base_url}
    if found.refresh:
        entry |= {"refreshToken": found.refresh, "expiresAt": found.ends}
    if found.profile:
        path = _home() / "profiles.json"
        _write(path, {"profiles": _profiles() | {found.profile: entry}})
    else:
        path = _home() / "config.json"
        _write(path, {name: value for name, value in _read(path).items() if name not in OF_TOKENS} | entry)
    return path


def _kept(profile: str) -> Mapping[str, Any]:
    """What was logged in with: a profile by its name, or what the official client keeps."""
    if not profile:
        return _read(_home() / "config.json")
    found = _profiles()
    if profile not in found:
        known = ", ".join(sorted(found)) or "none"
        raise Problem(f"There is no profile {profile!r} (there is: {known}): `socialclaw login --profile {profile} --api-key …` makes it")
    return found[profile]


def _profiles() -> dict[str, dict[str, Any]]:
    found = _read(_home() / "profiles.json").get("profiles")
    return {name: one for name, one in found.items() if isinstance(one, dict)} if isinstance(found, dict) else {}


def _project() -> Mapping[str, Any]:
    """The nearest file of a project, from here upward."""
    here = Path.cwd()
    path = next((folder / PROJECT for folder in (here, *here.parents) if (folder / PROJECT).is_file()), None)
    if path is None:
        return {}
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Problem(f"{path} cannot be read: {error}") from None
    if secrets := sorted(name for name in found if name.replace("_", "").replace("-", "").lower() in ("apikey", "key", "token", "secret")):
        raise Problem(f"{path} holds {secrets[0]}: keys do not belong into a project's files. Use a profile, or SOCIALCLAW_API_KEY")
    return found


def _home() -> Path:
    return Path.home() / FOLDER


def _read(path: Path) -> dict[str, Any]:
    """Empty where there is no such file, or one that another program is just writing."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(path: Path, content: Mapping[str, Any]) -> None:
    """Whole or not at all, and for nobody else to read."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2)
    made.replace(path)


def _clean(url: str) -> str:
    return url.strip().rstrip("/")
