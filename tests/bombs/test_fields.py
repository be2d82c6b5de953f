"""Every text of a schedule, and of every request: twice of it takes about twice the time. Read off the OpenAPI document."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from functools import cache
from typing import Any
from urllib.parse import quote

import httpx2
import pytest

from socialclaw.networks import providers
from socialclaw.providers.base import Provider
from socialclaw.scheduling.document import idempotency_key, parse
from socialclaw.scheduling.judge import problem
from socialclaw.scheduling.plan import Destination, Directory, Plan, wire_plan
from socialclaw.settings import Settings
from tests.api.operations import Operation, blueprint, operations
from tests.bombs.growth import Bomb, explosive, noticed
from tests.conftest import build, client, member, opened
from tests.scheduling.documents import LIBRARY, NOW, SOON, X

SHORT = 12_000  # characters at which even the cheapest square law shows; a document and a request take their time whatever they hold
Path = tuple[str | int, ...]
NAME = "*"  # in a path: a field of any name, which is the text itself
SIGNS = ("<", "](,a.com/", "\u0315\u0300", "9. ")
BOMBS = tuple(Bomb("", sign, "!") for sign in SIGNS)
FEW = tuple(Bomb("", sign, "!") for sign in ("<", "9, "))
READ_HEADERS = ("authorization", "content-type", "accept", "if-none-match", "range", "if-range", "idempotency-key", "origin", "cookie",
                "x-forwarded-for", "forwarded", "user-agent", "x-workspace", "sec-fetch-site")  # fmt: skip


@cache
def texts(ref: str) -> tuple[Path, ...]:
    """Where a body of this schema may hold a text."""
    return tuple(dict.fromkeys(_texts({"$ref": ref}, (), ())))


def _texts(schema: dict[str, Any], path: Path, above: tuple[str, ...]) -> Iterator[Path]:
    if ref := schema.get("$ref"):
        if ref not in above:
            yield from _texts(blueprint().openapi()["components"]["schemas"][ref.rpartition("/")[2]], path, (*above, ref))
        return
    for inner in (part for word in ("anyOf", "oneOf", "allOf") for part in schema.get(word, ())):
        yield from _texts(inner, path, above)
    if "string" in (kind := schema.get("type"), *(kind if isinstance(kind, list) else ())):
        yield path
    for name, inner in schema.get("properties", {}).items():
        yield from _texts(inner, (*path, name), above)
    if schema.get("additionalProperties") or (kind == "object" and "properties" not in schema):
        yield (*path, NAME)
    if "items" in schema:
        yield from _texts(schema["items"], (*path, 0), above)


def put(whole: Any, path: Path, text: str) -> Any:
    """The same body with a text there; what leads to it is made."""
    if not path:
        return text
    step, *rest = path
    if isinstance(step, int):
        items = whole if isinstance(whole, list) else []
        return [put(items[0] if items else {}, tuple(rest), text), *items[1:]]
    fields = whole if isinstance(whole, dict) else {}
    return {**fields, text if step == NAME else step: put(fields.get(step), tuple(rest), text)}


# Documents.

SCHEDULE = "#/components/schemas/ScheduleEnvelope"


def base(account: str, path: Path) -> dict[str, Any]:
    """A right schedule with such a post, of the model that the path leads into."""
    step = {"account": account, "name": "Hello", "description": "World", "publish_at": SOON, "assets": [{"url": "https://a.example/a.jpg"}]}
    if path[0] == "campaigns":
        return {"campaigns": [{"id": "c", "name": "C", "targets": [{"account": account, "publish_at": SOON, "steps": [step]}]}]}
    return {"posts": [step, {**step, "id": "second"}]}


def judged(destination: Destination, path: Path, text: str) -> Plan:
    document = put(base(destination.handle, path), path, text)
    idempotency_key(document)
    plan = parse(document, now=NOW, accounts=Directory([destination]), library=LIBRARY)
    if plan.issues:
        problem(plan)
    wire_plan(plan)
    return plan


def settings_of(provider: Provider) -> Iterator[tuple[str, Path]]:
    for target in provider.targets:
        yield from ((target.name, ("posts", 0, "settings", setting.id)) for setting in target.settings)


def test_twice_the_text_in_any_field_of_a_schedule_takes_about_twice_the_time() -> None:
    known = texts(SCHEDULE)
    judged(X, ("posts", 0, "description"), "a text")  # and nothing breaks
    assert {("posts", 0, "description"), ("campaigns", 0, "targets", 0, "steps", 0, "publish_at"), ("posts", 0, "assets", 0, "url")} <= {
        *known
    }
    assert [path for path in known for _ in explosive(lambda text, path=path: judged(X, path, text), BOMBS, short=SHORT, lengths=())] == []  # type: ignore[misc]


@pytest.mark.parametrize("provider", providers().values(), ids=lambda provider: provider.key)
def test_twice_the_text_takes_a_schedule_for_any_provider_about_twice_the_time(provider: Provider) -> None:
    """Its settings, and the fields that its rules see."""
    seen: list[Path] = [("posts", 0, name) for name in ("name", "description", "media_link", "parent_step_id")]
    seen += [("posts", 0, "assets", 0, name) for name in ("url", "altText", "mime", "originalFilename")]
    where = [*((target.name, path) for target in provider.targets for path in seen), *settings_of(provider)]
    slow = []
    for kind, path in where:
        account = Destination("acct_1", provider.key, f"{provider.key}:a", kind)
        assert judged(account, path, "a").posts[0].account_id == "acct_1"
        slow += [(kind, path) for _ in explosive(lambda text, a=account, path=path: judged(a, path, text), FEW, short=SHORT, lengths=())]  # type: ignore[misc]
    assert slow == []


# Requests.

Send = Callable[..., httpx2.Response]


@pytest.fixture
def send(settings: Settings) -> Iterator[Send]:
    """Sends a request with a key to an app of this process, on a loop of its own."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()

        async def start() -> httpx2.AsyncClient:
            system = await stack.enter_async_context(opened(settings))
            workspace = await member(system, "Ours")
            return await stack.enter_async_context(client(build(system), workspace.secret))

        api = runner.run(start())
        yield lambda *args, **more: runner.run(api.request(*args, **more))
        runner.run(stack.aclose())


