"""The adapter against the simulator: what the public sees afterwards, what becomes of a video later, and what a failure becomes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import httpx2
import pytest

from socialclaw.errors import ProviderError, RateLimited, Rejected, Unauthorized
from socialclaw.networks import providers
from socialclaw.networks.youtube import refusals, verdicts
from socialclaw.networks.youtube.refusals import explain, explain_beside, until_midnight
from socialclaw.networks.youtube.sandbox.simulator import YouTubeSandbox
from socialclaw.providers import oauth2
from socialclaw.providers.connect import OAuth2
from socialclaw.providers.draft import Mark
from socialclaw.providers.wire import by_status
from tests.media import files
from tests.networks.recorded import Clock
from tests.networks.stage import APP, InMemorySteps
from tests.networks.youtube.conftest import SCOPE, VIDEO, Connected, film, media

PUBLISHING = ("youtube.upload", "youtube.readonly")
PACIFIC = ZoneInfo("America/Los_Angeles")


# Connecting.


async def test_the_channel_behind_the_token_is_the_target(ada: Connected) -> None:
    [target] = await ada.adapter.targets()
    assert (target.id, target.handle, target.type, target.name) == (ada.id, f"youtube:channel:{ada.id}", "youtube_channel", "ada")
    assert (target.meta["customUrl"], target.meta["uploads"], target.meta["longUploads"]) == ("@ada", f"UU{ada.id[2:]}", "allowed")


async def test_a_google_account_without_a_channel_is_told_what_to_do(youtube: YouTubeSandbox, clock: Clock) -> None:
    nobody = Connected("nochannel", youtube, clock)
    for ask in (nobody.adapter.targets(), nobody.publish(film())):
        with pytest.raises(Rejected, match=r"no YouTube channel: create one at youtube\.com") as refused:
            await ask
        assert refused.value.code == "youtube_no_channel"


def spec() -> OAuth2:
    found = providers()["youtube"].connect
    assert isinstance(found, OAuth2)
    return found


async def consent(ada: Connected, *unticked: str, **changes: str) -> Any:
    """Log in at Google's page, without the boxes of these scopes; the tokens."""
    verifier, back = oauth2.new_verifier(), "https://post.example/oauth/youtube/callback"
    url = oauth2.authorize_url(spec(), client_id=APP["client_id"], redirect_uri=back, state="s", verifier=verifier)
    boxes = {f"scope-{n}": "on" for n, scope in enumerate(spec().scopes) if scope.removeprefix(SCOPE) not in unticked}
    answer = await ada.http.post(httpx2.URL(url).copy_merge_params(changes), data={"login": "ada", "decision": "allow", **boxes})
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    return await oauth2.exchange(ada.http, spec(), **APP, code=query["code"][0], redirect_uri=back, verifier=verifier)


async def test_google_is_asked_to_let_us_stay(ada: Connected) -> None:
    url = oauth2.authorize_url(spec(), client_id="app", redirect_uri="https://me.example/cb", state="s", verifier=oauth2.new_verifier())
    asked = {name: value for name, [value] in parse_qs(urlsplit(url).query).items()}
    assert (asked["access_type"], asked["prompt"], asked["code_challenge_method"]) == ("offline", "consent", "S256")
    tokens = await consent(ada)
    assert (tokens.refresh is not None, tokens.expires_in, set(tokens.scopes)) == (True, 3599, set(spec().scopes))
    assert (await consent(ada, access_type="online")).refresh is None


@pytest.mark.parametrize(
    ("unticked", "words"), [("youtube.upload", "permission to upload videos"), ("youtube.readonly", "permission to see your channel")]
)
async def test_a_box_that_was_unticked_is_named(ada: Connected, unticked: str, words: str) -> None:
    with pytest.raises(Unauthorized, match=words) as refused:
        await consent(ada, unticked)
    assert refused.value.code == "oauth_scope_missing"


async def test_deleting_and_reports_are_the_users_choice(ada: Connected, youtube: YouTubeSandbox) -> None:
    tokens = await consent(ada, "youtube.force-ssl", "yt-analytics.readonly")
    assert {scope.removeprefix(SCOPE) for scope in tokens.scopes} == set(PUBLISHING)
    ada.log_in(PUBLISHING)
    made = await ada.post()
    with pytest.raises(Rejected, match="connect the channel again") as refused:
        await ada.adapter.delete(made)
    assert refused.value.code == "youtube_scope_missing"
    assert len(youtube.seen()) == 1


async def test_publishing_without_its_permission_waits_for_a_new_connection(ada: Connected) -> None:
    ada.log_in(("youtube.readonly",))
    with pytest.raises(Unauthorized) as refused:
        await ada.publish(film())
    assert refused.value.code == "youtube_scope_missing"


