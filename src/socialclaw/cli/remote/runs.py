"""The commands for runs: what became of them, as lists, tables and pages."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Annotated, Any

import typer

from socialclaw.cli.output import say
from socialclaw.cli.remote.command import Api, Refused, remote
from socialclaw.cli.remote.groups import group
from socialclaw.cli.remote.options import RunId
from socialclaw.cli.remote.shown import Column, counted

runs = group("Runs: schedules that were applied.")
POSTS = (
    Column("Post", "id"),
    Column("Account", "account"),
    Column("Status", "status"),
    Column("When", "publishAtUtc", when=True),
    Column("Tries", "attemptCount"),
    Column("Campaign", "campaignName"),
    Column("Step", "sequencePosition"),
    Column("Link", "providerUrl"),
)
ROWS = {
    "time": "Time",
    "account": "Account",
    "campaign": "Campaign",
    "step": "Step",
    "postName": "Name",
    "description": "Text",
    "mediaLink": "Media",
    "timezone": "Time zone",
    "status": "Status",
    "postId": "Post",
}
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<style>
:root {{ color-scheme: light dark }}
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2rem }}
table {{ border-collapse: collapse; width: 100% }}
th, td {{ text-align: left; vertical-align: top; padding: .4rem .6rem; border-bottom: 1px solid }}
</style></head>
<body><h1>{title}</h1><p>{status}, times in {timezone}</p>
<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>
</body></html>
"""
Format = Annotated[str, typer.Option("--format", help="terminal or html.")]
Output = Annotated[Path | None, typer.Option("--output", help="Write it into this file.")]


@remote
def status(api: Api, run_id: RunId) -> None:
    """Show how far a run is."""
    answer = api.client.run_status(run_id)
    run: Any = answer["run"]
    summary = {word: number for word, number in (answer["summary"] or {}).items() if number}
    api.facts(answer, [("Run", run["id"]), ("Status", run["status"]), ("Mode", run.get("mode")), ("Posts", summary)], id=run_id)


@runs.command("inspect")
@remote
def inspect(api: Api, run_id: RunId) -> None:
    """Show a run and its posts."""
    answer = api.client.run(run_id)
    if api.people:
        run: Any = answer["run"]
        posts, tries = counted(len(answer["posts"]), "post"), counted(len(answer["attempts"]), "time")
        say(f"{run['id']}  {run['status']}  {run.get('mode')}  {posts}, tried {tries}\n")
    api.table(answer, answer["posts"], POSTS)


@remote
def view(api: Api, run_id: RunId, format: Format = "terminal", output: Output = None) -> None:
    """Show a run as a time line: a table, or a page to send to somebody."""
    answer = api.client.run_table(run_id)
    if format not in ("terminal", "html"):
        raise Refused(f"--format {format!r} is none: terminal, html")
    if format == "terminal" or (api.json and not output):
        api.table(answer, answer["rows"], [Column(title, name) for name, title in ROWS.items()], ids="postId")
        return
    page = _page(answer)
    if output:
        output.write_text(page, encoding="utf-8")
        api.sentence(answer, f"Wrote {output}")
    else:
        say(page)


def _page(answer: Any) -> str:
    run = answer["run"]
    told = {"title": f"Run {run['id']}", "status": run.get("status"), "timezone": run.get("timezone")}
    head = "".join(f"<th>{title}</th>" for title in ROWS.values())
    rows = "".join(f"<tr>{''.join(f'<td>{_text(row.get(name))}</td>' for name in ROWS)}</tr>" for row in answer["rows"])
    return PAGE.format(**{name: _text(value) for name, value in told.items()}, head=head, rows=rows)


def _text(value: Any) -> str:
    return html.escape("" if value is None else str(value))
