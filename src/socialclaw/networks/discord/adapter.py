"""Speaking to an incoming webhook of Discord.

There is no `find`: a webhook reads only messages whose id it knows, and takes no name of ours for them. An answer that is lost takes
the id with it, so nothing but a person can tell whether the message is there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import httpx2

from socialclaw import __version__
from socialclaw.errors import Rejected
from socialclaw.networks.discord.refusals import GONE, explain
from socialclaw.providers import form_encoder
from socialclaw.providers.base import Steps
from socialclaw.providers.draft import Account, Draft, Media, Published, Target
from socialclaw.providers.wire import call, send

API = "https://discord.com/api/v10"
# Nothing else is called, whatever a user pastes: the parts are taken out and put behind API.
WEBHOOK = re.compile(
    r"https://(?:(?:ptb|canary)\.)?discord(?:app)?\.com/api/(?:v[0-9]{1,2}/)?webhooks/([0-9]{17,20})/([A-Za-z0-9_.\-]{60,200})/?"
    r"(?:\?(?:wait=(?:true|false)&)?thread_id=([0-9]{17,20})(?:&wait=(?:true|false))?|\?wait=(?:true|false))?"
)
# Required of every client: "API Reference", User Agent.
USER_AGENT = f"DiscordBot (https://getsocialclaw.com, {__version__})"
SUPPRESS_EMBEDS = 1 << 2
INCOMING = 1


class Discord:
    """One webhook, or one thread of its channel. Secrets: `webhookToken`, or while connecting `webhookUrl`.

    The account's id is the webhook's; of a thread, the webhook's and the thread's with a colon between.
    """

    def __init__(self, http: httpx2.AsyncClient, account: Account) -> None:
        self.http = http
        self.account = account

    async def publish(self, draft: Draft, steps: Steps) -> Published:
        sent = await steps.irreversible("message", self._send, draft)
        guild = self.account.meta.get("guildId")
        return Published(sent["id"], _permalink(sent["id"], guild=guild, channel=sent["channel_id"]))

    async def targets(self) -> Sequence[Target]:
        """The channel behind the webhook, once it is proven to be one that can be written to."""
        webhook_id, token, thread = self._parts()
        webhook = await self._webhook()
        meta = {"guildId": webhook.get("guild_id"), "channelId": webhook.get("channel_id"), "webhookId": webhook_id}
        name = webhook.get("name") or f"Webhook {webhook_id}"
        number = webhook_id
        if thread:  # whether it is there, nothing but a message can tell
            meta, name, number = {**meta, "threadId": thread}, f"{name}, thread {thread}", f"{webhook_id}:{thread}"
        return [Target(number, f"discord:{number}", "discord_webhook", name, meta, {"webhookToken": token})]

    async def check(self) -> None:
        await self._webhook()

    async def delete(self, post_id: str) -> None:
        try:
            webhook_id, token, thread = self._parts()
        except Rejected as error:
            raise _undeletable() from error
        if not post_id.isdecimal():
            raise _undeletable()
        url = f"{API}/webhooks/{webhook_id}/{token}/messages/{post_id}"
        try:
            await send(self.http, "DELETE", url, explain=explain, headers=_headers(), params=_in(thread))
        except Rejected as refusal:
            if refusal.code != GONE:
                raise

    async def _send(self, draft: Draft) -> dict[str, Any]:
        """One message. `wait` makes Discord answer with it, or say what is wrong with it."""
        media = draft.media[0] if draft.media else None
        body, place = _message(draft, media), {"wait": "true", **_in(self._parts()[2])}
        if media is None:
            message = await self._call("POST", params=place, json=body)
        else:
            headers, content = form_encoder.form({"payload_json": json.dumps(body)}, media, part="files[0]")
            message = await self._call("POST", headers, params=place, content=content)
        return {"id": message["id"], "channel_id": message["channel_id"]}

    async def _webhook(self) -> Mapping[str, Any]:
        webhook: Mapping[str, Any] = await self._call("GET")
        if webhook["type"] != INCOMING:
            message = "Only an incoming webhook can be posted to; this one belongs to an application or follows another channel"
            raise Rejected(message, code="discord_webhook_type_unsupported", webhookType=webhook["type"])
        return webhook

    async def _call(self, method: str, headers: Mapping[str, str] | None = None, **kwargs: Any) -> Any:
        webhook_id, token, _ = self._parts()
        url = f"{API}/webhooks/{webhook_id}/{token}"
        return await call(self.http, method, url, explain=explain, headers={**_headers(), **(headers or {})}, **kwargs)

    def _parts(self) -> tuple[str, str, str]:
        """The webhook's id and token, and the thread, empty where it is the channel itself."""
        secrets = self.account.secrets
        webhook_id, _, thread = self.account.id.partition(":")
        own = f"{API}/webhooks/{webhook_id}/{secrets.get('webhookToken', '')}{f'?thread_id={thread}' if thread else ''}"
        pasted = secrets.get("webhookUrl") or own
        found = WEBHOOK.fullmatch(pasted.strip())
        if found is None:
            raise Rejected(
                "This is not a Discord webhook URL: https://discord.com/api/webhooks/<id>/<token>, with ?thread_id=<id> for a thread",
                code="discord_webhook_url_invalid",
            )
        return found[1], found[2], found[3] or ""


def post_url(post_id: str, account: Account) -> str | None:
    """Where people find a message; None where its guild or channel is not known."""
    return _permalink(post_id, guild=account.meta.get("guildId"), channel=account.meta.get("channelId"))


def _permalink(post_id: str, *, guild: str | None, channel: str | None) -> str | None:
    return f"https://discord.com/channels/{guild}/{channel}/{post_id}" if guild and channel else None


def _message(draft: Draft, media: Media | None) -> dict[str, Any]:
    """A message that pings nobody, whatever its text says."""
    body: dict[str, Any] = {"allowed_mentions": {"parse": []}}
    if draft.text:
        body["content"] = draft.text
    if draft.settings.get("tts"):
        body["tts"] = True
    if draft.settings.get("suppressEmbeds"):
        body["flags"] = SUPPRESS_EMBEDS
    if media is not None:
        described = {"description": media.alt} if media.alt else {}
        body["attachments"] = [{"id": "0", "filename": form_encoder.filename(media), **described}]
    return body


def _in(thread: str) -> dict[str, str]:
    """The parameter that names a thread."""
    return {"thread_id": thread} if thread else {}


def _headers() -> dict[str, str]:
    return {"user-agent": USER_AGENT}


def _undeletable() -> Rejected:
    message = "A message is deleted by its webhook's id and token and its own id, and one of them is missing"
    return Rejected(message, code="discord_delete_missing_fields")
