"""People: who is signed in, where they may go, and who else is there."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import StrictBool, StrictInt

from socialclaw.api.dialect import Inline, MaybeObject, OpenObject, Schema, Time, optional
from socialclaw.api.schemas.envelopes import OkResponse
from socialclaw.api.schemas.status import Tenant

Role = Literal["viewer", "contributor", "editor", "admin", "owner"]


class WorkspaceSeat(Schema):
    """A workspace that somebody is a member of. `twinId`: its test workspace, or the live one that it is for.

    `deletesAt`: when it is deleted for good, where that is so.
    """

    id: str
    name: str
    slug: str
    mode: Literal["live", "test"]
    twin_id: str | None
    role: Role
    deletes_at: Time = optional()


class CurrentSession(Schema):
    """The session that asks. `fresh`: they have signed in within the last minutes."""

    id: str
    kind: Literal["web", "mobile"]
    created_at: Time
    expires_at: Time
    fresh: StrictBool


class LinkedIdentity(Schema):
    """A way in which somebody can sign in; `local` is the link that the server prints."""

    provider: str
    email: str | None
    linked_at: Time


class SignedInUser(Schema):
    """Who is signed in."""

    id: str
    email: str | None
    email_verified: StrictBool
    name: str | None
    picture: str | None
    identities: list[LinkedIdentity]
    created_at: Time


class OwnMembership(Schema):
    """One's part in a workspace. `permissions` are the rights that come with the role."""

    role: Role
    billing_admin: StrictBool
    joined_at: Time
    permissions: list[str]


class DashboardSessionResponse(OkResponse):
    """Who is signed in, in which workspace, as what. Nobody is `authenticated: false`. `ways`: how one can sign in here. `billing`: whether
    the workspace needs a plan."""

    authenticated: StrictBool = optional()
    user: SignedInUser | None = None
    tenant: Tenant | None = None
    membership: OwnMembership | None = None
    workspaces: list[WorkspaceSeat] = optional()
    session: CurrentSession = optional()
    ways: list[str] = optional()
    billing: StrictBool = optional()


class Device(Schema):
    """A session of one's own. `current`: the one that asks."""

    id: str
    kind: Literal["web", "mobile"]
    agent: str | None
    created_at: Time
    seen_at: Time
    expires_at: Time
    current: StrictBool


class SessionsResponse(OkResponse):
    """Where one is signed in, the last used first."""

    sessions: list[Device]


class Member(Schema):
    """Somebody in the workspace."""

    id: str
    name: str | None
    email: str | None
    role: Role
    billing_admin: StrictBool
    joined_at: Time


class MembersResponse(OkResponse):
    """The workspace's people, in the order in which they came."""

    members: list[Member]


class MemberResponse(OkResponse):
    """One of the workspace's people."""

    member: Member


class Invite(Schema):
    """An open invitation. `invitedBy`: the id of whoever made it."""

    id: str
    role: Role
    email: str | None
    invited_by: str | None
    created_at: Time
    expires_at: Time


class InvitesResponse(OkResponse):
    """The invitations that are open, the newest first."""

    invites: list[Invite]


class InviteResponse(OkResponse):
    """An invitation; its `url`, and whether that was `mailed` too, is in the answer that made it and in no other."""

    invite: Invite
    url: str = optional()
    mailed: StrictBool = optional()


class WorkspacesResponse(OkResponse):
    """The workspaces that one is a member of, in the order in which one came."""

    workspaces: list[WorkspaceSeat]


class AuditLine(Schema):
    """Something that a person did. `by` is null of who is deleted; `subject`: the id of what it was done to."""

    id: str
    at: Time
    action: str
    subject: str | None
    by: MaybeObject
    details: OpenObject


class AuditResponse(OkResponse):
    """What people did in the workspace, the latest first."""

    lines: list[AuditLine]
    limit: StrictInt
    offset: StrictInt


class IdentityOut(Schema):
    """A way in of one's own. `removable`: whether there is another one, so that this one may go."""

    id: str
    provider: str
    email: str | None
    linked_at: Time
    removable: StrictBool


class IdentitiesResponse(OkResponse):
    """What one can sign in with, in the order in which it came."""

    identities: list[IdentityOut]


class ExportOut(Schema):
    """A copy of everything. `url`: where the file is, until `expiresAt`, once it is `ready`; whoever has it may fetch it."""

    id: str
    status: Literal["preparing", "ready", "failed"]
    size: StrictInt | None
    created_at: Time
    expires_at: Time | None
    error: str | None
    url: str | None


class ExportResponse(OkResponse):
    """The copy that is being prepared."""

    export: ExportOut


class ExportsResponse(OkResponse):
    """The copies that there are, the newest first."""

    exports: list[ExportOut]


class ClosingResponse(OkResponse):
    """When the workspace is deleted for good; `twinId`: the test workspace that goes with it."""

    deletes_at: Time
    twin_id: str | None


class CloseRequest(Inline):
    """The workspace's name, as it is written: to show that this one is meant."""

    name: str


class LinkRequest(Inline):
    """The secret of a link: what stands after its last slash."""

    misses: ClassVar = {"ticket": "token", "secret": "token", "link": "token"}

    token: str
    name: str | None = None


class MailRequest(Inline):
    """Where to mail a link to. `returnTo`: a path of this server to go to afterwards; `invite`: the secret of an invitation; `link`: be
    known by this address too, whoever is signed in."""

    misses: ClassVar = {"mail": "email", "address": "email", "next": "returnTo", "redirect": "returnTo"}

    email: str
    return_to: str | None = None
    invite: str | None = None
    link: StrictBool | None = None


class MailCodeRequest(Inline):
    """The code from the mail; what is between its letters does not matter."""

    code: str


class MailAskedResponse(OkResponse):
    """What happens next, whoever asks. `expiresAt`: until when a link that is on its way is good."""

    message: str
    expires_at: Time


class InviteRequest(Inline):
    """Whom to invite. Without `email`, whoever has the link may come."""

    misses: ClassVar = {"mail": "email", "address": "email"}

    role: str
    email: str | None = None


class MemberRequest(Inline):
    """What somebody is to be."""

    role: str
    billing_admin: StrictBool | None = None
