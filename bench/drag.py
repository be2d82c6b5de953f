"""The dashboard in a real browser: how soon the calendar can be used, how smoothly a card is dragged over a full month, how one types."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, async_playwright
from tests.browser import chromium

from bench import rows
from bench.figures import Figure, Result, Told, percentile
from bench.ground import NAME, SQLITE, Ground, Installation
from bench.processes import Running, free_port, started
from socialclaw.db.base import utc_now
from socialclaw.people import ways_in

FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]  # as the browser tests have it
DESKTOP = {"width": 1440, "height": 900}
BUDGETS = {300: 50.0, 2000: 100.0}  # milliseconds of a frame while dragging, by how many posts the month has
INTERACTIVE = 1000.0  # milliseconds
SPAN = timedelta(days=28)
WATCH = """
addEventListener('DOMContentLoaded', () => {
  const there = () => document.querySelector('[data-card]');
  const seen = new MutationObserver(() => {
    if (!there()) return;
    seen.disconnect();
    requestAnimationFrame(() => setTimeout(() => { window.usable = performance.now(); }));
  });
  seen.observe(document.body, { childList: true, subtree: true });
});
window.long = [];
new PerformanceObserver((list) => window.long.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: 'longtask' });
window.watchFrames = () => {
  let last = performance.now();
  window.frames_ = [];
  window.long = [];
  const next = (now) => {
    window.frames_.push(now - last);
    last = now;
    window.watching = requestAnimationFrame(next);
  };
  window.watching = requestAnimationFrame(next);
};
window.told = () => {
  cancelAnimationFrame(window.watching);
  return [window.frames_, Math.max(0, ...window.long)];
};
"""
WAIT = """new Promise((told) => {
  const look = () => window.usable ? told(window.usable) : setTimeout(look, 5);
  look();
})"""


@dataclass(frozen=True)
class Size:
    posts: tuple[int, ...] = (300, 2000)
    loads: int = 5
    drags: int = 5
    moves: int = 40
    letters: int = 200


async def measure(ground: Ground, size: Size, told: Told) -> list[Result]:
    program = chromium.found()
    if not program:
        raise SystemExit(chromium.MISSING)
    results = []
    async with ground.installation(SQLITE) as installation, async_playwright() as playwright:
        await rows.connect(installation, 10)
        async with started("serve", installation, "--no-worker", port=free_port()) as server:
            browser = await playwright.chromium.launch(executable_path=program, args=FLAGS)
            signed = await _signed_in(browser, server, installation)
            for count in size.posts:
                first = await _filled(installation, count)
                async with _page(browser, signed) as page:
                    url = f"{server.base_url}/dashboard/w/{installation.workspace}/calendar?view=month&date={first.date()}&tz=UTC"
                    results += [await _interactive(page, url, count, size, told), await _dragged(page, url, count, size, told)]
            async with _page(browser, signed) as page:
                results.append(await _typed(page, f"{server.base_url}/dashboard/w/{installation.workspace}/compose", size, told))
            await browser.close()
    return results


async def _filled(installation: Installation, count: int) -> datetime:
    """So many posts in the next month but one, at times that are all different; its first day."""
    await rows.clear(installation)
    later = utc_now() + timedelta(days=45)
    first = datetime(later.year, later.month, 1, tzinfo=UTC)
    apart = SPAN / count
    await rows.schedule(installation, ((f"No. {n}: something that is worth two lines of a card", first + n * apart) for n in range(count)))
    return first


async def _signed_in(browser: Browser, server: Running, installation: Installation) -> Any:
    secret = await installation.system.database.write(ways_in.local_link, NAME, None)
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(f"{server.base_url}/auth/ticket/{secret}")
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.get_by_role("button", name="Account menu").wait_for()
    state = await context.storage_state()
    await context.close()
    return state


@asynccontextmanager
async def _page(browser: Browser, signed: Any) -> AsyncIterator[Page]:
    """A browser that has nothing of the dashboard yet but who is signed in."""
    here = {"timezone_id": "UTC", "locale": "en-GB"}
    context: BrowserContext = await browser.new_context(storage_state=signed, viewport=DESKTOP, **here)  # type: ignore[arg-type]
    await context.add_init_script(WATCH)
    yield await context.new_page()
    await context.close()


async def _interactive(page: Page, url: str, count: int, size: Size, told: Told) -> Result:
    """From asking for the page until a card can be used, each time with an empty cache."""
    client = await page.context.new_cdp_session(page)
    await client.send("Network.setCacheDisabled", {"cacheDisabled": True})
    times = []
    for n in range(size.loads + 1):
        told(f"opening the calendar, {count} posts in a month", n, size.loads)
        await page.goto(url)
        times.append(await _usable(page))
    await client.detach()
    warm = sorted(times[1:])  # the first one warms the server up
    details = {"best": f"{warm[0]:,.0f} ms", "worst": f"{warm[-1]:,.0f} ms", "the first one": f"{times[0]:,.0f} ms"}
    what = f"the calendar of a month with {count:,} posts can be used after (middle of {size.loads}, no browser cache)"
    return Result(what, "", percentile(warm, 0.5), "ms", target=INTERACTIVE, details=details)


async def _usable(page: Page) -> float:
    """When a card could be used, in milliseconds since the page was asked for."""
    await page.locator("[data-card]").first.wait_for()
    return float(await page.evaluate(WAIT))


async def _dragged(page: Page, url: str, count: int, size: Size, told: Told) -> Result:
    """Cards are taken up and led about over the grid, and left where they were: nothing but the dragging is measured."""
    frames: list[float] = []
    worst = 0.0
    await page.goto(url)
    await _usable(page)
    cards = page.locator("[data-card]")
    for n in range(size.drags):
        told(f"dragging, {count} posts in a month", n, size.drags)
        box = await cards.nth(n * 3).bounding_box()
        assert box is not None
        await page.mouse.move(box["x"] + 20, box["y"] + 6)
        await page.mouse.down()
        await page.mouse.move(box["x"] + 30, box["y"] + 16)
        await page.locator("body > [class*=ghost]").wait_for()
        await page.evaluate("watchFrames()")
        for step in range(size.moves):
            x = 300 + (DESKTOP["width"] - 360) * ((step * 7) % size.moves) / size.moves
            await page.mouse.move(x, 200 + 560 * step / size.moves)
            await page.wait_for_timeout(12)
        found, slow = await page.evaluate("told()")
        frames += found
        worst = max(worst, slow)
        await page.keyboard.press("Escape")
        await page.mouse.up()
    details = {
        "middle": f"{percentile(frames, 0.5):.1f} ms",
        "worst": f"{max(frames):.1f} ms",
        "longest task": f"{worst:.0f} ms" if worst else "under 50 ms",
    }
    what = f"dragging a card over a month with {count:,} posts: a frame (p95)"
    return Result(what, "", percentile(frames, 0.95), "ms", target=BUDGETS.get(count), details={**details, "frames": f"{len(frames):,}"})


async def _typed(page: Page, url: str, size: Size, told: Told) -> Result:
    """A text for every account at once, letter by letter: what of it keeps the browser from the next letter."""
    await page.goto(url)
    accounts = page.get_by_role("group", name="Accounts that it goes to").get_by_role("button")
    await accounts.first.wait_for()
    for account in await accounts.all():
        if await account.get_attribute("aria-pressed") == "false":
            await account.click()
    box = page.get_by_role("textbox", name="Text for everyone")
    await box.press_sequentially("It begins. ", delay=20)
    await page.evaluate("window.long = []")
    for n in range(0, size.letters, 20):
        told(f"typing, {await accounts.count()} accounts", n, size.letters)
        await box.press_sequentially("A sentence of words ", delay=20)
    slow = await page.evaluate("window.long")
    details = {"longest": f"{max(slow):.0f} ms" if slow else "under 50 ms", "letters": f"{size.letters}"}
    what = f"typing in the composer for {await accounts.count()} accounts: tasks of 50 ms and more"
    return Result(what, "", len(slow), "tasks", target=0, details=details)


FIGURE = Figure(
    "drag",
    "How smooth are the calendar when a month is full, and the composer?",
    "`socialclaw serve` and Chromium without a screen, drawing by software; frames as requestAnimationFrame sees them while a card is led"
    " over the grid by the mouse. The page is loaded with an empty cache, from a server that has answered it once.",
    measure,
    full=Size(),
    tiny=Size(posts=(30,), loads=1, drags=1, moves=6, letters=20),
)
