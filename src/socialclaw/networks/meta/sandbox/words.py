"""How the simulated Graph API says no, and how it reads what it is asked: parameters of every kind of body, and `fields`."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

import httpx2

from socialclaw.providers.incoming import json_of
from socialclaw.simulation.forms import parts
from socialclaw.simulation.grants import FORM, Refused

EVERYWHERE = frozenset(
    {"access_token", "appsecret_proof", "method", "format", "pretty", "locale", "debug", "suppress_http_code", "summary"}
)
INSIGHTS = ("name", "period", "values", "total_value", "title", "description", "id")
Fields = dict[str, "Fields"]
DEEPEST = 50  # lists of fields inside each other that are read
_FIELD = re.compile(r"\s*([a-z_0-9]+)((?:\.[a-z_]+\([^()]*\))*)")


def problem(code: int, message: str, *, status: int = 400, subcode: int = 0, kind: str = "OAuthException", **more: Any) -> httpx2.Response:
    """An error as the Graph API gives it. `more`: error_user_title, error_user_msg, is_transient, error_data."""
    error: dict[str, Any] = {"message": message, "type": kind, "code": code}
    if subcode:
        error["error_subcode"] = subcode
    return httpx2.Response(status, json={"error": {**error, "is_transient": False, **more, "fbtrace_id": f"A{secrets.token_urlsafe(16)}"}})


def no(code: int, message: str, **more: Any) -> Refused:
    return Refused(problem(code, message, **more))


def invalid(message: str, **more: Any) -> Refused:
    return no(100, f"(#100) {message}", **more)


def absent(node: str, verb: str = "get") -> Refused:
    message = (
        f"Unsupported {verb} request. Object with ID '{node}' does not exist, cannot be loaded due to missing permissions, "
        "or does not support this operation."
    )
    return no(100, message, subcode=33, kind="GraphMethodException")


def unfit(message: str, code: int, subcode: int, title: str) -> Refused:
    """One of Instagram's, with words for the user beside those for the program."""
    return no(code, message, subcode=subcode, error_user_title=title, error_user_msg=message)


def given(request: httpx2.Request) -> dict[str, str]:
    """Every parameter of a request, wherever it stands; files are under `files_of`."""
    return _read(request)[0]


def files_of(request: httpx2.Request) -> dict[str, bytes]:
    return _read(request)[1]


def only(request: httpx2.Request, *known: str) -> dict[str, str]:
    """The parameters, refused if there is one that this edge does not have."""
    found = {name: value for name, value in given(request).items() if name not in EVERYWHERE}
    allowed = {*known}
    if unknown := [name for name in (*found, *files_of(request)) if re.sub(r"\[\d+\]$", "", name) not in allowed]:
        raise invalid(f"Invalid parameter: this edge does not take {unknown[0]}")
    return found


def truth(value: str) -> bool:
    return value.lower() in ("true", "1")


def number(parameters: Mapping[str, str], name: str, default: int | None = None) -> int:
    value = parameters.get(name, "" if default is None else str(default))
    if not re.fullmatch(r"[0-9]{1,18}", value):
        raise invalid(f"Param {name} must be an integer")
    return int(value)


def items(parameters: Mapping[str, str], name: str) -> list[Any]:
    """A list: as JSON, as `name[0]`, `name[1]`, …, or with commas between."""
    numbered = sorted(
        (int(key[len(name) + 1 : -1]), value) for key, value in parameters.items() if re.fullmatch(rf"{name}\[[0-9]{{1,9}}\]", key)
    )
    raw = [value for _, value in numbered]
    if not raw and (text := parameters.get(name, "").strip()):
        try:
            raw = json_of(text) if text.startswith("[") else text.split(",")
        except ValueError:
            raise invalid(f"Param {name} must be an array.") from None
    try:
        return [json_of(v) if isinstance(v, str) and v.lstrip().startswith("{") else v for v in raw]
    except ValueError:
        raise invalid(f"Param {name} must be an array of objects.") from None


def fields_of(text: str) -> Fields:
    """`a,b{c},d.summary(true)` as a tree. Modifiers are taken as said."""
    tree, end = _fields(text, 0, DEEPEST)
    if end < len(text):
        raise no(2500, f"Syntax error \"Expected end of string instead of '{text[end]}'.\" at character {end}: {text}")
    return tree


def shown(node: Mapping[str, Any], wanted: Fields, *, kind: str, known: Collection[str], default: Collection[str]) -> dict[str, Any]:
    """The fields of a node that were asked for and that it has; refused where its kind has no such field."""
    if unknown := [name for name in wanted if name not in known]:
        raise invalid(f"Tried accessing nonexisting field ({unknown[0]}) on node type ({kind})")
    return {name: node[name] for name in dict.fromkeys((*(wanted or default), "id")) if node.get(name) is not None}


def figures(rows: Sequence[Mapping[str, Any]], asked: Mapping[str, str]) -> list[dict[str, Any]]:
    """The rows of an insights edge, with what was asked for of each."""
    wanted = fields_of(asked.get("fields", ""))
    return [shown(row, wanted, kind="InsightsResult", known=INSIGHTS, default=INSIGHTS) for row in rows]


def _fields(text: str, at: int, deep: int) -> tuple[Fields, int]:
    """The fields that are listed from there on, and where the list ends; what is more than `deep` inside is not read."""
    tree: Fields = {}
    while found := _FIELD.match(text, at):
        at = found.end()
        below: Fields = {}
        if deep and text.startswith("{", at):
            below, end = _fields(text, at + 1, deep - 1)
            if not text.startswith("}", end):
                return tree, min(end, len(text) - 1)
            at = end + 1
        tree[found[1]] = below
        if not text.startswith(",", at):
            break
        at += 1
    return tree, at


def _read(request: httpx2.Request) -> tuple[dict[str, str], dict[str, bytes]]:
    read: tuple[dict[str, str], dict[str, bytes]] | None = request.extensions.get("parameters")
    if read is None:
        read = request.extensions["parameters"] = _parse(request)
    return read


def _parse(request: httpx2.Request) -> tuple[dict[str, str], dict[str, bytes]]:
    found, files = dict(request.url.params), dict[str, bytes]()
    kind = request.headers.get("content-type", "").lower()
    if kind.startswith("multipart/form-data"):
        fields, files = _parts(request)
        found |= fields
    elif kind.startswith("application/json"):
        try:
            body = json_of(request.content or b"{}")
        except ValueError:
            body = {}
        found |= {k: v if isinstance(v, str) else json.dumps(v) for k, v in body.items()} if isinstance(body, dict) else {}
    elif kind.startswith(FORM):
        found |= dict(parse_qsl(request.content.decode("utf-8", "replace"), keep_blank_values=True))
    return found, files


def _parts(request: httpx2.Request) -> tuple[dict[str, str], dict[str, bytes]]:
    """The parts of a form: those with a file name are files."""
    boundary = re.search(r'boundary="?([^";,]+)"?', request.headers["content-type"])
    content = request.content
    if boundary is None or not content.rstrip().endswith(b"--" + boundary[1].encode() + b"--"):
        return {}, {}
    fields, files = dict[str, str](), dict[str, bytes]()
    for head, body in parts((b"\r\n" + content).split(b"\r\n--" + boundary[1].encode())):
        name = re.search(rb'(?:\A|\n)content-disposition:[^\r\n]*[; ]name="([^"]*)"', head, re.IGNORECASE)
        if name and b"filename=" in head.lower():
            files[name[1].decode()] = body
        elif name:
            fields[name[1].decode()] = body.decode("utf-8", "replace")
    return fields, files
