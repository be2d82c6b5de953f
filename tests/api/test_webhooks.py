"""Somebody removes the app in the settings of a network, and the network calls: through the simulated ones, as the real ones do it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import func, select, update

from socialclaw.accounts.tokens import unseal
from socialclaw.app import build
from socialclaw.cli.consent import read_form
from socialclaw.db.accounts import Account
from socialclaw.db.analytics import Snapshot
from socialclaw.db.base import Scope, real_now, utc_now
from socialclaw.db.erasure import Callback, DeletionRequest, Erasure
from socialclaw.db.posts import Attempt, Post
from socialclaw.doctor import checks
from socialclaw.erasure import tidying
from socialclaw.networks.meta.sandbox.removal import signed_request
from socialclaw.settings import Settings
from socialclaw.simulation.notices import WORLD, Telling, callbacks_of
from socialclaw.system import System
from tests.api import rows
from tests.conftest import BASE_URL, Member, client, member, opened
from tests.crash import users
from tests.duties import duty
from tests.erasure.witness import found
from tests.publishing.desk import Desk

DEAUTHORIZE, DELETE, TIKTOK = "/webhooks/meta/deauthorize", "/webhooks/meta/data-deletion", "/webhooks/tiktok"
SECRETS = {"meta": "the-facebook-secret", "instagram": "the-instagram-secret", "tiktok": "the-tiktok-secret"}
NETWORKS = {"facebook": "meta", "instagram": "meta", "instagram_business": "meta", "meta": "meta", "tiktok": "tiktok"}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    apps = {name: {"client_id": "1", "client_secret": secret} for name, secret in SECRETS.items()}
    return Settings.model_validate({**settings.model_dump(), "apps": apps})


@dataclass
class Line:
    """What the simulated networks send to the server, in the order in which it was answered."""

    sent: list[tuple[str, bytes, dict[str, str], httpx2.Response]]

    def answers(self, path: str) -> list[dict[str, Any]]:
        return [answer.json() for url, _, _, answer in self.sent if url == f"{BASE_URL}{path}"]


@pytest.fixture
async def line(system: System, app: FastAPI) -> AsyncIterator[Line]:
    """The simulated networks reach this server."""
    loop, found = asyncio.get_running_loop(), Line([])
    async with client(app) as there:

        def send(url: str, content: bytes, headers: Mapping[str, str]) -> httpx2.Response:
            answer = asyncio.run_coroutine_threadsafe(there.post(url, content=content, headers=dict(headers)), loop).result(60)
            found.sent.append((url, content, dict(headers), answer))
            return answer

        assert system.sandbox
        for simulator in system.sandbox.simulators.values():
            if isinstance(simulator, Telling):
                simulator.server = replace(simulator.server, send=send)
        yield found


async def remove(desk: Desk, account: str, network: str = "meta", **body: Any) -> None:
    """What a person does in the settings of the network."""
    answer = await desk.api.post(f"/v1/sandbox/networks/{network}/removals", json={"accountId": account, **body})
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"ok": True, "network": network, "waiting": 0}


def secret_of(system: System, app_name: str, world: str) -> str:
    """With which the simulated network signs what happens in the world of this workspace."""
    return system.door.derived(callbacks_of(app_name, world))[0]


async def accounts(system: System, *which: Any) -> list[Account]:
    return await system.database.read(lambda session: list(session.scalars(select(Account).where(*which).order_by(Account.handle))))


# Access that is taken back.


@pytest.mark.usefixtures("both_databases")
@pytest.mark.parametrize(("provider", "network"), NETWORKS.items())
async def test_who_removes_the_app_has_their_tokens_forgotten_and_connects_again(
    desk: Desk, system: System, line: Line, provider: str, network: str
) -> None:
    account = await desk.connect(provider, "ada")
    other = await desk.connect(provider, "bob")
    await remove(desk, account, network)
    assert [answer.json() for *_, answer in line.sent] == [{"ok": True}]
    theirs = await accounts(system, Account.connection_id == (await desk.account(account)).connection_id)
    assert {(row.status, row.sealed, row.refresh_failure_code, row.refresh_at) for row in theirs} == {
        ("reconnect_required", None, "deauthorized", None)
    }
    assert (await desk.account(other)).status == "connected"
    health = (await desk.api.get("/v1/connections/health")).json()["connections"]
    told = {one["id"]: (one["tokenHealth"], one["tokenRefreshFailureCode"]) for one in health}
    assert told[account] == ("reconnect_required", "deauthorized")


@pytest.mark.usefixtures("both_databases")
async def test_posts_wait_for_the_account_and_go_out_when_it_is_connected_again(desk: Desk, line: Line) -> None:
    account = await desk.connect("facebook", "ada")
    [post] = await desk.publish((await desk.account(account)).handle, "hello")
    await remove(desk, account)
    await desk.work()
    waiting = await desk.post(post)
    assert (waiting["status"], waiting["blockedBy"]) == ("retry_pending", "account")
    assert await desk.connect("facebook", "ada") == account
    await desk.work()
    assert (await desk.post(post))["status"] == "published"


@pytest.mark.usefixtures("both_databases")
async def test_a_call_that_comes_again_ends_nothing_that_was_granted_since(desk: Desk, app: FastAPI, line: Line) -> None:
    account = await desk.connect("facebook", "ada")
    await remove(desk, account)
    assert (await desk.account(account)).status == "reconnect_required"
    [(url, content, headers, _)] = line.sent
    at = int(real_now().timestamp()) - 5  # as if it had been some seconds ago
    assert await desk.connect("facebook", "ada") == account
    async with client(app) as meta:
        again = await meta.post(url, content=content, headers=headers)
        assert (again.status_code, again.json()) == (200, {"ok": True, "duplicate": True})
        secret = secret_of(desk.system, "meta", desk.workspace.id)
        [person] = await accounts(desk.system, Account.account_type == "facebook_user")
        late = signed_request({"user_id": person.external_id, "algorithm": "HMAC-SHA256", "issued_at": at}, secret)
        assert (await meta.post(url, data={"signed_request": late}, headers={WORLD: desk.workspace.id})).json() == {"ok": True}
    assert (await desk.account(account)).status == "connected"


async def test_a_page_of_an_earlier_consent_of_the_same_person_ends_with_it(desk: Desk, system: System, line: Line) -> None:
    """They connect once more, and the second consent leads to fewer Pages: the others still have what the first one brought."""
    await desk.api.put("/v1/sandbox/networks/meta/destinations", json={"login": "ada", "count": 3})
    await desk.connect("facebook", "ada")
    await desk.api.put("/v1/sandbox/networks/meta/destinations", json={"login": "ada", "count": 1})
    account = await desk.connect("facebook", "ada")
    assert len({row.connection_id for row in await accounts(system)}) == 2
    await remove(desk, account)
    assert {row.status for row in await accounts(system)} == {"reconnect_required"}


@pytest.mark.parametrize("provider", ["facebook", "instagram", "tiktok"])
async def test_a_page_that_somebody_else_connected_since_stays_theirs(desk: Desk, system: System, line: Line, provider: str) -> None:
    """What says who gave the access is the handshake, not the account."""
    account = await desk.connect(provider, "ada")
    await system.database.write(
        lambda session: session.execute(update(Account).where(Account.id == account).values(connection_id="conn_of_somebody_else"))
    )
    await remove(desk, account, NETWORKS[provider])
    assert (await desk.account(account)).status == ("connected" if provider == "facebook" else "reconnect_required")


# Whose it is.


def live(scope: Scope) -> dict[str, str]:
    """A Page and the person who opened it, an account of Instagram's own login, one of TikTok; each opened an hour ago."""
    kinds = {
        "page": ("facebook", "facebook_page", "610001", {}),
        "person": ("facebook", "facebook_user", "100001", {}),
        "instagram": ("instagram", "instagram_standalone", "170001", {"appScopedId": "240001"}),
        "tiktok": ("tiktok", "tiktok_user", "-000abc", {}),
    }
    made = {
        name: rows.account(scope, known, provider=provider, account_type=kind, external_id=known, sealed="sealed", meta=meta)
        for name, (provider, kind, known, meta) in kinds.items()
    }
    handshakes = [rows.connection(scope, made[name]) for name in ("page", "instagram", "tiktok")]
    handshakes[0].account_ids = [made["page"].id, made["person"].id]
    made["person"].connection_id = handshakes[0].id
    for one in handshakes:
        one.finished_at = real_now() - timedelta(hours=1)
    return {name: row.id for name, row in made.items()}


