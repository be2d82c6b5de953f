"""What a person sees when `socialclaw up` has started: where everything is, and at the first start how it works."""

from __future__ import annotations

import json
import shlex

from socialclaw.cli import first_run
from socialclaw.cli.output import Problem, pasteable, say
from socialclaw.cli.own_address import OwnAddress
from socialclaw.cli.sign_in import link
from socialclaw.client import Client
from socialclaw.loopback import only_here
from socialclaw.system import System
from socialclaw.workspaces import keys


async def introduce(system: System, *, tour: bool | None) -> None:
    """Make what is missing, say where things are, and show around: at the first start only, unless `tour` says otherwise."""
    found = await first_run.test_workspace(system) if system.settings.sandbox != "off" else None
    if found is None:
        why = "SOCIALCLAW_SANDBOX is off" if system.settings.sandbox == "off" else f'The workspace "{first_run.NAME}" is a live one here'
        say(f"{why}, so no test workspace is set up.")
        await _signpost(system)
        return
    touring = (found.fresh if tour is None else tour) and system.settings.worker
    if found.fresh:
        _, secret = await first_run.new_key(system, found.workspace_id, "First key")
        await _welcome(system, found, secret, touring=touring)
    elif found.missing or touring:
        key_id, secret = await first_run.new_key(system, found.workspace_id, "Start")
        try:
            await _welcome(system, found, secret, touring=touring)
        finally:
            await system.write(found.workspace_id, keys.revoke, key_id, test=True)
    else:
        await _signpost(system, found)
        _another_key(system)
    again = ' Paste the line after "Post now" into a second terminal.' if found.fresh else ""
    say(f"Running.{again} Stop with Ctrl-C.")


async def _welcome(system: System, found: first_run.Sandboxed, secret: str, *, touring: bool) -> None:
    base = system.settings.base_url
    async with Client(base, secret, transport=OwnAddress(base, system.here)) as client:
        if found.missing:
            say(f'Connecting an account on each simulated network, in the test workspace "{first_run.NAME}":')
            await first_run.connect_all(system, client, found.missing)
            say()
        await _signpost(system, found)
        if found.fresh:
            await _first_key(client, secret)
        else:
            _another_key(system)
        if touring:
            await _tour(client)


async def _first_key(client: Client, secret: str) -> None:
    """The key, and a line that uses it."""
    from socialclaw.cli.tour import required_settings

    say(f"API key     {secret}")
    say(f'            of the test workspace "{first_run.NAME}"; it is not shown again')
    able = [a for a in (await client.capabilities())["capabilities"] if a["publishable"] and not a["input"]["media"]["required"]]
    account = next((a["handle"] for a in able if required_settings(a["publishSettings"]["fields"]) == {}), None)
    if account:
        body = json.dumps({"posts": [{"account": account, "description": "Hello, world"}]})
        headers = ["-H", f"Authorization: Bearer {secret}", "-H", "Content-Type: application/json"]
        say(f"Post now    {shlex.join(['curl', '-s', f'{client.base_url}/v1/posts/apply', *headers, '-d', body])}")


async def _signpost(system: System, found: first_run.Sandboxed | None = None) -> None:
    base, networks = system.settings.base_url, system.settings.networks_url
    say(f"Base URL    {base}")
    say(f"Sign in     {await link(system)}   within ten minutes; later: {pasteable(system.settings, 'sign-in')}")
    if found:
        public = f"{networks}/sandbox/" if only_here(networks) else system.feed_link(found.workspace_id)
        say(f"The public  {public}   what people would see on the simulated networks")
    say(f"How to      {base}/docs   the documentation, with every operation")


def _another_key(system: System) -> None:
    say(f"API key     make one: {pasteable(system.settings, 'keys', 'create', '--workspace', first_run.NAME)}")


async def _tour(client: Client) -> None:
    from socialclaw.cli import tour

    say("\nA short tour (without it: --no-tour)")
    if not await tour.take(client):
        raise Problem("Not everything in the tour was published; GET /v1/posts/{id}/attempts says why")
    say()
