"""Refresh tokens: redeemed once, honoured for half an hour more, and the end of the grant after that. Held against a model of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

import pytest
from hypothesis import settings as profile
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule
from sqlalchemy import create_engine, event, func, select, update
from sqlalchemy.orm import Session

from socialclaw.app import build
from socialclaw.db import workspaces
from socialclaw.db.base import Base
from socialclaw.db.grants import GrantToken, OAuthClient
from socialclaw.db.workspaces import ApiKey, Workspace
from socialclaw.erasure import tidying
from socialclaw.grants import clients, consent, tokens
from socialclaw.grants.consent import Allowed
from socialclaw.grants.tokens import ACCESS_LIFE, OVERLAP, REFRESH_LIFE, Issued
from socialclaw.settings import Settings
from socialclaw.system import System
from socialclaw.vault import digest
from socialclaw.workspaces import keys
from tests.conftest import client
from tests.grants.conftest import Program, Stage

RESOURCE = "https://post.example/mcp"


async def used_since(system: System, token: str, ago: timedelta) -> None:
    """The refresh token was first redeemed so long ago."""
    at = tokens.real_now() - ago
    row = update(GrantToken).where(GrantToken.refresh_digest == digest(token)).values(used_at=at)
    await system.database.write(lambda session: session.execute(row))


@pytest.mark.usefixtures("both_databases")
class TestRenewal:
    async def test_each_renewal_gives_a_new_pair_and_the_access_token_before_goes_on_until_its_end(self, stage: Stage) -> None:
        first = await stage.tokens()
        second = (await stage.program.renew(first["refresh_token"])).json()
        assert second.keys() == first.keys()
        assert not {*first.values()} & {second["access_token"], second["refresh_token"]}
        assert await stage.opens(first["access_token"])
        assert await stage.opens(second["access_token"])

    async def test_two_processes_that_renew_at_once_both_live(self, stage: Stage) -> None:
        """Each process with an API of its own, on one database."""
        first = await stage.tokens()
        async with client(build(stage.system)) as other:
            twin = Program(other, id=stage.program.id)
            answers = await asyncio.gather(*(one.renew(first["refresh_token"]) for one in (stage.program, twin)))
            made = [answer.json() for answer in answers]
            assert [answer.status_code for answer in answers] == [200, 200], made
            for pair in made:
                assert await stage.opens(pair["access_token"])
            again = await asyncio.gather(*(stage.program.renew(pair["refresh_token"]) for pair in made))
            assert [answer.status_code for answer in again] == [200, 200]

    async def test_within_half_an_hour_a_lost_answer_is_made_good(self, stage: Stage) -> None:
        first = await stage.tokens()
        await stage.program.renew(first["refresh_token"])
        await used_since(stage.system, first["refresh_token"], OVERLAP - timedelta(minutes=1))
        assert (await stage.program.renew(first["refresh_token"])).status_code == 200

    async def test_after_it_the_grant_ends_for_whoever_has_anything_of_it(self, stage: Stage) -> None:
        first = await stage.tokens()
        second = (await stage.program.renew(first["refresh_token"])).json()
        await used_since(stage.system, first["refresh_token"], OVERLAP + timedelta(minutes=1))
        refused = await stage.program.renew(first["refresh_token"])
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
        assert "may have a copy" in refused.json()["message"]
        for pair in (first, second):
            assert not await stage.opens(pair["access_token"])
            assert (await stage.program.renew(pair["refresh_token"])).json()["error"] == "invalid_grant"

    async def test_an_access_token_at_its_end_says_so_and_is_renewed(self, stage: Stage) -> None:
        made = await stage.tokens()
        past = tokens.real_now() - timedelta(seconds=1)
        await stage.system.database.write(lambda session: session.execute(update(GrantToken).values(access_until=past)))
        stage.app.state.granted.forget_all()
        refused = await stage.call(made["access_token"])
        assert (refused.status_code, refused.json()["code"]) == (401, "access_token_expired")
        assert (await stage.program.renew(made["refresh_token"])).status_code == 200

    async def test_when_the_grant_ends_so_does_all_of_it(self, stage: Stage) -> None:
        made = await stage.tokens(life="30")
        past = tokens.real_now() - timedelta(seconds=1)
        ended = update(ApiKey).where(ApiKey.kind == "oauth").values(expires_at=past)
        await stage.system.database.write(lambda session: session.execute(ended))
        assert not await stage.opens(made["access_token"])
        assert (await stage.program.renew(made["refresh_token"])).json()["error"] == "invalid_grant"

    async def test_a_client_that_stays_away_is_swept_with_its_grant(self, stage: Stage) -> None:
        made = await stage.tokens(life="")
        unused = await stage.program.register()
        await tidying.tidy(stage.system)
        assert await stage.opens(made["access_token"]), "what is in use stays"
        old = tokens.real_now() - REFRESH_LIFE - timedelta(days=1)

        def age(session: Session) -> None:
            session.execute(update(GrantToken).values(refresh_until=old, access_until=old))
            session.execute(update(OAuthClient).values(created_at=old))
            session.execute(update(OAuthClient).where(OAuthClient.used_at.is_not(None)).values(used_at=old))

        await stage.system.database.write(age)
        await tidying.tidy(stage.system)

        def left(session: Session) -> tuple[int, int, list[str]]:
            count = session.scalar(select(func.count()).select_from(GrantToken)) or 0
            alive = session.scalar(select(func.count()).where(ApiKey.kind == "oauth", ApiKey.revoked_at.is_(None))) or 0
            return count, alive, list(session.scalars(select(OAuthClient.id)))

        pairs, alive, known = await stage.system.database.read(left)
        assert (pairs, alive) == (0, 0)
        assert unused["client_id"] not in known
        assert (await stage.program.renew(made["refresh_token"])).status_code == 401, "it has to register again"

    async def test_a_client_that_renews_in_a_loop_fills_no_table(self, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tokens, "MOST_PAIRS", 5)
        made = await stage.tokens()
        for _ in range(8):
            made = (await stage.program.renew(made["refresh_token"])).json()
        count = select(func.count()).select_from(GrantToken)
        assert await stage.system.database.read(lambda session: session.scalar(count)) == 5
        assert await stage.opens(made["access_token"])


@dataclass
class Pair:
    """What the model knows of one."""

    issued: Issued
    access_until: datetime
    refresh_until: datetime
    used_at: datetime | None = None


@dataclass
class Model:
    """A grant as it should be."""

    ends: datetime | None
    revoked: bool = False
    pairs: list[Pair] = field(default_factory=list)


@contextmanager
def at(clock: list[datetime]) -> Iterator[None]:
    """The modules' own time is the test's."""
    with mock.patch.object(tokens, "real_now", return_value=clock[0]), mock.patch.object(workspaces, "real_now", return_value=clock[0]):
        yield


class Renewals(RuleBasedStateMachine):
    """One grant, whatever is done with its tokens in whatever order, while time goes on."""

    pairs = Bundle("pairs")

    @initialize(days=st.sampled_from([None, 30, 400]))
    def begin(self, days: int | None) -> None:
        self.folder = TemporaryDirectory()
        self.engine = create_engine(f"sqlite:///{Path(self.folder.name) / 'grants.db'}")
        event.listen(self.engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys = ON"))
        Base.metadata.create_all(self.engine)
        self.clock = [datetime(2026, 11, 30, tzinfo=UTC)]
        self.begun = self.clock[0]
        self.session = Session(self.engine, expire_on_commit=False)
        self.session.add(Workspace(id="tenant_a", name="A", mode="test"))
        self.session.commit()
        ends = self.clock[0] + timedelta(days=days) if days else None
        self.model = Model(ends)
        self.allowed = Allowed("tenant_a", None, "client_a", "A", "", RESOURCE, ("read",), ends)
        self.first: Issued | None = self.do(tokens.begin, Settings(data_dir=Path(self.folder.name)), self.allowed)

    def do(self, what: Any, *args: Any) -> Any:
        with at(self.clock):
            found = what(self.session, *args)
            self.session.commit()
        return found

    def kept(self, issued: Issued, at: datetime | None = None) -> Pair:
        now = at or self.clock[0]
        ends = self.model.ends or now + REFRESH_LIFE
        pair = Pair(issued, min(now + ACCESS_LIFE, ends), min(now + REFRESH_LIFE, ends))
        self.model.pairs.append(pair)
        return pair

    @rule(target=pairs)
    def take_the_first(self) -> Any:
        if self.first is None:
            return None
        first, self.first = self.first, None
        return self.kept(first, self.begun)

    @rule(span=st.sampled_from([timedelta(minutes=1), timedelta(minutes=29), timedelta(hours=1), timedelta(hours=25), timedelta(days=91)]))
    def time_goes_on(self, span: timedelta) -> None:
        self.clock[0] += span

    @rule(target=pairs, pair=pairs)
    def renew(self, pair: Pair | None) -> Any:
        if pair is None:
            return None
        now, found = self.clock[0], self.do(tokens.renew, "client_a", pair.issued.refresh, None)
        over = self.model.revoked or pair.refresh_until <= now or (self.model.ends is not None and self.model.ends <= now)
        late = not over and pair.used_at is not None and now - pair.used_at > OVERLAP
        assert isinstance(found, Issued) == (not over and not late)
        self.model.revoked |= late
        if not isinstance(found, Issued):
            return None
        pair.used_at = pair.used_at or now
        return self.kept(found)

    @rule(pair=pairs)
    def another_client_tries(self, pair: Pair | None) -> None:
        if pair is not None:
            assert not isinstance(self.do(tokens.renew, "client_b", pair.issued.refresh, None), Issued)
            assert self.do(tokens.end, "client_b", pair.issued.refresh) is None

    @rule(pair=consumes(pairs))
    def give_the_access_token_back(self, pair: Pair | None) -> None:
        if pair is not None:
            self.do(tokens.end, "client_a", pair.issued.access)
            pair.access_until = min(pair.access_until, self.clock[0])

    @rule(pair=pairs)
    def give_the_refresh_token_back(self, pair: Pair | None) -> None:
        if pair is not None:
            self.do(tokens.end, "client_a", pair.issued.refresh)
            self.model.revoked = True

    @invariant()
    def each_access_token_opens_exactly_while_it_should(self) -> None:
        if not hasattr(self, "model"):
            return
        now = self.clock[0]
        for pair in self.model.pairs:
            with mock.patch.object(keys, "real_now", return_value=now):
                found = tokens._look_up(self.session, digest(pair.issued.access), resources=frozenset([RESOURCE]))
                opens = found is not None and not found.expired
            ended = self.model.revoked or pair.access_until <= now or (self.model.ends is not None and self.model.ends <= now)
            assert opens == (not ended)

    def teardown(self) -> None:
        if hasattr(self, "session"):
            self.session.close()
            self.engine.dispose()
            self.folder.cleanup()


TestRenewalsOfAnyOrder = Renewals.TestCase
TestRenewalsOfAnyOrder.settings = profile(max_examples=25, stateful_step_count=20, deadline=None)


def test_what_is_allowed_survives_being_kept() -> None:
    for ends in (None, datetime(2027, 1, 1, tzinfo=UTC)):
        found = Allowed("tenant_a", "user_a", "client_a", "A", "a.example", RESOURCE, ("read", "draft"), ends)
        assert Allowed.of(found.held) == found


def test_a_grant_is_offered_no_more_than_a_client_may_ever_have() -> None:
    assert "keys" not in consent.ticked_first(("read", "keys"), ("read", "keys"))
    assert clients.COMMAND_LINE.redirect_uris == (), "our own command line is never led back to by a browser"
