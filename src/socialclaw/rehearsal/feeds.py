"""What a workspace has on the simulated networks: its posts as the public sees them, its faults, its growth.

Each test workspace has a world of its own there, and sees and changes of it what belongs to accounts that it has connected.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select

from socialclaw.db.accounts import Account
from socialclaw.db.base import Scope, utc_now
from socialclaw.errors import InvalidRequest, NotFound, NotReady
from socialclaw.networks import providers
from socialclaw.simulation.connected_apps import ConnectedApps
from socialclaw.simulation.faults import FAULTS
from socialclaw.simulation.sandbox import Sandbox
from socialclaw.simulation.simulator import Simulator
from socialclaw.simulation.store import Seen
from socialclaw.simulation.worlds import Caller, within
from socialclaw.system import System


@dataclass(frozen=True, slots=True)
class Feed:
    """One simulated network, seen by one workspace. Blocking: call its methods in a thread."""

    simulator: Simulator
    workspace_id: str
    accounts: frozenset[str]  # under which the public sees what the workspace publishes

    def posts(self, *, limit: int) -> list[dict[str, Any]]:
        """The latest posts, newest first; deleted ones are not among them."""
        with within(Caller(self.workspace_id)), self.simulator.store.lock:
            seen = [post for account in sorted(self.accounts) for post in self.simulator.shelf.posts(account=account, limit=limit)]
            seen.sort(key=lambda post: post.created_at, reverse=True)
            return [seen_wire(self.simulator, post) for post in seen[:limit]]

    def count(self) -> int:
        with within(Caller(self.workspace_id)), self.simulator.store.lock:
            return sum(len(self.simulator.shelf.posts(account=account)) for account in self.accounts)

    def clear(self) -> int:
        """Take every post of the workspace's accounts down; how many there were."""
        shelf, gone = self.simulator.shelf, 0
        with within(Caller(self.workspace_id)), self.simulator.store.transaction():
            for account in self.accounts:
                for post in shelf.posts(account=account):
                    gone += shelf.remove_post(post.id, self.simulator.clock(), account=account)
        return gone

    def arm(self, kind: str, match: str, *, times: int, seconds: float) -> None:
        """Let a fault meet the workspace's next calls; InvalidRequest where there is no such one, or `match` cannot be taken as it is."""
        try:
            self.simulator.fail(kind, match, times=times, seconds=seconds, workspace=self.workspace_id)
        except ValueError as error:
            raise InvalidRequest(str(error), code="fault_invalid", allowed=[*FAULTS, *self.simulator.own_faults]) from error

    def armed(self) -> list[dict[str, Any]]:
        network, found = self.simulator.network, self.simulator.shelf.faults_of(self.workspace_id)
        return [{"id": f"fault_{fault.pop('number')}", "network": network, **fault} for fault in found]

    def disarm(self, fault_id: str | None = None) -> int:
        """Forget the faults, or this one; how many. What stands for something else among them is none."""
        if fault_id is None:
            return self.simulator.shelf.disarm(self.workspace_id)
        known = {f"fault_{fault['number']}": fault["number"] for fault in self.simulator.shelf.faults_of(self.workspace_id)}
        return self.simulator.shelf.disarm(self.workspace_id, known[fault_id]) if fault_id in known else 0

    def grow(self, factors: dict[str, float]) -> dict[str, float]:
        """Set how much faster than usual figures grow; what is not named stays."""
        with within(Caller(self.workspace_id)), self.simulator.store.transaction():
            known = self._growth() | factors
            self.simulator.shelf.put("growth", self.workspace_id, known)
        return known

    def growth(self) -> dict[str, float]:
        """How much faster than usual figures grow."""
        with within(Caller(self.workspace_id)), self.simulator.store.lock:
            return self._growth()

    def _growth(self) -> dict[str, float]:
        return {"metrics": 1.0, "followers": 1.0} | (self.simulator.shelf.get("growth", self.workspace_id) or {})

    def furnish(self, login: str, count: int) -> None:
        """Let a user there have so many destinations; InvalidRequest where that cannot be."""
        try:
            with within(Caller(self.workspace_id)):
                self.simulator.furnish(login, count)
        except ValueError as error:
            raise InvalidRequest(str(error), code="sandbox_destinations_invalid") from error

    @property
    def apps_pages(self) -> Sequence[str]:
        """Where users of the network see which apps have access to their accounts."""
        return [*self.simulator.apps_pages.values()] if isinstance(self.simulator, ConnectedApps) else []

    def remove_app(self, account: Account, *, erase: bool) -> int:
        """Let who opened this account remove the app there, and have the server told of it; how much of that it has not taken yet."""
        if not isinstance(self.simulator, ConnectedApps):
            raise InvalidRequest(f"{self.simulator.label or self.simulator.network} tells no app of that", code="sandbox_app_not_told")
        try:
            with within(Caller(self.workspace_id, utc_now().timestamp())):
                self.simulator.remove_behind(account.provider, account.external_id, erase=erase)
                return self.simulator.deliver()
        except ValueError as error:
            raise InvalidRequest(str(error), code="sandbox_app_not_told") from error


def sandbox(system: System) -> Sandbox:
    """The simulators; Conflict-like NotReady where they run in another process, whose own control page is the place for this."""
    if system.sandbox is None:
        message = f"The simulators run elsewhere ({system.settings.sandbox_url}): feeds, faults and growth are not available here"
        raise NotReady(message, code="sandbox_elsewhere", status=409)
    return system.sandbox


async def feeds(system: System, workspace_id: str, network: str | None = None) -> Sequence[Feed]:
    """The workspace's view of every simulated network, or of one; NotFound `network_not_found`.

    Those who only sign people in are among them: their calls meet faults too.
    """
    networks = sandbox(system).simulators
    if network is not None and network not in networks:
        raise NotFound(f"There is no simulated network {network[:40]!r}; there are: {', '.join(networks)}", code="network_not_found")
    targets = await system.read(workspace_id, _targets, test=True)
    wanted = [networks[network]] if network else list(networks.values())
    return [Feed(s, workspace_id, frozenset(s.public_account(t) for t in targets.get(s.network, ()))) for s in wanted]


def _targets(scope: Scope) -> dict[str, list[str]]:
    """The network's ids of the workspace's destinations, by network."""
    found: dict[str, list[str]] = {}
    for provider, external_id in scope.session.execute(
        select(Account.provider, Account.external_id).where(Account.workspace_id == scope.workspace_id)
    ):
        found.setdefault(providers()[provider].network, []).append(external_id)
    return found


def seen_wire(simulator: Simulator, post: Seen) -> dict[str, Any]:
    """A post of a simulated network on the wire; times are seconds since the epoch there."""
    shown = asdict(post)
    return {
        "network": simulator.network,
        "id": shown["id"],
        "account": simulator.called(post.account),
        "text": shown["text"],
        "media": list(shown["media"]),
        "replyTo": shown["reply_to"],
        "url": shown["url"],
        "createdAt": shown["created_at"],
    }
