"""Writing in the dashboard, in Chromium: with the promised number of clicks and chords, and without a word lost."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Locator, Page, Route, expect

from tests.browser.conftest import Installation, Person, free_port
from tests.browser.dashboard import WATCH, account, acts, eventually, open_at, public, served, violations, wednesday
from tests.browser.furnished import change
from tests.media.files import film, picture

pytestmark = pytest.mark.xdist_group("browser")
People = Callable[[], Person]
PART = 8 * 1024 * 1024  # bytes of a part of an upload
FORGET_FILES = """new Promise((done) => {
  const asked = indexedDB.open('socialclaw-uploads');
  asked.onsuccess = () => {
    const at = asked.result.transaction('files', 'readwrite');
    at.objectStore('files').clear();
    at.oncomplete = done;
  };
})"""


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with served(tmp_path_factory.mktemp("composer") / "data") as found:
        yield found


@pytest.fixture
def mara(person: People) -> Person:
    found = person()
    found.context.add_init_script(WATCH)
    found.arrive()
    return found


def text_box(page: Page, whose: str = "everyone") -> Locator:
    return page.get_by_role("textbox", name=f"Text for {whose}")


def chip(page: Page, label: str) -> Locator:
    return page.get_by_role("group", name="Accounts that it goes to").get_by_role("button", name=re.compile(rf"(^| ){label}$")).first


def accounts(page: Page, *, chosen: bool | None = None) -> Locator:
    return page.get_by_role("group", name="Accounts that it goes to").get_by_role("button", pressed=chosen)


def choose(page: Page, *labels: str) -> None:
    """These accounts and no others."""
    expect(accounts(page).first).to_be_visible()
    while accounts(page, chosen=True).count():
        accounts(page, chosen=True).first.click()
    for label in labels:
        chip(page, label).click()


def state(page: Page) -> Locator:
    """Where what is written is kept, in words."""
    return page.locator("[role=status][data-state]")


def kept(mara: Person) -> Any:
    """What the server has of the draft that is on the screen; None: it has none."""
    answer = mara.context.request.get(f"{mara.installation.url}/v1/dashboard/drafts/{mara.page.url.rpartition('/')[2]}")
    return answer.json()["draft"]["content"] if answer.ok else None


def posts(mara: Person, text: str) -> list[dict[str, Any]]:
    return [one for one in mara.ask("/v1/posts?limit=500")["posts"] if one["description"] == text]


def test_three_accounts_at_an_hour_that_is_seen_in_the_week_take_one_click_and_one_chord(mara: Person) -> None:
    open_at(mara, "compose")
    choose(mara.page, "X", "Discord", "Telegram")
    text_box(mara.page).fill("Three of them, and a draft")
    mara.page.keyboard.press("Control+Shift+Enter")
    expect(mara.page.get_by_text("3 posts kept as draft")).to_be_visible()
    at = wednesday() + timedelta(hours=2)
    open_at(mara, f"calendar?view=week&date={at.date()}")
    cell = mara.page.locator(f"[data-cell][data-day='{at.date()}'][data-hour='{at.hour}']")
    expect(cell).to_be_visible()
    acts(mara.page)
    cell.click(position={"x": 40, "y": 2})
    expect(text_box(mara.page)).to_be_focused()
    mara.page.keyboard.type("To three at noon")
    mara.page.keyboard.press("Control+Enter")
    expect(mara.page.get_by_text("3 posts scheduled for")).to_be_visible()
    assert acts(mara.page) == (1, 1)
    made = posts(mara, "To three at noon")
    assert {one["provider"] for one in made} == {"x", "discord", "telegram"}
    assert {datetime.fromisoformat(one["publishAtUtc"]).replace(minute=0) for one in made} == {at}
    assert mara.ask("/v1/dashboard/drafts")["drafts"] == [], "what was sent is no draft any more"


def test_another_text_for_one_network_takes_one_click_and_another_takes_it_back(mara: Person) -> None:
    open_at(mara, "compose")
    choose(mara.page, "X", "Discord")
    text_box(mara.page).fill("To everyone")
    acts(mara.page)
    tab = mara.page.get_by_role("tab").filter(has_text="/280")
    tab.click()
    mara.page.keyboard.press("End")
    mara.page.keyboard.type(", and X")
    assert acts(mara.page)[0] == 1
    expect(tab).to_contain_text("has a text of its own")
    mara.page.get_by_role("button", name="Back to the common text").click()
    expect(tab).not_to_contain_text("has a text of its own")
    expect(text_box(mara.page, "this account")).to_have_value("To everyone")
    acts(mara.page)
    mara.page.keyboard.press("Control+,")  # from there to the common text
    mara.page.keyboard.press("Control+.")
    text_box(mara.page, "this account").fill("To X alone")
    assert acts(mara.page) == (0, 2)
    mara.page.keyboard.press("Control+Enter")
    expect(mara.page.get_by_text("2 posts are live")).to_be_visible()
    assert [public(mara, "x", text) for text in ("To everyone", "To X alone")] == [0, 1]
    assert [public(mara, "discord", text) for text in ("To everyone", "To X alone")] == [1, 0]


def test_what_an_agent_has_prepared_is_read_as_it_will_look_and_let_go_with_two_clicks_and_a_chord(mara: Person) -> None:
    wanted = [{"account": account(mara, provider)["id"], "description": "Prepared by an agent #launch"} for provider in ("x", "telegram")]
    mara.ask("/v1/posts/apply", {"mode": "draft", "posts": wanted})
    open_at(mara, "calendar")
    acts(mara.page)
    mara.page.get_by_role("link", name="Drafts").click()
    mara.page.get_by_role("link", name="Prepared by an agent").click()
    for network in ("X", "Telegram"):
        look = mara.page.get_by_role("article", name=f"How it will look on {network}", exact=True)
        expect(look).to_contain_text("Prepared by an agent #launch")
    mara.page.keyboard.press("Control+Enter")
    expect(mara.page.get_by_text("2 posts are live")).to_be_visible()
    assert acts(mara.page) == (2, 1)
    assert [public(mara, network, "Prepared by an agent #launch") for network in ("x", "telegram")] == [1, 1]


def parts(mara: Person) -> int:
    """How many parts of the draft's first file have arrived."""
    return len(mara.ask(f"/v1/assets/uploads/{kept(mara)['files'][0]['id']}")["upload"]["parts"])


