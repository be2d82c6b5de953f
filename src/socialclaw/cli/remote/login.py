"""`socialclaw login`: trying a key, and keeping it for the other commands."""

from __future__ import annotations

import sys
import webbrowser
from typing import Annotated, Any

import typer

from socialclaw.cli.output import say
from socialclaw.cli.remote import profiles
from socialclaw.cli.remote.command import Api, remote
from socialclaw.cli.remote.profiles import LOCAL, Target

ByCode = Annotated[bool, typer.Option("--device", help="Without a key: show a code, which somebody types in a browser.")]


@remote
def login(api: Api, device: ByCode = False) -> None:
    """Keep an API key for the other commands, once the server has said that it is good: `login --api-key <key> --base-url <url>`.

    Without a key, the dashboard is opened, where one is made. With --device, no key is needed: a code is shown, and whoever types it at
    the server's page chooses the workspace, what may be done there, and for how long.
    """
    key, base_url, profile = api.given("api_key"), api.given("base_url") or LOCAL, api.given("profile") or ""
    base_url = base_url.rstrip("/")
    if not key and not device:
        _send_to_dashboard(api, base_url)
        return
    found = Target(base_url, key, profile) if key else _by_code(api, base_url, profile)
    tenant: Any = api.open(found).validate_key()["tenant"]
    path = profiles.save(found)
    answer = {"ok": True, "message": "Logged in", "tenant": tenant, "baseUrl": base_url}
    kind = "; what is applied there is published to the world" if tenant.get("mode") == "live" else ""
    api.sentence(answer, f"Logged in to {tenant['name']} at {base_url}{kind}. The key is in {path}.", id=tenant["id"])


def _by_code(api: Api, base_url: str, profile: str) -> Target:
    """Show a code, and wait until somebody has typed it."""
    from socialclaw.cli.remote import device_login

    with api.open(Target(base_url)) as client:
        begun = device_login.begin(client.http, base_url)
        typer.echo(f"Open {begun.url} and type {begun.user_code}, or open {begun.url_with_code}", err=True)
        tokens = device_login.wait(client.http, base_url, begun)
    return Target(base_url, tokens.access, profile, refresh=tokens.refresh, ends=tokens.expires_at)


def _send_to_dashboard(api: Api, base_url: str) -> None:
    url = f"{base_url}/dashboard"
    message = "Sign in, make an API key in the dashboard, and log in with --api-key."
    if api.json:
        api.sentence({"ok": True, "action": "open_dashboard", "dashboardUrl": url, "message": message}, message)
        return
    say(f"Open {url}\n{message}")
    if sys.stdout.isatty():
        webbrowser.open(url)
