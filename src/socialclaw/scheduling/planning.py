"""From a document to its plan, judged against all that is known: what validate, preview, apply and publish-preview have in common."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from socialclaw.billing import counting, terms
from socialclaw.db.base import Scope, utc_now
from socialclaw.scheduling import quotas
from socialclaw.scheduling.context import destinations, library
from socialclaw.scheduling.document import parse
from socialclaw.scheduling.library import Library
from socialclaw.scheduling.plan import Directory, Plan
from socialclaw.scheduling.remote_media import looked_at
from socialclaw.settings import Settings
from socialclaw.system import System


async def planned(system: System, workspace_id: str, document: object, *, test: bool, long: bool = False, but: str = "") -> Plan:
    """The plan with its issues and warnings, files that are elsewhere looked at. `long`: it takes a while to read.

    `but`: the id of a stored post in whose place the one of this document is to come.

    On SQLite a database function runs in a thread; elsewhere it runs on the event loop, which a long document would keep from others.
    """
    settings = system.settings
    if system.database.is_sqlite or not long:
        plan, accounts = await system.read(workspace_id, _read, document, settings, but, test=test)
    else:
        accounts, files = await system.read(workspace_id, _surroundings, document, settings.base_url, test=test)
        async with system.shares.reading():
            plan = await asyncio.to_thread(parse, document, now=utc_now(), accounts=accounts, library=files)
        plan = await system.read(workspace_id, _within_limits, plan, settings, but, test=test)
    return await looked_at(system, workspace_id, plan, accounts, test=test, long=long)


def _read(scope: Scope, document: object, settings: Settings, but: str) -> tuple[Plan, Directory]:
    accounts, files = _surroundings(scope, document, settings.base_url)
    return _within_limits(scope, parse(document, now=utc_now(), accounts=accounts, library=files), settings, but), accounts


def _surroundings(scope: Scope, document: object, base_url: str) -> tuple[Directory, Library]:
    return destinations(scope), library(scope, document, base_url=base_url)


def _within_limits(scope: Scope, plan: Plan, settings: Settings, but: str) -> Plan:
    """What its networks take, and what the workspace has paid for: of a post in another's place, the edit itself asks that."""
    if plan.issues:
        return plan
    issues = [*quotas.check(scope, plan.posts, but=but)] if settings.honour_quotas else []
    if plan.mode != "draft" and not but and (paid := terms.of(scope, settings)):
        now = utc_now()
        issues += counting.issues(scope, paid, [max(post.publish_at, now) for post in plan.posts])
    return replace(plan, issues=tuple(issues)) if issues else plan
