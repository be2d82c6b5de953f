"""A workspace's standing time: nothing happens while it stands, everything in order when it moves, and nobody else notices."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from socialclaw.analytics import collect
from socialclaw.db.base import Scope, iso, utc_now
from socialclaw.db.posts import Post
from socialclaw.jobs import scan
from socialclaw.system import System
from tests.accounts.world import connect_form, connect_x, network, row_of
from tests.conftest import Member, client, member

MakeScope = Callable[[object], Scope]
DAY = timedelta(days=1)

pytestmark = pytest.mark.usefixtures("both_databases")


@pytest.fixture
async def x(system: System, workspace: Member) -> str:
    return await connect_x(system, workspace.id)


async def frozen(api: httpx2.AsyncClient) -> datetime:
    answer = await api.post("/v1/sandbox/clock/freeze")
    assert answer.status_code == 200, answer.text
    assert answer.json()["clock"]["state"] == "frozen"
    return datetime.fromisoformat(answer.json()["clock"]["now"])


async def advance(api: httpx2.AsyncClient, **how: Any) -> dict[str, Any]:
    answer = await api.post("/v1/sandbox/clock/advance", json=how)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    assert told["rehearsed"]["complete"] is True
    return told


async def apply(api: httpx2.AsyncClient, *posts: dict[str, Any], **more: Any) -> list[str]:
    answer = await api.post("/v1/posts/apply", json={"schedule": {"posts": list(posts), **more}})
    assert answer.status_code == 201, answer.text
    return [post["id"] for post in answer.json()["posts"]]


async def post(api: httpx2.AsyncClient, post_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await api.get(f"/v1/posts/{post_id}")).json()["post"]
    return found


async def test_time_stands_until_it_is_moved(api: httpx2.AsyncClient, system: System, x: str) -> None:
    start = await frozen(api)
    [post_id] = await apply(api, {"account": x, "description": "Later", "publish_at": iso(start + 10 * DAY)})
    told = await advance(api, days=9)
    assert datetime.fromisoformat(told["clock"]["now"]) == start + 9 * DAY
    assert (await post(api, post_id))["status"] == "scheduled"
    told = await advance(api, to=iso(start + 11 * DAY))
    published = await post(api, post_id)
    assert published["status"] == "published"
    assert published["publishedAt"] == iso(start + 10 * DAY), "at its own instant, to the millisecond"
    assert told["rehearsed"]["outcomes"] == {"published": 1}
    [seen] = network(system, "x").seen()
    assert datetime.fromtimestamp(seen.created_at, UTC) == start + 10 * DAY


async def test_a_token_that_ends_on_the_way_is_refreshed(api: httpx2.AsyncClient, system: System, x: str) -> None:
    """X's access tokens live for two hours."""
    start = await frozen(api)
    before = (await row_of(system, x)).sealed
    [post_id] = await apply(api, {"account": x, "description": "In a month", "publish_at": iso(start + 30 * DAY)})
    await advance(api, days=31)
    assert (await post(api, post_id))["status"] == "published"
    row = await row_of(system, x)
    assert row.sealed != before
    assert row.status == "connected"


async def test_tokens_that_nobody_uses_are_renewed_once_a_day(api: httpx2.AsyncClient, system: System, x: str) -> None:
    """X's would be every hour and a half; at the end one has as long to live as it had at the beginning."""
    start = await frozen(api)
    before = await row_of(system, x)
    told = await advance(api, days=10)
    assert told["rehearsed"]["instants"] <= 2 * 11, "of renewals and of figures"
    after = await row_of(system, x)
    assert after.refresh_at is not None
    assert after.refresh_at > start + 10 * DAY
    assert after.sealed != before.sealed


async def test_posts_go_out_in_order_and_retries_take_their_time(api: httpx2.AsyncClient, system: System, x: str) -> None:
    start = await frozen(api)
    texts = [("first", 60), ("second", 120), ("third", 180)]
    ids = await apply(api, *({"account": x, "description": t, "publish_at": iso(start + timedelta(seconds=s))} for t, s in reversed(texts)))
    answer = await api.post("/v1/sandbox/networks/x/faults", json={"kind": "refuse"})
    assert answer.status_code == 201, answer.text
    told = await advance(api, hours=1)
    codes = [event["code"] for event in told["rehearsed"]["events"]]
    assert codes[0] == "provider_unavailable"
    assert codes.count("published") == 3
    first = await post(api, ids[0])
    assert first["attemptCount"] == 2
    assert datetime.fromisoformat(first["publishedAt"]) >= start + timedelta(seconds=60 + 55)
    assert [event["at"] for event in told["rehearsed"]["events"]] == sorted(event["at"] for event in told["rehearsed"]["events"])


