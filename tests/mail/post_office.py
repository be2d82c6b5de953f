"""A real SMTP server for tests: it wants TLS and a password, keeps what it takes, and can fail in the ways in which servers do."""

from __future__ import annotations

import asyncio
import re
import ssl
import threading
from collections.abc import Callable
from concurrent.futures import Future
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from socialclaw.mail_settings import SmtpSettings

BOUND_SECONDS = 60
USER, PASSWORD = "socialclaw", "correct horse"
FROM = "SocialClaw <post@acme.example>"


class PostOffice:
    """Listens on `port` from `open` to `close`. `taken`: what it has answered for, or would have.

    `refuses(command, word)`: an answer that is none of the usual. `hangs_up`: it takes a mail and is gone before it says so; `waits`: it
    takes one and does not say so until `close`.
    """

    def __init__(self, folder: Path, *, starttls: bool = True, utf8: bool = True) -> None:
        self.port = 0
        self.taken: list[EmailMessage] = []
        self.envelopes: list[Envelope] = []
        self.sessions: list[Session] = []
        self.refuses: Callable[[str, str], str | None] = lambda command, word: None
        self.hangs_up = self.waits = False
        self.arrived = asyncio.Event()
        self._utf8 = utf8
        self._server: asyncio.Server | None = None
        self._protocols: list[SMTP] = []
        self._over = asyncio.Event()
        self._tls = self._certified(folder) if starttls else None
        self.ca_file = folder / "ca.pem" if starttls else None

    def _certified(self, folder: Path) -> ssl.SSLContext:
        ca = trustme.CA()
        ca.cert_pem.write_to_path(folder / "ca.pem")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        ca.issue_cert("localhost", "127.0.0.1").configure_cert(context)
        return context

    def settings(self, **changes: Any) -> SmtpSettings:
        """How we reach it."""
        given = {"host": "localhost", "port": self.port, "user": USER, "password": PASSWORD, "from_address": FROM, "ca_file": self.ca_file}
        return SmtpSettings.model_validate(given | changes)

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._protocol, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        self._over.set()
        if self._server:
            self._server.close()
            self._server = None
        for protocol in self._protocols:
            if protocol.transport:
                protocol.transport.abort()
        self._protocols.clear()
        await asyncio.sleep(0)
        self._over = asyncio.Event()

    def _protocol(self) -> SMTP:
        protocol = SMTP(
            self,
            hostname="mail.acme.example",
            tls_context=self._tls,
            require_starttls=self._tls is not None,
            auth_required=self._tls is not None,
            authenticator=self._known,
            enable_SMTPUTF8=self._utf8,
            timeout=30,
            loop=asyncio.get_running_loop(),
        )
        self._protocols.append(protocol)
        return protocol

    def _known(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: LoginPassword) -> AuthResult:
        right = (given.login, given.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=right, handled=right)

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if (said := self.refuses("MAIL", address)) is not None:
            return said
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if (said := self.refuses("RCPT", address)) is not None:
            return said
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        message = BytesParser(policy=default).parsebytes(envelope.content or b"")  # type: ignore[arg-type]
        if (said := self.refuses("DATA", message["subject"])) is not None:
            return said
        assert isinstance(message, EmailMessage)
        self.taken.append(message)
        self.envelopes.append(envelope)
        self.sessions.append(session)
        self.arrived.set()
        if self.hangs_up and server.transport:
            server.transport.abort()
        if self.waits:
            await self._over.wait()
        return "250 OK"


class Post:
    """A post office with a thread of its own."""

    def __init__(self, folder: Path) -> None:
        self.office = PostOffice(folder)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._do(self.office.open())

    def _do(self, what: Any) -> Any:
        future: Future[Any] = asyncio.run_coroutine_threadsafe(what, self._loop)
        return future.result(BOUND_SECONDS)

    def next(self) -> EmailMessage:
        """The mail that comes next."""

        async def arrived() -> EmailMessage:
            await self.office.arrived.wait()
            self.office.arrived.clear()
            return self.office.taken[-1]

        mail: EmailMessage = self._do(arrived())
        return mail

    def close(self) -> None:
        self._do(self.office.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(BOUND_SECONDS)
        self._loop.close()

    @property
    def settings(self) -> dict[str, str]:
        """How a server in a process of its own reaches it, as its environment says so."""
        said = {
            "HOST": "localhost",
            "PORT": str(self.office.port),
            "USER": USER,
            "PASSWORD": PASSWORD,
            "FROM_ADDRESS": FROM,
            "CA_FILE": str(self.office.ca_file),
        }
        return {f"SOCIALCLAW_SMTP__{name}": value for name, value in said.items()}


def body(message: EmailMessage, kind: str = "plain") -> str:
    """What is to be read in it."""
    part = message.get_body((kind,))
    assert part is not None
    content = part.get_content()
    assert isinstance(content, str)
    return content.replace("\r\n", "\n")


def links(message: EmailMessage) -> list[str]:
    """The links in its plain text."""
    return re.findall(r"https?://\S+", body(message))
