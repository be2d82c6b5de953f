"""What it costs to validate a schedule of 1,000 mixed posts, as a multiple of `json.loads` + `json.dumps` of the same document.

Validation is the whole of what the route does beside the database and the look at files elsewhere, which waits for others: decode
the body, look for our files in it, make the plan (accounts, times, settings, media, text, the rules of each network, replies), encode
the answer. Best of several rounds each, taken in turns in one process.
"""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from bench.figures import Figure, Result, Told, ms
from bench.ground import Ground
from socialclaw.scheduling.document import parse
from socialclaw.scheduling.library import Library, asset_ids
from socialclaw.scheduling.plan import Destination, Directory, wire_plan

TARGET = 6.5  # twice of what a second implementation of the rules cost: docs/decisions/0025-rules-judged-once.md
BASE_URL = "https://post.example.org"
NOW = datetime(2030, 1, 1, tzinfo=UTC)

ACCOUNTS = Directory(
    [
        Destination("acct_1", "x", "x:@example", "x_user"),
        Destination("acct_2", "telegram", "telegram:-1001234567890", "telegram_channel"),
        Destination("acct_3", "discord", "discord:1200000000000000000", "discord_webhook"),
    ]
)

TEXT = "We have rebuilt how releases are announced: one schedule, every channel, and a log of what was really published."


def post(n: int) -> dict[str, Any]:
    """A post as clients write them: four kinds in turn, no two with the same text."""
    due = f"2030-02-{1 + n % 28:02}T{n % 24:02}:{n % 60:02}:00"
    match n % 4:
        case 0:
            text = f"{TEXT} No. {n}: https://example.com/news/{n}"
            return {"account": "x:@example", "name": f"News {n}", "description": text, "publish_at": f"{due}+02:00"}
        case 1:
            return {
                "account": "acct_1",
                "description": f"And this is how it looks, in picture {n}.",
                "publish_at": f"{due}.500Z",
                "interaction_type": "reply",
                "reply_to_step_id": f"post_{n}",
                "media_link": f"https://cdn.example.com/pictures/{n}.png",
            }
        case 2:
            asset = {"url": f"https://cdn.example.com/films/{n}.mp4", "kind": "video", "mime": "video/mp4", "size": 4_000_000 + n}
            settings = {"parseMode": "HTML", "disableNotification": n % 8 == 2}
            text = f"<b>{TEXT}</b> No. {n}"
            return {"account": "telegram:-1001234567890", "description": text, "publish_at": due, "assets": [asset], "settings": settings}
    return {
        "provider": "discord",
        "account": "discord:1200000000000000000",
        "title": f"Nachricht {n}",
        "text": f"{TEXT} Größe {n}",
        "publishAt": f"{due}Z",
    }


def validate(body: bytes) -> bytes:
    """What the route does with a body."""
    document = msgspec.json.decode(body)
    library = Library(BASE_URL, dict.fromkeys(asset_ids(document, BASE_URL)))  # type: ignore[arg-type]
    plan = parse(document, now=NOW, accounts=ACCOUNTS, library=library)
    if plan.issues:
        raise SystemExit(f"the document is meant to be right: {plan.issues[0]}")
    return msgspec.json.encode({"ok": True, "tenantId": "tenant_1", **wire_plan(plan)})


def seconds(do: Callable[[], object]) -> float:
    started = time.perf_counter()
    do()
    return time.perf_counter() - started


@dataclass(frozen=True)
class Size:
    posts: int = 1000
    rounds: int = 15


async def measure(ground: Ground, size: Size, told: Told) -> list[Result]:
    body = json.dumps({"schedule": {"timezone": "Europe/Berlin", "posts": [post(n) for n in range(size.posts)]}}).encode()
    ours, plain = [], []
    gc.collect()
    for turn in range(size.rounds):
        told(f"validating {size.posts:,} posts", turn, size.rounds)
        plain.append(seconds(lambda: json.dumps(json.loads(body))))
        ours.append(seconds(lambda: validate(body)))
    details = {"validate": ms(min(ours)), "json.loads + json.dumps": ms(min(plain))}
    what = f"validate of {size.posts:,} mixed posts: time, of json.loads + json.dumps"
    return [Result(what, "", min(ours) / min(plain), "x", target=TARGET, details=details)]


FIGURE = Figure(
    "validate",
    "What does it cost to check a schedule?",
    "Decoding, planning with every rule of each network, and encoding the answer, against `json.loads` + `json.dumps` of the same"
    " document in the same process. Best of the rounds, taken in turns.",
    measure,
    full=Size(),
    tiny=Size(posts=8, rounds=2),
)
