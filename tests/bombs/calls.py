"""The calls that an adapter makes, each with one of its texts in the hands of somebody else."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import httpx2

from socialclaw.errors import SocialClawError
from socialclaw.providers.base import Checks, Confirms, Deletes, Measures, MeasuresAccount
from socialclaw.providers.draft import Mark
from socialclaw.simulation.sandbox import Sandbox
from socialclaw.simulation.spool import Spool
from socialclaw.simulation.store import Seen
from tests.bombs.patterns import members
from tests.networks.edges import NO_TEXT, edges
from tests.networks.stage import InMemorySteps, Stage
from tests.networks.test_conformance import WINDOW

Make = Callable[[str], httpx2.Request]
UNTOUCHED = frozenset({"host", "content-length", "connection", "accept-encoding", "accept", "user-agent"})
BARE = "a number that is no text"  # stands in a JSON body for what is put there without quotes


@dataclass(frozen=True)
class Place:
    """Where a text stands in a call, and how the call is made with another one there."""

    name: str
    make: Make


def places(request: httpx2.Request) -> Iterator[Place]:
    """All of a call: segments of its path, its query, its headers, and whatever its body is made of."""
    yield from _segments(request)
    yield from _query(request)
    for name in request.headers:
        if name not in UNTOUCHED:
            yield Place(f"header {name}", lambda text, name=name: _again(request, headers={name: text}))  # type: ignore[misc]
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/x-www-form-urlencoded"):
        yield from _pairs("field", parse_qsl(request.content.decode(), keep_blank_values=True), lambda body: _again(request, body))
    elif kind.startswith("multipart/"):
        yield from _parts(request)
    elif kind.startswith("application/json"):
        yield Place("the body", lambda text: _again(request, text.encode("utf-8", "replace")))
        with suppress(ValueError):
            for name, put in _leaves(json.loads(request.content)):
                yield Place(f"body{name}", lambda text, put=put: _again(request, put(text)))  # type: ignore[misc]
    elif request.content:
        yield Place("the file", lambda text: _again(request, text.encode("utf-8", "replace")))


def _segments(request: httpx2.Request) -> Iterator[Place]:
    path, mark, query = request.url.raw_path.decode().partition("?")
    segments = path.split("/")
    for at in range(1, len(segments)):

        def make(text: str, at: int = at) -> httpx2.Request:
            changed = "/".join([*segments[:at], quote(text, safe="", errors="replace"), *segments[at + 1 :]])
            return _again(request, path=changed + mark + query)

        yield Place(f"segment {at}", make)


def _query(request: httpx2.Request) -> Iterator[Place]:
    path, _, query = request.url.raw_path.decode().partition("?")
    yield from _pairs("query", parse_qsl(query, keep_blank_values=True), lambda said: _again(request, path=f"{path}?{said.decode()}"))


def _pairs(what: str, pairs: list[tuple[str, str]], make: Callable[[bytes], httpx2.Request]) -> Iterator[Place]:
    """The values of a form or a query, and the name of one more."""
    for at, (name, value) in enumerate(pairs):
        yield Place(
            f"{what} {name}",
            lambda text, at=at, name=name: make(_form([*pairs[:at], (name, text), *pairs[at + 1 :]])),  # type: ignore[misc]
        )
        if value[:1] in ("{", "["):
            for place in _leaves(json.loads(value)):
                yield Place(
                    f"{what} {name}{place[0]}",
                    lambda text, at=at, name=name, put=place[1]: make(  # type: ignore[misc]
                        _form([*pairs[:at], (name, put(text).decode()), *pairs[at + 1 :]])
                    ),
                )
    yield Place(f"{what}'s name", lambda text: make(_form([*pairs, (text, "1")])))


def _form(pairs: list[tuple[str, str]]) -> bytes:
    return urlencode(pairs, errors="replace").encode()


def _leaves(whole: Any) -> Iterator[tuple[str, Callable[[str], bytes]]]:
    """Every value of a JSON text with another text in its place, as text and bare."""
    for steps in _paths(whole):
        name = "".join(f".{step}" for step in steps)
        yield name, lambda text, steps=steps: json.dumps(_with(whole, steps, text)).encode()  # type: ignore[misc]
        yield f"{name}, bare", lambda text, steps=steps: _bare(_with(whole, steps, BARE), text)  # type: ignore[misc]


def _bare(whole: Any, text: str) -> bytes:
    return json.dumps(whole).replace(json.dumps(BARE), text).encode("utf-8", "replace")


def _paths(value: Any, steps: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield steps
    items = value.items() if isinstance(value, dict) else enumerate(value[:1]) if isinstance(value, list) else ()
    for step, inner in items:
        yield from _paths(inner, (*steps, step))


def _with(whole: Any, steps: tuple[Any, ...], value: Any) -> Any:
    if not steps:
        return value
    copy = dict(whole) if isinstance(whole, dict) else [*whole]
    copy[steps[0]] = _with(copy[steps[0]], steps[1:], value)
    return copy


def _parts(request: httpx2.Request) -> Iterator[Place]:
    """The parts of a form: the headers that say what they are, and what they hold."""
    found = re.search(r'boundary="?([^";]+)', request.headers["content-type"])
    assert found is not None
    line = b"--" + found[1].encode()
    pieces = request.content.split(line)
    for at, piece in enumerate(pieces[1:-1], 1):
        head, _, held = piece.partition(b"\r\n\r\n")

        def make(text: bytes, at: int = at) -> httpx2.Request:
            return _again(request, line.join([*pieces[:at], text, *pieces[at + 1 :]]))

        for word in re.finditer(rb'(\w+)="([^"]*)"', head):
            start, end = word.span(2)
            yield Place(
                f"part {at} {word[1].decode()}",
                lambda text, make=make, head=head, held=held, start=start, end=end: make(  # type: ignore[misc]
                    head[:start] + _line(text) + head[end:] + b"\r\n\r\n" + held
                ),
            )
        yield Place(
            f"part {at}",
            lambda text, make=make, head=head: make(head + b"\r\n\r\n" + text.encode("utf-8", "replace") + b"\r\n"),  # type: ignore[misc]
        )
        if held[:1] in (b"{", b"["):
            for name, put in _leaves(json.loads(held)):
                yield Place(
                    f"part {at}{name}",
                    lambda text, make=make, head=head, put=put: make(head + b"\r\n\r\n" + put(text) + b"\r\n"),  # type: ignore[misc]
                )


def _line(text: str) -> bytes:
    return text.encode("utf-8", "replace").replace(b"\r", b"").replace(b"\n", b"")


def _again(
    request: httpx2.Request, content: bytes | None = None, *, path: str = "", headers: dict[str, str] | None = None
) -> httpx2.Request:
    """The same call, but for this."""
    url = request.url.copy_with(raw_path=path.encode()) if path else request.url
    changed = {name: _line(value) for name, value in (headers or {}).items()}
    kept = [(name, value) for name, value in request.headers.raw if name.decode().lower() not in {"content-length", *changed}]
    kept += [(name.encode(), value) for name, value in changed.items()]
    return httpx2.Request(request.method, url, headers=kept, content=request.content if content is None else content)


def sample(pattern: str) -> str:
    """A path that a route's pattern matches."""
    return "".join(_shortest(_parser.parse(pattern)))