def requests(operation: Operation) -> Iterator[tuple[str, Callable[[str], dict[str, Any]]]]:
    """Every place for a text in a request of this operation: what it is called, and the request with a text there."""
    plain = operation.path.replace("{provider}", "x").replace("{", "").replace("}", "")
    for given in operation.spec.get("parameters", ()):
        name = given["name"]
        if given["in"] == "path":
            way = operation.path.replace(f"{{{name}}}", "\0").replace("{", "").replace("}", "")
            yield name, lambda text, way=way: {"url": way.replace("\0", quote(text, safe=""))}  # type: ignore[misc]
        elif given["in"] == "query":
            yield name, lambda text, name=name: {"url": plain, "params": {name: text}}  # type: ignore[misc]
    for ref in _bodies(operation):
        for path in texts(ref):
            if ref != SCHEDULE or len(path) < 2:  # schedules are looked at above
                yield str(path), lambda text, path=path: {"url": plain, "json": put(operation.least, path, text)}  # type: ignore[misc]
    for name in READ_HEADERS if operation.name in WITH_HEADERS else ():
        body = {"json": operation.least} if operation.body else {}
        yield name, lambda text, name=name, body=body: {"url": plain, "headers": {name: text.encode()}, **body}  # type: ignore[misc]


def _bodies(operation: Operation) -> set[str]:
    held = operation.spec.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    return {part["$ref"] for part in (held, *held.get("anyOf", ())) if "$ref" in part}


# One of each way in which headers are read: a page, a file, a thing made, a schedule, a form.
WITH_HEADERS = {"fetch_media", "list_posts", "create_key", "apply_schedule", "upload_asset", "put_media_part"}


def test_twice_the_text_in_any_place_of_any_request_takes_about_twice_the_time(send: Send) -> None:
    slow, looked = [], 0
    for operation in operations():
        for name, make in requests(operation):
            assert send(operation.method, **make("a")).status_code != 500
            bombs = [*explosive(lambda text, m=operation.method, make=make: send(m, **make(text)), FEW, short=SHORT, lengths=())]  # type: ignore[misc]
            slow += [(operation.name, name, bomb) for bomb in bombs]
            looked += 1
    assert slow == []
    assert looked > 100


def test_a_field_that_is_a_bomb_is_noticed(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cube law, whose eightfold growth shows beside all else that a request costs."""
    monkeypatch.setattr("socialclaw.api.filters.canonical", lambda text: sum(1 for _ in range(len(text) ** 3 // 10**6)) and None)
    assert noticed(lambda text: send("GET", "/v1/accounts", params={"provider": text}), FEW, short=SHORT, lengths=())
