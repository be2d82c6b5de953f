"""How the simulated Reddit says no, and how it judges forms and questions. Sources: recorded answers, and r2/lib/errors.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import httpx2

from socialclaw.providers.incoming import number_of
from socialclaw.simulation.grants import Refused, form_of
from socialclaw.simulation.simulator import FOR_PEOPLE

WORDS: Mapping[str, str] = {
    "SUBREDDIT_NOEXIST": "that subreddit doesn't exist",
    "SUBREDDIT_REQUIRED": "you must specify a subreddit",
    "SUBREDDIT_NOTALLOWED": "you aren't allowed to post there.",
    "NO_SELFS": "that subreddit doesn't allow text posts",
    "NO_LINKS": "that subreddit only allows text posts",
    "NO_TEXT": "we need something here",
    "NO_THING_ID": "id not specified",
    "DELETED_LINK": "the link you are commenting on has been deleted",
    "NO_URL": "a url is required",
    "BAD_URL": "you should check that url",
    "INVALID_OPTION": "that option is not valid",
    "ALREADY_SUB": "that link has already been submitted",
    "RATELIMIT": "Looks like you've been doing that a lot. Take a break for 9 minutes before trying again.",
}
Triple = tuple[str, str, str]


def error(status: int, message: str, **more: Any) -> httpx2.Response:
    return httpx2.Response(status, json={"message": message, "error": status, **more})


def challenge(status: int, word: str) -> httpx2.Response:
    """A refused token: Reddit says why in a header alone."""
    headers = {"www-authenticate": f'Bearer realm="reddit", error="{word}"'}
    return httpx2.Response(status, headers=headers, json={"message": "Unauthorized" if status == 401 else "Forbidden", "error": status})


def html(status: int, title: str, words: str, headers: Mapping[str, str] | None = None) -> httpx2.Response:
    head = f"<head><title>{title}</title><style>body{{margin:2em}}</style></head>"
    body = f"<!doctype html><html>{head}<body><h1>{title}</h1><p>{words}</p></body></html>"
    return httpx2.Response(
        status,
        headers={"content-type": "text/html; charset=UTF-8", **(headers or {})},
        content=body.encode(),
        extensions={FOR_PEOPLE: True},
    )


def pardner(headers: Mapping[str, str] | None = None) -> httpx2.Response:
    words = "we're sorry, but you appear to be a bot and we've seen too many requests from you lately."
    return html(429, "Too Many Requests", f"whoa there, pardner! {words}", headers)


def blocked() -> httpx2.Response:
    return html(403, "Blocked", "You've been blocked by network security.")


def triple(word: str, field: str, message: str = "") -> Triple:
    return word, message or WORDS[word], field


def too_long(field: str, most: int) -> Triple:
    return "TOO_LONG", f"this is too long (max: {most})", field


def failed(triples: Sequence[Triple], **more: Any) -> Refused:
    """A form that is refused, with status 200."""
    return Refused(httpx2.Response(200, json={"json": {"errors": [list(one) for one in triples], **more}}))


def invalid(field: str, reason: str, explanation: str) -> Refused:
    """A form that breaks what the subreddit wants, where validation was asked for."""
    body = {
        "fields": [field],
        "explanation": explanation,
        "error_type": "SUBMIT_VALIDATION_ERROR",
        "message": "Bad Request",
        "reason": reason,
    }
    return Refused(httpx2.Response(400, json=body))


def bad_request(why: str) -> Refused:
    return Refused(error(400, "Bad Request", explanation=why))


def not_found(**more: Any) -> Refused:
    return Refused(error(404, "Not Found", **more))


def query(request: httpx2.Request) -> dict[str, str]:
    """The query; refused if it holds a parameter twice. What a call does not know, Reddit does not mind."""
    given = dict(request.url.params)
    if len(request.url.params.multi_items()) > len(given):
        raise bad_request("a parameter was given more than once")
    return given


def form(request: httpx2.Request, *known: str) -> dict[str, str]:
    """The form; refused if it is none, or holds a field that this call does not know."""
    query(request)
    given = form_of(request)
    if given is None:
        raise bad_request("the body must be a form, each field once")
    for name in given:
        if name not in (*known, "api_type"):
            raise bad_request(f"unknown field {name}")
    return given


def truth(given: Mapping[str, str], name: str, *, default: bool) -> bool:
    word = given.get(name, str(default)).lower()
    if word not in ("true", "false"):
        raise bad_request(f"{name} must be true or false")
    return word == "true"


def listing(given: Mapping[str, str], things: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One page of things, each `{"kind", "data"}`, after the one that is named. More than 100 are never given."""
    limit = given.get("limit", "25")
    wanted = number_of(limit)
    size = 25 if wanted is None else min(max(wanted, 1), 100)
    names = [thing["data"]["name"] for thing in things]
    start = names.index(given["after"]) + 1 if given.get("after") in names else 0
    page = list(things[start : start + size])
    after = page[-1]["data"]["name"] if page and start + size < len(things) else None
    return {
        "kind": "Listing",
        "data": {"after": after, "dist": len(page), "modhash": None, "geo_filter": "", "children": page, "before": None},
    }


def answer(request: httpx2.Request, body: Any) -> httpx2.Response:
    """JSON, in which < > & stand as in HTML unless `raw_json` is asked for."""
    return httpx2.Response(200, json=body if request.url.params.get("raw_json") == "1" else _escaped(body))


def _escaped(value: Any) -> Any:
    match value:
        case str():
            return escape(value, quote=False)
        case list():
            return [_escaped(part) for part in value]
        case dict():
            return {name: _escaped(part) for name, part in value.items()}
    return value
