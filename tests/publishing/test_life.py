"""The life of a post, against a small model of it: whatever users, networks and time do, in whatever order.

What is checked after every step is what a user would never forgive: a post that was taken back goes out, or one goes out twice, before
its time, or before the post that it replies to; one ends without a word why. And once all faults are over, every post comes to an end.

`python -m tests.publishing.test_life [examples]` runs it for longer.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule, run_state_machine_as_test
from sqlalchemy import select

from socialclaw.accounts.disconnect import disconnect
from socialclaw.app import build
from socialclaw.db.base import iso
from socialclaw.db.posts import Post
from socialclaw.errors import NotFound
from socialclaw.lifecycle import changes, writing
from socialclaw.settings import Settings
from tests.conftest import BASE_URL, client, member, opened
from tests.publishing.desk import Desk

T = TypeVar("T")

DAY = 86_400.0
DELAYS = (0.0, 40.0, 3600.0, 9 * DAY)
ENDED = ("published", "failed", "canceled", "draft")
CREATING, LOOKING = "", "GET /2/users"  # the calls that a fault may meet: those that make a post, those that look for one
FAULTS = (
    *((kind, CREATING) for kind in ("refuse", "reset_after", "timeout", "timeout_after", "error", "error_after", "malformed_after")),
    *((kind, CREATING) for kind in ("rate_limit", "expire_token", "revoke_token")),
    *((kind, LOOKING) for kind in ("refuse", "error", "rate_limit")),
)
EXAMPLES, STEPS = 20, 25
MOST_DAYS = 60  # until everything must have come to an end, once nothing is in its way


@dataclass
class Known:
    """What the model knows of a post: its text, the earliest time at which it may be seen, the post that it replies to."""

    text: str
    due: float
    parent: str | None = None
    canceled: bool = False
    sendings: int = 1  # as often as its user wanted it sent


class Life(RuleBasedStateMachine):
    """One test workspace with one account. `now` is the time of the model: the real one, and all that has been let pass."""

    database_url: ClassVar[Callable[[Path], str]]
    posts = Bundle("posts")
    runs = Bundle("runs")

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.open = AsyncExitStack()
        self.known: dict[str, Known] = {}
        self.visible: set[str] = set()  # ids of posts that the public has seen
        self.passed = 0.0
        self.sound = True  # nothing was found yet
        self.number = 0

    def do(self, work: Awaitable[T]) -> T:
        async def run() -> T:
            return await work

        return self.runner.run(run())

    @property
    def now(self) -> float:
        return datetime.now(UTC).timestamp() + self.passed

    @initialize()
    def start(self) -> None:
        self.do(self._start())

    async def _start(self) -> None:
        folder = Path(self.open.enter_context(tempfile.TemporaryDirectory()))
        chosen = Settings(
            data_dir=folder,
            database_url=type(self).database_url(folder),
            public_base_url=BASE_URL,
            rate_limit_per_minute=1_000_000,
            refused_per_minute=1_000_000,
            honour_quotas=False,
            max_late_minutes=365 * 24 * 60,
        )
        system = await self.open.enter_async_context(opened(chosen))
        app = build(system)
        await self.open.enter_async_context(app.router.lifespan_context(app))
        workspace = await member(system, "Ours")
        api = await self.open.enter_async_context(client(app, workspace.secret))
        self.desk = Desk(system, workspace, api)
        self.desk.network().lift_quotas()
        self.account = await self.desk.connect()

    def teardown(self) -> None:
        try:
            if self.known and self.sound:
                self.do(self._comes_to_an_end())
        finally:
            self.do(self.open.aclose())
            self.runner.close()

    # What users do.

    @rule(target=posts, delays=st.lists(st.sampled_from(DELAYS), min_size=1, max_size=2))
    def apply(self, delays: list[float]) -> Any:
        """Posts that do not know of each other."""
        posts = [{"account": self.account, "description": self._text(), "publish_at": self._at(delay)} for delay in delays]
        return multiple(*self._applied({"posts": posts}, delays))

    @rule(target=posts, delay=st.sampled_from(DELAYS), later=st.sampled_from((0, 60, 9 * 24 * 60)))
    def apply_thread(self, delay: float, later: int) -> Any:
        """A post, a reply to it, and a reply to that one, `later` minutes after it."""
        campaign = self._thread(delay, later)
        return multiple(*self._applied({"campaigns": [campaign]}, [delay, delay, delay + later * 60], thread=True))

    @rule(target=runs, delay=st.sampled_from(DELAYS))
    def apply_draft(self, delay: float) -> Any:
        post = {"account": self.account, "description": self._text(), "publish_at": self._at(delay)}
        learned = self._applied({"mode": "draft", "posts": [post]}, [delay])
        return multiple(*(str(self.do(self.desk.post(post_id))["runId"]) for post_id in learned))

    @rule(run=runs, delay=st.none() | st.sampled_from(DELAYS))
    def publish_draft(self, run: str, delay: float | None) -> None:
        """As it was planned, or with another time."""
        moved = {"startAt": self._at(delay)} if delay is not None else {}
        answer = self.do(self.desk.api.post(f"/v1/runs/{run}/publish", json=moved))
        assert answer.status_code in (200, 409), answer.text
        if answer.status_code == 200 and delay is not None:
            for post in self.do(self.desk.api.get(f"/v1/posts?runId={run}")).json()["posts"]:
                self.known[post["id"]].due = self.now + delay

    @rule(post=posts)
    def cancel(self, post: str) -> None:
        answer = self.do(self.desk.do(post, "cancel"))
        assert answer.status_code in (200, 202, 409), answer.text
        self._learn_canceled()

    @rule(post=posts, force=st.booleans())
    def retry(self, post: str, force: bool) -> None:
        before = self.do(self.desk.post(post))
        answer = self.do(self.desk.do(post, "retry", **({"force": True} if force else {})))
        assert answer.status_code in (200, 409), answer.text
        if answer.status_code == 200:
            known = self.known[post]
            known.due = self.now
            if before["errorCode"] == "publish_outcome_unknown":
                assert force, "a post that may be live was sent again without being forced"
                known.sendings += 1

    @rule(post=posts, what=st.sampled_from(("delete", "reconcile")))
    def delete_or_reconcile(self, post: str, what: str) -> None:
        answer = self.do(self.desk.do(post, what))
        assert answer.status_code < 500 or answer.status_code in (502, 503), answer.text

    @rule()
    def disconnect(self) -> None:
        with contextlib.suppress(NotFound):  # it is disconnected already
            self.do(disconnect(self.desk.system, self.desk.workspace.id, self.account, test=True))

    @rule()
    def reconnect(self) -> None:
        with contextlib.suppress(AssertionError):  # a fault may be in the way
            self.do(self.desk.connect())

    # What networks and time do.

    @rule(fault=st.sampled_from(FAULTS), times=st.integers(1, 4), seconds=st.sampled_from((1.0, 90.0)))
    def arm(self, fault: tuple[str, str], times: int, seconds: float) -> None:
        kind, match = fault
        self.desk.network().fail(kind, match, times=times, seconds=seconds, workspace=self.desk.workspace.id)

    @rule(seconds=st.sampled_from((1.0, 30.0, 200.0, 3700.0, 25 * 3600.0, 10 * DAY)))
    def pass_time(self, seconds: float) -> None:
        self.do(self.desk.pass_time(seconds))
        self.passed += seconds

    @rule()
    def work(self) -> None:
        self.do(self.desk.work())

    @rule(seconds=st.sampled_from((60, 7200, 2 * 86_400)))
    def rehearse(self, seconds: int) -> None:
        """The workspace's time stands, is moved, and runs again from where it stood."""
        began = self.now
        for path, body in (("freeze", None), ("advance", {"seconds": seconds}), ("resume", None)):
            answer = self.do(self.desk.api.post(f"/v1/sandbox/clock/{path}", json=body))
            assert answer.status_code == 200, answer.text
            if path == "advance":
                self._look(began + seconds)

    # What must hold.

    @invariant()
    def nothing_is_seen_that_must_not_be_and_every_end_is_explained(self) -> None:
        if self.known:
            self._look(self.now)
            self._explained()

    def _look(self, now: float) -> None:
        """What the public has ever seen, compared with the model."""
        self.sound = False
        seen = self.desk.network().shelf.posts(gone=True)
        texts = Counter(post.text for post in seen)
        ids = {known.text: post_id for post_id, known in self.known.items()}
        by_network = {post.id: post for post in seen}
        for text, count in texts.items():
            known = self.known[ids[text]]
            assert count <= known.sendings, f"{text!r} was published {count} times"
            if ids[text] in self.visible:
                continue
            assert not known.canceled, f"{text!r} was published after it was canceled"
            assert known.due <= now + 1, f"{text!r} was published {known.due - now:.0f} s before its time"
            [post, *_] = [post for post in seen if post.text == text]
            if known.parent:
                assert post.reply_to in by_network, f"{text!r} was published before the post that it replies to"
                assert by_network[post.reply_to].text == self.known[known.parent].text
            self.visible.add(ids[text])
        self.sound = True

    @invariant()
    def what_may_go_out_or_has_counts_and_nothing_else(self) -> None:
        for row in self.do(self.desk.system.database.read(lambda session: list(session.scalars(select(Post))))):
            ended = row.status in ("draft", "canceled") or (row.status == "failed" and row.error_code != "publish_outcome_unknown")
            assert (row.counted_at is None) == ended, f"{row.status} {row.error_code}, and counted_at is {row.counted_at}"

    def _explained(self) -> None:
        for post in self._posts():
            match post["status"]:
                case "failed":
                    assert post["errorCode"], post
                    assert post["error"], post
                case "published":
                    assert post["providerPostId"], post
                    assert post["errorCode"] is None or post["providerStatus"] == "accepted", post
                    assert post["id"] in self.visible, f"{post} is called published, and nobody has seen it"
                case "canceled":
                    assert post["nextAttemptAt"] is None, post
                    assert post["blockedBy"] is None, post

    async def _comes_to_an_end(self) -> None:
        """Faults end, the account is connected, and time passes: then nothing is left over."""
        self.desk.network().shelf.disarm()
        await self.desk.connect()
        for _ in range(MOST_DAYS):
            await self.desk.work()
            posts = await self._listed()
            if all(post["status"] in ENDED and not post["nextAttemptAt"] for post in posts):
                break
            await self.desk.pass_time(DAY)
            self.passed += DAY
        left = [post for post in posts if post["status"] not in ENDED or post["nextAttemptAt"]]
        assert not left, f"still unfinished after {MOST_DAYS} days without a fault: {left}"
        self._look(self.now)

    # The model's memory.

    def _text(self) -> str:
        self.number += 1
        return f"Post {self.number}"

    def _at(self, delay: float) -> str:
        return iso(datetime.now(UTC) + timedelta(seconds=delay))

    def _thread(self, delay: float, later: int) -> dict[str, Any]:
        steps: list[dict[str, Any]] = [
            {"description": self._text()},
            {"description": self._text(), "interaction_type": "reply"},
            {"description": self._text(), "interaction_type": "reply", "delay_minutes": later},
        ]
        return {
            "id": f"c{self.number}",
            "name": "Thread",
            "publish_at": self._at(delay),
            "targets": [{"account": self.account, "steps": steps}],
        }

    def _applied(self, schedule: dict[str, Any], delays: list[float], *, thread: bool = False) -> list[str]:
        answer = self.do(self.desk.api.post("/v1/posts/apply", json={"schedule": {"timezone": "UTC", **schedule}}))
        if answer.status_code == 422 and "account" in answer.text:
            return []  # it is disconnected at present
        assert answer.status_code == 201, answer.text
        return self._learn(answer.json(), delays, thread=thread)

    def _learn(self, run: dict[str, Any], delays: list[float], *, thread: bool) -> list[str]:
        posts = sorted(run["posts"], key=lambda post: int(post["description"].split()[1]))
        ids = [str(post["id"]) for post in posts]
        for place, (post, delay) in enumerate(zip(posts, delays, strict=True)):
            parent = ids[place - 1] if thread and place else None
            self.known[ids[place]] = Known(post["description"], self.now + delay, parent)
        return ids

    def _learn_canceled(self) -> None:
        for post in self._posts():
            self.known[post["id"]].canceled = post["status"] == "canceled"

    def _posts(self) -> list[dict[str, Any]]:
        return self.do(self._listed()) if self.known else []

    async def _listed(self) -> list[dict[str, Any]]:
        answer = await self.desk.api.get("/v1/posts?limit=200")
        return list(answer.json()["posts"])


