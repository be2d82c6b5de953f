"""Where a browser may be led back to: addresses as clients register them, compared to the letter, but for the ports of one's own machine.

A program on somebody's machine listens on whatever port is free (RFC 8252, 7.3), so that part alone may differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import SplitResult, urlencode, urlsplit

from socialclaw.grants.refusals import OAuthError
from socialclaw.loopback import is_loopback

LONGEST = 512
MOST = 20
PLACE = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~-]+)(:\d{1,5})?")  # host and port; some readers see `[::1]` in `[::1].elsewhere`
SCHEME = re.compile(r"[a-z][a-z0-9+.-]{0,62}")
PRINTABLE = re.compile(r"[!#-;=?-\[\]-~]+")  # of ASCII, without spaces, quotes, backslashes, < and >
# What a browser would run, show or hand to another program as if it came from here.
RUN, SHOWN = "javascript vbscript data jar", "about blob chrome file filesystem ftp resource view-source ws wss"
NEVER = frozenset(f"{RUN} {SHOWN} intent mailto sms tel".split())


def checked(uris: Iterable[object]) -> tuple[str, ...]:
    """The addresses that a client names, each one that we lead to. OAuthError `invalid_redirect_uri`."""
    found = tuple(_checked(uri) for uri in uris)
    if len(found) > MOST:
        raise OAuthError(f"redirect_uris has at most {MOST} addresses", code="invalid_redirect_uri")
    return found


def _checked(uri: object) -> str:
    said = uri[:100] if isinstance(uri, str) else uri
    parts = _parts(uri) if isinstance(uri, str) and len(uri) <= LONGEST and PRINTABLE.fullmatch(uri) else None
    if parts is None or not SCHEME.fullmatch(parts.scheme) or parts.scheme in NEVER or "#" in str(uri):
        message = f"redirect_uris: {said!r} is no address to lead back to: an absolute URI of at most {LONGEST} characters, without #"
        raise OAuthError(message, code="invalid_redirect_uri")
    if parts.scheme in ("http", "https") and not PLACE.fullmatch(parts.netloc):
        raise OAuthError(f"redirect_uris: {said!r} needs a host, and takes no user", code="invalid_redirect_uri")
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise OAuthError(f"redirect_uris: {said!r} would carry a code in clear: use https", code="invalid_redirect_uri")
    assert isinstance(uri, str)
    return uri


def is_one_of(asked: str, registered: Iterable[str]) -> bool:
    """Whether a client may have somebody led there: to the letter, but for the port on this very machine."""
    return any(asked == one or (_without_port(asked) or asked) == _without_port(one) for one in registered)


def _without_port(uri: str) -> tuple[str, ...] | None:
    """A loopback address over http but for its port; None of any other."""
    parts = _parts(uri) if PRINTABLE.fullmatch(uri) else None
    if parts is None or parts.scheme != "http" or not PLACE.fullmatch(parts.netloc) or "#" in uri:
        return None
    if not is_loopback(parts.hostname or ""):
        return None
    return parts.scheme, parts.hostname or "", parts.path, parts.query


def _parts(uri: str) -> SplitResult | None:
    try:
        found = urlsplit(uri)
        _ = found.port
    except ValueError:
        return None
    return found


def back(uri: str, **answer: str | None) -> str:
    """The address with an answer in its query."""
    said = urlencode({name: value for name, value in answer.items() if value is not None})
    return f"{uri}{'&' if '?' in uri else '?'}{said}"


def place(uri: str) -> str:
    """Where that is, for people: a host, their own machine, or an app."""
    parts = urlsplit(uri)
    if parts.scheme == "http":
        return "a program on this computer"
    return parts.hostname or "" if parts.scheme == "https" else f"the app that opens {parts.scheme}:"


def source(uri: str) -> str:
    """The same for a content security policy, which has no words for IPv6: there it is the scheme."""
    parts = urlsplit(uri)
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not re.fullmatch(r"[a-z0-9.-]+", host):
        return f"{parts.scheme}:"
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else "")
