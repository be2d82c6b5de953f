"""Handing one mail to the SMTP server, and what its answers mean: taken, refused for good, not now, or not known.

What cannot be known is only whether a server whose answer was lost has taken the mail; so whoever sends commits a mark before the server
may take it, and does not send again what has one and no answer.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from email.utils import format_datetime
from urllib.parse import urlsplit

from aiosmtplib import SMTP, SMTPDataError, SMTPException, SMTPRecipientRefused, SMTPResponseException

from socialclaw.mail.templates import Written
from socialclaw.mail_settings import SmtpSettings
from socialclaw.settings import Settings

SECONDS = 20.0  # for each answer of the server
LONGEST_SAID = 200  # characters of its words that are kept


class NotNow(Exception):
    """The server is away, or will not take it at the moment, or not from us as we are set up: later, perhaps."""


class Refused(Exception):
    """It will never take this mail."""


class Unsure(Exception):
    """It may have taken it: the connection was lost before its answer came."""


@asynccontextmanager
async def connected(settings: Settings) -> AsyncIterator[SMTP]:
    """The server, signed in to. NotNow says what is in the way."""
    smtp = settings.smtp
    host, port = smtp.at
    client = SMTP(
        hostname=host,
        port=port,
        username=smtp.user or None,
        password=smtp.password.get_secret_value() or None,
        use_tls=smtp.tls == "tls",
        start_tls=smtp.tls == "starttls",
        tls_context=_trust(smtp),
        local_hostname=_us(settings.base_url),
        timeout=SECONDS,
    )
    try:
        await client.connect()
    except (SMTPException, OSError, ValueError) as error:
        client.close()
        raise NotNow(f"{host}:{port}: {said(error)}") from None
    try:
        yield client
    finally:
        with suppress(SMTPException, OSError):
            client.close()


async def hand_over(settings: Settings, mail_id: str, to: str, written: Written, at: datetime, mark: Callable[[], Awaitable[None]]) -> None:
    """Send one mail. `mark` is awaited before the server may take it. Raises NotNow, Refused or Unsure where it did not surely take it."""
    sender = settings.smtp.sender[1]
    content = message(settings.smtp, mail_id, to, written, at)
    async with connected(settings) as client:
        wide = [] if to.isascii() else ["SMTPUTF8"]
        if wide and not client.supports_extension("smtputf8"):
            raise Refused("The SMTP server takes only addresses of ASCII letters (it has no SMTPUTF8)")
        try:
            await client.mail(sender, options=wide, encoding="utf-8" if wide else "ascii")
            await client.rcpt(to, encoding="utf-8" if wide else "ascii")
        except SMTPRecipientRefused as error:
            raise (Refused if error.code >= 500 else NotNow)(said(error)) from None
        except (SMTPException, OSError) as error:
            raise NotNow(said(error)) from None
        await mark()
        try:
            await client.data(content)
        except SMTPDataError as error:
            raise (Refused if error.code >= 500 else NotNow)(said(error)) from None
        except (SMTPException, OSError) as error:
            raise Unsure(said(error)) from None
        with suppress(SMTPException, OSError):
            await client.quit()


def message(smtp: SmtpSettings, mail_id: str, to: str, written: Written, at: datetime) -> bytes:
    """The mail as it goes over the line. Its id is the same at every try, so that a mailbox may tell a double."""
    called, sender = smtp.sender
    found = EmailMessage(policy=POLICY.clone(cte_type="7bit", utf8=not to.isascii()))
    found["From"] = Address(called, addr_spec=sender)
    found["To"] = to
    if written.reply_to:
        found["Reply-To"] = written.reply_to
    found["Subject"] = written.subject
    found["Date"] = format_datetime(at)
    found["Message-ID"] = f"<{mail_id}@{sender.rpartition('@')[2]}>"
    found["Auto-Submitted"] = "auto-generated"
    found.set_content(written.text)
    found.add_alternative(written.html, subtype="html")
    return found.as_bytes()


def said(error: Exception) -> str:
    """What went wrong, in one line: the server's own words where there are some."""
    words = f"{error.code} {error.message}" if isinstance(error, SMTPResponseException) else str(error) or type(error).__name__
    return "".join(c if c.isprintable() else " " for c in words)[:LONGEST_SAID]


def _trust(smtp: SmtpSettings) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if smtp.ca_file is not None:
        context.load_verify_locations(smtp.ca_file)
    return context


def _us(base_url: str) -> str:
    """What we call ourselves: a name, or an address in brackets."""
    host = urlsplit(base_url).hostname or "localhost"
    if ":" in host:
        return f"[IPv6:{host}]"
    return f"[{host}]" if host.replace(".", "").isdigit() else host
