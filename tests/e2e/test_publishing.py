"""From nothing to what the public sees, and back: what a first-party client does, over the public API and nothing else."""

from __future__ import annotations

import base64
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from PIL import Image

from tests.e2e.conftest import Json, Person, Site

pytestmark = pytest.mark.xdist_group("e2e")

NETWORKS = ("discord", "telegram", "x")
LATER = "2030-01-31T09:00:00Z"


@pytest.fixture
def handles(person: Person) -> dict[str, str]:
    return {account["provider"]: account["handle"] for account in person.call("GET", "/v1/accounts")["accounts"]}


@pytest.fixture
def text() -> str:
    """A text that nothing else has."""
    return f"Hello {uuid4().hex}"


def picture() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (64, 48), "#6d28d9").save(content, "PNG")
    return content.getvalue()


def applied(person: Person, schedule: Json, **more: Any) -> Json:
    return person.call("POST", "/v1/posts/apply", {"schedule": schedule, **more}, answers=201)


def one(person: Person, handle: str, text: str, **more: Any) -> Json:
    """A post to be made at once; the post once it has ended."""
    run = applied(person, {"posts": [{"account": handle, "description": text, **more}]})["run"]
    [post] = person.ended(run["id"])["posts"]
    return dict(post)


def test_a_key_says_whose_it_is(person: Person) -> None:
    for method in ("POST", "GET"):
        assert person.call(method, "/v1/keys/validate")["tenant"]["name"] == "Ours"


def test_everything_that_publishing_needs_is_told_beforehand(person: Person) -> None:
    capabilities = {c["provider"]: c for c in person.call("GET", "/v1/accounts/capabilities")["capabilities"]}
    assert capabilities.keys() == set(NETWORKS)
    for account in person.call("GET", "/v1/accounts")["accounts"]:
        path = f"/v1/accounts/{account['id']}"
        [able] = person.call("GET", f"{path}/capabilities")["capabilities"]
        assert able == capabilities[account["provider"]]
        assert able["publishable"] is able["canPublish"] is True
        settings = person.call("GET", f"{path}/settings")["publishSettings"]
        assert settings["target"]["accountType"] == account["accountType"]
        assert [f["id"] for f in settings["fields"]] == [f["id"] for f in able["publishSettings"]["fields"]]
        [preview] = [a for a in person.call("GET", f"{path}/actions")["actions"] if a["id"] == "publish-preview"]
        assert {field["id"] for field in preview["input"]["fields"]} == preview["inputSchema"]["properties"].keys()
        result = person.call("POST", f"{path}/actions/publish-preview", {"description": "Hi"})["result"]
        assert result["valid"] is True
        assert person.call("POST", f"{path}/actions/publish-preview", {})["result"]["error"]["message"]


