"""A post as Reddit is told of it, as it is recognised among the user's own, and what has become of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from socialclaw.errors import Rejected
from socialclaw.providers.draft import Draft, Published, titled
from socialclaw.providers.spelling import nfc

Thing = Mapping[str, Any]

# Our metric name -> Reddit's.
METRICS = {"likes": "score", "comments": "num_comments", "shares": "num_crossposts"}
BY_ITS_AUTHOR = frozenset({"deleted", "author"})
HELD = "automod_filtered"
LONGEST_HELD = timedelta(days=1)
# removed_by_category -> our code, what to tell the user.
REMOVED: Mapping[str, tuple[str, str]] = {
    HELD: ("reddit_held_by_automoderator", "AutoModerator held the post back and no moderator has approved it within a day"),
    "moderator": ("reddit_removed_by_moderator", "A moderator of the subreddit has removed the post"),
    "reddit": ("reddit_removed_as_spam", "Reddit's spam filter has removed the post: only its author still sees it"),
    "spam": ("reddit_removed_as_spam", "The post was removed as spam: only its author still sees it"),
}


def form_of(draft: Draft) -> dict[str, str]:
    """The form of POST /api/submit. A link that the subreddit has already is refused by Reddit (`resubmit`) rather than doubled."""
    title, body = titled(draft)
    settings = draft.settings
    form = {
        "api_type": "json",
        "sr": place_of(draft),
        "title": " ".join(title.splitlines()),
        "sendreplies": _word(settings.get("sendReplies", True)),
        "nsfw": _word(settings.get("nsfw")),
        "spoiler": _word(settings.get("spoiler")),
        "validate_on_submit": "true",
    }
    if draft.media:
        form |= {"kind": "link", "url": draft.media[0].url, "resubmit": "false", **({"text": body} if body else {})}
    else:
        form |= {"kind": "self", "text": body}
    flair = {"flair_id": settings.get("flairId"), "flair_text": settings.get("flairText")}
    return form | {name: str(value) for name, value in flair.items() if value}


def place_of(draft: Draft) -> str:
    """The subreddit as Reddit names it: a profile is one too."""
    return subreddit_name(str(draft.settings.get("subreddit") or ""))


def subreddit_name(given: str) -> str:
    name = given.strip().removeprefix("/")
    name = name.removeprefix("r/")
    return f"u_{name[2:]}" if name.startswith("u/") else name


def fullname_of(made: Mapping[str, Any]) -> str:
    """`t3_…` of an answer to a submission, which names it with the prefix, or the bare id."""
    name = str(made.get("name") or made["id"])
    return name if name.startswith("t3_") else f"t3_{name}"


def web_url(thing: Thing) -> str:
    return f"https://www.reddit.com{thing['permalink']}"


def made_at(thing: Thing) -> datetime:
    """When a post was made, to the second."""
    return datetime.fromtimestamp(float(thing["created_utc"]), UTC)


def is_of(thing: Thing, draft: Draft) -> bool:
    """Whether a post may be this draft. Below a link there may be no text, where Reddit did not take it."""
    title, body = titled(draft)
    if str(thing.get("subreddit")).casefold() != place_of(draft).casefold() or _joined(thing.get("title")) != _joined(title):
        return False
    text = _plain(thing.get("selftext"))
    if not draft.media:
        return bool(thing.get("is_self")) and text == _plain(body)
    links = {_bare(thing.get(name)) for name in ("url", "url_overridden_by_dest")}
    return not thing.get("is_self") and _bare(draft.media[0].url) in links and text in ("", _plain(body))


def is_gone(thing: Thing) -> bool:
    """Whether its author has deleted the post."""
    return thing.get("author") in (None, "[deleted]") or thing.get("removed_by_category") in BY_ITS_AUTHOR


def standing(thing: Thing, draft: Draft, *, now: datetime) -> Published:
    """The post as the public has it. Raises Rejected where it was taken away without a word; what is held back may still appear."""
    post_id, url = str(thing["name"]), web_url(thing)
    if (category := thing.get("removed_by_category")) is None:
        return Published(post_id, url, note=_note(thing, draft))
    if category == HELD and now - made_at(thing) < LONGEST_HELD:
        note = "AutoModerator holds the post back: nobody sees it until a moderator of the subreddit approves it"
        return Published(post_id, url, final=False, note=note)
    code, words = REMOVED.get(category, ("reddit_removed", "Reddit has removed the post"))
    raise Rejected(words, code=code, said=str(category))


def _note(thing: Thing, draft: Draft) -> str | None:
    if draft.media and titled(draft)[1] and not thing.get("selftext"):
        return "Reddit shows the link without the text that was sent along"
    return None


def _word(value: object) -> str:
    return "true" if value else "false"


def _joined(text: object) -> str:
    """Blanks do not tell two titles apart."""
    return " ".join(nfc(str(text or "")).split())


def _plain(text: object) -> str:
    """Nor do blanks at line ends and at both ends tell two texts apart."""
    lines = nfc(str(text or "")).replace("\r\n", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


def _bare(url: object) -> str:
    return str(url or "").rstrip("/")
