"""Reddit describes its API in no machine-readable way, so recorded answers and PRAW judge the simulator.

The recordings are real answers that the authors of PRAW keep (2016 to 2025); PRAW drives the simulator unchanged over a real socket.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import praw
import pytest
from praw.exceptions import RedditAPIException

from socialclaw.networks.reddit.refusals import explain
from socialclaw.providers.draft import Account
from socialclaw.simulation.flow import CLIENT_ID, CLIENT_SECRET
from tests.networks.reddit.conftest import Scene

Official = Callable[[str], Path]
# What newer answers have that none of these recordings shows.
NEWER = {
    "me": {"total_karma", "icon_img", "subreddit"},
    "t3": {"link_flair_template_id"},
    "t5": set[str](),
    "submit": {"drafts_count"},
    "flair": {"allowable_content", "max_emojis"},
}


def recorded(official: Official, name: str, path: str) -> Any:
    """The body of the recorded answer to the last call whose path ends so."""
    cassette = json.loads(official(f"reddit/recordings/{name}.json").read_text("utf-8"))
    answers = [
        one["response"]["body"] for one in cassette["interactions"] if re.sub(r"/?(\?.*)?$", "", one["request"]["uri"]).endswith(path)
    ]
    assert answers, f"{name} has no {path}"
    body = answers[-1]
    return json.loads(gzip.decompress(base64.b64decode(body["base64_string"])) if body.get("base64_string") else body["string"])


def unlike(ours: Any, theirs: Any, path: str = "", newer: frozenset[str] | set[str] = frozenset()) -> list[str]:
    """Where an answer of ours has what theirs has not, or of another type. Null stands for any value."""
    if ours is None or theirs is None:
        return []
    if isinstance(ours, dict) and isinstance(theirs, dict):
        invented = [f"{path}.{name}" for name in ours if name not in theirs and name not in newer]
        return invented + [w for name in ours if name in theirs for w in unlike(ours[name], theirs[name], f"{path}.{name}", newer)]
    if isinstance(ours, list) and isinstance(theirs, list):
        return [wrong for one in ours for wrong in unlike(one, theirs[0], f"{path}[]", newer)] if theirs else []
    same = type(ours) is type(theirs) or {type(ours), type(theirs)} == {int, float}
    return [] if same else [f"{path}: {type(ours).__name__} for {type(theirs).__name__}"]


async def ask(scene: Scene, account: Account, method: str, path: str, **kwargs: Any) -> Any:
    response = await scene.raw(account, method, f"{path}{'&' if '?' in path else '?'}raw_json=1", **kwargs)
    assert response.status_code == 200, response.text
    return response.json()


async def test_the_user_is_as_recorded(scene: Scene, ann: Account, official: Official) -> None:
    ours, theirs = await ask(scene, ann, "GET", "/api/v1/me"), recorded(official, "TestUser.test_me", "/api/v1/me")
    assert unlike(ours, theirs, newer=NEWER["me"]) == []
    assert set(theirs) <= set(ours)


async def test_a_submission_and_its_post_are_as_recorded(scene: Scene, ann: Account, official: Official) -> None:
    link = {"kind": "link", "url": scene.media("image", 1).url, "text": "*hot*", "title": "Soup", "sr": "CasualTalk", "api_type": "json"}
    made = await ask(scene, ann, "POST", "/api/submit", data=link)
    assert unlike(made, recorded(official, "TestSubreddit.test_submit__url_selftext", "/api/submit"), newer=NEWER["submit"]) == []
    theirs = recorded(official, "TestSubreddit.test_submit__url_selftext", "/comments/1kh35wk")
    ours = await ask(scene, ann, "GET", f"/comments/{made['json']['data']['id']}")
    assert unlike(ours, theirs, newer=NEWER["t3"]) == []
    assert theirs[0]["data"]["children"][0]["data"]["selftext"], "a link has text below it: Reddit itself took it"
    info = await ask(scene, ann, "GET", f"/api/info?id={made['json']['data']['name']}")
    assert len(info["data"]["children"]) == 1
    assert unlike(info["data"]["children"], theirs[0]["data"]["children"], newer=NEWER["t3"]) == []


async def test_a_deleted_post_is_as_recorded(scene: Scene, ann: Account, official: Official) -> None:
    post_id = await scene.submit(ann, scene.draft(description="hot"))
    assert await ask(scene, ann, "POST", "/api/del", data={"id": post_id}) == recorded(official, "TestSubmission.test_delete", "/api/del")
    [child] = recorded(official, "TestSubmission.test_delete", "/comments/4b1tfm")[0]["data"]["children"]
    [ours] = (await ask(scene, ann, "GET", f"/api/info?id={post_id}"))["data"]["children"]
    assert (ours["data"]["author"], ours["data"]["selftext"]) == (child["data"]["author"], child["data"]["selftext"])


async def test_subreddits_and_what_they_want_are_as_recorded(scene: Scene, ann: Account, official: Official) -> None:
    theirs = recorded(official, "TestUser.test_moderator_subreddits", "/subreddits/mine/moderator")
    for relationship in ("moderator", "subscriber"):
        assert unlike(await ask(scene, ann, "GET", f"/subreddits/mine/{relationship}"), theirs, newer={"before", *NEWER["t5"]}) == []
    theirs = recorded(official, "TestSubreddit.test_post_requirements", "/post_requirements")
    for name in ("CasualTalk", "choosy"):
        ours = await ask(scene, ann, "GET", f"/api/v1/{name}/post_requirements")
        assert unlike(ours, theirs) == []
        assert set(ours) == set(theirs)
    rules = recorded(official, "TestRule.test_iter_rules", "/about/rules")
    assert unlike(await ask(scene, ann, "GET", "/r/CasualTalk/about/rules"), rules) == []


async def test_flairs_are_as_recorded(scene: Scene, ann: Account, official: Official) -> None:
    theirs = recorded(official, "TestSubredditLinkFlairTemplates.test__iter", "/api/link_flair_v2")
    assert unlike(await ask(scene, ann, "GET", "/r/CasualTalk/api/link_flair_v2"), theirs, newer=NEWER["flair"]) == []
    theirs = recorded(official, "TestSubredditLinkFlairTemplates.test_user_selectable", "/api/flairselector")
    ours = await ask(scene, ann, "POST", "/r/CasualTalk/api/flairselector", data={"is_newlink": "true"})
    assert unlike(ours, theirs) == []


async def test_a_validation_that_failed_is_as_recorded_and_is_understood(scene: Scene, ann: Account, official: Official) -> None:
    theirs = recorded(official, "TestSubreddit.test_submit__verify_invalid", "/api/submit")
    form = {
        "api_type": "json",
        "kind": "link",
        "url": "https://e.org/1",
        "sr": "choosy",
        "title": "[OC] buy now",
        "validate_on_submit": "true",
    }
    refused = await scene.raw(ann, "POST", "/api/submit", data=form)
    assert refused.status_code == 400
    assert unlike(refused.json(), theirs) == []
    assert (set(refused.json()), refused.json()["reason"]) == (set(theirs), theirs["reason"])
    said = explain(httpx2.Response(400, json=theirs))
    assert said is not None
    assert said.code == "reddit_title_refused"


async def test_tokens_are_as_recorded(scene: Scene, ann: Account, official: Official) -> None:
    theirs = recorded(official, "TestAuthWeb.test_authorize", "/api/v1/access_token")
    ours = next(response.json() for request, response in scene.calls if request.url.path == "/api/v1/access_token")
    assert unlike(ours, theirs) == []
    assert set(ours) == set(theirs)


def test_the_judge_finds_what_is_unlike() -> None:
    theirs = {"a": 1, "b": [{"c": "x"}], "d": None}
    assert unlike({"a": 2.5, "b": [], "d": "x"}, theirs) == []
    assert unlike({"a": "2", "b": [{"e": 1}], "f": 1}, theirs) == [".f", ".a: str for int", ".b[].e"]


# PRAW.


@pytest.fixture
def client(scene: Scene, serve_simulator: Callable[..., str]) -> Iterator[praw.Reddit]:
    """PRAW, for a user who has consented."""
    refresh = scene.reddit.admit("grace")["refresh_token"]
    with praw.Reddit(
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        refresh_token=refresh,
        user_agent="test:socialclaw:v1 (+https://getsocialclaw.com)",
        oauth_url=serve_simulator(scene.network, "oauth.reddit.com"),
        reddit_url=serve_simulator(scene.network, "www.reddit.com"),
        short_url="http://redd.it",
        check_for_updates=False,
    ) as reddit:
        yield reddit


def test_praw_posts_reads_and_deletes(scene: Scene, client: praw.Reddit) -> None:
    me = client.user.me()
    assert me is not None
    assert me.name == "grace"
    subreddit = client.subreddit("CasualTalk")
    flair = next(one for one in subreddit.flair.link_templates.user_selectable() if one["flair_text_editable"])
    text = subreddit.submit("Soup", selftext="hot & *sour*", flair_id=flair["flair_template_id"], flair_text="Mine", nsfw=True)
    link = subreddit.submit("Bread", url=scene.media("image", 1).url, selftext="fresh")
    assert [(seen.id, seen.text) for seen in scene.seen()] == [
        (f"t3_{text.id}", "Soup\n\nhot & *sour*"),
        (f"t3_{link.id}", "Bread\n\nfresh"),
    ]
    assert (text.selftext, text.is_self, text.over_18, text.link_flair_text) == ("hot & *sour*", True, True, "Mine")
    assert (link.is_self, link.url, str(link.author), link.subreddit.display_name) == (
        False,
        scene.media("image", 1).url,
        "grace",
        "CasualTalk",
    )
    assert [one.id for one in me.submissions.new()] == [link.id, text.id]
    assert [one.title for one in client.info(fullnames=[text.fullname, link.fullname, "t3_zzz"])] == ["Soup", "Bread"]
    text.delete()
    assert [seen.id for seen in scene.seen()] == [f"t3_{link.id}"]
    [gone] = client.info(fullnames=[text.fullname])
    assert (gone.author, gone.selftext, gone.removed_by_category) == (None, "[deleted]", "deleted")


def test_praw_comments_and_finds_posts_by_subreddit_and_link(scene: Scene, client: praw.Reddit) -> None:
    """`comment`, `new` and `info?url=`, as tools do that look whether a link is there already before they post it."""
    url = scene.media("image", 1).url
    post = client.subreddit("CasualTalk").submit("Bread", url=url)
    said = post.reply("Fresh & warm")
    below = said.reply("So it is")
    assert (said.body, said.parent_id, below.parent_id) == ("Fresh & warm", post.fullname, said.fullname)
    post.comments.replace_more(limit=0)
    assert [one.body for one in client.submission(post.id).comments.list()] == ["Fresh & warm", "So it is"]
    assert [one.id for one in client.subreddit("CasualTalk").new(limit=5)] == [post.id]
    assert [one.id for one in client.info(url=url)] == [post.id]
    said.delete()
    assert client.submission(post.id).comments.list() == []


def test_praw_is_told_what_a_subreddit_wants(scene: Scene, client: praw.Reddit) -> None:
    assert [one.display_name for one in client.user.subreddits()][:3] == ["CasualTalk", "linksonly", "textonly"]
    assert [one.display_name for one in client.user.moderator_subreddits()] == ["u_grace"]
    assert client.subreddit("choosy").post_requirements()["title_text_max_length"] == 100
    assert [rule.short_name for rule in client.subreddit("choosy").rules] == ["Be kind"]
    assert client.subreddit("casualtalk").subreddit_type == "public"


@pytest.mark.parametrize(
    ("subreddit", "title", "word", "field"),
    [
        ("nosuchplace", "Soup", "SUBREDDIT_NOEXIST", "sr"),
        ("linksonly", "Soup", "NO_SELFS", "sr"),
        ("CasualTalk", "x" * 301, "TOO_LONG", "title"),
        ("flairrequired", "Soup", "SUBMIT_VALIDATION_FLAIR_REQUIRED", "flair"),
    ],
)
def test_praw_understands_refusals(client: praw.Reddit, subreddit: str, title: str, word: str, field: str) -> None:
    client.validate_on_submit = False
    with pytest.raises(RedditAPIException) as refused:
        client.subreddit(subreddit).submit(title, selftext="")
    [item] = refused.value.items
    assert (item.error_type, item.field) == (word, field)
