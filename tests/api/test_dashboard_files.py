"""The dashboard's files as the server hands them out, with a small dashboard in the place of the built one."""

from __future__ import annotations

import gzip
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI

from socialclaw.api import dashboard_files
from socialclaw.s3_settings import S3Settings
from tests.conftest import BASE_URL, Person

INDEX = '<meta name="socialclaw-root" content="./"><script type="module" src="./assets/index-1a2b3c.js"></script>'
SCRIPT = b"export const answer = 42;" * 10


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text(INDEX)
    (tmp_path / "theme.js").write_text("/* light or dark */")
    (tmp_path / "stamp").write_text("not for anybody")
    (tmp_path / "assets" / "index-1a2b3c.js").write_bytes(SCRIPT)
    (tmp_path / "assets" / "index-1a2b3c.js.gz").write_bytes(gzip.compress(SCRIPT))
    (tmp_path.parent / "secret.js").write_text("nobody's")
    monkeypatch.setattr(dashboard_files, "FOLDER", tmp_path)
    return tmp_path


def browser(app: FastAPI, person: Person | None = None) -> httpx2.AsyncClient:
    headers = {"cookie": f"__Host-sc_session={person.secret}"} if person else {}
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=BASE_URL, headers={"accept": "text/html", **headers})


async def test_every_address_of_the_dashboard_is_its_page_and_the_page_is_asked_for_again(
    app: FastAPI, owner: Person, folder: Path
) -> None:
    async with browser(app, owner) as page:
        for path in ("/dashboard", "/dashboard/", "/dashboard/w/acme/calendar", "/dashboard/w/acme/posts/post_1"):
            answer = await page.get(path)
            assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8"), path
            assert answer.headers["cache-control"] == "no-cache"
            assert 'src="/dashboard/assets/index-1a2b3c.js"' in answer.text


async def test_the_page_may_run_nothing_inline_and_nothing_from_elsewhere(app: FastAPI, owner: Person, folder: Path) -> None:
    async with browser(app, owner) as page:
        policy = (await page.get("/dashboard")).headers["content-security-policy"]
    allowed = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert allowed["default-src"] == "'none'"
    assert allowed["script-src"] == allowed["style-src"] == allowed["connect-src"] == "'self'"
    assert allowed["frame-ancestors"] == allowed["base-uri"] == "'none'"
    assert allowed["require-trusted-types-for"] == "'script'"
    assert "unsafe" not in policy


async def test_with_files_in_a_bucket_parts_are_sent_there_and_pictures_come_from_there(
    app: FastAPI, owner: Person, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"public_endpoint": "https://files.example.org", "bucket": "media", "access_key": "key", "secret_key": "secret"}
    for path_style, origin in ((True, "https://files.example.org"), (False, "https://media.files.example.org")):
        s3 = S3Settings.model_validate({**given, "path_style": path_style})
        monkeypatch.setattr(app.state.system, "settings", app.state.system.settings.model_copy(update={"s3": s3}))
        async with browser(app, owner) as page:
            policy = (await page.get("/dashboard")).headers["content-security-policy"]
        allowed = dict(part.strip().split(" ", 1) for part in policy.split(";"))
        assert allowed["connect-src"] == f"'self' {origin}"
        assert allowed["img-src"] == f"'self' blob: data: {origin}"
        assert allowed["script-src"] == "'self'"


async def test_a_file_with_its_digest_in_its_name_is_kept_for_ever_and_comes_packed_to_who_asks(app: FastAPI, folder: Path) -> None:
    async with browser(app) as page:
        plain = await page.get("/dashboard/assets/index-1a2b3c.js", headers={"accept-encoding": "identity"})
        packed = await page.get("/dashboard/assets/index-1a2b3c.js", headers={"accept-encoding": "br, gzip;q=0.5"})
        zipped = await page.get("/dashboard/assets/index-1a2b3c.js", headers={"accept-encoding": "gzip"})
    assert plain.content == packed.content == zipped.content == SCRIPT
    assert "immutable" in plain.headers["cache-control"]
    assert plain.headers["content-type"].startswith("text/javascript")
    assert "content-encoding" not in plain.headers
    assert "content-encoding" not in packed.headers, "what was not packed so at the build comes as it is"
    assert zipped.headers["content-encoding"] == "gzip"
    assert zipped.headers["vary"] == "Accept-Encoding"


async def test_a_file_without_a_digest_is_asked_for_again(app: FastAPI, folder: Path) -> None:
    async with browser(app) as page:
        assert (await page.get("/dashboard/theme.js")).headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    [
        "/dashboard/assets/gone-1.js",
        "/dashboard/assets/..%2F..%2Fsecret.js",
        "/dashboard/..%2Fsecret.js",
        "/dashboard/%2e%2e/secret.js",
        "/dashboard/assets/index-1a2b3c.js.gz",
        "/dashboard/w/acme/../../theme.json",
        "/dashboard/.hidden.js",
    ],
)
async def test_nothing_but_the_files_of_the_dashboard_is_handed_out(app: FastAPI, owner: Person, folder: Path, path: str) -> None:
    async with browser(app, owner) as page:
        answer = await page.get(path)
    assert "nobody's" not in answer.text
    assert answer.status_code == 404


async def test_who_is_not_signed_in_is_shown_the_ways_in_and_not_the_dashboard(app: FastAPI, folder: Path) -> None:
    async with browser(app) as page:
        for path in ("/dashboard", "/dashboard/w/acme/calendar"):
            assert "Nobody is signed in" in (await page.get(path)).text


async def test_whoever_comes_without_a_path_is_led_to_the_dashboard(app: FastAPI) -> None:
    async with browser(app) as page:
        answer = await page.get("/")
    assert (answer.status_code, answer.headers["location"]) == (307, "/dashboard")


async def test_without_a_built_dashboard_its_page_says_how_to_build_it_and_the_api_answers(
    app: FastAPI, owner: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dashboard_files, "FOLDER", tmp_path / "never built")
    async with browser(app, owner) as page:
        shown = await page.get("/dashboard")
        assert "make web-build" in shown.text
        assert "Sign out" in shown.text
        assert (await page.get("/dashboard/assets/index-1a2b3c.js")).status_code == 404
        assert (await page.get("/v1/dashboard/session")).json()["authenticated"]
