"""Files that are fetched from a URL in the background: they arrive once and whole, or it is said why not, whatever breaks off."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from socialclaw.db.assets import Arrival, Asset
from socialclaw.media import importer, imports
from socialclaw.media.imports import LEASE, Job
from socialclaw.media.sweep import sweep
from socialclaw.storage.base import now, work_dir
from socialclaw.system import System
from tests.internet import Served, Web
from tests.media import files

Json = dict[str, Any]
URL = "http://cdn.example/a.png"
PICTURE = files.picture(size=(300, 200))

pytestmark = pytest.mark.usefixtures("kind")


class Killed(BaseException):
    """What no code survives."""


async def order(api: httpx2.AsyncClient, url: str = URL, **more: Any) -> Json:
    """Ask for an import; the asset."""
    answer = await api.post("/v1/assets/upload", json={"sourceUrl": url, **more})
    assert answer.status_code == 201, answer.text
    return dict(answer.json()["asset"])


async def asset(api: httpx2.AsyncClient, asset_id: str) -> Json:
    return dict((await api.get(f"/v1/assets/{asset_id}")).json()["asset"])


async def jobs(system: System) -> list[Job]:
    return await system.database.write(imports.take, most=10)


async def work(system: System) -> int:
    """Do what is due; how many imports that were."""
    found = await jobs(system)
    await asyncio.gather(*(importer.work(system, job) for job in found))
    return len(found)


async def pass_time(system: System, seconds: float) -> None:
    """What the tables say of when an import is worked on next is so much longer ago."""

    def shift(session: Session) -> None:
        for arrival in session.scalars(select(Arrival).where(Arrival.next_at.is_not(None))):
            assert arrival.next_at is not None
            arrival.next_at -= timedelta(seconds=seconds)

    await system.database.write(shift)


async def objects(system: System) -> list[tuple[str, int | None]]:
    """What each row's object is in storage: key and size, an object once."""
    rows = await system.database.read(lambda session: session.execute(select(Asset.object_key).distinct().order_by(Asset.object_key)).all())
    return [(key, size) for (key,) in rows if (size := await system.storage.size(key)) is not None]


def left(system: System) -> list[str]:
    """What is still on its way on this machine."""
    return [*map(str, files.within(work_dir(system.settings)))]


@pytest.mark.usefixtures("both_databases")
async def test_a_file_arrives_in_the_background_and_is_an_asset_like_any_other(
    system: System, api: httpx2.AsyncClient, anonymous: httpx2.AsyncClient, web: Web
) -> None:
    web.files["/a.png"] = Served(PICTURE, "image/jpeg")
    begun = await order(api)
    assert (begun["status"], begun["publicUrl"], begun["originalFilename"], begun["size"]) == ("uploading", None, "a.png", 0)
    assert begun["progress"] == {"receivedBytes": 0, "totalBytes": None, "tries": 0, "nextTryAt": None}
    assert web.requests == [], "the request does not wait for the source"
    assert await work(system) == 1
    found = await asset(api, begun["id"])
    assert (found["status"], found["mime"], found["width"], found["size"]) == ("ready", "image/png", 300, len(PICTURE))
    assert (found["progress"], found["error"]) == (None, None)
    content = await anonymous.get(found["publicUrl"], follow_redirects=True)
    assert content.content == PICTURE
    assert await work(system) == 0
    assert left(system) == []


async def test_content_that_is_there_already_is_not_stored_again(system: System, api: httpx2.AsyncClient, web: Web) -> None:
    web.files["/a.png"] = web.files["/b.png"] = Served(PICTURE)
    first, second = await order(api), await order(api, "http://cdn.example/b.png", filename="two.png")
    for _ in (first, second):
        [job] = await system.database.write(imports.take, most=1)
        await importer.work(system, job)
    one, two = await asset(api, first["id"]), await asset(api, second["id"])
    assert (one["status"], two["status"]) == ("ready", "ready")
    assert one["objectKey"] == two["objectKey"]
    assert two["originalFilename"] == "two.png"
    assert len(await objects(system)) == 1


