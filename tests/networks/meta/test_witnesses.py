"""What Meta itself published judges adapter and simulator: the descriptions that its SDKs are made from, and its Python SDK over HTTP.

The descriptions name edges, parameters and fields (v25.0); they say neither which are required nor how errors look. There is no
independent client for Instagram Login; its calls are judged by the description alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, cast

import httpx2
import pytest
from facebook_business.adobjects.advideo import AdVideo
from facebook_business.adobjects.iguser import IGUser
from facebook_business.adobjects.page import Page
from facebook_business.adobjects.pagepost import PagePost
from facebook_business.adobjects.shadowigmediabuilder import ShadowIGMediaBuilder
from facebook_business.adobjects.user import User
from facebook_business.api import FacebookAdsApi
from facebook_business.exceptions import FacebookRequestError
from facebook_business.session import FacebookSession

from socialclaw.networks.meta import linked_targets
from socialclaw.networks.meta.sandbox import words
from socialclaw.networks.meta.sandbox.uploads import APP
from socialclaw.providers.draft import Account
from tests.networks.meta.conftest import Play, play
from tests.networks.meta.test_facebook import finder, mark
from tests.networks.stage import InMemorySteps, _picture

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:facebook_business")  # the SDK's own doubts about its types

SPECS = "meta/api_specs"
# What belongs to every list and every call, and is described with the Graph API rather than with an edge.
GENERAL = {"fields", "limit", "after", "before", "since", "until", "access_token"}
# Edges that are read as fields, and fields that live replies have beyond the description, as Meta's own pages show them.
DOCUMENTED = {
    "PagePost": {"attachments", "reactions", "comments"},
    "Page": {"picture", "tasks", "instagram_business_account"},
    "IGMedia": {"children"},
    "IGMediaForIGOnlyAPI": {"children"},
}
PHOTO_FILE = "source"  # a file part; the description lists only parameters


class Description:
    """The nodes and edges of Meta's description, as a judge of calls and answers."""

    def __init__(self, folder: Path, stage: Play) -> None:
        self.folder = folder
        self.stage = stage

    def judge(self, request: httpx2.Request, response: httpx2.Response) -> str:
        """Raises what is not described; returns "METHOD Node/edge"."""
        assert response.is_success, response.text
        own, edge = self._place(request)
        if own == "upload":  # no node, and in no description: https://developers.facebook.com/docs/graph-api/guides/upload
            assert set(request.url.params) == {"sig"}
            assert request.method == "GET" or {"file_offset", "authorization"} <= set(request.headers)
            return f"{request.method} {own}"
        given = {re.sub(r"\[\d+\]$", "", name) for name in words.given(request)} | set(words.files_of(request))
        described = self._edge(own, edge, request.method)
        unknown = given - GENERAL - {p["name"] for p in described["params"]} - ({PHOTO_FILE} if edge == "photos" else set())
        assert not unknown, f"{own}/{edge} has no {unknown}"
        self._judge_answer(own, edge, request, response.json())
        return f"{request.method} {own}{f'/{edge}' if edge else ''}"

    def _judge_answer(self, own: str, edge: str, request: httpx2.Request, body: Mapping[str, Any]) -> None:
        shown = {"published_posts": "PagePost", "accounts": "Page"}.get(edge, "")
        if edge == "media" and request.method == "GET":
            shown = "IGMedia" if own == "IGUser" else "IGMediaForIGOnlyAPI"
        if edge == "insights":
            shown = "InstagramInsightsResult" if own.startswith("IG") else "InsightsResult"
        if edge == "content_publishing_limit":
            shown = "ContentPublishingLimitResponse"
        if not edge and request.method == "GET":
            shown = own
        rows = cast("Iterable[Mapping[str, Any]]", body["data"] if isinstance(body.get("data"), list) else [body])
        if not shown:
            return
        known = {field["name"] for field in self._node(shown)["fields"]} | DOCUMENTED.get(shown, set())
        for row in rows:
            assert set(row) <= known, f"{shown} has no {set(row) - known}"
        asked = words.fields_of(request.url.params.get("fields", ""))
        assert set(asked) <= known, f"{shown} has no {set(asked) - known}"

    def _place(self, request: httpx2.Request) -> tuple[str, str]:
        """The kind of the node that a path names, and the edge."""
        node, _, edge = request.url.path.removeprefix("/v25.0/").partition("/")
        only = request.url.host == "graph.instagram.com"
        meta = self.stage.meta
        if node == "me":
            own = "IGUserForIGOnlyAPI" if only else "User" if edge or not self._is_page_token(request) else "Page"
        elif node.startswith("upload:"):
            own = "upload"
        elif node in ("app", APP["id"]):
            own = "Application"
        elif meta.people.page(node):
            own = "Page"
        elif meta.people.instagram(node):
            own = "IGUserForIGOnlyAPI" if only else "IGUser"
        elif meta.shelf.get("videos", node):
            own = "AdVideo"
        elif meta.shelf.get("containers", node):
            own = "ShadowIGMediaBuilder"
        elif "_" in node:
            own = "PagePost"
        else:
            own = "IGMediaForIGOnlyAPI" if only else "IGMedia"
        return own, edge

    def _is_page_token(self, request: httpx2.Request) -> bool:
        return request.headers["authorization"].endswith(self.stage.account.secrets["access_token"])

    def _edge(self, own: str, edge: str, method: str) -> Mapping[str, Any]:
        if own == "IGUserForIGOnlyAPI" and edge == "media_publish":
            edge = "mediapublish"  # spelt so in this file alone; Meta's pages and its servers have the other
        name = {"GET": "#get", "POST": "#update", "DELETE": "#delete"}[method]
        for found in self._node(own)["apis"]:
            if found["method"] == method and (found.get("endpoint") == edge if edge else found.get("name") == name):
                return cast("Mapping[str, Any]", found)
        raise AssertionError(f"{own} has no {method} {edge}")

    def _node(self, name: str) -> Mapping[str, Any]:
        return cast("Mapping[str, Any]", json.loads((self.folder / f"{name}.json").read_text("utf-8")))


