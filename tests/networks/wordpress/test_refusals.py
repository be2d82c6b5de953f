"""WordPress's error bodies, as documented, and what they become."""

from __future__ import annotations

import httpx2
import pytest

from socialclaw.errors import RateLimited, Rejected, Unauthorized, Unavailable
from socialclaw.networks.wordpress.refusals import explain
from socialclaw.providers.wire import by_status
from tests.networks.wordpress.conftest import API


def answer(status: int, body: object, **headers: str) -> httpx2.Response:
    request = httpx2.Request("POST", f"{API}/v1.2/sites/5/posts/new")
    content = {"json": body} if not isinstance(body, str) else {"text": body}
    return httpx2.Response(status, headers=headers, request=request, **content)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("status", "word", "message", "code"),
    [
        (404, "unknown_blog", "Unknown blog", "wordpress_site_not_found"),
        (400, "invalid_site", "Invalid site", "wordpress_site_not_found"),
        (404, "unknown_post", "Unknown post", "wordpress_post_not_found"),
        (404, "unknown_post_type", "Unknown post type", "wordpress_post_type_unknown"),
        (404, "unknown_media", "Unknown media", "wordpress_media_not_found"),
        (400, "invalid_input", "Invalid request input", "wordpress_invalid_input"),
        (400, "invalid_input", "No media provided in input.", "wordpress_invalid_input"),
        (403, "unauthorized", "User cannot publish posts", "wordpress_publish_forbidden"),
        (403, "unauthorized", "User cannot edit posts", "wordpress_publish_forbidden"),
        (403, "unauthorized", "User cannot upload media.", "wordpress_upload_forbidden"),
        (403, "unauthorized", "User cannot delete posts", "wordpress_delete_forbidden"),
        (403, "unauthorized", "user cannot view stats", "wordpress_stats_forbidden"),
        (403, "unauthorized", "User or Token does not have access to specified site.", "wordpress_forbidden"),
        (403, "authorization_required", "User cannot access this private blog.", "wordpress_forbidden"),
        (413, "entity_too_large", "Too large", "wordpress_media_too_large"),
        (404, "unknown_route", "The API route you requested is not available.", "wordpress_not_found"),
        (400, "something_new", "No.", "wordpress_rejected"),
    ],
)
def test_a_refusal_is_for_good_and_has_its_own_code(status: int, word: str, message: str, code: str) -> None:
    said = explain(answer(status, {"error": word, "message": message}))
    assert isinstance(said, Rejected)
    assert (said.code, said.details["said"], said.details["httpStatus"]) == (code, f"{word}: {message}", status)
    assert message in said.message


@pytest.mark.parametrize(
    ("status", "word", "code"),
    [
        (403, "rest_forbidden", "wordpress_forbidden"),
        (404, "rest_post_invalid_id", "wordpress_post_not_found"),
        (404, "rest_no_route", "wordpress_not_found"),
        (400, "rest_invalid_param", "wordpress_invalid_input"),
        (413, "rest_upload_file_too_big", "wordpress_media_too_large"),
        (400, "rest_upload_limited_space", "wordpress_storage_full"),
    ],
)
def test_the_words_of_the_core_are_read_too(status: int, word: str, code: str) -> None:
    said = explain(answer(status, {"code": word, "message": "Sorry, no.", "data": {"status": status}}))
    assert isinstance(said, Rejected)
    assert (said.code, said.details["said"]) == (code, f"{word}: Sorry, no.")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, {"error": "invalid_token", "message": "The OAuth2 token is invalid."}),
        (403, {"error": "authorization_required", "message": "An active access token must be used to query information."}),
        (401, {"code": "rest_forbidden", "message": "Sorry, you are not allowed to do that.", "data": {"status": 401}}),
        (401, {"code": "rest_unauthorized", "message": "Authentication required.", "data": {"status": 401}}),
        (401, "<html>"),
    ],
)
def test_a_token_that_opens_nothing(status: int, body: object) -> None:
    assert isinstance(explain(answer(status, body)), Unauthorized)


@pytest.mark.parametrize("word", ["jetpack_error", "jetpack_verification_failed", "http_request_failed"])
@pytest.mark.parametrize("status", [400, 404, 500, 503])
def test_a_site_that_wordpress_com_does_not_reach_is_trouble_that_passes(word: str, status: int) -> None:
    said = explain(answer(status, {"error": word, "message": "The Jetpack site is inaccessible."}))
    assert isinstance(said, Unavailable)
    assert (said.code, said.sent) == ("wordpress_site_unreachable", True)


@pytest.mark.parametrize(
    ("word", "message", "code"),
    [
        ("upload_error", "Sorry, you are not allowed to upload this file type.", "wordpress_media_refused"),
        ("rest_upload_invalid", "Specified file failed upload test.", "wordpress_media_refused"),
        ("rest_upload_file_too_big", "This file is too big.", "wordpress_media_too_large"),
        ("rest_upload_limited_space", "Not enough space to upload. 12 KB needed.", "wordpress_storage_full"),
        ("rest_upload_user_quota_exceeded", "You have used your space quota.", "wordpress_storage_full"),
    ],
)
@pytest.mark.parametrize("status", [400, 200])
def test_an_upload_of_which_nothing_was_kept(word: str, message: str, code: str, status: int) -> None:
    said = explain(answer(status, {"errors": [{"file": "a.jpg", "error": word, "message": message}]}))
    assert isinstance(said, Rejected)
    assert said.code == code
    assert message in said.message


def test_an_upload_of_which_something_was_kept_is_a_success() -> None:
    body = {"media": [{"ID": 5}], "errors": [{"file": "b.jpg", "error": "upload_error", "message": "No."}]}
    assert explain(answer(200, body)) is None


@pytest.mark.parametrize("status", [408, 500, 502, 503])
def test_trouble_of_the_server_is_no_refusal(status: int) -> None:
    trouble = answer(status, {"error": "db_insert_error", "message": "Could not insert post into the database."})
    assert explain(trouble) is None
    assert isinstance(by_status(trouble), Unavailable)


def test_a_limit_is_waited_for() -> None:
    limit = answer(429, {"error": "too_many_requests", "message": "You have made too many requests."})
    assert explain(limit) is None
    said = by_status(limit)
    assert isinstance(said, RateLimited)
    assert said.retry_after == 60


@pytest.mark.parametrize("body", ["<html>gateway</html>", [], None, {"error": 5, "message": 5}, {"errors": 5}, {"errors": [5]}])
def test_a_body_of_any_form_is_borne(body: object) -> None:
    said = explain(answer(403, body))
    assert isinstance(said, Rejected)
    assert said.details["httpStatus"] == 403
