"""What Google itself published judges the simulator: its discovery documents every call and answer, its Python client the whole."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import googleapiclient.errors
import httplib2
import httpx2
import jsonschema
import pytest
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request
from google.oauth2.credentials import Credentials
from google_auth_httplib2 import AuthorizedHttp
from googleapiclient.discovery import build_from_document
from googleapiclient.http import MediaIoBaseUpload

from socialclaw.networks.youtube.sandbox.simulator import YouTubeSandbox
from socialclaw.providers.draft import Mark
from socialclaw.simulation.flow import CLIENT_ID, CLIENT_SECRET
from socialclaw.simulation.sandbox import Sandbox
from tests.media.files import padded
from tests.networks.recorded import Clock
from tests.networks.youtube.conftest import SCOPE, VIDEO, Connected, film, media

DATA, ANALYTICS = "youtube/youtube.v3.json", "youtube/youtubeAnalytics.v2.json"
SESSION = {"uploadType", "upload_id"}  # of the upload protocol, not of the document
UNIT = 256 * 1024


class Description:
    """Google's discovery documents as a judge of requests and answers."""

    def __init__(self, *paths: Path) -> None:
        documents = [json.loads(path.read_text("utf-8")) for path in paths]
        self.schemas: dict[str, Any] = {}
        self.methods: list[Mapping[str, Any]] = []
        self.everywhere: dict[str, Any] = {}
        for document in documents:
            self.schemas |= {name: _modern(schema) for name, schema in document["schemas"].items()}
            self.everywhere |= document["parameters"]
            for resource in document["resources"].values():
                self.methods += resource.get("methods", {}).values()

    def judge(self, request: httpx2.Request, response: httpx2.Response) -> str:
        """Raises what is wrong; returns the method's id."""
        method = self._method(request)
        uploading = "/upload/" in request.url.path
        self._judge_query(request, method, SESSION if uploading else set())
        if request.method != "PUT":
            self._judge_body(request, method)
        assert method["scopes"], "every call needs a permission"
        assert request.headers["authorization"].startswith("Bearer ")
        if response.is_success and "response" in method and (not uploading or request.method == "PUT"):
            self.valid(response.json(), method["response"]["$ref"])
        return str(method["id"])

    def valid(self, value: Any, name: str) -> None:
        jsonschema.Draft4Validator({"$ref": f"#/schemas/{name}", "schemas": self.schemas}).validate(value)

    def _method(self, request: httpx2.Request) -> Mapping[str, Any]:
        path = request.url.path.removeprefix("/upload").removeprefix("/")
        verb = "POST" if request.method == "PUT" and "/upload/" in request.url.path else request.method
        fits = [method for method in self.methods if (method["path"], method["httpMethod"]) == (path, verb)]
        assert fits, f"Google has no {verb} {path}"
        return fits[0]

    def _judge_query(self, request: httpx2.Request, method: Mapping[str, Any], more: set[str]) -> None:
        known = {**self.everywhere, **method["parameters"]}
        given = dict(request.url.params)
        assert set(given) - more <= set(known), f"Google does not know {set(given) - set(known)}"
        assert {name for name, p in method["parameters"].items() if p.get("required")} <= set(given)
        for name in set(given) & set(known):
            match known[name]["type"]:
                case "boolean":
                    assert given[name] in ("true", "false"), name
                case "integer":
                    assert int(known[name].get("minimum", 0)) <= int(given[name]) <= int(known[name].get("maximum", 2**31)), name
            assert given[name] in known[name].get("enum", [given[name]]), name

    def _judge_body(self, request: httpx2.Request, method: Mapping[str, Any]) -> None:
        if "request" not in method:
            assert not request.content
            return
        self.valid(json.loads(request.content), method["request"]["$ref"])
        upload = method["mediaUpload"]
        assert int(request.headers["x-upload-content-length"]) <= int(upload["maxSize"])
        kind = request.headers["x-upload-content-type"]
        assert any(re.fullmatch(accepted.replace("*", ".*"), kind) for accepted in upload["accept"])


