"""The stream of events: each as it happens, with its cursor, and on from there for whoever comes back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi import FastAPI

from socialclaw.api.events import Events
from socialclaw.app import build
from socialclaw.settings import Settings
from socialclaw.system import System
from socialclaw.workspaces import keys
from tests.api.test_live_hints import Stream, key, opened
from tests.conftest import Member, Person, cookie
from tests.events.followed import types

PATH = "/v1/events/stream"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"stream_seconds": 3600, "max_streams_per_caller": 2})


async def told(stream: Stream, count: int) -> list[dict[str, Any]]:
    """The next events."""
    found = []
    while len(found) < count:
        piece = await stream.piece()
        assert piece is not None, "the stream has ended"
        if piece.startswith(b"id: "):
            cursor, _, rest = piece.partition(b"\ndata: ")
            event = json.loads(rest)
            assert cursor == b"id: %d" % event["seq"]
            assert rest.endswith(b"\n\n")
            found.append(event)
    return found


async def make_key(system: System, workspace: Member, label: str) -> None:
    await system.write(workspace.id, keys.create, system.vault, label, test=True)


@pytest.mark.usefixtures("both_databases")
async def test_what_happens_is_told_in_its_order_and_gone_on_with_after_a_break(app: FastAPI, system: System, workspace: Member) -> None:
    async with opened(app, key(workspace), path=PATH) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        await make_key(system, workspace, "one")
        await make_key(system, workspace, "two")
        heard = await told(stream, 2)
        assert [event["data"]["key"]["label"] for event in heard] == ["one", "two"]
    await make_key(system, workspace, "three")
    await system.sequencer.settle()
    came_back = {**key(workspace), "last-event-id": str(heard[0]["seq"])}
    async with opened(app, came_back, path=PATH) as stream:
        assert [event["data"]["key"]["label"] for event in await told(stream, 2)] == ["two", "three"]


@pytest.mark.usefixtures("both_databases")
async def test_another_process_is_heard(settings: Settings, app: FastAPI, system: System, workspace: Member) -> None:
    await system.hub.open()
    elsewhere = System.open(settings)
    await elsewhere.hub.open()
    try:
        async with opened(app, key(workspace), path=PATH) as stream:
            await make_key(elsewhere, workspace, "from elsewhere")
            assert types(await told(stream, 1)) == ["key.created"]
    finally:
        await elsewhere.close()


async def test_only_what_is_asked_for_is_told(app: FastAPI, system: System, workspace: Member) -> None:
    async with opened(app, key(workspace), "types=key.revoked", path=PATH) as stream:
        await make_key(system, workspace, "unheard")
        row, _ = await system.write(workspace.id, keys.create, system.vault, "unheard too", test=True)
        await system.write(workspace.id, keys.revoke, row.id, test=True)
        [event] = await told(stream, 1)
        assert (event["type"], event["subject"]) == ("key.revoked", {"key": row.id})


async def test_a_stream_has_heartbeats_and_ends_with_its_key(
    app: FastAPI, system: System, workspace: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Events, "heartbeat", 0.05)
    row, secret = await system.write(workspace.id, keys.create, system.vault, "for a while", test=True)
    async with opened(app, {"authorization": f"Bearer {secret}"}, path=PATH) as stream:
        while await stream.piece() != b":\n\n":
            pass
        await system.write(workspace.id, keys.revoke, row.id, test=True)
        app.state.keyring.forget(row.id)
        while await stream.piece() is not None:
            pass


async def test_one_key_has_so_many_streams_whichever_they_are(app: FastAPI, workspace: Member) -> None:
    async with opened(app, key(workspace), path=PATH), opened(app, key(workspace)), opened(app, key(workspace), path=PATH) as third:
        assert third.status == 429
        assert json.loads(third.body)["code"] == "too_many_streams"


async def test_a_person_follows_the_workspace_that_the_address_names(
    app: FastAPI, system: System, workspace: Member, other_workspace: Member, owner: Person
) -> None:
    async with opened(app, cookie(owner.secret), f"workspace={workspace.id}", path=PATH) as stream:
        await make_key(system, workspace, "ours")
        assert (await told(stream, 1))[0]["workspace"] == workspace.id
    async with opened(app, cookie(owner.secret), f"workspace={other_workspace.id}", path=PATH) as stream:
        assert stream.status == 404


async def test_who_is_slow_holds_nothing_up_and_misses_nothing(settings: Settings, system: System, workspace: Member) -> None:
    app = build(system)
    async with opened(app, key(workspace), path=PATH) as slow, opened(app, key(workspace), path=PATH) as quick:
        slow.room.clear()
        for n in range(20):
            await make_key(system, workspace, f"key {n}")
        assert len(await told(quick, 20)) == 20
        slow.room.set()
        assert [event["data"]["key"]["label"] for event in await told(slow, 20)] == [f"key {n}" for n in range(20)]
