"""The simulated iPhone: what is bought in the app there, and the subscriptions in the settings of the Apple account. No scripts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from html import escape

import httpx2

from socialclaw.merchants.app_store.sandbox.catalogue import PRODUCTS
from socialclaw.merchants.app_store.sandbox.life import ACTIVE, EXPIRED, GRACE, RETRY, REVOKED, Sub
from socialclaw.simulation.pages import page

ACCENT = "#0a84ff"
STATUSES = {ACTIVE: "Active", EXPIRED: "Expired", RETRY: "Payment is tried again", GRACE: "Payment failed, in grace", REVOKED: "Refunded"}


def iphone(subs: Sequence[tuple[Sub, str]], token: str, *, told: str = "", problem: str = "") -> httpx2.Response:
    """`subs`: each with what the app gets signed for it. `token`: the workspace that the app buys for, as it names it."""
    body = (
        f"<h1>Buy on an iPhone</h1>{f'<p role=status>{escape(told)}</p>' if told else ''}"
        f"{f'<p class=bad role=alert>{escape(problem)}</p>' if problem else ''}"
        f'<form method="post">{_select("product", "Plan", PRODUCTS)}'
        f'<label for="token">appAccountToken</label><input id="token" name="token" value="{escape(token)}" maxlength="36">'
        f"<p class=muted>Empty: as if it were bought in the App Store itself, where the app cannot say for whom.</p>"
        f'<label><input type="checkbox" name="family" style="width:auto"> Shared by somebody of the family</label>'
        f'<div class=row><button class=go name="action" value="buy">Subscribe</button></div></form>'
        f"<h2>Subscriptions</h2>{''.join(_subscription(sub, signed) for sub, signed in subs) or '<p>None.</p>'}"
    )
    return page("Buy on an iPhone", body, accent=ACCENT, network="App Store", status=422 if problem else 200)


def _subscription(sub: Sub, signed: str) -> str:
    ends = datetime.fromtimestamp(sub["expires_at"], UTC)
    facts = [STATUSES[sub["status"]], f"until {ends:%Y-%m-%d %H:%M} UTC", "renews" if sub["renews"] else "does not renew"]
    if sub["next_product"] != sub["product_id"]:
        facts.append(f"then {PRODUCTS[sub['next_product']].name}")
    hidden = f'<input type="hidden" name="of" value="{escape(sub["original_id"])}">'
    buttons = "".join(f'<button name="action" value="{action}">{words}</button>' for action, words in offers(sub))
    change = _select(f"product-{sub['original_id']}", "Another plan", PRODUCTS, name="product")
    return (
        f"<article><p><strong>{escape(PRODUCTS[sub['product_id']].name)}</strong> <code>{escape(sub['original_id'])}</code></p>"
        f"<p class=muted>{escape(', '.join(facts))}</p>"
        f'<form method="post">{hidden}{change}<div class=row style=flex-wrap:wrap>{buttons}</div></form>'
        f"<label>signedTransactionInfo</label><code>{escape(signed)}</code></article>"
    )


def offers(sub: Sub) -> list[tuple[str, str]]:
    live = sub["status"] in (ACTIVE, GRACE, RETRY)
    offers = [("change", "Change plan")] if sub["status"] == ACTIVE else []
    if sub["status"] in (EXPIRED, REVOKED):
        offers.append(("again", "Subscribe again"))
    if live:
        offers.append(("cancel", "Cancel") if sub["renews"] else ("resume", "Resume"))
        offers.append(("fail", "Let payments fail") if sub["pays"] else ("pay", "Pay again"))
        offers += [
            ("refund", "Get a refund"),
            ("consent", "Agree to the price") if sub["consent"] == "pending" else ("price", "Raise the price"),
        ]
    if sub["family"] and live:
        offers.append(("revoke", "Share no more"))
    if sub["status"] == REVOKED:
        offers.append(("reverse", "Reverse the refund"))
    return offers


def _select(of: str, label: str, products: Iterable[str], name: str = "") -> str:
    options = "".join(f'<option value="{escape(one)}">{escape(PRODUCTS[one].words)}</option>' for one in products)
    return f'<label for="{escape(of)}">{escape(label)}</label><select id="{escape(of)}" name="{escape(name or of)}">{options}</select>'
