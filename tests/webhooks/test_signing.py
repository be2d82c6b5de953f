"""Signatures, verified by the library that Standard Webhooks itself has for Python."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from socialclaw.webhooks.signing import headers, new_secret, signature
from tests.webhooks.post_office import PostOffice
from tests.webhooks.receiver import Receiver

# From the specification's own example.
SECRET, ID, AT = "whsec_plJ3nmyCDGBKInavdOK15jsl", "msg_loFOjxBNrRLzqYUf", 1731705121
BODY = b'{"event_type":"ping","data":{"success":true}}'


def test_a_signature_is_the_one_that_the_library_makes() -> None:
    theirs = Webhook(SECRET).sign(ID, datetime.fromtimestamp(AT, UTC), BODY.decode())
    assert signature(SECRET, ID, AT, BODY) == theirs


async def test_what_arrives_verifies_and_nothing_else_does(office: PostOffice, receiver: Receiver) -> None:
    hook = await office.add(receiver.url)
    await office.happen("signed")
    await office.send()
    [got] = receiver.received
    assert Webhook(hook["secret"]).verify(got.body, got.headers) == got.event
    assert got.headers["webhook-id"] == got.event["id"]
    assert got.headers["content-type"] == "application/json"
    assert got.headers["user-agent"].startswith("SocialClaw/")
    for body, secret in ((got.body.replace(b"signed", b"forged"), hook["secret"]), (got.body, new_secret())):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body, got.headers)


async def test_while_a_secret_is_rotated_either_verifies_and_then_only_the_new_one(office: PostOffice, receiver: Receiver) -> None:
    hook = await office.add(receiver.url)
    path = f"/v1/webhooks/{hook['id']}/rotate-secret"
    second = (await office.api.post(path, json={"overlapHours": 1})).json()["secret"]
    await office.happen("overlapping")
    await office.send()
    for secret in (hook["secret"], second):
        Webhook(secret).verify(receiver.received[0].body, receiver.received[0].headers)
    third = (await office.api.post(path, json={"overlapHours": 0})).json()["secret"]
    await office.happen("over")
    await office.send()
    last = receiver.received[-1]
    Webhook(third).verify(last.body, last.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(second).verify(last.body, last.headers)
    answer = await office.api.post(path, json={"overlapHours": 169})
    assert (answer.status_code, answer.json()["code"]) == (422, "webhook_overlap_invalid")


def test_as_many_signatures_as_secrets_are_sent() -> None:
    found = headers([SECRET, new_secret()], ID, AT, BODY)
    assert [each[:3] for each in found["webhook-signature"].split()] == ["v1,", "v1,"]
