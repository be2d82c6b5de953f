"""What a person may do: five roles, each with all that the one before it has, and the rights that come with them.

A right is an operation that keys have too (`workspaces/operations.py`), or one that only people have. Each route of the API names the one
that it needs; nothing else decides what a role may call.
"""

from __future__ import annotations

from collections.abc import Collection

from socialclaw.errors import Forbidden, InvalidRequest
from socialclaw.spelling import nearest
from socialclaw.workspaces.operations import OPERATIONS

ROLES = {
    "viewer": "looks at everything but keys",
    "contributor": "prepares: drafts, and files for them",
    "editor": "lets posts go out, changes them and takes them back",
    "admin": "connects accounts, makes keys, invites people",
    "owner": "everything, also what cannot be undone; every workspace has one at least",
}
ORDER = tuple(ROLES)

# Which role has a right first.
LEAST = {
    "read": "viewer",
    "validate": "contributor",
    "media": "contributor",
    "draft": "contributor",
    "publish": "editor",
    "cancel": "editor",
    "refresh": "editor",
    "discard": "editor",
    "delete": "editor",
    "approve": "editor",
    "rehearse": "editor",
    "connect": "admin",
    "keys": "admin",
    "webhooks": "admin",
    "members": "admin",
    "workspace": "admin",
    "billing": "admin",
    "pay": "owner",
    "own": "owner",
}
# The rights that no key has, and that a key need not have where its operation is enough.
OF_PEOPLE = {
    "refresh": "have figures collected anew",
    "discard": "take files away, and the links under which they are delivered",
    "members": "invite people, change what they may do, remove them",
    "workspace": "change the settings of the workspace",
    "billing": "see the plan and what is paid for it",
    "pay": "buy, change and end a plan",
    "own": "delete the workspace, or make somebody else its owner",
}
FLAGGED = {"pay": "admin"}  # what an owner may allow to single people of this role: the flag `billingAdmin`


def known(role: str) -> str:
    """The role by this name, or InvalidRequest `role_unknown`."""
    if role not in ROLES:
        near = nearest(role, ROLES)
        meant = f": did you mean {near}? There are" if near else "; there are"
        message = f"Unknown role {role[:40]!r}{meant} {', '.join(ROLES)}"
        raise InvalidRequest(message, code="role_unknown", path="role", allowed=list(ROLES))
    return role


def at_least(role: str, least: str) -> bool:
    """Whether a role has all that another one has."""
    return ORDER.index(role) >= ORDER.index(least)


def rights(role: str, *, billing_admin: bool = False) -> frozenset[str]:
    """What somebody with this role may do."""
    flagged = {right for right, least in FLAGGED.items() if billing_admin and at_least(role, least)}
    return frozenset(right for right, least in LEAST.items() if at_least(role, least)) | flagged


class RoleRequired(Forbidden):
    """The role is too low; `details.role` is the lowest that would do, and `details.who` the people who have it."""

    code = "role_required"


def require(right: str, has: Collection[str], role: str) -> None:
    """RoleRequired where somebody with this role has not the right that is needed."""
    if right not in has:
        least = LEAST[right]
        what = OPERATIONS.get(right) or OF_PEOPLE[right]
        a = "an" if role[0] in "aeo" else "a"
        message = f"{a.capitalize()} {role} may not {what}: that takes the role {least}"
        raise RoleRequired(message, role=least, own=role, needs=right)
