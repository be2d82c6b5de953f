"""How fast files are handed out: a large one beside a bare static server, and a part of a thumbnail as a network's crawler asks for it.

The bare server is Starlette's FileResponse on uvicorn, with nothing before or behind it; both sides send the same file to the same
client, in turns. What the machine can do at most stands beside it: a server that only calls sendfile.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.media import files

from bench.figures import Figure, Result, Told, ms
from bench.ground import SQLITE, Ground, Installation
from bench.processes import Running, free_port, reachable, started
from socialclaw.cli import http_server, runtime
from socialclaw.db.assets import Asset
from socialclaw.media import assets, cache, uploads
from socialclaw.media.incoming import Intake
from socialclaw.settings import Settings
from socialclaw.storage.base import work_dir
from socialclaw.storage.folder import Folder

MEGABYTE = 1_000_000
LEAST = 0.7
LOOK_SECONDS = 0.01
RANGE = "bytes=0-1023"
context = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class Size:
    megabytes: int = 100
    rounds: int = 9
    at_once: int = 16  # downloads whose memory is watched
    seconds: float = 4.0  # of asking for parts of thumbnails, a database
    connections: int = 4


async def measure(ground: Ground, size: Size, told: Told) -> list[Result]:
    results = []
    for kind in ground.kinds:
        async with ground.installation(kind) as installation, started("serve", installation, port=free_port()) as server:
            if kind == SQLITE:
                results += await _whole(installation, server, size, told)
            results.append(await _parts(installation, server, size, told))
    return results


# A large file.


async def _whole(installation: Installation, server: Running, size: Size, told: Told) -> list[Result]:
    asset = await _upload(installation, os.urandom(size.megabytes * MEGABYTE))
    storage = installation.system.storage
    assert isinstance(storage, Folder)
    path = str(storage.root / asset.object_key)
    async with _running(_bare, path) as bare, _running(_sendfile, path) as fastest:
        ways = {"ours": (server.port, _path_of(asset, installation)), "bare": (bare, "/"), "sendfile": (fastest, "/")}
        took: dict[str, list[float]] = {name: [] for name in ways}
        for turn in range(size.rounds):
            for name, way in ways.items():
                told(f"{size.megabytes} MB from {name}", turn, size.rounds)
                took[name].append(await asyncio.to_thread(_download, *way, asset.size))
        above, idle = await _memory(server, ways["ours"], asset.size, size, told)
    rates = {name: size.megabytes / min(found) for name, found in took.items()}
    details = {
        "ours": f"{rates['ours']:,.0f} MB/s",
        "uvicorn with FileResponse": f"{rates['bare']:,.0f} MB/s",
        "sendfile and nothing else": f"{rates['sendfile']:,.0f} MB/s (ours has {rates['ours'] / rates['sendfile']:.2f} of it)",
    }
    what = f"delivery of {size.megabytes} MB over loopback: rate, of a bare static server's"
    return [
        Result(what, "", rates["ours"] / rates["bare"], "x", target=LEAST, better="more", details=details),
        Result(
            f"memory of the server above idle while {size.at_once} fetch {size.megabytes} MB at once",
            "",
            above / MEGABYTE,
            "MB",
            target=64,
            details={"idle": f"{idle / MEGABYTE:.0f} MB"},
        ),
    ]


async def _memory(server: Running, way: tuple[int, str], length: int, size: Size, told: Told) -> tuple[int, int]:
    """The most above idle while many fetch at once, some of them slowly; and idle."""
    told(f"{size.at_once} downloads at once")
    await asyncio.sleep(0.5)
    idle = peak = server.rss
    fetching = [asyncio.create_task(asyncio.to_thread(_download, *way, length, slow=n % 2 == 1)) for n in range(size.at_once)]
    while any(not task.done() for task in fetching):
        peak = max(peak, server.rss)
        await asyncio.sleep(LOOK_SECONDS)
    for task in fetching:
        await task
    return peak - idle, idle


def _download(port: int, path: str, length: int, *, slow: bool = False) -> float:
    """Seconds until the whole file has come, to the fastest client there can be. `slow`: one that takes its time."""
    buffer = bytearray(1 << 20)
    with socket.create_connection(("127.0.0.1", port)) as wire:
        began = time.perf_counter()
        wire.sendall(f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n".encode())
        head = received = wire.recv_into(buffer)
        start = bytes(buffer[:head]).index(b"\r\n\r\n") + 4
        while got := wire.recv_into(buffer):
            received += got
            if slow:
                time.sleep(0.001)
        took = time.perf_counter() - began
    if received - start != length:
        raise SystemExit(f"{received - start} bytes of {length} came: {bytes(buffer[:200])!r}")
    return took


# Parts of a thumbnail.


async def _parts(installation: Installation, server: Running, size: Size, told: Told) -> Result:
    asset = await _upload(installation, files.picture("JPEG", (1600, 1200)))
    url = assets.preview_urls(asset, installation.system.settings.base_url)["small"]
    file = cache.place(installation.system.settings, asset.id, url.rpartition("/")[2])
    async with _running(_bare, str(file)) as bare:
        told(f"{installation.kind}: parts of a thumbnail")
        ours = await _times(server.port, url[len(installation.system.settings.base_url) :], size)
        theirs = await _times(bare, "/", size)
    details = {
        "median": ms(ours[len(ours) // 2]),
        "answers a second": f"{len(ours) / size.seconds:,.0f}",
        "uvicorn with FileResponse": f"p99 {ms(theirs[len(theirs) * 99 // 100])}, median {ms(theirs[len(theirs) // 2])}",
    }
    what = f"a part of a thumbnail, {size.connections} asking at once: p99"
    return Result(what, installation.kind, ours[len(ours) * 99 // 100] * 1000, "ms", details=details)


async def _times(port: int, path: str, size: Size) -> list[float]:
    """How long each answer took, in order of length."""
    until = time.perf_counter() + size.seconds
    found = await asyncio.gather(*(_ask(port, path, until) for _ in range(size.connections)))
    return sorted(one for each in found for one in each)


async def _ask(port: int, path: str, until: float) -> list[float]:
    """How long each answer took, over one connection that is kept."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    request = f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nrange: {RANGE}\r\n\r\n".encode()
    times = []
    while (began := time.perf_counter()) < until:
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        if not head.startswith(b"http/1.1 206"):
            raise SystemExit(f"{path} answered {head[:200]!r}")
        await reader.readexactly(int(head[head.index(b"content-length:") + 15 :].split(b"\r\n", 1)[0]))
        times.append(time.perf_counter() - began)
    writer.close()
    return times


