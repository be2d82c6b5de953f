"""Files of a plan that are elsewhere: what a first look at them told is judged by the same rules as of files that we keep.

What could not be known forbids nothing: it is said in the plan's warnings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import chain, islice

import msgspec

from socialclaw.media.glimpse import Glimpse, Told, glimpses, told, urls
from socialclaw.providers.issues import Issue, shown
from socialclaw.scheduling.check import Judge
from socialclaw.scheduling.notes import MOST_ISSUES
from socialclaw.scheduling.places import Places
from socialclaw.scheduling.plan import Plan, PlannedPost, Resolve, text_of
from socialclaw.system import System


async def looked_at(system: System, plan: Plan, accounts: Resolve) -> Plan:
    """The plan with what a look at its files that are elsewhere brought: further issues, and warnings. Takes seconds at most."""
    wanted = urls(chain.from_iterable(post.assets for post in plan.posts))
    return judged(plan, await glimpses(system, wanted), accounts) if wanted else plan


def judged(plan: Plan, found: Mapping[str, Glimpse], accounts: Resolve) -> Plan:
    """The same, of what was found. Pure."""
    places, issues, warnings = Places(accounts), list[Issue](), list[Issue]()
    known = {(issue.code, issue.path) for issue in plan.issues}
    for post in plan.posts:
        if all(asset["managed"] for asset in post.assets):
            continue
        result = told(post.assets, found)
        judge = places.find(post.account_id or post.account, post.provider).judge
        against = _against(post, result, judge) if judge else []
        issues += [i for i in _at(post, [*result.issues, *against]) if (i.code, i.path) not in known]
        warnings += _at(post, [*result.warnings, *(_unknown(post, result, judge) if judge else [])])
    return replace(plan, issues=(*plan.issues, *islice(issues, MOST_ISSUES)), warnings=tuple(islice(warnings, MOST_ISSUES)))


def _against(post: PlannedPost, result: Told, judge: Judge) -> list[Issue]:
    """What the rules have against the post as its files turned out to be."""
    real = msgspec.structs.replace(post, assets=result.assets)
    text = text_of(post.name, post.description, generated_name=post.generated_name)
    return [*judge.suits(real, text), *judge.judge(real, text)]


def _unknown(post: PlannedPost, result: Told, judge: Judge) -> list[Issue]:
    """What of files that were reached could not be known without fetching them whole."""
    said = {issue.path for issue in (*result.issues, *result.warnings)}
    found = []
    for index, asset in enumerate(result.assets):
        path = f"assets[{index}]"
        if asset["managed"] or path in said or not (missing := judge.unknown(asset)):
            continue
        message = f"{judge.provider.label} has limits that this file was not held to, because not all is known of it: {', '.join(missing)}"
        found.append(Issue("media_facts_unknown", message, path, {"unknown": missing, "url": shown(asset["url"], 2048)}))
    return found


def _at(post: PlannedPost, issues: list[Issue]) -> list[Issue]:
    return [replace(issue, path=f"{post.path}.{issue.path}" if issue.path else post.path) for issue in issues]
