"""`socialclaw watch`: a run until it ends, or files as they are written."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from socialclaw.cli.output import complain, console, print_json, say
from socialclaw.cli.remote import exits, schedules
from socialclaw.cli.remote.command import Api, Refused, remote
from socialclaw.cli.remote.options import missing
from socialclaw.cli.remote.shown import COLOURS, ago

ENDED = ("completed", "partial_failed", "draft")
LOOK_SECONDS, SAVED_SECONDS = 1.0, 0.5
RunId = Annotated[str | None, typer.Option("--run-id", help="The run to look at, until it ends.")]
File = Annotated[str | None, typer.Option("--file", "-f", help="The file or folder to judge whenever it changes.", metavar="FILE")]
Seconds = Annotated[float | None, typer.Option("--timeout", help="Do not wait for longer than so many seconds.")]


@remote
def watch(api: Api, run_id: RunId = None, file: File = None, timeout: Seconds = None) -> None:
    """Watch a run until all of its posts have ended; or a schedule's file, and judge it whenever it is saved.

    Exit code 6 if a post failed, 8 if it took longer than --timeout.
    """
    if file:
        _file(api, file)
    elif run_id:
        _run(api, run_id, None if timeout is None else time.monotonic() + timeout)
    else:
        raise missing("--run-id")


def _run(api: Api, run_id: str, until: float | None) -> None:
    from rich.live import Live

    seen: dict[str, str] = {}
    with Live(console=console(), auto_refresh=False, transient=True) if api.people else _Nothing() as live:
        while True:
            answer: Any = api.client.run_status(run_id)
            if api.people:
                live.update(_picture(answer["posts"]), refresh=True)
            elif not api.json:
                _tell(answer["posts"], seen)
            if answer["run"]["status"] in ENDED:
                break
            if until is not None and time.monotonic() > until:
                raise TimeoutError(f"{run_id} is still {answer['run']['status']}; it goes on without being watched")
            time.sleep(LOOK_SECONDS)
    if api.json:
        print_json(answer)
    elif api.people:
        console().print(_picture(answer["posts"]))
    failed = answer["summary"]["failed"]
    if failed and not api.json:
        complain(f"{failed} of {answer['summary']['total']} posts failed")
    if failed:
        raise typer.Exit(exits.FAILED)


class _Nothing:
    """In the place of a picture, where nobody looks."""

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> None:
        return None


def _picture(posts: Iterable[Any]) -> Any:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, pad_edge=False)
    for post in posts:
        status = Text(post["status"], style=COLOURS.get(post["status"], ""))
        table.add_row(Text(post["account"]), status, Text(ago(post.get("publishAtUtc") or "")), Text(post.get("providerUrl") or ""))
    return table


def _tell(posts: Iterable[Any], seen: dict[str, str]) -> None:
    for post in posts:
        if seen.get(post["id"]) != post["status"]:
            seen[post["id"]] = post["status"]
            say("\t".join((post["id"], post["account"], post["status"], post.get("providerUrl") or "-")))


def _file(api: Api, file: str) -> None:
    """Until interrupted."""
    seen: dict[Path, float] | None = None
    while True:
        now = _times(Path(file))
        if now != seen:
            seen = now
            try:
                schedules.judge(api, file)
            except Refused as error:
                complain(error.message)
            except OSError as error:  # an editor puts a new file in the place of the old one
                complain(f"{file}: {error.strerror or error}")
            except typer.Exit:
                pass  # what is wrong has been told
            if sys.stdout.isatty():
                say()
        time.sleep(SAVED_SECONDS)


def _times(path: Path) -> dict[Path, float]:
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    return {one: one.stat().st_mtime for one in files if one.is_file()}
