"""What users of the lab do, on whatever network: connect an account, upload a file, apply a schedule."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from socialclaw.accounts import callback, connect
from socialclaw.cli.consent import read_form
from socialclaw.db.accounts import Account, Connection
from socialclaw.db.base import Scope, utc_now
from socialclaw.media.assets import wire
from socialclaw.media.uploads import Claims, create, intake
from socialclaw.networks import providers
from socialclaw.providers.base import Provider
from socialclaw.providers.connect import Form
from socialclaw.providers.shapes import Shape
from socialclaw.scheduling.apply import apply, fingerprint
from socialclaw.scheduling.context import destinations, library
from socialclaw.scheduling.document import parse
from socialclaw.scheduling.plan import Plan
from socialclaw.system import System
from tests.accounts.world import unrouted, whose
from tests.media.files import film, padded, picture
from tests.networks.stage import pixels

MOST_PAGES = 10
VIDEOS = {"video/mp4": ("mp4", "libx264", "aac"), "video/quicktime": ("mov", "libx264", "aac"), "video/webm": ("webm", "libvpx", "libopus")}
PICTURES = {"image/jpeg": ("jpg", "JPEG"), "image/png": ("png", "PNG"), "image/webp": ("webp", "WEBP")}


async def join(system: System, workspace: str, key: str, who: str) -> Account:
    """The first account of this user that can be published to, connected in the way that the provider declares."""
    provider = providers()[key]
    assert system.sandbox is not None
    network = system.sandbox.networks[provider.network]
    with network.store.transaction():
        typed = network.credentials(who)
    if isinstance(provider.connect, Form):
        connection = (await connect.start(system, workspace, key, typed, test=True))["id"]
    else:
        started = await connect.start(system, workspace, key, test=True)
        done = await callback.finish(system, key, await consent(system, started["authorizeUrl"], typed))
        assert done.error is None, f"{key}: {done.error}"
        connection = done.connection_id
    rows = await system.read(workspace, lambda scope: _accounts(scope, connection), test=True)
    able = [row for row in rows if (target := provider.target(row.account_type)) and target.publishes]
    assert able, f"{key}: {who} has nothing to publish to"
    return able[0]


def _accounts(scope: Scope, connection: str) -> Sequence[Account]:
    """In the order in which the network told them."""
    return [scope.one(Account, account_id) for account_id in scope.one(Connection, connection).account_ids]


async def consent(system: System, authorize_url: str, typed: Mapping[str, str]) -> dict[str, str]:
    """Go through the network's pages, following links and filling in forms, until the way leads back; the query it brings."""
    async with system.acting(whose(system, authorize_url), test=True):
        return await _consent(system, authorize_url, typed)


async def _consent(system: System, authorize_url: str, typed: Mapping[str, str]) -> dict[str, str]:
    http, back = system.outbound.test, f"{system.settings.base_url}/oauth/"
    response = await http.get(unrouted(system, authorize_url))
    for _ in range(MOST_PAGES):
        if location := response.headers.get("location"):
            if location.startswith(back):
                return dict(parse_qsl(urlsplit(location).query))
            response = await http.get(response.url.join(location))
            continue
        form = read_form(response.text)
        assert response.is_success, response.text
        assert form.found, response.text
        values = form.values | {name: value for name, value in typed.items() if name in form.values}
        target = response.url.join(form.action) if form.action else response.url
        sent: dict[str, Any] = {"data": values} if form.method == "post" else {"params": values}
        response = await http.request(form.method.upper(), target, **sent)
    raise AssertionError("the consent does not come to an end")


async def upload(system: System, workspace: str, shape: Shape, number: int) -> dict[str, Any]:
    """A file that the shape takes, as a schedule names it."""
    default = "image/jpeg" if shape.kind == "image" else "video/mp4"
    mime = default if default in shape.mimes or not shape.mimes else shape.mimes[0]
    width, height = pixels(shape)
    seconds = max(1.0, shape.seconds[0] or 0.0) if shape.kind == "video" else None
    if shape.kind == "image":
        extension, kind = PICTURES[mime]
        content = picture(kind, (width, height), colour=(number * 37 % 256, number * 91 % 256, 200))
    else:
        width, height = width + width % 2, height + height % 2
        extension, codec, sound = VIDEOS[mime]
        content = film(extension, codec, sound=sound, size=(width, height), seconds=seconds or 1.0, rate=30)
        if extension != "webm":
            content = padded(content, max(len(content) + 1008, shape.min_bytes or 0), number)
    async with intake(system) as file:
        await file.write(content)
        claims = Claims(f"{shape.kind}-{number}.{extension}", mime)
        asset = await create(system, workspace, await file.finish(), claims, test=True)
    facts = wire(asset, system.settings.base_url)
    return {"id": facts["id"], "url": facts["publicUrl"], "managed": True}


def required(provider: Provider, account_type: str) -> dict[str, Any]:
    """The settings that a post must have: the first option, or some text."""
    target = provider.target(account_type)
    assert target is not None
    return {s.id: next(iter(s.options), "text") for s in target.settings if s.required}


async def schedule(system: System, workspace: str, document: Mapping[str, Any], *, between: Callable[[], object] = lambda: None) -> str:
    """Apply a schedule; the run's id. What validation would refuse fails here, all problems at once.

    `between` is called when it has been judged, and before anything of it can be published.
    """

    base_url = system.settings.base_url

    def do(scope: Scope) -> str:
        plan = _plan(scope, document, base_url)
        assert not plan.issues, plan.issues
        between()
        return apply(scope, plan, fingerprint(document), base_url=base_url, max_late=timedelta(days=1)).run_id

    return await system.write(workspace, do, test=True)


async def is_right(system: System, workspace: str, document: Mapping[str, Any]) -> bool:
    """Whether validation has nothing against a schedule."""
    return not (await system.read(workspace, _plan, document, system.settings.base_url, test=True)).issues


def _plan(scope: Scope, document: Mapping[str, Any], base_url: str) -> Plan:
    known = library(scope, document, base_url=base_url)
    return parse(document, now=utc_now(), accounts=destinations(scope), library=known)
