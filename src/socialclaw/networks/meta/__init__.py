"""Meta: Facebook Pages, and professional Instagram accounts through Facebook Login or Instagram Login.

Graph API: https://developers.facebook.com/docs/graph-api, https://developers.facebook.com/docs/instagram-platform. Instagram Login
needs a developer app of its own (`instagram` in the settings); the others share the app `meta`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from socialclaw.networks.meta import rules
from socialclaw.networks.meta.adapter import META_SCOPES, Meta
from socialclaw.networks.meta.dated import DATED
from socialclaw.networks.meta.discovery import links
from socialclaw.networks.meta.facebook import PAGE_METRICS, SCOPES, Facebook, web_url
from socialclaw.networks.meta.facebook import POST_METRICS as PAGE_POST_METRICS
from socialclaw.networks.meta.graph import FACEBOOK, VERSION, rest
from socialclaw.networks.meta.insights import DAYS
from socialclaw.networks.meta.instagram import (
    ACCOUNT_METRICS,
    BUSINESS_SCOPES,
    POST_METRICS,
    STANDALONE_SCOPES,
    InstagramBusiness,
    InstagramStandalone,
)
from socialclaw.networks.meta.sandbox.simulator import MetaSandbox
from socialclaw.providers.base import Action, Provider, Quota, SameText, TargetType
from socialclaw.providers.connect import OAuth2, Swap

ACCOUNT_WINDOWS = ("lifetime", *DAYS)
IDENTITIES = ("facebook_user", "instagram_business_identity", "meta_user")
PAGE_EVIDENCE = (
    "A video's own state, under the id that it has before it is published; else the Page's published posts since the call with the same "
    "uploaded photos, or the same text and kinds of files. A video that Facebook fetches by itself may be listed late."
)
INSTAGRAM_EVIDENCE = (
    "The state of the container that was to be published: PUBLISHED proves the post, anything else that there is none. "
    "The account's latest posts with the same caption and kinds of files then say its id."
)
FACEBOOK_LIMITATIONS = (
    "Posts go to Pages, never to personal profiles; Facebook refuses a text that the Page has just posted.",
    "Alt text is for images; Facebook takes none for videos.",
    "Views and reach come up to a day late, and not for posts that few people have seen.",
    'The developer app must not demand a proof of its secret ("Require App Secret" off).',
)
INSTAGRAM_LIMITATIONS = (
    "A video by itself becomes a reel; several files become a carousel.",
    "Instagram fetches the files, so this server's media URLs must be reachable from the internet.",
    "Instagram takes JPEG images from 4:5 to 1.91:1; PNG and WebP files that are kept here are converted.",
    f"Captions have up to {rules.MOST_HASHTAGS} hashtags and {rules.MOST_MENTIONS} mentions.",
    "Alt text is for images; Instagram takes none for videos.",
    "Figures come up to two days late.",
)
INSTAGRAM_QUOTA = Quota(100, "https://developers.facebook.com/docs/instagram-platform/content-publishing, 2026-09; read before every post")


async def linked_targets(adapter: Facebook | InstagramBusiness | Meta, body: Mapping[str, Any]) -> Mapping[str, Any]:
    account = adapter.account
    handles = ("meta:page:", "meta:instagram:") if account.handle.startswith("meta:") else ("facebook:page:", "instagram:business:")
    return await links(adapter.graph, account.type, account.id, handles=handles, identity=account.type in IDENTITIES)


LINKED_TARGETS = Action(
    id="linked-targets",
    label="Linked Pages and Instagram accounts",
    description="Says which Page and which professional Instagram account belong together.",
    run=linked_targets,
)


def facebook_login(scopes: tuple[str, ...]) -> OAuth2:
    """https://developers.facebook.com/documentation/facebook-login/guides/advanced/manual-flow; the token is lengthened to 60 days."""
    token_url = f"{FACEBOOK}/oauth/access_token"
    return OAuth2(
        authorize_url=f"https://www.facebook.com/{VERSION}/dialog/oauth",
        token_url=token_url,
        scopes=scopes,
        scope_separator=",",
        pkce=True,
        lengthen=Swap(token_url, "fb_exchange_token", "fb_exchange_token", ("client_id", "client_secret")),
    )


NO_PAGE = (
    "Create a Page, or ask who runs one to give you a part in it that may create content; then connect again, and choose the Page in "
    "Facebook's dialog"
)
NO_LINKED_ACCOUNT = (
    "In the Instagram app, switch to a professional account and link it to a Facebook Page that you may publish to; then connect again, "
    "and choose both in Facebook's dialog"
)


def page_type(handle: str) -> TargetType:
    return TargetType(
        "facebook_page",
        handles=(handle,),
        settings=rules.PAGE_SETTINGS,
        settings_prefix="facebook_page",
        publish_shape="single_page_post",
        media_delivery="socialclaw_uploads_facebook_videos_natively",
        fits=rules.page_fits,
    )