def release(held: list[Route]) -> None:
    """Of requests that were never answered: their page is gone, or they are."""
    for one in held:
        with suppress(Error):
            one.abort()


def padded(size: int) -> bytes:
    """A film that is as large as this: behind it comes what nobody plays."""
    content = film(size=(640, 640), seconds=2.0, rate=24)
    rest = size - len(content)
    return content + rest.to_bytes(4, "big") + b"free" + os.urandom(1024) + b"\0" * (rest - 8 - 1024)


def test_an_upload_goes_on_after_the_page_was_loaded_again_in_the_middle_of_it(mara: Person, tmp_path: Path) -> None:
    page, file = mara.page, tmp_path / "tour.mp4"
    file.write_bytes(padded(5 * PART + 4321))
    open_at(mara, "compose")
    choose(page, "X")
    text_box(page).fill("With a film")
    sent: list[str] = []
    held: list[Route] = []
    line_is_gone = True

    def line(route: Route) -> None:
        sent.append(route.request.url.partition("?")[0])
        if line_is_gone and len(sent) > 2:
            held.append(route)
        else:
            route.continue_()

    page.route("**/media/parts/**", line)
    acts(page)
    page.get_by_label("Media files", exact=True).set_input_files(file)  # in the place of one drop
    eventually(page, lambda: len(held), 3)  # two have arrived, three are on their way
    expect(page.get_by_role("progressbar", name="Upload of tour.mp4")).to_be_visible()
    expect(state(page)).to_contain_text("Saved")
    eventually(page, lambda: parts(mara), 2)
    before, arrived = page.url, set(sent[:2])
    sent.clear()
    line_is_gone = False
    page.reload()
    release(held)
    assert page.url == before
    expect(page.get_by_role("textbox", name="Description of tour.mp4")).to_be_visible()
    assert len(set(sent)) == 4
    assert not arrived & set(sent), "what has arrived is not sent again"
    expect(state(page)).to_contain_text("Saved")
    asset = mara.ask(f"/v1/assets/{kept(mara)['files'][0]['id']}")["asset"]
    assert (asset["status"], asset["size"]) == ("ready", 5 * PART + 4321)
    assert acts(page) == (0, 0), "nothing was to be done for it"
    mara.page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Live on X (sandbox)")).to_be_visible()
    assert public(mara, "x", "With a film") == 1


