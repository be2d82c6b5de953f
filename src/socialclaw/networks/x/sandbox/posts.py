"""A post as the simulated X keeps and shows it: links shortened, fields on request, in the old names or the new. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from socialclaw.networks.x.sandbox import words as say
from socialclaw.networks.x.text import links
from socialclaw.providers.spelling import nfc
from socialclaw.simulation.store import Seen

DAY = 86_400
OWN_METRICS_DAYS = 30

# The post fields of description 2.167, and those that only the older one has.
NEW_FIELDS = frozenset(
    [
        *("article", "article_title", "attachments", "card_uri", "community_id", "context_annotations", "conversation_id", "created_at"),
        *("display_text_range", "edit_controls", "entities", "geo", "id", "lang", "matched_media_notes", "media_metadata"),
        *("non_public_metrics", "note_post", "note_request_suggestions", "organic_metrics", "paid_partnership", "possibly_sensitive"),
        *("promoted_metrics", "public_metrics", "reply_settings", "scopes", "source", "suggested_source_links"),
        *("suggested_source_links_with_counts", "text", "withheld"),
    ]
)
OLD_FIELDS = (NEW_FIELDS - {"note_post"}) | {
    *("author_id", "edit_history_tweet_ids", "in_reply_to_user_id", "note_tweet", "referenced_tweets", "username")
}
NEW_EXPANSIONS = frozenset(
    [
        *("article.cover_media", "article.media_entities", "attachments.media_keys", "attachments.media_source_tweet"),
        *("attachments.poll_ids", "author_id", "edit_history_post_ids", "entities.mentions.username", "geo.place_id"),
        *("in_reply_to_user_id", "referenced_posts", "username"),
    ]
)
OLD_EXPANSIONS = (NEW_EXPANSIONS - {"referenced_posts", "edit_history_post_ids", "username"}) | {
    *("referenced_tweets.id", "referenced_tweets.id.author_id", "edit_history_tweet_ids")
}


class View:
    """What one request wants to see of posts. Refuses what X does not know."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self.old = "tweet.fields" in given or ("post.fields" not in given and "tweets" in given.get("expansions", ""))
        if "tweet.fields" in given and "post.fields" in given:
            raise say.invalid("The query parameters [post.fields,tweet.fields] exclude each other")
        name, known = ("tweet.fields", OLD_FIELDS) if self.old else ("post.fields", NEW_FIELDS)
        expansions = say.words(given.get("expansions"), OLD_EXPANSIONS if self.old else NEW_EXPANSIONS, "expansions")
        self.fields = {*say.words(given.get(name), known, name), *(_behind(e) for e in expansions)}
        self.expansions = frozenset(expansions)
        self.of_users = given.get("user.fields", "").split(",")
        self.of_media = given.get("media.fields", "").split(",")
        self.history = "edit_history_tweet_ids" if self.old else "edit_history_post_ids"
        self.references = "referenced_tweets" if self.old else "referenced_posts"
        self.posts = "tweets" if self.old else "posts"

    def show(self, seen: Seen, *, own: bool, now: float, views: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """The post, and the partial errors for what this reader may not see of it. `views`: how often it was seen until now."""
        every: dict[str, Any] = {
            "author_id": seen.account,
            "conversation_id": seen.extra["conversation_id"],
            "created_at": moment(seen.created_at),
            "lang": "en",
            "possibly_sensitive": False,
            "reply_settings": seen.extra["reply_settings"] or "everyone",
            "public_metrics": public_metrics(views, old=self.old),
        }
        if urls := seen.extra["urls"]:
            every["entities"] = {"urls": urls}
        if keys := seen.extra["media_keys"]:
            every["attachments"] = {"media_keys": keys}
        if seen.reply_to:
            every[self.references] = [{"type": "replied_to", "id": seen.reply_to}]
            every["in_reply_to_user_id"] = seen.extra["reply_to_account"]
        errors = []
        if "non_public_metrics" in self.fields:
            if own and now - seen.created_at <= OWN_METRICS_DAYS * DAY:
                every["non_public_metrics"] = own_metrics(seen, views)
            else:
                errors.append(say.hidden(seen.id, "non_public_metrics"))
        shown = {name: value for name, value in every.items() if name in self.fields}
        return {"id": seen.id, "text": escaped(seen.extra["shown"]), self.history: [seen.id], **shown}, errors


def media_of(seen: Seen, wanted: Sequence[str]) -> list[dict[str, Any]]:
    """The files of a post, as an expansion brings them."""
    found = []
    for key, kept in zip(seen.extra["media_keys"], seen.media, strict=True):
        kind = "animated_gif" if kept["mime"] == "image/gif" else "video" if kept["kind"] == "video" else "photo"
        every: dict[str, Any] = {"url": f"https://pbs.twimg.com/media/{key}.jpg", "width": 1200, "height": 675}
        every |= {"alt_text": kept["alt"]} if kept.get("alt") else {}
        found.append({"media_key": key, "type": kind, **{name: value for name, value in every.items() if name in wanted}})
    return found


def compose(text: str, *, post_id: str, username: str, media: Sequence[Mapping[str, Any]]) -> tuple[str, list[dict[str, Any]]]:
    """The text with its links as t.co links, one more for the files; and the entities that say what they stand for."""
    shown, urls, position = "", [], 0
    for start, end in links(text):
        link = text[start:end]
        full = link if link.lower().startswith(("http://", "https://")) else f"http://{link}"
        shown += text[position:start]
        short = _short(post_id, f"{start}:{full}")
        urls.append(
            {"start": len(shown), "end": len(shown) + len(short), "url": short, "expanded_url": full, "display_url": _display(full)}
        )
        shown += short
        position = end
    shown += text[position:]
    if media:
        shown += " " if shown else ""
        short = _short(post_id, "media")
        kind = "video" if media[0]["kind"] == "video" else "photo"
        full = f"https://x.com/{username}/status/{post_id}/{kind}/1"
        place = {"start": len(shown), "end": len(shown) + len(short), "url": short, "expanded_url": full}
        urls += [{**place, "display_url": f"pic.x.com/{short[-10:]}", "media_key": m["key"]} for m in media]
        shown += short
    return shown, urls


def clean(text: str) -> str:
    """A text as X takes it: NFC, without blanks at its ends."""
    return nfc(text).replace("\r\n", "\n").strip()


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def moment(at: float) -> str:
    """X tells times to the second."""
    return datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def seconds_of(value: str, parameter: str) -> float:
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or "T" not in value:
        raise say.invalid(f"The `{parameter}` query parameter value [{value}] is not a valid RFC 3339 date-time")
    return found.timestamp()


def public_metrics(views: int, *, old: bool) -> dict[str, int]:
    return {
        "retweet_count" if old else "repost_count": views // 90,
        "reply_count": views // 150,
        "like_count": views // 25,
        "quote_count": views // 600,
        "bookmark_count": views // 200,
        "impression_count": views,
    }


def own_metrics(seen: Seen, views: int) -> dict[str, int]:
    links_clicked = views // 60 if seen.extra["urls"] else 0
    return {"impression_count": views, "url_link_clicks": links_clicked, "user_profile_clicks": views // 80, "engagements": views // 12}


def _behind(expansion: str) -> str:
    """The field that an expansion brings with it."""
    first = expansion.partition(".")[0]
    return first if first in ("attachments", "author_id", "in_reply_to_user_id", "referenced_tweets", "referenced_posts") else expansion


def _short(post_id: str, what: str) -> str:
    return "https://t.co/" + hashlib.sha256(f"{post_id}:{what}".encode()).hexdigest()[:10]


def _display(url: str) -> str:
    bare = url.partition("://")[2].rstrip("/")
    return bare if len(bare) <= 27 else f"{bare[:26]}…"