class Wire:
    """Every call of a stage with its answer, but those of consent."""

    def __init__(self, stage: Play) -> None:
        self.calls: list[tuple[httpx2.Request, httpx2.Response]] = []
        answer = stage.meta.answer

        def listen(request: httpx2.Request) -> httpx2.Response:
            response = answer(request)
            if request.url.host.startswith("graph.") and not request.url.path.endswith("access_token"):
                self.calls.append((request, response))
            return response

        stage.meta.answer = listen  # type: ignore[method-assign]
        stage.http = httpx2.AsyncClient(transport=httpx2.MockTransport(lambda request: stage.meta.answer(request)))


async def everything(stage: Play, *kinds: tuple[str, ...]) -> None:
    """All that an adapter can do with these posts."""
    adapter: Any = stage.adapter(stage.account)
    await stage.provider.adapter(stage.http, Account(id="", secrets=await stage.secrets("ann"))).targets()  # type: ignore[attr-defined]
    await adapter.check()
    await adapter.account_metrics("7d")
    if hasattr(adapter, "delete"):
        await linked_targets(adapter, {})
    for kind in kinds:
        steps = InMemorySteps()
        media = [stage.media(k, n, alt="a square" if k == "image" else "") for n, k in enumerate(kind)]
        draft = stage.draft(f"post {kind}", *media)
        published = await stage.publish(stage.account, draft, steps)
        assert list(await adapter.find(draft, mark(InMemorySteps())))
        assert list(await finder(stage).find(draft, mark(steps, post_id=published.id)))
        await adapter.metrics(published.id, "lifetime")
        if hasattr(adapter, "delete"):
            await adapter.delete(published.id)


