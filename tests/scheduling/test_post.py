from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from socialclaw.scheduling.times import stamp
from tests.scheduling.documents import NOW, SOON, codes, found, plan_of_posts, post_of

POST = {"account": "x:@example", "name": "Hello"}
BIG = "x" * (256 * 1024)


def found_in(**post: Any) -> list[tuple[str, str]]:
    """Problems of one post, their paths below it."""
    return [(path.removeprefix("posts[0]").lstrip("."), code) for path, code in found(plan_of_posts(post))]


# --- The checks, one by one, in their order ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("provider", "account"),
    [("telegram", "x:@example"), ("TG", "acct_x"), ("x", "telegram:-100123"), ("twitter", "discord:42"), ("facebook", "x:@example")],
)
def test_a_stated_provider_must_be_that_of_the_account(provider: str, account: str) -> None:
    assert found_in(provider=provider, account=account, name="Hi")[0] == ("provider", "provider_account_mismatch")


def test_the_mismatch_comes_before_that_the_account_is_unknown() -> None:
    assert found_in(provider="discord", account="x:@nobody", name="Hi") == [
        ("provider", "provider_account_mismatch"),
        ("account", "account_not_found"),
    ]


@pytest.mark.parametrize("provider", ["x", "X", "twitter", " Twitter ", "x-twitter", None, "", "something else"])
def test_a_stated_provider_may_be_an_alias_and_an_unknown_one_counts_as_not_given(provider: str | None) -> None:
    assert post_of(provider=provider).provider == "x"


@pytest.mark.parametrize("account", ["somebody", "@example", "mastodon:@a", ":", "x"])
def test_without_any_provider_there_is_nothing_to_go_by(account: str) -> None:
    assert found_in(account=account, name="Hi") == [("provider", "provider_required")]


def test_neither_provider_nor_account() -> None:
    assert found_in(name="Hi") == [("provider", "provider_required"), ("account", "account_required")]
    assert found_in(name="Hi", provider="x") == [("account", "account_required")]
    assert found_in(name="Hi", provider="x", account="  ", channel=None) == [("account", "account_required")]


@pytest.mark.parametrize("account", ["x:@example", "X:@Example", "acct_x", " x:@example "])
def test_an_account_is_named_by_handle_or_id(account: str) -> None:
    post = post_of(account=account)
    assert (post.account, post.account_id, post.provider) == ("x:@Example", "acct_x", "x")


@pytest.mark.parametrize(
    ("account", "provider"), [("x:@nobody", None), ("acct_nobody", None), ("acct_nobody", "x"), ("nobody", "x"), ("discord:44", None)]
)
def test_an_account_that_is_not_connected_is_named(account: str, provider: str | None) -> None:
    plan = plan_of_posts({"account": account, "provider": provider, "name": "Hi"})
    assert found(plan) == [("posts[0].account", "account_not_found")]
    assert plan.issues[0].details["account"] == account
    assert account in plan.issues[0].message


def test_an_account_that_cannot_be_published_to() -> None:
    assert found_in(account="acct_tired", name="Hi") == [("account", "account_reconnect_required")]
    assert found_in(account="x:@identity", name="Hi") == [("account", "account_not_publishable")]


@pytest.mark.parametrize("account", ["facebook:page:1", "linkedin:person:1", "instagram:business:1", "youtube:channel:1"])
def test_a_provider_of_the_contract_whose_network_is_not_built(account: str) -> None:
    from socialclaw import networks

    provider = account.partition(":")[0]
    if provider in networks.providers():
        assert found_in(account=account, name="Hi")[0][1] == "account_not_found"
    else:
        assert found_in(account=account, name="Hi") == [("provider", "provider_unsupported")]


@pytest.mark.parametrize("at", ["soon", 5, True, [], {}, 1.5, "2030-02-30", " "])
@pytest.mark.parametrize("name", ["publish_at", "publishAt"])
def test_an_unreadable_time(name: str, at: object) -> None:
    assert found_in(**POST, **{name: at}) == [("publish_at", "invalid_publish_time")]


def test_no_time_is_now() -> None:
    assert {post_of(**{name: at}).publish_at for name in ("publish_at", "publishAt") for at in (None, "")} == {NOW}
    assert post_of().publish_at == NOW


