"""What X itself published judges the simulator: its OpenAPI description every call and answer, its Python SDK the whole."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import jsonschema
import pytest
import xdk
from xdk.media.models import AppendUploadRequest, CreateMetadataRequest, InitializeUploadRequest
from xdk.posts.models import CreateRequest

from socialclaw.networks.x.sandbox.simulator import XSandbox
from socialclaw.providers.draft import Draft, Mark
from socialclaw.simulation.flow import CLIENT_ID, CLIENT_SECRET
from tests.media.files import picture
from tests.networks.recorded import Clock
from tests.networks.stage import InMemorySteps
from tests.networks.x.conftest import IMAGE, VIDEO, Connected, media, now_of

OPENAPI = "x/openapi.xdk-specs.json"


class Description:
    """X's own OpenAPI 3.0 document as a judge of requests and answers."""

    def __init__(self, path: Path) -> None:
        self.document = json.loads(path.read_text("utf-8"))
        for schema in self.document["components"]["schemas"].values():
            _closed(schema)

    def judge(self, request: httpx2.Request, response: httpx2.Response) -> str:
        """Raises what is wrong; returns the operation's name."""
        operation = self._operation(request)
        self._judge_query(request, operation)
        self._judge_body(request, operation)
        answers = operation["responses"]
        described = answers.get(str(response.status_code)) or answers["default"]
        kind = response.headers["content-type"].partition(";")[0]
        if response.status_code < 300:
            self._valid(response.json(), described["content"][kind]["schema"])
        return str(operation["operationId"])

    def _operation(self, request: httpx2.Request) -> Mapping[str, Any]:
        fits = [
            operations[request.method.lower()]
            for path, operations in sorted(self.document["paths"].items(), key=lambda item: item[0].count("{"))
            if request.method.lower() in operations and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), request.url.path)
        ]
        assert fits, f"X has no {request.method} {request.url.path}"
        return fits[0]  # type: ignore[no-any-return]

    def _judge_query(self, request: httpx2.Request, operation: Mapping[str, Any]) -> None:
        parameters = [self._resolved(p) for p in operation.get("parameters", ())]
        known = {p["name"]: p for p in parameters if p["in"] == "query"}
        given = dict(request.url.params)
        assert set(given) <= set(known), f"X does not know {set(given) - set(known)}"
        assert {name for name, p in known.items() if p.get("required")} <= set(given)
        for name, text in given.items():
            schema = known[name]["schema"]
            value: Any = text.split(",") if schema.get("type") == "array" else int(text) if schema.get("type") == "integer" else text
            self._valid(value, schema)

    def _judge_body(self, request: httpx2.Request, operation: Mapping[str, Any]) -> None:
        kind = request.headers.get("content-type", "").partition(";")[0]
        if "requestBody" not in operation:
            assert not request.content
            return
        schema = operation["requestBody"]["content"][kind]["schema"]
        if kind == "application/json":
            self._valid(json.loads(request.content), schema)
        else:
            names = re.findall(rb'; name="(\w+)"', request.content)
            assert {n.decode() for n in names} == set(self._resolved(schema)["required"])

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        if "$ref" not in schema:
            return schema
        found = self.document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        return found  # type: ignore[no-any-return]

    def _valid(self, value: Any, schema: Mapping[str, Any]) -> None:
        jsonschema.Draft4Validator({**schema, "components": self.document["components"]}).validate(value)


def _closed(schema: Any) -> None:
    """Answers may hold nothing that the description does not name: the simulator must not invent."""
    if isinstance(schema, dict):
        if schema.get("type") == "object" and schema.get("properties"):
            schema.setdefault("additionalProperties", False)
        for part in schema.values():
            _closed(part)
    elif isinstance(schema, list):
        for part in schema:
            _closed(part)


