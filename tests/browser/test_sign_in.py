"""Signing in as people do it, in Chromium: by links, by mail, and at the pages of the simulated Google and Apple: another site."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest
from playwright.sync_api import Request, expect

from tests.browser.conftest import Installation, Person, Post
from tests.mail.post_office import links

pytestmark = pytest.mark.xdist_group("browser")  # one server and one browser serve them all
People = Callable[[], Person]
ISSUERS = [("google", "Allow", "@gmail.com", "GET"), ("apple", "Continue", "@icloud.com", "POST")]


@pytest.mark.parametrize(("issuer", "button", "mailbox", "method"), ISSUERS)
def test_who_comes_back_from_an_issuer_sees_that_they_are_signed_in(
    person: People, issuer: str, button: str, mailbox: str, method: str
) -> None:
    ada, back = person(), []

    def seen(asked: Request) -> None:
        if "/callback" in asked.url:
            back.append(asked)

    ada.page.on("request", seen)
    ada.sign_in(issuer, f"ada-{issuer}", button)
    [returned] = back
    headers = returned.all_headers()
    assert returned.method == method
    assert headers["sec-fetch-site"] == "cross-site"
    assert "sc_attempt=" in headers["cookie"]
    ada.sees_menu()
    assert list(ada.cookies()) == ["sc_session"], "what bound the attempt to this browser is gone"
    who = ada.card()
    assert (who["authenticated"], who["user"]["email"]) == (True, f"ada-{issuer}{mailbox}")
    ada.choose_in_menu("Sign out")
    ada.sees("Nobody is signed in")
    assert ada.cookies() == {}


@pytest.mark.parametrize(("issuer", "button"), [("Google", "Allow"), ("Apple", "Continue")])
def test_the_page_has_a_button_for_each_issuer(person: People, installation: Installation, issuer: str, button: str) -> None:
    ada = person()
    ada.page.goto(f"{installation.url}/dashboard")
    ada.sees("Nobody is signed in")
    ada.choose(f"Continue with {issuer}")
    ada.consent(f"by-a-button-{issuer}", button)
    ada.page.wait_for_url(f"{installation.url}/dashboard**")
    ada.sees_menu()


@pytest.mark.parametrize(
    ("first", "press", "second", "press_then"), [("google", "Allow", "Apple", "Continue"), ("apple", "Continue", "Google", "Allow")]
)
def test_who_links_a_second_identity_comes_in_by_either(
    person: People, installation: Installation, first: str, press: str, second: str, press_then: str
) -> None:
    ada, later = person(), person()
    ada.sign_in(first, f"linking-{first}", press)
    me = ada.card()["user"]["id"]
    ada.choose_in_menu(f"Link {second}")
    ada.consent(f"linked-{second}", press_then)
    ada.page.wait_for_url(f"{installation.url}/dashboard**")
    ada.sees_menu()
    mine = ada.card()["user"]
    assert (mine["id"], sorted(one["provider"] for one in mine["identities"])) == (me, ["simulated-apple", "simulated-google"])
    ada.page.get_by_role("button", name="Account menu").click()
    expect(ada.page.get_by_role("menuitem", name="Sign out", exact=True)).to_be_visible()
    assert ada.page.get_by_role("menuitem", name="Link").count() == 0, "there is no third one to be linked"
    later.sign_in(second.lower(), f"linked-{second}", press_then)
    later.sees_menu()
    assert later.card()["user"]["id"] == me


@pytest.mark.parametrize(("issuer", "button"), [("google", "Allow"), ("apple", "Continue")])
def test_an_app_is_led_back_to_with_a_code_that_is_good_for_it_alone(
    person: People, installation: Installation, issuer: str, button: str
) -> None:
    """The browser of a phone: what it hands to the app opens nothing by itself, and it is not signed in itself."""
    exchange, verifier = f"{installation.url}/auth/mobile/exchange", secrets.token_urlsafe(48)
    thief = httpx2.post(exchange, json={"code": led_back(person(), issuer, button, verifier), "codeVerifier": "x" * 64})
    assert thief.status_code in (400, 401), thief.text
    phone = person()
    code = led_back(phone, issuer, button, verifier)
    app = httpx2.post(exchange, json={"code": code, "codeVerifier": verifier})
    assert app.json()["authenticated"] is True, app.text
    assert app.json()["session"]["kind"] == "mobile"
    who = httpx2.get(f"{installation.url}/v1/dashboard/session", headers={"cookie": app.headers["set-cookie"].partition(";")[0]})
    assert who.json()["user"]["email"].startswith(f"phone-{issuer}")
    again = httpx2.post(exchange, json={"code": code, "codeVerifier": verifier})
    assert again.status_code in (400, 401), "a code is good for one time"
    assert phone.cookies() == {}


def led_back(phone: Person, issuer: str, button: str, verifier: str) -> str:
    """An app sends its user to the browser, which hands it a code by its scheme."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {"callbackScheme": "socialclaw", "codeChallenge": challenge, "codeChallengeMethod": "S256", "state": "s1"}
    phone.page.goto(f"{phone.installation.url}/auth/mobile/{issuer}/start?{urlencode(asked)}")
    with phone.page.expect_response(lambda answer: "/callback" in answer.url) as led:
        phone.consent(f"phone-{issuer}", button)
    back = led.value.headers["location"]
    assert back.startswith("socialclaw://auth/callback?")
    said = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
    assert (sorted(said), said["state"]) == (["code", "state"], "s1")
    phone.heard()  # it has no such app
    return said["code"]


