"""A workspace in which something of everything is, and the words that tell of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from socialclaw.accounts.tokens import unseal
from socialclaw.db.accounts import Account, Connection
from socialclaw.db.analytics import Snapshot
from socialclaw.db.assets import Asset
from socialclaw.db.base import Scope
from socialclaw.db.grants import GrantToken
from socialclaw.db.people import AuditLine, Ticket
from socialclaw.db.posts import Lane, Post, Run
from socialclaw.db.workspaces import Answered, ApiKey
from socialclaw.grants import tokens
from socialclaw.grants.consent import Allowed
from socialclaw.media.cache import place
from socialclaw.people import drafts, ways_in
from socialclaw.publishing import slots
from socialclaw.settings import Settings
from socialclaw.system import System
from tests.conftest import Member, Person
from tests.erasure.witness import words_of
from tests.media.files import picture
from tests.publishing.conftest import desk
from tests.publishing.desk import Desk

__all__ = ["desk"]

SECRETIVE = "a-text-that-nobody-else-has"


@pytest.fixture
def settings(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    """With a bucket beside the folder, where a test asks for one."""
    if "s3" in request.fixturenames or (getattr(request.node, "callspec", None) and request.node.callspec.params.get("kept") == "s3"):
        return settings.model_copy(update={"storage": "s3", "s3": request.getfixturevalue("s3")})
    return settings


@dataclass
class Furnished:
    """What was made, and `words`: ids, names, texts, secrets of it, none of which may be left."""

    desk: Desk
    account: str
    published: str
    scheduled: str
    draft: str
    asset: str
    words: list[str] = field(default_factory=list)


async def furnish(desk: Desk, owner: Person, *, extra: int = 0) -> Furnished:
    """Accounts, posts that are out, wait and are drafts, a file, an open upload, a link, figures, an answered request, faults, growth."""
    system, workspace, api = desk.system, desk.workspace, desk.api
    account = await desk.connect("x", "ada")
    wordpress = await desk.connect("wordpress", "ada")
    handle = (await desk.account(account)).handle
    [published] = await desk.publish(handle, f"{SECRETIVE} published")
    await desk.work()
    assert (await desk.post(published))["status"] == "published"
    later = {"publishAt": "2044-01-01T00:00:00Z"}
    run = await desk.apply(
        {"account": handle, "description": f"{SECRETIVE} scheduled", **later},
        *({"account": handle, "description": f"{SECRETIVE} {number}", **later} for number in range(extra)),
        name="n",
    )
    scheduled = str(run["posts"][0]["id"])
    made = await api.post(
        "/v1/posts/apply", json={"schedule": {"mode": "draft", "posts": [{"account": handle, "description": SECRETIVE, **later}]}}
    )
    assert made.status_code == 201, made.text
    sent = await api.post(
        "/v1/assets/upload",
        files={"file": (f"{SECRETIVE}.png", picture("PNG", (64, 48), "RGB", 0), "image/png")},
        headers={"idempotency-key": SECRETIVE},
    )
    assert sent.status_code == 201, sent.text
    asset = str(sent.json()["asset"]["id"])
    begun = await api.post("/v1/assets/uploads", json={"filename": f"{SECRETIVE}.mp4", "size": 6 * 1024**2, "mime": "video/mp4"})
    assert begun.status_code == 201, begun.text
    await system.write(workspace.id, ways_in.invite, "viewer", "guest@example.org", by="owner", inviter=owner.id, test=True)
    assert (await api.post("/v1/analytics/refresh", json={"postId": published})).status_code == 200
    assert (await api.post("/v1/sandbox/networks/x/faults", json={"kind": "timeout", "times": 3})).status_code == 201
    grown = await api.put("/v1/sandbox/networks/x/growth", json={"followers": 2})
    assert grown.status_code == 200, grown.text
    await system.write(workspace.id, drafts.save, owner.id, "draft_her-diary", {"text": SECRETIVE}, None, test=True)
    await system.write(workspace.id, slots.keep, account, [570], test=True)
    client = (f"client_{SECRETIVE}", SECRETIVE, "client.example", "https://post.example/mcp", ("read",), None)
    await system.database.write(tokens.begin, system.settings, Allowed(workspace.id, owner.id, *client))
    _left_over(place(system.settings, asset, "small.webp"))
    found = Furnished(desk, account, published, scheduled, str(made.json()["posts"][0]["id"]), asset)
    found.words = await _words(system, workspace, [account, wordpress])
    return found


def _left_over(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"made of it")


async def _words(system: System, workspace: Member, accounts: Sequence[str]) -> list[str]:
    words = [workspace.id, workspace.name, workspace.secret, workspace.key_id, SECRETIVE, "guest@example.org"]
    columns: dict[Any, tuple[str, ...]] = {
        Account: ("id", "sealed"),
        Connection: ("id", "sealed", "state_digest"),
        ApiKey: ("id", "digest", "sealed"),
        GrantToken: ("id", "access_digest", "refresh_digest"),
        Run: ("id", "fingerprint"),
        Post: ("id", "provider_post_id", "network_key"),
        Asset: ("id", "object_key", "delivery_token", "sha256"),
        Answered: ("id", "sealed"),
        Ticket: ("id", "digest"),
        Snapshot: ("id",),
        AuditLine: ("id",),
    }
    for table, names in columns.items():
        words += await words_of(system, table, table.workspace_id == workspace.id, *names)
    words += await words_of(system, Lane, Lane.account_id.in_(accounts), "account_id")

    def secrets(scope: Scope) -> list[str]:
        rows = scope.session.scalars(select(Account).where(Account.id.in_(accounts)))
        return [secret for row in rows for secret in unseal(system.vault, row).values()]

    return words + await system.write(workspace.id, secrets, test=True)
