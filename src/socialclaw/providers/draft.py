"""What passes between us and an adapter: plain values, no behaviour."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

ReadRange = Callable[[int, int], Awaitable[bytes]]
"""`await read(offset, length)`: up to `length` bytes from `offset`; shorter only at the end of the file."""


@dataclass(slots=True)  # frozen, it would take four times as long to make, for each file of each schedule; nobody changes one
class Media:
    """One file of a post. What is not known is None; `size` is in bytes, `duration` in seconds, codecs by FFmpeg's names."""

    id: str
    kind: str  # "image" | "video" | "other"
    mime: str | None = None
    size: int | None = None
    url: str = ""  # public; what a network that pulls media is given
    filename: str = "file"
    alt: str = ""
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    read: ReadRange | None = None  # None while only checking; set when publishing, and then `size` is known
    frame_rate: float | None = None  # frames a second; of a picture where it moves
    video_codec: str | None = None
    audio_codec: str | None = None
    pixel_format: str | None = None  # of a film, by FFmpeg's names
    plain: bool | None = None  # of a picture: upright, one, and sRGB by its data alone


def is_ours(media: Media) -> bool:
    """Whether the file is served by this service, which converts pictures on the way."""
    return bool(media.id) and f"/media/{media.id}/" in media.url.partition("?")[0]


@dataclass(slots=True)  # as above
class Draft:
    """A post as an adapter sees it: checked against the rules, ready to send.

    `text` is what the public reads: name, blank line, description (a generated name left out);
    `name` and `description` are there for networks with a title of their own.
    `reply_to` is the id of the post to reply to, on the network; `parent` says that there will be one.
    """

    text: str = ""
    name: str = ""
    description: str = ""
    media: tuple[Media, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    interaction: str = "post"  # "post" | "reply"
    parent: str | None = None
    reply_to: str | None = None
    target_type: str = ""
    about: Mapping[str, Any] = field(default_factory=dict)  # of what is known of the account, what `Provider.judged_by` names


def titled(draft: Draft) -> tuple[str, str]:
    """Title and body of a draft for a network whose posts must have a title: without a name, the first line is it."""
    if draft.name:
        return draft.name, draft.description
    first, _, rest = draft.description.partition("\n")
    return first.strip(), rest.strip()


@dataclass(frozen=True, slots=True)
class Account:
    """The destination and the secrets that open it. `id` is the network's own id of it."""

    id: str
    handle: str = ""
    type: str = ""
    secrets: Mapping[str, str] = field(default_factory=dict)
    meta: Mapping[str, Any] = field(default_factory=dict)
    scopes: tuple[str, ...] = ()  # what was granted; empty where the network does not tell


@dataclass(frozen=True, slots=True)
class Published:
    """A post as the network has it. `final` False: accepted, and the network is still deciding."""

    id: str
    url: str | None = None
    final: bool = True
    note: str | None = None  # what a person should know, e.g. that a setting could not be honoured


@dataclass(frozen=True, slots=True)
class Mark:
    """What we know of a call whose answer was lost: when it was about to be sent, what was done before it."""

    since: datetime
    done: Mapping[str, Any] = field(default_factory=dict)
    post_id: str | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """A destination found at connecting. `secrets` replace the connection's own where the target has its own."""

    id: str
    handle: str
    type: str
    name: str
    meta: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a token endpoint answered. `expires_in` is in seconds, None where the token does not expire."""

    access: str
    refresh: str | None = None
    expires_in: float | None = None
    scopes: tuple[str, ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict)
