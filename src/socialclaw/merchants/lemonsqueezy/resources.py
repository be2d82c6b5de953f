"""What Lemon Squeezy says of a subscription and of an order, as far as we look at it. What is not as it should be is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Resource = Mapping[str, Any]


class Unreadable(ValueError):
    """A resource that is not what Lemon Squeezy's documentation says; what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """One subscription, at `updated_at`, in whole seconds. `links` lead into the portal, and sign in whoever has them."""

    id: str
    store_id: int
    order_id: int
    variant_id: int
    status: str
    email: str
    updated_at: datetime
    created_at: datetime
    renews_at: datetime | None
    ends_at: datetime | None
    trial_ends_at: datetime | None
    pause: str | None
    resumes_at: datetime | None
    card_brand: str | None
    card_last_four: str | None
    test_mode: bool
    links: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Order:
    """`identifier` is known to who has bought, and to nobody else: order ids are counted up, and can be guessed."""

    id: str
    identifier: str
    store_id: int
    variant_id: int
    status: str
    email: str
    created_at: datetime
    test_mode: bool


@dataclass(frozen=True, slots=True)
class Variant:
    """What is sold: `interval` is `month` or `year` of what is paid for again and again; `price` in cents of whatever currency."""

    id: str
    name: str
    interval: str | None
    count: int
    price: int
    status: str


def subscription(resource: Any) -> Subscription:
    of, said = _named(resource, "subscriptions")
    pause = said.get("pause")
    if pause is not None and not isinstance(pause, dict):
        raise Unreadable("pause is no object")
    urls = said.get("urls")
    return Subscription(
        id=of,
        store_id=_number(said, "store_id"),
        order_id=_number(said, "order_id"),
        variant_id=_number(said, "variant_id"),
        status=_text(said, "status"),
        email=_text(said, "user_email").lower(),
        updated_at=_instant(said, "updated_at"),
        created_at=_instant(said, "created_at"),
        renews_at=_perhaps(said, "renews_at"),
        ends_at=_perhaps(said, "ends_at"),
        trial_ends_at=_perhaps(said, "trial_ends_at"),
        pause=_text(pause, "mode") if pause else None,
        resumes_at=_perhaps(pause, "resumes_at") if pause else None,
        card_brand=_short(said.get("card_brand")),
        card_last_four=_short(said.get("card_last_four")),
        test_mode=said.get("test_mode") is True,
        links={name: url for name, url in urls.items() if isinstance(url, str)} if isinstance(urls, dict) else {},
    )


def order(resource: Any) -> Order:
    of, said = _named(resource, "orders")
    item = said.get("first_order_item")
    if not isinstance(item, dict):
        raise Unreadable("first_order_item is missing")
    return Order(
        id=of,
        identifier=_text(said, "identifier"),
        store_id=_number(said, "store_id"),
        variant_id=_number(item, "variant_id"),
        status=_text(said, "status"),
        email=_text(said, "user_email").lower(),
        created_at=_instant(said, "created_at"),
        test_mode=said.get("test_mode") is True or item.get("test_mode") is True,
    )


def variant(resource: Any) -> Variant:
    of, said = _named(resource, "variants")
    interval = said.get("interval")
    return Variant(
        id=of,
        name=_text(said, "name"),
        interval=interval if isinstance(interval, str) else None,
        count=said["interval_count"] if isinstance(said.get("interval_count"), int) else 1,
        price=_number(said, "price"),
        status=_text(said, "status"),
    )


def _named(resource: Any, kind: str) -> tuple[str, Resource]:
    """The id and the attributes of a resource of this kind."""
    if not isinstance(resource, dict) or resource.get("type") != kind or not isinstance(resource.get("attributes"), dict):
        raise Unreadable(f"this is no resource of type {kind}")
    of = resource.get("id")
    if not isinstance(of, str) or not of.isascii() or not of.isdecimal() or len(of) > 18:
        raise Unreadable("the id is no number")
    return of, resource["attributes"]


def _number(said: Resource, name: str) -> int:
    value = said.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**53:
        raise Unreadable(f"{name} is no number")
    return value


def _text(said: Resource, name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str) or not value or len(value) > 320:
        raise Unreadable(f"{name} is no text")
    return value


def _short(value: Any) -> str | None:
    """What is shown of a card; nothing where it is anything else."""
    return value if isinstance(value, str) and 0 < len(value) <= 20 and value.isprintable() else None


def _perhaps(said: Resource, name: str) -> datetime | None:
    return None if said.get(name) is None else _instant(said, name)


def _instant(said: Resource, name: str) -> datetime:
    value = said.get(name)
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or not 1970 <= found.year < 9000:
        raise Unreadable(f"{name} is no time")
    return found.astimezone(UTC)
