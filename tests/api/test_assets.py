"""Media files over the API: handed in either way, registered, taken away."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from socialclaw.db.base import Scope
from socialclaw.media.sweep import sweep
from socialclaw.settings import Settings
from socialclaw.system import System
from tests.api import rows
from tests.conftest import BASE_URL, Member
from tests.media import files
from tests.media.conftest import used_by

__all__ = ["used_by"]

PICTURE = files.picture(size=(64, 48))
ENCODED = base64.b64encode(PICTURE).decode()
UPLOAD = "/v1/assets/upload"
FIELDS = {
    "videoCodec",
    "audioCodec",
    "frameRate",
    "bitRate",
    "pixelFormat",
    "altText",
    "sha256",
    "id",
    "tenantId",
    "storage",
    "objectKey",
    "originalFilename",
    "mime",
    "kind",
    "size",
    "status",
    "publicUrl",
    "useAsMediaLink",
    "preview",
    "width",
    "height",
    "duration",
    "createdAt",
    "deleteAfter",
    "progress",
    "error",
}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Small enough a limit to reach."""
    return settings.model_copy(update={"max_asset_bytes": 3_000_000})


async def uploaded(api: httpx2.AsyncClient, **body: Any) -> dict[str, Any]:
    answer = await api.post(UPLOAD, json={"filename": "launch.png", "contentBase64": ENCODED, **body})
    assert answer.status_code == 201, answer.text
    return dict(answer.json()["asset"])


def stored(system: System) -> list[str]:
    return [p.name for p in system.settings.media_dir.rglob("*") if p.is_file()]


async def test_a_file_in_base64_becomes_an_asset(api: httpx2.AsyncClient, workspace: Member) -> None:
    asset = await uploaded(api, mime="image/png")
    assert set(asset) == FIELDS
    assert (asset["mime"], asset["kind"], asset["size"], asset["width"], asset["height"]) == ("image/png", "image", len(PICTURE), 64, 48)
    assert (asset["status"], asset["storage"], asset["tenantId"], asset["originalFilename"]) == (
        "ready",
        "local",
        workspace.id,
        "launch.png",
    )
    assert asset["publicUrl"] == asset["useAsMediaLink"]
    assert asset["publicUrl"].startswith(f"{BASE_URL}/media/{asset['id']}/")
    assert asset["publicUrl"].endswith("/launch.png")
    assert (await api.get(asset["publicUrl"])).content == PICTURE


@pytest.mark.parametrize(
    "body",
    [
        {"filename": "a.png", "contentBase64": ENCODED, "contentType": "image/png"},
        {"name": "a.png", "content_base64": ENCODED, "mime": "image/png"},
        {"filename": "a.png", "contentBase64": ENCODED, "somethingElse": 1},
    ],
)
async def test_every_name_that_clients_use_is_taken(api: httpx2.AsyncClient, body: dict[str, Any]) -> None:
    answer = await api.post(UPLOAD, json=body)
    assert answer.status_code == 201
    assert answer.json()["asset"]["mime"] == "image/png"


async def test_a_form_becomes_an_asset(api: httpx2.AsyncClient) -> None:
    film = files.film()
    sent = {"file": ("clip.mp4", film, "video/mp4")}
    answer = await api.post(
        UPLOAD, files=sent, data={"duration": "24.5", "width": "1080", "height": "1920", "deleteAfter": "2999-01-01T00:00:00Z"}
    )
    assert answer.status_code == 201, answer.text
    asset = answer.json()["asset"]
    assert set(asset) == FIELDS
    assert (asset["originalFilename"], asset["mime"], asset["kind"], asset["size"]) == ("clip.mp4", "video/mp4", "video", len(film))
    assert (asset["duration"], asset["width"], asset["height"]) == (pytest.approx(1.0, abs=0.1), 320, 240)  # what the file says counts
    assert (asset["videoCodec"], asset["audioCodec"], asset["frameRate"]) == ("h264", "aac", 10)
    assert asset["deleteAfter"] == "2999-01-01T00:00:00.000Z"


async def test_a_form_may_name_its_file(api: httpx2.AsyncClient) -> None:
    answer = await api.post(UPLOAD, files={"file": ("blob", PICTURE)}, data={"filename": "named.png"})
    assert answer.json()["asset"]["originalFilename"] == "named.png"


async def test_a_file_is_what_it_is_and_not_what_it_is_called(api: httpx2.AsyncClient) -> None:
    for content, mime in ((files.HTML, "text/html"), (files.archive(), "application/zip"), (files.SVG, "image/svg+xml")):
        asset = await uploaded(api, filename="photo.png", mime="image/png", contentBase64=base64.b64encode(content).decode())
        assert (asset["mime"], asset["kind"]) == (mime, "other")
        delivered = await api.get(asset["publicUrl"])
        assert delivered.headers["content-type"].startswith("application/")
        assert delivered.headers["content-disposition"].startswith("attachment")