async def test_every_call_to_facebook_and_every_answer_is_as_meta_describes_it(official: Callable[[str], Path]) -> None:
    stage = await play("facebook")
    wire, description = Wire(stage), Description(official(SPECS), stage)
    await everything(stage, (), ("image",), ("image", "image"))
    film = stage.draft("film", stage.media("video", 0))
    await stage.publish(stage.account, film)
    for number, mode in enumerate(("remote_url", "resumable"), 1):
        await stage.publish(stage.account, stage.draft(mode, stage.media("video", number), facebookVideoUploadMode=mode))
    called = {description.judge(request, response) for request, response in wire.calls}
    assert called == {
        *("GET User", "GET User/accounts", "GET User/permissions", "GET Page", "GET Page/insights", "GET Page/published_posts"),
        *("POST Page/feed", "POST Page/photos", "POST Page/videos", "GET AdVideo", "GET PagePost", "GET PagePost/insights"),
        *("DELETE PagePost", "GET Application", "POST Application/uploads"),
        *("GET upload", "POST upload"),
    }


async def test_every_call_to_instagram_and_every_answer_is_as_meta_describes_it(official: Callable[[str], Path]) -> None:
    stage = await play("instagram_business")
    wire, description = Wire(stage), Description(official(SPECS), stage)
    await everything(stage, ("image",), ("video",), ("image", "video"))
    called = {description.judge(request, response) for request, response in wire.calls}
    assert called == {
        *("GET User", "GET User/accounts", "GET User/permissions", "GET Page", "GET IGUser", "GET IGUser/insights"),
        *("GET IGUser/content_publishing_limit", "POST IGUser/media", "GET IGUser/media", "POST IGUser/media_publish"),
        *("GET ShadowIGMediaBuilder", "GET IGMedia", "GET IGMedia/insights", "DELETE IGMedia"),
    }


async def test_every_call_through_instagram_login_is_as_meta_describes_it(official: Callable[[str], Path]) -> None:
    stage = await play("instagram")
    wire, description = Wire(stage), Description(official(SPECS), stage)
    await everything(stage, ("image",), ("video",), ("image", "video"))
    called = {description.judge(request, response) for request, response in wire.calls}
    own, media = "IGUserForIGOnlyAPI", "IGMediaForIGOnlyAPI"
    assert called == {
        *(f"GET {own}", f"GET {own}/insights", f"GET {own}/content_publishing_limit", f"POST {own}/media", f"GET {own}/media"),
        *(f"POST {own}/media_publish", "GET ShadowIGMediaBuilder", f"GET {media}", f"GET {media}/insights"),
    }


async def test_the_judge_refuses_what_meta_does_not_describe(official: Callable[[str], Path]) -> None:
    stage = await play("facebook")
    wire, description = Wire(stage), Description(official(SPECS), stage)
    await stage.publish(stage.account, stage.draft("text"))
    request, response = wire.calls[-1]
    wrong = httpx2.Request("POST", request.url, data={"message": "x", "colour": "red"})
    with pytest.raises(AssertionError, match="colour"):
        description.judge(wrong, response)
    read = httpx2.Request("GET", f"https://graph.facebook.com/v25.0/{stage.account.id}", params={"fields": "name"})
    with pytest.raises(AssertionError, match="mood"):
        description.judge(read, httpx2.Response(200, json={"id": "1", "mood": "fine"}))
    with pytest.raises(AssertionError, match="no POST nonsense"):
        description.judge(httpx2.Request("POST", f"{request.url}".replace("feed", "nonsense")), response)


# Meta's own client.


@pytest.fixture
async def sdk(serve_simulator: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Play, FacebookAdsApi]]:
    async def client(key: str, *, proof: bool = False) -> tuple[Play, FacebookAdsApi]:
        stage = await play(key)
        monkeypatch.setattr(FacebookSession, "GRAPH", serve_simulator(stage.meta, "graph.facebook.com"))
        session = FacebookSession("sandbox-client", "sandbox-secret" if proof else None, stage.account.secrets["access_token"])
        return stage, FacebookAdsApi(session, api_version="v25.0")

    return client  # type: ignore[return-value]


