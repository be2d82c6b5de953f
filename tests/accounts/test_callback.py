"""Coming back from a consent page."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from socialclaw.accounts import callback, connect, directory
from socialclaw.accounts.tokens import REFRESH, seal, unseal
from socialclaw.db.accounts import Connection
from socialclaw.db.base import utc_now
from socialclaw.db.posts import Post, Run
from socialclaw.errors import InvalidRequest
from socialclaw.providers import oauth2
from socialclaw.providers.draft import Tokens
from socialclaw.system import System
from tests.accounts.world import add_workspace, change, connect_x, consent, network, row_of

both_databases = pytest.mark.usefixtures("both_databases")


async def started(system: System, workspace: str, **more: Any) -> dict[str, Any]:
    return await connect.start(system, workspace, "x", test=True, **more)


async def shown(system: System, workspace: str, connection_id: str) -> dict[str, Any]:
    return await system.read(workspace, directory.connection, connection_id, test=True)


async def refused(system: System, answer: dict[str, str], provider: str = "x") -> InvalidRequest:
    with pytest.raises(InvalidRequest) as error:
        await callback.finish(system, provider, answer)
    assert (error.value.status, error.value.code) == (400, "oauth_state_invalid")
    return error.value


@both_databases
async def test_consent_connects_the_account(system: System, workspace: str) -> None:
    made = await started(system, workspace)
    done = await callback.finish(system, "x", await consent(system, made["authorizeUrl"]))
    assert (done.status, done.connection_id, done.error) == ("connected", made["id"], None)
    now = await shown(system, workspace, made["id"])
    assert (now["status"], now["authorizeUrl"]) == ("connected", None)
    assert now["account"]["handle"].startswith("x:@")
    assert now["account"]["tokenHealth"] == "ok"
    assert now["account"]["publishable"]


async def test_no_token_is_ever_in_an_answer(system: System, workspace: str) -> None:
    account_id = await connect_x(system, workspace)
    secrets = unseal(system.vault, await row_of(system, account_id))
    assert set(secrets) == {"access_token", "refresh_token"}
    answers = json.dumps(
        [
            await system.read(workspace, directory.connections, test=True),
            directory.account_wire(await system.read(workspace, directory.account, account_id, test=True)),
        ]
    )
    assert not [secret for secret in secrets.values() if secret in answers]


@both_databases
async def test_a_user_who_declines_is_told_so(system: System, workspace: str) -> None:
    made = await started(system, workspace)
    done = await callback.finish(system, "x", await consent(system, made["authorizeUrl"], allow=False))
    assert done.status == "failed"
    now = await shown(system, workspace, made["id"])
    assert (now["status"], now["errorCode"]) == ("failed", "consent_declined")
    assert "did not allow" in now["error"]


async def test_a_state_works_once(system: System, workspace: str) -> None:
    made = await started(system, workspace)
    answer = await consent(system, made["authorizeUrl"])
    await callback.finish(system, "x", answer)
    before = await shown(system, workspace, made["id"])
    await refused(system, answer)
    assert await shown(system, workspace, made["id"]) == before


@both_databases
async def test_of_many_callbacks_at_once_one_gets_through(system: System, workspace: str) -> None:
    made = await started(system, workspace)
    answer = await consent(system, made["authorizeUrl"])
    results = await asyncio.gather(*(callback.finish(system, "x", answer) for _ in range(5)), return_exceptions=True)
    assert sum(isinstance(r, callback.Finished) and r.status == "connected" for r in results) == 1
    assert sum(isinstance(r, InvalidRequest) for r in results) == 4


async def test_a_state_of_another_provider_changes_nothing(system: System, workspace: str) -> None:
    made = await started(system, workspace)
    answer = await consent(system, made["authorizeUrl"])
    await refused(system, answer, "telegram")
    await refused(system, answer, "no-such-network")
    assert (await callback.finish(system, "x", answer)).status == "connected"


async def test_a_state_that_is_too_old_changes_nothing_and_the_connection_says_so(system: System, workspace: str) -> None:
    made = await started(system, workspace)
    answer = await consent(system, made["authorizeUrl"])

    def age(session: Any) -> None:
        session.get_one(Connection, made["id"]).expires_at = utc_now() - timedelta(seconds=1)

    await system.database.write(age)
    await refused(system, answer)
    now = await shown(system, workspace, made["id"])
    assert (now["status"], now["errorCode"], now["account"]) == ("failed", "connection_expired", None)


@pytest.mark.parametrize("state", ["", "made-up", "made.up", "x" * 5000, "a\x00b.c"])
async def test_a_state_that_is_not_ours_is_refused(system: System, workspace: str, state: str) -> None:
    await refused(system, {"state": state, "code": "abc"})


async def test_a_signed_state_that_nobody_waits_for_is_refused(system: System, workspace: str) -> None:
    await refused(system, {"state": system.vault.sign("nobody"), "code": "abc"})


async def test_a_code_that_the_network_does_not_know_fails_the_connection_without_repeating_it(system: System, workspace: str) -> None:
    made = await started(system, workspace)
    answer = await consent(system, made["authorizeUrl"])
    done = await callback.finish(system, "x", {**answer, "code": "a-code-that-nobody-handed-out"})
    assert done.status == "failed"
    now = await shown(system, workspace, made["id"])
    assert now["status"] == "failed"
    assert "a-code-that-nobody-handed-out" not in json.dumps(now)


async def test_a_network_that_is_down_during_the_exchange_fails_the_connection(system: System, workspace: str) -> None:
    made = await started(system, workspace)
    answer = await consent(system, made["authorizeUrl"])
    network(system, "x").fail("refuse", "token")
    done = await callback.finish(system, "x", answer)
    assert done.status == "failed"
    assert (await shown(system, workspace, made["id"]))["errorCode"] == "provider_unavailable"


async def test_reconnecting_keeps_the_account_and_revives_a_disconnected_one(system: System, workspace: str) -> None:
    first = await connect_x(system, workspace)
    await change(system, first, status="disconnected", sealed=None)
    assert await connect_x(system, workspace) == first
    assert (await row_of(system, first)).status == "connected"


async def test_a_network_that_hands_out_no_new_refresh_token_leaves_the_old_one(
    system: System, workspace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    account_id = await connect_x(system, workspace)
    row = await row_of(system, account_id)
    await change(system, account_id, sealed=seal(system.vault, account_id, {**unseal(system.vault, row), REFRESH: "the-old-one"}))
    exchange = oauth2.exchange

    async def without(*args: Any, **kwargs: Any) -> Tokens:
        tokens = await exchange(*args, **kwargs)
        return Tokens(tokens.access, None, tokens.expires_in, tokens.scopes)

    monkeypatch.setattr(oauth2, "exchange", without)
    await connect_x(system, workspace)
    assert unseal(system.vault, await row_of(system, account_id))[REFRESH] == "the-old-one"


async def test_another_user_of_the_network_is_another_account(system: System, workspace: str) -> None:
    assert await connect_x(system, workspace) != await connect_x(system, workspace, who="grace")


@both_databases
async def test_posts_that_waited_for_the_account_go_on(system: System, workspace: str) -> None:
    account_id = await connect_x(system, workspace)
    now = utc_now()
    later = now + timedelta(hours=3)

    def park(session: Any) -> None:
        run = Run(workspace_id=workspace, mode="scheduled", source_model="posts_v1", timezone="UTC", fingerprint="f", total_posts=3)
        session.add(run)
        session.flush()
        for position, (at, blocked) in enumerate([(now, "account"), (later, "account"), (now, "parent")]):
            common = {"workspace_id": workspace, "run_id": run.id, "account_id": account_id, "provider": "x", "account": "x:@ada"}
            session.add(
                Post(
                    **common,
                    id=f"post_{position}",
                    position=position,
                    timezone="UTC",
                    source_model="posts_v1",
                    publish_at=at,
                    status="scheduled",
                    blocked_by=blocked,
                )
            )

    await system.database.write(park)
    await change(system, account_id, status="reconnect_required")
    handed: list[Any] = []

    class Queue:
        async def hand_over(self, hints: Any) -> None:
            handed.extend(hints)

    system.queue = Queue()
    await connect_x(system, workspace)
    due, ahead, reply = await system.database.read(lambda session: [session.get_one(Post, f"post_{n}") for n in range(3)])
    assert due.blocked_by is None
    assert due.next_at is not None
    assert due.next_at <= utc_now()
    assert (ahead.blocked_by, ahead.next_at.replace(microsecond=0)) == (None, later.replace(microsecond=0))
    assert (reply.blocked_by, reply.next_at) == ("parent", None)
    assert [(hint.kind, hint.key) for hint in handed] == [("publish", account_id)]


async def test_another_workspace_cannot_see_the_connection(system: System, workspace: str) -> None:
    made = await started(system, workspace)
    other = await add_workspace(system, "Other")
    with pytest.raises(Exception, match="There is no connection"):
        await shown(system, other, made["id"])


async def test_a_mobile_app_is_remembered_until_the_callback(system: System, workspace: str) -> None:
    made = await started(system, workspace, callback_scheme="Org.Example.MyApp")
    done = await callback.finish(system, "x", await consent(system, made["authorizeUrl"]))
    assert done.callback_scheme == "org.example.myapp"
