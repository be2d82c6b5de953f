"""One try: the event is posted, and what is answered is read as far as it is kept. No redirect is followed, to public places only."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx2

from socialclaw.db.base import real_now
from socialclaw.errors import InvalidRequest
from socialclaw.loopback import is_loopback, only_here
from socialclaw.settings import Settings
from socialclaw.system import System
from socialclaw.webhooks.verdict import Answer

SECONDS = 15.0
KEPT = 2048  # bytes of an answer
LONGEST_URL = 2000


def check_url(url: str, settings: Settings, *, test: bool) -> str:
    """The URL, if events may be sent there; InvalidRequest `webhook_url_invalid`. Where it leads is looked at at every try."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _invalid("This is not a URL") from None
    if len(url) > LONGEST_URL or not url.isprintable() or " " in url:
        raise _invalid(f"A URL has at most {LONGEST_URL} characters, and no blanks")
    if not parts.hostname or parts.username is not None or parts.password is not None:
        raise _invalid("A URL names a host, and no user or password")
    if parts.scheme == "http" and only_here(url) and local(settings, test=test):
        return url
    if parts.scheme != "https" or port not in (None, 443):
        here = "; http to this machine is for test workspaces of a server that only this machine reaches" if only_here(url) else ""
        raise _invalid(f"Events are sent by https, on port 443{here}")
    if is_loopback(parts.hostname):
        raise _invalid("Events are sent to public addresses only")
    return url


def local(settings: Settings, *, test: bool) -> bool:
    """Whether events may be sent to this very machine: of a test workspace, on a server that nobody else reaches."""
    return test and is_loopback(settings.host)


def _invalid(message: str) -> InvalidRequest:
    return InvalidRequest(message, code="webhook_url_invalid", path="url")


async def send(system: System, url: str, body: bytes, headers: Mapping[str, str], *, test: bool) -> Answer:
    """Post it; whatever happens is an answer."""
    here = url.startswith("http:") and local(system.settings, test=test)
    http = system.outbound.local if here else system.outbound.guarded
    began = time.monotonic()

    def answered(status: int | None = None, **more: object) -> Answer:
        return Answer(status, round((time.monotonic() - began) * 1000), **more)  # type: ignore[arg-type]

    try:
        check_url(url, system.settings, test=test)
        async with asyncio.timeout(SECONDS):
            sent = {"content-type": "application/json", "accept-encoding": "identity", **headers}
            async with http.stream("POST", url, content=body, headers=sent) as response:
                text = await _beginning(response)
                return answered(response.status_code, text=text, error=_wrong(response), retry_after=_retry_after(response))
    except TimeoutError:
        return answered(error=f"No answer within {SECONDS:g} seconds")
    except InvalidRequest as error:
        return answered(error=error.message)
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:
        said = str(error).strip()
        return answered(error=f"No answer: {said or type(error).__name__}"[:300])


async def _beginning(response: httpx2.Response) -> str:
    """What of the answer is kept. Its status is what counts: a body that breaks off says nothing against it."""
    found = b""
    try:
        async for piece in response.aiter_raw():
            found += piece
            if len(found) >= KEPT:
                break
    except httpx2.HTTPError:
        pass
    return "".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in found[:KEPT].decode(errors="replace"))


def _wrong(response: httpx2.Response) -> str | None:
    if response.is_success:
        return None
    if response.is_redirect:
        return f"Status {response.status_code}: redirects are not followed"
    return f"Status {response.status_code}"


def _retry_after(response: httpx2.Response) -> float | None:
    """Seconds or a date, as HTTP has it."""
    said = response.headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return min(float(said), 1e9)
    try:
        return max(0.0, (parsedate_to_datetime(said) - real_now()).total_seconds())
    except (ValueError, TypeError):
        return None