# Publishing.


async def test_a_video_is_published_with_title_description_and_settings(ada: Connected, youtube: YouTubeSandbox) -> None:
    settings = {"privacyStatus": "unlisted", "notifySubscribers": True, "madeForKids": True}
    published = await ada.publish(film("Ünïcödé 日本 😀", 'with & "quotes"\n\nand two paragraphs', settings=settings))
    [seen] = youtube.seen()
    assert (published.id, published.url) == (seen.id, f"https://www.youtube.com/watch?v={seen.id}")
    assert seen.text == 'Ünïcödé 日本 😀\n\nwith & "quotes"\n\nand two paragraphs'
    assert seen.extra["status"] == {"privacyStatus": "unlisted", "selfDeclaredMadeForKids": True}
    assert seen.extra["notified"] is True


async def test_subscribers_are_left_in_peace_unless_told_otherwise(ada: Connected, youtube: YouTubeSandbox) -> None:
    await ada.post()
    assert youtube.seen()[0].extra["notified"] is False, "YouTube's own default is to notify"


async def test_without_a_name_the_first_line_is_the_title(ada: Connected, youtube: YouTubeSandbox) -> None:
    await ada.post("", description="First line\nand the rest")
    snippet = youtube.seen()[0].extra["snippet"]
    assert snippet == {"title": "First line", "description": "and the rest"}


async def test_a_video_is_accepted_first_and_final_when_it_is_processed(ada: Connected, youtube: YouTubeSandbox) -> None:
    published = await ada.publish(film())
    assert published.final is False
    [early] = await ada.adapter.find(film(), Mark(datetime.now(UTC), post_id=published.id))
    assert early.final is False
    confirmed = await ada.confirm(film(), published.id)
    assert confirmed is not None
    assert (confirmed.id, confirmed.final, confirmed.note) == (published.id, True, None)


@pytest.mark.parametrize("reason", list(verdicts.FAILED))
async def test_a_video_that_cannot_be_processed_fails_with_the_reason(ada: Connected, youtube: YouTubeSandbox, reason: str) -> None:
    youtube.judge_next("failed", reason)
    made = await ada.post()
    with pytest.raises(Rejected) as refused:
        await ada.confirm(film(), made)
    code, message = verdicts.FAILED[reason]
    assert (refused.value.code, refused.value.message, refused.value.details["reason"]) == (code, message, reason)
    assert youtube.seen() == []


NOISE = {"noise alone": files.MP4 + bytes(range(256)) * 40, "frames of noise": files.noisy(VIDEO)}


@pytest.mark.parametrize("content", NOISE.values(), ids=NOISE)
async def test_a_film_of_noise_is_taken_and_fails_in_processing(ada: Connected, youtube: YouTubeSandbox, content: bytes) -> None:
    draft = film(media=(media(content),))
    published = await ada.publish(draft)
    assert published.final is False
    for _ in range(2):
        with pytest.raises(Rejected) as refused:
            await ada.confirm(draft, published.id)
        assert (refused.value.code, refused.value.message) == verdicts.FAILED["invalidFile"]
    assert youtube.seen() == []


@pytest.mark.parametrize("reason", list(verdicts.REJECTED))
async def test_a_video_that_is_taken_down_fails_with_the_reason(ada: Connected, youtube: YouTubeSandbox, reason: str) -> None:
    youtube.judge_next("rejected", reason)
    made = await ada.post()
    with pytest.raises(Rejected) as refused:
        await ada.confirm(film(), made)
    assert (refused.value.code, refused.value.message) == verdicts.REJECTED[reason]


def test_every_reason_of_the_description_has_a_code_of_its_own(official: Callable[[str], Path]) -> None:
    status = json.loads(official("youtube/youtube.v3.json").read_text("utf-8"))["schemas"]["VideoStatus"]["properties"]
    assert set(status["failureReason"]["enum"]) == set(verdicts.FAILED)
    assert set(status["rejectionReason"]["enum"]) == set(verdicts.REJECTED)


def test_a_reason_that_nobody_knows_is_repeated() -> None:
    with pytest.raises(Rejected) as refused:
        verdicts.judge({"id": "1", "status": {"uploadStatus": "rejected", "rejectionReason": "boredom"}}, film())
    assert (refused.value.code, refused.value.details["reason"]) == ("youtube_rejected", "boredom")


async def test_a_failed_video_is_uploaded_again_when_the_post_is_retried(ada: Connected, youtube: YouTubeSandbox) -> None:
    youtube.judge_next("failed", "uploadAborted")
    first = await ada.publish(film())
    with pytest.raises(Rejected):
        await ada.confirm(film(), first.id)
    second = await ada.publish(film())
    assert second.id != first.id
    assert [seen.id for seen in youtube.seen()] == [second.id]
    third = await ada.publish(film())
    assert third.id == second.id, "and only then"


