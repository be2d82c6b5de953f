"""PostgreSQL's connections: opened in bounded time, and noticed within seconds where the other machine has vanished without a word."""

from __future__ import annotations

import socket
from typing import Any

from sqlalchemy import URL, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from socialclaw.db.base import json_text

CONNECT_SECONDS = 10.0
POOL_SECONDS = 30  # what a busy machine may need; a request waits no longer than that
# A machine that fails over may leave connections on which nothing ever comes; the system's own patience is hours.
ALIVE = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 25_000}


def engine(url: URL, *, size: int, reading: bool = False) -> AsyncEngine:
    """`reading`: it cannot write, and a read is a round trip a statement, without BEGIN and COMMIT around it."""
    connecting: dict[str, Any] = {"timeout": CONNECT_SECONDS}
    more: dict[str, Any] = {"json_serializer": json_text}
    if reading:
        connecting["server_settings"] = {"default_transaction_read_only": "on"}
        more["isolation_level"] = "AUTOCOMMIT"
    made = create_async_engine(url, pool_size=size, max_overflow=0, pool_timeout=POOL_SECONDS, connect_args=connecting, **more)

    @event.listens_for(made.sync_engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        watch(connection.driver_connection)

    return made


def watch(connection: Any) -> None:
    """Let the system find out by itself whether the other side of a connection of asyncpg is still there."""
    transport = getattr(connection, "_transport", None)
    found = transport.get_extra_info("socket") if transport else None
    if found is None or found.family not in (socket.AF_INET, socket.AF_INET6):
        return
    found.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in ALIVE.items():
        if (option := getattr(socket, name, None)) is not None:  # Linux has them all
            found.setsockopt(socket.IPPROTO_TCP, option, value)
