from __future__ import annotations

from typing import Any

import pytest

from socialclaw.providers.drafting import media_of
from socialclaw.scheduling.document import parse
from tests.scheduling.documents import ACCOUNTS, BASE_URL, NOW, PICTURE, found, plan_of_posts, post_of

URL = "https://cdn.example.com/a.png"
BLANK = {"managed": False, "originalFilename": None, "mime": None, "kind": None, "altText": None}
UNKNOWN = {"size": None, "duration": None, "width": None, "height": None}


def found_in(**post: Any) -> list[tuple[str, str]]:
    return [(path.removeprefix("posts[0]."), code) for path, code in found(plan_of_posts({"account": "discord:42", "name": "Hi", **post}))]


@pytest.mark.parametrize("absent", [None, "", []])
def test_no_media(absent: object) -> None:
    post = post_of(assets=absent, media_link=None if absent == [] else absent)
    assert (post.assets, post.media_link) == ([], None)


def test_a_url_is_kept_with_an_id_and_nothing_else() -> None:
    assert post_of(assets=[f" {URL} ", URL]).assets == [
        {"id": "asset_1", "url": URL, "managed": False},
        {"id": "asset_2", "url": URL, "managed": False},
    ]
    assert post_of(media_link=f" {URL}\n").assets == [{"id": "asset_1", "url": URL, "managed": False}]


def test_an_object_is_kept_with_what_is_known_of_it_and_no_other_key() -> None:
    assert post_of(assets=[{"url": URL, "colour": "red"}]).assets == [{"id": "asset_1", "url": URL, **BLANK, **UNKNOWN}]
    assert post_of(assets=[{"url": URL}]).assets == [{"id": "asset_1", "url": URL, **BLANK, **UNKNOWN}]
    told = {
        "id": "mine",
        "url": URL,
        "managed": False,
        "originalFilename": "a.png",
        "mime": "image/png",
        "kind": "image",
        "size": 5,
        "duration": 1.5,
        "width": 6,
        "height": 7,
        "altText": "A picture",
    }
    assert post_of(assets=[told]).assets == post_of(assets=[{**told, "kind": "IMAGE", "colour": "red"}]).assets == [told]


@pytest.mark.parametrize("name", ["media_link", "mediaLink"])
def test_the_url_of_an_object_has_other_names(name: str) -> None:
    assert post_of(assets=[{name: f" {URL} "}]).assets[0]["url"] == URL
    assert post_of(assets=[{"url": "", name: URL}]).assets[0]["url"] == URL


@pytest.mark.parametrize("value", [None, ""])
def test_null_and_empty_numbers_become_0_and_0_is_unknown(value: object) -> None:
    asset = post_of(assets=[{"url": URL, "size": value, "duration": value, "width": value, "height": value}]).assets[0]
    assert {name: asset[name] for name in UNKNOWN} == dict.fromkeys(UNKNOWN, 0)
    media = media_of(asset)
    assert (media.size, media.duration, media.width, media.height) == (None, None, None, None)


@pytest.mark.parametrize(
    ("assets", "path", "code"),
    [
        ([""], "assets[0]", "asset_url_required"),
        ([URL, " "], "assets[1]", "asset_url_required"),
        ([{}], "assets[0].url", "asset_url_required"),
        ([{"url": None, "id": "x"}], "assets[0].url", "asset_url_required"),
        ([5], "assets[0]", "asset_invalid"),
        ([None], "assets[0]", "asset_invalid"),
        ([True], "assets[0]", "asset_invalid"),
        ([[URL]], "assets[0]", "asset_invalid"),
        (["a.png"], "assets[0]", "asset_url_invalid"),
        (["file:///etc/passwd"], "assets[0]", "asset_url_invalid"),
        ([{"url": "javascript:alert(1)"}], "assets[0].url", "asset_url_invalid"),
        (["http://[::1/a.png"], "assets[0]", "asset_url_invalid"),
        (["https://exam ple.org/a.jpg"], "assets[0]", "asset_url_invalid"),
        (["https://ex<b>.org/a.jpg"], "assets[0]", "asset_url_invalid"),
        (["http://[127.0.0.1]/a.png"], "assets[0]", "asset_url_invalid"),
        (["https:///a.png?["], "assets[0]", "asset_url_invalid"),
        ([{"url": 5}], "assets[0].url", "field_type_invalid"),
        ("https://cdn.example.com/a.png", "assets", "field_type_invalid"),
        ({}, "assets", "field_type_invalid"),
        (5, "assets", "field_type_invalid"),
        ([URL] * 101, "assets", "assets_too_many"),
    ],
)
def test_what_is_no_asset(assets: object, path: str, code: str) -> None:
    assert found_in(assets=assets)[0] == (path, code)


