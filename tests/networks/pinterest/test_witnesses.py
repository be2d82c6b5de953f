"""What Pinterest itself published judges both sides: its API description every call and answer, its generated client the whole.

That client (0.1.12) cannot send the form of a token request, so tokens are judged by the description alone.
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx2
import jsonschema
import openapi_generated.pinterest_client as client
import pytest
from openapi_generated.pinterest_client.api.boards_api import BoardsApi
from openapi_generated.pinterest_client.api.media_api import MediaApi
from openapi_generated.pinterest_client.api.pins_api import PinsApi
from openapi_generated.pinterest_client.api.user_account_api import UserAccountApi
from openapi_generated.pinterest_client.exceptions import NotFoundException
from openapi_generated.pinterest_client.model.board import Board
from openapi_generated.pinterest_client.model.media_upload_request import MediaUploadRequest
from openapi_generated.pinterest_client.model.pin_create import PinCreate

from socialclaw.providers.draft import Account, Mark
from tests.networks.pinterest.conftest import PROVIDER, Scene, ids
from tests.networks.stage import InMemorySteps

OPENAPI = "pinterest/openapi.json"
Json = Mapping[str, Any]


class Description:
    """Pinterest's own OpenAPI 3.0 document as a judge of requests and answers. Nothing may be there that it does not name."""

    def __init__(self, path: Path) -> None:
        self.document = json.loads(path.read_text("utf-8"))
        self.schemas: dict[str, Any] = self.document["components"]["schemas"]

    def judge(self, request: httpx2.Request, response: httpx2.Response) -> str:
        """Raises what is wrong; returns the operation's name."""
        path, operation = self._operation(request)
        self._judge_query(request, operation, self.document["paths"][path].get("parameters", ()))
        self._judge_body(request, operation)
        described = operation["responses"].get(str(response.status_code)) or operation["responses"]["default"]
        if content := described.get("content"):
            self._valid(response.json(), content[response.headers["content-type"].partition(";")[0]]["schema"])
        else:
            assert not response.content
        return str(operation["operationId"])

    def _operation(self, request: httpx2.Request) -> tuple[str, Json]:
        assert request.url.host == "api.pinterest.com"
        for path, operations in sorted(self.document["paths"].items(), key=lambda item: item[0].count("{")):
            fits = re.fullmatch("/v5" + re.sub(r"\{\w+\}", "[^/]+", path), request.url.path)
            if fits and request.method.lower() in operations:
                return path, operations[request.method.lower()]
        raise AssertionError(f"Pinterest has no {request.method} {request.url.path}")

    def _judge_query(self, request: httpx2.Request, operation: Json, shared: Any) -> None:
        parameters = [self._resolved(p) for p in (*operation.get("parameters", ()), *shared)]
        known = {p["name"]: p for p in parameters if p["in"] == "query"}
        given = dict(request.url.params)
        assert set(given) <= set(known), f"Pinterest does not know {set(given) - set(known)}"
        assert {name for name, p in known.items() if p.get("required")} <= set(given)
        for name, text in given.items():
            schema = self._resolved(known[name]["schema"])
            kinds: dict[str, Callable[[str], Any]] = {"array": lambda t: t.split(","), "integer": int, "boolean": json.loads}
            value = kinds.get(schema.get("type", ""), str)(text)
            for item in value if name == "metric_types" else ():
                assert any(item in choice["enum"] for choice in schema["items"].get("oneOf", [schema["items"]])), item
            if name != "metric_types":  # its choices overlap, which oneOf forbids
                self._valid(value, schema)

    def _judge_body(self, request: httpx2.Request, operation: Json) -> None:
        if "requestBody" not in operation:
            assert not request.content
            return
        kind = request.headers["content-type"].partition(";")[0]
        schema = operation["requestBody"]["content"][kind]["schema"]
        body = json.loads(request.content) if kind == "application/json" else dict(httpx2.QueryParams(request.content.decode()))
        self._valid(body, schema)

    def _valid(self, value: Any, schema: Json) -> None:
        jsonschema.Draft202012Validator({**self._closed(schema), "$defs": self._definitions()}).validate(value)

    def _definitions(self) -> dict[str, Any]:
        """Every schema, closed: built once."""
        if not hasattr(self, "_closed_schemas"):
            self._closed_schemas = {name: self._closed(schema) for name, schema in self.schemas.items()}
        return self._closed_schemas

    def _closed(self, schema: Any) -> Any:
        """OpenAPI 3.0 as JSON Schema, with what is not named forbidden."""
        if isinstance(schema, list):
            return [self._closed(part) for part in schema]
        if not isinstance(schema, dict):
            return schema
        if "$ref" in schema:
            return {"$ref": "#/$defs/" + schema["$ref"].rpartition("/")[2]}
        if "discriminator" in schema and "oneOf" not in schema:  # a word in the value says which schema it must fit
            word = schema["discriminator"]["propertyName"]
            kinds = [
                {"if": {"properties": {word: {"const": value}}}, "then": self._closed({"$ref": reference})}
                for value, reference in schema["discriminator"]["mapping"].items()
            ]
            return {"type": "object", "required": [*schema.get("required", ()), word], "allOf": kinds}
        found = {name: self._closed(part) for name, part in schema.items() if name not in ("example", "examples", "discriminator")}
        if "properties" in schema or (schema.get("allOf") and "oneOf" not in schema):
            found.setdefault("unevaluatedProperties", False)
        if "allOf" in found:  # its parts are closed together, not each for itself
            found["allOf"] = [self._opened(part) for part in schema["allOf"]]
        return {"anyOf": [found, {"type": "null"}]} if schema.get("nullable") else found

    def _opened(self, part: Any) -> Any:
        inner = self._closed(self._resolved(part))
        inner.pop("unevaluatedProperties", None)
        return inner

    def _resolved(self, schema: Json) -> Json:
        while "$ref" in schema:
            found = self.document
            for part in schema["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            schema = found
        return schema


def api_calls(scene: Scene) -> Iterator[tuple[httpx2.Request, httpx2.Response]]:
    return ((request, response) for request, response in scene.calls if request.url.host == "api.pinterest.com")


async def walk(scene: Scene) -> None:
    """Everything that the adapter can do, once."""
    board = await scene.connect()
    await scene.refresh(board)
    board = await scene.connect()
    adapter, steps = scene.of(board), InMemorySteps()
    await adapter.check()
    [section] = scene.pinterest.sections_of(board.id)
    before = scene.now() - timedelta(seconds=5)
    image = scene.draft(scene.media("image", 1, alt="a"), name="Soup", description="hot", link="https://e.org", dominantColor="#6E7874")
    carousel = scene.draft(scene.media("image", 2), scene.media("image", 3), name="Two", boardSectionId=section["id"])
    film = scene.draft(scene.media("video", 4), name="Film")
    published = [await scene.publish(board, draft, steps if draft is film else None) for draft in (image, carousel, film)]
    for draft, pin in zip((image, carousel, film), published, strict=True):
        assert ids(await adapter.find(draft, Mark(before))) == [pin.id]
        assert ids(await adapter.find(draft, Mark(before, post_id=pin.id))) == [pin.id]
    for window in PROVIDER.windows:
        for pin in published:
            await adapter.metrics(pin.id, window)
        await adapter.account_metrics(window)
    for action, body in (
        ("create-board", {"name": "Recipes"}),
        ("list-boards", {"limit": 1}),
        ("list-board-sections", {}),
        ("list-catalogs", {}),
    ):
        await next(a for a in PROVIDER.actions if a.id == action).run(adapter, body)
    await adapter.delete(published[0].id)
    await adapter.delete(published[0].id)


async def test_every_call_of_the_adapter_and_every_answer_is_as_pinterest_describes_it(
    scene: Scene, official: Callable[[str], Path]
) -> None:
    description = Description(official(OPENAPI))
    await walk(scene)
    called = {description.judge(request, response) for request, response in api_calls(scene)}
    assert called == {
        *("oauth/token", "user_account/get", "user_account/analytics", "boards/list", "boards/get", "boards/create", "boards/list_pins"),
        *("board_sections/list", "board_sections/list_pins", "catalogs/list", "media/create", "media/get"),
        *("pins/create", "pins/get", "pins/delete", "pins/analytics"),
    }


async def test_refusals_are_as_pinterest_describes_them(scene: Scene, board: Account, official: Callable[[str], Path]) -> None:
    description = Description(official(OPENAPI))
    scene.calls.clear()
    await scene.raw(board, "GET", "/pins/12")
    await scene.raw(board, "GET", "/boards/12")
    await scene.raw(board, "GET", "/user_account", headers={"authorization": "Bearer x"})
    scene.network.fail("rate_limit", "*", seconds=3)
    await scene.raw(board, "GET", "/boards")
    scene.network.fail("error", "*")
    await scene.raw(board, "GET", "/boards")
    assert [response.status_code for _, response in scene.calls] == [404, 404, 401, 429, 500]
    for request, response in scene.calls:
        description.judge(request, response)


async def test_the_judge_refuses_what_pinterest_does_not_describe(scene: Scene, board: Account, official: Callable[[str], Path]) -> None:
    description = Description(official(OPENAPI))
    await scene.publish(board, scene.draft(name="Soup"))
    request, response = scene.calls[-1]
    body, answer = json.loads(request.content), response.json()
    for wrong in (
        {**body, "colour": "red"},
        {**body, "title": "x" * 101},
        {**body, "board_id": "Ideas"},
        {**body, "media_source": {**body["media_source"], "size": 5}},
        {**body, "media_source": {"source_type": "image_url"}},
    ):
        with pytest.raises(jsonschema.ValidationError):
            description.judge(httpx2.Request("POST", request.url, json=wrong), response)
    for invented in ({**answer, "colour": "red"}, {**answer, "id": 5}, {**answer, "media": {"media_type": "song"}}):
        with pytest.raises(jsonschema.ValidationError):
            description.judge(request, httpx2.Response(201, json=invented))
    with pytest.raises(AssertionError):
        description.judge(httpx2.Request("GET", f"{request.url}/12?colour=red"), response)


@pytest.fixture
def generated(scene: Scene, serve_simulator: Callable[..., str]) -> Iterator[client.ApiClient]:
    """Pinterest's generated client, unchanged, over a real socket, for a user who has consented."""
    token = scene.pinterest.admit("grace")["access_token"]
    host = f"{serve_simulator(scene.network, 'api.pinterest.com')}/v5"
    with warnings.catch_warnings(), client.ApiClient(client.Configuration(host=host, access_token=token)) as found:
        warnings.simplefilter("ignore")
        yield found


def test_the_official_client_gets_what_it_expects(scene: Scene, generated: client.ApiClient) -> None:
    """Profile, boards, sections, a Pin, reading and listing it, its figures, and deleting it."""
    assert UserAccountApi(generated).user_account_get().username == "grace"
    boards = BoardsApi(generated)
    made = boards.boards_create(Board(name="Recipes", description="What to cook"))
    assert [board["name"] for board in boards.boards_list(page_size=250)["items"]] == ["Ideas", "Recipes"]
    assert boards.board_sections_list(made.id)["items"] == []
    url = scene.media("image", 1).url
    pins = PinsApi(generated)
    source = {"source_type": "image_url", "url": url}
    pin = pins.pins_create(PinCreate(board_id=made.id, title="Soup", description="hot", alt_text="a bowl", media_source=source))
    [seen] = scene.seen()
    assert (seen.id, seen.account, seen.text, seen.media[0]["alt"]) == (pin.id, made.id, "Soup\n\nhot", "a bowl")
    assert pins.pins_get(pin.id).title == "Soup"
    assert [found["id"] for found in boards.boards_list_pins(made.id)["items"]] == [pin.id]
    today = date.fromisoformat(scene.now().date().isoformat())
    figures = pins.pins_analytics(pin.id, today - timedelta(days=7), today, ["IMPRESSION", "SAVE"])
    assert figures["all"].summary_metrics["IMPRESSION"] > 0
    pins.pins_delete(pin.id)
    assert scene.seen() == []
    with pytest.raises(NotFoundException) as gone:
        pins.pins_get(pin.id)
    assert json.loads(gone.value.body) == {"code": 50, "message": "Pin not found"}


def test_the_official_client_uploads_a_video(scene: Scene, generated: client.ApiClient, serve_simulator: Callable[..., str]) -> None:
    media = MediaApi(generated)
    registered = media.media_create(MediaUploadRequest(media_type="video"))
    storage = serve_simulator(scene.network, "pinterest-media-upload.s3-accelerate.amazonaws.com")
    fields = generated.sanitize_for_serialization(registered.upload_parameters)
    content = scene.files[scene.media("video", 1).url].content
    stored = httpx2.post(f"{storage}/", data=fields, files={"file": ("film.mp4", content, "video/mp4")})
    assert stored.status_code == 204, stored.text
    assert str(media.media_get(registered.media_id).status) == "processing"
    scene.ahead += 60
    assert str(media.media_get(registered.media_id).status) == "succeeded"
    [board] = BoardsApi(generated).boards_list()["items"]
    source = {"source_type": "video_id", "media_id": registered.media_id, "cover_image_url": "https://media.example/cover.jpg"}
    pin = PinsApi(generated).pins_create(PinCreate(board_id=board["id"], media_source=source))
    assert [(seen.id, seen.media[0]["size"]) for seen in scene.seen()] == [(pin.id, len(content))]
