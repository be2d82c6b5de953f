"""Pictures of every screen, for the documentation: `python -m tests.browser.shots`, or with names of screens, those alone.

Light and dark at a desk, and light on a phone; WebP, because a page of sixty pictures is to stay small.
"""

from __future__ import annotations

import base64
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from tests.browser import chromium
from tests.browser.conftest import Person
from tests.browser.dashboard import served
from tests.browser.furnished import Furnished, furnish

PAGE = Path(__file__).parents[2] / "docs" / "dashboard.md"
FOLDER = PAGE.with_suffix("")
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 780}
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"viewport": DESK, "color_scheme": "light"},
    "dark": {"viewport": DESK, "color_scheme": "dark"},
    "phone": {"viewport": PHONE, "color_scheme": "light", "has_touch": True, "is_mobile": True},
}
QUALITY = 62
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]


def screens(known: Furnished) -> dict[str, tuple[str, str]]:
    """By the name of the picture: the address, and what is to be seen."""
    return {
        "calendar-week": (
            "calendar?view=week",
            "The week. A card is what was written once; it is moved by dragging or by keys.",
        ),
        "calendar-month": ("calendar?view=month", "The month."),
        "calendar-list": ("calendar?view=list", "The list, which is what a phone shows first."),
        "compose": ("compose", "Writing a post."),
        "drafts": ("drafts", "What is being written, and what is ready to go out."),
        "posts": ("posts?show=upcoming", "All posts, narrowed down; several can be acted upon together."),
        "needs-you": ("posts?show=attention", "What needs a person."),
        "post-unknown": (
            f"posts/{known.lost}",
            "A post whose answer was lost: nothing is sent again by itself.",
        ),
        "media": ("media", "The library of files, and which of them no post shows."),
        "file": (f"media?asset={known.asset}", "A file: what is to be seen in it, which networks take it, which posts show it."),
        "crop": (f"media?asset={known.asset}&crop=", "Cutting a picture to what a network takes; the picture itself stays."),
        "analytics": (
            "analytics",
            "What the posts of a span have gained, beside the span before.",
        ),
        "runs": ("runs", "What was handed in at one time, by whom, and how far it is."),
        "run": (f"runs/{known.run}", "A run as a graph: accounts below each other, time from left to right."),
        "accounts": ("accounts", "Accounts: how long each login is good, and what each has before it."),
        "connect": ("accounts?connect=", "Connecting another one."),
        "connect-x": ("accounts?connect=x", "What a network takes and asks for."),
        "keys": ("keys", "Keys for programs and agents."),
        "sandbox": ("sandbox", "The simulated networks of a test workspace: its time, what goes wrong there, what the public sees."),
        "health": ("health", "Whether everything works."),
        "settings": ("settings", "A workspace: its name, whose clock it goes by, copies of it, and its end."),
        "slots": ("settings/slots", "The times at which posts usually go out."),
        "team": ("settings/team", "Who is in the workspace, as what, and who is invited."),
        "audit": ("settings/team?tab=audit", "What people did."),
        "usage": ("settings/usage", "What is used, and how much there may be."),
        "me": ("settings/me", "Oneself: ways to sign in, devices, a copy of what is known, and how to leave."),
    }


def main(only: list[str]) -> int:
    program = chromium.found()
    if not program:
        print(chromium.MISSING, file=sys.stderr)
        return 1
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, served(Path(folder) / "data") as installation, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        context = browser.new_context()
        context.set_default_timeout(60_000)
        mara = Person(context, context.new_page(), installation)
        mara.arrive()
        known = furnish(mara)
        state = context.storage_state()
        wanted = {name: one for name, one in screens(known).items() if not only or name in only}
        for look in LOOKS:
            for name, size in _taken(browser, state, f"{installation.url}/dashboard/w/sandbox", wanted, look):
                print(f"{name:>24} {size / 1000:6.1f} kB", flush=True)
        browser.close()
        PAGE.write_text(page(screens(known)), encoding="utf-8")
    return 0


def _taken(browser: Browser, state: Any, home: str, wanted: dict[str, tuple[str, str]], look: str) -> list[tuple[str, int]]:
    found = []
    context = browser.new_context(storage_state=state, locale="en-GB", timezone_id="Europe/Berlin", reduced_motion="reduce", **LOOKS[look])
    shown = context.new_page()
    client = context.new_cdp_session(shown)
    for name, (address, _) in wanted.items():
        shown.goto(f"{home}/{address}")
        shown.get_by_role("heading").first.wait_for()
        shown.wait_for_load_state("networkidle")
        shown.wait_for_timeout(250)
        content = base64.b64decode(client.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})["data"])
        (FOLDER / f"{name}-{look}.webp").write_bytes(content)
        found.append((f"{name}-{look}", len(content)))
    context.close()
    return found


def page(of: dict[str, tuple[str, str]]) -> str:
    """What the documentation shows of them."""
    parts = ["# The dashboard, screen by screen", ""]
    parts += [
        "Everything here is a test workspace in which two weeks were rehearsed: an answer was lost, a network refused a post, and a login",
        "has ended. The pictures are made anew by `python -m tests.browser.shots`; `Ctrl K` goes everywhere, `?` lists the keys.",
    ]
    for name, (_, words) in of.items():
        title = name.replace("-", " ").capitalize()
        parts += ["", f"## {title}", "", words, ""]
        parts += [f"![{title}, {look}](dashboard/{name}-{look}.webp)" for look in LOOKS]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
