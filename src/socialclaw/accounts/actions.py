"""Discovery actions: what can be asked of an account before anything is published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from socialclaw.accounts import directory
from socialclaw.accounts.authorized_call import ask
from socialclaw.accounts.lookup import provider_of, target_of
from socialclaw.accounts.sync import sync
from socialclaw.db.accounts import Account
from socialclaw.db.base import Scope
from socialclaw.errors import InvalidRequest, NotFound
from socialclaw.providers import draft
from socialclaw.providers.base import Action
from socialclaw.system import System

INPUT: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "description": "Title, or first line of the text. Also: title."},
        "description": {"type": "string", "description": "The text. Also: text."},
        "media_link": {"type": "string", "description": "URL of one media file. Also: mediaLink."},
        "assets": {
            "type": "array",
            "description": "Media files: URLs, or objects with a url and what is known of the file.",
        },
        "settings": {"type": "object", "description": "The account type's publish settings."},
        "interaction_type": {"type": "string", "description": "post, reply or comment. Also: interactionType."},
        "media_policy": {"type": "string", "description": "strict or fit. Also: mediaPolicy."},
        "reply_to_step_id": {"type": "string", "description": "What a reply replies to. Also: replyToStepId, parentStepId."},
    },
}


async def _runs_elsewhere(adapter: Any, body: Mapping[str, Any]) -> Mapping[str, Any]:
    raise TypeError("this action needs more than an adapter")


PREVIEW = Action(
    id="publish-preview",
    label="Preview a post",
    description="Shows what a post would become on this account, and what is wrong with it, without publishing anything.",
    run=_runs_elsewhere,
    input_schema=INPUT,
)

SYNC = "sync-targets"

_JSON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
}


def actions_of(row: Account) -> tuple[Action, ...]:
    """What can be asked of this account."""
    target = target_of(row)
    own = [action for action in provider_of(row).actions if not action.targets or target.name in action.targets]
    return (PREVIEW, *([_sync_action(target.sync)] if target.sync else []), *own)


def _sync_action(label: str) -> Action:
    return Action(
        id=SYNC,
        label=label,
        description="Looks for the destinations behind this account again and connects the new ones.",
        run=_runs_elsewhere,
        operation="connect",
    )


def action_wire(action: Action, provider: str) -> dict[str, Any]:
    """An action for clients that draw a form from a JSON schema, and for those that read `input.fields`."""
    required = action.input_schema.get("required", ())
    properties = action.input_schema.get("properties", {})
    fields = [
        {"id": name, "type": field.get("type", "string"), "required": name in required, "description": field.get("description", "")}
        for name, field in properties.items()
    ]
    return {
        "id": action.id,
        "label": action.label,
        "description": action.description,
        "provider": provider,
        "operation": action.operation,
        "inputSchema": dict(action.input_schema),
        "input": {"fields": fields},
    }


async def run(system: System, workspace_id: str, account_id: str, action_id: str, body: Mapping[str, Any], *, test: bool) -> dict[str, Any]:
    """The `result` of an action. NotFound `action_not_found`, InvalidRequest for a wrong body, or what the network did."""
    row, action = await system.read(workspace_id, found, account_id, action_id, test=test)
    _check(body, action)
    result = await _ask(system, row, action, body, test=test)
    named = {"id": row.id, "handle": row.handle, "provider": row.provider, "accountType": row.account_type}
    return {**result, "actionId": action.id, "account": named}


def found(scope: Scope, account_id: str, action_id: str) -> tuple[Account, Action]:
    """An account and the action of it; NotFound `action_not_found` names those that it has."""
    row = directory.account(scope, account_id)
    known = {action.id: action for action in actions_of(row)}
    if action_id not in known:
        message = f"{row.handle} has no such action; it has: {', '.join(known)}"
        raise NotFound(message, code="action_not_found", actions=[*known])
    return row, known[action_id]


async def _ask(system: System, row: Account, action: Action, body: Mapping[str, Any], *, test: bool) -> Mapping[str, Any]:
    async def run_it(adapter: Any, opened: draft.Account) -> Mapping[str, Any]:
        return await sync(system, row, opened, test=test) if action.id == SYNC else await action.run(adapter, body)

    return await ask(system, row, run_it, test=test)


def _check(body: Mapping[str, Any], action: Action) -> None:
    """The required fields are there, and what the schema names has the type it says."""
    schema = action.input_schema
    issues = [
        {"path": name, "code": "action_input_invalid", "message": f"{name} is required"}
        for name in schema.get("required", ())
        if body.get(name) in (None, "")
    ]
    for name, field in schema.get("properties", {}).items():
        value, wanted = body.get(name), _JSON_TYPES.get(field.get("type", ""))
        fits = value is None or wanted is None or (isinstance(value, wanted) and (bool in wanted or not isinstance(value, bool)))
        if not fits:
            issues.append({"path": name, "code": "action_input_invalid", "message": f"{name} must be of type {field['type']}"})
    if issues:
        raise InvalidRequest(issues[0]["message"], code="action_input_invalid", issues=issues)