CALLS = [("meta", "100001", {"page", "person"}), ("instagram", "240001", {"instagram"}), ("instagram", "170001", {"instagram"}),
         ("meta", "240001", set()), ("instagram", "100001", set()), ("meta", "610001", set()), ("meta", "999", set())]  # fmt: skip


@pytest.mark.parametrize(("app_name", "user", "ends"), CALLS)
async def test_each_app_speaks_for_its_own_people_and_the_real_ones_for_live_workspaces_alone(
    app: FastAPI, system: System, workspace: Member, app_name: str, user: str, ends: set[str]
) -> None:
    real = await member(system, "Real", "live")
    ids = await system.write(real.id, live)
    theirs = await system.write(workspace.id, live, test=True)
    said = {"user_id": user, "algorithm": "HMAC-SHA256", "issued_at": int(real_now().timestamp())}
    async with client(app) as meta:
        answer = await meta.post(DEAUTHORIZE, data={"signed_request": signed_request(said, SECRETS[app_name])})
        assert (answer.status_code, answer.json()) == (200, {"ok": True}), "also of somebody whom nobody knows"
        ended = {row.id for row in await accounts(system, Account.status == "reconnect_required")}
        assert ended == {ids[name] for name in ends}
        simulated = signed_request(said, secret_of(system, app_name, workspace.id))
        assert (await meta.post(DEAUTHORIZE, json={"signed_request": simulated})).status_code == 400, "it does not say whose world"
        there = {WORLD: workspace.id}
        assert (await meta.post(DEAUTHORIZE, json={"signed_request": simulated}, headers=there)).status_code == 200
    ended = {row.id for row in await accounts(system, Account.status == "reconnect_required")}
    assert ended == {each[name] for name in ends for each in (ids, theirs)}