def test_a_file_that_this_browser_does_not_have_any_more_is_asked_for_again_and_no_other_is_taken(mara: Person, tmp_path: Path) -> None:
    page, file, other = mara.page, tmp_path / "tour.mp4", tmp_path / "other.mp4"
    content = padded(2 * PART)
    file.write_bytes(content)
    other.write_bytes(content[:-1] + b"x")
    open_at(mara, "compose")
    held: list[Route] = []
    line_is_gone = True
    page.route("**/media/parts/**/2?**", lambda route: held.append(route) if line_is_gone else route.continue_())
    page.get_by_label("Media files", exact=True).set_input_files(file)
    expect(page.get_by_text("50 %")).to_be_visible()
    expect(state(page)).to_contain_text("Saved")
    eventually(page, lambda: parts(mara), 1)
    line_is_gone = False
    page.evaluate(FORGET_FILES)
    page.reload()
    release(held)
    expect(page.get_by_role("button", name="Choose the same file to go on")).to_be_visible()
    expect(page.get_by_text("50 % have arrived")).to_be_visible()
    page.get_by_label("tour.mp4 again").set_input_files(other)
    expect(page.get_by_text("This is not the same file")).to_be_visible()
    page.get_by_label("tour.mp4 again").set_input_files(file)
    expect(page.get_by_role("textbox", name="Description of tour.mp4")).to_be_visible()
    page.get_by_role("button", name="Take tour.mp4 away").click()


def test_of_two_windows_with_a_draft_the_second_is_told_and_neither_overwrites_the_other(mara: Person) -> None:
    open_at(mara, "compose")
    text_box(mara.page).fill("Begun")
    expect(state(mara.page)).to_have_text("Saved")
    second = mara.context.new_page()
    second.goto(mara.page.url)
    expect(text_box(second)).to_have_value("Begun")
    text_box(mara.page).fill("From the first window")
    expect(state(mara.page)).to_have_text("Saved")
    eventually(second, lambda: kept(mara)["text"], "From the first window")
    text_box(second).fill("From the second window")
    expect(second.get_by_text("This draft was changed in another window.")).to_be_visible()
    assert kept(mara)["text"] == "From the first window"
    second.reload()
    expect(text_box(second)).to_have_value("From the second window")
    second.get_by_role("button", name="Compare both").click()
    row = second.get_by_role("dialog").get_by_role("row", name=re.compile("^Text"))
    expect(row).to_contain_text("From the first window")
    expect(row).to_contain_text("From the second window")
    assert violations(second, "two versions") == []
    second.get_by_role("button", name="Keep the one here").click()
    eventually(second, lambda: kept(mara)["text"], "From the second window")
    text_box(mara.page).fill("Again from the first")
    mara.page.get_by_role("button", name="Compare both").click()
    mara.page.get_by_role("button", name="Take the other one").click()
    expect(text_box(mara.page)).to_have_value("From the second window")
    mara.page.keyboard.press("Control+Enter")
    expect(mara.page.get_by_text("Live on")).to_be_visible()
    text_box(second).fill("Too late")
    expect(second.get_by_text("was sent or discarded in another window")).to_be_visible()
    mara.page = second
    assert kept(mara) is None, "what was sent does not come back"
    mara.heard()  # that a draft was changed meanwhile is an answer of the API


def test_of_two_windows_that_change_a_post_the_second_is_told(mara: Person) -> None:
    at = wednesday() + timedelta(days=3)
    wanted = {"account": account(mara, "x")["id"], "description": "As it was", "publish_at": at.isoformat()}
    post = mara.ask("/v1/posts/apply", {"posts": [wanted]})["posts"][0]
    open_at(mara, f"posts/{post['id']}")
    mara.page.get_by_role("link", name="Edit").click()
    expect(text_box(mara.page)).to_have_value("As it was")
    second = mara.context.new_page()
    second.goto(mara.page.url)
    text_box(second).fill("As the second wants it")
    text_box(mara.page).fill("As the first wants it")
    mara.page.keyboard.press("Control+Enter")
    expect(mara.page.get_by_text("The post is changed")).to_be_visible()
    second.keyboard.press("Control+Enter")
    expect(second.get_by_text("This post was changed in another window.")).to_be_visible()
    assert mara.ask(f"/v1/posts/{post['id']}")["post"]["description"] == "As the first wants it"
    second.get_by_role("button", name="Compare both").click()
    second.get_by_role("button", name="Keep the one here").click()
    second.get_by_role("button", name="Save the changes").click()
    expect(second.get_by_text("The post is changed")).to_be_visible()
    assert mara.ask(f"/v1/posts/{post['id']}")["post"]["description"] == "As the second wants it"
    mara.heard()


