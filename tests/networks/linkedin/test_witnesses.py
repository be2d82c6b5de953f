"""LinkedIn's own client library, unchanged, drives the simulator over real sockets; its OpenID description judges the connection.

There is no official machine-readable description of the versioned API, so beside the client only prose is at hand: what it says
stands in test_sandbox.py. The client (0.3.0, beta) is pointed at the simulator by its module's constants.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from linkedin_api.clients.auth.client import AuthClient
from linkedin_api.clients.auth.utils import oauth
from linkedin_api.clients.restli.client import RestliClient
from linkedin_api.common import constants

from socialclaw.providers.connect import OAuth2
from tests.networks.linkedin.conftest import MEMBER, PAGE, Scene
from tests.networks.stage import APP

VERSION = "202609"
BACK = "https://post.example/oauth/linkedin_page/callback"
SCOPES = ["openid", "profile", "w_member_social", "rw_organization_admin", "w_organization_social", "r_organization_social"]


@pytest.fixture
def pointed(pages: Scene, serve_simulator: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> Scene:
    """The client's hosts are the simulator's."""
    api = serve_simulator(pages.network, "api.linkedin.com")
    site = serve_simulator(pages.network, "www.linkedin.com")
    monkeypatch.setattr(constants, "VERSIONED_BASE_URL", f"{api}/rest")
    monkeypatch.setattr(constants, "NON_VERSIONED_BASE_URL", f"{api}/v2")
    monkeypatch.setattr(constants, "OAUTH_BASE_URL", f"{site}/oauth/v2")
    monkeypatch.setattr(oauth, "OAUTH_BASE_URL", f"{site}/oauth/v2")
    return pages


def consent(scene: Scene) -> tuple[AuthClient, str]:
    """Through the page that the client's own URL leads to; the code that comes back."""
    auth = AuthClient(client_id=APP["client_id"], client_secret=APP["client_secret"], redirect_url=BACK)
    url = auth.generate_member_auth_url(scopes=SCOPES, state="st")
    assert "SocialClaw" in httpx2.get(url).text
    answer = httpx2.post(url, data={"login": "grace", "decision": "allow"})
    back = parse_qs(urlsplit(answer.headers["location"]).query)
    assert back["state"] == ["st"]
    return auth, back["code"][0]


def test_the_official_client_gets_tokens(pointed: Scene) -> None:
    auth, code = consent(pointed)
    granted = auth.exchange_auth_code_for_access_token(code)
    assert (granted.status_code, granted.expires_in) == (200, 60 * 86_400)
    assert granted.refresh_token_expires_in == 365 * 86_400
    renewed = auth.exchange_refresh_token_for_access_token(granted.refresh_token)
    assert renewed.access_token != granted.access_token
    told = auth.introspect_access_token(renewed.access_token)
    assert (told.active, told.status, told.client_id) == (True, "active", APP["client_id"])
    assert auth.exchange_auth_code_for_access_token(code).status_code == 400, "a code works once"


