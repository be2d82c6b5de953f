"""The three kinds of posts on Snapchat. Each has calls of its own and an id does not tell its kind, so ours say it: `story:<id>`."""

from __future__ import annotations

from dataclasses import dataclass

from socialclaw.providers.draft import Draft

UNNAMED = "media:"  # in the place of a story's id that Snapchat has not told: the video's follows


@dataclass(frozen=True, slots=True)
class Kind:
    """`name` is the word of the setting and of one post in an answer, `path` that of calls and lists, `words` the field with its text."""

    name: str
    path: str
    words: str = ""


SPOTLIGHT = Kind("spotlight", "spotlights", "description")
STORY = Kind("story", "stories")
SAVED_STORY = Kind("saved_story", "saved_stories", "title")
KINDS = {kind.name: kind for kind in (SPOTLIGHT, STORY, SAVED_STORY)}


def kind_of(draft: Draft) -> Kind:
    return KINDS.get(str(draft.settings.get("snapchatPublishMode")), SPOTLIGHT)


def words_of(draft: Draft, kind: Kind) -> str:
    """What the public will read of a draft."""
    match kind.name:
        case "spotlight":
            return draft.text
        case "saved_story":
            return draft.name
    return ""


def note(draft: Draft, kind: Kind) -> str | None:
    """What of the draft's text the public will not read."""
    if kind is STORY and draft.text:
        return "Snapchat shows no text with a story: it was left out"
    if kind is SAVED_STORY and draft.description:
        return "Snapchat shows a saved story with its title alone: the description was left out"
    return None


def post_id(kind: Kind, id_there: str) -> str:
    """Our id of a post: Snapchat's own for a spotlight, with the kind before it for the others."""
    return id_there if kind is SPOTLIGHT else f"{kind.name}:{id_there}"


def split(ours: str) -> tuple[Kind, str]:
    """The kind of a post and its id on Snapchat, by our id."""
    name, colon, rest = ours.partition(":")
    return (KINDS[name], rest) if colon and name in KINDS else (SPOTLIGHT, ours)
