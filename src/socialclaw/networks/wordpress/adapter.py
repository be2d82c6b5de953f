"""Speaking to WordPress: REST API v1.1, and v1.2 to make posts (https://developer.wordpress.com/docs/api/). Sites are published to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

from socialclaw import clock
from socialclaw.errors import Rejected
from socialclaw.networks.wordpress import sites
from socialclaw.networks.wordpress.content import body_of, is_of, moment, status_of, type_of
from socialclaw.networks.wordpress.refusals import explain, unreadable
from socialclaw.networks.wordpress.upload import Uploads
from socialclaw.providers.base import Steps
from socialclaw.providers.draft import Account, Draft, Mark, Published, Target
from socialclaw.providers.wire import call

API = "https://public-api.wordpress.com/rest"
PAGE = 100  # the most posts that a page may have
PAGES = 5  # of posts, when a lost one is looked for
KEPT = timedelta(minutes=10)  # how long a post keeps the date it was first sent with; later it would stand too far down on the site
LEAD = "date-"  # what the names of the steps begin with that remember a date
FIELDS = "ID,date,title,content,status,type,URL"
# What to tell of a status that was not asked for: the post is there, and somebody or something has still to make it public.
UNDECIDED = {
    "pending": "The user may not publish on this site: the post is pending until an editor approves it",
    "future": "The site's clock is behind: WordPress publishes the post when its time has come",
}
# What to tell of a status that was asked for.
ASKED = {
    "draft": "Saved as a draft: it is not public",
    "pending": "Saved as pending: it is not public until an editor approves it",
    "private": "Published privately: only the site's own people see it",
}


class WordPress:
    """One site of a user, or (for discovery only) the user."""

    def __init__(self, http: httpx2.AsyncClient, account: Account) -> None:
        self.http = http
        self.account = account
        self.headers = {"authorization": f"Bearer {account.secrets['access_token']}"}

    async def targets(self) -> Sequence[Target]:
        return await sites.found(self.api)

    async def check(self) -> None:
        if self.account.type == sites.IDENTITY:
            await self.api("GET", "/v1.1/me")
        else:
            await self.site("GET", "", params={"fields": "ID,capabilities"})

    async def publish(self, draft: Draft, steps: Steps) -> Published:
        """The files first, then the post around them, with the date by which it is known again."""
        files = await Uploads(self.site, draft.media, steps).run()
        date = await _date(steps)
        post = await steps.irreversible("create", self._create, body_of(draft, files, date))
        working = sum(not file["ready"] for file in files)
        more = [f"WordPress is still processing {working} of the videos"] if working else []
        return _published(post, draft, [*more, *post["errors"]])

    async def delete(self, post_id: str) -> None:
        """Into the trash. The same call deletes for good what is in the trash already, so the status is read first."""
        try:
            post = await self.site("GET", f"/posts/{post_id}", params={"context": "edit", "fields": "ID,status"})
            if post.get("status") != "trash":
                await self.site("POST", f"/posts/{post_id}/delete")
        except Rejected as error:
            if error.code != "wordpress_post_not_found":
                raise

    async def find(self, draft: Draft, mark: Mark) -> Sequence[Published]:
        """Posts of this site with the dates that were sent and the same words and files; without a date, those since the mark.

        Reading is stronger evidence than sending again and letting WordPress recognise its own: that recognises published posts only
        (no drafts, pending or private ones), only if the site kept the HTML to the letter, and where there is none it makes one.
        """
        if mark.post_id is not None:
            return await self._confirmed(draft, mark.post_id)
        dates = [moment(date) for name, date in mark.done.items() if name.startswith(LEAD)]
        since = min(dates, default=mark.since.replace(microsecond=0))
        found = []
        for post in await self._since(since, max(dates, default=None), draft):
            if (not dates or moment(post["date"]) in dates) and is_of(post, draft):
                found.append(_published(_told(post), draft))
        return found

    async def metrics(self, post_id: str, window: str) -> Mapping[str, int]:
        """Since the post was made. Views are told by sites that have statistics."""
        stats = await self.site("GET", f"/stats/post/{post_id}")
        discussion = stats.get("discussion") or {}
        figures = {"views": stats.get("views"), "likes": stats.get("like_count"), "comments": discussion.get("comment_count")}
        return {name: int(value) for name, value in figures.items() if isinstance(value, int | float)}

    async def api(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **kwargs: Any) -> Any:
        """One call of the API as this account; the answer's JSON, which is an object."""
        answer = await call(self.http, method, API + path, headers={**self.headers, **(headers or {})}, explain=explain, **kwargs)
        if not isinstance(answer, dict):
            raise unreadable("an object")
        return answer

    async def site(self, method: str, path: str, *, version: str = "v1.1", **kwargs: Any) -> Any:
        """A call about the site."""
        return await self.api(method, f"/{version}/sites/{self.account.id}{path}", **kwargs)

    async def _create(self, body: Mapping[str, Any]) -> dict[str, Any]:
        return _told(await self.site("POST", "/posts/new", version="v1.2", json=body))

    async def _confirmed(self, draft: Draft, post_id: str) -> Sequence[Published]:
        """The post of that id, as far as it has come; none where it is in the trash or gone."""
        try:
            post = await self.site("GET", f"/posts/{post_id}", params={"context": "edit", "fields": FIELDS})
        except Rejected as error:
            if error.code == "wordpress_post_not_found":
                return []
            raise
        return [] if post.get("status") == "trash" else [_published(_told(post), draft)]

    async def _since(self, since: datetime, until: datetime | None, draft: Draft) -> list[Mapping[str, Any]]:
        """The site's posts of any status but trash in that time, oldest first. One second is added on both sides."""
        params = {"context": "edit", "status": "any", "type": type_of(draft), "fields": FIELDS, "order": "ASC", "number": str(PAGE)}
        params["after"] = _written(since - timedelta(seconds=1))
        if until is not None:
            params["before"] = _written(until + timedelta(seconds=1))
        found: list[Mapping[str, Any]] = []
        for page in range(1, PAGES + 1):
            answer = await self.site("GET", "/posts/", params={**params, "page": str(page)})
            try:
                posts = [post for post in answer["posts"] if moment(post["date"]) >= since]
            except (KeyError, TypeError, ValueError) as error:
                raise unreadable("the site's posts") from error
            found += posts
            if len(answer["posts"]) < PAGE:
                break
        return found


