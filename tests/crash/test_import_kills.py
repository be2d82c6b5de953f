"""A worker dies at every write around an import: the file arrives all the same, whole, and nothing else is left of the tries."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from socialclaw.db.assets import Arrival
from socialclaw.media import imports
from socialclaw.media.uploads import Claims
from socialclaw.storage.base import now, read_range
from tests.crash.commands import until
from tests.crash.lab import Lab
from tests.crash.leftovers import assets, swept
from tests.internet import Served, Web
from tests.media import files

WRITES = range(3, 9)  # those before are of a worker that signs in; taking, sharing, claiming a key and finishing are among these


@pytest.fixture(params=["folder on sqlite", "s3 on postgresql"])
def place(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Where rows and files are."""
    if request.param.startswith("folder"):
        return {}
    return {"database_url": request.getfixturevalue("new_postgres")(), "storage": "s3", "s3": request.getfixturevalue("s3")}


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_file_arrives_whichever_write_its_worker_dies_at(place: dict[str, Any], tmp_path: Path, moment: str) -> None:
    web, content = Web(), {}
    server = await asyncio.start_server(web.serve, "127.0.0.1", 0)
    web.port = server.sockets[0].getsockname()[1]
    async with Lab(tmp_path, **place) as lab:
        for write in WRITES:
            web.files[f"/{write}.png"] = Served(files.picture(size=(10 * write, 10)))
            asset, _ = await imports.begin(lab.system, lab.workspace, f"http://cdn.example/{write}.png", Claims(""), test=True)
            content[asset.id] = web.files[f"/{write}.png"].content
            worker = lab.worker(write, moment, web=web.port)
            await asyncio.to_thread(worker.join, 60)
            assert worker.exitcode is not None, "it lives after all"
        leases = update(Arrival).where(Arrival.next_at > now()).values(next_at=now())
        await lab.system.database.write(lambda session: session.execute(leases))
        lab.worker(web=web.port)
        await until(_all_there, lab)
        lab.bury_all()
        leftovers = await swept(lab.system)
        for asset in await assets(lab.system):
            assert await read_range(lab.system.storage, asset.object_key, 0, asset.size + 1) == content.pop(asset.id)
    server.close()
    assert (leftovers.orphans, leftovers.missing, content) == ([], [], {})
    assert web.requests, "they came over the web"


async def _all_there(lab: Lab) -> bool:
    return {asset.status for asset in await assets(lab.system)} <= {"ready", "deleting"}
