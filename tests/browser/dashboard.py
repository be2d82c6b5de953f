"""What tests of the dashboard share: a server as `make up` starts it, counted clicks and keys, and the witnesses."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.browser.conftest import WAIT, Installation, Person, free_port
from tests.cli.processes import started

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Clicks, and keys that are none of a text; what the policy forbids is an error, which nobody expects.
WATCH = """
const count = (what) => sessionStorage.setItem(what, Number(sessionStorage.getItem(what)) + 1);
addEventListener('pointerdown', () => count('clicks'), true);
addEventListener('keydown', (event) => {
  if (['Control', 'Shift', 'Alt', 'Meta'].includes(event.key)) return;
  if (event.ctrlKey || !event.target.closest('input, textarea')) count('chords');
}, true);
addEventListener('securitypolicyviolation', (event) => console.error('policy: ' + event.violatedDirective + ' ' + event.blockedURI));
"""


@contextmanager
def served(data: Path, port: int = 0, **more: str) -> Iterator[Installation]:
    """As `make up` starts it: with simulated networks of its own, an account on each of them, and no tour. `more`: further settings."""
    port = port or free_port()
    generous = {"SOCIALCLAW_SIGN_IN__TRIES_PER_MINUTE": "1000", **more}
    with started("up", "--port", str(port), "--no-tour", "--data-dir", data, **generous) as up:
        up.until(r"Ctrl-C")
        yield Installation(f"http://127.0.0.1:{port}", "", data)
        assert up.stop() == 0


def acts(page: Page) -> tuple[int, int]:
    """Clicks and chords so far."""
    clicks, chords = page.evaluate("['clicks', 'chords'].map((what) => Number(sessionStorage.getItem(what)))")
    page.evaluate("sessionStorage.clear()")
    return clicks, chords


def open_at(mara: Person, path: str) -> None:
    mara.page.goto(f"{mara.installation.url}/dashboard/w/sandbox/{path}")
    mara.sees_menu()


def eventually(page: Page, found: Callable[[], Any], wanted: Any) -> None:
    until = time.monotonic() + WAIT / 1000
    while (last := found()) != wanted:
        assert time.monotonic() < until, f"{last!r} is not {wanted!r}"
        page.wait_for_timeout(100)


def account(mara: Person, provider: str) -> dict[str, Any]:
    listed = mara.ask("/v1/dashboard/accounts")["accounts"]
    return next(one for one in listed if one["provider"] == provider and one["publishable"])


def public(mara: Person, network: str, text: str) -> int:
    """How many posts with this text the public sees there."""
    return sum(one["text"] == text for one in mara.ask(f"/v1/sandbox/networks/{network}/posts")["posts"])


def wednesday() -> datetime:
    """At ten, in the week after the next: whatever day it is, there are days of the same week on both sides of it."""
    today = datetime.now(UTC).replace(hour=10, minute=0, second=0, microsecond=0)
    return today - timedelta(days=today.weekday()) + timedelta(days=16)


def violations(page: Page, screen: str) -> list[str]:
    """What axe finds, rule by rule."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text() + "; 0")
    told = """(rules) => axe.run(document, { runOnly: rules }).then(({ violations }) =>
      violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 200)}`)))"""
    return [f"{screen}: {one}" for one in page.evaluate(told, RULES)]
