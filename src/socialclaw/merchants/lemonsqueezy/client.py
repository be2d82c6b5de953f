"""The calls of Lemon Squeezy's API that we make, https://docs.lemonsqueezy.com/api. Every failure is an error for whoever asked for it.

What the store says to us is for the operator: it is not passed on, since it might repeat what we sent.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import httpx2

from socialclaw.errors import Missing, NotReady, ProviderError, RateLimited, Rejected, SocialClawError, Unauthorized
from socialclaw.merchants.lemonsqueezy import resources
from socialclaw.merchants.lemonsqueezy.resources import Order, Subscription, Variant
from socialclaw.providers import wire

T = TypeVar("T")

BASE = "https://api.lemonsqueezy.com/v1"
MEDIA = "application/vnd.api+json"
PAGE = 100  # the most that one page holds

log = logging.getLogger(__name__)


class StoreUnavailable(NotReady):
    """No usable answer from the store."""

    code = "billing_unavailable"

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        if retry_after is not None:
            self.details["retryAfter"] = retry_after
        self.retry_after = retry_after


class StoreRefused(SocialClawError):
    """The store does not take what we are set up with: the operator's to put right."""

    code, status = "billing_misconfigured", 503


class NotThere(Exception):
    """The store has nothing of that id."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A checkout to be made: for one variant and no other. `custom` comes back with the webhooks of what is bought there."""

    variant_id: int
    redirect_url: str
    receipt_url: str
    custom: str = field(repr=False)
    expires_at: datetime
    email: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class LemonSqueezy:
    """A store, and our key to it."""

    http: httpx2.AsyncClient
    api_key: str = field(repr=False)
    store_id: int
    test_mode: bool

    async def checkout(self, wanted: Wanted) -> tuple[str, str]:
        """A new checkout: its id, and where people find it."""
        attributes = {
            "product_options": {
                "enabled_variants": [wanted.variant_id],  # without it, people may choose any variant of the product
                "redirect_url": wanted.redirect_url,
                "receipt_button_text": "Back to SocialClaw",
                "receipt_link_url": wanted.receipt_url,
            },
            "checkout_data": {"email": wanted.email, "name": wanted.name, "custom": {"checkout": wanted.custom}},
            "expires_at": wanted.expires_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
            "test_mode": self.test_mode,
        }
        related = {
            "store": {"data": {"type": "stores", "id": str(self.store_id)}},
            "variant": {"data": {"type": "variants", "id": str(wanted.variant_id)}},
        }
        body = {"data": {"type": "checkouts", "attributes": attributes, "relationships": related}}
        return await self._ask("POST", "/checkouts", _checkout, body=body)

    async def subscription(self, of: str) -> Subscription:
        """Raises NotThere."""
        return await self._ask("GET", f"/subscriptions/{of}", lambda answer: resources.subscription(answer["data"]))

    async def subscriptions(self, *, order_id: str | None = None) -> Sequence[Subscription]:
        """The newest ones of the store, or those of one order. What of them cannot be read is left out, and logged."""
        asked: dict[str, str] = {"filter[store_id]": str(self.store_id), "page[size]": str(PAGE)}
        if order_id is not None:
            asked["filter[order_id]"] = order_id
        return await self._ask("GET", "/subscriptions", _subscriptions, params=asked)

    async def order(self, of: str) -> Order:
        """Raises NotThere."""
        return await self._ask("GET", f"/orders/{of}", lambda answer: resources.order(answer["data"]))

    async def variant(self, of: int) -> Variant:
        """Raises NotThere."""
        return await self._ask("GET", f"/variants/{of}", lambda answer: resources.variant(answer["data"]))

    async def cancel(self, of: str) -> Subscription:
        """It is not renewed any more, and goes on until what is paid for ends. Raises NotThere."""
        return await self._ask("DELETE", f"/subscriptions/{of}", lambda answer: resources.subscription(answer["data"]))

    async def _ask(
        self, method: str, path: str, read: Callable[[Any], T], *, body: Any = None, params: Mapping[str, str] | None = None
    ) -> T:
        headers = {"authorization": f"Bearer {self.api_key}", "accept": MEDIA, "content-type": MEDIA}
        content = json.dumps(body).encode() if body is not None else None
        try:
            answer = await wire.call(self.http, method, f"{BASE}{path}", headers=headers, content=content, params=params)
        except Missing as error:
            raise NotThere(path) from error
        except ProviderError as error:
            raise _told(error, f"{method} {path.rpartition('/')[0] or path}") from None
        try:
            return read(answer)
        except (resources.Unreadable, KeyError, TypeError, AttributeError) as error:
            log.warning("lemon squeezy: the answer to %s cannot be read: %s", path, error)
            raise StoreUnavailable("The store did not answer as it should: try again in a minute") from None


def _checkout(answer: Any) -> tuple[str, str]:
    of, url = answer["data"]["id"], answer["data"]["attributes"]["url"]
    if not isinstance(of, str) or not isinstance(url, str) or not url.startswith("https://"):
        raise resources.Unreadable("a checkout without an address")
    return of, url


def _subscriptions(answer: Any) -> Sequence[Subscription]:
    found = []
    for each in answer["data"]:
        try:
            found.append(resources.subscription(each))
        except resources.Unreadable as error:
            log.warning("lemon squeezy: a subscription cannot be read: %s", error)
    return found


def _told(error: ProviderError, call: str) -> SocialClawError:
    """A failure in words for people; what the operator has to do about it, in the log."""
    if isinstance(error, RateLimited):
        return StoreUnavailable("The store is asked too much at this moment: try again later", retry_after=error.retry_after)
    if isinstance(error, Unauthorized):
        log.error("lemon squeezy refuses the API key (SOCIALCLAW_BILLING__API_KEY)")
        return StoreRefused("The store does not accept this server's API key: the operator has to check it")
    if isinstance(error, Rejected):
        log.error("lemon squeezy refuses %s: %s", call, error.details.get("said", ""))
        return StoreRefused("The store refused what this server asked for: the operator has to check how it is set up")
    log.warning("lemon squeezy does not answer %s: %s", call, error.message)
    return StoreUnavailable("The store cannot be reached at this moment: try again in a minute")
