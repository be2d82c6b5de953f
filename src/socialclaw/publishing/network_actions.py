"""What a user has done about a post on its network: take it down, have it looked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from socialclaw.accounts import credentials
from socialclaw.accounts.tokens import scrub, unseal
from socialclaw.billing import terms
from socialclaw.db.accounts import Account
from socialclaw.db.base import Scope, utc_now
from socialclaw.db.posts import Post, Step
from socialclaw.errors import Conflict, Rejected, Unauthorized
from socialclaw.lifecycle import changes as life
from socialclaw.lifecycle.writing import act
from socialclaw.networks import providers
from socialclaw.providers import draft
from socialclaw.providers.base import Confirms, Deletes
from socialclaw.publishing import outcomes
from socialclaw.publishing.claims import Claim, Remembered
from socialclaw.publishing.ownership import owned
from socialclaw.publishing.posts import close_attempt, connected, detail, reconnect
from socialclaw.publishing.reconcile import candidates, settle_seconds
from socialclaw.publishing.returning import bring_back
from socialclaw.settings import Settings
from socialclaw.system import System


async def delete(system: System, workspace_id: str, post_id: str, *, test: bool) -> Post:
    """Take a published post down on its network. The post stays `published` with provider status `deleted`."""
    found = await system.read(workspace_id, detail, post_id)
    post, provider = found.post, providers()[found.post.provider]
    if post.provider_status == "deleted":
        return post
    if post.status != "published" or not post.provider_post_id:
        raise Conflict(
            f"Only a published post can be deleted on its network; this one is {post.status}",
            code="post_not_published",
            postStatus=post.status,
        )
    if not provider.can(Deletes):
        raise Conflict(f"{provider.label} offers no way to delete a post", code="provider_delete_unsupported", provider=provider.key)
    account, post_id_there = connected(found), post.provider_post_id

    async def take_down(opened: draft.Account) -> None:
        adapter = provider.adapter(system.outbound.network(test=test), opened)
        assert isinstance(adapter, Deletes)
        await adapter.delete(post_id_there)

    try:
        async with system.acting(workspace_id, test=test):
            await credentials.using(system, account, take_down)
    except Unauthorized as error:
        raise reconnect(post, error) from None
    return await system.write(workspace_id, _set_deleted, post_id)


def _set_deleted(scope: Scope, post_id: str) -> Post:
    post = scope.one(Post, post_id, lock=True)
    act(scope, [(post, life.deleted(post))], utc_now())
    close_attempt(scope, post, ok=True, code="deleted", message="The post was deleted")
    return post


async def reconcile(system: System, workspace_id: str, post_id: str, *, test: bool) -> Post:
    """Compare with the network now: confirm a published post, or resolve one whose outcome is unknown."""
    found = await system.read(workspace_id, detail, post_id)
    post, provider = found.post, providers()[found.post.provider]
    if post.status != "published" and post.error_code != outcomes.UNKNOWN and post.stage != "reconcile":
        raise Conflict(f"There is nothing to reconcile: this post is {post.status}", code="post_not_reconcilable", postStatus=post.status)
    if not provider.can(Confirms):
        raise Conflict(f"{provider.label} offers no way to look a post up", code="provider_reconcile_unsupported", provider=provider.key)
    account, steps = connected(found), await system.database.read(_steps, post.id)
    claim = Claim(post, account, test, "api", post.fence, post.attempt_count, steps)
    try:
        seen = await candidates(system, claim)
    except Unauthorized as error:
        raise reconnect(post, error) from None
    except Rejected as error:
        if post.stage != "confirm":
            raise
        secrets, settle = unseal(system.vault, account).values(), settle_seconds(system, post.provider)
        return await system.write(workspace_id, _taken_back, post_id, scrub(error.message, secrets), error.code, settle)
    try:
        return await system.write(workspace_id, _reconciled, claim, seen, system.settings, test=test)
    except IntegrityError:  # another post of ours became what was found, between the look and the writing
        return await system.write(workspace_id, _reconciled, claim, seen, system.settings, test=test)


def _taken_back(scope: Scope, post_id: str, message: str, code: str, settle: float) -> Post:
    """The network has refused after all what it had accepted; a worker that looks at it just now comes too late with what it sees."""
    post = scope.one(Post, post_id, lock=True)
    if post.stage != "confirm" or post.status != "published":
        return post
    claim = Claim(post, scope.session.get_one(Account, post.account_id), False, "api", post.fence, post.attempt_count, {})
    outcome = outcomes.refused(claim, Rejected(message, code=code), now=utc_now(), settle=settle)
    close_attempt(scope, post, ok=False, code=outcome.code, message=outcome.message)
    act(scope, [(post, replace(outcome.change, fence=post.fence + 1))], utc_now())
    return post


def _steps(session: Session, post_id: str) -> dict[str, Remembered]:
    rows = session.scalars(select(Step).where(Step.post_id == post_id))
    return {row.name: Remembered(row.done, row.result.get("value"), row.at, row.fence) for row in rows}


def _reconciled(scope: Scope, claim: Claim, found: Sequence[draft.Published], settings: Settings) -> Post:
    """Write down what the look showed. Only a failed or published post is changed: a worker looks for the others itself."""
    paid = terms.held(scope, settings)
    post = scope.one(Post, claim.post.id, lock=True)
    others = owned(scope.session, claim, [p.id for p in found])
    seen = next((p for p in found if p.id not in others), None)
    now = utc_now()
    if post.status == "published":
        act(scope, [(post, life.confirmed(visible=seen is not None, accepted=seen is not None and not seen.final))], now)
    elif post.status == "failed" and seen:
        known = replace(claim, post=post)
        bring_back(scope, paid, post, now)
        published = outcomes.published(known, seen, now=now, confirm=settings.confirm_seconds, how="confirmed")
        act(scope, [(post, published.change)], now)
    elif post.status == "publishing" and post.waiting:
        act(scope, [(post, life.brought_forward(now))], now)  # the worker looks now
    return post
