"""Any operation by its path, the schema of a schedule for editors, and opening what one looks at in a browser."""

from __future__ import annotations

import json as js
import sys
import webbrowser
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from socialclaw.cli.output import print_json, say
from socialclaw.cli.remote.command import Api, Refused, remote

ENVELOPE = "ScheduleEnvelope"


@remote
def call(
    api: Api,
    method: Annotated[str, typer.Argument(metavar="METHOD", help="GET, POST, PUT, PATCH or DELETE.")],
    path: Annotated[str, typer.Argument(metavar="PATH", help="Such as /v1/posts.")],
    query: Annotated[list[str] | None, typer.Option("--query", help="A parameter, as name=value; may be given several times.")] = None,
    field: Annotated[
        list[str] | None, typer.Option("--field", "-F", help="A field of the body, as name=value; JSON where it is some, else text.")
    ] = None,
    input: Annotated[str | None, typer.Option("--input", help="A file with the body, or - for standard input.")] = None,
    idempotency_key: Annotated[str | None, typer.Option("--idempotency-key", help="Makes a POST the same one again.")] = None,
) -> None:
    """Call any operation of the API, and print its answer."""
    if not path.startswith("/"):
        raise Refused(f"{path!r} is no path: it begins with a /, such as /v1/posts")
    body = _body(field, input)
    answer = api.client.send(method.upper(), path, query=dict(map(_pair, query or ())), json=body, key=idempotency_key)
    if answer.headers.get("content-type", "").partition(";")[0].endswith("json"):
        from socialclaw.sdk import wire

        print_json(wire.read(answer))
        return
    if not answer.is_success:
        raise Refused(f"{path} answered {answer.status_code}")
    sys.stdout.write(answer.text)
    sys.stdout.flush()


@remote
def schema(api: Api) -> None:
    """Print the JSON Schema of a schedule, for editors that complete and check files."""
    document = api.open(api.target).call("GET", "/openapi.json")
    components = document["components"]["schemas"]
    wanted, rest = {ENVELOPE: None}, [ENVELOPE]
    while rest:
        for name in _references(components[rest.pop()]):
            if name not in wanted:
                wanted[name] = None
                rest.append(name)
    definitions = js.loads(js.dumps({name: components[name] for name in wanted}).replace("#/components/schemas/", "#/$defs/"))
    root = definitions.pop(ENVELOPE)
    print_json({"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "SocialClaw schedule", **root, "$defs": definitions})


@remote
def open_page(
    api: Api, what: Annotated[str, typer.Argument(metavar="[POST]", help="A post's id; without it, the dashboard.")] = ""
) -> None:
    """Open a post where the public sees it, or the dashboard."""
    url = f"{api.target.base_url}/dashboard"
    if what:
        post: Any = api.client.post(what)["post"]
        url = post.get("providerUrl") or ""
        if not url:
            raise Refused(f"{what} is {post['status']}: it has no page that the public sees")
    say(url)
    if sys.stdout.isatty():
        webbrowser.open(url)


def _body(fields: list[str] | None, file: str | None) -> Any:
    if fields and file:
        raise Refused("--field and --input are both given: use one of them")
    if file:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
        try:
            return js.loads(text)
        except ValueError as error:
            raise Refused(f"{file} is not JSON: {error}") from None
    return {name: _value(value) for name, value in map(_pair, fields)} if fields else None


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise Refused(f"{text!r} is not name=value")
    return name, value


def _value(text: str) -> Any:
    try:
        return js.loads(text)
    except ValueError:
        return text


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "$ref":
                yield inner.rpartition("/")[2]
            else:
                yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)
