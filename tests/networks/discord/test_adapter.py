"""Publishing to a channel by its webhook, connecting it, and everything Discord may answer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from socialclaw.errors import ProviderError, RateLimited, Rejected, Unauthorized, Unavailable, Uncertain
from socialclaw.networks.discord.adapter import Discord, post_url
from socialclaw.networks.discord.refusals import explain
from socialclaw.networks.discord.sandbox.simulator import DiscordSandbox
from socialclaw.providers.draft import Account, Draft
from tests.networks.recorded import Recorder
from tests.networks.telegram.conftest import VIDEO, connected, media, picture, steps

Speak = Callable[[str], Discord]
NUMBER, TOKEN = "123456789012345678", "t" * 68


async def refused(adapter: Discord, draft: Draft) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await adapter.publish(draft, steps())
    return caught.value


# Publishing.


async def test_a_text_appears_in_the_channel(adapter: Discord, discord: DiscordSandbox, account: Account) -> None:
    published = await adapter.publish(Draft(text="Hello, world"), steps())
    (seen,) = discord.seen(account=account.id)
    assert (seen.text, seen.id, seen.url) == ("Hello, world", published.id, published.url)
    assert published.url == f"https://discord.com/channels/{account.meta['guildId']}/{account.meta['channelId']}/{published.id}"
    assert published.url == post_url(published.id, account)


async def test_a_message_pings_nobody(adapter: Discord, recorder: Recorder) -> None:
    await adapter.publish(Draft(text="@everyone look"), steps())
    request, _ = recorder.calls[-1]
    assert json.loads(request.content)["allowed_mentions"] == {"parse": []}
    assert request.url.params["wait"] == "true"


async def test_every_call_names_the_client_as_discord_asks(adapter: Discord, recorder: Recorder) -> None:
    published = await adapter.publish(Draft(text="Hi", media=(media(picture()),)), steps())
    await adapter.delete(published.id)
    await adapter.check()
    assert len(recorder.calls) == 4
    for request, _ in recorder.calls:
        assert request.headers["user-agent"].startswith("DiscordBot (https://")


@pytest.mark.parametrize(
    ("content", "kind", "mime", "name"), [(picture(), "image", "image/jpeg", "picture.jpg"), (VIDEO, "video", "video/mp4", "film.mp4")]
)
async def test_media_is_uploaded_with_its_alt_text(
    adapter: Discord, discord: DiscordSandbox, content: bytes, kind: str, mime: str, name: str
) -> None:
    await adapter.publish(
        Draft(text="Look", media=(media(content, kind=kind, mime=mime, alt="A teal square", url="https://x.example/y"),)), steps()
    )
    (seen,) = discord.seen()
    assert (seen.text, len(seen.media)) == ("Look", 1)
    assert seen.media[0] == {
        **{"kind": kind, "mime": mime, "size": len(content), "name": name, "alt": "A teal square"},
        "sha256": hashlib.sha256(content).hexdigest(),
    }


async def test_media_needs_no_text(adapter: Discord, discord: DiscordSandbox) -> None:
    await adapter.publish(Draft(media=(media(picture()),)), steps())
    (seen,) = discord.seen()
    assert (seen.text, seen.media[0]["alt"]) == ("", "")


@pytest.mark.parametrize("filename", ['we"ird\r\nname', "", "Schöner Tag.jpg", "no-extension", "a/b\\c.jpg"])
async def test_any_file_name_survives_the_upload(adapter: Discord, discord: DiscordSandbox, filename: str) -> None:
    await adapter.publish(Draft(media=(media(picture(), filename=filename),)), steps())
    (seen,) = discord.seen()
    assert seen.media[0]["name"].endswith(".jpg")
    assert seen.extra["message"]["attachments"][0]["filename"] == seen.media[0]["name"]


async def test_a_large_file_is_sent_in_pieces_with_its_length(adapter: Discord, discord: DiscordSandbox, recorder: Recorder) -> None:
    content = VIDEO + bytes(10 * 1024 * 1024 - len(VIDEO))
    await adapter.publish(Draft(media=(media(content, kind="video", mime="video/mp4"),)), steps())
    assert discord.seen()[0].media[0]["sha256"] == hashlib.sha256(content).hexdigest()
    request, _ = recorder.calls[-1]
    assert request.headers["content-length"] == str(len(request.content))


async def test_a_file_that_cannot_be_read_is_not_half_published(adapter: Discord, discord: DiscordSandbox) -> None:
    async def read(offset: int, length: int) -> bytes:
        raise httpx2.ReadTimeout("the storage, not Discord")

    for broken in (media(picture(), size=10_000), replace(media(picture()), read=read), replace(media(picture()), read=None)):
        with pytest.raises(Unavailable) as caught:
            await adapter.publish(Draft(media=(broken,)), steps())
        assert (caught.value.sent, caught.value.code) == (False, "media_unreadable")
    assert discord.seen() == []


async def test_the_settings_reach_the_message(adapter: Discord, discord: DiscordSandbox) -> None:
    await adapter.publish(Draft(text="https://example.org", settings={"tts": True, "suppressEmbeds": True}), steps())
    await adapter.publish(Draft(text="https://example.org", settings={"tts": False, "suppressEmbeds": False}), steps())
    loud, plain = (seen.extra["message"] for seen in discord.seen())
    assert (loud["tts"], loud["flags"]) == (True, 4)
    assert (plain["tts"], plain["flags"]) == (False, 0)


# Connecting.


async def test_connecting_finds_the_channel(speak: Speak, pasted: str) -> None:
    (target,) = await speak(pasted).targets()
    number, token = pasted.rsplit("/", 2)[1:]
    assert (target.id, target.handle, target.type, target.name) == (number, f"discord:{number}", "discord_webhook", "Ada")
    assert target.secrets == {"webhookToken": token}
    assert target.meta["webhookId"] == number
    assert target.meta["guildId"].isdigit()
    assert target.meta["channelId"].isdigit()


@pytest.mark.parametrize(
    "start",
    ["https://discordapp.com/api/", "https://ptb.discord.com/api/", "https://canary.discord.com/api/v10/", "https://discord.com/api/v9/"],
)
async def test_every_way_discord_writes_the_url_is_taken(speak: Speak, pasted: str, start: str, recorder: Recorder) -> None:
    await speak(f" {pasted.replace('https://discord.com/api/', start)}/\n").targets()
    assert {request.url.host for request, _ in recorder.calls} == {"discord.com"}


@pytest.mark.parametrize(
    "url",
    [
        "",
        f"http://discord.com/api/webhooks/{NUMBER}/{TOKEN}",
        f"https://evil.example/api/webhooks/{NUMBER}/{TOKEN}",
        f"https://discord.com.evil.example/api/webhooks/{NUMBER}/{TOKEN}",
        f"https://discord.com@evil.example/api/webhooks/{NUMBER}/{TOKEN}",
        f"https://evil.example/?https://discord.com/api/webhooks/{NUMBER}/{TOKEN}",
        f"https://discord.com:8443/api/webhooks/{NUMBER}/{TOKEN}",
        f"https://discord.com/api/webhooks/{NUMBER}/{TOKEN}/../../../users",
        f"https://discord.com/api/webhooks/{NUMBER}/{TOKEN}?x=y",
        f"https://discord.com/api/webhooks/{NUMBER}/{TOKEN}/slack",
        f"https://discord.com/api/webhooks/{NUMBER}/short",
        f"https://discord.com/api/webhooks/12/{TOKEN}",
        f"https://other.discord.com/api/webhooks/{NUMBER}/{TOKEN}",
        f"https://discordXcom/api/webhooks/{NUMBER}/{TOKEN}",
    ],
)
async def test_nothing_but_a_webhook_of_discord_is_ever_called(speak: Speak, url: str, recorder: Recorder) -> None:
    with pytest.raises(Rejected) as caught:
        await speak(url).targets()
    assert caught.value.code == "discord_webhook_url_invalid"
    assert TOKEN not in f"{caught.value.message}{caught.value.details}"
    assert recorder.calls == []


async def test_an_unknown_webhook_and_a_wrong_token_are_told_apart(speak: Speak, pasted: str) -> None:
    for url, code in (
        (f"https://discord.com/api/webhooks/{NUMBER}/{TOKEN}", "discord_webhook_gone"),
        (pasted.rpartition("/")[0] + f"/{TOKEN}", "discord_webhook_token_invalid"),
    ):
        with pytest.raises(Unauthorized) as caught:
            await speak(url).targets()
        assert caught.value.code == code


async def test_a_webhook_that_follows_another_channel_is_not_connected(pasted: str) -> None:
    transport = httpx2.MockTransport(lambda request: httpx2.Response(200, json={"type": 2, "id": NUMBER, "name": "News"}))
    async with httpx2.AsyncClient(transport=transport) as http:
        with pytest.raises(Rejected) as caught:
            await Discord(http, Account("", secrets={"webhookUrl": pasted})).targets()
    assert caught.value.code == "discord_webhook_type_unsupported"


async def test_the_check_passes_until_the_webhook_is_deleted(adapter: Discord, discord: DiscordSandbox) -> None:
    await adapter.check()
    discord.fail("revoke_token", "GET")
    with pytest.raises(Unauthorized) as caught:
        await adapter.check()
    assert caught.value.code == "discord_webhook_gone"


# Refusals.


@pytest.mark.parametrize(("fault", "code"), [("expire_token", "discord_webhook_token_invalid"), ("revoke_token", "discord_webhook_gone")])
async def test_a_webhook_that_is_no_more_asks_to_reconnect(
    adapter: Discord, discord: DiscordSandbox, account: Account, fault: str, code: str
) -> None:
    discord.fail(fault)
    error = await refused(adapter, Draft(text="Hi"))
    assert (type(error), error.code) == (Unauthorized, code)
    assert account.secrets["webhookToken"] not in f"{error.message}{error.details}"


@pytest.mark.parametrize(
    ("draft", "code", "words"),
    [
        (Draft(text="a" * 2001), "discord_request_invalid", "content: Must be 2000 or fewer in length."),
        (Draft(text=" \n "), "discord_text_or_media_required", "Cannot send an empty message"),
        (Draft(media=(media(picture(), alt="a" * 1025),)), "discord_request_invalid", "attachments.0.description: Must be 1024 or fewer"),
        (Draft(media=(media(bytes(10 * 1024 * 1024 + 1)),)), "discord_file_too_large", "Request entity too large"),
    ],
)
async def test_what_discord_cannot_take_is_refused_in_words(
    adapter: Discord, discord: DiscordSandbox, draft: Draft, code: str, words: str
) -> None:
    error = await refused(adapter, draft)
    assert (type(error), error.code) == (Rejected, code)
    assert words in error.message
    assert discord.seen() == []


async def test_automod_and_forums_refuse_for_good(adapter: Discord, discord: DiscordSandbox, account: Account) -> None:
    discord.block_word(account.meta["guildId"], "Casino")
    error = await refused(adapter, Draft(text="visit my CASINO"))
    assert (type(error), error.code) == (Rejected, "discord_content_blocked")
    discord.make_forum(account.meta["channelId"])
    error = await refused(adapter, Draft(text="Hi"))
    assert (type(error), error.code) == (Rejected, "discord_forum_unsupported")


async def test_a_rate_limit_is_as_long_as_discord_says(adapter: Discord, discord: DiscordSandbox) -> None:
    discord.fail("rate_limit", seconds=0.75)
    error = await refused(adapter, Draft(text="Hi"))
    assert isinstance(error, RateLimited)
    assert error.retry_after == 0.75


@pytest.mark.parametrize(
    "fault", ["reset_after", "timeout_after", "error", "error_after", "malformed", "malformed_after", "timeout", "reset"]
)
async def test_a_lost_answer_is_never_sent_again(adapter: Discord, discord: DiscordSandbox, fault: str) -> None:
    memory: dict[str, Any] = {}
    discord.fail(fault)
    for _ in range(2):
        with pytest.raises(Uncertain):
            await adapter.publish(Draft(text="Once"), steps(memory))
    assert len(discord.seen()) == fault.endswith("_after")


async def test_a_refused_connection_is_tried_again(adapter: Discord, discord: DiscordSandbox) -> None:
    memory: dict[str, Any] = {}
    discord.fail("refuse")
    with pytest.raises(Unavailable):
        await adapter.publish(Draft(text="Once"), steps(memory))
    await adapter.publish(Draft(text="Once"), steps(memory))
    assert len(discord.seen()) == 1


# Deleting.


async def test_a_deleted_message_is_gone_and_may_be_deleted_again(adapter: Discord, discord: DiscordSandbox) -> None:
    published = await adapter.publish(Draft(text="Oops"), steps())
    await adapter.delete(published.id)
    assert discord.seen() == []
    await adapter.delete(published.id)


@pytest.mark.parametrize(
    ("account", "post_id"),
    [
        (Account("", secrets={"webhookToken": TOKEN}), "1"),
        (Account(NUMBER), "1"),
        (Account(NUMBER, secrets={"webhookToken": TOKEN}), ""),
        (Account(NUMBER, secrets={"webhookToken": TOKEN}), "../.."),
    ],
)
async def test_deleting_needs_all_three_ids(http: httpx2.AsyncClient, account: Account, post_id: str, recorder: Recorder) -> None:
    with pytest.raises(Rejected) as caught:
        await Discord(http, account).delete(post_id)
    assert caught.value.code == "discord_delete_missing_fields"
    assert recorder.calls == []


# Answers that the simulator does not give by itself.


@pytest.mark.parametrize(
    ("status", "number", "kind", "code"),
    [
        (404, 10015, Unauthorized, "discord_webhook_gone"),
        (401, 50027, Unauthorized, "discord_webhook_token_invalid"),
        (401, 0, Unauthorized, "discord_webhook_token_invalid"),
        (404, 10003, Unauthorized, "discord_channel_gone"),
        (403, 50001, Unauthorized, "discord_access_lost"),
        (403, 50013, Unauthorized, "discord_access_lost"),
        (403, 160005, Rejected, "discord_thread_closed"),
        (400, 50083, Rejected, "discord_thread_closed"),
        (404, 10008, Rejected, "discord_message_gone"),
        (400, 50006, Rejected, "discord_text_or_media_required"),
        (400, 50035, Rejected, "discord_request_invalid"),
        (400, 50109, Rejected, "discord_request_invalid"),
        (400, 30015, Rejected, "provider_multi_asset_unsupported"),
        (413, 40005, Rejected, "discord_file_too_large"),
        (400, 50045, Rejected, "discord_file_too_large"),
        (400, 200000, Rejected, "discord_content_blocked"),
        (400, 200001, Rejected, "discord_content_blocked"),
        (403, 240000, Rejected, "discord_content_blocked"),
        *((400, number, Rejected, "discord_forum_unsupported") for number in (220001, 220002, 220003, 220004)),
        (400, 99999, Rejected, "provider_rejected"),
        (500, 0, Unavailable, "provider_unavailable"),
        (503, 130000, RateLimited, "provider_rate_limited"),
        (403, 40333, Unavailable, "discord_edge_refused"),
        (429, 20028, RateLimited, "provider_rate_limited"),
        (429, 20016, RateLimited, "provider_rate_limited"),
    ],
)
def test_each_of_discords_refusals_is_understood(status: int, number: int, kind: type[ProviderError], code: str) -> None:
    error = explain(httpx2.Response(status, json={"message": "No", "code": number, "retry_after": 3.5}))
    assert (type(error), error and error.code) == (kind, code)
    assert error is not None
    assert "No" in error.message


def test_nested_form_errors_become_one_readable_line() -> None:
    nested = {
        "embeds": {"0": {"url": {"_errors": [{"code": "URL", "message": "Not a well formed URL."}]}}},
        "content": {"_errors": [{"code": "LONG", "message": "Too long."}, {"code": "ODD", "message": "Odd."}]},
        "_errors": [{"code": "ALL", "message": "All of it."}],
    }
    error = explain(httpx2.Response(400, json={"message": "Invalid Form Body", "code": 50035, "errors": nested}))
    assert error is not None
    assert error.message == (
        "Discord: Invalid Form Body: embeds.0.url: Not a well formed URL.; content: Too long.; content: Odd.; All of it."
    )


async def test_a_block_at_the_edge_is_only_a_delay(account: Account) -> None:
    async def answered(response: httpx2.Response) -> ProviderError:
        async with httpx2.AsyncClient(transport=httpx2.MockTransport(lambda request: response)) as http:
            return await refused(Discord(http, account), Draft(text="Hi"))

    limited = await answered(httpx2.Response(429, headers={"retry-after": "600"}, text="<html>banned</html>"))
    assert isinstance(limited, RateLimited)
    assert limited.retry_after == 600
    blocked = await answered(httpx2.Response(403, text="error code: 1010"))
    assert isinstance(blocked, Unavailable)
    assert blocked.sent is False
    assert isinstance(await answered(httpx2.Response(413, text="<html>")), Rejected)
    assert isinstance(await answered(httpx2.Response(502, text="<html>")), Uncertain)


async def test_a_thread_of_the_channel_is_a_destination_of_its_own(
    speak: Callable[[str], Discord], http: httpx2.AsyncClient, discord: DiscordSandbox, account: Account, pasted: str
) -> None:
    thread = discord.make_thread(account.meta["channelId"])
    (target,) = await speak(f"{pasted}?wait=true&thread_id={thread}").targets()
    assert (target.handle, target.meta["threadId"]) == (f"discord:{account.id}:{thread}", thread)
    there = Discord(http, connected(target))
    published = await there.publish(Draft(text="in the thread"), steps())
    (seen,) = discord.seen()
    assert (seen.extra["channel"], published.url) == (thread, f"https://discord.com/channels/{seen.extra['guild']}/{thread}/{seen.id}")
    with pytest.raises(Rejected, match=r"with \?thread_id="):
        await speak(f"{pasted}?colour=red").targets()
    await there.check()
    await there.delete(published.id)
    assert discord.seen() == []


async def test_a_thread_that_is_not_there_takes_nothing(speak: Callable[[str], Discord], http: httpx2.AsyncClient, pasted: str) -> None:
    (target,) = await speak(f"{pasted}?thread_id=123456789012345678").targets()
    with pytest.raises(Unauthorized, match="Unknown Channel"):
        await Discord(http, connected(target)).publish(Draft(text="x"), steps())
