"""What may be published to an account, and with which options."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import StrictBool, StrictInt

from socialclaw.api.dialect import Closed, ProviderName, Schema, optional
from socialclaw.api.schemas.envelopes import Anything


class SettingField(Schema):
    """An option of a post. `options` is absent where any value of the type will do."""

    inline: ClassVar[bool] = True

    id: str
    type: str
    required: StrictBool
    description: str
    default: Anything = None
    example: Anything = None
    options: list[Anything] = optional()
    min: float = optional()


class ShapeLimits(Schema):
    """What files of one kind must be. Pairs are the least and the most, null where there is no such bound."""

    kind: str
    min_items: StrictInt
    max_items: StrictInt
    max_bytes: StrictInt | None
    mimes: list[str]
    width: list[StrictInt | None]
    height: list[StrictInt | None]
    aspect: list[float | None]
    seconds: list[float | None]
    long_side: list[StrictInt | None]
    short_side: list[StrictInt | None]
    frame_rate: list[float | None]
    video_codecs: list[str]
    audio_codecs: list[str]
    pixel_formats: list[str]
    moving: list[str] | None
    max_text_length: StrictInt = optional()
    max_title_length: StrictInt = optional()


class MixLimits(Schema):
    """Files that one post may have together: so many of each kind, and in all."""

    inline: ClassVar[bool] = True

    counts: dict[str, StrictInt]
    max_items: StrictInt


class MediaLimits(Schema):
    """Which files a post may have."""

    inline: ClassVar[bool] = True

    supported: StrictBool
    required: StrictBool
    max_items: StrictInt
    accepts_multiple: StrictBool
    accepted_kinds: list[str]
    transport: str | None
    native_upload: StrictBool
    mixed: StrictBool
    combinations: list[MixLimits]
    max_alt_text_length: StrictInt | None
    shapes: list[ShapeLimits]


class TitleLimits(Schema):
    """Whether a post has a title of its own, and how long it may be; null: no limit."""

    supported: StrictBool
    required: StrictBool
    max_length: StrictInt | None


class TextLimits(Schema):
    """How long a text may be, in `unit`; null: no limit. `maxCaptionLength` is the limit with media."""

    supported: StrictBool
    required: StrictBool
    title: TitleLimits
    max_length: StrictInt | None
    max_caption_length: StrictInt | None
    unit: str


class PostLimits(Schema):
    """What a post may hold."""

    text: TextLimits
    media: MediaLimits


class Workflow(Schema):
    """What can be done with posts to an account."""

    current_post_model: str
    execution_model: str
    supported_interaction_types: list[str]
    draft_support: StrictBool
    campaign_support: StrictBool
    delete_support: StrictBool
    reconcile_support: StrictBool
    analytics_support: StrictBool


class OfferedSettings(Schema):
    """The options of a post to an account."""

    supported: StrictBool
    fields: list[SettingField]


class OfferedAction(Schema):
    """An action by its name."""

    id: str
    label: str


class OfferedActions(Schema):
    """What can be asked of an account."""

    supported: StrictBool
    actions: list[OfferedAction]


class TitleEssentials(Schema):
    """As TitleLimits."""

    inline: ClassVar[bool] = True

    supported: StrictBool = optional()
    required: StrictBool = optional()
    max_length: StrictInt = optional()


class TextEssentials(Schema):
    """As TextLimits, without what says nothing."""

    inline: ClassVar[bool] = True

    required: StrictBool = optional()
    title: TitleEssentials = optional()
    max_length: StrictInt = optional()
    max_caption_length: StrictInt = optional()
    unit: str = optional()


class ShapeEssentials(Schema):
    """The first of ShapeLimits, without what is not limited."""

    inline: ClassVar[bool] = True

    kind: str
    max_items: StrictInt = optional()
    max_bytes: StrictInt = optional()
    mimes: list[str] = optional()
    aspect: list[float | None] = optional()
    seconds: list[float | None] = optional()
    max_text_length: StrictInt = optional()
    max_title_length: StrictInt = optional()


class MediaEssentials(Schema):
    """As MediaLimits, without what says nothing."""

    inline: ClassVar[bool] = True

    required: StrictBool = optional()
    max_items: StrictInt = optional()
    mixed: StrictBool = optional()
    combinations: list[MixLimits] = optional()
    max_alt_text_length: StrictInt = optional()
    shapes: list[ShapeEssentials] = optional()


class SettingEssentials(Schema):
    """As SettingField; described where there is no default."""

    inline: ClassVar[bool] = True

    id: str
    type: str
    required: StrictBool = optional()
    description: str = optional()
    default: Anything = None
    example: Anything = None
    options: list[Anything] = optional()
    min: float = optional()


class Essentials(Schema):
    """What matters to who writes a post to an account: each fact once, and none that says nothing. `quotas`: in sentences."""

    inline: ClassVar[bool] = True

    interactions: list[str] = optional()
    text: TextEssentials = optional()
    media: MediaEssentials = optional()
    settings: list[SettingEssentials] = optional()
    actions: list[str] = optional()
    quotas: list[str] = optional()


class Capability(Schema):
    """What may be published to an account. `publishable` is `canPublish`, and `input.media` is `media`.

    With `view=brief` there are `essentials` in the place of all that follows `summary`.
    """

    provider: ProviderName = optional()
    account_id: str | None = None
    handle: str = optional()
    display_name: str | None = None
    account_type: str | None = None
    can_publish: StrictBool = optional()
    publishable: StrictBool = optional()
    summary: str = optional()
    media: MediaLimits | None = None
    settings: list[SettingField] | None = None
    workflow: Workflow = optional()
    input: PostLimits = optional()
    publish_settings: OfferedSettings = optional()
    discovery_actions: OfferedActions = optional()
    limitations: list[str] = optional()
    next_recommended_actions: list[str] = optional()
    essentials: Essentials = optional()


class CapabilitiesResponse(Closed):
    """What may be published to each account."""

    ok: Literal[True]
    capabilities: list[Capability]


class SettingsTarget(Schema):
    """Whose options they are."""

    inline: ClassVar[bool] = True

    provider: ProviderName
    account_type: str | None
    account_id: str
    handle: str


class SettingsDiscovery(Schema):
    """How a post is published there, and who carries its files; null where there is nothing to say."""

    inline: ClassVar[bool] = True

    publish_shape: str | None
    media_delivery: str | None


class PublishSettings(Schema):
    """The options of a post to an account, described so that a form can be drawn from them."""

    supported: StrictBool = optional()
    target: SettingsTarget | None = None
    fields: list[SettingField] = optional()
    discovery: SettingsDiscovery | None = None


class PublishSettingsResponse(Closed):
    """The options of a post to one account."""

    ok: Literal[True]
    publish_settings: PublishSettings
