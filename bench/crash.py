"""The long crash run: workers are killed at random instants while they publish, and the public is counted afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from tests.crash.campaign import campaign
from tests.crash.lab import Lab

from bench.figures import Figure, Result, Told
from bench.ground import Ground

SEED, WORKERS = 11, 2
POSTS_A_KILL = 0.2  # of each account of each provider, so that there is always something to interrupt


@dataclass(frozen=True)
class Size:
    kills: int = 100


async def measure(ground: Ground, size: Size, told: Told) -> list[Result]:
    results = []
    for kind in ground.kinds:
        with ground.folder() as folder:
            async with ground.database(kind, folder) as url, Lab(folder, url) as lab:
                posts = max(4, round(size.kills * POSTS_A_KILL))
                shown = partial(told, f"{kind}: kills", total=size.kills)
                report = await campaign(lab, kills=size.kills, posts=posts, workers=WORKERS, seed=SEED, told=shown)
                killed = sum(attempt.code == "worker_lost" for attempt in await lab.attempts())
        details = {
            "duplicates": f"{len(report.duplicates)}",
            "lost": f"{len(report.lost)}",
            "wrongly reported": f"{len(report.wrong)}",
            "posts": f"{report.posts:,}",
            "published": f"{report.published:,}",
            "named as unresolved": f"{report.unresolved:,}",
            "attempts that died with their worker": f"{killed:,}",
            "recovery p50": f"{report.recovery_p50 or 0:.2f} s",
        }
        bad = len(report.duplicates) + len(report.lost) + len(report.wrong)
        what = f"{size.kills:,} kills: posts published twice, lost, or wrongly reported"
        results.append(Result(what, kind, bad, "posts", target=0, details=details))
    return results


FIGURE = Figure(
    "crash",
    "Is anything published twice, lost, or wrongly reported when workers are killed?",
    "SIGKILL at random instants of workers that publish to every simulated network; what the public saw is counted in the simulators'"
    " own files. A post is named as unresolved where its network has no way to be asked.",
    measure,
    full=Size(),
    tiny=Size(kills=6),
)
