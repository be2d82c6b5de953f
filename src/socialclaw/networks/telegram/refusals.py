"""What Telegram's refusals mean.

Telegram names a failure by an HTTP-like number and a sentence; only the sentence says which. The sentences are the server's own
(https://github.com/tdlib/telegram-bot-api, Client.cpp); those in capitals are passed on from deeper within.
"""

from __future__ import annotations

import re

import httpx2

from socialclaw.errors import ProviderError, RateLimited, Rejected, Unauthorized, Unavailable
from socialclaw.providers.wire import body_of, retry_after

URL_REFUSED, TOO_LARGE = "telegram_media_url_refused", "telegram_media_too_large"
GONE, NOT_MODIFIED = "telegram_message_gone", "telegram_message_not_modified"
MIGRATED = "telegram_chat_migrated"

_TABLE: tuple[tuple[str, type[Rejected] | type[Unauthorized], str], ...] = (
    # the destination
    (r"chat not found|chat_id is empty|PEER_ID_INVALID", Unauthorized, "telegram_chat_not_found"),
    (r"group chat was upgraded to a supergroup", Rejected, MIGRATED),
    (r"group chat was deleted|group chat was deactivated", Unauthorized, "telegram_access_lost"),
    (r"message thread not found|TOPIC_(CLOSED|DELETED)", Rejected, "telegram_topic_unavailable"),
    # rights
    (r"need administrator rights|CHAT_ADMIN_REQUIRED", Unauthorized, "telegram_bot_not_admin"),
    (r"not enough rights to send (?!text)", Rejected, "telegram_rights_missing"),
    (r"not enough rights|have no (write access|rights)|CHAT_WRITE_FORBIDDEN", Unauthorized, "telegram_rights_missing"),
    (r"CHAT_SEND_\w+_FORBIDDEN", Rejected, "telegram_rights_missing"),
    # taking down; before the general words about messages
    (r"message to (delete|edit) not found", Rejected, GONE),
    (r"message can't be deleted", Rejected, "telegram_delete_refused"),
    (r"message is not modified", Rejected, NOT_MODIFIED),
    # the text
    (r"message text is empty|MESSAGE_EMPTY", Rejected, "telegram_text_empty"),
    (r"(message|caption) is too long|MESSAGE_TOO_LONG|CAPTION_TOO_LONG", Rejected, "telegram_text_too_long"),
    (r"can't parse entities|ENTITIES?_\w+_INVALID|unsupported parse_mode", Rejected, "telegram_markup_invalid"),
    # media that Telegram was to fetch
    (r"wrong HTTP URL|failed to get HTTP URL content|wrong type of the web page content", Rejected, URL_REFUSED),
    (r"can't upload file by URL|wrong (remote )?file identifier|WEBPAGE_(CURL_FAILED|MEDIA_EMPTY)", Rejected, URL_REFUSED),
    (r"file is too big|Request Entity Too Large", Rejected, TOO_LARGE),
    (
        r"there is no (photo|video) in the request|^Bad Request: [A-Z0-9_]*(PHOTO|VIDEO|IMAGE|MEDIA|FILE)[A-Z0-9_]*$",
        Rejected,
        "telegram_media_invalid",
    ),
)
_REFUSALS = tuple((re.compile(pattern, re.IGNORECASE), kind, code) for pattern, kind, code in _TABLE)


def explain(response: httpx2.Response) -> ProviderError | None:
    """Telegram's answer as one of our errors; None where it means yes, or where only the HTTP status is left to judge by."""
    body = body_of(response)
    if response.is_success:
        if body["ok"] is True and "result" in body:  # a body that is not the Bot API's raises, which is read as malformed
            return None
    elif not isinstance(body, dict) or "ok" not in body:
        return Rejected("Telegram takes no request of this size", code=TOO_LARGE) if response.status_code == 413 else None
    words = str(body.get("description") or f"error {response.status_code}")
    number = int(body.get("error_code") or response.status_code)
    parameters = body.get("parameters") or {}
    message = f"Telegram: {words}"
    if number == 429:
        return RateLimited(message, retry_after=float(parameters.get("retry_after") or retry_after(response)), said=words)
    if number >= 500:
        return Unavailable(message, sent=True, said=words)
    if number == 401 or (number == 404 and words == "Not Found"):  # the public host answers 404 to a token that makes no sense
        message = "Telegram does not know this bot token; it may have been revoked"
        return Unauthorized(message, code="telegram_token_invalid", path="botToken", said=words)
    for pattern, kind, code in _REFUSALS:
        if pattern.search(words):
            moved = {"migrateToChatId": parameters["migrate_to_chat_id"]} if "migrate_to_chat_id" in parameters else {}
            return kind(message, code=code, said=words, **moved)
    if number == 403:
        return Unauthorized(message, code="telegram_access_lost", said=words)
    return Rejected(message, said=words)
