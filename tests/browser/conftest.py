"""A server and the simulated issuers in processes of their own, and Chromium. The server is `127.0.0.1` and the issuers are `localhost`:
two sites, so that what comes from one to the other is as cross-site as it is on the internet."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.browser import chromium
from tests.cli.processes import run, started
from tests.mail.post_office import Post

WAIT = 60_000  # milliseconds: a busy machine takes its time, and nobody waits longer than it takes
ONCE_MORE = 1  # a connection that was kept and that the server closed at that very moment is no answer
expect.set_options(timeout=WAIT)


@dataclass(frozen=True)
class Installation:
    """Where the server is, and where its simulated issuers are."""

    url: str
    issuers: str
    data: Path

    def link(self) -> str:
        """What `socialclaw sign-in` prints."""
        done = run("sign-in", "--port", self.url.rpartition(":")[2], "--data-dir", self.data)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(scope="module")
def post(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Post]:
    found = Post(tmp_path_factory.mktemp("post"))
    yield found
    found.close()


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory, post: Post) -> Iterator[Installation]:
    folder, port = tmp_path_factory.mktemp("browser"), free_port()
    url = f"http://127.0.0.1:{port}"
    known = {"SOCIALCLAW_SANDBOX_SECRET": "by which the two know each other", "SOCIALCLAW_PUBLIC_BASE_URL": url}
    sign_in = {"SIMULATED": "true", "SIGN_UP": "open", "STARTS_PER_MINUTE": "1000", "TRIES_PER_MINUTE": "1000"}
    given = {f"SOCIALCLAW_SIGN_IN__{name}": value for name, value in sign_in.items()}
    given |= post.settings
    with started("sandbox", "--port", "0", "--data-dir", folder / "sandbox", **known) as sandbox:
        issuers = sandbox.until(r"on (http://127\.0\.0\.1:\d+)/sandbox/")[1].replace("127.0.0.1", "localhost")
        data = folder / "data"
        with started("up", "--port", str(port), "--no-tour", "--data-dir", data, SOCIALCLAW_SANDBOX_URL=issuers, **known, **given) as up:
            up.until(r"Ctrl-C")
            yield Installation(url, issuers, data)
            assert up.stop() == 0
        assert sandbox.stop() == 0


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = chromium.found()
    assert program, chromium.MISSING
    # Root may not use Chromium's own sandbox, and containers have little shared memory.
    flags = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=program, args=flags)
        yield found
        found.close()


@dataclass
class Person:
    """Somebody at a browser of their own. `complaints`: what the browser has written of errors on its console, and of errors of scripts."""

    context: BrowserContext
    page: Page
    installation: Installation
    complaints: list[str] = field(default_factory=list)

    def start(self, issuer: str) -> None:
        """To an issuer's page, which is another site's."""
        self.page.goto(f"{self.installation.url}/auth/{issuer}/start")
        assert self.page.url.startswith(f"{self.installation.issuers}/sandbox/at/")

    def choose(self, issuer: str) -> None:
        """The same by the button of the page."""
        self.page.get_by_role("link", name=issuer).click()
        self.page.wait_for_url(f"{self.installation.issuers}/sandbox/at/**")

    def consent(self, login: str, button: str, **chosen: str) -> None:
        self.page.locator("#login").fill(login)
        for name, value in chosen.items():
            self.page.locator(f"#{name}").select_option(value)
        self.page.get_by_role("button", name=button, exact=True).click()

    def sign_in(self, issuer: str, login: str, button: str) -> None:
        self.start(issuer)
        self.consent(login, button)
        self.page.wait_for_url(f"{self.installation.url}/dashboard**")

    def arrive(self) -> None:
        """By the link that the server prints, into the workspace that it has."""
        self.page.goto(self.installation.link())
        self.press("Sign in")
        self.sees_menu()

    def sees_menu(self) -> None:
        """What the dashboard shows to somebody who is signed in."""
        expect(self.page.get_by_role("button", name="Account menu")).to_be_visible()

    def choose_in_menu(self, item: str) -> None:
        """In the menu of who is signed in."""
        self.page.get_by_role("button", name="Account menu").click()
        self.page.get_by_role("menuitem", name=item, exact=True).click()

    def heard(self) -> list[str]:
        """The complaints so far, which were expected."""
        found, self.complaints = self.complaints, []
        return found

    def press(self, button: str) -> None:
        self.page.get_by_role("button", name=button, exact=True).click()

    def sees(self, title: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(title)

    def card(self) -> dict[str, Any]:
        """Who the server says that this browser is, to a page of its own."""
        answer = self.context.request.get(f"{self.installation.url}/v1/dashboard/session", max_retries=ONCE_MORE)
        found: dict[str, Any] = answer.json()
        return found

    def ask(self, path: str, body: dict[str, Any] | None = None, *, method: str | None = None) -> Any:
        """What the API answers to this browser: the witness of what its pages show."""
        url, headers = f"{self.installation.url}{path}", {"Origin": self.installation.url}
        way = method or ("GET" if body is None else "POST")
        answer = self.context.request.fetch(url, method=way, data=body, headers=headers, max_retries=ONCE_MORE if way == "GET" else 0)
        assert answer.ok, answer.text()
        return answer.json()

    def cookies(self) -> dict[str, Any]:
        return {one["name"]: one for one in self.context.cookies(self.installation.url)}  # type: ignore[typeddict-item]


@pytest.fixture
def person(browser: Browser, installation: Installation) -> Iterator[Callable[[], Person]]:
    """Makes people, each at a browser of their own. Whatever a browser complains of has to be expected."""
    people: list[Person] = []

    def come() -> Person:
        context = browser.new_context(locale="en-US", timezone_id="UTC")
        context.set_default_timeout(WAIT)
        found = Person(context, context.new_page(), installation)
        context.on("console", lambda message: _heard(found, message))
        context.on("weberror", lambda error: found.complaints.append(str(error.error)))
        people.append(found)
        return found

    yield come
    complaints = [complaint for one in people for complaint in one.complaints]
    for one in people:
        one.context.close()
    assert complaints == []


def _heard(person: Person, message: ConsoleMessage) -> None:
    judged = "/posts/validate" in message.location["url"] and "422" in message.text
    if message.type in ("error", "warning") and not judged:  # to be told what is wrong is what validate is asked for
        person.complaints.append(f"{message.type}: {message.text}")
