"""What requests say of how they came: `X-Forwarded-*`, `Forwarded`, `Host`. Signing in, cookies, links in mail and the dashboard go by the
public URL that is set and by nothing else; a proxy that is trusted says who is asking, and no more than that."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from tests.cli.processes import run, started
from tests.cli.test_edge import port_of
from tests.mail.post_office import Post, links

BASE = "https://post.example.org"
EVIL = "evil.example"
SPOOFED = {
    "x-forwarded-host": EVIL,
    "x-forwarded-server": EVIL,
    "x-forwarded-proto": "http",
    "x-forwarded-scheme": "http",
    "x-forwarded-port": "8443",
    "x-forwarded-prefix": f"//{EVIL}",
    "x-script-name": f"//{EVIL}",
    "x-original-url": "/v1/keys",
    "x-rewrite-url": "/v1/keys",
    "x-original-host": EVIL,
    "x-http-method-override": "DELETE",
    "forwarded": f"for=203.0.113.9;host={EVIL};proto=http",
    "host": EVIL,
}
TRIES = 5
GUESSES = 2 * TRIES + 2  # one minute has more than it may, wherever the next one begins
numbers = itertools.count(1)

pytestmark = pytest.mark.xdist_group("forwarded")


@dataclass(frozen=True)
class Server:
    port: int
    data: Path
    trusts: bool

    def link(self) -> str:
        """The path of what `socialclaw sign-in` prints."""
        done = run("sign-in", "--data-dir", self.data, SOCIALCLAW_PUBLIC_BASE_URL=BASE)
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith(f"{BASE}/auth/ticket/")
        return done.stdout.strip().removeprefix(BASE)

    def comes(self, **headers: str) -> httpx2.Client:
        """A browser, by way of a proxy or of somebody who pretends to be one; from an address that nobody else here has."""
        headers = {"x-forwarded-for": f"198.51.100.{next(numbers)}", "accept": "text/html", "sec-fetch-site": "same-origin"} | headers
        return httpx2.Client(base_url=f"http://127.0.0.1:{self.port}", headers=headers, timeout=60, trust_env=False)


@pytest.fixture(scope="module")
def post(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Post]:
    found = Post(tmp_path_factory.mktemp("post"))
    yield found
    found.close()


@pytest.fixture(scope="module", params=["", "127.0.0.1"], ids=["no proxy is trusted", "a proxy is trusted"])
def server(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest, post: Post) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("forwarded") / "data"
    run("workspaces", "create", "Ours", "--mode", "test", "--data-dir", data)
    given = {"SOCIALCLAW_PUBLIC_BASE_URL": BASE, "SOCIALCLAW_TRUSTED_PROXIES": request.param, "SOCIALCLAW_SIGN_IN__SIGN_UP": "open"}
    given |= {"SOCIALCLAW_SIGN_IN__TRIES_PER_MINUTE": str(TRIES)}
    with started("serve", "--port", "0", "--data-dir", data, **given, **post.settings) as running:
        running.until(r"^API on")
        yield Server(port_of(running.process), data, bool(request.param))
        assert running.stop() == 0, running.output


def session_of(answer: httpx2.Response) -> str:
    """The session's cookie, which is made for the public address whatever the request says of itself."""
    [made] = [one for one in answer.headers.get_list("set-cookie") if "_session=" in one]
    parts = {part.strip().lower() for part in made.split(";")[1:]}
    assert {"secure", "httponly", "path=/", "samesite=lax"} <= parts
    assert not [part for part in parts if part.startswith("domain")]
    assert made.startswith("__Host-sc_session=")
    return made.partition(";")[0]


def signed_in(server: Server) -> str:
    with server.comes() as browser:
        answer = browser.post(server.link(), headers={"origin": BASE})
    assert answer.status_code == 303, answer.text
    return session_of(answer)


def test_the_printed_link_signs_in_at_the_public_address_whatever_a_request_says(server: Server) -> None:
    path = server.link()
    with server.comes(**SPOOFED) as spoofer:
        page = spoofer.get(path)
        assert page.status_code == 200
        assert f'action="{path}"' in page.text
        refused = spoofer.post(path, headers={"origin": f"http://{EVIL}"})
        assert refused.status_code == 403, "a page is ours by the public address, not by what a header calls it"
        refused = spoofer.post(path, headers={"origin": f"https://{EVIL}", "sec-fetch-site": "cross-site"})
        assert refused.status_code == 403
        entered = spoofer.post(path, headers={"origin": BASE})
    assert (entered.status_code, entered.headers["location"]) == (303, "/dashboard")
    session_of(entered)
    assert EVIL not in page.text + str(entered.headers)


