"""Speaking to X: API v2 and chunked media upload (https://docs.x.com/x-api)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx2

from socialclaw.errors import ProviderError, Rejected, Unauthorized, Unavailable
from socialclaw.networks.x.refusals import REASONLESS, explain
from socialclaw.networks.x.upload import Upload
from socialclaw.providers.base import Steps
from socialclaw.providers.draft import Account, Draft, Mark, Published, Target
from socialclaw.providers.spelling import nfc
from socialclaw.providers.wire import call

API = "https://api.x.com"
PAGES = 5  # of 100 posts, when a lost post is looked for
USER_FIELDS = "name,profile_image_url,protected,public_metrics,username,verified,verified_type"
WRITING = ("tweet.read", "tweet.write", "users.read")
FOUND = ("created_at", "entities", "attachments", "text")


def web_url(post_id: str, account: Account | None = None) -> str:
    return f"https://x.com/i/web/status/{post_id}"


class X:
    """One account on X."""

    def __init__(self, http: httpx2.AsyncClient, account: Account) -> None:
        self.http = http
        self.account = account
        self.headers = {"authorization": f"Bearer {account.secrets['access_token']}"}

    async def targets(self) -> Sequence[Target]:
        """The one account behind the token."""
        me = (await self._call("GET", "/2/users/me", params={"user.fields": USER_FIELDS}))["data"]
        known = ("username", "profile_image_url", "verified", "verified_type", "protected")
        meta = {name: me[name] for name in known if name in me}
        return [Target(str(me["id"]), f"x:@{me['username']}", "x_user", me.get("name") or me["username"], meta)]

    async def check(self) -> None:
        await self._call("GET", "/2/users/me")

    async def publish(self, draft: Draft, steps: Steps) -> Published:
        """Upload the files, then post. If X has forgotten the files meanwhile, they are uploaded once more."""
        uploads = [Upload(self._call, media, steps, index=index) for index, media in enumerate(draft.media)]
        try:
            post_id = await self._post(draft, steps, uploads)
        except Rejected as error:
            if REASONLESS in error.details.get("said", ""):
                raise await self._blamed(error, media=bool(uploads)) from error
            if error.code != "x_media_invalid" or not uploads or not all([await upload.give_up() for upload in uploads]):
                raise
            post_id = await self._post(draft, steps, uploads)
        silent = [m.filename for m in draft.media if m.alt and m.kind != "image"]
        note = f"X takes alt text for images only; left out for {', '.join(silent)}" if silent else None
        return Published(post_id, web_url(post_id), note=note)

    async def delete(self, post_id: str) -> None:
        try:
            answer = await self._call("DELETE", f"/2/tweets/{post_id}")
        except Rejected as error:
            if error.code == "x_not_found":
                return
            raise
        if not answer["data"]["deleted"]:
            raise Rejected("X did not delete the post", code="x_not_deleted")

    async def find(self, draft: Draft, mark: Mark) -> Sequence[Published]:
        """Posts of this account since the mark with the same text, files and parent; oldest first."""
        if mark.post_id is not None:
            try:
                await self._read(f"/2/tweets/{mark.post_id}")
            except Rejected as error:
                if error.code == "x_not_found":
                    return []
                raise
            return [Published(mark.post_id, web_url(mark.post_id))]
        since = mark.since.astimezone(UTC).replace(microsecond=0)
        params = {"max_results": "100", "exclude": "retweets", "start_time": since.strftime("%Y-%m-%dT%H:%M:%SZ")}
        found: list[str] = []
        for _ in range(PAGES):
            answer = await self._read(f"/2/users/{self.account.id}/tweets", fields=FOUND, expand=True, **params)
            found += [post["id"] for post in answer.get("data") or () if _is(post, draft, since)]
            token = (answer.get("meta") or {}).get("next_token")
            if not token:
                break
            params["pagination_token"] = token
        return [Published(post_id, web_url(post_id)) for post_id in sorted(found, key=int)]

    async def metrics(self, post_id: str, window: str) -> Mapping[str, int]:
        """Counts since the post was made, whatever the window. X tells clicks to the author only, and for 30 days."""
        answer = await self._read(f"/2/tweets/{post_id}", fields=("public_metrics", "non_public_metrics"))
        public, own = answer["data"].get("public_metrics") or {}, answer["data"].get("non_public_metrics") or {}
        shares = [public.get("repost_count", public.get("retweet_count")), public.get("quote_count")]
        counts = {
            "impressions": own.get("impression_count", public.get("impression_count")),
            "likes": public.get("like_count"),
            "comments": public.get("reply_count"),
            "shares": sum(n for n in shares if n is not None) if any(n is not None for n in shares) else None,
            "saves": public.get("bookmark_count"),
            "clicks": own.get("url_link_clicks"),
        }
        return {name: int(count) for name, count in counts.items() if count is not None}

    async def _blamed(self, refusal: Rejected, *, media: bool) -> ProviderError:
        """Whom a refusal without a reason is about: the grant, where it lacks a scope or opens nothing any more; else this one post."""
        lacking = [scope for scope in (*WRITING, *(("media.write",) if media else ())) if scope not in self.account.scopes]
        if self.account.scopes and lacking:
            message = f"X was not allowed to give: {', '.join(lacking)}. Connect again and consent to all of it"
            return Unauthorized(message, code="x_consent_missing", **refusal.details)
        try:
            await self.check()
        except Rejected as error:
            return Unauthorized("X no longer lets the account act by this app", code="x_consent_missing", **error.details)
        return refusal

    async def _post(self, draft: Draft, steps: Steps, uploads: Sequence[Upload]) -> str:
        media_ids = [await upload.run() for upload in uploads]
        return await steps.irreversible("create", self._create, draft, media_ids)

    async def _create(self, draft: Draft, media_ids: Sequence[str]) -> str:
        body: dict[str, Any] = {"text": draft.text}
        if media_ids:
            body["media"] = {"media_ids": list(media_ids)}
        if draft.reply_to:
            body["reply"] = {"in_reply_to_tweet_id": draft.reply_to}
        if control := draft.settings.get("replyControl"):
            body["reply_settings"] = control
        answer = await self._call("POST", "/2/tweets", json=body)
        try:
            return str(answer["data"]["id"])
        except (KeyError, TypeError) as error:
            raise Unavailable("X answered without the id of the post", sent=True, code="provider_malformed") from error

    async def _read(self, path: str, *, fields: Sequence[str] = (), expand: bool = False, **params: str) -> Any:
        """A GET with post fields, in the names of 2026; an X that does not know those is asked again in the older ones."""
        new, old = dict(params), dict(params)
        if fields:
            new["post.fields"] = old["tweet.fields"] = ",".join(fields)
        if expand:
            new["expansions"] = "referenced_posts,attachments.media_keys"
            old["expansions"] = "referenced_tweets.id,attachments.media_keys"
        try:
            return await self._call("GET", path, params=new)
        except Rejected as error:
            if error.code != "x_invalid_request" or new == old:
                raise
            return await self._call("GET", path, params=old)

    async def _call(self, method: str, path: str, **kwargs: Any) -> Any:
        return await call(self.http, method, API + path, headers=self.headers, explain=explain, **kwargs)


def _is(post: Mapping[str, Any], draft: Draft, since: datetime) -> bool:
    """Whether a post of the time line may be this draft."""
    if datetime.fromisoformat(post["created_at"]) < since:
        return False
    references = post.get("referenced_posts") or post.get("referenced_tweets") or ()
    parent = next((str(r["id"]) for r in references if r.get("type") == "replied_to"), None)
    files = (post.get("attachments") or {}).get("media_keys") or ()
    return parent == (draft.reply_to or None) and len(files) == len(draft.media) and _reads(post, draft.text)


def _reads(post: Mapping[str, Any], text: str) -> bool:
    """Whether the post's text is this one: X shortens links, adds one for the files, and escapes three characters."""
    shown = post.get("text") or ""
    links = {u["url"]: u for u in (post.get("entities") or {}).get("urls") or () if u.get("url")}
    pattern = blanks = ""  # blanks count where something follows them
    for piece in re.split("(" + "|".join(map(re.escape, links)) + ")", shown) if links else [shown]:
        link = links.get(piece)
        if link is None:
            plain = blanks + _plain(_unescaped(piece))
            pattern += re.escape(plain.rstrip())
            blanks = plain[len(plain.rstrip()) :]
        elif "media_key" not in link and not re.search(r"/status/\d+/(?:photo|video)/\d+$", link.get("expanded_url") or ""):
            pattern += re.escape(blanks) + _written(link.get("expanded_url") or piece)
            blanks = ""
    return re.fullmatch(pattern, _plain(text).strip()) is not None


def _written(expanded: str) -> str:
    """How the author may have written a link: with or without scheme and closing slash."""
    bare = re.sub(r"^https?://", "", nfc(expanded)).rstrip("/")
    return f"(?i:(?:https?://)?{re.escape(bare)}/?)"


def _plain(text: str) -> str:
    return nfc(text).replace("\r\n", "\n")


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
