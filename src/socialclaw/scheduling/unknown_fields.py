"""Fields of a document that we do not know: one that would have meant something is refused with the right word, any other is a warning.

A field that is nearly right must not be passed over: a time under another name would publish a post at once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

from socialclaw.networks import providers
from socialclaw.providers.issues import shown
from socialclaw.providers.shapes import kind_of_url
from socialclaw.scheduling import misnamed
from socialclaw.scheduling.aliases import ALIASES, given
from socialclaw.scheduling.problems import Notes
from socialclaw.spelling import bare, nearest

MOST_COMPARED = 1000  # fields of a document that are compared with known ones
VALIDATE, MODE = "POST /v1/posts/validate", "mode"
MEANINGS = {
    VALIDATE: "send it to POST /v1/posts/validate, which publishes nothing",
    MODE: 'set "mode": "draft" next to posts or campaigns',
    "campaigns": "posts that follow each other are the steps of a campaign",
}
NOTHING: tuple[object, ...] = (None, "", False, 0, [], {})
NO = ("false", "no", "off", "0")


class Level:
    """One kind of object in a document: what it is called, its fields, what answers put beside them, and its near misses."""

    def __init__(self, called: str, fields: str, misses: Mapping[str, str], passed: Collection[str] = ()) -> None:
        self.called = called
        self.fields = tuple(fields.split())
        names = {*self.fields, *(other for name in self.fields for other in ALIASES.get(name, ()))}
        self._misses, self._passed = misses, frozenset(passed)
        self.knows = frozenset(names | {name for name in self._passed if bare(name) not in {*misses, *misnamed.STATE}}).issuperset

    def look(self, raw: Mapping[str, Any], path: str, notes: Notes) -> None:
        """Note every field that is not known; `knows` tells beforehand, and quickly, whether there is one."""
        for name in raw:
            if not self.knows((name,)):
                self._note(name, raw, f"{path}.{shown(name)}".removeprefix("."), notes)

    def _note(self, name: str, raw: Mapping[str, Any], path: str, notes: Notes) -> None:
        notes.compared += 1
        meant = self._meant(name, raw) if notes.compared <= MOST_COMPARED else None
        if meant:
            message = f"{self.called} has no {shown(name)}: {MEANINGS.get(meant, f'did you mean {meant}?')}"
            notes.add("field_misnamed", message, path, {"didYouMean": meant})
        elif name not in self._passed and (setting := _setting(name, raw)) != "":
            notes.warn(
                "field_unknown", f"{self.called} has no {shown(name)}; it is ignored", path, {"didYouMean": setting} if setting else {}
            )

    def _meant(self, name: str, raw: Mapping[str, Any]) -> str | None:
        """The word that was meant by a field; None where it means nothing here, or says nothing."""
        value, word = raw[name], bare(name)
        if (word in misnamed.STATE and _is_draft(value)) or (word in misnamed.UNLESS and (value is False or value in NO)):
            return MODE
        if value in NOTHING:
            return None
        if word in misnamed.DRY | misnamed.DRAFT:
            return None if value in NO else VALIDATE if word in misnamed.DRY else MODE
        meant = self._misses.get(word) or nearest(name, self.fields)
        if meant is None and word in misnamed.URLS and "media_link" in self.fields and isinstance(value, str):
            meant = "media_link" if kind_of_url(value) != "other" else None
        if meant and name in self._passed and given(raw.get(meant)):
            return None
        return meant.replace("assets", "media_link") if meant and isinstance(value, str) and self.called != "An asset" else meant


def _is_draft(value: object) -> bool:
    return isinstance(value, str) and bare(value) == "draft"


def _setting(name: str, raw: Mapping[str, Any]) -> str | None:
    """The setting that stands beside `settings` instead of in it; "" where it is no mistake of who wrote the document.

    The official client's YAML reader empties `settings`, and leaves what was in it in the post.
    """
    if name not in _settings():
        return None
    return "" if raw.get("settings") == "" else f"settings.{name}"


@cache
def _settings() -> frozenset[str]:
    targets = [target for provider in providers().values() for target in provider.targets]
    return frozenset(name for target in targets for s in target.settings for name in (s.id, *s.aliases))


def _below(path: str, *, but: Collection[str] = ()) -> dict[str, str]:
    """What belongs into the posts below an object."""
    fields = ("publish_at", "media_link", "assets", "settings", "reply_to_step_id", "media_policy", "labels", "first_comment")
    own = {bare(name): field for field in fields for name in (field, *ALIASES.get(field, ()))}
    words = {word: meant for word, meant in {**misnamed.IN_POST, **own}.items() if meant not in ("name", "timezone", "campaigns", *but)}
    return {word: f"{path}.{meant}" for word, meant in words.items()}


_TIMES = {word: meant for word, meant in misnamed.IN_POST.items() if meant in ("publish_at", "timezone")}
_FIELDS = """account provider name description
    publish_at latest_at timezone interaction_type reply_to_step_id media_link assets settings media_policy labels first_comment"""
_DELAYS = ("delay_ms", "delay_seconds", "delay_minutes")
_AT_ONCE = {bare(word): "publish_at" for name in _DELAYS for word in (name, *misnamed.DELAY)}  # in a list of posts there is no delay
_STEPS = _below("targets[].steps[]", but=("publish_at",))

_ROOT = "timezone mode status max_late_minutes maxLateMinutes idempotencyKey idempotency_key posts campaigns schedule"
_ZONES = {word: meant for word, meant in _TIMES.items() if meant == "timezone"}

OF_POSTS = Level("A schedule", _ROOT, {**_below("posts[]"), **_ZONES, **misnamed.AT_ROOT}, misnamed.ANSWERED_ROOT)
OF_CAMPAIGNS = Level("A schedule", _ROOT, {**_below("campaigns[].targets[].steps[]"), **_ZONES, **misnamed.AT_ROOT}, misnamed.ANSWERED_ROOT)
CAMPAIGN = Level("A campaign", "id name timezone mode publish_at provider targets", {**_STEPS, **_TIMES}, misnamed.ANSWERED_GROUP)
TARGET = Level(
    "A target",
    "account provider timezone publish_at interaction_type steps",
    {**_below("steps[]", but=("publish_at",)), **_TIMES, **misnamed.NETWORK, "posts": "steps"},
    misnamed.ANSWERED_GROUP,
)
POST = Level("A post", _FIELDS, {**misnamed.IN_POST, **misnamed.NETWORK, **_AT_ONCE}, misnamed.ANSWERED_POST)
STEP = Level(
    "A step",
    f"id {_FIELDS} {' '.join(_DELAYS)}",
    {**misnamed.IN_POST, **misnamed.NETWORK, **misnamed.DELAY},
    misnamed.ANSWERED_POST,
)
ASSET = Level(
    "An asset",
    "id url media_link mediaLink assetId asset_id managed originalFilename mime kind size duration width height altText",
    misnamed.IN_ASSET,
    misnamed.ANSWERED_ASSET,
)
