"""An article as WordPress keeps it: the text as paragraphs, the files below it; and how it is recognised again. Pure.

Blocks of the editor (https://developer.wordpress.org/block-editor/), in the very form in which WordPress keeps HTML from users who may
not write scripts, so that what comes back is what was sent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from socialclaw.providers.draft import Draft
from socialclaw.providers.markup import replaced, unescaped
from socialclaw.providers.spelling import nfc

# Characters and signs that WordPress would read as markup, shortcodes or typography, as entities in the form that it stores.
AS_ENTITIES = (
    ("&", "&amp;"),
    ("<", "&lt;"),
    (">", "&gt;"),
    ('"', "&quot;"),
    ("'", "&#039;"),
    ("[", "&#091;"),
    ("]", "&#093;"),
    ("...", "&#046;.."),
    ("--", "-&#045;"),
)


def escaped(text: str) -> str:
    """Text that is shown as it was written."""
    for sign, entity in AS_ENTITIES:
        text = text.replace(sign, entity)
    return text


def content_of(draft: Draft, files: Sequence[Mapping[str, Any]]) -> str:
    """The HTML of an article. `files` are the uploads, one for each file of the draft, in its order."""
    text = draft.description.replace("\r\n", "\n")
    paragraphs = [part for part in text.split("\n\n") if part.strip()]
    blocks = [_block("paragraph", {}, f"<p>{escaped(part).replace(chr(10), '<br />')}</p>") for part in paragraphs]
    for media, file in zip(draft.media, files, strict=True):
        source, number = escaped(str(file["url"])), int(file["id"])
        if media.kind == "image":
            image = f'<img src="{source}" alt="{escaped(media.alt)}" class="wp-image-{number}" />'
            blocks.append(_block("image", {"id": number}, f'<figure class="wp-block-image">{image}</figure>'))
        else:
            video = f'<video controls src="{source}"></video>'
            blocks.append(_block("video", {"id": number}, f'<figure class="wp-block-video">{video}</figure>'))
    return "\n\n".join(blocks)


def body_of(draft: Draft, files: Sequence[Mapping[str, Any]], date: str) -> dict[str, Any]:
    """The body of POST /sites/{site}/posts/new. Without `publicize` the post would go to the site's social networks too."""
    settings = draft.settings
    body = {"title": escaped(draft.name), "content": content_of(draft, files), "slug": settings.get("slug")}
    kept = {name: value for name, value in body.items() if value}
    return {**kept, "date": date, "status": status_of(draft), "type": type_of(draft), "publicize": False}


def status_of(draft: Draft) -> str:
    return str(draft.settings.get("postStatus") or "publish")


def type_of(draft: Draft) -> str:
    return str(draft.settings.get("postType") or "post")


def moment(text: object) -> datetime:
    """A date of WordPress's, which has an offset; UTC where it has none."""
    found = datetime.fromisoformat(str(text))
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def is_of(post: Mapping[str, Any], draft: Draft) -> bool:
    """Whether a post (in the context "edit") may be this draft: type, title, words, and how many files of each kind.

    The words are compared and not the HTML: plugins of a site may change that while it is saved.
    """
    if post.get("type") not in (None, type_of(draft)) or _words(post.get("title")) != _words(escaped(draft.name)):
        return False
    content = str(post.get("content") or "")
    sent = (sum(m.kind == "image" for m in draft.media), sum(m.kind != "image" for m in draft.media))
    found = (len(re.findall(r"<img\b", content)), len(re.findall(r"<video\b|\[(?:video|videopress|wpvideo)\b", content)))
    return found == sent and _words(content) == _words(escaped(draft.description))


_BESIDE_WORDS = (
    (re.compile("<!--.*?-->", re.DOTALL), "-->"),
    (re.compile("<[^>]*>"), ">"),
    (re.compile(r"\[/?(?:video|videopress|wpvideo)\b[^\]]*\]"), "]"),
)


def _words(markup: object) -> str:
    """What there is to read of HTML, on one line."""
    bare = str(markup or "")
    for pattern, closing in _BESIDE_WORDS:
        bare = replaced(pattern, closing, " ", bare)
    return " ".join(nfc(unescaped(bare)).split())


def _block(name: str, attributes: Mapping[str, Any], inner: str) -> str:
    told = f" {json.dumps(attributes, separators=(',', ':'))}" if attributes else ""
    return f"<!-- wp:{name}{told} -->\n{inner}\n<!-- /wp:{name} -->"
