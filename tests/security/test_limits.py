"""A workspace may have only so much: what is over a limit is refused by name, however many requests come at once; others go on."""

from __future__ import annotations

import asyncio
import base64
from collections import Counter
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from socialclaw.media import importer, imports
from socialclaw.system import System
from tests.conftest import Member, client
from tests.internet import Served, Web
from tests.media import files

pytestmark = pytest.mark.usefixtures("both_databases")

GIB = 1024**3
MOST = {
    "max_api_keys": 5,
    "max_open_connections": 5,
    "max_open_uploads": 5,
    "max_pending_imports": 5,
    "max_stored_bytes": 20 * GIB,
}
ATTACKS = {
    "apiKeys": ("/v1/keys", {}),
    "openConnections": ("/v1/connections/start", {"provider": "x"}),
    "openUploads": ("/v1/assets/uploads", {"filename": "a.mp4", "size": 1}),
    "pendingImports": ("/v1/assets/upload", {"sourceUrl": "http://cdn.example/a.png"}),
    "storedBytes": ("/v1/assets/uploads", {"filename": "a.mp4", "size": 5 * GIB}),
}
FIT = {"apiKeys": 4, "storedBytes": 4}  # the first key is there already; four files of 5 GiB


@pytest.fixture
def system(system: System) -> System:
    system.settings = system.settings.model_copy(update=MOST)
    return system


async def limits(api: httpx2.AsyncClient) -> dict[str, Any]:
    return dict((await api.get("/v1/me/usage")).json()["usage"]["limits"])


@pytest.mark.parametrize("name", ATTACKS)
async def test_of_many_requests_at_once_only_as_many_are_taken_as_fit(
    name: str, api: httpx2.AsyncClient, app: FastAPI, other_workspace: Member
) -> None:
    path, body = ATTACKS[name]
    answers = await asyncio.gather(*(api.post(path, json=body) for _ in range(20)))
    assert Counter(a.status_code for a in answers) == {201: FIT.get(name, 5), 409: 20 - FIT.get(name, 5)}
    refused = next(a.json() for a in answers if a.status_code == 409)
    assert refused["code"] == "workspace_limit_reached"
    assert refused["details"]["limit"] == name
    assert (await limits(api))[name]["used"] == refused["details"]["used"]
    assert (await limits(api))[name]["allowed"] == refused["details"]["allowed"] == MOST[refused["details"]["setting"]]
    async with client(app, other_workspace.secret) as theirs:
        assert (await theirs.post(path, json=body)).status_code == 201


async def test_a_key_that_is_revoked_and_an_upload_that_is_aborted_make_room(api: httpx2.AsyncClient) -> None:
    keys = [(await api.post("/v1/keys", json={})).json()["key"] for _ in range(4)]
    assert (await api.post("/v1/keys", json={})).status_code == 409
    await api.delete(f"/v1/keys/{keys[0]['id']}")
    assert (await api.post("/v1/keys", json={})).status_code == 201
    uploads = [(await api.post("/v1/assets/uploads", json={"filename": "a.mp4", "size": 5 * GIB})).json() for _ in range(4)]
    assert (await api.post("/v1/assets/uploads", json={"filename": "a.mp4", "size": 1})).status_code == 409
    await api.post(f"/v1/assets/uploads/{uploads[0]['asset']['id']}/abort", json={})
    assert (await api.post("/v1/assets/uploads", json={"filename": "a.mp4", "size": 1})).status_code == 201


async def test_files_that_are_handed_in_count_and_nothing_is_kept_of_one_too_many(system: System, api: httpx2.AsyncClient) -> None:
    picture = files.picture(size=(30, 20))
    system.settings = system.settings.model_copy(update={"max_stored_bytes": len(picture) + 10})

    async def upload(content: bytes, name: str = "a.png") -> httpx2.Response:
        return await api.post("/v1/assets/upload", json={"filename": name, "contentBase64": base64.b64encode(content).decode()})

    assert (await upload(picture)).status_code == 201
    assert (await upload(picture)).status_code == 201  # the same file takes no bytes
    refused = await upload(files.picture(size=(40, 20)))
    assert (refused.status_code, refused.json()["code"]) == (409, "workspace_limit_reached")
    assert (await limits(api))["storedBytes"] == {"used": len(picture), "allowed": len(picture) + 10}
    assert len((await api.get("/v1/assets")).json()["assets"]) == 2


async def test_an_import_that_turns_out_too_large_fails_by_that_name(system: System, api: httpx2.AsyncClient, web: Web) -> None:
    picture = files.picture(size=(30, 20))
    web.files["/a.png"] = Served(picture, "image/png")
    system.settings = system.settings.model_copy(update={"max_stored_bytes": len(picture) - 1})
    asset = (await api.post("/v1/assets/upload", json={"sourceUrl": "http://cdn.example/a.png"})).json()["asset"]
    for job in await system.database.write(imports.take, most=1):
        await importer.work(system, job)
    told = (await api.get(f"/v1/assets/{asset['id']}")).json()["asset"]
    assert (told["status"], told["error"]["code"]) == ("failed", "workspace_limit_reached")
    assert (await limits(api))["storedBytes"]["used"] == 0