async def test_a_forged_call_changes_nothing_and_is_not_kept(app: FastAPI, system: System, workspace: Member) -> None:
    await system.write(workspace.id, live, test=True)
    said = {"user_id": "100001", "algorithm": "HMAC-SHA256", "issued_at": int(real_now().timestamp())}
    async with client(app) as somebody:
        for secret in ("", "sandbox-secret", "guessed", SECRETS["tiktok"]):
            for path in (DEAUTHORIZE, DELETE):
                answer = await somebody.post(path, data={"signed_request": signed_request(said, secret)})
                assert (answer.status_code, answer.json()["code"]) == (400, "signed_request_invalid")
        answer = await somebody.post(TIKTOK, json={"event": "authorization.removed"}, headers={"tiktok-signature": "t=1,s=2"})
        assert (answer.status_code, answer.json()["code"]) == (401, "webhook_signature_invalid")
        large = await somebody.post(DEAUTHORIZE, content=b"x" * (1024 * 1024 + 1))
        assert (large.status_code, large.json()["code"]) == (413, "payload_too_large")
    assert {row.status for row in await accounts(system)} == {"connected"}
    kept = await system.database.read(lambda s: [s.scalar(select(func.count()).select_from(t)) for t in (Callback, DeletionRequest)])
    assert kept == [0, 0]