def test_a_campaign_with_a_picture_and_a_reply_goes_the_whole_way(person: Person, site: Site, handles: dict[str, str], text: str) -> None:
    encoded = base64.b64encode(picture()).decode()
    asset = person.call("POST", "/v1/assets/upload", {"filename": "a.png", "mime": "image/png", "contentBase64": encoded}, answers=201)[
        "asset"
    ]
    delivered = httpx2.get(asset["useAsMediaLink"])
    assert (delivered.status_code, delivered.content) == (200, picture())
    start = (datetime.now(UTC) + timedelta(seconds=1)).isoformat()
    reply = {"description": f"{text} reply", "interaction_type": "reply", "delay_seconds": 1}
    first = {"description": text, "media_link": asset["useAsMediaLink"]}
    targets = [{"account": handles[n], "publish_at": start, "steps": [first, reply] if n == "x" else [first]} for n in NETWORKS]
    schedule = {"timezone": "Europe/Berlin", "campaigns": [{"name": "Launch", "targets": targets}]}

    checked = person.call("POST", "/v1/posts/validate", {"schedule": schedule})
    assert (checked["totalCampaigns"], checked["totalPosts"], checked["mode"], checked["sourceModel"]) == (
        1,
        4,
        "scheduled",
        "campaigns_v2",
    )
    graph = person.call("POST", "/v1/campaigns/preview", {"schedule": schedule})["campaign"]
    assert (graph["totalTargets"], graph["totalSteps"], graph["runId"]) == (3, 4, None)
    assert site.seen("x", text) == []

    key = f"run_{uuid4().hex}"
    made = applied(person, schedule, idempotencyKey=key)
    assert (made["duplicate"], len(made["posts"]), made["run"]["mode"]) == (False, 4, "scheduled")
    again = person.call("POST", "/v1/posts/apply", {"schedule": schedule, "idempotencyKey": key})
    assert (again["duplicate"], again["run"]["id"]) == (True, made["run"]["id"])

    run = person.ended(made["run"]["id"])
    assert run["run"]["status"] == "completed"
    assert (run["summary"]["total"], run["summary"]["published"], len(run["attempts"])) == (4, 4, 4)
    for network in NETWORKS:
        seen = site.seen(network, text)
        assert [post["text"] for post in seen] == ([text, f"{text} reply"] if network == "x" else [text])
        [media] = seen[0]["media"]
        assert media["kind"] == "image"
    root, answer = site.seen("x", text)
    assert answer["reply_to"] == root["id"]

    for post in run["posts"]:
        detail = person.call("GET", f"/v1/posts/{post['id']}")
        assert detail["account"]["handle"] == detail["post"]["account"]
        assert (detail["latestAttempt"]["ok"], detail["latestAttempt"]["attemptNo"]) == (True, 1)
        assert detail["post"]["providerPostId"] in {seen["id"] for seen in site.seen(post["provider"], text)}
        assert detail["post"]["publishedAt"] >= detail["post"]["publishAtUtc"]
        tries = person.call("GET", f"/v1/posts/{post['id']}/attempts")
        assert [(a["attemptNo"], a["ok"], a["retryable"]) for a in tries["attempts"]] == [(1, True, False)]
        assert httpx2.get(detail["post"]["providerUrl"], follow_redirects=True).status_code == 200
    [answered] = [post for post in run["posts"] if post["interactionType"] == "reply"]
    assert answered["resolvedParentProviderPostId"] == root["id"]

    table = person.call("GET", f"/v1/runs/{run['run']['id']}/table")
    assert table["run"]["timezone"] == "Europe/Berlin"
    assert [row["time"] for row in table["rows"]] == sorted(row["time"] for row in table["rows"])
    assert {row["postId"] for row in table["rows"]} == {post["id"] for post in run["posts"]}
    graph = person.call("GET", f"/v1/runs/{run['run']['id']}/campaign")["campaign"]
    ids = {step["providerPostId"] for target in graph["campaigns"][0]["targets"] for step in target["steps"]}
    assert ids == {post["providerPostId"] for post in run["posts"]}
    assert (graph["runId"], graph["runStatus"]) == (run["run"]["id"], "completed")

    jobs = person.call("GET", "/v1/jobs", runId=run["run"]["id"])
    assert (jobs["total"], {(job["jobState"], job["nextAction"]) for job in jobs["jobs"]}) == (4, {("done", "none")})
    health = person.call("GET", "/v1/workspace/health")["health"]
    assert health["posts"]["byStatus"]["published"] >= 4
    assert health["connections"]["publishable"] == 3


@pytest.mark.parametrize("body", [None, {}, {"startAt": None}])
def test_a_clone_is_a_draft_until_somebody_publishes_it(person: Person, site: Site, handles: dict[str, str], text: str, body: Any) -> None:
    """Published with no body at all, an empty one, and what the command-line client sends."""
    steps = [{"description": text, "delay_minutes": 0, "settings": ""}, {"description": f"{text} again", "delay_minutes": 1}]
    target = {"account": handles["telegram"], "publish_at": LATER, "steps": steps}
    first = applied(person, {"mode": "draft", "campaigns": [{"name": "Twice", "targets": [target]}]})["run"]
    copy = person.call("GET", f"/v1/runs/{first['id']}/campaign")["schedule"]
    assert copy["mode"] == "draft"
    again = applied(person, copy)
    assert (again["run"]["status"], {post["status"] for post in again["posts"]}) == ("draft", {"draft"})
    assert [post["publishAtUtc"] for post in again["posts"]] == ["2030-01-31T09:00:00.000Z", "2030-01-31T09:01:00.000Z"]
    published = person.call("POST", f"/v1/runs/{again['run']['id']}/publish", body)
    assert (published["run"]["status"], {post["status"] for post in published["posts"]}) == ("created", {"scheduled"})
    refused = person.call("POST", f"/v1/runs/{again['run']['id']}/publish", body, answers=409)
    assert refused["code"] == "run_not_draft"
    assert site.seen("telegram", text) == []


