"""A Telegram in miniature: the Bot API as bots see it, and t.me as people see it.

Bot tokens do not expire, so an expired and a revoked one are the same here: the token is replaced, as @BotFather does it. Telegram
names no fixed rate, only advice, so calls are limited by the `rate_limit` fault alone.
"""

from __future__ import annotations

import math
import re
import secrets
from html import escape
from typing import Any

import httpx2

from socialclaw.networks.telegram.sandbox.chats import CHANNELS, OWNER, Chats, Document, admin, restricted
from socialclaw.networks.telegram.sandbox.methods import METHODS, Call, addresses
from socialclaw.networks.telegram.sandbox.parameters import Refused, read
from socialclaw.networks.telegram.sandbox.pictures import fetch
from socialclaw.simulation.pages import page
from socialclaw.simulation.simulator import Simulator, outside, route
from socialclaw.simulation.store import Seen

TOKEN = re.compile(r"\d{1,20}:[A-Za-z0-9_-]{35}")
MOST_BODY = 50 * 1024 * 1024 + 64 * 1024
SHOWN = 50  # messages on a channel's page


class TelegramSandbox(Simulator):
    network = "telegram"
    hosts = ("api.telegram.org", "t.me")
    most_body = MOST_BODY + 1024 * 1024  # so that the network says it in its own words
    creates = r"(?i)/bot[^/]+/send\w+"
    tells = ("message_id",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.chats = Chats(self.shelf, self.clock)

    # The Bot API.

    @outside
    @route("POST", r"/bot([^/]+)/(\w+)", host="api.telegram.org")
    @route("GET", r"/bot([^/]+)/(\w+)", host="api.telegram.org")
    def call(self, request: httpx2.Request, token: str, method: str) -> httpx2.Response:
        try:
            return httpx2.Response(200, json={"ok": True, "result": self._called(request, token, method.lower())})
        except Refused as refusal:
            return refusal.answer()

    def _called(self, request: httpx2.Request, token: str, method: str) -> Any:
        if len(request.content) > MOST_BODY:
            raise Refused("Request Entity Too Large", code=413)
        if not TOKEN.fullmatch(token):
            raise Refused("Unauthorized: invalid token specified", code=401)
        with self.store.transaction():
            self._bot(token)
            spoiled = bool(self.shelf.get("spoiled", token))
            self.shelf.drop("spoiled", token)
        if method not in METHODS:
            raise Refused("Not Found: method not found", code=404)
        given = read(request)
        fetched = {url: fetch(self.fetch, url, kind) for url, kind in addresses(method, given)}
        with self.store.transaction():  # the token may have been replaced meanwhile
            return METHODS[method](Call(self._bot(token), given, self.chats, self.describe, fetched, spoiled))

    def _bot(self, token: str) -> Document:
        bot = self.chats.bot(token)
        if bot is None:
            raise Refused("Unauthorized", code=401)
        return bot

    # What goes wrong, in Telegram's words.

    def limited(self, seconds: float) -> httpx2.Response:
        wait = math.ceil(seconds)
        response = Refused(f"Too Many Requests: retry after {wait}", code=429, retry_after=wait).answer()
        response.headers["retry-after"] = str(wait)
        return response

    def broken(self) -> httpx2.Response:
        return Refused("sandbox fault", code=500).answer()

    def not_there(self, request: httpx2.Request, made: str) -> httpx2.Response:
        return Refused("Bad Request: message to delete not found").answer()

    def unknown(self, request: httpx2.Request) -> httpx2.Response:
        return (
            Refused("Not Found", code=404).answer()
            if request.url.host == "api.telegram.org"
            else _page("Not found", "<h1>Not found</h1>", 404)
        )

    def spoil(self, request: httpx2.Request, *, revoke: bool) -> None:
        if (token := _token_of(request)) and (bot := self.chats.bot(token)):
            self._renew(bot)

    def spoil_media(self, request: httpx2.Request) -> None:
        if token := _token_of(request):
            self.shelf.put("spoiled", token, True)

    # For the people who test: what one does in the app and with @BotFather.

    def credentials(self, name: str) -> dict[str, str]:
        """The bot of this user and a public channel in which it is an administrator; the same ones for the same name."""
        with self.store.transaction():
            owned = self.shelf.get("owner", name)
            if owned is None:
                bot = self.add_bot(name)
                username = self._free(name, "_channel")
                chat = self.chats.add_chat("channel", f"{name}'s channel", username=username)
                chat["members"][str(bot["id"])] = admin()
                self.chats.keep(chat)
                owned = {"bot": bot["id"], "chatId": f"@{username}"}
                self.shelf.put("owner", name, owned)
            return {"botToken": self.shelf.get("bot", str(owned["bot"]))["token"], "chatId": owned["chatId"]}

    def called(self, account: str) -> str:
        chat: Document = self.shelf.get("chat", account) or {}
        return f"@{chat['username']}" if chat.get("username") else str(chat.get("title") or account)

    def add_bot(self, name: str) -> Document:
        """A new bot in no chat: {id, name, username, token}."""
        with self.store.transaction():
            number = 7_000_000_000 + self.shelf.count("bots")
            bot: Document = {"id": number, "name": name, "username": self._free(name, "_bot")}
            self.shelf.put("username", bot["username"].lower(), str(number))
            return self._renew(bot)

    def add_chat(self, kind: str, title: str, *, token: str, username: str | None = None, **rights: bool) -> int:
        """A channel, supergroup, group or private chat with this bot in it; in channels as administrator. The chat's id."""
        with self.store.transaction():
            chat = self.chats.add_chat(kind, title, username=username)
            member = admin(**rights) if kind == "channel" else restricted(**rights) if rights else {"status": "member"}
            chat["members"][token.partition(":")[0]] = member
            self.chats.keep(chat)
            return int(chat["id"])

    def set_member(self, chat_id: int | str, token: str, status: str, **rights: bool) -> None:
        """Make the bot an administrator, member, restricted, left or kicked (with a private chat: blocked)."""
        kinds = {"administrator": admin(**rights), "restricted": restricted(**rights), "kicked": {"status": "kicked", "until_date": 0}}
        with self.store.transaction():
            chat = self._known(chat_id)
            chat["members"][token.partition(":")[0]] = kinds.get(status, {"status": status})
            self.chats.keep(chat)

    def upgrade(self, chat_id: int) -> int:
        """Let a group become a supergroup; its new id."""
        with self.store.transaction():
            old = self._known(chat_id)
            new = self.chats.add_chat("supergroup", old["title"])
            new["members"], old["migrated_to"] = old["members"], new["id"]
            self.chats.keep(old)
            self.chats.keep(new)
            return int(new["id"])

    def revoke(self, token: str) -> str:
        """Replace a bot's token; the new one."""
        with self.store.transaction():
            return str(self._renew(self._bot(token))["token"])

    def write(self, chat_id: int | str, text: str) -> int:
        """A message by the chat's owner; its id."""
        with self.store.transaction():
            chat = self._known(chat_id)
            return int(self.chats.add_message(chat, OWNER, {"text": text}, text=text, media=[], extra={})["message_id"])

    def _known(self, chat_id: int | str) -> Document:
        key = self.shelf.get("username", chat_id[1:].lower()) if isinstance(chat_id, str) else str(chat_id)
        chat: Document = self.shelf.get("chat", key)
        return chat

    def _renew(self, bot: Document) -> Document:
        bot["token"] = f"{bot['id']}:{secrets.token_urlsafe(27)[:35]}"
        self.shelf.put("bot", str(bot["id"]), bot)
        return bot

    def _free(self, name: str, ending: str) -> str:
        base = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")[:18] or "someone"
        base = base if base[0].isalpha() else f"u{base}"
        found, number = f"{base}{ending}", 1
        while self.shelf.get("username", found.lower()):
            number += 1
            found = f"{base}{number}{ending}"
        return found

    # t.me.

    @route("GET", r"/([A-Za-z]\w{3,31})(?:/(\d+))?/?", host="t.me")
    def public(self, request: httpx2.Request, username: str, number: str | None) -> httpx2.Response:
        return self._show(self.shelf.get("username", username.lower()), number)

    @route("GET", r"/c/(\d{1,18})(?:/(\d+))?/?", host="t.me")
    def private(self, request: httpx2.Request, chat: str, number: str | None) -> httpx2.Response:
        """Members only at Telegram; here whoever runs the sandbox is one."""
        return self._show(str(-CHANNELS - int(chat)), number)

    def _show(self, key: str | None, number: str | None) -> httpx2.Response:
        chat = self.shelf.get("chat", key) if key else None
        if chat is None:
            return _page("Not found", "<h1>There is no such chat</h1>", 404)
        seen = self.shelf.posts(account=str(chat["id"]), post_id=number, limit=SHOWN)
        if number and not seen:
            return _page("Not found", "<h1>There is no such message</h1><p>It may have been deleted.</p>", 404)
        title = chat.get("title") or chat.get("first_name", "")
        name = f'<p class="muted">@{escape(chat["username"])}</p>' if chat.get("username") else ""
        articles = "".join(map(_article, reversed(seen))) or '<p class="muted">No messages yet.</p>'
        return _page(title, f"<h1>{escape(title)}</h1>{name}{articles}")


def _article(seen: Seen) -> str:
    files = "".join(f"<div>{escape(m['kind'])}<br>{escape(m['mime'])}, {m['size']:,} bytes</div>" for m in seen.media)
    media = f'<div class="media">{files}</div>' if files else ""
    number = f'<a href="{escape(seen.url)}">#{escape(seen.id)}</a>' if seen.url else f"#{escape(seen.id)}"
    silent = " · delivered silently" if seen.extra.get("silent") else ""
    return f'<article>{media}<div class="text">{escape(seen.text)}</div><p class="muted">{number}{silent}</p></article>'


def _page(title: str, body: str, status: int = 200) -> httpx2.Response:
    return page(title, body, accent="#229ed9", network="Telegram", status=status)


def _token_of(request: httpx2.Request) -> str | None:
    found = re.match(r"/bot([^/]+)/", request.url.path)
    return found[1] if found else None
