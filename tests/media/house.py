"""One installation with an account of every provider: files are uploaded to it, posts with them judged and published."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2

from socialclaw.accounts.tokens import unlock
from socialclaw.app import build
from socialclaw.clock import act_for
from socialclaw.db.accounts import Account as Row
from socialclaw.db.assets import Asset
from socialclaw.db.base import utc_now
from socialclaw.errors import InvalidRequest, RateLimited, SocialClawError, Unavailable
from socialclaw.media import uploads
from socialclaw.networks import providers
from socialclaw.providers.base import Confirms, Provider
from socialclaw.providers.draft import Account, Draft, Mark, Published
from socialclaw.publishing.drafts import drafted
from socialclaw.scheduling.plan import PlannedPost
from socialclaw.scheduling.planning import planned
from socialclaw.settings import Settings
from socialclaw.simulation.store import Seen
from socialclaw.system import System
from tests.conftest import Member, member, opened
from tests.crash import users
from tests.media.catalogue import File
from tests.networks.stage import InMemorySteps, NotYet

BASE_URL = "https://socialclaw.test"  # TikTok fetches by https only
MOST_WAITS = 60
POLICIES = ("strict", "fit")


@dataclass(frozen=True, slots=True)
class Destination:
    """An account, and what its column is called."""

    label: str
    provider: Provider
    row: Row
    account: Account


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a post: how the public sees its file, or the code with which it failed; and what was changed before."""

    seen: str = ""
    failure: str = ""
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """One file in a post to one destination under one policy. `verdict`: the codes that validation has against it."""

    file: str
    destination: str
    policy: str
    verdict: tuple[str, ...]
    outcome: Outcome
    meant: str  # how the file is meant to be seen

    @property
    def agrees(self) -> bool:
        """What validation takes is published as it is meant, or as was told; what it refuses is not."""
        told = {"a picture"} if any("first frame" in change for change in self.outcome.changes) else set[str]()
        right = self.outcome.seen in {self.meant, *told} if self.outcome.seen else False
        return right is not bool(self.verdict)


@dataclass
class House:
    system: System
    owner: Member
    destinations: list[Destination] = field(default_factory=list)
    number: int = 0

    async def connect(self) -> None:
        """An account of every provider, and both kinds of the one that has two."""
        assert self.system.sandbox is not None
        for key, provider in sorted(providers().items()):
            rows = [await users.join(self.system, self.owner.id, key, "ada")]
            if key == "meta":
                rows += [await self._account(key, "instagram_business")]
            for row in rows:
                label = f"{key} {row.account_type}" if len(rows) > 1 else key
                self.destinations.append(Destination(label, provider, row, unlock(self.system.vault, row)))
        with act_for(self.owner.id):
            for network in self.system.sandbox.networks.values():
                network.lift_quotas()

    async def _account(self, key: str, kind: str) -> Row:
        rows = await self.system.read(self.owner.id, lambda scope: list(scope.session.scalars(scope.all(Row))), test=True)
        return next(row for row in rows if (row.provider, row.account_type) == (key, kind))

    async def upload(self, file: File) -> Asset | str:
        """The asset, or the code with which the file is refused."""
        try:
            async with uploads.intake(self.system) as received:
                await received.write(await asyncio.to_thread(file.make))
                claims = uploads.Claims(file.called, None)
                return await uploads.create(self.system, self.owner.id, await received.finish(), claims, test=True)
        except InvalidRequest as error:
            return error.code

    async def cell(self, file: File, asset: Asset, place: Destination, policy: str) -> Cell:
        """Judge a post, and publish it whatever the verdict is."""
        self.number += 1
        settings = _settings(place, self.number)
        words = {"name": f"Post {self.number}", "description": f"Number {self.number} of many"}
        post = {"account": place.row.id, **words, "assets": [asset.id], "settings": settings, "mediaPolicy": policy}
        plan = await planned(self.system, self.owner.id, {"posts": [post]}, test=True)
        verdict = tuple(sorted({issue.code for issue in plan.issues}))
        outcome = Outcome(failure="not tried") if _unsendable(asset, place) else await self._publish(place, plan.posts[0])
        return Cell(file.name, place.label, policy, verdict, outcome, _meant(asset))

    async def _publish(self, place: Destination, post: PlannedPost) -> Outcome:
        """As a worker does it, but for time, which is turned."""
        assert self.system.sandbox is not None
        network, changes, ahead = self.system.sandbox.networks[place.provider.network], list[dict[str, Any]](), utc_now()
        names = ("name", "description", "generated_name", "interaction_type", "parent_step_id", "settings", "assets", "media_policy")
        row: Any = SimpleNamespace(**{name: getattr(post, name) for name in names})
        row.provider, row.workspace_id, row.resolved_parent_id = place.provider.key, self.owner.id, None
        told: tuple[str, ...] = ()
        try:
            with act_for(self.owner.id, ahead):
                more: dict[str, Any] = {"account_type": place.row.account_type, "about": place.account.meta, "changes": changes}
                async with drafted(self.system, row, test=True, **more) as draft:
                    told = tuple(text for change in changes for text in change["changes"])
                    published = await self._published(place, draft, ahead)
        except SocialClawError as error:
            return Outcome(failure=error.code, changes=told)
        shown = [seen for seen in await self.system.sandbox.apart(network.seen) if seen.id == published.id or published.id in seen.id]
        return Outcome(_seen(shown[-1]) if shown else "nothing", changes=told)

    async def _published(self, place: Destination, draft: Draft, ahead: Any) -> Published:
        steps, adapter = InMemorySteps(), place.provider.adapter(self.system.outbound.test, place.account)
        published: Published | None = None
        for _ in range(MOST_WAITS):
            with act_for(self.owner.id, ahead):
                try:
                    if published is None:
                        published = await adapter.publish(draft, steps)
                    if published.final:
                        return published
                    assert isinstance(adapter, Confirms)
                    found = await adapter.find(draft, Mark(ahead - timedelta(hours=2), dict(steps.done), published.id))
                    if found and found[0].final:
                        return found[0]
                    ahead += timedelta(seconds=30)
                except NotYet as wait:
                    ahead += timedelta(seconds=wait.seconds)
                except (RateLimited, Unavailable) as pause:
                    ahead += timedelta(seconds=getattr(pause, "retry_after", None) or 60)
        if published is not None:
            return published
        raise Unavailable("never finished", sent=False, code="never_finished")