async def test_every_call_of_the_adapter_and_every_answer_is_as_x_describes_it(
    ada: Connected, x: XSandbox, clock: Clock, official: Callable[[str], Path]
) -> None:
    description = Description(official(OPENAPI))
    before = now_of(clock)
    await ada.adapter.targets()
    await ada.adapter.check()
    first = await ada.post(
        "look: example.com", media=(media(alt="a square"), media(picture("WEBP"), mime="image/webp")), settings={"replyControl": "verified"}
    )
    post = Draft("film", media=(media(VIDEO, "video"),), interaction="reply", reply_to=first)
    ada.steps = InMemorySteps()
    reply = await ada.publish(post)
    assert [p.id for p in await ada.adapter.find(post, Mark(before))] == [reply]
    assert len(await ada.adapter.find(post, Mark(before, post_id=reply))) == 1
    await ada.adapter.metrics(first, "lifetime")
    await ada.adapter.metrics(first, "lifetime")
    await ada.adapter.delete(reply)
    assert await ada.adapter.find(post, Mark(before, post_id=reply)) == []
    called = {description.judge(request, response) for request, response in ada.wire.calls}
    assert called == {
        *("getUsersMe", "createPosts", "deletePosts", "getPostsById", "getUsersPosts"),
        *("initializeMediaUpload", "appendMediaUpload", "finalizeMediaUpload", "getMediaUploadStatus", "createMediaMetadata"),
    }


async def test_the_judge_refuses_what_x_does_not_describe(ada: Connected, official: Callable[[str], Path]) -> None:
    description = Description(official(OPENAPI))
    await ada.post("text")
    request, response = ada.wire.calls[-1]
    wrong = httpx2.Request("POST", request.url, json={"text": "x", "colour": "red"})
    with pytest.raises(jsonschema.ValidationError):
        description.judge(wrong, response)
    invented = httpx2.Response(201, json={"data": {**response.json()["data"], "colour": "red"}})
    with pytest.raises(jsonschema.ValidationError):
        description.judge(request, invented)


def test_the_official_client_gets_what_it_expects(
    x: XSandbox, clock: Clock, serve_simulator: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The SDK of X, unchanged, over HTTP: consent with PKCE, a chunked upload with alt text, a post, reading it, refreshing, deleting."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    api, site = serve_simulator(x, "api.x.com"), serve_simulator(x, "x.com")
    client = xdk.Client(
        base_url=api,
        authorization_base_url=f"{site}/i",
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        redirect_uri="https://post.example/oauth/x/callback",
        scope=["tweet.read", "tweet.write", "users.read", "media.write", "offline.access"],
    )
    back = httpx2.post(client.get_authorization_url("a-state"), data={"login": "grace", "decision": "allow"})
    assert back.status_code == 302
    query = parse_qs(urlsplit(back.headers["location"]).query)
    assert query["state"] == ["a-state"]
    token = client.exchange_code(query["code"][0])

    client = xdk.Client(base_url=api, access_token=token["access_token"])
    assert client.users.get_me().data.username == "grace"
    begun = client.media.initialize_upload(
        InitializeUploadRequest(media_type="image/png", total_bytes=len(IMAGE), media_category="tweet_image")
    )
    for index, piece in enumerate((IMAGE[:50], IMAGE[50:])):
        client.media.append_upload(begun.data.id, AppendUploadRequest(media=base64.b64encode(piece).decode(), segment_index=index))
    assert client.media.finalize_upload(begun.data.id).data.size == len(IMAGE)
    client.media.create_metadata(CreateMetadataRequest(id=begun.data.id, metadata={"alt_text": {"text": "a square"}}))
    made = client.posts.create(CreateRequest(text="from the SDK", media={"media_ids": [begun.data.id]}))
    assert [(seen.id, seen.text, seen.media[0]["alt"]) for seen in x.seen()] == [(made.data.id, "from the SDK", "a square")]
    read = client.posts.get_by_id(made.data.id, post_fields=["text", "attachments", "created_at"])
    assert read.data.text.startswith("from the SDK https://t.co/")
    assert client.posts.delete(made.data.id).data.deleted is True
    assert x.seen() == []


def test_the_official_client_can_refresh(x: XSandbox, serve_simulator: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    first = x.admit("grace")
    client = xdk.Client(
        base_url=serve_simulator(x, "api.x.com"),
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        redirect_uri="https://post.example/oauth/x/callback",
        token={**first, "expires_at": 0},
    )
    second = client.refresh_token()
    assert second["refresh_token"] != first["refresh_token"]
    assert xdk.Client(base_url=client.base_url, access_token=second["access_token"]).users.get_me().data.username == "grace"
