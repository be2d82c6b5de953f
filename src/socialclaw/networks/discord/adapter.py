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
)
# Required of every client: "API Reference", User Agent.
USER_AGENT = f"DiscordBot (https://getsocialclaw.com, {__version__})"
SUPPRESS_EMBEDS = 1 << 2
INCOMING = 1


class Discord:
    """One webhook. Secrets: `webhookToken`, or while connecting `webhookUrl`; the account's id is the webhook's."""

    def __init__(self, http: httpx2.AsyncClient, account: Account) -> None:
        self.http = http
        self.account = account

    async def publish(self, draft: Draft, steps: Steps) -> Published:
        sent = await steps.irreversible("message", self._send, draft)
        guild = self.account.meta.get("guildId")
        return Published(sent["id"], _permalink(sent["id"], guild=guild, channel=sent["channel_id"]))

    async def targets(self) -> Sequence[Target]:
        """The channel behind the webhook, once it is proven to be one that can be written to."""
        webhook_id, token = self._parts()
        webhook = await self._webhook()
        meta = {"guildId": webhook.get("guild_id"), "channelId": webhook.get("channel_id"), "webhookId": webhook_id}
        name = webhook.get("name") or f"Webhook {webhook_id}"
        return [Target(webhook_id, f"discord:{webhook_id}", "discord_webhook", name, meta, {"webhookToken": token})]

    async def check(self) -> None:
        await self._webhook()

    async def delete(self, post_id: str) -> None:
        try:
            webhook_id, token = self._parts()
        except Rejected as error:
            raise _undeletable() from error
        if not post_id.isdecimal():
            raise _undeletable()
        try:
            await send(self.http, "DELETE", f"{API}/webhooks/{webhook_id}/{token}/messages/{post_id}", explain=explain, headers=_headers())
        except Rejected as refusal:
            if refusal.code != GONE:
                raise

    async def _send(self, draft: Draft) -> dict[str, Any]:
        """One message. `wait` makes Discord answer with it, or say what is wrong with it."""
        media = draft.media[0] if draft.media else None
        body = _message(draft, media)
        if media is None:
            message = await self._call("POST", params={"wait": "true"}, json=body)
        else:
            headers, content = form_encoder.form({"payload_json": json.dumps(body)}, media, part="files[0]")
            message = await self._call("POST", headers, params={"wait": "true"}, content=content)
        return {"id": message["id"], "channel_id": message["channel_id"]}

    async def _webhook(self) -> Mapping[str, Any]:
        webhook: Mapping[str, Any] = await self._call("GET")
        if webhook["type"] != INCOMING:
            message = "Only an incoming webhook can be posted to; this one belongs to an application or follows another channel"
            raise Rejected(message, code="discord_webhook_type_unsupported", webhookType=webhook["type"])
        return webhook

    async def _call(self, method: str, headers: Mapping[str, str] | None = None, **kwargs: Any) -> Any:
        webhook_id, token = self._parts()
        url = f"{API}/webhooks/{webhook_id}/{token}"
        return await call(self.http, method, url, explain=explain, headers={**_headers(), **(headers or {})}, **kwargs)

    def _parts(self) -> tuple[str, str]:
        """The webhook's id and token."""
        secrets = self.account.secrets
        pasted = secrets.get("webhookUrl") or f"{API}/webhooks/{self.account.id}/{secrets.get('webhookToken', '')}"
        found = WEBHOOK.fullmatch(pasted.strip())
        if found is None:
            raise Rejected(
                "This is not a Discord webhook URL: https://discord.com/api/webhooks/<id>/<token>", code="discord_webhook_url_invalid"
            )
        return found[1], found[2]


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


def _headers() -> dict[str, str]:
    return {"user-agent": USER_AGENT}


def _undeletable() -> Rejected:
    message = "A message is deleted by its webhook's id and token and its own id, and one of them is missing"
    return Rejected(message, code="discord_delete_missing_fields")
