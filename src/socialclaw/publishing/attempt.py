"""One attempt at a claimed post: credentials, draft, adapter; whatever happens becomes an outcome."""

from __future__ import annotations

import logging
import random
from dataclasses import dataclass, replace
from functools import partial

from socialclaw.accounts import credentials
from socialclaw.accounts.tokens import scrub, unseal
from socialclaw.billing import terms
from socialclaw.clock import act_for, acting
from socialclaw.db.base import iso, utc_now
from socialclaw.db.trouble import DatabaseTrouble
from socialclaw.errors import Conflict, Missing, RateLimited, SocialClawError, Unauthorized, Uncertain
from socialclaw.lifecycle.changes import NOTHING
from socialclaw.networks import providers
from socialclaw.providers.draft import Account, Published
from socialclaw.providers.wire import listening
from socialclaw.publishing import outcomes
from socialclaw.publishing.claims import Claim
from socialclaw.publishing.drafts import drafted
from socialclaw.publishing.policy import Fail, Park, decide
from socialclaw.publishing.reconcile import backoff, look, settle_seconds
from socialclaw.publishing.record import Outcome, take_back
from socialclaw.publishing.steps import DurableSteps, NotYet, StepLog, Superseded, WantedBack
from socialclaw.scheduling import quotas
from socialclaw.system import System

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Attempts:
    """Runs attempts for one worker."""

    system: System
    steps: StepLog

    async def run(self, claim: Claim) -> Outcome | None:
        """What became of it, in words without secrets; None if another worker has it now."""
        if claim.test and acting() is None:
            with act_for(claim.post.workspace_id):
                return await self._run(claim)
        return await self._run(claim)

    async def _run(self, claim: Claim) -> Outcome | None:
        outcome = await self._outcome(claim)
        if outcome is not None:
            if claim.changes:
                outcome.details = {**outcome.details, "mediaChanges": claim.changes}
            secrets = unseal(self.system.vault, claim.account).values()
            outcome.message, outcome.details = scrub(outcome.message, secrets), scrub(outcome.details, secrets)
            if isinstance(outcome.change.error, str):
                outcome.change = replace(outcome.change, error=scrub(outcome.change.error, secrets))
        return outcome

    async def _outcome(self, claim: Claim) -> Outcome | None:
        try:
            if claim.account.status == "disconnected":
                if claim.undone:
                    return outcomes.unknown(claim, "The account was disconnected before the post could be looked for")
                gone = Conflict("The account was disconnected", code="account_disconnected")
                if claim.post.stage == "confirm":  # it is published; who connects the account again lets it be looked at again
                    return outcomes.decided(claim, gone, Park(), now=utc_now(), settle=0)
                raise gone
            if claim.account.status == "reconnect_required":
                raise Unauthorized("The account must be connected again", code="account_reconnect_required")
            if claim.post.stage != "publish":
                return await look(self.system, claim)
            if claim.undone:
                raise Uncertain(f"An earlier attempt may have finished {claim.undone[0]!r}")
            if claim.post.latest_at is not None and utc_now() > claim.post.latest_at and not claim.sent:
                return outcomes.too_late(claim, now=utc_now())
            await self._within_plan(claim)
            await self._within_quota(claim)
            with listening() as heard:
                post = await self._publish(claim)
            outcome = outcomes.published(claim, post, now=utc_now(), confirm=self.system.settings.confirm_seconds)
            outcome.hold_until = outcomes.rest(providers()[claim.post.provider], heard, now=utc_now())
            return outcome
        except Superseded:
            return None
        except WantedBack:
            return take_back(Outcome(claim, NOTHING))
        except NotYet as pause:
            return outcomes.waiting(claim, seconds=pause.seconds, why=str(pause), now=utc_now())
        except Exception as error:
            return self._decided(claim, error)

    async def _within_plan(self, claim: Claim) -> None:
        """A plan that has ended sends nothing more; what has begun goes on."""
        if not claim.steps and terms.sold(self.system.settings, test=claim.test):
            await self.system.read(claim.post.workspace_id, terms.require, self.system.settings, test=claim.test)

    async def _within_quota(self, claim: Claim) -> None:
        """Put a post off that would be one too many for its network; one that has begun goes on."""
        if claim.steps or not self.system.settings.honour_quotas or not providers()[claim.post.provider].quotas:
            return
        now = utc_now()
        found = await self.system.read(claim.post.workspace_id, quotas.pause, claim.post, now, test=claim.test)
        if found is not None:
            quota, fits = found
            message = f"The network's limit of {quota.most} posts is reached for {'this account' if quota.per == 'account' else 'this app'}"
            raise RateLimited(message, retry_after=(fits - now).total_seconds(), code="provider_quota_reached", nextFitUtc=iso(fits))

    async def _publish(self, claim: Claim) -> Published:
        """Call the adapter; on a 401 refresh once and go on (the steps remember what was done)."""
        return await credentials.using(self.system, claim.account, partial(self._call, claim))

    async def _call(self, claim: Claim, account: Account) -> Published:
        provider = providers()[claim.post.provider]
        async with drafted(
            self.system, claim.post, test=claim.test, account_type=account.type, about=account.meta, changes=claim.changes
        ) as draft:
            adapter = provider.adapter(self.system.outbound.network(test=claim.test), account)
            steps = DurableSteps(claim, self.steps)
            try:
                return await adapter.publish(draft, steps)
            except Missing as error:  # of a call that is no step
                await steps.give_time(error)
                raise

    def _decided(self, claim: Claim, error: Exception) -> Outcome:
        if isinstance(error, DatabaseTrouble):
            raise error  # says nothing of the post: it is taken up again where it stands, and no try is counted
        if not isinstance(error, SocialClawError):
            log.error("post %s: an unexpected error", claim.post.id, exc_info=error)
        now = utc_now()
        tries = claim.post.tries + 1
        decision = decide(error, now=now, due=claim.post.publish_at, tries=tries, backoff=backoff(self.system), jitter=random.random())
        if isinstance(decision, Fail) and claim.undone:
            return outcomes.unknown(claim, f"The post may be live, and it could not be looked for: {outcomes.told(error)[1]}")
        return outcomes.decided(claim, error, decision, now=now, settle=settle_seconds(self.system, claim.post.provider))
