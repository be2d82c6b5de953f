"""Pinterest's error bodies, as documented, and what they become."""

from __future__ import annotations

import httpx2
import pytest

from socialclaw.errors import ProviderError, RateLimited, Rejected, Unauthorized, Unavailable
from socialclaw.networks.pinterest.refusals import explain, explain_upload, rest
from socialclaw.providers.wire import by_status
from tests.networks.pinterest.conftest import API


def answer(status: int, body: object, **headers: str) -> httpx2.Response:
    request = httpx2.Request("POST", f"{API}/pins")
    content = {"json": body} if not isinstance(body, str) else {"text": body}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx2.Response(status, headers=named, request=request, **content)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("status", "number", "message", "code"),
    [
        (400, 1, "Invalid request: 'title' has 101 characters", "pinterest_invalid_request"),
        (400, 1, "Whoops! It looks like you entered an invalid URL", "pinterest_link_invalid"),
        (400, 400, "The board name is invalid or duplicated.", "pinterest_board_name_invalid"),
        (400, 400, "Invalid pins analytics parameters.", "pinterest_invalid_request"),
        (400, 4162, "Catalogs parameter is invalid", "pinterest_invalid_request"),
        (403, 29, "You are not permitted to access that resource.", "pinterest_forbidden"),
        (403, 7, "Authorization failed.", "pinterest_forbidden"),
        (403, 403, "Not authorized to access board or Pin.", "pinterest_forbidden"),
        (403, 233, "The image is too small.", "pinterest_image_too_small"),
        (403, 654, "A business account is required.", "pinterest_business_account_required"),
        (403, 2625, "The account was disapproved.", "pinterest_account_disapproved"),
        (403, 2626, "The account is in review.", "pinterest_account_in_review"),
        (404, 30, "User not found.", "pinterest_user_not_found"),
        (404, 40, "Board not found.", "pinterest_board_not_found"),
        (404, 50, "Pin not found.", "pinterest_pin_not_found"),
        (404, 404, "Pin not found.", "pinterest_pin_not_found"),
        (404, 404, "Board not found.", "pinterest_board_not_found"),
        (404, 2031, "Board section not found.", "pinterest_board_section_not_found"),
        (404, 404, "Media upload not found", "pinterest_media_not_found"),
        (404, 404, "Page not found.", "pinterest_not_found"),
    ],
)
def test_a_refusal_is_for_good_and_has_its_own_code(status: int, number: int, message: str, code: str) -> None:
    said = explain(answer(status, {"code": number, "message": message}))
    assert isinstance(said, Rejected)
    assert (said.code, said.details["said"], said.details["httpStatus"]) == (code, f"{number}: {message}", status)
    assert message in said.message


def test_a_file_that_was_not_fetched_may_be_fetched_later() -> None:
    said = explain(answer(403, {"code": 235, "message": "The image is broken."}))
    assert isinstance(said, Unavailable)
    assert (said.code, said.sent) == ("pinterest_image_broken", False)


def test_more_words_of_a_live_answer_are_kept() -> None:
    body = {"status": "failure", "code": 1, "message": "No.", "message_detail": "The Pin's title is too long."}
    said = explain(answer(400, body))
    assert said is not None
    assert "title is too long" in said.message


@pytest.mark.parametrize(
    ("number", "code"), [(2, "provider_unauthorized"), (1104, "provider_unauthorized"), (29, "pinterest_consent_missing")]
)
def test_credentials_are_refused_with_401(number: int, code: str) -> None:
    said = explain(answer(401, {"code": number, "message": "Authentication failed."}))
    assert isinstance(said, Unauthorized)
    assert said.code == code


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x_ratelimit_reset": "17"}, 17),
        ({"x_ratelimit_reset": "3;w=60"}, 3),
        ({"x_ratelimit_reset": "0"}, 1),
        ({"retry_after": "9"}, 9),
        ({}, 60),
    ],
)
def test_a_limit_says_when_to_come_back(headers: dict[str, str], seconds: float) -> None:
    said = explain(answer(429, {"code": 8, "message": "You have exceeded your rate limit. Try again later."}, **headers))
    assert isinstance(said, RateLimited)
    assert said.retry_after == seconds


def test_what_is_taken_for_spam_waits_longer() -> None:
    said = explain(answer(429, {"code": 8, "message": "Blocked as spam."}, x_ratelimit_reset="5"))
    assert isinstance(said, RateLimited)
    assert (said.code, said.retry_after) == ("pinterest_spam_blocked", 3600)


def test_a_busy_board_is_tried_again_soon() -> None:
    said = explain(answer(409, {"code": 409, "message": "Could not get exclusive access to the board to create a new section."}))
    assert isinstance(said, RateLimited)
    assert said.retry_after == 10


@pytest.mark.parametrize("body", ["<html>gateway</html>", [], None, {"code": "x", "message": 5}, {"code": True}])
def test_a_body_of_any_form_is_borne(body: object) -> None:
    said = explain(answer(403, body))
    assert isinstance(said, Rejected)
    assert said.code == "pinterest_forbidden"


@pytest.mark.parametrize("status", [500, 503, 408])
def test_trouble_of_the_server_is_no_refusal(status: int) -> None:
    trouble = answer(status, {"code": 12, "message": "Something went wrong on our end."})
    assert explain(trouble) is None
    assert isinstance(by_status(trouble), Unavailable)


@pytest.mark.parametrize(
    ("status", "word", "kind", "code"),
    [
        (403, "AccessDenied", Rejected, "pinterest_upload_ended"),
        (400, "ExpiredToken", Rejected, "pinterest_upload_ended"),
        (400, "EntityTooLarge", Rejected, "pinterest_video_too_large"),
        (400, "MalformedPOSTRequest", Rejected, "pinterest_upload_refused"),
        (400, "RequestTimeout", Unavailable, "provider_unavailable"),
        (200, "", Unavailable, "provider_malformed"),
    ],
)
def test_the_storage_speaks_another_language(status: int, word: str, kind: type[ProviderError], code: str) -> None:
    said = explain_upload(answer(status, f"<Error><Code>{word}</Code><Message>no</Message></Error>"))
    assert isinstance(said, kind)
    assert said.code == code


def test_the_storage_says_yes_with_204_only() -> None:
    assert explain_upload(httpx2.Response(204)) is None
    assert explain_upload(answer(503, "<Error><Code>SlowDown</Code></Error>")) is None  # by its status: try again


@pytest.mark.parametrize(
    ("left", "reset", "seconds"),
    [("0", "42", 42), ("1", "42", 0), ("0, 0;w=1, 12;w=60", "1", 1), ("", "42", 0), ("0", "soon", 0), ("many", "1", 0)],
)
def test_the_last_call_of_a_window_is_followed_by_rest(left: str, reset: str, seconds: float) -> None:
    assert rest(httpx2.Headers({"x-ratelimit-remaining": left, "x-ratelimit-reset": reset})) == seconds
