"""A member's own profile: posting and deleting, which is all that a member's token allows.

A member's posts cannot be read back (`r_member_social` is closed), so `find` is not offered: where the answer to a post is lost, a
person decides. LinkedIn's refusal of duplicates does not decide it either. That a second sending is refused would prove the first,
but that it is accepted would not disprove it: how soon and for how long LinkedIn knows a repetition is documented nowhere, so a first
post that is still on its way would become two. And the post that a refusal names may be older than ours, or one that does not exist
(seen after deletions); nothing that this token may read would tell. So nothing is sent again unless a person who has looked says so,
and a duplicate that LinkedIn then names is told to that person, not adopted.
"""

from __future__ import annotations

from collections.abc import Sequence

from socialclaw.networks.linkedin.adapter import Author
from socialclaw.providers.draft import Target


class Member(Author):
    urn_kind = "person"

    async def targets(self) -> Sequence[Target]:
        """The one member behind the token."""
        me = await self.rest.userinfo()
        known = {"givenName": "given_name", "familyName": "family_name", "picture": "picture"}
        meta = {name: me[theirs] for name, theirs in known.items() if me.get(theirs)}
        member = str(me["sub"])
        return [Target(member, f"linkedin:member:{member}", "linkedin_member", me.get("name") or member, meta)]

    async def check(self) -> None:
        await self.rest.userinfo()