async def test_a_video_that_was_taken_down_is_never_uploaded_again(ada: Connected, youtube: YouTubeSandbox, clock: Clock) -> None:
    youtube.judge_next("rejected", "copyright")
    await ada.publish(film())
    clock.turn(60)
    with pytest.raises(Rejected) as refused:
        await ada.publish(film())
    assert refused.value.code == "youtube_rejected_copyright"
    assert ada.lines.count("POST /upload/youtube/v3/videos") == 1


async def test_a_video_that_youtube_keeps_private_says_so(ada: Connected, youtube: YouTubeSandbox) -> None:
    youtube.shelf.put("options", "unaudited", True)
    confirmed = await ada.confirm(film(), await ada.post())
    assert confirmed is not None
    assert confirmed.note is not None
    assert confirmed.note.startswith("YouTube made the video private, not public")


async def test_a_video_that_was_deleted_meanwhile_is_not_found(ada: Connected) -> None:
    made = await ada.post()
    await ada.adapter.delete(made)
    await ada.adapter.delete(made)
    assert await ada.confirm(film(), made) is None


async def test_another_channels_video_cannot_be_deleted(ada: Connected, youtube: YouTubeSandbox, clock: Clock) -> None:
    made = await ada.post()
    with pytest.raises(Rejected) as refused:
        await Connected("bob", youtube, clock).adapter.delete(made)
    assert refused.value.code == "youtube_forbidden"


# Figures and actions.


async def test_figures_since_the_beginning(ada: Connected, clock: Clock) -> None:
    made = await ada.post()
    first = await ada.adapter.metrics(made, "lifetime")
    assert set(first) == {"views", "likes", "comments"}
    clock.turn(3000)
    assert (await ada.adapter.account_metrics("lifetime")).keys() == {"views", "followers"}
    ada.log_in()
    clock.turn(3000)
    assert (await ada.adapter.metrics(made, "lifetime"))["views"] >= first["views"] > 0


