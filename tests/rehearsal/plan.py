"""Six weeks of posts over every provider that there is: what is planned, and what a person would expect of it.

Nothing here names a network: accounts, files, settings, replies and quotas are read off the declarations.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import cycle
from typing import Any
from zoneinfo import ZoneInfo

from socialclaw.clock import act_for
from socialclaw.db.accounts import Account, Connection
from socialclaw.db.base import Scope
from socialclaw.networks import providers
from socialclaw.providers.base import Provider, Quota, TargetType
from socialclaw.providers.draft import Draft
from socialclaw.providers.judging import check
from socialclaw.providers.options import settle
from socialclaw.system import System
from tests.crash import users

DAYS = 42
POSTS = 500
ZONE = ZoneInfo("America/Los_Angeles")
CHANGE_ON = 20  # the day of the plan, counted from 0, on which the clocks are changed
DAY = timedelta(days=1)
REPLY_AFTER = timedelta(minutes=30)
LONG = 3600  # seconds: a quota of less is met by chance only


@dataclass(frozen=True)
class Member:
    """A connected destination, and what each post to it must have."""

    id: str
    provider: Provider
    settings: dict[str, Any]
    assets: tuple[dict[str, Any], ...]

    def post(self, text: str, due: datetime) -> Planned:
        return Planned(self, text, due)


@dataclass(frozen=True)
class Planned:
    """A post and its local time. `reply_to` is the text of the post that it stands below."""

    member: Member
    text: str
    due: datetime
    reply_to: str | None = None

    @property
    def instant(self) -> datetime:
        return self.due.astimezone(UTC)

    def content(self) -> dict[str, Any]:
        optional = {"settings": self.member.settings, "assets": list(self.member.assets)}
        return {"description": self.text, **{name: value for name, value in optional.items() if value}}

    def row(self) -> dict[str, Any]:
        """As a post of a schedule, its time as a person writes it: without an offset."""
        return {"account": self.member.id, "publish_at": f"{self.due:%Y-%m-%dT%H:%M:%S}", **self.content()}


@dataclass
class Plan:
    """`first` is the day it begins. `full` are the quotas that it fills to the brim: (provider, quota, the instants taken)."""

    first: date
    members: Sequence[Member]
    posts: list[Planned] = field(default_factory=list)
    threads: list[list[Planned]] = field(default_factory=list)
    full: list[tuple[Provider, Quota, list[datetime]]] = field(default_factory=list)

    @property
    def every(self) -> list[Planned]:
        return sorted([*self.posts, *(post for thread in self.threads for post in thread)], key=lambda post: post.instant)

    @property
    def change(self) -> date:
        return self.first + CHANGE_ON * DAY

    def at(self, day: int, minute: int) -> datetime:
        """A local time of a day of the plan."""
        return datetime.combine(self.first + day * DAY, time(minute // 60, minute % 60), ZONE)


def change_of_clocks(after: datetime) -> date:
    """The next day, at least CHANGE_ON days from here, on which a day in ZONE is not of 24 hours."""
    day = (after.astimezone(ZONE) + (CHANGE_ON + 1) * DAY).date()
    while length(day) == DAY:
        day += DAY
    return day


def length(day: date) -> timedelta:
    begin, end = (datetime.combine(d, time(), ZONE).astimezone(UTC) for d in (day, day + DAY))
    return end - begin


def make(first: date, members: Sequence[Member]) -> Plan:
    """A thread where replies are possible, two quotas filled on the day of the change, the rest spread evenly."""
    plan = Plan(first, members)
    _threads(plan)
    _fill(plan)
    count = POSTS - len(plan.every)
    takers = cycle(members)
    for number in range(count):
        day = number * DAYS // count
        busy = {p.key for p, _, _ in plan.full} if abs(day - CHANGE_ON) <= 1 else set()
        member = next(m for m in takers if m.provider.key not in busy)
        plan.posts.append(member.post(f"Post {number} of the plan", plan.at(day, 8 * 60 + number % 60 * 12)))
    return plan


def _threads(plan: Plan) -> None:
    replying = [m for m in plan.members if "reply" in m.provider.rules.interactions]
    for number, day in enumerate(range(2, DAYS, 8)):
        for place, member in enumerate(replying):
            texts = [f"Thread {number}, part {part}, place {place}" for part in range(3)]
            due = plan.at(day, 7 * 60 + place * 3)
            above = (None, *texts)
            thread = [Planned(member, t, due + part * REPLY_AFTER, above[part]) for part, t in enumerate(texts)]
            plan.threads.append(thread)


def _fill(plan: Plan) -> None:
    """The first quota that begins anew at a midnight, and the tightest rolling one."""
    limited = [(m, quota) for m in plan.members for quota in m.provider.quotas if quota.seconds >= LONG]
    daily = [(m, q) for m, q in limited if q.resets][:1]
    rolling = sorted(((m, q) for m, q in limited if not q.resets), key=lambda pair: pair[1].most)[:1]
    for offset, (member, quota) in enumerate([*daily, *rolling]):
        posts = [
            member.post(f"Number {n} of the day of {member.provider.key}", plan.at(CHANGE_ON, n * 5 + 10 + offset))
            for n in range(quota.most)
        ]
        plan.posts += posts
        plan.full.append((member.provider, quota, [post.instant for post in posts]))


def next_fit(plan: Plan, quota: Quota, taken: Sequence[datetime]) -> datetime:
    """When the one too many fits, as a person reckons it."""
    if quota.resets:
        return datetime.combine(plan.change + DAY, time(), ZoneInfo(quota.resets)).astimezone(UTC)
    return taken[0] + timedelta(seconds=quota.seconds)


def documents(plan: Plan) -> Iterator[dict[str, Any]]:
    """What is applied: the posts, and the threads as a campaign."""
    yield {"timezone": ZONE.key, "posts": [post.row() for post in plan.posts]}
    campaigns = []
    for number, thread in enumerate(plan.threads):
        steps = [{**post.content(), "delay_minutes": REPLY_AFTER.seconds // 60, "interaction_type": "reply"} for post in thread]
        steps[0] = thread[0].content()
        begin = thread[0].row()
        target = {"account": begin["account"], "steps": steps}
        campaigns.append({"id": f"thread-{number}", "name": "Thread", "publish_at": begin["publish_at"], "targets": [target]})
    yield {"timezone": ZONE.key, "campaigns": campaigns}


async def join_all(system: System, workspace_id: str, at: datetime) -> list[Member]:
    """A user's accounts on every network, at the standing time: one of each kind that publishes, for each provider."""
    members = []
    with act_for(workspace_id, at):
        for key, provider in providers().items():
            joined = await users.join(system, workspace_id, key, "ann")
            rows = await system.read(workspace_id, _found_with, joined.connection_id, test=True)
            first = {row.account_type: row for row in reversed(rows)}
            for kind, row in sorted(first.items()):
                target = provider.target(kind)
                if target is not None and target.publishes:
                    files = await _files(system, workspace_id, provider, target)
                    members.append(Member(row.id, provider, users.required(provider, kind), files))
    return members


def _found_with(scope: Scope, connection_id: str) -> list[Account]:
    """The accounts of a connection, in the order in which the network named them."""
    ids = scope.one(Connection, connection_id).account_ids
    rows = {row.id: row for row in scope.session.scalars(scope.all(Account).where(Account.id.in_(ids)))}
    return [rows[account_id] for account_id in ids]


async def _files(system: System, workspace_id: str, provider: Provider, target: TargetType) -> tuple[dict[str, Any], ...]:
    """The least that the first shape takes, where a text alone is refused.

    Else none: a file that is sent again and again is no news to some networks.
    """
    settings, _ = settle(users.required(provider, target.name), target.settings, prefix=provider.key)
    words = Draft("Words", description="Words", settings=settings, target_type=target.name)
    judges = [judge for judge in (provider.extra, target.fits) if judge]
    if not [*check(words, provider.rules, prefix=provider.key), *(issue for judge in judges for issue in judge(words))]:
        return ()
    shape = provider.rules.shapes[0]
    return (await users.upload(system, workspace_id, shape, 0),)
