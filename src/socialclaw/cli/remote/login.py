"""`socialclaw login`: trying a key, and keeping it for the other commands."""

from __future__ import annotations

import sys
import webbrowser
from typing import Any

from socialclaw.cli.output import say
from socialclaw.cli.remote import profiles
from socialclaw.cli.remote.command import Api, remote
from socialclaw.cli.remote.profiles import LOCAL, Target


@remote
def login(api: Api) -> None:
    """Keep an API key for the other commands, once the server has said that it is good: `login --api-key <key> --base-url <url>`.

    Without a key, the dashboard is opened, where one is made.
    """
    key, base_url, profile = api.given("api_key"), api.given("base_url") or LOCAL, api.given("profile") or ""
    base_url = base_url.rstrip("/")
    if not key:
        _send_to_dashboard(api, base_url)
        return
    found = Target(base_url, key, profile)
    tenant: Any = api.open(found).validate_key()["tenant"]
    path = profiles.save(found)
    answer = {"ok": True, "message": "Logged in", "tenant": tenant, "baseUrl": base_url}
    kind = "; what is applied there is published to the world" if tenant.get("mode") == "live" else ""
    api.sentence(answer, f"Logged in to {tenant['name']} at {base_url}{kind}. The key is in {path}.", id=tenant["id"])


def _send_to_dashboard(api: Api, base_url: str) -> None:
    url = f"{base_url}/dashboard"
    message = "Sign in, make an API key in the dashboard, and log in with --api-key."
    if api.json:
        api.sentence({"ok": True, "action": "open_dashboard", "dashboardUrl": url, "message": message}, message)
        return
    say(f"Open {url}\n{message}")
    if sys.stdout.isatty():
        webbrowser.open(url)
