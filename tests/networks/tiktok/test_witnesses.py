"""Judged by others, as far as that is possible.

TikTok publishes no machine-readable description of Login Kit, the Content Posting API or the Display API, and no client library;
none of the independent ones for Content Posting can be relied on. What is left: the examples of TikTok's documentation, and a
program that knows nothing but HTTP, driven over a real socket by those pages alone.
"""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from socialclaw.networks.tiktok.refusals import explain
from socialclaw.networks.tiktok.sandbox.simulator import TikTokSandbox
from socialclaw.networks.tiktok.status import Status
from tests.networks.conftest import Serve
from tests.networks.recorded import Clock
from tests.networks.tiktok.conftest import VIDEO, Connected, draft

# The fields of each call's answer, by its reference page (September 2026).
ENVELOPE = {"data", "error"}
ANSWERS = {
    "/v2/post/publish/creator_info/query/": {
        "creator_avatar_url",
        "creator_username",
        "creator_nickname",
        "privacy_level_options",
        "comment_disabled",
        "duet_disabled",
        "stitch_disabled",
        "max_video_post_duration_sec",
    },
    "/v2/post/publish/video/init/": {"publish_id", "upload_url"},
    "/v2/post/publish/content/init/": {"publish_id"},
    "/v2/post/publish/status/fetch/": {"status", "fail_reason", "publicaly_available_post_id", "uploaded_bytes", "downloaded_bytes"},
    "/v2/video/list/": {"videos", "cursor", "has_more"},
    "/v2/video/query/": {"videos"},
    "/v2/user/info/": {"user"},
}
# The fields that may be sent, and those that must be.
POST_INFO = {
    "title",
    "privacy_level",
    "disable_duet",
    "disable_comment",
    "disable_stitch",
    "video_cover_timestamp_ms",
    "brand_content_toggle",
    "brand_organic_toggle",
    "is_aigc",
}
REQUIRED = {"privacy_level", "brand_content_toggle", "brand_organic_toggle"}


async def test_what_passes_between_adapter_and_simulator_has_the_fields_of_the_reference_pages(ada: Connected) -> None:
    published = await ada.publish(draft("film"))
    await ada.adapter.targets()
    await ada.adapter.metrics(published.id, "lifetime")
    seen = set()
    for request, response in ada.wire.calls:
        fields = ANSWERS.get(request.url.path)
        if fields is None:
            assert request.method == "PUT"
            assert set(request.headers) >= {"content-type", "content-length", "content-range"}
            assert "authorization" not in request.headers
            continue
        seen.add(request.url.path)
        assert request.headers["authorization"].startswith("Bearer ")
        assert request.headers["content-type"] == "application/json; charset=UTF-8"
        assert set(response.json()) == ENVELOPE
        assert set(response.json()["error"]) == {"code", "message", "log_id"}
        assert set(response.json()["data"]) <= fields
    assert seen >= set(ANSWERS) - {"/v2/post/publish/content/init/", "/v2/video/list/"}
    info = ada.sent("/v2/post/publish/video/init/")["post_info"]
    assert REQUIRED <= set(info) <= POST_INFO
    [upload_url] = [r.json()["data"]["upload_url"] for q, r in ada.wire.calls if q.url.path == "/v2/post/publish/video/init/"]
    assert len(upload_url) <= 256
    assert len(ada.steps.done["begin-0"]["publish_id"]) <= 64


def test_a_plain_program_posts_a_video_by_the_pages_alone(tiktok: TikTokSandbox, clock: Clock, serve_simulator: Serve) -> None:
    token = tiktok.admit("ada")["access_token"]
    api, uploads = (urlsplit(serve_simulator(tiktok, host)).netloc for host in ("open.tiktokapis.com", "open-upload.tiktokapis.com"))

    def ask(path: str, body: Any = None) -> Any:
        connection = http.client.HTTPConnection(api)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json; charset=UTF-8"}
        connection.request("POST", path, json.dumps(body) if body else None, headers)
        return json.loads(connection.getresponse().read())

    creator = ask("/v2/post/publish/creator_info/query/")["data"]
    begun = ask(
        "/v2/post/publish/video/init/",
        {
            "post_info": {
                "title": "this will be a funny #cat video on your @tiktok #fyp",
                "privacy_level": creator["privacy_level_options"][0],
                "disable_duet": False,
                "disable_comment": True,
                "disable_stitch": False,
                "video_cover_timestamp_ms": 1000,
                "brand_content_toggle": False,
                "brand_organic_toggle": False,
            },
            "source_info": {"source": "FILE_UPLOAD", "video_size": len(VIDEO), "chunk_size": len(VIDEO), "total_chunk_count": 1},
        },
    )["data"]
    parts = urlsplit(begun["upload_url"])
    connection = http.client.HTTPConnection(uploads)
    span = f"bytes 0-{len(VIDEO) - 1}/{len(VIDEO)}"
    connection.request("PUT", f"{parts.path}?{parts.query}", VIDEO, {"Content-Type": "video/mp4", "Content-Range": span})
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 201
    clock.turn(60)
    status = ask("/v2/post/publish/status/fetch/", {"publish_id": begun["publish_id"]})
    [seen] = tiktok.seen()
    assert status["data"]["publicaly_available_post_id"] == [int(seen.id)]
    assert seen.text == "this will be a funny #cat video on your @tiktok #fyp"


@pytest.mark.parametrize(
    ("answer", "state", "ids", "uploaded"),
    [
        ({"status": "PROCESSING_DOWNLOAD", "downloaded_bytes": 10000}, "PROCESSING_DOWNLOAD", (), None),
        ({"status": "PROCESSING_UPLOAD", "uploaded_bytes": 10000}, "PROCESSING_UPLOAD", (), 10000),
        ({"status": "FAILED", "fail_reason": "file_format_check_failed"}, "FAILED", (), None),
        (
            {"status": "PUBLISH_COMPLETE", "publicaly_available_post_id": [7123456789012345678]},
            "PUBLISH_COMPLETE",
            ("7123456789012345678",),
            None,
        ),
    ],
)
def test_the_status_answers_of_the_pages_are_understood(
    answer: dict[str, Any], state: str, ids: tuple[str, ...], uploaded: int | None
) -> None:
    found = Status.read("v_pub_url~v2.123456789", answer)
    assert (found.state, found.post_ids, found.uploaded) == (state, ids, uploaded)


def test_the_error_answer_of_the_pages_is_understood() -> None:
    body = {"error": {"code": "access_token_invalid", "message": "The access token is invalid or not found in the request.", "log_id": "1"}}
    error = explain(httpx2.Response(401, json=body, request=httpx2.Request("POST", "https://open.tiktokapis.com/")))
    assert error is not None
    assert error.code == "tiktok_access_token_invalid"
