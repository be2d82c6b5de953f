"""The dashboard as people use it, in Chromium. Clicks and keys are counted; the witness is the API, and what the public sees."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Installation, Person
from tests.browser.dashboard import WATCH, account, acts, eventually, open_at, public, served, violations, wednesday

pytestmark = pytest.mark.xdist_group("browser")  # one server and one browser serve them all
People = Callable[[], Person]


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with served(tmp_path_factory.mktemp("dashboard") / "data") as found:
        yield found


@pytest.fixture
def mara(person: People) -> Person:
    found = person()
    found.context.add_init_script(WATCH)
    return found


def planned(mara: Person, text: str, at: datetime) -> str:
    """The id of a post that is scheduled for then."""
    posts = [{"account": account(mara, "x")["id"], "description": text, "publish_at": at.isoformat()}]
    answer = mara.ask("/v1/posts/apply", {"timezone": "UTC", "posts": posts})
    return str(answer["posts"][0]["id"])


def due(mara: Person, post_id: str) -> datetime:
    return datetime.fromisoformat(mara.ask(f"/v1/posts/{post_id}")["post"]["publishAtUtc"])


def card(page: Page, text: str) -> Locator:
    return page.get_by_role("button").filter(has_text=text)


def test_the_first_post_after_an_installation_takes_one_click_and_two_chords(mara: Person, installation: Installation) -> None:
    mara.page.goto(installation.link())
    mara.press("Sign in")
    mara.sees_menu()
    expect(mara.page.get_by_role("grid", name="Calendar")).to_be_visible()
    mara.page.keyboard.press("c")
    expect(mara.page.get_by_role("textbox", name="Text for everyone")).to_be_focused()
    mara.page.keyboard.type("Hello from the dashboard")
    mara.page.keyboard.press("Control+Enter")
    expect(mara.page.get_by_text("Live on Discord (sandbox)")).to_be_visible()
    assert acts(mara.page) == (1, 2)
    assert public(mara, "discord", "Hello from the dashboard") == 1
    expect(card(mara.page, "Hello from the dashboard")).to_be_visible()


def test_a_card_is_dragged_to_another_day_and_hour_and_a_key_takes_it_back(mara: Person) -> None:
    mara.arrive()
    at = wednesday()
    post_id = planned(mara, "Dragged about", at)
    open_at(mara, f"calendar?view=week&date={at.date()}")
    expect(card(mara.page, "Dragged about")).to_be_visible()
    acts(mara.page)
    there = at + timedelta(days=2, hours=3)
    place = mara.page.locator(f"[data-cell][data-day='{there.date()}'][data-hour='{there.hour}']")
    start, end = card(mara.page, "Dragged about").bounding_box(), place.bounding_box()
    assert start
    assert end
    mouse = mara.page.mouse
    mouse.move(start["x"] + 20, start["y"] + 8)
    mouse.down()
    mouse.move(end["x"] + 40, end["y"] + 2, steps=12)
    mouse.up()
    expect(mara.page.get_by_text("1 post moved to")).to_be_visible()
    assert acts(mara.page) == (1, 0), "one drag"
    eventually(mara.page, lambda: due(mara, post_id), there)
    expect(place.get_by_role("button")).to_contain_text("Dragged about")
    mara.page.keyboard.press("z")
    eventually(mara.page, lambda: due(mara, post_id), at)
    expect(mara.page.get_by_text("Taken back")).to_be_visible()


def test_a_card_is_moved_by_keys_alone_said_aloud_and_left_where_it_was_by_escape(mara: Person) -> None:
    mara.arrive()
    at = wednesday() + timedelta(days=7)
    post_id = planned(mara, "Moved by keys", at)
    open_at(mara, f"calendar?view=week&date={at.date()}")
    card(mara.page, "Moved by keys").focus()
    acts(mara.page)
    for key in ("m", "ArrowRight", "Enter"):
        mara.page.keyboard.press(key)
    expect(mara.page.get_by_text("1 post moved to")).to_be_visible()
    assert acts(mara.page) == (0, 3)
    eventually(mara.page, lambda: due(mara, post_id), at + timedelta(days=1))
    card(mara.page, "Moved by keys").focus()
    mara.page.keyboard.press("m")
    mara.page.keyboard.press("Shift+ArrowDown")
    mara.page.keyboard.press("ArrowDown")
    expect(mara.page.get_by_role("status").filter(has_text="11:15")).to_be_attached()
    mara.page.keyboard.press("Escape")
    expect(mara.page.get_by_role("status").filter(has_text="It stays where it was")).to_be_attached()
    mara.page.keyboard.press("z")
    eventually(mara.page, lambda: due(mara, post_id), at)


def test_nothing_is_put_into_the_past(mara: Person) -> None:
    mara.arrive()
    soon = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=50)
    post_id = planned(mara, "Not into the past", soon)
    open_at(mara, f"calendar?view=week&date={soon.date()}")
    card(mara.page, "Not into the past").focus()
    mara.page.keyboard.press("m")
    mara.page.keyboard.press("Shift+ArrowUp")
    mara.page.keyboard.press("Enter")
    expect(mara.page.get_by_role("status").filter(has_text="In the past")).to_be_attached()
    assert due(mara, post_id) == soon


def test_what_others_schedule_appears_without_loading_the_page_again(mara: Person) -> None:
    mara.arrive()
    at = wednesday() + timedelta(days=14)
    open_at(mara, f"calendar?view=week&date={at.date()}")
    expect(mara.page.get_by_role("grid", name="Calendar")).to_be_visible()
    planned(mara, "Came by itself", at)
    expect(card(mara.page, "Came by itself")).to_be_visible()


def test_an_hour_that_the_clocks_skip_takes_nothing_and_one_that_comes_twice_shows_both(mara: Person) -> None:
    mara.arrive()
    open_at(mara, "calendar?view=week&date=2027-03-28&tz=Europe/Berlin")
    skipped = mara.page.locator("[data-cell][data-state=skipped]")
    expect(skipped).to_have_count(1)
    assert (skipped.get_attribute("data-day"), skipped.get_attribute("data-hour")) == ("2027-03-28", "2")
    for hour in (0, 1):
        planned(mara, f"Twice {hour}", datetime(2027, 10, 31, hour, 30, tzinfo=UTC))
    open_at(mara, "calendar?view=week&date=2027-10-31&tz=Europe/Berlin")
    expect(card(mara.page, "Twice 0").get_by_text("02:30", exact=True)).to_be_visible()
    expect(card(mara.page, "Twice 1").get_by_text("02:30 (2nd)", exact=True)).to_be_visible()
    expect(mara.page.get_by_role("button", name="Times are those of Europe/Berlin, UTC+1")).to_be_visible()


def prepared(mara: Person, text: str, at: datetime) -> tuple[str, str]:
    """The ids of a post on a network that takes the same text twice, and of its run."""
    posts = [{"account": account(mara, "telegram")["id"], "description": text, "publish_at": at.isoformat()}]
    answer = mara.ask("/v1/posts/apply", {"timezone": "UTC", "posts": posts})
    return str(answer["posts"][0]["id"]), str(answer["run"]["id"])


def test_a_post_is_repeated_by_a_rule_that_is_read_in_words_and_ended(mara: Person) -> None:
    mara.arrive()
    at = wednesday()
    post_id, _ = prepared(mara, "Again and again", at)
    open_at(mara, f"posts?post={post_id}")
    mara.press("Repeat")
    mara.page.get_by_label("How many times").fill("3")
    assert violations(mara.page, "repeat") == []
    mara.press("Repeat it")
    expect(mara.page.get_by_text("Every week, 3 times: ")).to_be_visible()
    [one] = mara.ask("/v1/repeats")["repeats"]
    assert (one["rule"], one["post"]["description"]) == ("FREQ=WEEKLY;COUNT=3", "Again and again")
    assert datetime.fromisoformat(one["startsAt"]).replace(tzinfo=UTC) == at + timedelta(days=7)
    open_at(mara, "posts?show=repeats")
    expect(mara.page.get_by_role("listitem").filter(has_text="Again and again")).to_contain_text("Every week, 3 times.")
    assert violations(mara.page, "repeats") == []
    mara.press("End it")
    expect(mara.page.get_by_text("It has ended.")).to_be_visible()
    made = mara.ask(f"/v1/repeats/{one['id']}")
    assert made["repeat"]["ended"]
    assert {post["status"] for post in made["posts"]} <= {"canceled"}
    assert due(mara, post_id) == at, "the post itself stays"


def test_a_run_is_shown_to_whoever_has_a_link_until_it_is_taken_back(mara: Person, browser: Browser) -> None:
    mara.arrive()
    _, run_id = prepared(mara, "To be looked at first", wednesday())
    open_at(mara, f"runs/{run_id}")
    mara.press("Share")
    mara.press("Make a link")
    url = mara.page.get_by_label("The link, which is not shown again").input_value()
    assert violations(mara.page, "share") == []
    with browser.new_context() as nobody:
        page = nobody.new_page()
        page.goto(url)
        expect(page.get_by_text("To be looked at first")).to_be_visible()
        mara.press("Take it back")
        expect(mara.page.get_by_text("The link opens nothing any more")).to_be_visible()
        gone = page.goto(url)
        assert gone
        assert gone.status == 404
        expect(page.get_by_text("To be looked at first")).not_to_be_visible()
    assert mara.ask(f"/v1/runs/{run_id}/preview-links")["links"] == []


def test_a_table_is_imported_once_it_is_right_found_by_its_label_and_exported(mara: Person, tmp_path: Path) -> None:
    mara.arrive()
    at, handle = wednesday(), account(mara, "telegram")["handle"]
    rows = [f"{handle},Line two,{at.isoformat()}", f"{handle},Line three,soon", f"telegram:@nobody,Line four,{at.isoformat()}"]
    file = tmp_path / "posts.csv"
    file.write_text("\n".join(["account,text,publish_at", *rows]))
    open_at(mara, "posts")
    mara.press("Import")
    with mara.page.expect_file_chooser() as chooser:
        mara.page.get_by_label("The file").click()
    chooser.value.set_files(file)
    wrong = mara.page.get_by_role("region", name="What is to be mended").get_by_role("row")
    expect(wrong).to_have_count(3)
    expect(wrong.nth(1)).to_contain_text("3publish_at")
    expect(wrong.nth(2)).to_contain_text("4account")
    assert violations(mara.page, "import") == []
    file.write_text(
        "\n".join(["account,text,publish_at,labels", f"{rows[0]},", f"{handle},Line three,{(at + timedelta(hours=1)).isoformat()},spring"])
    )
    with mara.page.expect_file_chooser() as chooser:
        mara.page.get_by_label("The file").click()
    chooser.value.set_files(file)
    mara.press("Schedule 2 posts")
    expect(mara.page.get_by_text("2 posts scheduled")).to_be_visible()
    mara.sees("Line two")
    open_at(mara, "posts?q=Line")
    expect(mara.page.get_by_role("row")).to_have_count(3)
    mara.press("All labels")
    mara.page.get_by_role("menuitem", name="spring").click()
    expect(mara.page.get_by_role("row")).to_have_count(2)
    expect(mara.page.get_by_role("row").filter(has_text="Line three")).to_contain_text("spring")
    with mara.page.expect_download() as download:
        mara.press("Export")
    lines = download.value.path().read_text("utf-8-sig").splitlines()
    assert ["Line three" in line for line in lines] == [False, True], "what is shown, and no more"
