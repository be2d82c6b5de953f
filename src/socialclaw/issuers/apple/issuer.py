"""Apple as an issuer, as data.

https://developer.apple.com/documentation/signinwithapplerestapi, read November 2026. With any scope it sends people back by a form that
its own page posts to us, and it says its booleans as words at times.
"""

from __future__ import annotations

from socialclaw.issuers.base import Claims, Issuer, domain_of, truth
from socialclaw.providers.connect import OAuth2

NAME = "https://appleid.apple.com"
MAILBOXES = ("icloud.com", "me.com", "mac.com")


def private(claims: Claims) -> bool:
    """Whether the address is one that only forwards. Such ones end in more ways than one, so it is the claim that tells."""
    return truth(claims.get("is_private_email"))


def owns(claims: Claims) -> bool:
    return private(claims) or domain_of(claims["email"]) in MAILBOXES


APPLE = Issuer(
    key="apple",
    label="Apple",
    names=(NAME,),
    keys_url=f"{NAME}/auth/keys",
    oauth=OAuth2(
        authorize_url=f"{NAME}/auth/authorize",
        token_url=f"{NAME}/auth/token",
        revoke_url=f"{NAME}/auth/revoke",
        scopes=("name", "email"),
        authorize_params={"response_mode": "form_post"},
        declined=("user_cancelled_authorize",),
    ),
    owns=owns,
    private=private,
    form_post=True,
)
