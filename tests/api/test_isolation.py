"""A workspace sees nothing of another one, on any operation; the operations are read off the OpenAPI document."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from socialclaw.db.accounts import Account
from socialclaw.db.assets import Arrival
from socialclaw.db.base import Base, Scope
from socialclaw.db.people import Identity
from socialclaw.networks import providers
from socialclaw.people import drafts, ways_in
from socialclaw.publishing import preview_links, slots
from socialclaw.rehearsal import feeds
from socialclaw.system import System
from socialclaw.webhooks import deliveries, endpoints
from tests.api import rows
from tests.api.operations import Operation, every_guarded_operation, every_personal_operation
from tests.conftest import Member, Person, browser

MARK = "belongs-to-the-first"
OWN_IDS = {"dashboard_save_draft"}  # whose ids people make themselves: the same one is another thing of each of them


@dataclass(frozen=True)
class Belongings:
    """The ids of one workspace's things, by the name of the path parameter that takes them."""

    ids: dict[str, str]
    handle: str
    provider: str
    url: str
    object_key: str

    def path(self, operation: Operation) -> str:
        return operation.path.format(**{slot: self.ids[slot] for slot in operation.slots})

    @property
    def words(self) -> set[str]:
        """What must not be seen."""
        return {*self.ids.values(), MARK} - {self.ids["actionId"], self.ids["network"]}


@pytest.fixture
async def belongings(system: System, workspace: Member, owner: Person) -> Belongings:
    """One of everything, of the first workspace."""

    def make(scope: Scope) -> Belongings:
        account = rows.account(scope, MARK)
        connection = rows.connection(scope, account)
        run = rows.run(scope)
        post = rows.post(scope, account, run, name=MARK, campaign_id=MARK, status="failed", error=MARK, next_at=None)
        rows.attempt(scope, post, message=MARK)
        asset = rows.asset(scope, f"{MARK}.png")
        scope.add(Arrival(id=asset.id, upload_id=MARK, part_size=1))
        invite, _ = ways_in.invite(scope, "viewer", None, by="owner", inviter=owner.id)
        identities = [Identity(user_id=owner.id, issuer=MARK, subject=each) for each in (MARK, "another")]
        scope.session.add_all(identities)
        scope.session.flush()
        of_people = {"sessionId": owner.session_id, "userId": owner.id, "inviteId": invite.id, "identityId": identities[0].id}
        draft = drafts.save(scope, owner.id, f"draft_{MARK}", {"text": MARK}, None)
        slots.keep(scope, account.id, [570])
        repeat = rows.repeat(scope, account)
        hook, _ = endpoints.create(scope, system.settings, system.vault, endpoints.Wanted("https://hooks.example.com/", description=MARK))
        sent = deliveries.sample(scope, hook.id, "test.ping")
        link, _ = preview_links.make(scope, run.id, None, owner.id)
        ids = {"keyId": workspace.key_id, "accountId": account.id, "connectionId": connection.id, "runId": run.id, "postId": post.id}
        url = f"http://socialclaw.test/media/{asset.id}/{asset.delivery_token}/{asset.filename}"
        return Belongings(
            {
                **ids,
                **of_people,
                "draftId": draft.id,
                "repeatId": repeat.id,
                "linkId": link.id,
                "webhookId": hook.id,
                "deliveryId": sent.id,
                "assetId": asset.id,
                "actionId": "publish-preview",
                "network": network_of(account),
            },
            account.handle,
            account.provider,
            url,
            asset.object_key,
        )

    [feed] = await feeds.feeds(system, workspace.id, "x")
    feed.arm("error", f"POST /{MARK}", times=1, seconds=0)
    found = await system.write(workspace.id, make, test=True)
    return replace(found, ids=found.ids | {"faultId": feed.armed()[0]["id"]})


def network_of(account: Account) -> str:
    """The simulated network of an account's provider."""
    return providers()[account.provider].network


