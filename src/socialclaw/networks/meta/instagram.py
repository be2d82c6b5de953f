"""Speaking to Instagram as a professional account, through Facebook Login or through Instagram Login.

https://developers.facebook.com/docs/instagram-platform/content-publishing. Publishing is a container's change of state, so a
container that says PUBLISHED proves that the post is there, whatever became of the answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import httpx2

from socialclaw.errors import ProviderError, RateLimited, Rejected, Unavailable
from socialclaw.networks.meta import insights
from socialclaw.networks.meta.containers import FAILED, GONE, PUBLISHED, Containers, last_container, published_id, status_of
from socialclaw.networks.meta.discovery import instagram_target, must_be_granted, pages, person
from socialclaw.networks.meta.graph import FACEBOOK, INSTAGRAM, Graph
from socialclaw.networks.meta.recognition import INSTAGRAM_FIELDS, is_media
from socialclaw.networks.meta.refusals import QUOTA_PAUSE
from socialclaw.networks.meta.rounds import give_up, names, rounds
from socialclaw.providers.base import Steps
from socialclaw.providers.draft import Account, Draft, Mark, Published, Target

BUSINESS_SCOPES = (
    "instagram_basic",
    "instagram_content_publish",
    "instagram_manage_insights",
    "instagram_manage_contents",
    "pages_show_list",
    "pages_read_engagement",
    "business_management",
)
BUSINESS_NEEDED = ("instagram_basic", "instagram_content_publish", "pages_show_list", "pages_read_engagement")
STANDALONE_SCOPES = ("instagram_business_basic", "instagram_business_content_publish", "instagram_business_manage_insights")
ME = "id,user_id,username,name,account_type,profile_picture_url"
PROFESSIONAL = ("BUSINESS", "MEDIA_CREATOR")
LOOK_BACK = 100  # posts

POST_METRICS = {
    "reach": "reach",
    "views": "views",
    "likes": "likes",
    "comments": "comments",
    "shares": "shares",
    "saves": "saved",
}
ACCOUNT_METRICS = {**POST_METRICS, "saves": "saves"}


class Instagram:
    """One professional account, whatever the login."""

    base: ClassVar[str]

    def __init__(self, http: httpx2.AsyncClient, account: Account) -> None:
        self.account = account
        self.graph = Graph(http, account.secrets["access_token"], base=self.base, prefix="instagram")

    async def publish(self, draft: Draft, steps: Steps) -> Published:
        """Prepare, wait, publish. Containers that came to nothing are made anew, in the next round."""
        await steps.once("room", self._room)
        reason: Rejected | None = None
        for name in rounds(steps, "container"):
            try:
                container = await Containers(self.graph, self.account.id, draft, steps, name=name).ready()
                media_id = await steps.irreversible("publish", self._publish, container)
                return await self._shown(media_id, steps, draft)
            except Rejected as error:
                await give_up(steps, name)
                if error.code not in (GONE, FAILED, "instagram_not_found"):
                    raise
                reason = error
        raise reason or Rejected("Everything that Instagram prepared for this post came to nothing", code=FAILED)

    async def find(self, draft: Draft, mark: Mark) -> Sequence[Published]:
        """The container decides; then the account's latest posts say under which id."""
        if mark.post_id is not None:
            return await self._one(mark.post_id)
        if container := last_container(mark.done, names("container")):
            try:
                if (await status_of(self.graph, container))["code"] != PUBLISHED:
                    return []
            except Rejected as error:
                if error.code not in (GONE, "instagram_not_found"):
                    raise
                container = None
        found = await self._alike(draft, mark)
        if container and not found:
            raise Unavailable("Instagram has published the post but does not list it yet", sent=False, code="instagram_not_listed")
        return found

    async def metrics(self, post_id: str, window: str) -> Mapping[str, int]:
        """Counts since the post was made; they come up to two days late."""
        return await insights.figures(self.graph, f"{post_id}/insights", POST_METRICS)

    async def account_metrics(self, window: str) -> Mapping[str, int]:
        """Followers now; the other figures for a window that ends now. There are none since an account was made."""
        profile = await self.graph.get(self.account.id, fields="followers_count")
        figures = {"followers": int(profile["followers_count"])} if "followers_count" in profile else {}
        if span := insights.span(window):
            path = f"{self.account.id}/insights"
            figures |= await insights.figures(self.graph, path, ACCOUNT_METRICS, period="day", metric_type="total_value", **span)
        return figures

    async def _room(self) -> bool:
        """Whether the account may still publish today; what cannot be read is left to Instagram itself to say."""
        try:
            answer = await self.graph.get(f"{self.account.id}/content_publishing_limit", fields="quota_usage,config")
            limit = answer["data"][0]
            used, total = int(limit["quota_usage"]), int(limit["config"]["quota_total"])
        except (Rejected, KeyError, IndexError, TypeError, ValueError):
            return True
        if used >= total:
            message = f"The account has published {used} of the {total} posts that Instagram allows in a day"
            raise RateLimited(message, retry_after=QUOTA_PAUSE, code="instagram_quota_used")
        return True

    async def _publish(self, container: str) -> str:
        return published_id(await self.graph.post(f"{self.account.id}/media_publish", {"creation_id": container}))

    async def _shown(self, media_id: str, steps: Steps, draft: Draft) -> Published:
        """The post with its link, which only Instagram knows. It is there already, so nothing that fails now is a failure."""
        silent = [m.filename for m in draft.media if m.alt and m.kind != "image"]
        note = f"Instagram takes alt text for images only; left out for {', '.join(silent)}" if silent else None
        try:
            url = await steps.once("link", self._link, media_id)
        except ProviderError:
            return Published(media_id, final=False, note=note)
        return Published(media_id, url, note=note)

    async def _link(self, media_id: str) -> str | None:
        url = (await self.graph.get(media_id, fields="permalink")).get("permalink")
        return str(url) if url else None

    async def _one(self, post_id: str) -> Sequence[Published]:
        try:
            return [Published(post_id, await self._link(post_id))]
        except Rejected as error:
            if error.code == "instagram_not_found":
                return []
            raise

    async def _alike(self, draft: Draft, mark: Mark) -> Sequence[Published]:
        since = mark.since.replace(microsecond=0)
        found: list[Published] = []
        number = 0
        since_param = str(int(since.timestamp()))
        async for media in self.graph.every(f"{self.account.id}/media", fields=INSTAGRAM_FIELDS, since=since_param, limit="25"):
            number += 1
            if is_media(media, draft, since):
                found.append(Published(str(media["id"]), media.get("permalink")))
            if number >= LOOK_BACK:
                break
        return found[::-1]


