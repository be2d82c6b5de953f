"""Reddit: posts of a user in a subreddit, either text or a link (to a file of the post) with text below it.

Reddit publishes no machine-readable description; facts are of https://www.reddit.com/dev/api and of recorded answers.
"""

from __future__ import annotations

from socialclaw.networks.reddit.actions import ACTIONS
from socialclaw.networks.reddit.adapter import Reddit
from socialclaw.networks.reddit.dated import DATED
from socialclaw.networks.reddit.refusals import rest
from socialclaw.networks.reddit.sandbox.simulator import RedditSandbox
from socialclaw.networks.reddit.settings import SETTINGS, fits
from socialclaw.networks.reddit.submissions import METRICS
from socialclaw.providers.base import Provider, TargetType
from socialclaw.providers.connect import OAuth2
from socialclaw.providers.rules import Rules
from socialclaw.providers.shapes import Shape

PROVIDERS = [
    Provider(
        key="reddit",
        label="Reddit",
        aliases=("rd",),
        connect=OAuth2(
            authorize_url="https://www.reddit.com/api/v1/authorize",
            token_url="https://www.reddit.com/api/v1/access_token",  # noqa: S106
            revoke_url="https://www.reddit.com/api/v1/revoke_token",
            scopes=("identity", "submit", "read", "flair", "edit", "mysubreddits", "history"),
            client_auth="basic",
            authorize_params={"duration": "permanent"},
        ),
        rules=Rules(
            shapes=(Shape("image", as_it_is=True), Shape("video"), Shape("other")),
            title="required",
            max_title=300,
            max_text=40_000,
            order=("limit", "interaction", "text"),
            codes={"media_limit_exceeded": "provider_multi_asset_unsupported"},
        ),
        targets=(
            TargetType(
                "reddit_user",
                handles=("reddit:",),
                settings=SETTINGS,
                publish_shape="self_or_link_post",
                media_delivery="reddit_links_to_the_supplied_public_url",
                pulls=("image", "video", "other"),
                fits=fits,
            ),
        ),
        adapter=Reddit,
        simulator=RedditSandbox,
        actions=ACTIONS,
        rest=rest,
        metrics=METRICS,
        settle_seconds=300,  # lists may lag behind
        dated=DATED,
        evidence=(
            "The user's own posts since the call, with the same subreddit, title, and link or text. "
            "Two posts alike cannot be told apart while both are lost; Reddit itself takes no link twice in a subreddit."
        ),
        limitations=(
            "A post is text, or a link to a file at its public address: Reddit stores no copy, so the file must stay where it is.",
            "Beside a link, the description is sent as the text below it; where Reddit shows none, that is noted on the post.",
            "Text is Markdown, as Reddit reads it: a single line break does not begin a new line.",
            "A link that a subreddit has already is not posted there again, whoever posted it first.",
            "Every subreddit has rules of its own: the actions post-requirements and link-flair-options tell them.",
            "Reddit and moderators may take a post away without a word: this is looked for soon after publishing, not later.",
            "Reddit limits how often a user may post by rules that it does not tell; such a post waits as long as Reddit asks.",
            "Reddit gives access to its API only to apps that it has approved.",
        ),
    )
]
