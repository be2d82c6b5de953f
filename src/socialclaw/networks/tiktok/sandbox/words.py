"""How the simulated TikTok says yes and no, and how it judges what it is sent.

Source: https://developers.tiktok.com/doc/tiktok-api-v2-error-handling and the error tables of the Content Posting API.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

import httpx2

from socialclaw.providers.incoming import json_of
from socialclaw.simulation.grants import Refused
from socialclaw.simulation.json_shapes import Judge, Shape, judge

STATUSES = {
    "invalid_params": 400,
    "invalid_publish_id": 400,
    "invalid_file_upload": 400,
    "access_token_invalid": 401,
    "scope_not_authorized": 401,
    "scope_permission_missed": 401,
    "spam_risk_too_many_posts": 403,
    "spam_risk_too_many_pending_share": 403,
    "spam_risk_user_banned_from_posting": 403,
    "reached_active_user_cap": 403,
    "unaudited_client_can_only_post_to_private_accounts": 403,
    "url_ownership_unverified": 403,
    "privacy_level_option_mismatch": 403,
    "token_not_authorized_for_specified_publish_id": 403,
    "not_found": 404,
    "rate_limit_exceeded": 429,
    "internal_error": 500,
}


def answer(data: Mapping[str, Any]) -> httpx2.Response:
    return httpx2.Response(200, json={"data": data, "error": {"code": "ok", "message": "", "log_id": log_id()}})


def no(code: str, message: str, *, status: int | None = None) -> httpx2.Response:
    """A refusal; where `status` is 200 only the code tells it from a success."""
    return httpx2.Response(status or STATUSES[code], json={"data": {}, "error": {"code": code, "message": message, "log_id": log_id()}})


def refuse(code: str, message: str, *, status: int | None = None) -> Refused:
    return Refused(no(code, message, status=status))


def invalid(message: str) -> Refused:
    return refuse("invalid_params", message)


def log_id() -> str:
    return f"20260911{secrets.token_hex(12).upper()}"


def text(most: int) -> Judge:
    """At most so many UTF-16 units."""
    return lambda value: isinstance(value, str) and len(value.encode("utf-16-le", "surrogatepass")) <= 2 * most


def number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def words(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(word, str) and word for word in value)


def body_of(request: httpx2.Request, shape: Shape, *, empty: bool = False) -> dict[str, Any]:
    """The JSON body; refused unless it is exactly of this shape. `empty`: it may be left out."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise invalid("Content-Type must be application/json; charset=UTF-8")
    if not request.content and empty:
        return {}
    try:
        body = json_of(request.content)
    except ValueError:
        raise invalid("The request body is not JSON") from None
    if wrong := next(judge(body, shape), None):
        raise invalid(wrong)
    return dict(body)


def fields_of(request: httpx2.Request, known: Mapping[str, str] | frozenset[str]) -> list[str]:
    """The `fields` of the query; refused where there is none, or one that this call does not have."""
    given = dict(request.url.params)
    if set(given) != {"fields"}:
        raise invalid("The query must hold fields, and nothing else")
    names = [name for name in given["fields"].split(",") if name]
    if not names or any(name not in known for name in names):
        raise invalid("Fields are missing or unknown")
    return names
