"""Part of the simulator: the parameters of a Bot API call, however they came, and how the server refuses one."""

from __future__ import annotations

import email
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import httpx2

from socialclaw.providers.incoming import json_of, number_of
from socialclaw.simulation.forms import parts

PREFIXES = {400: "Bad Request: ", 401: "Unauthorized", 403: "Forbidden: ", 404: "Not Found", 500: "Internal Server Error: "}


class Refused(Exception):
    """A refusal in the server's words; a 400 and a 403 get their prefix here."""

    def __init__(self, words: str, *, code: int = 400, **parameters: Any) -> None:
        super().__init__(words)
        self.code = code
        self.description = words if code in (401, 404, 413, 429) else PREFIXES[code] + words
        self.parameters = parameters

    def answer(self) -> httpx2.Response:
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return httpx2.Response(self.code, json=body)


@dataclass(frozen=True, slots=True)
class File:
    """An uploaded or fetched file."""

    name: str
    mime: str
    content: bytes


@dataclass(slots=True)
class Parameters:
    """Text fields, or the values of a JSON body, and the files of a multipart body."""

    values: dict[str, Any] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)

    def text(self, name: str) -> str:
        value = self.values.get(name)
        if value is None:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        return value if isinstance(value, str) else json.dumps(value)

    def flag(self, name: str) -> bool:
        return self.text(name).lower() in ("true", "yes", "1")

    def number(self, name: str) -> int:
        """A whole number, 0 where there is none."""
        given = self.text(name)
        number = number_of(given.removeprefix("-")) or 0
        return -number if given.startswith("-") else number

    def value(self, name: str) -> Any:
        """An object or array, which forms carry as JSON."""
        given = self.values.get(name)
        if not isinstance(given, str):
            return given
        try:
            return json_of(given)
        except ValueError:
            raise Refused(f"can't parse {name.replace('_', ' ')} JSON object") from None


def read(request: httpx2.Request) -> Parameters:
    """The parameters of a request: query and body together, the body first."""
    found = Parameters(dict(parse_qsl(request.url.query.decode(), keep_blank_values=True)))
    kind, _, rest = request.headers.get("content-type", "").partition(";")
    match kind.strip().lower():
        case "application/json" if request.content:
            try:
                body = json_of(request.content)
            except ValueError:
                raise Refused("can't parse request: the body is no JSON") from None
            if not isinstance(body, dict):
                raise Refused("can't parse request: the body is no JSON object")
            found.values |= body
        case "application/x-www-form-urlencoded":
            found.values |= dict(parse_qsl(request.content.decode("utf-8", "replace"), keep_blank_values=True))
        case "multipart/form-data":
            boundary = rest.partition("boundary=")[2].strip().strip('"')
            _multipart(request.content, boundary.encode(), found)
    return found


def _multipart(content: bytes, boundary: bytes, found: Parameters) -> None:
    sections = (b"\r\n" + content).split(b"\r\n--" + boundary)
    if not boundary or len(sections) < 2 or not sections[-1].startswith(b"--"):
        raise Refused("can't parse request: the multipart body is incomplete")
    for head, body in parts(sections):
        headers = email.message_from_string(head.decode("utf-8", "replace"))
        name = headers.get_param("name", header="content-disposition")
        filename = headers.get_filename()
        if not isinstance(name, str):
            raise Refused("can't parse request: a part has no name")
        if filename is None:
            found.values[name] = body.decode("utf-8", "replace")
        else:
            found.files[name] = File(filename, headers.get_content_type(), body)