@pytest.mark.parametrize("path", [DEAUTHORIZE, DELETE, TIKTOK])
async def test_without_any_app_nothing_is_taken(tmp_path: Path, path: str) -> None:
    async with opened(Settings(data_dir=tmp_path / "none", sandbox="off", public_base_url=BASE_URL)) as system:
        app = build(system)
        async with client(app) as somebody:
            answer = await somebody.post(path, json={})
        assert (answer.status_code, answer.json()["code"]) == (503, "provider_not_configured")


async def test_standalone_instagram_keeps_the_id_by_which_the_app_knows_its_user(desk: Desk) -> None:
    account = await desk.account(await desk.connect("instagram", "ada"))
    assert account.meta["appScopedId"].startswith("24")
    assert account.meta["appScopedId"] != account.external_id


async def test_what_else_tiktok_tells_is_taken_and_ignored(app: FastAPI, system: System) -> None:
    [simulator] = [s for s in system.sandbox.simulators.values() if s.network == "tiktok"] if system.sandbox else []
    assert isinstance(simulator, Telling)
    content = json.dumps({"event": "video.publish.completed"}).encode()
    async with client(app) as tiktok:
        answer = await tiktok.post(TIKTOK, content=content, headers={WORLD: "w", **simulator.marks(content, "w")})
    assert (answer.status_code, answer.json()) == (200, {"ok": True, "ignored": True})


@pytest.mark.usefixtures("both_databases")
@pytest.mark.parametrize(("provider", "network"), [("facebook", "meta"), ("instagram", "meta"), ("tiktok", "tiktok")])
async def test_another_test_workspace_notices_nothing(
    desk: Desk, app: FastAPI, system: System, line: Line, provider: str, network: str
) -> None:
    """The simulated people have the same ids in every workspace's world."""
    neighbour = await member(system, "Neighbour")
    theirs = await users.join(system, neighbour.id, provider, "ada")
    account = await desk.connect(provider, "ada")
    assert (await desk.account(account)).external_id == theirs.external_id, "the same person there as here"
    await remove(desk, account, network, **({"erase": True} if network == "meta" else {}))
    await erased(system)
    assert (await desk.account(account)).refresh_failure_code == ("deauthorized" if network == "tiktok" else None)
    assert (await desk.account(account)).status == ("reconnect_required" if network == "tiktok" else "disconnected")
    assert {row.status for row in await accounts(system, Account.workspace_id == neighbour.id)} == {"connected"}
    async with client(app, neighbour.secret) as api:  # who removes it there too is heard, though the words are the same
        answer = await api.post(f"/v1/sandbox/networks/{network}/removals", json={"accountId": theirs.id})
    assert answer.json()["waiting"] == 0
    assert (await desk.account(theirs.id)).status == "reconnect_required"


# In the settings of a network.


@pytest.mark.parametrize(("provider", "place"), [("facebook", 0), ("instagram", 1), ("tiktok", 0)])
async def test_a_person_removes_the_app_on_the_page_of_the_network(
    desk: Desk, app: FastAPI, line: Line, monkeypatch: pytest.MonkeyPatch, provider: str, place: int
) -> None:
    delivered: list[Telling] = []
    monkeypatch.setattr(Telling, "deliver_soon", lambda self: delivered.append(self))
    account = await desk.connect(provider, "ada")
    networks = {one["network"]: one for one in (await desk.api.get("/v1/sandbox")).json()["networks"]}
    url = networks[NETWORKS[provider]]["appsUrls"][place]
    async with client(app) as browser:
        page = await browser.get(url)
        form = read_form(page.text)
        assert (page.status_code, form.method, form.values["action"]) == (200, "post", "remove")
        nobody = await browser.post(url, data={"login": "nobody_here", "action": "remove"}, headers={"origin": BASE_URL})
        assert (nobody.status_code, "has no access" in nobody.text) == (422, True)
        done = await browser.post(url, data={"login": "ada", "action": "remove"}, headers={"origin": BASE_URL})
        assert (done.status_code, "Removed." in done.text) == (200, True)
    [simulator] = delivered
    assert await asyncio.to_thread(simulator.deliver) == 0
    assert (await desk.account(account)).refresh_failure_code == "deauthorized"
    again = await desk.api.post(f"/v1/sandbox/networks/{NETWORKS[provider]}/removals", json={"accountId": account})
    assert (again.status_code, again.json().get("code")) == (422, "sandbox_app_not_told"), again.text


