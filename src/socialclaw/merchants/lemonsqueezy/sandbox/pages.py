"""The pages of the simulated store: checkout, thank you, receipt, the customer portal. Plain forms, no scripts.

The policy of `simulation/pages.py` lets forms go to wherever their page came from; a form without `action` does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any

import httpx2

from socialclaw.merchants.lemonsqueezy.sandbox.catalogue import PRODUCT, VARIANTS
from socialclaw.merchants.lemonsqueezy.sandbox.documents import STATUSES
from socialclaw.merchants.lemonsqueezy.sandbox.life import TRIAL_DAYS, Sub
from socialclaw.merchants.lemonsqueezy.sandbox.shop import CARDS
from socialclaw.simulation.pages import page

ACCENT = "#7047eb"
NAME = "Lemon Squeezy"
DECLINED = "Your card was declined."


def checkout(variants: Sequence[int], chosen: int, email: str, name: str, problem: str = "") -> httpx2.Response:
    body = (
        f"<h1>{PRODUCT}</h1>"
        f'<form method="post">{_select("variant", "Plan", _variants(variants), str(chosen))}'
        f'<label for="email">Email</label><input id="email" name="email" type="email" required maxlength="254" value="{escape(email)}">'
        f'<label for="name">Name on card</label><input id="name" name="name" maxlength="100" value="{escape(name)}">'
        f"{_select('card', 'Card', _cards())}"
        f"{_select('trial', 'Free trial, as a store may set it up', {'': 'None', 'trial': f'{TRIAL_DAYS} days'})}"
        f"{_alert(problem)}"
        f'<div class=row><button class=go name="action" value="pay">Pay</button></div></form>'
    )
    return _page(f"Checkout: {PRODUCT}", body, 422 if problem else 200)


def thanks(button: str, url: str, receipt: str) -> httpx2.Response:
    onward = f'<p><a class=go href="{escape(url)}">{escape(button)}</a></p>' if url else ""
    body = f'<h1>Thanks for your order!</h1><p>Your payment was successful.</p>{onward}<p><a href="{escape(receipt)}">View receipt</a></p>'
    return _page("Thanks for your order!", body)


def receipt(order: Mapping[str, Any], button: str, url: str) -> httpx2.Response:
    onward = f'<p><a href="{escape(url)}">{escape(button)}</a></p>' if url else ""
    body = (
        f"<h1>Receipt {order['id']}</h1><p>{escape(VARIANTS[order['variant_id']].name)}: ${order['total'] / 100:,.2f}</p>"
        f"<p class=muted>Order {escape(order['identifier'])}, for {escape(order['email'])}</p>{onward}"
    )
    return _page("Receipt", body)


def portal(subs: Sequence[Sub], told: str = "") -> httpx2.Response:
    """All subscriptions of a customer, and what may be done with each."""
    shown = "".join(_subscription(sub) for sub in subs) or "<p>There are no subscriptions.</p>"
    return _page("Customer portal", f"<h1>My subscriptions</h1>{f'<p role=status>{escape(told)}</p>' if told else ''}{shown}")


def refusal(problem: str, status: int = 403) -> httpx2.Response:
    return _page("Not possible", f"<h1>This link cannot be used</h1><p class=bad>{escape(problem)}</p>", status)


def _subscription(sub: Sub) -> str:
    facts = [("Status", STATUSES[sub["status"]]), ("Card", f"{sub['card_brand']} {sub['card_last_four']}")]
    if sub["status"] in ("active", "on_trial", "past_due", "paused"):
        facts.append(("Next payment", _day(sub["renews_at"])))
    if sub["status"] == "cancelled":
        facts.append(("Ends", _day(sub["ends_at"])))
    told = "".join(f"<li>{escape(name)}: <strong>{escape(value)}</strong></li>" for name, value in facts)
    forms = "".join(_form(sub, inner, action, words) for inner, action, words in _offers(sub))
    return f"<article><h2>{escape(VARIANTS[sub['variant_id']].name)}</h2><ul>{told}</ul>{forms}</article>"


def _offers(sub: Sub) -> list[tuple[str, str, str]]:
    """Of each form: what it asks, what it does, what its button says."""
    of, status = sub["id"], sub["status"]
    if status == "expired":
        return []
    card = (_select(f"card-{of}", "Another card", _cards("pays", "fails"), name="card"), "card", "Update card")
    if status == "cancelled":
        return [("", "resume", "Resume"), card]
    if status == "paused":
        return [("", "unpause", "Unpause"), ("", "cancel", "Cancel subscription"), card]
    offers = [
        (_select(f"variant-{of}", "Another plan", _variants([*VARIANTS]), str(sub["variant_id"]), name="variant"), "swap", "Change plan")
    ]
    if status == "active":
        modes = {"void": "without the service", "free": "with the service for free"}
        offers.append((_select(f"mode-{of}", "Pause", modes, name="mode"), "pause", "Pause"))
    return [*offers, card, ("", "cancel", "Cancel subscription")]


def _form(sub: Sub, inner: str, action: str, words: str) -> str:
    return (
        f'<form method="post"><input type="hidden" name="subscription" value="{sub["id"]}">{inner}'
        f'<div class=row><button name="action" value="{action}">{escape(words)}</button></div></form>'
    )


def _select(of: str, label: str, options: Mapping[str, str], chosen: str = "", *, name: str = "") -> str:
    shown = "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(words)}</option>'
        for value, words in options.items()
    )
    return f'<label for="{of}">{escape(label)}</label><select id="{of}" name="{name or of}">{shown}</select>'


def _variants(ids: Sequence[int]) -> dict[str, str]:
    return {str(one): VARIANTS[one].words for one in ids}


def _cards(*kinds: str) -> dict[str, str]:
    return {kind: f"{CARDS[kind][0]} {CARDS[kind][1]}: {CARDS[kind][2]}" for kind in kinds or CARDS}


def _alert(problem: str) -> str:
    return f"<p class=bad role=alert>{escape(problem)}</p>" if problem else ""


def _day(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%d %B %Y}"


def _page(title: str, body: str, status: int = 200) -> httpx2.Response:
    return page(title, body, accent=ACCENT, network=NAME, status=status)
