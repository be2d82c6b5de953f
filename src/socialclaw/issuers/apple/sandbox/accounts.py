"""The accounts of the simulated Apple: a subject for each, and an address that may be hidden behind one that forwards."""

from __future__ import annotations

import hashlib
import re
from typing import Any

# Whether the person lets the app have the address, as the page offers it; the first is the usual one.
MAILS = {
    "": "Share my email",
    "hide": "Hide my email",
    "unverified": "Share an address that was never verified",
}


def account(login: str) -> dict[str, Any]:
    """The account that somebody logs in to by a name or an address. Its `id` is `sub`: the same one for all apps of a team."""
    digest = hashlib.sha256(f"apple:{login.lower()}".encode()).hexdigest()
    email = login.lower() if "@" in login else f"{login.lower()}@icloud.com"
    return {
        "id": f"000{int(digest[:3], 16) % 1000:03d}.{digest[3:35]}.0{int(digest[35:38], 16) % 1000:03d}",
        "username": login,
        "email": email,
    }


def claims(person: dict[str, Any], mail: str, *, worded: bool) -> dict[str, Any]:
    """What Apple says of somebody's address. `worded`: its booleans are words, as they are at times."""

    def said(value: bool) -> bool | str:
        return str(value).lower() if worded else value

    if mail == "hide":
        hidden = hashlib.sha256(f"relay:{person['id']}".encode()).hexdigest()[:10]
        return {"email": f"{hidden}@privaterelay.appleid.com", "email_verified": said(True), "is_private_email": said(True)}
    return {"email": person["email"], "email_verified": said(mail != "unverified")}


def name(person: dict[str, Any]) -> dict[str, str]:
    """The name that is told once."""
    first, _, last = re.sub(r"[^A-Za-z]+", " ", person["username"].partition("@")[0]).strip().title().partition(" ")
    return {"firstName": first, "lastName": last or "Sandbox"}