async def test_a_network_that_tells_nobody_says_so(desk: Desk) -> None:
    account = await desk.connect("x", "ada")
    for network in ("x", "meta"):
        answer = await desk.api.post(f"/v1/sandbox/networks/{network}/removals", json={"accountId": account})
        assert (answer.status_code, answer.json()["code"]) == (422, "sandbox_app_not_told")
    tiktok = await desk.connect("tiktok", "ada")
    answer = await desk.api.post("/v1/sandbox/networks/tiktok/removals", json={"accountId": tiktok, "erase": True})
    assert (answer.status_code, answer.json()["code"]) == (422, "sandbox_app_not_told")


async def test_what_is_not_taken_is_sent_again_with_the_next(desk: Desk, system: System, line: Line) -> None:
    """The server is away when the app is removed, and hears of it later."""
    assert system.sandbox
    meta = system.sandbox.networks["meta"]
    assert isinstance(meta, Telling)
    there = meta.server

    def away(url: str, content: bytes, headers: Mapping[str, str]) -> httpx2.Response:
        raise httpx2.ConnectError("away")

    ada, bob = await desk.connect("facebook", "ada"), await desk.connect("facebook", "bob")
    meta.server = replace(there, send=away)
    answer = await desk.api.post("/v1/sandbox/networks/meta/removals", json={"accountId": ada})
    assert answer.json()["waiting"] == 1
    assert (await desk.account(ada)).status == "connected"
    meta.server = there
    await remove(desk, bob)
    assert [(await desk.account(one)).status for one in (ada, bob)] == ["reconnect_required"] * 2


# Data that is to be deleted.


async def erased(system: System) -> None:
    """A worker does what is due."""
    await system.database.write(lambda session: session.execute(update(Erasure).values(next_at=real_now())))
    loop = duty(system, "delete for good")
    await loop.look()
    await asyncio.gather(*loop._tasks.values())


async def told(app: FastAPI, url: str) -> str:
    async with client(app) as browser:
        page = await browser.get(url, headers={"accept": "text/html"})
    assert page.status_code == 200
    assert 'content="noindex"' in page.text
    return page.text


