"""Pages of posts as they were last made: clients poll lists, and most of what they poll has not changed since.

A page is given out again only where the database says that it still is what it was: on SQLite that nothing at all was committed, on
PostgreSQL that the page has the same versions of the same rows. So a page is never older than the question for it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

from socialclaw.publishing import listing
from socialclaw.publishing.posts import PostFilter
from socialclaw.system import System

MOST_BYTES = 16 * 1024 * 1024
MOST_ASKED = 1_000

Page = tuple[listing.Rows, int]


class Pages:
    """Of one process. Keeps a page from the second time on that it is asked for: what is asked for once is not worth a mark."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._kept: OrderedDict[Hashable, tuple[Any, Page]] = OrderedDict()
        self._asked: OrderedDict[Hashable, None] = OrderedDict()
        self._bytes = 0

    async def page(self, workspace_id: str, only: PostFilter, *, limit: int, offset: int, test: bool, cards: bool = False) -> Page:
        """What `listing.page` answers now."""
        links, base_url = self._system.links(workspace_id, test=test), self._system.settings.base_url

        async def made() -> Page:
            how: dict[str, Any] = {"limit": limit, "offset": offset, "links": links, "cards": base_url if cards else None}
            return await self._system.read(workspace_id, listing.page, only, test=test, **how)

        key = (workspace_id, only, limit, offset, cards)
        if key not in self._kept and key not in self._asked:
            self._note(key)
            return await made()
        mark: Any = self._system.database.changes()
        if mark is None and cards:
            return await made()  # there a mark is one of posts alone, and a card shows a file too
        if mark is None:
            mark = await self._system.read(workspace_id, listing.mark, only, limit=limit, offset=offset, test=test)
        kept = self._kept.get(key)
        if kept and kept[0] == mark:
            self._kept.move_to_end(key)
            return kept[1]
        page = await made()  # after the mark: what changes in between makes the mark too old, never the page
        self._keep(key, mark, page)
        return page

    def _note(self, key: Hashable) -> None:
        self._asked[key] = None
        if len(self._asked) > MOST_ASKED:
            self._asked.popitem(last=False)

    def _keep(self, key: Hashable, mark: Any, page: Page) -> None:
        self._asked.pop(key, None)
        self._forget(key)
        self._kept[key] = (mark, page)
        self._bytes += len(bytes(page[0]))
        while self._bytes > MOST_BYTES:
            self._forget(next(iter(self._kept)))

    def _forget(self, key: Hashable) -> None:
        if kept := self._kept.pop(key, None):
            self._bytes -= len(bytes(kept[1][0]))
