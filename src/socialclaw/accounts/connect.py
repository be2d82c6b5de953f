"""Starting a connection: a network with OAuth is asked for consent in a browser, one with a form is proven and connected at once.

The OAuth state is random, signed, single use, kept as a digest and good for 15 minutes. It cannot be bound to a browser: the
one who starts is an API client, and the one who consents may sit elsewhere. What protects the consenting user instead is that
the connection only ever adds an account to the workspace whose key started it, and PKCE wherever the network has it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from socialclaw.accounts.connect_store import complete
from socialclaw.accounts.developer_apps import app_of
from socialclaw.accounts.directory import connection_wire
from socialclaw.accounts.lookup import provider_named
from socialclaw.accounts.mobile import callback_scheme_of
from socialclaw.accounts.tokens import Grant, scrub
from socialclaw.billing import counting, terms
from socialclaw.db.accounts import Account, Connection
from socialclaw.db.base import Scope, new_id, utc_now
from socialclaw.errors import InvalidRequest, ProviderError, RateLimited, Rejected, SocialClawError, Unauthorized, Unavailable
from socialclaw.providers import draft, oauth2
from socialclaw.providers.base import Discovers, Provider
from socialclaw.providers.connect import Field, Form, OAuth2
from socialclaw.providers.draft import Target
from socialclaw.providers.options import snake
from socialclaw.settings import Settings
from socialclaw.system import System
from socialclaw.vault import digest
from socialclaw.workspaces import limits

LIFE = timedelta(minutes=15)
LONGEST_VALUE = 2000
NOWHERE = "Connect again with an account that has one"


async def start(
    system: System,
    workspace_id: str,
    provider_name: object,
    values: Mapping[str, Any] | None = None,
    *,
    test: bool,
    client: object = None,
    callback_scheme: object = None,
) -> dict[str, Any]:
    """Start (OAuth) or make (form) a connection; returns it as the wire has it, `accounts` filled where it is made.

    `values` hold what the user pasted, by field name. Raises InvalidRequest for what the caller can fix, NotReady
    `provider_not_configured` (409), Conflict `workspace_limit_reached`, or what the network did instead of answering.
    """
    provider = provider_named(provider_name)
    columns: dict[str, Any] = {"id": new_id("conn"), "provider": provider.key}
    columns |= {"client": _word(client, "client"), "callback_scheme": callback_scheme_of(system.settings, callback_scheme)}
    if isinstance(provider.connect, Form):
        pasted = _pasted(provider, provider.connect.fields, values or {})
        try:
            async with system.acting(workspace_id, test=test):
                targets = await discover(system, provider, pasted, test=test)
        except ProviderError as error:
            if len(pasted) == 1 and isinstance(error, (Rejected, Unauthorized)):
                error.details.setdefault("path", next(iter(pasted)))  # there is nothing else that could be wrong
            raise explained(error, [*pasted.values()]) from None  # its cause may name a secret
        return await system.write(workspace_id, _connect, system, columns, targets, Grant(pasted), test=test)
    columns |= _consent(system, workspace_id, provider, provider.connect, columns["id"], test=test)
    return await system.write(workspace_id, _add, system.settings, columns, test=test)


def redirect_uri(system: System, provider: Provider) -> str:
    """Where the network sends the user back to; what an operator registers at the network."""
    return f"{system.settings.base_url}/oauth/{provider.key}/callback"


async def discover(system: System, provider: Provider, secrets_: Mapping[str, str], *, test: bool) -> Sequence[Target]:
    """The destinations these secrets open; Rejected where there are none."""
    adapter = provider.adapter(system.outbound.network(test=test), draft.Account(id="", secrets=dict(secrets_)))
    if not isinstance(adapter, Discovers):
        raise TypeError(f"the adapter of {provider.key} finds no destinations")
    targets = await adapter.targets()
    if not targets:
        prefix = provider.rules.prefix or provider.key
        message = f"{provider.label} offers no destination to publish to. {provider.nowhere or NOWHERE}"
        raise InvalidRequest(message, code=f"{prefix}_no_destination")
    return targets


def explained(error: ProviderError, secrets_: Sequence[str]) -> SocialClawError:
    """A network's refusal as the caller's to fix (422), its silence as ours to say (503); no secret in either."""
    message = scrub(error.message, secrets_)
    details = scrub(error.details, secrets_)
    match error:
        case RateLimited() | Unavailable():
            return SocialClawError(message, code=error.code, status=503, **details)
    return InvalidRequest(message, code=error.code, **details)


def _consent(system: System, workspace_id: str, provider: Provider, spec: OAuth2, connection_id: str, *, test: bool) -> dict[str, Any]:
    """The columns of a connection that waits for its user."""
    app = app_of(system.settings, provider, test=test)
    state, verifier = system.vault.sign(secrets.token_urlsafe(24)), oauth2.new_verifier()
    back = redirect_uri(system, provider)
    url = oauth2.authorize_url(spec, client_id=app.client_id, redirect_uri=back, state=state, verifier=verifier)
    return {
        "state_digest": digest(state),
        "sealed": system.vault.seal(verifier, bound_to=f"connections:{connection_id}:verifier"),
        "authorize_url": system.consent_link(url, workspace_id, test=test, seconds=LIFE.total_seconds()),
        "expires_at": utc_now() + LIFE,
    }


def _add(scope: Scope, settings: Settings, columns: Mapping[str, Any]) -> dict[str, Any]:
    limits.check(scope, settings, limits.OPEN_CONNECTIONS)
    _has_room(scope, settings, columns["provider"])
    row = scope.add(Connection(**columns))
    scope.session.flush()
    return connection_wire(row, [])


def _has_room(scope: Scope, settings: Settings, provider: str) -> None:
    """PlanRequired where the plan has no room for another account, unless one of that network may be connected again."""
    paid = terms.of(scope, settings)
    again = scope.all(Account).where(Account.provider == provider, Account.status != "disconnected").limit(1)
    if paid and counting.room(scope, paid) == 0 and not scope.count(again):
        raise counting.full(scope, paid)


def _connect(scope: Scope, system: System, columns: Mapping[str, Any], targets: Sequence[Target], grant: Grant) -> dict[str, Any]:
    row = scope.add(Connection(**columns))
    scope.session.flush()
    return connection_wire(row, complete(scope, system.vault, row, targets=targets, grant=grant, sells=system.settings))


def _pasted(provider: Provider, fields: Sequence[Field], values: Mapping[str, Any]) -> dict[str, str]:
    """The form's values, trimmed; 422 that names every one that is missing or not text."""
    prefix = provider.rules.prefix or provider.key
    found, issues = {}, []
    for field in fields:
        value = next((values[name] for name in (field.name, snake(field.name)) if values.get(name) is not None), None)
        text = str(value).strip() if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
        if not text:
            hint = f": {field.help}" if field.help else ""
            message = f"{provider.label} needs {field.name} ({field.label}){hint}"
            issues.append({"path": field.name, "code": f"{prefix}_credentials_required", "message": message})
        elif not _is_plain(text):
            message = f"{field.name} ({field.label}) contains characters that no network accepts, or more than {LONGEST_VALUE}"
            issues.append({"path": field.name, "code": f"{prefix}_credentials_invalid", "message": message})
        found[field.name] = text
    if issues:
        raise InvalidRequest(issues[0]["message"], code=issues[0]["code"], issues=issues)
    return found


def _word(value: object, name: str) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, str) and len(value) <= 100 and _is_plain(value):
        return value
    message = f"{name} must be plain text of at most 100 characters"
    raise InvalidRequest(message, issues=[{"path": name, "code": "invalid_request", "message": message}])


def _is_plain(text: str) -> bool:
    return len(text) <= LONGEST_VALUE and all(c.isprintable() for c in text)
