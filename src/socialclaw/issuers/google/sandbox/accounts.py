"""The accounts of the simulated Google: whoever logs in has one, with the mailbox that goes with what was typed."""

from __future__ import annotations

import hashlib
import re
from typing import Any

GMAIL = "gmail.com"
ADDRESS = re.compile(r"([a-z0-9_.+-]{1,64})@([a-z0-9-]+(?:\.[a-z0-9-]+)+)")
# What kind of account it is, as the page offers it; the first is the usual one.
KINDS = {
    "": "the usual: Gmail, or an account of the organization that has the domain",
    "elsewhere": "made with an address at another provider: verified once, and Google does not run the mailbox",
    "unverified": "made with an address that was never verified",
    "anew": "another account of the same address, as whoever has the domain by now may make one",
}


def account(login: str, kind: str = "") -> dict[str, Any]:
    """The account that somebody logs in to by a name or an address. Its `id` is `sub`: the same one always, another for each kind."""
    found = ADDRESS.fullmatch(login.lower())
    name, domain = (found[1], found[2]) if found else (login, GMAIL)
    digits = int(hashlib.sha256(f"google:{login.lower()}:{kind}".encode()).hexdigest()[:16], 16)
    organization = domain if domain != GMAIL and kind in ("", "anew") else None
    return {
        "id": f"1{digits:020d}",
        "username": login,
        "name": name,
        "email": f"{name}@{domain}".lower(),
        "email_verified": kind != "unverified",
        **({"hd": organization} if organization else {}),
    }


def claims(person: dict[str, Any], scopes: list[str]) -> dict[str, Any]:
    """What Google says of somebody, as far as that was consented to."""
    said: dict[str, Any] = {"sub": person["id"]}
    if "hd" in person:
        said["hd"] = person["hd"]
    if "email" in scopes:
        said |= {"email": person["email"], "email_verified": person["email_verified"]}
    if "profile" in scopes:
        picture = f"https://lh3.googleusercontent.com/a/{person['id']}=s96-c"
        said |= {"name": person["name"], "given_name": person["name"], "picture": picture}
    return said
