"""What a workspace has, on the wire: its plan, how that stands, and what can be bought."""

from __future__ import annotations

from typing import Any

from socialclaw.billing import counting, ledger, plans, registry, terms
from socialclaw.billing.subscriptions import APP_STORE, ENDED, GRANT, TRIAL, Standing, notices, paying
from socialclaw.billing.terms import Terms
from socialclaw.db.base import Scope, iso, utc_now
from socialclaw.settings import Settings

OVER = "over_account_limit"


def report(scope: Scope, settings: Settings, usage: dict[str, Any], *, pays: bool) -> dict[str, Any]:
    """`usage`: as `/v1/me/usage` has it. `pays`: for somebody who may buy, who sees the card."""
    enabled = terms.sold(settings, test=scope.test)
    rows, now = ledger.rows(scope.session, scope.workspace_id) if enabled else [], utc_now()
    standing = ledger.standing_of(rows, now)
    live, row = paying(rows, now), standing.row
    given = standing.source == GRANT and standing.entitled and not scope.test
    sells = registry.available(settings, test=scope.test) if enabled else {}
    billing = {
        "enabled": enabled,
        "plan": standing.plan,
        "status": standing.status,
        "entitled": standing.entitled,
        "code": standing.code,
        "source": standing.source,
        "interval": row.interval if row else None,
        **_times(standing),
        "cancelAtPeriodEnd": standing.entitled and standing.status == "canceled",
        "canCheckout": bool(sells) and not given and not any(one.source == APP_STORE for one in live),
        "canManage": bool(live),
        "testMode": scope.test or settings.billing.test_mode,
        "entitlements": usage["entitlements"],
        "usage": usage,
        "card": {"brand": row.card_brand, "lastFour": row.card_last_four} if pays and row and row.card_last_four else None,
        "notices": [*notices(rows, standing, now), *_over(scope, standing, settings)],
    }
    return {"billing": billing, "plans": plans.offered(standing.plan, available=sells) if enabled else []}


def _times(standing: Standing) -> dict[str, str | None]:
    """Each where it means something: the end of a trial, the next payment, the end of what is canceled, of the store's patience, of a
    pause."""
    row, status, entitled = standing.row or ledger.OWN, standing.status, standing.entitled
    ends = status == "canceled" or (entitled and row.source == GRANT and row is not ledger.OWN)
    meant = {
        "trialEndsAt": (row.until if row.source == TRIAL else row.renews_at) if row.status == "trialing" else None,
        "renewsAt": row.renews_at if entitled and status == "active" else None,
        "endsAt": row.until if ends else None,
        "graceEndsAt": row.until if entitled and status == "past_due" else None,
        "resumesAt": row.resumes_at if status == "paused" else None,
    }
    return {name: iso(at) if at and at != ENDED else None for name, at in meant.items()}


def _over(scope: Scope, standing: Standing, settings: Settings) -> list[dict[str, str]]:
    """Accounts beyond the plan's are kept, and nothing picks which of them should go."""
    plan = Terms(standing, scope.workspace_id, settings.base_url).plan
    if plan.connected_accounts is None or (used := counting.accounts_used(scope)) <= plan.connected_accounts:
        return []
    more = used - plan.connected_accounts
    message = f"The plan {plan.label} has {plan.connected_accounts} connected accounts, and {used} are: disconnect {more}, or upgrade"
    return [{"code": OVER, "message": message}]