def test_the_official_client_posts_for_a_page(pointed: Scene) -> None:
    """Who am I, which Pages are mine, an image, a post with it, reading, listing, changing, figures, deleting."""
    token = pointed.linkedin.admit("grace")["access_token"]
    client = RestliClient()
    known = {"access_token": token, "version_string": VERSION}
    assert client.get(resource_path="/userinfo", access_token=token).entity["name"] == "Grace"
    roles = client.finder(resource_path="/organizationAcls", finder_name="roleAssignee", query_params={"state": "APPROVED"}, **known)
    page = roles.elements[0]["organization"]
    looked = client.batch_get(resource_path="/organizationsLookup", ids=[int(page.rpartition(":")[2])], **known)
    assert [found["localizedName"] for found in looked.results.values()] == ["Grace & Co."]
    asked = {"initializeUploadRequest": {"owner": page}}
    leave = client.action(resource_path="/images", action_name="initializeUpload", action_params=asked, **known).value
    content = pointed.files[pointed.media("image", 1).url].content
    place = urlsplit(leave["uploadUrl"])
    upload = f"{constants.OAUTH_BASE_URL.removesuffix('/oauth/v2')}{place.path}?{place.query}"
    assert httpx2.put(upload, content=content, headers={"authorization": f"Bearer {token}"}).status_code == 201
    pointed.ahead += 5
    image = client.get(resource_path="/images/{id}", path_keys={"id": leave["image"]}, **known)
    assert image.entity["status"] == "AVAILABLE"
    body = {
        "author": page,
        "commentary": r"Hello \(world\)",
        "visibility": "PUBLIC",
        "distribution": {"feedDistribution": "MAIN_FEED", "targetEntities": [], "thirdPartyDistributionChannels": []},
        "content": {"media": {"id": leave["image"], "altText": "A square"}},
        "lifecycleState": "PUBLISHED",
    }
    made = client.create(resource_path="/posts", entity=body, **known)
    [seen] = pointed.seen()
    assert (made.status_code, made.entity_id) == (201, seen.id)
    assert (seen.text, seen.media[0]["alt"], seen.media[0]["size"]) == ("Hello (world)", "A square", len(content))
    keys = {"urn": made.entity_id}
    assert client.get(resource_path="/posts/{urn}", path_keys=keys, **known).entity["lifecycleState"] == "PUBLISHED"
    listed = client.finder(resource_path="/posts", finder_name="author", query_params={"author": page, "count": 5}, **known)
    assert [found["id"] for found in listed.elements] == [seen.id]
    changed = client.partial_update(resource_path="/posts/{urn}", path_keys=keys, patch_set_object={"commentary": "Bye"}, **known)
    assert changed.status_code == 204
    assert [found.text for found in pointed.seen()] == ["Bye"]
    params = {"organizationalEntity": page, "shares": [made.entity_id]}
    finder = {"resource_path": "/organizationalEntityShareStatistics", "finder_name": "organizationalEntity"}
    [figures] = client.finder(**finder, query_params=params, **known).elements
    assert figures["share"] == made.entity_id
    assert figures["totalShareStatistics"]["impressionCount"] > 0
    assert client.delete(resource_path="/posts/{urn}", path_keys=keys, **known).status_code == 204
    assert pointed.seen() == []


def test_the_official_client_is_refused_as_linkedin_refuses(pointed: Scene) -> None:
    client, token = RestliClient(), pointed.linkedin.admit("grace", scopes=["openid", "profile", "w_member_social"])["access_token"]
    refused = client.finder(resource_path="/organizationAcls", finder_name="roleAssignee", access_token=token, version_string=VERSION)
    assert (refused.status_code, refused.response.json()["code"]) == (403, "ACCESS_DENIED")
    old = client.create(resource_path="/posts", entity={}, access_token=token, version_string="202401")
    assert (old.status_code, old.response.json()["code"]) == (426, "NONEXISTENT_VERSION")


async def test_the_connection_is_as_linkedins_openid_description_has_it(official: Callable[[str], Path], members: Scene) -> None:
    told = json.loads(official("linkedin/api-evangelist/linkedin-openid-configuration.json").read_text("utf-8"))
    for provider in (MEMBER, PAGE):
        assert isinstance(provider.connect, OAuth2)
        assert provider.connect.authorize_url == told["authorization_endpoint"]
        assert provider.connect.token_url == told["token_endpoint"]
    assert isinstance(MEMBER.connect, OAuth2)
    assert {"openid", "profile"} <= set(MEMBER.connect.scopes) & set(told["scopes_supported"])
    await members.connect()
    userinfo = next((request, answer) for request, answer in members.calls if request.url.path == "/v2/userinfo")
    assert str(userinfo[0].url) == told["userinfo_endpoint"]
    assert set(userinfo[1].json()) - {"sub"} <= set(told["claims_supported"])
