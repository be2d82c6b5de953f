"""Telegram channels, groups and chats, through a bot that the user has made and let in.

Bot API: https://core.telegram.org/bots/api (sendMessage, sendPhoto, sendVideo, Sending files); ids and limits as of version 10.1.
"""

from __future__ import annotations

from socialclaw.networks.telegram.adapter import Telegram, post_url
from socialclaw.networks.telegram.dated import DATED
from socialclaw.networks.telegram.length import MOST_CAPTION, MOST_TEXT, check_beyond_data, utf16
from socialclaw.networks.telegram.sandbox.simulator import TelegramSandbox
from socialclaw.providers.base import Provider, TargetType
from socialclaw.providers.connect import Field, Form
from socialclaw.providers.options import Setting
from socialclaw.providers.rules import Rules
from socialclaw.providers.shapes import MB, USUAL_PIXELS, Shape

SETTINGS = (
    Setting(
        "parseMode",
        type="enum",
        options=("none", "HTML", "MarkdownV2"),
        default="none",
        nulled=("none",),
        description="How Telegram reads the text: as it is, or with HTML or MarkdownV2 markup.",
    ),
    *(
        Setting(name, type="boolean", default=False, code="telegram_setting_invalid", description=description)
        for name, description in (
            ("disableNotification", "Deliver without a sound."),
            ("protectContent", "Do not let people forward or save the message."),
            ("disableLinkPreview", "Show no preview of links (text messages only)."),
        )
    ),
)

PHOTOS = ("image/jpeg", "image/png", "image/webp", "image/gif")
ANIMATION = Shape("image", max_bytes=50 * MB)
FILMS = ("video/mp4", "video/quicktime", "video/x-m4v")

TARGETS = tuple(
    TargetType(
        name,
        handles=handles,
        settings=SETTINGS,
        publish_shape="text_message_with_optional_single_media",
        media_delivery="telegram_fetches_public_media_url",
        pulls=("image", "video"),
    )
    for name, handles in (("telegram_chat", ("telegram:",)), ("telegram_channel", ()), ("telegram_group", ()))
)

PROVIDERS = [
    Provider(
        key="telegram",
        label="Telegram",
        aliases=("tg",),
        connect=Form(
            (
                Field("botToken", "Bot token", secret=True, help="From @BotFather, e.g. 123456789:AA…"),
                Field(
                    "chatId",
                    "Chat",
                    help="@name of a public channel or group, or its number such as -1001234567890. The bot must be in it.",
                ),
            )
        ),
        rules=Rules(
            # What may be uploaded ("Sending files"); by URL it is 5 and 20 MB, beyond which the adapter uploads.
            # Other pictures are refused, and other films would arrive as files to download.
            shapes=(
                Shape("image", max_bytes=10 * MB, mimes=PHOTOS, moving=("image/gif",), instead=(("image/gif", ANIMATION),)),
                Shape("video", max_bytes=50 * MB, mimes=FILMS, video_codecs=("h264", "hevc"), pixel_formats=USUAL_PIXELS),
            ),
            max_text=MOST_TEXT,
            max_caption=MOST_CAPTION,
            measure=utf16,
            text_unit="UTF-16 code units",
            checks_extension=True,
            # The length is judged by `extra`: it depends on how the text is read.
            order=("limit", "interaction", "required", "kinds", "extension", "size"),
            codes={"media_limit_exceeded": "provider_multi_asset_unsupported"},
        ),
        targets=TARGETS,
        adapter=Telegram,
        simulator=TelegramSandbox,
        ids_per_destination=True,
        extra=check_beyond_data,
        post_url=post_url,
        dated=DATED,
        evidence="None: a bot cannot read what a chat contains. A message whose answer was lost stays unknown until a person looks.",
        limitations=(
            "There are no albums.",
            "The length of a text is counted after the markup is read.",
            "Telegram shows no alt text and reports no figures about a message.",
            "A bot cannot read a chat back: if the answer to a message is lost, a person has to look whether it is there.",
            "In groups a bot can delete its messages for 48 hours.",
        ),
    )
]
