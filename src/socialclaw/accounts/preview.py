"""The discovery action `publish-preview`: what a post would become on an account, judged by the same rules as a schedule."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from socialclaw.accounts.health import is_publishable
from socialclaw.accounts.kinds import provider_of, target_of
from socialclaw.db.accounts import Account
from socialclaw.db.assets import Asset
from socialclaw.db.base import Scope
from socialclaw.errors import InvalidRequest
from socialclaw.providers.base import Provider, TargetType
from socialclaw.providers.draft import Draft, Media
from socialclaw.providers.issues import Issue
from socialclaw.providers.options import settle
from socialclaw.providers.rules import check
from socialclaw.providers.shapes import kind_of_url

MOST_FILES = 100
LONGEST_TEXT = 256 * 1024

INPUT: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "description": "Title, or first line of the text. Also: title."},
        "description": {"type": "string", "description": "The text. Also: text."},
        "media_link": {"type": "string", "description": "URL of one media file. Also: mediaLink."},
        "assets": {
            "type": "array",
            "description": "Media files: URLs, or objects with a url and what is known of the file.",
        },
        "settings": {"type": "object", "description": "The account type's publish settings."},
        "interaction_type": {"type": "string", "description": "post, reply or comment. Also: interactionType."},
        "reply_to_step_id": {"type": "string", "description": "What a reply replies to. Also: replyToStepId, parentStepId."},
    },
}
_TEXTS = {
    "name": ("name", "title"),
    "description": ("description", "text"),
    "media_link": ("media_link", "mediaLink"),
    "interaction": ("interaction_type", "interactionType"),
    "parent": ("reply_to_step_id", "replyToStepId", "parent_step_id", "parentStepId"),
}
_FACTS = {name: name for name in ("mime", "kind", "size", "duration", "width", "height")}
_FACTS |= {"frameRate": "frame_rate", "videoCodec": "video_codec", "audioCodec": "audio_codec"}


class Looked(Protocol):
    """The files of a post after a look at those that are elsewhere; `issues` and `warnings` are about them, paths below the post."""

    @property
    def assets(self) -> Sequence[Mapping[str, Any]]: ...
    @property
    def issues(self) -> Sequence[Issue]: ...
    @property
    def warnings(self) -> Sequence[Issue]: ...


Look = Callable[[Sequence[Mapping[str, Any]]], Awaitable[Looked]]


@dataclass(frozen=True, slots=True)
class AsTold:
    """Files of which only what the post says of them is known."""

    assets: Sequence[Mapping[str, Any]]
    issues: Sequence[Issue] = ()
    warnings: Sequence[Issue] = ()


async def as_told(assets: Sequence[Mapping[str, Any]]) -> AsTold:
    return AsTold(assets)


@dataclass(frozen=True, slots=True)
class Body:
    """A post-like body, read: texts trimmed, assets as objects with a url."""

    name: str
    description: str
    interaction: str
    parent: str
    settings: Mapping[str, Any]
    assets: tuple[Mapping[str, Any], ...]


def read(body: Mapping[str, Any]) -> Body:
    """The body's parts; 422 that names everything of the wrong type."""
    issues: list[dict[str, Any]] = []
    texts = {part: _text(body, names, issues) for part, names in _TEXTS.items()}
    settings = body.get("settings") or {}  # some clients send an empty text for "none"
    if not isinstance(settings, Mapping):
        issues.append(_wrong("settings", "post_settings_invalid", "settings must be an object"))
    assets = _assets(body.get("assets"), texts["media_link"], issues)
    if issues:
        raise InvalidRequest(issues[0]["message"], code=issues[0]["code"], issues=issues)
    return Body(texts["name"], texts["description"], texts["interaction"].lower() or "post", texts["parent"], settings, tuple(assets))


