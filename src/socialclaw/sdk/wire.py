"""What both clients make of a call and of its answer, without sending anything: paths, retries, errors."""

from __future__ import annotations

import random
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

import httpx2

from .errors import ClientError

VERSION = "0.1.0"
USER_AGENT = f"socialclaw-client/{VERSION}"
CONNECT_SECONDS = 10.0
READ_SECONDS = 60.0
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 60.0  # seconds; who is told to come back later than that is told so, and does not wait
LATER = (429, 503)  # the API itself says: not now
GATEWAYS = (502, 504)  # said by a proxy before it; where the API says it, a network has answered, and would again
TAKEN = "idempotency_key_in_use"  # the first try is still being worked on
NO_ANSWER = (httpx2.TransportError, httpx2.DecodingError, httpx2.InvalidURL)
HOPELESS = (httpx2.UnsupportedProtocol, httpx2.InvalidURL)  # no address

Answer = dict[str, Any]


def in_path(value: str) -> str:
    """An id as a part of a path, whatever it is."""
    return quote(value, safe="")


def new_key() -> str:
    """An idempotency key: made before the first try, and kept for the others."""
    return f"sdk-{secrets.token_hex(16)}"


def headers(secret: str) -> dict[str, str]:
    found = {"accept": "application/json", "user-agent": USER_AGENT}
    return found | ({"authorization": f"Bearer {secret}"} if secret else {})


def said(query: Mapping[str, Any] | None) -> dict[str, Any]:
    """The parameters that have a value."""
    return {name: value for name, value in (query or {}).items() if value is not None}


def read(response: httpx2.Response, error: type[ClientError] = ClientError) -> Answer:
    """The answer's JSON object; `error` for any other, and for every refusal."""
    request_id = response.headers.get("x-request-id", "")
    body = _object(response)
    if body is None:
        message = f"{response.request.url.path} answered {response.status_code} with something that is not a JSON object"
        raise error("invalid_response", message, status=response.status_code, request_id=request_id)
    if not response.is_success:
        code, message = str(body.get("code") or "invalid_response"), str(body.get("message") or f"HTTP {response.status_code}")
        raise error(code, message, body.get("details"), response.status_code, request_id=request_id, body=body)
    return body


def unreachable(base_url: str, why: Exception) -> str:
    return f"{base_url} cannot be reached: {str(why) or type(why).__name__}"


def pause(tried: int, response: httpx2.Response | Exception) -> float | None:
    """How long to wait before another try; None where there is no use in one. `response`: or what kept it from coming."""
    if isinstance(response, Exception):
        return None if isinstance(response, HOPELESS) else _backoff(tried)
    if not _worth_another(tried, response):
        return None
    told = _retry_after(response)
    if told is None:
        return _backoff(tried)
    return told if told <= LONGEST_PAUSE else None


def _worth_another(tried: int, response: httpx2.Response) -> bool:
    if response.status_code in LATER:
        return True
    body = _object(response) if response.status_code in (*GATEWAYS, 409) else {}
    if response.status_code in GATEWAYS:
        return body is None
    return tried > 0 and (body or {}).get("code") == TAKEN  # our own first try, whose answer was lost


def _backoff(tried: int) -> float:
    longest: float = FIRST_PAUSE * 2**tried
    return longest * random.uniform(0.5, 1)


def _retry_after(response: httpx2.Response) -> float | None:
    given = response.headers.get("retry-after", "").strip()
    if given.isdecimal():
        return float(given)
    try:
        return max(0.0, (parsedate_to_datetime(given) - datetime.now(UTC)).total_seconds()) if given else None
    except (TypeError, ValueError):
        return None


def _object(response: httpx2.Response) -> Answer | None:
    try:
        body = response.json()
    except ValueError:
        return None
    return body if isinstance(body, dict) else None
