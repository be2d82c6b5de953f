"""Log lines: one JSON object a line, with the request they belong to, and without secrets."""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TextIO

from socialclaw.db.base import iso
from socialclaw.db.trouble import trouble

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)

HIDDEN = "[hidden]"
SELDOM_SECONDS = 60.0
SECRETS = (
    (re.compile(r"(/(?:auth/(?:ticket|email)|preview)/)[^/?\s\"']+"), rf"\1{HIDDEN}"),
    (re.compile(r"\bsc_(live|test)_[\w-]+"), rf"sc_\1_{HIDDEN}"),
    (re.compile(r"(?i)\b(bearer|basic|bot)\s+[\w.~+/=-]{8,}"), rf"\1 {HIDDEN}"),
    (re.compile(r"(?i)([?&][\w-]*(?:token|code|state|secret|signature|password|key)=)[^&\s\"']+"), rf"\1{HIDDEN}"),
    (re.compile(r"(?i)([\"'][\w-]*(?:token|secret|password|authorization)[\"']\s*:\s*[\"'])[^\"']+"), rf"\1{HIDDEN}"),
    (re.compile(r"(?<!\d)\d{5,}:[\w-]{20,}"), HIDDEN),
    (re.compile(r"(?<![\w-])(?=[A-Za-z_-]*\d)(?=[\d_-]*[A-Za-z])[\w-]{32,}"), HIDDEN),
)


def scrub(text: str) -> str:
    """The text with everything blacked out that looks like a secret: our keys, tokens, signed links, long random words."""
    for pattern, instead in SECRETS:
        text = pattern.sub(instead, text)
    return text


class Lines(logging.Formatter):
    """`{"at", "level", "logger", "message", "requestId", …}`; fields given as `extra={"facts": {…}}` stand beside them."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": iso(datetime.fromtimestamp(record.created, UTC)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": scrub(record.getMessage()),
        }
        if found := request_id.get():
            line["requestId"] = found
        line |= getattr(record, "facts", {})
        if record.exc_info:
            line["traceback"] = scrub(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)


class Seldom:
    """Warnings that an attack could cause a thousand times a second: of each kind one a minute, with how many there were before it."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._said: dict[str, tuple[float, int]] = {}

    def warning(self, kind: str, message: str) -> None:
        until, unsaid = self._said.get(kind, (0.0, 0))
        now = time.monotonic()
        if now < until:
            self._said[kind] = (until, unsaid + 1)
            return
        self._said[kind] = (now + SELDOM_SECONDS, 0)
        self._log.warning("%s%s", message, f" ({unsaid} more like this since the last line)" if unsaid else "")


def untold(record: logging.LogRecord) -> bool:
    """A filter for libraries that complain at each of their tries: that the database is gone is told once, by ourselves."""
    error = record.exc_info[1] if record.exc_info else None
    return not record.getMessage().startswith("Shutdown flush failed") and (error is None or trouble(error) is None)


UVICORN_SAYS = ("Invalid HTTP request received", "Unsupported upgrade request", "No supported WebSocket library")


def said_elsewhere(record: logging.LogRecord) -> bool:
    """A filter for what uvicorn says of each request of strangers: `cli/connection.py` says it once a minute, with the address."""
    return not record.getMessage().startswith(UVICORN_SAYS)


def configure(level: str, stream: TextIO | None = None) -> None:
    """Send every log of this process to `stream` (standard error) as lines."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(Lines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for talkative in ("pgqueuer", "asyncpg.pool"):
        logging.getLogger(talkative).addFilter(untold)
    logging.getLogger("uvicorn.error").addFilter(said_elsewhere)
    for noisy in ("httpx2", "httpcore2", "uvicorn.access", "pgqueuer", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
