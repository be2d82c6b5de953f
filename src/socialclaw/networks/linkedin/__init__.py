"""LinkedIn: members' profiles, and Pages (organizations) that a member may post for. Two products of LinkedIn, so two developer apps.

"Share on LinkedIn" and "Sign In with LinkedIn using OpenID Connect" are open to every app and allow posting for members; Pages need
the "Community Management API", which LinkedIn grants on request. A consent with other scopes ends the earlier one of the same member
and app, so the two providers do not share one. https://learn.microsoft.com/en-us/linkedin/
"""

from __future__ import annotations

from socialclaw.networks.linkedin.content import web_url
from socialclaw.networks.linkedin.dated import DATED
from socialclaw.networks.linkedin.figures import DAYS, METRICS
from socialclaw.networks.linkedin.member import Member
from socialclaw.networks.linkedin.page import IDENTITY, Page
from socialclaw.networks.linkedin.rules import MEMBER, PAGE, too_many_pixels
from socialclaw.networks.linkedin.sandbox.simulator import LinkedInSandbox
from socialclaw.providers.base import Provider, Quota, SameText, TargetType
from socialclaw.providers.connect import OAuth2

LIMITS = "https://learn.microsoft.com/en-us/linkedin/consumer/integrations/self-serve/share-on-linkedin, 2026-10"
SHAPE, DELIVERY = "text_or_image_post", "socialclaw_uploads_images_to_linkedin"
LIMITATIONS = (
    "Images are JPEG, PNG or GIF; LinkedIn names MP4 alone for videos, and is known to process up to 500 MB.",
    "Alt text is for images; LinkedIn takes none for videos.",
    "A link stays a link in the text: LinkedIn makes no preview of it for posts that come through its API.",
    "LinkedIn refuses a post that repeats a recent one of the same author.",
    "Hashtags work as written; mentions, polls, documents, comments and reshares are not offered.",
)


def oauth(*scopes: str) -> OAuth2:
    """Without PKCE: https://learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow."""
    return OAuth2(
        authorize_url="https://www.linkedin.com/oauth/v2/authorization",
        token_url="https://www.linkedin.com/oauth/v2/accessToken",  # noqa: S106
        scopes=scopes,
        revoke_url="https://www.linkedin.com/oauth/v2/revoke",
        declined=("user_cancelled_login", "user_cancelled_authorize"),
    )


REPETITION = SameText(seconds=2 * 86_400)  # that LinkedIn says of deleted posts; of others it names no span

PROVIDERS = [
    Provider(
        key="linkedin",
        label="LinkedIn",
        aliases=("li",),
        connect=oauth("openid", "profile", "w_member_social"),
        rules=MEMBER,
        targets=(
            TargetType(
                "linkedin_member",
                handles=("linkedin:member:", "linkedin:person:", "linkedin:"),
                publish_shape=SHAPE,
                media_delivery=DELIVERY,
                no_settings_code="linkedin_settings_unsupported",
            ),
        ),
        adapter=Member,
        simulator=LinkedInSandbox,
        extra=too_many_pixels,
        post_url=web_url,
        quotas=(
            Quota(150, f"{LIMITS}: requests, of which a post without files is one, one with files two or more", resets="UTC"),
            Quota(100_000, f"{LIMITS}: requests", resets="UTC", per="app"),
        ),
        same_text=REPETITION,
        dated=DATED,
        evidence=(
            "A member's posts cannot be read back, and what LinkedIn calls a duplicate proves nothing about a post that is still on its "
            "way: where an answer is lost, a person decides. What LinkedIn drops after it has accepted it stays unknown."
        ),
        limitations=(
            *LIMITATIONS,
            "Access ends after 60 days and cannot be renewed by itself: the member connects again.",
            "Figures of a member's posts are for apps that LinkedIn has approved for them (r_member_postAnalytics); they are not offered.",
            "Whether LinkedIn has processed a file cannot be seen with a member's access: posts with files wait for a while instead.",
        ),
    ),
    Provider(
        key="linkedin_page",
        label="LinkedIn Pages",
        aliases=("linkedin-page", "linkedin-company"),
        app="linkedin_page",
        connect=oauth("rw_organization_admin", "w_organization_social", "r_organization_social"),
        rules=PAGE,
        targets=(
            TargetType(
                "linkedin_page",
                handles=("linkedin:page:",),
                publish_shape=SHAPE,
                media_delivery=DELIVERY,
                no_settings_code="linkedin_page_settings_unsupported",
                sync="Sync Pages",
            ),
            TargetType(
                "linkedin_member",
                handles=(IDENTITY,),
                publishes=False,
                no_settings_code="linkedin_settings_unsupported",
                sync="Sync Pages",
            ),
        ),
        adapter=Page,
        simulator=LinkedInSandbox,
        extra=too_many_pixels,
        post_url=web_url,
        metrics=METRICS,
        account_metrics=METRICS,
        account_windows=("lifetime", *DAYS),
        same_text=REPETITION,
        dated=DATED,
        evidence=(
            "The Page's posts since the call with the same text and the very files that were uploaded for it. A duplicate that LinkedIn "
            "refuses counts as the lost post only if the one that it names was made since the first sending."
        ),
        limitations=(
            *LIMITATIONS,
            "LinkedIn must have approved the developer app for its Community Management API, and the app is not the one of `linkedin`.",
            "The member must be super admin or content admin of the Page; figures are for super admins.",
            "Access is renewed for a year after the consent, then the member connects again.",
            "Figures are of unpaid views of the last 12 months.",
            "An app in the development tier has 100 requests a day for a member and 500 in all, of which every file of a post takes some.",
        ),
    ),
]
