"""A post as LinkedIn is told of it, and as it is recognised among those of a Page. Pure.

https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api and .../multiimage-post-api
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from socialclaw.networks.linkedin.littletext import escaped, plain
from socialclaw.providers.draft import Draft

SITE = "https://www.linkedin.com"


def web_url(post_id: str, account: Any = None) -> str:
    return f"{SITE}/feed/update/{post_id}/"


def body_of(draft: Draft, author: str, urns: Sequence[str]) -> dict[str, Any]:
    """The body of POST /rest/posts; `urns` are those of the uploaded files, in order."""
    body: dict[str, Any] = {
        "author": author,
        "commentary": escaped(draft.text),
        "visibility": "PUBLIC",
        "distribution": {"feedDistribution": "MAIN_FEED", "targetEntities": [], "thirdPartyDistributionChannels": []},
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": False,
    }
    files = [{"id": urn, **({"altText": m.alt} if m.alt and m.kind == "image" else {})} for urn, m in zip(urns, draft.media, strict=True)]
    if len(files) > 1:
        body["content"] = {"multiImage": {"images": files}}
    elif files:
        body["content"] = {"media": files[0]}
    return body


def made_at(post: Mapping[str, Any]) -> datetime:
    return datetime.fromtimestamp(int(post["createdAt"]) / 1000, UTC)


def is_of(post: Mapping[str, Any], draft: Draft, since: datetime, uploaded: Collection[str] | None = None) -> bool:
    """Whether a post of a Page may be this draft: made since then, with the same text, and as many files, all of these (any if None)."""
    if made_at(post) < since or plain(str(post.get("commentary") or "")) != plain(escaped(draft.text)):
        return False
    files = list(_files(post.get("content") or {}))
    return len(files) == len(draft.media) and (uploaded is None or set(files) <= set(uploaded))


def _files(content: Mapping[str, Any]) -> Iterator[str]:
    """The URNs of a post's files."""
    if media := content.get("media"):
        yield str(media.get("id"))
    for image in (content.get("multiImage") or {}).get("images") or ():
        yield str(image.get("id"))
