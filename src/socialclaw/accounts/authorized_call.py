"""Asking a network something as an account, beside publishing: with fresh credentials, and one refresh after a 401."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from socialclaw.accounts import credentials
from socialclaw.accounts.connect import explained
from socialclaw.accounts.lookup import provider_of
from socialclaw.db.accounts import Account
from socialclaw.errors import Conflict, ProviderError, Unauthorized
from socialclaw.providers import draft
from socialclaw.system import System

T = TypeVar("T")


async def ask(system: System, row: Account, do: Callable[[Any, draft.Account], Awaitable[T]], *, test: bool) -> T:
    """What `do(adapter, account)` returns.

    Raises Conflict `account_reconnect_required` where a person must connect the account again; else what the network did, as the
    caller's to fix (422) or to try again (503), without secrets.
    """
    secrets: set[str] = set()

    async def done(opened: draft.Account) -> T:
        secrets.update(opened.secrets.values())
        return await do(provider_of(row).adapter(system.outbound.network(test=test), opened), opened)

    try:
        async with system.acting(row.workspace_id, test=test):
            return await credentials.using(system, row, done)
    except Unauthorized as error:
        raise Conflict(f"{row.handle} must be connected again", code="account_reconnect_required", cause=error.code) from None
    except ProviderError as error:
        raise explained(error, [*secrets]) from None