def test_a_mailed_link_leads_to_the_public_address_and_an_invitation_too(server: Server, post: Post) -> None:
    with server.comes(**SPOOFED) as spoofer:
        asked = spoofer.post("/auth/email", json={"email": f"ada{next(numbers)}@elsewhere.example"}, headers={"origin": BASE})
        assert asked.status_code == 202, asked.text
        [link] = links(post.next())
        assert link.startswith(f"{BASE}/auth/email/")
        attempt = asked.headers["set-cookie"].partition(";")[0]
        assert attempt.startswith("__Host-sc_attempt=")
        entered = spoofer.post(link.removeprefix(BASE), headers={"origin": BASE, "cookie": attempt})
        assert (entered.status_code, entered.headers["location"]) == (303, "/dashboard"), entered.text
        cookie = {"cookie": signed_in(server), "origin": BASE}
        invited = spoofer.post("/v1/dashboard/invites", json={"role": "viewer", "email": "bob@elsewhere.example"}, headers=cookie)
        assert invited.json()["url"].startswith(f"{BASE}/auth/ticket/"), invited.text
        assert links(post.next()) == [invited.json()["url"]]


def test_the_dashboard_is_the_one_of_the_public_address(server: Server) -> None:
    cookie = {"cookie": signed_in(server)}
    with server.comes(**SPOOFED) as spoofer:
        who = spoofer.get("/v1/dashboard/session", headers=cookie)
        assert who.json()["authenticated"] is True
        sent = spoofer.post(
            "/v1/dashboard/assets/upload", json={"filename": "a.txt", "contentBase64": "YQ=="}, headers=cookie | {"origin": BASE}
        )
        asset = sent.json()["asset"]
        assert asset["publicUrl"].startswith(f"{BASE}/media/"), sent.text
        assert spoofer.get(f"/v1/assets/{asset['id']}", headers=cookie).status_code == 200, "no method or path is another one by a header"
        foreign = spoofer.post("/v1/dashboard/invites", json={"role": "viewer"}, headers=cookie | {"origin": f"http://{EVIL}"})
        assert (foreign.status_code, foreign.json()["code"]) == (403, "cross_site_request")
        exported = spoofer.get("/openapi.json")
        assert exported.json()["servers"] == [{"url": BASE}]
        out = spoofer.post("/auth/sign-out", headers=cookie | {"origin": BASE})
        assert (out.status_code, out.headers["location"]) == (303, "/dashboard")
        assert EVIL not in who.text + sent.text + exported.text + str(out.headers)
        assert spoofer.get("/v1/dashboard/session", headers=cookie).json()["authenticated"] is False


def test_only_a_trusted_proxy_says_who_is_asking(server: Server) -> None:
    """Else whoever guesses links would be somebody else with each guess, and no limit would ever be reached."""
    statuses = set()
    for number in range(GUESSES):
        with server.comes(**{"x-forwarded-for": f"192.0.2.{number}"}) as guesser:
            statuses.add(guesser.post("/auth/link", json={"token": "x" * 43}, headers={"origin": BASE}).status_code)
    assert statuses == ({404} if server.trusts else {404, 429})
    with server.comes(**{"x-forwarded-for": "192.0.2.77"}) as one:
        same = [one.post("/auth/link", json={"token": "x" * 43}, headers={"origin": BASE}).status_code for _ in range(GUESSES)]
    assert 429 in same, "one address has its limit all the same"


def test_an_address_that_a_client_puts_in_front_of_the_proxys_own_is_not_believed(server: Server) -> None:
    """A proxy appends: what stands last is what it saw itself."""
    statuses = []
    for number in range(GUESSES):
        with server.comes(**{"x-forwarded-for": f"203.0.113.{number}, 192.0.2.200"}) as guesser:
            statuses.append(guesser.post("/auth/link", json={"token": "x" * 43}, headers={"origin": BASE}).status_code)
    assert 429 in statuses, statuses


def test_what_is_no_address_and_no_scheme_breaks_nothing(server: Server) -> None:
    for said in ("", ",", "unknown", "a" * 5000, "127.0.0.1", "[::1]:80", "\xff", "1.2.3.4;drop"):
        headers = [(b"x-forwarded-for", said.encode("latin-1")), (b"x-forwarded-proto", said.encode("latin-1")), (b"accept", b"text/html")]
        answer = httpx2.get(f"http://127.0.0.1:{server.port}/dashboard", headers=headers, trust_env=False)
        assert answer.status_code == 200, (said, answer.text)
        assert re.search("<h1>Nobody is signed in</h1>", answer.text)
