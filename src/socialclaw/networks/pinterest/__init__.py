"""Pinterest: the boards of a user, each a destination of its own; Pins with one image, a carousel of up to five, or a video.

API v5: https://developers.pinterest.com/docs/api/v5/. Limits of files: https://help.pinterest.com/en/business/article/pinterest-product-specs.
"""

from __future__ import annotations

from socialclaw.networks.pinterest.actions import ACTIONS
from socialclaw.networks.pinterest.adapter import Pinterest, web_url
from socialclaw.networks.pinterest.dated import DATED
from socialclaw.networks.pinterest.figures import PIN_METRICS, USER_METRICS
from socialclaw.networks.pinterest.pins import MOST_ALT
from socialclaw.networks.pinterest.refusals import rest
from socialclaw.networks.pinterest.sandbox.simulator import PinterestSandbox
from socialclaw.networks.pinterest.settings import SETTINGS, extra, fits
from socialclaw.providers.base import Provider, Quota, TargetType
from socialclaw.providers.connect import OAuth2
from socialclaw.providers.rules import Mix, Rules
from socialclaw.providers.shapes import GB, MB, USUAL_PIXELS, Shape

PROVIDERS = [
    Provider(
        key="pinterest",
        label="Pinterest",
        aliases=("pin",),
        connect=OAuth2(
            authorize_url="https://www.pinterest.com/oauth/",
            token_url="https://api.pinterest.com/v5/oauth/token",  # noqa: S106
            scopes=("boards:read", "boards:write", "pins:read", "pins:write", "user_accounts:read", "catalogs:read"),
            scope_separator=",",
            client_auth="basic",
        ),
        rules=Rules(
            shapes=(
                Shape("image", max_bytes=20 * MB, mimes=("image/jpeg", "image/png"), moving=()),
                Shape(
                    "video",
                    max_bytes=2 * GB,
                    mimes=("video/mp4", "video/quicktime", "video/x-m4v"),
                    aspect=(0.5, 1.91),
                    seconds=(4, 15 * 60),
                    video_codecs=("h264", "hevc"),
                    pixel_formats=USUAL_PIXELS,
                ),
            ),
            mixes=(Mix({"image": 5}), Mix({"video": 1})),
            title="optional",
            max_title=100,
            max_text=800,
            max_alt=MOST_ALT,
            media_required=True,
            order=("interaction", "limit", "mix", "kinds", "required", "size", "text", "parent"),
        ),
        targets=(
            TargetType(
                "pinterest_board",
                handles=("pinterest:board:",),
                settings=SETTINGS,
                publish_shape="board_scoped_pin",
                media_delivery="pinterest_fetches_images_or_socialclaw_uploads_video_to_pinterest",
                pulls=("image",),
                fits=fits,
                sync="Sync boards",
            ),
            TargetType("pinterest_user", handles=("pinterest:user:",), publishes=False, sync="Sync boards"),
        ),
        adapter=Pinterest,
        simulator=PinterestSandbox,
        extra=extra,
        actions=ACTIONS,
        post_url=web_url,
        quotas=(
            Quota(100, "https://developers.pinterest.com/docs/reference/rate-limits/ (org_write, standard access), 2026-11-23", seconds=60),
        ),
        rest=rest,
        metrics=PIN_METRICS,
        account_metrics=USER_METRICS,
        windows=("lifetime", "7d", "30d"),
        dated=DATED,
        evidence=(
            "The Pins of the board since the call, with the same title, description, link's host and kind and number of files. "
            "Two Pins alike but for their pictures cannot be told apart while both are lost."
        ),
        limitations=(
            "Several images make a carousel, and must be of one shape.",
            "Images are JPEG or PNG files that Pinterest fetches from their public address; very small ones are refused by Pinterest.",
            "A Pin has one alt text; those of several files are put together.",
            "Product Pins are a closed beta of Pinterest.",
            "Secret boards are not asked for, so they do not appear.",
            "An app with trial access makes Pins that only their author sees, and has 1,000 calls a day, 300 of them writing.",
            "Access ends 60 days after it was last used; disconnecting does not withdraw it at Pinterest, the user's settings there do.",
            "Figures are by UTC days and for 90 days; comments and reactions only since the Pin was made.",
            "The figures of an account are those of its whole user.",
        ),
    )
]
