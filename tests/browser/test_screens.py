"""The screens around the calendar in Chromium, in a workspace in which much has happened: what they are for, in how many clicks and keys;
and that each can be used by everybody, at a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Installation, Person
from tests.browser.dashboard import WATCH, account, acts, eventually, open_at, public, served, violations
from tests.browser.furnished import Furnished, furnish, landscape

pytestmark = pytest.mark.xdist_group("screens")
People = Callable[[], Person]
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
PATIENCE = 60_000  # milliseconds, for what rehearses a week


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with served(tmp_path_factory.mktemp("screens") / "data") as found:
        yield found


@pytest.fixture(scope="module")
def signed(browser: Browser, installation: Installation) -> Any:
    """The cookie of somebody who has come by the printed link."""
    context = browser.new_context()
    mara = Person(context, context.new_page(), installation)
    mara.arrive()
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture(scope="module")
def furnished(browser: Browser, installation: Installation, signed: Any) -> Furnished:
    context = browser.new_context(storage_state=signed)
    context.set_default_timeout(PATIENCE)
    found = furnish(Person(context, context.new_page(), installation))
    context.close()
    return found


@pytest.fixture
def mara(person: People, signed: Any) -> Person:
    found = person()
    found.context.add_cookies(signed["cookies"])
    found.context.add_init_script(WATCH)
    return found


def planned(mara: Person, provider: str, text: str, at: datetime, **more: Any) -> str:
    posts = [{"account": account(mara, provider)["id"], "description": text, "publish_at": at.isoformat(), **more}]
    return str(mara.ask("/v1/posts/apply", {"timezone": "UTC", "posts": posts})["posts"][0]["id"])


def now(mara: Person) -> datetime:
    return datetime.fromisoformat(mara.ask("/v1/sandbox/clock")["clock"]["now"])


def status(mara: Person, post: str) -> str:
    return str(mara.ask(f"/v1/posts/{post}")["post"]["status"])


def test_next_week_is_rehearsed_with_a_network_that_loses_an_answer_in_three_clicks(mara: Person) -> None:
    text = "Rehearsed, and out exactly once"
    planned(mara, "x", text, datetime.now(UTC) + timedelta(days=2))
    open_at(mara, "calendar")
    acts(mara.page)
    mara.page.get_by_role("navigation", name="Main").get_by_role("link", name="Sandbox").click()
    mara.press("Answer lost")
    expect(mara.page.get_by_role("region", name="Armed")).to_contain_text("1 call left at X")
    mara.press("+7 days")
    happened = mara.page.get_by_role("status", name="What happened on the way")
    expect(happened).to_contain_text("The answer was lost", timeout=PATIENCE)
    expect(happened).to_contain_text("Found on the network and adopted: not sent again", timeout=PATIENCE)
    assert acts(mara.page) == (3, 0)
    assert public(mara, "x", text) == 1, "the answer was lost, and it was not sent again"


def test_an_ended_login_is_named_with_what_waits_for_it_and_mended_in_two_clicks(mara: Person) -> None:
    mara.ask("/v1/sandbox/clock/resume", {})
    mara.ask("/v1/sandbox/networks/x/faults", {"kind": "revoke_token"})
    posts = [planned(mara, "x", f"Waits for its account {n}", datetime.now(UTC) + timedelta(seconds=1)) for n in range(2)]
    open_at(mara, "calendar?view=month")
    banner = mara.page.get_by_role("status").filter(has_text="has ended")
    expect(banner).to_contain_text("at X has ended. 2 posts wait for it.", timeout=PATIENCE)
    acts(mara.page)
    banner.get_by_role("button", name="Reconnect").click()
    mara.page.get_by_role("button", name="Allow").click()
    expect(mara.page.get_by_text("connected again: what waited goes out")).to_be_visible()
    assert acts(mara.page) == (2, 0)
    assert "calendar?view=month" in mara.page.url, "back where one was"
    for post in posts:
        eventually(mara.page, lambda post=post: status(mara, post), "published")  # type: ignore[misc]
    expect(banner).to_have_count(0)


def test_why_a_post_is_not_out_and_what_to_do_about_it_takes_two_clicks(mara: Person) -> None:
    text = "Once more, with feeling"
    mara.ask("/v1/sandbox/networks/discord/faults", {"kind": "timeout_after"})
    post = planned(mara, "discord", text, datetime.now(UTC) + timedelta(seconds=1))
    open_at(mara, "calendar")
    bar = mara.page.get_by_role("status").filter(has_text="needs you")
    expect(bar).to_contain_text("1 post needs you. 1 may or may not be live.", timeout=PATIENCE)
    acts(mara.page)
    bar.get_by_role("link", name="Look at it").click()
    verdict = mara.page.get_by_role("region", name="What became of it")
    expect(verdict).to_contain_text("It may be live, and we cannot tell")
    verdict.get_by_role("button", name="It is not there").click()
    expect(verdict.get_by_role("button", name="Try again now")).to_be_visible()
    assert acts(mara.page) == (2, 0)
    assert status(mara, post) == "failed"
    assert public(mara, "discord", text) == 1


def test_how_a_month_did_is_two_keys_and_a_click_away_and_reads_as_a_table_too(mara: Person, furnished: Furnished) -> None:
    open_at(mara, "calendar")
    acts(mara.page)
    mara.page.keyboard.press("g")
    mara.page.keyboard.press("a")
    mara.sees("Analytics")
    mara.page.get_by_text("30 days", exact=True).click()
    chart = mara.page.get_by_role("region", name="by day")
    expect(chart.get_by_role("img")).to_be_visible()
    clicks, keys = acts(mara.page)
    assert (clicks, keys) == (1, 2), "G A is one chord of two keys after each other"
    told = mara.ask("/v1/dashboard/analytics")["metrics"]
    figures = mara.page.get_by_role("list", name="Figures", exact=True)
    for figure, value in told.items():
        shown = figures.get_by_role("button").filter(has_text=figure.capitalize())
        if value < 10_000:
            expect(shown).to_contain_text(f"{value:,}")
    chart.get_by_role("button", name="Show as a table").click()
    expect(chart.get_by_role("row")).to_have_count(31)


def test_posts_are_acted_upon_together_and_what_is_refused_is_said_at_the_post(mara: Person, furnished: Furnished) -> None:
    at = now(mara) + timedelta(days=20)
    mine = [planned(mara, "discord", f"Together {n}", at + timedelta(minutes=n)) for n in range(3)]
    mara.ask(f"/v1/posts/{mine[1]}", method="DELETE")
    open_at(mara, "posts")
    mara.page.get_by_role("textbox", name="Search in posts").fill("Together")
    expect(mara.page.get_by_role("row")).to_have_count(4)
    mara.page.get_by_role("checkbox", name="All that are shown").check()
    mara.page.get_by_role("region", name="Chosen posts").get_by_role("button", name="Move…").click()
    mara.press("Move them later")
    expect(mara.page.get_by_text("2 posts moved; 1 not: why is said at each")).to_be_visible()
    expect(mara.page.get_by_role("row").filter(has_text="Together 1")).to_contain_text("canceled")
    expect(mara.page.get_by_role("region", name="Chosen posts")).to_contain_text("1 post chosen")
    assert len(mara.heard()) == 1, "the browser notes what was refused"
    for post in (mine[0], mine[2]):
        due = datetime.fromisoformat(mara.ask(f"/v1/posts/{post}")["post"]["publishAtUtc"])
        assert due - at >= timedelta(days=1)


def test_a_draft_is_published_from_another_time_on_and_its_graph_is_walked_by_arrows(mara: Person, furnished: Furnished) -> None:
    open_at(mara, f"runs/{furnished.run}")
    graph = mara.page.get_by_role("group", name="Graph of the run")
    graph.get_by_role("button", name="Winter launch").first.focus()
    mara.page.keyboard.press("ArrowRight")
    expect(graph.get_by_role("button", name="a reply")).to_be_focused()
    mara.page.keyboard.press("ArrowDown")
    expect(graph.get_by_role("button", name="LinkedIn").filter(has_text="opens like a book")).to_be_focused()
    open_at(mara, f"runs/{furnished.draft}")
    mara.press("Publish the draft")
    mara.page.get_by_text("From another time on").click()
    start = (now(mara) + timedelta(days=30)).replace(hour=10, minute=0, second=0, microsecond=0)
    mara.page.get_by_label("Its first post").fill(start.strftime("%Y-%m-%dT12:00"))
    mara.press("Publish 6 posts")
    expect(mara.page.get_by_text("6 posts will go out")).to_be_visible()
    posts = mara.ask(f"/v1/runs/{furnished.draft}")["posts"]
    assert {post["status"] for post in posts} == {"scheduled"}
    assert min(post["publishAtUtc"] for post in posts)[:10] == start.strftime("%Y-%m-%d")


def test_a_fault_is_disarmed_and_the_others_wait_on(mara: Person) -> None:
    mara.ask("/v1/sandbox/faults", method="DELETE")
    for kind in ("error", "rate_limit"):
        mara.ask("/v1/sandbox/networks/x/faults", {"kind": kind})
    open_at(mara, "sandbox")
    armed = mara.page.get_by_role("region", name="Armed").get_by_role("listitem")
    expect(armed).to_have_count(2)
    armed.first.get_by_role("button", name="Disarm").click()
    expect(armed).to_have_count(1)
    assert [one["kind"] for one in mara.ask("/v1/sandbox/faults")["faults"]] == ["rate_limit"]
    mara.ask("/v1/sandbox/faults", method="DELETE")


def test_a_post_has_labels_and_a_picture_cropped_to_what_its_network_takes(mara: Person, furnished: Furnished) -> None:
    text = "A square of hills"
    at = (now(mara) + timedelta(days=40)).isoformat()
    open_at(mara, f"compose?{urlencode({'account': account(mara, 'instagram')['id'], 'asset': furnished.asset, 'at': at})}")
    mara.page.get_by_role("textbox", name="Text for everyone").fill(text)
    mara.page.get_by_role("button", name="Crop dawn.jpg").click()
    crop = mara.page.get_by_role("dialog", name="Crop dawn.jpg")
    crop.get_by_text("1:1", exact=True).click()
    expect(crop).to_contain_text("1200 × 1200 pixels")
    crop.get_by_label("The part that is kept").press("Shift+ArrowRight")
    crop.get_by_role("button", name="Crop it").click()
    expect(mara.page.get_by_text("dawn 1200x1200.jpg")).to_be_visible()
    mara.press("Label")
    labels = mara.page.get_by_role("textbox", name="Labels").or_(mara.page.get_by_role("combobox", name="Labels"))
    labels.fill("Winter  Launch")
    labels.press("Enter")
    mara.page.get_by_role("textbox", name="Text for everyone").focus()
    mara.page.keyboard.press("Control+Enter")
    expect(mara.page.get_by_text("1 post scheduled for")).to_be_visible()
    [post] = mara.ask("/v1/posts?q=square+of+hills")["posts"]
    assert post["labels"] == ["winter launch"]
    [shown] = post["assets"]
    whole, part = (mara.ask(f"/v1/assets/{one}")["asset"] for one in (furnished.asset, shown["id"]))
    assert (part["width"], part["height"], whole["width"], whole["height"]) == (1200, 1200, 1600, 1200)
    mara.ask(f"/v1/posts/{post['id']}", method="DELETE")


def test_on_a_phone_a_month_is_seen_whole_a_day_is_read_below_it_and_a_post_is_dropped_on_another(
    mara: Person, furnished: Furnished
) -> None:
    mara.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    day = (now(mara) + timedelta(days=60)).replace(day=10, hour=12, minute=15, second=0, microsecond=0)
    post = planned(mara, "discord", "Held and dropped", day)
    open_at(mara, f"calendar?view=month&date={day:%Y-%m-%d}")
    grid = mara.page.get_by_role("grid", name="Calendar")
    cells = grid.get_by_role("gridcell")
    for cell in (cells.first, cells.last):
        box = cell.bounding_box()
        assert box
        assert 0 <= box["x"] <= box["x"] + box["width"] <= PHONE["width"]
        assert box["y"] + box["height"] <= PHONE["height"]
    row = mara.page.get_by_role("region", name="What is on").get_by_role("button").filter(has_text="Held and dropped")
    expect(row).to_be_visible()
    row.hover()
    mara.page.mouse.down()
    mara.page.mouse.move(100, 500)
    grid.get_by_role("button", name=f"{day + timedelta(days=4):%-d %B}").hover()
    mara.page.mouse.up()
    moved = (day + timedelta(days=4)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    eventually(mara.page, lambda: mara.ask(f"/v1/posts/{post}")["post"]["publishAtUtc"], moved)
    grid.get_by_role("button", name=f"{day + timedelta(days=4):%-d %B}").click()
    expect(row).to_be_visible()
    open_at(mara, f"calendar?view=week&date={day:%Y-%m-%d}")
    expect(cells).to_have_count(7)
    expect(mara.page.get_by_role("region", name="What is on").get_by_role("heading")).to_have_count(7)
    mara.ask(f"/v1/posts/{post}", method="DELETE")


def test_a_file_that_is_uploaded_comes_into_the_library_and_is_unused(mara: Person, furnished: Furnished) -> None:
    open_at(mara, "media")
    file = {"name": "harbour.jpg", "mimeType": "image/jpeg", "buffer": landscape((90, 150, 200), (640, 480))}
    mara.page.get_by_label("Files to upload").set_input_files(file)  # type: ignore[arg-type]
    tile = mara.page.get_by_role("main").get_by_role("button").filter(has_text="harbour.jpg")
    expect(tile).to_contain_text("Unused")
    mara.page.get_by_role("switch", name="Only unused").check()
    expect(tile).to_be_visible()
    expect(mara.page.get_by_role("button", name="dawn.jpg")).to_have_count(0)


def test_a_file_is_described_and_is_not_deleted_while_a_post_needs_it(mara: Person, furnished: Furnished) -> None:
    open_at(mara, f"media?asset={furnished.asset}")
    drawer = mara.page.get_by_role("dialog")
    drawer.get_by_role("textbox", name="Description").fill("Hills at dawn, seen from the canal")
    drawer.get_by_role("button", name="Keep the description").click()
    eventually(mara.page, lambda: mara.ask(f"/v1/assets/{furnished.asset}")["asset"]["altText"], "Hills at dawn, seen from the canal")
    drawer.get_by_role("button", name="Delete…").click()
    expect(drawer.get_by_role("group", name="Delete this file?")).to_contain_text("to go out: take those back first")
    expect(drawer.get_by_role("button", name="Delete dawn.jpg")).to_be_disabled()


def test_whoever_is_invited_is_listed_and_ctrl_k_finds_screens_days_and_posts(mara: Person, furnished: Furnished) -> None:
    open_at(mara, "calendar")
    mara.page.keyboard.press("Control+k")
    field = mara.page.get_by_role("combobox", name="Search, or go somewhere")
    expect(field).to_be_focused()
    for words, found in (("conn tele", "Connect Telegram"), ("24 dec", "24 December"), ("zip is replaced", "Behind the scenes")):
        field.fill(words)
        expect(mara.page.get_by_role("option", name=found).first).to_be_visible()
    field.fill("settings")
    mara.page.keyboard.press("Enter")
    mara.sees("Workspace")
    mara.page.get_by_role("navigation", name="Settings").get_by_role("link", name="Team").click()
    mara.press("Invite somebody")
    mara.page.get_by_label("Their address").fill("theo@example.org")
    mara.press("Make the invitation")
    link = mara.page.get_by_label("Link of the invitation")
    expect(link).to_contain_text("/auth/ticket/")
    first = link.inner_text()
    mara.page.keyboard.press("Escape")
    invited = mara.page.get_by_role("region", name="Invited").get_by_role("listitem").filter(has_text="theo@example.org")
    invited.get_by_role("button", name="Send again").click()
    expect(link).to_contain_text("/auth/ticket/")
    expect(link).not_to_have_text(first)
    mara.page.keyboard.press("Escape")
    assert mara.context.request.get(first.strip()).status == 404, "the link before opens nothing any more"
    mara.page.get_by_role("tab", name="What they did").click()
    expect(mara.page.get_by_role("cell", name="Create invite").first).to_be_visible()


def screens(furnished: Furnished) -> list[str]:
    """All of them, with something to see on each."""
    named = (
        "calendar?view=week calendar?view=month calendar?view=list compose drafts posts posts?show=attention media analytics runs accounts"
    )
    more = "accounts?connect= accounts?connect=x keys sandbox health settings settings/slots settings/team settings/team?tab=audit"
    own = [f"posts/{furnished.lost}", f"posts?post={furnished.refused}", f"media?asset={furnished.asset}", f"runs/{furnished.run}"]
    own.append(f"media?asset={furnished.asset}&crop=")
    return [*named.split(), *more.split(), "settings/usage", "settings/me", *own, f"runs/{furnished.run}?tab=table"]


def test_every_screen_can_be_used_by_everybody_at_a_desk_and_on_a_phone_by_day_and_night(mara: Person, furnished: Furnished) -> None:
    found = []
    for screen in screens(furnished):
        mara.page.emulate_media(color_scheme="light", reduced_motion="reduce")
        mara.page.set_viewport_size(DESK)  # type: ignore[arg-type]
        shown(mara, screen)
        found += too_wide(mara.page, screen) + violations(mara.page, f"light: {screen}")
        mara.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        found += violations(mara.page, f"dark: {screen}")
        mara.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        found += too_wide(mara.page, screen) + violations(mara.page, f"phone: {screen}")
    assert found == [], "\n".join(found)


def shown(mara: Person, screen: str) -> None:
    open_at(mara, screen)
    expect(mara.page.get_by_role("heading").first).to_be_visible()
    mara.page.wait_for_load_state("networkidle")


def too_wide(page: Page, screen: str) -> list[str]:
    """Whether the page has to be scrolled sideways."""
    told = "Math.max(document.documentElement.scrollWidth, document.querySelector('main').scrollWidth)"
    wide, room = int(page.evaluate(told)), page.viewport_size["width"]  # type: ignore[index]
    return [f"{screen} is {wide} wide where there is room for {room}"] if wide > room else []


def test_the_first_screen_is_small_and_brings_no_other(mara: Person) -> None:
    scripts: dict[str, int] = {}

    def came(answer: Any) -> None:
        if answer.url.endswith(".js"):
            scripts[answer.url.rpartition("/")[2]] = int(answer.headers.get("content-length", 0))

    mara.page.on("response", came)
    open_at(mara, "calendar")
    mara.page.wait_for_load_state("networkidle")
    assert 100_000 < sum(scripts.values()) < 250_000, scripts
    assert not [name for name in scripts if name.startswith(("Analytics", "Sandbox", "Runs", "Media"))]
