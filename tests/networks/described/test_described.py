"""The command that holds requests against descriptions can find something, and what it found last is what the docs say."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from jsonschema import Draft202012Validator

from socialclaw.networks import providers
from tests.networks.clients import node
from tests.networks.described.descriptions import DESCRIPTIONS, discovery, telegram
from tests.networks.described.proxy import LOCK, proxy
from tests.networks.described.recording import record
from tests.networks.recorded import Call

FIGURES = Path(__file__).with_name("figures.json")
TEXT: dict[str, Any] = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"], "additionalProperties": False}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "A network", "version": "1"},
    "paths": {
        "/posts": {
            "post": {
                "requestBody": {"required": True, "content": {"application/json": {"schema": TEXT}}},
                "responses": {"201": {"description": "", "content": {"application/json": {"schema": TEXT}}}},
            }
        }
    },
}


def test_every_description_has_been_asked_and_nothing_is_left_unexplained() -> None:
    rows = json.loads(FIGURES.read_text("utf-8"))
    assert [row["description"] for row in rows] == [d.file.rpartition("/")[2] for d in DESCRIPTIONS]
    assert [row for row in rows if row["requests"] or row["answers"] or not row["calls"]] == []


def test_the_proxy_names_what_is_not_as_described(tmp_path: Path) -> None:
    if not node.folder(LOCK).is_dir():
        words = "NOT TRIED: Prism is not installed; `python -m tests.networks.described` installs it"
        warnings.warn(words, stacklevel=2)
        pytest.skip(words)

    def call(path: str, sent: Any, got: Any) -> Call:
        request = httpx2.Request("POST", f"https://network.example{path}", json=sent)
        return request, httpx2.Response(201, json=got)

    calls = [
        *(call("/posts", {"text": "a"}, {"text": "b"}), call("/posts", {"colour": "red"}, {"text": "b"})),
        *(call("/posts", {"text": "a"}, {"text": 5}), call("/nowhere", {"text": "a"}, {"text": "b"})),
    ]
    with proxy(DOCUMENT, calls, tmp_path) as prism:
        found = [{wrong["location"][0] for wrong in prism.through(n, request.url.path)} for n, (request, _) in enumerate(calls)]
    assert found == [set(), {"request"}, {"response"}, {"request"}]


async def test_what_is_recorded_is_a_whole_life(official: Callable[[str], Path]) -> None:
    """And Telegram's page, read as OpenAPI, takes it, but nothing that it does not name."""
    calls = await record(providers()["telegram"])
    document = telegram(official("telegram/api.json"))
    methods = [request.url.path.rpartition("/")[2] for request, _ in calls]
    assert {"getMe", "getChat", "getChatMember", "sendMessage", "sendPhoto", "sendVideo", "deleteMessage"} <= set(methods)
    for method, (request, _) in zip(methods, calls, strict=True):
        if request.headers["content-type"] == "application/json":
            schema = document["paths"][f"/{method}"]["post"]["requestBody"]["content"]["application/json"]["schema"]
            judge = Draft202012Validator({**schema, "components": document["components"]})
            body = json.loads(request.content)
            assert judge.is_valid(body), (method, body)
            assert not judge.is_valid({**body, "colour": "red"})


def test_a_discovery_document_becomes_openapi_with_its_uploads_and_repeated_parameters(official: Callable[[str], Path]) -> None:
    document = discovery(official("youtube/youtube.v3.json"))
    listed = document["paths"]["/youtube/v3/videos"]["get"]
    part = next(parameter for parameter in listed["parameters"] if parameter["name"] == "part")
    assert (part["required"], part["schema"]["type"]) == (True, "array")
    assert set(document["paths"]["/upload/youtube/v3/videos"]) == {"post", "put"}
    assert document["components"]["schemas"]["VideoSnippet"]["additionalProperties"] is False
