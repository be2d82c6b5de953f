"""One try at an import: the file is fetched through the guard, looked into, put into storage and entered. See `media/imports.py`."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

import httpx2

from socialclaw.backoff import Backoff
from socialclaw.errors import Conflict, InvalidRequest, NotFound, NotReady, PayloadTooLarge, Rejected, SocialClawError, Unavailable
from socialclaw.media.imports import Job, Lost, claim_key, fail, finish, heard, later, object_of_try, share
from socialclaw.media.incoming import Intake, too_large
from socialclaw.media.inspection import examine
from socialclaw.media.pace import paced
from socialclaw.media.remote_file import total_of
from socialclaw.media.uploads import described
from socialclaw.outbound import fetch
from socialclaw.storage.base import now, work_dir
from socialclaw.system import System

HEARD_SECONDS = 1.0  # between two notes of how far it is
LONGEST_SECONDS = 3600.0  # that one try may take
BACKOFF = Backoff((5, 30, 120, 600, 1800), tries=6)
LONGEST_PAUSE = 3600.0  # that a source may ask for
AGAIN = frozenset({408, 425, 429})  # refusals that say: later
FINAL = (
    Conflict,
    InvalidRequest,
    PayloadTooLarge,
    Rejected,
)  # no room, blocked, too large, refused by the probe: trying again would not help

log = logging.getLogger(__name__)


class Later(Exception):
    """The source wants to be asked again after so many seconds."""

    def __init__(self, error: Unavailable, seconds: float) -> None:
        super().__init__(error.message)
        self.error = error
        self.seconds = seconds


async def work(system: System, job: Job) -> None:
    """One try at an import. Whatever happens is written down; told to stop, it is given back at once."""
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            await _arrive(system, job)
    except Lost:
        log.info("import %s: somebody else has it, or nobody wants it any more", job.asset_id)
    except FINAL as error:
        await system.write(job.workspace_id, fail, job, error)
    except asyncio.CancelledError:
        await asyncio.shield(system.write(job.workspace_id, later, job, None, now()))
        raise
    except Later as wanted:
        await _put_off(system, job, wanted.error, wanted.seconds)
    except (NotReady, Unavailable) as error:
        await _put_off(system, job, error, 0.0)
    except TimeoutError:
        await _put_off(system, job, Unavailable("Fetching the file took too long", sent=False, code="media_unreachable"), 0.0)
    except Exception:
        log.exception("import %s: an unexpected error", job.asset_id)
        await _put_off(system, job, NotReady("The file could not be imported", code="import_failed"), 0.0)


async def _put_off(system: System, job: Job, error: SocialClawError, asked: float) -> None:
    planned = BACKOFF.pause(job.tries)
    if planned is None:
        await system.write(job.workspace_id, fail, job, error)
        return
    pause = max(planned, min(asked, LONGEST_PAUSE))
    await system.write(job.workspace_id, later, job, error, now() + timedelta(seconds=pause))


async def _arrive(system: System, job: Job) -> None:
    """Fetch the file, look into it, put it into storage and enter it."""
    async with Intake(work_dir(system.settings), most=system.settings.max_upload_bytes) as file, _renewed(system, job, file) as far:
        said = await _fetched(system, job, file, far)
        received = await file.finish()
        facts = await examine(system, job.workspace_id, received.path, received.head, job.claims.mime or said, asset_id=job.asset_id)
        values = described(job.claims, facts, received)
        if await system.write(job.workspace_id, share, job, values):
            return
        key = object_of_try(job, facts.mime)
        storage = system.storage_of(await system.write(job.workspace_id, claim_key, system.settings, job, key, received.size))
        await storage.put(key, received.path, facts.mime)
        try:
            await system.write(job.workspace_id, finish, job, values)
        except (Lost, NotFound):
            await storage.delete(key)
            raise Lost from None


async def _fetched(system: System, job: Job, file: Intake, far: dict[str, Any]) -> str | None:
    """Write the source's bytes into `file`; the type that it says they have."""
    least, window = system.settings.import_least_bytes_per_second, system.settings.import_slow_seconds
    async with paced(lambda: file.size, least=least, window=window), fetch(system.outbound.guarded, job.url) as response:
        if not response.is_success:
            raise _refusal(response)
        total = far["total"] = total_of(response)
        if total is not None and total > file.most:
            raise too_large(file.most)
        async for chunk in response.aiter_bytes():
            if far["lost"]:
                raise Lost
            await file.write(chunk)
        if total is not None and file.size != total:
            message = f"{response.url.host} closed the connection after {file.size:,} of {total:,} bytes"
            raise Unavailable(message, sent=False, code="media_unreachable")
        return response.headers.get("content-type")


def _refusal(response: httpx2.Response) -> Exception:
    """What an answer without a file means: asked again later, or not at all."""
    status, message = response.status_code, f"{response.url.host} answered {response.status_code} for the file"
    if status < 500 and status not in AGAIN:
        return Rejected(message, code="media_unreachable", httpStatus=status)
    said = response.headers.get("retry-after", "")
    seconds = float(said) if said.isascii() and said.isdigit() and len(said) < 9 else 0.0
    return Later(Unavailable(message, sent=False, code="media_unreachable", httpStatus=status), seconds)


@asynccontextmanager
async def _renewed(system: System, job: Job, file: Intake) -> AsyncIterator[dict[str, Any]]:
    """Meanwhile, the lease is renewed and it is noted how far the import is. `lost` turns True once it is not ours any more."""
    far: dict[str, Any] = {"total": None, "lost": False}

    async def renew() -> None:
        while not far["lost"]:
            await asyncio.sleep(HEARD_SECONDS)
            try:
                await system.write(job.workspace_id, heard, job, file.size, far["total"])
            except Lost:
                far["lost"] = True
            except Exception:
                log.exception("import %s: its lease could not be renewed", job.asset_id)

    renewing = asyncio.create_task(renew())
    try:
        yield far
    finally:
        renewing.cancel()
        with suppress(asyncio.CancelledError):
            await renewing
