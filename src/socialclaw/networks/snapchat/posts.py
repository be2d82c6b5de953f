"""What a post for Snapchat may say and contain, judged before anything is sent. Pure.

Limits of posting: https://developers.snap.com/api/marketing-api/Public-Profile-API/ProfileAssetManagement.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from socialclaw.networks.snapchat.kinds import SAVED_STORY, SPOTLIGHT, kind_of
from socialclaw.providers.draft import Draft, Media
from socialclaw.providers.issues import Issue, shown
from socialclaw.providers.judging import judge_of
from socialclaw.providers.options import Setting
from socialclaw.providers.rules import Rules
from socialclaw.providers.shapes import GB, USUAL_PIXELS, Shape, extension_of

MOST_TITLE = 45
OF_SPOTLIGHTS = ("snapchatPublishMode", ("spotlight",))

RULES = Rules(
    shapes=(
        Shape(
            "video",
            max_bytes=GB,
            mimes=("video/mp4",),
            width=(540, None),
            height=(960, None),
            seconds=(5, 300),
            video_codecs=("h264",),
            pixel_formats=USUAL_PIXELS,
        ),
    ),
    media_required=True,
    max_text=160,
    order=("interaction", "required", "limit", "kinds"),  # `extra` judges the rest, in this provider's order
    codes={
        "media_limit_exceeded": "snapchat_media_required",
        "media_unsupported": "snapchat_video_required",
        "video_type_unsupported": "snapchat_video_required",
    },
)

judge_sizes, judge_text = (judge_of(replace(RULES, order=(rule,)), "snapchat") for rule in ("size", "text"))

SETTINGS = (
    Setting(
        "snapchatPublishMode",
        type="enum",
        options=("spotlight", "story", "saved_story"),
        default="spotlight",
        lower=True,
        code="snapchat_publish_mode_invalid",
        description=(
            "`spotlight` is reviewed by Snapchat and shown to everybody; a `story` ends after 24 hours; "
            "a `saved_story` stays on the profile under the post's name."
        ),
    ),
    Setting(
        "locale", default="en_US", only_with=OF_SPOTLIGHTS, description="The language and country of a spotlight, e.g. en_US or de_DE."
    ),
    Setting(
        "skipSaveToProfile",
        type="boolean",
        default=False,
        strict=False,
        only_with=OF_SPOTLIGHTS,
        description="Do not keep the spotlight on the profile.",
    ),
)


def extra(draft: Draft) -> Sequence[Issue]:
    """Its format, the words that its kind needs, then the figures of the file."""
    if len(draft.media) != 1 or draft.media[0].kind != "video":
        return []
    return [*_format(draft.media[0]), *_words(draft), *judge_sizes(draft)]


def _format(media: Media) -> Iterator[Issue]:
    """By its name, where nothing is known of the file."""
    if media.mime or "mp4" in (extension_of(media.url), extension_of(media.filename)):
        return
    what = shown(media.filename or media.url)
    yield Issue(
        "snapchat_video_required", f"Snapchat takes .mp4 videos; this is {what}", "assets[0]", {"assetId": media.id, "url": media.url}
    )


def _words(draft: Draft) -> Iterator[Issue]:
    kind = kind_of(draft)
    if kind is SPOTLIGHT:
        yield from judge_text(draft)
    elif kind is SAVED_STORY and not draft.name:
        yield Issue("snapchat_saved_story_title_required", "A saved story needs a title: give the post a name", "name")
    elif kind is SAVED_STORY and len(draft.name) > MOST_TITLE:
        message = f"The title of a saved story has {len(draft.name)} characters; the limit is {MOST_TITLE}"
        details = {"length": len(draft.name), "maxLength": MOST_TITLE}
        yield Issue("snapchat_saved_story_title_too_long", message, "name", details)
