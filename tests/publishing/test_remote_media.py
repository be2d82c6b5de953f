"""Posts whose media is elsewhere, when it is time to publish them."""

from __future__ import annotations

import hashlib

import pytest
from sqlalchemy.orm import Session

from socialclaw.db.posts import Post
from socialclaw.networks import providers
from tests.crash import users
from tests.internet import Served, Web
from tests.media import files
from tests.publishing.desk import Desk

URL = "http://cdn.example/a.jpg"
PICTURE = files.picture("JPEG", (1200, 1000))


@pytest.mark.parametrize("status", [404, 503])
async def test_a_file_that_is_not_there_yet_is_waited_for_like_a_network_that_is_down(desk: Desk, web: Web, status: int) -> None:
    account = await desk.connect()
    web.files["/a.jpg"] = Served(status=status, head=status)
    [post] = await desk.publish(account, "With a picture", media_link=URL)
    await desk.work()
    found = await desk.post(post)
    assert (found["status"], found["errorCode"]) == ("retry_pending", "media_unreachable")
    [attempt] = await desk.attempts(post)
    assert (attempt["code"], attempt["retryable"]) == ("media_unreachable", True)
    web.files["/a.jpg"] = Served(PICTURE)
    await desk.wait(70)
    assert (await desk.post(post))["status"] == "published"
    [seen] = desk.network().seen()
    assert [m["sha256"] for m in seen.media] == [hashlib.sha256(PICTURE).hexdigest()]


async def test_a_file_that_never_comes_is_given_up(desk: Desk, web: Web) -> None:
    account = await desk.connect()
    [post] = await desk.publish(account, "With a picture", media_link=URL)
    for _ in range(6):
        await desk.wait(3700)
    found = await desk.post(post)
    assert (found["status"], found["errorCode"], found["attempts"]) == ("failed", "media_unreachable", 6)
    assert desk.seen() == []


async def test_a_network_that_would_fetch_the_file_itself_is_not_sent_after_one_that_is_not_there(desk: Desk, web: Web) -> None:
    account = await desk.connect("instagram_business")
    [post] = await desk.publish(account, "With a picture", media_link=URL)
    asked = len(desk.network("meta").requests)
    await desk.work()
    assert (await desk.post(post))["errorCode"] == "media_unreachable"
    assert not [line for line in desk.network("meta").requests[asked:] if line.startswith("POST")]


FILM = "http://cdn.example/film.mp4"
TOLD = {
    "x": ("x_media_processing_failed", "X could not process the file: InvalidMedia Unsupported video format"),
    "youtube": ("youtube_failed_invalid_file", "YouTube could not read the file"),
}


@pytest.mark.parametrize("key", TOLD)
async def test_a_film_that_its_network_cannot_process_is_told_in_its_words_and_goes_out_once_when_it_is_sound(
    desk: Desk, web: Web, key: str
) -> None:
    """Its beginning is a film's, so nobody knows before the network has decoded it."""
    sound = files.playable()
    web.files["/film.mp4"] = Served(files.noisy(sound))
    network = desk.network(key)
    (getattr(network, "uploads", network) if key == "x" else network).processing_seconds = 0.0
    account = await desk.connect(key)
    settings = users.required(providers()[key], (await desk.account(account)).account_type)
    [post] = await desk.publish(account, "A film", name="A film", media_link=FILM, settings=settings)
    for _ in range(3):
        await desk.wait(120)
    found = await desk.post(post)
    assert (found["status"], found["errorCode"], found["error"]) == ("failed", *TOLD[key])
    assert desk.seen(key) == []
    web.files["/film.mp4"] = Served(sound)
    assert (await desk.do(post, "retry")).status_code == 200
    for _ in range(3):
        await desk.wait(120)
    assert (await desk.post(post))["status"] == "published"
    [seen] = desk.network(key).seen()
    assert [m["sha256"] for m in seen.media] == [hashlib.sha256(sound).hexdigest()]


@pytest.mark.parametrize("url", ["http://127.0.0.1/a.jpg", "http://public.example/inside.jpg"])
async def test_a_file_that_leads_inside_is_never_tried_again(desk: Desk, web: Web, url: str) -> None:
    """As when a name or a redirect was moved after the post was applied."""
    account = await desk.connect()
    web.answers["/inside.jpg"] = "http://169.254.169.254/latest/meta-data/"
    [post] = await desk.publish(account, "With a picture", media_link="http://cdn.example/later.jpg")
    await desk.system.database.write(lambda session: _moved(session, post, url))
    await desk.work()
    found = await desk.post(post)
    assert (found["status"], found["errorCode"], found["attempts"]) == ("failed", "url_not_allowed", 1)
    assert desk.seen() == []


def _moved(session: Session, post_id: str, url: str) -> None:
    row = session.get_one(Post, post_id)
    row.assets = [{**row.assets[0], "url": url}]
