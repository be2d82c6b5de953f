"""One installation, opened: its settings, database, vault, way out, storage, sandbox and queue. The API and the worker both hold one."""

from __future__ import annotations

import math
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

import httpx2
from sqlalchemy import select

from socialclaw.clock import act_for, acting
from socialclaw.db.base import Hint, Scope, utc_now
from socialclaw.db.database import Database
from socialclaw.db.workspaces import Workspace
from socialclaw.errors import NotReady
from socialclaw.events.feed import Feed
from socialclaw.events.sequencer import Sequencer
from socialclaw.issuers.apple.sandbox.simulator import AppleSandbox
from socialclaw.issuers.google.sandbox.simulator import GoogleSandbox
from socialclaw.listening.hub import Hub
from socialclaw.merchants.app_store.sandbox.simulator import AppStoreSandbox
from socialclaw.merchants.lemonsqueezy.sandbox.simulator import LemonSqueezySandbox
from socialclaw.networks import providers
from socialclaw.outbound import Outbound
from socialclaw.settings import Settings
from socialclaw.simulation import sandbox as simulated
from socialclaw.simulation.notices import Server, Telling
from socialclaw.simulation.passes import Doorkeeper
from socialclaw.simulation.simulator import Simulator
from socialclaw.simulation.store import Limits, Store
from socialclaw.storage.base import Storage
from socialclaw.storage.choice import storages
from socialclaw.vault import Vault

T = TypeVar("T")

CLOCK_SECONDS = 1.0
MOST_CLOCKS = 10_000


class HandOver(Protocol):
    """The queue, seen from whoever has work for it."""

    async def hand_over(self, hints: Iterable[Hint]) -> None: ...


class Shares(Protocol):
    """Who may use the database now, seen from whoever uses it for a workspace: a block waits for its turn."""

    def reading(self) -> AbstractAsyncContextManager[None]: ...

    def writing(self) -> AbstractAsyncContextManager[None]: ...


class NoShares:
    """Where nobody has to wait."""

    def reading(self) -> AbstractAsyncContextManager[None]:
        return _AT_ONCE

    writing = reading


_AT_ONCE = nullcontext()


class Stored(Protocol):
    """A row that says where its file is."""

    storage: Any


class NoQueue:
    """Where there is no queue in reach, the scan finds the work (within `scan_seconds`)."""

    async def hand_over(self, hints: Iterable[Hint]) -> None:
        return None


