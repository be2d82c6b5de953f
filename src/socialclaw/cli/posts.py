"""Posts of all workspaces: what would go out now, holding it back, and letting it go. It is done in the database of this machine."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from socialclaw.cli import opened, options
from socialclaw.cli.output import Problem, pasteable, print_json, print_table, say

if TYPE_CHECKING:
    from collections import Counter

    from socialclaw.publishing.held import Due
    from socialclaw.system import System

LONGEST_SHOWN = 50  # characters of a text
Before = Annotated[
    str | None, typer.Option("--before", help="Up to this time, e.g. 2026-06-01T12:00:00Z.", show_default="now", metavar="TIME")
]
DueBefore = Annotated[str, typer.Option("--due-before", help="Up to this time, e.g. 2026-06-01T12:00:00Z.", metavar="TIME")]


def show_due(
    before: Before = None, data_dir: options.DataDir = None, database_url: options.DatabaseUrl = None, json: options.AsJson = False
) -> None:
    """List what would be published now (or until --before), also what is held."""
    from socialclaw.db.base import iso, utc_now
    from socialclaw.db.holds import held
    from socialclaw.publishing.held import due

    until = _time("--before", before) if before else utc_now()

    async def run(system: System) -> tuple[list[Due], datetime | None]:
        return await system.database.read(due, until), await system.database.read(held)

    found, since = opened.run(options.settings(data_dir=data_dir, database_url=database_url), run)
    if json:
        print_json({"heldSince": iso(since) if since else None, "posts": [_wire(one) for one in found]})
        return
    say(f"Nothing is published: held since {iso(since)}." if since else "Nothing is held: these posts are being published.")
    rows = [
        [one.post.id, one.workspace, one.post.account, one.post.status, iso(one.post.publish_at), _asked(one), _short(one.post.description)]
        for one in found
    ]
    print_table(["post", "workspace", "account", "status", "publishAt", "can be looked for", "text"], rows)


def hold(
    due_before: DueBefore, data_dir: options.DataDir = None, database_url: options.DatabaseUrl = None, json: options.AsJson = False
) -> None:
    """Hold back the posts that are to be published until a time; all others go on."""
    from socialclaw.publishing.held import hold_due

    until = _time("--due-before", due_before)

    async def run(system: System) -> int:
        return await system.database.write(hold_due, until)

    settings = options.settings(data_dir=data_dir, database_url=database_url)
    number = opened.run(settings, run)
    if json:
        print_json({"held": number})
    else:
        say(f"Held back: {number}. `{pasteable(settings, 'posts', 'release')}` lets them go.")


def release(
    look_first: Annotated[
        bool, typer.Option("--look-first/--without-looking", help="Look on the networks for what may have gone out already.")
    ] = True,
    data_dir: options.DataDir = None,
    database_url: options.DatabaseUrl = None,
    json: options.AsJson = False,
) -> None:
    """Let go of everything that is held. What was due when the hold began is looked for on its network before it is sent."""
    from socialclaw.publishing import held
    from socialclaw.publishing.reconcile import settle_seconds

    async def run(system: System) -> Counter[str]:
        return await system.database.write(partial(held.release, look_first=look_first), partial(settle_seconds, system))

    counts = opened.run(options.settings(data_dir=data_dir, database_url=database_url), run)
    looked_for, unaskable, sent = counts["looked for"], counts["cannot be asked"], counts["sent"]
    if json:
        print_json({"lookedFor": looked_for, "cannotBeAsked": unaskable, "sent": sent})
        return
    say(f"Released: {looked_for} looked for first, {sent} sent when they are due.")
    if unaskable:
        say(f"{unaskable} fail with publish_outcome_unknown: look there, and retry with force what is missing.")


def _time(option: str, given: str) -> datetime:
    try:
        found = datetime.fromisoformat(given)
    except ValueError:
        raise Problem(f"{option} {given!r} is not a time: write it like 2026-06-01T12:00:00Z") from None
    if found.tzinfo is None:
        raise Problem(f"{option} {given!r} has no time zone: write it like 2026-06-01T12:00:00Z")
    return found


def _wire(one: Due) -> dict[str, Any]:
    from socialclaw.db.base import iso

    post = one.post
    return {
        "id": post.id,
        "workspace": one.workspace,
        "provider": post.provider,
        "account": post.account,
        "status": post.status,
        "blockedBy": post.blocked_by,
        "publishAtUtc": iso(post.publish_at),
        "canBeLookedFor": one.can_be_asked,
        "description": post.description,
    }


def _asked(one: Due) -> str:
    return "yes" if one.can_be_asked else "no"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_SHOWN else f"{line[: LONGEST_SHOWN - 1]}…"
