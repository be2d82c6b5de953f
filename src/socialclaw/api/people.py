"""/v1/dashboard: who is signed in and where, and the people of a workspace."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from socialclaw.api.answers import ok
from socialclaw.api.deps import Caller, CallerContext, Installation, Person, open_problems, problems
from socialclaw.api.filters import Limit, Offset
from socialclaw.api.openapi import DASHBOARD
from socialclaw.api.operation import Operation, repeats_itself, signed_in
from socialclaw.api.schemas import (
    AuditResponse,
    DashboardSessionResponse,
    InviteResponse,
    InvitesResponse,
    MemberResponse,
    MembersResponse,
    OkResponse,
    SessionsResponse,
    WorkspaceResponse,
    WorkspacesResponse,
)
from socialclaw.api.schemas.people import InviteRequest, MemberRequest
from socialclaw.api.schemas.workspaces import SwitchRequest, WorkspaceChange, WorkspaceRequest
from socialclaw.api.sign_in import ways
from socialclaw.api.visitors import Visitor, visitor
from socialclaw.errors import NotFound, Unauthenticated
from socialclaw.people import audit, card, mailed, members, sessions, ways_in
from socialclaw.workspaces import tenants

router = APIRouter(route_class=Operation, prefix="/v1/dashboard", tags=[DASHBOARD])

OPTIONAL: dict[str, Any] = {"security": [{"session": []}, {}]}


@router.get(
    "/session",
    summary="Dashboard session",
    response_model=DashboardSessionResponse,
    responses=open_problems(),
    openapi_extra=OPTIONAL,
)
async def dashboard_session(system: Installation, request: Request) -> Response:
    """Who is signed in, in which workspace and as what; `authenticated` is false where nobody is. `X-Workspace` names another workspace."""
    try:
        who = await visitor(request)
    except Unauthenticated as error:
        if error.code == "session_invalid":
            request.app.state.rates.refuse(request)
        return ok(**card.NOBODY, **ways(request))
    return ok(**await system.database.read(card.card, system.settings, who.signed, who.seat), **ways(request))


@router.get("/sessions", summary="List sessions", response_model=SessionsResponse, responses=problems())
@signed_in()
async def list_sessions(system: Installation, person: Person) -> Response:
    """Where you are signed in, the last used first; `current` is the session that this is sent with."""
    rows = await system.database.read(sessions.listed, system.settings.sign_in, person.user_id)
    return ok(sessions=[card.device(row, person.session_id) for row in rows])


@router.delete("/sessions/{sessionId}", summary="End a session", response_model=OkResponse, responses=problems(404))
@signed_in()
async def end_session(system: Installation, request: Request, person: Person, sessionId: str) -> Response:
    """Sign yourself out on one device. Other processes follow within a second."""
    await system.database.write(sessions.end, person.user_id, sessionId)
    request.app.state.sessions.forget(sessionId)
    return ok()


@router.get("/workspaces", summary="List workspaces", response_model=WorkspacesResponse, responses=problems())
@signed_in()
async def list_workspaces(person: Person) -> Response:
    """The workspaces that you are a member of, and as what."""
    return ok(workspaces=[card.workspace(seat) for seat in person.seats])


@router.post(
    "/workspaces", summary="Make a workspace", status_code=201, response_model=WorkspaceResponse, responses=problems(400, 409, 413, 422)
)
@repeats_itself
@signed_in()
async def create_workspace(system: Installation, request: Request, person: Person, body: WorkspaceRequest) -> Response:
    """Make a workspace and be its owner, which takes that you own one already. `mode` is `live` (the default) or `test`.

    With a live one comes its twin, a test workspace of the same people, unless `twin` is false or the server has no sandbox."""
    mode = body.mode or "live"
    twin = mode == "live" and (system.settings.sandbox != "off" if body.twin is None else body.twin)
    row = await system.database.write(members.new_workspace, system.settings, person.user_id, body.name, mode, twin=twin)
    request.app.state.sessions.forget_all()
    return ok(201, **await system.database.read(tenants.with_twin, row.id))


@router.post(
    "/workspace/twin", summary="Make the twin", status_code=201, response_model=WorkspaceResponse, responses=problems(400, 409, 413, 422)
)
@signed_in("workspace")
async def make_twin(caller: Caller, request: Request) -> Response:
    """Make the test workspace of a live one that has none yet: the same people are in it, in the same parts, from now on."""
    settings = caller.system.settings
    await caller.system.database.write(members.new_twin, settings, caller.workspace_id)
    request.app.state.sessions.forget_all()
    return ok(201, **await caller.system.database.read(tenants.with_twin, caller.workspace_id))


@router.patch("/workspace", summary="Change the workspace", response_model=WorkspaceResponse, responses=problems(400, 409, 413, 422))
@signed_in("workspace")
async def change_workspace(caller: Caller, request: Request, body: WorkspaceChange) -> Response:
    """Change the workspace's name, its slug, its time zone (an IANA name) and the day on which its weeks begin, its media policy
    (`strict` or `fit`), or how many minutes late its posts may go out."""
    row = await caller.write(tenants.change, tenants.Changed(**body.model_dump()))
    request.app.state.sessions.forget_all()
    return ok(tenant=tenants.tenant(row))


@router.post(
    "/workspace/switch", summary="Switch workspace", response_model=DashboardSessionResponse, responses=problems(400, 404, 413, 422)
)
@repeats_itself
@signed_in()
async def switch_workspace(system: Installation, request: Request, person: Person, body: SwitchRequest) -> Response:
    """Say which workspace this session means where a request names none by `X-Workspace`."""
    seat = person.seat(body.id)
    if seat is None:
        raise NotFound("There is no such workspace among yours", code="workspace_not_found")
    await system.database.write(sessions.use, person.session_id, seat.workspace_id)
    request.app.state.sessions.forget(person.session_id)
    return ok(**await system.database.read(card.card, system.settings, person, seat), **ways(request))


@router.get("/members", summary="List members", response_model=MembersResponse, responses=problems())
@signed_in("members")
async def list_members(caller: Caller) -> Response:
    """The people of the workspace, in the order in which they came."""
    return ok(members=[members.wire(*found) for found in await caller.read(members.listed)])


@router.patch("/members/{userId}", summary="Change a member", response_model=MemberResponse, responses=problems(400, 404, 409, 413, 422))
@signed_in("members")
async def change_member(caller: Caller, request: Request, userId: str, body: MemberRequest) -> Response:
    """Give somebody another role. Nobody gives or takes more than they have; who loses something is signed out; an owner always remains.

    Making somebody an owner takes a sign-in of the last 15 minutes.
    """
    by, flag = _visitor(caller).seat, body.billing_admin
    if body.role == "owner":
        caller.require_fresh()
    row, user = await caller.write(members.change, userId, body.role, by=by.role if by else "", billing_admin=flag)
    request.app.state.sessions.forget_all()
    return ok(member=members.wire(row, user))


@router.delete("/members/{userId}", summary="Remove a member", response_model=MemberResponse, responses=problems(404, 409))
@signed_in("read")
async def remove_member(caller: Caller, request: Request, userId: str) -> Response:
    """Take somebody out of the workspace, who is signed out by it; or leave it yourself, for which your own role is enough."""
    who = _visitor(caller)
    leaving = userId == who.signed.user_id
    if not leaving:
        caller.require("members")
    row, user = await caller.write(members.remove, userId, by=None if leaving or who.seat is None else who.seat.role)
    request.app.state.sessions.forget_all()
    return ok(member=members.wire(row, user))


@router.get("/invites", summary="List invitations", response_model=InvitesResponse, responses=problems())
@signed_in("members")
async def list_invites(caller: Caller) -> Response:
    """The invitations that nobody has accepted yet, the newest first."""
    return ok(invites=[ways_in.invite_wire(row) for row in await caller.read(ways_in.invites)])


@router.post("/invites", summary="Invite", status_code=201, response_model=InviteResponse, responses=problems(400, 409, 413, 422))
@signed_in("members")
async def create_invite(caller: Caller, body: InviteRequest) -> Response:
    """Make a link by which somebody becomes a member, within seven days and once. `url` is in this answer and in no other: hand it on.

    Without `email` whoever has the link may come, also as a new person; with one, only who has proven that the address is theirs. Where
    the server sends mail the link goes there too, which `mailed` tells: an address gets a few in an hour at most."""
    who, system = _visitor(caller), caller.system
    by = who.seat.role if who.seat else ""
    inviter = who.signed.user_id
    row, secret, sent = await caller.write(mailed.invite, system.settings, system.vault, body.role, body.email, by=by, inviter=inviter)
    return ok(201, invite=ways_in.invite_wire(row), url=mailed.link(system.settings, secret), mailed=sent)


@router.post("/invites/{inviteId}/resend", summary="Resend an invitation", response_model=InviteResponse, responses=problems(404))
@repeats_itself
@signed_in("members")
async def resend_invite(caller: Caller, inviteId: str) -> Response:
    """Make another link for an open invitation, good for seven days from now; the one before opens nothing any more.

    It is mailed as the first one was: `mailed` is false where there is no address, the server sends no mail, or the address has had as
    many as it gets in an hour. `url` is in this answer and in no other."""
    who, system = _visitor(caller), caller.system
    by, inviter = who.seat.role if who.seat else "", who.signed.user_id
    row, secret, sent = await caller.write(mailed.resend, system.settings, system.vault, inviteId, by=by, inviter=inviter)
    return ok(invite=ways_in.invite_wire(row), url=mailed.link(system.settings, secret), mailed=sent)


@router.delete("/invites/{inviteId}", summary="Withdraw an invitation", response_model=InviteResponse, responses=problems(404))
@signed_in("members")
async def withdraw_invite(caller: Caller, inviteId: str) -> Response:
    """Take an invitation back: its link opens nothing any more."""
    return ok(invite=ways_in.invite_wire(await caller.write(ways_in.withdraw, inviteId)))


@router.get("/audit", summary="List what people did", response_model=AuditResponse, responses=problems(422))
@signed_in("members")
async def list_audit(caller: Caller, limit: Limit = 100, offset: Offset = 0) -> Response:
    """What people did in the workspace, the latest first: each change by whom, when, and to what. What keys do is not among it."""
    return ok(lines=await caller.read(audit.listed, limit=limit, offset=offset), limit=limit, offset=offset)


def _visitor(caller: CallerContext) -> Visitor:
    """The person behind a route that takes nobody else."""
    assert caller.visitor is not None
    return caller.visitor
