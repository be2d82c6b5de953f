"""Part of the simulator: users, their boards with sections, their catalogs, and the calls about them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx2

from socialclaw.networks.pinterest.sandbox import pins
from socialclaw.networks.pinterest.sandbox import words as say
from socialclaw.networks.pinterest.sandbox.base import READ_BOARDS, WRITE_BOARDS, PinterestHouse, api

PAGING = ("page_size", "bookmark", "ad_account_id")
BOARD: say.Shape = {
    "name!": say.text(180, 1),
    "description": say.nullable(say.text()),
    "privacy": say.one_of("PUBLIC", "PROTECTED", "SECRET"),
    "is_ads_only": say.a_boolean,
}
Document = dict[str, Any]


class PinterestBoards(PinterestHouse):
    # The user, boards and catalogs.

    @api("GET", r"/user_account")
    def user(self, request: httpx2.Request) -> httpx2.Response:
        user = self.admit_to(request, "org_read", "user_accounts:read")
        say.query(request, "ad_account_id")
        person, boards = self.person_of(user) or {}, self.boards_of(user)
        first = min((board["created_at"] for board in boards), default=self.clock())
        followers = self.figure(user, "followers", first)
        body = {
            **{"id": user, "username": person["username"], "account_type": "BUSINESS", "business_name": person["name"]},
            **{"about": "", "website_url": "", "profile_image": f"https://i.pinimg.com/280x280_RS/{user}.jpg"},
            **{"board_count": len(boards), "pin_count": sum(len(self.shelf.posts(account=board["id"])) for board in boards)},
            **{"follower_count": followers, "following_count": 12, "monthly_views": followers * 9},
        }
        return httpx2.Response(200, json=body)

    @api("GET", r"/user_account/analytics")
    def user_figures(self, request: httpx2.Request) -> httpx2.Response:
        user = self.admit_to(request, "org_analytics", "user_accounts:read")
        known = (
            "metric_types",
            "from_claimed_content",
            "pin_format",
            "app_types",
            "content_type",
            "source",
            "split_field",
            "ad_account_id",
        )
        given = say.query(request, *known, required=("start_date", "end_date"))
        posts = [seen for board in self.boards_of(user) for seen in self.shelf.posts(account=board["id"])]
        return httpx2.Response(200, json=pins.user_analytics(posts, given, now=self.clock(), figure=self.figure))

    @api("GET", r"/boards")
    def boards(self, request: httpx2.Request) -> httpx2.Response:
        user = self.admit_to(request, "org_read", *READ_BOARDS)
        given = say.query(request, "privacy", *PAGING)
        wanted = given.get("privacy", "ALL")
        if wrong := say.one_of("ALL", "PROTECTED", "PUBLIC", "SECRET", "PUBLIC_AND_SECRET")(wanted):
            raise say.invalid(f"'privacy' {wrong}")
        secret = "boards:read_secret" in self.bearer(request)["scopes"]
        found = [
            board
            for board in self.boards_of(user)
            if (secret or board["privacy"] != "SECRET") and (wanted == "ALL" or board["privacy"] in wanted.split("_AND_"))
        ]
        items, bookmark = say.page_of(given, found)
        return say.listed([self.shown_board(board) for board in items], bookmark)

    @api("POST", r"/boards")
    def create_board(self, request: httpx2.Request) -> httpx2.Response:
        user = self.admit_to(request, "org_write", *WRITE_BOARDS)
        say.query(request, "ad_account_id")
        body = say.body_of(request, BOARD)
        if body.get("privacy") == "SECRET":
            self.bearer(request, "boards:write_secret")
        name = body["name"].strip()
        if not name or slug(name) in {slug(board["name"]) for board in self.boards_of(user)}:
            raise say.refused(400, 400, "The board name is invalid or duplicated.")
        more = {"privacy": body.get("privacy") or "PUBLIC", "is_ads_only": body.get("is_ads_only", False)}
        board = self.add_board(self.person_of(user) or {}, name, description=body.get("description"), **more)
        return httpx2.Response(201, json=self.shown_board(board))

    @api("GET", r"/boards/(\d+)")
    def one_board(self, request: httpx2.Request, board_id: str) -> httpx2.Response:
        user = self.admit_to(request, "org_read", *READ_BOARDS)
        say.query(request, "ad_account_id")
        return httpx2.Response(200, json=self.shown_board(self.board(user, board_id)))

    @api("GET", r"/boards/(\d+)/sections")
    def sections(self, request: httpx2.Request, board_id: str) -> httpx2.Response:
        user = self.admit_to(request, "org_read", *READ_BOARDS)
        given = say.query(request, *PAGING)
        items, bookmark = say.page_of(given, self.sections_of(self.board(user, board_id)["id"]))
        return say.listed([{"id": section["id"], "name": section["name"]} for section in items], bookmark)

    @api("POST", r"/boards/(\d+)/sections")
    def create_section(self, request: httpx2.Request, board_id: str) -> httpx2.Response:
        user = self.admit_to(request, "org_write", *WRITE_BOARDS)
        board = self.board(user, board_id)
        body = say.body_of(request, {"name!": say.text(180, 1)})
        section = self.add_section(board["id"], body["name"])
        return httpx2.Response(201, json={"id": section["id"], "name": section["name"]})

    @api("GET", r"/catalogs")
    def catalogs(self, request: httpx2.Request) -> httpx2.Response:
        user = self.admit_to(request, "catalogs_read", "catalogs:read")
        given = say.query(request, *PAGING)
        known = {"id": user[:18], "name": "Products", "catalog_type": "RETAIL"}
        items, bookmark = say.page_of(given, [{**known, "created_at": "2025-01-01T00:00:00", "updated_at": "2025-01-01T00:00:00"}])
        return say.listed(items, bookmark)

    # Users and their boards.

    def person(self, login: str) -> Document:
        """The user, who has a board with a section, and a catalog, from the first day on."""
        person = super().person(login)
        if not self.shelf.get("settled", person["id"]):
            self.shelf.put("settled", person["id"], True)
            board = self.add_board(person, "Ideas", description=f"What {login} likes")
            self.add_section(board["id"], "For later")
        return person

    def have(self, login: str, count: int) -> None:
        person = self.person(login)
        boards = self.boards_of(person["id"])
        for board in boards[count:]:
            self.shelf.drop("boards", board["id"])
        for number in range(len(boards) + 1, count + 1):
            self.add_board(person, f"Board {number}")

    def add_board(self, person: Mapping[str, Any], name: str, *, description: str | None = None, **more: Any) -> Document:
        board = {"id": self.new_id(), "user": person["id"], "owner": person["username"], "name": name, "description": description}
        board |= {"privacy": "PUBLIC", "is_ads_only": False, "created_at": self.clock(), **more}
        self.shelf.put("boards", board["id"], board)
        return board

    def add_section(self, board_id: str, name: str) -> Document:
        section = {"id": self.new_id(), "board": board_id, "name": name}
        self.shelf.put("sections", section["id"], section)
        return section

    def boards_of(self, user: str) -> list[Document]:
        return [board for board in self.shelf.all("boards").values() if board["user"] == user]

    def sections_of(self, board_id: str) -> list[Document]:
        return [section for section in self.shelf.all("sections").values() if section["board"] == board_id]

    def board(self, user: str, board_id: str) -> Document:
        """A board of this user; refused where there is none, or it is another's."""
        board: Document | None = self.shelf.get("boards", board_id)
        if board is None:
            raise say.missing("Board")
        if board["user"] != user:
            raise say.not_permitted()
        return board

    def called(self, account: str) -> str:
        """Posts are kept by board."""
        board = self.shelf.get("boards", account)
        return f"{board['owner']} / {board['name']}" if board else account

    def shown_board(self, board: Mapping[str, Any]) -> Document:
        pins = self.shelf.posts(account=board["id"])
        changed = pins[-1].created_at if pins else board["created_at"]
        return {
            **{name: board[name] for name in ("id", "name", "description", "privacy", "is_ads_only")},
            "created_at": moment(board["created_at"]),
            "board_pins_modified_at": moment(changed),
            "owner": {"username": board["owner"]},
            "media": {"image_cover_url": None, "pin_thumbnail_urls": []},
            "pin_count": len(pins),
            "follower_count": self.figure(board["id"], "followers", board["created_at"], most=300),
            "collaborator_count": 0,
        }


def slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "board"


def moment(at: float) -> str:
    """A time without its zone, as Pinterest writes them."""
    return datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%dT%H:%M:%S")