def _modern(schema: Any) -> Any:
    """A schema of a discovery document (draft 3, references by name) as one of draft 4 that takes nothing it does not name."""
    if isinstance(schema, list):
        return [_modern(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {name: _modern(part) for name, part in schema.items() if name in ("type", "enum", "items", "$ref", "additionalProperties")}
    if "properties" in schema:
        kept["properties"] = {name: _modern(part) for name, part in schema["properties"].items()}
        kept.setdefault("additionalProperties", False)
    if "$ref" in kept:
        kept["$ref"] = f"#/schemas/{kept['$ref']}"
    if kept.get("type") == "any":
        del kept["type"]
    return kept


async def test_every_call_of_the_adapter_and_every_answer_is_as_google_describes_it(
    ada: Connected, youtube: YouTubeSandbox, clock: Clock, official: Callable[[str], Path], small_pieces: int
) -> None:
    description = Description(official(DATA), official(ANALYTICS))
    await ada.adapter.targets()
    await ada.adapter.check()
    await ada.adapter.channels({})
    post = film(media=(media(padded(VIDEO, 3 * small_pieces)),), settings={"notifySubscribers": True, "madeForKids": True})
    published = await ada.publish(post)
    await ada.publish(post)
    mark = ada.mark()
    for found in (Mark(mark.since, post_id=published.id), mark, Mark(mark.since)):
        assert [p.id for p in await ada.adapter.find(post, found)] == [published.id]
    clock.turn(60)
    assert len(await ada.adapter.find(post, Mark(mark.since))) == 1
    clock.turn(10 * 86_400)
    ada.log_in()
    for window in ("lifetime", "7d", "30d"):
        await ada.adapter.metrics(published.id, window)
        await ada.adapter.account_metrics(window)
    await ada.adapter.delete(published.id)
    called = {description.judge(request, response) for request, response in ada.wire.calls}
    assert called == {
        *("youtube.videos.insert", "youtube.videos.list", "youtube.videos.delete", "youtube.channels.list"),
        *("youtube.playlistItems.list", "youtubeAnalytics.reports.query"),
    }


@pytest.mark.parametrize("verdict", [("failed", "codec"), ("rejected", "copyright")])
async def test_a_bad_end_is_told_in_words_of_the_document(
    ada: Connected, youtube: YouTubeSandbox, clock: Clock, official: Callable[[str], Path], verdict: tuple[str, str]
) -> None:
    description = Description(official(DATA))
    youtube.judge_next(*verdict)
    made = await ada.post()
    clock.turn(60)
    answer = await ada.call("GET", "/youtube/v3/videos", params={"part": "status,processingDetails", "id": made})
    description.judge(*ada.wire.calls[-1])
    assert answer.json()["items"][0]["status"]["uploadStatus"] == verdict[0]


async def test_the_judge_refuses_what_google_does_not_describe(ada: Connected, official: Callable[[str], Path]) -> None:
    description = Description(official(DATA))
    await ada.post()
    begun, ended = ada.wire.calls[-2:]
    description.judge(*begun)
    wrong = httpx2.Request("POST", begun[0].url, headers=begun[0].headers, json={"snippet": {"title": "x", "colour": "red"}})
    with pytest.raises(jsonschema.ValidationError):
        description.judge(wrong, begun[1])
    invented = httpx2.Response(200, json={**ended[1].json(), "colour": "red"})
    with pytest.raises(jsonschema.ValidationError):
        description.judge(ended[0], invented)
    with pytest.raises(AssertionError, match="does not know"):
        description.judge(httpx2.Request("GET", "https://youtube.googleapis.com/youtube/v3/videos?part=id&colour=red"), ended[1])


class Rerouted(httplib2.Http):
    """Takes Google's own URLs, as in the Location of an upload session, to the simulator's socket."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self.redirect_codes -= {308}  # as the client's own transport has it
        self.base = base

    def request(self, uri: str, *args: Any, **kwargs: Any) -> Any:
        return super().request(uri.replace("https://youtube.googleapis.com", self.base), *args, **kwargs)


def client_of(path: Path, base: str, access_token: str) -> Any:
    """Google's client, built from the saved document with the simulator as its root."""
    document = json.loads(path.read_text("utf-8")) | {"rootUrl": f"{base}/", "baseUrl": f"{base}/"}
    return build_from_document(document, http=AuthorizedHttp(Credentials(access_token), http=Rerouted(base)))


@pytest.mark.parametrize("chunk", [UNIT, -1], ids=["in pieces", "at once"])
def test_googles_own_client_uploads_finds_and_deletes_a_video(
    youtube: YouTubeSandbox, clock: Clock, serve_simulator: Callable[..., str], official: Callable[[str], Path], chunk: int
) -> None:
    base = serve_simulator(youtube, "youtube.googleapis.com")
    client = client_of(official(DATA), base, youtube.admit("grace")["access_token"])
    [channel] = client.channels().list(part="snippet,contentDetails,statistics,status", mine=True).execute()["items"]
    assert channel["snippet"]["customUrl"] == "@grace"

    content = VIDEO * 120
    body = {
        "snippet": {"title": "From Google", "description": "by its client", "tags": ["a b", "c"]},
        "status": {"privacyStatus": "unlisted"},
    }
    file = MediaIoBaseUpload(io.BytesIO(content), mimetype="video/mp4", chunksize=chunk, resumable=True)
    upload = client.videos().insert(part="snippet,status", body=body, media_body=file)
    made, steps = None, 0
    while made is None:
        _, made = upload.next_chunk()
        steps += 1
    assert steps == (len(content) // UNIT + 1 if chunk > 0 else 1)
    assert made["status"]["uploadStatus"] == "uploaded"
    [seen] = youtube.seen()
    assert (seen.id, seen.text, seen.media[0]["size"]) == (made["id"], "From Google\n\nby its client", len(content))

    clock.turn(60)
    [video] = client.videos().list(part="snippet,status,statistics,processingDetails,fileDetails", id=made["id"]).execute()["items"]
    assert video["status"]["uploadStatus"] == "processed"
    assert (video["snippet"]["tags"], video["fileDetails"]["fileSize"]) == (["a b", "c"], str(len(content)))
    uploads = channel["contentDetails"]["relatedPlaylists"]["uploads"]
    [listed] = client.playlistItems().list(part="snippet", playlistId=uploads, maxResults=50).execute()["items"]
    assert listed["snippet"]["resourceId"]["videoId"] == made["id"]
    assert client.videos().delete(id=made["id"]).execute() == ""
    assert youtube.seen() == []
    with pytest.raises(googleapiclient.errors.HttpError) as refused:
        client.videos().delete(id=made["id"]).execute()
    assert (refused.value.resp.status, refused.value.error_details[0]["reason"]) == (404, "videoNotFound")


def test_googles_own_client_resumes_a_broken_upload(
    youtube: YouTubeSandbox, serve_simulator: Callable[..., str], official: Callable[[str], Path]
) -> None:
    client = client_of(official(DATA), serve_simulator(youtube, "youtube.googleapis.com"), youtube.admit("grace")["access_token"])
    file = MediaIoBaseUpload(io.BytesIO(VIDEO * 120), mimetype="video/mp4", chunksize=UNIT, resumable=True)
    upload = client.videos().insert(part="snippet", body={"snippet": {"title": "From Google"}}, media_body=file)
    youtube.fail("error_after", "piece$")
    with pytest.raises(googleapiclient.errors.HttpError):
        upload.next_chunk()
    made = None
    while made is None:
        _, made = upload.next_chunk()
    assert [seen.media[0]["size"] for seen in youtube.seen()] == [len(VIDEO) * 120]
    assert "PUT /upload/youtube/v3/videos query" in youtube.requests


def test_googles_own_client_reads_a_report(
    youtube: YouTubeSandbox, clock: Clock, serve_simulator: Callable[..., str], official: Callable[[str], Path]
) -> None:
    token = youtube.admit("grace")["access_token"]
    base = serve_simulator(youtube, "youtubeanalytics.googleapis.com")
    client = client_of(official(ANALYTICS), base, token)
    query = {"ids": "channel==MINE", "startDate": "2026-01-01", "endDate": "2026-01-31", "metrics": "views,likes", "dimensions": "day"}
    answer = client.reports().query(**query).execute()
    assert [header["name"] for header in answer["columnHeaders"]] == ["day", "views", "likes"]
    assert len(answer["rows"]) == 31
    with pytest.raises(googleapiclient.errors.HttpError, match="Unknown identifier"):
        client.reports().query(**{**query, "metrics": "applause"}).execute()


def test_googles_auth_library_refreshes_and_is_told_of_a_withdrawal(
    youtube: YouTubeSandbox, clock: Clock, serve_simulator: Callable[..., str]
) -> None:
    google = Sandbox([youtube]).simulators["google"]
    site, tokens = serve_simulator(google, "accounts.google.com"), serve_simulator(google, "oauth2.googleapis.com")
    scopes = f"{SCOPE}youtube.upload {SCOPE}youtube.readonly"
    asked = {
        **{"client_id": CLIENT_ID, "redirect_uri": "https://post.example/oauth/youtube/callback", "response_type": "code"},
        **{"scope": scopes, "state": "a-state", "access_type": "offline", "prompt": "consent"},
    }
    ticked = {"login": "grace", "decision": "allow", "scope-0": "on", "scope-1": "on"}
    back = httpx2.post(f"{site}/o/oauth2/v2/auth", params=asked, data=ticked)
    [code] = parse_qs(urlsplit(back.headers["location"]).query)["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": asked["redirect_uri"]}
    app = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    granted = httpx2.post(f"{tokens}/token", data={**form, **app}).json()
    assert (granted["scope"], granted["token_type"], granted["expires_in"]) == (scopes, "Bearer", 3599)

    credentials = Credentials(None, refresh_token=granted["refresh_token"], token_uri=f"{tokens}/token", **app)
    for _ in range(2):
        credentials.refresh(Request())
        assert credentials.refresh_token == granted["refresh_token"]
        assert credentials.token != granted["access_token"]
    assert httpx2.post(f"{tokens}/revoke", data={"token": granted["refresh_token"]}).json() == {}
    assert httpx2.post(f"{tokens}/revoke", data={"token": granted["refresh_token"]}).json()["error"] == "invalid_token"
    with pytest.raises(RefreshError, match="expired or revoked"):
        credentials.refresh(Request())
