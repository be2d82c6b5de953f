"""A public address that is not the one that the server listens on: a name that its own machine cannot resolve, and a path of a proxy."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import urljoin

import httpx2
import pytest

from socialclaw.cli import options
from socialclaw.cli.consent import allow, read_form
from socialclaw.cli.output import Problem
from socialclaw.cli.tour import picture
from socialclaw.networks import providers
from tests.cli.processes import run, started
from tests.cli.proxy import free_port, proxy

KEY = r"(sc_test_[\w-]{32})$"
NOWHERE = "https://post.invalid"  # RFC 6761: no resolver knows such a name

SIGN_IN = {"SOCIALCLAW_SIGN_IN__SIMULATED": "true", "SOCIALCLAW_SIGN_IN__SIGN_UP": "open"}

pytestmark = pytest.mark.xdist_group("up")


def test_a_first_start_under_a_name_that_leads_nowhere_connects_and_tours_by_its_own_address(tmp_path: Path) -> None:
    port = free_port()
    with started("up", "--port", str(port), "--data-dir", tmp_path / "data", SOCIALCLAW_PUBLIC_BASE_URL=NOWHERE) as up:
        up.until(rf"^Base URL +{NOWHERE}$")
        key = up.until(KEY)[1]
        line = up.until(r"^Post now +(.+)$")[1]
        up.until(r"^Network +Post +Status +Attempts")
        heading = len(up.lines)
        up.until(r"^Running")
        rows = [re.split(r"\s{2,}", line.strip()) for line in up.lines[heading:-1] if line.strip()]
        own = f"http://127.0.0.1:{port}"
        opened = {httpx2.get(row[4].replace(NOWHERE, own)).status_code for row in rows}
        health = httpx2.get(f"{own}/v1/connections/health", headers={"authorization": f"Bearer {key}"}).json()
        assert up.stop() == 0
    assert "could not be connected" not in up.output
    assert health["summary"]["publishable"] >= len({p.network for p in providers().values()})
    assert {row[2] for row in rows} == {"published"}, up.output
    assert {row[0] for row in rows} == {p.label for p in providers().values()}, "a post on each"
    assert f"{NOWHERE}/v1/posts/apply" in line
    assert all(row[4].startswith(f"{NOWHERE}/sandbox/") for row in rows)
    assert opened == {200}
    assert own not in up.output


@dataclass(frozen=True)
class Behind:
    """A server whose public URL has a path, which a proxy takes off."""

    base: str
    key: str
    output: str
    data: Path

    def call(self, method: str, path: str, **more: object) -> dict[str, dict[str, str]]:
        answer = httpx2.request(method, f"{self.base}{path}", headers={"authorization": f"Bearer {self.key}"}, timeout=60, **more)  # type: ignore[arg-type]
        assert answer.is_success, answer.text
        found: dict[str, dict[str, str]] = answer.json()
        return found


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Behind]:
    folder, port = tmp_path_factory.mktemp("behind") / "data", free_port()
    words = ("up", "--port", str(port), "--no-tour", "--data-dir", folder)
    with proxy("/social", f"http://127.0.0.1:{port}") as base, started(*words, SOCIALCLAW_PUBLIC_BASE_URL=base, **SIGN_IN) as up:
        key = up.until(KEY)[1]
        up.until(r"^Running")
        yield Behind(base, key, up.output, folder)
        assert up.stop() == 0


def test_what_a_start_behind_a_path_prints_is_below_it(behind: Behind) -> None:
    assert "could not be connected" not in behind.output
    printed = re.findall(r"https?://[^\s']+", behind.output)
    assert len(printed) >= 4
    assert all(url.startswith(behind.base) for url in printed)


async def test_an_account_is_connected_by_a_browser_that_comes_by_way_of_the_path(behind: Behind) -> None:
    started = behind.call("POST", "/v1/connections/start", json={"provider": "x"})["connection"]
    assert started["authorizeUrl"].startswith(f"{behind.base}/sandbox/at/")
    before = behind.call("GET", "/v1/accounts?provider=x")["accounts"]

    async with httpx2.AsyncClient(trust_env=False, timeout=60, headers={"origin": urljoin(behind.base, "/").rstrip("/")}) as browser:
        last = await allow(browser, started["authorizeUrl"], {"login": "grace"})
    assert str(last.url).startswith(f"{behind.base}/oauth/x/callback?")
    assert behind.call("GET", f"/v1/connections/{started['id']}")["connection"]["status"] == "connected"
    assert len(behind.call("GET", "/v1/accounts?provider=x")["accounts"]) == len(before) + 1


def test_files_are_uploaded_and_fetched_below_the_path(behind: Behind) -> None:
    drawn = picture()
    asset = behind.call("POST", "/v1/assets/upload", files={"file": ("a.png", drawn, "image/png")})["asset"]
    assert asset["publicUrl"].startswith(f"{behind.base}/media/")
    assert httpx2.get(asset["publicUrl"]).content == drawn
    begun = behind.call("POST", "/v1/assets/uploads", json={"filename": "b.png", "mime": "image/png", "size": len(drawn)})
    where = {"uploadId": begun["upload"]["uploadId"], "partNumber": 1}
    url = str(behind.call("POST", f"/v1/assets/uploads/{begun['asset']['id']}/part", json=where)["url"])
    assert url.startswith(f"{behind.base}/media/parts/")
    assert httpx2.put(url, content=drawn).is_success


def test_a_network_that_fetches_media_gets_it_and_every_link_on_the_pages_leads_on(behind: Behind) -> None:
    asset = behind.call("POST", "/v1/assets/upload", files={"file": ("a.png", picture(), "image/png")})["asset"]
    handle = next(a["handle"] for a in behind.call("GET", "/v1/accounts?provider=instagram")["accounts"])
    post = {"account": handle, "description": "below a path", "assets": [{"id": asset["id"], "url": asset["publicUrl"], "managed": True}]}
    run_id = behind.call("POST", "/v1/posts/apply", json={"posts": [post]})["run"]["id"]
    link = published(behind, run_id)
    assert link.startswith(f"{behind.base}/sandbox/at/")
    feed = next(n["feedUrl"] for n in behind.call("GET", "/v1/sandbox")["networks"] if n["network"] == "meta")
    seen: dict[str, int] = {}
    for page in (link, feed, feed.rstrip("/"), urljoin(feed, "../"), urljoin(feed, "../nosuchnetwork/")):
        answer = httpx2.get(page, follow_redirects=True)
        for found in re.findall(r'(?:href|src)="([^"#]+)"', answer.text):
            url = urljoin(str(answer.url), found.replace("&amp;", "&"))
            seen[url] = httpx2.get(url, follow_redirects=True).status_code
    assert len(seen) >= 4
    assert set(seen.values()) == {200}, seen


def published(behind: Behind, run_id: str) -> str:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        answer = behind.call("GET", f"/v1/runs/{run_id}/status")
        if answer["run"]["status"] == "completed":
            [post] = answer["posts"]
            assert post["status"] == "published", post  # type: ignore[call-overload]
            return str(post["providerUrl"])  # type: ignore[call-overload]
        time.sleep(0.1)
    raise AssertionError(f"not published: {answer}")


def surfer(behind: Behind) -> httpx2.Client:
    """A browser that keeps cookies, and says of its forms whose they are."""
    headers = {"accept": "text/html", "origin": urljoin(behind.base, "/").rstrip("/"), "sec-fetch-site": "same-origin"}
    return httpx2.Client(trust_env=False, timeout=60, headers=headers)


def pressed(browser: httpx2.Client, page: httpx2.Response, button: int = 0) -> httpx2.Response:
    """What a form of a page leads to, as a browser resolves it."""
    action = re.findall(r'<form method="post" action="([^"]+)"', page.text)[button]
    return browser.post(urljoin(str(page.url), unescape(action)))


def in_and_out(behind: Behind, browser: httpx2.Client, entered: httpx2.Response) -> None:
    """Whoever has come in is at the dashboard below the path, calls its operations there, and goes out again."""
    assert entered.status_code == 303, entered.text
    home = urljoin(str(entered.url), entered.headers["location"])
    assert home == f"{behind.base}/dashboard"
    page = browser.get(home)
    assert "Nobody is signed in" not in page.text
    who = browser.get(f"{behind.base}/v1/dashboard/session").json()
    assert who["authenticated"] is True
    assert browser.get(f"{behind.base}/v1/dashboard/posts").status_code == 200
    made = browser.post(f"{behind.base}/v1/dashboard/invites", json={"role": "viewer"})
    assert made.json()["url"].startswith(f"{behind.base}/auth/ticket/"), made.text
    assert browser.get(made.json()["url"]).status_code == 200
    out = browser.post(f"{behind.base}/auth/sign-out", headers={"accept": "text/html"})
    assert urljoin(str(out.url), out.headers["location"]) == f"{behind.base}/dashboard"
    assert browser.get(f"{behind.base}/v1/dashboard/session").json()["authenticated"] is False


def test_the_printed_link_and_its_form_are_below_the_path(behind: Behind) -> None:
    done = run("sign-in", "--data-dir", behind.data, SOCIALCLAW_PUBLIC_BASE_URL=behind.base)
    link = done.stdout.strip()
    assert link.startswith(f"{behind.base}/auth/ticket/"), done.stderr
    with surfer(behind) as browser:
        entered = pressed(browser, browser.get(link))
        [cookie] = [one for one in browser.cookies.jar if one.name == "sc_session"]
        assert cookie.path == "/"
        in_and_out(behind, browser, entered)


@pytest.mark.parametrize("issuer", ["google", "apple"])
def test_an_issuer_is_gone_to_and_come_back_from_below_the_path(behind: Behind, issuer: str) -> None:
    with surfer(behind) as browser:
        away = browser.get(f"{behind.base}/auth/{issuer}/start?returnTo=/dashboard")
        assert away.headers["location"].startswith(f"{behind.base}/sandbox/at/")
        page = browser.post(away.headers["location"], data={"login": f"ada-{issuer}", "decision": "allow"})
        if issuer == "google":
            assert page.headers["location"].startswith(f"{behind.base}/auth/google/callback?")
            entered = browser.get(page.headers["location"])
        else:
            form = read_form(page.text)
            assert form.action == f"{behind.base}/auth/apple/callback"
            entered = browser.post(form.action, data=form.values, headers=across(browser))
        in_and_out(behind, browser, entered)


def across(browser: httpx2.Client) -> dict[str, str]:
    """What comes with Apple's form, for a client that sends a cookie that has to be secure by https alone."""
    kept = {one.name: one.value for one in browser.cookies.jar if "attempt" in one.name}
    return {"origin": "https://appleid.apple.com", "sec-fetch-site": "cross-site", "cookie": "; ".join(f"{k}={v}" for k, v in kept.items())}


