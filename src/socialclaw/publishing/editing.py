"""Changing what a post says, to whom, or when, for as long as nothing of it can have been sent; and doing away with drafts.

A changed post is judged as it would be if it were applied now, and goes through its attempts anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm.attributes import flag_modified

from socialclaw.billing import counting, terms
from socialclaw.db.base import Scope, iso, utc_now
from socialclaw.db.posts import Post, Run, Step
from socialclaw.errors import Conflict, InvalidRequest
from socialclaw.lifecycle import changes as life
from socialclaw.lifecycle.changes import UNSENT
from socialclaw.lifecycle.writing import act
from socialclaw.media.assets import known
from socialclaw.providers.issues import Issue
from socialclaw.scheduling import quotas
from socialclaw.scheduling.judge import refusal
from socialclaw.scheduling.plan import PlannedPost
from socialclaw.scheduling.planning import planned
from socialclaw.scheduling.preview import OF_OTHERS
from socialclaw.scheduling.quotas import Timed
from socialclaw.settings import Settings
from socialclaw.system import System

WHERE = "posts[0]"
TICK = timedelta(milliseconds=1)
# A document's words, and an edit's.
FIELDS = {"name": "title", "description": "text", "publish_at": "publishAt", "first_comment": "firstComment"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a post is to say, in a document's words; what is not `said` stays.

    `if_updated_at`: only if it is as it was then. `with_replies`: they keep their distance to it. `drafts`: only if it is a draft.
    `by`: the id of whoever wants it.
    """

    said: Mapping[str, Any]
    if_updated_at: str | None = None
    with_replies: bool = True
    drafts: bool = False
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Ready:
    """A change that was found sound: what the post says then. `stands`: its time stays, and is over."""

    post_id: str
    wanted: Wanted
    new: PlannedPost
    stands: bool


async def edit(system: System, workspace_id: str, post_id: str, wanted: Wanted, *, test: bool) -> None:
    """Change a post; Conflict `post_changed` where it is another by now, `post_not_editable` where it may have been sent."""
    await system.write(workspace_id, change, await ready(system, workspace_id, post_id, wanted, test=test), system.settings, test=test)


async def ready(system: System, workspace_id: str, post_id: str, wanted: Wanted, *, test: bool) -> Ready:
    """The same change, judged and not yet made."""
    before = await system.read(workspace_id, _found, post_id, wanted, test=test)
    content = _document(before, wanted.said)
    plan = await planned(system, workspace_id, {"timezone": before.timezone, "posts": [content]}, test=test, but=post_id)
    issues = [issue for issue in plan.issues if issue.code not in OF_OTHERS]
    if issues or not plan.posts:
        raise refusal(list(_named(issues)))
    as_read = replace(wanted, if_updated_at=iso(before.updated_at))
    return Ready(post_id, as_read, plan.posts[0], stands=content["publish_at"] is None)


def discard(scope: Scope, post_id: str) -> None:
    """Do away with a draft and the drafts that reply to it; with its run, if that was all of it."""
    post = scope.one(Post, post_id, lock=True)
    if post.status != "draft":
        raise Conflict(f"Only a draft vanishes; this post is {post.status}", code="post_not_draft", postStatus=post.status)
    run = scope.one(Run, post.run_id, lock=True)
    gone = [post.id, *(reply.id for reply in _replies(scope, post.id) if reply.status == "draft")]
    scope.session.execute(delete(Post).where(Post.id.in_(gone)))
    left = scope.count(select(Post.id).where(Post.run_id == run.id))
    if left:
        scope.session.execute(Run.__table__.update().where(Run.id == run.id).values(total_posts=left))  # type: ignore[attr-defined]
    else:
        scope.session.execute(delete(Run).where(Run.id == run.id))


def own_draft(scope: Scope, post_id: str, maker: str | None) -> bool:
    """Whether it is a draft that they have made themselves."""
    post = scope.one(Post, post_id)
    return post.status == "draft" and maker is not None and scope.one(Run, post.run_id).made_by == maker


def _found(scope: Scope, post_id: str, wanted: Wanted, *, lock: bool = False) -> Post:
    post = scope.one(Post, post_id, lock=lock)
    if wanted.if_updated_at not in (None, iso(post.updated_at)):
        message = "This post has been changed since you have read it: read it again, then change it"
        raise Conflict(message, code="post_changed", updatedAt=iso(post.updated_at))
    if post.status not in (("draft",) if wanted.drafts else UNSENT):
        message = f"Only a post of which nothing can have been sent can be changed; this one is {post.status}"
        raise Conflict(message, code="post_not_editable", postStatus=post.status)
    return post