def everything(session: Any) -> dict[str, list[Any]]:
    """All rows, but for when keys were last used."""
    tables = Base.metadata.sorted_tables
    return {t.name: sorted(map(repr, session.execute(select(*[c for c in t.c if c.name != "last_used_at"])))) for t in tables}


def bodies(theirs: Belongings) -> dict[str, Any]:
    """For each schema of a body, one that names the other workspace's things."""
    post = {
        "account": theirs.ids["accountId"],
        "description": "Hi",
        "assets": [{"id": theirs.ids["assetId"], "url": theirs.url, "managed": True}],
    }
    by_handle = {"account": theirs.handle, "description": "Hi"}
    return {
        "ScheduleEnvelope": {"posts": [post, by_handle]},
        "AssetRegistrationRequest": {"objectKey": theirs.object_key},
        "KeyCreateRequest": {"label": theirs.ids["keyId"]},
        "ConnectionStartRequest": {"provider": theirs.provider},
        "AnalyticsRefreshRequest": {"postId": theirs.ids["postId"]},
        "AssetUploadRequest": {"filename": "a.txt", "contentBase64": "YQ=="},
        "DashboardComposeRequest": {"account": theirs.handle, "text": "Hi", "publishNow": True},
        "DashboardPostUpdateRequest": {"account": theirs.ids["accountId"], "publishAt": "2090-01-01T00:00:00Z"},
        "MultipartUploadInitiateRequest": {"filename": "a.txt", "size": 1},
        "MultipartPartRequest": {"uploadId": MARK, "partNumber": 1},
        "MultipartCompleteRequest": {"uploadId": MARK, "parts": []},
    }


@pytest.fixture(params=["key", "session"])
async def other_caller(
    request: pytest.FixtureRequest, app: FastAPI, other_api: httpx2.AsyncClient, other_owner: Person
) -> AsyncIterator[httpx2.AsyncClient]:
    """The second workspace, by its key and by its owner's session."""
    if request.param == "key":
        yield other_api
    else:
        async with browser(app, other_owner) as found:
            yield found


@every_guarded_operation
async def test_the_first_workspace_sees_its_own(anybody: httpx2.AsyncClient, belongings: Belongings, operation: Operation) -> None:
    """Without this, the tests below could pass because nothing is where they look."""
    if operation.method == "GET" and operation.slots:
        answer = await anybody.get(belongings.path(operation))
        assert answer.status_code in (200, 409), answer.text


@every_guarded_operation
async def test_the_second_workspace_sees_and_changes_nothing(
    other_caller: httpx2.AsyncClient, other_workspace: Member, system: System, belongings: Belongings, operation: Operation
) -> None:
    before = await system.database.read(everything)
    schema = (operation.body or {}).get("$ref", "").rpartition("/")[2]
    body = bodies(belongings).get(schema, operation.least)
    answer = await other_caller.request(operation.method, belongings.path(operation), json=body)
    if answer.status_code == 401:
        assert not (operation.personal if "cookie" in other_caller.headers else operation.keyed), answer.text
    elif operation.name in OWN_IDS:
        assert answer.status_code == 200, answer.text
        after = await system.database.read(everything)
        assert not [table for table in before if not set(before[table]) <= set(after[table])], "what was there is as it was"
    elif set(operation.slots) - {"network"}:  # a network is everybody's; what is ours there is not
        assert answer.status_code == 404, answer.text
        assert await system.database.read(everything) == before
    elif schema in ("ScheduleEnvelope", "AssetRegistrationRequest", "DashboardComposeRequest"):
        assert 400 <= answer.status_code < 500, answer.text
        assert await system.database.read(everything) == before
    sent = str(body) + belongings.path(operation)  # what it said itself may be said back to it
    assert not [word for word in belongings.words if word in answer.text and word not in sent]