def test_a_time_may_lie_five_minutes_in_the_past() -> None:
    assert post_of(publish_at=stamp(NOW - timedelta(minutes=5))).publish_at == NOW - timedelta(minutes=5)
    plan = plan_of_posts({**POST, "publish_at": stamp(NOW - timedelta(minutes=5, milliseconds=1))})
    assert found(plan) == [("posts[0].publish_at", "publish_time_in_past")]
    assert plan.issues[0].details == {"publishAtUtc": "2030-01-15T11:54:59.999Z", "now": "2030-01-15T12:00:00.000Z"}


@pytest.mark.parametrize("word", ["repost", "posts", "0"])
def test_an_unknown_interaction(word: str) -> None:
    assert found_in(**POST, interaction_type=word) == [("interaction_type", "interaction_type_invalid")]


@pytest.mark.parametrize("word", ["post", "POST", " Post ", None, ""])
@pytest.mark.parametrize("name", ["interaction_type", "interactionType"])
def test_a_post_is_a_post_unless_it_says_otherwise(name: str, word: str | None) -> None:
    assert post_of(**{name: word}).interaction_type == "post"


@pytest.mark.parametrize("settings", [[], "x", 1, True, [1]])
def test_settings_are_an_object(settings: object) -> None:
    assert found_in(**POST, settings=settings) == [("settings", "post_settings_invalid")]


@pytest.mark.parametrize("settings", [None, "", {}])
def test_empty_text_is_no_settings(settings: object) -> None:
    assert post_of(settings=settings).settings == {}


@pytest.mark.parametrize(
    ("account", "settings", "path", "code"),
    [
        ("x:@example", {"colour": 1}, "settings.colour", "x_settings_unsupported"),
        ("x:@example", {"replyControl": "nobody"}, "settings.replyControl", "x_reply_control_invalid"),
        ("telegram:-100123", {"colour": 1}, "settings.colour", "telegram_settings_unsupported"),
        ("telegram:-100123", {"parseMode": "html"}, "settings.parseMode", "telegram_parse_mode_invalid"),
        ("telegram:-100123", {"protectContent": "yes"}, "settings.protectContent", "telegram_setting_invalid"),
        ("discord:42", {"colour": 1}, "settings.colour", "discord_settings_unsupported"),
        ("discord:42", {"tts": 1}, "settings.tts", "discord_setting_invalid"),
    ],
)
def test_each_account_type_knows_its_settings(account: str, settings: dict[str, Any], path: str, code: str) -> None:
    plan = plan_of_posts({"account": account, "name": "Hi", "settings": settings})
    assert found(plan) == [(f"posts[0].{path}", code)]


def test_settings_errors_say_what_is_allowed() -> None:
    plan = plan_of_posts({**POST, "settings": {"colour": 1, "replyControl": "nobody"}})
    assert [dict(i.details) for i in plan.issues] == [
        {"allowedKeys": ["replyControl"]},
        {"supportedValues": ["following", "mentionedUsers", "subscribers", "verified"]},
    ]


def test_the_same_settings_are_judged_by_type_as_well_as_by_value() -> None:
    settings = [{"tts": True}, {"tts": 1}, {"tts": 1.0}, {"tts": True}, {"tts": False}, {"tts": 0}]
    plan = plan_of_posts(*({"account": "discord:42", "name": "Hi", "settings": s} for s in settings))
    assert [path for path, _ in found(plan)] == ["posts[1].settings.tts", "posts[2].settings.tts", "posts[5].settings.tts"]


def test_settings_that_were_stored_are_taken_again() -> None:
    for account in ("x:@example", "telegram:-100123", "discord:42"):
        for settings in ({}, {"parseMode": "none"}, {"replyControl": "everyone"}):
            plan = plan_of_posts({"account": account, "name": "Hi", "settings": settings})
            if plan.issues:
                continue
            again = plan_of_posts({"account": account, "name": "Hi", "settings": plan.posts[0].settings})
            assert (again.issues, again.posts[0].settings) == ((), plan.posts[0].settings)


def test_a_post_says_something() -> None:
    for account in ("x:@example", "telegram:-100123", "discord:42"):
        assert found_in(account=account) == [("", "post_content_required")]
        assert found_in(account=account, name=" ", description="\n\t") == [("", "post_content_required")]