def completed(scope: Scope, body: Body) -> list[Mapping[str, Any]]:
    """The assets, with what we know of those that are ours."""
    ids = {str(a["id"]) for a in body.assets if a.get("id")} | {_own_id(str(a["url"])) for a in body.assets}
    rows = {row.id: row for row in scope.session.scalars(scope.all(Asset).where(Asset.id.in_(sorted(ids))))}
    found: list[Mapping[str, Any]] = []
    for asset in body.assets:
        row = rows.get(str(asset.get("id"))) or rows.get(_own_id(str(asset["url"])))
        facts = {"id": row.id, **{name: getattr(row, ours) for name, ours in _FACTS.items()}, "managed": True} if row else {}
        found.append({**asset, **{name: value for name, value in facts.items() if value is not None}})
    return found


def preview(row: Account, body: Body, looked: Looked, now: datetime) -> dict[str, Any]:
    """The `result` of the action, but for its `actionId` and `account`."""
    provider, target, assets = provider_of(row), target_of(row), looked.assets
    media = tuple(_media(index, asset) for index, asset in enumerate(assets))
    prefix = target.settings_prefix or provider.key
    effective, issues = settle(body.settings, target.settings, prefix=prefix, none_code=target.no_settings_code)
    text = "\n\n".join(filter(None, (body.name, body.description)))
    interaction = "reply" if body.interaction == "reply" else "post"  # a comment is judged as a post, beside saying that it is none
    draft = Draft(text, body.name, body.description, media, effective, interaction, body.parent or None, target_type=target.name)
    if not target.publishes:
        issues = [Issue("account_not_publishable", f"{row.handle} is an identity; it cannot be published to", "account")]
    else:
        issues = [*_interaction(body), *issues, *looked.issues, *_judged(draft, provider, target)]
    problems = [{"path": i.path, "code": i.code, "message": i.message, **i.details} for i in issues]
    return {
        "valid": not problems,
        "input": {
            "interactionType": body.interaction,
            "name": body.name,
            "description": body.description,
            "assets": list(assets),
            "mediaLink": assets[0]["url"] if assets else None,
            "settings": dict(body.settings),
        },
        "resolved": {
            "targetMode": target.name,
            "mediaKind": _kind(media),
            "publishShape": target.publish_shape or None,
            "mediaDelivery": target.media_delivery or None,
            "effectiveSettings": effective,
            "warnings": [*_warnings(row, draft, now), *(f"{w.path}: {w.message}" for w in looked.warnings)],
            "notes": _notes(draft, provider),
        },
        "error": problems[0] if problems else None,
        "issues": problems,
    }


def _interaction(body: Body) -> list[Issue]:
    match body.interaction:
        case "post" | "reply":
            return []
        case "comment":
            return [Issue("provider_comment_unsupported", "Comments are not possible on any provider", "interaction_type")]
    return [Issue("interaction_type_invalid", "interaction_type must be post, reply or comment", "interaction_type")]


def _judged(draft: Draft, provider: Provider, target: TargetType) -> list[Issue]:
    """An empty post is only that; otherwise what the settings, the rules and the provider have against it."""
    if not draft.text and not draft.media:
        return [Issue("post_content_required", "A post needs a name, a description or media")]
    found = [*(target.fits(draft) if target.fits else ()), *check(draft, provider.rules, prefix=provider.key)]
    judge = provider.extra
    return [*found, *(judge(draft) if judge else ())]


def _warnings(row: Account, draft: Draft, now: datetime) -> list[str]:
    warnings = [] if is_publishable(row, now) else ["This account cannot be published to now: see its tokenHealth and status."]
    unknown = [m.url for m in draft.media if not m.size]
    if unknown:
        warnings.append(f"The size of {len(unknown)} file(s) is not known, so it was not checked: {', '.join(unknown[:3])}")
    if any(m.kind == "other" for m in draft.media):
        warnings.append("A file whose kind is not given and whose URL has no image or video extension may be refused.")
    return warnings


def _notes(draft: Draft, provider: Provider) -> list[str]:
    rules = provider.rules
    longest_title, most = rules.text_limits(draft)
    title, body = rules.parts(draft)
    length = rules.length(body)
    titled = rules.title or longest_title
    notes = [f"Title: {len(title)} of {longest_title or 'any number of'} characters."] if titled else []
    notes += [f"Text: {length} of {most} {rules.text_unit}." if most else f"Text: {length} {rules.text_unit}."]
    if rules.shapes:
        notes.append(f"Media: {len(draft.media)} of at most {rules.limit} files.")
    return notes


