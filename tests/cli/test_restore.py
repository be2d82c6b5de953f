"""A backup is restored as docs/howto/backup-and-restore.md tells it: what went out after it was made does not go out again."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from socialclaw.db.base import iso, utc_now
from tests.cli.processes import BOUND_SECONDS, run, started

pytestmark = pytest.mark.xdist_group("up")

QUICK = {"SOCIALCLAW_SETTLE_SECONDS": "1", "SOCIALCLAW_HONOUR_QUOTAS": "false"}
HANDLES = ("x:@", "facebook:page:")
EACH = 10  # posts of a handle in each half


def until(what: Callable[[], Any], message: str) -> None:
    end = time.monotonic() + BOUND_SECONDS
    while not what():
        assert time.monotonic() < end, message
        time.sleep(0.1)


def statuses(api: httpx2.Client) -> Counter[str]:
    return Counter(post["status"] for post in api.get("/v1/posts", params={"limit": 500}).json()["posts"])


def seen(folder: Path) -> list[str]:
    """What the public of the simulated networks saw, at any time."""
    with closing(sqlite3.connect(folder / "sandbox.db")) as witness:
        return sorted(text for (text,) in witness.execute("SELECT text FROM posts"))


def schedule(api: httpx2.Client, half: str, *, in_seconds: float) -> None:
    accounts = [account["id"] for account in api.get("/v1/accounts").json()["accounts"] if account["handle"].startswith(HANDLES)]
    at = iso(utc_now() + timedelta(seconds=in_seconds))
    posts = [
        {"account": account, "description": f"{half} {number} of {account}", "publish_at": at}
        for account in accounts[: len(HANDLES)]
        for number in range(EACH)
    ]
    answer = api.post("/v1/posts/apply", json={"timezone": "UTC", "posts": posts})
    assert answer.status_code == 201, answer.text


def test_after_a_restore_nothing_goes_out_twice_and_nothing_is_lost(tmp_path: Path) -> None:
    folder, backup = tmp_path / "data", tmp_path / "backup.db"
    with started("up", "--no-tour", "--port", "0", "--data-dir", folder, **QUICK) as up:
        base, key = up.until(r"Base URL +(http://127\.0\.0\.1:\d+)$")[1], up.until(r"(sc_test_[\w-]{32})$")[1]
        up.until(r"^Running")
        with httpx2.Client(base_url=base, headers={"authorization": f"Bearer {key}"}) as api:
            schedule(api, "First", in_seconds=10)
            schedule(api, "Second", in_seconds=3600)
            with closing(sqlite3.connect(folder / "socialclaw.db")) as live, closing(sqlite3.connect(backup)) as copy:
                live.backup(copy)
            assert seen(folder) == [], "the backup is older than anything that went out"
            until(lambda: statuses(api)["published"] == EACH * 2, "the first half did not go out")
        up.stop()
    assert len(seen(folder)) == EACH * 2
    for left in folder.glob("socialclaw.db*"):
        left.unlink()
    shutil.copy(backup, folder / "socialclaw.db")
    with closing(sqlite3.connect(folder / "socialclaw.db")) as database:  # the second half has become due meanwhile
        database.execute("UPDATE posts SET publish_at = (SELECT min(publish_at) FROM posts), next_at = (SELECT min(next_at) FROM posts)")
        database.commit()

    with started("serve", "--hold", "--port", "0", "--data-dir", folder, **QUICK) as serve:
        base = serve.until(r"API on (http://127\.0\.0\.1:\d+)")[1]
        with httpx2.Client(base_url=base, headers={"authorization": f"Bearer {key}"}) as api:
            until(lambda: api.get("/health").json()["worker"]["alive"], "the worker did not come up")
            assert api.get("/health").json()["worker"]["heldSince"]
            listed = json.loads(run("posts", "due", "--json", "--data-dir", folder, **QUICK).stdout)
            assert len(listed["posts"]) == EACH * 4
            time.sleep(2)  # two turns of the scan: a worker that were not held would have published all of it
            assert statuses(api) == {"scheduled": EACH * 4}
            released = run("posts", "release", "--data-dir", folder, **QUICK)
            assert re.search(rf"Released: {EACH * 4} looked for first", released.stdout), released.stdout + released.stderr
            until(lambda: statuses(api)["published"] == EACH * 4, f"not all went out: {statuses(api)}")
        serve.stop()
    texts = seen(folder)
    assert len(set(texts)) == EACH * 4, "none is lost"
    assert len(texts) == EACH * 4, "none went out twice"
