"""A Discord in miniature: incoming webhooks as clients see them, and channels as people see them.

Buckets are announced as Discord does it but never used up: Discord does not publish their sizes, so calls are limited by the
`rate_limit` fault alone.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import replace
from datetime import UTC, datetime
from html import escape

import httpx2

from socialclaw.networks.discord.sandbox.bodies import Body, Refused, check, invalid, read
from socialclaw.networks.discord.sandbox.messages import Document, article, attached, compose
from socialclaw.simulation.pages import page
from socialclaw.simulation.simulator import Simulator, route
from socialclaw.simulation.store import Seen

EPOCH = 1_420_070_400_000  # milliseconds; the beginning of snowflakes
SHOWN = 50  # messages on a channel's page
SITES = ("discord.com", "discordapp.com", "ptb.discord.com", "canary.discord.com", "ptb.discordapp.com", "canary.discordapp.com")
WEBHOOK = r"/api(?:/v(?:\d+))?/webhooks/(\d+)/([^/]+)/?"
MESSAGE = r"/api(?:/v(?:\d+))?/webhooks/(\d+)/([^/]+)/messages/(\d+)/?"


class DiscordSandbox(Simulator):
    network = "discord"
    hosts = SITES
    most_body = 101 * 1024**2  # ten files of 10 MiB
    creates = r"^POST /api(/v\d+)?/webhooks/\d+/[^/]+/?$"

    # Webhooks.

    def _begin(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path.startswith("/api") and not request.headers.get("user-agent"):
            return httpx2.Response(403, headers={"server": "cloudflare"}, text="error code: 1010")
        return self._limits_told(request, super()._begin(request))

    def _dispatch(self, request: httpx2.Request) -> httpx2.Response:
        try:
            response = super()._dispatch(request)
        except Refused as refusal:
            response = httpx2.Response(refusal.status, json=refusal.body)
        return self._limits_told(request, response)

    def _limits_told(self, request: httpx2.Request, response: httpx2.Response) -> httpx2.Response:
        if request.url.path.startswith("/api") and response.status_code < 500 and "x-ratelimit-limit" not in response.headers:
            response.headers.update(self._bucket(response.headers))
        return response

    @route("GET", WEBHOOK)
    def get_webhook(self, request: httpx2.Request, webhook_id: str, token: str) -> httpx2.Response:
        return httpx2.Response(200, json=self._webhook(webhook_id, token))

    @route("PATCH", WEBHOOK)
    def change_webhook(self, request: httpx2.Request, webhook_id: str, token: str) -> httpx2.Response:
        webhook = self._webhook(webhook_id, token)
        name = read(request).json.get("name", webhook["name"])
        if not isinstance(name, str) or not 1 <= len(name) <= 80:
            words = "Must be between 1 and 80 in length."
            raise invalid({"name": {"_errors": [{"code": "BASE_TYPE_BAD_LENGTH", "message": words}]}})
        self.shelf.put("webhook", webhook_id, {**webhook, "name": name})
        return httpx2.Response(200, json={**webhook, "name": name})

    @route("DELETE", WEBHOOK)
    def delete_webhook(self, request: httpx2.Request, webhook_id: str, token: str) -> httpx2.Response:
        self._webhook(webhook_id, token)
        self.shelf.drop("webhook", webhook_id)
        return httpx2.Response(204)

    @route("POST", WEBHOOK)
    def execute(self, request: httpx2.Request, webhook_id: str, token: str) -> httpx2.Response:
        webhook = self._webhook(webhook_id, token)
        body = read(request)
        check(body)
        self._check_place(request, body, webhook)
        self._moderate(webhook, str(body.json.get("content") or ""))
        channel = self._channel(request, body, webhook)
        message = compose({**webhook, "channel_id": channel}, body, number=self._snowflake, moment=self._moment())
        media = self._described(body, message["attachments"])
        guild = webhook["guild_id"]
        url = f"https://discord.com/channels/{guild}/{channel}/{message['id']}"
        extra = {"message": message, "guild": guild, "channel": channel, "thread": channel if channel != webhook["channel_id"] else ""}
        self.shelf.add_post(Seen(message["id"], webhook_id, message["content"], self.clock(), tuple(media), url=url, extra=extra))
        wait = request.url.params.get("wait", "").lower() in ("true", "1")
        return httpx2.Response(200, json=message) if wait else httpx2.Response(204)

    # Messages.

    @route("GET", MESSAGE)
    def get_message(self, request: httpx2.Request, webhook_id: str, token: str, message_id: str) -> httpx2.Response:
        return httpx2.Response(200, json=self._seen(request, webhook_id, token, message_id).extra["message"])

    @route("PATCH", MESSAGE)
    def edit_message(self, request: httpx2.Request, webhook_id: str, token: str, message_id: str) -> httpx2.Response:
        seen = self._seen(request, webhook_id, token, message_id)
        body, message = read(request), seen.extra["message"]
        content = body.json.get("content", message["content"]) or ""
        held = {str(a["id"]): (a, m) for a, m in zip(message["attachments"], seen.media, strict=True)}
        kept = held
        if isinstance(listed := body.json.get("attachments"), list):  # those that are named stay
            named = [str(item.get("id")) for item in listed if isinstance(item, dict)]
            kept = {number: held[number] for number in named if number in held}
        embeds = body.json["embeds"] if "embeds" in body.json else message["embeds"]
        check(replace(body, json={**body.json, "content": content}), shows=bool(embeds or kept), kept=held)
        added = attached(message["channel_id"], body, self._snowflake)
        media = (*(m for _, m in kept.values()), *self._described(body, added))
        message |= {"content": content.strip(), "edited_timestamp": self._moment(), "attachments": [*(a for a, _ in kept.values()), *added]}
        message |= {name: body.json[name] for name in ("embeds", "components", "flags") if body.json.get(name) is not None}
        self.shelf.change_post(replace(seen, text=message["content"], media=media, extra={**seen.extra, "message": message}))
        return httpx2.Response(200, json=message)

    @route("DELETE", MESSAGE)
    def delete_message(self, request: httpx2.Request, webhook_id: str, token: str, message_id: str) -> httpx2.Response:
        seen = self._seen(request, webhook_id, token, message_id)
        self.shelf.remove_post(seen.id, self.clock(), account=webhook_id)
        return httpx2.Response(204)

    def _described(self, body: Body, attachments: list[Document]) -> list[Document]:
        """The files of a request, as they are remembered with a message."""
        files = [file for _, file in sorted(body.files.items())]
        return [
            self.describe(f.content, f.mime, name=f.name, alt=a.get("description", "")) for f, a in zip(files, attachments, strict=True)
        ]

    def _webhook(self, webhook_id: str, token: str) -> Document:
        webhook: Document | None = self.shelf.get("webhook", webhook_id)
        if webhook is None:
            raise Refused(404, 10015, "Unknown Webhook")
        if not secrets.compare_digest(webhook["token"].encode(), token.encode()):
            raise Refused(401, 50027, "Invalid Webhook Token")
        if webhook["type"] != 1:
            raise Refused(404, 10015, "Unknown Webhook")
        return webhook

    def _seen(self, request: httpx2.Request, webhook_id: str, token: str, message_id: str) -> Seen:
        """A message of the webhook's; one in a thread is found there alone."""
        self._webhook(webhook_id, token)
        found = self.shelf.posts(account=webhook_id, post_id=message_id)
        if not found or found[0].extra.get("thread", "") != self._thread(request):
            raise Refused(404, 10008, "Unknown Message")
        return found[0]

    def _check_place(self, request: httpx2.Request, body: Body, webhook: Document) -> None:
        if thread := self._thread(request):
            if self.shelf.get("threads", thread) != webhook["channel_id"]:
                raise Refused(404, 10003, "Unknown Channel")
            return
        forum, named = self.shelf.get("forum", webhook["channel_id"]), bool(body.json.get("thread_name"))
        if forum and not named:
            raise Refused(400, 220001, "Webhooks posted to forum channels must have a thread_name or thread_id")
        if named and not forum:
            raise Refused(400, 220003, "Webhooks can only create threads in forum channels")

    def _channel(self, request: httpx2.Request, body: Body, webhook: Document) -> str:
        """Where a message goes: the channel, a thread of it, or one that it begins."""
        if body.json.get("thread_name"):
            return self.make_thread(webhook["channel_id"])
        return self._thread(request) or str(webhook["channel_id"])

    def _thread(self, request: httpx2.Request) -> str:
        thread = str(request.url.params.get("thread_id", ""))
        if thread and not thread.isdigit():
            words = f'Value "{thread}" is not snowflake.'
            raise invalid({"thread_id": {"_errors": [{"code": "NUMBER_TYPE_COERCE", "message": words}]}})
        return thread

    def _moderate(self, webhook: Document, content: str) -> None:
        for word in self.shelf.get("blocked", webhook["guild_id"]) or []:
            if word in content.lower():
                raise Refused(400, 200000, "Message was blocked by automatic moderation")

    def _snowflake(self) -> str:
        return str((int(self.clock() * 1000) - EPOCH) << 22 | self.shelf.count("snowflakes") & 0x3FFFFF)

    def _moment(self) -> str:
        return datetime.fromtimestamp(self.clock(), UTC).isoformat()

    # What goes wrong, in Discord's words.

    def limited(self, seconds: float) -> httpx2.Response:
        headers = {"retry-after": str(round(seconds + 0.5)), "x-ratelimit-scope": "user", "via": "1.1 google"}
        body = {"message": "You are being rate limited.", "retry_after": seconds, "global": False, "code": 0}
        return httpx2.Response(429, headers=headers, json=body)

    def broken(self) -> httpx2.Response:
        return httpx2.Response(500, json={"message": "500: Internal Server Error", "code": 0})

    def not_there(self, request: httpx2.Request, made: str) -> httpx2.Response:
        return httpx2.Response(404, json={"message": "Unknown Message", "code": 10008})

    def unknown(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path.startswith("/api"):
            return httpx2.Response(404, json={"message": "404: Not Found", "code": 0})
        return _page("Not found", "<h1>Not found</h1>", 404)

    def spoil(self, request: httpx2.Request, *, revoke: bool) -> None:
        """A webhook's token does not expire: an expired one is one that was replaced; a revoked webhook is deleted."""
        found = re.match(r"/api(?:/v\d+)?/webhooks/(\d+)/", request.url.path)
        webhook = self.shelf.get("webhook", found[1]) if found else None
        if webhook and revoke:
            self.shelf.drop("webhook", webhook["id"])
        elif webhook:
            token = _token()
            self.shelf.put("webhook", webhook["id"], {**webhook, "token": token, "url": _url(webhook["id"], token)})

    def _bucket(self, headers: httpx2.Headers) -> dict[str, str]:
        reset = headers.get("retry-after", "2")
        left = "0" if "retry-after" in headers else "4"
        moment = f"{self.clock() + float(reset):.3f}"
        bucket = {"limit": "5", "remaining": left, "reset": moment, "reset-after": reset, "bucket": "simulated"}
        return {f"x-ratelimit-{name}": value for name, value in bucket.items()}

    # For the people who test: what one does in the app.

    def credentials(self, name: str) -> dict[str, str]:
        """A webhook of a channel of this user's server; the same one for the same name while it exists."""
        with self.store.transaction():
            known = self.shelf.get("owner", name)
            webhook = self.shelf.get("webhook", known) if known else None
            if webhook is None:
                webhook = self._add_webhook(name)
                self.shelf.put("owner", name, webhook["id"])
            return {"webhookUrl": webhook["url"]}

    def _add_webhook(self, name: str) -> Document:
        known = self.shelf.get("server", name) or {"guild_id": self._snowflake(), "channel_id": self._snowflake()}
        self.shelf.put("server", name, known)
        number, token = self._snowflake(), _token()
        more = {"application_id": None, "avatar": None, "url": _url(number, token)}
        webhook: Document = {"id": number, "type": 1, "name": name[:80] or "Webhook", "token": token, **known, **more}
        self.shelf.put("webhook", number, webhook)
        return webhook

    def public_account(self, target_id: str) -> str:
        return target_id.partition(":")[0]

    def called(self, account: str) -> str:
        webhook: Document | None = self.shelf.get("webhook", account)
        return str(webhook["name"]) if webhook else account

    def make_forum(self, channel_id: str) -> None:
        """Turn a channel into a forum, where a message needs a thread."""
        with self.store.transaction():
            self.shelf.put("forum", channel_id, True)

    def make_thread(self, channel_id: str) -> str:
        """A thread of a channel; its id."""
        with self.store.transaction():
            number = self._snowflake()
            self.shelf.put("threads", number, channel_id)
            return number

    def block_word(self, guild_id: str, word: str) -> None:
        """Let the server's AutoMod block messages that contain this word."""
        with self.store.transaction():
            self.shelf.put("blocked", guild_id, [*(self.shelf.get("blocked", guild_id) or []), word.lower()])

    # Channels.

    @route("GET", r"/channels/(\d+)/(\d+)(?:/(\d+))?/?")
    def show(self, request: httpx2.Request, guild: str, channel: str, message_id: str | None) -> httpx2.Response:
        hooks = [w for w in self.shelf.all("webhook").values() if (w["guild_id"], w["channel_id"]) == (guild, channel)]
        seen = [s for s in self.shelf.posts(post_id=message_id) if (s.extra["guild"], s.extra["channel"]) == (guild, channel)]
        if (message_id and not seen) or not (hooks or seen):
            return _page("Not found", "<h1>There is no such message</h1><p>It may have been deleted.</p>", 404)
        articles = "".join(map(article, reversed(seen[-SHOWN:]))) or '<p class="muted">No messages yet.</p>'
        return _page("Channel", f"<h1># {escape(hooks[0]['name'] if hooks else channel)}</h1>{articles}")


def _page(title: str, body: str, status: int = 200) -> httpx2.Response:
    return page(title, body, accent="#5865f2", network="Discord", status=status)


def _token() -> str:
    return secrets.token_urlsafe(51)


def _url(webhook_id: str, token: str) -> str:
    return f"https://discord.com/api/webhooks/{webhook_id}/{token}"
