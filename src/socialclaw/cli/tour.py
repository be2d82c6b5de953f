"""A short tour of the whole way: a picture is uploaded, a campaign checked and applied, and watched until the public sees it."""

from __future__ import annotations

import asyncio
import io
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import httpx2

from socialclaw.cli.output import Problem, console, print_table, say
from socialclaw.client import Client, ClientError
from socialclaw.db.base import iso, utc_now
from socialclaw.networks import providers

if TYPE_CHECKING:
    from rich.table import Table

PATIENCE_SECONDS = 60.0
LOOK_SECONDS = 0.2
PICTURE = (1200, 675)
HELLO = "Hello from the SocialClaw tour, stop {stop}. This post took the same path as a real one."
REPLY = "And this reply waited for the post above to be live."
Json = Mapping[str, Any]


async def take(client: Client) -> bool:
    """Publish a small campaign and show how it went; whether all of it was published."""
    drawn = picture()
    assets = {"image": (await client.upload("tour.png", drawn, "image/png"))["asset"]}
    say(f"Uploaded a picture            {assets['image']['publicUrl']}")
    able = (await client.capabilities())["capabilities"]
    if any(kind_for(one) == "video" for one in able):
        assets["video"] = (await client.upload("tour.mp4", await video(drawn), "video/mp4"))["asset"]
        say(f"Uploaded a video              {assets['video']['publicUrl']}")
    schedule = campaign(able, assets)
    checked = await client.validate(schedule)
    say(f"Validated a campaign          {checked['totalPosts']} posts, no problems")
    run = (await client.apply(schedule))["run"]
    say(f"Applied it                    {run['id']}")
    posts = await watch(client, run["id"])
    rows = [await _row(client, post) for post in posts]
    say()
    print_table(("Network", "Post", "Status", "Attempts", "What the public sees"), rows)
    return all(post["status"] == "published" for post in posts)


def picture() -> bytes:
    """A PNG of colours flowing into each other."""
    from PIL import Image, ImageChops, ImageOps

    slope = Image.linear_gradient("L").rotate(90).resize(PICTURE, Image.Resampling.BICUBIC)
    fall = Image.linear_gradient("L").resize(PICTURE, Image.Resampling.BICUBIC)
    glow = Image.radial_gradient("L").resize(PICTURE, Image.Resampling.BICUBIC)
    ground = ImageOps.colorize(Image.blend(slope, fall, 0.4), black="#1e1b4b", mid="#6d28d9", white="#fb7185")
    light = ImageOps.colorize(ImageOps.invert(glow), black="#000000", mid="#3b1d4a", white="#f59e0b")
    content = io.BytesIO()
    ImageChops.screen(ground, light).save(content, "PNG", optimize=True)
    return content.getvalue()


async def video(drawn: bytes) -> bytes:
    """A few seconds of that picture, as MP4; made in a process of its own, because the server loads no codecs."""
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(sys.executable, "-m", "socialclaw.cli.sample_video", stdin=pipe, stdout=pipe)
    made, _ = await child.communicate(drawn)
    if child.returncode:
        raise Problem("The tour's video could not be made; see the error above")
    return made


def kind_for(able: Json) -> str | None:
    """What the tour gives a post to this account: "image" where it can, "video" where nothing else will do, or None."""
    media = able["input"]["media"]
    if "image" in media["acceptedKinds"]:
        return "image"
    return "video" if media["required"] and "video" in media["acceptedKinds"] else None


def campaign(capabilities: Iterable[Json], assets: Mapping[str, Json]) -> dict[str, Any]:
    """A post to each account that can take one, with a picture or film where it fits, and a reply where replies are possible."""
    targets: list[dict[str, Any]] = []
    for able in capabilities:
        settings, kind = required_settings(able["publishSettings"]["fields"]), kind_for(able)
        if not able["publishable"] or settings is None or (able["input"]["media"]["required"] and kind is None):
            continue
        hello = HELLO.format(stop=len(targets) + 1)  # two connections may lead to one destination: it gets two posts
        first: dict[str, Any] = {"description": hello, "settings": settings}
        if kind:
            asset = assets[kind]
            first["assets"] = [
                {"id": asset["id"], "url": asset["publicUrl"], "managed": True, "altText": "Colours flowing into each other"}
            ]
        steps = [first]
        if "reply" in able["workflow"]["supportedInteractionTypes"]:
            steps.append({"description": REPLY, "interaction_type": "reply", "delay_seconds": 1})
        targets.append({"account": able["accountId"], "steps": steps})
    if not targets:
        raise Problem("No account of the test workspace can publish, so there is no tour")
    return {"timezone": "UTC", "campaigns": [{"id": "tour", "name": "Tour", "publish_at": iso(utc_now()), "targets": targets}]}


