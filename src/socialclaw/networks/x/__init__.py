"""X (Twitter): one account per consent, posts and replies with up to four images, one GIF or one video.

API v2: https://docs.x.com/x-api. Limits of media: https://docs.x.com/x-api/media/quickstart/best-practices.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from socialclaw.networks.x.adapter import X, web_url
from socialclaw.networks.x.dated import DATED
from socialclaw.networks.x.sandbox.simulator import XSandbox
from socialclaw.networks.x.text import LIMIT, cashtags, measure
from socialclaw.providers.base import Provider, SameText, TargetType
from socialclaw.providers.connect import OAuth2
from socialclaw.providers.draft import Draft, Media
from socialclaw.providers.issues import Issue
from socialclaw.providers.options import Setting
from socialclaw.providers.rules import Mix, Rules
from socialclaw.providers.shapes import MB, USUAL_PIXELS, Shape

MOST_FRAMES, MOST_PIXELS = 350, 300_000_000  # of a GIF
UNVERIFIED_SECONDS = 140
MOST_CASHTAGS = 1  # of self-serve apps: https://docs.x.com/x-api/posts/manage-tweets/introduction, 2026-11
FORBIDDEN = re.compile("[\ufffe\ufeff\uffff]")


def extra(draft: Draft) -> Sequence[Issue]:
    """Three characters that X refuses, cashtags beyond the first, and the GIF that stands alone."""
    issues = []
    if (count := cashtags(draft.text)) > MOST_CASHTAGS:
        message = f"The text has {count} cashtags; X takes {MOST_CASHTAGS} in a post by the API"
        issues.append(Issue("x_too_many_cashtags", message, "description", {"count": count, "maxItems": MOST_CASHTAGS}))
    if not draft.text.isascii() and (found := FORBIDDEN.search(draft.text)):
        message = f"X takes no text with the character U+{ord(found[0]):04X}"
        issues.append(Issue("x_text_invalid", message, "description", {"position": found.start()}))
    for index, m in enumerate(draft.media):
        if m.mime == "image/gif" and m.frame_rate and m.duration:
            issues += _frames(m, index)
        if m.kind == "video" and m.duration and m.duration > UNVERIFIED_SECONDS and draft.about.get("verified_type") == "none":
            message = f"The video takes {m.duration:g} seconds; an account that is not verified may post {UNVERIFIED_SECONDS}. "
            message += "If it has been verified since, connect it again"
            details = {"duration": m.duration, "maxSeconds": UNVERIFIED_SECONDS, "assetId": m.id, "url": m.url}
            issues.append(Issue("x_video_duration_invalid", message, f"assets[{index}]", details))
    if len(draft.media) > 1 and any(m.mime == "image/gif" for m in draft.media):
        issues.append(Issue("x_gif_not_alone", "X takes one GIF by itself, or images that are none", "assets"))
    return issues


def _frames(m: Media, index: int) -> Iterator[Issue]:
    """A GIF's frames, and the pixels of them all."""
    frames = round((m.frame_rate or 0) * (m.duration or 0))
    if frames > MOST_FRAMES or frames * (m.width or 0) * (m.height or 0) > MOST_PIXELS:
        message = f"The GIF has about {frames} frames; X takes {MOST_FRAMES}, and {MOST_PIXELS:,} pixels in all of them"
        yield Issue("x_gif_too_long", message, f"assets[{index}]", {"frames": frames, "maxFrames": MOST_FRAMES, "maxPixels": MOST_PIXELS})


PROVIDERS = [
    Provider(
        key="x",
        label="X",
        aliases=("twitter", "x-twitter"),
        connect=OAuth2(
            authorize_url="https://x.com/i/oauth2/authorize",
            token_url="https://api.x.com/2/oauth2/token",  # noqa: S106
            revoke_url="https://api.x.com/2/oauth2/revoke",
            scopes=("tweet.read", "tweet.write", "users.read", "media.write", "offline.access"),
            pkce=True,
            client_auth="basic",
        ),
        rules=Rules(
            # https://docs.x.com/x-api/media/quickstart/best-practices. How long a video may be depends on the account.
            shapes=(
                Shape(
                    "image",
                    max_bytes=5 * MB,
                    mimes=("image/jpeg", "image/png", "image/gif", "image/webp"),
                    moving=("image/gif",),
                    instead=(("image/gif", Shape("image", max_bytes=15 * MB, width=(None, 1280), height=(None, 1080))),),
                ),
                Shape(
                    "video",
                    max_bytes=512 * MB,
                    mimes=("video/mp4", "video/quicktime", "video/x-m4v", "video/mp2t", "video/webm"),
                    width=(32, None),
                    height=(32, None),
                    aspect=(1 / 3, 3.0),
                    seconds=(0.5, None),
                    frames=(None, 60),
                    video_codecs=("h264",),
                    audio_codecs=("aac",),
                    pixel_formats=USUAL_PIXELS,
                ),
            ),
            mixes=(Mix({"image": 4}), Mix({"video": 1})),
            interactions=("post", "reply"),
            max_text=LIMIT,
            measure=measure,
            text_unit="weighted characters",
            max_alt=1000,
            checks_extension=True,
            order=("interaction", "required", "limit", "kinds", "mix", "size", "parent", "extension", "text"),
        ),
        targets=(
            TargetType(
                "x_user",
                handles=("x:",),
                settings=(
                    Setting(
                        "replyControl",
                        type="enum",
                        options=("", "following", "mentionedUsers", "subscribers", "verified"),
                        default="",
                        dropped=("", "everyone"),
                        write_default=False,
                        description="Who may reply: everyone if empty, else whom you follow or mention, subscribers, or verified accounts.",
                    ),
                ),
                publish_shape="text_with_optional_native_media_upload",
                media_delivery="socialclaw_uploads_media_to_x",
            ),
        ),
        adapter=X,
        simulator=XSandbox,
        extra=extra,
        judged_by=("verified_type",),
        post_url=web_url,
        metrics={
            "impressions": "impression_count",
            "likes": "like_count",
            "comments": "reply_count",
            "shares": "repost_count + quote_count",
            "saves": "bookmark_count",
            "clicks": "url_link_clicks",
        },
        same_text=SameText(posts=50, bare=True),  # X says "duplicate content", and of no span: what its simulator remembers
        credit_codes=("x_credits_depleted", "x_spend_cap_reached", "x_usage_capped"),
        dated=DATED,
        evidence=(
            "The account's own posts since the call, with the same text, files and parent; X also refuses a text that was posted before. "
            "Nothing stays unknown while the time line can be read."
        ),
        limitations=(
            "A GIF stands alone; it may have 15 MB, 1280 x 1080 pixels, 350 frames and 300 million pixels in all of them.",
            f"An account that is not verified posts videos of up to {UNVERIFIED_SECONDS} seconds.",
            "Most scripts count as 1 weighted character, others and emoji as 2, a link as 23.",
            "X refuses a text that the account has posted before.",
            "Alt text is for images; X has none for videos.",
            "Metrics count since the post was made; clicks are told for 30 days.",
        ),
    )
]
