"""How the simulated YouTube says no, and how it judges what it is sent: closed bodies, known parameters.

Sources: the discovery document of the Data API, revision 20261104, and https://developers.google.com/youtube/v3/docs/errors.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from email.utils import formatdate
from typing import Any

import httpx2

from socialclaw.providers.incoming import json_of
from socialclaw.simulation.forms import parts as form_parts
from socialclaw.simulation.grants import Refused

STATUS = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED"}
EVERYWHERE = ("alt", "prettyPrint", "quotaUser", "key")
REPEATED = ("part", "id")  # each time one or several, with commas between them
PRIVACY = ("public", "unlisted", "private")
# The fields of a video that videos.insert takes, of those that the simulator knows.
FIELDS: Mapping[str, Mapping[str, type]] = {
    "snippet": {"title": str, "description": str, "tags": list, "categoryId": str, "defaultLanguage": str, "defaultAudioLanguage": str},
    "status": {
        "privacyStatus": str,
        "publishAt": str,
        "selfDeclaredMadeForKids": bool,
        "madeForKids": bool,  # for reading; of no effect here
        "embeddable": bool,
        "license": str,
        "publicStatsViewable": bool,
        "containsSyntheticMedia": bool,
    },
}
REFUSED = re.compile("[<>\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f]")
CATEGORIES = frozenset(["1", "2", "10", "15", "17", "19", "20", "22", "23", "24", "25", "26", "27", "28", "29"])


def error(
    code: int, reason: str, message: str, *, domain: str = "youtube.common", location: str = "", kind: str = "parameter", **more: Any
) -> httpx2.Response:
    """An error in Google's envelope; `kind` is the locationType."""
    one: dict[str, Any] = {"message": message, "domain": domain, "reason": reason}
    if location:
        one |= {"location": location, "locationType": kind}
    body: dict[str, Any] = {"code": code, "message": message, "errors": [one]}
    if code in STATUS:
        body["status"] = STATUS[code]
    return httpx2.Response(code, json={"error": body}, **more)


def refused(code: int, reason: str, message: str, **more: Any) -> Refused:
    return Refused(error(code, reason, message, **more))


def bad(message: str, *, location: str = "") -> Refused:
    return refused(400, "badRequest", message, domain="global", location=location)


def dated(now: float) -> dict[str, str]:
    return {"date": formatdate(int(now), usegmt=True)}


