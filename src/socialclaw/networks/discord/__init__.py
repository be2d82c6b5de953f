"""Discord channels, through an incoming webhook that the user has made and pasted.

API v10: https://docs.discord.com/developers/resources/webhook (Execute Webhook, Uploading Files); limits as of its OpenAPI description.
"""

from __future__ import annotations

from socialclaw.networks.discord.adapter import Discord, post_url
from socialclaw.networks.discord.dated import DATED
from socialclaw.networks.discord.sandbox.simulator import DiscordSandbox
from socialclaw.providers.base import Provider, TargetType
from socialclaw.providers.connect import Field, Form
from socialclaw.providers.options import Setting
from socialclaw.providers.rules import Rules
from socialclaw.providers.shapes import MB, Shape

SETTINGS = tuple(
    Setting(name, type="boolean", default=False, code="discord_setting_invalid", description=description)
    for name, description in (
        ("tts", "Read the message aloud to those who have the channel open."),
        ("suppressEmbeds", "Show no preview of links."),
    )
)

PROVIDERS = [
    Provider(
        key="discord",
        label="Discord",
        aliases=("dc",),
        connect=Form(
            (
                Field(
                    "webhookUrl",
                    "Webhook URL",
                    secret=True,
                    help="Channel settings, Integrations, Webhooks, Copy Webhook URL: https://discord.com/api/webhooks/…; "
                    "for a thread of the channel, with ?thread_id= and the thread's id behind it",
                ),
            )
        ),
        rules=Rules(
            # 10 MiB a file where a server is not boosted, also for webhooks ("Uploading Files").
            shapes=(Shape("image", max_bytes=10 * MB), Shape("video", max_bytes=10 * MB)),
            max_text=2000,  # code points, as the maxLength of the OpenAPI description counts
            max_alt=1024,
            checks_extension=True,
            order=("limit", "interaction", "required", "kinds", "extension", "size", "text"),
            codes={"media_limit_exceeded": "provider_multi_asset_unsupported"},
        ),
        targets=(
            TargetType(
                "discord_webhook",
                handles=("discord:",),
                settings=SETTINGS,
                publish_shape="text_message_with_optional_single_media_upload",
                media_delivery="socialclaw_fetches_media_and_uploads_to_discord_webhook",
            ),
        ),
        adapter=Discord,
        simulator=DiscordSandbox,
        post_url=post_url,
        dated=DATED,
        evidence="None: a webhook cannot list messages. A message whose answer was lost stays unknown until a person looks.",
        limitations=(
            "Mentions in a post notify nobody.",
            "A webhook cannot read its channel: if the answer to a message is lost, a person has to look whether it is there.",
            "Discord reports no figures about a webhook's messages.",
        ),
    )
]
