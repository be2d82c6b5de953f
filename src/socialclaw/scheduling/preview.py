"""The discovery action `publish-preview`: what a post would become on an account, read and judged as a schedule of this one post."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from socialclaw.accounts.health import is_publishable
from socialclaw.accounts.lookup import provider_of, target_of
from socialclaw.db.accounts import Account
from socialclaw.db.base import utc_now
from socialclaw.media.remote_probe import glimpses, told, urls
from socialclaw.providers.base import Provider
from socialclaw.providers.draft import Draft, Media
from socialclaw.providers.issues import Issue
from socialclaw.scheduling.judge import Judge, problem
from socialclaw.scheduling.plan import wire_issues
from socialclaw.scheduling.planning import planned
from socialclaw.system import System

WHERE = "posts[0]"
# What only the rest of a schedule can answer: which post is replied to.
OF_OTHERS = ("parent_step_not_found", "parent_step_cycle", "parent_step_account_mismatch", "step_id_duplicate")
# What is wrong with the request rather than with the post in it.
OF_SHAPE = frozenset(
    {
        "field_type_invalid",
        "field_misnamed",
        "post_settings_invalid",
        "text_invalid",
        "text_too_large",
        "asset_invalid",
        "asset_url_required",
        "asset_media_conflict",
        "assets_too_many",
    }
)


async def preview(system: System, workspace_id: str, row: Account, body: Mapping[str, Any], *, test: bool) -> dict[str, Any]:
    """The `result` of the action. What is wrong with the post is an answer, not a failure; InvalidRequest for a body of the wrong shape."""
    document = {"posts": [{**body, "account": row.id, "provider": row.provider}]}
    plan = await planned(system, workspace_id, document, test=test, long=True)
    found = tuple(_beneath(i) for i in plan.issues if i.code not in OF_OTHERS)
    if any(i.code in OF_SHAPE for i in found):
        raise problem(replace(plan, issues=found))
    issues = wire_issues(found)
    post = plan.posts[0]
    looked = told(post.assets, await glimpses(system, workspace_id, urls(post.assets))).assets
    provider, target = provider_of(row), target_of(row)
    real = msgspec.structs.replace(post, assets=looked)
    draft = Judge(provider, target, row.account_type).draft(real, row.meta)
    settings = body.get("settings")
    return {
        "valid": not issues,
        "input": {
            "interactionType": post.interaction_type,
            "name": post.name,
            "description": post.description,
            "assets": looked,
            "mediaLink": looked[0]["url"] if looked else None,
            "settings": dict(settings) if isinstance(settings, Mapping) else {},
        },
        "resolved": {
            "targetMode": target.name,
            "mediaKind": _kind(draft.media),
            "publishShape": target.publish_shape or None,
            "mediaDelivery": target.media_delivery or None,
            "effectiveSettings": post.settings,
            "warnings": [*_warnings(row, draft, utc_now()), *(f"{w.path}: {w.message}" for w in map(_beneath, plan.warnings))],
            "notes": _notes(draft, provider),
        },
        "error": issues[0] if issues else None,
        "issues": issues,
        "actionId": "publish-preview",
        "account": {"id": row.id, "handle": row.handle, "provider": row.provider, "accountType": row.account_type},
    }


def _beneath(issue: Issue) -> Issue:
    """With its path below the post."""
    return replace(issue, path=issue.path.removeprefix(WHERE).removeprefix("."))


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
