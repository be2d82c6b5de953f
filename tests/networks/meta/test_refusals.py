"""What the Graph API says no with, and what becomes of it: each body of its documentation, and what it tells of its limits."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest

from socialclaw.errors import ProviderError, RateLimited, Rejected, Unauthorized, Unavailable
from socialclaw.networks.meta.containers import failure
from socialclaw.networks.meta.graph import rest
from socialclaw.networks.meta.refusals import explain

REQUEST = httpx2.Request("POST", "https://graph.facebook.com/v25.0/1/feed")


def read(code: int, subcode: int = 0, *, prefix: str = "facebook", status: int = 400, message: str = "No.", **more: Any) -> ProviderError:
    error = {"message": message, "type": "OAuthException", "code": code, **({"error_subcode": subcode} if subcode else {}), **more}
    found = explain(httpx2.Response(status, json={"error": error}, request=REQUEST), prefix)
    assert found is not None
    return found


@pytest.mark.parametrize("code", [190, 102, 467])
@pytest.mark.parametrize("status", [400, 401])
def test_a_token_that_is_refused_needs_a_new_consent(code: int, status: int) -> None:
    assert isinstance(read(code, 463, status=status), Unauthorized)


@pytest.mark.parametrize("code", [3, 10, 200, 294])
def test_a_missing_permission_needs_a_new_consent(code: int) -> None:
    found = read(code, status=403, prefix="instagram")
    assert isinstance(found, Unauthorized)
    assert found.code == "instagram_permission_missing"
    assert read(100, message="(#100) No permission to publish the video").code == "facebook_permission_missing"


@pytest.mark.parametrize("code", [4, 17, 32, 341, 613, 80001, 80002])
def test_a_limit_waits_as_long_as_the_header_says(code: int) -> None:
    usage = {"123": [{"type": "pages", "call_count": 100, "estimated_time_to_regain_access": 19}, {"estimated_time_to_regain_access": 2}]}
    error = {"error": {"message": "limit", "code": code, "is_transient": True}}
    told = httpx2.Response(403, json=error, headers={"x-business-use-case-usage": json.dumps(usage)}, request=REQUEST)
    found = explain(told, "facebook")
    assert isinstance(found, RateLimited)
    assert found.retry_after == 19 * 60
    silent = read(code)
    assert isinstance(silent, RateLimited)
    assert silent.retry_after == 300


@pytest.mark.parametrize(("code", "subcode"), [(1, 0), (2, 0), (-1, 2207001), (-2, 2207003), (-1, 2207032), (-1, 2207053), (100, 1363047)])
def test_what_passes_may_have_been_done(code: int, subcode: int) -> None:
    found = read(code, subcode, status=500 if code == 2 else 400)
    assert isinstance(found, Unavailable)
    assert found.sent is True
    assert read(999, is_transient=True).code == "provider_unavailable"


def test_media_that_is_not_ready_was_not_published() -> None:
    found = read(9007, 2207027, prefix="instagram")
    assert isinstance(found, Unavailable)
    assert found.sent is False


@pytest.mark.parametrize(
    ("code", "subcode", "ours"),
    [
        (506, 0, "facebook_duplicate_post"),
        (100, 1366051, "facebook_duplicate_post"),
        (100, 1346003, "facebook_content_refused"),
        (368, 1404102, "facebook_content_refused"),
        (368, 0, "facebook_blocked"),
        (100, 1404112, "facebook_account_restricted"),
        (100, 1404006, "facebook_account_restricted"),
        (100, 1404078, "facebook_page_authorization_required"),
        (100, 4854002, "facebook_identity_unconfirmed"),
        (1, 1366046, "facebook_image_refused"),
        (324, 2069019, "facebook_image_refused"),
        (1609005, 0, "facebook_link_unreachable"),
        (100, 1609008, "facebook_link_refused"),
        (100, 2061006, "facebook_link_refused"),
        (100, 1349125, "facebook_media_refused"),
        (352, 0, "facebook_video_refused"),
        (382, 0, "facebook_video_refused"),
        (6000, 0, "facebook_upload_failed"),
        (6001, 0, "facebook_upload_failed"),
        (100, 33, "facebook_not_found"),
        (803, 0, "facebook_not_found"),
        (3001, 1504028, "facebook_metric_unavailable"),
        (100, 0, "facebook_rejected"),
        (2500, 0, "facebook_rejected"),
    ],
)
def test_what_facebook_refuses(code: int, subcode: int, ours: str) -> None:
    found = read(code, subcode)
    assert isinstance(found, Rejected)
    assert found.code == ours
    assert found.details["metaCode"] == code


@pytest.mark.parametrize(
    ("code", "subcode", "ours"),
    [
        (-2, 2207020, "instagram_container_gone"),
        (1, 2207057, "instagram_thumbnail_refused"),
        (4, 2207051, "instagram_action_blocked"),
        (24, 2207006, "instagram_container_gone"),
        (24, 2207008, "instagram_container_gone"),
        (25, 2207050, "instagram_account_restricted"),
        (100, 2207023, "instagram_media_refused"),
        (100, 2207028, "instagram_carousel_refused"),
        (100, 2207035, "instagram_tag_refused"),
        (100, 2207040, "instagram_tag_refused"),
        (352, 2207026, "instagram_video_refused"),
        (36000, 2207004, "instagram_image_refused"),
        (36001, 2207005, "instagram_image_refused"),
        (36003, 2207009, "instagram_aspect_refused"),
        (36004, 2207010, "instagram_caption_refused"),
        (100, 2207081, "instagram_trial_refused"),
        (100, 33, "instagram_not_found"),
    ],
)
def test_what_instagram_refuses(code: int, subcode: int, ours: str) -> None:
    found = read(code, subcode, prefix="instagram")
    assert isinstance(found, Rejected)
    assert found.code == ours


@pytest.mark.parametrize(
    ("code", "subcode", "ours"), [(389, 0, "facebook_video_unreachable"), (9004, 2207052, "instagram_media_unreachable")]
)
def test_a_file_that_was_not_fetched_may_be_fetched_later(code: int, subcode: int, ours: str) -> None:
    found = read(code, subcode, prefix=ours.partition("_")[0])
    assert isinstance(found, Unavailable)
    assert (found.code, found.sent) == (ours, False)


def test_a_used_up_day_is_tried_again_within_it_and_haste_after_a_while() -> None:
    used, fast = read(9, 2207042, prefix="instagram"), read(100, 1390008)
    assert isinstance(used, RateLimited)
    assert (used.code, used.retry_after) == ("instagram_quota_used", 3600)
    assert isinstance(fast, RateLimited)
    assert fast.retry_after == 900


def test_the_words_for_the_user_are_told_and_none_twice() -> None:
    found = read(
        36000,
        2207004,
        prefix="instagram",
        message="The image size is too large.",
        error_user_title="Too large",
        error_user_msg="Make it smaller.",
    )
    assert found.details["said"] == "Too large | Make it smaller. | The image size is too large."
    assert "Make it smaller." in found.message
    assert read(100, message="same", error_user_msg="same").details["said"] == "same"


def test_an_app_that_demands_a_proof_is_explained() -> None:
    found = read(100, message="API calls from the server require an appsecret_proof argument")
    assert found.code == "facebook_app_secret_required"
    assert "Require App Secret" in found.message


def test_an_error_with_status_200_is_one_and_a_success_that_failed_too() -> None:
    assert isinstance(read(190, status=200), Unauthorized)
    failed = explain(httpx2.Response(200, json={"success": False}, request=REQUEST), "instagram")
    assert isinstance(failed, Rejected)
    assert failed.code == "instagram_rejected"


@pytest.mark.parametrize("body", [{"id": "1"}, {"success": True}, {"error": "text"}, [], None])
def test_where_nothing_is_said_the_status_decides(body: Any) -> None:
    assert explain(httpx2.Response(200, json=body, request=REQUEST), "facebook") is None
    assert explain(httpx2.Response(502, text="<html>", request=REQUEST), "facebook") is None


def test_broken_numbers_and_headers_do_no_harm() -> None:
    error = {"error": {"message": "x", "code": "abc", "error_subcode": {}, "error_data": "{"}}
    response = httpx2.Response(400, json=error, headers={"x-business-use-case-usage": "["}, request=REQUEST)
    assert isinstance(explain(response, "facebook"), Rejected)
    limited = httpx2.Response(400, json={"error": {"code": 4}}, headers={"x-business-use-case-usage": "[1]"}, request=REQUEST)
    found = explain(limited, "facebook")
    assert isinstance(found, RateLimited)
    assert found.retry_after == 300


@pytest.mark.parametrize(
    ("app", "case", "seconds"),
    [(10, 10, 0), (79, 79, 0), (80, 0, 60), (0, 94, 60), (95, 0, 600), (0, 100, 600)],
)
def test_an_account_is_left_alone_before_its_limit_is_reached(app: int, case: int, seconds: float) -> None:
    usage = {"1": [{"type": "instagram", "call_count": case, "total_time": 1, "estimated_time_to_regain_access": 99}]}
    headers = {"x-app-usage": json.dumps({"call_count": 1, "total_time": app}), "x-business-use-case-usage": json.dumps(usage)}
    assert rest(httpx2.Headers(headers)) == seconds


def test_headers_that_say_nothing_are_no_reason_to_rest() -> None:
    for headers in (
        {},
        {"x-app-usage": "nonsense"},
        {"x-app-usage": "[]"},
        {"x-business-use-case-usage": '{"1": [5, {"call_count": "9"}]}'},
    ):
        assert rest(httpx2.Headers(headers)) == 0


@pytest.mark.parametrize(
    ("code", "said", "ours"),
    [
        ("ERROR", "Error: Media upload has failed with error code 2207026", "instagram_video_refused"),
        ("ERROR", "Error: Media upload has failed with error code 2207076", "instagram_media_failed"),
        ("ERROR", "", "instagram_media_failed"),
        ("EXPIRED", "Expired", "instagram_container_gone"),
    ],
)
def test_what_a_container_came_to(code: str, said: str, ours: str) -> None:
    assert failure({"code": code, "said": said}).code == ours