def _shortest(parsed: Any) -> Iterator[str]:
    for operation, argument in parsed:
        match operation:
            case _constants.LITERAL:
                yield chr(argument)
            case _constants.IN:
                yield next(members(argument))
            case _constants.MAX_REPEAT | _constants.MIN_REPEAT | _constants.POSSESSIVE_REPEAT:
                yield "".join(_shortest(argument[2])) * argument[0]
            case _constants.SUBPATTERN:
                yield from _shortest(argument[3])
            case _constants.BRANCH:
                yield from _shortest(argument[1][0])
            case _constants.ANY | _constants.NOT_LITERAL:
                yield "x"


class Undone(Exception):
    """Takes back what a call has done."""


@dataclass
class ProbedStage(Stage):
    """The stage, where before each call a test may try what else the network could be sent in its place, wherever that is new."""

    probe: Callable[[str, Place], None] | None = None
    known: set[str] = field(default_factory=set)
    headers: httpx2.Headers = field(default_factory=httpx2.Headers)  # of the latest call with a token

    def __post_init__(self) -> None:
        super().__post_init__()
        self.network.app_url = "https://post.example"
        self.sandbox = Sandbox([self.network])  # with those at whom its users sign in
        self.http = httpx2.AsyncClient(transport=httpx2.MockTransport(self._answer))

    async def _answer(self, request: httpx2.Request) -> httpx2.Response:
        await request.aread()
        if "authorization" in request.headers:
            self.headers = request.headers
        self.look_at(request)
        return self.sandbox.answer(request)

    def look_at(self, request: httpx2.Request) -> None:
        last = request.url.path.rpartition("/")[2]
        word = f" {last}" if last.isalpha() else ""  # some have one route for all that can be done
        for place in places(request):
            if place.name.startswith("segment") and self.handler(place.make("1")) == self.handler(place.make("a")) == "unknown":
                continue  # a word of the path itself
            if self.probe and (name := f"{request.method} {self.handler(request)}{word}: {place.name}") not in self.known:
                self.known.add(name)
                self.probe(name, place)

    def handler(self, request: httpx2.Request) -> str:
        name: str = self.sandbox.simulator(request)._handler(request)[0].__name__
        return name

    @property
    def routes(self) -> list[tuple[str, re.Pattern[str], str, str]]:
        """Method, path, host and name of each."""
        every = [(s, *route) for s in self.sandbox.simulators.values() for route in s._routes]
        return [(method, pattern, host or s.hosts[0], name) for s, method, pattern, host, name in every]

    def unvisited(self) -> Iterator[httpx2.Request]:
        """Calls of the routes that nothing has come to so far: other clients', and people's."""
        visited = {name.split()[1].removesuffix(":") for name in self.known}
        for method, pattern, host, name in self.routes:
            if name not in visited:
                url = f"https://{host}{sample(pattern.pattern)}"
                kept = {k: v for k, v in self.headers.items() if k not in UNTOUCHED and not k.startswith("content-")}
                query, body = {"params": {"q": "1"}}, {} if method in ("GET", "DELETE") else {"json": {"a": "1"}}
                yield httpx2.Request(method, url, headers=kept, **query, **body)

    def tried(self, request: httpx2.Request) -> Any:
        """The network's answer, and nothing of it has happened."""
        answer: Any = None
        creates = request.method in ("PUT", "POST")
        before = self.seen() if creates else []
        with self._files_apart() if creates else nullcontext():
            try:
                with self.network.store.transaction():
                    answer = self.sandbox.answer(request)
                    if creates:
                        self._look(before)
                    raise Undone
            except (Undone, httpx2.TransportError):
                return answer

    def _look(self, before: list[Seen]) -> None:
        """A person looks at what has just become visible."""
        for seen in self.seen():
            if seen not in before and seen.url:
                self.network.answer(httpx2.Request("GET", seen.url))

    @contextmanager
    def _files_apart(self) -> Iterator[None]:
        """What is done to unfinished uploads is done to a copy of them."""
        spools = [s for owner in (self.network, *vars(self.network).values()) if isinstance(s := getattr(owner, "spool", None), Spool)]
        spools = [spool for spool in spools if any(spool.root.iterdir())]
        if not spools:  # what is begun now has a name of its own
            yield
            return
        kept = [spool.root for spool in spools]
        with tempfile.TemporaryDirectory() as folder:
            for number, spool in enumerate(spools):
                spool.root = Path(shutil.copytree(spool.root, Path(folder, str(number))))
            try:
                yield
            finally:
                for spool, root in zip(spools, kept, strict=True):
                    spool.root = root


