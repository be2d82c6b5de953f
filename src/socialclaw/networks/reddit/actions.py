"""What can be asked of a Reddit user: which subreddits there are to post in, and what each of them wants of a post."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from socialclaw.errors import InvalidRequest, Rejected
from socialclaw.networks.reddit.settings import NAME
from socialclaw.networks.reddit.submissions import subreddit_name
from socialclaw.providers.base import Action

if TYPE_CHECKING:
    from socialclaw.networks.reddit.adapter import Reddit

RELATIONSHIPS = ("subscriber", "moderator", "contributor")
USUAL_PAGE, LARGEST_PAGE = 25, 100
Body = Mapping[str, Any]
# What a subreddit may want beside the summary: Reddit's name -> how a note begins.
LISTS = (
    ("title_required_strings", "The title must have one of"),
    ("title_blacklisted_strings", "The title must not have any of"),
    ("title_regexes", "The title must match"),
    ("body_required_strings", "The text must have one of"),
    ("body_blacklisted_strings", "The text must not have any of"),
    ("body_regexes", "The text must match"),
    ("domain_whitelist", "Links are taken to these sites only"),
    ("domain_blacklist", "Links are not taken to these sites"),
)
FIGURES = (
    ("body_text_min_length", "The text must have at least {} characters."),
    ("body_text_max_length", "The text must have at most {} characters."),
    ("link_repost_age", "A link is not taken again within {} days."),
)


async def subreddit_targets(adapter: Reddit, body: Body) -> Mapping[str, Any]:
    """The subreddits that the user has joined (or moderates, or may post in as an approved user), a page at a time."""
    relationship = str(body.get("relationship") or RELATIONSHIPS[0]).lower()
    if relationship not in RELATIONSHIPS:
        raise _wrong("relationship", f"relationship must be one of {', '.join(RELATIONSHIPS)}")
    limit = body.get("limit") or USUAL_PAGE
    if not 1 <= limit <= LARGEST_PAGE:
        raise _wrong("limit", f"limit must be 1 to {LARGEST_PAGE}")
    params = {"limit": str(limit), **({"after": str(body["after"])} if body.get("after") else {})}
    data = (await adapter.call("GET", f"/subreddits/mine/{relationship}", params=params))["data"]
    found = [child["data"] for child in data["children"]]
    return {
        "relationship": relationship,
        "subreddits": [_subreddit(one) for one in found],
        "listing": {"after": data.get("after")},
        "notes": [note for one in found for note in _hurdles(one)],
    }


async def post_requirements(adapter: Reddit, body: Body) -> Mapping[str, Any]:
    """What a subreddit wants of posts, as far as it has told Reddit. Rules that people enforce are not among it."""
    name = _named(body)
    found = await adapter.call("GET", f"/api/v1/{name}/post_requirements")
    notes = [f"{begins}: {', '.join(map(str, found[key]))}." for key, begins in LISTS if found.get(key)]
    notes += [sentence.format(found[key]) for key, sentence in FIGURES if found.get(key)]
    if guidelines := str(found.get("guidelines_text") or "").strip():
        notes.append(f"The subreddit says: {guidelines}")
    return {
        "subreddit": name,
        "summary": {
            "titleMinLength": found.get("title_text_min_length"),
            "titleMaxLength": found.get("title_text_max_length"),
            "bodyRestrictionPolicy": found.get("body_restriction_policy"),
            "isFlairRequired": found.get("is_flair_required"),
        },
        "notes": notes,
    }


async def link_flair_options(adapter: Reddit, body: Body) -> Mapping[str, Any]:
    """The flairs of a subreddit. Reddit refuses to list them where there are none for users; that is an answer too."""
    name = _named(body)
    try:
        found = await adapter.call("GET", f"/r/{name}/api/link_flair_v2")
    except Rejected as error:
        if error.code != "reddit_forbidden":
            raise
        return {"subreddit": name, "available": False, "flairOptions": [], "error": {"message": error.message}, "notes": []}
    names = {"id": "id", "text": "text", "textEditable": "text_editable", "modOnly": "mod_only"}
    options = [{ours: flair.get(theirs) for ours, theirs in names.items()} for flair in found]
    notes = ["Only moderators may use the flairs with modOnly."] if any(option["modOnly"] for option in options) else []
    return {"subreddit": name, "available": bool(options), "flairOptions": options, "error": None, "notes": notes}


def _subreddit(found: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": found["display_name"],
        "title": found.get("title"),
        "subscribers": found.get("subscribers"),
        "linkFlairEnabled": found.get("link_flair_enabled"),
    }


def _hurdles(found: Mapping[str, Any]) -> list[str]:
    """What stands in the way of posting to a subreddit."""
    name = found["display_name"]
    notes = []
    if found.get("user_is_banned"):
        notes.append(f"The user is banned from {name}.")
    if found.get("subreddit_type") == "restricted" and not (found.get("user_is_contributor") or found.get("user_is_moderator")):
        notes.append(f"Only approved users may post in {name}.")
    if kind := {"link": "links (posts with a file)", "self": "text (posts without a file)"}.get(str(found.get("submission_type"))):
        notes.append(f"{name} takes {kind} only.")
    return notes


def _named(body: Body) -> str:
    name = subreddit_name(str(body["subreddit"]))
    if not NAME.fullmatch(name) or name.startswith("."):
        raise _wrong("subreddit", "subreddit must be the name of a subreddit, with or without r/")
    return name


def _wrong(path: str, message: str) -> InvalidRequest:
    issue = {"path": path, "code": "action_input_invalid", "message": message}
    return InvalidRequest(message, code="action_input_invalid", issues=[issue])


_SUBREDDIT = {
    "type": "object",
    "properties": {"subreddit": {"type": "string", "description": "The name of the subreddit, with or without r/."}},
    "required": ["subreddit"],
}

ACTIONS = (
    Action(
        "subreddit-targets",
        "List subreddits",
        "Lists the subreddits that this user has joined, moderates, or may post in as an approved user.",
        subreddit_targets,
        {
            "type": "object",
            "properties": {
                "relationship": {"type": "string", "enum": list(RELATIONSHIPS), "description": "subscriber unless given."},
                "after": {"type": "string", "description": "Where to go on: listing.after of the page before."},
                "limit": {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": LARGEST_PAGE,
                    "description": f"How many to list: {USUAL_PAGE} unless given.",
                },
            },
        },
    ),
    Action(
        "post-requirements",
        "Show what a subreddit wants of posts",
        "Tells how long titles and texts may be in a subreddit, whether a flair is required, and what else it wants.",
        post_requirements,
        _SUBREDDIT,
    ),
    Action(
        "link-flair-options",
        "List the flairs of a subreddit",
        "Lists the flairs of a subreddit, with the ids that the setting flairId takes.",
        link_flair_options,
        _SUBREDDIT,
    ),
)
