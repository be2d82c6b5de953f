"""Delivery that leads into the bucket: by a link that is good for this file, these headers and some minutes."""

from __future__ import annotations

import http.server
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from socialclaw.db.assets import Asset
from socialclaw.media import assets
from socialclaw.s3_settings import S3Settings
from socialclaw.settings import Settings
from socialclaw.system import System, open_sandbox
from tests.conftest import BASE_URL
from tests.media import files
from tests.media.conftest import upload

__all__ = ["upload"]

Upload = Callable[..., Awaitable[Asset]]


@pytest.fixture
def settings(settings: Settings, s3: S3Settings) -> Settings:
    return settings.model_copy(update={"storage": "s3", "s3": s3.model_copy(update={"delivery": "redirect"})})


@pytest.fixture
async def world() -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(trust_env=False) as world:
        yield world


async def test_a_file_is_fetched_from_the_bucket(anonymous: httpx2.AsyncClient, world: httpx2.AsyncClient, upload: Upload) -> None:
    content = files.picture(size=(64, 48))
    url = assets.wire(await upload(content, "Mein Bild ü.png"), BASE_URL)["publicUrl"]
    led = await anonymous.get(url)
    assert led.status_code == 307
    assert led.content == b""
    lifetime = int(parse_qs(urlsplit(led.headers["location"]).query)["X-Amz-Expires"][0])
    assert int(led.headers["cache-control"].rpartition("=")[2]) < lifetime <= 3600
    assert led.headers["x-content-type-options"] == "nosniff"
    whole = await world.get(led.headers["location"])
    assert (whole.content, whole.headers["content-type"]) == (content, "image/png")
    assert whole.headers["content-disposition"] == "inline; filename=\"Mein Bild _.png\"; filename*=UTF-8''Mein%20Bild%20%C3%BC.png"
    part = await world.get(led.headers["location"], headers={"range": "bytes=4-7"})
    assert (part.status_code, part.content) == (206, content[4:8])
    for changed in (led.headers["location"].replace("inline", "attachment"), led.headers["location"].replace("image%2Fpng", "text%2Fhtml")):
        assert changed != led.headers["location"]
        assert (await world.get(changed)).status_code == 403


async def test_what_a_browser_would_run_is_a_download_there_too(
    anonymous: httpx2.AsyncClient, world: httpx2.AsyncClient, upload: Upload
) -> None:
    asset = await upload(b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "a.svg", mime="image/svg+xml")
    led = await anonymous.get(assets.wire(asset, BASE_URL)["publicUrl"])
    found = await world.get(led.headers["location"])
    assert found.status_code == 200
    assert found.headers["content-type"] == "application/octet-stream"
    assert found.headers["content-disposition"].startswith("attachment;")


async def test_all_else_still_comes_from_here(anonymous: httpx2.AsyncClient, upload: Upload) -> None:
    seen = assets.wire(await upload(files.picture(size=(64, 48))), BASE_URL)
    head = await anonymous.head(seen["publicUrl"])
    assert (head.status_code, head.headers["content-type"]) == (200, "image/png")
    assert (await anonymous.get(seen["publicUrl"], headers={"if-none-match": head.headers["etag"]})).status_code == 304
    assert (await anonymous.get(f"{seen['publicUrl']}?format=jpeg")).headers["content-type"] == "image/jpeg"
    assert (await anonymous.get(seen["preview"]["small"])).headers["content-type"] == "image/webp"
    wrong = await anonymous.get(seen["publicUrl"].replace("/media/asset_", "/media/asset_x"))
    assert (wrong.status_code, wrong.json()["code"]) == (404, "media_not_found")


async def test_a_file_that_the_bucket_lost_leads_nowhere(system: System, anonymous: httpx2.AsyncClient, upload: Upload) -> None:
    asset = await upload()
    await system.storage.delete(asset.object_key)
    assert (await anonymous.get(assets.wire(asset, BASE_URL)["publicUrl"])).status_code == 404


@contextmanager
def leading(to: str) -> Iterator[str]:
    """A server that leads there from everywhere; its address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(307)
            self.send_header("Location", to)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return None

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


async def test_simulated_networks_follow_into_the_bucket_and_nowhere_else(
    anonymous: httpx2.AsyncClient, settings: Settings, upload: Upload
) -> None:
    """They fetch media as networks do; their only internet is our own server."""
    content = files.picture(size=(64, 48))
    led = await anonymous.get(assets.wire(await upload(content), BASE_URL)["publicUrl"])
    with leading(led.headers["location"]) as here:
        fetch = open_sandbox(settings.model_copy(update={"public_base_url": here})).networks.popitem()[1].fetch
        assert fetch(f"{here}/media/asset_1/token/a.png").content == content
        assert fetch(f"{here}/oauth/callback").status_code == 307
        with pytest.raises(httpx2.ConnectError):
            fetch(led.headers["location"])
