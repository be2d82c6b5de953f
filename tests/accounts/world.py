"""What users and networks do in these tests: fill in forms, consent in a browser; and a look behind the scenes."""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2

from socialclaw.accounts import callback, connect
from socialclaw.db.accounts import Account
from socialclaw.simulation.simulator import Simulator
from socialclaw.system import System
from socialclaw.workspaces import tenants


async def add_workspace(system: System, name: str = "Other", *, mode: str = "test") -> str:
    return (await system.database.write(tenants.create, name, mode)).id


def network(system: System, name: str) -> Simulator:
    assert system.sandbox is not None
    return system.sandbox.networks[name]


async def row_of(system: System, account_id: str) -> Account:
    return await system.database.read(lambda session: session.get_one(Account, account_id))


async def change(system: System, account_id: str, **columns: Any) -> None:
    """Set columns of an account's row."""

    def do(session: Any) -> None:
        row = session.get_one(Account, account_id)
        for name, value in columns.items():
            setattr(row, name, value)

    await system.database.write(do)


def unrouted(system: System, url: str) -> str:
    """The network's own URL behind its place in the sandbox."""
    return f"https://{_routed(system, url)[1]}"


def whose(system: System, url: str) -> str:
    """The workspace whose world a link leads into."""
    found = system.door.read(_routed(system, url)[0])
    assert found
    return found.workspace


def _routed(system: System, url: str) -> tuple[str, str]:
    """The pass in a link to the sandbox, and the rest of the network's own URL."""
    prefix = f"{system.settings.base_url}/sandbox/at/"
    assert url.startswith(prefix), url
    shown, hosts, rest = url.removeprefix(prefix).partition("/hosts/")
    assert hosts
    return shown, rest


async def consent(system: System, authorize_url: str, *, who: str = "ada", allow: bool = True) -> dict[str, str]:
    """What a user does in a browser: open the page, fill the form in, press a button; the query that comes back to us."""
    async with system.acting(whose(system, authorize_url), test=True):
        return await _consent(system, authorize_url, who=who, allow=allow)


async def _consent(system: System, authorize_url: str, *, who: str, allow: bool) -> dict[str, str]:
    http, url = system.outbound.test, unrouted(system, authorize_url)
    page = await http.get(url)
    assert page.status_code == 200, page.text
    fields = dict(re.findall(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page.text))
    fields = {name: html.unescape(value) for name, value in fields.items()}
    action = re.search(r'<form[^>]*action="([^"]*)"', page.text)
    target = httpx2.URL(url).join(html.unescape(action[1])) if action and action[1] else url
    answer = await http.post(str(target), data=fields | chosen(page.text, who=who, allow=allow))
    assert answer.status_code in (302, 303), answer.text
    location = answer.headers["location"]
    assert location.startswith(f"{system.settings.base_url}/oauth/")
    return dict(parse_qsl(urlsplit(location).query))


def chosen(page: str, *, who: str, allow: bool) -> dict[str, str]:
    """The name that is typed in, the boxes, left ticked as they are, and the button that is pressed."""
    boxes = dict.fromkeys(re.findall(r'<input type="checkbox" name="([^"]+)" checked', page), "on")
    buttons = re.findall(r'<button[^>]*name="([^"]+)"[^>]*value="([^"]+)"', page)
    yes = [b for b in buttons if re.search("allow|approve|authori|yes|accept", b[1], re.I) and not re.search("deny|disallow", b[1], re.I)]
    no = [b for b in buttons if b not in yes]
    return {"login": who, **boxes, **dict([(yes if allow else no)[0]])}


async def connect_x(system: System, workspace: str, *, who: str = "ada") -> str:
    """An X account connected through the consent page; its id."""
    started = await connect.start(system, workspace, "x", test=True)
    done = await callback.finish(system, "x", await consent(system, started["authorizeUrl"], who=who))
    assert done.error is None, done.error
    accounts = await system.read(workspace, lambda scope: list(scope.session.scalars(scope.all(Account))), test=True)
    return next(a.id for a in accounts if a.connection_id == done.connection_id)


async def connect_form(system: System, workspace: str, provider: str, *, who: str = "ada") -> str:
    """An account of a network with a form, connected as a user of the sandbox would; its id."""
    values = network(system, provider).credentials(who)
    made = await connect.start(system, workspace, provider, values, test=True)
    return str(made["account"]["id"])
