"""Reddit's refusals, as recorded and as clients have met them, and what they become."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from socialclaw.errors import ProviderError, RateLimited, Rejected, Unauthorized, Unavailable
from socialclaw.networks.reddit.refusals import BY_WORD, explain, rest, seconds_in
from socialclaw.providers.wire import by_status
from tests.networks.reddit.conftest import API


def answer(status: int, body: object, **headers: str) -> httpx2.Response:
    content: dict[str, Any] = {"text": body} if isinstance(body, str) else {"json": body}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx2.Response(status, headers=named, request=httpx2.Request("POST", f"{API}/api/submit"), **content)


def form_errors(*triples: list[str], **more: Any) -> ProviderError | None:
    return explain(answer(200, {"json": {"errors": list(triples), **more}}))


@pytest.mark.parametrize("word", BY_WORD)
def test_each_word_has_its_code_in_a_form_and_in_a_validation(word: str) -> None:
    code, sentence = BY_WORD[word]
    for said in (form_errors([word, "no.", "sr"]), explain(answer(400, {"reason": word, "explanation": "no. ", "message": "Bad Request"}))):
        assert isinstance(said, Rejected)
        assert (said.code, said.message) == (code, f"{sentence}: no.")
        assert word in said.details["said"]


def test_the_recorded_validation_is_read() -> None:
    body = {
        "fields": ["title"],
        "explanation": 'You may not have "dfgfdgfdgdf" in your title. ',
        "error_type": "SUBMIT_VALIDATION_ERROR",
        "message": "Bad Request",
        "reason": "SUBMIT_VALIDATION_TITLE_BLACKLISTED_STRING",
    }
    said = explain(answer(400, body))
    assert said is not None
    assert (said.code, said.details["httpStatus"]) == ("reddit_title_refused", 400)
    assert said.message.endswith(': You may not have "dfgfdgfdgdf" in your title.')


def test_a_word_that_nobody_knows_is_a_code_of_its_own() -> None:
    word = "SUBMIT_VALIDATION_NEW_RULE"
    said = form_errors([word, "Not on Sundays.", ""])
    assert isinstance(said, Rejected)
    assert said.code == f"reddit_{word.lower()}"
    assert "Not on Sundays." in said.message


@pytest.mark.parametrize("word", ["RATELIMIT", "SUBREDDIT_RATELIMIT"])
@pytest.mark.parametrize(
    ("message", "more", "seconds"),
    [
        ("you are doing that too much. try again in 9 minutes.", {}, 540),
        ("Looks like you've been doing that a lot. Take a break for 42 seconds before trying again.", {}, 42),
        ("Take a break for 200 milliseconds before trying again.", {}, 1),
        ("Take a break for 1 minute before trying again.", {"ratelimit": 33.5}, 33.5),
        ("Take a break.", {}, 600),
    ],
)
def test_a_limit_on_posting_says_how_long(word: str, message: str, more: dict[str, Any], seconds: float) -> None:
    said = form_errors([word, message, "ratelimit"], **more)
    assert isinstance(said, RateLimited)
    assert (said.retry_after, said.code) == (seconds, "reddit_ratelimit")
    assert message in said.message
    assert more or seconds_in(message) == seconds


def test_of_several_errors_the_gravest_counts() -> None:
    limit, length, broken, login = (
        ["RATELIMIT", "in 5 minutes", "ratelimit"],
        ["TOO_LONG", "this is too long (max: 300)", "title"],
        ["SOMETHING_IS_BROKEN", "Something is broken, please try again later.", ""],
        ["USER_REQUIRED", "Please log in to do that.", ""],
    )
    permanent = form_errors(limit, broken, length)
    assert isinstance(permanent, Rejected)
    assert permanent.code == "reddit_too_long"
    assert "RATELIMIT" in permanent.details["said"]
    assert isinstance(form_errors(broken, limit), RateLimited)
    assert isinstance(form_errors(length, login), Unauthorized)
    trouble = form_errors(broken)
    assert isinstance(trouble, Unavailable)
    assert trouble.sent, "who knows what it did"


@pytest.mark.parametrize(
    ("status", "body", "headers", "kind", "code"),
    [
        (401, {"error": 401}, {"www_authenticate": 'Bearer realm="reddit", error="invalid_token"'}, Unauthorized, "provider_unauthorized"),
        (403, {"error": 403}, {"www_authenticate": 'error="insufficient_scope"'}, Unauthorized, "reddit_scope_missing"),
        (403, {"reason": "private", "message": "Forbidden", "error": 403}, {}, Rejected, "reddit_subreddit_private"),
        (403, {"reason": "quarantined", "message": "Forbidden", "error": 403}, {}, Rejected, "reddit_subreddit_quarantined"),
        (403, {"message": "Forbidden", "error": 403}, {}, Rejected, "reddit_forbidden"),
        (403, "<html><title>Blocked</title><p>blocked by network security</p></html>", {}, Rejected, "reddit_blocked"),
        (404, {"reason": "banned", "message": "Not Found", "error": 404}, {}, Rejected, "reddit_subreddit_banned"),
        (404, {"message": "Not Found", "error": 404}, {}, Rejected, "reddit_not_found"),
        (302, "", {"location": "/subreddits/search?q=x"}, Rejected, "reddit_subreddit_not_found"),
        (415, {"reason": "SPECIAL_ERRORS", "special_errors": ["x"]}, {}, Rejected, "reddit_invalid_request"),
        (400, {"message": "Bad Request", "error": 400}, {}, Rejected, "reddit_invalid_request"),
        (400, "nothing", {}, Rejected, "reddit_invalid_request"),
    ],
)
def test_a_status_and_what_comes_with_it(status: int, body: object, headers: dict[str, str], kind: type[ProviderError], code: str) -> None:
    said = explain(answer(status, body, **headers))
    assert isinstance(said, kind)
    assert said.code == code


@pytest.mark.parametrize(
    ("body", "headers", "seconds"),
    [
        ("<html><style>b{}</style><h1>whoa there, pardner!</h1></html>", {"retry_after": "17"}, 17),
        ({"message": "Too Many Requests", "error": 429}, {}, 60),
        ({"message": "Too Many Requests", "error": 429}, {"x_ratelimit_reset": "42"}, 42),
        ({"message": "Too Many Requests", "error": 429}, {"x_ratelimit_reset": "0"}, 1),
    ],
)
def test_too_many_calls_say_when_to_come_back(body: object, headers: dict[str, str], seconds: float) -> None:
    said = explain(answer(429, body, **headers))
    assert isinstance(said, RateLimited)
    assert said.retry_after == seconds
    assert "b{}" not in said.details["said"]


@pytest.mark.parametrize("status", [500, 502, 503, 504, 520, 522])
def test_trouble_at_reddit_refuses_nothing(status: int) -> None:
    found = answer(status, "")
    assert explain(found) is None
    assert isinstance(by_status(found), Unavailable)


@pytest.mark.parametrize("body", [{}, {"json": {"errors": [], "data": {"id": "1"}}}, {"kind": "Listing", "data": {}}, [{"id": "x"}], ""])
def test_an_answer_without_errors_is_none(body: object) -> None:
    assert explain(answer(200, body)) is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-ratelimit-remaining": "595.0", "x-ratelimit-reset": "66", "x-ratelimit-used": "5"}, 0),
        ({"x-ratelimit-remaining": "0.0", "x-ratelimit-reset": "66", "x-ratelimit-used": "1000"}, 66),
        ({"x-ratelimit-remaining": "0.0"}, 0),
        ({"x-ratelimit-remaining": "some", "x-ratelimit-reset": "66"}, 0),
        ({}, 0),
    ],
)
def test_an_account_rests_when_its_window_is_used_up(headers: dict[str, str], seconds: float) -> None:
    assert rest(httpx2.Headers(headers)) == seconds
