"""WordPress: the sites of a WordPress.com user, hosted there or connected by Jetpack; articles and pages with images and videos.

REST API v1.1 and v1.2: https://developer.wordpress.com/docs/api/. The endpoints' source: https://github.com/Automattic/jetpack.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from socialclaw.networks.wordpress.adapter import WordPress
from socialclaw.networks.wordpress.dated import DATED
from socialclaw.networks.wordpress.sandbox.simulator import WordPressSandbox
from socialclaw.networks.wordpress.sites import list_sites
from socialclaw.providers.base import Action, Provider, TargetType
from socialclaw.providers.connect import OAuth2
from socialclaw.providers.draft import Draft
from socialclaw.providers.issues import Issue
from socialclaw.providers.options import Setting
from socialclaw.providers.rules import Mix, Rules
from socialclaw.providers.shapes import Shape

MOST_FILES = 20
# WordPress names no limit (its column holds 4 GB): this figure is ours, so that an article stays one request of ordinary size.
MOST_TEXT = 200_000
SYNC = "Sync sites"
SHAPES = (Shape("image"), Shape("video"))  # which types a site takes, it tells itself: see `narrows`

EXTENSIONS = {
    **{f"image/{name}": (name,) for name in ("png", "gif", "webp", "heic", "heif", "avif", "bmp")},
    "image/jpeg": ("jpg", "jpeg"),
    "image/tiff": ("tif", "tiff"),
    "video/mp4": ("mp4",),
    "video/x-m4v": ("m4v",),
    "video/quicktime": ("mov",),
    "video/webm": ("webm",),
    "video/x-matroska": ("mkv",),
    "video/x-msvideo": ("avi",),
    "video/3gpp": ("3gp",),
    "video/mp2t": ("ts",),
}

SETTINGS = (
    Setting(
        "postStatus",
        type="enum",
        options=("publish", "draft", "pending", "private"),
        default="publish",
        lower=True,
        description="Publish at once, or leave it on the site as a draft, for an editor's approval, or for the site's own people only.",
    ),
    Setting(
        "postType",
        type="enum",
        options=("post", "page"),
        lower=True,
        default="post",
        description="An article among the site's posts, or a page that stands for itself.",
    ),
    Setting("slug", description="The last part of the address; WordPress makes one of the title where nothing is given."),
)


def narrows(shape: Shape, about: Mapping[str, Any]) -> Shape:
    """What a site takes goes by its plan and its host: it tells the extensions."""
    taken = about.get("allowedFileTypes")
    if not taken:
        return shape
    mimes = tuple(mime for mime, extensions in EXTENSIONS.items() if mime.startswith(shape.kind) and set(extensions) & set(taken))
    return replace(shape, mimes=mimes or ("none",))


def extra(draft: Draft) -> Sequence[Issue]:
    """Files of a type that this site does not take."""
    if not draft.media or not draft.about:
        return ()
    shapes = {shape.kind: narrows(shape, draft.about) for shape in SHAPES}
    found = []
    for index, m in enumerate(draft.media):
        if m.kind in shapes and m.mime and (taken := shapes[m.kind].mimes) and m.mime not in taken:
            details = {"mime": m.mime, "supportedValues": list(taken), "assetId": m.id, "url": m.url}
            message = f"This site does not take {m.mime}; it takes {', '.join(taken)}"
            found.append(Issue("wordpress_media_type_unsupported", message, f"assets[{index}]", details))
    return found


PROVIDERS = [
    Provider(
        key="wordpress",
        label="WordPress",
        aliases=("wp",),
        connect=OAuth2(
            authorize_url="https://public-api.wordpress.com/oauth2/authorize",
            token_url="https://public-api.wordpress.com/oauth2/token",  # noqa: S106
            scopes=("global",),  # without it the user picks one site, and the token opens that alone
        ),
        rules=Rules(
            shapes=SHAPES,
            mixes=(Mix({"image": MOST_FILES, "video": MOST_FILES}, most=MOST_FILES),),
            title="optional",
            max_text=MOST_TEXT,
            order=("interaction", "limit", "kinds", "mix", "required", "text"),
        ),
        targets=(
            TargetType(
                "wordpress_site",
                handles=("wordpress:site:",),
                settings=SETTINGS,
                publish_shape="article_or_page",
                media_delivery="socialclaw_uploads_media_to_wordpress",
                sync=SYNC,
            ),
            TargetType("wordpress_user", handles=("wordpress:",), publishes=False, sync=SYNC),
        ),
        adapter=WordPress,
        simulator=WordPressSandbox,
        extra=extra,
        narrows=narrows,
        judged_by=("allowedFileTypes",),
        ids_per_destination=True,
        actions=(
            Action(
                "list-sites",
                "List sites",
                "Lists the sites of this user, connected or not, and whether the user may publish on each.",
                list_sites,
            ),
        ),
        metrics={"views": "stats/post: views", "likes": "stats/post: like_count", "comments": "stats/post: discussion.comment_count"},
        dated=DATED,
        evidence=(
            "Every post is sent with a date of its own, to the second, that is kept for a repetition: it is looked for among the site's "
            "posts of any status but trash by that second, title, words and files. Only where none is there is it sent again; and if the "
            "lost one has come in late after all, WordPress answers with it instead of making a second, as it does for published posts "
            "with the same title, content, date and type."
        ),
        limitations=(
            "Images and videos are uploaded to the site's media library and stand below the text.",
            "The name is the title; the text becomes paragraphs, as it was written: HTML and shortcodes in it are shown, not obeyed.",
            "No categories, tags, authors, excerpts or featured images.",
            "Which files a site takes depends on its plan and host: videos mostly need a paid plan.",
            "Who may not publish on a site gets a pending post, which is accepted but not public until an editor approves it.",
            "Nothing is shared to the site's connected social networks.",
            "Deleting moves a post to the site's trash, where it can be restored; its files stay in the media library.",
            "A file whose upload's answer was lost is uploaded again, so the media library may hold it twice.",
            "Views need the site's statistics (at Jetpack sites, the Stats module).",
            "Access has no end and cannot be given back by an app: the user disconnects it in the settings of WordPress.com.",
        ),
    )
]
