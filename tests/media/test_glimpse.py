"""A first look at files elsewhere: what it tells, what it costs, and that it comes to an end."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from socialclaw.media import remote_probe
from socialclaw.media.remote_probe import Glimpse, glimpses
from socialclaw.system import System
from tests.internet import Served, Web
from tests.media import files

URL = "http://cdn.example/a.png"
PICTURE = files.picture("PNG", (300, 200))
LONG = files.picture("JPEG", (300, 200), comment=b"x" * 60_000) + bytes(500_000)  # its size comes late
FILM = files.film()
MANY = [f"http://host{n}.example/a.png" for n in range(4 * remote_probe.AT_ONCE)]


async def look(system: System, url: str = URL) -> Glimpse:
    return (await glimpses(system, "ws", [url]))[url]


def facts(found: Glimpse) -> tuple[Any, ...]:
    assert found.error is None, found.error
    assert found.facts is not None
    return found.facts.mime, found.facts.width, found.facts.height, found.size


@pytest.mark.parametrize(
    ("served", "expected"),
    [
        (Served(PICTURE, "image/jpeg"), ("image/png", 300, 200, len(PICTURE))),
        (Served(LONG, "image/jpeg"), ("image/jpeg", 300, 200, len(LONG))),
        (Served(FILM, "video/mp4"), ("video/mp4", None, None, len(FILM))),
        (Served(PICTURE, head=405), ("image/png", 300, 200, len(PICTURE))),
        (Served(PICTURE, range=False), ("image/png", 300, 200, len(PICTURE))),
        (Served(PICTURE, head=403, range=False), ("image/png", 300, 200, len(PICTURE))),
        (Served(PICTURE, length=False), ("image/png", 300, 200, len(PICTURE))),
        (Served(PICTURE, range=False, length=False), ("image/png", 300, 200, None)),
        (Served(b"\x01\x02 what nobody knows"), ("application/octet-stream", None, None, 20)),
    ],
    ids=lambda value: None if isinstance(value, tuple) else f"HEAD {value.head}, range {value.range}, length {value.length}, {value.mime}",
)
async def test_it_tells_what_a_file_is(system: System, web: Web, served: Served, expected: tuple[Any, ...]) -> None:
    web.files["/a.png"] = served
    assert facts(await look(system)) == expected
    assert (web.asked("HEAD"), web.asked("GET")) == (["/a.png"], ["/a.png"])


async def test_it_is_not_told_by_a_name_and_follows_where_it_is_sent(system: System, web: Web) -> None:
    web.answers["/a.png"] = "http://other.example/film"
    web.files["/film"] = Served(FILM, "image/png")
    assert facts(await look(system))[0] == "video/mp4"


@pytest.mark.parametrize(
    ("served", "code"),
    [
        (Served(files.HTML, "image/png"), "media_not_a_file"),
        (Served(b"%PDF-1.7 and so on", "image/png"), "media_not_a_file"),
        (Served(b"{}", "application/json"), "media_not_a_file"),
        (Served(b""), "asset_empty"),
        (Served(b"", range=False), "asset_empty"),
        (Served(PICTURE, headers={"content-encoding": "gzip"}), "media_compressed"),
        (Served(PICTURE, range=False, headers={"content-length": str(10**12)}, length=False), "asset_too_large"),
    ],
    ids=["a page", "a pdf", "an error as JSON", "empty", "empty without ranges", "compressed", "too large"],
)
async def test_what_is_no_file_for_a_post_is_refused(system: System, web: Web, served: Served, code: str) -> None:
    web.files["/a.png"] = served
    error = (await look(system)).error
    assert error is not None
    assert (error.code, error.status) != (code, 503)
    assert error.code == code


@pytest.mark.parametrize("status", [401, 403, 404, 410, 429, 500, 503])
async def test_what_a_server_does_not_hand_out_may_come_yet(system: System, web: Web, status: int) -> None:
    web.files["/a.png"] = Served(PICTURE, status=status, head=status)
    error = (await look(system)).error
    assert error is not None
    assert (error.code, error.details["httpStatus"]) == ("media_unreachable", status)


async def test_a_name_that_leads_nowhere_may_come_yet(system: System) -> None:
    error = (await look(system)).error
    assert error is not None
    assert error.code == "media_unreachable"


async def test_many_are_looked_at_at_once_but_not_all(system: System, web: Web) -> None:
    web.files["/a.png"], web.together = Served(PICTURE), asyncio.Barrier(remote_probe.AT_ONCE)
    found = await glimpses(system, "ws", MANY)
    assert {facts(one) for one in found.values()} == {("image/png", 300, 200, len(PICTURE))}
    assert [*found] == MANY
    assert web.at_once == remote_probe.AT_ONCE


async def test_servers_that_never_answer_cost_the_time_that_is_set_and_the_others_are_known(
    system: System, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system, "settings", system.settings.model_copy(update={"remote_look_seconds": 0.3}))
    web.files |= {"/a.png": Served(PICTURE), "/slow.png": Served(slow=True)}
    slow = [url.replace("/a.", "/slow.") for url in MANY]
    found = await glimpses(system, "ws", [URL, *slow])
    assert facts(found[URL])[0] == "image/png"
    assert {one.error.code for url, one in found.items() if url != URL and one.error} == {"media_not_looked_at"}
    assert len(found) == len(slow) + 1
    assert web.at_once <= 2 * remote_probe.AT_ONCE, "each was asked twice, and the server knows nothing of what we gave up"


async def test_a_server_that_does_not_answer_head_is_asked_for_the_file(system: System, web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_probe, "HEAD_SHARE", 0.02)
    served = web.files["/a.png"] = Served(PICTURE)
    answer = web._serve

    async def silent(file: Served, method: str, *rest: Any) -> None:
        served.slow = method == "HEAD"
        await answer(file, method, *rest)

    monkeypatch.setattr(web, "_serve", silent)
    assert facts(await look(system))[0] == "image/png"


async def test_what_was_found_out_is_remembered_and_a_failure_not_for_long(
    system: System, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    await look(system)
    await look(system)
    assert web.asked("GET") == ["/a.png"]
    web.files["/a.png"] = Served(PICTURE)
    monkeypatch.setattr(remote_probe.time, "monotonic", lambda now=remote_probe.time.monotonic: now() + remote_probe.FAILED_SECONDS)  # type: ignore[attr-defined]
    assert (await look(system)).error is None
    await look(system)
    assert web.asked("GET") == ["/a.png"] * 2


async def test_more_than_can_be_remembered_is_forgotten(system: System, web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_probe, "MOST_KEPT", 2)
    web.files["/a.png"] = Served(PICTURE)
    for url in MANY[:5]:
        await look(system, url)
    assert len(remote_probe._kept[system.outbound.guarded]) <= 2