# What it takes.


async def _upload(installation: Installation, content: bytes) -> Asset:
    system = installation.system
    async with Intake(work_dir(system.settings), most=len(content)) as file:
        for start in range(0, len(content), MEGABYTE):
            await file.write(content[start : start + MEGABYTE])
        return await uploads.create(system, installation.workspace, await file.finish(), uploads.Claims("file.bin"), test=True)


def _path_of(asset: Asset, installation: Installation) -> str:
    url: str = assets.wire(asset, installation.system.settings.base_url)["publicUrl"]
    return url[len(installation.system.settings.base_url) :]


@asynccontextmanager
async def _running(serve: Callable[[int, str], None], path: str) -> AsyncIterator[int]:
    """A server in a process of its own; its port."""
    port = free_port()
    server = context.Process(target=serve, args=(port, path), daemon=True)
    server.start()
    try:
        await reachable(port)
        yield port
    finally:
        server.terminate()
        await asyncio.to_thread(server.join)


def _bare(port: int, path: str) -> None:
    """Starlette's FileResponse on the uvicorn that we run on."""
    from starlette.applications import Starlette
    from starlette.responses import FileResponse
    from starlette.routing import Route

    async def file(_request: Any) -> FileResponse:
        return FileResponse(path)

    app = Starlette(routes=[Route("/", file)])
    runtime.run(lambda: http_server.serve(app, http_server.listen("127.0.0.1", port), Settings()))


def _sendfile(port: int, path: str) -> None:
    """One thread, one connection at a time, and the kernel does the rest."""
    length = Path(path).stat().st_size
    with socket.create_server(("127.0.0.1", port)) as server:
        while True:
            wire, _ = server.accept()
            with wire, open(path, "rb") as file:  # noqa: PTH123
                if wire.recv(65536):
                    wire.sendall(f"HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n".encode())
                    wire.sendfile(file)


FIGURE = Figure(
    "delivery",
    "How fast are files handed out?",
    "The server in a process of its own, its checks and headers as for everybody. The bare static server is Starlette's FileResponse on"
    " the same uvicorn, serving the very same file; best of the rounds, taken in turns. Memory is RSS, looked at a hundred times a second.",
    measure,
    full=Size(),
    tiny=Size(megabytes=2, rounds=1, at_once=2, seconds=0.3, connections=2),
)
