"""Giving back to Apple what a person has granted. Apple wants it done when the account is deleted here (TN3194)."""

from __future__ import annotations

import httpx2

from socialclaw.issuers.apple.issuer import APPLE
from socialclaw.issuers.authorization import told
from socialclaw.issuers.base import Client
from socialclaw.providers import oauth2


async def revoke(http: httpx2.AsyncClient, client: Client, *, client_id: str, token: str) -> None:
    """End the grant that this token belongs to. `client_id`: for whom it was made out; with another one, Apple refuses.

    A token that Apple does not know is gone as well. Raises ClientRefused or IssuerUnavailable: then try again.
    """

    async def ask() -> bool:
        return await oauth2.revoke(http, APPLE.oauth, client_id=client_id, client_secret=client.secret.of(client_id), token=token)

    await told(APPLE, ask)
