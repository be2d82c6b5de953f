"""Authlib's client, unchanged, lets itself in, renews by itself, and gives its tokens back: another reader of the same RFCs."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from authlib.common.security import generate_token
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client

from tests.conftest import BASE_URL
from tests.grants.conftest import BACK, MCP, Stage, consent

TOKEN, REVOKE = f"{BASE_URL}/oauth/token", f"{BASE_URL}/oauth/revoke"


class Authlib:
    """Its client of OAuth 2, whose requests come to the app."""

    def __init__(self, stage: Stage, **options: Any) -> None:
        self.stage, self.verifier, self.renewed = stage, generate_token(64), list[dict[str, Any]]()
        usual = {"client_id": stage.program.id, "client_secret": stage.program.secret, "redirect_uri": BACK, "token_endpoint": TOKEN}
        transport = httpx2.ASGITransport(app=stage.app)
        self.client = AsyncOAuth2Client(**usual, code_challenge_method="S256", update_token=self._kept, transport=transport, **options)

    async def _kept(self, token: dict[str, Any], **_: Any) -> None:
        self.renewed.append(token)

    async def let_in(self, **changes: Any) -> dict[str, Any]:
        url, state = self.client.create_authorization_url(f"{BASE_URL}/oauth/authorize", code_verifier=self.verifier, resource=MCP)
        answer = await consent(self.stage.person, dict(httpx2.URL(url).params), self.stage.workspace.id)
        location = answer.headers["location"]
        made: dict[str, Any] = await self.client.fetch_token(
            TOKEN, authorization_response=location, state=state, code_verifier=changes.get("verifier", self.verifier)
        )
        return made

    async def reads(self) -> int:
        return (await self.client.get(f"{BASE_URL}/v1/accounts")).status_code


@pytest.mark.parametrize("method", ["none", "client_secret_post", "client_secret_basic"])
async def test_it_lets_itself_in_renews_by_itself_and_leaves(stage: Stage, method: str) -> None:
    await stage.program.register(token_endpoint_auth_method=method)
    theirs = Authlib(stage, token_endpoint_auth_method=method)
    made = await theirs.let_in()
    assert await theirs.reads() == 200
    theirs.client.token["expires_at"] = 1  # its clock says that the token is over
    assert await theirs.reads() == 200
    [renewed] = theirs.renewed
    assert renewed["access_token"] != made["access_token"]
    assert renewed["refresh_token"] != made["refresh_token"]
    gone = await theirs.client.revoke_token(REVOKE, token=renewed["refresh_token"], token_type_hint="refresh_token")
    assert gone.status_code == 200
    assert await theirs.reads() == 401


async def test_it_understands_what_is_refused(stage: Stage) -> None:
    theirs = Authlib(stage, token_endpoint_auth_method="none")
    with pytest.raises(OAuthError) as refused:
        await theirs.let_in(verifier=generate_token(64))
    assert refused.value.error == "invalid_grant"
    assert "code_verifier" in refused.value.description
