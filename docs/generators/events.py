"""docs/events.md: every kind of event, with what it tells, from the table that they are recorded by."""

from __future__ import annotations

import json

from docs.generators.markdown import code, codes, document, table
from socialclaw.events.feed import KEPT
from socialclaw.events.kinds import KINDS, OBJECTS, Fact

INTRODUCTION = f"""What happens in a workspace is written down as an event, in the transaction in which it happens, and told in one order:
`seq` counts 1, 2, 3 … in each workspace. Events are kept for {KEPT.days} days.

* **Read on**: `GET /v1/events?cursor=…` answers with what came after a cursor, and `nextCursor` for the next time; `wait=25` waits until
  there is something. Whoever keeps the cursor misses nothing and gets nothing twice. `types=post.*,run.completed` and `subject=run_…`
  narrow it.
* **Follow**: `GET /v1/events/stream` sends the same as server-sent events, and goes on from `Last-Event-ID`.

Both need the operation `read`. How it works: [decision](decisions/0043-events.md)."""

ENVELOPE = """`id` is the event's own; `timestamp` when it happened (where the clock of a test workspace stands, by that clock); `actor` the
key or the user behind it, `null` where that is nobody, as for all that a worker does by itself; `subject` the ids of what it is about;
`data` what became of that, as the type says. What a post says is not told: whoever may read it asks for the post. Fields may be added.
Where a network had the data of an account deleted, `data` of its events is `{}`."""


def page() -> str:
    types = table(["Type", "What happened", "`subject`", "`data`"], [_row(name) for name in KINDS])
    objects = [block for name, facts in OBJECTS.items() for block in (f"### `data.{name}`", _facts(facts))]
    sample = json.dumps(KINDS["post.failed"].event(), indent=2)
    return document(
        "Events", INTRODUCTION, "## An event", f"```json\n{sample}\n```", ENVELOPE, "## Types", types, "## What is told", *objects
    )


def _row(name: str) -> list[str]:
    kind = KINDS[name]
    return [code(name), kind.says, codes(kind.subject), code(kind.tells)]


def _facts(facts: dict[str, Fact]) -> str:
    return table(["Field", "", "Such as"], [[code(name), _says(fact), code(json.dumps(fact.sample))] for name, fact in facts.items()])


def _says(fact: Fact) -> str:
    return f"{fact.says}; or null" if fact.null else fact.says