def test_a_server_that_is_stopped_while_one_writes_costs_no_word(person: People, tmp_path: Path) -> None:
    data, port = tmp_path / "data", free_port()
    with ExitStack() as running:
        first = running.enter_context(served(data, port))
        mara = person()
        mara.installation = first
        mara.arrive()
        mara.page.goto(f"{first.url}/dashboard/w/sandbox/compose")
        text_box(mara.page).fill("Before it stopped")
        expect(state(mara.page)).to_have_text("Saved")
    text_box(mara.page).fill("Before it stopped, and after")
    expect(state(mara.page)).to_contain_text("Saved in this browser only. The server does not answer")
    with served(data, port):
        expect(state(mara.page)).to_have_text("Saved")
        assert kept(mara)["text"] == "Before it stopped, and after"
    text_box(mara.page).fill("And once more")
    expect(state(mara.page)).to_contain_text("Saved in this browser only")
    with served(data, port):
        mara.page.reload()
        expect(text_box(mara.page)).to_have_value("And once more")
        expect(state(mara.page)).to_have_text("Saved")
        mara.page.close()
    assert all("ERR_CONNECTION" in one or "ERR_INCOMPLETE" in one or "ERR_EMPTY" in one for one in mara.heard())


def test_replies_go_where_they_can_and_where_they_cannot_it_is_said(mara: Person) -> None:
    page = mara.page
    open_at(mara, "compose")
    choose(page, "X", "Discord")
    text_box(page).fill("A thread begins")
    page.get_by_role("button", name="Add a reply").click()
    page.get_by_role("textbox", name="Text of reply 1").fill("and goes on")
    page.get_by_role("button", name="Add a reply").click()
    page.get_by_role("textbox", name="Text of reply 2").fill("b" * 281)
    expect(page.get_by_role("region", name="Reply 2")).to_contain_text("1 too many")
    expect(page.get_by_role("region", name="Reply 1")).to_contain_text("Discord has no replies that can be published from here")
    expect(page.get_by_role("list", name="What to mend")).to_contain_text("280")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("textbox", name="Text of reply 2")).to_be_focused()
    page.get_by_role("textbox", name="Text of reply 2").fill("to its end")
    look = page.get_by_role("article", name="How it will look on X", exact=True)
    expect(look).to_contain_text(re.compile("A thread begins.*and goes on.*to its end", re.DOTALL))
    page.get_by_role("button", name="Publish 4 posts").click()
    expect(page.get_by_text("4 posts are live")).to_be_visible()
    seen = {one["text"]: one for one in mara.ask("/v1/sandbox/networks/x/posts")["posts"]}
    assert seen["and goes on"]["replyTo"] == seen["A thread begins"]["id"]
    assert seen["to its end"]["replyTo"] == seen["and goes on"]["id"]
    assert public(mara, "discord", "and goes on") == 0


def test_the_request_that_is_shown_is_the_one_that_is_made_and_runs_elsewhere_without_a_second_post(mara: Person) -> None:
    page = mara.page
    mara.context.grant_permissions(["clipboard-read", "clipboard-write"])
    key = mara.ask("/v1/dashboard/keys", {"label": "elsewhere"})["secret"]
    open_at(mara, "compose")
    choose(page, "X")
    text = "It's \"quoted\", with a \\ and 'more'"
    text_box(page).fill(text)
    page.get_by_role("tab", name="JSON").click()
    shown = json.loads(page.get_by_label("JSON of the request").inner_text())
    copied = {}
    for way in ("curl", "CLI", "Python"):
        page.get_by_role("button", name=f"Copy as {way}", exact=True).click()
        copied[way] = page.evaluate("navigator.clipboard.readText()")
    with page.expect_request("**/v1/posts/apply") as made:
        text_box(page).press("Control+Enter")
    assert made.value.post_data_json == shown
    expect(page.get_by_text("Live on X (sandbox)")).to_be_visible()
    environment = {**os.environ, "SOCIALCLAW_API_KEY": key}
    run = subprocess.run(["python3", "-c", copied["Python"]], env=environment, capture_output=True, text=True, check=True).stdout.strip()
    again = json.loads(subprocess.run(["sh", "-c", copied["curl"]], env=environment, capture_output=True, text=True, check=True).stdout)
    assert (again["duplicate"], again["run"]["id"]) == (True, run)
    assert public(mara, "x", text) == 1
    assert "socialclaw apply -f schedule.json" in copied["CLI"]