def _kind(media: Sequence[Media]) -> str:
    kinds = {m.kind for m in media}
    return "none" if not kinds else kinds.pop() if len(kinds) == 1 else "mixed"


def _media(index: int, asset: Mapping[str, Any]) -> Media:
    url, kind = str(asset["url"]), str(asset.get("kind") or "").lower()
    return Media(
        id=str(asset.get("id") or f"asset_{index + 1}"),
        kind=kind if kind in ("image", "video") else "other" if kind and asset.get("managed") else kind_of_url(url),
        mime=asset.get("mime"),
        size=int(asset["size"]) if asset.get("size") else None,
        url=url,
        filename=url.partition("?")[0].rpartition("/")[2] or "file",
        alt=asset.get("altText") or "",
        width=int(asset["width"]) if asset.get("width") else None,
        height=int(asset["height"]) if asset.get("height") else None,
        duration=float(asset["duration"]) if asset.get("duration") else None,
        frame_rate=asset.get("frameRate"),
        video_codec=asset.get("videoCodec"),
        audio_codec=asset.get("audioCodec"),
    )


def _own_id(url: str) -> str:
    """The asset id in one of our public URLs, `…/media/<asset id>/<token>/<file>`; empty if there is none."""
    _, found, rest = url.partition("/media/")
    return rest.partition("/")[0] if found else ""


def _text(body: Mapping[str, Any], names: Sequence[str], issues: list[dict[str, Any]]) -> str:
    name = next((n for n in names if body.get(n) not in (None, "")), None)
    if name is None:
        return ""
    value = body[name]
    if isinstance(value, str) and len(value) <= LONGEST_TEXT:
        return value.strip()
    issues.append(_wrong(name, "invalid_request", f"{name} must be text of at most {LONGEST_TEXT} characters"))
    return ""


def _assets(given: Any, media_link: str, issues: list[dict[str, Any]]) -> list[Mapping[str, Any]]:
    listed = given if given is not None else []
    if not isinstance(listed, list) or len(listed) > MOST_FILES:
        issues.append(_wrong("assets", "asset_invalid", f"assets must be an array of at most {MOST_FILES} files"))
        return []
    found: list[Mapping[str, Any]] = [asset for index, entry in enumerate(listed) if (asset := _asset(entry, f"assets[{index}]", issues))]
    if media_link and found and found[0]["url"] != media_link:
        issues.append(_wrong("media_link", "asset_media_conflict", "media_link and the first asset's URL differ: give one of them"))
    return found or ([{"id": "asset_1", "url": media_link}] if media_link else [])


def _asset(entry: Any, path: str, issues: list[dict[str, Any]]) -> dict[str, Any] | None:
    if not isinstance(entry, (str, Mapping)):
        issues.append(_wrong(path, "asset_invalid", "An asset is a URL or an object with a url"))
        return None
    given = {"url": entry} if isinstance(entry, str) else dict(entry)
    url = next((given[n] for n in ("url", "media_link", "mediaLink") if given.get(n)), "")
    if not isinstance(url, str) or not url.strip():
        issues.append(_wrong(f"{path}.url", "asset_url_required", "An asset needs a url"))
        return None
    for name, kinds in _TYPES.items():
        value = given.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, kinds) or (kinds is not str and not 0 <= value < 2**53)):
            issues.append(_wrong(f"{path}.{name}", "asset_invalid", f"{name} has the wrong type"))
            return None
    return {**{name: given[name] for name in _TYPES if given.get(name) is not None}, "url": url.strip()}


_TYPES: dict[str, Any] = {
    "id": str,
    "mime": str,
    "kind": str,
    "altText": str,
    "size": (int, float),
    "duration": (int, float),
    "width": (int, float),
    "height": (int, float),
}


def _wrong(path: str, code: str, message: str) -> dict[str, Any]:
    return {"path": path, "code": code, "message": message}