def test_a_draft_can_be_moved_to_now(person: Person, site: Site, handles: dict[str, str], text: str) -> None:
    posts = [{"account": handles["discord"], "description": f"{text} {n}", "publish_at": LATER} for n in "ab"]
    draft = applied(person, {"mode": "draft", "posts": posts})["run"]
    refused = person.call("POST", f"/v1/runs/{draft['id']}/publish", {"startAt": "2020-01-01T00:00:00Z"}, answers=422)
    assert (refused["code"], refused["details"]["issues"][0]["path"]) == ("publish_time_in_past", "startAt")
    person.call("POST", f"/v1/runs/{draft['id']}/publish", {"startAt": datetime.now(UTC).isoformat()})
    assert person.ended(draft["id"])["summary"]["published"] == 2
    assert [seen["text"] for seen in site.seen("discord", text)] == [f"{text} a", f"{text} b"], "due at once, in the order of the document"


def test_a_canceled_post_takes_its_reply_with_it(person: Person, site: Site, handles: dict[str, str], text: str) -> None:
    post = {"account": handles["x"], "description": text, "publish_at": LATER}
    reply = {**post, "description": f"{text} reply", "interaction_type": "reply", "reply_to_step_id": "post_1"}
    run = applied(person, {"posts": [post, reply]})
    [blocked] = person.call("GET", "/v1/jobs", runId=run["run"]["id"], status="blocked")["jobs"]
    assert (blocked["nextAction"], blocked["parentStepId"]) == ("wait_parent", "post_1")
    canceled = person.call("DELETE", f"/v1/posts/{run['posts'][0]['id']}")["post"]
    assert (canceled["id"], canceled["status"]) == (run["posts"][0]["id"], "canceled")
    assert {p["status"] for p in person.ended(run["run"]["id"])["posts"]} == {"canceled"}
    assert person.call("POST", f"/v1/posts/{run['posts'][0]['id']}/retry", answers=409)["code"] == "post_not_retryable"
    assert site.seen("x", text) == []


@pytest.mark.parametrize("network", NETWORKS)
def test_a_published_post_is_taken_down(person: Person, site: Site, handles: dict[str, str], text: str, network: str) -> None:
    post = one(person, handles[network], text)
    assert person.call("DELETE", f"/v1/posts/{post['id']}", answers=409)["code"] == "post_not_cancelable"
    deleted = person.call("POST", f"/v1/posts/{post['id']}/delete")["post"]
    assert (deleted["id"], deleted["provider"], deleted["providerStatus"]) == (post["id"], network, "deleted")
    [seen] = site.seen(network, text)
    assert seen["deleted_at"]


def test_a_published_post_is_confirmed_where_the_network_can_be_read(person: Person, handles: dict[str, str], text: str) -> None:
    found = person.call("POST", f"/v1/posts/{one(person, handles['x'], text)['id']}/reconcile")["post"]
    assert (found["reconciliationStatus"], found["providerStatus"]) == ("confirmed", "published")
    refused = person.call("POST", f"/v1/posts/{one(person, handles['telegram'], text)['id']}/reconcile", answers=409)
    assert refused["code"] == "provider_reconcile_unsupported"


def test_a_refused_post_tells_the_network_s_words_and_can_be_tried_again(
    person: Person, site: Site, handles: dict[str, str], text: str
) -> None:
    """X takes a text once."""
    assert one(person, handles["x"], text)["status"] == "published"
    post = one(person, handles["x"], text)
    assert post["status"] == "failed"
    assert post["error"] == post["lastError"] != ""
    [attempt] = person.call("GET", f"/v1/posts/{post['id']}/attempts")["attempts"]
    assert (attempt["ok"], attempt["retryable"], attempt["code"]) == (False, False, post["errorCode"])
    assert "duplicate content" in json.dumps(attempt["details"])
    assert person.call("GET", f"/v1/runs/{post['runId']}/status")["run"]["status"] == "partial_failed"
    [job] = person.call("GET", "/v1/jobs", runId=post["runId"])["jobs"]
    assert (job["jobState"], job["nextAction"], job["latestAttempt"]["code"]) == ("failed", "retry", attempt["code"])
    assert person.call("POST", f"/v1/posts/{post['id']}/retry")["post"]["id"] == post["id"]
    again = person.until(
        f"/v1/posts/{post['id']}", lambda answer: answer["latestAttempt"]["attemptNo"] == 2 and answer["latestAttempt"]["finishedAt"]
    )
    assert again["post"]["attemptCount"] == 2
    assert len(site.seen("x", text)) == 1


