"""`python -m tests.networks.described [network ...]`: records what every adapter sends and holds it against the official descriptions.

With `--write`, the figures are kept for docs/providers.md (`make docs` puts them there). The exit code is 1 where something is not as
described.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from socialclaw.networks import providers
from tests.networks.clients import node
from tests.networks.described.descriptions import DESCRIPTIONS, Description
from tests.networks.described.proxy import LOCK, proxy
from tests.networks.described.recording import record
from tests.networks.recorded import Call

SHOWN = 40  # kinds of faults of one description
FIGURES = Path(__file__).with_name("figures.json")


def recorded(network: str) -> list[Call]:
    """What all providers of a network send."""
    return [call for p in providers().values() if p.network == network for call in asyncio.run(record(p))]


@dataclass
class Verdict:
    """How many calls a description is about; what is wrong with requests and with the simulator's answers, and what is explained."""

    calls: int
    requests: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    explained: Counter[str] = field(default_factory=Counter)  # by the reason


def judge(description: Description, calls: Sequence[Call]) -> Verdict:
    targets = {n: target for n, (request, _) in enumerate(calls) if (target := description.within(request)) is not None}
    verdict = Verdict(len(targets))
    if not targets:
        return verdict
    with tempfile.TemporaryDirectory() as folder, proxy(description.read(description.path), calls, Path(folder)) as prism:
        for number, target in targets.items():
            request, answer = calls[number]
            for wrong in prism.through(number, target):
                place = ".".join(map(str, wrong.get("location", [])))
                words = (
                    f"{request.method} {target.partition('?')[0]} {answer.status_code}: {place}: {wrong.get('code')}: {wrong['message']}"
                )
                reason = next((why for known, why in description.known if known in words), None)
                kind = verdict.requests if place.startswith("request") else verdict.answers
                (verdict.explained if reason else kind)[reason or words] += 1
    return verdict


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("networks", nargs="*", help="only these")
    parser.add_argument("--write", action="store_true", help="keep the figures")
    given = parser.parse_args(arguments)
    if wrong := node.installed(LOCK):
        sys.stderr.write(f"Prism could not be installed: {wrong}\n")
        return 2
    rows, bad, calls = list[dict[str, object]](), 0, dict[str, list[Call]]()
    for description in DESCRIPTIONS:
        if given.networks and description.network not in given.networks:
            continue
        if not description.path.exists():
            sys.stderr.write(f"NOT COMPARED: the description {description.path} is not there\n")
            return 2
        if description.network not in calls:
            calls[description.network] = recorded(description.network)
        verdict = judge(description, calls[description.network])
        about = {"network": description.network, "description": description.file.rpartition("/")[2], "source": description.source}
        counts = {"calls": verdict.calls, "requests": verdict.requests.total(), "answers": verdict.answers.total()}
        rows.append({**about, **counts, "explained": dict(verdict.explained)})
        print(rows[-1], flush=True)
        for words, times in [*verdict.requests.most_common(SHOWN), *verdict.answers.most_common(SHOWN)]:
            print(f"  {times} x {words[:400]}")
        bad += verdict.requests.total() + verdict.answers.total()
    if given.write:
        FIGURES.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
