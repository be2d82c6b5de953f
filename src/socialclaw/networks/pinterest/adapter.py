"""Speaking to Pinterest: API v5 (https://developers.pinterest.com/docs/api/v5/). Boards are what is published to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import httpx2

from socialclaw.errors import Rejected, Unavailable
from socialclaw.networks.pinterest import figures
from socialclaw.networks.pinterest.pins import body_of, image_source, is_of, made_at, video_source
from socialclaw.networks.pinterest.refusals import explain
from socialclaw.networks.pinterest.upload import Upload
from socialclaw.providers.base import Steps
from socialclaw.providers.draft import Account, Draft, Mark, Published, Target
from socialclaw.providers.wire import call

API = "https://api.pinterest.com/v5"
PAGE = "250"  # the most items a page may have
BOARD_PAGES = 20
PIN_PAGES = 5  # of 250 Pins, when a lost one is looked for
IDENTITY = "pinterest_user"


def web_url(post_id: str, account: Account | None = None) -> str:
    return f"https://www.pinterest.com/pin/{post_id}/"


class Pinterest:
    """One board of a user, or (for discovery only) the user."""

    def __init__(self, http: httpx2.AsyncClient, account: Account) -> None:
        self.http = http
        self.account = account
        self.headers = {"authorization": f"Bearer {account.secrets['access_token']}"}

    async def targets(self) -> Sequence[Target]:
        """The boards of the user, and the user: without a board, one can be made with an action. Boards for ads only take no Pins."""
        user = await self.call("GET", "/user_account")
        known = {"username": "username", "profileImage": "profile_image", "userType": "account_type"}
        about = {name: user[theirs] for name, theirs in known.items() if user.get(theirs)}
        boards = [_target(board, about) for board in await self._boards() if not board.get("is_ads_only")]
        name = user.get("business_name") or user["username"]
        return [*boards, Target(str(user["id"]), f"pinterest:user:{user['id']}", IDENTITY, name, about)]

    async def check(self) -> None:
        await self.call("GET", "/user_account" if self.account.type == IDENTITY else f"/boards/{self.account.id}")

    async def publish(self, draft: Draft, steps: Steps) -> Published:
        """Images are fetched by Pinterest. A video is uploaded first; if Pinterest has forgotten it meanwhile, once more."""
        if draft.media[0].kind != "video":
            pin_id = await self._create(draft, steps, image_source(draft.media))
        else:
            upload = Upload(self.http, self.call, draft.media[0], steps)
            try:
                pin_id = await self._create(draft, steps, video_source(draft, await upload.run()))
            except Rejected as error:
                if error.code != "pinterest_media_not_found":
                    raise
                pin_id = await self._create(draft, steps, video_source(draft, await upload.again()))
        return Published(pin_id, web_url(pin_id), note=_note(draft))

    async def delete(self, post_id: str) -> None:
        try:
            await self.call("DELETE", f"/pins/{post_id}")
        except Rejected as error:
            if error.code != "pinterest_pin_not_found":
                raise

    async def find(self, draft: Draft, mark: Mark) -> Sequence[Published]:
        """Pins of this board since the mark with the same words, link and files; oldest first."""
        if mark.post_id is not None:
            try:
                await self.call("GET", f"/pins/{mark.post_id}")
            except Rejected as error:
                if error.code == "pinterest_pin_not_found":
                    return []
                raise
            return [Published(mark.post_id, web_url(mark.post_id))]
        since = mark.since.replace(microsecond=0)
        section = draft.settings.get("boardSectionId")
        places = [f"/boards/{self.account.id}/sections/{section}/pins"] if section else []
        found: dict[str, datetime] = {}
        for place in (*places, f"/boards/{self.account.id}/pins"):
            pins = await self._since(place, since)
            found |= {str(pin["id"]): made_at(pin) for pin in pins if is_of(pin, draft)}
        return [Published(pin_id, web_url(pin_id)) for pin_id in sorted(found, key=lambda pin_id: (found[pin_id], int(pin_id)))]

    async def metrics(self, post_id: str, window: str) -> Mapping[str, int]:
        return await figures.of_pin(self.call, post_id, window)

    async def account_metrics(self, window: str) -> Mapping[str, int]:
        """Of the user, whichever of the boards is asked."""
        return await figures.of_user(self.call, window)

    async def call(self, method: str, path: str, **kwargs: Any) -> Any:
        """One call of the API as this account; the answer's JSON."""
        return await call(self.http, method, API + path, headers=self.headers, explain=explain, **kwargs)

    async def _create(self, draft: Draft, steps: Steps, source: Mapping[str, Any]) -> str:
        return await steps.irreversible("create", self._pin, body_of(draft, self.account.id, source))

    async def _pin(self, body: Mapping[str, Any]) -> str:
        answer = await self.call("POST", "/pins", json=body)
        try:
            return str(answer["id"])
        except (KeyError, TypeError) as error:
            raise Unavailable("Pinterest answered without the id of the Pin", sent=True, code="provider_malformed") from error

    async def _boards(self) -> list[Mapping[str, Any]]:
        boards: list[Mapping[str, Any]] = []
        params = {"page_size": PAGE}
        for _ in range(BOARD_PAGES):
            answer = await self.call("GET", "/boards", params=params)
            boards += answer["items"]
            if not answer.get("bookmark"):
                break
            params["bookmark"] = answer["bookmark"]
        return boards

    async def _since(self, path: str, since: datetime) -> list[Mapping[str, Any]]:
        """The Pins in a place made since then. A page that goes from new to old, and past that moment, is the last one needed."""
        found: list[Mapping[str, Any]] = []
        params = {"page_size": PAGE}
        for _ in range(PIN_PAGES):
            answer = await self.call("GET", path, params=params)
            pins = answer["items"]
            moments = [made_at(pin) for pin in pins]
            found += [pin for pin, moment in zip(pins, moments, strict=True) if moment >= since]
            if not answer.get("bookmark") or (moments and moments[-1] < since and moments == sorted(moments, reverse=True)):
                break
            params["bookmark"] = answer["bookmark"]
        return found


def _target(board: Mapping[str, Any], user: Mapping[str, Any]) -> Target:
    known = {"privacy": board.get("privacy"), "owner": (board.get("owner") or {}).get("username")}
    meta = {**user, **{name: value for name, value in known.items() if value}}
    return Target(str(board["id"]), f"pinterest:board:{board['id']}", "pinterest_board", board["name"], meta)


def _note(draft: Draft) -> str | None:
    """What a person should know of how the Pin came to be."""
    notes = []
    if len({m.alt for m in draft.media if m.alt}) > 1 and not draft.settings.get("altText"):
        notes.append("A Pin has one alt text: those of the files were put together")
    if draft.settings.get("pinMode") == "standard" and (len(draft.media) > 1 or draft.media[0].kind == "video"):
        notes.append("A standard Pin has one image: this became a video Pin or a carousel, by its files")
    return ". ".join(notes) or None
