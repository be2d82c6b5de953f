"""What our mails say, each as plain text and as simple HTML. What people have written is put in as text, never as a link or as HTML."""

from __future__ import annotations

import html
import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

INVITATION, SIGN_IN, LINKED, SUPPORT, WEBHOOK, ALERTS = "invitation", "sign_in", "linked", "support", "webhook", "alerts"
LINKING = re.compile(r"://|www\.|(?<=\w)\.(?=\w)", re.IGNORECASE)  # what mail programs would make links of
LONGEST_NAME = 60
LONGEST_LINE = 240
FONT = "font:16px/1.5 system-ui,sans-serif;color:#1c1917"
BUTTON = "display:inline-block;padding:8px 16px;border-radius:8px;background:#1c1917;color:#ffffff;text-decoration:none"
TITLE = "color:#1c1917;font-weight:600"


@dataclass(frozen=True, slots=True)
class Written:
    """A mail as it is sent. `reply_to`: who gets an answer, where that is not the sender."""

    subject: str
    text: str
    html: str
    reply_to: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """Something that a mail tells of, and leads to."""

    title: str
    lines: Sequence[str]
    link: str


def written(kind: str, facts: Mapping[str, Any]) -> Written:
    """The mail of this kind about these facts."""
    return KINDS[kind](**facts)


def name(text: str) -> str:
    """What somebody is called, or calls something, in a mail to a stranger: one short line, in which nothing is a link."""
    return _plain(LINKING.sub(" ", text), LONGEST_NAME) or "somebody"


def _plain(text: str, longest: int) -> str:
    """One line, cut where it is too long."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def _invitation(*, inviter: str, workspace: str, role: str, link: str, server: str) -> Written:
    lines = [
        f"{name(inviter)} invites you to the workspace {name(workspace)} on {server}, as {role}.",
        "The link is good for one time, within seven days. It opens for whoever shows that this address is theirs.",
    ]
    why = f"You get this because somebody on {server} entered your address. If that means nothing to you, there is nothing to do."
    return _laid_out(f"An invitation to {name(workspace)}", lines, ("Accept the invitation", link), [why])


def _sign_in(*, link: str, typed: str, minutes: int, server: str) -> Written:
    lines = [
        f"Somebody who says that this mailbox is theirs wants to sign in to {server}. If that was you, open the link in the browser in"
        f" which you asked for it, within {minutes} minutes. It is good for one time.",
    ]
    after = [
        f"If you read this on another device, type this code in that browser instead:\n{typed}",
        "If it was not you, there is nothing to do. Give neither the link nor the code to anybody: nobody of ours asks for them.",
    ]
    return _laid_out(f"Sign in to {server}", lines, ("Sign in", link), after)


def _linked(*, label: str, email: str, server: str, home: str) -> Written:
    lines = [
        f"From now on you can also sign in to {server} with {label} ({email}).",
        "If it was not you who added this: sign in as you did before, take it away again, and sign out everywhere.",
    ]
    return _laid_out(f"A new way to sign in to {server}", lines, ("Open", home), [])


def _support(*, request_id: str, message: str, email: str | None, told: Mapping[str, str | None]) -> Written:
    """To the operator. What a stranger has written is in the text alone, and their address, which nobody has proven, gets answers only."""
    facts = "\n".join(f"{label}: {value}" for label, value in told.items() if value)
    unproven = f"An answer to this mail goes to {email}, which is what they wrote." if email else "They left no address to answer to."
    written = _laid_out(f"Request for support {request_id}", [message, facts or "Nothing else is known."], None, [unproven])
    return replace(written, reply_to=email)


def _webhook(*, workspace: str, host: str, because: str, link: str, server: str) -> Written:
    lines = [
        f"The workspace {name(workspace)} on {server} sends no more events to its webhook endpoint at {name(host)}.",
        f"{because}. What happened meanwhile is kept for 30 days, and can be sent again once the endpoint is enabled.",
    ]
    why = "You get this because you may change webhooks in that workspace."
    return _laid_out(f"A webhook of {name(workspace)} was disabled", lines, ("Look at it", link), [why])


def _alerts(*, workspace: str, server: str, alerts: Sequence[Mapping[str, str]], more: int, settings: str, **links: str) -> Written:
    """To members. Texts of posts and the words of networks are in it, in which nothing is a link."""
    items, count = [_item(**one) for one in alerts], len(alerts) + more
    called = name(workspace)
    subject = f"{count} things need you in {called}" if count > 1 else f"{items[0].title} ({called})"
    before = [f"In the workspace {called} on {server}:"]
    after = [
        *([f"And {more} more, which are shown there."] if more else []),
        "What comes to need you while this stands is told in a later mail, and in the dashboard at once.",
        f"You get this because you may act in {called}. To get no such mails, switch them off:\n{settings}",
    ]
    return _laid_out(subject, before, ("See what needs you", links["all"]), after, items)


def _item(*, what: str, which: str, why: str, link: str) -> Item:
    return Item(_plain(what, LONGEST_LINE), [_plain(LINKING.sub(" ", one), LONGEST_LINE) for one in (which, why) if one], link)


def _laid_out(
    subject: str, before: Sequence[str], button: tuple[str, str] | None, after: Sequence[str], items: Sequence[Item] = ()
) -> Written:
    """Paragraphs, things with a link each, a link, and more paragraphs; in HTML the link is a button."""
    listed = ["\n".join([_wrapped(one.title), *map(_wrapped, one.lines), one.link]) for one in items]
    middle = [] if button is None else [f"{button[0]}:\n{button[1]}"]
    text = "\n\n".join([*map(_wrapped, before), *listed, *middle, *map(_wrapped, after)]) + "\n"
    parts = [_paragraph(one) for one in before]
    for one in items:
        title = f'<a href="{html.escape(one.link)}" style="{TITLE}">{html.escape(one.title)}</a>'
        parts.append(f"<p>{'<br>'.join([title, *map(html.escape, one.lines)])}</p>")
    if button is not None:
        parts.append(f'<p><a href="{html.escape(button[1])}" style="{BUTTON}">{html.escape(button[0])}</a></p>')
    parts += [_paragraph(one) for one in after]
    page = f'<!doctype html><html lang="en"><body style="{FONT}">{"".join(parts)}</body></html>\n'
    return Written(subject, text, page)


def _wrapped(paragraph: str) -> str:
    return "\n".join(textwrap.fill(line, 76, break_long_words=False, break_on_hyphens=False) for line in paragraph.splitlines())


def _paragraph(text: str) -> str:
    return f"<p>{html.escape(text).replace(chr(10), '<br>')}</p>"


KINDS: Mapping[str, Callable[..., Written]] = {
    INVITATION: _invitation,
    SIGN_IN: _sign_in,
    LINKED: _linked,
    SUPPORT: _support,
    WEBHOOK: _webhook,
    ALERTS: _alerts,
}