def query(request: httpx2.Request, *known: str, required: Collection[str] = ()) -> dict[str, str]:
    """The query; refused where it holds a parameter that this call does not know, or one twice, or lacks a required one."""
    given: dict[str, str] = {}
    for name, value in request.url.params.multi_items():
        if name in given and name not in REPEATED:
            raise bad("A parameter was given more than once.")
        given[name] = f"{given[name]},{value}" if name in given else value
    for name in given:
        if name not in (*known, *EVERYWHERE):
            raise bad(f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query parameter.', location=name)
    if given.get("alt", "json") != "json":
        raise bad("Only JSON is served.", location="alt")
    for name in required:
        if not given.get(name):
            raise refused(400, "missingRequiredParameter", f"Required parameter: {name}", domain="global", location=name)
    return given


def parts(given: Mapping[str, str], known: Collection[str]) -> list[str]:
    wanted = given["part"].split(",")
    for part in wanted:
        if part not in known:
            raise refused(400, "unknownPart", f"'{part}'", location="part")
    return wanted


def number(given: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = given.get(name, str(default))
    if not re.fullmatch(r"\d{1,9}", text) or not 0 <= int(text) <= most:
        raise refused(400, "invalidParameter", f"Invalid value '{text}'. Values must be within the range: [0, {most}]", location=name)
    return int(text)


def flag(given: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = given.get(name, "true" if default else "false")
    if text not in ("true", "false"):
        raise bad(f"Invalid value at '{name}' (TYPE_BOOL), \"{text}\"", location=name)
    return text == "true"


def video_of(mime: str, content: bytes, wanted: Collection[str], now: float) -> dict[str, Any]:
    """The video resource of an insert; refused unless it is exactly what YouTube takes. What was to be public before now is so at once."""
    if mime.partition(";")[0].strip().lower() != "application/json":
        raise bad("The body must be application/json")
    try:
        body = json_of(content)
    except ValueError:
        raise bad("Parse Error") from None
    if wrong := next(_unknown(body), ""):
        raise bad(f"Invalid JSON payload received. {wrong}")
    if outside := [part for part in body if part not in wanted]:
        raise refused(400, "unexpectedPart", f"The part {outside[0]} was sent but is not named by `part`", location="part")
    _judge_snippet(body.get("snippet", {}))
    status = body.get("status", {})
    at = _judge_status(status)
    if at is not None and at <= now:
        body["status"] = {**{name: value for name, value in status.items() if name != "publishAt"}, "privacyStatus": "public"}
    return dict(body)


def related(kind: str, content: bytes) -> list[tuple[str, bytes]]:
    """The type and body of each part of a multipart/related request."""
    boundary = re.search(r'boundary="?([^";,]+)"?', kind)
    if not kind.lower().startswith("multipart/related") or boundary is None:
        raise bad("A multipart upload is sent as multipart/related, with a boundary")
    found = []
    for head, body in form_parts((b"\r\n" + content).split(b"\r\n--" + boundary[1].encode())):
        named = re.search(rb"(?:\A|\n)content-type:[ \t]*([^\r\n]*)", head, re.IGNORECASE)
        found.append((named[1].decode("ascii", "replace").strip() if named else "", body))
    if len(found) != 2:
        raise bad("A multipart upload has two parts: the video resource and its file")
    return found


def _unknown(body: Any) -> Iterator[str]:
    if not isinstance(body, dict):
        yield "Root element must be a message."
        return
    for part, fields in body.items():
        if part not in FIELDS or not isinstance(fields, dict):
            yield f"Unknown name \"{part}\" at 'resource': Cannot find field."
            continue
        for name, value in fields.items():
            kind = FIELDS[part].get(name)
            if kind is None:
                yield f"Unknown name \"{name}\" at 'resource.{part}': Cannot find field."
            elif not isinstance(value, kind):
                yield f"Invalid value at 'resource.{part}.{name}'"


def _judge_snippet(snippet: Mapping[str, Any]) -> None:
    title, description, tags = snippet.get("title", ""), snippet.get("description", ""), snippet.get("tags", [])
    if not title.strip() or len(title) > 100 or REFUSED.search(title):
        raise _invalid("invalidTitle", "The request metadata specifies an invalid or empty video title.", "snippet.title")
    if len(description.encode()) > 5000 or REFUSED.search(description):
        raise _invalid("invalidDescription", "The request metadata specifies an invalid video description.", "snippet.description")
    if not all(isinstance(tag, str) and tag for tag in tags) or sum(len(t) + 2 * (" " in t) for t in tags) + len(tags) - 1 > 500:
        raise _invalid("invalidTags", "The request metadata specifies invalid video keywords.", "snippet.tags")
    if snippet.get("categoryId", "22") not in CATEGORIES:
        raise _invalid("invalidCategoryId", "The snippet.categoryId property specifies an invalid category ID.", "snippet.categoryId")


def _judge_status(status: Mapping[str, Any]) -> float | None:
    """When the video is to become public; None where nothing is said of it."""
    if status.get("privacyStatus", "public") not in PRIVACY:
        raise bad(f"Invalid value at 'resource.status.privacy_status', \"{status['privacyStatus']}\"")
    if status.get("license", "youtube") not in ("youtube", "creativeCommon"):
        raise bad(f"Invalid value at 'resource.status.license', \"{status['license']}\"")
    if "publishAt" not in status:
        return None
    try:
        at = datetime.fromisoformat(status["publishAt"]).timestamp()
    except ValueError:
        at = None
    if status.get("privacyStatus") != "private" or at is None:
        message = "The request metadata specifies an invalid scheduled publishing time."
        raise _invalid("invalidPublishAt", message, "status.publishAt")
    return at


def _invalid(reason: str, message: str, where: str) -> Refused:
    return refused(400, reason, message, domain="youtube.video", location=f"body.{where}", kind="other")
