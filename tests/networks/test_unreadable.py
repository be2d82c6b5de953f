"""A film whose index is whole and whose frames are noise: no look at its beginning tells, but no network can show it.

Each that decodes films fails it in its own words, and nothing of it is seen. Whoever tries the post again has the file sent again: a
network that stumbled once is not taken at its word for ever.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from socialclaw.errors import Rejected
from socialclaw.networks import providers
from socialclaw.providers.draft import Media
from tests.media import files
from tests.networks.edges import plain
from tests.networks.stage import InMemorySteps, Stage

FAILS = {
    "facebook": "facebook_video_failed",
    "instagram": "instagram_video_refused",
    "instagram_business": "instagram_video_refused",
    "linkedin": "linkedin_media_failed",
    "linkedin_page": "linkedin_media_failed",
    "meta": "facebook_video_failed",
    "pinterest": "pinterest_media_processing_failed",
    "snapchat": "provider_rejected",
    "tiktok": "file_format_check_failed",
    "x": "x_media_processing_failed",
    "youtube": "youtube_failed_invalid_file",
}
KEEPS = {
    "discord": "keeps files as they are, whatever is in them",
    "reddit": "links to the file",
    "telegram": "sends it as a file to download, and a note says so: tests/networks/telegram/test_adapter.py",
    "wordpress": "keeps files as they are, whatever is in them",
}


def test_what_every_provider_does_with_such_a_film_is_known() -> None:
    assert {*FAILS, *KEEPS} == {*providers()}


@pytest.mark.parametrize(("key", "code"), FAILS.items())
async def test_a_film_of_noise_fails_by_name_and_is_not_seen_until_a_sound_one_is_tried(key: str, code: str) -> None:
    stage = Stage(providers()[key])
    account = await stage.connect()
    film = stage.media("video", 0)
    draft, steps = replace(plain(stage, account), media=(film,)), InMemorySteps()
    assert stage.issues(draft, account.type) == []
    sound = stage.files[film.url].content
    with pytest.raises(Rejected) as told:
        await stage.publish(account, replace(draft, media=(_with(stage, film, files.noisy(sound)),)), steps)
    assert told.value.code == code
    assert stage.seen() == []
    await stage.publish(account, replace(draft, media=(_with(stage, film, sound),)), steps)
    [seen] = stage.seen()
    assert stage.shows(seen, draft.media)


def _with(stage: Stage, film: Media, content: bytes) -> Media:
    """The same file with these bytes, wherever it is read."""
    served = stage.files[film.url]
    stage.files[film.url] = type(served)(200, content=content, headers={"content-type": "video/mp4"})

    async def read(offset: int, length: int) -> bytes:
        return content[offset : offset + length]

    return replace(film, size=len(content), read=read)