def _document(post: Post, said: Mapping[str, Any]) -> dict[str, Any]:
    """The post as a schedule would say it. A time that stays and is over is left out: it would be refused as one of the past."""
    same: dict[str, Any] = {
        "name": "" if post.generated_name else post.name,
        "description": post.description,
        "assets": post.assets,
        "media_policy": post.media_policy,
        "timezone": post.timezone,
        "labels": post.labels,
    }
    if said.get("account") in (None, post.account, post.account_id):
        same["settings"] = post.settings
    wanted = {**same, **said, "interaction_type": post.interaction_type}
    if post.interaction_type == "reply":
        wanted["reply_to_step_id"] = post.parent_step_id or "parent"
    wanted.setdefault("account", post.account_id)
    if wanted.get("publish_at") in (None, iso(post.publish_at)):
        wanted["publish_at"] = iso(post.publish_at) if post.publish_at > utc_now() else None
    return wanted


def _named(issues: Iterable[Issue]) -> Iterable[Issue]:
    """The same in the words of an edit: where each is in what was sent."""
    for issue in issues:
        field, _, rest = issue.path.removeprefix(WHERE).lstrip(".").partition(".")
        yield replace(issue, path=f"{FIELDS.get(field, field)}.{rest}".rstrip("."))


def change(scope: Scope, what: Ready, settings: Settings) -> None:
    """Make a change that is ready, if the post is still what it was when that was found out."""
    wanted, new = what.wanted, what.new
    paid = terms.held(scope, settings)
    post = _found(scope, what.post_id, wanted, lock=True)
    now = max(utc_now(), post.updated_at + TICK)  # of two changes, be they made within one millisecond, the second sees the first
    replies = _replies(scope, post.id)
    if new.account_id != post.account_id and (post.parent_post_id or replies):
        message = "A reply is published by the account of its parent: neither of them moves to another account"
        raise Conflict(message, code="post_account_fixed", account=post.account)
    urls = {asset["url"] for asset in new.assets if asset.get("managed")}
    if missing := urls - known(scope, urls, base_url=settings.base_url, lock=True).keys():
        raise InvalidRequest("A media file of this post was deleted meanwhile", code="asset_not_found", urls=sorted(missing))
    at = post.publish_at if what.stands else new.publish_at
    moved = at - post.publish_at
    if settings.honour_quotas and post.status != "draft" and (moved or new.account_id != post.account_id):
        timed = Timed(WHERE, new.provider, new.account_id or "", max(at, now))
        if issues := quotas.check(scope, [timed], lock=True, but=post.id):
            raise refusal(list(_named(issues)))
    scope.session.execute(delete(Step).where(Step.post_id == post.id))  # what was prepared, was for what it said before
    followed = _moved(replies, moved, now) if wanted.with_replies and moved else []
    changes = [(post, life.edited(post, now, publish_at=at)), *followed]
    if paid:
        counting.check_changes(scope, paid, changes)
    act(scope, changes, now)
    _say(post, new)
    post.edited_by, post.edited_at = wanted.by, now
    flag_modified(post, "updated_at")  # it is what it was set to above, and not the instant of the second UPDATE


def _moved(replies: Iterable[Post], by: timedelta, now: datetime) -> list[tuple[Post, life.Change]]:
    return [(reply, life.edited(reply, now, publish_at=reply.publish_at + by)) for reply in replies if reply.status in UNSENT]


def _replies(scope: Scope, post_id: str) -> list[Post]:
    """All that follow a post, at whatever remove; locked, in the order of their ids."""
    found, parents = dict[str, Post](), [post_id]
    while parents:
        query = scope.all(Post).where(Post.parent_post_id.in_(parents)).order_by(Post.id).with_for_update()
        rows = [row for row in scope.session.scalars(query) if row.id not in found]
        found |= {row.id: row for row in rows}
        parents = [row.id for row in rows]
    return [found[one] for one in sorted(found)]


def _say(post: Post, new: PlannedPost) -> None:
    """What it says from now on. A step that had a name made for it keeps that, unless it is given one."""
    if new.name or not post.generated_name:
        post.name, post.generated_name = new.name, new.generated_name
    post.provider, post.account, post.account_id = new.provider, new.account, new.account_id or post.account_id
    post.description, post.media_link, post.assets = new.description, new.media_link, new.assets
    post.media_policy, post.settings, post.timezone = new.media_policy, new.settings, new.timezone
    post.labels = new.labels or []
