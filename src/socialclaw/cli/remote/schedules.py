"""The commands for schedules: judging one, applying it, looking at its campaigns, publishing a draft."""

from __future__ import annotations

import json as js
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from socialclaw.cli.output import complain, print_json, say
from socialclaw.cli.remote.command import Api, remote, told
from socialclaw.cli.remote.exits import of
from socialclaw.cli.remote.files import documents
from socialclaw.cli.remote.files.document import Document, shown
from socialclaw.cli.remote.groups import group
from socialclaw.cli.remote.options import File, RunId, Yes
from socialclaw.cli.remote.shown import Column, counted

campaigns = group("Campaigns: posts that belong together, with replies.")
STEPS = (
    Column("Campaign", "campaign"),
    Column("Account", "account"),
    Column("Kind", "interactionType"),
    Column("Step", "sequencePosition"),
    Column("When", "publishAtUtc", when=True),
    Column("Status", "status"),
    Column("Files", lambda step: len(step.get("assets") or ())),
    Column("Text", lambda step: " ".join((step.get("description") or step.get("name") or "").split())[:40]),
    Column("Post", "postId"),
)
IdempotencyKey = Annotated[
    str | None, typer.Option("--idempotency-key", help="The same key with the same schedule is the same run.", show_default="a new one")
]


@remote
def validate(api: Api, file: File) -> None:
    """Judge a schedule, and store nothing. What is wrong is told with file, line and column."""
    judge(api, file)


def judge(api: Api, file: str) -> None:
    document, schedule = _loaded(api, file)
    answer = _judged(api, document, lambda: api.client.validate(schedule))
    api.sentence(answer, f"Valid: {_size(answer)}, {answer['mode']}.")


@remote
def apply(api: Api, file: File, idempotency_key: IdempotencyKey = None, yes: Yes = False) -> None:
    """Apply a schedule: all of its posts, or none."""
    document, schedule = _loaded(api, file)
    api.confirm(f"Apply {file}?", yes=yes)
    key = (idempotency_key or "").strip() or None
    answer: Any = _judged(api, document, lambda: api.client.apply(schedule, idempotency_key=key))
    run, number = answer["run"], len(answer["posts"])
    did = "was there already" if answer.get("duplicate") else "is made"
    more = f" Publish it with: socialclaw publish-draft --run-id {run['id']}" if run["mode"] == "draft" else ""
    api.sentence(
        answer, f"{'Draft' if run['mode'] == 'draft' else 'Run'} {run['id']} {did}: {counted(number, 'post')}.{more}", id=run["id"]
    )


@campaigns.command("preview")
@remote
def preview(api: Api, file: File) -> None:
    """Show the campaigns of a schedule, with every time worked out, and store nothing."""
    document, schedule = _loaded(api, file)
    _graph(api, _judged(api, document, lambda: api.client.preview(schedule)))


@campaigns.command("inspect")
@remote
def inspect(api: Api, run_id: RunId) -> None:
    """Show the campaigns of a run."""
    _graph(api, api.client.run_campaign(run_id))


@campaigns.command("clone")
@remote
def clone(
    api: Api, run_id: RunId, output: Annotated[Path | None, typer.Option("--output", help="Write it into this file.")] = None
) -> None:
    """Print the schedule of a run, as a draft to be changed and applied anew."""
    schedule = api.client.run_campaign(run_id)["schedule"]
    if output and not api.json:
        output.write_text(js.dumps(schedule, indent=2, ensure_ascii=False), encoding="utf-8")
        say(f"Wrote {output}")
    else:
        print_json(schedule)


@remote
def publish_draft(
    api: Api,
    run_id: RunId,
    start_at: Annotated[str | None, typer.Option("--start-at", help="Move the first post to this time, and the others with it.")] = None,
    yes: Yes = False,
) -> None:
    """Publish a draft."""
    api.confirm(f"Publish {run_id}?", yes=yes)
    answer: Any = api.client.publish_run(run_id, start_at=start_at)
    api.sentence(answer, f"Draft {answer['run']['id']} is scheduled: {counted(len(answer['posts']), 'post')}.", id=run_id)


def _loaded(api: Api, file: str) -> tuple[Document, dict[str, Any]]:
    from socialclaw.cli.remote.files import media

    api.need_key()
    document = documents.load(file)
    for post in document.schedule.get("posts") or () if len(api.target.accounts) == 1 else ():
        if isinstance(post, dict):
            post.setdefault("account", api.target.accounts[0])
    return document, media.uploaded(api, document)


def _judged(api: Api, document: Document, ask: Any) -> Any:
    """What the API answers. Where it finds something wrong, that is told by the lines of the file."""
    from socialclaw.sdk import ClientError

    try:
        answer = ask()
    except ClientError as error:
        issues = error.details.get("issues")
        if api.json or not isinstance(issues, list):
            raise
        for line in _lines(document, issues):
            complain(line)
        for line in list(told(error.body | {"details": {**error.details, "issues": []}}))[1:]:
            complain(line)
        raise typer.Exit(of(error.code, error.status)) from None
    for line in _lines(document, answer.get("warnings") or []):
        complain(f"{line} (warning)")
    return answer


def _lines(document: Document, issues: list[Any]) -> Iterator[str]:
    for issue in issues:
        yield f"{shown(document.spot(issue['path']))}: {issue['message']} ({issue['code']})"


def _graph(api: Api, answer: Any) -> None:
    steps = [
        {"campaign": campaign["name"], "account": target["account"]} | step
        for campaign in answer["campaign"]["campaigns"]
        for target in campaign["targets"]
        for step in target["steps"]
    ]
    api.table(answer, steps, STEPS)


def _size(answer: Any) -> str:
    number = answer.get("totalCampaigns")
    posts = counted(answer["totalPosts"], "post")
    return f"{counted(number, 'campaign')}, {posts}" if number else posts
