"""A program is let in by somebody at Chromium: to the program's own listener and back, past the policies that a browser enforces."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Installation, Person

pytestmark = pytest.mark.xdist_group("browser")
People = Callable[[], Person]


class Listener:
    """A program on somebody's machine, which waits at a free port to be led back to."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        heard = self.heard

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                heard.append(self.path)
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"You can go back to the program.")

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Answer)
        Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/back"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def test_somebody_signs_in_chooses_and_lets_a_program_in_without_a_script(person: People, installation: Installation) -> None:
    ada, listener, verifier = person(), Listener(), secrets.token_urlsafe(48)
    try:
        asked = {"client_name": "Desk Agent", "redirect_uris": ["http://127.0.0.1/back"], "token_endpoint_auth_method": "none"}
        client_id = httpx2.post(f"{installation.url}/oauth/register", json=asked).json()["client_id"]
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": listener.url,
            "state": "s&1 <x>",
            "code_challenge": challenge,
        }
        query |= {"code_challenge_method": "S256", "resource": f"{installation.url}/mcp", "scope": "read draft publish delete"}
        ada.page.goto(f"{installation.url}/oauth/authorize?{urlencode(query)}")
        expect(ada.page.get_by_text("Sign in first")).to_be_visible()
        ada.choose("Continue with Google")
        ada.consent("lets-in", "Allow")
        ada.page.wait_for_url(f"{installation.url}/oauth/authorize**")
        expect(ada.page.get_by_text("“Desk Agent”")).to_be_visible()
        expect(ada.page.get_by_text("a program on this computer")).to_be_visible()
        boxes = ada.page.get_by_role("checkbox")
        assert [box.input_value() for box in boxes.all() if box.is_checked()] == ["read", "draft", "publish"]
        assert [box.input_value() for box in boxes.all() if not box.is_checked()] == ["delete"]
        ada.page.get_by_role("checkbox", name="send posts").uncheck()
        ada.page.get_by_label("For how long").select_option("30")
        ada.page.get_by_role("button", name="Allow", exact=True).click()
        expect(ada.page.get_by_text("You can go back to the program.")).to_be_visible()
        told = parse_qs(urlsplit(listener.heard[0]).query)
        assert (told["state"], told["iss"]) == (["s&1 <x>"], [installation.url])
        form = {"grant_type": "authorization_code", "client_id": client_id, "code": told["code"][0], "code_verifier": verifier}
        made = httpx2.post(f"{installation.url}/oauth/token", data=form).json()
        assert made["scope"] == "read draft"
        bearer = {"authorization": f"Bearer {made['access_token']}"}
        assert httpx2.get(f"{installation.url}/v1/accounts", headers=bearer).status_code == 200
        ada.page.goto(f"{installation.url}/device?user_code=BBBB-CCCC")
        ada.press("BBBB-CCCC is what it shows")
        expect(ada.page.get_by_text("No program waits with this code")).to_be_visible()
        framed = f"<iframe src='{installation.url}/oauth/authorize?{urlencode(query)}'></iframe>"
        ada.page.set_content(framed)
        expect(ada.page.frame_locator("iframe").get_by_text("“Desk Agent”")).to_have_count(0)
        assert ada.page.frames[-1].url.startswith("chrome-error:"), "Chromium shows its own page in the place of ours"
        ada.heard()
    finally:
        listener.close()
