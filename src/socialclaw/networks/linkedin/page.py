"""Pages (organizations) that a member may post for: finding them, looking for lost posts, figures.

https://learn.microsoft.com/en-us/linkedin/marketing/community-management/organizations/organization-access-control-by-role
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from socialclaw.errors import Rejected
from socialclaw.networks.linkedin import figures
from socialclaw.networks.linkedin.adapter import Author
from socialclaw.networks.linkedin.content import is_of, made_at, web_url
from socialclaw.networks.linkedin.refusals import NOT_FOUND
from socialclaw.networks.linkedin.rest import encoded, listed
from socialclaw.networks.linkedin.upload import uploaded
from socialclaw.providers.draft import Draft, Mark, Published, Target

IDENTITY = "linkedin:page-admin:"
ROLES = ("ADMINISTRATOR", "CONTENT_ADMINISTRATOR", "CONTENT_ADMIN")  # the latter two are spellings of one
COUNT = 100
ACL_PAGES = 5
POST_PAGES = 3  # of 100 posts, when a lost one is looked for
BATCH = 50  # organizations looked up at once
SKEW = timedelta(seconds=5)
PUBLISHED, REQUESTED, REFUSED = "PUBLISHED", "PUBLISH_REQUESTED", "PUBLISH_FAILED"


class Page(Author):
    """One Page, or (for discovery only) the member who administers it."""

    urn_kind = "organization"
    confirms = True

    async def targets(self) -> Sequence[Target]:
        """The Pages that the member may post for, and the member, who is asked again for Pages that come later."""
        roles, member = await self._roles()
        if not roles:
            message = (
                "LinkedIn knows no Page that this member may post for. Somebody who administers the Page must make the member its "
                "super admin or content admin; then connect again."
            )
            raise Rejected(message, code="linkedin_page_none")
        found = await self._organizations(list(roles))
        pages = [_target(organization, role, found.get(organization) or {}) for organization, role in roles.items()]
        who = Target(member, f"{IDENTITY}{member}", "linkedin_member", "LinkedIn Page admin", {"pages": len(pages)})
        return [*pages, who]

    async def check(self) -> None:
        """That the member may still post for the Page."""
        roles, _ = await self._roles()
        if not self.account.handle.startswith(IDENTITY) and self.account.id not in roles:
            raise Rejected("The member has no role on this Page any more that lets it post", code="linkedin_page_role_lost")

    async def find(self, draft: Draft, mark: Mark) -> Sequence[Published]:
        """Posts of this Page since the mark with the same text and with the very files that were uploaded; oldest first."""
        if mark.post_id is not None:
            post = await self._post(mark.post_id)
            return [] if post is None else [_published(post)]
        files = uploaded(mark.done) or None
        found: list[Mapping[str, Any]] = []
        for number in range(POST_PAGES):
            paging = f"start={number * COUNT}&count={COUNT}&sortBy=LAST_MODIFIED&viewContext=AUTHOR"
            answer = await self.rest.get(f"/posts?author={encoded(self.urn)}&q=author&{paging}", method="FINDER")
            posts = answer["elements"]
            found += [p for p in posts if is_of(p, draft, mark.since, files) and p.get("lifecycleState") != REFUSED]
            if len(posts) < COUNT or _changed_before(posts[-1], mark.since):
                break
        found.sort(key=lambda post: (made_at(post), str(post["id"])))
        return [_published(post) for post in found]

    async def earlier(self, urn: str, draft: Draft, since: datetime) -> bool:
        """A Page's posts can be read, so the one that a duplicate is refused for is looked at: it must have been made since the
        first sending of this draft, and say the same. An older one is somebody else's wish, and this post is refused."""
        post = await self._post(urn)
        return post is not None and post.get("author") == self.urn and is_of(post, draft, since - SKEW)

    async def metrics(self, post_id: str, window: str) -> Mapping[str, int]:
        return await figures.told(figures.of_post(self.rest, self.urn, post_id))

    async def account_metrics(self, window: str) -> Mapping[str, int]:
        return await figures.told(figures.of_page(self.rest, self.urn, window))

    async def _post(self, post_id: str) -> Mapping[str, Any] | None:
        try:
            post: Mapping[str, Any] = await self.rest.get(f"/posts/{encoded(post_id)}?viewContext=AUTHOR")
        except Rejected as error:
            if error.code != NOT_FOUND:
                raise
            return None
        if post.get("lifecycleState") == REFUSED:
            raise Rejected("LinkedIn accepted the post and then could not publish it", code="linkedin_publish_failed", said=REFUSED)
        return post

    async def _roles(self) -> tuple[dict[str, str], str]:
        """The Pages that the member may post for, with the role there; and the member's id."""
        found, member = dict[str, str](), ""
        for number in range(ACL_PAGES):
            path = f"/organizationAcls?q=roleAssignee&state=APPROVED&start={number * COUNT}&count={COUNT}"
            entries = (await self.rest.get(path, method="FINDER"))["elements"]
            for entry in entries:
                if entry.get("role") in ROLES and entry.get("state", "APPROVED") == "APPROVED":
                    member = _id_of(entry["roleAssignee"])
                    found.setdefault(_id_of(entry["organization"]), entry["role"])
            if len(entries) < COUNT:
                break
        return found, member

    async def _organizations(self, ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        """What the public knows of these Pages; whoever is no super admin may ask for no more."""
        found: dict[str, Mapping[str, Any]] = {}
        for start in range(0, len(ids), BATCH):
            answer = await self.rest.get(f"/organizationsLookup?ids={listed(ids[start : start + BATCH])}", method="BATCH_GET")
            found |= answer.get("results") or {}
        return found


def _published(post: Mapping[str, Any]) -> Published:
    post_id = str(post["id"])
    return Published(post_id, web_url(post_id), final=post.get("lifecycleState", PUBLISHED) == PUBLISHED)


def _changed_before(post: Mapping[str, Any], since: datetime) -> bool:
    return int(post.get("lastModifiedAt") or post["createdAt"]) < since.timestamp() * 1000


def _target(organization: str, role: str, about: Mapping[str, Any]) -> Target:
    known = {"vanityName": about.get("vanityName"), "role": role}
    name = about.get("localizedName") or f"LinkedIn Page {organization}"
    meta = {key: value for key, value in known.items() if value}
    return Target(organization, f"linkedin:page:{organization}", "linkedin_page", name, meta)


def _id_of(urn: str) -> str:
    return str(urn).rpartition(":")[2]