@pytest.mark.parametrize("account", ["x:@example", "telegram:-100123", "discord:42"])
def test_no_provider_takes_comments(account: str) -> None:
    plan = plan_of_posts({"account": account, "name": "Hi", "interaction_type": "comment", "reply_to_step_id": "post_7"})
    assert found(plan) == [("posts[0].interaction_type", "provider_comment_unsupported")]


def test_a_reply_where_there_are_none() -> None:
    assert ("interaction_type", "telegram_interaction_unsupported") in found_in(
        account="telegram:-100123", name="Hi", interaction_type="reply", reply_to_step_id="post_1"
    )
    assert ("reply_to_step_id", "x_reply_parent_required") in found_in(**POST, interaction_type="reply")


@pytest.mark.parametrize(
    ("post", "path", "code"),
    [
        ({"account": "x:@example", "assets": ["https://e.com/1.png"] * 5}, "assets", "x_media_limit_exceeded"),
        ({"account": "x:@example", "assets": ["https://e.com/1.bin"]}, "assets[0]", "x_media_unsupported"),
        ({"account": "x:@example", "assets": ["https://e.com/1.mp4", "https://e.com/1.png"]}, "assets", "x_multi_video_unsupported"),
        ({"account": "x:@example", "assets": ["https://e.com/1.mp4", "https://e.com/2.mp4"]}, "assets", "x_multi_video_unsupported"),
        ({"account": "x:@example", "assets": [{"url": "https://e.com/1.png", "size": 5_242_881}]}, "assets[0]", "x_image_too_large"),
        ({"account": "x:@example", "assets": [{"url": "https://e.com/1.mp4", "size": 536_870_913}]}, "assets[0]", "x_video_too_large"),
        ({"account": "x:@example", "description": "é" * 281}, "description", "x_text_too_long"),
        ({"account": "telegram:-100123", "assets": ["https://e.com/1.png"] * 2}, "assets", "provider_multi_asset_unsupported"),
        ({"account": "telegram:-100123", "media_link": "https://e.com/1.gif"}, "assets[0]", "telegram_media_unsupported"),
        ({"account": "telegram:-100123", "description": "x" * 4097}, "description", "telegram_text_too_long"),
        ({"account": "discord:42", "assets": ["https://e.com/1.png"] * 2}, "assets", "provider_multi_asset_unsupported"),
        ({"account": "discord:42", "media_link": "https://e.com/1.gif"}, "assets[0]", "discord_media_unsupported"),
        ({"account": "discord:42", "description": "x" * 2001}, "description", "discord_text_too_long"),
    ],
)
def test_the_rules_of_each_provider_are_asked(post: dict[str, Any], path: str, code: str) -> None:
    assert (path, code) in found_in(**post)
    assert found_in(**post)[0][1] == code


@pytest.mark.parametrize(
    "post",
    [
        {"account": "x:@example", "assets": ["https://e.com/1.png"] * 4},
        {"account": "x:@example", "assets": [{"url": "https://e.com/1.png", "size": 5_242_880}]},
        {"account": "x:@example", "description": "x" * 280},
        {"account": "x:@example", "name": "é" * 139, "description": "é" * 139},
        {"account": "telegram:-100123", "description": "x" * 4096},
        {"account": "telegram:-100123", "description": "x" * 1024, "media_link": "https://e.com/1.mp4"},
        {"account": "discord:42", "description": "x" * 2000, "media_link": "https://e.com/1.webp"},
    ],
)
def test_exactly_the_limit_passes(post: dict[str, Any]) -> None:
    assert found_in(**post) == []


def test_the_checks_of_a_post_come_in_their_public_order() -> None:
    post = {
        "provider": "telegram",
        "account": "x:@identity",
        "publish_at": "soon",
        "interaction_type": "repost",
        "assets": [5],
        "settings": {"colour": 1},
        "description": "x" * 281,
    }
    assert found_in(**post) == [
        ("provider", "provider_account_mismatch"),
        ("publish_at", "invalid_publish_time"),
        ("interaction_type", "interaction_type_invalid"),
        ("assets[0]", "asset_invalid"),
        ("settings.colour", "x_settings_unsupported"),
        ("account", "account_not_publishable"),
        ("description", "x_text_too_long"),
    ]
    assert codes(plan_of_posts({"assets": [""], "settings": 1, "publish_at": "x"})) == [
        "provider_required",
        "invalid_publish_time",
        "asset_url_required",
        "post_settings_invalid",
        "account_required",
    ]


