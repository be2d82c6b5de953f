"""docs/billing-states.md: what may be done in each state that a workspace's subscriptions can be in, from the function that decides it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from docs.generators.markdown import code, document, table
from docs.generators.openapi import document as openapi
from socialclaw.api.operation import NEEDS_PLAN
from socialclaw.billing.ledger import standing_of
from socialclaw.billing.subscriptions import APP_STORE, ENDED, GRANT, LEMON_SQUEEZY, TRIAL, Row, Standing, notices

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
LATER, SOON, LONG_AGO = NOW + timedelta(days=20), NOW + timedelta(days=2), NOW - timedelta(days=40)


def row(source: str, plan: str, status: str, until: datetime | None, at: datetime = NOW, **more: Any) -> Row:
    return Row(source, f"{source} {plan} {at:%m%d}", plan, status, until, at, **more)


# What a workspace can have: by its letter in the table, in words and as rows.
STATES: Mapping[str, tuple[str, Sequence[Row]]] = {
    "A": ("nothing: nobody has sold it anything", ()),
    "B": ("a grant of the operator, without an end", [row(GRANT, "pro", "active", None)]),
    "C": ("a grant that has ended", [row(GRANT, "pro", "active", LONG_AGO)]),
    "D": ("a trial", [row(TRIAL, "starter", "trialing", SOON)]),
    "E": ("a trial that is over, or was used up elsewhere", [row(TRIAL, "starter", "trialing", ENDED)]),
    "F": ("a trial of the store's", [row(LEMON_SQUEEZY, "plus", "trialing", LATER)]),
    "G": ("paid", [row(LEMON_SQUEEZY, "pro", "active", LATER, renews_at=LATER)]),
    "H": ("paid at the App Store", [row(APP_STORE, "plus", "active", LATER)]),
    "I": ("paid, but nobody could say for three days whether it was renewed", [row(LEMON_SQUEEZY, "pro", "active", LONG_AGO)]),
    "J": ("a payment failed, and the store tries again", [row(LEMON_SQUEEZY, "pro", "past_due", LATER)]),
    "K": ("the store has given up: unpaid", [row(LEMON_SQUEEZY, "pro", "past_due", ENDED)]),
    "L": ("paused, and free meanwhile", [row(LEMON_SQUEEZY, "pro", "paused", None)]),
    "M": ("paused", [row(LEMON_SQUEEZY, "pro", "paused", ENDED)]),
    "N": ("canceled, and paid until the end of the period", [row(LEMON_SQUEEZY, "pro", "canceled", SOON)]),
    "O": ("canceled, and over", [row(LEMON_SQUEEZY, "pro", "canceled", LONG_AGO)]),
    "P": ("expired or refunded", [row(APP_STORE, "plus", "inactive", ENDED)]),
    "Q": ("paid at both stores at once", [row(LEMON_SQUEEZY, "starter", "active", LATER), row(APP_STORE, "pro", "active", SOON)]),
    "R": (
        "expired at one store, paid at the other",
        [row(LEMON_SQUEEZY, "pro", "inactive", ENDED), row(APP_STORE, "plus", "active", LATER)],
    ),
}

INTRODUCTION = """Where plans are sold ([billing](billing.md)), an operation that adds something needs one. A workspace may be in one of
these states. Everything else (looking, signing in, canceling, deleting on a network, disconnecting, keys, exports, deleting the workspace,
support, billing itself) needs no plan in any of them. Where nothing is sold, everybody may do everything."""

WORKER = "a due post goes out"
EDIT = "`PATCH /v1/dashboard/posts/{postId}`, where it moves a post that counts"


def standing(letter: str) -> Standing:
    return standing_of(list(STATES[letter][1]), NOW)


def gated() -> list[str]:
    """The operations that need a plan, as method and path."""
    paths = asyncio.run(openapi())["paths"]
    return [f"{method.upper()} {path}" for path, item in sorted(paths.items()) for method, spec in item.items() if spec.get(NEEDS_PLAN)]


def page() -> str:
    found = {letter: standing(letter) for letter in STATES}
    states = [[letter, words, *_told(rows, found[letter])] for letter, (words, rows) in STATES.items()]
    marks = ["yes" if each.entitled else "402" for each in found.values()]
    calls = [[code(each), *marks] for each in gated()]
    calls += [[EDIT, *marks], [WORKER, *("yes" if each.entitled else "fails" for each in found.values())]]
    return document(
        "Billing states",
        INTRODUCTION,
        "## The states",
        table(["", "What the workspace has", "Plan", "Status", "Refused with", "Notices"], states),
        "## What may be done in them",
        "`402` is the answer, with the code above, and `details.upgradePath` and `details.upgradeUrl`. A post that fails so can be retried"
        " once there is a plan again.",
        table(["", *STATES], calls),
    )


def _told(rows: Sequence[Row], found: Standing) -> list[str]:
    said = notices(rows, found, NOW)
    return [
        code(found.plan) if found.plan else "",
        code(found.status),
        code(found.code) if found.code else "",
        ", ".join(code(each["code"]) for each in said),
    ]
