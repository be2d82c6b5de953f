"""What a person says of a post whose outcome could not be found out: they have looked on its network, and it is there or it is not."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from socialclaw.billing import terms
from socialclaw.db.accounts import Account
from socialclaw.db.base import Scope, utc_now
from socialclaw.db.posts import Post, Step
from socialclaw.errors import Conflict, InvalidRequest
from socialclaw.lifecycle import verdicts
from socialclaw.lifecycle.writing import act
from socialclaw.networks import providers
from socialclaw.providers.base import Measures
from socialclaw.publishing import outcomes
from socialclaw.publishing.claims import Claim
from socialclaw.publishing.ownership import network_key, owned
from socialclaw.publishing.returning import bring_back
from socialclaw.settings import Settings
from socialclaw.system import System

PUBLISHED, NOT_PUBLISHED = "published", "not_published"
OUTCOMES = (PUBLISHED, NOT_PUBLISHED)
DENIED = "publish_denied"
NOT_THERE = "Somebody has looked on the network, and the post is not there: it was not published"
LONGEST_ID, LONGEST_URL = 300, 2_000  # characters


@dataclass(frozen=True, slots=True)
class Verdict:
    """What somebody found. Of a post that is there: the network's id of it, or the URL at which they saw it."""

    outcome: str
    post_id: str | None = None
    url: str | None = None


async def give(system: System, workspace_id: str, post_id: str, verdict: Verdict, *, test: bool) -> None:
    """Settle a post whose outcome is unknown. Its replies go out where it is there, its id is known, and the plan has room for them."""
    _check(verdict)
    try:
        await system.write(workspace_id, _settle, post_id, verdict, system.settings, test=test)
    except IntegrityError:  # another post of ours became the same one meanwhile
        await system.write(workspace_id, _settle, post_id, verdict, system.settings, test=test)


def _check(verdict: Verdict) -> None:
    if verdict.outcome not in OUTCOMES:
        shown = verdict.outcome[:40]
        raise InvalidRequest(f"Unknown outcome {shown!r}; allowed: {', '.join(OUTCOMES)}", code="outcome_invalid", path="outcome")
    if verdict.outcome == NOT_PUBLISHED and (verdict.post_id or verdict.url):
        raise InvalidRequest("A post that is not published has no id and no URL there", code="verdict_contradictory", path="outcome")
    _check_id(verdict.post_id)
    _check_url(verdict.url)


def _check_id(post_id: str | None) -> None:
    if post_id is not None and (len(post_id) > LONGEST_ID or not post_id.isprintable() or " " in post_id):
        message = f"A network's id of a post has {LONGEST_ID} characters at most, and no spaces"
        raise InvalidRequest(message, code="provider_post_id_invalid", path="providerPostId")


def _check_url(url: str | None) -> None:
    if url is not None and not _is_page(url):
        message = f"Give the address of the post as the browser shows it: https://…, {LONGEST_URL:,} characters at most"
        raise InvalidRequest(message, code="provider_url_invalid", path="providerUrl")


def _is_page(url: str) -> bool:
    try:
        found = urlsplit(url)
        known = found.scheme in ("https", "http") and bool(found.hostname) and found.username is None
    except ValueError:
        return False
    return known and len(url) <= LONGEST_URL and url.isprintable() and " " not in url


def _settle(scope: Scope, post_id: str, verdict: Verdict, settings: Settings) -> None:
    paid = terms.held(scope, settings)
    post, now = scope.one(Post, post_id, lock=True), utc_now()
    if post.status != "failed" or post.error_code != outcomes.UNKNOWN:
        message = f"Only what became of a post whose outcome is unknown can be said; this one is {post.status}"
        raise Conflict(message, code="post_not_unresolved", postStatus=post.status, errorCode=post.error_code)
    if verdict.outcome == NOT_PUBLISHED:
        scope.session.execute(delete(Step).where(Step.post_id == post.id))  # what was prepared is old by now
        act(scope, [(post, verdicts.missed_by_a_person(DENIED, NOT_THERE))], now)
        return
    key = _key(scope, post, verdict.post_id)
    scope.session.execute(delete(Step).where(Step.post_id == post.id, Step.done.is_(False)))  # its mark is answered
    figures_at = now + outcomes.FIRST_FIGURES if providers()[post.provider].can(Measures) else None
    found = verdicts.found_by_a_person(post, id=verdict.post_id, key=key, url=verdict.url, figures_at=figures_at, now=now)
    bring_back(scope, paid, post, now)
    act(scope, [(post, found)], now)


def _key(scope: Scope, post: Post, there: str | None) -> str | None:
    """What tells the network's post from all others; Conflict where it is another post of ours already."""
    if there is None:
        replies = select(Post.id).where(Post.parent_post_id == post.id, Post.blocked_by == "parent")
        if scope.session.scalar(replies.limit(1)):
            refusal = "The replies to this post need the network's id of it: give providerPostId"
            raise InvalidRequest(refusal, code="provider_post_id_required", path="providerPostId")
        return None
    claim = Claim(post, scope.session.get_one(Account, post.account_id), scope.test, "api", post.fence, post.attempt_count, {})
    if owned(scope.session, claim, [there]):
        raise Conflict(f"The network's post {there} is another post of ours already", code=outcomes.TAKEN, providerPostId=there)
    return network_key(claim, there)