def test_a_network_that_cannot_be_reached_is_tried_again(person: Person, site: Site, handles: dict[str, str], text: str) -> None:
    site.fail("discord", "refuse")
    post = one(person, handles["discord"], text)
    assert (post["status"], post["attemptCount"], post["lastError"]) == ("published", 2, None)
    attempts = person.call("GET", f"/v1/posts/{post['id']}/attempts")["attempts"]
    assert [(a["ok"], a["retryable"]) for a in attempts] == [(False, True), (True, False)]
    assert len(site.seen("discord", text)) == 1


def test_a_lost_answer_is_never_sent_again_without_a_person(person: Person, site: Site, handles: dict[str, str], text: str) -> None:
    site.fail("telegram", "timeout_after")
    post = one(person, handles["telegram"], text)
    assert (post["status"], post["errorCode"], post["reconciliationStatus"]) == ("failed", "publish_outcome_unknown", "unresolved")
    assert len(site.seen("telegram", text)) == 1
    assert person.call("POST", f"/v1/posts/{post['id']}/retry", answers=409)["code"] == "publish_outcome_unknown"
    person.call("POST", f"/v1/posts/{post['id']}/retry", {"force": True})
    person.until(f"/v1/posts/{post['id']}", lambda answer: answer["post"]["status"] == "published")
    assert len(site.seen("telegram", text)) == 2


def test_posts_are_found_by_every_filter(person: Person, handles: dict[str, str], text: str) -> None:
    target = {"account": handles["x"], "publish_at": LATER, "steps": [{"description": f"{text} {n}", "delay_minutes": n} for n in range(5)]}
    campaign = text.replace(" ", "-")
    made = applied(person, {"campaigns": [{"id": campaign, "name": "Five", "targets": [target]}]})
    ids = [post["id"] for post in made["posts"]]
    for query in ({"runId": made["run"]["id"]}, {"run_id": made["run"]["id"]}, {"campaignId": campaign}, {"campaign_id": campaign}):
        assert [post["id"] for post in person.call("GET", "/v1/posts", **query)["posts"]] == ids
    narrow = {"campaignId": campaign, "account": handles["x"], "provider": "twitter", "status": "scheduled"}
    pages = [person.call("GET", "/v1/posts", limit=2, offset=offset, **narrow) for offset in (0, 2, 4)]
    assert [post["id"] for page in pages for post in page["posts"]] == ids
    assert {page["total"] for page in pages} == {5}
    for since, until in (("from", "to"), ("publishFrom", "publishTo"), ("publish_from", "publish_to")):
        window = {since: "2030-01-31T09:01:00Z", until: "2030-01-31T09:06:00Z", "campaignId": campaign}
        assert [post["id"] for post in person.call("GET", "/v1/posts", **window)["posts"]] == ids[1:4]


def test_a_disconnected_account_takes_no_more_posts(site: Site, text: str) -> None:
    person = site.newcomer(f"Leaving {text}")
    started = person.call("POST", "/v1/connections/start", {"provider": "discord", **site.credentials("discord", text)}, answers=201)
    account = started["account"]
    gone = person.call("DELETE", f"/v1/accounts/{account['id']}")
    assert (gone["account"]["id"], gone["connection"]["id"]) == (account["id"], started["connection"]["id"])
    refused = person.call("POST", "/v1/posts/apply", {"posts": [{"account": account["id"], "description": text}]}, answers=422)
    assert refused["code"] == "account_not_found"
    assert person.call("GET", "/v1/accounts")["accounts"] == []
    assert person.call("GET", f"/v1/connections/{started['connection']['id']}")["connection"]["status"] == "disconnected"


def test_a_file_is_taken_away_after_its_days(person: Person) -> None:
    headers = {"authorization": f"Bearer {person.secret}"}
    answer = httpx2.post(f"{person.base}/v1/assets/upload", headers=headers, files={"file": ("b.png", picture(), "image/png")})
    assert answer.status_code == 201, answer.text
    asset = answer.json()["asset"]
    gone = person.call("DELETE", f"/v1/assets/{asset['id']}", {"retentionDays": 7})["asset"]
    assert (gone["id"], gone["status"]) == (asset["id"], "pending_delete")
    assert gone["deleteAfter"] > datetime.now(UTC).isoformat()
