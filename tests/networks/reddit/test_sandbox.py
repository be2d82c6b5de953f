"""What the simulated Reddit refuses, in Reddit's words, and what it shows to the public."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from socialclaw.networks.reddit.sandbox.subreddits import REQUIREMENTS, broken, flairs, subreddit
from socialclaw.providers import oauth2
from socialclaw.providers.draft import Account
from socialclaw.simulation.flow import CLIENT_ID, CLIENT_SECRET
from tests.networks.reddit.conftest import API, PROVIDER, Scene
from tests.networks.stage import APP

BACK = "https://post.example/oauth/reddit/callback"
SITE = "https://www.reddit.com"
POST = {"api_type": "json", "kind": "self", "sr": "CasualTalk", "title": "Soup", "text": "hot"}
LINK = {"kind": "link", "url": "https://e.org/soup.png"}


async def submit(scene: Scene, account: Account, **change: str | None) -> httpx2.Response:
    form = {name: value for name, value in {**POST, **change}.items() if value is not None}
    return await scene.raw(account, "POST", "/api/submit", data=form)


def words(response: httpx2.Response) -> list[str]:
    assert response.status_code == 200, response.text
    return [error[0] for error in response.json()["json"]["errors"]]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"title": ""}, ["NO_TEXT"]),
        ({"title": "  "}, ["NO_TEXT"]),
        ({"title": "x" * 301}, ["TOO_LONG"]),
        ({"text": "x" * 40_001}, ["TOO_LONG"]),
        ({"sr": None}, ["SUBREDDIT_REQUIRED"]),
        ({"sr": "nosuchplace"}, ["SUBREDDIT_NOEXIST"]),
        ({"sr": "r/CasualTalk"}, ["SUBREDDIT_NOEXIST"]),
        ({"sr": "banned"}, ["SUBREDDIT_NOEXIST"]),
        ({"sr": "u_nobody"}, ["SUBREDDIT_NOEXIST"]),
        ({"sr": "restricted"}, ["SUBREDDIT_NOTALLOWED"]),
        ({"sr": "linksonly"}, ["NO_SELFS"]),
        ({"sr": "textonly", **LINK}, ["NO_LINKS"]),
        ({"kind": "link"}, ["NO_URL"]),
        ({"kind": "link", "url": "soup.png"}, ["BAD_URL"]),
        ({"kind": "image"}, ["INVALID_OPTION"]),
        ({"flair_id": "made-up"}, ["INVALID_OPTION"]),
        ({"flair_text": "x" * 65}, ["TOO_LONG"]),
        ({"title": "", "sr": "nosuchplace"}, ["NO_TEXT", "SUBREDDIT_NOEXIST"]),
        ({"sr": "flairrequired"}, ["SUBMIT_VALIDATION_FLAIR_REQUIRED"]),
    ],
)
async def test_a_post_that_reddit_does_not_take(scene: Scene, ann: Account, change: dict[str, str | None], expected: list[str]) -> None:
    assert words(await submit(scene, ann, **change)) == expected
    assert scene.seen() == []


@pytest.mark.parametrize(
    "change", [{"colour": "red"}, {"nsfw": "perhaps"}, {"api_type": None}, {"validate_on_submit": "true", "sr": "flairrequired"}]
)
async def test_a_form_that_is_refused_as_a_whole(scene: Scene, ann: Account, change: dict[str, str | None]) -> None:
    assert (await submit(scene, ann, **change)).status_code == 400
    assert scene.seen() == []


async def test_only_a_form_is_taken(scene: Scene, ann: Account) -> None:
    assert (await scene.raw(ann, "POST", "/api/submit", json=POST)).status_code == 400


async def test_a_flair_of_moderators_or_with_words_that_may_not_change_is_no_option(scene: Scene, ann: Account) -> None:
    fixed, editable, mod_only = flairs(subreddit("CasualTalk") or {})
    assert words(await submit(scene, ann, flair_id=mod_only["id"])) == ["INVALID_OPTION"]
    assert words(await submit(scene, ann, flair_id=fixed["id"], flair_text="own")) == ["INVALID_OPTION"]
    assert words(await submit(scene, ann, flair_id=editable["id"], flair_text="own")) == []
    assert scene.seen()[0].extra["flair"]["text"] == "own"


async def test_a_link_may_come_again_only_where_that_is_asked_for(scene: Scene, ann: Account) -> None:
    assert words(await submit(scene, ann, **LINK)) == []
    assert words(await submit(scene, ann, **LINK)) == []
    assert words(await submit(scene, ann, **LINK, resubmit="false")) == ["ALREADY_SUB"]
    assert words(await submit(scene, ann, resubmit="false")) == []


async def test_another_users_profile_is_not_posted_to(scene: Scene, ann: Account) -> None:
    await scene.connect("bob")
    assert words(await submit(scene, ann, sr="u_bob")) == ["SUBREDDIT_NOTALLOWED"]
    assert words(await submit(scene, ann, sr="u_ann")) == []


async def test_whoever_posts_too_often_is_told_for_how_long(scene: Scene, ann: Account) -> None:
    await submit(scene, ann, sr="slow")
    limited = (await submit(scene, ann, sr="slow")).json()["json"]
    assert limited["errors"][0][0] == "RATELIMIT"
    assert 0 < limited["ratelimit"] <= 540
    scene.ahead += 541
    assert words(await submit(scene, ann, sr="slow")) == []


@pytest.mark.parametrize(
    ("wants", "post", "reason"),
    [
        ({"title_text_min_length": 5}, {}, "MIN_LENGTH"),
        ({"title_text_max_length": 3}, {}, "MAX_LENGTH"),
        ({"title_required_strings": ["[OC]"]}, {}, "TITLE_REQUIREMENT"),
        ({"title_blacklisted_strings": ["SOUP"]}, {}, "TITLE_BLACKLISTED_STRING"),
        ({"body_restriction_policy": "required"}, {}, "BODY_REQUIRED"),
        ({"body_restriction_policy": "notAllowed"}, {"text": "hot"}, "BODY_NOT_ALLOWED"),
        ({"body_text_min_length": 5}, {"text": "hot"}, "MIN_LENGTH"),
        ({"body_blacklisted_strings": ["hot"]}, {"text": "so hot"}, "BODY_BLACKLISTED_STRING"),
        ({"link_restriction_policy": "blacklist", "domain_blacklist": ["e.org"]}, {"url": "https://e.org/x"}, "LINK_WHITELIST"),
        ({"is_flair_required": True}, {}, "FLAIR_REQUIRED"),
        ({"is_flair_required": True}, {"flair_id": "f"}, None),
        ({"body_restriction_policy": "required"}, {"url": "https://e.org/x"}, None),
    ],
)
def test_what_a_subreddit_wants_is_held_against_a_post(wants: dict[str, Any], post: dict[str, str], reason: str | None) -> None:
    found = broken({**REQUIREMENTS, **wants}, {"title": "Soup", **post})
    assert (found[1] if found else None) == (f"SUBMIT_VALIDATION_{reason}" if reason else None)


# Who may ask what.


@pytest.mark.parametrize("agent", ["", "python-httpx2/1.0", "curl/8.5.0", "Go-http-client/2.0"])
async def test_a_caller_who_does_not_say_who_it_is_gets_nothing(scene: Scene, ann: Account, agent: str) -> None:
    refused = await scene.raw(ann, "GET", "/api/v1/me", headers={"user-agent": agent})
    assert (refused.status_code, "pardner" in refused.text) == (429, True)


@pytest.mark.parametrize(
    ("token", "status", "word"), [("", 403, "blocked by network security"), ("Basic x", 403, "blocked"), ("bearer x", 401, "401")]
)
async def test_a_call_needs_a_token(scene: Scene, ann: Account, token: str, status: int, word: str) -> None:
    refused = await scene.raw(ann, "GET", "/api/v1/me", headers={"authorization": token})
    assert refused.status_code == status
    assert word in refused.text


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/api/v1/me", "identity"),
        ("GET", "/subreddits/mine/subscriber", "mysubreddits"),
        ("GET", "/user/ann/submitted", "history"),
        ("GET", "/api/info?id=t3_1", "read"),
        ("GET", "/r/CasualTalk/about", "read"),
        ("GET", "/r/CasualTalk/api/link_flair_v2", "flair"),
        ("GET", "/api/v1/CasualTalk/post_requirements", "submit"),
        ("POST", "/api/submit", "submit"),
        ("POST", "/api/del", "edit"),
        ("POST", "/api/comment", "submit"),
        ("GET", "/r/CasualTalk/new", "read"),
        ("GET", "/comments/1", "read"),
    ],
)
async def test_each_call_needs_its_own_scope(scene: Scene, ann: Account, method: str, path: str, scope: str) -> None:
    others = [other for other in scene.reddit.flow.scopes if other != scope]
    lacking = Account(ann.id, secrets={"access_token": scene.reddit.admit("ann", scopes=others)["access_token"]})
    refused = await scene.raw(lacking, method, path, **({"data": POST} if method == "POST" else {}))
    assert (refused.status_code, refused.json()["error"]) == (403, 403)
    assert 'error="insufficient_scope"' in refused.headers["www-authenticate"]


@pytest.mark.parametrize(
    ("path", "status", "reason"),
    [
        ("/r/nosuchplace/about", 404, None),
        ("/r/private/about", 403, "private"),
        ("/r/banned/about", 404, "banned"),
        ("/r/noflair/api/link_flair_v2", 403, None),
        ("/user/nobody/submitted", 404, None),
        ("/comments/zzz", 404, None),
        ("/r/nosuchplace/new", 404, None),
        ("/r/private/new", 403, "private"),
        ("/api/nothing", 404, None),
    ],
)
async def test_a_question_that_has_no_answer(scene: Scene, ann: Account, path: str, status: int, reason: str | None) -> None:
    refused = await scene.raw(ann, "GET", path)
    assert (refused.status_code, refused.json()["error"], refused.json().get("reason")) == (status, status, reason)


async def test_calls_are_counted_in_windows_of_ten_minutes(scene: Scene, ann: Account) -> None:
    scene.ahead += 610 - scene.network.clock() % 600  # none ends amid the test
    first = (await scene.raw(ann, "GET", "/api/v1/me")).headers
    second = (await scene.raw(ann, "GET", "/api/v1/me")).headers
    assert int(second["x-ratelimit-used"]) == int(first["x-ratelimit-used"]) + 1
    assert float(second["x-ratelimit-remaining"]) == float(first["x-ratelimit-remaining"]) - 1
    assert 0 < int(second["x-ratelimit-reset"]) <= 600
    scene.reddit.shelf.put("quotas", ann.id, [scene.network.clock() // 600, 1000])
    refused = await scene.raw(ann, "GET", "/api/v1/me")
    assert (refused.status_code, refused.headers["x-ratelimit-remaining"]) == (429, "0.0")
    scene.ahead += int(refused.headers["x-ratelimit-reset"])
    assert (await scene.raw(ann, "GET", "/api/v1/me")).status_code == 200


# Reading.


async def test_without_raw_json_text_is_html(scene: Scene, ann: Account) -> None:
    await submit(scene, ann, title="a < b & c")
    found = [
        (await scene.raw(ann, "GET", f"/user/ann/submitted{query}")).json()["data"]["children"][0]["data"]["title"]
        for query in ("", "?raw_json=1")
    ]
    assert found == ["a &lt; b &amp; c", "a < b & c"]


async def test_what_was_taken_away_is_seen_by_its_author_alone(scene: Scene, ann: Account) -> None:
    await submit(scene, ann, sr="removing")
    bob = await scene.connect("bob")
    mine, theirs = [(await scene.raw(one, "GET", "/user/ann/submitted")).json()["data"]["children"] for one in (ann, bob)]
    assert [one["data"]["removed_by_category"] for one in mine] == ["moderator"]
    assert theirs == []
    assert scene.seen() == []


async def test_a_deleted_post_keeps_its_place_and_nothing_else(scene: Scene, ann: Account) -> None:
    name = (await submit(scene, ann)).json()["json"]["data"]["name"]
    bob = await scene.connect("bob")
    for account, author in ((bob, "ann"), (ann, "[deleted]"), (ann, "[deleted]")):
        deleted = await scene.raw(account, "POST", "/api/del", data={"id": name})
        assert (deleted.status_code, deleted.json()) == (200, {})
        [child] = (await scene.raw(ann, "GET", f"/api/info?id={name},t3_zz")).json()["data"]["children"]
        assert child["data"]["author"] == author
    assert (child["data"]["selftext"], child["data"]["removed_by_category"]) == ("[deleted]", "deleted")
    assert (await scene.raw(ann, "GET", "/user/ann/submitted")).json()["data"]["children"] == []


async def test_a_link_that_leads_nowhere_is_taken_all_the_same(scene: Scene, ann: Account) -> None:
    assert words(await submit(scene, ann, kind="link", url="https://e.org/nothing")) == []
    assert scene.seen()[0].media == ()


async def test_pages_show_what_the_public_sees(scene: Scene, ann: Account) -> None:
    made = (await submit(scene, ann, title="<b>Soup</b>", **LINK, nsfw="true")).json()["json"]["data"]
    await submit(scene, ann, sr="removing", title="Hidden")
    for url in (made["url"], f"{SITE}/by_id/{made['name']}", f"{SITE}/r/casualtalk", f"{SITE}/user/ann/"):
        page = await scene.http.get(url)
        assert page.status_code == 200
        assert "&lt;b&gt;Soup&lt;/b&gt;" in page.text
        assert all(part in page.text for part in ("u/ann", "hot", "NSFW", 'href="https://e.org/soup.png"'))
    assert "Hidden" not in (await scene.http.get(f"{SITE}/r/removing/")).text
    await scene.raw(ann, "POST", "/api/del", data={"id": made["name"]})
    for url in (made["url"], f"{SITE}/user/nobody/", f"{SITE}/nothing"):
        assert (await scene.http.get(url)).status_code == 404


# Consent and tokens.


async def consented(scene: Scene, **change: str) -> str:
    """The code that a user comes back with."""
    asked = {
        "client_id": CLIENT_ID,
        "redirect_uri": BACK,
        "response_type": "code",
        "state": "s",
        "scope": "identity",
        "duration": "permanent",
    }
    answer = await scene.http.post(f"{SITE}/api/v1/authorize", params={**asked, **change}, data={"login": "ann", "decision": "allow"})
    return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]


async def token(scene: Scene, *, app: tuple[str, str] = (CLIENT_ID, CLIENT_SECRET), **form: str) -> httpx2.Response:
    return await scene.http.post(f"{SITE}/api/v1/access_token", data=form, auth=app)


async def test_only_a_permanent_consent_can_be_refreshed(scene: Scene) -> None:
    for duration, lasts in (("permanent", True), ("temporary", False)):
        code = await consented(scene, duration=duration)
        granted = (await token(scene, grant_type="authorization_code", code=code, redirect_uri=BACK)).json()
        assert ("refresh_token" in granted) is lasts
        assert (granted["token_type"], granted["expires_in"], granted["scope"]) == ("bearer", 86_400, "identity")


async def test_a_refresh_token_stays_the_same(scene: Scene) -> None:
    code = await consented(scene)
    granted = (await token(scene, grant_type="authorization_code", code=code, redirect_uri=BACK)).json()
    for _ in range(2):
        fresh = (await token(scene, grant_type="refresh_token", refresh_token=granted["refresh_token"])).json()
        assert fresh["refresh_token"] == granted["refresh_token"]
        assert fresh["access_token"] != granted["access_token"]


async def test_token_calls_that_are_refused(scene: Scene) -> None:
    code = await consented(scene)
    wrong = await token(scene, app=(CLIENT_ID, "x"), grant_type="authorization_code", code=code, redirect_uri=BACK)
    assert (wrong.status_code, wrong.json()) == (401, {"message": "Unauthorized", "error": 401})
    made_up = await token(scene, grant_type="authorization_code", code="made up", redirect_uri=BACK)
    assert (made_up.status_code, made_up.json()) == (200, {"error": "invalid_grant"})
    password = await token(scene, grant_type="password")
    assert (password.status_code, password.json()) == (200, {"error": "unsupported_grant_type"})
    gone = await token(scene, grant_type="refresh_token", refresh_token="made up")
    assert (gone.status_code, gone.json()) == (400, {"error": 400})


async def test_disconnecting_ends_the_access(scene: Scene, ann: Account) -> None:
    assert isinstance(PROVIDER.connect, oauth2.OAuth2)
    assert await oauth2.revoke(scene.http, PROVIDER.connect, **APP, token=ann.secrets["refresh_token"])
    assert (await scene.raw(ann, "GET", "/api/v1/me")).status_code == 401
    assert await oauth2.revoke(scene.http, PROVIDER.connect, **APP, token="made up")


@pytest.mark.parametrize("change", [{"scope": "everything"}, {"state": ""}, {"client_id": "x"}, {"redirect_uri": "https://e.org/"}])
async def test_a_wrong_authorization_request_ends_on_the_page(scene: Scene, change: dict[str, str]) -> None:
    asked = {"client_id": CLIENT_ID, "redirect_uri": BACK, "response_type": "code", "state": "s", "scope": "identity", **change}
    answer = await scene.http.get(f"{SITE}/api/v1/authorize", params=asked)
    assert answer.status_code == 400
    assert API not in answer.text


@pytest.mark.parametrize(
    ("agent", "status"),
    [
        ("python:my.tool:1.0 (by /u/ann)", 200),
        ("node:org.example.post:v2.1.3 (by /u/ann)", 200),
        ("web:org.example.post:1 (by u/ann)", 200),
        ("python-requests/2.32", 429),
        ("node", 429),
        ("", 429),
    ],
)
async def test_who_says_who_it_is_as_reddit_asks_is_answered(scene: Scene, ann: Account, agent: str, status: int) -> None:
    answer = await scene.raw(ann, "GET", "/api/v1/me", headers={"user-agent": agent})
    assert answer.status_code == status


async def test_what_a_question_does_not_know_is_no_hindrance(scene: Scene, ann: Account) -> None:
    answer = await scene.raw(ann, "GET", "/api/v1/me?raw_json=1&obey_over18=true&colour=red")
    assert (answer.status_code, answer.json()["name"]) == (200, "ann")


# Comments, and finding a post.


async def comment(scene: Scene, account: Account, below: str, text: str = "Well said") -> httpx2.Response:
    return await scene.raw(account, "POST", "/api/comment", data={"api_type": "json", "thing_id": below, "text": text})


async def test_a_comment_stands_below_its_post_and_goes_with_its_author_alone(scene: Scene, ann: Account) -> None:
    bob = await scene.connect("bob")
    post = (await submit(scene, ann)).json()["json"]["data"]["name"]
    [made] = (await comment(scene, bob, post)).json()["json"]["data"]["things"]
    [below] = (await comment(scene, ann, made["data"]["name"], "Thank you & <3")).json()["json"]["data"]["things"]
    assert (made["kind"], made["data"]["author"], made["data"]["link_id"], made["data"]["parent_id"]) == ("t1", "bob", post, post)
    assert below["data"]["parent_id"] == made["data"]["name"]
    _, listed = (await scene.raw(ann, "GET", f"/comments/{post[3:]}?raw_json=1")).json()
    [shown] = listed["data"]["children"]
    assert shown["data"]["body"] == "Well said"
    assert [one["data"]["body"] for one in shown["data"]["replies"]["data"]["children"]] == ["Thank you & <3"]
    [told] = (await scene.raw(ann, "GET", f"/api/info?id={made['data']['name']}")).json()["data"]["children"]
    assert told["data"]["id"] == made["data"]["id"]
    page = (await scene.http.get(f"{SITE}/by_id/{post}")).text
    assert "Well said" in page
    assert "Thank you &amp; &lt;3" in page
    await scene.raw(ann, "POST", "/api/del", data={"id": made["data"]["name"]})
    assert "Well said" in (await scene.http.get(f"{SITE}/by_id/{post}")).text
    await scene.raw(bob, "POST", "/api/del", data={"id": made["data"]["name"]})
    assert "Well said" not in (await scene.http.get(f"{SITE}/by_id/{post}")).text
    assert len(scene.seen()) == 1, "a comment is no post"


async def test_a_comment_that_reddit_does_not_take(scene: Scene, ann: Account) -> None:
    post = (await submit(scene, ann)).json()["json"]["data"]["name"]
    assert words(await comment(scene, ann, post, " ")) == ["NO_TEXT"]
    assert words(await comment(scene, ann, post, "x" * 10_001)) == ["TOO_LONG"]
    assert words(await comment(scene, ann, "t3_nothere")) == ["NO_THING_ID"]
    await scene.raw(ann, "POST", "/api/del", data={"id": post})
    assert words(await comment(scene, ann, post)) == ["DELETED_LINK"]


async def test_comments_below_comments_are_shown_to_some_depth(scene: Scene, ann: Account) -> None:
    above = post = (await submit(scene, ann)).json()["json"]["data"]["name"]
    for _ in range(30):
        [made] = (await comment(scene, ann, above)).json()["json"]["data"]["things"]
        above = made["data"]["name"]
    _, listed = (await scene.raw(ann, "GET", f"/comments/{post[3:]}")).json()
    deep = 0
    while listed:
        listed, deep = listed["data"]["children"][0]["data"]["replies"], deep + 1
    assert deep == 11


async def test_a_post_is_found_among_the_latest_of_its_subreddit_and_by_its_link(scene: Scene, ann: Account) -> None:
    made = [(await submit(scene, ann, **{**LINK, "title": f"Soup {n}"})).json()["json"]["data"]["name"] for n in range(3)]
    await submit(scene, ann, sr="linksonly", **{**LINK, "url": "https://e.org/other.png"})
    found = (await scene.raw(ann, "GET", "/r/casualtalk/new?limit=2")).json()["data"]
    assert [one["data"]["name"] for one in found["children"]] == made[:0:-1]
    rest = (await scene.raw(ann, "GET", f"/r/casualtalk/new?after={found['after']}")).json()["data"]
    assert [one["data"]["name"] for one in rest["children"]] == made[:1]
    for path in ("/api/info", "/r/casualtalk/api/info"):
        listed = (await scene.raw(ann, "GET", path, params={"url": LINK["url"]})).json()["data"]["children"]
        assert [one["data"]["name"] for one in listed] == made[::-1]