async def test_a_lost_answer_is_looked_for_at_the_right_times(api: httpx2.AsyncClient, system: System, x: str) -> None:
    start = await frozen(api)
    [post_id] = await apply(api, {"account": x, "description": "Did it arrive?", "publish_at": iso(start + DAY)})
    await api.post("/v1/sandbox/networks/x/faults", json={"kind": "timeout_after"})
    await advance(api, days=2)
    found = await post(api, post_id)
    assert (found["status"], found["reconciliationStatus"]) == ("published", "confirmed")
    assert len(network(system, "x").seen()) == 1


async def test_figures_are_collected_on_the_way(api: httpx2.AsyncClient, x: str) -> None:
    start = await frozen(api)
    [post_id] = await apply(api, {"account": x, "description": "Watch me grow", "publish_at": iso(start + timedelta(hours=1))})
    growth = await api.put("/v1/sandbox/networks/x/growth", json={"metrics": 100})
    assert growth.json()["growth"] == {"metrics": 100, "followers": 1}
    told = {one["network"]: one["growth"] for one in (await api.get("/v1/sandbox")).json()["networks"]}
    assert (told["x"], told["linkedin"]) == (growth.json()["growth"], {"metrics": 1, "followers": 1})
    await advance(api, days=31)
    history = (await api.get(f"/v1/analytics/posts/{post_id}")).json()["history"]
    published = start + timedelta(hours=1)
    taken = [datetime.fromisoformat(snapshot["collectedAt"]) - published for snapshot in reversed(history)]
    assert taken == [timedelta(hours=1), DAY, 7 * DAY, 30 * DAY]
    views = [snapshot["metrics"]["impressions"] for snapshot in reversed(history)]
    assert views == sorted(views)
    assert views[-1] > 4_200, "more than any post has without growth"


async def test_no_worker_touches_what_stands(api: httpx2.AsyncClient, system: System, x: str) -> None:
    start = await frozen(api)
    await apply(api, {"account": x, "description": "Now"})
    later = utc_now() + DAY
    assert await system.database.read(scan.overdue, later, most=10) == []
    assert await system.database.read(scan.upcoming, start - DAY, later) == []
    assert await system.database.read(scan.refreshes, later + 300 * DAY, 10) == []
    assert await system.database.read(collect.due, later, 10) == []
    assert await system.database.read(scan.stuck, later) == 0
    telegram = await connect_form(system, (await row_of(system, x)).workspace_id, "telegram")
    assert (await row_of(system, telegram)).clocked, "connected while time stands"
    await api.post("/v1/sandbox/clock/resume")
    assert await system.database.read(scan.overdue, later, most=10) == [x]
    assert not (await row_of(system, telegram)).clocked


async def test_another_workspace_has_its_own_time_and_faults(
    app: Any, api: httpx2.AsyncClient, other_api: httpx2.AsyncClient, system: System, x: str, other_workspace: Member
) -> None:
    await frozen(api)
    theirs = (await other_api.get("/v1/sandbox/clock")).json()["clock"]
    assert theirs["state"] == "running"
    await api.post("/v1/sandbox/networks/x/faults", json={"kind": "error", "times": 5, "match": "*"})
    assert (await other_api.get("/v1/sandbox/faults")).json()["faults"] == []
    other_x = await connect_x(system, other_workspace.id, who="bob")
    row = await row_of(system, other_x)
    assert not row.clocked
    assert (await api.get("/v1/sandbox/faults")).json()["faults"][0]["times"] == 5, "their calls do not meet our faults"
    [armed] = (await api.get("/v1/sandbox/faults")).json()["faults"]
    other = (await api.post("/v1/sandbox/networks/linkedin/faults", json={"kind": "reset"})).json()["faults"][0]
    assert (await other_api.delete(f"/v1/sandbox/faults/{armed['id']}")).json()["code"] == "fault_not_found"
    assert (await api.delete(f"/v1/sandbox/faults/{armed['id']}")).json()["disarmed"] == 1
    assert (await api.delete(f"/v1/sandbox/faults/{armed['id']}")).status_code == 404, "there is none any more"
    assert (await api.get("/v1/sandbox/faults")).json()["faults"] == [other], "the others wait on"
    assert (await api.delete("/v1/sandbox/faults")).json()["disarmed"] == 1


