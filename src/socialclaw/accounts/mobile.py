"""Which URL schemes a consent page may lead back to: those of mobile apps.

A phone or a desktop opens whatever program has registered a scheme, and many that systems come with run commands, search files or install
things. So a scheme is let through where the operator has named it, or where it is a domain name backwards (RFC 8252, section 7.1), which
no such program's is but for the systems' own domains.
"""

from __future__ import annotations

import re

from socialclaw.errors import InvalidRequest
from socialclaw.settings import Settings

REVERSED_DOMAIN = re.compile(r"(?=.{3,64}\Z)[a-z]{2,}(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")
# Dotted schemes that are not an app's: Windows' own, Apple's and Android's, and those of IANA's register.
NOT_AN_APP = ("microsoft", "windows", "com.microsoft", "com.windows", "com.apple", "com.android", "iris", "soap", "xmlrpc", "z39")


def callback_scheme_of(settings: Settings, value: object) -> str | None:
    """An app's URL scheme, in lower case; None where none is asked for. InvalidRequest `callback_scheme_invalid`."""
    if value is None or value == "":
        return None
    scheme = value.lower() if isinstance(value, str) else ""
    if scheme in settings.callback_schemes or (REVERSED_DOMAIN.fullmatch(scheme) and not _of_a_system(scheme)):
        return scheme
    message = (
        "callbackScheme must be the URL scheme of your mobile app: a domain name of yours backwards, such as org.example.app,"
        f" or one that this server is set to allow ({', '.join(settings.callback_schemes) or 'none'})"
    )
    issue = {"path": "callbackScheme", "code": "callback_scheme_invalid", "message": message}
    raise InvalidRequest(message, code="callback_scheme_invalid", issues=[issue])


def _of_a_system(scheme: str) -> bool:
    return any(scheme.startswith(f"{domain}.") for domain in NOT_AN_APP)
