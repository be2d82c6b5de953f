"""The matrix of roles: who may call what, held against what is written here by hand and against every operation that is served."""

from __future__ import annotations

import itertools

import httpx2
import pytest
from fastapi import FastAPI

from socialclaw.accounts.tokens import seal
from socialclaw.db.base import Scope
from socialclaw.people.roles import LEAST, OF_PEOPLE, ORDER, at_least, known, rights
from socialclaw.system import System
from socialclaw.workspaces.operations import OPERATIONS
from tests.api import rows
from tests.api.operations import Operation, every_personal_operation, operations
from tests.api.test_every_operation import filled
from tests.conftest import Member, Person, browser, person

LATER = "2090-01-01T00:00:00Z"
VIEWER, CONTRIBUTOR, EDITOR, ADMIN, OWNER = ORDER

# Every operation that a person may call, by the lowest role that may. None: whoever is signed in.
MATRIX = {
    None: "dashboard_session sign_out sign_out_everywhere list_sessions end_session list_workspaces create_workspace switch_workspace"
    " list_identities unlink_identity export_me list_exports_of_me delete_me",
    VIEWER: "get_usage get_workspace_health list_jobs list_connections connections_health get_connection list_accounts list_capabilities"
    " get_capabilities get_settings list_actions run_action list_posts get_post list_attempts run_status run_campaign get_run run_table"
    " list_labels list_repeats get_repeat list_preview_links export_table"
    " list_assets get_asset account_analytics post_analytics run_analytics list_networks read_feed list_faults"
    " read_clock remove_member dashboard_accounts dashboard_publish_settings dashboard_connection dashboard_posts dashboard_assets"
    " dashboard_events dashboard_attention dashboard_runs dashboard_slots dashboard_next_slots dashboard_asset_fit dashboard_analytics"
    " dashboard_asset_uses dashboard_account_posts get_alerts_by_mail change_alerts_by_mail billing_state app_store_account_token"
    " app_store_products list_events stream_events",
    CONTRIBUTOR: "validate_table import_table create_repeat"
    " validate_schedule preview_campaign apply_schedule upload_asset crop_asset register_asset initiate_upload sign_upload_part get_upload"
    " complete_upload abort_upload dashboard_upload_asset dashboard_initiate_upload dashboard_sign_upload_part"
    " dashboard_complete_upload dashboard_abort_upload dashboard_compose dashboard_update_post dashboard_delete_post"
    " dashboard_drafts dashboard_draft dashboard_save_draft dashboard_discard_draft dashboard_describe_asset",
    EDITOR: "create_preview_link revoke_preview_link change_repeat end_repeat"
    " publish_run reconcile_post retry_post delete_post cancel_post refresh_analytics delete_asset revoke_delivery arm_fault"
    " disarm_faults disarm_fault clear_feed forget_purchases set_growth set_destinations remove_app freeze_clock advance_clock resume_clock"
    " dashboard_reconcile_post"
    " dashboard_delete_asset dashboard_resolve_post dashboard_move_posts dashboard_set_slots",
    ADMIN: "change_workspace make_twin"
    " start_connection disconnect_account list_keys list_key_details create_key get_key revoke_key list_members change_member list_invites"
    " create_invite withdraw_invite resend_invite list_audit dashboard_disconnect_account dashboard_start_connection dashboard_keys"
    " dashboard_create_key"
    " dashboard_revoke_key dashboard_rotate_key create_webhook list_webhooks get_webhook change_webhook delete_webhook"
    " rotate_webhook_secret test_webhook replay_webhook list_deliveries get_delivery retry_delivery",
    OWNER: "dashboard_doctor export_workspace list_exports delete_workspace keep_workspace billing_checkout billing_manage app_store_claim",
}


def written() -> dict[str, str | None]:
    return {name: role for role, names in MATRIX.items() for name in names.split()}


def test_the_matrix_names_every_operation_that_a_person_may_call() -> None:
    served = {operation.name: operation.spec.get("x-role") for operation in operations() if operation.personal}
    assert served == written()