async def play(stage: ProbedStage) -> None:
    """All that an adapter can do at its network, once: a person connects, posts of every shape, figures, and the end of a post."""
    account = await stage.connect()
    adapter = stage.adapter(account)
    for draft in [edge.draft(stage, account) for edge in edges(stage.provider) if edge.text != NO_TEXT]:
        steps = InMemorySteps()
        published = await stage.publish(account, draft, steps)
        if isinstance(adapter, Confirms):
            for post_id in (published.id, None):
                await adapter.find(draft, Mark(steps.marked_at or datetime.now(UTC), dict(steps.done), post_id))
        if isinstance(adapter, Measures):
            await adapter.metrics(published.id, WINDOW)
        if published.url:
            await stage.http.get(published.url)
        if "reply" in stage.provider.rules.interactions:
            await stage.publish(account, replace(draft, interaction="reply", reply_to=published.id))
        if isinstance(adapter, Deletes):
            await adapter.delete(published.id)
    for action in stage.provider.actions:
        with suppress(SocialClawError):  # some need an answer of another one
            given = action.input_schema.get("properties", {})
            await action.run(adapter, {name: 1 if field.get("type") == "integer" else "1" for name, field in given.items()})
    if isinstance(adapter, MeasuresAccount):
        await adapter.account_metrics(WINDOW)
    if isinstance(adapter, Checks):
        await adapter.check()
    for request in [*stage.unvisited()]:
        stage.look_at(request)
