"""Uploads, conversions and sweeps are killed with SIGKILL at random instants; then all that is served, and all that is left, is looked at.

`python -m tests.crash.media [--kills 100] [--print]` does it on a folder and on S3, and writes its part of `docs/reliability.md`.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tests import bucket
from tests.crash.interruptions import PHASES, WHAT, Found, campaign
from tests.crash.table import MEDIA, OUTAGES, PAGE, database_urls, machine

FOLDER, S3_SERVER = "a folder, SQLite", "S3 (SeaweedFS), PostgreSQL"
TEXT = """`python -m tests.crash.media` kills the API and the worker with SIGKILL at random instants while files come, are completed,
converted, changed for a network, delivered and swept, and writes this part. Users go on with each upload after every interruption,
knowing no more than its asset's id; some walk away for good. Readers compare every byte of every answer with what was sent, and every
picture that was made is decoded, and must be the same each time. In the end the rest of the uploads is completed or left to the sweeper,
and after that there may be no row, object, part or work file but those of assets that are ready. A kill *hits* when the process was in
the middle of that. On S3 the parts themselves go to the bucket: there a kill hits who asks where to send them. `make test` does the same
at a smaller size, and lets the API die at every write of an upload, before and after it is committed.
"""


def attack(folder: Path, kills: int, databases: dict[str, str]) -> dict[str, Found]:
    """A folder on SQLite, and S3 on PostgreSQL; the kills are shared out."""
    first = kills - kills // 2
    found = {FOLDER: asyncio.run(campaign(folder / "folder", kills=first, seed=1, database_url=databases["SQLite"]))}
    print(f"{FOLDER}: {found[FOLDER]}", flush=True)
    (folder / "s3").mkdir()
    with bucket.server(folder / "s3") as s3:
        url = databases["PostgreSQL"]
        found[S3_SERVER] = asyncio.run(campaign(folder / "on-s3", kills=kills // 2, seed=2, database_url=url, storage="s3", s3=s3))
    print(f"{S3_SERVER}: {found[S3_SERVER]}", flush=True)
    return found


def section(found: dict[str, Found], began: datetime) -> str:
    """This campaign's part of the page."""
    took = (datetime.now(UTC) - began).total_seconds() / 60
    lines = [MEDIA, TEXT, f"Written on {began:%Y-%m-%d} on {machine()}, in {took:.0f} minutes.\n"]
    lines += ["| killed in the middle of | " + " | ".join(found) + " |", "|---|" + "--:|" * len(found)]
    for phase in PHASES:
        lines.append(f"| {WHAT[phase]} | " + " | ".join(f"{f.hits[phase]} of {f.kills[phase]}" for f in found.values()) + " |")
    lines += ["", "| what came of it | " + " | ".join(found) + " |", "|---|" + "--:|" * len(found)]
    for name in sorted({name for f in found.values() for name in f.counts}):
        lines.append(f"| {name} | " + " | ".join(str(f.counts[name]) for f in found.values()) + " |")
    lines.append("| **wrong** (a byte, a picture, an answer, a post) | " + " | ".join(str(len(f.wrong)) for f in found.values()) + " |")
    lines.append("| **orphans** after the sweeper | " + " | ".join(str(len(f.orphans)) for f in found.values()) + " |")
    return "\n".join([*lines, ""])


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=100, help="in all")
    options.add_argument("--print", action="store_true", help="print the part of the page instead of writing it")
    given = options.parse_args()
    began = datetime.now(UTC)
    with database_urls() as urls, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        found = attack(Path(folder), given.kills, urls)
    written = section(found, began)
    if given.print:
        print(written)
    else:
        before, _, after = PAGE.read_text().partition(MEDIA)
        _, heading, outages = after.partition(OUTAGES)
        PAGE.write_text(f"{before.rstrip()}\n\n{written.rstrip()}\n\n{heading}{outages}".rstrip() + "\n")
        print(f"wrote {PAGE}")
    if not all(f.flawless for f in found.values()):
        raise SystemExit(f"something was wrong, or left: {[(f.wrong, f.orphans) for f in found.values()]}")


if __name__ == "__main__":
    main()