@every_personal_operation
async def test_each_role_calls_what_it_may_and_nothing_else(
    app: FastAPI, system: System, workspace: Member, owner: Person, operation: Operation
) -> None:
    least = written()[operation.name]
    for role in ORDER:
        someone = await person(system, (workspace.id, role))
        async with browser(app, someone) as api:
            answer = await api.request(operation.method, filled(operation.path, "nobody"), json=operation.least)
        if least is None or at_least(role, least):
            assert answer.status_code not in (401, 403) or operation.name in ("remove_member", "create_workspace"), (role, answer.text)
            continue
        assert (answer.status_code, answer.json()["code"]) == (403, "role_required"), role
        details = answer.json()["details"]
        assert (details["role"], details["own"], details["needs"]) == (least, role, operation.right)
        assert details["who"], "an owner has every role's rights"
        assert f"that takes the role {least}" in answer.json()["message"]


async def test_a_role_is_looked_at_before_the_body(app: FastAPI, system: System, workspace: Member) -> None:
    someone = await person(system, (workspace.id, VIEWER))
    async with browser(app, someone) as api:
        answer = await api.post("/v1/keys", content=b"{", headers={"content-type": "application/json"})
        assert answer.json()["code"] == "role_required"


def test_a_role_has_all_that_the_one_before_it_has() -> None:
    for lower, higher in itertools.pairwise(ORDER):
        assert rights(lower) < rights(higher)
    assert rights(OWNER) == LEAST.keys()


def test_every_right_is_of_keys_or_of_people_alone_and_every_operation_of_keys_is_a_right() -> None:
    assert LEAST.keys() == OPERATIONS.keys() | OF_PEOPLE.keys()
    assert not OPERATIONS.keys() & OF_PEOPLE.keys()


def test_only_a_flagged_admin_buys_beside_owners() -> None:
    able = {(role, flag) for role in ORDER for flag in (False, True) if "pay" in rights(role, billing_admin=flag)}
    assert able == {(ADMIN, True), (OWNER, False), (OWNER, True)}
    assert "own" not in rights(ADMIN, billing_admin=True)


def test_a_role_is_known_by_its_name() -> None:
    assert [known(role) for role in ORDER] == [*ORDER]


async def having_account(system: System, workspace: Member) -> str:
    def make(scope: Scope) -> str:
        account = rows.account(scope, "acme", provider="pinterest", handle="pinterest:acme", account_type="pinterest_user")
        account.sealed = seal(system.vault, account.id, {"access_token": "not-a-token"})
        return account.id

    return await system.write(workspace.id, make, test=True)


async def test_a_contributor_drafts_and_sends_nothing(app: FastAPI, system: System, workspace: Member) -> None:
    await system.write(
        workspace.id, lambda scope: rows.account(scope, "acme", provider="x", handle="x:@acme", account_type="x_user"), test=True
    )
    someone = await person(system, (workspace.id, CONTRIBUTOR))
    schedule = {"posts": [{"account": "x:@acme", "description": "Hi", "publish_at": "2090-01-01T00:00:00Z"}]}
    async with browser(app, someone) as api:
        refused = await api.post("/v1/posts/apply", json=schedule)
        assert (refused.status_code, refused.json()["code"]) == (403, "role_required")
        assert refused.json()["details"]["role"] == EDITOR
        made = await api.post("/v1/posts/apply", json={**schedule, "mode": "draft"})
        assert made.status_code == 201, made.text


