"""Part of the simulator: bots, chats, who may do what in them, and messages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from socialclaw.networks.telegram.sandbox.parameters import Refused
from socialclaw.simulation.store import Seen, Shelf

Document = dict[str, Any]
CHANNELS = 10**12  # supergroups and channels have ids below minus this
DELETABLE = 48 * 3600  # seconds for which a bot may delete its own message in a group
ADMIN_RIGHTS = (
    *("can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members"),
    *("can_promote_members", "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories", "can_delete_stories"),
    "can_send_welcome_messages",  # since Bot API 10.3
)
MEMBER_RIGHTS = (
    *("can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos", "can_send_videos", "can_send_video_notes"),
    *("can_send_voice_notes", "can_send_polls", "can_send_other_messages", "can_add_web_page_previews", "can_react_to_messages"),
    *("can_edit_tag", "can_change_info", "can_invite_users", "can_pin_messages", "can_manage_topics"),
)
OWNER: Document = {"id": 1, "name": "Owner", "username": "owner", "is_bot": False}
NEEDED = {
    "text messages": "can_send_messages",
    "photos": "can_send_photos",
    "videos": "can_send_videos",
    "animations": "can_send_other_messages",
    "documents": "can_send_documents",
}


class Chats:
    """The part of Telegram that a bot can see. Every method runs inside the caller's transaction."""

    def __init__(self, shelf: Shelf, clock: Callable[[], float]) -> None:
        self.shelf = shelf
        self.clock = clock

    # Finding.

    def bot(self, token: str) -> Document | None:
        """The bot whose token this is now."""
        bot: Document | None = self.shelf.get("bot", token.partition(":")[0])
        return bot if bot and bot["token"] == token else None

    def chat(self, named: str, bot: Document) -> Document:
        """The chat a call names by number or @username, as far as this bot can see it."""
        if not named:
            raise Refused("chat_id is empty")
        key = self.shelf.get("username", named[1:].lower()) if named.startswith("@") else named
        chat: Document | None = self.shelf.get("chat", str(key))
        member = chat and chat["members"].get(str(bot["id"]))
        if chat is None or not (member or chat.get("username")):
            raise Refused("chat not found")
        if chat.get("migrated_to"):
            raise Refused("group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat["migrated_to"])
        if member and member["status"] == "kicked":
            words = "bot was blocked by the user" if chat["type"] == "private" else f"bot was kicked from the {_kind(chat)} chat"
            raise Refused(words, code=403)
        return chat

    def member(self, chat: Document, user_id: int) -> Document:
        """A ChatMember object."""
        bot = self.shelf.get("bot", str(user_id))
        if bot is None:
            raise Refused("user not found" if user_id else "invalid user_id specified")
        status = chat["members"].get(str(user_id), {"status": "left"})
        return {"user": user(bot), **status}

    def administrators(self, chat: Document) -> list[Document]:
        """The owner, and the bots that are administrators."""
        if chat["type"] == "private":
            raise Refused("there are no administrators in the private chat")
        owner = {"user": user(OWNER), "status": "creator", "is_anonymous": False}
        bots = [number for number, member in chat["members"].items() if member["status"] == "administrator"]
        return [owner, *(self.member(chat, int(number)) for number in bots)]

    def count(self, chat: Document) -> int:
        """The owner, and whoever else is in it."""
        return 1 + sum(m["status"] not in ("left", "kicked") for m in chat["members"].values())

    def message(self, chat: Document, number: int) -> Seen | None:
        found = self.shelf.posts(account=str(chat["id"]), post_id=str(number))
        return found[0] if found else None

    # Allowing.

    def allow_sending(self, chat: Document, bot: Document, what: str) -> None:
        """`what`: text messages, photos, videos, documents."""
        member = chat["members"].get(str(bot["id"]), {"status": "left"})
        if member["status"] == "left" or (member["status"] == "restricted" and not member["is_member"]):
            raise Refused(f"bot is not a member of the {_kind(chat)} chat", code=403)
        if chat["type"] == "channel" and not member.get("can_post_messages"):
            raise Refused("need administrator rights in the channel chat")
        if member["status"] == "restricted" and not member[NEEDED[what]]:
            raise Refused(f"not enough rights to send {what} to the chat")

    def may_delete(self, chat: Document, bot: Document, seen: Seen) -> bool:
        member = chat["members"].get(str(bot["id"]), {"status": "left"})
        if member.get("can_delete_messages"):
            return True
        if seen.extra["bot"] != bot["id"] or member["status"] == "left":
            return False
        return bool(member.get("can_post_messages")) if chat["type"] == "channel" else self.clock() - seen.created_at < DELETABLE

    # Changing.

    def add_chat(self, kind: str, title: str, *, username: str | None = None) -> Document:
        number = self.shelf.count("chats") + 1_000_000_000
        identifier = {"private": number, "group": -number}.get(kind, -CHANNELS - number)
        named = {"first_name": title} if kind == "private" else {"title": title}
        chat: Document = {"id": identifier, "type": kind, **named, "members": {}}
        if username:
            chat["username"] = username
            self.shelf.put("username", username.lower(), str(identifier))
        self.keep(chat)
        return chat

    def keep(self, chat: Document) -> None:
        self.shelf.put("chat", str(chat["id"]), chat)

    def add_message(self, chat: Document, bot: Document, body: Document, *, text: str, media: list[Document], extra: Document) -> Document:
        """Give a message its number and show it to the chat."""
        number = self.shelf.count(f"messages of {chat['id']}")
        now = self.clock()
        sender = {"sender_chat": shown(chat)} if chat["type"] == "channel" else {"from": user(bot)}
        message = {"message_id": number, **sender, "chat": shown(chat), "date": int(now), **body}
        more = {"bot": bot["id"], "message": message, **extra}
        self.shelf.add_post(Seen(str(number), str(chat["id"]), text, now, tuple(media), url=link(chat, number), extra=more))
        return message

    def change_message(self, chat: Document, seen: Seen, message: Document, *, text: str) -> Document:
        message = {**message, "edit_date": int(self.clock())}
        self.shelf.change_post(replace(seen, text=text, extra={**seen.extra, "message": message}))
        return message


def user(bot: Document) -> Document:
    """A User object."""
    return {"id": bot["id"], "is_bot": bot.get("is_bot", True), "first_name": bot["name"], "username": bot["username"]}


def shown(chat: Document) -> Document:
    """A Chat object, as messages carry it."""
    return {name: chat[name] for name in ("id", "title", "first_name", "username", "type") if name in chat}


def link(chat: Document, number: int) -> str | None:
    if chat.get("username"):
        return f"https://t.me/{chat['username']}/{number}"
    return f"https://t.me/c/{-chat['id'] - CHANNELS}/{number}" if chat["id"] < -CHANNELS else None


def admin(**rights: bool) -> Document:
    """A ChatMemberAdministrator without its user, with the rights that BotFather's button gives in a channel."""
    given = {"can_be_edited": False, "is_anonymous": False, "can_promote_members": False}
    return {
        "status": "administrator",
        **dict.fromkeys(ADMIN_RIGHTS, True),
        **given,
        "can_post_messages": True,
        "can_edit_messages": True,
        **rights,
    }


def restricted(**rights: bool) -> Document:
    """A ChatMemberRestricted without its user, who may do nothing but what is given."""
    return {"status": "restricted", "is_member": True, **dict.fromkeys(MEMBER_RIGHTS, False), "until_date": 0, **rights}


def _kind(chat: Document) -> str:
    return str(chat["type"])