async def test_a_bomb_is_refused_with_its_figures(api: httpx2.AsyncClient) -> None:
    refused = await api.post(UPLOAD, json={"filename": "a.png", "contentBase64": base64.b64encode(files.bomb()).decode()})
    assert (refused.status_code, refused.json()["code"]) == (422, "image_too_large")
    assert (refused.json()["details"]["width"], refused.json()["details"]["height"]) == (50_000, 50_000)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"filename": "a.png", "contentBase64": "not base64!"}, 422, "asset_content_invalid"),
        ({"filename": "a.png", "contentBase64": "iVBORw0KGgoAAAANSUhEUg..."}, 422, "asset_content_invalid"),
        ({"filename": "a.png", "contentBase64": "YQ"}, 422, "asset_content_invalid"),
        ({"filename": "a.png", "contentBase64": "YWJj\nYWJj"}, 422, "asset_content_invalid"),
        ({"filename": "a.png", "contentBase64": "data:image/png;base64,YWJj"}, 422, "asset_content_invalid"),
        ({"filename": "a.png", "contentBase64": "ä"}, 422, "asset_content_invalid"),
        ({"filename": "a.png", "contentBase64": ""}, 422, "asset_empty"),
        ({"filename": " ", "contentBase64": ENCODED}, 422, "asset_filename_required"),
        ({"filename": "a.png", "contentBase64": ENCODED, "width": -1}, 422, "asset_metadata_invalid"),
        ({"filename": "a.png", "contentBase64": ENCODED, "deleteAfter": "2001-01-01T00:00:00Z"}, 422, "asset_metadata_invalid"),
        ({"filename": "a.png", "contentBase64": ENCODED, "width": "64"}, 422, "field_type_invalid"),
        ({"filename": "a.png", "contentBase64": ENCODED, "deleteAfter": "soon"}, 422, "field_type_invalid"),
        ({"filename": "a.png"}, 422, "field_required"),
        ({"contentBase64": ENCODED}, 422, "field_required"),
        ([], 422, "field_type_invalid"),
        ({"filename": "a.png", "contentBase64": base64.b64encode(b"x" * 3_000_001).decode()}, 413, "asset_too_large"),
    ],
)
async def test_a_body_that_makes_no_sense_leaves_nothing(
    api: httpx2.AsyncClient, system: System, body: Any, status: int, code: str
) -> None:
    answer = await api.post(UPLOAD, json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["ok"] is False
    assert stored(system) == []


async def test_every_missing_field_is_told_at_once(api: httpx2.AsyncClient) -> None:
    answer = await api.post(UPLOAD, json={"width": "wide"})
    assert {issue["path"] for issue in answer.json()["details"]["issues"]} == {"filename", "contentBase64", "width"}


@pytest.mark.parametrize("content", [b"", b"{", b"null", b"\xff\xfe"])
async def test_a_body_that_is_no_json_object_is_refused(api: httpx2.AsyncClient, content: bytes) -> None:
    answer = await api.post(UPLOAD, content=content, headers={"content-type": "application/json"})
    assert answer.status_code in (400, 422)
    assert answer.json()["ok"] is False


async def test_a_form_that_is_too_large_is_refused(api: httpx2.AsyncClient, system: System) -> None:
    announced = await api.post(UPLOAD, files={"file": ("a.bin", b"x" * 5_000_000)})
    assert (announced.status_code, announced.json()["ok"]) == (413, False)

    async def body() -> AsyncIterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n'
        for _ in range(31):
            yield b"x" * 100_000
        yield b"\r\n--b--\r\n"

    unannounced = await api.post(UPLOAD, content=body(), headers={"content-type": "multipart/form-data; boundary=b"})
    assert (unannounced.status_code, unannounced.json()["code"]) == (413, "asset_too_large")
    assert unannounced.json()["details"]["maxAssetBytes"] == 3_000_000
    assert stored(system) == []


async def test_a_form_without_a_file_is_refused(api: httpx2.AsyncClient, system: System) -> None:
    for sent, code in (({"other": ("a", b"x")}, "asset_file_required"), ({"file": ("a.png", b"")}, "asset_empty")):
        answer = await api.post(UPLOAD, files=sent)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
    nameless = await api.post(
        UPLOAD,
        content=b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--b--\r\n',
        headers={"content-type": "multipart/form-data; boundary=b"},
    )
    assert nameless.json()["code"] == "asset_filename_required"
    wrong = await api.post(UPLOAD, files={"file": ("a.png", PICTURE)}, data={"width": "wide"})
    assert wrong.json()["details"]["issues"][0]["path"] == "width"
    assert stored(system) == []


async def test_an_upload_needs_a_key(anonymous: httpx2.AsyncClient, system: System) -> None:
    assert (await anonymous.post(UPLOAD, files={"file": ("a.png", PICTURE)})).status_code == 401
    assert (await anonymous.post(UPLOAD, json={"filename": "a.png", "contentBase64": ENCODED})).status_code == 401
    assert stored(system) == []


async def test_an_object_in_storage_can_be_registered(api: httpx2.AsyncClient, system: System, workspace: Member) -> None:
    key = f"{workspace.id}/assets/manual/launch.png"
    path = system.settings.media_dir / key
    path.parent.mkdir(parents=True)
    path.write_bytes(PICTURE)
    body = {"objectKey": key, "originalFilename": "launch.png", "mime": "image/png", "kind": "image", "status": "ready"}
    answer = await api.post("/v1/assets", json=body)
    assert answer.status_code == 201, answer.text
    asset = answer.json()["asset"]
    assert set(asset) == FIELDS
    assert (asset["objectKey"], asset["mime"], asset["size"]) == (key, "image/png", len(PICTURE))
    assert (await api.get(asset["publicUrl"])).content == PICTURE
    again = await api.post("/v1/assets", json=body)
    assert (again.status_code, again.json()["code"]) == (409, "object_key_taken")


async def test_only_objects_of_the_own_workspace_can_be_registered(
    api: httpx2.AsyncClient, other_api: httpx2.AsyncClient, system: System, workspace: Member, other_workspace: Member
) -> None:
    theirs = await uploaded(other_api)
    for key in (theirs["objectKey"], f"{workspace.id}/../{theirs['objectKey']}", "/etc/passwd", f"{workspace.id}/../../socialclaw.db", ""):
        answer = await api.post("/v1/assets", json={"objectKey": key})
        assert (answer.status_code, answer.json()["code"]) == (422, "object_key_invalid")
    missing = await api.post("/v1/assets", json={"objectKey": f"{workspace.id}/nothing.png"})
    assert (missing.status_code, missing.json()["code"]) == (404, "object_not_found")
    mine = await uploaded(api)
    for more in ({"size": 1}, {"status": "pending_delete"}, {"kind": "cinema"}):
        answer = await api.post("/v1/assets", json={"objectKey": mine["objectKey"], **more})
        assert answer.status_code == 422


@pytest.mark.parametrize(("body", "days"), [(None, 7), ({}, 7), ({"retentionDays": 30}, 30), ({"retentionDays": 0}, 0)])
async def test_a_deleted_asset_is_kept_for_its_days(api: httpx2.AsyncClient, body: dict[str, Any] | None, days: int) -> None:
    asset = await uploaded(api)
    headers = {"content-type": "application/json"}
    sent = {"json": body} if body is not None else {"headers": headers}
    answer = await api.request("DELETE", f"/v1/assets/{asset['id']}", **sent)  # type: ignore[arg-type]
    assert answer.status_code == 200
    deleted = answer.json()["asset"]
    assert (deleted["id"], deleted["status"]) == (asset["id"], "pending_delete")
    assert deleted["deleteAfter"] > asset["createdAt"]
    assert (await api.get(asset["publicUrl"])).status_code == (200 if days else 404)


@pytest.mark.parametrize(
    ("content", "status"),
    [(b'{"retentionDays": true}', 422), (b'{"retentionDays": -1}', 422), (b'{"retentionDays": "7"}', 422), (b"[]", 422), (b"{", 400)],
)
async def test_a_retention_that_makes_no_sense_deletes_nothing(api: httpx2.AsyncClient, content: bytes, status: int) -> None:
    asset = await uploaded(api)
    answer = await api.request("DELETE", f"/v1/assets/{asset['id']}", content=content, headers={"content-type": "application/json"})
    assert answer.status_code == status
    assert (await api.get(asset["publicUrl"])).status_code == 200


async def test_an_asset_in_use_is_not_deleted(api: httpx2.AsyncClient, used_by: Any) -> None:
    asset = await uploaded(api)
    post_id = await used_by([{"id": "asset_1", "url": asset["publicUrl"]}])
    answer = await api.delete(f"/v1/assets/{asset['id']}")
    assert (answer.status_code, answer.json()["code"]) == (409, "asset_in_use")
    assert answer.json()["details"]["posts"] == [post_id]


async def test_the_asset_of_another_workspace_is_not_there(api: httpx2.AsyncClient, other_api: httpx2.AsyncClient) -> None:
    asset = await uploaded(other_api)
    for asset_id in (asset["id"], "asset_unknown"):
        answer = await api.delete(f"/v1/assets/{asset_id}")
        assert (answer.status_code, answer.json()["code"]) == (404, "asset_not_found")


async def test_one_asset_is_read(api: httpx2.AsyncClient) -> None:
    asset = await uploaded(api)
    assert (await api.get(f"/v1/assets/{asset['id']}")).json() == {"ok": True, "asset": asset}
    await api.delete(f"/v1/assets/{asset['id']}")
    assert (await api.get(f"/v1/assets/{asset['id']}")).json()["asset"]["status"] == "pending_delete"
    assert (await api.get("/v1/assets/asset_unknown")).json()["code"] == "asset_not_found"


@pytest.mark.usefixtures("both_databases")
async def test_assets_are_listed_newest_first(api: httpx2.AsyncClient, other_api: httpx2.AsyncClient) -> None:
    made = [await uploaded(api, filename=f"{n}_100%.png") for n in range(3)]
    clip = (await api.post(UPLOAD, files={"file": ("Clip.mp4", files.film(), "video/mp4")})).json()["asset"]
    await uploaded(other_api)

    async def listed(**asked: Any) -> list[str]:
        answer = (await api.get("/v1/assets", params=asked)).json()
        assert all(set(asset) == FIELDS for asset in answer["assets"])
        return [asset["id"] for asset in answer["assets"]]

    newest = [clip["id"], *(asset["id"] for asset in reversed(made))]
    assert await listed() == newest
    assert await listed(sort="created_asc") == newest[::-1]
    assert await listed(limit=2, offset=1) == newest[1:3]
    assert (await api.get("/v1/assets", params={"limit": 1})).json()["total"] == 4
    assert await listed(kind="video") == await listed(mime="video/") == await listed(query="clip.MP") == [clip["id"]]
    assert await listed(query="1_100%") == [made[1]["id"]]
    assert await listed(query="%") == newest[1:]
    assert await listed(status="failed") == []
    for wrong in ({"kind": "cinema"}, {"status": "deleting"}, {"sort": "size"}, {"limit": 0}, {"offset": -1}):
        answer = await api.get("/v1/assets", params=wrong)
        assert (answer.status_code, answer.json()["ok"]) == (422, False)
        assert answer.json()["details"]["issues"][0]["path"] == next(iter(wrong))


@pytest.mark.parametrize(("status", "words"), [("uploading", "is still uploading"), ("failed", "could not be uploaded")])
async def test_a_schedule_is_told_that_its_file_is_not_there_yet(
    api: httpx2.AsyncClient, system: System, workspace: Member, status: str, words: str
) -> None:
    asset_id, account = await system.write(
        workspace.id, lambda scope: (rows.asset(scope, "clip.mp4", status=status).id, rows.account(scope, "acme").id), test=True
    )
    for asset in ({"assetId": asset_id}, {"id": asset_id, "managed": True}, asset_id):
        post = {"account": account, "description": "Hi", "assets": [asset]}
        answer = await api.post("/v1/posts/validate", json={"posts": [post]})
        [issue] = [issue for issue in answer.json()["details"]["issues"] if issue["code"].startswith("asset_")]
        assert (answer.status_code, issue["code"], issue["path"]) == (422, "asset_not_ready", "posts[0].assets[0]")
        assert words in issue["message"]
    refused = await api.post(f"/v1/assets/{asset_id}/revoke-delivery")
    assert (refused.status_code, refused.json()["code"]) == (409, "asset_not_ready")
    shown = (await api.get(f"/v1/assets/{asset_id}")).json()["asset"]
    assert (shown["status"], shown["publicUrl"], shown["preview"]) == (status, None, None)
    assert (await api.delete(f"/v1/assets/{asset_id}")).json()["asset"]["status"] == "aborted"
    assert (await api.get(f"/v1/assets/{asset_id}")).status_code == 404
    assert await sweep(system) == 1


@pytest.mark.usefixtures("both_databases")
async def test_files_are_found_by_whether_a_post_shows_them(api: httpx2.AsyncClient, system: System, workspace: Member) -> None:
    def make(scope: Scope) -> list[str]:
        account, run = rows.account(scope), rows.run(scope)
        files = [rows.asset(scope, name) for name in ("published.png", "draft.png", "canceled.png", "unused.png")]
        for file, status in zip(files, ("published", "draft", "canceled"), strict=False):
            shown = [{"id": "asset_1", "url": "https://example.org/a.png", "managed": False}, {"id": file.id, "url": file.filename}]
            rows.post(scope, account, run, status=status, next_at=None, assets=shown)
        return [file.id for file in files]

    published, draft, canceled, unused = await system.write(workspace.id, make, test=True)

    async def listed(**only: str) -> set[str]:
        answer = (await api.get("/v1/assets", params=only)).json()
        assert answer["total"] == len(answer["assets"])
        return {asset["id"] for asset in answer["assets"]}

    assert await listed(used="true") == {published, draft}
    assert await listed(used="false") == {canceled, unused}
    assert await listed() == {published, draft, canceled, unused}
    assert await listed(used="false", query="unused") == {unused}
    assert (await api.get("/v1/assets?used=perhaps")).status_code == 422
