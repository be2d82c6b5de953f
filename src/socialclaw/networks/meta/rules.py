"""What posts to Pages and to Instagram accounts may contain, their settings, and how the two go together. Pure.

https://developers.facebook.com/docs/graph-api/reference/page/photos and
https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from socialclaw.networks.meta.dated import WISE_HASHTAGS
from socialclaw.providers.draft import Draft, is_ours
from socialclaw.providers.issues import Issue
from socialclaw.providers.judging import judge_of
from socialclaw.providers.options import Setting
from socialclaw.providers.rules import Mix, Rules
from socialclaw.providers.shapes import GB, MB, USUAL_PIXELS, Shape

MOST_FILES = 10
MOST_HASHTAGS, MOST_MENTIONS = 30, 20
PAGES = ("facebook_page",)
HASHTAG, MENTION = re.compile(r"(?<![\w&])#\w+"), re.compile(r"(?<![\w.])@[\w.]+")

RESUMABLE = ("video/mp4", "video/x-m4v", None)  # films that go to the developer app first; what is not known is not judged
PAGE_PICTURES = ("image/jpeg", "image/png", "image/gif", "image/tiff", "image/bmp")
FACEBOOK = Rules(
    shapes=(
        Shape("image", max_bytes=10 * MB, mimes=(*PAGE_PICTURES, "image/webp"), native=PAGE_PICTURES, moving=()),
        Shape("video", max_bytes=10 * GB, pixel_formats=USUAL_PIXELS),
    ),
    mixes=(Mix({"image": MOST_FILES}), Mix({"video": 1})),
    max_text=63_206,
    checks_extension=True,
    order=("limit", "mix", "interaction", "required", "kinds", "extension", "size", "text"),
    codes={
        "several_unsupported": "facebook_multi_media_unsupported",
        "multi_video_unsupported": "facebook_multi_media_unsupported",
    },
)
INSTAGRAM = Rules(
    shapes=(
        Shape(
            "image",
            max_bytes=8 * MB,
            mimes=("image/jpeg", "image/png", "image/webp"),
            native=("image/jpeg",),
            aspect=(0.8, 1.91),
            moving=(),
        ),
        Shape(
            "video",
            max_bytes=300 * MB,
            mimes=("video/mp4", "video/quicktime", "video/x-m4v"),
            width=(None, 1920),
            aspect=(0.01, 10.0),
            seconds=(3, 900),
            frames=(23, 60),
            video_codecs=("h264", "hevc"),
            audio_codecs=("aac",),
            pixel_formats=USUAL_PIXELS,
        ),
    ),
    mixes=(Mix({"image": MOST_FILES, "video": MOST_FILES}, most=MOST_FILES),),
    media_required=True,
    max_text=2200,
    max_alt=1000,
    checks_extension=True,
    order=("required", "limit", "kinds", "mix", "interaction", "extension", "size", "text"),
    codes={"media_limit_exceeded": "instagram_carousel_limit_exceeded"},
    prefix="instagram",
)
# The codes of older workspaces: those of either product where it has its own, else `meta_...`.
META_PAGE = replace(FACEBOOK, codes={**FACEBOOK.codes, "media_limit_exceeded": "facebook_media_limit_exceeded"})
META_INSTAGRAM = replace(
    INSTAGRAM,
    prefix="",
    order=("limit", "interaction", "required", "kinds", "mix", "extension", "size", "text"),
    codes={**INSTAGRAM.codes, "media_required": "instagram_media_required"},
)
judge_meta_page, judge_meta_instagram = judge_of(META_PAGE, "meta"), judge_of(META_INSTAGRAM, "meta")
META = replace(META_PAGE, order=())  # which of the two it is, `judge_meta` finds out

PAGE_SETTINGS = (
    Setting(
        "pagePostMode",
        type="enum",
        options=("auto", "feed", "photo", "video"),
        default="auto",
        code="facebook_page_mode_invalid",
        description="What the post becomes: by its files, or a text post, a post of photos, a video.",
    ),
    Setting(
        "facebookVideoUploadMode",
        type="enum",
        options=("auto", "native", "resumable", "remote_url"),
        default="native",
        write_default=False,
        code="facebook_video_upload_mode_invalid",
        description="How a video gets there: to the Page in parts (native), to the developer app first, which is for people with a role on "
        "it (resumable), fetched by Facebook from its URL, or by one after the other until it is there (auto).",
    ),
    Setting(
        "linkCard",
        type="boolean",
        default=True,
        write_default=False,
        code="facebook_link_card_invalid",
        description="Show a card for the first link of a post without files.",
    ),
)
INSTAGRAM_SETTINGS = (
    Setting(
        "instagramPublishMode",
        type="enum",
        options=("auto", "image", "reel"),
        default="auto",
        code="instagram_publish_mode_invalid",
        description="What the post becomes: by its files, or images, or a reel.",
    ),
)


def page_fits(draft: Draft) -> Sequence[Issue]:
    """Whether `pagePostMode` and `facebookVideoUploadMode` suit the files."""
    film = next((m for m in draft.media[:1] if m.kind == "video"), None)
    if film and film.mime not in RESUMABLE and draft.settings.get("facebookVideoUploadMode") == "resumable":
        message = f"facebookVideoUploadMode resumable takes MP4, and the video is {film.mime}"
        details = {"mime": film.mime, "supportedValues": [mime for mime in RESUMABLE if mime]}
        return [Issue("facebook_video_upload_mode_mismatch", message, "settings.facebookVideoUploadMode", details)]
    mode = draft.settings.get("pagePostMode", "auto")
    kind = draft.media[0].kind if draft.media else ""
    own = {"": "feed", "image": "photo", "video": "video"}.get(kind)
    if own is None or mode in ("auto", own):
        return ()
    what = f"a post with a{'n' if kind == 'image' else ''} {kind}" if kind else "a post without files"
    message = f"pagePostMode can be auto or {own} for {what}, not {mode}"
    return [Issue("facebook_page_mode_mismatch", message, "settings.pagePostMode", {"supportedValues": ["auto", own]})]


def instagram_fits(draft: Draft) -> Sequence[Issue]:
    """Whether `instagramPublishMode` suits the files."""
    mode = draft.settings.get("instagramPublishMode", "auto")
    kinds = {m.kind for m in draft.media}
    fits = {"image": kinds <= {"image"}, "reel": kinds <= {"video"} and len(draft.media) <= 1}
    if fits.get(mode, True) or "other" in kinds:
        return ()
    message = f"instagramPublishMode cannot be {mode} for these files: image is for images, reel for one video"
    return [Issue("instagram_publish_mode_mismatch", message, "settings.instagramPublishMode", {"supportedValues": ["auto"]})]


def judge_page(draft: Draft) -> Sequence[Issue]:
    """Pictures of other servers that Facebook would not take, and that nobody converts on their way."""
    return [*_foreign(draft, "facebook_image_type_unsupported", PAGE_PICTURES)]


def _foreign(draft: Draft, code: str, taken: Sequence[str]) -> Iterator[Issue]:
    for index, m in enumerate(draft.media):
        if m.kind == "image" and m.mime and m.mime not in taken and not is_ours(m):
            message = f"The network takes {', '.join(taken)}; this picture is {m.mime}. Upload it here to have it converted"
            details = {"mime": m.mime, "supportedValues": list(taken), "assetId": m.id, "url": m.url}
            yield Issue(code, message, f"assets[{index}]", details)


def judge_instagram(draft: Draft) -> Sequence[Issue]:
    """Pictures of other servers that are no JPEG; hashtags and mentions beyond what a caption may have."""
    found = [*_foreign(draft, "instagram_image_type_unsupported", ("image/jpeg",))]
    for code, what, pattern, most in (
        ("instagram_hashtag_limit_exceeded", "hashtags", HASHTAG, MOST_HASHTAGS),
        ("instagram_mention_limit_exceeded", "mentions", MENTION, MOST_MENTIONS),
    ):
        if (count := len(pattern.findall(draft.text))) > most:
            message = f"The caption has {count} {what}; the limit is {most}"
            found.append(Issue(code, message, "description", {"count": count, "maxItems": most}))
    return found


def warn_instagram(draft: Draft) -> Sequence[Issue]:
    """Since December 2025 a caption is said to have 5 hashtags at most; what the API does about more has not been shown."""
    if draft.target_type in PAGES or (count := len(HASHTAG.findall(draft.text))) <= WISE_HASHTAGS:
        return ()
    message = f"The caption has {count} hashtags; since December 2025 Instagram allows {WISE_HASHTAGS}, and may refuse more"
    return [Issue("instagram_hashtags_discouraged", message, "description", {"count": count, "maxItems": WISE_HASHTAGS})]


def judge_meta(draft: Draft) -> Sequence[Issue]:
    """Everything about a post of an older workspace, by what its account is."""
    if draft.target_type == "instagram_business":
        return [*judge_meta_instagram(draft), *judge_instagram(draft)]
    return [*judge_meta_page(draft), *judge_page(draft)]
