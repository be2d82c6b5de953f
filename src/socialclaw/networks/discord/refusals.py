"""What Discord's refusals mean, by its JSON error codes.

https://docs.discord.com/developers/topics/opcodes-and-status-codes (JSON), https://docs.discord.com/developers/topics/rate-limits
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import httpx2

from socialclaw.errors import ProviderError, RateLimited, Rejected, Unauthorized, Unavailable
from socialclaw.providers.wire import body_of, retry_after

GONE = "discord_message_gone"
INVALID_BODY, OVERLOADED, EDGE = 50035, 130000, 40333

_TABLE: Mapping[int, tuple[type[Rejected] | type[Unauthorized], str]] = {
    # the destination
    10015: (Unauthorized, "discord_webhook_gone"),
    50027: (Unauthorized, "discord_webhook_token_invalid"),
    10003: (Unauthorized, "discord_channel_gone"),
    50001: (Unauthorized, "discord_access_lost"),
    50013: (Unauthorized, "discord_access_lost"),
    160005: (Rejected, "discord_thread_closed"),
    50083: (Rejected, "discord_thread_closed"),
    # the message
    10008: (Rejected, GONE),
    50006: (Rejected, "discord_text_or_media_required"),
    50109: (Rejected, "discord_request_invalid"),
    INVALID_BODY: (Rejected, "discord_request_invalid"),
    30015: (Rejected, "provider_multi_asset_unsupported"),
    40005: (Rejected, "discord_file_too_large"),
    50045: (Rejected, "discord_file_too_large"),
    200000: (Rejected, "discord_content_blocked"),
    200001: (Rejected, "discord_content_blocked"),
    240000: (Rejected, "discord_content_blocked"),
    **dict.fromkeys((220001, 220002, 220003, 220004), (Rejected, "discord_forum_unsupported")),
}


def explain(response: httpx2.Response) -> ProviderError | None:
    """Discord's answer as one of our errors; None where it means yes, or where only the HTTP status is left to judge by."""
    if response.is_success:
        return None
    status, body = response.status_code, body_of(response)
    if not isinstance(body, dict) or not isinstance(body.get("code", 0), int):
        return _of_the_edge(response)
    number = body.get("code", 0)
    words = ": ".join([str(body.get("message") or f"error {number or status}"), *_details(body.get("errors"))])
    message = f"Discord: {words}"
    if status == 429:
        return RateLimited(message, retry_after=float(body.get("retry_after", retry_after(response))), said=words)
    if number == OVERLOADED:  # it says that it has not even begun
        return RateLimited(message, retry_after=retry_after(response), said=words)
    if number == EDGE:
        return Unavailable(message, sent=False, code="discord_edge_refused", said=words)
    if status >= 500:
        return Unavailable(message, sent=True, said=words)
    if number in _TABLE:
        kind, code = _TABLE[number]
        return kind(message, code=code, said=words, discordCode=number)
    if status == 401:
        return Unauthorized(message, code="discord_webhook_token_invalid", said=words)
    return Rejected(message, said=words, discordCode=number, httpStatus=status)


def _of_the_edge(response: httpx2.Response) -> ProviderError | None:
    """An answer that is not the API's own: the network in front of it speaks, and the API has not seen the request."""
    match response.status_code:
        case 413:
            return Rejected("Discord takes no request of this size", code="discord_file_too_large")
        case 403:
            return Unavailable("Discord's edge refuses requests from here for now", sent=False, code="discord_edge_refused")
    return None


def _details(errors: Any) -> list[str]:
    """The nested form errors in one line: `content: Must be 2000 or fewer in length.; embeds.0.url: …`."""
    lines = [f"{path}: {text}" if path else text for path, text in _walk(errors, "")]
    return ["; ".join(lines)] if lines else []


def _walk(errors: Any, path: str) -> Iterator[tuple[str, str]]:
    if not isinstance(errors, dict):
        return
    for key, value in errors.items():
        if key == "_errors" and isinstance(value, list):
            yield from ((path, str(item.get("message", ""))) for item in value if isinstance(item, dict))
        else:
            yield from _walk(value, f"{path}.{key}".lstrip("."))
