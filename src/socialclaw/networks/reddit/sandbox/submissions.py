"""Posts, subreddits and users as the API of the simulated Reddit shows them; field names and types as in recorded answers. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from socialclaw.networks.reddit.sandbox.subreddits import CREATED
from socialclaw.providers.incoming import url_of
from socialclaw.simulation.store import Seen

Figure = Callable[..., int]
Document = dict[str, Any]


def slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")[:50].strip("_") or "_"


def permalink(place: str, post_id: str, title: str) -> str:
    return f"/r/{place}/comments/{post_id.removeprefix('t3_')}/{slug(title)}/"


def post(seen: Seen, author: str, figure: Figure) -> Document:
    """A post (t3). One that its author has deleted stays without its author and its words."""
    extra = seen.extra
    gone = extra["removed"] == "deleted"
    text = "[deleted]" if gone and extra["text"] else extra["text"]
    flair = extra["flair"] or {}
    score, comments = figure(seen.id, "score", seen.created_at), figure(seen.id, "comments", seen.created_at, most=60)
    link = f"https://www.reddit.com{extra['permalink']}"
    data = {
        "id": seen.id.removeprefix("t3_"),
        "name": seen.id,
        "title": extra["title"],
        "selftext": text,
        "selftext_html": f'<!-- SC_OFF --><div class="md"><p>{escape(text)}</p>\n</div><!-- SC_ON -->' if text else None,
        "is_self": not extra["url"],
        "url": extra["url"] or link,
        "domain": (url_of(extra["url"]).hostname or "") if extra["url"] else f"self.{extra['subreddit']}",
        "permalink": extra["permalink"],
        "subreddit": extra["subreddit"],
        "subreddit_name_prefixed": f"r/{extra['subreddit']}",
        "subreddit_id": f"t5_{extra['subreddit_id']}",
        "subreddit_type": "public",
        "author": "[deleted]" if gone else author,
        "created": float(int(seen.created_at)),
        "created_utc": float(int(seen.created_at)),
        "score": score,
        "ups": score,
        "downs": 0,
        "upvote_ratio": 0.93,
        "num_comments": comments,
        "num_crossposts": figure(seen.id, "crossposts", seen.created_at, most=9) // 100,
        "num_reports": None,
        "view_count": None,
        "removed_by_category": extra["removed"],
        "is_robot_indexable": extra["removed"] is None,
        "over_18": extra["nsfw"],
        "spoiler": extra["spoiler"],
        "send_replies": extra["send_replies"],
        "link_flair_text": flair.get("text"),
        "link_flair_type": "text",
        "link_flair_richtext": [],
        "edited": False,
        "locked": False,
        "archived": False,
        "hidden": False,
        "saved": False,
        "stickied": False,
        "quarantine": False,
        "distinguished": None,
        "media": None,
        "is_video": False,
        "thumbnail": "self" if not extra["url"] else "default",
        "likes": True,
    }
    if extra["url"]:
        data["url_overridden_by_dest"] = extra["url"]
    if flair:
        data["link_flair_template_id"] = flair["id"]
    return {"kind": "t3", "data": data}


def subreddit(found: Mapping[str, Any], figure: Figure, *, moderator: bool = False, subscriber: bool = True) -> Document:
    """A subreddit (t5), as a user sees it who may or may not moderate it."""
    name, profile = found["name"], found["subreddit_type"] == "user"
    data = {
        "id": found["id"],
        "name": f"t5_{found['id']}",
        "display_name": name,
        "display_name_prefixed": f"u/{name[2:]}" if profile else f"r/{name}",
        "title": found["title"],
        "url": f"/user/{name[2:]}/" if profile else f"/r/{name}/",
        "subscribers": figure(name.lower(), "followers", CREATED, most=90_000),
        "subreddit_type": found["subreddit_type"],
        "submission_type": found["submission_type"],
        "over18": found["over18"],
        "quarantine": False,
        "user_is_banned": False,
        "user_is_contributor": False,
        "user_is_moderator": moderator,
        "user_is_subscriber": subscriber,
        "user_is_muted": False,
        "allow_images": True,
        "allow_videos": True,
        "allow_galleries": True,
        "allow_polls": True,
        "link_flair_enabled": found["link_flair_enabled"],
        "can_assign_link_flair": found["link_flair_enabled"],
        "spoilers_enabled": True,
        "restrict_posting": found["subreddit_type"] == "restricted",
        "icon_img": "",
        "community_icon": "",
        "public_description": "",
        "description": "",
        "lang": "en",
        "created": CREATED,
        "created_utc": CREATED,
    }
    return {"kind": "t5", "data": data}


def user(person: Mapping[str, Any], figure: Figure) -> Document:
    """The user who asks (`/api/v1/me`)."""
    karma = figure(person["id"], "karma", CREATED)
    return {
        "id": person["id"],
        "name": person["username"],
        "created": CREATED,
        "created_utc": CREATED,
        "link_karma": karma,
        "comment_karma": karma // 3,
        "total_karma": karma + karma // 3,
        "has_verified_email": True,
        "is_suspended": bool(person.get("suspended")),
        "suspension_expiration_utc": None,
        "over_18": True,
        "icon_img": "https://www.redditstatic.com/avatars/avatar_default_11_FF4500.png",
        "is_employee": False,
        "is_gold": False,
        "is_mod": True,
        "in_beta": False,
        "has_mail": False,
        "has_mod_mail": False,
        "inbox_count": 0,
        "hide_from_robots": False,
        "gold_expiration": None,
        "gold_creddits": 0,
        "subreddit": {"display_name": f"u_{person['username']}", "display_name_prefixed": f"u/{person['username']}", "title": ""},
    }
