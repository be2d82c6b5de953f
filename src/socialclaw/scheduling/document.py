"""What a schedule document means: a plan, and everything that is wrong with it at once.

Pure: whatever it needs to know of the world is given to it. A document is judged whole; it is never an error to have
judged a wrong one, so nothing here raises for what a document says.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from socialclaw.scheduling import same_destination
from socialclaw.scheduling.aliases import canonical, given, plain
from socialclaw.scheduling.campaign_reader import CampaignReader
from socialclaw.scheduling.library import Library
from socialclaw.scheduling.plan import CAMPAIGNS, MODES, MOST_POSTS, POSTS, Directory, Plan
from socialclaw.scheduling.post_reader import PostReader, Zone
from socialclaw.scheduling.problems import Notes
from socialclaw.scheduling.reply_links import link
from socialclaw.scheduling.unknown_fields import OF_CAMPAIGNS, OF_POSTS
from socialclaw.workspaces.tenants import MOST_LATE_MINUTES

LATE_NAMES = ("max_late_minutes", "maxLateMinutes")
MOST_KEY = 255  # characters in an idempotency key
KEY_NAMES = ("idempotencyKey", "idempotency_key")
AROUND = ("timezone", "mode", "status")  # what a wrapper may say for the schedule in it


def parse(document: object, *, now: datetime, accounts: Directory, library: Library | None = None) -> Plan:
    """The plan behind a schedule, bare or as `{"schedule": {…}}`.

    `now` is aware. Issues come in document order, and for one post in the order in which its checks are public: provider
    and account, time, interaction, media, settings, the account's state, content, the provider's rules, parents. An account
    that has to be connected again is an issue already here, because a post could not be published to it as things are.
    """
    notes = Notes()
    schedule = root(document)
    if schedule is None:
        _add_rootless(document, notes)
        return Plan(issues=notes.issues())
    _look(document, notes)
    now = now - timedelta(microseconds=now.microsecond % 1000)
    reader = PostReader(notes, now=now, accounts=accounts, library=library)
    key = _key(document, notes)
    zone = reader.zone(schedule.get("timezone"), "timezone", ("UTC", UTC))
    mode = _mode(schedule, notes)
    late = _max_late(schedule, notes)
    model = _model(schedule, notes) if _is_one(document, notes) else None
    if model is None:
        return Plan(zone[0], mode, POSTS, key, late, issues=notes.issues(), warnings=tuple(notes.warnings))
    campaigns = CampaignReader(reader, zone)
    paths = campaigns.read_all(schedule["campaigns"]) if model == CAMPAIGNS else _read_posts(schedule["posts"], reader, zone)
    reader.comments.write(reader.posts)
    linked = link(reader.posts, paths, notes)
    same_destination.note(linked, reader.places, notes)
    return Plan(zone[0], mode, model, key, late, tuple(linked), tuple(campaigns.summaries), notes.issues(), tuple(notes.warnings))


def idempotency_key(document: object) -> str | None:
    """The key beside or inside a schedule; None where there is none, or none that `parse` lets through."""
    return _key(document, Notes())


def root(document: object) -> dict[str, Any] | None:
    """The schedule of a document: itself, or what it wraps; None where there is none.

    A wrapper may hold the zone and the mode for the schedule in it, which has the last word.
    """
    if not isinstance(document, dict):
        return None
    inner = document.get("schedule")
    if inner is None:
        return document
    if not isinstance(inner, dict):
        return None
    around = {name: document[name] for name in AROUND if given(document.get(name))}
    if given(inner.get("mode")) or given(inner.get("status")):
        around = {name: value for name, value in around.items() if name == "timezone"}
    return {**around, **{name: value for name, value in inner.items() if name not in around or given(value)}} if around else inner


def _look(document: object, notes: Notes) -> None:
    """Note what a wrapper, and the schedule in it, hold beside their fields."""
    for holder in (document, document.get("schedule")) if isinstance(document, dict) else ():
        if isinstance(holder, dict):
            (OF_CAMPAIGNS if _list(holder, "campaigns") else OF_POSTS).look(holder, "", notes)


def _add_rootless(document: object, notes: Notes) -> None:
    wrapped = isinstance(document, dict)
    text = document["schedule"] if isinstance(document, dict) else document
    if not isinstance(text, str) or not text.lstrip().startswith("{"):
        whole = "schedule must be" if wrapped else "A schedule is"
        notes.add("schedule_invalid", f"{whole} a JSON object with posts or campaigns", "schedule" if wrapped else "")
    else:
        message = "The schedule is text that holds JSON: send the object itself, not a string that contains it"
        notes.add("schedule_invalid", message, "schedule" if wrapped else "")


def _is_one(document: object, notes: Notes) -> bool:
    """Whether nothing is to be published beside the schedule that is wrapped."""
    if not isinstance(document, dict) or document.get("schedule") is None:
        return True
    name = next((name for name in ("posts", "campaigns") if _list(document, name)), None)
    if name:
        notes.add("schedule_shape_conflict", f"A body has either a schedule or its own {name}, not both", name)
    return name is None


def _key(document: object, notes: Notes) -> str | None:
    holders = (document, document.get("schedule")) if isinstance(document, dict) else ()
    for holder in holders:
        for name in KEY_NAMES:
            if isinstance(holder, dict) and given(value := holder.get(name)):
                if isinstance(value, str) and len(value) <= MOST_KEY and value.isprintable():
                    return value
                message = f"{name} must be text of at most {MOST_KEY} printable characters"
                notes.add("idempotency_key_invalid", message, name, {"maxLength": MOST_KEY})
                return None
    return None


def _mode(root: dict[str, Any], notes: Notes) -> str:
    """Root `mode`, else `status`. Where neither is given, one campaign that is a draft makes the whole run one.

    A campaign that is a draft in a schedule that is not would be published against its word, so that is refused.
    """
    name = next((name for name in ("mode", "status") if given(root.get(name))), None)
    stated = _mode_word(root[name], name, notes) if name else None
    campaigns = root.get("campaigns")
    for index, campaign in enumerate(campaigns[:MOST_POSTS] if isinstance(campaigns, list) else ()):
        if not isinstance(campaign, dict) or not given(campaign.get("mode")):
            continue
        path = f"campaigns[{index}].mode"
        word = _mode_word(campaign["mode"], path, notes)
        if word == "draft" and name and stated == "scheduled":
            notes.add("schedule_mode_invalid", f"{path} is draft, but the schedule's own {name} is scheduled; a run has one mode", path)
        elif word == "draft":
            stated = "draft"
    return stated or "scheduled"


def _max_late(root: dict[str, Any], notes: Notes) -> int | None:
    """How many minutes late the posts may go out."""
    name = next((name for name in LATE_NAMES if given(root.get(name))), None)
    if name is None:
        return None
    minutes = root[name]
    if type(minutes) is int and 1 <= minutes <= MOST_LATE_MINUTES:
        return minutes
    message = f"{name} must be a whole number of minutes, 1 to {MOST_LATE_MINUTES:,}"
    notes.add("max_late_minutes_invalid", message, name, {"minimum": 1, "maximum": MOST_LATE_MINUTES})
    return None


def _mode_word(stated: object, path: str, notes: Notes) -> str | None:
    word = stated.strip().lower() if isinstance(stated, str) else ""
    if word in MODES:
        return word
    notes.add("schedule_mode_invalid", f"{path} must be one of {', '.join(MODES)}", path, {"supportedValues": list(MODES)})
    return None


def _model(root: dict[str, Any], notes: Notes) -> str | None:
    """Whether it is a list of posts or of campaigns; None where it is neither, both, or too much."""
    listed: dict[str, list[Any]] = {}
    for name in ("posts", "campaigns"):
        items = root.get(name)
        if given(items) and not isinstance(items, list):
            notes.wrong(items, name, "a list")
            return None
        listed[name] = items or []
    posts, campaigns = listed.values()
    if posts and campaigns:
        notes.add("schedule_shape_conflict", "A schedule has posts or campaigns, not both")
    elif not posts and not campaigns:
        notes.add("schedule_items_required", "A schedule needs posts or campaigns")
    elif (count := len(posts) or _extent(campaigns)) > MOST_POSTS:
        message = f"A run has at most {MOST_POSTS:,} posts; this schedule has {count:,}"
        notes.add("schedule_too_large", message, "posts" if posts else "campaigns", {"count": count, "maxPosts": MOST_POSTS})
    else:
        return POSTS if posts else CAMPAIGNS
    return None


def _extent(campaigns: list[Any]) -> int:
    """How many posts campaigns make. What is empty counts as one, so that there is an end to reading it."""
    targets = [t for c in campaigns for t in (_list(c, "targets") or [None])]
    return sum(len(_list(t, "steps")) or 1 for t in targets)


def _list(holder: object, name: str) -> list[Any]:
    items = holder.get(name) if isinstance(holder, dict) else None
    return items if isinstance(items, list) else []


def _read_posts(posts: list[Any], reader: PostReader, zone: Zone) -> list[str]:
    """Reads a list of posts; returns their paths."""
    notes, paths = reader.notes, []
    for index, raw in enumerate(posts):
        path = f"posts[{index}]"
        if type(raw) is not dict:
            notes.wrong(raw, path, "an object")
            continue
        reader.read(raw if plain(raw) else canonical(raw), path, zone, reader.moment, f"post_{index + 1}", index)
        paths.append(path)
        notes.order += 1
    return paths
