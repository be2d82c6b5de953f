from __future__ import annotations

from typing import Any

import pytest

from socialclaw.providers.drafting import kind_of
from socialclaw.scheduling.library import asset_ids
from tests.scheduling.documents import BASE_URL, PICTURE

URL = "https://cdn.example.com/a.png"


@pytest.mark.parametrize(
    ("asset", "kind"),
    [
        ({"url": "https://e.com/a.JPG"}, "image"),
        ({"url": "https://e.com/a.jpeg?x=.mp4"}, "image"),
        ({"url": "https://e.com/a.webp#.mp4"}, "image"),
        ({"url": "https://e.com/d.mp4/a"}, "other"),
        ({"url": "https://e.com/a?f=a.png"}, "other"),
        ({"url": "https://example.png"}, "other"),
        ({"url": "https://[::1/a.png"}, "image"),
        ({"url": "https://e.com/a.gif"}, "other"),
        ({"url": "https://e.com/a"}, "other"),
        ({"url": "https://e.com/a.mov"}, "video"),
        ({"url": "https://e.com/a.m4v"}, "video"),
        ({"url": "https://e.com/a.webm"}, "video"),
        ({"url": "https://e.com/a.gif", "kind": "image"}, "image"),
        ({"url": "https://e.com/a.png", "kind": "video"}, "video"),
        ({"url": "https://e.com/a.png", "kind": "other"}, "image"),
        ({"url": "https://e.com/a.png", "kind": None}, "image"),
    ],
)
def test_the_kind_is_what_the_asset_says_else_what_its_extension_says(asset: dict[str, Any], kind: str) -> None:
    assert kind_of(asset) == kind


def test_the_files_a_document_may_mean_are_known_before_it_is_read() -> None:
    posts = [
        {"media_link": PICTURE.url, "assets": [{"assetId": "asset_a"}, {"id": "asset_b"}, "asset_c", URL, 5]},
        {"mediaLink": f"{BASE_URL}/media/asset_d/x/y.png"},
        7,
    ]
    steps = {"campaigns": [{"targets": [{"steps": [{"assets": [{"media_link": f"{BASE_URL}/media/asset_e/t/f"}]}]}, None]}, 3]}
    assert asset_ids({"posts": posts}, BASE_URL) == {"asset_p", "asset_a", "asset_b", "asset_c", "asset_d"}
    assert asset_ids({"schedule": {"posts": posts}}, BASE_URL) == {"asset_p", "asset_a", "asset_b", "asset_c", "asset_d"}
    assert asset_ids(steps, BASE_URL) == {"asset_e"}
    for document in (None, [], "asset_x", {"posts": "asset_x"}, {"posts": [{"assets": "asset_x"}]}, {"posts": [{"name": "\ud800"}]}):
        assert asset_ids(document, BASE_URL) == set()