@pytest.mark.parametrize("value", [-1, 1.5, True, "12", [], {}, 2**53 + 1, 10**400, float("nan"), float("inf")])
@pytest.mark.parametrize("name", ["size", "width", "height"])
def test_sizes_are_whole_numbers(name: str, value: object) -> None:
    assert found_in(assets=[{"url": URL, name: value}]) == [(f"assets[0].{name}", "field_type_invalid")]


@pytest.mark.parametrize("value", [-0.1, True, "1.5", [], 10**400, float("nan"), float("inf")])
def test_a_duration_is_a_number(value: object) -> None:
    assert found_in(assets=[{"url": URL, "duration": value}]) == [("assets[0].duration", "field_type_invalid")]


@pytest.mark.parametrize("name", ["id", "originalFilename", "mime", "kind", "altText", "assetId"])
@pytest.mark.parametrize("value", [5, True, ["x"], {"x": 1}])
def test_the_words_of_an_asset_are_text(name: str, value: object) -> None:
    assert (f"assets[0].{name}", "field_type_invalid") in found_in(assets=[{"url": URL, name: value}])


def test_media_link_must_be_the_first_asset() -> None:
    assert post_of(assets=[URL, "https://cdn.example.com/b.png"], media_link=URL).media_link == URL
    assert post_of(assets=[{"url": URL}], mediaLink=f" {URL} ").media_link == URL
    assert found_in(assets=[URL], media_link="https://cdn.example.com/b.png") == [("media_link", "asset_media_conflict")]


MANAGED = {
    "id": "asset_p",
    "url": PICTURE.url,
    "managed": True,
    "originalFilename": "p.png",
    "mime": "image/png",
    "kind": "image",
    "size": 1000,
    "duration": None,
    "width": 640,
    "height": 480,
    "altText": None,
}


@pytest.mark.parametrize(
    "post",
    [
        {"media_link": PICTURE.url},
        {"assets": [PICTURE.url]},
        {"assets": ["asset_p"]},
        {"assets": [{"url": PICTURE.url, "size": 1, "kind": "video", "width": 9}]},
        {"assets": [{"assetId": "asset_p"}]},
        {"assets": [{"asset_id": "asset_p", "url": ""}]},
        {"assets": [{"id": "asset_p", "managed": True, "url": PICTURE.url}]},
        {"assets": [PICTURE.url], "media_link": PICTURE.url},
        {"assets": [f"{PICTURE.url}?format=jpeg"], "media_link": f"{PICTURE.url}?format=jpeg"},
    ],
)
def test_a_file_of_ours_is_known_by_its_url_or_its_id_and_what_we_know_of_it_counts(post: dict[str, Any]) -> None:
    assert post_of(**post).assets == [MANAGED]


def test_the_alt_text_of_a_file_of_ours_is_the_posts() -> None:
    assert post_of(assets=[{"url": PICTURE.url, "altText": "A"}]).assets == [{**MANAGED, "altText": "A"}]


def test_what_we_know_of_a_file_is_what_it_is_judged_by() -> None:
    document = {"account": "x:@example", "name": "Hi", "assets": [{"assetId": "asset_h", "size": 5}]}
    plan = plan_of_posts(document)
    assert found(plan) == [("posts[0].assets[0]", "x_image_too_large")]
    assert plan.issues[0].details["assetId"] == "asset_h"


@pytest.mark.parametrize(
    "asset",
    [
        f"{BASE_URL}/media/asset_q/token/p.png",
        f"{BASE_URL}/media/asset_p/another-token/p.png",
        f"{BASE_URL}/media/",
        {"assetId": "asset_q"},
        {"assetId": "asset_q", "url": URL},
        {"id": "asset_q", "managed": True, "url": URL},
        {"assetId": "asset_r"},
    ],
)
def test_a_file_of_ours_that_is_not_there(asset: object) -> None:
    assert [code for _, code in found_in(assets=[asset])] == ["asset_not_found"]


def test_without_a_library_every_url_is_somebody_elses() -> None:
    plan = parse({"posts": [{"account": "x:@example", "media_link": PICTURE.url}]}, now=NOW, accounts=ACCOUNTS)
    assert (plan.issues, plan.posts[0].assets[0]["managed"]) == ((), False)