PHASES = (Phase.explicit, Phase.reuse, Phase.generate)  # whoever wants the shortest story runs the module


def live(database_url: Callable[[Path], str], *, examples: int, steps: int, shrink: bool = False) -> None:
    machine = type("Life", (Life,), {"database_url": staticmethod(database_url)})
    allowed = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        derandomize=not shrink,  # the same stories in every run of the tests; others by the module
        report_multiple_bugs=False,
        phases=(*PHASES, Phase.shrink) if shrink else PHASES,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=allowed)


def on_sqlite(folder: Path) -> str:
    return f"sqlite:///{folder / 'socialclaw.db'}"


def test_a_life_on_sqlite_is_as_the_model_has_it() -> None:
    live(on_sqlite, examples=EXAMPLES, steps=STEPS)


def test_a_life_on_postgresql_is_as_the_model_has_it(new_postgres: Callable[[], str]) -> None:
    live(lambda _: new_postgres(), examples=6, steps=STEPS)


def test_a_canceled_post_that_goes_on_waiting_for_its_account_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As it once was: the account came back, and the post went out."""
    canceled = changes.canceled
    monkeypatch.setattr(changes, "canceled", lambda post: replace(canceled(post), blocked_by=changes.KEEP))
    monkeypatch.setattr(writing, "GOING", (*changes.GOING, "canceled"))
    with pytest.raises(AssertionError):
        live(on_sqlite, examples=15 * EXAMPLES, steps=STEPS)


def test_replies_that_go_out_as_soon_as_their_parent_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As it once was where a user had the parent looked for."""
    freed = writing.freed

    def at_once(reply: Post, now: datetime, parent_id: str) -> changes.Change:
        change = freed(reply, now, parent_id)
        return replace(change, next_at=now) if isinstance(change.next_at, datetime) else change

    monkeypatch.setattr(writing, "freed", at_once)
    with pytest.raises(AssertionError, match="before its time"):
        live(on_sqlite, examples=15 * EXAMPLES, steps=STEPS)


if __name__ == "__main__":
    live(on_sqlite, examples=int(sys.argv[1]) if sys.argv[1:] else 2000, steps=60, shrink=True)
    print("nothing found")
