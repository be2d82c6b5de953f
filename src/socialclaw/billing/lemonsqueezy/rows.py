"""The row of a subscription, after what Lemon Squeezy says of it. Pure.

Its `updated_at` has whole seconds, and its webhooks come in any order, twice, or never. So what is older than what is known changes
nothing; where two differ within one second only the store knows which came last, and the row asks for it to be read; what is read wins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from socialclaw.billing.subscriptions import DUNNING, ENDED, LEMON_SQUEEZY, UNCONFIRMED, Row, entitled
from socialclaw.merchants.lemonsqueezy.resources import Subscription

Variants = Mapping[int, tuple[str, str]]
"""What each variant of a store sells: a plan, and its interval."""

NEWS_IS_LATE = timedelta(minutes=10)  # after something was to happen by itself, until it is looked at
AT_LEAST_EVERY = timedelta(hours=6)  # a live subscription is looked at
BETWEEN = timedelta(seconds=10)  # two readings of one subscription


def unknown(external_id: str, realm: str) -> Row:
    """A subscription of which we know that there is one, and nothing else."""
    return Row(LEMON_SQUEEZY, external_id, "", "inactive", ENDED, ENDED, realm, ask=True)


def following(old: Row | None, said: Subscription, variants: Variants, realm: str, *, read: bool, settled: bool = False) -> Row | None:
    """The row after this; None where nothing changes. `read`: it was asked for, and not sent. `settled`: there was no news between the
    asking and the answer, so that what is older than the row is not outdated: the row has what the store does not know."""
    if old is not None and said.updated_at < old.at and not settled:
        return None
    new = _row(old, said, variants, realm)
    if old is None or said.updated_at > old.at or read:
        return None if new == old else new
    return None if new == replace(old, ask=False) else replace(old, ask=True)


def _row(old: Row | None, said: Subscription, variants: Variants, realm: str) -> Row:
    plan, interval = variants.get(said.variant_id, ("", None))
    since = None
    if said.status == "past_due":
        since = old.since if old is not None and old.status == "past_due" and old.since else said.updated_at
    status, until = _standing(said, since)
    return Row(
        LEMON_SQUEEZY,
        said.id,
        plan,
        status,
        until if plan else ENDED,
        said.updated_at,
        realm,
        interval=interval,
        renews_at=said.renews_at if said.status in ("on_trial", "active", "past_due", "paused") else None,
        resumes_at=said.resumes_at,
        since=since,
        checkout_id=old.checkout_id if old is not None else None,
        card_brand=said.card_brand,
        card_last_four=said.card_last_four,
    )


def _standing(said: Subscription, since: datetime | None) -> tuple[str, datetime | None]:
    """What it is called here, and until when it gives something. A word that we do not know gives nothing."""
    match said.status:
        case "on_trial":
            return "trialing", _and(said.trial_ends_at or said.renews_at, UNCONFIRMED)
        case "active":
            return "active", _and(said.renews_at, UNCONFIRMED)
        case "past_due":  # renews_at is when they try again, and not when the period ends
            return "past_due", _and(since, DUNNING)
        case "unpaid":
            return "past_due", ENDED
        case "paused":
            return "paused", None if said.pause == "free" else ENDED
        case "cancelled":
            return "canceled", said.ends_at or ENDED
    return "inactive", ENDED


def _and(at: datetime | None, more: timedelta) -> datetime:
    return at + more if at is not None else ENDED


def next_reading(row: Row, now: datetime, *, rehearses: bool) -> datetime | None:
    """When to read it again; None where nothing of it can change any more, but by news.

    Where time stands nothing happens between the instants at which something was to happen, so that those are enough.
    """
    if row.ask:
        return now
    instants = [at + NEWS_IS_LATE for at in (row.renews_at, row.resumes_at, row.until) if at is not None]
    if not rehearses and (entitled(row, now) or row.status in ("past_due", "paused")):
        instants.append(now + AT_LEAST_EVERY)
    return min((at for at in instants if at > now), default=None)