async def _date(steps: Steps) -> str:
    """The date to send: the one that an earlier attempt sent, while it is fresh."""
    number = 0
    while True:
        date = await steps.once(f"{LEAD}{number}", _now)
        if clock.now() - moment(date) < KEPT:
            return date
        number += 1


async def _now() -> str:
    return _written(clock.now())


def _written(when: datetime) -> str:
    return when.astimezone(UTC).replace(microsecond=0).isoformat()


def _told(post: Mapping[str, Any]) -> dict[str, Any]:
    """What is remembered of a post that WordPress answered with."""
    try:
        told = {"id": str(int(post["ID"])), "url": str(post.get("URL") or ""), "status": str(post["status"])}
    except (KeyError, TypeError, ValueError) as error:
        raise unreadable("the id of the post") from error
    failed = [error for error in post.get("media_errors") or () if isinstance(error, Mapping)]
    return {**told, "errors": [f"WordPress left out a file: {error.get('message') or error.get('error')}" for error in failed]}


def _published(post: Mapping[str, Any], draft: Draft, notes: Sequence[str] = ()) -> Published:
    """What WordPress made of a post: it says yes to more than it does, so its status decides."""
    status, asked = post["status"], status_of(draft)
    made = status in (asked, "publish")
    if not made:
        notes = [UNDECIDED.get(status, f"WordPress keeps the post as {status}: it is not public"), *notes]
    elif status != "publish":
        notes = [ASKED.get(status, f"It is {status}: not public"), *notes]
    return Published(post["id"], post["url"] or None, final=made, note=". ".join(notes) or None)
