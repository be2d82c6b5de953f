"""What the tour decides from what accounts say they can do."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from socialclaw.cli.output import Problem
from socialclaw.cli.tour import PICTURE, campaign, picture, required_settings

ASSETS = {
    "image": {"id": "asset_1", "publicUrl": "http://127.0.0.1/media/a/b/tour.png"},
    "video": {"id": "asset_2", "publicUrl": "http://127.0.0.1/media/a/b/tour.mp4"},
}


def able(name: str, *, kinds: tuple[str, ...] = ("image",), required: bool = False, replies: bool = False, **more: Any) -> dict[str, Any]:
    return {
        "accountId": name,
        "publishable": True,
        "input": {"media": {"acceptedKinds": list(kinds), "required": required}},
        "workflow": {"supportedInteractionTypes": ["post", "reply"] if replies else ["post"]},
        "publishSettings": {"fields": []},
    } | more


def targets(*accounts: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    return {target["account"]: target["steps"] for target in campaign(accounts, ASSETS)["campaigns"][0]["targets"]}


def test_only_an_account_that_can_reply_gets_a_reply() -> None:
    found = targets(able("talker", replies=True), able("loner"))
    assert [step.get("interaction_type", "post") for step in found["talker"]] == ["post", "reply"]
    assert found["talker"][1]["delay_seconds"] == 1
    assert len(found["loner"]) == 1


def test_the_picture_goes_where_pictures_are_taken_and_the_film_where_nothing_else_will_do() -> None:
    found = targets(
        able("pictures", kinds=("video", "image")), able("words", kinds=("video",)), able("films", kinds=("video",), required=True)
    )
    assert found["pictures"][0]["assets"][0]["id"] == "asset_1"
    assert "assets" not in found["words"][0]
    assert found["films"][0]["assets"][0]["id"] == "asset_2"


def test_an_account_that_cannot_take_the_tour_is_left_out() -> None:
    asks = {"publishSettings": {"fields": [{"id": "subreddit", "type": "string", "required": True}]}}
    found = targets(able("good"), able("papers", kinds=("other",), required=True), able("revoked", publishable=False), able("asks", **asks))
    assert list(found) == ["good"]


def test_without_any_account_there_is_no_tour() -> None:
    with pytest.raises(Problem):
        campaign([able("revoked", publishable=False)], ASSETS)


def test_settings_that_must_be_given_get_their_first_option() -> None:
    chosen = {"id": "privacy", "type": "enum", "required": True, "options": ["ALL", "NONE"]}
    spared = {"id": "mode", "type": "enum", "required": True, "default": "auto", "options": ["auto"]}
    assert required_settings([chosen, spared, {"id": "link", "type": "string", "required": False}]) == {"privacy": "ALL"}


def test_the_picture_is_a_small_png() -> None:
    content = picture()
    with Image.open(io.BytesIO(content)) as image:
        assert (image.format, image.size, image.mode) == ("PNG", PICTURE, "RGB")
        assert len(image.getcolors(maxcolors=PICTURE[0] * PICTURE[1]) or []) > 1000, "colours, not a blank"
    assert len(content) < 500_000
