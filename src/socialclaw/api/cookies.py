"""The session's cookie, and what a request that brings one has to show: that it comes from a page of ours, or from no browser at all."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from fastapi import Request, Response
from starlette.datastructures import Headers

from socialclaw.errors import Conflict, Forbidden
from socialclaw.loopback import only_here
from socialclaw.settings import Settings

SAFE = ("GET", "HEAD")
PORTS = {"http": 80, "https": 443}


class CrossSite(Forbidden):
    """A page of another site has sent this, or a browser that does not say which."""

    code = "cross_site_request"


def name(settings: Settings) -> str:
    """What the cookie is called: by the address of the server, never by what a request says.

    Browsers keep `__Host-` cookies from https only, so a server that is reached by plain http on this machine alone does without.
    """
    return "sc_session" if _plain(settings) else "__Host-sc_session"


def given(request: Request, settings: Settings) -> str | None:
    """The secret that the request brings, if it may be used: a look from another site counts as one without a cookie.

    Not so where somebody comes here from there, by a link in their mail or from an issuer: then they look, and that site sees nothing.
    """
    secret = _only(request, name(settings))
    if secret and request.method in SAFE and from_elsewhere(request) and not _comes_here(request):
        return None
    return secret


def _only(request: Request, called: str) -> str | None:
    """The one cookie of this name. Of two, one was put there by somebody else, by a page of another port or path, and nobody can tell
    which: neither counts."""
    pieces = (piece for header in request.headers.getlist("cookie") for piece in header.split(";"))
    found = {value.strip() for key, equals, value in (piece.partition("=") for piece in pieces) if equals and key.strip() == called}
    return request.cookies.get(called) if len(found) == 1 else None


def from_elsewhere(request: Request) -> bool:
    """Whether another site has led or sent this request here."""
    return request.headers.get("sec-fetch-site") in ("cross-site", "same-site")


def _comes_here(request: Request) -> bool:
    """Whether a browser is to show the answer as a page of its own, in no frame (Fetch Metadata, 2)."""
    return (request.headers.get("sec-fetch-mode"), request.headers.get("sec-fetch-dest")) == ("navigate", "document")


def keep(response: Response, settings: Settings, secret: str, seconds: int) -> None:
    """Have the browser keep a session."""
    secure = not _plain(settings)
    response.set_cookie(name(settings), secret, max_age=seconds, path="/", secure=secure, httponly=True, samesite="lax")


def drop(response: Response, settings: Settings) -> None:
    """Have the browser forget it."""
    response.delete_cookie(name(settings), path="/", secure=not _plain(settings), httponly=True, samesite="lax")


def attempt_name(settings: Settings) -> str:
    """What the cookie is called that binds a sign-in under way to a browser."""
    return "sc_attempt" if _plain(settings) else "__Host-sc_attempt"


def attempt(request: Request, settings: Settings) -> str | None:
    """What this browser has of a sign-in under way."""
    return request.cookies.get(attempt_name(settings))


def keep_attempt(response: Response, settings: Settings, binding: str, seconds: int, *, travels: bool) -> None:
    """Have the browser keep it. `travels`: also on a form that another site's page posts here, for which a cookie has to be secure."""
    site: Literal["none", "lax"] = "none" if travels else "lax"
    secure = travels or not _plain(settings)
    response.set_cookie(attempt_name(settings), binding, max_age=seconds, path="/", secure=secure, httponly=True, samesite=site)


def drop_attempt(response: Response, settings: Settings, *, travels: bool) -> None:
    site: Literal["none", "lax"] = "none" if travels else "lax"
    secure = travels or not _plain(settings)
    response.delete_cookie(attempt_name(settings), path="/", secure=secure, httponly=True, samesite=site)


def can_keep(settings: Settings) -> None:
    """Conflict `sign_in_needs_https` where no browser would keep our cookie."""
    if not settings.base_url.startswith("https:") and not _plain(settings):
        message = (
            f"Browsers keep a session from https only, or from this machine: {settings.base_url} is neither."
            " Put the server behind https and set SOCIALCLAW_PUBLIC_BASE_URL"
        )
        raise Conflict(message, code="sign_in_needs_https")


def check_origin(headers: Headers, settings: Settings, method: str, *, named: bool = True) -> None:
    """CrossSite where the request is another site's. What changes something must say whose it is, if it is to be `named`.

    An app's client is no browser, and says neither; a browser says at least one of the two of whatever is no mere look.
    """
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    foreign = origin is not None and _origin(origin) != _origin(settings.base_url)
    if foreign or (method not in SAFE and site not in (None, "same-origin")):
        raise CrossSite(f"This was sent by a page of another site. Pages of this server are at {settings.base_url}")
    if method in SAFE:
        return
    if named and origin is None and site is None:
        raise CrossSite("With a browser's session, send Origin or Sec-Fetch-Site, as browsers do; programs use an API key")


def _plain(settings: Settings) -> bool:
    return settings.base_url.startswith("http:") and only_here(settings.base_url)


def _origin(url: str) -> tuple[str, str, int | None] | None:
    """Scheme, host and port of a URL; None where it has none (`null`, or nonsense)."""
    try:
        found = urlsplit(url)
        port = found.port or PORTS.get(found.scheme)
    except ValueError:
        return None
    return (found.scheme, found.hostname, port) if found.hostname else None
