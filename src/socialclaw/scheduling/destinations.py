"""Where a post goes: the account and provider a document names, resolved once for all posts that name them alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from socialclaw import networks
from socialclaw.networks.names import PROVIDER_KEYS
from socialclaw.providers.issues import Issue, shown
from socialclaw.scheduling.judge import Judge
from socialclaw.scheduling.plan import Destination, Directory


@dataclass(frozen=True, slots=True)
class Place:
    """What is known of a destination before a post is looked at. `first` and `last` issues frame those of the post.

    `first`: account and provider do not fit together, or tell nothing. `last`: the account is missing, unknown, or not
    able to publish. Their paths are below the post.
    """

    account: str = ""
    account_id: str | None = None
    provider: str = ""
    judge: Judge | None = None
    first: tuple[Issue, ...] = ()
    last: tuple[Issue, ...] = ()
    about: Mapping[str, Any] | None = None
    sound: bool = False  # there is nothing against the account
    destination: tuple[str, str] | None = None  # the family of types and the id there; several accounts may have one


class Places:
    """Finds places; remembers them, and the judges that accounts of one type share."""

    def __init__(self, accounts: Directory) -> None:
        self._accounts = accounts
        self._judges: dict[tuple[str, str], Judge | None] = {}

    def find(self, account: str, provider: str) -> Place:
        """The place behind an account (a handle or an id, or empty) and a stated provider (or empty)."""
        stated = _known(provider)
        inferred = _of_handle(account)
        found = (self._accounts(account, inferred or stated) or self._accounts(account, None)) if account else None
        own = found.provider if found else inferred
        key = own or stated
        first = _mismatch(account, stated, own) if stated and own and stated != own else ()
        if key is None:
            return Place(account, first=self._undecided(account), last=self._missing(account))
        last, judge = self._last(account, key, found), self._judge(key, found, account)
        return Place(
            account=found.handle if found else account,
            account_id=found.id if found else None,
            provider=key,
            judge=judge,
            first=first,
            last=last,
            about=found.about if found else None,
            sound=not last,
            destination=_destination(key, judge, found),
        )

    def _judge(self, key: str, found: Destination | None, account: str) -> Judge | None:
        name = (key, (found.account_type if found else "") or f":{account.rpartition(':')[0]}")
        if name not in self._judges:
            self._judges[name] = _judge(key, found, account)
        return self._judges[name]

    def _last(self, account: str, key: str, found: Destination | None) -> tuple[Issue, ...]:
        if not account:
            return self._missing(account)
        if key not in networks.providers():
            return ()
        details = {"account": shown(account), "provider": key}
        if found is None or found.status == "disconnected":
            return (self._unknown(account, details),)
        issues = []
        if found.status == "reconnect_required":
            message = f"{found.handle} has to be connected again before anything can be published to it"
            issues.append(Issue("account_reconnect_required", message, "account", {**details, "accountId": found.id}))
        judge = self._judge(key, found, account)
        if not found.publishes or (judge and not judge.target.publishes):
            message = f"{found.handle} is an identity that cannot be published to; choose one of its targets"
            issues.append(Issue("account_not_publishable", message, "account", {**details, "accountId": found.id}))
        return tuple(issues)

    def _undecided(self, account: str) -> tuple[Issue, ...]:
        """No provider can be told. Something that looks like one of our ids is an unknown account rather than a bad handle."""
        if account.startswith("acct_"):
            return ()
        meant, near = self._meant(account)
        message = f"Name the account by its id or by a handle such as network:@name, or state its provider{meant}"
        return (Issue("provider_required", message, "provider", {"account": shown(account), **near} if account else {}),)

    def _missing(self, account: str) -> tuple[Issue, ...]:
        if not account:
            return (Issue("account_required", "Name the account to publish to, by its handle or its id", "account"),)
        return (self._unknown(account, {"account": shown(account)}),) if account.startswith("acct_") else ()

    def _unknown(self, account: str, details: dict[str, Any]) -> Issue:
        meant, near = self._meant(account)
        message = f"No account {shown(account)!r} is connected in this workspace{meant}"
        return Issue("account_not_found", message, "account", {**details, **near})

    def _meant(self, account: str) -> tuple[str, dict[str, Any]]:
        """Handles that are close to a wrong one, for people and for programs."""
        near = self._accounts.near(account) if account else []
        return (f"; did you mean {' or '.join(map(shown, near))}?", {"candidates": [*map(shown, near)]}) if near else ("", {})


def _judge(key: str, found: Destination | None, account: str) -> Judge | None:
    """A stored account type wins over what the handle tells; a type of its own family is judged as the first."""
    provider = networks.providers().get(key)
    if provider is None:
        return None
    stored = found.account_type if found else ""
    target = provider.target(stored) or provider.target_of(found.handle if found else account) or provider.targets[0]
    return Judge(provider, target, stored)


def _destination(key: str, judge: Judge | None, found: Destination | None) -> tuple[str, str] | None:
    """What settings a type has is what kind of destination it is, whichever provider connected it; its handle ends in its id."""
    return (judge.target.settings_prefix or key, found.handle.rpartition(":")[2].lower()) if judge and found else None


def _known(provider: str) -> str | None:
    """The provider behind a key or alias. A word that names none counts as not given."""
    word = provider.strip().lower()
    return networks.canonical(word) or (word if word in PROVIDER_KEYS else None)


def _of_handle(account: str) -> str | None:
    """The provider a handle names, whether its network is built or not."""
    return networks.provider_of_handle(account) or (_known(account.partition(":")[0]) if ":" in account else None)


def _mismatch(account: str, stated: str, own: str) -> tuple[Issue, ...]:
    message = f"The account {shown(account)!r} belongs to {own}, not to {stated}"
    return (Issue("provider_account_mismatch", message, "provider", {"provider": stated, "accountProvider": own}),)