async def test_figures_of_a_window_come_from_reports(ada: Connected, youtube: YouTubeSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    made, other = await ada.post(), await ada.post("Another")
    assert await ada.adapter.metrics(made, "7d") == {}, "nothing is counted yet"
    for seen in youtube.shelf.posts():  # as if they had been up for ten days and some minutes: figures grow on the hour
        sql = "UPDATE posts SET created_at=? WHERE id=?"
        youtube.store.db.execute(sql, (seen.created_at - 10 * 86_400 - 600, seen.id))
    week, month = await ada.adapter.metrics(made, "7d"), await ada.adapter.metrics(made, "30d")
    assert set(week) == {"views", "likes", "comments", "shares"}
    assert 0 < week["views"] < month["views"]
    whole = await ada.adapter.account_metrics("30d")
    assert whole["views"] == month["views"] + (await ada.adapter.metrics(other, "30d"))["views"]


async def test_figures_of_a_video_that_is_gone_are_refused(ada: Connected) -> None:
    made = await ada.post()
    await ada.adapter.delete(made)
    with pytest.raises(Rejected) as refused:
        await ada.adapter.metrics(made, "lifetime")
    assert refused.value.code == "youtube_not_found"


async def test_the_channels_of_a_connection_are_listed(ada: Connected) -> None:
    await ada.post()
    [action] = providers()["youtube"].actions
    assert action.id == "list-channels"
    result = await action.run(ada.adapter, {})
    [channel] = result["channels"]
    assert (channel["id"], channel["title"], channel["customUrl"], channel["videos"]) == (ada.id, "ada", "@ada", 1)
    assert channel["longUploads"] is True
    assert result["notes"]


# Refusals.


def refusal(status: int, *reasons: str, message: str = "No.", **headers: str) -> httpx2.Response:
    errors = [{"message": message, "domain": "youtube.video", "reason": reason} for reason in reasons]
    body = {"error": {"code": status, "message": message, "errors": errors}}
    return httpx2.Response(status, json=body, headers=headers, request=httpx2.Request("GET", "https://youtube.googleapis.com/"))


@pytest.mark.parametrize("reason", list(refusals.REJECTIONS))
def test_a_refusal_is_told_by_its_reason(reason: str) -> None:
    error = explain(refusal(400, reason, message="The reason in words."))
    code, message = refusals.REJECTIONS[reason]
    assert isinstance(error, Rejected)
    assert (error.code, error.message, error.details["said"]) == (code, f"{message}: The reason in words.", "The reason in words.")


@pytest.mark.parametrize("reason", ["authError", "required", "expired", "authorizationRequired", ""])
def test_a_refused_token_is_unauthorized(reason: str) -> None:
    assert type(explain(refusal(401, *filter(None, [reason])))) is Unauthorized


@pytest.mark.parametrize("reason", ["rateLimitExceeded", "userRateLimitExceeded", "servingLimitExceeded", "uploadRateLimitExceeded"])
def test_too_fast_is_a_short_wait(reason: str) -> None:
    for status, seconds in ((403, 60.0), (429, 60.0)):
        error = explain(refusal(status, reason))
        assert isinstance(error, RateLimited)
        assert error.retry_after == seconds
    told = explain(refusal(429, reason, **{"retry-after": "7"}))
    assert isinstance(told, RateLimited)
    assert told.retry_after == 7


@pytest.mark.parametrize("reason", ["quotaExceeded", "dailyLimitExceeded"])
def test_a_used_up_day_ends_at_midnight_in_california(reason: str) -> None:
    error = explain(refusal(403, reason, date="Thu, 26 Nov 2026 05:00:00 GMT"))
    assert isinstance(error, RateLimited)
    assert (error.code, error.retry_after) == ("youtube_quota_exceeded", 3 * 3600 + 1)


@pytest.mark.parametrize(
    ("now", "hours"),
    [
        (datetime(2026, 7, 1, 12, tzinfo=PACIFIC), 12),
        (datetime(2026, 7, 1, 0, tzinfo=PACIFIC), 24),
        (datetime(2026, 3, 8, 0, 30, tzinfo=PACIFIC), 22.5),  # the clocks go forward
        (datetime(2026, 11, 1, 0, 30, tzinfo=PACIFIC), 24.5),  # and back
    ],
)
def test_a_day_in_california_has_its_own_length(now: datetime, hours: float) -> None:
    assert until_midnight(now.timestamp()) == hours * 3600


def test_a_channel_that_uploaded_too_much_waits_a_day() -> None:
    error = explain(refusal(400, "uploadLimitExceeded", message="The user has exceeded the number of videos they may upload."))
    assert isinstance(error, RateLimited)
    assert (error.code, error.retry_after) == ("youtube_upload_limit_exceeded", 86_400)


def test_a_missing_permission_is_told_in_either_form() -> None:
    newer = {"code": 403, "message": "Request had insufficient authentication scopes.", "status": "PERMISSION_DENIED"}
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}]
    for answer in (refusal(403, "insufficientPermissions"), httpx2.Response(403, json={"error": {**newer, "details": details}})):
        error, beside = explain(answer), explain_beside(answer)
        assert isinstance(error, Unauthorized)
        assert isinstance(beside, Rejected)
        assert error.code == beside.code == "youtube_scope_missing"


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (httpx2.Response(404, text="Not Found"), Rejected, "youtube_not_found"),
        (httpx2.Response(410, text="Gone"), Rejected, "youtube_not_found"),
        (httpx2.Response(413, text="too large"), Rejected, "youtube_video_too_large"),
        (httpx2.Response(403, text="no"), Rejected, "youtube_forbidden"),
        (httpx2.Response(400, json={"error": "nonsense"}), Rejected, "youtube_request_invalid"),
        (httpx2.Response(400, json=[]), Rejected, "youtube_request_invalid"),
        (refusal(403, "somethingNew"), Rejected, "youtube_forbidden"),
        (httpx2.Response(401, text="no"), Unauthorized, "provider_unauthorized"),
    ],
)
def test_what_is_told_without_a_reason_is_told_by_its_status(answer: httpx2.Response, kind: type[ProviderError], code: str) -> None:
    error = explain(answer)
    assert isinstance(error, kind)
    assert error.code == code


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
def test_trouble_at_google_refuses_nothing(status: int) -> None:
    answer = refusal(status, "backendError")
    assert explain(answer) is None
    assert getattr(by_status(answer), "sent", None) is True


async def test_the_hundredth_first_video_of_a_day_waits_for_midnight(ada: Connected, youtube: YouTubeSandbox, clock: Clock) -> None:
    now = datetime.fromtimestamp(clock(), PACIFIC)
    youtube.shelf.put("quota", "inserts", {"day": now.date().isoformat(), "used": 99})
    await ada.post()
    ada.steps = InMemorySteps()
    with pytest.raises(RateLimited) as limit:
        await ada.publish(film("One too many"))
    assert limit.value.code == "youtube_quota_exceeded"
    assert limit.value.retry_after == pytest.approx(until_midnight(clock()), abs=5)
    clock.turn(limit.value.retry_after + 2)
    ada.log_in()
    await ada.publish(film("One too many"))
    assert len(youtube.seen()) == 2
