"""Where the official validator is more lenient than ours was, and what its first word is."""

from __future__ import annotations

from typing import Any

import pytest

from socialclaw.scheduling.document import parse
from socialclaw.scheduling.plan import Destination, Directory, Plan
from tests.scheduling.documents import NOW, campaign_of, plan_of, step_of

ACCOUNTS = Directory(
    [
        Destination("acct_f", "facebook", "facebook:page:1", "facebook_page"),
        Destination("acct_i", "instagram_business", "instagram:business:1", "instagram_business_linked"),
        Destination("acct_iu", "instagram_business", "instagram:business-user:1", "instagram_business_identity", publishes=False),
        Destination("acct_fu", "facebook", "facebook:1", "facebook_user", publishes=False),
        Destination("acct_lu", "linkedin_page", "linkedin:page-admin:1", "linkedin_member", publishes=False),
        Destination("acct_mu", "meta", "meta:1", "meta_user", publishes=False),
        Destination("acct_pu", "pinterest", "pinterest:user:1", "pinterest_user", publishes=False),
        Destination("acct_s", "snapchat", "snapchat:@a", "snapchat_public_profile"),
        Destination("acct_t", "tiktok", "tiktok:@a", "tiktok_user"),
        Destination("acct_w", "wordpress", "wordpress:site:1", "wordpress_site"),
        Destination("acct_x", "x", "x:@example", "x_user"),
        Destination("acct_y", "youtube", "youtube:channel:1", "youtube_channel"),
    ]
)


def judged(account: str, **post: Any) -> Plan:
    return parse({"posts": [{"account": account, **post}]}, now=NOW, accounts=ACCOUNTS)


@pytest.mark.parametrize(
    ("account", "settings"),
    [("x:@example", {"replyControl": ""}), ("facebook:page:1", {"facebookVideoUploadMode": "", "pagePostMode": ""})],
)
def test_empty_text_in_an_enumeration_is_not_set(account: str, settings: dict[str, Any]) -> None:
    plan, without = judged(account, name="Hi", settings=settings), judged(account, name="Hi")
    assert plan.issues == ()
    assert plan.posts[0].settings == without.posts[0].settings


def test_empty_text_in_a_required_setting_is_a_setting_that_is_missing() -> None:
    plan = judged("tiktok:@a", name="Hi", media_link="https://a.example/a.mp4", settings={"privacyLevel": ""})
    assert [issue.code for issue in plan.issues] == ["tiktok_privacy_level_required"]


def test_a_wordpress_type_may_be_in_any_case() -> None:
    plan = judged("wordpress:site:1", name="Hi", settings={"postType": "Page"})
    assert plan.issues == ()
    assert plan.posts[0].settings["postType"] == "page"


@pytest.mark.parametrize(("delay", "after"), [("3", "13:03"), ("0.5", "13:00"), (" 3 ", "13:03")])
def test_a_delay_may_be_a_number_as_text(delay: str, after: str) -> None:
    plan = plan_of({"campaigns": [campaign_of(step_of(), step_of(delay_minutes=delay))]})
    assert plan.issues == ()
    assert plan.posts[1].publish_at_utc[11:16] == after


@pytest.mark.parametrize("delay", ["three", "nan", "-1", "inf", "1_0"])
def test_other_text_is_no_delay(delay: str) -> None:
    plan = plan_of({"campaigns": [campaign_of(step_of(), step_of(delay_minutes=delay))]})
    assert [issue.code for issue in plan.issues] == ["invalid_step_delay"]


@pytest.mark.parametrize(
    ("account", "code"),
    [
        ("instagram:business:1", "instagram_media_required"),
        ("youtube:channel:1", "youtube_video_required"),
        ("snapchat:@a", "snapchat_media_required"),
        ("x:@example", "post_content_required"),
    ],
)
def test_without_any_content_the_networks_own_code_comes_first(account: str, code: str) -> None:
    assert judged(account).issues[0].code == code


PICTURE, VIDEO = "https://a.example/a.jpg", "https://a.example/a.mp4"


@pytest.mark.parametrize(
    ("account", "media", "settings", "code"),
    [
        ("instagram:business-user:1", PICTURE, {"bogus": 1}, "instagram_settings_unsupported"),
        ("instagram:business-user:1", PICTURE, {"instagramPublishMode": "x"}, "instagram_publish_mode_invalid"),
        ("instagram:business-user:1", VIDEO, {"instagramPublishMode": "image"}, "instagram_publish_mode_mismatch"),
        ("instagram:business-user:1", PICTURE, {"instagramPublishMode": "image"}, "account_not_publishable"),
        ("instagram:business-user:1", PICTURE, {"instagramPublishMode": ""}, "account_not_publishable"),
        ("linkedin:page-admin:1", PICTURE, {"bogus": 1}, "linkedin_settings_unsupported"),
        ("facebook:1", PICTURE, {"pagePostMode": "photo"}, "publish_settings_unsupported"),
        ("meta:1", PICTURE, {"pagePostMode": "photo"}, "publish_settings_unsupported"),
        ("pinterest:user:1", PICTURE, {"pinMode": "auto"}, "publish_settings_unsupported"),
        ("linkedin:page-admin:1", PICTURE, {}, "account_not_publishable"),
    ],
)
def test_the_settings_of_an_identity_are_judged_as_the_official_validator_does(
    account: str, media: str, settings: dict[str, Any], code: str
) -> None:
    plan = judged(account, name="Hi", media_link=media, settings=settings)
    assert plan.issues[0].code == code
    assert "account_not_publishable" in [issue.code for issue in plan.issues]
