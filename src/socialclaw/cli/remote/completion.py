"""What a shell completes: accounts, runs and posts of the workspace, as they were within the last minute."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import typer

from socialclaw.cli.remote.profiles import FOLDER, Target, target

KEPT_SECONDS, PATIENCE_SECONDS = 60, 2.0
MOST = 100  # posts looked at


def handles(ctx: typer.Context, incomplete: str) -> list[str]:
    return _of(ctx, "accounts", "handle", incomplete)


def account_ids(ctx: typer.Context, incomplete: str) -> list[str]:
    return _of(ctx, "accounts", "id", incomplete)


def post_ids(ctx: typer.Context, incomplete: str) -> list[str]:
    return _of(ctx, "posts", "id", incomplete)


def run_ids(ctx: typer.Context, incomplete: str) -> list[str]:
    return _of(ctx, "posts", "runId", incomplete)


def _of(ctx: typer.Context, list_of: str, field: str, incomplete: str) -> list[str]:
    """Nothing where there is no key, no server, or no answer in time: whoever types is not held up, and told nothing."""
    with suppress(Exception):
        found = target(key=ctx.params.get("api_key"), base_url=ctx.params.get("base_url"), profile=ctx.params.get("profile"))
        if found.key:
            values = dict.fromkeys(str(row.get(field) or "") for row in _rows(found, list_of))
            return [value for value in values if value and value.startswith(incomplete)]
    return []


def _rows(found: Target, list_of: str) -> list[Any]:
    file = Path.home() / FOLDER / "completion.json"
    place = hashlib.sha256(f"{found.base_url} {found.key} {list_of}".encode()).hexdigest()
    kept: dict[str, Any] = {}
    with suppress(OSError, ValueError):
        kept = json.loads(file.read_text(encoding="utf-8"))
    if place not in kept or time.time() - kept[place]["at"] > KEPT_SECONDS:
        kept = {place: {"at": time.time(), "rows": _asked(found, list_of)}}
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.write_text(json.dumps(kept), encoding="utf-8")
    rows: list[Any] = kept[place]["rows"]
    return rows


def _asked(found: Target, list_of: str) -> list[Any]:
    from socialclaw.sdk import Client

    with Client(found.base_url, found.key, seconds=PATIENCE_SECONDS, retries=0) as client:
        ask: Callable[[], Any] = client.accounts if list_of == "accounts" else lambda: client.posts(limit=MOST)
        return [{name: row.get(name) for name in ("id", "handle", "runId")} for row in ask()[list_of]]
