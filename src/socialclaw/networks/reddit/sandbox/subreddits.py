"""The subreddits of the simulated Reddit, and what each wants of a post. Pure.

Every name that can be one is an open subreddit of its own, except those that begin with `nosuch`; these behave as they are called:
`linksonly`, `textonly`, `flairrequired`, `noflair`, `restricted`, `private`, `banned`, `choosy` (titles and texts must be as it wants),
`slow` (one post of a user in ten minutes), `heldback` (AutoModerator waits for a moderator), `removing` (a moderator removes everything).
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Mapping
from typing import Any

from socialclaw.providers.incoming import url_of

Document = dict[str, Any]
JOINED = ("CasualTalk", "linksonly", "textonly", "flairrequired", "restricted", "choosy", "heldback")
CREATED = 1_600_000_000.0
SPECIAL: Mapping[str, Document] = {
    "linksonly": {"submission_type": "link"},
    "textonly": {"submission_type": "self"},
    "flairrequired": {"requirements": {"is_flair_required": True}},
    "noflair": {"link_flair_enabled": False},
    "restricted": {"subreddit_type": "restricted"},
    "private": {"subreddit_type": "private"},
    "banned": {"banned": True},
    "slow": {"slow": True},
    "heldback": {"removes": "automod_filtered"},
    "removing": {"removes": "moderator"},
    "choosy": {
        "requirements": {
            "title_text_min_length": 5,
            "title_text_max_length": 100,
            "title_required_strings": ["[OC]", "[Meta]"],
            "title_blacklisted_strings": ["buy now"],
            "body_restriction_policy": "required",
            "body_blacklisted_strings": ["discount"],
            "link_restriction_policy": "blacklist",
            "domain_blacklist": ["ads.example"],
            "guidelines_text": "Be kind. Show what you have made yourself.",
        }
    },
}
REQUIREMENTS: Mapping[str, Any] = {
    **dict.fromkeys(("title_text_min_length", "title_text_max_length", "body_text_min_length", "body_text_max_length")),
    **{f"{part}_{kind}": [] for part in ("title", "body") for kind in ("required_strings", "blacklisted_strings", "regexes")},
    "body_restriction_policy": "none",
    "domain_blacklist": [],
    "domain_whitelist": [],
    "link_restriction_policy": "none",
    "link_repost_age": None,
    "is_flair_required": False,
    "guidelines_text": None,
    "guidelines_display_policy": None,
}


def subreddit(name: str, *, owner: str = "", over18: bool = False) -> Document | None:
    """The subreddit of this name, however it is capitalised; None where there is none. `owner`: of a profile."""
    low = name.lower()
    if not owner and (not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_]{1,20}", name) or low.startswith(("nosuch", "u_"))):
        return None
    display = next((joined for joined in JOINED if joined.lower() == low), name)
    special = SPECIAL.get(low, {})
    return {
        "name": f"u_{owner}" if owner else display,
        "id": base36(int(hashlib.sha256(low.encode()).hexdigest()[:7], 16) + 36**4),
        "title": "" if owner else f"The subreddit {display}",
        "subreddit_type": "user" if owner else "public",
        "submission_type": "any",
        "link_flair_enabled": not owner,
        "over18": over18,
        **special,
        "requirements": {**REQUIREMENTS, **special.get("requirements", {})},
    }


def flairs(found: Mapping[str, Any]) -> list[Document]:
    """The flairs of a subreddit as `link_flair_v2` lists them."""
    if not found["link_flair_enabled"]:
        return []
    kinds = (("Discussion", False, False), ("Question", True, False), ("Announcement", False, True))
    return [
        {
            "type": "text",
            "text_editable": editable,
            "allowable_content": "all",
            "text": text,
            "max_emojis": 10,
            "text_color": "dark",
            "mod_only": mod_only,
            "css_class": "",
            "richtext": [],
            "background_color": "#dadada",
            "id": str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{text}.{found['name'].lower()}")),
        }
        for text, editable, mod_only in kinds
    ]


def broken(requirements: Mapping[str, Any], post: Mapping[str, str]) -> tuple[str, str, str] | None:
    """What a post (title, text, url, flair_id) breaks of what its subreddit wants: field, reason, explanation."""
    if requirements["is_flair_required"] and not post.get("flair_id"):
        return "flair", "SUBMIT_VALIDATION_FLAIR_REQUIRED", "Your post must contain post flair."
    return _text("title", post["title"], requirements) or _body(post, requirements) or _link(post.get("url", ""), requirements)


def _body(post: Mapping[str, str], requirements: Mapping[str, Any]) -> tuple[str, str, str] | None:
    text, policy = post.get("text", "").strip(), requirements["body_restriction_policy"]
    if policy == "required" and not text and not post.get("url"):
        return "body", "SUBMIT_VALIDATION_BODY_REQUIRED", "This community requires body text."
    if policy == "notAllowed" and text:
        return "body", "SUBMIT_VALIDATION_BODY_NOT_ALLOWED", "This community does not allow body text."
    return _text("body", text, requirements) if text else None


def _text(part: str, text: str, requirements: Mapping[str, Any]) -> tuple[str, str, str] | None:
    least, most = requirements[f"{part}_text_min_length"], requirements[f"{part}_text_max_length"]
    if least and len(text) < least:
        return part, "SUBMIT_VALIDATION_MIN_LENGTH", f"Your {part} must have at least {least} characters."
    if most and len(text) > most:
        return part, "SUBMIT_VALIDATION_MAX_LENGTH", f"Your {part} must have at most {most} characters."
    for word in requirements[f"{part}_blacklisted_strings"]:
        if word.lower() in text.lower():
            return part, f"SUBMIT_VALIDATION_{part.upper()}_BLACKLISTED_STRING", f'You may not have "{word}" in your {part}. '
    wanted = requirements[f"{part}_required_strings"]
    if wanted and not any(word.lower() in text.lower() for word in wanted):
        return part, f"SUBMIT_VALIDATION_{part.upper()}_REQUIREMENT", f"Your {part} must contain one of: {', '.join(wanted)}."
    return None


def _link(url: str, requirements: Mapping[str, Any]) -> tuple[str, str, str] | None:
    host = url_of(url).hostname or ""
    if url and requirements["link_restriction_policy"] == "blacklist" and host in requirements["domain_blacklist"]:
        return "link", "SUBMIT_VALIDATION_LINK_WHITELIST", f"Links to {host} are not allowed here."
    return None


def base36(number: int) -> str:
    digits = ""
    while number:
        number, place = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[place] + digits
    return digits or "0"
