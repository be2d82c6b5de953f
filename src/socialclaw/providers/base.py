"""What a provider declares and what its adapter can do.

Having the method *is* the declaration: an adapter that can delete has `delete`, and nothing else says so.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn, Protocol, TypeVar, runtime_checkable

import httpx2

from socialclaw.errors import Missing
from socialclaw.providers.connect import Form, OAuth2
from socialclaw.providers.dated import Dated
from socialclaw.providers.draft import Account, Draft, Mark, Published, Target
from socialclaw.providers.options import Setting
from socialclaw.providers.rules import Check, Rules
from socialclaw.providers.shapes import Shape
from socialclaw.simulation.simulator import Simulator

T = TypeVar("T")

METRICS = ("impressions", "reach", "views", "likes", "comments", "shares", "saves", "clicks")
WINDOWS = ("lifetime", "24h", "7d", "30d")


class Steps(Protocol):
    """The memory of one post across attempts: what is done is not done again. Results must be JSON values."""

    async def once(self, name: str, do: Callable[..., Awaitable[T]], *args: Any) -> T:
        """Run `do(*args)`, or return what an earlier attempt's run returned."""

    async def irreversible(self, name: str, do: Callable[..., Awaitable[T]], *args: Any) -> T:
        """Like `once`, for the call that makes the post visible: it is never sent twice blindly."""

    def known(self, name: str) -> bool:
        """Whether the step `name` is remembered."""

    def wait(self, seconds: float, why: str) -> NoReturn:
        """Give the worker back; this attempt goes on from here later."""

    async def give_time(self, error: Missing) -> None:
        """Give the worker back where what is missing may have been made a moment ago; return where that is too long ago.

        Both kinds of steps do so by themselves. An adapter that gives something up for being gone calls it first.
        """


@runtime_checkable
class Adapter(Protocol):
    """The one thing every provider must do. `http` is ready for this workspace: guarded, timed, routed."""

    def __init__(self, http: httpx2.AsyncClient, account: Account) -> None: ...
    async def publish(self, draft: Draft, steps: Steps) -> Published: ...


@runtime_checkable
class Discovers(Protocol):
    async def targets(self) -> Sequence[Target]:
        """The destinations these credentials open. With a Form, the credentials are what the user pasted."""


@runtime_checkable
class Deletes(Protocol):
    async def delete(self, post_id: str) -> None:
        """Take the post down. A post that is already gone is a success."""


@runtime_checkable
class Confirms(Protocol):
    async def find(self, draft: Draft, mark: Mark) -> Sequence[Published]:
        """Posts of this account that may be this draft, made since the mark; oldest first.

        Empty is evidence of absence once the provider's settle time is over. With `mark.post_id` set, that post alone.
        Raises Rejected where the network says that it refused the post after all, and Uncertain where nothing that can be read
        would tell whether it is there: it is looked for until the settle time is over, then a person decides.
        """


@runtime_checkable
class Measures(Protocol):
    async def metrics(self, post_id: str, window: str) -> Mapping[str, int]:
        """Figures of a post under our names (`METRICS`), of those that `Provider.metrics` declares.

        `window` is one of `Provider.windows`; "lifetime" counts since the post was made. A name left out is not known (yet).
        """


@runtime_checkable
class MeasuresAccount(Protocol):
    async def account_metrics(self, window: str) -> Mapping[str, int]:
        """The same of the whole account, as `Provider.account_metrics` declares; further names (`followers`) may stand beside."""


@runtime_checkable
class Checks(Protocol):
    async def check(self) -> None:
        """Prove that the credentials still open the target; raises what went wrong."""


@dataclass(frozen=True, slots=True)
class Action:
    """A discovery action: something to ask of an account. `run(adapter, body)` returns the `result` object.

    `targets` are the account types that have it; all of the provider's where empty. `operation`: what a key needs for it, where that is
    more than to look.
    """

    id: str
    label: str
    description: str
    run: Callable[[Any, Mapping[str, Any]], Awaitable[Mapping[str, Any]]]
    input_schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "object", "properties": {}})
    targets: tuple[str, ...] = ()
    operation: str = "read"


@dataclass(frozen=True, slots=True)
class Quota:
    """How many posts a network takes, as dated data: `most` in any `seconds`, or in a day that begins at midnight in the zone `resets`.

    It is counted per account, or over all accounts of the developer app.
    """

    most: int
    source: str  # the page it was read on, and when
    seconds: float = 86_400
    resets: str = ""  # e.g. "America/Los_Angeles"; a rolling window where empty
    per: str = "account"  # "account" | "app"


