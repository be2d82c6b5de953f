"""The stream of live hints: what is told to whom, who may listen, how many, and when it ends."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from socialclaw.api.live_hints import Hints
from socialclaw.app import build
from socialclaw.db.posts import Post
from socialclaw.listening.hub import Hub, Listener
from socialclaw.listening.notifications import Notifications
from socialclaw.people import members, sessions
from socialclaw.settings import Settings
from socialclaw.system import System
from socialclaw.workspaces import keys
from tests.api import rows
from tests.conftest import BASE_URL, Member, Person, cookie, person

ALL = {"all": True}
LONG = 20.0
PATH = "/v1/dashboard/events"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    limits = {"stream_seconds": 3600, "max_streams": 5, "max_streams_per_workspace": 4, "max_streams_per_caller": 2}
    return settings.model_copy(update=limits)


class Stream:
    """An open answer of the app: its status, its headers, and its events as they come."""

    def __init__(self) -> None:
        self.status, self.headers = 0, dict[str, str]()
        self.begun = asyncio.Event()
        self._came: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.room = asyncio.Event()
        self.room.set()
        self.body = b""

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            self.begun.set()
            return
        await self.room.wait()
        self.body += message.get("body", b"")
        self._came.put_nowait(message.get("body", b""))
        if not message.get("more_body"):
            self._came.put_nowait(None)

    async def piece(self) -> bytes | None:
        """What comes next; None: the stream has ended."""
        async with asyncio.timeout(LONG):
            return await self._came.get()

    async def change(self) -> Any:
        """The next event's data; None where the stream has ended."""
        while piece := await self.piece():
            if piece.startswith(b"event: change\ndata: "):
                return json.loads(piece.partition(b"data: ")[2])
        return None

    def nothing_came(self) -> bool:
        return self._came.empty()


