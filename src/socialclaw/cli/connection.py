"""One connection to the HTTP server: uvicorn's on httptools, with a bound on everything that a client could send without an end.

A head may have so many bytes and headers and takes so many seconds; a body may not dribble; a request that is sent ahead waits outside
until the one before it is answered; who takes no answer is let go. What is refused here never reaches the application, so it is
answered here, in the one error shape.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.server import ServerState

from socialclaw.api.errors import answer
from socialclaw.api.sandbox_hosts import TRANSPORT
from socialclaw.cli.open_connections import Crowd, seldom
from socialclaw.errors import NotReady, PayloadTooLarge, SocialClawError
from socialclaw.settings import Settings

VERSIONS = ("1.0", "1.1")
HEAD_STEP = 1024  # bytes of a head that are parsed before it is looked at how long it has become
BODY_STEP = 16 * 1024  # of a body: no more than that can hold of requests that were sent ahead
MOST_HEADERS = 100
MOST_FRAMING, FRAMING_OF_BODY = 64 * 1024, 16  # bytes around the chunks of a body, and for each of its own; trailers are among them
WINDOW_SECONDS = 10.0  # over which the speed of a body is measured
STALLED_SECONDS = 120.0  # for which a client may take nothing of its answer
LEFTOVER_SECONDS = 10.0  # for which the rest of a body is read, and passed over, after its answer
LEFTOVER_BYTES = 1024 * 1024
CLOSING_SECONDS = 30.0  # for the end of an answer to leave, on a connection that is being closed


class HeadTooLarge(PayloadTooLarge):
    code, status = "headers_too_large", 431


class TooSlow(SocialClawError):
    code, status = "request_timeout", 408


class ServerConfig(Config):
    """What every connection of a server shares, beside what uvicorn knows of."""

    def __init__(self, app: Any, settings: Settings, **options: Any) -> None:
        super().__init__(app, http=Connection, timeout_keep_alive=settings.keep_alive_seconds, **options)
        self.settings = settings
        self.crowd = Crowd(settings)


class Flow(FlowControl):
    """Reading stays paused while `locked`, whoever wants to go on."""

    locked = False

    def resume_reading(self) -> None:
        if not self.locked:
            super().resume_reading()


class Connection(HttpToolsProtocol):
    """Hands itself to the application too, so that a simulated network can break it off."""

    flow: Flow
    config: ServerConfig

    def __init__(self, config: Config, server_state: ServerState, app_state: dict[str, Any], _loop: Any = None) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.address = ""
        self.crowd = self.config.crowd
        self.held = b""  # what was sent ahead and is not parsed yet
        self.in_head = self.in_body = False
        self.head = 0  # bytes of this head
        self.since = self.loop.time()  # when this connection, or this head, began; or when what was last looked at had changed
        self.body = self.framing = 0  # bytes of this body, and of what came around its chunks
        self.got = self.trailers = 0  # bytes of a body in the piece that is being parsed; trailers of this body
        self.came = self.left = 0  # bytes of a body that came in this window; bytes that an answer had left
        self.too_much = False
        self.unspoken = ""  # a version of HTTP that is not ours

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.flow = Flow(transport)
        self.address = self.client[0] if self.client else ""
        if self.crowd.enter(self):
            self.crowd.waits(self)
        else:
            self.refuse(NotReady("Too many connections: come back later", code="too_many_connections"))

    def connection_lost(self, exc: Exception | None) -> None:
        self.held = b""
        self.crowd.leave(self)
        super().connection_lost(exc)

    def evict(self) -> None:
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        if self.held:  # what was read before reading stopped
            self.held += data
            return
        view, at = memoryview(data), 0
        if self.in_body:
            self.came += len(data)
            if self.cycle.response_complete and self.came > LEFTOVER_BYTES:
                self.transport.abort()
                return
        elif not self.in_head:
            self.since = self.loop.time()
        while at < len(data) and not self.transport.is_closing():
            if self.pipeline:
                self._hold(data[at:])
                return
            step = BODY_STEP if self.in_body else HEAD_STEP
            self._parse(view[at : at + step])
            at += step

    def _parse(self, piece: memoryview) -> None:
        if not self.in_body:
            self.in_head = True
            self.head += len(piece)
        was_in_body, self.got = self.in_body, 0
        super().data_received(piece)  # type: ignore[arg-type]
        most = self.config.settings.max_header_bytes
        if was_in_body and self.in_body:
            self.framing += max(0, len(piece) - self.got)
            if self.framing > MOST_FRAMING + FRAMING_OF_BODY * self.body:
                message = "What is sent around the chunks of the body is far more than the body: send larger chunks, without extensions"
                self.refuse(SocialClawError(message, code="http_invalid", status=400))
        if self.unspoken:
            self.refuse(SocialClawError(f"HTTP/{self.unspoken} is not spoken here: send HTTP/1.1", code="http_invalid", status=505))
        elif self.too_much or (self.in_head and self.head > most):
            self.refuse(HeadTooLarge(f"The head of a request may have at most {most} bytes and {MOST_HEADERS} headers", maxBytes=most))

    def _hold(self, data: bytes) -> None:
        """Stop reading until what was sent before is answered."""
        self.held = data
        self.flow.pause_reading()
        self.flow.locked = True

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.in_head = True
        self.scope["extensions"] = {TRANSPORT: self.transport}  # type: ignore[dict-item]

    def on_header(self, name: bytes, value: bytes) -> None:
        if self.in_body:  # a trailer: nothing of ours reads any, and it must not pass for a header
            self.trailers += 1
            self.too_much = self.too_much or self.trailers > MOST_HEADERS
        elif len(self.headers) >= MOST_HEADERS:
            self.too_much = True
        else:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if (version := self.parser.get_http_version()) not in VERSIONS:
            self.unspoken = version
        if self.unspoken or self.too_much or self.head > self.config.settings.max_header_bytes + HEAD_STEP:
            self.too_much = True
            return
        super().on_headers_complete()
        self.in_head, self.in_body, self.head, self.came, self.since = False, True, 0, 0, self.loop.time()
        self.body = self.framing = self.trailers = 0
        self.crowd.busy(self)

    def on_body(self, body: bytes) -> None:
        self.body += len(body)
        self.got += len(body)
        if not self.too_much:
            super().on_body(body)

    def on_message_complete(self) -> None:
        if not self.too_much:
            self.in_body = False
            super().on_message_complete()

    def on_response_complete(self) -> None:
        was_last = not self.pipeline
        super().on_response_complete()
        self.since, self.came = self.loop.time(), 0
        if self.transport.is_closing() or self.pipeline:
            return
        self.flow.locked = False
        held, self.held = self.held, b""
        if held:
            self.flow.resume_reading()
            self.data_received(held)
        if was_last and self.cycle.response_complete:
            self.crowd.waits(self)

    def send_400_response(self, msg: str) -> None:
        seldom.warning("not http", f"something that is not HTTP/1.1 came from {self.address}")
        self.refuse(SocialClawError("This is not an HTTP/1.1 request", code="http_invalid", status=400))

    def look(self, now: float) -> None:
        """Called every second: whether there has been enough progress."""
        if self.transport.is_closing():
            self._look_at_answer(now, CLOSING_SECONDS)
        elif self.flow.write_paused:
            self._look_at_answer(now, STALLED_SECONDS)
        elif self.in_body:
            self._look_at_body(now)
        elif self.cycle is None or (self.in_head and self.cycle.response_complete):
            self._look_at_head(now)

    def _look_at_answer(self, now: float, most: float) -> None:
        left = self.transport.get_write_buffer_size()
        if left != self.left:
            self.left, self.since = left, now
        elif now - self.since > most:
            seldom.warning("taken too slowly", f"a connection from {self.address} took nothing of its answer for {most:.0f} s")
            self.transport.abort()

    def _look_at_head(self, now: float) -> None:
        if now - self.since <= self.config.settings.head_seconds:
            return
        if self.in_head:
            seldom.warning("head too slow", f"the head of a request from {self.address} did not arrive in time")
            self.refuse(TooSlow("The head of the request did not arrive in time"))
        else:
            self.transport.abort()  # it never said anything

    def _look_at_body(self, now: float) -> None:
        """An honest upload goes on for as long as it comes at some speed; a wait of ours does not count."""
        if self.cycle.response_complete:
            if now - self.since > LEFTOVER_SECONDS:
                self.transport.abort()
        elif self.flow.read_paused or self.cycle.waiting_for_100_continue:
            self.since, self.came = now, 0
        elif now - self.since > WINDOW_SECONDS:
            slowest = self.config.settings.body_bytes_per_second
            if self.came < slowest * WINDOW_SECONDS:
                seldom.warning(
                    "sent too slowly", f"a body from {self.address} came at under {self.config.settings.body_bytes_per_second} B/s"
                )
                self.refuse(TooSlow("The body of the request arrives too slowly"))
            self.since, self.came = now, 0

    def refuse(self, error: SocialClawError) -> None:
        """Answer in the place of the application, and hang up. Where an answer has begun already, there is nothing to say."""
        self.since = self.loop.time()
        if self.cycle is not None and (self.pipeline or (self.cycle.response_started and not self.cycle.response_complete)):
            self.transport.abort()
            return
        said = answer(error)
        said.headers["connection"] = "close"
        headers = [*self.server_state.default_headers, *said.raw_headers]
        lines = [STATUS_LINE[said.status_code], *(b"%s: %s\r\n" % header for header in headers)]
        self.transport.write(b"".join([*lines, b"\r\n", bytes(said.body)]))
        self.transport.close()
