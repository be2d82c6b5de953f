"""A test workspace in which much has happened: what the screens of the dashboard are looked at with.

Two weeks are rehearsed: posts went out, figures grew, an answer was lost, a network refused something, and a login has ended.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from PIL import Image, ImageDraw

from tests.browser.conftest import Person

Json = dict[str, Any]
ZONE = "Europe/Berlin"
TEXTS = (
    "Our winter collection is live. Twelve pieces, runs of sixty, and a jacket that anyone with a screwdriver can repair.",
    "Three things we learned from a year of repairs, and the one that surprised us most.",
    "Behind the scenes: how a zip is replaced in four minutes.",
    "Last call: early-bird tickets for the repair day end on Friday.",
    "Thank you for 20,000 repaired things. Here is what comes next.",
    "A thread on choosing thread: cotton, polyester, and when it matters.",
    "Meet Ana, who has run our workshop since the first day.",
    "Poll: which colour should the spring jacket have?",
    "Release notes: the size finder is faster, and knows children now.",
    "We are hiring a product photographer. Half of the week, in the studio by the canal.",
)
HUES = {
    "dawn": (255, 178, 122),
    "canal": (122, 178, 255),
    "dusk": (178, 140, 220),
    "meadow": (120, 200, 170),
    "workshop": (240, 205, 120),
    "rust": (220, 130, 140),
}
DAYS, TIMES = ("monday", "wednesday", "friday"), ("09:30", "17:00")


@dataclass(frozen=True)
class Furnished:
    """What there is, by id."""

    run: str  # of campaigns
    draft: str
    lost: str  # a post of which nobody knows whether it is live
    refused: str
    asset: str


def landscape(hue: tuple[int, int, int], size: tuple[int, int] = (1600, 1200)) -> bytes:
    """Hills before a sky, so that a grid of pictures looks like one."""
    width, height = size
    image = Image.new("RGB", size)
    draw = ImageDraw.Draw(image)
    for y in range(height):
        part = y / height
        draw.line([(0, y), (width, y)], fill=tuple(int(one + (255 - one) * (1 - part) * 0.7) for one in hue))
    draw.ellipse([width * 0.62, height * 0.16, width * 0.8, height * 0.4], fill=(255, 246, 226))
    for layer in range(4):
        base, high = height * (0.52 + layer * 0.12), height * (0.11 - layer * 0.015)
        shade = tuple(int(one * (0.72 - layer * 0.14)) for one in hue)
        hills = [(x, base - high * _wave(x, width, layer)) for x in range(0, width + 20, 20)]
        draw.polygon([(0, height), *hills, (width, height)], fill=shade)
    file = io.BytesIO()
    image.save(file, "JPEG", quality=86)
    return file.getvalue()


def _wave(x: int, width: int, layer: int) -> float:
    return math.sin(x / width * (5 + layer) + layer * 2.1) * (0.6 + 0.4 * math.sin(x / 260))


def furnish(person: Person) -> Furnished:
    """Through the API, as the page does it; the clock of the workspace stands at the end, on a Wednesday morning."""
    return _Furnishing(person).all()


class _Furnishing:
    def __init__(self, person: Person) -> None:
        self.ask = person.ask
        self.person = person
        change(person, "/v1/dashboard/workspace", {"timezone": ZONE})
        if self.ask("/v1/sandbox/clock")["clock"]["state"] == "frozen":
            self.ask("/v1/sandbox/clock/resume", {})
        self.begin = datetime.fromisoformat(self.ask("/v1/sandbox/clock/freeze", {})["clock"]["now"])
        accounts = self.ask("/v1/dashboard/accounts")["accounts"]
        self.accounts: Mapping[str, str] = {one["provider"]: one["id"] for one in reversed(accounts) if one["publishable"]}

    def all(self) -> Furnished:
        now = (self.begin + timedelta(days=15)).replace(hour=9, minute=15, second=0, microsecond=0)
        now += timedelta(days=(2 - now.weekday()) % 7)
        assets = [self.upload(f"{name}.jpg", landscape(hue)) for name, hue in HUES.items()]
        for asset, words in zip(assets, ("Hills at dawn", "Blue hills above a canal"), strict=False):
            change(self.person, f"/v1/dashboard/assets/{asset['id']}", {"altText": words})
        for network in ("x", "linkedin", "instagram", "tiktok", "reddit", "pinterest"):
            self.ask(f"/v1/sandbox/networks/{_network(network)}/growth", {"metrics": 20, "followers": 5}, method="PUT")
        self.past(self.begin, now, assets)
        run = self.campaign(now)
        self.advance(now - timedelta(hours=5))
        self.ahead(now, assets)
        lost, refused = self.trouble(now - timedelta(hours=4))
        self.advance(now)
        draft = self.draft(now + timedelta(days=9))
        times = [{"weekday": day, "time": time} for day in DAYS for time in TIMES]
        self.ask("/v1/dashboard/slots", {"accountId": None, "times": times}, method="PUT")
        self.ask("/v1/dashboard/invites", {"role": "viewer", "email": "ines@example.org"})
        return Furnished(run, draft, lost, refused, assets[0]["id"])

    def past(self, begin: datetime, now: datetime, assets: Sequence[Json]) -> None:
        posts = []
        for n in range(26):
            at = begin + timedelta(hours=2 + n * 12 + (n * 5) % 7)
            if at > now - timedelta(hours=6):
                break
            for provider in _some(("x", "linkedin", "discord", "telegram", "reddit"), n):
                picture = [assets[n % len(assets)]] if n % 3 == 0 else []
                posts.append(self.post(provider, f"{TEXTS[n % len(TEXTS)]} No. {n + 1}", at, picture))
        self.apply(posts)

    def ahead(self, now: datetime, assets: Sequence[Json]) -> None:
        posts = []
        for n in range(22):
            at = now + timedelta(hours=3 + n * 7 + (n * 3) % 5, minutes=15 * (n % 4))
            for provider in _some(("x", "linkedin", "discord", "telegram", "instagram"), n + 2):
                picture = [assets[n % len(assets)]] if provider == "instagram" or n % 4 == 0 else []
                posts.append(self.post(provider, f"{TEXTS[(n * 3) % len(TEXTS)]} {n + 1} of 22", at, picture))
        self.apply(posts)

    def campaign(self, now: datetime) -> str:
        """Threads on three accounts, begun and not over."""
        steps = [
            {"description": "Winter launch: the whole collection, one piece a day", "publish_at": _iso(now - timedelta(days=2))},
            {"description": "The first: a jacket that opens like a book", "interaction_type": "reply", "delay_minutes": 5},
            {"description": "The second: gloves for people who type", "delay_minutes": 60 * 24 * 3},
        ]
        targets = [{"account": self.accounts[provider], "steps": _for(provider, steps)} for provider in ("x", "linkedin", "telegram")]
        campaigns = [{"id": "winter", "name": "Winter launch", "targets": targets}]
        return str(self.ask("/v1/posts/apply", {"schedule": {"timezone": ZONE, "campaigns": campaigns}})["run"]["id"])

    def trouble(self, at: datetime) -> tuple[str, str]:
        """An answer of Discord, which cannot be read back, is lost; X refuses what it has seen; LinkedIn's user withdraws our access."""
        self.ask("/v1/sandbox/networks/discord/faults", {"kind": "timeout_after"})
        self.ask("/v1/sandbox/networks/linkedin/faults", {"kind": "revoke_token"})
        lost = self.apply([self.post("discord", "Doors open at ten, coffee from half past nine", at)])
        refused = self.apply([self.post("x", "Doors open at ten", at + timedelta(minutes=n)) for n in (0, 5)])
        waits = [self.post("linkedin", f"From the workshop, part {n}", at + timedelta(minutes=10 * n)) for n in (1, 2, 3)]
        self.apply(waits)
        return lost[0], refused[-1]

    def draft(self, at: datetime) -> str:
        posts = [
            self.post(provider, f"Spring preview, part {n}", at + timedelta(days=n)) for n in (1, 2, 3) for provider in ("x", "discord")
        ]
        return str(self.ask("/v1/posts/apply", {"schedule": {"timezone": ZONE, "mode": "draft", "posts": posts}})["run"]["id"])

    def post(self, provider: str, text: str, at: datetime, assets: Sequence[Json] = ()) -> Json:
        shown = {"assets": [{"assetId": one["id"], "altText": "Hills"} for one in assets]} if assets else {}
        titled = {"name": text[:60], "settings": {"subreddit": "test"}} if provider == "reddit" else {}
        return {"account": self.accounts[provider], "description": text, "publish_at": _iso(at), **shown, **titled}

    def apply(self, posts: Sequence[Json]) -> list[str]:
        answer = self.ask("/v1/posts/apply", {"schedule": {"timezone": ZONE, "posts": posts}})
        return [str(post["id"]) for post in answer["posts"]]

    def upload(self, name: str, content: bytes) -> Json:
        url = f"{self.person.installation.url}/v1/dashboard/assets/upload"
        file = {"name": name, "mimeType": "image/jpeg", "buffer": content}
        origin = {"Origin": self.person.installation.url}
        answer = self.person.context.request.post(url, multipart={"file": file}, headers=origin)  # type: ignore[dict-item]
        assert answer.ok, answer.text()
        return dict(answer.json()["asset"])

    def advance(self, to: datetime) -> None:
        for _ in range(20):
            if self.ask("/v1/sandbox/clock/advance", {"to": _iso(to)})["rehearsed"]["complete"]:
                return
        raise AssertionError("there is always more to do")


def change(person: Person, path: str, body: Json) -> Json:
    return dict(person.ask(path, body, method="PATCH"))


def _some(of: Sequence[str], n: int) -> Sequence[str]:
    """One to three of them, other ones each time."""
    return [of[(n + k) % len(of)] for k in range(1 + n % 3)]


def _for(provider: str, steps: Sequence[Json]) -> Sequence[Json]:
    return [{key: value for key, value in step.items() if provider == "x" or key != "interaction_type"} for step in steps]


def _network(provider: str) -> str:
    return {"instagram": "meta"}.get(provider, provider)


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
