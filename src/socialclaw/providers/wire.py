"""One request out; every failure is one of our ProviderErrors.

The one distinction everything else rests on is made here: whether a request that failed may have arrived.
"""

from __future__ import annotations

import email.utils
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import httpx2

from socialclaw import clock
from socialclaw.errors import InvalidRequest, Missing, ProviderError, RateLimited, Rejected, Unauthorized, Unavailable, Unpaid

# The headers of what the networks answered within `listening()`.
_heard: ContextVar[list[httpx2.Headers] | None] = ContextVar("heard", default=None)

Explain = Callable[[httpx2.Response], ProviderError | None]

# Raised before the first byte of a request is written. Everything else may have reached the network.
NEVER_LEFT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)

PAYMENT_REQUIRED = 402
DEFAULT_RETRY_AFTER = 60.0
MOST_RETRY_AFTER = 7 * 24 * 3600.0


@contextmanager
def listening() -> Iterator[list[httpx2.Headers]]:
    """The headers of every answer to a call made in this context: what a network says of its limits before it refuses."""
    heard: list[httpx2.Headers] = []
    token = _heard.set(heard)
    try:
        yield heard
    finally:
        _heard.reset(token)


async def send(
    http: httpx2.AsyncClient, method: str, url: str, *, explain: Explain | None = None, also: Sequence[int] = (), **kwargs: Any
) -> httpx2.Response:
    """Send one request; return the answer if the network meant yes, else raise what went wrong.

    `also`: statuses beside 2xx with which this network means yes (308 of an upload that goes on, say).

    `explain` is a network's own reading of an answer (an error code in a body, say); it may raise nothing and must not
    assume that a body is well formed. Where it has nothing to say, the status decides.
    """
    host = httpx2.URL(url).host
    try:
        response = await http.request(method, url, **kwargs)
    except NEVER_LEFT as error:
        raise Unavailable(f"Could not reach {host}", sent=False, said=type(error).__name__) from error
    except InvalidRequest as error:  # the guard of the way out: today the name leads to no public address
        raise Unavailable(f"Could not reach {host}", sent=False, said=error.message) from error
    except httpx2.RequestError as error:
        raise Unavailable(f"No answer from {host}", sent=True, said=type(error).__name__) from error
    if (heard := _heard.get()) is not None:
        heard.append(response.headers)
    said = _explained(explain, response) if explain else None
    if response.status_code == PAYMENT_REQUIRED and not isinstance(said, RateLimited):
        raise by_status(response)
    if said:
        raise said
    if not response.is_success and response.status_code not in also:
        raise by_status(response)
    return response


async def call(http: httpx2.AsyncClient, method: str, url: str, *, explain: Explain | None = None, **kwargs: Any) -> Any:
    """Like `send`, but returns the answer's JSON, or None where it has no body."""
    response = await send(http, method, url, explain=explain, **kwargs)
    if not response.content:
        return None
    try:
        return response.json()
    except (ValueError, RecursionError) as error:
        raise malformed(response) from error


def malformed(response: httpx2.Response) -> Unavailable:
    """An answer that cannot be read says nothing of what happened behind it."""
    host = response.request.url.host
    return Unavailable(f"{host} answered {response.status_code} with a body that could not be read", sent=True, code="provider_malformed")


def by_status(response: httpx2.Response) -> ProviderError:
    """What an HTTP status means where the network's own words do not say more."""
    status = response.status_code
    message = f"{response.request.url.host} answered {status}"
    said = response.text[:500]
    if status == 401:
        return Unauthorized(message, said=said)
    if status == 429:
        return RateLimited(message, retry_after=retry_after(response), said=said)
    if status == PAYMENT_REQUIRED:
        return Unpaid(f"{message}: the developer app has no credit left there. Whoever runs this server must top it up", said=said)
    if status in (408, 425) or status >= 500:
        return Unavailable(message, sent=True, said=said)
    return (Missing if status in (404, 410) else Rejected)(message, said=said, httpStatus=status)


def retry_after(response: httpx2.Response, default: float = DEFAULT_RETRY_AFTER) -> float:
    """Seconds named by Retry-After, as a number or as an HTTP date; at most a week."""
    value = response.headers.get("retry-after", "")
    try:
        seconds = float(value)
    except ValueError:
        seconds = _until(value)
    return min(max(0.0, seconds), MOST_RETRY_AFTER) if math.isfinite(seconds) else default


def _until(value: str) -> float:
    """Seconds until an HTTP date; NaN where it is none."""
    try:
        return email.utils.parsedate_to_datetime(value).timestamp() - clock.now().timestamp()
    except (ValueError, OverflowError):
        return math.nan


def body_of(response: httpx2.Response) -> Any:
    """The JSON of an answer, or None; for use in `explain`."""
    try:
        return response.json()
    except (ValueError, RecursionError):
        return None


def _explained(explain: Explain, response: httpx2.Response) -> ProviderError | None:
    try:
        return explain(response)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        if response.is_success:
            raise malformed(response) from error
        return None
