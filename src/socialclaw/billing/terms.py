"""What a workspace's plan allows now. Asked where something is added, and before the first call of a post's attempt; what was accepted
and is under way is never asked again.

Where nothing is sold there are no terms, and nobody is asked: not by one statement.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from socialclaw.billing import ledger, plans
from socialclaw.billing.plans import Plan
from socialclaw.billing.subscriptions import Standing
from socialclaw.db.base import Scope
from socialclaw.db.workspaces import hold
from socialclaw.errors import PlanRequired
from socialclaw.settings import Settings

PRICING, BILLING = "/pricing", "/dashboard/billing"  # where to go on


def sold(settings: Settings, *, test: bool) -> bool:
    """Whether workspaces of this kind need a plan: live ones where there is a store, test ones where there is a simulated one."""
    return settings.billing.ready or settings.app_store.ready or (test and settings.billing.simulated)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a workspace has, and where it gets more."""

    standing: Standing
    workspace_id: str
    base_url: str

    @property
    def plan(self) -> Plan:
        """The plan whose limits count. One that nobody knows any more gives nothing."""
        return plans.PLANS.get(self.standing.plan or "", plans.NO_PLAN)

    def require(self) -> None:
        """PlanRequired where nothing may be added."""
        if not self.standing.entitled:
            raise self._refused()

    def upgrade(self, path: str = BILLING) -> dict[str, Any]:
        """`upgrade`, of this workspace."""
        return upgrade(self.base_url, self.workspace_id, path)

    def _refused(self) -> PlanRequired:
        """What is answered where the plan has ended, or there was none: with where to go on."""
        more: dict[str, Any] = {"plan": self.standing.plan, "subscriptionStatus": self.standing.status, **self.upgrade()}
        match self.standing.code:
            case "subscription_past_due":
                return PlanRequired("The subscription is not paid: update the payment method", code="subscription_past_due", **more)
            case "subscription_paused":
                return PlanRequired("The subscription is paused: resume it", code="subscription_paused", **more)
            case "subscription_canceled":
                return PlanRequired("The subscription was canceled, and has ended: choose a plan", code="subscription_canceled", **more)
            case "subscription_inactive":
                return PlanRequired("The subscription has ended: choose a plan", code="subscription_inactive", **more)
        return PlanRequired("This needs a plan, and the workspace has none: choose one", **more | self.upgrade(PRICING))


def of(scope: Scope, settings: Settings) -> Terms | None:
    """The caller's terms; None where there are none."""
    if not sold(settings, test=scope.test):
        return None
    return Terms(ledger.standing(scope.session, scope.workspace_id), scope.workspace_id, settings.base_url)


def held(scope: Scope, settings: Settings | None) -> Terms | None:
    """The same, and nobody else who adds to the workspace goes on until this transaction ends: it is the first thing to be done in one."""
    if settings is None or not sold(settings, test=scope.test):
        return None
    hold(scope)
    return of(scope, settings)


def require(scope: Scope, settings: Settings) -> None:
    """PlanRequired where the caller's workspace may add nothing."""
    if terms := of(scope, settings):
        terms.require()


def upgrade(base_url: str, workspace_id: str, path: str = BILLING) -> dict[str, Any]:
    """Where to go on: as the path that clients know, and as the address of this workspace's page, whichever was looked at last."""
    return {"upgradePath": path, "upgradeUrl": page(base_url, workspace_id)}


def page(base_url: str, workspace_id: str) -> str:
    """The address where a workspace's plan is bought and looked after."""
    return f"{base_url}/dashboard/w/{workspace_id}/billing"
