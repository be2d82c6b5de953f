"""How the simulated WordPress says no, and how it judges what it is sent.

It is stricter than the real one, which overlooks what it does not know: an unknown field or parameter is refused as wrong input.
"""

from __future__ import annotations

import email
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import httpx2

from socialclaw.providers.incoming import json_of
from socialclaw.simulation.forms import parts
from socialclaw.simulation.grants import Refused

Judge = Callable[[Any], bool]
COMMON = ("context", "http_envelope", "pretty", "meta", "fields", "callback")
FIRST, LAST = (datetime(year, 1, 1, tzinfo=UTC).timestamp() for year in (1, 9999))  # what a date can be, in any zone
STATUSES = ("publish", "private", "draft", "pending", "future", "auto-draft")


@dataclass(frozen=True, slots=True)
class File:
    """A file of a multipart body."""

    name: str
    mime: str
    content: bytes


def error(status: int, word: str, message: str) -> httpx2.Response:
    return httpx2.Response(status, json={"error": word, "message": message})


def refused(status: int, word: str, message: str) -> Refused:
    return Refused(error(status, word, message))


def invalid(why: str = "") -> Refused:
    return refused(400, "invalid_input", f"Invalid request input{f': {why}' if why else ''}")


def unauthorized(message: str) -> Refused:
    return refused(403, "unauthorized", message)


def unknown(what: str) -> Refused:
    """404 in the words of the place: blog | post | media | post type."""
    words = {"blog": "unknown_blog", "media": "unknown_media", "post type": "unknown_post_type"}
    return refused(404, words.get(what, "unknown_post"), f"Unknown {what}")


def query(request: httpx2.Request, *known: str) -> dict[str, str]:
    """The query; refused if it holds a parameter that this call does not know, or one twice."""
    given = dict(request.url.params)
    if len(request.url.params.multi_items()) > len(given):
        raise invalid("a parameter is given twice")
    if strange := [name for name in given if name not in (*COMMON, *known)]:
        raise invalid(f"unknown parameter {strange[0]}")
    if given.get("context", "display") not in ("display", "edit"):
        raise invalid("context")
    return given


def only(document: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, Any]:
    """A document, or the fields of it that the query asks for."""
    wanted = [name for name in given.get("fields", "").split(",") if name]
    return {name: value for name, value in document.items() if not wanted or name in wanted}


def integer(given: Mapping[str, str], name: str, default: int, *, most: int) -> int:
    value = given.get(name, str(default))
    if not re.fullmatch(r"\d{1,6}", value, re.ASCII) or int(value) > most:
        raise invalid(name)
    return int(value)


def moment(value: Any) -> float:
    """A date in ISO 8601 as seconds since the epoch; the site's time is UTC."""
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        raise invalid("date") from None
    at = (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    if not FIRST <= at <= LAST:
        raise invalid("date")
    return at


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _truth(value: Any) -> bool:
    return isinstance(value, bool) or value in (0, 1, "0", "1", "true", "false")


def _anything(value: Any) -> bool:
    return True


# The fields of a new post. Files are taken at media/new only.
POST: Mapping[str, Judge] = {
    **dict.fromkeys(("date", "title", "content", "excerpt", "slug", "password", "type", "publicize_message"), _text),
    **dict.fromkeys(("author", "categories", "tags", "terms", "format", "metadata", "discussion"), _anything),
    **dict.fromkeys(("categories_by_id", "tags_by_id", "terms_by_id", "menu_order", "page_template"), _anything),
    **dict.fromkeys(("sticky", "likes_enabled", "sharing_enabled"), _truth),
    "publicize": lambda value: _truth(value) or isinstance(value, list),
    "status": lambda value: value in STATUSES,
    "featured_image": lambda value: isinstance(value, str | int),
    "parent": lambda value: isinstance(value, int),
}


def post_of(request: httpx2.Request) -> dict[str, Any]:
    """The body of a new post, as JSON or as a form."""
    kind = _kind(request)
    if kind == "application/json":
        try:
            body = json_of(request.content)
        except ValueError:
            raise invalid("not JSON") from None
    elif kind == "multipart/form-data":
        body, _ = form_of(request)
    elif kind == "application/x-www-form-urlencoded":
        body = dict(parse_qsl(request.content.decode("utf-8", "replace"), keep_blank_values=True))
    else:
        raise invalid("content type")
    if not isinstance(body, dict):
        raise invalid()
    for name, value in body.items():
        if name not in POST or not POST[name](value):
            raise invalid(name)
    return body


def form_of(request: httpx2.Request) -> tuple[dict[str, str], list[File]]:
    """The fields and the files of a multipart body."""
    boundary = request.headers.get("content-type", "").partition("boundary=")[2].strip().strip('"').encode()
    sections = (b"\r\n" + request.content).split(b"\r\n--" + boundary) if boundary else []
    if _kind(request) != "multipart/form-data" or len(sections) < 2 or not sections[-1].startswith(b"--"):
        raise refused(400, "invalid_input", "No media provided in input.")
    fields: dict[str, str] = {}
    files: list[File] = []
    for head, body in parts(sections):
        headers = email.message_from_bytes(head)
        name, filename = str(headers.get_param("name", header="content-disposition")), headers.get_filename()
        if filename is None:
            fields[name] = body.decode("utf-8", "replace")
        elif re.fullmatch(r"media\[\d*\]", name):
            files.append(File(filename, headers.get_content_type(), body))
        else:
            raise invalid(name)
    return fields, files


def _kind(request: httpx2.Request) -> str:
    return str(request.headers.get("content-type", "")).partition(";")[0].strip().lower()
