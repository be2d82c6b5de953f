"""Turning a plan into a run and its posts, in one transaction; the same key with the same content is the same run."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from socialclaw.billing import counting, terms
from socialclaw.db.base import Scope, new_id, utc_now
from socialclaw.db.posts import Post, Run
from socialclaw.db.run_status import status_of
from socialclaw.db.workspaces import Workspace
from socialclaw.errors import Conflict, InvalidRequest
from socialclaw.events.facts import of_run
from socialclaw.events.record import record_all
from socialclaw.lifecycle.changes import planned
from socialclaw.media.assets import known
from socialclaw.scheduling import quotas
from socialclaw.scheduling.document import KEY_NAMES, root
from socialclaw.scheduling.judge import problem
from socialclaw.scheduling.plan import CAMPAIGNS, Plan
from socialclaw.settings import Settings

NEAR = timedelta(minutes=1)  # what is due sooner is announced at once; the scan announces the rest


class Maker(NamedTuple):
    """Who hands in a schedule, and by which way: the id of a key or a person."""

    source: str = "api"
    id: str | None = None


NOBODY = Maker()


class Occurrence(NamedTuple):
    """Which time it is that a post is repeated."""

    repeat_id: str
    at: datetime


# Where a step stands in its campaign: null, and no part of the statement, in every other post.
OF_CAMPAIGN = ("campaign_id", "campaign_name", "campaign_index", "sequence_position", "step_delay_ms")


@dataclass(frozen=True, slots=True)
class Applied:
    """The run, and whether it was there already."""

    run_id: str
    duplicate: bool


def fingerprint(document: Any) -> str:
    """Of what a document says. Neither the order of keys counts, nor the idempotency key, nor whether the schedule is wrapped."""
    schedule = root(document) or document
    if isinstance(schedule, dict):
        schedule = {key: value for key, value in schedule.items() if key not in KEY_NAMES}
    return hashlib.sha256(msgspec.json.encode(schedule, order="sorted")).hexdigest()


def earlier(scope: Scope, key: str | None, content: str) -> Applied | None:
    """The run that was applied with this key, if any; Conflict if its content was another."""
    if key is None:
        return None
    run = scope.session.scalar(scope.all(Run).where(Run.idempotency_key == key))
    if run is None:
        return None
    if run.fingerprint != content:
        message = "This idempotency key was used for another schedule: use a new key, or send the same schedule"
        raise Conflict(message, code="idempotency_key_conflict", runId=run.id)
    return Applied(run.id, duplicate=True)


def apply(
    scope: Scope,
    plan: Plan,
    content: str,
    *,
    base_url: str,
    max_late: timedelta,
    honour_quotas: bool = False,
    sells: Settings | None = None,
    by: Maker = NOBODY,
    of: Occurrence | None = None,
) -> Applied:
    """Insert the run and all its posts. `plan` has no issues; `content` is the document's fingerprint.

    `max_late`: how late its posts may go out, where neither they, their schedule nor their workspace says. With `honour_quotas`, what
    others have applied since the plan was judged is counted too: InvalidRequest where it is too much now. `sells`: the same of what the
    workspace has paid for, where these settings say that somebody has to; PlanRequired. `of`: what is repeated.
    """
    paid = terms.held(scope, sells)
    if found := earlier(scope, plan.idempotency_key, content):
        return found
    _hold_assets(scope, plan, base_url)
    now = utc_now()
    run_id = _insert_run(scope, plan, content, now, by)
    if run_id is None:  # another process applied this key since we looked
        found = earlier(scope, plan.idempotency_key, content)
        assert found is not None
        return found
    if honour_quotas and (issues := quotas.check(scope, plan.posts, lock=True)):
        raise problem(replace(plan, issues=tuple(issues)))
    minutes = plan.max_late_minutes or scope.session.scalar(select(Workspace.max_late_minutes).where(Workspace.id == scope.workspace_id))
    rows = _rows(scope, run_id, plan, now, max_late if minutes is None else timedelta(minutes=minutes), of)
    if paid:
        counting.check(scope, paid, [row["counted_at"] for row in rows if row["counted_at"]])
    scope.session.connection().execute(Post.__table__.insert(), rows)  # type: ignore[attr-defined]
    counts = {plan.mode: len(rows)}  # a draft's posts are drafts, those of a scheduled one scheduled
    status = status_of(plan.mode, counts, started=False)
    record_all(scope.session, [of_run(scope.workspace_id, "run.applied", run_id, status=status, mode=plan.mode, counts=counts)])
    near = now + NEAR
    for account, at in dict.fromkeys((row["account_id"], row["next_at"]) for row in rows if row["next_at"] and row["next_at"] <= near):
        scope.hint("publish", account, at)
    return Applied(run_id, duplicate=False)


def _insert_run(scope: Scope, plan: Plan, content: str, now: datetime, by: Maker) -> str | None:
    """The id of the new run; None where its key is taken. Waits for whoever is using the key at this moment."""
    insert = postgresql.insert(Run) if scope.session.get_bind().dialect.name == "postgresql" else sqlite.insert(Run)
    values = {
        "id": new_id("run"),
        "workspace_id": scope.workspace_id,
        "mode": plan.mode,
        "source_model": plan.source_model,
        "timezone": plan.timezone,
        "idempotency_key": plan.idempotency_key,
        "fingerprint": content,
        "total_posts": len(plan.posts),
        "source": by.source,
        "made_by": by.id,
        "created_at": now,
        "updated_at": now,
    }
    return scope.session.scalar(insert.values(**values).on_conflict_do_nothing().returning(Run.id))


def _hold_assets(scope: Scope, plan: Plan, base_url: str) -> None:
    """Keep the files of these posts from being deleted before the posts are there to need them."""
    urls = {asset["url"] for post in plan.posts for asset in post.assets if asset.get("managed")}
    if missing := urls - known(scope, urls, base_url=base_url, lock=True).keys():
        raise InvalidRequest("A media file of this schedule was deleted meanwhile", code="asset_not_found", urls=sorted(missing))


def _rows(scope: Scope, run_id: str, plan: Plan, now: datetime, max_late: timedelta, of: Occurrence | None) -> list[dict[str, Any]]:
    posts, draft = plan.posts, plan.mode == "draft"
    in_campaign = OF_CAMPAIGN if plan.source_model == CAMPAIGNS else ()
    ids = sorted(new_id("post") for _ in posts)  # lists go by time and id: posts due at once stay in the order of the document
    rows = []
    for position, post in enumerate(posts):
        publish_at = post.publish_at  # read from its text each time
        rows.append(
            {
                "id": ids[position],
                "workspace_id": scope.workspace_id,
                "run_id": run_id,
                "account_id": post.account_id,
                "provider": post.provider,
                "account": post.account,
                "position": position,
                "name": post.name,
                "description": post.description,
                "generated_name": post.generated_name,
                "interaction_type": post.interaction_type,
                "media_link": post.media_link,
                "assets": post.assets,
                "media_policy": post.media_policy,
                "settings": post.settings,
                "timezone": post.timezone,
                "source_model": post.source_model,
                "step_id": post.step_id,
                "step_index": post.step_index,
                "target_index": post.target_index,
                **{name: getattr(post, name) for name in in_campaign},
                "parent_step_id": post.parent_step_id,
                "parent_post_id": ids[post.parent_index] if post.parent_index is not None else None,
                "publish_at": publish_at,
                "latest_at": post.latest_at or max(publish_at, now) + max_late,
                **planned(publish_at, now, draft=draft, replies=post.parent_index is not None).values(),
                "created_at": now,
                "updated_at": now,
            }
        )
    if any(post.labels for post in posts):  # else it is no part of the statement
        for row, post in zip(rows, posts, strict=True):
            row["labels"] = post.labels or []
    if of is not None:
        for row in rows:
            row |= {"repeat_id": of.repeat_id, "occurrence_at": of.at}
    return rows
