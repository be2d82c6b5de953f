"""The HTTP service, put together from an opened installation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from urllib.parse import urlsplit

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from socialclaw import __version__
from socialclaw.api import (
    accounts,
    analytics,
    app_store,
    assets,
    billing,
    callbacks,
    composing,
    connections,
    consent,
    dashboard,
    dashboard_files,
    desk,
    device,
    doctor,
    errors,
    events,
    issuers,
    keys,
    leaving,
    lemonsqueezy,
    live_hints,
    mail_sign_in,
    manual,
    media,
    native_sign_in,
    oauth,
    openapi,
    outgoing,
    parts,
    people,
    planning,
    posts,
    preview_links,
    rehearsal,
    repeats,
    runs,
    sandbox,
    schedules,
    sign_in,
    status,
    support,
    tables,
    uploads,
    webhooks,
    well_known,
)
from socialclaw.api.guard import Guard
from socialclaw.api.middleware import Front
from socialclaw.api.packing import Packing
from socialclaw.api.rate_limits import Rates
from socialclaw.api.shares import Shares
from socialclaw.api.waiting import Waits
from socialclaw.grants.documents import Documents
from socialclaw.grants.requests import resources
from socialclaw.grants.tokens import Grants
from socialclaw.manual.book import Book
from socialclaw.people.sessions import Sessions
from socialclaw.publishing.page_cache import Pages
from socialclaw.settings import Settings
from socialclaw.sign_in.relying_parties import RelyingParties
from socialclaw.system import System
from socialclaw.workspaces.keys import Keyring

ROUTERS = (
    posts.router,  # routes are tried in order: what is asked for most comes first
    schedules.router,
    media.router,
    status.router,
    keys.router,
    connections.router,
    accounts.router,
    callbacks.router,
    runs.router,
    tables.router,
    repeats.router,
    preview_links.router,
    assets.router,
    uploads.router,
    parts.router,
    analytics.router,
    rehearsal.router,
    people.router,
    leaving.router,
    events.router,
    outgoing.router,
    dashboard.router,
    live_hints.router,
    desk.router,
    doctor.router,
    planning.router,
    composing.router,
    billing.router,
    sign_in.router,
    mail_sign_in.router,
    support.router,
    issuers.router,
    native_sign_in.router,
    well_known.router,
    oauth.router,
    consent.router,
    device.router,
    webhooks.router,
    app_store.router,
    lemonsqueezy.router,
    manual.router,
    dashboard_files.router,
)


def build(system: System) -> FastAPI:
    """The service over this installation. Whoever opened the installation closes it, after the service has stopped."""
    keyring, sessions = Keyring(system.database), Sessions(system.database, system.settings)
    granted = Grants(system.database, resources(system.settings))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if system.sandbox is not None:
            await asyncio.to_thread(system.sandbox.take_up)
        yield
        await keyring.close()
        await granted.close()
        await sessions.close()

    app = FastAPI(
        title="SocialClaw",
        version=__version__,
        description=openapi.DESCRIPTION,
        openapi_tags=openapi.TAGS,
        docs_url=None,  # their scripts come from a CDN
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    app.state.system = system
    app.state.keyring, app.state.granted, app.state.sessions = keyring, granted, sessions
    app.state.documents = Documents(system)
    app.state.relying_parties = RelyingParties(system)
    app.state.pages = Pages(system)
    app.state.looks = doctor.Looks(system)
    app.state.rates = Rates(system.settings)
    app.state.waits = Waits(system)
    system.shares = Shares(system.database)
    app.router.routes.extend(_operations())
    if system.sandbox is not None:
        app.router.routes.extend(sandbox.routes(system.sandbox, system.rehearses))
    errors.install(app)
    limits = system.settings
    most = {"most": limits.max_body_bytes, "most_form": limits.max_asset_bytes, "most_held": limits.max_bodies_bytes}
    app.add_middleware(Guard, **most, free=sandbox.ROOT, streamed=parts.PREFIX)
    app.add_middleware(Packing)
    app.add_middleware(Front)
    _document(app, system.settings)
    app.state.book = Book(urlsplit(system.settings.base_url).path, app.openapi)
    return app


@cache
def _operations() -> tuple[BaseRoute, ...]:
    """The API's routes, made once in a process: FastAPI reads their signatures longer than all the rest of `build` takes.

    By itself it would do so when a router is first asked, for 0.1 s, and everybody else would wait; so each has been asked for nothing.
    """
    together = APIRouter(redirect_slashes=False, generate_unique_id_function=_name)
    for router in ROUTERS:
        together.include_router(router)
    for route in together.routes:
        route.matches({"type": "http", "method": "GET", "path": "", "root_path": "", "headers": []})
    return tuple(together.routes)


def _name(route: APIRoute) -> str:
    return route.name


def _document(app: FastAPI, settings: Settings) -> None:
    """Serve our document in the place of FastAPI's, written once when it is first asked for. It says where it is, where that was set."""
    servers = {"servers": [{"url": settings.public_base_url}]} if settings.public_base_url else {}

    def written() -> dict[str, object]:
        if app.openapi_schema is None:
            app.openapi_schema = openapi.document(app) | servers
        return app.openapi_schema

    app.openapi = written  # type: ignore[method-assign]
