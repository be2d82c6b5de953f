"""Labels: words that people give to posts to find them again. Kept in lower case, so that one word is one label."""

from __future__ import annotations

from socialclaw.providers.issues import shown
from socialclaw.scheduling.problems import Notes

MOST = 20  # of a post
LONGEST = 50  # characters
NONE_OF = '",\\'  # a list of them is told with commas, and looked through as JSON


def read(stated: object, path: str, notes: Notes) -> list[str]:
    """The labels of a post, each once, in the order in which they are given."""
    if stated == "":
        return []
    if not isinstance(stated, list):
        notes.wrong(stated, path, "a list")
        return []
    if len(stated) > MOST:
        notes.add("labels_too_many", f"A post has at most {MOST} labels", path, {"maxItems": MOST})
        return []
    found: dict[str, None] = {}
    for number, one in enumerate(stated):
        where = f"{path}[{number}]"
        before = len(notes.found)
        text = notes.text(one, where)
        if label := plain(text):
            found[label] = None
        elif len(notes.found) == before:
            message = f"{where} must be text of 1 to {LONGEST} characters, without commas, quotation marks or backslashes"
            notes.add("label_invalid", message, where, {"label": shown(text), "maxLength": LONGEST})
    return [*found]


def plain(text: str) -> str | None:
    """A label as it is kept; None where that can be none."""
    label = " ".join(text.split()).lower()
    return label if 1 <= len(label) <= LONGEST and label.isprintable() and not set(label) & set(NONE_OF) else None
