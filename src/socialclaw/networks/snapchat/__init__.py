"""Snapchat: Public Profiles; one .mp4 video a post, as a spotlight, a story or a saved story.

Public Profile API: https://developers.snap.com/api/marketing-api/Public-Profile-API/Introduction, open to apps that Snap has allowed.
"""

from __future__ import annotations

from socialclaw.networks.snapchat import figures
from socialclaw.networks.snapchat.adapter import Snapchat
from socialclaw.networks.snapchat.dated import DATED
from socialclaw.networks.snapchat.posts import MOST_TITLE, RULES, SETTINGS, extra
from socialclaw.networks.snapchat.sandbox.simulator import SnapchatSandbox
from socialclaw.providers.base import Provider, TargetType
from socialclaw.providers.connect import OAuth2

PROVIDERS = [
    Provider(
        key="snapchat",
        label="Snapchat",
        aliases=("snap",),
        connect=OAuth2(
            authorize_url="https://accounts.snapchat.com/login/oauth2/authorize",
            token_url="https://accounts.snapchat.com/login/oauth2/access_token",  # noqa: S106
            scopes=("snapchat-profile-api",),
        ),
        rules=RULES,
        targets=(
            TargetType(
                "snapchat_public_profile",
                handles=("snapchat:",),
                settings=SETTINGS,
                publish_shape="single_video_post",
                media_delivery="socialclaw_fetches_encrypts_and_uploads_video_to_snapchat",
            ),
        ),
        adapter=Snapchat,
        simulator=SnapchatSandbox,
        extra=extra,
        metrics=figures.named(figures.POST),
        account_metrics=figures.named(figures.PROFILE),
        account_windows=("lifetime", "7d", "30d"),
        dated=DATED,
        evidence=(
            "The profile's list of posts of that kind since the call: a spotlight by its description, a saved story by its title; a story "
            "has no text, so it is one that was not in the list before. Snapchat also says when an uploaded video is being published "
            "already; one that is not in the list then stays unknown until a person looks. Two posts with the same words cannot be told "
            "apart while both are lost."
        ),
        limitations=(
            "Videos are .mp4 files, and meant to be upright (9:16).",
            "Snapchat itself may refuse more: its documents name 60 seconds for stories and 6 to 60 for most spotlights.",
            f"Text is that of a spotlight, hashtags included; a story has none, a saved story a title of up to {MOST_TITLE} characters.",
            "Snapchat reviews spotlights after posting; one that it refuses fails then.",
            "Snap opens the Public Profile API to apps and organizations that it has allowed; the app is made in its Business Manager.",
            "A story's id is looked up in the list after posting; one that Snapchat does not list has no figures.",
            "Stories cannot be deleted through the API, and end after 24 hours; spotlights and saved stories can be deleted.",
            "Only spotlights have a link of their own; that of the others is the profile's.",
            "Disconnecting does not withdraw the access at Snapchat; the user's settings there do.",
            "Snapchat publishes no machine-readable description of this API, and it has not been tried against the real one.",
        ),
    )
]