@pytest.mark.parametrize(("issuer", "button"), [("google", "Deny"), ("apple", "Cancel")])
def test_who_says_no_at_an_issuer_is_told_so_and_is_not_signed_in(person: People, issuer: str, button: str) -> None:
    ada = person()
    ada.start(issuer)
    ada.press(button)
    ada.sees("This did not work")
    assert ada.cookies() == {}
    assert ada.heard() == ["error: Failed to load resource: the server responded with a status of 401 (Unauthorized)"]


def test_an_address_that_another_person_has_opens_nobodys_account(person: People) -> None:
    ada, other = person(), person()
    ada.sign_in("google", "grace@acme.example", "Allow")
    ada.sees_menu()
    other.start("google")
    other.consent("grace@acme.example", "Allow", kind="anew")
    other.sees("This did not work")
    assert "Somebody with this address is known here already" in other.page.inner_text("main")
    assert "sc_session" not in other.cookies()
    assert other.heard() == ["error: Failed to load resource: the server responded with a status of 409 (Conflict)"]


def test_the_link_that_is_printed_is_spent_by_its_button_and_not_by_looking(person: People, installation: Installation) -> None:
    link, scanner, ada = installation.link(), person(), person()
    for _ in range(2):
        scanner.page.goto(link)
        scanner.sees("Sign in")
    assert scanner.cookies() == {}
    ada.page.goto(link)
    ada.press("Sign in")
    ada.sees_menu()
    scanner.press("Sign in")
    scanner.sees("This did not work")
    assert scanner.cookies() == {}
    assert scanner.heard() == ["error: Failed to load resource: the server responded with a status of 404 (Not Found)"]


def test_a_link_from_a_mail_signs_in_by_its_button_in_the_browser_that_asked(
    person: People, installation: Installation, post: Post
) -> None:
    ada, scanner = person(), person()
    ada.page.goto(f"{installation.url}/dashboard")
    ada.page.get_by_role("textbox").fill("ada@elsewhere.example")
    ada.press("Send me a link")
    ada.sees("Look into your mail")
    [link] = links(post.next())
    for _ in range(2):
        scanner.page.goto(link)
        scanner.sees("Go back to where you asked for this")
    assert scanner.cookies() == {}
    ada.page.goto(link)
    ada.sees("Sign in")
    assert "sc_session" not in ada.cookies()
    ada.press("Sign in")
    ada.sees_menu()
    assert ada.card()["user"]["email"] == "ada@elsewhere.example"


def test_who_signs_out_everywhere_is_so_in_every_browser(person: People, installation: Installation) -> None:
    here, there = person(), person()
    for each in (here, there):
        each.arrive()
    here.choose_in_menu("Sign out everywhere")
    here.sees("Nobody is signed in")
    there.page.reload()
    there.sees("Nobody is signed in")
    there.page.goto(f"{installation.url}/dashboard")
    there.sees("Nobody is signed in")
    refused = "error: Failed to load resource: the server responded with a status of 401 (Unauthorized)"
    assert set(there.heard()) <= {refused}, "what its page asked for after that was refused"


@pytest.mark.parametrize(("issuer", "button"), [("google", "Allow"), ("apple", "Continue")])
def test_a_cookie_that_was_put_into_the_browser_is_not_the_one_of_who_signs_in(
    person: People, installation: Installation, issuer: str, button: str
) -> None:
    thief, ada = person(), person()
    thief.sign_in(issuer, f"thief-{issuer}", button)
    planted = thief.cookies()["sc_session"]["value"]
    thief.page.goto("about:blank")  # a page of theirs would complain of the session that ends
    ada.context.add_cookies([{"name": "sc_session", "value": planted, "url": installation.url}])
    ada.sign_in(issuer, f"victim-{issuer}", button)
    ada.sees_menu()
    assert ada.cookies()["sc_session"]["value"] != planted
    assert ada.card()["user"]["email"].startswith("victim-")
    assert "victim-" not in str(thief.card())


def test_a_session_is_kept_from_scripts_other_sites_and_other_hosts(person: People, installation: Installation) -> None:
    ada = person()
    ada.arrive()
    kept = ada.cookies()["sc_session"]
    assert (kept["httpOnly"], kept["sameSite"], kept["path"], kept["domain"]) == (True, "Lax", "/", "127.0.0.1")
    assert ada.page.evaluate("document.cookie") == ""
    assert ada.context.cookies(installation.issuers) == []


def test_a_sign_in_under_way_travels_back_with_apples_form_alone(person: People) -> None:
    for issuer, site in (("google", "Lax"), ("apple", "None")):
        ada = person()
        ada.start(issuer)
        kept = ada.cookies()["sc_attempt"]
        assert (kept["httpOnly"], kept["sameSite"], kept["path"], kept["secure"]) == (True, site, "/", issuer == "apple")


def test_who_follows_a_link_from_another_site_is_still_signed_in(person: People, installation: Installation) -> None:
    ada = person()
    ada.arrive()
    ada.start("google")
    ada.page.evaluate(
        "url => { const a = document.createElement('a'); a.href = url; document.body.append(a); a.click() }",
        f"{installation.url}/dashboard",
    )
    ada.sees_menu()
