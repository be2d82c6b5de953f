"""What of a plan's media is not in our hands: files that are elsewhere, and whether networks that fetch ours can.

What a first look at a file told is judged by the same rules as of files that we keep. What could not be known, and what may go wrong
later, forbids nothing: it is said in the plan's warnings.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from itertools import chain, islice

import msgspec

from socialclaw.media.reachability import obstacle
from socialclaw.media.remote_probe import Glimpse, Told, glimpses, told, urls
from socialclaw.providers.drafting import kind_of
from socialclaw.providers.issues import MOST_ISSUES, Issue, shown
from socialclaw.scheduling.destinations import Places
from socialclaw.scheduling.judge import Judge
from socialclaw.scheduling.plan import Directory, Plan, PlannedPost
from socialclaw.system import System


async def looked_at(system: System, workspace_id: str, plan: Plan, accounts: Directory, *, test: bool, long: bool = False) -> Plan:
    """The plan with what a look at its files that are elsewhere brought: further issues, and warnings. Takes seconds at most.

    In a live workspace networks fetch our files from our public address: where they cannot, that is a warning too.
    """
    if wanted := urls(chain.from_iterable(post.assets for post in plan.posts)):
        found = await glimpses(system, workspace_id, wanted)
        plan = await asyncio.to_thread(judged, plan, found, accounts) if long else judged(plan, found, accounts)
    if not test and (fetched := pulled(plan, accounts)) and (why := await obstacle(system.settings.base_url)):
        plan = replace(plan, warnings=(*plan.warnings, _unreachable(system.settings.base_url, why, fetched)))
    return plan


def pulled(plan: Plan, accounts: Directory) -> Mapping[str, str]:
    """The networks that will fetch files of ours, by label, and where the first file of each stands."""
    judges, found = _Judges(accounts), dict[str, str]()
    for post in plan.posts:
        if not post.assets or not (judge := judges.of(post)):
            continue
        fetched = (n for n, asset in enumerate(post.assets) if asset["managed"] and kind_of(asset) in judge.target.pulls)
        if (first := next(fetched, None)) is not None:
            found.setdefault(judge.provider.label, f"{post.path}.assets[{first}]")
    return found


def _unreachable(base_url: str, why: str, fetched: Mapping[str, str]) -> Issue:
    message = f"{', '.join(fetched)} will fetch media from {base_url}, which {why}: set SOCIALCLAW_PUBLIC_BASE_URL"
    places = [*fetched.values()]
    return Issue("public_url_unreachable", message, places[0], {"publicBaseUrl": base_url, "places": places})


def judged(plan: Plan, found: Mapping[str, Glimpse], accounts: Directory) -> Plan:
    """The same, of what was found. Pure."""
    judges, issues, warnings = _Judges(accounts), list[Issue](), list[Issue]()
    known = {(issue.code, issue.path) for issue in plan.issues}
    for post in plan.posts:
        if all(asset["managed"] for asset in post.assets):
            continue
        result = told(post.assets, found)
        judge = judges.of(post)
        against = _against(post, result, judge) if judge else []
        issues += [i for i in _at(post, [*result.issues, *against]) if (i.code, i.path) not in known]
        warnings += _at(post, [*result.warnings, *(_unknown(post, result, judge) if judge else [])])
    return replace(plan, issues=(*plan.issues, *islice(issues, MOST_ISSUES)), warnings=(*plan.warnings, *islice(warnings, MOST_ISSUES)))


class _Judges:
    """The judge of each post's destination, found once for each."""

    def __init__(self, accounts: Directory) -> None:
        self._places = Places(accounts)
        self._known: dict[tuple[str | None, str, str], Judge | None] = {}

    def of(self, post: PlannedPost) -> Judge | None:
        key = (post.account_id, post.account, post.provider)
        if key not in self._known:
            self._known[key] = self._places.find(post.account_id or post.account, post.provider).judge
        return self._known[key]


def _against(post: PlannedPost, result: Told, judge: Judge) -> list[Issue]:
    """What the rules have against the post as its files turned out to be."""
    real = msgspec.structs.replace(post, assets=result.assets)
    draft = judge.draft(real)
    return [*judge.suits(draft), *judge.judge(draft)]


def _unknown(post: PlannedPost, result: Told, judge: Judge) -> list[Issue]:
    """What of files that were reached could not be known without fetching them whole."""
    said = {issue.path for issue in (*result.issues, *result.warnings)}
    found = []
    for index, asset in enumerate(result.assets):
        path = f"assets[{index}]"
        if asset["managed"] or path in said or not (missing := judge.unknown(asset)):
            continue
        message = f"This file was not checked against every limit of {judge.provider.label}; unknown: {', '.join(missing)}"
        found.append(Issue("media_facts_unknown", message, path, {"unknown": missing, "url": shown(asset["url"], 2048)}))
    return found


def _at(post: PlannedPost, issues: list[Issue]) -> list[Issue]:
    return [replace(issue, path=f"{post.path}.{issue.path}" if issue.path else post.path) for issue in issues]