@dataclass
class System:
    """Everything that outlives a request. `storages`, by name, holds each that is set up; new files go to `storage`.

    `sandbox` is None where the simulators run in another process, or nowhere; `door` knows who may come to them.
    """

    settings: Settings
    database: Database
    vault: Vault
    outbound: Outbound
    storages: Mapping[str, Storage]
    sandbox: simulated.Sandbox | None
    door: Doorkeeper
    here: str = ""  # where this process itself listens, as it reaches itself; empty where it serves nothing
    queue: HandOver = field(default_factory=NoQueue)
    shares: Shares = field(default_factory=NoShares)
    hub: Hub = field(init=False)
    sequencer: Sequencer = field(init=False)
    feed: Feed = field(init=False)
    _tested: float = 0.0  # until when it is known whether there is a test workspace; for good, once there is one
    _clocks: dict[str, tuple[float, datetime | None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.hub = Hub(self.database, self.settings)
        self.sequencer = Sequencer(self.database)
        self.feed = Feed(self.database)
        self.sequencer.due = self._deliver

    @classmethod
    def open(cls, settings: Settings, *, here: str = "") -> System:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        vault = Vault.open(settings.key_file)
        door = Doorkeeper(sandbox_secrets(settings, vault))
        elsewhere = settings.sandbox_url or settings.sandbox == "off"
        sandbox = None if elsewhere else open_sandbox(settings, url=settings.base_url, here=here)
        transport: httpx2.AsyncBaseTransport = simulated.NoSandbox()
        if settings.sandbox != "off":
            transport = simulated.InProcess(sandbox) if sandbox else simulated.OverHTTP(settings.sandbox_url, door.secret)
        outbound = Outbound(sandbox=transport, connect_seconds=settings.connect_seconds, answer_seconds=settings.answer_seconds)
        kept = storages(settings, vault, outbound.storage)
        return cls(settings, Database(settings.database), vault, outbound, kept, sandbox, door, here)

    @property
    def storage(self) -> Storage:
        """Where new files go."""
        return self.storages[self.settings.storage]

    def storage_of(self, row: Stored) -> Storage:
        """Where the file of a row is. Raises NotReady where that storage is no longer set up."""
        if row.storage not in self.storages:
            raise NotReady(f"The file is in a storage that is not set up here: {row.storage}", code="storage_unavailable")
        return self.storages[row.storage]

    async def read(self, workspace_id: str, do: Callable[..., T], *args: Any, test: bool = False, **kwargs: Any) -> T:
        """Run a feature's database function `do(scope, …)` for one workspace."""
        async with self.shares.reading():
            return await self.database.read(lambda session: do(Scope(session, workspace_id, test=test), *args, **kwargs))

    async def write(self, workspace_id: str, do: Callable[..., T], *args: Any, test: bool = False, **kwargs: Any) -> T:
        """The same, committed; then what it left as hints is handed to the queue."""
        scopes: list[Scope] = []

        def run(session: object) -> T:
            scopes.append(Scope(session, workspace_id, test=test))  # type: ignore[arg-type]
            return do(scopes[-1], *args, **kwargs)

        async with self.shares.writing():
            result = await self.database.write(run)
        if scopes[-1].hints:
            await self.queue.hand_over(scopes[-1].hints)
        return result

    async def _deliver(self, endpoints: Sequence[str]) -> None:
        """A worker is to send what there is for these."""
        await self.queue.hand_over(Hint("deliver", endpoint, utc_now()) for endpoint in endpoints)

    async def clock(self, workspace_id: str) -> datetime | None:
        """Where a workspace's time stands; None where it runs. Up to CLOCK_SECONDS old where another process has moved it."""
        known = self._clocks.get(workspace_id)
        if known is None or known[0] <= time.monotonic():
            found = await self.database.read(lambda session: session.scalar(select(Workspace.clock_at).where(Workspace.id == workspace_id)))
            known = self.set_clock(workspace_id, found)
        return known[1]

    def set_clock(self, workspace_id: str, at: datetime | None) -> tuple[float, datetime | None]:
        """What this process takes a workspace's time to be from now on."""
        if len(self._clocks) >= MOST_CLOCKS:
            self._clocks.clear()
        known = self._clocks[workspace_id] = (time.monotonic() + CLOCK_SECONDS, at)
        return known

    async def rehearses(self) -> bool:
        """Whether the simulated networks are served: where the operator says so, or once there is a test workspace."""
        if self.settings.sandbox != "auto" or self.settings.sign_in.simulated:
            return self.settings.sandbox != "off"
        if self._tested <= time.monotonic():
            found = await self.database.read(lambda session: session.scalar(select(Workspace.id).where(Workspace.mode == "test").limit(1)))
            self._tested = math.inf if found else time.monotonic() + CLOCK_SECONDS
        return self._tested == math.inf

    @asynccontextmanager
    async def acting(self, workspace_id: str, *, test: bool) -> AsyncIterator[None]:
        """Within, we act for this workspace, at its time. Only test workspaces have a time, and networks, of their own."""
        who = acting()
        if not test or (who is not None and who.workspace_id == workspace_id):
            yield
            return
        with act_for(workspace_id, await self.clock(workspace_id)):
            yield

    def consent_link(self, url: str, workspace_id: str, *, test: bool, seconds: float) -> str:
        """Where a person gives consent: at the network, or for so long in the sandbox."""
        if not test:
            return url
        return simulated.route(url, self.settings.networks_url, self.door.sign(workspace_id, time.time() + seconds))

    def links(self, workspace_id: str, *, test: bool) -> str | None:
        """What replaces the scheme of a network's URL where people are to find it, or None where it stays as it is."""
        return simulated.place(self.settings.networks_url, self.door.sign(workspace_id)) if test else None

    def feed_link(self, workspace_id: str, network: str = "") -> str:
        """Where a person finds what a workspace has on the simulated networks, or on one of them."""
        place = f"{self.settings.networks_url}{simulated.AT}{self.door.sign(workspace_id)}/"
        return f"{place}{network}/" if network else place

    async def forget_world(self, world: str, naming: Sequence[str] = ()) -> None:
        """Have the simulated networks forget a world, or what in it has one of these texts. Raises NotReady where they are away."""
        if self.sandbox is not None:
            await self.sandbox.forget(world, naming)
        elif self.settings.sandbox_url:
            there = simulated.OverHTTP(self.settings.sandbox_url, self.door.secret)
            try:
                await there.forget(world, naming)
            except httpx2.HTTPError as error:
                message = (
                    f"The sandbox at {self.settings.sandbox_url} did not forget a workspace ({type(error).__name__}): it is asked again"
                )
                raise NotReady(message, code="sandbox_elsewhere") from error
            finally:
                await there.aclose()

    async def close(self) -> None:
        await self.sequencer.close()
        await self.hub.stop()
        await self.outbound.close()
        if self.sandbox is not None:
            self.sandbox.close()
        await self.database.close()


def sandbox_secrets(settings: Settings, vault: Vault | None = None) -> Sequence[str]:
    """What those who belong to this installation know its simulators by. Raises VaultError where nothing says it."""
    if given := settings.sandbox_secret.get_secret_value():
        return [given]
    return (vault or Vault.open(settings.key_file)).derived("the sandbox")


def open_sandbox(settings: Settings, *, url: str = "", here: str = "") -> simulated.Sandbox:
    """The simulators of this process, on the store in the data folder. Media is pulled over HTTP from our own server only.

    `url`: where people find them; `here`: where that server listens, if it is this process, which its public name may not lead to.
    """
    limits = Limits(
        settings.sandbox_workspace_bytes,
        settings.sandbox_total_bytes,
        settings.sandbox_workspace_upload_bytes,
        settings.sandbox_total_upload_bytes,
    )
    secrets, store = sandbox_secrets(settings), Store(settings.sandbox_file, limits)

    def reached(url: str) -> str:
        return here + url.removeprefix(settings.base_url) if here and url.startswith(f"{settings.base_url}/") else url

    def fetch(url: str) -> httpx2.Response:
        if not url.startswith(f"{settings.base_url}/"):
            raise httpx2.ConnectError(f"the sandbox has no internet; it only reaches {settings.base_url}")
        with httpx2.Client(trust_env=False, timeout=30) as client:
            answer = client.get(reached(url))
            led_to = answer.headers.get("location", "") if url.startswith(f"{settings.base_url}/media/") else ""
            return client.get(led_to) if answer.status_code == 307 and led_to else answer  # into the object storage

    def send(url: str, content: bytes, headers: Mapping[str, str]) -> httpx2.Response:
        with httpx2.Client(trust_env=False, timeout=30) as client:
            return client.post(reached(url), content=content, headers=dict(headers))

    server = Server(send, lambda purpose: Doorkeeper(secrets).derived(purpose)[0])

    def made(kind: type[Simulator]) -> Simulator:
        more: dict[str, Any] = {"server": server} if issubclass(kind, Telling) else {}
        return kind(store, fetch=fetch, app_url=settings.base_url, **more)

    networks = sorted({p.simulator for p in providers().values()}, key=lambda kind: kind.network)
    others = (GoogleSandbox, AppleSandbox, LemonSqueezySandbox, AppStoreSandbox)
    simulators = [made(kind) for kind in (*networks, *others)]
    return simulated.Sandbox(simulators, secrets=secrets, home=settings.base_url, url=url)
