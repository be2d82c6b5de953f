"""Speaking to Snapchat: the Public Profile API (https://developers.snap.com/api/marketing-api/Public-Profile-API/Introduction).

What its documents leave open is read leniently, and never decides that a post is there or not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx2

from socialclaw import clock
from socialclaw.errors import Conflict, Missing, Rejected, Unavailable, Uncertain
from socialclaw.networks.snapchat import figures, kinds, listing, profiles
from socialclaw.networks.snapchat.kinds import SAVED_STORY, SPOTLIGHT, STORY, UNNAMED, Kind
from socialclaw.networks.snapchat.refusals import DENIED, EXPIRED, POSTING, PROCESSING, explain, explain_post
from socialclaw.networks.snapchat.upload import API, Upload
from socialclaw.providers.base import Steps
from socialclaw.providers.draft import Account, Draft, Mark, Published, Target
from socialclaw.providers.polling import look_until
from socialclaw.providers.wire import call

ROUNDS = 3  # uploads of one video, where the one before ended unused
FIRST_PAUSE, LAST_PAUSE = 5.0, 30.0  # seconds until the next try while Snapchat processes the video; they grow
PATIENCE = 1800.0  # seconds that processing may take
LOOKS, LOOK_PAUSE = 4, 1.2  # for the id of a story, which the answer does not tell
PAGE, PAGES = 50, 20  # of a list, when a post is looked for
SKEW = 60.0  # seconds that Snapchat's clock may be behind ours
MODERATION = timedelta(days=3)  # then a spotlight's review is not waited for any more
NAMING = timedelta(hours=1)  # then a story's id is not looked for any more


class Snapchat:
    """One Public Profile."""

    def __init__(self, http: httpx2.AsyncClient, account: Account) -> None:
        self.http = http
        self.account = account
        self.headers = {"authorization": f"Bearer {account.secrets['access_token']}", "accept": "application/json"}

    async def targets(self) -> Sequence[Target]:
        """The user's own profile, and those of the organization it belongs to, where the user may see them."""
        found = profiles.read(await self._call("GET", "/v1/public_profiles/my_profile"))
        for organization in dict.fromkeys(str(p["organization_id"]) for p in found if p.get("organization_id")):
            try:
                found += profiles.read(await self._call("GET", f"/v1/organizations/{quote(organization, safe='')}/public_profiles"))
            except Rejected:
                continue  # a creator need not have a role in the organization
        if not found:
            raise Rejected("This Snapchat account has no Public Profile: make one in the app", code="snapchat_public_profile_missing")
        return list({target.id: target for target in map(profiles.target, found)}.values())

    async def check(self) -> None:
        await self._call("GET", self._path())

    # Publishing.

    async def publish(self, draft: Draft, steps: Steps) -> Published:
        """Upload and post. An upload that has ended unused is made anew, and one that was refused by whoever tries the post again."""
        for number in range(ROUNDS - 1):
            if steps.known(f"over-{number}"):
                continue
            try:
                return await self._round(draft, steps, number)
            except Rejected as error:
                if not isinstance(error, Missing):
                    await steps.once(f"over-{number}", self._note)
                if error.code != EXPIRED:
                    raise
        return await self._round(draft, steps, ROUNDS - 1)

    async def _round(self, draft: Draft, steps: Steps, number: int) -> Published:
        kind = kinds.kind_of(draft)
        upload = Upload(self.http, self.headers, draft.media[0], steps, profile=self._profile, number=number)
        media_id, ready = await upload.run()
        before = await steps.once(f"before-{number}", self._ids, kind) if kind is STORY else []
        try:
            made = await steps.irreversible(f"post-{number}", self._create, draft, kind, media_id, steps, number)
        except Rejected as error:
            elapsed = clock.now().timestamp() - ready
            if error.code == PROCESSING and elapsed < PATIENCE:
                steps.wait(min(LAST_PAUSE, max(FIRST_PAUSE, elapsed / 2)), "Snapchat is processing the video")
            raise
        if made["id"]:
            return self._published(kind, made["id"], final=kind is not SPOTLIGHT, note=kinds.note(draft, kind))
        return await self._named(draft, steps, number, media_id, [before, made["at"] - SKEW])

    async def _create(self, draft: Draft, kind: Kind, media_id: str, steps: Steps, number: int) -> dict[str, Any]:
        """Make the post visible. Only a story's answer may be without an id. That the video is being posted already is remembered."""
        body = _body(draft, kind, media_id)
        try:
            answer = await call(self.http, "POST", API + self._path(kind.path), json=body, headers=self.headers, explain=explain_post)
        except Unavailable as error:
            if error.code == POSTING:
                await steps.once(f"posting-{number}", self._note)
            raise
        rows = listing.entries(answer, kind)
        found = listing.id_of(rows[0] if rows else answer) if isinstance(answer, Mapping) else ""
        if not isinstance(answer, Mapping) or not (found or kind is STORY):
            raise Unavailable(f"Snapchat answered without the id of the {kind.name}", sent=True, code="provider_malformed")
        return {"id": found, "at": clock.now().timestamp()}

    async def _named(self, draft: Draft, steps: Steps, number: int, media_id: str, known: list[Any]) -> Published:
        """The story under its id, which Snapchat tells in the list alone; by its video's where it does not."""
        found = await look_until(
            *(lambda ids: len(ids) == 1, steps, f"story-{number}", self._look, draft, media_id, known),
            most=LOOKS,
            pause=lambda *_: LOOK_PAUSE,
            why="Snapchat has not listed the story yet",
        )
        if len(found) == 1:
            return self._published(STORY, found[0], note=kinds.note(draft, STORY))
        return self._published(STORY, UNNAMED + media_id, final=False, note=kinds.note(draft, STORY))

    async def _look(self, draft: Draft, media_id: str, known: list[Any]) -> list[str]:
        """Ids of stories that were not there before and may be this one. That it is live is certain already, so nothing is raised."""
        before, since = known
        try:
            rows = [row for row in await self._listed(STORY) if listing.id_of(row) not in before]
            return [listing.id_of(row) for row in listing.alike(rows, draft, STORY, since=since, media_id=media_id)]
        except (Rejected, Uncertain):
            return []

    async def _note(self) -> bool:
        return True

    async def _ids(self, kind: Kind) -> list[str]:
        """What is there already; nothing where Snapchat does not show it, which is no reason not to post."""
        try:
            return [listing.id_of(row) for row in await self._listed(kind)]
        except (Rejected, Uncertain):
            return []

    # Looking back.

    async def find(self, draft: Draft, mark: Mark) -> Sequence[Published]:
        """By its id, or else among the posts of its kind since the mark."""
        if mark.post_id is not None:
            return await self._confirm(draft, mark.post_id, mark)
        if not draft.media:
            return []
        kind = kinds.kind_of(draft)
        rows = await self._unknown_before(kind, mark)
        found = listing.alike(rows, draft, kind, since=mark.since.timestamp(), media_id=_media_id(mark))
        if not found and any(name.startswith("posting-") for name in mark.done):
            raise Uncertain(f"Snapchat said that it is publishing the {kind.name} already, and does not list it: look in the app")
        note = kinds.note(draft, kind)
        return [self._published(kind, listing.id_of(row), final=listing.decided(row), note=note) for row in found]

    async def _unknown_before(self, kind: Kind, mark: Mark) -> list[listing.Row]:
        before = {post for name, ids in mark.done.items() if name.startswith("before-") for post in ids}
        return [row for row in await self._listed(kind) if listing.id_of(row) not in before]

    async def _confirm(self, draft: Draft, ours: str, mark: Mark) -> Sequence[Published]:
        """One post. Rejected where Snapchat's review has refused it."""
        kind, id_there = kinds.split(ours)
        note, age = kinds.note(draft, kind), clock.now() - mark.since
        if id_there.startswith(UNNAMED):
            return await self._candidates(draft, mark, id_there, note)
        row = await self._row(kind, id_there)
        if row is None:
            return []
        state = listing.status_of(row)
        if state in ("REJECTED", "FAILED"):
            said = str(row.get("rejection_reason") or row.get("status_reason") or state)
            raise Rejected(f"Snapchat's review refused the {kind.name}: {said}", code=state, said=said)
        if not listing.decided(row) and age > MODERATION:
            return [self._published(kind, id_there, note="Snapchat has been reviewing it for days; the app says why")]
        return [self._published(kind, id_there, final=listing.decided(row), note=note)]

    async def _candidates(self, draft: Draft, mark: Mark, unnamed: str, note: str | None) -> Sequence[Published]:
        """What a story may be that Snapchat has not named: the one made nearest to our call first."""
        at, rows = _posted(mark), await self._unknown_before(STORY, mark)
        found = listing.alike(rows, draft, STORY, since=at - SKEW, media_id=unnamed.removeprefix(UNNAMED))
        if found:
            found.sort(key=lambda row: abs((listing.made_at(row) or at) - at))
            return [self._published(STORY, listing.id_of(row), note=note) for row in found]
        late = clock.now() - mark.since > NAMING
        untold = "Snapchat took the story and never told its id, so there are no figures of it"
        return [self._published(STORY, unnamed, final=late, note=untold if late else note)]

    async def _row(self, kind: Kind, id_there: str) -> listing.Row | None:
        """What Snapchat tells of one post; None where it has none of this id."""
        rows: list[listing.Row] = []
        if kind is not STORY:  # which can be had in the list only
            try:
                rows = listing.entries(await self._call("GET", self._path(kind.path, id_there)), kind)
            except Rejected as error:
                if error.code == DENIED:
                    raise
        rows = [row for row in rows if listing.id_of(row) == id_there] or await self._listed(kind)
        return next((row for row in rows if listing.id_of(row) == id_there), None)

    async def _listed(self, kind: Kind) -> list[listing.Row]:
        """All posts of a kind, whatever the order; Uncertain where there are more than can be read."""
        found: list[listing.Row] = []
        params: dict[str, Any] = {"limit": PAGE}
        for _ in range(PAGES):
            answer = await self._call("GET", self._path(kind.path), params=params)
            found += listing.entries(answer, kind)
            cursor = listing.next_cursor(answer)
            if cursor is None:
                return found
            params["cursor"] = cursor
        raise Uncertain(f"The profile has more than {PAGE * PAGES:,} posts of this kind, too many to look through")

    # Afterwards.

    async def delete(self, post_id: str) -> None:
        kind, id_there = kinds.split(post_id)
        if kind is STORY:
            message = "Snapchat offers no way to delete a story; it ends after 24 hours, and can be deleted in the app"
            raise Conflict(message, code="provider_delete_unsupported", provider="snapchat")
        try:
            await self._call("DELETE", self._path(kind.path, id_there))
        except Rejected:
            if await self._row(kind, id_there) is not None:
                raise

    async def metrics(self, post_id: str, window: str) -> Mapping[str, int]:
        """Counts since the post was made."""
        kind, id_there = kinds.split(post_id)
        if id_there.startswith(UNNAMED):
            raise Rejected("Snapchat has not told the id of this story, so there are no figures of it", code="snapchat_story_unnamed")
        return figures.pick(await self._stats(self._path(kind.path, id_there), figures.span(window)), figures.POST)

    async def account_metrics(self, window: str) -> Mapping[str, int]:
        found = await self._stats(self._path(), {"assetType": "PROFILE", **figures.span(window)})
        return figures.pick(found, {**figures.PROFILE, "followers": (figures.FOLLOWERS,)})

    # Behind it all.

    @property
    def _profile(self) -> str:
        return quote(self.account.id, safe="")

    def _path(self, *parts: str) -> str:
        return "/".join(["/v1/public_profiles", self._profile, *(quote(part, safe="") for part in parts)])

    def _published(self, kind: Kind, id_there: str, *, final: bool = True, note: str | None = None) -> Published:
        return Published(kinds.post_id(kind, id_there), profiles.link(kind, id_there, self.account), final, note)

    async def _stats(self, path: str, params: Mapping[str, str]) -> dict[str, int]:
        answer = await self._call("GET", f"{path}/stats", params=dict(params))
        try:
            return figures.read(answer)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Unavailable("Snapchat's figures could not be read", sent=True, code="provider_malformed") from error

    async def _call(self, method: str, path: str, **kwargs: Any) -> Any:
        return await call(self.http, method, API + path, headers=self.headers, explain=explain, **kwargs)


def _body(draft: Draft, kind: Kind, media_id: str) -> dict[str, Any]:
    """What is asked for: a story is its video and nothing else."""
    settings, words = draft.settings, kinds.words_of(draft, kind)
    if kind is SAVED_STORY:
        return {"saved_stories": [{"title": words, "snap_sources": [{"media_id": media_id}]}]}
    if kind is STORY:
        return {"media_id": media_id}
    described = {"description": words} if words else {}
    locale = str(settings.get("locale") or "en_US")
    return {"media_id": media_id, "locale": locale, "skip_save_to_profile": bool(settings.get("skipSaveToProfile")), **described}


def _media_id(mark: Mark) -> str:
    """The video of the latest try."""
    tries = sorted(name for name in mark.done if name.startswith("media-"))
    return str(mark.done[tries[-1]]["media_id"]) if tries else ""


def _posted(mark: Mark) -> float:
    """When the call that posted was answered, in seconds since the epoch; the mark where that is not known."""
    return min((made["at"] for name, made in mark.done.items() if name.startswith("post-")), default=mark.since.timestamp())
