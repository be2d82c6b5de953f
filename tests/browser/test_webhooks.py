"""Webhooks on the dashboard: one is added, a test arrives and is looked at, it is disabled and enabled; usable by everybody."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, expect
from standardwebhooks import Webhook

from tests.browser.conftest import Installation, Person
from tests.browser.dashboard import WATCH, eventually, open_at, served, violations

People = Callable[[], Person]
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}


class Taker(BaseHTTPRequestHandler):
    """Takes everything, with the answer that it is told to give."""

    received: list[tuple[dict[str, str], bytes]] = []  # noqa: RUF012
    status = 200

    def do_POST(self) -> None:
        self.received.append(
            ({name.lower(): value for name, value in self.headers.items()}, self.rfile.read(int(self.headers["content-length"])))
        )
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(b"thank you")

    def log_message(self, format: str, *args: object) -> None:
        return None


@pytest.fixture
def receiver() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Taker)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook"
    server.shutdown()


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with served(tmp_path_factory.mktemp("webhooks") / "data") as found:
        yield found


def test_a_webhook_is_added_tried_looked_at_disabled_and_enabled(person: People, browser: Browser, receiver: str) -> None:
    mara = person()
    mara.context.add_init_script(WATCH)
    mara.arrive()
    page = mara.page
    page.set_viewport_size(DESK)
    open_at(mara, "webhooks")
    expect(page.get_by_text("Events are sent nowhere")).to_be_visible()
    assert violations(page, "webhooks, none") == []
    page.get_by_role("button", name="Add a webhook").first.click()
    page.get_by_label("URL").fill("http://hooks.example.com")
    page.get_by_label("What it is for").fill("Newsroom board")
    assert violations(page, "adding a webhook") == []
    page.get_by_role("dialog").get_by_role("button", name="Add the webhook").click()
    expect(page.get_by_role("alert")).to_contain_text("Events are sent by https")
    assert [line for line in mara.heard() if "422" not in line] == []
    page.get_by_label("URL").fill(receiver)
    page.get_by_role("dialog").get_by_role("button", name="Add the webhook").click()
    secret = page.locator("pre", has_text="whsec_").inner_text()
    assert violations(page, "the secret") == []
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    page.get_by_role("link", name="Newsroom board").click()
    page.get_by_role("button", name="Send a test").click()
    expect(page.locator("li").get_by_text("Delivered")).to_be_visible()
    headers, body = Taker.received[-1]
    assert Webhook(secret).verify(body, headers)["type"] == "test.ping"
    assert violations(page, "a webhook") == []
    page.get_by_role("button", name="test.ping").click()
    expect(page.get_by_label("The answer")).to_have_text("thank you")
    expect(page.get_by_label("The request")).to_contain_text('"type": "test.ping"')
    assert violations(page, "a delivery") == []
    page.get_by_role("button", name="Send it again").click()
    eventually(page, lambda: len(Taker.received), 2)
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    Taker.status = 410
    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_text("It answered 410 Gone")).to_be_visible()
    Taker.status = 200
    page.get_by_role("button", name="Enable").click()
    expect(page.get_by_text("It answered 410 Gone")).to_be_hidden()
    page.set_viewport_size(PHONE)
    assert violations(page, "a webhook on a phone") == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing stands out to the side"
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name="Delete…").click()
    page.get_by_role("button", name="Delete the webhook").click()
    expect(page.get_by_text("Events are sent nowhere")).to_be_visible()
