"""WordPress.com's own description judges every call and answer: conversions of what its endpoints tell of themselves (`/rest/v1.x/help`).

There is no good Python client of this API to drive against the simulator: the official one (wpcom) is for JavaScript.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx2
import jsonschema
import pytest
import yaml

from socialclaw.providers.draft import Account
from tests.networks.stage import InMemorySteps
from tests.networks.wordpress.conftest import PROVIDER, Scene, ids, now_mark

FILES = {version: f"wordpress/automattic-wordpress-com-rest-v1-{version}-openapi.yml" for version in ("1", "2")}
# What the live API answers or takes beyond its description, each with where that is known from.
BEYOND = {
    "postSitesBySitePostsNew": {"media_errors"},  # Automattic/jetpack, update-post endpoint
    "getSitesBySiteStatsPostByPostId": {"views", "post"},  # examples of the documentation
}
# The description's types are of a conversion: PHP's arrays with names are objects, and several types in one became text.
LOOSE = {
    "publicize": {"type": ["boolean", "string", "array"]},
    "years": {"type": ["array", "object"]},
    "averages": {"type": ["array", "object"]},
    "capabilities": {"type": ["array", "object"]},
}


class Description:
    """The description as a judge of requests and answers. Nothing may be there that it does not name."""

    def __init__(self, find: Callable[[str], Path]) -> None:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        self.documents = {version: yaml.load(find(name).read_text("utf-8"), loader) for version, name in FILES.items()}

    def judge(self, request: httpx2.Request, response: httpx2.Response) -> str:
        """Raises what is wrong; returns the operation's name and the version."""
        version, operation = self._operation(request)
        name = str(operation["operationId"])
        known = {p["name"] for p in operation.get("parameters", ()) if p["in"] == "query"}
        assert set(request.url.params) <= known, f"{name} does not know {set(request.url.params) - known}"
        if "requestBody" in operation and request.content:
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            self._valid(_body(request), schema, version, more=set())
        schema = operation["responses"][str(response.status_code)]["content"]["application/json"]["schema"]
        self._valid(response.json(), schema, version, more=BEYOND.get(name, set()))
        return f"v1.{version} {name}"

    def _operation(self, request: httpx2.Request) -> tuple[str, Mapping[str, Any]]:
        found = re.fullmatch(r"/rest/v1\.([12])(/.*)", request.url.path)
        assert found
        version, path = found.groups()
        paths = self.documents[version]["paths"]
        for pattern, operations in sorted(paths.items(), key=lambda item: item[0].count("{")):
            if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", pattern), path) and request.method.lower() in operations:
                return version, operations[request.method.lower()]
        raise AssertionError(f"WordPress has no {request.method} {request.url.path}")

    def _valid(self, value: Any, schema: Mapping[str, Any], version: str, *, more: set[str]) -> None:
        if "$ref" in schema:
            schema = self.documents[version]["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        named = {name: LOOSE.get(name, part) for name, part in schema.get("properties", {}).items()}
        named |= {name: {} for name in more}
        closed = {"type": "object", "properties": named, "additionalProperties": False}
        jsonschema.Draft202012Validator(closed, format_checker=jsonschema.FormatChecker()).validate(value)


def _body(request: httpx2.Request) -> dict[str, Any]:
    if request.headers["content-type"].startswith("application/json"):
        found: dict[str, Any] = json.loads(request.content)
        return found
    names = re.findall(rb'name="(\w+)\[', request.content)
    return {name.decode(): "" if name == b"media" else [] for name in names}


def api_calls(scene: Scene) -> Iterator[tuple[httpx2.Request, httpx2.Response]]:
    return ((request, response) for request, response in scene.calls if request.url.path.startswith("/rest/"))


async def walk(scene: Scene) -> None:
    """Everything that the adapter can do, once."""
    site = await scene.connect()
    adapter = scene.of(site)
    await adapter.check()
    await PROVIDER.actions[0].run(adapter, {})
    files = scene.media("image", 1, alt="a bowl"), scene.media("video", 2)
    for draft in (
        scene.draft(*files, name="Soup", description="it's hot", slug="soup"),
        scene.draft(description="Hello", postStatus="draft"),
        scene.draft(name="About", postType="page"),
    ):
        steps = InMemorySteps()
        published = await scene.publish(site, draft, steps)
        assert ids(await adapter.find(draft, now_mark(done=dict(steps.done)))) == [published.id]
        assert ids(await adapter.find(draft, now_mark(post_id=published.id))) == [published.id]
        await adapter.metrics(published.id, "lifetime")
        await adapter.delete(published.id)
        await adapter.delete(published.id)


async def test_every_call_of_the_adapter_and_every_answer_is_as_wordpress_describes_it(
    scene: Scene, official: Callable[[str], Path]
) -> None:
    description = Description(official)
    await walk(scene)
    assert {description.judge(request, response) for request, response in api_calls(scene)} == {
        "v1.1 getMe",
        "v1.1 getMeSites",
        "v1.1 getSitesBySite",
        "v1.1 postSitesBySiteMediaNew",
        "v1.1 getSitesBySiteMediaByMediaId",
        "v1.2 postSitesBySitePostsNew",
        "v1.1 getSitesBySitePosts",
        "v1.1 getSitesBySitePostsByPostId",
        "v1.1 postSitesBySitePostsByPostIdDelete",
        "v1.1 getSitesBySiteStatsPostByPostId",
    }


async def test_refusals_are_as_wordpress_describes_them(scene: Scene, site: Account, official: Callable[[str], Path]) -> None:
    description = Description(official)
    scene.calls.clear()
    await scene.raw(site, "GET", "/v1.1/sites/5")
    await scene.raw(site, "GET", f"/v1.1/sites/{site.id}/posts/77")
    await scene.raw(site, "POST", f"/v1.2/sites/{site.id}/posts/new", json={"title": ""})
    await scene.raw(site, "GET", "/v1.1/me", headers={"authorization": "Bearer x"})
    assert [response.status_code for _, response in scene.calls] == [404, 404, 400, 400]
    for request, response in scene.calls:
        description.judge(request, response)


async def test_the_judge_refuses_what_wordpress_does_not_describe(scene: Scene, site: Account, official: Callable[[str], Path]) -> None:
    description = Description(official)
    await scene.publish(site, scene.draft(name="Soup"))
    request, response = scene.calls[-1]
    body, answer = json.loads(request.content), response.json()
    for wrong in ({**body, "colour": "red"}, {**body, "status": "trash"}, {**body, "publicize": 5}):
        with pytest.raises(jsonschema.ValidationError):
            description.judge(httpx2.Request("POST", request.url, json=wrong), response)
    for invented in ({**answer, "colour": "red"}, {**answer, "ID": "5"}, {**answer, "status": "deleted"}):
        with pytest.raises(jsonschema.ValidationError):
            description.judge(request, httpx2.Response(200, json=invented))
    with pytest.raises(AssertionError):
        description.judge(httpx2.Request("GET", f"{request.url.copy_with(path=f'/rest/v1.1/sites/{site.id}/posts/')}?colour=red"), response)


def test_the_newer_authorization_server_is_described_and_the_older_one_is_what_apps_use(official: Callable[[str], Path]) -> None:
    """The metadata names the OAuth 2.1 server alone. Both know the scope that is asked for."""
    metadata = json.loads(official("wordpress/automattic-oauth-authorization-server.json").read_text("utf-8"))
    assert "global" in metadata["scopes_supported"]
    assert metadata["authorization_endpoint"].startswith("https://public-api.wordpress.com/oauth2-1/")
