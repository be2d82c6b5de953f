"""Part of the simulator: the body of an execute or edit call, checked as Discord checks it.

Limits are those of the official OpenAPI description; the shape of the errors is that of its "Error Messages" page.
"""

from __future__ import annotations

import email
import mimetypes
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import parse_qsl

import httpx2

from socialclaw.providers.incoming import json_of, number_of
from socialclaw.simulation.forms import parts

MB = 1024 * 1024
MOST_FILE, MOST_REQUEST, MOST_FILES = 10 * MB, 25 * MB, 10
FLAGS = 1 << 2 | 1 << 12 | 1 << 15  # what a webhook may set: no embeds, no notification, components v2
MENTIONS = ("roles", "users", "everyone")
EMBED_TEXT = 6000
EMBED_CONTENT = ("title", "description", "fields", "image", "thumbnail", "video", "author", "footer")  # an embed without any shows nothing
COMPONENTS = 1 << 15
LEGACY = ("content", "embeds", "poll", "stickers")  # what does not go with components of the second kind

Errors = dict[str, Any]


class Refused(Exception):
    """An answer that is not a success."""

    def __init__(self, status: int, code: int, message: str, errors: Errors | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.body: dict[str, Any] = {"message": message, "code": code}
        if errors:
            self.body["errors"] = errors


@dataclass(frozen=True, slots=True)
class File:
    name: str
    mime: str
    content: bytes


@dataclass(slots=True)
class Body:
    """The JSON part and the files of a request; `files` by their number n in `files[n]`."""

    json: dict[str, Any] = field(default_factory=dict)
    files: dict[int, File] = field(default_factory=dict)


def read(request: httpx2.Request) -> Body:
    """The body of a request, not yet checked but for its size."""
    if len(request.content) > MOST_REQUEST:
        raise too_large()
    kind, _, rest = request.headers.get("content-type", "").partition(";")
    match kind.strip().lower():
        case "application/json":
            return Body(_object(request.content))
        case "application/x-www-form-urlencoded":
            return _form(dict(parse_qsl(request.content.decode("utf-8", "replace"), keep_blank_values=True)), {})
        case "multipart/form-data":
            boundary = rest.partition("boundary=")[2].strip().strip('"')
            return _form(*_multipart(request.content, boundary.encode()))
    raise Refused(400, 50035, "Invalid Form Body", {"_errors": [_error("CONTENT_TYPE_INVALID", 'Expected "Content-Type" header.')]})


def too_large() -> Refused:
    return Refused(413, 40005, "Request entity too large")


def _object(content: bytes | str) -> dict[str, Any]:
    try:
        found = json_of(content)
    except ValueError:
        raise Refused(400, 50109, "The request body contains invalid JSON.") from None
    if not isinstance(found, dict):
        raise invalid({"_errors": [_error("MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")]})
    return found


def _form(fields: dict[str, str], files: dict[int, File]) -> Body:
    if "payload_json" in fields:
        return Body(_object(fields["payload_json"]), files)
    typed: dict[str, Any] = dict(fields)
    if "tts" in fields:
        typed["tts"] = fields["tts"].lower() in ("true", "1")
    if (flags := number_of(fields.get("flags"))) is not None:
        typed["flags"] = flags
    return Body(typed, files)


def _multipart(content: bytes, boundary: bytes) -> tuple[dict[str, str], dict[int, File]]:
    fields: dict[str, str] = {}
    files: dict[int, File] = {}
    unnumbered: list[File] = []  # a part of any name is a file: these come where there is room
    sections = (b"\r\n" + content).split(b"\r\n--" + boundary)
    if not boundary or len(sections) < 2 or not sections[-1].startswith(b"--"):
        raise Refused(400, 50035, "Invalid Form Body", {"_errors": [_error("FORM_INVALID", "The multipart body is incomplete")]})
    for head, body in parts(sections):
        headers = email.message_from_string(head.decode("utf-8", "replace"))
        name, filename = str(headers.get_param("name", header="content-disposition")), headers.get_filename()
        if filename is None:
            fields[name] = body.decode("utf-8", "replace")
            continue
        number = number_of(name[6:-1] if name.startswith("files[") and name.endswith("]") else "")
        file = File(filename, _mime(headers.get_content_type(), filename), body)
        if number is None:
            unnumbered.append(file)
        else:
            files[number] = file
    free = (n for n in count() if n not in files)
    return fields, {**files, **dict(zip(free, unnumbered, strict=False))}


def _mime(given: str, name: str) -> str:
    """What a file is said to be; by its name where the client did not know."""
    return (mimetypes.guess_type(name)[0] if given in ("application/octet-stream", "text/plain") else None) or given


# Checking.


def invalid(errors: Errors) -> Refused:
    return Refused(400, 50035, "Invalid Form Body", errors)


def _error(code: str, message: str) -> dict[str, str]:
    return {"code": code, "message": message}


def check(body: Body, *, shows: bool = False, kept: Collection[str] = ()) -> None:
    """Everything that is wrong with a message, in one answer. `shows`: it has something to show beside what this body brings; `kept`: the
    attachments that it has already."""
    if len(body.files) > MOST_FILES:
        raise Refused(400, 30015, "Maximum number of attachments in a message reached (10)")
    if any(len(file.content) > MOST_FILE for file in body.files.values()):
        raise too_large()
    errors: Errors = {}
    for name, judge in _FIELDS.items():
        if (value := body.json.get(name)) is not None and (found := judge(value)):
            errors[name] = found
    if found := _attachments(body, kept):
        errors["attachments"] = found
    flags = body.json.get("flags")
    if isinstance(flags, int) and flags & COMPONENTS and "flags" not in errors:
        errors |= {name: _legacy(name) for name in LEGACY if body.json.get(name)}
    if errors:
        raise invalid(errors)
    brought = (str(body.json.get("content") or "").strip(), body.files, *(body.json.get(name) for name in ("embeds", "components", "poll")))
    if not shows and not any(brought):
        raise Refused(400, 50006, "Cannot send an empty message")


def _said(code: str, message: str) -> Errors:
    return {"_errors": [_error(code, message)]}


def _legacy(name: str) -> Errors:
    words = f"The '{name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
    return _said("MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", words)


def _string(most: int, least: int = 0) -> Callable[[Any], Errors]:
    def judge(value: Any) -> Errors:
        if not isinstance(value, str):
            return _said("STRING_TYPE_CONVERT", f'Could not interpret "{value}" as string.')
        if least <= len(value) <= most:
            return {}
        if least:
            return _said("BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
        return _said("BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")

    return judge


def _boolean(value: Any) -> Errors:
    return {} if isinstance(value, bool) else _said("BOOLEAN_TYPE_CONVERT", "Must be either true or false.")


def _flags(value: Any) -> Errors:
    if not isinstance(value, int) or isinstance(value, bool):
        return _said("NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
    return (
        _said("BASE_TYPE_CHOICES", "Only SUPPRESS_EMBEDS, SUPPRESS_NOTIFICATIONS and IS_COMPONENTS_V2 may be set.")
        if value & ~FLAGS
        else {}
    )


def _list(most: int) -> Callable[[Any], Errors]:
    def judge(value: Any) -> Errors:
        if not isinstance(value, list):
            return _said("LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
        return _said("BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.") if len(value) > most else {}

    return judge


def _username(value: Any) -> Errors:
    for word in ("clyde", "discord"):
        if word in str(value).lower():
            return _said("USERNAME_INVALID_CONTAINS", f'Username cannot contain "{word}"')
    return _string(80, 1)(value)


def _mentions(value: Any) -> Errors:
    if not isinstance(value, dict):
        return _said("MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
    parse = value.get("parse") or []
    if found := _list(len(MENTIONS))(parse):
        return {"parse": found}
    bad = {str(i): _said("BASE_TYPE_CHOICES", f"Value must be one of {set(MENTIONS)}.") for i, p in enumerate(parse) if p not in MENTIONS}
    return {"parse": bad} if bad else {}


def _embeds(value: Any) -> Errors:
    if found := _list(10)(value):
        return found
    errors: Errors = {}
    total = 0
    for index, embed in enumerate(value):
        if not isinstance(embed, dict):
            errors[str(index)] = _said("MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
            continue
        limits = {"title": 256, "description": 4096, "url": 2048}
        found = {name: bad for name, most in limits.items() if embed.get(name) is not None and (bad := _string(most)(embed[name]))}
        if not any(embed.get(name) for name in EMBED_CONTENT):
            found["description"] = _said("BASE_TYPE_REQUIRED", "This field is required")
        total += sum(len(str(embed.get(name) or "")) for name in ("title", "description"))
        if found:
            errors[str(index)] = found
    if total > EMBED_TEXT:
        errors["_errors"] = [_error("MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {EMBED_TEXT}")]
    return errors


def _attachments(body: Body, kept: Collection[str]) -> Errors:
    given = body.json.get("attachments")
    if given is None:
        return {}
    if found := _list(MOST_FILES)(given):
        return found
    errors: Errors = {}
    for index, item in enumerate(given):
        if not isinstance(item, dict) or "id" not in item:
            errors[str(index)] = {"id": _said("BASE_TYPE_REQUIRED", "This field is required")}
        elif (number := number_of(item["id"], most=20)) is None:
            errors[str(index)] = {"id": _said("NUMBER_TYPE_COERCE", f'Value "{item["id"]}" is not snowflake.')}
        elif str(item["id"]) not in kept and number not in body.files:
            errors[str(index)] = _said("ATTACHMENT_NOT_FOUND", "Attachment data not found")
        else:
            limits = {name: _string(1024, least) for name, least in (("filename", 1), ("description", 0))}
            found = {name: bad for name, judge in limits.items() if item.get(name) is not None and (bad := judge(item[name]))}
            if found:
                errors[str(index)] = found
    return errors


_FIELDS: dict[str, Callable[[Any], Errors]] = {
    "content": _string(2000),
    "username": _username,
    "avatar_url": _string(2048),
    "tts": _boolean,
    "flags": _flags,
    "embeds": _embeds,
    "components": _list(40),
    "allowed_mentions": _mentions,
    "thread_name": _string(100),
}