async def test_a_contributor_changes_and_takes_away_their_own_drafts_alone(app: FastAPI, system: System, workspace: Member) -> None:
    await system.write(
        workspace.id, lambda scope: rows.account(scope, "acme", provider="x", handle="x:@acme", account_type="x_user"), test=True
    )
    one, other, editor = [await person(system, (workspace.id, role)) for role in (CONTRIBUTOR, CONTRIBUTOR, EDITOR)]
    async with browser(app, one) as own, browser(app, other) as another, browser(app, editor) as above:
        made = await own.post("/v1/dashboard/compose", json={"account": "x:@acme", "text": "Hi", "draft": True, "publishAt": LATER})
        assert (made.json()["run"]["source"], made.json()["run"]["madeBy"]) == ("dashboard", one.id)
        where = f"/v1/dashboard/posts/{made.json()['posts'][0]['id']}"
        change = {"account": "x:@acme", "publishAt": LATER, "text": "Better"}
        for answer in (await another.patch(where, json=change), await another.delete(where)):
            assert (answer.status_code, answer.json()["details"]["role"]) == (403, EDITOR)
        assert (await own.patch(where, json=change)).json()["post"]["description"] == "Better"
        assert (await above.patch(where, json=change)).status_code == 200
        assert (await above.post(f"/v1/runs/{made.json()['run']['id']}/publish")).status_code == 200
        for answer in (await own.patch(where, json=change), await own.delete(where)):
            assert (answer.status_code, answer.json()["details"]["role"]) == (403, EDITOR)


@pytest.mark.parametrize("role", ORDER)
async def test_an_action_that_changes_something_takes_an_admin(app: FastAPI, system: System, workspace: Member, role: str) -> None:
    account = await having_account(system, workspace)
    someone = await person(system, (workspace.id, role))
    async with browser(app, someone) as api:
        answer = await api.post(f"/v1/accounts/{account}/actions/create-board", json={"name": "Recipes"})
        assert (answer.status_code == 403) == (not at_least(role, ADMIN)), answer.text


@pytest.mark.parametrize("role", ORDER)
async def test_a_preview_takes_a_contributor(app: FastAPI, system: System, workspace: Member, role: str) -> None:
    """It judges what is about to be posted: whoever only looks has no use for it."""
    account = await having_account(system, workspace)
    someone = await person(system, (workspace.id, role))
    async with browser(app, someone) as api:
        answer = await api.post(f"/v1/accounts/{account}/actions/publish-preview", json={"description": "Hi"})
        if at_least(role, CONTRIBUTOR):
            assert answer.status_code not in (401, 403), answer.text
        else:
            assert (answer.status_code, answer.json()["details"]["role"]) == (403, CONTRIBUTOR)


@pytest.mark.parametrize("role", ORDER)
async def test_a_member_leaves_but_only_an_admin_removes_others(
    app: FastAPI, system: System, workspace: Member, owner: Person, role: str
) -> None:
    someone, other = await person(system, (workspace.id, role)), await person(system, (workspace.id, VIEWER))
    async with browser(app, someone) as api:
        removed = await api.delete(f"/v1/dashboard/members/{other.id}")
        assert removed.status_code == (200 if at_least(role, ADMIN) else 403)
        assert (await api.delete(f"/v1/dashboard/members/{someone.id}")).status_code == 200
        assert (await api.get("/v1/accounts")).json()["code"] == "no_workspace"


async def test_a_role_that_was_changed_holds_from_the_next_request_on(
    app: FastAPI, system: System, workspace: Member, owner: Person
) -> None:
    someone = await person(system, (workspace.id, VIEWER))
    async with browser(app, someone) as api, browser(app, owner) as boss:
        assert (await api.get("/v1/keys")).status_code == 403
        changed = await boss.patch(f"/v1/dashboard/members/{someone.id}", json={"role": ADMIN})
        assert changed.json()["member"]["role"] == ADMIN
        assert (await api.get("/v1/keys")).status_code == 200
        await boss.patch(f"/v1/dashboard/members/{someone.id}", json={"role": VIEWER})
        assert (await api.get("/v1/keys")).json()["code"] == "session_invalid", "who loses something is signed out"


async def test_a_key_that_a_person_makes_may_be_no_more_than_they(app: FastAPI, system: System, workspace: Member) -> None:
    someone = await person(system, (workspace.id, ADMIN))
    async with browser(app, someone) as api:
        made: httpx2.Response = await api.post("/v1/keys", json={})
        assert made.json()["operations"] == [*OPERATIONS]
