"""Validate, preview and apply over HTTP: one key is one run, everything wrong is told at once, and nothing is half stored."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import func, select

from socialclaw.db.base import Base, Scope, iso, utc_now
from socialclaw.networks import providers
from socialclaw.networks.names import PROVIDER_KEYS
from socialclaw.system import System
from tests.api import rows
from tests.conftest import Member

Json = dict[str, Any]
LATER = "2030-01-31T09:00:00Z"
IMAGE = "https://a.example/a.png"
VIDEO = "https://a.example/a.mp4"
MIB = 1024 * 1024


@pytest.fixture(autouse=True)
async def accounts(system: System, workspace: Member) -> dict[str, str]:
    """The ids of an account on each network, and of an identity that has to be connected again, by handle."""

    def make(scope: Scope) -> dict[str, str]:
        made = [
            rows.account(scope, "x", provider="x", handle="x:@acme", account_type="x_user"),
            rows.account(scope, "t", provider="telegram", handle="telegram:@acme", account_type="telegram_channel"),
            rows.account(scope, "d", provider="discord", handle="discord:1", account_type="discord_webhook"),
            rows.account(scope, "l", provider="x", handle="x:@lapsed", account_type="x_user", status="reconnect_required"),
            rows.account(scope, "g", provider="x", handle="x:@gone", account_type="x_user", status="disconnected"),
        ]
        return {row.handle: row.id for row in made}

    return await system.write(workspace.id, make, test=True)


async def stored(system: System) -> dict[str, int]:
    def count(session: Any) -> dict[str, int]:
        return {t.name: session.scalar(select(func.count()).select_from(t)) for t in Base.metadata.sorted_tables}

    return await system.database.read(count)


def on(handle: str, **more: Any) -> Json:
    return {"posts": [{"account": handle, "description": "Hi", "publish_at": LATER, **more}]}


def x(**more: Any) -> Json:
    return on("x:@acme", **more)


def telegram(**more: Any) -> Json:
    return on("telegram:@acme", **more)


def discord(**more: Any) -> Json:
    return on("discord:1", **more)


def steps(*listed: Any, **more: Any) -> Json:
    target = {"account": "x:@acme", "publish_at": LATER, "steps": list(listed), **more}
    return {"campaigns": [{"name": "C", "targets": [{name: value for name, value in target.items() if value is not ...}]}]}


def sized(url: str, size: int) -> Json:
    return {"assets": [{"url": url, "size": size}]}


REPLY = {"interaction_type": "reply"}
UNBUILT = [name for name in PROVIDER_KEYS if name not in providers()]  # providers of the contract whose network is to come
STEP = {"description": "Hi"}

# What is wrong with it, and a schedule in which nothing else is.
WRONG: list[tuple[str, Any]] = [
    ("schedule_invalid", []),
    ("schedule_invalid", {"schedule": "text"}),
    ("schedule_items_required", {}),
    ("schedule_items_required", {"posts": [], "campaigns": []}),
    ("schedule_shape_conflict", {**x(), **steps(STEP)}),
    ("schedule_shape_conflict", {"schedule": x(), **x()}),
    ("schedule_mode_invalid", {**x(), "mode": "later"}),
    ("schedule_mode_invalid", {"mode": "scheduled", "campaigns": [{**steps(STEP)["campaigns"][0], "mode": "draft"}]}),
    ("schedule_too_large", {"posts": x()["posts"] * 1001}),
    ("schedule_too_large", steps(*[STEP] * 1001)),
    ("timezone_invalid", {**x(), "timezone": "Mars/Olympus"}),
    ("idempotency_key_invalid", {**x(), "idempotencyKey": "k" * 256}),
    ("field_type_invalid", {"posts": "text"}),
    ("text_too_large", x(description="x" * (256 * 1024 + 1))),
    ("provider_account_mismatch", x(provider="discord")),
    ("provider_required", on("somebody")),
    ("invalid_publish_time", x(publish_at="tomorrow")),
    ("publish_time_in_past", x(publish_at="2020-01-01T00:00:00Z")),
    ("interaction_type_invalid", x(interaction_type="dance")),
    ("asset_url_required", x(assets=[""])),
    ("asset_url_required", x(assets=[{}])),
    ("asset_url_invalid", x(assets=["ftp://a.example/a.png"])),
    ("asset_invalid", x(assets=[3])),
    ("asset_media_conflict", x(assets=[IMAGE], media_link=VIDEO)),
    ("asset_not_found", x(assets=[{"assetId": "asset_1_000000000000"}])),
    ("assets_too_many", x(assets=[IMAGE] * 101)),
    ("post_settings_invalid", x(settings=[])),
    ("account_required", {"posts": [{"provider": "x", "description": "Hi"}]}),
    ("account_not_found", x(account="x:@nobody")),
    ("account_not_found", x(account="acct_1_000000000000")),
    ("account_not_found", x(account="x:@gone")),
    ("account_reconnect_required", x(account="x:@lapsed")),
    ("post_content_required", x(description=" ")),
    *(("provider_unsupported", on(f"{name}:1")) for name in UNBUILT[:1]),
    ("provider_comment_unsupported", x(interaction_type="comment", reply_to_step_id="post_1")),
    ("parent_step_not_found", x(**REPLY, reply_to_step_id="post_9")),
    ("parent_step_cycle", x(**REPLY, reply_to_step_id="post_1")),
    ("campaign_invalid", {"campaigns": [3]}),
    ("campaign_targets_required", {"campaigns": [{"name": "C"}]}),
    ("campaign_target_invalid", {"campaigns": [{"name": "C", "targets": [3]}]}),
    ("campaign_target_account_required", steps(STEP, account=...)),
    ("campaign_steps_required", steps()),
    ("campaign_step_invalid", steps(3)),
    ("campaign_publish_time_required", steps(STEP, publish_at=...)),
    ("invalid_step_delay", steps(STEP, {**STEP, "delay_minutes": -1})),
    ("parent_step_account_mismatch", {"posts": [*discord()["posts"], *x(**REPLY, reply_to_step_id="post_1")["posts"]]}),
    ("step_id_duplicate", steps({**STEP, "id": "a"}, {**STEP, "id": "a"}, {**STEP, **REPLY, "reply_to_step_id": "a"})),
    ("x_media_limit_exceeded", x(assets=[IMAGE] * 5)),
    ("x_media_unsupported", x(media_link="https://a.example/a.pdf")),
    ("x_multi_video_unsupported", x(assets=[VIDEO, VIDEO])),
    ("x_multi_video_unsupported", x(assets=[IMAGE, VIDEO])),
    ("x_image_too_large", x(**sized(IMAGE, 5 * MIB + 1))),
    ("x_video_too_large", x(**sized(VIDEO, 512 * MIB + 1))),
    ("x_reply_parent_required", x(**REPLY)),
    ("x_settings_unsupported", x(settings={"colour": "red"})),
    ("x_reply_control_invalid", x(settings={"replyControl": "nobody"})),
    ("x_text_too_long", x(description="x" * 281)),
    ("provider_multi_asset_unsupported", telegram(assets=[IMAGE, IMAGE])),
    ("telegram_interaction_unsupported", telegram(**REPLY, reply_to_step_id="post_1")),
    ("telegram_media_unsupported", telegram(media_link="https://a.example/a.pdf")),
    ("telegram_settings_unsupported", telegram(settings={"colour": "red"})),
    ("telegram_parse_mode_invalid", telegram(settings={"parseMode": "html"})),
    ("telegram_setting_invalid", telegram(settings={"protectContent": "yes"})),
    ("telegram_text_too_long", telegram(description="x" * 4097)),
    ("provider_multi_asset_unsupported", discord(assets=[IMAGE, IMAGE])),
    ("discord_interaction_unsupported", discord(**REPLY, reply_to_step_id="post_1")),
    ("discord_media_unsupported", discord(media_link="https://a.example/a.pdf")),
    ("discord_settings_unsupported", discord(settings={"colour": "red"})),
    ("discord_setting_invalid", discord(settings={"tts": 1})),
    ("discord_text_too_long", discord(description="x" * 2001)),
]  # fmt: skip


@pytest.mark.parametrize(("code", "schedule"), WRONG, ids=[f"{code}-{n}" for n, (code, _) in enumerate(WRONG)])
async def test_what_is_wrong_is_a_422_with_its_code_and_stores_nothing(
    api: httpx2.AsyncClient, system: System, code: str, schedule: Any
) -> None:
    before = await stored(system)
    for path in ("/v1/posts/validate", "/v1/campaigns/preview", "/v1/posts/apply"):
        answer = await api.post(path, json=schedule)
        assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
        first = answer.json()["details"]["issues"][0]
        assert (first["code"], first["message"]) == (code, answer.json()["message"])
        assert first.keys() == {"path", "code", "message", "details"}
    assert await stored(system) == before


@pytest.mark.parametrize("schedule", [x(), telegram(), discord(), steps(STEP), x(**sized(IMAGE, 5 * MIB)), x(assets=[IMAGE] * 4)])
async def test_what_the_wrong_ones_are_made_of_is_right(api: httpx2.AsyncClient, schedule: Json) -> None:
    answer = await api.post("/v1/posts/validate", json=schedule)
    assert answer.status_code == 200, answer.text


async def test_all_problems_come_at_once_in_the_order_of_the_document(api: httpx2.AsyncClient) -> None:
    posts = [
        {"account": "x:@acme", "provider": "tg", "publish_at": "soon", "interaction_type": "dance", "assets": [3], "settings": {"a": 1}},
        {"provider": UNBUILT[0] if UNBUILT else "x"},
        {"account": "discord:1", "description": "x" * 2001},
    ]
    answer = (await api.post("/v1/posts/apply", json={"timezone": "Nowhere", "posts": posts})).json()
    assert [(issue["path"], issue["code"]) for issue in answer["details"]["issues"]] == [
        ("timezone", "timezone_invalid"),
        ("posts[0].provider", "provider_account_mismatch"),
        ("posts[0].publish_at", "invalid_publish_time"),
        ("posts[0].interaction_type", "interaction_type_invalid"),
        ("posts[0].assets[0]", "asset_invalid"),
        ("posts[0].settings.a", "x_settings_unsupported"),
        ("posts[1].account", "account_required"),
        ("posts[1]", "post_content_required"),
        *(("posts[1].provider", "provider_unsupported") for _ in UNBUILT[:1]),
        ("posts[2].description", "discord_text_too_long"),
    ]
    assert answer["code"] == "timezone_invalid"
    assert answer["details"]["issues"][5]["details"]["allowedKeys"] == ["replyControl"]


async def test_a_flat_list_has_no_graph_to_preview(api: httpx2.AsyncClient) -> None:
    answer = await api.post("/v1/campaigns/preview", json=x())
    assert (answer.status_code, answer.json()["code"]) == (409, "campaign_graph_requires_campaigns")


@pytest.mark.parametrize("wrap", [lambda body: body, lambda body: {"schedule": body}], ids=["bare", "wrapped"])
async def test_validate_says_what_a_schedule_means_and_stores_nothing(
    api: httpx2.AsyncClient, system: System, wrap: Any, accounts: Json
) -> None:
    before = await stored(system)
    body = wrap(
        {"timezone": "Europe/Berlin", "posts": [{"channel": "X:@Acme", "title": "A", "text": "B", "publishAt": "2030-01-31T09:00:00"}]}
    )
    answer = (await api.post("/v1/posts/validate", json=body)).json()
    assert (answer["mode"], answer["sourceModel"], answer["totalCampaigns"], answer["totalPosts"]) == ("scheduled", "posts_v1", 0, 1)
    [post] = answer["posts"]
    assert post["publishAtUtc"] == "2030-01-31T08:00:00.000Z"
    assert (post["account"], post["accountId"], post["name"], post["description"]) == ("x:@acme", accounts["x:@acme"], "A", "B")
    assert (post["stepId"], post["timezone"], post["interactionType"]) == ("post_1", "Europe/Berlin", "post")
    assert await stored(system) == before


async def test_an_account_is_named_by_id_or_handle(api: httpx2.AsyncClient, accounts: Json) -> None:
    for account in (accounts["discord:1"], "discord:1"):
        run = (await api.post("/v1/posts/apply", json=discord(account=account))).json()
        assert [(p["account"], p["accountId"]) for p in run["posts"]] == [("discord:1", accounts["discord:1"])]


async def test_empty_text_for_settings_is_none(api: httpx2.AsyncClient) -> None:
    assert (await api.post("/v1/posts/validate", json=telegram(settings=""))).json()["posts"][0]["settings"]["parseMode"] is None


@pytest.mark.parametrize("absent", [{}, {"publish_at": None}, {"publish_at": ""}])
async def test_a_post_without_a_time_is_due_now(api: httpx2.AsyncClient, absent: Json) -> None:
    before = utc_now()
    answer = (await api.post("/v1/posts/apply", json={"posts": [{"account": "discord:1", "description": "Hi", **absent}]})).json()
    [post] = answer["posts"]
    assert iso(before) <= post["publishAtUtc"] == post["nextAttemptAt"] <= iso(utc_now())


async def test_up_to_five_minutes_late_is_now(api: httpx2.AsyncClient) -> None:
    late = [iso(utc_now() - timedelta(minutes=minutes)) for minutes in (4, 6)]
    statuses = [(await api.post("/v1/posts/validate", json=x(publish_at=moment))).status_code for moment in late]
    assert statuses == [200, 422]


async def test_a_run_of_a_thousand_posts_due_at_once_keeps_its_order(api: httpx2.AsyncClient) -> None:
    texts = [str(n) for n in range(1000)]
    answer = await api.post(
        "/v1/posts/apply", json={"posts": [{"account": "discord:1", "description": text} for text in texts], "mode": "draft"}
    )
    assert answer.status_code == 201
    assert [post["description"] for post in answer.json()["posts"]] == texts
    pages = [(await api.get("/v1/posts", params={"limit": 500, "offset": offset})).json() for offset in (0, 500)]
    assert [post["description"] for page in pages for post in page["posts"]] == texts
    assert {page["total"] for page in pages} == {1000}


@pytest.mark.usefixtures("both_databases")
async def test_the_same_key_with_the_same_content_is_the_same_run(api: httpx2.AsyncClient, system: System) -> None:
    first = await api.post("/v1/posts/apply", json={"schedule": x(), "idempotencyKey": "k"})
    assert (first.status_code, first.json()["duplicate"]) == (201, False)
    counted = await stored(system)
    again = [{"schedule": x(), "idempotencyKey": "k"}, {**x(), "idempotency_key": "k"}, {"schedule": {**x(), "idempotencyKey": "k"}}]
    for body in again:
        repeat = await api.post("/v1/posts/apply", json=body)
        assert (repeat.status_code, repeat.json()["duplicate"]) == (200, True)
        assert repeat.json()["run"]["id"] == first.json()["run"]["id"]
        assert [p["id"] for p in repeat.json()["posts"]] == [p["id"] for p in first.json()["posts"]]
    other = await api.post("/v1/posts/apply", json={"schedule": x(description="Other"), "idempotencyKey": "k"})
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_conflict")
    assert other.json()["details"]["runId"] == first.json()["run"]["id"]
    assert await stored(system) == counted


async def test_a_key_is_each_workspace_s_own(
    api: httpx2.AsyncClient, other_api: httpx2.AsyncClient, system: System, other_workspace: Member
) -> None:
    handles = {"provider": "x", "handle": "x:@acme", "account_type": "x_user"}
    await system.write(other_workspace.id, lambda scope: rows.account(scope, "x", **handles).id, test=True)
    runs = [(await client.post("/v1/posts/apply", json={**x(), "idempotencyKey": "k"})).json() for client in (api, other_api)]
    assert [run["duplicate"] for run in runs] == [False, False]
    assert runs[0]["run"]["id"] != runs[1]["run"]["id"]


@pytest.mark.usefixtures("both_databases")
async def test_a_key_that_is_used_many_times_at_once_makes_one_run(api: httpx2.AsyncClient, system: System) -> None:
    body = {"schedule": x(), "idempotencyKey": "k"}
    answers = await asyncio.gather(*(api.post("/v1/posts/apply", json=body) for _ in range(12)))
    assert sorted(answer.status_code for answer in answers) == [*[200] * 11, 201]
    assert len({answer.json()["run"]["id"] for answer in answers}) == 1
    counted = await stored(system)
    assert (counted["runs"], counted["posts"]) == (1, 1)


async def test_without_a_key_every_apply_is_a_run_of_its_own(api: httpx2.AsyncClient) -> None:
    runs = [(await api.post("/v1/posts/apply", json=x())).json()["run"]["id"] for _ in range(2)]
    assert len(set(runs)) == 2


@pytest.mark.parametrize(
    "body",
    [
        {**x(), "mode": "draft"},
        {"schedule": {**x(), "status": "Draft"}},
        {"schedule": x(), "mode": "draft"},
        {"campaigns": [{**steps(STEP)["campaigns"][0], "mode": "draft"}]},
    ],
)
async def test_a_draft_is_stored_and_not_scheduled_wherever_it_says_so(api: httpx2.AsyncClient, body: Json) -> None:
    answer = (await api.post("/v1/posts/apply", json=body)).json()
    assert (answer["run"]["mode"], answer["run"]["status"]) == ("draft", "draft")
    assert [(p["status"], p["nextAttemptAt"]) for p in answer["posts"]] == [("draft", None)]


async def test_the_schedule_itself_has_the_last_word_on_its_mode_and_zone(api: httpx2.AsyncClient) -> None:
    inner = {**x(publish_at="2030-01-31T09:00:00"), "mode": "scheduled"}
    answer = (await api.post("/v1/posts/validate", json={"schedule": inner, "mode": "draft", "timezone": "Europe/Berlin"})).json()
    assert (answer["mode"], answer["timezone"]) == ("scheduled", "Europe/Berlin")
    assert answer["posts"][0]["publishAtUtc"] == "2030-01-31T08:00:00.000Z"


async def test_a_body_over_25_mib_is_a_413(api: httpx2.AsyncClient) -> None:
    content = b'{"posts": "' + b"x" * 25 * MIB + b'"}'
    answer = await api.post("/v1/posts/apply", content=content, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"], answer.json()["details"]["maxBytes"]) == (413, "payload_too_large", 25 * MIB)


@pytest.mark.usefixtures("both_databases")
async def test_schedules_that_are_applied_at_once_are_not_more_than_a_network_takes(
    api: httpx2.AsyncClient, system: System, workspace: Member
) -> None:
    """150 a day are allowed; each of these fits alone, and no two fit together."""
    await system.write(
        workspace.id,
        lambda scope: rows.account(scope, "li", provider="linkedin", handle="linkedin:member:1", account_type="linkedin_member").id,
        test=True,
    )

    def hundred(name: str) -> Json:
        return {"posts": [{"account": "linkedin:member:1", "description": f"{name} {n}", "publish_at": LATER} for n in range(100)]}

    answers = await asyncio.gather(*(api.post("/v1/posts/apply", json=hundred(name)) for name in "abc"))
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 422} == {"linkedin_quota_exceeded"}
    assert (await api.get("/v1/posts")).json()["total"] == 100


async def test_the_latest_time_is_the_posts_else_the_schedules_and_is_served(api: httpx2.AsyncClient) -> None:
    said, unsaid = ({"account": "x:@acme", "description": words, "publish_at": LATER} for words in ("Said", "Other"))
    document = {"posts": [{**said, "latest_at": "2030-01-31T20:00:00Z"}, unsaid], "max_late_minutes": 90}
    judged = (await api.post("/v1/posts/validate", json=document)).json()
    assert (judged["maxLateMinutes"], [p.get("latestAtUtc") for p in judged["posts"]]) == (90, ["2030-01-31T20:00:00.000Z", None])
    applied = (await api.post("/v1/posts/apply", json=document)).json()
    served = (await api.get(f"/v1/posts?runId={applied['run']['id']}")).json()["posts"]
    assert {p["description"]: p["latestAtUtc"] for p in served} == {
        "Said": "2030-01-31T20:00:00.000Z",
        "Other": "2030-01-31T10:30:00.000Z",
    }
    again = (await api.post("/v1/posts/validate", json={"posts": [{k: v for k, v in p.items() if k != "error"} for p in served]})).json()
    assert again["ok"] is True
