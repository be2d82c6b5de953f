"""Part of the simulator: a message as the API gives it, and as people see it."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any
from urllib.parse import quote

from socialclaw.networks.discord.sandbox.bodies import Body, File
from socialclaw.simulation.store import Seen

Document = dict[str, Any]


def compose(webhook: Document, body: Body, *, number: Callable[[], str], moment: str) -> Document:
    """The Message object of an execute call. `number` gives snowflakes, `moment` is the time as ISO 8601."""
    given = body.json
    author = {"id": webhook["id"], "username": given.get("username") or webhook["name"], "avatar": webhook["avatar"], "bot": True}
    blank = {"discriminator": "0000", "public_flags": 0, "flags": 0, "global_name": None, "primary_guild": None}
    return {
        "type": 0,
        "id": number(),
        "channel_id": webhook["channel_id"],
        "webhook_id": webhook["id"],
        "author": {**author, **blank},
        "content": str(given.get("content") or "").strip(),
        "timestamp": moment,
        "edited_timestamp": None,
        "flags": given.get("flags") or 0,
        "tts": bool(given.get("tts")),
        "pinned": False,
        "mention_everyone": _mentions_everyone(given),
        "mentions": [],
        "mention_roles": [],
        "embeds": [{"type": "rich", **embed} for embed in given.get("embeds") or []],
        "components": given.get("components") or [],
        "attachments": attached(webhook["channel_id"], body, number),
    }


def attached(channel: str, body: Body, number: Callable[[], str]) -> list[Document]:
    """The attachments that the files of a request become."""
    described = {int(item["id"]): item for item in body.json.get("attachments") or []}
    return [_attachment(channel, number(), file, described.get(n, {})) for n, file in sorted(body.files.items())]


def _mentions_everyone(given: Document) -> bool:
    """Unless a message names who may be told, whoever it names is."""
    allowed = given.get("allowed_mentions")
    named = any(word in str(given.get("content") or "") for word in ("@everyone", "@here"))
    return named and (allowed is None or "everyone" in (allowed.get("parse") or []))


def _attachment(channel: str, number: str, file: File, described: Document) -> Document:
    name = described.get("filename") or file.name
    path = f"attachments/{channel}/{number}/{quote(name)}?ex=1&is=1&hm=simulated"
    urls = {"url": f"https://cdn.discordapp.com/{path}", "proxy_url": f"https://media.discordapp.net/{path}"}
    more = {"description": described["description"]} if described.get("description") else {}
    return {"id": number, "filename": name, "size": len(file.content), "content_type": file.mime, **urls, **more}


def article(seen: Seen) -> str:
    """A message as HTML."""
    cards = "".join(
        f"<div>{escape(m['kind'])}<br>{escape(m['mime'])}, {m['size']:,} bytes<br>{escape(m.get('alt') or '')}</div>" for m in seen.media
    )
    media = f'<div class="media">{cards}</div>' if cards else ""
    message = seen.extra["message"]
    when = escape(message["timestamp"][:16].replace("T", " "))
    head = f'<strong>{escape(message["author"]["username"])}</strong> <a class="muted" href="{escape(seen.url or "")}">{when}</a>'
    return f'<article><p>{head}</p><div class="text">{escape(seen.text)}</div>{media}</article>'