async def test_a_live_workspace_has_no_sandbox(app: Any, system: System) -> None:
    live = await member(system, "Live", "live")
    async with client(app, live.secret) as api:
        for method, path in (
            ("GET", ""),
            ("GET", "/clock"),
            ("POST", "/clock/freeze"),
            ("DELETE", "/faults"),
            ("GET", "/networks/x/posts"),
        ):
            answer = await api.request(method, f"/v1/sandbox{path}")
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path


@pytest.mark.parametrize(
    "how",
    [{}, {"to": "2001-01-01T00:00:00Z"}, {"days": 401}, {"days": 399, "hours": 9000}, {"days": 1, "to": "2090-01-01T00:00:00Z"}, {"x": 1}],
)
async def test_the_clock_moves_forward_and_not_too_far(api: httpx2.AsyncClient, how: dict[str, Any]) -> None:
    await frozen(api)
    answer = await api.post("/v1/sandbox/clock/advance", json=how)
    assert answer.status_code == 422, answer.text


async def test_a_clock_is_frozen_once_and_moved_only_then(api: httpx2.AsyncClient) -> None:
    assert (await api.post("/v1/sandbox/clock/advance", json={"days": 1})).json()["code"] == "clock_running"
    await frozen(api)
    assert (await api.post("/v1/sandbox/clock/freeze")).json()["code"] == "clock_stopped"


async def test_a_clock_that_runs_again_tells_the_real_time_at_once(api: httpx2.AsyncClient) -> None:
    await frozen(api)
    ahead = datetime.fromisoformat((await advance(api, days=30))["clock"]["now"])
    clock = (await api.post("/v1/sandbox/clock/resume")).json()["clock"]
    assert clock["state"] == "running"
    assert datetime.fromisoformat(clock["now"]) < ahead - timedelta(days=29)


async def test_the_feed_is_ours_alone_and_can_be_cleared(api: httpx2.AsyncClient, other_api: httpx2.AsyncClient, x: str) -> None:
    await frozen(api)
    await apply(api, {"account": x, "description": "Look at me"})
    await advance(api, seconds=1)
    feed = (await api.get("/v1/sandbox/networks/x/posts")).json()
    assert (feed["total"], feed["posts"][0]["text"]) == (1, "Look at me")
    assert (await other_api.get("/v1/sandbox/networks/x/posts")).json()["posts"] == []
    assert (await other_api.delete("/v1/sandbox/networks/x/posts")).json()["removed"] == 0
    networks = {n["network"]: n for n in (await api.get("/v1/sandbox")).json()["networks"]}
    assert networks["x"]["posts"] == 1
    assert (await api.delete("/v1/sandbox/networks/x/posts")).json()["removed"] == 1
    assert (await api.get("/v1/sandbox/networks/x/posts")).json()["posts"] == []
    assert (await api.get("/v1/sandbox/networks/nonsense/posts")).json()["code"] == "network_not_found"
    wrong = await api.post("/v1/sandbox/networks/x/faults", json={"kind": "nonsense"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "fault_invalid")


async def test_a_post_that_was_being_worked_on_when_time_stopped_is_taken_later(
    api: httpx2.AsyncClient, system: System, x: str, scope: MakeScope
) -> None:
    """As if its worker had died right then."""
    start = await frozen(api)
    [post_id] = await apply(api, {"account": x, "description": "Held"})

    def hold(session: Any) -> None:
        from socialclaw.db.posts import Lane

        session.add(Lane(account_id=x, post_id=post_id, worker_id="elsewhere:1:a", until=start + timedelta(seconds=30)))
        row = session.get_one(Post, post_id)
        row.next_at, row.status, row.attempt_count = start + timedelta(seconds=30), "publishing", 1

    await system.database.write(hold)
    await advance(api, minutes=2)
    assert (await post(api, post_id))["status"] == "published"
