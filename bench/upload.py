"""How fast a large file comes in when it is sent in parts, on each storage, and what memory that costs the server."""

from __future__ import annotations

import asyncio
import os
import struct
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import psutil
from tests import bucket
from tests.media import files

from bench.figures import Figure, Result, Told
from bench.ground import SQLITE, Ground
from bench.processes import Running, free_port, started

MEGABYTE = 1_000_000
LOOK_SECONDS = 0.02
MOST_MEMORY = 64  # MB
UPLOADS = "/v1/assets/uploads"
STORAGES = {"local": "a folder", "s3": "S3 (SeaweedFS)"}


@dataclass(frozen=True)
class Size:
    megabytes: int = 4000


@dataclass
class Watched:
    """What a server and the processes that it starts have of memory, in bytes."""

    idle: int
    peak: int = 0
    children: int = 0

    async def watch(self, process: psutil.Process) -> None:
        while True:
            self.peak = max(self.peak, process.memory_info().rss)
            self.children = max(self.children, sum(_rss(child) for child in process.children(recursive=True)))
            await asyncio.sleep(LOOK_SECONDS)


async def measure(ground: Ground, size: Size, told: Told) -> list[Result]:
    results = []
    with ground.folder() as folder:
        path = await asyncio.to_thread(_film, folder / "film.mp4", size.megabytes * MEGABYTE)
        for name, called in STORAGES.items():
            async with (
                _storage(ground, name) as settings,
                ground.installation(SQLITE, **settings) as installation,
                started("serve", installation, port=free_port()) as server,
            ):
                results += await _upload(server, path, size.megabytes, called, told)
    return results


@asynccontextmanager
async def _storage(ground: Ground, name: str) -> AsyncIterator[dict[str, Any]]:
    if name == "local":
        yield {}
        return
    with ground.folder() as folder, bucket.server(folder) as s3:
        yield {"storage": name, "s3": s3}


async def _upload(server: Running, path: Path, megabytes: int, called: str, told: Told) -> list[Result]:
    await asyncio.sleep(0.5)
    memory = Watched(server.process.memory_info().rss)
    watching = asyncio.create_task(memory.watch(server.process))
    sending, completing = await asyncio.to_thread(_sent, server, path, told)
    watching.cancel()
    details = {"sending": f"{sending:.1f} s", "completing": f"{completing:.1f} s"}
    parts = {
        "idle": f"{memory.idle / MEGABYTE:.0f} MB",
        "the process apart that opens the file": f"{memory.children / MEGABYTE:.0f} MB, as for any film",
    }
    above = (memory.peak - memory.idle) / MEGABYTE
    what = f"{megabytes:,.0f} MB in parts to {called}"
    return [
        Result(f"upload of {what}, by one client: rate", "", megabytes / (sending + completing), "MB/s", better="more", details=details),
        Result(f"memory of the server above idle: {what}", "", above, "MB", target=MOST_MEMORY, details=parts),
    ]


def _sent(server: Running, path: Path, told: Told) -> tuple[float, float]:
    """Seconds of sending all parts, one after another, and of completing."""
    key = {"authorization": f"Bearer {server.installation.key}"}
    with httpx2.Client(trust_env=False, timeout=600) as client, path.open("rb") as file:

        def ask(at: str, body: dict[str, Any]) -> dict[str, Any]:
            answer = client.post(f"{server.base_url}{UPLOADS}{at}", json=body, headers=key).raise_for_status()
            found: dict[str, Any] = answer.json()
            return found

        began = time.perf_counter()
        begun = ask("", {"filename": path.name, "size": path.stat().st_size})
        place, upload = f"/{begun['asset']['id']}", begun["upload"]
        parts = []
        for number in range(1, upload["totalParts"] + 1):
            told(f"part {number}", number, upload["totalParts"])
            signed = ask(f"{place}/part", {"uploadId": upload["uploadId"], "partNumber": number})
            answer = client.put(signed["url"], content=file.read(upload["partSize"])).raise_for_status()
            parts.append({"PartNumber": number, "ETag": answer.headers["etag"]})
        sent = time.perf_counter()
        done = ask(f"{place}/complete", {"uploadId": upload["uploadId"], "parts": parts})
        if done["asset"]["status"] != "ready":
            raise SystemExit(f"the upload came to {done}")
        return sent - began, time.perf_counter() - sent


def _film(path: Path, size: int) -> Path:
    """A film with so many bytes behind it that players skip; they are random, so that nothing can make them less."""
    film, block = files.film(), os.urandom(MEGABYTE)
    head = film + struct.pack(">I4s", size - len(film), b"free")
    with path.open("wb") as file:
        file.write(head)
        while (left := size - file.tell()) > 0:
            file.write(block[:left])
    return path


def _rss(process: psutil.Process) -> int:
    try:
        found: int = process.memory_info().rss
    except psutil.NoSuchProcess:
        return 0
    return found


FIGURE = Figure(
    "upload",
    "How fast does a large file come in, and what memory does that cost?",
    "The server in a process of its own; one client on the same machine sends parts of 8 MiB one after another, to the server or straight"
    " to the bucket, and completes. The rate is of all of it: sending, joining, hashing, and looking into the file.",
    measure,
    full=Size(),
    tiny=Size(megabytes=20),
)