@pytest.mark.usefixtures("both_databases")
async def test_nothing_tells_of_a_person_who_had_their_data_deleted(desk: Desk, app: FastAPI, system: System, line: Line) -> None:
    account = await desk.connect("facebook", "ada")
    handle = (await desk.account(account)).handle
    [out] = await desk.publish(handle, "our own words")
    await desk.work()
    assert (await desk.post(out))["status"] == "published"
    assert (await desk.api.post("/v1/analytics/refresh", json={"postId": out})).status_code == 200
    [waits] = [
        p["id"] for p in (await desk.apply({"account": handle, "description": "later", "publishAt": "2044-01-01T00:00:00Z"}))["posts"]
    ]
    theirs = await accounts(system)
    words = [value or "" for row in theirs for value in (row.external_id, row.handle, row.sealed, row.connection_id)]
    words += [row.display_name or "" for row in theirs if row.account_type == "facebook_page"]
    words += [secret for row in theirs for secret in unseal(system.vault, row).values()]
    words.append((await desk.row(out)).provider_post_id or "")
    assert {word for word, where in await found(system, words) if "sandbox" not in where} >= {words[0], words[-1]}, "the witness sees"

    await remove(desk, account, erase=True)
    [answer] = line.answers(DELETE)
    code = answer["confirmation_code"]
    assert (len(code), answer["url"]) == (32, f"{BASE_URL}/data-deletion/{code}")
    assert "Your request was received" in await told(app, answer["url"])
    await erased(system)
    page = await told(app, answer["url"])
    assert "Your data was deleted" in page
    assert "2 accounts, 1 figure of them, and what told which 2 posts" in page
    assert [where for word, where in await found(system, words) if "sandbox" not in where] == []
    post = await desk.post(out)
    assert (post["status"], post["description"], post["account"]) == ("published", "our own words", "facebook:removed")
    assert post["providerPostId"] is None
    assert (await desk.account(account)).display_name == "An account that was removed"
    await desk.pass_time(20 * 365 * 86_400)
    await desk.work()
    assert (await desk.post(waits))["errorCode"] == "account_disconnected"
    again = await desk.connect("facebook", "ada")
    assert again not in {row.id for row in theirs}, "whoever connects anew begins anew"


@pytest.mark.usefixtures("both_databases")
async def test_who_asks_twice_gets_the_same_code_until_it_is_done(app: FastAPI, system: System, workspace: Member) -> None:
    await system.write(workspace.id, live, test=True)
    now, secret = int(real_now().timestamp()), secret_of(system, "meta", workspace.id)

    async def ask(user: str, at: int) -> str:
        signed = signed_request({"user_id": user, "algorithm": "HMAC-SHA256", "issued_at": at}, secret)
        async with client(app) as meta:
            answer = await meta.post(DELETE, data={"signed_request": signed}, headers={WORLD: workspace.id})
        assert answer.status_code == 200
        return str(answer.json()["confirmation_code"])

    first = await ask("100001", now)
    assert await ask("100001", now) == await ask("100001", now + 1) == first
    other = await ask("999", now)
    assert other != first
    await erased(system)
    await erased(system)
    assert await ask("100001", now) == first, "the same words again"
    assert await ask("100001", now + 2) != first
    assert "We hold nothing" in await told(app, f"{BASE_URL}/data-deletion/{other}")


async def test_a_request_takes_nothing_that_was_granted_after_it(app: FastAPI, system: System, workspace: Member) -> None:
    ids = await system.write(workspace.id, live, test=True)
    secret = secret_of(system, "meta", workspace.id)
    early = {"user_id": "100001", "algorithm": "HMAC-SHA256", "issued_at": int(real_now().timestamp()) - 7200}
    async with client(app) as meta:
        answer = await meta.post(DELETE, data={"signed_request": signed_request(early, secret)}, headers={WORLD: workspace.id})
    await erased(system)
    assert "We hold nothing" in await told(app, answer.json()["url"])
    assert {row.status for row in await accounts(system, Account.id.in_(ids.values()))} == {"connected"}


async def test_a_deletion_waits_for_a_post_that_is_being_sent(desk: Desk, app: FastAPI, system: System, line: Line) -> None:
    account = await desk.connect("facebook", "ada")
    [post] = await desk.publish((await desk.account(account)).handle, "under way")
    await system.database.write(lambda session: session.execute(update(Post).where(Post.id == post).values(status="publishing")))
    await remove(desk, account, erase=True)
    [answer] = line.answers(DELETE)
    await erased(system)
    assert "is being carried out" in await told(app, answer["url"])
    gone = await desk.account(account)
    assert (gone.status, gone.sealed, gone.handle) == ("disconnected", None, "facebook:removed"), "what opens it goes at once"
    await system.database.write(lambda session: session.execute(update(Post).where(Post.id == post).values(status="published")))
    await erased(system)
    assert "Your data was deleted" in await told(app, answer["url"])


