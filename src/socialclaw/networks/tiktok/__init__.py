"""TikTok: one account per consent; one video, or 1 to 35 photos, posted directly or sent to the creator's inbox.

Content Posting API: https://developers.tiktok.com/doc/content-posting-api-get-started. Limits of media:
https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from socialclaw.networks.tiktok.adapter import FIGURES, TikTok, post_url
from socialclaw.networks.tiktok.dated import DATED
from socialclaw.networks.tiktok.posts import PICTURES, UNSENT, loses_caption, mime_of, utf16
from socialclaw.networks.tiktok.sandbox.simulator import TikTokSandbox
from socialclaw.providers.base import Action, Provider, Quota, TargetType
from socialclaw.providers.connect import OAuth2
from socialclaw.providers.draft import Draft, is_ours
from socialclaw.providers.issues import Issue
from socialclaw.providers.options import Setting
from socialclaw.providers.rules import Mix, Rules
from socialclaw.providers.shapes import GB, MB, USUAL_PIXELS, Shape


def fits(draft: Draft) -> Sequence[Issue]:
    """Whether the disclosures agree with each other, and the cover is one of the photos."""
    return [*_disclosures(draft.settings), *_cover(draft)]


def _disclosures(settings: Mapping[str, Any]) -> Iterator[Issue]:
    paid, own = settings.get("brandContentToggle"), settings.get("brandOrganicToggle")
    if settings.get("commercialContentToggle") and not (paid or own):
        message = "Commercial content needs brandOrganicToggle (your own business), brandContentToggle (a paid partnership), or both"
        yield Issue("tiktok_commercial_content_required", message, "settings.commercialContentToggle")
    if paid and settings.get("privacyLevel") == "SELF_ONLY":
        message = "A paid partnership cannot be seen by you alone: choose another privacyLevel"
        yield Issue("tiktok_brand_content_private_invalid", message, "settings.brandContentToggle")


def _cover(draft: Draft) -> Iterator[Issue]:
    cover, count = draft.settings.get("photoCoverIndex") or 0, len(draft.media)
    if isinstance(cover, float) and not cover.is_integer():
        yield Issue("tiktok_photo_cover_index_invalid", "photoCoverIndex must be a whole number", "settings.photoCoverIndex")
    elif draft.media and draft.media[0].kind == "image" and cover >= count:
        message = f"photoCoverIndex counts from 0, and this post has {count} photo{'s' if count > 1 else ''}"
        yield Issue("tiktok_photo_cover_index_invalid", message, "settings.photoCoverIndex", {"photoCount": count})


def extra(draft: Draft) -> Sequence[Issue]:
    """Pictures of other servers must be what TikTok takes; ours are converted on the way."""
    issues = []
    for index, media in enumerate(draft.media):
        mime = mime_of(media)
        if media.kind == "image" and mime and mime not in PICTURES and not is_ours(media):
            message = f"TikTok takes JPEG and WebP, and fetches this picture itself; it is {mime}. Upload it here to have it converted"
            details = {"mime": mime, "supportedValues": list(PICTURES), "assetId": media.id, "url": media.url}
            issues.append(Issue("tiktok_image_type_unsupported", message, f"assets[{index}]", details))
    return issues


async def _creator_info(adapter: TikTok, body: Mapping[str, Any]) -> Mapping[str, Any]:
    found = await adapter.creator()
    names = {
        "username": "creator_username",
        "nickname": "creator_nickname",
        "avatarUrl": "creator_avatar_url",
        "privacyLevelOptions": "privacy_level_options",
        "commentDisabled": "comment_disabled",
        "duetDisabled": "duet_disabled",
        "stitchDisabled": "stitch_disabled",
        "maxVideoPostDurationSec": "max_video_post_duration_sec",
    }
    return {"creator": {ours: found.get(theirs) for ours, theirs in names.items()}}


def _switch(name: str, description: str, *, write_default: bool = True) -> Setting:
    """Any value is taken for its truth, as clients have come to expect."""
    return Setting(name, type="boolean", default=False, strict=False, write_default=write_default, description=description)


SETTINGS = (
    Setting(
        "privacyLevel",
        type="enum",
        options=("PUBLIC_TO_EVERYONE", "FOLLOWER_OF_CREATOR", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"),
        required=True,
        description="Who may see the post; `creator-info` tells which of these the account offers. TikTok allows no default.",
    ),
    _switch("commentEnabled", "Let people comment."),
    _switch("duetEnabled", "Let people make duets with the video."),
    _switch("stitchEnabled", "Let people stitch the video."),
    _switch(
        "commercialContentToggle",
        "The post promotes something; then one of the two below, or both. Where absent, they decide.",
        write_default=False,
    ),
    _switch("brandOrganicToggle", "It promotes your own business; TikTok labels it promotional content."),
    _switch("brandContentToggle", "It is a paid partnership, and labelled so; not with SELF_ONLY."),
    _switch("autoAddMusic", "Let TikTok add music to a photo post."),
    Setting(
        "photoCoverIndex", type="number", default=0, min=0, description="Which photo of a photo post is its cover; the first one is 0."
    ),
    Setting(
        "tiktokPostMode",
        type="enum",
        options=("direct", "draft"),
        default="direct",
        code="tiktok_post_mode_invalid",
        description="`direct` publishes; `draft` sends the media to the creator's TikTok inbox, to be finished in the app.",
    ),
)


def warns(draft: Draft) -> Sequence[Issue]:
    """A video for the inbox comes without words."""
    return [Issue("tiktok_caption_not_sent", UNSENT, "description")] if loses_caption(draft) else ()


PROVIDERS = [
    Provider(
        key="tiktok",
        label="TikTok",
        connect=OAuth2(
            authorize_url="https://www.tiktok.com/v2/auth/authorize/",
            token_url="https://open.tiktokapis.com/v2/oauth/token/",  # noqa: S106
            revoke_url="https://open.tiktokapis.com/v2/oauth/revoke/",
            scopes=("user.info.basic", "user.info.profile", "user.info.stats", "video.publish", "video.upload", "video.list"),
            scope_separator=",",
            client_id_name="client_key",
            essential={"user.info.basic": "read your profile", "video.publish": "post for you"},
        ),
        rules=Rules(
            shapes=(
                Shape(
                    "video",
                    max_bytes=4 * GB,
                    mimes=("video/mp4", "video/quicktime", "video/webm", "video/x-m4v"),
                    width=(360, 4096),
                    height=(360, 4096),
                    seconds=(None, 600),
                    frames=(23, 60),
                    video_codecs=("h264", "hevc", "vp8", "vp9"),
                    pixel_formats=(*USUAL_PIXELS, "yuv420p10le"),
                ),
                Shape(
                    "image",
                    max_bytes=20 * MB,
                    mimes=tuple(f"image/{name}" for name in ("jpeg", "webp", "png", "gif", "avif", "heic", "heif")),
                    native=PICTURES,
                    moving=(),
                    long_side=(None, 1920),
                    short_side=(None, 1080),
                    max_text=4000,
                    max_title=90,
                ),
            ),
            mixes=(Mix({"video": 1}), Mix({"image": 35})),
            max_text=2200,
            measure=utf16,
            text_unit="UTF-16 code units",
            media_required=True,
            order=("interaction", "required", "kinds", "mix", "limit", "size", "text", "extension", "parent"),
            codes={"multi_video_unsupported": "tiktok_mixed_media_unsupported", "media_limit_exceeded": "tiktok_photo_limit_exceeded"},
        ),
        targets=(
            TargetType(
                "tiktok_user",
                handles=("tiktok:",),
                settings=SETTINGS,
                publish_shape="single_video_or_photo_gallery",
                media_delivery="tiktok_pulls_public_media_url",
                pulls=("image",),
                fits=fits,
            ),
        ),
        adapter=TikTok,
        simulator=TikTokSandbox,
        extra=extra,
        warns=warns,
        actions=(
            Action(
                id="creator-info",
                label="Creator info",
                description="What the account allows right now: privacy levels, comments, duets, stitches, and how long a video may be.",
                run=_creator_info,
            ),
        ),
        settle_seconds=300,  # moderation, after which a post is in the list, usually takes a minute
        post_url=post_url,
        metrics=FIGURES,
        account_metrics={"likes": "likes_count"},
        quotas=(
            Quota(
                most=15,
                source=(
                    "https://developers.tiktok.com/doc/content-sharing-guidelines (September 2026): about 15 posts for a creator, over all "
                    "apps together; the cap varies, so it is an expectation and no rule"
                ),
            ),
        ),
        dated=DATED,
        evidence=(
            "A video: its publish id, under which TikTok tells whether it has the whole file. A photo post whose answer was lost has no "
            "publish id: it is looked for in the list of public posts, by its text; one that is not found there stays unknown until a "
            "person looks, for the list holds only what everybody may see, and TikTok does not promise that it holds photo posts."
        ),
        limitations=(
            "The caption of a video is name and description together; photos have a title and a description.",
            "TikTok fetches photos by their public address, which must be https and verified in the developer app; videos are uploaded.",
            "Photos must be JPEG or WebP; what is uploaded here is converted. TikTok takes up to 1080p.",
            "An app that TikTok has not audited may post only to private accounts, with SELF_ONLY.",
            "TikTok tells the link of a public post after moderation, which can take hours; posts that are not public have none.",
            "How many posts TikTok takes in 24 hours varies with the account; its inbox holds 5 drafts.",
            "Posts cannot be deleted, edited or commented on through the API.",
            "Figures are of public posts only, and count since the post was made.",
        ),
    )
]
