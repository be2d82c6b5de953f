"""A reverse proxy as nginx and Caddy are one: it takes a path off the front, and hands on what is left."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

BOUND_SECONDS = 120
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
OURS = {"content-length", "transfer-encoding", "connection", "date", "server", "content-encoding"}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        return int(bound.getsockname()[1])


@contextmanager
def proxy(prefix: str, target: str) -> Iterator[str]:
    """The URL at which `target` is found, with `prefix` as its path; what is not below that is nothing of ours."""
    bound = socket.create_server(("127.0.0.1", 0))
    app = Starlette(routes=[Route(f"{prefix}/{{rest:path}}", _handing_on(prefix, target), methods=METHODS)])
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    end = time.monotonic() + BOUND_SECONDS
    while not server.started:
        assert time.monotonic() < end, "the proxy does not start"
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{bound.getsockname()[1]}{prefix}"
    finally:
        server.should_exit = True
        thread.join(BOUND_SECONDS)


def _handing_on(prefix: str, target: str):  # type: ignore[no-untyped-def]
    async def hand_on(request: Request) -> Response:
        path = request.scope["raw_path"].decode().removeprefix(prefix)
        query = request.scope["query_string"].decode()
        headers = [(k, v) for k, v in request.headers.raw if k.decode().lower() not in OURS]
        headers += [(b"x-forwarded-for", b"203.0.113.7"), (b"x-forwarded-proto", b"http")]
        async with httpx2.AsyncClient(trust_env=False, timeout=BOUND_SECONDS) as client:
            try:
                answer = await client.request(
                    request.method, f"{target}{path}{'?' if query else ''}{query}", headers=headers, content=await request.body()
                )
            except httpx2.TransportError as error:
                return PlainTextResponse(f"bad gateway: {error}", 502)
        response = Response(answer.content, answer.status_code)
        kept = [(k.lower(), v) for k, v in answer.headers.raw if k.decode().lower() not in OURS]
        response.raw_headers = [*kept, *((k, v) for k, v in response.raw_headers if k == b"content-length")]
        return response

    return hand_on
