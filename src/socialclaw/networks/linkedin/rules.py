"""What a LinkedIn post may contain (https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from socialclaw.providers.draft import Draft
from socialclaw.providers.issues import Issue
from socialclaw.providers.rules import Mix, Rules
from socialclaw.providers.shapes import GB, KB, USUAL_PIXELS, Shape

MOST_PIXELS = 36_152_320  # an image must have fewer (Images API)

MEMBER = Rules(
    shapes=(
        Shape("image", mimes=("image/jpeg", "image/png", "image/gif"), moving=("image/gif",)),
        # https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/videos-api
        Shape(
            "video",
            max_bytes=5 * GB,
            min_bytes=75 * KB,
            mimes=("video/mp4", "video/quicktime", "video/x-m4v"),
            seconds=(3, 30 * 60),
            video_codecs=("h264", "hevc"),
            pixel_formats=USUAL_PIXELS,
        ),
    ),
    mixes=(Mix({"image": 20}), Mix({"video": 1})),
    max_text=3000,
    max_alt=4086,
    checks_extension=True,
    order=("interaction", "limit", "mix", "kinds", "extension", "size", "required", "text", "parent"),
    prefix="linkedin",
)
PAGE = replace(MEMBER, checks_extension=False, codes={"interaction_unsupported": "linkedin_page_interaction_unsupported"})


def too_many_pixels(draft: Draft) -> Sequence[Issue]:
    return list(_too_many_pixels(draft))


def _too_many_pixels(draft: Draft) -> Iterator[Issue]:
    for index, m in enumerate(draft.media):
        if m.kind == "image" and m.width and m.height and m.width * m.height >= MOST_PIXELS:
            message = f"The image has {m.width * m.height:,} pixels; LinkedIn takes fewer than {MOST_PIXELS:,}"
            details = {"width": m.width, "height": m.height, "maxPixels": MOST_PIXELS - 1, "assetId": m.id, "url": m.url}
            yield Issue("linkedin_image_resolution_invalid", message, f"assets[{index}]", details)
