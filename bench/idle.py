"""What `socialclaw up` uses of a machine while nothing is due."""

from __future__ import annotations

from dataclasses import dataclass

from bench.backlog import idle
from bench.figures import Figure, Result, Told
from bench.ground import Ground
from bench.hints import listening, streams
from bench.processes import free_port, started

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Size:
    settle: float = 15.0
    seconds: float = 40.0
    readers: int = 200


async def measure(ground: Ground, size: Size, told: Told) -> list[Result]:
    results = []
    for kind in ground.kinds:
        async with (
            ground.installation(kind, log_level="warning", **streams(size.readers)) as installation,
            started("up", installation, "--no-tour", port=free_port()) as server,
        ):
            [cpu] = await idle([server], size.settle, size.seconds, told, f"{kind}: idle")
            memory = server.rss / MEGABYTE
            async with listening(server, installation, size.readers):
                [heard] = await idle([server], size.settle, size.seconds, told, f"{kind}: idle, {size.readers} readers listening")

        results += [
            Result("idle `up`: memory (RSS)", kind, memory, "MB", target=150),
            Result("idle `up`: CPU", kind, cpu, "% of a core", target=1.0),
            Result(
                f"idle `up` with {size.readers} readers of live hints: CPU",
                kind,
                heard,
                "% of a core",
                details={"without readers": f"{cpu:.2f} %"},
            ),
        ]
    return results


FIGURE = Figure(
    "idle",
    "What does an idle installation use?",
    "`socialclaw up` with its sandbox and worker; memory and CPU of the process as the system counts them, PostgreSQL backends'"
    " CPU included; the same while readers listen to `/v1/dashboard/events` and nothing changes.",
    measure,
    full=Size(),
    tiny=Size(settle=1, seconds=2, readers=3),
)
