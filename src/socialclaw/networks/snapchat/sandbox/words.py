"""How the simulated Snapchat says yes and no, and how it judges what it is sent.

Only three error codes are documented; other refusals come without one, with words alone. Source:
https://developers.snap.com/api/marketing-api/Public-Profile-API/GetStarted and /ProfileAssetManagement.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any

import httpx2

from socialclaw.providers.incoming import json_of
from socialclaw.simulation.forms import parts
from socialclaw.simulation.grants import Refused
from socialclaw.simulation.json_shapes import Judge, Shape, judge

DENIED = "AUTHORIZATION_PERMISSION_DENIED"


def ok(**fields: Any) -> httpx2.Response:
    return httpx2.Response(200, json={"request_status": "SUCCESS", "request_id": str(uuid.uuid4()), **fields})


def no(message: str, code: str = "", *, status: int = 200, **fields: Any) -> httpx2.Response:
    """A refusal; with status 200 only its `request_status` tells it from a success."""
    named = {"error_code": code} if code else {}
    body = {"request_status": "ERROR", "request_id": str(uuid.uuid4()), "debug_message": message, "display_message": message}
    return httpx2.Response(status, json={**body, **named, **fields})


def refuse(message: str, code: str = "", *, status: int = 200) -> Refused:
    return Refused(no(message, code, status=status))


def invalid(message: str) -> Refused:
    return refuse(message, status=400)


def row(kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """One entry of a list."""
    return {"sub_request_status": "SUCCESS", kind: dict(body)}


def text(most: int, least: int = 1) -> Judge:
    return lambda value: isinstance(value, str) and least <= len(value) <= most


def locale(value: Any) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(r"[a-z]{2}_[A-Z]{2}", value))


def single(shape: Shape) -> Judge:
    """A list of exactly one object of this shape."""
    return lambda value: isinstance(value, list) and len(value) == 1 and not any(judge(value[0], shape))


def body_of(request: httpx2.Request, shape: Shape) -> dict[str, Any]:
    """The JSON body; refused unless it is exactly of this shape."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise invalid("Content-Type must be application/json")
    try:
        body = json_of(request.content)
    except ValueError:
        raise invalid("The request body is not JSON") from None
    if wrong := next(judge(body, shape), None):
        raise invalid(wrong)
    return dict(body)


def form_of(request: httpx2.Request) -> dict[str, bytes]:
    """The fields of a multipart form; refused where it is none."""
    found = re.fullmatch(r'multipart/form-data; *boundary="?([^";]+)"?', request.headers.get("content-type", ""))
    if not found:
        raise invalid("Content-Type must be multipart/form-data")
    mark = b"--" + found[1].encode()
    pieces = (b"\r\n" + request.content).split(b"\r\n" + mark)
    if pieces[0] or pieces[-1].strip(b"\r\n") != b"--":
        raise invalid("The form is malformed")
    fields: dict[str, bytes] = {}
    for head, content in parts(pieces):
        name = re.search(rb'; name="([^"]+)"', head)
        if not name or name[1].decode() in fields:
            raise invalid("The form is malformed")
        fields[name[1].decode()] = content
    return fields
