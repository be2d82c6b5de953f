"""YouTube: one channel per consent, one video a post. A Short is a video in upright or square format; the API has no word for it.

Data API v3: https://developers.google.com/youtube/v3/docs/videos/insert; limits of a video's metadata: /videos#snippet.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from socialclaw.networks.youtube.adapter import YouTube
from socialclaw.networks.youtube.dated import DATED
from socialclaw.networks.youtube.sandbox.simulator import YouTubeSandbox
from socialclaw.networks.youtube.verdicts import web_url
from socialclaw.providers.base import Action, Provider, Quota, TargetType
from socialclaw.providers.connect import OAuth2
from socialclaw.providers.draft import Draft
from socialclaw.providers.issues import Issue, shown
from socialclaw.providers.options import Setting
from socialclaw.providers.rules import Rules
from socialclaw.providers.shapes import GB, VIDEO_EXTENSIONS, Shape, extension_of

REFUSED = re.compile("[<>\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f]")
SCOPE = "https://www.googleapis.com/auth/"

# https://support.google.com/youtube/troubleshooter/2888402, and Matroska, which it takes without naming it.
FILMS = tuple(f"video/{name}" for name in ("mp4", "quicktime", "x-m4v", "webm", "x-matroska", "x-msvideo", "3gpp", "mpeg", "mp2t"))

RULES = Rules(
    shapes=(Shape("video", max_bytes=256 * GB, mimes=FILMS),),  # `maxSize` of videos.insert in the discovery document
    media_required=True,
    title="required",
    max_title=100,
    max_text=5000,
    measure=lambda text: len(text.encode()),
    text_unit="bytes",
    order=("limit", "interaction", "required", "kinds", "size", "text"),
    codes={
        "media_limit_exceeded": "provider_multi_asset_unsupported",
        "media_required": "youtube_video_required",
        "media_unsupported": "youtube_video_required",
        "video_type_unsupported": "youtube_video_required",
    },
)


def extra(draft: Draft) -> Sequence[Issue]:
    """Signs that YouTube refuses (control characters too), and the extension without which a file is not taken for a video."""
    issues = []
    first = draft.media[0] if draft.media else None
    if first and first.kind == "video" and not first.mime and extension_of(first.url) not in VIDEO_EXTENSIONS:
        message = f"YouTube takes .{', .'.join(sorted(VIDEO_EXTENSIONS))} files; {shown(first.filename or first.url)} is none by its URL"
        issues.append(Issue("youtube_video_required", message, "assets[0]", {"assetId": first.id, "url": first.url}))
    title, description = RULES.parts(draft)
    if found := _refused(title):
        issues.append(Issue("youtube_title_invalid", f"YouTube takes no title with {found}", "name" if draft.name else "description"))
    if found := _refused(description):
        issues.append(Issue("youtube_description_invalid", f"YouTube takes no description with {found}", "description"))
    return issues


def _refused(text: str) -> str:
    """What in a text YouTube does not take, in words; empty where nothing is."""
    named = [f"U+{ord(c):04X}" if c < " " or c == "\x7f" else c for c in sorted(set(REFUSED.findall(text)))]
    return " or ".join(named)


PROVIDERS = [
    Provider(
        key="youtube",
        label="YouTube",
        aliases=("yt",),
        connect=OAuth2(
            authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
            token_url="https://oauth2.googleapis.com/token",  # noqa: S106
            revoke_url="https://oauth2.googleapis.com/revoke",
            scopes=(
                f"{SCOPE}youtube.upload",
                f"{SCOPE}youtube.readonly",
                f"{SCOPE}youtube.force-ssl",  # to delete
                f"{SCOPE}yt-analytics.readonly",
            ),
            essential={f"{SCOPE}youtube.upload": "upload videos", f"{SCOPE}youtube.readonly": "see your channel"},
            pkce=True,
            authorize_params={"access_type": "offline", "prompt": "consent", "include_granted_scopes": "true"},
        ),
        rules=RULES,
        targets=(
            TargetType(
                "youtube_channel",
                handles=("youtube:channel:",),
                settings=(
                    Setting(
                        "privacyStatus",
                        type="enum",
                        options=("private", "unlisted", "public"),
                        default="private",
                        lower=True,
                        description="Who can watch: you alone, whoever has the link, or everyone.",
                    ),
                    Setting(
                        "notifySubscribers",
                        type="boolean",
                        default=False,
                        strict=False,
                        description="Tell the channel's subscribers about the video.",
                    ),
                    Setting(
                        "madeForKids",
                        type="boolean",
                        default=False,
                        strict=False,
                        description="The video is made for kids, in the sense of the law (COPPA).",
                    ),
                ),
                publish_shape="video_upload",
                media_delivery="socialclaw_uploads_video_to_youtube",
            ),
        ),
        adapter=YouTube,
        simulator=YouTubeSandbox,
        extra=extra,
        actions=(
            Action(
                "list-channels",
                label="List channels",
                description="Names the channel that this connection opens, with its subscribers and what it may upload.",
                run=YouTube.channels,
            ),
        ),
        post_url=web_url,
        quotas=(
            Quota(
                100,
                source="https://developers.google.com/youtube/v3/determine_quota_cost (2026: 100 calls of videos.insert a day)",
                resets="America/Los_Angeles",
                per="app",
            ),
        ),
        figures_days=7,  # its policies: what the API told is deleted within days, once the access was taken back
        metrics={
            "views": "viewCount; views in Analytics",
            "likes": "likeCount; likes in Analytics",
            "comments": "commentCount; comments in Analytics",
            "shares": "shares in Analytics",
        },
        account_metrics={
            "views": "viewCount; views in Analytics",
            "likes": "likes in Analytics",
            "comments": "comments in Analytics",
            "shares": "shares in Analytics",
        },
        windows=("lifetime", "7d", "30d"),
        dated=DATED,
        evidence=(
            "The upload session itself: asked again, it names the video, or says that bytes are missing and there is none. Where YouTube "
            "has forgotten the session, the channel's uploads since the call with the same title, description and file size."
        ),
        limitations=(
            "Neither title nor description may hold < or >.",
            "YouTube processes a video after the upload; one that it cannot process, or takes down, fails later.",
            "YouTube may keep videos of developer apps private that have not passed its audit.",
            "Channels that are not verified by phone upload at most 15 minutes.",
            "Figures of 7 and 30 days end yesterday and come about two days late.",
        ),
    )
]
