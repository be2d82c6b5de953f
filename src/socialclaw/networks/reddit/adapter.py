"""Speaking to Reddit as a user: https://www.reddit.com/dev/api, on the host for OAuth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import httpx2

from socialclaw import __version__, clock
from socialclaw.errors import Rejected, Unavailable
from socialclaw.networks.reddit.refusals import explain
from socialclaw.networks.reddit.submissions import METRICS, Thing, form_of, fullname_of, is_gone, is_of, made_at, standing, web_url
from socialclaw.providers.base import Steps
from socialclaw.providers.draft import Account, Draft, Mark, Published, Target
from socialclaw.providers.wire import call

API = "https://oauth.reddit.com"
USER_AGENT = f"server:com.getsocialclaw:v{__version__} (+https://getsocialclaw.com)"  # Reddit refuses those that libraries have
PAGE = "100"  # the most posts a page may have
PAGES = 5  # of the user's posts, when a lost one is looked for


class Reddit:
    """One user, who posts to subreddits."""

    def __init__(self, http: httpx2.AsyncClient, account: Account) -> None:
        self.http = http
        self.account = account
        self.headers = {"authorization": f"bearer {account.secrets['access_token']}", "user-agent": USER_AGENT}

    @property
    def name(self) -> str:
        return self.account.handle.partition(":")[2]

    async def targets(self) -> Sequence[Target]:
        me = await self.call("GET", "/api/v1/me")
        known = {"profileImage": me.get("icon_img"), "totalKarma": me.get("total_karma"), "hasVerifiedEmail": me.get("has_verified_email")}
        meta = {name: value for name, value in known.items() if value is not None}
        return [Target(str(me["id"]), f"reddit:{me['name']}", "reddit_user", str(me["name"]), meta)]

    async def check(self) -> None:
        me = await self.call("GET", "/api/v1/me")
        if me.get("is_suspended"):
            raise Rejected("Reddit has suspended the account", code="reddit_account_suspended")

    async def publish(self, draft: Draft, steps: Steps) -> Published:
        """One call. Reddit may still take the post away without a word, so it is not final before it was looked at."""
        made = await steps.irreversible("submit", self._submit, form_of(draft))
        return Published(made["id"], made["url"], final=False)

    async def delete(self, post_id: str) -> None:
        """Reddit answers alike whether or not there is such a post and whoever's it is, so it is looked at afterwards."""
        await self.call("POST", "/api/del", data={"api_type": "json", "id": post_id})
        thing = await self.info(post_id)
        if thing is None or is_gone(thing):
            return
        if str(thing.get("author")).casefold() != self.name.casefold():
            raise Rejected("The post is another user's, so Reddit does not delete it", code="reddit_not_own_post")
        raise Unavailable("Reddit still shows the post that it was told to delete", sent=True)

    async def find(self, draft: Draft, mark: Mark) -> Sequence[Published]:
        """The user's own posts since the mark that are like it; or, where its id is known, what has become of it."""
        if mark.post_id is not None:
            thing = await self.info(mark.post_id)
            return [] if thing is None or is_gone(thing) else [standing(thing, draft, now=clock.now())]
        found = [thing for thing in await self._since(mark.since.timestamp() // 1) if is_of(thing, draft) and not is_gone(thing)]
        return [Published(str(t["name"]), web_url(t), final=False) for t in sorted(found, key=lambda t: (made_at(t), int(t["id"], 36)))]

    async def metrics(self, post_id: str, window: str) -> Mapping[str, int]:
        thing = await self.info(post_id)
        if thing is None or is_gone(thing):
            raise Rejected("The post is not on Reddit any more", code="reddit_post_not_found")
        return {name: max(0, thing[own]) for name, own in METRICS.items() if isinstance(thing.get(own), int)}

    async def call(self, method: str, path: str, *, params: Mapping[str, str] | None = None, **kwargs: Any) -> Any:
        """One call of the API as this user; the answer's JSON. Without `raw_json`, Reddit writes < > & as HTML does."""
        sent = {"raw_json": "1", **(params or {})}
        return await call(self.http, method, API + path, params=sent, headers=self.headers, explain=explain, **kwargs)

    async def info(self, fullname: str) -> Thing | None:
        """A post as Reddit has it, also one that was taken away or deleted; None where there never was one."""
        things = _children(await self.call("GET", "/api/info", params={"id": fullname}))
        return next((thing for thing in things if thing.get("name") == fullname), None)

    async def _submit(self, form: Mapping[str, str]) -> dict[str, str]:
        answer = await self.call("POST", "/api/submit", data=form)
        try:
            made = answer["json"]["data"]
            return {"id": fullname_of(made), "url": str(made["url"])}
        except (KeyError, TypeError, AttributeError) as error:
            raise Unavailable("Reddit answered without the id of the post", sent=True, code="provider_malformed") from error

    async def _since(self, since: float) -> list[Thing]:
        """The user's posts made since then, newest first."""
        found: list[Thing] = []
        params = {"sort": "new", "limit": PAGE}
        for _ in range(PAGES):
            answer = await self.call("GET", f"/user/{self.name}/submitted", params=params)
            things = _children(answer)
            found += [thing for thing in things if float(thing["created_utc"]) >= since]
            if not answer["data"].get("after") or (things and float(things[-1]["created_utc"]) < since):
                break
            params["after"] = answer["data"]["after"]
        return found


def _children(listing: Any) -> list[Thing]:
    """What a Listing lists."""
    try:
        return [child["data"] for child in listing["data"]["children"]]
    except (KeyError, TypeError) as error:
        raise Unavailable("Reddit answered with a list that could not be read", sent=True, code="provider_malformed") from error
