"""What kind of destination is meant: a provider by the name a client uses, an account's provider and target type."""

from __future__ import annotations

from socialclaw.db.accounts import Account
from socialclaw.errors import InvalidRequest
from socialclaw.networks import canonical, providers
from socialclaw.providers.base import Provider, TargetType


def provider_named(name: object) -> Provider:
    """The provider behind a key or an alias; 422 `provider_unsupported` with the allowed keys."""
    key = canonical(name) if isinstance(name, str) else None
    if key is not None:
        return providers()[key]
    allowed = sorted(providers())
    message = f"Unknown provider {_shown(name)}; allowed: {', '.join(allowed)}"
    issue = {"path": "provider", "code": "provider_unsupported", "message": message}
    raise InvalidRequest(message, code="provider_unsupported", allowed=allowed, issues=[issue])


def provider_of(row: Account) -> Provider:
    return providers()[row.provider]


def target_of(row: Account) -> TargetType:
    """The type an account was stored with; one this version does not know is judged by its handle, then as the first type."""
    provider = provider_of(row)
    return provider.target(row.account_type) or provider.target_of(row.handle) or provider.targets[0]


def _shown(name: object) -> str:
    return repr(name if len(str(name)) <= 40 else f"{str(name)[:40]}…").encode("ascii", "backslashreplace").decode()
