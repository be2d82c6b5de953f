"""Google as an issuer, as data.

https://developers.google.com/identity/openid-connect/openid-connect, read November 2026. The endpoints are those of its discovery
document, which has not changed in years: what is looked up at run time would only be one more thing that can be missing.
"""

from __future__ import annotations

from socialclaw.issuers.base import Claims, Issuer, domain_of
from socialclaw.providers.connect import OAuth2

MAILBOXES = ("gmail.com", "googlemail.com")


def owns(claims: Claims) -> bool:
    """Google runs its own mailboxes, and those of the organization that the account belongs to (`hd`).

    Any other address was proven once; whose mailbox it is by now, Google does not know either.
    """
    domain, organization = domain_of(claims["email"]), claims.get("hd")
    return domain in MAILBOXES or (isinstance(organization, str) and organization.lower() == domain)


GOOGLE = Issuer(
    key="google",
    label="Google",
    names=("https://accounts.google.com", "accounts.google.com"),
    keys_url="https://www.googleapis.com/oauth2/v3/certs",
    oauth=OAuth2(
        authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
        token_url="https://oauth2.googleapis.com/token",  # noqa: S106
        revoke_url="https://oauth2.googleapis.com/revoke",
        scopes=("openid", "email", "profile"),
        pkce=True,
        authorize_params={"prompt": "select_account"},  # no offline access: we want no refresh token
    ),
    owns=owns,
)
