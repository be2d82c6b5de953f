"""What can be asked of a Pinterest account: its boards and their sections, its catalogs; and a new board."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from socialclaw.errors import InvalidRequest, Unavailable
from socialclaw.providers.base import Action

if TYPE_CHECKING:
    from socialclaw.networks.pinterest.adapter import Pinterest

USUAL_PAGE, LARGEST_PAGE = 25, 250
PRIVACIES = ("PUBLIC", "PROTECTED")
PAGING = {
    "after": {"type": "string", "description": "Where to go on: listing.after of the page before."},
    "limit": {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "description": f"How many to list: {USUAL_PAGE} unless given."},
}
Body = Mapping[str, Any]


async def create_board(adapter: Pinterest, body: Body) -> Mapping[str, Any]:
    """A new board of this user. Not published to before its account is there: that is what sync-targets is for."""
    privacy = str(body.get("privacy") or "PUBLIC").upper()
    if privacy not in PRIVACIES:
        raise _wrong("privacy", f"privacy must be one of {', '.join(PRIVACIES)}")
    name = str(body["name"]).strip()
    if not name:
        raise _wrong("name", "name must not be blank")
    sent = {"name": name, "privacy": privacy, **({"description": text} if (text := body.get("description")) else {})}
    made = await adapter.call("POST", "/boards", json=sent)
    return {"board": _board(made), "notes": ["Run the action sync-targets to connect the board, then publish to it."]}


async def list_boards(adapter: Pinterest, body: Body) -> Mapping[str, Any]:
    items, after = await _page(adapter, "/boards", body)
    return {"boards": [_board(item) for item in items], "listing": {"after": after}}


async def list_board_sections(adapter: Pinterest, body: Body) -> Mapping[str, Any]:
    """The sections of the account's own board, or of the one that is named."""
    own = adapter.account.id if adapter.account.type == "pinterest_board" else ""
    board = str(body.get("boardId") or own).strip()
    if not (board.isascii() and board.isdigit()):
        raise _wrong("boardId", "boardId must be the number of a board; the action list-boards tells them")
    items, after = await _page(adapter, f"/boards/{board}/sections", body)
    sections = [{"id": str(item["id"]), "name": item["name"]} for item in items]
    return {"boardId": board, "sections": sections, "listing": {"after": after}}


async def list_catalogs(adapter: Pinterest, body: Body) -> Mapping[str, Any]:
    items, after = await _page(adapter, "/catalogs", body)
    catalogs = [{"id": str(item["id"]), "name": item.get("name"), "catalogType": item.get("catalog_type")} for item in items]
    return {"catalogs": catalogs, "listing": {"after": after}}


async def _page(adapter: Pinterest, path: str, body: Body) -> tuple[list[Mapping[str, Any]], str | None]:
    limit = body.get("limit")
    if limit is not None and not 1 <= limit <= LARGEST_PAGE:
        raise _wrong("limit", f"limit must be 1 to {LARGEST_PAGE}")
    params = {"page_size": str(limit or USUAL_PAGE), **({"bookmark": str(body["after"])} if body.get("after") else {})}
    answer = await adapter.call("GET", path, params=params)
    return list(answer["items"]), answer.get("bookmark") or None


def _board(board: Mapping[str, Any]) -> dict[str, Any]:
    try:
        found = {"id": str(board["id"]), "name": board["name"], "handle": f"pinterest:board:{board['id']}"}
    except (KeyError, TypeError) as error:
        raise Unavailable("Pinterest answered without the id of a board", sent=True, code="provider_malformed") from error
    more = {"description": "description", "privacy": "privacy", "pinCount": "pin_count", "followerCount": "follower_count"}
    owner = (board.get("owner") or {}).get("username")
    return {**found, **{name: board.get(theirs) for name, theirs in more.items()}, "owner": owner}


def _wrong(path: str, message: str) -> InvalidRequest:
    issue = {"path": path, "code": "action_input_invalid", "message": message}
    return InvalidRequest(message, code="action_input_invalid", issues=[issue])


def _schema(properties: Mapping[str, Any], *required: str) -> dict[str, Any]:
    return {"type": "object", "properties": dict(properties), **({"required": list(required)} if required else {})}


ACTIONS = (
    Action(
        "create-board",
        "Create a board",
        "Makes a new board of this user. Run sync-targets afterwards to be able to publish to it.",
        create_board,
        _schema(
            {
                "name": {"type": "string", "description": "What the board is called; the user must have no other of this name."},
                "description": {"type": "string", "description": "What the board is about."},
                "privacy": {
                    "type": "string",
                    "enum": list(PRIVACIES),
                    "description": "PUBLIC unless given; who follows a link sees PROTECTED.",
                },
            },
            "name",
        ),
        operation="connect",
    ),
    Action("list-boards", "List boards", "Lists the boards of this user, connected or not, with their ids.", list_boards, _schema(PAGING)),
    Action(
        "list-board-sections",
        "List the sections of a board",
        "Lists the sections of a board, with the ids that the setting boardSectionId takes.",
        list_board_sections,
        _schema({"boardId": {"type": "string", "description": "The board, by its id; else this account's own."}, **PAGING}),
    ),
    Action("list-catalogs", "List catalogs", "Lists the product catalogs of this user, with their ids.", list_catalogs, _schema(PAGING)),
)
