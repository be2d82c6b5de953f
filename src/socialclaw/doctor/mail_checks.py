"""What the doctor looks at of mail: whether the SMTP server lets us in, and whether what is to be sent goes out."""

from __future__ import annotations

from sqlalchemy.orm import Session

from socialclaw.db.base import iso, real_now
from socialclaw.doctor.check import Check
from socialclaw.mail import outbox
from socialclaw.mail.smtp import NotNow, connected
from socialclaw.settings import Settings

UNSET = "Not set up, so nobody can sign in by mail and invitations are links to be handed on: SOCIALCLAW_SMTP__HOST and …FROM_ADDRESS"
RELAY = (
    " Register its domain with Apple (Sign in with Apple for email communication), or what is sent to private relay addresses of Apple"
    " bounces"
)


async def server(settings: Settings) -> Check:
    """Signs in to the SMTP server, and sends nothing."""
    if not settings.smtp.ready:
        return Check("mail", "note", UNSET)
    host, port = settings.smtp.at
    try:
        async with connected(settings) as client:
            await client.noop()
            await client.quit()
    except NotNow as error:
        return Check("mail", "failed", f"{error}: correct SOCIALCLAW_SMTP__…, or start that server")
    relay = RELAY if settings.sign_in.apple.key_file else ""
    return Check("mail", "ok", f"{host}:{port} lets us in ({settings.smtp.tls}); mail comes from {settings.smtp.from_address}.{relay}")


def waiting(session: Session) -> Check:
    """The outbox."""
    found, now = outbox.report(session, real_now()), real_now()
    lost = f"{found.uncertain} of the last day may or may not have gone out, since the connection was lost; they are not sent again"
    bad = f"{found.refused} of the last day were refused by the SMTP server; the log says which"
    more = [said for number, said in ((found.uncertain, lost), (found.refused, bad)) if number]
    if found.since and found.stuck(now):
        why = found.error or "no worker has tried to send it"
        told = f"{found.waiting} mails wait, the oldest since {iso(found.since)}: {why}"
        return Check("outbox", "failed", ". ".join([told, *more]))
    told = f"{found.waiting} mails are on their way" if found.waiting else "No mail waits"
    return Check("outbox", "note" if more else "ok", ". ".join([told, *more]))