def instagram_type(name: str, *handles: str, delivery: str = "meta_fetches_public_media_url") -> TargetType:
    return TargetType(
        name,
        handles=handles,
        shapes=rules.INSTAGRAM.shapes,
        settings=rules.INSTAGRAM_SETTINGS,
        settings_prefix="instagram",
        publish_shape="single_media_post",
        media_delivery=delivery,
        pulls=("image", "video"),
        fits=rules.instagram_fits,
    )


PAGE_FIGURES = {**PAGE_POST_METRICS, "likes": "reactions", "comments": "comments", "shares": "shares"}

PROVIDERS = [
    Provider(
        key="facebook",
        label="Facebook Pages",
        aliases=("fb",),
        connect=facebook_login(SCOPES),
        rules=rules.FACEBOOK,
        targets=(
            page_type("facebook:page:"),
            TargetType("facebook_user", handles=("facebook:",), publishes=False, sync="Sync Pages"),
        ),
        adapter=Facebook,
        simulator=MetaSandbox,
        nowhere=NO_PAGE,
        extra=rules.judge_page,
        actions=(LINKED_TARGETS,),
        settle_seconds=300,
        post_url=web_url,
        rest=rest,
        same_text=SameText(seconds=300, bare=True),
        metrics=PAGE_FIGURES,
        account_metrics=PAGE_METRICS,
        account_windows=ACCOUNT_WINDOWS,
        dated=DATED,
        evidence=PAGE_EVIDENCE,
        limitations=FACEBOOK_LIMITATIONS,
    ),
    Provider(
        key="instagram_business",
        label="Instagram (Facebook Login)",
        aliases=("instagram-business", "instagram-linked"),
        connect=facebook_login(BUSINESS_SCOPES),
        rules=rules.INSTAGRAM,
        targets=(
            instagram_type("instagram_business_linked", "instagram:business:"),
            TargetType(
                "instagram_business_identity",
                handles=("instagram:business-user:",),
                publishes=False,
                settings_of="instagram_business_linked",
                sync="Sync Instagram accounts",
            ),
        ),
        adapter=InstagramBusiness,
        simulator=MetaSandbox,
        nowhere=NO_LINKED_ACCOUNT,
        extra=rules.judge_instagram,
        warns=rules.warn_instagram,
        actions=(LINKED_TARGETS,),
        quotas=(INSTAGRAM_QUOTA,),
        rest=rest,
        metrics=POST_METRICS,
        account_metrics=ACCOUNT_METRICS,
        account_windows=ACCOUNT_WINDOWS,
        dated=DATED,
        evidence=INSTAGRAM_EVIDENCE,
        limitations=(*INSTAGRAM_LIMITATIONS, "The account must be linked to a Page that the person who connects may publish to."),
    ),
    Provider(
        key="instagram",
        label="Instagram",
        aliases=("ig",),
        app="instagram",
        connect=OAuth2(
            authorize_url="https://www.instagram.com/oauth/authorize",
            token_url="https://api.instagram.com/oauth/access_token",  # noqa: S106
            scopes=STANDALONE_SCOPES,
            scope_separator=",",
            answer_in="data",
            lengthen=Swap("https://graph.instagram.com/access_token", "ig_exchange_token", "access_token", ("client_secret",)),
            renew=Swap("https://graph.instagram.com/refresh_access_token", "ig_refresh_token", "access_token"),
        ),
        rules=rules.INSTAGRAM,
        targets=(
            instagram_type("instagram_standalone", "instagram:standalone:", "instagram:", delivery="instagram_fetches_public_media_url"),
        ),
        adapter=InstagramStandalone,
        simulator=MetaSandbox,
        extra=rules.judge_instagram,
        warns=rules.warn_instagram,
        quotas=(INSTAGRAM_QUOTA,),
        rest=rest,
        metrics=POST_METRICS,
        account_metrics=ACCOUNT_METRICS,
        account_windows=ACCOUNT_WINDOWS,
        dated=DATED,
        evidence=INSTAGRAM_EVIDENCE,
        limitations=(*INSTAGRAM_LIMITATIONS, "Posts cannot be deleted through Instagram Login; delete them in the app."),
    ),
    Provider(
        key="meta",
        label="Meta (older workspaces)",
        connect=facebook_login(META_SCOPES),
        rules=rules.META,
        targets=(
            page_type("meta:page:"),
            instagram_type("instagram_business", "meta:instagram:"),
            TargetType("meta_user", handles=("meta:",), publishes=False, sync="Sync Pages and Instagram accounts"),
        ),
        adapter=Meta,
        simulator=MetaSandbox,
        nowhere=NO_PAGE,
        extra=rules.judge_meta,
        warns=rules.warn_instagram,
        actions=(LINKED_TARGETS,),
        settle_seconds=300,
        post_url=web_url,
        rest=rest,
        metrics={**POST_METRICS, **PAGE_FIGURES},
        account_metrics={**ACCOUNT_METRICS, **PAGE_METRICS},
        account_windows=ACCOUNT_WINDOWS,
        dated=DATED,
        evidence=f"Pages: {PAGE_EVIDENCE} Instagram: {INSTAGRAM_EVIDENCE}",
        limitations=("Kept for accounts that were connected together; new ones are connected as Facebook Pages or as Instagram.",),
    ),
]