# --- Names, texts, types ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "alias", "value", "field"),
    [
        ("account", "channel", "x:@second", "account"),
        ("name", "title", "Title", "name"),
        ("description", "text", "Text", "description"),
        ("publish_at", "publishAt", SOON, "publish_at_utc"),
        ("media_link", "mediaLink", "https://e.com/1.png", "media_link"),
        ("reply_to_step_id", "replyToStepId", "post_1", "parent_step_id"),
        ("reply_to_step_id", "parent_step_id", "post_1", "parent_step_id"),
        ("reply_to_step_id", "parentStepId", "post_1", "parent_step_id"),
    ],
)
def test_every_alias_is_the_field_and_the_first_that_says_something_wins(name: str, alias: str, value: str, field: str) -> None:
    base = {"account": "x:@second", "description": "Hello"}
    wanted = getattr(plan_of_posts({**base, name: value}).posts[0], field)
    base.pop(name, None)
    for post in ({alias: value}, {name: None, alias: value}, {name: "", alias: value}, {name: value, alias: "else"}):
        assert getattr(plan_of_posts({**base, **post}).posts[0], field) == wanted


def test_among_several_aliases_the_earlier_wins() -> None:
    post = post_of(parentStepId="c", parent_step_id="b", replyToStepId="a")
    assert post.parent_step_id == "a"


@pytest.mark.parametrize("value", [1, 1.5, True, False, [], {}, ["x"], 10**400, float("nan")])
@pytest.mark.parametrize(
    "name", ["account", "provider", "name", "description", "timezone", "reply_to_step_id", "media_link", "interaction_type"]
)
def test_a_wrong_type_is_named_and_never_a_crash(name: str, value: object) -> None:
    assert found_in(**{**POST, name: value}) == [(name, "field_type_invalid")]


def test_a_text_has_at_most_256_kib_of_utf_8() -> None:
    for name in ("name", "description"):
        plan = plan_of_posts({"account": "discord:42", name: BIG + "x"})
        assert found(plan)[0] == (f"posts[0].{name}", "text_too_large")
        assert plan.issues[0].details == {"size": 262_145, "maxBytes": 262_144}
        assert found_in(account="discord:42", **{name: BIG})[0] == ("description", "discord_text_too_long")
        assert found_in(account="discord:42", **{name: "€" * 87_382})[0] == (name, "text_too_large")
        assert found_in(account="discord:42", **{name: "€" * 87_381})[0] == ("description", "discord_text_too_long")


@pytest.mark.parametrize("bad", ["a\0b", "\ud800", "a\udfffb", "\0"])
def test_nul_and_half_characters_are_refused_wherever_they_would_be_kept(bad: str) -> None:
    for name in ("account", "provider", "name", "description", "timezone", "interaction_type", "reply_to_step_id", "media_link"):
        assert found_in(**{**POST, name: bad})[0] == (name, "text_invalid")
    assert found_in(**POST, settings={"replyControl": bad})[0] == ("settings.replyControl", "text_invalid")
    assert found_in(**POST, assets=[{"url": "https://e.com/1.png", "altText": bad}])[0] == ("assets[0].altText", "text_invalid")
    assert found_in(**POST, note=bad) == []


def test_a_reply_in_a_list_of_posts_keeps_its_parent_and_a_post_is_not_made_one() -> None:
    plan = plan_of_posts(POST, {**POST, "interaction_type": "reply", "reply_to_step_id": "post_1"}, {**POST, "reply_to_step_id": "nowhere"})
    assert plan.issues == ()
    assert [(p.interaction_type, p.parent_step_id, p.parent_index) for p in plan.posts] == [
        ("post", None, None),
        ("reply", "post_1", 0),
        ("post", "nowhere", None),
    ]


def test_an_id_on_a_post_is_ignored() -> None:
    assert post_of(id="mine").step_id == "post_1"
