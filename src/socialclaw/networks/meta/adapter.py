"""The provider `meta` of older workspaces: Pages and their Instagram accounts under one connection, each spoken to in its own way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import httpx2

from socialclaw.networks.meta.discovery import instagram_target, must_be_granted, page_target, pages, person
from socialclaw.networks.meta.facebook import NEEDED, SCOPES, Facebook
from socialclaw.networks.meta.instagram import BUSINESS_SCOPES, InstagramBusiness
from socialclaw.providers.base import Steps
from socialclaw.providers.draft import Account, Draft, Mark, Published, Target

META_SCOPES = tuple(dict.fromkeys((*SCOPES, *BUSINESS_SCOPES)))
HANDLES = ("meta:page:", "meta:instagram:", "meta:user:")
INSTAGRAM, IDENTITY = "instagram_business", "meta_user"


class Meta:
    """One Page or one Instagram account; while connecting, the person."""

    def __init__(self, http: httpx2.AsyncClient, account: Account) -> None:
        self.account = account
        self.inner = (InstagramBusiness if account.type == INSTAGRAM else Facebook)(http, account)
        self.graph = self.inner.graph

    async def targets(self) -> Sequence[Target]:
        """Every Page, every Instagram account linked to one, and the person."""
        await must_be_granted(self.graph, NEEDED, code="facebook_permission_missing")
        found = await pages(self.graph, instagram=True)
        linked = [instagram_target(page, handle=HANDLES[1], kind=INSTAGRAM) for page in found]
        targets = [*(page_target(page, handle=HANDLES[0]) for page in found), *(target for target in linked if target)]
        return [*targets, await person(self.graph, handle=HANDLES[2], kind=IDENTITY)] if targets else []

    async def check(self) -> None:
        await self.inner.check()

    async def publish(self, draft: Draft, steps: Steps) -> Published:
        return await self.inner.publish(draft, steps)

    async def find(self, draft: Draft, mark: Mark) -> Sequence[Published]:
        return await self.inner.find(draft, mark)

    async def delete(self, post_id: str) -> None:
        await self.inner.delete(post_id)

    async def metrics(self, post_id: str, window: str) -> Mapping[str, int]:
        return await self.inner.metrics(post_id, window)

    async def account_metrics(self, window: str) -> Mapping[str, int]:
        return await self.inner.account_metrics(window)
