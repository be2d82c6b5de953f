"""What the doctor looks at, one function for each thing."""

from __future__ import annotations

import os
import platform
import secrets
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
from sqlalchemy import select
from sqlalchemy.orm import Session

from socialclaw.accounts.developer_apps import app_name
from socialclaw.client import Client
from socialclaw.db import schema
from socialclaw.db.base import iso, utc_now
from socialclaw.db.database import MOST_DRIFT, Database
from socialclaw.db.workspaces import ApiKey, Worker
from socialclaw.doctor import app_store_checks, installed, mail_checks, store_checks
from socialclaw.doctor.check import Check
from socialclaw.errors import SocialClawError
from socialclaw.jobs import scan
from socialclaw.jobs.clock_trust import synchronized
from socialclaw.media import stored_objects
from socialclaw.media.reachability import obstacle, pulling
from socialclaw.networks import providers
from socialclaw.networks.meta import callbacks as meta
from socialclaw.networks.tiktok import callbacks as tiktok
from socialclaw.outbound import storage_client
from socialclaw.providers.connect import OAuth2
from socialclaw.settings import Settings
from socialclaw.storage.base import OCTETS, Storage, read_range
from socialclaw.storage.choice import storages
from socialclaw.storage.folder import Folder
from socialclaw.storage.s3 import S3
from socialclaw.vault import Vault
from socialclaw.workspaces import keys
from socialclaw.workspaces.operations import NEVER_AGENTS

OLDEST_PYTHON = (3, 11)
LEAST_FREE = 500_000_000  # bytes in the data folder
BUILT = datetime(2026, 1, 1, tzinfo=UTC)  # a clock before this is wrong
SILENCE = 15.0  # seconds after which a worker counts as gone
STORAGE_SECONDS = 10.0  # that it may take for each step


Opened = Callable[[Settings], AbstractAsyncContextManager[Database]]
"""The installation's database, once it has answered; a failure of ours where it does not."""


async def look(settings: Settings, opened: Opened) -> list[Check]:
    """Everything, in the order in which one thing needs another."""
    checks = [python(), folder(settings), clock()]
    if not installed.is_there(settings):
        checks.append(Check("database", "note", "There is none yet; `socialclaw up` or `socialclaw migrate` makes it"))
        checks.append(Check("secret key", "note", "There is none yet; it is made together with the database"))
    else:
        checks += await _stored(settings, opened)
    return [
        *checks,
        *await stored(settings),
        *await address(settings),
        await mail_checks.server(settings),
        *await store_checks.store(settings),
        *app_store_checks.app_store(settings),
        *apps(settings),
    ]


def python() -> Check:
    found = platform.python_version()
    if sys.version_info < OLDEST_PYTHON:
        return Check("python", "failed", f"{found}: SocialClaw needs 3.11 or newer")
    return Check("python", "ok", f"{found} ({platform.python_implementation()}, {platform.system()})")