def required_settings(fields: Iterable[Json]) -> dict[str, Any] | None:
    """The settings that a post must have, each as its example or the first of its options; None where only a person can tell."""
    found: dict[str, Any] = {}
    for field in fields:
        if field["required"] and "default" not in field:
            if "example" not in field and not field.get("options"):
                return None
            found[field["id"]] = field["example"] if "example" in field else field["options"][0]
    return found


async def watch(client: Client, run_id: str) -> Sequence[Json]:
    """Show the run's posts until all have ended, or until patience does. The posts as they are then."""
    from rich.live import Live

    screen, seen = console(), dict[str, str]()
    until = time.monotonic() + PATIENCE_SECONDS
    with Live(console=screen, auto_refresh=False, transient=True) as live:
        while True:
            answer = await client.run_status(run_id)
            posts: Sequence[Json] = sorted(answer["posts"], key=lambda post: (post["targetIndex"], post["sequencePosition"]))
            if screen.is_terminal:
                live.update(_progress(posts), refresh=True)
            else:
                _tell(posts, seen)
            if answer["run"]["status"] in ("completed", "partial_failed"):
                return posts
            if time.monotonic() > until:
                say(f"Some posts take longer than {PATIENCE_SECONDS:.0f} seconds; they continue. See GET /v1/runs/{run_id}")
                return posts
            await asyncio.sleep(LOOK_SECONDS)


def _tell(posts: Iterable[Json], seen: dict[str, str]) -> None:
    """A line for each post whose status is new."""
    for post in posts:
        if seen.get(post["id"]) != post["status"]:
            seen[post["id"]] = post["status"]
            say(f"  {post['status']:<14} {_label(post):<26} {post['interactionType']:<6} {post['account']}")


def _progress(posts: Iterable[Json]) -> Table:
    from rich.spinner import Spinner
    from rich.table import Table
    from rich.text import Text

    colours = {"published": "green", "failed": "red", "canceled": "red", "retry_pending": "yellow"}
    table = Table(box=None, show_header=False, pad_edge=False)
    for post in posts:
        colour = colours.get(post["status"])
        status = Text(post["status"], style=colour) if colour else Spinner("dots", text=post["status"])
        table.add_row(Text(_label(post)), Text(post["interactionType"]), Text(post["account"]), status)
    return table


async def _row(client: Client, post: Json) -> tuple[str, ...]:
    """The post as it ended, with a link that has been tried."""
    detail = (await client.post(post["id"]))["post"]
    status = detail["status"] if not detail.get("error") else f"{detail['status']}: {detail['error']}"
    return _label(detail), detail["interactionType"], status, str(detail["attemptCount"]), await _link(client, detail)


async def _link(client: Client, post: Json) -> str:
    """Where the public sees the post; the network's page in the sandbox where the post has none of its own."""
    url = post.get("providerUrl")
    if url:
        try:
            if (await client.http.get(url, follow_redirects=True)).is_success:
                return str(url)
        except httpx2.HTTPError:
            pass
    return await _feed(client, providers()[post["provider"]].network)


async def _feed(client: Client, network: str) -> str:
    """The network's page in the sandbox; where that is a process of its own, the page that whoever sits here may look at."""
    try:
        told = (await client.call("GET", "/v1/sandbox"))["networks"]
    except ClientError:
        return f"{client.base_url}/sandbox/{network}/"
    return next(str(one["feedUrl"]) for one in told if one["network"] == network)


def _label(post: Json) -> str:
    return providers()[post["provider"]].label
