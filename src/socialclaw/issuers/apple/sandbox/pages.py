"""The pages of the simulated Apple: signing in, the form that carries a person back to the app, and what the account is used with."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from html import escape

import httpx2

from socialclaw.issuers.apple.sandbox.accounts import MAILS
from socialclaw.simulation.pages import page

ACCENT = "#555555"
# It only ever does this, so it may run where no other script may: pages of the sandbox share their origin with ours.
SUBMIT = "document.forms[0].submit()"
SUBMIT_HASH = base64.b64encode(hashlib.sha256(SUBMIT.encode()).digest()).decode()


def sign_in(client_id: str, back: str, *, problem: str = "") -> httpx2.Response:
    options = "".join(f'<option value="{value}">{escape(words)}</option>' for value, words in MAILS.items())
    body = (
        f"<h1>Use your Apple Account to sign in</h1><p><strong>SocialClaw</strong> <span class=muted>({escape(client_id)})</span> "
        f"asks for your name and your address.</p>"
        f'<form method="post"><label for="login">Apple Account</label>'
        f'<input id="login" name="login" value="sandbox" required maxlength="100" autocomplete="off" autocapitalize="none">'
        f"<p class=muted>Any name or address will do: an account is made when it is first used.</p>"
        f'<label for="mail">Your address</label><select id="mail" name="mail">{options}</select>'
        f"{f'<p class=bad role=alert>{escape(problem)}</p>' if problem else ''}"
        f'<div class=row><button class=go name="decision" value="allow">Continue</button>'
        f'<button name="decision" value="deny" formnovalidate>Cancel</button></div>'
        f"<p class=muted>Afterwards you go back to <code>{escape(back)}</code>.</p></form>"
    )
    return page("Sign in with Apple", body, accent=ACCENT, network="Apple", status=422 if problem else 200)


def refusal(problem: str) -> httpx2.Response:
    body = f"<h1>Your request could not be completed</h1><p class=bad>{escape(problem)}</p>"
    return page("Sign in with Apple: not possible", body, accent=ACCENT, network="Apple", status=400)


def back_to(uri: str, fields: Mapping[str, str]) -> httpx2.Response:
    """A form that a browser posts to the app by itself: across sites, as it is the issuer's page that sends it."""
    inputs = "".join(f'<input type="hidden" name="{escape(k)}" value="{escape(v)}">' for k, v in fields.items())
    body = (
        f'<h1>Back to SocialClaw</h1><form method="post" action="{escape(uri)}">{inputs}<button class=go>Continue</button></form>'
        f"<script>{SUBMIT}</script>"
    )
    answer = page("Sign in with Apple", body, accent=ACCENT, network="Apple")
    answer.headers["content-security-policy"] += f"; script-src 'sha256-{SUBMIT_HASH}'"
    return answer


def account(apps: Sequence[tuple[str, str]], told: str = "") -> httpx2.Response:
    """What an account can do with the app. `apps`: values of the form's buttons, and what they say."""
    buttons = "".join(f'<button name="action" value="{value}">{escape(words)}</button>' for value, words in apps)
    body = (
        f"<h1>Sign in with Apple</h1>{f'<p role=status>{escape(told)}</p>' if told else ''}"
        f'<form method="post"><label for="login">Apple Account</label>'
        f'<input id="login" name="login" value="sandbox" required maxlength="100" autocomplete="off" autocapitalize="none">'
        f"<p>SocialClaw</p><div class=row style=flex-wrap:wrap>{buttons}</div></form>"
    )
    return page("Apple Account", body, accent=ACCENT, network="Apple")