def folder(settings: Settings) -> Check:
    path = settings.data_dir.absolute()
    there = next(place for place in (path, *path.parents) if place.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        return Check("data folder", "failed", f"{there} cannot be written: choose another with --data-dir, or fix its permissions")
    free = shutil.disk_usage(there).free
    shown = f"{path}{'' if there == path else ' (not made yet)'}, {free / 1e9:.1f} GB free"
    return Check("data folder", "ok" if free > LEAST_FREE else "failed", shown if free > LEAST_FREE else f"{shown}: make room")


def clock() -> Check:
    now = datetime.now(UTC)
    if now < BUILT:
        return Check("clock", "failed", f"It says {iso(now)}, which is long past: set it, preferably with NTP")
    unsynchronized = "not synchronized by NTP, as far as the system knows"
    kept = {True: "synchronized by NTP", False: unsynchronized, None: "whether NTP synchronizes it is unknown"}
    return Check("clock", "ok", f"{iso(now)}, zone here {time.strftime('%Z')}; {kept[synchronized()]}")


async def _stored(settings: Settings, opened: Opened) -> list[Check]:
    try:
        async with opened(settings) as found:
            state = await schema.state(found)
            checks = [_tables(settings, state)]
            if state != "current":
                return [
                    *checks,
                    Check("secret key", "unknown", "Needs a current database"),
                    Check("worker", "unknown", "Needs a current database"),
                ]
            return [
                *checks,
                *await _drift(found),
                await key(settings, found),
                await found.read(agents),
                await found.read(ending),
                await worker(found),
                await found.read(mail_checks.waiting),
                *await _strays(settings, found),
            ]
    except SocialClawError as error:
        return [Check("database", "failed", error.message), Check("secret key", "unknown", "Needs the database to answer")]


def _tables(settings: Settings, state: schema.State) -> Check:
    place = installed.place(settings)
    match state:
        case "current":
            return Check("database", "ok", f"{place} answers, and its tables are current")
        case "ahead":
            return Check("database", "failed", f"{place}: {schema.SchemaError().message}")
    return Check("database", "note", f"{place} is {state}: `socialclaw migrate`, or any start of a server, brings it up to date")


async def _drift(database: Database) -> list[Check]:
    """Machines must agree on the time; with SQLite there is only one."""
    if database.is_sqlite:
        return []
    seconds = await database.drift()
    right = abs(seconds) <= MOST_DRIFT
    advice = "" if right else ": synchronize both with NTP, or posts go out early or late"
    message = f"This machine is {seconds:+.1f} s from the database's{advice}"
    return [Check("clocks agree", "ok" if right else "failed", message)]


async def _strays(settings: Settings, database: Database) -> list[Check]:
    """Storages that have files and are not set up."""
    known = [Folder.name] if settings.s3.missing else [Folder.name, S3.name]
    names = await database.read(stored_objects.out_of_reach, known)
    return [Check(f"storage: {name}", "failed", installed.out_of_reach(name)) for name in names]


async def key(settings: Settings, database: Database) -> Check:
    """Whether the key file is there, is nobody else's to read, and opens what this database holds."""
    path = settings.key_file
    sealed, used = await database.read(installed.sealed)
    if not path.exists() and not used:
        return Check("secret key", "note", f"{path} is not made yet; the next start makes it")
    try:
        installed.prove(path, sealed, used=used)
    except SocialClawError as error:
        return Check("secret key", "failed", error.message)
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        return Check("secret key", "failed", f"{path} can be read by others (mode {mode:04o}): chmod 600 {path}")
    return Check("secret key", "ok", f"{path}, mode {mode:04o}; {'opens what this database holds' if sealed else 'nothing is sealed yet'}")


def agents(session: Session) -> Check:
    """Keys of agents that may do what no agent's key gets any more: those that were made before keys had operations."""
    rows = session.scalars(select(ApiKey).where(ApiKey.kind == "agent", ApiKey.revoked_at.is_(None)).order_by(ApiKey.id))
    wide = [row.id for row in rows if {*row.operations.split()} & {*NEVER_AGENTS}]
    if not wide:
        return Check("agents' keys", "ok", "None may make keys or approve")
    ids = ", ".join(wide[:5]) + (" …" if len(wide) > 5 else "")
    advice = "make others with `socialclaw keys create --kind agent`, then `socialclaw keys revoke` these"
    return Check("agents' keys", "note", f"{len(wide)} of an older version may do everything, make keys too ({ids}): {advice}")


def ending(session: Session) -> Check:
    """Keys that are about to end: whoever uses one is refused from then on."""
    soon = keys.ending_soon(session)
    if not soon:
        return Check("keys that end", "ok", f"None within {keys.SOON.days} days")
    named = ", ".join(f"{row.id} at {iso(row.expires_at)}" for row in soon[:5] if row.expires_at) + (" …" if len(soon) > 5 else "")
    advice = "make others with `socialclaw keys create`, and hand them on before"
    return Check("keys that end", "note", f"{len(soon)} within {keys.SOON.days} days ({named}): {advice}")


async def worker(database: Database) -> Check:
    seen, due, trouble = await database.read(_workers)
    silent = None if seen is None else (utc_now() - seen).total_seconds()
    if trouble and silent is not None and silent <= SILENCE:
        return Check("worker", "failed", f"Nothing is published. {trouble}")
    if silent is not None and silent <= SILENCE:
        return Check(
            "worker",
            "failed" if due else "ok",
            f"Alive {silent:.0f} s ago" + (f", but {due} posts have been due for over a minute" if due else ""),
        )
    last = "No worker has run here yet" if seen is None else f"The last sign of a worker was at {iso(seen)}"
    if due:
        return Check("worker", "failed", f"{last}, and {due} posts are due: start `socialclaw up`, `serve` or `worker`")
    return Check("worker", "note", f"{last}; nothing is due. `socialclaw up`, `serve` or `worker` starts one")


def _workers(session: Session) -> tuple[datetime | None, int, str | None]:
    """The last sign of life of a worker that did not sign out, the posts that have waited too long, and what keeps it from them."""
    row = session.scalar(select(Worker).where(Worker.stopped_at.is_(None)).order_by(Worker.seen_at.desc()).limit(1))
    return row.seen_at if row else None, scan.stuck(session, utc_now()), row.trouble if row else None


async def stored(settings: Settings) -> list[Check]:
    """Each storage that is set up takes a file, gives it back, and forgets it."""
    async with storage_client(httpx2.Timeout(STORAGE_SECONDS)) as client:
        found = storages(settings, Vault({"doctor": secrets.token_bytes(32)}), client)  # what it would sign is for nobody
        work = settings.data_dir if settings.data_dir.exists() else None
        if work is None:
            found.pop(Folder.name)
        return [await _tried(storage, work, used=storage.name == settings.storage) for storage in found.values()]


async def _tried(storage: Storage, work: Path | None, *, used: bool) -> Check:
    key, content = f"doctor/{secrets.token_hex(12)}", secrets.token_bytes(100_000)
    name, role = f"storage: {storage.name}", "new files go here" if used else "not used for new files"
    try:
        await storage.check()
        with tempfile.TemporaryDirectory(dir=work) as folder:  # on the same disk as the folder's objects
            path = Path(folder) / "probe"
            path.write_bytes(content)
            await storage.put(key, path)
        returned = await read_range(storage, key, 0, len(content))
        await storage.abort(key, await storage.begin(key, OCTETS))
        await storage.abandoned(datetime.now(UTC))
        await storage.delete(key)
    except SocialClawError as error:
        return Check(name, "failed", f"{role}: {installed.storage_problem(storage.name, error)}")
    if returned != content or await storage.size(key) is not None:
        return Check(name, "failed", f"{role}: what it returned is not what was stored")
    return Check(name, "ok", f"{role}: stores a file, returns it, and deletes it")


async def address(settings: Settings) -> list[Check]:
    """Whether the base URL can be what networks and browsers are told."""
    url = urlsplit(settings.base_url)
    if url.scheme not in ("http", "https") or not url.hostname:
        return [Check("base URL", "failed", f"{settings.base_url} is not an http or https URL: correct SOCIALCLAW_PUBLIC_BASE_URL")]
    async with Client(settings.base_url, seconds=5, retries=0) as client:
        try:
            health = f"A server answers there, version {(await client.health()).get('version', 'unknown')}"
        except SocialClawError as error:
            health = f"From here: {error.message}"
    if why := await obstacle(settings.base_url):
        fetching = f"live networks that fetch media ({', '.join(pulling())}) cannot, and most only send users back to https"
        advice = "enough for test workspaces; for live ones set SOCIALCLAW_PUBLIC_BASE_URL"
        return [Check("base URL", "note", f"{settings.base_url} {why}: {fetching}. That is {advice}. {health}")]
    return [Check("base URL", "ok", f"{settings.base_url}. {health}. Whether the networks reach it from outside cannot be told from here")]


def apps(settings: Settings) -> list[Check]:
    """Developer apps for live workspaces, by network. Test workspaces need none."""
    names = dict.fromkeys(app_name(p) for p in providers().values() if isinstance(p.connect, OAuth2))
    unknown = [name for name in settings.apps if name not in {*names, *(p.network for p in providers().values())}]
    checks = [_app(settings, name) for name in names]
    return [
        *checks,
        *(
            Check(f"app: {name}", "failed", f"There is no network of this name: rename SOCIALCLAW_APPS__{name.upper()}__…")
            for name in unknown
        ),
    ]


def _app(settings: Settings, network: str) -> Check:
    app = settings.apps.get(network)
    prefix = f"SOCIALCLAW_APPS__{network.upper()}__"
    if app is None or not app.client_id:
        return Check(
            f"app: {network}", "note", f"Not set up, so live workspaces cannot connect it: {prefix}CLIENT_ID and {prefix}CLIENT_SECRET"
        )
    if not app.client_secret.get_secret_value():
        return Check(f"app: {network}", "note", f"Has an id but no secret; most apps have one: {prefix}CLIENT_SECRET")
    told = "".join(f". {field}: {settings.base_url}{path}" for field, path in _registered(network).items())
    return Check(f"app: {network}", "ok", f"Set up. Whether the network accepts it shows at the first connection{told}")


def _registered(app: str) -> Mapping[str, str]:
    """What else is registered at the network, so that it can tell us that somebody took the access back."""
    return meta.REGISTERED if app in meta.APPS else tiktok.REGISTERED if app == tiktok.APP else {}
