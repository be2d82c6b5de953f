"""What a post may say about itself beside its words: where it goes, how it is marked, which flair it bears. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from socialclaw.providers.draft import Draft
from socialclaw.providers.issues import Issue, shown
from socialclaw.providers.options import Setting

# A subreddit (`AskReddit`), or the profile of a user (`u_somebody`, also written `u/somebody`).
NAME = re.compile(r"(?:u[_/])?[A-Za-z0-9_.-]+")

SETTINGS = (
    Setting(
        "subreddit",
        required=True,
        leading=("/r/", "r/"),
        dropped=("", None),
        example="test",
        code="reddit_subreddit_required",
        description="Where the post goes: the name of a subreddit, with or without r/; u_ and the own name for the own profile.",
    ),
    Setting("sendReplies", type="boolean", default=True, strict=False, description="Tell the user in Reddit's inbox of every reply."),
    Setting("nsfw", type="boolean", default=False, strict=False, description="Mark the post as not safe for work."),
    Setting("spoiler", type="boolean", default=False, strict=False, description="Mark the post as a spoiler."),
    Setting("flairId", nulled=("",), description="The flair of the post, by its id; the action link-flair-options tells them."),
    Setting("flairText", nulled=("",), description="Own words for a flair that may be edited; needs flairId."),
)


def fits(draft: Draft) -> Sequence[Issue]:
    """Whether the settings can be meant."""
    issues = []
    place = draft.settings.get("subreddit")
    if isinstance(place, str) and not NAME.fullmatch(place):
        issues.append(Issue("reddit_subreddit_invalid", f"This cannot be the name of a subreddit: {shown(place)}", "settings.subreddit"))
    if draft.settings.get("flairText") and not draft.settings.get("flairId"):
        message = "flairText needs flairId: the action link-flair-options tells the flairs of a subreddit"
        issues.append(Issue("reddit_flair_id_required", message, "settings.flairText"))
    return issues