def test_the_document_says_where_the_operations_are(behind: Behind) -> None:
    assert behind.call("GET", "/openapi.json")["servers"] == [{"url": behind.base}]


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://post.example.org", "must be http:// or https://"),
        ("post.example.org", "must be http:// or https://"),
        ("https://post.example.org/?a=b", "and nothing more"),
        ("https://ada@post.example.org", "and nothing more"),
        ("https://post.example.org/a b", "/a b cannot be the path of a base URL"),
        ("https://post.example.org/a/../b", "/a/../b cannot be the path of a base URL"),
        ("https://post.example.org//a", "//a cannot be the path of a base URL"),
        ("https://post.example.org:99999", "Port out of range"),
    ],
)
def test_a_base_url_that_cannot_be_one_is_refused_at_the_start(url: str, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOCIALCLAW_PUBLIC_BASE_URL", url)
    with pytest.raises(Problem) as refused:
        options.settings()
    assert "SOCIALCLAW_PUBLIC_BASE_URL" in refused.value.message
    assert why in refused.value.message


def test_a_refused_base_url_ends_a_start_with_one_line(tmp_path: Path) -> None:
    ended = run("up", "--data-dir", tmp_path, SOCIALCLAW_PUBLIC_BASE_URL="https://post.example.org/a//b")
    assert ended.returncode != 0
    [line] = ended.stderr.splitlines()
    assert "SOCIALCLAW_PUBLIC_BASE_URL" in line
