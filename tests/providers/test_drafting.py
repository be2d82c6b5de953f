"""One place makes the text, the files and the draft of a post, planned or stored."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from socialclaw.providers.draft import Draft, Media
from socialclaw.providers.drafting import draft_of, media_of, text_of


def written(**fields: Any) -> Any:
    usual = {"name": "", "description": "", "generated_name": False, "interaction_type": "post", "parent_step_id": None, "settings": {}}
    return SimpleNamespace(**usual | fields)


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"name": "A", "description": "B"}, "A\n\nB"),
        ({"name": "A"}, "A"),
        ({"description": "B"}, "B"),
        ({}, ""),
        ({"name": "C Step 1", "description": "B", "generated_name": True}, "B"),
        ({"name": "C Step 1", "generated_name": True}, ""),
    ],
)
def test_the_text_is_name_blank_line_description_without_a_generated_name(fields: dict[str, Any], text: str) -> None:
    assert text_of(written(**fields)) == text
    name = "" if fields.get("generated_name") else fields.get("name", "")
    assert draft_of(written(**fields), (), target_type="t") == Draft(text, name, fields.get("description", ""), target_type="t")


def test_a_reply_keeps_its_parent_and_a_comment_is_judged_as_a_post() -> None:
    reply = draft_of(written(interaction_type="reply", parent_step_id="s"), (), target_type="", reply_to="7")
    assert (reply.interaction, reply.parent, reply.reply_to) == ("reply", "s", "7")
    assert draft_of(written(interaction_type="comment"), (), target_type="").interaction == "post"


def test_of_a_file_what_is_told_counts_and_a_zero_is_not_known() -> None:
    told = {"id": "a", "url": "https://e.com/x/film.mp4?token=1", "size": 0, "width": 5, "altText": None, "frameRate": 30.0}
    assert media_of(told) == Media("a", "video", None, None, told["url"], "film.mp4", width=5, frame_rate=30.0)  # type: ignore[arg-type]
    assert media_of({"kind": "image", "originalFilename": "n.png"}) == Media("", "image", filename="n.png")


def test_networks_get_one_kind_of_line_end() -> None:
    post = written(name="A\r\nB", description="C\r\n\r\nD\rE\nF")
    draft = draft_of(post, (), target_type="t")
    assert (draft.name, draft.description, draft.text) == ("A\nB", "C\n\nD\nE\nF", "A\nB\n\nC\n\nD\nE\nF")
    assert text_of(post) == draft.text