@every_personal_operation
async def test_a_person_comes_into_no_workspace_that_is_not_theirs(
    app: FastAPI, workspace: Member, other_owner: Person, system: System, belongings: Belongings, operation: Operation
) -> None:
    if operation.right is None:
        return
    before = await system.database.read(everything)
    async with browser(app, other_owner) as stranger:
        headers = {"x-workspace": workspace.id}
        answer = await stranger.request(operation.method, belongings.path(operation), json=operation.least, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (404, "workspace_not_found")
    assert await system.database.read(everything) == before


@every_guarded_operation
async def test_filters_do_not_reach_into_the_first_workspace(
    other_anybody: httpx2.AsyncClient, belongings: Belongings, operation: Operation
) -> None:
    asked = {"runId": belongings.ids["runId"], "account": belongings.ids["accountId"], "provider": belongings.provider, "campaignId": MARK}
    for parameter in operation.spec.get("parameters", ()):
        if parameter["in"] == "query" and parameter["name"] in asked and operation.method == "GET":
            answer = await other_anybody.get(operation.path, params={parameter["name"]: asked[parameter["name"]]})
            assert answer.status_code == 200
            assert not [word for word in belongings.words if word in answer.text]


async def test_lists_of_the_first_workspace_do_hold_what_is_looked_for(api: httpx2.AsyncClient, belongings: Belongings) -> None:
    for path, slot in (
        ("/v1/posts", "postId"),
        ("/v1/jobs", "postId"),
        ("/v1/accounts", "accountId"),
        ("/v1/connections", "connectionId"),
        ("/v1/keys", "keyId"),
    ):
        assert belongings.ids[slot] in (await api.get(path)).text


# Schedules with one fault only: that something they name is another workspace's. With any other, that one could be what is refused.

JUDGES = ("/v1/posts/validate", "/v1/campaigns/preview", "/v1/posts/apply")


async def judged(api: httpx2.AsyncClient, path: str, post: dict[str, Any]) -> httpx2.Response:
    """What an operation makes of a schedule of this one post; previews are of campaigns."""
    content = {"description": "Hi", "publish_at": "2090-01-01T00:00:00Z", **post}
    if "campaigns" not in path:
        return await api.post(path, json={"schedule": {"posts": [content]}})
    target = {"account": content.pop("account"), "steps": [content]}
    return await api.post(path, json={"schedule": {"campaigns": [{"id": "c", "name": "C", "targets": [target]}]}})


def at_fault(refused: httpx2.Response) -> list[str]:
    """Which fields are refused."""
    assert refused.status_code == 422, refused.text
    return [issue["path"] for issue in refused.json()["details"]["issues"]]


@pytest.fixture
async def own_account(system: System, other_workspace: Member) -> str:
    """An account of the second workspace."""
    return await system.write(other_workspace.id, lambda scope: rows.account(scope, "second").id, test=True)


@pytest.mark.parametrize("path", JUDGES)
@pytest.mark.parametrize("by", ["id", "handle"])
async def test_a_foreign_account_is_no_account(
    api: httpx2.AsyncClient, other_api: httpx2.AsyncClient, system: System, belongings: Belongings, path: str, by: str
) -> None:
    post = {"account": belongings.ids["accountId"] if by == "id" else belongings.handle}
    before = await system.database.read(everything)
    [field] = at_fault(await judged(other_api, path, post))
    assert field.endswith("].account")
    assert await system.database.read(everything) == before
    assert (await judged(api, path, post)).is_success, "its owner may say just that"


@pytest.mark.parametrize("path", JUDGES)
@pytest.mark.parametrize("by", ["id", "url"])
async def test_a_foreign_file_is_no_file(
    api: httpx2.AsyncClient,
    other_api: httpx2.AsyncClient,
    system: System,
    belongings: Belongings,
    own_account: str,
    path: str,
    by: str,
) -> None:
    asset = {"id": belongings.ids["assetId"]} if by == "id" else {"url": belongings.url}
    before = await system.database.read(everything)
    [field] = at_fault(await judged(other_api, path, {"account": own_account, "assets": [asset]}))
    assert "].assets[0]" in field
    assert await system.database.read(everything) == before
    assert (await judged(other_api, path, {"account": own_account})).is_success, "the file is the only fault"
    assert (await judged(api, path, {"account": belongings.ids["accountId"], "assets": [asset]})).is_success