def test_with_slots_a_post_goes_out_at_the_next_free_one_or_at_a_time_that_is_said(mara: Person) -> None:
    page = mara.page
    url, headers = f"{mara.installation.url}/v1/dashboard/slots", {"Origin": mara.installation.url}
    times = [{"weekday": day, "time": "09:30"} for day in ("monday", "wednesday", "friday")]
    assert mara.context.request.put(url, data={"times": times}, headers=headers).ok
    try:
        found = account(mara, "x")
        free = mara.ask(f"/v1/dashboard/slots/next?accounts={found['id']}")["slots"]
        open_at(mara, "compose")
        choose(page, "X")
        text_box(page).fill("At a slot")
        expect(page.get_by_role("button", name="next free slot")).to_be_visible()
        page.keyboard.press("Control+Enter")
        expect(page.get_by_text("1 post scheduled for")).to_be_visible()
        assert [one["publishAtUtc"] for one in posts(mara, "At a slot")] == [free[0]["atUtc"]]
        open_at(mara, "compose")
        text_box(page).fill("As it was said")
        page.get_by_role("button", name="next free slot").click()
        page.get_by_role("textbox", name="Or say it").fill("in 3 days")
        page.keyboard.press("Enter")
        text_box(page).press("Control+Enter")
        expect(page.get_by_text("1 post scheduled for")).to_be_visible()
        [made] = posts(mara, "As it was said")
        away = datetime.fromisoformat(made["publishAtUtc"]) - datetime.fromisoformat(made["createdAt"])
        assert timedelta(days=2, hours=23) < away < timedelta(days=3, hours=1)
    finally:
        mara.context.request.put(url, data={"times": []}, headers=headers)


