"""What WordPress's refusals mean, in our errors: `{"error", "message"}` of the REST API v1.x, and the core's `{"code", "message", "data"}`.

Words: https://github.com/Automattic/jetpack (json-endpoints) and probes of public-api.wordpress.com.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import httpx2

from socialclaw.errors import Missing, ProviderError, Rejected, Unauthorized, Unavailable
from socialclaw.providers.wire import body_of

# What says that the token opens nothing (any more).
NO_TOKEN = frozenset({"invalid_token", "rest_unauthorized", "rest_not_logged_in"})
# WordPress.com could not speak to a self-hosted site: it passes, and says nothing of what the site did.
PROXY = re.compile(r"jetpack_\w+|http_request_failed|http_\d+|unreachable")

# WordPress's word -> our code, what to tell the user.
BY_WORD: Mapping[str, tuple[str, str]] = {
    "unknown_blog": ("wordpress_site_not_found", "WordPress does not know the site (any more)"),
    "invalid_site": ("wordpress_site_not_found", "WordPress does not know the site (any more)"),
    "unknown_post": ("wordpress_post_not_found", "The post is not there any more"),
    "rest_post_invalid_id": ("wordpress_post_not_found", "The post is not there any more"),
    "unknown_post_type": ("wordpress_post_type_unknown", "The site has no posts of this type"),
    "unknown_media": ("wordpress_media_not_found", "The file is not in the site's media library any more"),
    "invalid_input": ("wordpress_invalid_input", "WordPress did not accept the post"),
    "rest_invalid_param": ("wordpress_invalid_input", "WordPress did not accept the post"),
    "authorization_required": ("wordpress_forbidden", "WordPress does not allow this user to do that"),
    "unauthorized": ("wordpress_forbidden", "WordPress does not allow this user to do that"),
    "rest_forbidden": ("wordpress_forbidden", "WordPress does not allow this user to do that"),
    "upload_error": ("wordpress_media_refused", "The site does not take the file"),
    "rest_upload_invalid": ("wordpress_media_refused", "The site does not take the file"),
    "rest_upload_file_too_big": ("wordpress_media_too_large", "The file is too large for the site"),
    "rest_upload_limited_space": ("wordpress_storage_full", "The site has not enough space left for the file"),
    "rest_upload_user_quota_exceeded": ("wordpress_storage_full", "The site has used up its space for files"),
}
# Where one word stands for several refusals: sign in the message -> our code, what to tell the user.
BY_MESSAGE: tuple[tuple[str, str, str], ...] = (
    (r"cannot (publish|edit) posts", "wordpress_publish_forbidden", "The user may not write on this site"),
    (r"cannot upload", "wordpress_upload_forbidden", "The user may not upload files to this site"),
    (r"cannot delete", "wordpress_delete_forbidden", "The user may not delete this post"),
    (r"cannot view.*stat", "wordpress_stats_forbidden", "The user may not see the statistics of this site"),
)
FORBIDDEN = "wordpress_forbidden"


def explain(response: httpx2.Response) -> ProviderError | None:
    """WordPress's own words as one of our errors; None where the status says it all (or all is well)."""
    status, body = response.status_code, body_of(response)
    word, message = _read(body)
    if response.is_success:
        return _upload_refused(body, status) if isinstance(body, Mapping) and "errors" in body and not body.get("media") else None
    if word and PROXY.fullmatch(word):
        said = f"{word}: {message}"
        return Unavailable("WordPress.com could not speak to the site", sent=True, code="wordpress_site_unreachable", said=said)
    if status in (408, 425, 429) or status >= 500:
        return None
    if isinstance(body, Mapping) and isinstance(body.get("errors"), list):
        return _upload_refused(body, status)
    said = f"{word}: {message}" if word else response.text[:500]
    if word in NO_TOKEN or status == 401 or (word == "authorization_required" and "access token" in message):
        return Unauthorized("WordPress no longer accepts the access token", said=said)
    return _rejected(word, message, status)


def unreadable(what: str) -> Unavailable:
    return Unavailable(f"WordPress answered without {what}", sent=True, code="provider_malformed")


def _rejected(word: str, message: str, status: int) -> Rejected:
    code, words = BY_WORD.get(word, _BY_STATUS.get(status, ("wordpress_rejected", "WordPress did not accept the request")))
    if code == FORBIDDEN:
        found = ((code, words) for sign, code, words in BY_MESSAGE if re.search(sign, message, re.IGNORECASE))
        code, words = next(found, (code, words))
    kind = Missing if code.endswith("_not_found") else Rejected
    return kind(f"{words}: {message[:300]}" if message else words, code=code, said=f"{word}: {message}"[:500], httpStatus=status)


def _upload_refused(body: Mapping[str, Any], status: int) -> Rejected:
    """The answer to an upload of which nothing was kept: one error for each file."""
    errors = body["errors"]
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], Mapping) else {}
    word, message = _read(first)
    return _rejected(word or "upload_error", message, status)


_BY_STATUS = {
    403: (FORBIDDEN, "WordPress does not allow this user to do that"),
    404: ("wordpress_not_found", "WordPress does not have it, or not any more"),
    413: ("wordpress_media_too_large", "The file is too large for the site"),
}


def _read(body: Any) -> tuple[str, str]:
    """Word and message of an error body; nothing where it is none."""
    if not isinstance(body, Mapping):
        return "", ""
    word = next((body[name] for name in ("error", "code") if isinstance(body.get(name), str)), "")
    message = body.get("message")
    return word, message if isinstance(message, str) else ""