class InstagramBusiness(Instagram):
    """An account linked to a Page, through Facebook Login; opened by the Page's token. While connecting, the person's."""

    base = FACEBOOK
    handles = ("instagram:business:", "instagram:business-user:")
    kinds = ("instagram_business_linked", "instagram_business_identity")

    async def targets(self) -> Sequence[Target]:
        """Every Instagram account linked to a Page of the person's, with the Page's token; then the person."""
        await must_be_granted(self.graph, BUSINESS_NEEDED, code="instagram_permission_missing")
        linked = [instagram_target(page, handle=self.handles[0], kind=self.kinds[0]) for page in await pages(self.graph, instagram=True)]
        found = [target for target in linked if target]
        return [*found, await person(self.graph, handle=self.handles[1], kind=self.kinds[1])] if found else []

    async def check(self) -> None:
        identity = self.account.type == self.kinds[1]
        await self.graph.get("me" if identity else self.account.id, fields="id")

    async def delete(self, post_id: str) -> None:
        try:
            await self.graph.delete(post_id)
        except Rejected as error:
            if error.code != "instagram_not_found":
                raise


class InstagramStandalone(Instagram):
    """An account by itself, through Instagram Login. Here the API has no way to delete."""

    base = INSTAGRAM

    async def targets(self) -> Sequence[Target]:
        """The one account behind the token."""
        me: Mapping[str, Any] = await self.graph.get("me", fields=ME)
        kind = me.get("account_type")
        if kind and kind not in PROFESSIONAL:
            message = "Only professional accounts (business or creator) can be published to; change the account's type in Instagram"
            raise Rejected(message, code="instagram_account_personal")
        account_id, name = str(me.get("user_id") or me["id"]), me.get("username")
        scoped = str(me["id"]) if me.get("id") else None  # the user as our app knows them, which Meta's callbacks name
        meta = {"username": name, "accountType": kind, "picture": me.get("profile_picture_url"), "appScopedId": scoped}
        known = {key: value for key, value in meta.items() if value}
        return [Target(account_id, f"instagram:standalone:{account_id}", "instagram_standalone", name or account_id, known)]

    async def check(self) -> None:
        await self.graph.get("me", fields="user_id")
