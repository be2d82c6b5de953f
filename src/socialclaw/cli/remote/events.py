"""`socialclaw events`: what has happened in the workspace, and what happens."""

from __future__ import annotations

import json as js
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from socialclaw.cli.output import say
from socialclaw.cli.remote.command import Api, remote
from socialclaw.cli.remote.shown import Column, ago

if TYPE_CHECKING:
    from socialclaw.sdk import Client

Types = Annotated[str | None, typer.Option("--types", help="Only of these types: post.*,run.completed.")]
Subject = Annotated[str | None, typer.Option("--subject", help="Only about this post, run, account, file or key.")]
Cursor = Annotated[str | None, typer.Option("--cursor", help="What came after this; without it, all that is kept.")]
Follow = Annotated[bool, typer.Option("--follow", "-f", help="Go on with what happens, until interrupted.")]
Lines = Annotated[bool, typer.Option("--jsonl", help="Print each event as JSON in a line of its own.")]
WAIT_SECONDS, PAGE = 25, 200


@remote
def events(
    api: Api, types: Types = None, subject: Subject = None, cursor: Cursor = None, follow: Follow = False, jsonl: Lines = False
) -> None:
    """Show what has happened, the oldest first; with --follow, go on with what happens.

    With --follow and no --cursor it begins with what happens from now on. The cursor to go on with is the number of the last event.
    """
    narrowed = {"types": types, "subject": subject}
    if follow:
        for event in following(api.client, cursor or "latest", **narrowed):
            _tell(api, event, jsonl)
        return
    found, last = pages(api.client, cursor, **narrowed)
    if jsonl:
        for event in found:
            say(js.dumps(event, ensure_ascii=False))
        return
    columns = (Column("Number", "seq"), Column("When", "timestamp", when=True), Column("Type", "type"), Column("About", about))
    api.table({"ok": True, "events": found, "nextCursor": last}, found, columns, none="Nothing has happened.")


def pages(client: Client, cursor: str | None, **narrowed: str | None) -> tuple[list[Any], str]:
    """All events after a cursor, and the cursor after them."""
    found: list[Any] = []
    while True:
        answer: Any = client.call("GET", "/v1/events", query={"cursor": cursor, "limit": PAGE, **narrowed})
        found += answer["events"]
        cursor = answer["nextCursor"]
        if not answer["hasMore"]:
            return found, str(cursor)


def following(client: Client, cursor: str, **narrowed: str | None) -> Iterator[Any]:
    """Each event as it happens, without an end: asked for, so that whatever stands between here and the server does not matter."""
    while True:
        answer: Any = client.call("GET", "/v1/events", query={"cursor": cursor, "limit": PAGE, "wait": WAIT_SECONDS, **narrowed})
        yield from answer["events"]
        cursor = answer["nextCursor"]


def _tell(api: Api, event: Any, jsonl: bool) -> None:
    if jsonl or api.json:
        say(js.dumps(event, ensure_ascii=False))
    elif api.quiet:
        say(event["id"])
    elif api.people:
        say(f"{event['seq']:>6}  {ago(event['timestamp']):<12}  {event['type']:<26}  {about(event)}")
    else:
        say(f"{event['seq']}\t{event['timestamp']}\t{event['type']}\t{about(event)}")


def about(event: Any) -> str:
    """What it is about, in a few words."""
    told: Any = next(iter(event["data"].values()), {})
    words = [told.get(name) for name in ("account", "handle", "label", "originalFilename", "url", "errorCode", "because", "status")]
    ids = [one for one in event["subject"].values() if one][:1]
    return "  ".join(str(one) for one in [*ids, *words] if one)