async def test_metas_client_runs_a_page(sdk: Callable[..., Any]) -> None:
    stage, api = await sdk("facebook", proof=True)
    page = Page(stage.account.id, api=api)
    text = page.create_feed(params={"message": "from the SDK"})
    words, picture = {"published": "false", "alt_text_custom": "a square"}, {"source": ("a.jpg", _picture(1, "JPEG"), "image/jpeg")}
    photo = api.call("POST", (stage.account.id, "photos"), params=words, files=picture).json()
    page.create_photo(params={"url": stage.media("image", 1).url, "published": False})
    album = page.create_feed(params={"message": "a photo", "attached_media": [{"media_fbid": photo["id"]}]})
    film = stage.media("video", 0)
    video = page.create_video(params={"file_url": film.url, "description": "a film"})
    assert AdVideo(video["id"], api=api).api_get(fields=["status"])["status"]["video_status"] == "processing"
    stage.ahead += 5
    told = AdVideo(video["id"], api=api).api_get(fields=["status", "post_id", "permalink_url"])
    assert told["status"]["video_status"] == "ready"
    ids = [post["id"] for post in page.get_published_posts(fields=["id", "message", "created_time"])]
    assert ids == [f"{stage.account.id}_{told['post_id']}", album["id"], text["id"]]
    [row] = PagePost(text["id"], api=api).get_insights(params={"metric": ["post_media_view"]})
    assert row["values"][0]["value"] > 0
    assert page.get_insights(params={"metric": ["page_media_view", "page_follows"], "period": "day"})[1]["name"] == "page_follows"
    PagePost(text["id"], api=api).api_delete()
    assert [seen.text for seen in stage.seen()] == ["a photo", "a film"]
    assert stage.seen()[0].media[0]["alt"] == "a square"


async def test_metas_client_understands_the_refusals(sdk: Callable[..., Any]) -> None:
    stage, api = await sdk("facebook")
    page = Page(stage.account.id, api=api)
    page.create_feed(params={"message": "once"})
    with pytest.raises(FacebookRequestError) as told:
        page.create_feed(params={"message": "once"})
    assert (told.value.api_error_code(), told.value.api_transient_error()) == (506, False)
    stage.network.fail("rate_limit", seconds=60)
    with pytest.raises(FacebookRequestError) as told:
        page.create_feed(params={"message": "twice"})
    assert told.value.api_error_code() == 4
    stage.network.fail("revoke_token")
    with pytest.raises(FacebookRequestError) as told:
        page.create_feed(params={"message": "thrice"})
    assert (told.value.api_error_code(), told.value.api_error_subcode()) == (190, 458)


async def test_metas_client_finds_a_persons_pages(sdk: Callable[..., Any]) -> None:
    stage, _ = await sdk("facebook")
    ann = stage.meta.person("ann")
    for number in range(30):
        stage.meta.people.add_page(ann, f"Shop {number}")
    session = FacebookSession(access_token=stage.meta.admit("ann")["access_token"])
    me = User("me", api=FacebookAdsApi(session, api_version="v25.0"))
    pages = me.get_accounts(fields=["id", "name", "access_token", "tasks"], params={"limit": 50})
    assert len({page["id"] for page in pages}) == 31
    assert all(page["access_token"] for page in pages)


async def test_metas_client_publishes_to_instagram(sdk: Callable[..., Any]) -> None:
    stage, api = await sdk("instagram_business")
    account = IGUser(stage.account.id, api=api)
    url = stage.media("image", 0).url
    container = account.create_media(params={"image_url": url, "caption": "from the SDK", "alt_text": "a square"})
    with pytest.raises(FacebookRequestError) as told:
        account.create_media_publish(params={"creation_id": container["id"]})
    assert (told.value.api_error_code(), told.value.api_error_subcode()) == (9007, 2207027)
    stage.ahead += 2
    assert ShadowIGMediaBuilder(container["id"], api=api).api_get(fields=["status_code"])["status_code"] == "FINISHED"
    media = account.create_media_publish(params={"creation_id": container["id"]})
    [listed] = account.get_media(fields=["id", "caption", "permalink"])
    assert (listed["id"], listed["caption"]) == (media["id"], "from the SDK")
    [limit] = account.get_content_publishing_limit(fields=["quota_usage", "config"])
    assert limit["quota_usage"] == 1
    [seen] = stage.seen()
    assert (seen.id, seen.media[0]["alt"]) == (media["id"], "a square")