@asynccontextmanager
async def opened(app: FastAPI, headers: dict[str, str], query: str = "", *, path: str = PATH) -> AsyncIterator[Stream]:
    """A reader, who hangs up at the end."""
    stream, gone = Stream(), asyncio.Event()
    asked = False

    async def receive() -> Any:
        nonlocal asked
        if not asked:
            asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await gone.wait()
        return {"type": "http.disconnect"}

    given = [(name.encode(), value.encode()) for name, value in {"host": BASE_URL.partition("//")[2], **headers}.items()]
    scope = {
        **{"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "root_path": ""},
        **{
            "query_string": query.encode(),
            "headers": given,
            "scheme": "http",
            "server": ("socialclaw.test", 80),
            "client": ("10.0.0.1", 1),
        },
        **{"http_version": "1.1", "asgi": {"version": "3.0", "spec_version": "2.3"}},
    }
    answering = asyncio.create_task(app(scope, receive, stream.send))
    try:
        async with asyncio.timeout(LONG):
            await stream.begun.wait()
        yield stream
    finally:
        gone.set()
        stream.room.set()
        async with asyncio.timeout(LONG):
            await answering


def key(of: Member) -> dict[str, str]:
    return {"authorization": f"Bearer {of.secret}"}


async def changed(system: System, workspace: Member, do: Callable[[Any], Any]) -> None:
    await system.write(workspace.id, do, test=True)


async def test_what_is_told_of_posts_is_told_of_their_runs(app: FastAPI, system: System, workspace: Member) -> None:
    """A list of runs shows how far each is, which is what its posts are."""
    made = await system.write(workspace.id, lambda scope: rows.post(scope, rows.account(scope), rows.run(scope)).id, test=True)
    async with opened(app, key(workspace)) as stream:
        assert await stream.change() == ALL
        await changed(system, workspace, lambda scope: setattr(scope.one(Post, made), "name", "Another"))
        assert await stream.change() == {"kinds": ["posts", "runs"]}


@pytest.mark.usefixtures("both_databases")
async def test_a_reader_is_told_the_kinds_that_changed_and_a_reader_of_another_workspace_nothing(
    app: FastAPI, system: System, workspace: Member, other_workspace: Member
) -> None:
    async with opened(app, key(workspace)) as ours, opened(app, key(other_workspace)) as theirs:
        assert re.fullmatch(rb"retry: [123]\d{3}\n\n", await ours.piece())
        assert (await ours.change(), await theirs.change()) == (ALL, ALL)
        await changed(system, workspace, lambda scope: rows.post(scope, rows.account(scope, "acme"), rows.run(scope)))
        assert await ours.change() == {"kinds": ["accounts", "posts", "runs"]}
        await changed(system, workspace, rows.asset)
        assert await ours.change() == {"kinds": ["assets"]}
        await changed(system, other_workspace, rows.asset)
        assert await theirs.change() == {"kinds": ["assets"]}, "its first one since the beginning"


async def test_it_is_a_stream_that_nobody_between_keeps_packs_or_holds_back(app: FastAPI, workspace: Member) -> None:
    async with opened(app, {**key(workspace), "accept-encoding": "gzip, br"}) as stream:
        assert stream.status == 200
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert stream.headers["cache-control"] == "no-store, no-transform"
        assert stream.headers["x-accel-buffering"] == "no"
        assert "content-encoding" not in stream.headers
        assert "content-length" not in stream.headers
        assert re.fullmatch(rb"retry: [123]\d{3}\n\n", await stream.piece()), "said at once, and readable"


async def test_a_quiet_stream_says_that_it_is_alive(app: FastAPI, workspace: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Hints, "heartbeat", 0.05)
    async with opened(app, key(workspace)) as stream:
        assert await stream.change() == ALL
        assert [await stream.piece() for _ in range(3)] == [b":\n\n"] * 3


async def test_what_a_slow_reader_has_not_taken_becomes_one_hint(app: FastAPI, system: System, workspace: Member) -> None:
    async with opened(app, key(workspace)) as slow, opened(app, key(workspace)) as quick:
        assert (await slow.change(), await quick.change()) == (ALL, ALL)
        slow.room.clear()
        for _ in range(30):
            await changed(system, workspace, rows.asset)
            await changed(system, workspace, rows.run)
            assert await quick.change()
        assert slow.nothing_came()
        slow.room.set()
        first = await slow.change()
        assert first in ({"kinds": ["assets"]}, {"kinds": ["assets", "runs"]})
        assert await slow.change() == {"kinds": ["assets", "runs"]}
        assert slow.nothing_came()


@pytest.mark.usefixtures("both_databases")
async def test_the_stream_of_a_session_ends_with_it(app: FastAPI, system: System, workspace: Member, owner: Person) -> None:
    async with opened(app, cookie(owner.secret)) as stream:
        assert await stream.change() == ALL
        await system.database.write(sessions.end, owner.id, owner.session_id)
        assert await stream.change() is None


async def test_the_stream_of_somebody_who_is_removed_ends_and_that_of_others_goes_on(
    app: FastAPI, system: System, workspace: Member, owner: Person
) -> None:
    someone = await person(system, (workspace.id, "viewer"))
    async with opened(app, cookie(someone.secret)) as theirs, opened(app, cookie(owner.secret)) as ours:
        assert (await theirs.change(), await ours.change()) == (ALL, ALL)
        await system.write(workspace.id, members.remove, someone.id, by="owner", test=True)
        assert await theirs.change() is None
        assert await ours.change() == {"kinds": ["drafts", "members"]}, "what they were writing goes with them"


async def test_the_stream_of_a_key_ends_when_it_is_revoked(app: FastAPI, system: System, workspace: Member) -> None:
    async with opened(app, key(workspace)) as stream:
        assert await stream.change() == ALL
        await system.write(workspace.id, keys.revoke, workspace.key_id, test=True)
        assert await stream.change() is None


async def test_a_session_names_its_workspace_in_the_address(
    app: FastAPI, system: System, workspace: Member, other_workspace: Member
) -> None:
    someone = await person(system, (workspace.id, "viewer"), (other_workspace.id, "viewer"))
    async with opened(app, cookie(someone.secret), f"workspace={other_workspace.id}") as stream:
        assert await stream.change() == ALL
        await changed(system, workspace, rows.run)
        await changed(system, other_workspace, rows.asset)
        assert await stream.change() == {"kinds": ["assets"]}
    stranger = await person(system, (workspace.id, "viewer"))
    async with opened(app, cookie(stranger.secret), f"workspace={other_workspace.id}") as refused:
        await refused.piece()
        assert (refused.status, json.loads(refused.body)["code"]) == (404, "workspace_not_found")


async def test_only_so_many_streams_are_open_and_a_place_is_free_again_when_a_reader_leaves(
    app: FastAPI, system: System, workspace: Member, other_workspace: Member
) -> None:
    people = [await person(system, (workspace.id, "viewer"), (other_workspace.id, "viewer")) for _ in range(3)]

    @asynccontextmanager
    async def status(who: dict[str, str], of: Member) -> AsyncIterator[int]:
        async with opened(app, who, f"workspace={of.id}") as stream:
            assert stream.status == 200 or json.loads(await stream.piece() or b"")["code"] == "too_many_streams"
            assert stream.status == 200 or "retry-after" in stream.headers
            yield stream.status

    first, second, third = (cookie(one.secret) for one in people)
    async with (
        status(first, workspace) as a,
        status(first, workspace) as b,
        status(first, other_workspace) as more_of_the_caller,
        status(second, workspace) as c,
        status(second, workspace) as d,
        status(third, workspace) as more_of_the_workspace,
        status(third, other_workspace) as e,
        status(third, other_workspace) as more_in_all,
    ):
        assert (a, b, c, d, e) == (200,) * 5
        assert (more_of_the_caller, more_of_the_workspace, more_in_all) == (429,) * 3
    async with status(third, workspace) as again:
        assert again == 200


async def test_all_streams_end_when_the_server_stops_and_none_begins(app: FastAPI, system: System, workspace: Member) -> None:
    async with opened(app, key(workspace)) as stream:
        assert await stream.change() == ALL
        system.hub.close()
        assert await stream.change() is None
    async with opened(app, key(workspace)) as late:
        assert late.status == 503


async def test_a_stream_has_an_end_after_which_its_reader_connects_again(system: System, workspace: Member) -> None:
    system.settings = system.settings.model_copy(update={"stream_seconds": 0.3})
    app = build(system)
    async with app.router.lifespan_context(app), opened(app, key(workspace)) as stream:
        assert await stream.change() == ALL
        assert await stream.change() is None


async def test_a_reader_who_leaves_is_forgotten(app: FastAPI, system: System, workspace: Member) -> None:
    hub: Hub = system.hub
    async with opened(app, key(workspace)):
        assert hub.wanted()
    assert not hub.wanted(), "and with the last one, all that was done for them"


@pytest.mark.usefixtures("both_databases")
async def test_a_connection_for_hints_that_is_lost_is_made_again_and_what_was_missed_is_told(
    system: System, settings: Settings, workspace: Member, both_databases: str
) -> None:
    """Of another process, which is another installation on the same database here. SQLite has no such connection to lose."""
    elsewhere = System.open(settings)
    try:
        await system.hub.open()
        await elsewhere.hub.open()
        listener = system.hub.enter("somebody", workspace.id)
        await _until_heard(elsewhere, listener, workspace)
        if both_databases == "postgresql":
            relay = system.hub._relay
            assert isinstance(relay, Notifications)
            assert relay._connection is not None
            lost = relay._connection.get_server_pid()
            await system.database.write(lambda session: session.execute(text(f"SELECT pg_terminate_backend({lost})")))
            while listener.take() is not None:  # None: anything may have changed
                await listener.wait(LONG)
            assert relay._connection is not None
            assert relay._connection.get_server_pid() != lost
        await _until_heard(elsewhere, listener, workspace)
    finally:
        await elsewhere.close()


async def _until_heard(elsewhere: System, listener: Listener, workspace: Member) -> None:
    """Another process writes until it is heard: whether somebody listens it learns a moment after they have begun."""
    async with asyncio.timeout(LONG):
        while True:
            await changed(elsewhere, workspace, rows.asset)
            await listener.wait(0.5)
            if listener.take() == ["assets"]:
                return