@dataclass(frozen=True, slots=True)
class SameText:
    """What a network takes for a repetition, which it refuses: the same text and files within so many `seconds`, or as one of the account's
    last so many `posts`. `bare`: only of posts without files."""

    seconds: float = 0
    posts: int = 0
    bare: bool = False


@dataclass(frozen=True, slots=True)
class TargetType:
    """An account type of a provider: what it is called, what it may be told, how its posts look.

    `handles` are the prefixes by which a handle is known to be of this type. `sync` labels the action that looks again for the
    destinations behind such an account ("Sync boards"), where new ones can appear after connecting.
    """

    name: str
    handles: tuple[str, ...]
    settings: tuple[Setting, ...] = ()
    publishes: bool = True
    settings_prefix: str = ""  # the family in setting codes; the provider's key where empty
    no_settings_code: str = ""  # of any setting given to a type that has none, where it is not the general one
    settings_of: str = ""  # of a type that publishes nothing: the type whose settings a post to it is judged by
    publish_shape: str = ""
    media_delivery: str = ""
    shapes: tuple[Shape, ...] = ()  # what media its posts may have, where that is not the provider's
    pulls: tuple[str, ...] = ()  # kinds of files that are fetched from their public URL, by the network or by who sees the post
    fits: Check | None = None  # whether the settings suit the media; pure
    sync: str = ""


@dataclass(frozen=True, slots=True)
class Provider:
    """One kind of destination: who it is, how to connect, what it accepts, how to speak to it."""

    key: str
    label: str
    connect: OAuth2 | Form
    rules: Rules
    targets: tuple[TargetType, ...]
    adapter: type[Adapter]
    simulator: type[Simulator]
    aliases: tuple[str, ...] = ()
    network: str = ""  # the folder; filled in by `networks`
    app: str = ""  # the name of the developer app in the settings; the network's where empty
    extra: Check | None = None  # what data cannot say; pure
    nowhere: str = ""  # what somebody does whose consent opens no destination, where an empty list is all that the network says
    judged_by: tuple[str, ...] = ()  # names of what is known of an account (`Target.meta`) that its posts are judged by
    narrows: Callable[[Shape, Mapping[str, Any]], Shape] | None = None  # a shape, for an account of which this is known; pure
    warns: Check | None = None  # what forbids nothing, and the user should know before; pure
    actions: tuple[Action, ...] = ()
    settle_seconds: float = 120  # how long a post may be missing from its own time line
    post_url: Callable[[str, Account], str | None] = field(default=lambda post_id, account: None)
    limitations: tuple[str, ...] = ()
    quotas: tuple[Quota, ...] = ()
    same_text: SameText | None = None  # where it refuses what the account has said before
    rest: Callable[[httpx2.Headers], float] | None = None  # by an answer's headers: seconds to leave the account alone before a 429
    metrics: Mapping[str, str] = field(default_factory=dict)  # our metric name -> the network's own, of posts
    account_metrics: Mapping[str, str] = field(default_factory=dict)  # the same of accounts
    windows: tuple[str, ...] = ("lifetime",)  # of `WINDOWS`, those that the network itself can answer for
    account_windows: tuple[str, ...] = ()  # the same of accounts, where they differ
    figures_days: int | None = None  # for how many days figures may be kept after the access to an account has ended, where that is said
    ids_per_destination: bool = False  # the ids of its posts tell them apart on one destination only
    credit_codes: tuple[str, ...] = ()  # codes of its own that say that the developer app's credit is used up
    dated: tuple[Dated, ...] = ()  # what of all this is true for a while only; the same of every provider of a network
    evidence: str = ""  # by what a lost answer is decided, and what stays unknowable; a sentence or two for the docs

    def can(self, ability: type) -> bool:
        """Whether the adapter has an optional ability, e.g. `can(Deletes)`."""
        return issubclass(self.adapter, ability)

    def target(self, account_type: str) -> TargetType | None:
        return next((t for t in self.targets if t.name == account_type), None)

    def shapes_of(self, target: TargetType | None, about: Mapping[str, Any] | None = None) -> Mapping[str, Shape]:
        """What media a post to this type may have, by kind; the first shape of a kind counts. `about`: what is known of the account."""
        found = {s.kind: s for s in reversed((target and target.shapes) or self.rules.shapes)}
        return {kind: self.narrows(shape, about) for kind, shape in found.items()} if self.narrows and about else found

    def target_of(self, handle: str) -> TargetType | None:
        """The type a handle belongs to, by its longest matching prefix."""
        fits = [(len(prefix), t) for t in self.targets for prefix in t.handles if handle.lower().startswith(prefix)]
        return max(fits, key=lambda fit: fit[0])[1] if fits else None