def _unsendable(asset: Asset, place: Destination) -> bool:
    """What is neither picture nor film cannot be sent to most networks: there is no call for it."""
    return asset.kind not in ("image", "video") and place.provider.key != "reddit"


def _settings(place: Destination, number: int) -> dict[str, Any]:
    """What must be said; a subreddit takes a link once."""
    settings = users.required(place.provider, place.row.account_type)
    return settings | ({"subreddit": f"sub{number}"} if "subreddit" in settings else {})


def _meant(asset: Asset) -> str:
    if asset.kind == "image":
        return "a moving picture" if asset.frame_rate else "a picture"
    return "a film" if asset.kind == "video" else "a file"


def _seen(post: Seen) -> str:
    """How the public sees the one file of a post."""
    if not post.media:
        return "no file"
    [file] = post.media[:1]
    if file.get("shown"):
        return str(file["shown"])
    if file["kind"] == "image":
        return "a moving picture" if file.get("frames", 1) > 1 else "a picture"
    return "a film" if file["kind"] == "video" else "a file"  # of a link


@asynccontextmanager
async def house(folder: Path) -> AsyncIterator[House]:
    """An installation in this folder, whose networks fetch files from it as they would from its public address."""
    settings = Settings(data_dir=folder / "data", database_url=f"sqlite:///{folder / 'house.db'}", public_base_url=BASE_URL)
    async with opened(settings) as system:
        made = House(system, await member(system, "House"))
        transport, loop = httpx2.ASGITransport(app=build(system)), asyncio.get_running_loop()
        assert system.sandbox is not None
        async with httpx2.AsyncClient(transport=transport, base_url=BASE_URL) as public:

            def fetch(url: str) -> httpx2.Response:
                return asyncio.run_coroutine_threadsafe(public.get(url), loop).result(60)

            for network in system.sandbox.networks.values():
                network.fetch = fetch
            await made.connect()
            yield made


async def cells(
    made: House, files: Sequence[File], only: Mapping[str, Sequence[str]] | None = None
) -> AsyncIterator[tuple[File, str | list[Cell]]]:
    """Each file with its row of cells, or the code with which it was refused. `only`: the destinations of some files; all of the others."""
    for file in files:
        asset = await made.upload(file)
        if isinstance(asset, str):
            yield file, asset
            continue
        wanted = (only or {}).get(file.name) or [place.label for place in made.destinations]
        places = [place for place in made.destinations if place.label in wanted]
        yield file, [await made.cell(file, asset, place, policy) for place in places for policy in POLICIES]