@pytest.mark.parametrize(
    ("served", "code", "said"),
    [
        (Served(status=404), "media_unreachable", "cdn.example answered 404"),
        (Served(status=403), "media_unreachable", "cdn.example answered 403"),
        (Served(b""), "asset_empty", "empty"),
        (Served(b"\xff\xd8\xff\xe0 cut off", "image/jpeg"), "media_damaged", ""),
        (Served(PICTURE, headers={"content-encoding": "gzip"}), "media_compressed", "compressed"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
async def test_what_no_repetition_would_mend_fails_at_once_and_says_why(
    system: System, api: httpx2.AsyncClient, web: Web, served: Served, code: str, said: str
) -> None:
    web.files["/a.png"] = served
    begun = await order(api)
    await work(system)
    found = await asset(api, begun["id"])
    assert found["status"] == "failed"
    assert (found["error"]["code"], said in found["error"]["message"]) == (code, True), found["error"]
    assert (await jobs(system), left(system), await objects(system)) == ([], [], [])


@pytest.mark.parametrize("length", [True, False])
async def test_a_file_that_is_too_large_fails_before_it_is_all_there(
    system: System, api: httpx2.AsyncClient, web: Web, monkeypatch: pytest.MonkeyPatch, length: bool
) -> None:
    monkeypatch.setattr(system, "settings", system.settings.model_copy(update={"max_upload_bytes": 100_000}))
    web.files["/a.png"] = Served(bytes(200_000), length=length)
    begun = await order(api)
    await work(system)
    assert (await asset(api, begun["id"]))["error"]["code"] == "asset_too_large"
    assert left(system) == []


@pytest.mark.parametrize(
    "served",
    [Served(status=503), Served(status=429, headers={"retry-after": "7"}), Served(PICTURE[:50], announced=len(PICTURE)), None],
    ids=["503", "429", "broken off", "refused"],
)
async def test_a_source_that_is_away_is_asked_again_later_and_then_it_arrives(
    system: System, api: httpx2.AsyncClient, web: Web, served: Served | None
) -> None:
    web.files["/a.png"] = served or Served()
    port, web.port = web.port, web.port if served else 1  # where nothing listens
    begun = await order(api)
    await work(system)
    waiting = await asset(api, begun["id"])
    assert (waiting["status"], waiting["error"]["code"], waiting["progress"]["tries"]) == ("uploading", "media_unreachable", 1)
    assert waiting["progress"]["nextTryAt"]
    assert await work(system) == 0, "not yet"
    web.port, web.files["/a.png"] = port, Served(PICTURE)
    await pass_time(system, 8)
    assert await work(system) == 1
    found = await asset(api, begun["id"])
    assert (found["status"], found["error"], found["sha256"] is not None) == ("ready", None, True)


async def test_a_source_that_stays_away_is_given_up_with_what_it_said_last(system: System, api: httpx2.AsyncClient, web: Web) -> None:
    web.files["/a.png"] = Served(status=500)
    begun = await order(api)
    tries = 0
    while await work(system):
        tries += 1
        await pass_time(system, 3600)
    found = await asset(api, begun["id"])
    assert (found["status"], tries) == ("failed", importer.BACKOFF.tries)
    assert found["error"] == {"code": "media_unreachable", "message": "cdn.example answered 500 for the file"}


async def test_how_far_it_is_can_be_read_and_its_lease_is_renewed(
    system: System, api: httpx2.AsyncClient, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importer, "HEARD_SECONDS", 0.05)
    web.files["/a.png"] = Served(PICTURE, slow=True)
    begun = await order(api)
    working = asyncio.create_task(work(system))
    await web.asked_for.wait()
    await pass_time(system, 1000)
    await asyncio.sleep(0.3)
    assert await jobs(system) == [], "it is being worked on"
    web.closed.set()
    await working
    assert (await asset(api, begun["id"]))["status"] == "ready"


@pytest.mark.usefixtures("both_databases")
async def test_who_comes_late_writes_nothing_and_leaves_nothing(system: System, api: httpx2.AsyncClient, web: Web) -> None:
    """A worker that was taken for dead goes on with other bytes, beside the one that took over."""
    web.files["/a.png"] = Served(files.picture(size=(10, 10)))
    begun = await order(api)
    [late] = await jobs(system)
    await pass_time(system, LEASE.total_seconds() + 1)
    [now_on_it] = await jobs(system)
    assert (late.tries, now_on_it.tries) == (1, 2)
    await importer.work(system, late)
    assert (await asset(api, begun["id"]))["status"] == "uploading"
    web.files["/a.png"] = Served(PICTURE)
    await importer.work(system, now_on_it)
    await importer.work(system, late)
    found = await asset(api, begun["id"])
    assert (found["status"], found["size"]) == ("ready", len(PICTURE))
    await sweep(system, now() + timedelta(minutes=1))
    assert await objects(system) == [(found["objectKey"], len(PICTURE))]
    assert left(system) == []


@pytest.mark.parametrize("after", ["claim_key", "finish"])
async def test_a_worker_that_dies_on_the_way_leaves_no_orphan(
    system: System, api: httpx2.AsyncClient, web: Web, monkeypatch: pytest.MonkeyPatch, after: str
) -> None:
    """Before its object is put into storage, and after that, before anybody knows."""
    web.files["/a.png"] = Served(PICTURE)
    begun = await order(api)
    [job] = await jobs(system)

    def die(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(importer, after, die)
        with pytest.raises(Killed):
            await importer.work(system, job)
    await pass_time(system, LEASE.total_seconds() + 1)
    assert await work(system) == 1
    found = await asset(api, begun["id"])
    assert (found["status"], found["size"]) == ("ready", len(PICTURE))
    await sweep(system, now() + timedelta(minutes=1))
    assert await objects(system) == [(found["objectKey"], len(PICTURE))]


async def test_told_to_stop_it_is_given_back_at_once(system: System, api: httpx2.AsyncClient, web: Web) -> None:
    web.files["/a.png"] = Served(PICTURE, slow=True)
    begun = await order(api)
    [job] = await jobs(system)
    working = asyncio.create_task(importer.work(system, job))
    await web.asked_for.wait()
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    web.closed.set()
    assert await work(system) == 1
    assert (await asset(api, begun["id"]))["status"] == "ready"


async def test_one_that_is_deleted_meanwhile_comes_to_nothing(system: System, api: httpx2.AsyncClient, web: Web) -> None:
    web.files["/a.png"] = Served(PICTURE)
    begun = await order(api)
    [job] = await jobs(system)
    assert (await api.delete(f"/v1/assets/{begun['id']}")).status_code == 200
    await importer.work(system, job)
    assert (await api.get(f"/v1/assets/{begun['id']}")).status_code == 404
    await sweep(system, now() + timedelta(minutes=1))
    assert (await objects(system), left(system)) == ([], [])
    assert not await system.database.read(lambda session: session.scalars(select(Asset)).all())


async def test_a_schedule_that_names_one_is_told_that_it_is_on_its_way(system: System, api: httpx2.AsyncClient, web: Web) -> None:
    web.files["/a.png"] = Served(PICTURE)
    begun = await order(api)
    post = {"account": "x:@nobody", "description": "Hi", "assets": [{"assetId": begun["id"]}]}
    found = (await api.post("/v1/posts/validate", json={"posts": [post]})).json()
    assert "asset_not_ready" in {issue["code"] for issue in found["details"]["issues"]}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"sourceUrl": "ftp://cdn.example/a.png"}, "source_url_invalid"),
        ({"sourceUrl": "http://[::1/a.png"}, "source_url_invalid"),
        ({"sourceUrl": "a.png"}, "source_url_invalid"),
        ({"sourceUrl": "http://cdn.example/" + "a" * 3000}, "source_url_invalid"),
        ({"sourceUrl": URL, "contentBase64": "YQ=="}, "asset_content_invalid"),
        ({"sourceUrl": 7}, "field_type_invalid"),
        ({"sourceUrl": URL, "width": -1}, "asset_metadata_invalid"),
        ({"sourceUrl": URL, "deleteAfter": "2001-01-01T00:00:00Z"}, "asset_metadata_invalid"),
    ],
)
async def test_an_order_that_makes_no_sense_is_refused(system: System, api: httpx2.AsyncClient, body: Json, code: str) -> None:
    answer = await api.post("/v1/assets/upload", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
    assert await jobs(system) == []


async def test_the_time_after_which_it_goes_counts_from_when_it_was_ordered(system: System, api: httpx2.AsyncClient, web: Web) -> None:
    web.files["/a.png?size=large"] = Served(PICTURE)
    begun = await order(api, "http://cdn.example/a.png?size=large", deleteAfter="2035-01-01T00:00:00Z", mime="image/gif")
    await work(system)
    found = await asset(api, begun["id"])
    assert (found["deleteAfter"], found["mime"], found["originalFilename"]) == ("2035-01-01T00:00:00.000Z", "image/png", "a.png")
    await system.database.write(lambda session: session.execute(update(Asset).values(delete_after=now())))