async def test_a_code_that_is_none_of_ours_is_told_so(app: FastAPI) -> None:
    async with client(app) as browser:
        for code in ("0" * 32, "nobody"):
            page = await browser.get(f"/data-deletion/{code}", headers={"accept": "text/html"})
            assert (page.status_code, "Nothing to see here" in page.text) == (404, True)
            answer = await browser.get(f"/data-deletion/{code}")
            assert (answer.status_code, answer.json()["code"]) == (404, "deletion_request_not_found")


# What is kept for a while.


async def test_requests_are_forgotten_after_a_year_and_calls_after_90_days(app: FastAPI, system: System, line: Line, desk: Desk) -> None:
    await remove(desk, await desk.connect("facebook", "ada"), erase=True)
    await erased(system)

    async def counted() -> list[int]:
        return await system.database.read(lambda s: [s.scalar(select(func.count()).select_from(t)) for t in (Callback, DeletionRequest)])

    async def aged(days: int) -> None:
        for table in (Callback, DeletionRequest):
            at = real_now() - timedelta(days=days)
            await system.database.write(lambda session, t=table, at=at: session.execute(update(t).values(received_at=at)))
        await tidying.tidy(system)

    for days, left in ((89, [2, 1]), (91, [0, 1]), (364, [0, 1]), (366, [0, 0])):
        await aged(days)
        assert await counted() == left


@pytest.mark.usefixtures("both_databases")
async def test_figures_of_a_channel_go_seven_days_after_the_access_to_it_has_ended(desk: Desk, system: System) -> None:
    channel, page = await desk.connect("youtube", "ada"), await desk.connect("x", "ada")

    def figures(scope: Scope) -> None:
        for account in (channel, page):
            scope.add(Snapshot(account_id=account, window="lifetime", status="ok", metrics={"views": 1}))

    await system.write(desk.workspace.id, figures, test=True)
    for account in (channel, page):
        assert (await desk.api.delete(f"/v1/accounts/{account}")).status_code == 200

    async def left(days: float) -> list[str]:
        ended = update(Account).values(ended_at=utc_now() - timedelta(days=days))
        await system.database.write(lambda session: session.execute(ended))
        await tidying.tidy(system)
        return await system.database.read(lambda session: sorted(session.scalars(select(Snapshot.account_id))))

    assert await left(6.9) == sorted([channel, page])
    assert await left(7.1) == [page]


def test_the_doctor_says_which_urls_to_enter_at_the_networks(settings: Settings) -> None:
    said = {check.name: check for check in checks.apps(settings)}
    for name, paths in {"meta": (DEAUTHORIZE, DELETE), "instagram": (DEAUTHORIZE, DELETE), "tiktok": (TIKTOK,)}.items():
        assert said[f"app: {name}"].state == "ok"
        assert all(f"{BASE_URL}{path}" in said[f"app: {name}"].message for path in paths)
    assert "webhooks" not in said["app: x"].message
    assert {check.state for check in said.values()} <= {"ok", "note"}, "the app of Instagram's own login is a known one"


async def test_attempts_keep_no_words_of_the_network(desk: Desk, app: FastAPI, system: System, line: Line) -> None:
    account = await desk.connect("facebook", "ada")
    await desk.api.post("/v1/sandbox/networks/meta/faults", json={"kind": "rate_limit", "seconds": 3600})
    [post] = await desk.publish((await desk.account(account)).handle, "refused once")
    await desk.work()
    before = await system.database.read(lambda session: list(session.scalars(select(Attempt).where(Attempt.post_id == post))))
    assert any(attempt.message for attempt in before)
    await remove(desk, account, erase=True)
    await desk.work()
    await erased(system)
    after = await system.database.read(lambda session: list(session.scalars(select(Attempt).where(Attempt.post_id == post))))
    assert {(one.message, one.provider_post_id, str(one.details)) for one in after} == {(None, None, "{}")}
