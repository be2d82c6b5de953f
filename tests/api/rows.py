"""Rows for tests of the API: a workspace's things, written straight into the tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from socialclaw.db.accounts import Account, Connection
from socialclaw.db.assets import Asset
from socialclaw.db.base import Scope, new_id, utc_now
from socialclaw.db.planning import Repeat
from socialclaw.db.posts import Attempt, Post, Run
from socialclaw.networks import providers


def account(scope: Scope, name: str = "acme", **changes: Any) -> Account:
    """An account of the first provider there is."""
    provider = providers()[min(providers())]
    target = provider.targets[0]
    handle = f"{(target.handles or (provider.key + ':',))[0]}{name}"
    fields = {"provider": provider.key, "handle": handle, "account_type": target.name, "external_id": name, "display_name": name}
    row = Account(id=new_id("acct"), **fields | changes)
    scope.add(row)
    scope.session.flush()
    return row


def connection(scope: Scope, of: Account) -> Connection:
    row = scope.add(Connection(id=new_id("conn"), provider=of.provider, status="connected", account_ids=[of.id], finished_at=utc_now()))
    of.connection_id = row.id
    scope.session.flush()
    return row


def run(scope: Scope, *, mode: str = "scheduled", posts: int = 1) -> Run:
    row = Run(id=new_id("run"), mode=mode, source_model="posts_v1", timezone="UTC", fingerprint="x", total_posts=posts)
    scope.add(row)
    scope.session.flush()
    return row


def post(scope: Scope, of: Account, within: Run, **changes: Any) -> Post:
    """A post due in an hour."""
    later = utc_now() + timedelta(hours=1)
    fields = {"account_id": of.id, "provider": of.provider, "account": of.handle, "run_id": within.id, "position": 0, "name": "Hello"}
    times = {
        "timezone": "UTC",
        "source_model": "posts_v1",
        "publish_at": later,
        "status": "scheduled",
        "next_at": later,
        "step_id": "post_1",
    }
    row = Post(id=new_id("post"), **fields | times | changes)
    scope.add(row)
    scope.session.flush()
    return row


def attempt(scope: Scope, of: Post, number: int = 1, **changes: Any) -> Attempt:
    fields = {
        "stage": "publish",
        "worker_id": "w",
        "finished_at": utc_now(),
        "ok": True,
        "code": "published",
        "retryable": False,
        "details": {},
    }
    row = Attempt(post_id=of.id, attempt_no=number, **fields | changes)
    of.attempt_count = number
    scope.session.add(row)
    scope.session.flush()
    return row


def asset(scope: Scope, filename: str = "a.png", **changes: Any) -> Asset:
    row_id = new_id("asset")
    fields = {"object_key": f"{scope.workspace_id}/{row_id}", "mime": "image/png", "kind": "image", "size": 100, "sha256": "0" * 64}
    row = scope.add(Asset(id=row_id, filename=filename, delivery_token=new_id("dlv"), **fields | changes))
    scope.session.flush()
    return row


def repeat(scope: Scope, of: Account, **changes: Any) -> Repeat:
    """A post that goes out on the first ten days of a far year."""
    first = datetime(2089, 1, 1, 9, tzinfo=UTC)
    fields = {"rule": "FREQ=DAILY;COUNT=10", "starts": "2089-01-01T09:00:00", "timezone": "UTC", "mode": "scheduled", "occurrences": 10}
    times = {"ends_at": first + timedelta(days=9), "following_at": first, "next_at": first - timedelta(days=30)}
    row = scope.add(Repeat(content={"account": of.handle, "description": "Hello"}, skipped=[], **fields | times | changes))
    scope.session.flush()
    return row
