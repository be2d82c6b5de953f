"""The plans, as data. `self_hosted` is what every workspace has that nobody sells anything to: it has no limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from socialclaw.errors import InvalidRequest

INTERVALS = ("monthly", "yearly")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a plan allows; None is no limit. `rank`: a larger plan has a larger one. `prices`: by interval, in US cents; list prices,
    so what a store charges is what counts."""

    id: str
    label: str
    rank: int
    connected_accounts: int | None
    posts_per_month: int | None
    prices: Mapping[str, int]

    @property
    def limits(self) -> dict[str, int | None]:
        """On the wire."""
        return {"connectedAccounts": self.connected_accounts, "postsPerMonth": self.posts_per_month}


STARTER = Plan("starter", "Starter", 1, 3, 200, {"monthly": 1500, "yearly": 14400})
STARTUP = Plan("startup", "Startup", 2, 6, 400, {"monthly": 2900, "yearly": 27840})
PLUS = Plan("plus", "Plus", 3, 20, 1000, {"monthly": 6700, "yearly": 64320})
PRO = Plan("pro", "Pro", 4, 50, 2500, {"monthly": 9900, "yearly": 95040})
SELF_HOSTED = Plan("self_hosted", "Self-hosted", 9, None, None, {})

SOLD: Mapping[str, Plan] = {plan.id: plan for plan in (STARTER, STARTUP, PLUS, PRO)}
NO_PLAN = Plan("none", "No plan", 0, 0, 0, {})  # what one is that nobody knows any more
PLANS: Mapping[str, Plan] = {**SOLD, SELF_HOSTED.id: SELF_HOSTED}


def rank(plan_id: str | None) -> int:
    """The rank of a plan; 0 of what is none."""
    return PLANS.get(plan_id or "", NO_PLAN).rank


def sold(plan_id: str) -> Plan:
    """A plan that is sold, or InvalidRequest `plan_unknown`."""
    return _one_of(SOLD, plan_id)


def known(plan_id: str) -> Plan:
    """Any plan, or InvalidRequest `plan_unknown`."""
    return _one_of(PLANS, plan_id)


def interval(word: str) -> str:
    """`monthly` or `yearly`, or InvalidRequest `billing_interval_invalid`."""
    if word not in INTERVALS:
        message = f"Unknown billing interval {word!r}; allowed: {', '.join(INTERVALS)}"
        raise InvalidRequest(message, code="billing_interval_invalid", path="billingInterval", allowed=list(INTERVALS))
    return word


def _one_of(plans: Mapping[str, Plan], plan_id: str) -> Plan:
    if plan_id not in plans:
        message = f"Unknown plan {plan_id!r}; allowed: {', '.join(plans)}"
        raise InvalidRequest(message, code="plan_unknown", path="plan", allowed=list(plans))
    return plans[plan_id]


def offered(current: str | None, *, available: Mapping[tuple[str, str], bool]) -> list[dict[str, Any]]:
    """The plans that are sold, on the wire, and which of them is the current one. `available`: by plan and interval, what a store sells."""
    return [
        {
            "id": plan.id,
            "label": plan.label,
            "rank": plan.rank,
            "limits": plan.limits,
            **{each: _price(plan.prices[each], available.get((plan.id, each), False)) for each in INTERVALS},
            "current": plan.id == current,
        }
        for plan in SOLD.values()
    ]


def _price(cents: int, available: bool) -> dict[str, Any]:
    return {"amount": cents, "currency": "USD", "formatted": f"${cents / 100:,.2f}", "available": available}
