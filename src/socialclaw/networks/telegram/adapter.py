"""Speaking to the Bot API.

There is no `find`: a bot cannot read what a chat contains, and a message has no name of ours that one could ask for. An answer
that is lost takes the message id with it, so nothing but a person can tell whether the message is there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import httpx2

from socialclaw.errors import Rejected, Unauthorized
from socialclaw.networks.telegram.refusals import GONE, MIGRATED, TOO_LARGE, URL_REFUSED, explain
from socialclaw.providers import form_encoder
from socialclaw.providers.base import Steps
from socialclaw.providers.draft import Account, Draft, Media, Published, Target
from socialclaw.providers.shapes import MB
from socialclaw.providers.wire import call

API = "https://api.telegram.org"
TOKEN = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{35}")
CHAT = re.compile(r"(?:(?:https?://)?t(?:elegram)?\.me/|@)?([A-Za-z][A-Za-z0-9_]{3,31})/?")
SENDING = {"image": ("sendPhoto", "photo"), "video": ("sendVideo", "video")}
MOVING = ("sendAnimation", "animation")  # a picture that moves, which would stand still as a photo
MOST_BY_URL = {"image": 5 * MB, "video": 20 * MB}  # "Sending files"
MOST_PHOTO = 10 * MB
AS_A_FILE = "Telegram could not show it as a video: it stands there as a file to download"
SUPERGROUPS = 10**12  # the ids of channels and supergroups lie below minus this; what is beyond it is their number in t.me/c/
TYPES = {"channel": "telegram_channel", "group": "telegram_group", "supergroup": "telegram_group", "private": "telegram_chat"}


class Telegram:
    """One bot and one chat. Secrets: `botToken`, and while connecting `chatId`."""

    def __init__(self, http: httpx2.AsyncClient, account: Account) -> None:
        self.http = http
        self.account = account

    async def publish(self, draft: Draft, steps: Steps) -> Published:
        if not draft.media:
            return self._published(await steps.irreversible("message", self._send_text, draft))
        media = draft.media[0]
        sent: dict[str, Any] = {"refused": "too large to be fetched"}
        if media.url and (media.size or 0) <= MOST_BY_URL["video" if _moves(media) else media.kind]:
            sent = await steps.irreversible("message by url", self._send_by_url, draft, media)
        if "refused" in sent:
            sent = await steps.irreversible("message by upload", self._send_upload, draft, media)
        return self._published(sent)

    async def targets(self) -> Sequence[Target]:
        """The chat that was named, once it is proven that the bot may post there."""
        bot = await self._call("getMe", {})
        try:
            chat = await self._call("getChat", {"chat_id": _chat_named(self.account.secrets.get("chatId", self.account.id))})
            await self._prove(chat, bot["id"])
        except (Rejected, Unauthorized) as refusal:
            refusal.details.setdefault("path", "chatId")  # the bot itself is known by now
            raise
        username = chat.get("username")
        meta = {"chatUsername": username, "chatType": chat["type"], "botUsername": bot.get("username")}
        return [
            Target(
                id=str(chat["id"]),
                handle=f"telegram:@{username}" if username else f"telegram:{chat['id']}",
                type=TYPES.get(chat["type"], "telegram_chat"),
                name=chat.get("title") or chat.get("first_name") or username or str(chat["id"]),
                meta=meta,
                secrets={"botToken": self._token()},
            )
        ]

    async def check(self) -> None:
        bot = await self._call("getMe", {})
        await self._prove(await self._call("getChat", {"chat_id": self._chat()}), bot["id"])

    async def delete(self, post_id: str) -> None:
        try:
            await self._call("deleteMessage", {"chat_id": self._chat(), "message_id": int(post_id)})
        except Rejected as refusal:
            if refusal.code != GONE:
                raise

    # Sending.

    async def _send_text(self, draft: Draft) -> dict[str, Any]:
        body: dict[str, Any] = {"chat_id": self._chat(), "text": draft.text, **_options(draft)}
        if draft.settings.get("disableLinkPreview"):
            body["link_preview_options"] = {"is_disabled": True}
        return _kept(await self._call("sendMessage", body))

    async def _send_by_url(self, draft: Draft, media: Media) -> dict[str, Any]:
        """Remembered even when refused: after a crash the upload that followed must not be forgotten and the URL tried again."""
        method, part = _way(media)
        try:
            return _kept(await self._call(method, {**self._beside(draft, media), part: media.url}))
        except Rejected as refusal:
            if refusal.code not in (URL_REFUSED, TOO_LARGE) or media.read is None:
                raise
            return {"refused": refusal.details["said"]}

    async def _send_upload(self, draft: Draft, media: Media) -> dict[str, Any]:
        method, part = _way(media)
        return _kept(await self._call(method, self._beside(draft, media), file=(part, media)))

    def _beside(self, draft: Draft, media: Media) -> dict[str, Any]:
        body: dict[str, Any] = {"chat_id": self._chat(), **_options(draft)}
        if draft.text:
            body["caption"] = draft.text
        if media.kind == "video":
            body["supports_streaming"] = True
            known = {"width": media.width, "height": media.height, "duration": media.duration}
            body |= {name: round(value) for name, value in known.items() if value}
        return body

    def _published(self, sent: Mapping[str, Any]) -> Published:
        note = AS_A_FILE if sent.get("as_a_file") else None
        if self._chat() not in (sent["chat_id"], f"@{sent['username']}"):
            note = f"The group has become a supergroup with the id {sent['chat_id']}; connect it again under that id"
        return Published(str(sent["message_id"]), _permalink(str(sent["message_id"]), str(sent["chat_id"]), sent["username"]), note=note)

    # Calling.

    async def _call(self, method: str, body: dict[str, Any], *, file: tuple[str, Media] | None = None) -> Any:
        """The `result` of a method. A group that has become a supergroup is called again under its new id, once."""
        try:
            return await self._ask(method, body, file)
        except Rejected as refusal:
            moved = refusal.details.get("migrateToChatId")
            if refusal.code != MIGRATED or not moved:
                raise
            return await self._ask(method, {**body, "chat_id": moved}, file)

    async def _ask(self, method: str, body: dict[str, Any], file: tuple[str, Media] | None) -> Any:
        url = f"{API}/bot{self._token()}/{method}"
        if file is None:
            answer = await call(self.http, "POST", url, explain=explain, json=body)
        else:
            part, media = file
            fields = {name: value if isinstance(value, str) else json.dumps(value) for name, value in body.items()}
            headers, content = form_encoder.form(fields, media, part=part)
            answer = await call(self.http, "POST", url, explain=explain, headers=headers, content=content)
        return answer["result"]

    async def _prove(self, chat: Mapping[str, Any], bot_id: int) -> None:
        """That the bot may post in this chat. In a private chat nothing but trying can tell."""
        if chat["type"] == "private":
            return
        member = await self._call("getChatMember", {"chat_id": chat["id"], "user_id": bot_id})
        status = member["status"]
        if chat["type"] == "channel" and status != "creator" and not (status == "administrator" and member.get("can_post_messages")):
            message = "The bot must be an administrator of the channel with the right to post messages"
            raise Unauthorized(message, code="telegram_bot_not_admin", memberStatus=status)
        if status in ("left", "kicked") or (status == "restricted" and not member.get("is_member")):
            raise Unauthorized("The bot is not in this group: add it first", code="telegram_bot_not_member", memberStatus=status)
        if status == "restricted" and not member.get("can_send_messages"):
            raise Unauthorized("The bot may not send messages in this group", code="telegram_bot_restricted", memberStatus=status)

    def _token(self) -> str:
        token = self.account.secrets.get("botToken", "").strip()
        if not TOKEN.fullmatch(token):
            raise Unauthorized("This is not a bot token; @BotFather gives 123456:AA…", code="telegram_token_invalid", path="botToken")
        return token

    def _chat(self) -> int | str:
        return _chat_named(self.account.id)


def _way(media: Media) -> tuple[str, str]:
    """The method by which a file is sent, and the name of its part."""
    return MOVING if _moves(media) else SENDING[media.kind]


def _moves(media: Media) -> bool:
    """A GIF that moves, or is too large for a photo."""
    return media.mime == "image/gif" and (bool(media.frame_rate) or (media.size or 0) > MOST_PHOTO)


def post_url(post_id: str, account: Account) -> str | None:
    """Where people find a message; None in basic groups and private chats."""
    username = account.meta.get("chatUsername") if account.meta.get("chatType") != "private" else None
    return _permalink(post_id, account.id, username)


def _permalink(post_id: str, chat_id: str, username: str | None) -> str | None:
    if username:
        return f"https://t.me/{username}/{post_id}"
    number = -int(chat_id) - SUPERGROUPS
    return f"https://t.me/c/{number}/{post_id}" if number > 0 else None


def _chat_named(pasted: str) -> int | str:
    """A chat as the Bot API takes it: a number, or @name."""
    pasted = pasted.strip()
    if re.fullmatch(r"-?[0-9]{1,19}", pasted):
        return int(pasted)
    if found := CHAT.fullmatch(pasted):
        return f"@{found[1]}"
    raise Rejected("A chat is named by its number or by @name", code="telegram_chat_id_invalid", given=pasted[:100])


def _options(draft: Draft) -> dict[str, Any]:
    """The settings that every kind of message takes."""
    names = {"parseMode": "parse_mode", "disableNotification": "disable_notification", "protectContent": "protect_content"}
    given = {theirs: draft.settings.get(ours) for ours, theirs in names.items()}
    return {name: value for name, value in given.items() if value and value != "none"}


def _kept(message: Mapping[str, Any]) -> dict[str, Any]:
    """What is worth remembering of a message."""
    chat = message["chat"]
    username = chat.get("username") if chat["type"] != "private" else None
    as_a_file = "document" in message and "animation" not in message  # which has both
    return {"message_id": message["message_id"], "chat_id": chat["id"], "username": username, "as_a_file": as_a_file}
