"""Pinterest in miniature: users, boards, Pins, figures, videos and their storage, as strict as its own description (5.23.0).

It shares no code with the adapter. Pinterest refuses no repetition: the same Pin can be made again and again.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

import httpx2

from socialclaw.networks.pinterest.sandbox import pages, pins
from socialclaw.networks.pinterest.sandbox import words as say
from socialclaw.networks.pinterest.sandbox.base import READ_PINS, WRITE_PINS, api, site
from socialclaw.networks.pinterest.sandbox.boards import PAGING, PinterestBoards, slug
from socialclaw.networks.pinterest.sandbox.media import STORAGE, Videos, examined, fetched
from socialclaw.simulation.grants import key_of
from socialclaw.simulation.simulator import outside, route
from socialclaw.simulation.store import Seen

Document = dict[str, Any]

ONE_SHAPE = 1.02  # by how much the ratios of a carousel's images may differ


class PinterestSandbox(PinterestBoards):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.videos = Videos(self.shelf, self.clock)

    def spoil_media(self, request: httpx2.Request) -> None:
        record = self.shelf.get("tokens", key_of(self.token_of(request) or ""))
        user = record["account"] if record else None
        if user and request.url.path == "/v5/pins" and b"video_id" not in request.content:
            self.shelf.put("spoiled", user, True)
        else:
            self.videos.doom(request, user)

    # Videos.

    @api("POST", r"/media")
    def register(self, request: httpx2.Request) -> httpx2.Response:
        user = self.admit_to(request, "org_write", "pins:read", "pins:write")
        say.body_of(request, {"media_type!": say.one_of("video")})
        return self.videos.register(user, self.new_id())

    @api("GET", r"/media/(\d+)")
    def media_status(self, request: httpx2.Request, media_id: str) -> httpx2.Response:
        return self.videos.status(self.admit_to(request, "org_read", "pins:read"), media_id)

    @route("POST", r"/", host=STORAGE)
    def storage(self, request: httpx2.Request) -> httpx2.Response:
        return self.videos.store(request)

    # Pins.

    @outside
    @api("POST", r"/pins")
    def create(self, request: httpx2.Request) -> httpx2.Response:
        """Pictures are fetched before the Pin is there, and not while others wait for the store."""
        with self.store.transaction():
            user = self.admit_to(request, "org_write", *WRITE_PINS)
            say.query(request, "ad_account_id")
            body = say.body_of(request, pins.PIN)
            source = pins.source_of(body["media_source"])
            self._place(user, body)
            spoiled = self.shelf.get("spoiled", user)
            self.shelf.drop("spoiled", user)
        if spoiled:
            raise say.broken_image("it could not be read")
        files = self._pictures(source, body)
        with self.store.transaction():
            user = str(self.bearer(request, *WRITE_PINS)["account"])
            board = self._place(user, body)
            return self._add(user, board, body, source, files or [self._video(user, source, body)])

    @api("GET", r"/pins/(\d+)")
    def pin(self, request: httpx2.Request, pin_id: str) -> httpx2.Response:
        user = self.admit_to(request, "org_read", *READ_PINS)
        given = say.query(request, "pin_metrics", "ad_account_id")
        return httpx2.Response(200, json=self._shown(self._found(pin_id), user, given))

    @api("DELETE", r"/pins/(\d+)")
    def delete(self, request: httpx2.Request, pin_id: str) -> httpx2.Response:
        user = self.admit_to(request, "org_write", *WRITE_PINS)
        say.query(request, "ad_account_id")
        if self._found(pin_id).extra["user"] != user:
            raise say.refused(403, 403, "Not authorized to access board or Pin.")
        self.shelf.remove_post(pin_id, self.clock())
        return httpx2.Response(204)

    @api("GET", r"/pins/(\d+)/analytics")
    def pin_figures(self, request: httpx2.Request, pin_id: str) -> httpx2.Response:
        user = self.admit_to(request, "org_analytics", *READ_PINS)
        known = ("app_types", "split_field", "ad_account_id")
        given = say.query(request, *known, required=("start_date", "end_date", "metric_types"))
        seen = self._found(pin_id)
        if seen.extra["user"] != user:
            raise say.refused(403, 403, "Not authorized to access board or Pin.")
        return httpx2.Response(200, json=pins.analytics(seen, given, now=self.clock(), figure=self.figure))

    @api("GET", r"/boards/(\d+)/pins")
    def board_pins(self, request: httpx2.Request, board_id: str) -> httpx2.Response:
        return self._listed(request, board_id, None)

    @api("GET", r"/boards/(\d+)/sections/(\d+)/pins")
    def section_pins(self, request: httpx2.Request, board_id: str, section_id: str) -> httpx2.Response:
        return self._listed(request, board_id, section_id)

    # What browsers see.

    @site("GET", r"/pin/(\d+)/?")
    def pin_page(self, request: httpx2.Request, pin_id: str) -> httpx2.Response:
        found = self.shelf.posts(post_id=pin_id)
        board = self.shelf.get("boards", found[0].account) if found else None
        up = "../../" if request.url.path.endswith("/") else "../"
        return pages.pin_page(found[0], board["name"], slug(board["name"]), up=up) if board else pages.gone_page()

    @site("GET", r"/(?!pin/|oauth/)(\w{3,30})/([a-z0-9-]+)/")
    def board_page(self, request: httpx2.Request, name: str, place: str) -> httpx2.Response:
        boards = self.boards_of(self.profile(name)["id"])
        board = next((board for board in boards if slug(board["name"]) == place and board["privacy"] != "SECRET"), None)
        return pages.board_page(board, self.shelf.posts(account=board["id"])[::-1]) if board else pages.gone_page()

    @site("GET", r"/(?!pin/|oauth/)(\w{3,30})/")
    def user_page(self, request: httpx2.Request, name: str) -> httpx2.Response:
        person = self.person_of(self.profile(name)["id"])
        if person is None:
            return pages.gone_page()
        boards = [board for board in self.boards_of(person["id"]) if board["privacy"] != "SECRET"]
        counts = [(board["name"], slug(board["name"]), len(self.shelf.posts(account=board["id"]))) for board in boards]
        return pages.user_page(person["username"], counts)

    # Behind the routes.

    def _place(self, user: str, body: Document) -> Document:
        """The board, which may take the Pin and has the section."""
        board = self.board(user, body["board_id"])
        if board["is_ads_only"]:
            raise say.not_permitted()
        if body.get("board_section_id") and body["board_section_id"] not in {s["id"] for s in self.sections_of(board["id"])}:
            raise say.missing("Board section")
        return board

    def _pictures(self, source: Document, body: Document) -> list[Document]:
        """The images of a Pin: fetched, or sent along."""
        found = []
        for item in source.get("items", [source]):
            if "url" in item:
                content, mime, width, height = fetched(self.fetch, item["url"])
            elif "data" in item:
                content = _decoded(item["data"])
                mime, width, height = examined(content)
            else:
                continue
            more = {"url": item["url"]} if "url" in item else {}
            found.append(self.describe(content, mime, alt=body.get("alt_text") or "", width=width, height=height, frames=1, **more))
        shapes = [file["width"] / file["height"] for file in found]
        if shapes and max(shapes) / min(shapes) > ONE_SHAPE:
            raise say.invalid("The images of a carousel must have the same aspect ratio.")
        return found

    def _video(self, user: str, source: Document, body: Document) -> Document:
        media = self.videos.of(user, source["media_id"])
        if media is None:
            raise say.missing("Media upload")
        if (state := self.videos.state(media)) != "succeeded":
            raise say.invalid(f"The video is not ready to be used: it is {state}")
        return self.describe(b"", media["mime"], alt=body.get("alt_text") or "") | {"size": media["size"], "sha256": media["sha256"]}

    def _add(self, user: str, board: Document, body: Document, source: Document, files: list[Document]) -> httpx2.Response:
        kind = {"video_id": "video", "image_url": "image", "image_base64": "image"}.get(source["source_type"], "multiple_images")
        names = ("title", "description", "link", "alt_text", "dominant_color", "board_section_id")
        extra = {
            **{name: body.get(name) for name in names},
            **{"user": user, "owner": board["owner"], "media_type": kind, "cover": source.get("cover_image_url")},
            "frame": source.get("cover_image_key_frame_time"),
            "items": [{name: item.get(name) for name in ("title", "description", "link")} for item in source.get("items", ())],
        }
        text = "\n\n".join(filter(None, (body.get("title"), body.get("description"))))
        pin_id = self.new_id()
        url = f"https://www.pinterest.com/pin/{pin_id}/"
        seen = Seen(pin_id, board["id"], text, self.clock(), tuple(files), url=url, extra=extra)
        self.shelf.add_post(seen)
        return httpx2.Response(201, json=self._shown(seen, user, {}))

    def _found(self, pin_id: str) -> Seen:
        found = self.shelf.posts(post_id=pin_id)
        if not found:
            raise say.missing("Pin")
        return found[0]

    def _shown(self, seen: Seen, user: str, given: dict[str, str]) -> Document:
        metrics = given.get("pin_metrics") == "true"
        return pins.shown(seen, user, now=self.clock(), metrics=metrics, figure=self.figure)

    def _listed(self, request: httpx2.Request, board_id: str, section: str | None) -> httpx2.Response:
        """The Pins of a board, or of one of its sections, newest first."""
        user = self.admit_to(request, "org_read", *READ_PINS)
        given = say.query(request, *PAGING, *(("creative_types", "pin_metrics") if section is None else ()))
        board = self.board(user, board_id)
        if section is not None and section not in {s["id"] for s in self.sections_of(board["id"])}:
            raise say.refused(404, 404, "Board or section not found.")
        found = [seen for seen in self.shelf.posts(account=board["id"]) if section in (None, seen.extra["board_section_id"])]
        items, bookmark = say.page_of(given, found[::-1])
        return say.listed([self._shown(seen, user, given) for seen in items], bookmark)


def _decoded(data: str) -> bytes:
    try:
        return base64.b64decode(data, validate=True)
    except binascii.Error:
        raise say.broken_image("it is not Base64") from None
