"""Endpoints: where events may be sent, which, signed with what, and how many there are."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from socialclaw.settings import Settings
from socialclaw.system import System
from socialclaw.webhooks import endpoints
from socialclaw.webhooks.sending import check_url, send
from tests.conftest import Member, client, member
from tests.events.followed import happened
from tests.internet import Web
from tests.publishing.desk import Desk
from tests.security.attempts import HOSTS, URLS, url_of
from tests.webhooks.post_office import PostOffice
from tests.webhooks.receiver import Receiver

PUBLIC = "https://hooks.example.com/socialclaw"


async def test_an_endpoint_is_made_read_changed_and_deleted(office: PostOffice) -> None:
    hook = await office.add(PUBLIC, types=["post.*", "run.completed"], description="Calendar")
    secret = hook.pop("secret")
    assert secret.startswith("whsec_")
    assert await office.endpoint(hook) == hook
    answer = await office.api.patch(f"/v1/webhooks/{hook['id']}", json={"types": ["key.*"], "ordered": True})
    assert answer.json()["webhook"] == hook | {"types": ["key.*"], "ordered": True, "updatedAt": answer.json()["webhook"]["updatedAt"]}
    assert secret not in (await office.api.get("/v1/webhooks")).text, "it is shown once"
    assert (await office.api.delete(f"/v1/webhooks/{hook['id']}")).status_code == 200
    assert (await office.api.get(f"/v1/webhooks/{hook['id']}")).json()["code"] == "webhook_not_found"
    assert (await office.api.get("/v1/webhooks")).json()["webhooks"] == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"url": "http://hooks.example.com/"}, "webhook_url_invalid"),
        ({"url": "https://hooks.example.com:8443/"}, "webhook_url_invalid"),
        ({"url": "https://me:secret@hooks.example.com/"}, "webhook_url_invalid"),
        ({"url": "https://localhost/"}, "webhook_url_invalid"),
        ({"url": f"https://hooks.example.com/{'x' * 2000}"}, "webhook_url_invalid"),
        ({"url": "ftp://hooks.example.com/"}, "webhook_url_invalid"),
        ({"url": "https://"}, "webhook_url_invalid"),
        ({"url": "https://[::1"}, "webhook_url_invalid"),
        ({"url": PUBLIC, "types": ["post.publish"]}, "event_type_unknown"),
        ({"url": PUBLIC, "accounts": ["x:@nobody"]}, "account_not_found"),
        ({"url": PUBLIC, "events": ["post.*"]}, "field_misnamed"),
        ({"url": PUBLIC, "ordered": "yes"}, "field_type_invalid"),
        ({}, "field_required"),
    ],
)
async def test_what_cannot_be_an_endpoint_is_refused(office: PostOffice, body: dict[str, Any], code: str) -> None:
    answer = await office.api.post("/v1/webhooks", json=body)
    assert (answer.status_code, answer.json()["code"]) == (404 if code == "account_not_found" else 422, code), answer.text
    assert (await office.api.get("/v1/webhooks")).json()["webhooks"] == []


def test_http_leads_to_this_machine_alone_and_only_from_a_test_workspace_of_a_server_that_is_here_too(settings: Settings) -> None:
    url = "http://127.0.0.1:3000/hook"
    assert check_url(url, settings, test=True) == url
    for given, test in ((settings, False), (settings.model_copy(update={"host": "0.0.0.0"}), True)):
        with pytest.raises(Exception, match="by https"):
            check_url(url, given, test=test)
    with pytest.raises(Exception, match="by https"):
        check_url("http://hooks.example.com/", settings, test=True)


@pytest.mark.parametrize("host", [*HOSTS, *URLS])
async def test_nothing_is_sent_inside_however_it_is_spelled(system: System, web: Web, host: str) -> None:
    """Of a live workspace: whether the URL is refused, or where it leads, no connection is made."""
    url = url_of(host, web.port) if host in HOSTS else host
    for each in (url, url.replace("http://", "https://", 1)):
        answer = await send(system, each, b"{}", {}, test=False)
        assert answer.status is None
        assert answer.error
    assert web.connections == 0


async def test_a_workspace_has_twenty(office: PostOffice) -> None:
    for _ in range(endpoints.MOST):
        await office.add(PUBLIC)
    answer = await office.api.post("/v1/webhooks", json={"url": PUBLIC})
    assert (answer.status_code, answer.json()["code"], answer.json()["details"]["most"]) == (409, "webhook_limit_reached", 20)


async def test_only_the_types_and_accounts_that_are_asked_for_are_sent(
    office: PostOffice, desk: Desk, system: System, receiver: Receiver
) -> None:
    ours, other = await desk.connect(who="ada"), await desk.connect(who="ben")
    await system.sequencer.settle()
    handle = (await desk.account(ours)).handle
    await office.add(receiver.url, types=["post.published"], accounts=[handle])
    await desk.publish(ours, "Ours")
    await desk.publish(other, "Another's")
    await desk.work()
    await office.send()
    assert [(event["type"], event["subject"]["account"]) for event in receiver.events] == [("post.published", ours)]


async def test_what_is_sent_is_what_the_feed_tells(office: PostOffice, system: System, receiver: Receiver) -> None:
    await office.add(receiver.url)
    start = (await happened(system, office.api))[-1]["seq"]
    await office.happen("one", "two")
    await office.send()
    assert sorted(receiver.events, key=lambda event: event["seq"]) == await happened(system, office.api, cursor=start)


async def test_a_key_needs_the_operation(office: PostOffice, app: Any, system: System, workspace: Member) -> None:
    from socialclaw.workspaces import keys

    _, secret = await system.write(workspace.id, keys.create, system.vault, None, operations=["read"], test=True)
    async with client(app, secret) as reader:
        assert (await reader.get("/v1/webhooks")).json()["code"] == "operation_not_allowed"


async def test_a_live_workspace_takes_no_http(app: Any, system: System, receiver: Receiver) -> None:
    live = await member(system, "Live", "live")
    async with client(app, live.secret) as api:
        answer: httpx2.Response = await api.post("/v1/webhooks", json={"url": receiver.url})
        assert answer.json()["code"] == "webhook_url_invalid"
