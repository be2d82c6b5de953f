"""What a post may contain: each rule at its edge and one past it, each problem with its code and place."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialclaw.providers.draft import Draft, Media
from socialclaw.providers.issues import Issue, shown
from socialclaw.providers.judging import check
from socialclaw.providers.options import Setting, settle, snake
from socialclaw.providers.rules import ORDER, Mix, Rules
from socialclaw.providers.shapes import Shape, extension_of, kind_of_url

RULES = Rules(
    shapes=(Shape("image", max_bytes=100), Shape("video", max_bytes=1000)),
    mixes=(Mix({"image": 4}), Mix({"video": 1})),
    interactions=("post", "reply"),
    max_text=10,
    max_caption=5,
    max_alt=3,
    checks_extension=True,
)


def files(*kinds: str, **more: Any) -> tuple[Media, ...]:
    return tuple(
        Media(f"m{n}", kind, url=f"https://m.example/{n}.{'mp4' if kind == 'video' else 'jpg'}", **more) for n, kind in enumerate(kinds)
    )


def issues(draft: Draft, rules: Rules = RULES) -> list[Issue]:
    return list(check(draft, rules, prefix="demo"))


def codes(draft: Draft, rules: Rules = RULES) -> list[str]:
    return [issue.code for issue in issues(draft, rules)]


FINE = {
    "text alone": Draft(text="x" * 10),
    "one image": Draft(media=files("image")),
    "most images": Draft(media=files(*["image"] * 4)),
    "one video": Draft(media=files("video")),
    "text beside media": Draft(text="x" * 5, media=files("image")),
    "largest image": Draft(media=files("image", size=100)),
    "size not known": Draft(media=files("image", size=None)),
    "longest alt text": Draft(media=files("image", alt="xxx")),
    "reply to a step": Draft(text="x", interaction="reply", parent="step"),
    "reply to a post": Draft(text="x", interaction="reply", reply_to="1"),
}


@pytest.mark.parametrize("draft", FINE.values(), ids=FINE)
def test_what_is_within_the_rules_has_no_issue(draft: Draft) -> None:
    assert issues(draft) == []


WRONG = {
    "nothing": (Draft(), "demo_text_or_media_required", ""),
    "text too long": (Draft(text="x" * 11), "demo_text_too_long", "description"),
    "text too long beside media": (Draft(text="x" * 6, media=files("image")), "demo_text_too_long", "description"),
    "too many images": (Draft(media=files(*["image"] * 5)), "demo_media_limit_exceeded", "assets"),
    "two videos": (Draft(media=files("video", "video")), "demo_multi_video_unsupported", "assets"),
    "mixed": (Draft(media=files("image", "video")), "demo_multi_video_unsupported", "assets"),
    "image too large": (Draft(media=files("image", size=101)), "demo_image_too_large", "assets[0]"),
    "video too large": (Draft(media=files("video", size=1001)), "demo_video_too_large", "assets[0]"),
    "unknown kind": (Draft(media=(Media("m", "other", url="https://m.example/a.pdf"),)), "demo_media_unsupported", "assets[0]"),
    "wrong extension": (Draft(media=(Media("m", "image", url="https://m.example/a.tiff?x.jpg"),)), "demo_media_unsupported", "assets[0]"),
    "alt text too long": (Draft(media=files("image", alt="xxxx")), "demo_alt_text_too_long", "assets[0].altText"),
    "interaction": (Draft(text="x", interaction="like"), "demo_interaction_unsupported", "interaction_type"),
    "reply to nothing": (Draft(text="x", interaction="reply"), "demo_reply_parent_required", "reply_to_step_id"),
}


@pytest.mark.parametrize(("draft", "code", "path"), WRONG.values(), ids=WRONG)
def test_one_past_the_edge_is_one_issue_with_its_code_and_place(draft: Draft, code: str, path: str) -> None:
    assert [(issue.code, issue.path) for issue in issues(draft)] == [(code, path)]


GALLERY = Rules(
    shapes=(Shape("video"), Shape("image", max_text=40, max_title=5)),
    mixes=(Mix({"video": 1}), Mix({"image": 3})),
    max_text=20,
    order=("mix", "limit", "text"),
)


@pytest.mark.parametrize(
    ("draft", "codes"),
    [
        (Draft("x" * 20, media=(Media("v", "video"),)), []),
        (Draft("title\n\n" + "x" * 13, "title", "x" * 13, (Media("v", "video"),)), []),
        (Draft("x" * 21, media=(Media("v", "video"),)), ["demo_text_too_long"]),
        (Draft("title\n\n" + "x" * 40, "title", "x" * 40, (Media("i", "image"),)), []),
        (Draft("x" * 41, description="x" * 41, media=(Media("i", "image"),)), ["demo_text_too_long"]),
        (Draft("titles", "titles", media=(Media("i", "image"),)), ["demo_title_too_long"]),
    ],
)
def test_files_may_have_limits_of_text_of_their_own(draft: Draft, codes: list[str]) -> None:
    assert [issue.code for issue in check(draft, GALLERY, prefix="demo")] == codes


@pytest.mark.parametrize(
    ("kinds", "codes"),
    [
        (["image"] * 4, ["demo_media_limit_exceeded"]),
        (["video"] * 2, ["demo_multi_video_unsupported"]),
        (["image", "video"], ["demo_multi_video_unsupported"]),
        (["image"] * 3 + ["video"], ["demo_multi_video_unsupported", "demo_media_limit_exceeded"]),
    ],
)
def test_what_is_judged_first_is_told_first_also_where_there_are_too_many_files(kinds: list[str], codes: list[str]) -> None:
    draft = Draft("x", media=tuple(Media("m", kind) for kind in kinds))
    assert [issue.code for issue in check(draft, GALLERY, prefix="demo")] == codes


def test_all_problems_are_told_at_once_in_the_order_of_the_provider() -> None:
    draft = Draft(text="x" * 11, interaction="like", media=files(*["image"] * 5, size=101))
    told = codes(draft)
    assert told == ["demo_interaction_unsupported", "demo_media_limit_exceeded", *["demo_image_too_large"] * 5, "demo_text_too_long"]
    turned = replace(RULES, order=("text", "limit", "mix", "interaction"))
    assert codes(draft, turned) == ["demo_text_too_long", "demo_media_limit_exceeded", "demo_interaction_unsupported"]


def test_every_rule_has_its_place_in_the_order() -> None:
    assert len(set(ORDER)) == len(ORDER)
    assert {code for _, code, _ in WRONG.values()} >= {f"demo_{end}" for end in ("media_unsupported", "text_too_long")}


def test_media_may_be_required() -> None:
    assert codes(Draft(text="x"), replace(RULES, media_required=True)) == ["demo_media_required"]


def test_a_network_may_have_its_own_codes_prefix_and_measure() -> None:
    own = replace(
        RULES, codes={"media_limit_exceeded": "provider_multi_asset_unsupported"}, prefix="own", measure=lambda text: 2 * len(text)
    )
    assert codes(Draft(text="x" * 6), own) == ["own_text_too_long"]
    assert codes(Draft(text="x" * 5), own) == []
    assert codes(Draft(media=files(*["image"] * 5)), own) == ["provider_multi_asset_unsupported"]


def test_one_wrong_file_among_several_may_have_a_code_of_its_own() -> None:
    own = replace(RULES, codes={"several_unsupported": "demo_multi_media_unsupported"})
    assert codes(Draft(media=files("other")), own) == ["demo_media_unsupported"]
    assert codes(Draft(media=files("image", "other")), own) == ["demo_multi_media_unsupported"]
    assert codes(Draft(media=files("image", "other"))) == ["demo_media_unsupported"]


def test_details_say_what_the_limit_is() -> None:
    assert issues(Draft(text="x" * 11))[0].details == {"length": 11, "maxLength": 10}
    assert issues(Draft(media=files(*["image"] * 5)))[0].details == {"count": 5, "maxItems": 4}
    assert issues(Draft(media=files("image", size=101)))[0].details["maxBytes"] == 100


def test_a_text_only_network_takes_no_file() -> None:
    assert codes(Draft(text="x", media=files("image")), Rules(max_text=10)) == ["demo_media_limit_exceeded", "demo_media_unsupported"]


BOTH = Rules(shapes=RULES.shapes, mixes=(Mix({"image": 4, "video": 1}, most=5),), max_text=10)


@pytest.mark.parametrize(
    ("kinds", "wrong"),
    [
        ("i", []),
        ("v", []),
        ("iiii", []),
        ("iiiiv", []),
        ("viiii", []),
        ("iiiii", ["demo_multi_video_unsupported"]),
        ("vv", ["demo_multi_video_unsupported"]),
        ("vvi", ["demo_multi_video_unsupported"]),
        ("vvvvv", ["demo_multi_video_unsupported"]),
        ("iiiiiv", ["demo_media_limit_exceeded"]),
    ],
)
def test_four_images_and_a_video_are_one_row_of_data(kinds: str, wrong: list[str]) -> None:
    media = files(*({"i": "image", "v": "video"}[kind] for kind in kinds))
    assert codes(Draft(media=media), BOTH) == wrong
    assert BOTH.allowed == "up to 4 images and 1 video together"


def test_a_post_fits_if_one_mix_takes_it() -> None:
    either = replace(BOTH, mixes=(Mix({"image": 2, "video": 2}, most=3), Mix({"image": 10})))
    right, wrong = ("ii", "iiiiiiiiii", "iiv", "ivv"), ("iivv", "vvv", "iiiv")
    for kinds in (*right, *wrong):
        media = files(*({"i": "image", "v": "video"}[kind] for kind in kinds))
        assert codes(Draft(media=media), either) == ([] if kinds in right else ["demo_multi_video_unsupported"]), kinds


def test_a_description_that_would_be_passed_over_in_silence_is_refused() -> None:
    with pytest.raises(ValueError, match="a mix that takes it"):
        replace(RULES, mixes=(Mix({"image": 4}),))
    with pytest.raises(ValueError, match="rules limit and mix"):
        replace(RULES, order=("interaction", "limit"))


def test_mixes_read_well_and_shapes_are_found() -> None:
    several = Mix({"image": 2, "video": 2}, most=3)
    assert [str(mix) for mix in (Mix({"image": 1}), Mix({"image": 4}), Mix({"image": 10, "video": 10}, most=10), several)] == [
        "1 image",
        "1 to 4 images",
        "1 to 10 images and videos",
        "up to 2 images and 2 videos together (3 files at most)",
    ]
    assert RULES.shape(files("image", "image")) == RULES.shapes[0]
    assert RULES.shape(files("video", "image")) is None
    assert RULES.shape(files(*["image"] * 5)) is None
    assert (RULES.limit, Rules().limit, several.limit) == (4, 0, 3)
    assert (RULES.most("image"), RULES.most("video"), RULES.most("other")) == (4, 1, 0)


# Settings.

MODE = Setting("parseMode", type="enum", options=("none", "HTML"), default="none", nulled=("none",))
SILENT = Setting("disableNotification", type="boolean", default=False, code="demo_setting_invalid")
CONTROL = Setting("replyControl", type="enum", options=("", "verified"), default="", dropped=("", "everyone"), write_default=False)
BOARD = Setting("boardId", required=True, aliases=("board",))
PRICE = Setting("price", type="number", min=1)
GROUP = Setting("group", required=True, leading=("/g/", "g/"))
LOOSE = Setting("loose", type="boolean", strict=False)
LOWER = Setting("privacy", type="enum", options=("public", "private"), lower=True)
AUDIENCE = Setting("audience", default="all", only_with=("privacy", ("public",)))


def settled(given: dict[str, Any], *settings: Setting) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    effective, told = settle(given, settings, prefix="demo")
    return effective, [(issue.code, issue.path) for issue in told]


def test_defaults_are_filled_in() -> None:
    assert settled({}, MODE, SILENT, CONTROL) == ({"parseMode": None, "disableNotification": False}, [])


@pytest.mark.parametrize(
    ("setting", "value", "kept"),
    [
        (MODE, "HTML", {"parseMode": "HTML"}), (MODE, "none", {"parseMode": None}), (MODE, None, {"parseMode": None}),
        (SILENT, True, {"disableNotification": True}), (CONTROL, "verified", {"replyControl": "verified"}), (CONTROL, "everyone", {}),
        (CONTROL, "", {}), (PRICE, 1, {"price": 1}), (PRICE, 2.5, {"price": 2.5}), 
        (LOOSE, "yes", {"loose": True}), (LOOSE, 0, {"loose": False}),
        (LOWER, "PUBLIC", {"privacy": "public"}), (BOARD, "b", {"boardId": "b"}),
        (GROUP, "g/cats", {"group": "cats"}), (GROUP, " /g/ cats ", {"group": "cats"}), (GROUP, "g/g/cats", {"group": "cats"}),
        (GROUP, "cats/g/", {"group": "cats/g/"}),
    ],
)  # fmt: skip
def test_a_value_is_kept_as_it_is_meant_and_is_taken_again(setting: Setting, value: Any, kept: dict[str, Any]) -> None:
    assert settled({setting.id: value}, setting) == (kept, [])
    assert settled(kept, setting) == (kept, [])


@pytest.mark.parametrize(
    ("setting", "value", "code"),
    [
        (MODE, "XML", "demo_parse_mode_invalid"), (MODE, ["HTML"], "demo_parse_mode_invalid"), (MODE, {}, "demo_parse_mode_invalid"),
        (SILENT, "true", "demo_setting_invalid"), (SILENT, 1, "demo_setting_invalid"), (SILENT, None, "demo_setting_invalid"),
        (PRICE, 0, "demo_price_invalid"), (PRICE, "5", "demo_price_invalid"), (PRICE, True, "demo_price_invalid"),
        (PRICE, float("nan"), "demo_price_invalid"), (PRICE, float("inf"), "demo_price_invalid"), (PRICE, 10**400, "demo_price_invalid"),
        (GROUP, "g/", "demo_group_invalid"), (GROUP, " ", "demo_group_invalid"),
        (BOARD, 5, "demo_board_id_invalid"), (LOWER, 5, "demo_privacy_invalid"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_refused_at_its_place(setting: Setting, value: Any, code: str) -> None:
    assert settled({setting.id: value}, setting) == ({}, [(code, f"settings.{setting.id}")])


def test_an_unknown_setting_is_refused_and_the_known_ones_are_named() -> None:
    _, [issue] = settle({"nonsense": 1}, (MODE, SILENT), prefix="demo")
    assert (issue.code, issue.path) == ("demo_settings_unsupported", "settings.nonsense")
    assert issue.details == {"allowedKeys": ["parseMode", "disableNotification"]}


def test_where_there_are_no_settings_none_may_be_given() -> None:
    assert settled({}) == ({}, [])
    assert settled({"x": 1}) == ({}, [("publish_settings_unsupported", "settings")])


def test_a_required_setting_may_go_by_another_name_but_not_be_absent() -> None:
    assert settled({"board": "b"}, BOARD) == ({"boardId": "b"}, [])
    assert settled({}, BOARD) == ({}, [("demo_board_id_required", "settings.boardId")])
    assert settled({"board": 1}, BOARD) == ({}, [("demo_board_id_invalid", "settings.board")])


def test_codes_spell_a_setting_in_snake_case() -> None:
    assert snake("disableLinkPreview") == "disable_link_preview"


# URLs.


@pytest.mark.parametrize(
    ("url", "extension", "kind"),
    [
        ("https://m.example/a.JPG", "jpg", "image"), ("https://m.example/a.b/c.png?x=1.mp4#y.mov", "png", "image"),
        ("https://m.example/a.mp4", "mp4", "video"), ("https://m.example/a.mov?sig=a/b.png", "mov", "video"),
        ("https://m.example/a", "", "other"), ("https://m.example", "", "other"), ("https://m.jpg", "", "other"),
        ("https://m.example/a.jpg/", "", "other"), ("https://m.example/.jpg", "jpg", "image"), ("https://m.example/a.pdf", "pdf", "other"),
        ("", "", "other"), ("a.webp", "webp", "image"), ("https://[::1", "", "other"),
    ],
)  # fmt: skip
def test_a_url_tells_the_kind_by_its_path(url: str, extension: str, kind: str) -> None:
    assert (extension_of(url), kind_of_url(url)) == (extension, kind)


@given(st.text())
def test_no_text_is_too_strange_to_be_judged(text: str) -> None:
    media = (Media("m", kind_of_url(text), url=text, filename=text, alt=text),)
    draft = Draft(text=text, media=media, interaction=text)
    for issue in (*check(draft, RULES, prefix="demo"), *settle({text: text}, (MODE, BOARD), prefix="demo")[1]):
        assert len(issue.message) < 1_000
        assert issue.message.isprintable()


@given(st.text(), st.integers(2, 100))
def test_what_is_shown_is_short_and_printable(text: str, most: int) -> None:
    assert len(shown(text, most)) <= most
    assert shown(text, most).isprintable()


def test_a_type_without_settings_may_say_so_in_its_own_code() -> None:
    _, [issue] = settle({"x": 1}, (), prefix="demo", none_code="demo_settings_unsupported")
    assert (issue.code, issue.path, issue.details) == ("demo_settings_unsupported", "settings", {"allowedKeys": []})


def test_a_setting_without_meaning_beside_another_ones_value_is_dropped() -> None:
    assert settled({"privacy": "PUBLIC"}, LOWER, AUDIENCE) == ({"privacy": "public", "audience": "all"}, [])
    assert settled({"privacy": "public", "audience": "few"}, LOWER, AUDIENCE) == ({"privacy": "public", "audience": "few"}, [])
    assert settled({"privacy": "private", "audience": "few"}, LOWER, AUDIENCE) == ({"privacy": "private"}, [])
    assert settled({"privacy": "private", "audience": 5}, LOWER, AUDIENCE) == ({"privacy": "private"}, [])