def test_what_is_wrong_stands_beside_its_field_and_leads_there(mara: Person, tmp_path: Path) -> None:
    page = mara.page
    (tmp_path / "wide.png").write_bytes(picture("PNG", (1600, 400)))
    open_at(mara, "compose")
    choose(page, "TikTok")
    text_box(page).fill("What is missing is said")
    mend = page.get_by_role("list", name="What to mend")
    expect(mend).to_contain_text(re.compile("privacy", re.IGNORECASE))
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("to mend first")).to_be_visible()
    mend.get_by_role("listitem").filter(has_text=re.compile("privacy", re.IGNORECASE)).get_by_role("button", name="Show").click()
    expect(page.get_by_role("combobox", name=re.compile("Privacy"))).to_be_focused()
    choose(page, "Instagram")
    page.get_by_label("Media files", exact=True).set_input_files(tmp_path / "wide.png")
    page.get_by_role("button", name="Change the file to fit").click()
    expect(page.get_by_text("to mend first")).to_have_count(0)
    page.get_by_role("textbox", name="Description of wide.png").fill("A wide picture")
    page.get_by_role("button", name="Publish 1 post").click()
    expect(page.get_by_text("Live on Instagram (sandbox)")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_write_with_and_without_a_mouse_on_a_desk_and_on_a_phone(mara: Person, scheme: Any, tmp_path: Path) -> None:
    page = mara.page
    page.emulate_media(color_scheme=scheme)
    (tmp_path / "dawn.png").write_bytes(picture("PNG", (1200, 900), colour="orange"))
    open_at(mara, "calendar")
    page.keyboard.press("c")
    expect(text_box(page)).to_be_focused()
    page.keyboard.type("Written by keys alone https://example.org/winter #slow")
    page.keyboard.press("Shift+Tab")  # to the tab
    page.keyboard.press("Shift+Tab")  # to the last account
    page.keyboard.press("Space")
    expect(accounts(page, chosen=True)).to_have_count(2)
    while accounts(page, chosen=False).count():
        accounts(page, chosen=False).first.press("Enter")
    text_box(page).focus()
    page.get_by_label("Media files", exact=True).set_input_files(tmp_path / "dawn.png")
    page.get_by_role("button", name="Add a reply").press("Enter")
    expect(page.get_by_role("textbox", name="Text of reply 1")).to_be_focused()
    page.keyboard.type("and a reply")
    page.keyboard.press("Control+.")
    expect(page.get_by_role("textbox", name="Description of dawn.png")).to_be_visible()
    expect(page.get_by_text("to mend first")).to_be_visible()
    found = violations(page, "everything at once")
    page.get_by_role("tab", name="JSON").press("Enter")
    page.locator("[data-place=when]").press("Enter")
    expect(page.get_by_role("textbox", name="Or say it")).to_be_visible()
    found += violations(page, "request and time")
    page.keyboard.press("Escape")
    expect(page.get_by_role("textbox", name="Or say it")).to_have_count(0)
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("tab", name="How it will look").press("Enter")
    expect(page.get_by_role("button", name="More ways to send")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    found += violations(page, "a phone")
    open_at(mara, "drafts")
    expect(page.get_by_role("link", name="Written by keys alone")).to_be_visible()
    found += violations(page, "drafts")
    page.get_by_role("button", name="Discard the draft Written by keys alone").press("Enter")
    expect(page.get_by_role("link", name="Written by keys alone")).to_have_count(0)
    assert found == []


# The zone of the workspace, that of who looks, what they write into the field, what a clock on the wall shows then, and the instant: by the
# tz database. A summer, an hour that is skipped (by the offset before), one that comes twice (the first), quarters of hours, the date line.
ZONES = [
    ("Europe/Berlin", "America/New_York", "2027-07-01T09:00", "09:00", "2027-07-01T07:00:00Z"),
    ("Europe/Berlin", "Asia/Tokyo", "2027-03-28T02:30", "03:30", "2027-03-28T01:30:00Z"),
    ("America/New_York", "Europe/Berlin", "2027-11-07T01:30", "01:30", "2027-11-07T05:30:00Z"),
    ("Asia/Kathmandu", "UTC", "2027-05-05T00:10", "00:10", "2027-05-04T18:25:00Z"),
    ("Pacific/Auckland", "Pacific/Honolulu", "2027-01-10T08:00", "08:00", "2027-01-09T19:00:00Z"),
]


def test_composer_calendar_list_and_api_mean_the_same_instant_wherever_one_looks_from(mara: Person, browser: Browser) -> None:
    for zone, elsewhere, written, shown, instant in ZONES:
        change(mara, "/v1/dashboard/workspace", {"timezone": zone})
        with browser.new_context(storage_state=mara.context.storage_state(), locale="en-US", timezone_id=elsewhere) as context:
            there = Person(context, context.new_page(), mara.installation)
            _written_and_found(there, zone, written, shown, instant)
    change(mara, "/v1/dashboard/workspace", {"timezone": "UTC"})


def _written_and_found(there: Person, zone: str, written: str, shown: str, instant: str) -> None:
    page, text, day = there.page, f"Written as {written}", written.partition("T")[0]
    open_at(there, "compose")
    choose(page, "Telegram")
    text_box(page).fill(text)
    page.locator("[data-place=when]").click()
    page.get_by_label("Date and time in").fill(written)
    page.keyboard.press("Escape")
    expect(page.locator("[data-place=when]")).to_contain_text(shown)
    text_box(page).focus()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("scheduled for")).to_be_visible()
    [made] = posts(there, text)
    assert datetime.fromisoformat(made["publishAtUtc"]) == datetime.fromisoformat(instant)
    said = [{"account": made["accountId"], "description": "By the API", "publish_at": f"{written}:00"}]
    [prepared] = there.ask("/v1/posts/apply", {"timezone": zone, "mode": "draft", "posts": said})["posts"]
    assert prepared["publishAtUtc"] == made["publishAtUtc"], "the API takes the same words for the same instant"
    open_at(there, f"calendar?view=week&date={day}")
    place = page.locator(f"[data-cell][data-day='{day}'][data-hour='{int(shown[:2])}']")
    expect(place.get_by_role("button").filter(has_text=text)).to_contain_text(shown)
    open_at(there, f"posts?q={text.replace(' ', '+').replace(':', '%3A')}")
    expect(page.get_by_role("row").filter(has_text=text)).to_contain_text(shown)
