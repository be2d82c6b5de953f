"""Publishing to a channel, a group and a chat, connecting them, and everything Telegram may answer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from socialclaw.errors import ProviderError, RateLimited, Rejected, Unauthorized, Unavailable, Uncertain
from socialclaw.networks.telegram.adapter import Telegram, post_url
from socialclaw.networks.telegram.refusals import explain
from socialclaw.networks.telegram.sandbox.simulator import TelegramSandbox
from socialclaw.providers.draft import Account, Draft
from tests.media import files
from tests.networks.recorded import Recorder, Web
from tests.networks.telegram.conftest import VIDEO, Clock, connected, media, picture, steps

URL = "https://media.example/picture.jpg"
FILM = "https://media.example/film.mp4"
Speak = Callable[..., Telegram]


async def refused(adapter: Telegram, draft: Draft) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await adapter.publish(draft, steps())
    return caught.value


# Publishing.


async def test_a_text_appears_in_the_channel(adapter: Telegram, telegram: TelegramSandbox, account: Account) -> None:
    published = await adapter.publish(Draft(text="Hello, world"), steps())
    (seen,) = telegram.seen(account=account.id)
    assert (seen.text, seen.id, seen.url) == ("Hello, world", published.id, published.url)
    assert published.url == f"https://t.me/{account.meta['chatUsername']}/{published.id}"
    assert published.url == post_url(published.id, account)
    assert published.final
    assert published.note is None


async def test_a_photo_is_fetched_by_telegram(adapter: Telegram, telegram: TelegramSandbox, web: Web) -> None:
    content = picture()
    web.put(URL, content, "image/jpeg")
    await adapter.publish(Draft(text="Look", media=(media(content, url=URL),)), steps())
    (seen,) = telegram.seen()
    assert seen.text == "Look"
    assert seen.media[0]["sha256"] == hashlib.sha256(content).hexdigest()
    assert len([line for line in telegram.requests if "send" in line]) == 1


async def test_a_video_tells_its_size_and_length(adapter: Telegram, telegram: TelegramSandbox, web: Web) -> None:
    web.put(FILM, VIDEO, "video/mp4")
    film = media(VIDEO, url=FILM, kind="video", mime="video/mp4", width=640, height=360, duration=2.6)
    await adapter.publish(Draft(media=(film,)), steps())
    (seen,) = telegram.seen()
    shown = seen.extra["message"]["video"]
    assert (shown["width"], shown["height"], shown["duration"]) == (640, 360, 3)
    assert seen.text == ""


async def test_a_film_of_noise_arrives_as_a_file_to_download_and_the_post_says_so(adapter: Telegram, telegram: TelegramSandbox) -> None:
    film = media(files.noisy(files.playable()), kind="video", mime="video/mp4")
    published = await adapter.publish(Draft(media=(film,)), steps())
    (seen,) = telegram.seen()
    assert set(seen.extra["message"]) & {"video", "document"} == {"document"}
    assert published.note == "Telegram could not show it as a video: it stands there as a file to download"


@pytest.mark.parametrize("answer", [None, 404, "text/html"], ids=["unreachable", "not found", "not a picture"])
async def test_a_photo_that_telegram_cannot_fetch_is_uploaded(
    adapter: Telegram, telegram: TelegramSandbox, web: Web, answer: int | str | None
) -> None:
    content = picture()
    if isinstance(answer, int):
        web.put(URL, content, "image/jpeg", status=answer)
    elif answer:
        web.put(URL, content, answer)
    memory: dict[str, Any] = {}
    await adapter.publish(Draft(text="Look", media=(media(content, url=URL),)), steps(memory))
    (seen,) = telegram.seen()
    assert seen.media[0]["sha256"] == hashlib.sha256(content).hexdigest()
    assert seen.media[0]["name"] == "picture.jpg"
    assert set(memory) == {"message by url", "message by upload"}
    assert web.fetched == [URL]


async def test_a_film_too_large_for_fetching_is_uploaded_in_pieces(
    adapter: Telegram, telegram: TelegramSandbox, recorder: Recorder
) -> None:
    content = VIDEO + bytes(20 * 1024 * 1024)
    await adapter.publish(Draft(media=(media(content, url=FILM, kind="video", mime="video/mp4"),)), steps())
    (seen,) = telegram.seen()
    assert seen.media[0]["sha256"] == hashlib.sha256(content).hexdigest()
    request, _ = recorder.calls[-1]
    assert len(recorder.calls) == 4  # three to connect, one to send
    assert request.headers["content-length"] == str(len(request.content))


async def test_a_crash_while_uploading_does_not_lead_back_to_the_url(adapter: Telegram, telegram: TelegramSandbox, web: Web) -> None:
    content = picture()
    draft = Draft(text="Once", media=(media(content, url=URL),))
    memory: dict[str, Any] = {}
    await adapter.publish(draft, steps(memory))
    memory["message by upload"] = memory["message by upload"]._replace(done=False)  # as if the process had died in the call
    web.put(URL, content, "image/jpeg")  # by now Telegram could fetch it
    with pytest.raises(Uncertain):
        await adapter.publish(draft, steps(memory))
    assert len(telegram.seen()) == 1


async def test_a_retry_after_a_limited_upload_goes_on_with_the_upload(
    adapter: Telegram, telegram: TelegramSandbox, recorder: Recorder
) -> None:
    draft = Draft(media=(media(picture(), url=URL),))
    memory: dict[str, Any] = {}
    await steps(memory).irreversible("message by url", adapter._send_by_url, draft, draft.media[0])
    telegram.fail("rate_limit", seconds=5)
    with pytest.raises(RateLimited):
        await adapter.publish(draft, steps(memory))
    await adapter.publish(draft, steps(memory))
    sent = [request for request, _ in recorder.calls if request.url.path.endswith("/sendPhoto")]
    assert [request.headers["content-type"].partition(";")[0] for request in sent] == ["application/json", *["multipart/form-data"] * 2]
    assert len(telegram.seen()) == 1


async def test_a_url_that_is_refused_with_nothing_to_upload_is_the_end(adapter: Telegram) -> None:
    error = await refused(adapter, Draft(media=(replace(media(picture(), url=URL), read=None),)))
    assert (type(error), error.code) == (Rejected, "telegram_media_url_refused")


async def test_a_file_that_ends_early_is_not_half_published(adapter: Telegram, telegram: TelegramSandbox) -> None:
    memory: dict[str, Any] = {}
    with pytest.raises(Unavailable) as caught:
        await adapter.publish(Draft(media=(media(picture(), size=10_000),)), steps(memory))
    assert (caught.value.sent, caught.value.code, memory) == (False, "media_unreadable", {})
    assert telegram.seen() == []


async def test_a_storage_that_fails_is_not_taken_for_telegrams_silence(adapter: Telegram) -> None:
    async def read(offset: int, length: int) -> bytes:
        raise httpx2.ReadTimeout("the storage, not Telegram")

    with pytest.raises(Unavailable) as caught:
        await adapter.publish(Draft(media=(replace(media(picture()), read=read),)), steps())
    assert caught.value.sent is False


@pytest.mark.parametrize("filename", ['we"ird\r\nname', "", "Schöner Tag.jpg", "no-extension"])
async def test_any_file_name_survives_the_upload(adapter: Telegram, telegram: TelegramSandbox, filename: str) -> None:
    await adapter.publish(Draft(media=(media(picture(), filename=filename),)), steps())
    (seen,) = telegram.seen()
    assert seen.media[0]["name"].endswith(".jpg")


# Settings.


async def test_html_is_read_as_markup(adapter: Telegram, telegram: TelegramSandbox) -> None:
    await adapter.publish(Draft(text="<b>Big</b> &amp; <i>slanted</i>", settings={"parseMode": "HTML"}), steps())
    (seen,) = telegram.seen()
    assert seen.text == "Big & slanted"
    assert [e["type"] for e in seen.extra["message"]["entities"]] == ["bold", "italic"]


async def test_markdown_is_read_as_markup_beside_media_too(adapter: Telegram, telegram: TelegramSandbox) -> None:
    draft = Draft(text="*Big* and 1\\.5", media=(media(picture()),), settings={"parseMode": "MarkdownV2"})
    await adapter.publish(draft, steps())
    (seen,) = telegram.seen()
    assert seen.text == "Big and 1.5"
    assert seen.extra["message"]["caption_entities"] == [{"type": "bold", "offset": 0, "length": 3}]


@pytest.mark.parametrize("mode", [None, "none"])
async def test_without_a_parse_mode_markup_is_plain_text(adapter: Telegram, telegram: TelegramSandbox, mode: str | None) -> None:
    await adapter.publish(Draft(text="1 < 2 *and* <b>", settings={"parseMode": mode}), steps())
    assert telegram.seen()[0].text == "1 < 2 *and* <b>"


async def test_the_switches_reach_the_message(adapter: Telegram, telegram: TelegramSandbox) -> None:
    on = {"disableNotification": True, "protectContent": True, "disableLinkPreview": True}
    await adapter.publish(Draft(text="https://example.org", settings=on), steps())
    await adapter.publish(Draft(text="https://example.org", settings=dict.fromkeys(on, False)), steps())
    quiet, loud = telegram.seen()
    assert (quiet.extra["silent"], loud.extra["silent"]) == (True, False)
    assert quiet.extra["message"]["has_protected_content"] is True
    assert quiet.extra["message"]["link_preview_options"] == {"is_disabled": True}
    assert not {"has_protected_content", "link_preview_options"} & set(loud.extra["message"])


# Groups and chats.


async def test_a_group_that_became_a_supergroup_still_gets_its_post(
    speak: Speak, http: httpx2.AsyncClient, telegram: TelegramSandbox
) -> None:
    token = telegram.credentials("Ada")["botToken"]
    group = telegram.add_chat("group", "Friends", token=token)
    (target,) = await speak(botToken=token, chatId=str(group)).targets()
    assert (target.type, target.handle, target.name) == ("telegram_group", f"telegram:{group}", "Friends")
    adapter = Telegram(http, connected(target))
    assert (await adapter.publish(Draft(text="before"), steps())).url is None
    new = telegram.upgrade(group)
    for draft in (Draft(text="after"), Draft(text="picture", media=(media(picture()),))):
        published = await adapter.publish(draft, steps())
        assert published.url == f"https://t.me/c/{str(new)[4:]}/{published.id}"
        assert str(new) in (published.note or "")
    assert [seen.text for seen in telegram.seen(account=str(new))] == ["after", "picture"]
    await adapter.delete(published.id)
    assert [seen.text for seen in telegram.seen(account=str(new))] == ["after"]


async def test_a_private_supergroup_has_links_for_its_members(speak: Speak, telegram: TelegramSandbox, http: httpx2.AsyncClient) -> None:
    token = telegram.credentials("Ada")["botToken"]
    chat = telegram.add_chat("supergroup", "Club", token=token)
    (target,) = await speak(botToken=token, chatId=str(chat)).targets()
    published = await Telegram(http, connected(target)).publish(Draft(text="Hi"), steps())
    assert published.url == f"https://t.me/c/{-chat - 10**12}/{published.id}"
    assert (target.meta["chatType"], target.meta["chatUsername"]) == ("supergroup", None)


async def test_a_person_is_a_chat_without_links(speak: Speak, telegram: TelegramSandbox, http: httpx2.AsyncClient) -> None:
    token = telegram.credentials("Ada")["botToken"]
    chat = telegram.add_chat("private", "Grace", token=token, username="grace")
    (target,) = await speak(botToken=token, chatId=str(chat)).targets()
    assert (target.type, target.name) == ("telegram_chat", "Grace")
    published = await Telegram(http, connected(target)).publish(Draft(text="Hi"), steps())
    assert published.url is None
    assert post_url(published.id, connected(target)) is None


# Connecting.


async def test_connecting_finds_the_channel_by_its_name(speak: Speak, pasted: dict[str, str], telegram: TelegramSandbox) -> None:
    (target,) = await speak(**pasted).targets()
    assert target.id.startswith("-100")
    assert (target.handle, target.type, target.name) == (f"telegram:{pasted['chatId']}", "telegram_channel", "Ada's channel")
    assert target.meta == {"chatUsername": pasted["chatId"][1:], "chatType": "channel", "botUsername": "Ada_bot"}
    assert target.secrets == {"botToken": pasted["botToken"]}


@pytest.mark.parametrize("written", ["{id}", " @{name} ", "https://t.me/{name}", "t.me/{name}/", "{name}"])
async def test_a_chat_may_be_named_in_several_ways(speak: Speak, pasted: dict[str, str], account: Account, written: str) -> None:
    chat = written.format(id=account.id, name=account.meta["chatUsername"])
    (target,) = await speak(botToken=f" {pasted['botToken']}\n", chatId=chat).targets()
    assert target.id == account.id


@pytest.mark.parametrize(
    ("given", "error", "code"),
    [
        ({"botToken": "nonsense"}, Unauthorized, "telegram_token_invalid"),
        ({"botToken": f"1:{'a' * 35}/../x"}, Unauthorized, "telegram_token_invalid"),
        ({"botToken": f"123456:{'a' * 35}"}, Unauthorized, "telegram_token_invalid"),
        ({"chatId": "@nobody_here"}, Unauthorized, "telegram_chat_not_found"),
        ({"chatId": "-1001"}, Unauthorized, "telegram_chat_not_found"),
        ({"chatId": "not a chat!"}, Rejected, "telegram_chat_id_invalid"),
        ({"chatId": ""}, Rejected, "telegram_chat_id_invalid"),
    ],
)
async def test_a_wrong_form_is_refused_with_its_reason(
    speak: Speak, pasted: dict[str, str], given: dict[str, str], error: type[ProviderError], code: str
) -> None:
    with pytest.raises(error) as caught:
        await speak(**(pasted | given)).targets()
    assert caught.value.code == code
    assert caught.value.details["path"] == next(iter(given))


@pytest.mark.parametrize(
    ("kind", "status", "rights", "code"),
    [
        ("channel", "left", {}, "telegram_bot_not_admin"),
        ("channel", "administrator", {"can_post_messages": False}, "telegram_bot_not_admin"),
        ("channel", "kicked", {}, "telegram_access_lost"),
        ("supergroup", "left", {}, "telegram_bot_not_member"),
        ("supergroup", "restricted", {"is_member": False}, "telegram_bot_not_member"),
        ("supergroup", "restricted", {}, "telegram_bot_restricted"),
    ],
)
async def test_a_bot_that_may_not_post_is_not_connected(
    speak: Speak, telegram: TelegramSandbox, kind: str, status: str, rights: dict[str, bool], code: str
) -> None:
    token = telegram.credentials("Ada")["botToken"]
    chat = telegram.add_chat(kind, "Town", token=token, username="town_square")
    telegram.set_member(chat, token, status, **rights)
    with pytest.raises(Unauthorized) as caught:
        await speak(botToken=token, chatId="@town_square").targets()
    assert caught.value.code == code


@pytest.mark.parametrize(("kind", "rights"), [("supergroup", {}), ("supergroup", {"can_send_messages": True}), ("group", {})])
async def test_a_member_of_a_group_may_be_connected(speak: Speak, telegram: TelegramSandbox, kind: str, rights: dict[str, bool]) -> None:
    token = telegram.credentials("Ada")["botToken"]
    chat = telegram.add_chat(kind, "Town", token=token, **rights)
    assert len(await speak(botToken=token, chatId=str(chat)).targets()) == 1


async def test_the_check_passes_until_the_bot_is_removed(
    adapter: Telegram, telegram: TelegramSandbox, account: Account, pasted: dict[str, str]
) -> None:
    await adapter.check()
    telegram.set_member(int(account.id), pasted["botToken"], "left")
    with pytest.raises(Unauthorized):
        await adapter.check()


# Refusals.


async def test_a_revoked_token_asks_to_reconnect(adapter: Telegram, telegram: TelegramSandbox, pasted: dict[str, str]) -> None:
    telegram.revoke(pasted["botToken"])
    error = await refused(adapter, Draft(text="Hi"))
    assert (type(error), error.code) == (Unauthorized, "telegram_token_invalid")
    assert pasted["botToken"] not in f"{error.message}{error.details}"


@pytest.mark.parametrize("kind", ["expire_token", "revoke_token"])
async def test_the_token_faults_take_the_token_away(adapter: Telegram, telegram: TelegramSandbox, kind: str) -> None:
    telegram.fail(kind)
    assert isinstance(await refused(adapter, Draft(text="Hi")), Unauthorized)
    assert telegram.seen() == []


@pytest.mark.parametrize(
    ("status", "rights", "code"),
    [
        ("kicked", {}, "telegram_access_lost"),
        ("left", {}, "telegram_access_lost"),
        ("administrator", {"can_post_messages": False}, "telegram_bot_not_admin"),
    ],
)
async def test_a_lost_place_in_the_channel_asks_to_reconnect(
    adapter: Telegram, telegram: TelegramSandbox, account: Account, pasted: dict[str, str], status: str, rights: dict[str, bool], code: str
) -> None:
    telegram.set_member(int(account.id), pasted["botToken"], status, **rights)
    error = await refused(adapter, Draft(text="Hi"))
    assert (type(error), error.code) == (Unauthorized, code)


async def test_a_group_without_videos_refuses_only_videos(speak: Speak, telegram: TelegramSandbox, http: httpx2.AsyncClient) -> None:
    token = telegram.credentials("Ada")["botToken"]
    chat = telegram.add_chat("supergroup", "Quiet", token=token, can_send_messages=True)
    (target,) = await speak(botToken=token, chatId=str(chat)).targets()
    adapter = Telegram(http, connected(target))
    error = await refused(adapter, Draft(media=(media(VIDEO, kind="video", mime="video/mp4"),)))
    assert (type(error), error.code) == (Rejected, "telegram_rights_missing")
    await adapter.publish(Draft(text="Text goes"), steps())
    telegram.set_member(chat, token, "restricted")
    error = await refused(adapter, Draft(text="Text goes no more"))
    assert (type(error), error.code) == (Unauthorized, "telegram_rights_missing")


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        (Draft(text="<b>open", settings={"parseMode": "HTML"}), "telegram_markup_invalid"),
        (Draft(text="1.5", settings={"parseMode": "MarkdownV2"}), "telegram_markup_invalid"),
        (Draft(text="<b> </b>", settings={"parseMode": "HTML"}), "telegram_text_empty"),
        (Draft(text="a" * 4097), "telegram_text_too_long"),
        (Draft(text="a" * 1025, media=(media(picture()),)), "telegram_text_too_long"),
        (Draft(media=(media(b"no picture"),)), "telegram_media_invalid"),
        (Draft(media=(media(picture(9000, 1001, "PNG")),)), "telegram_media_invalid"),
        (Draft(media=(media(b"\xff\xd8\xff" + bytes(10 * 1024 * 1024)),)), "telegram_media_too_large"),
    ],
)
async def test_what_telegram_cannot_show_is_refused_for_good(adapter: Telegram, telegram: TelegramSandbox, draft: Draft, code: str) -> None:
    error = await refused(adapter, draft)
    assert (type(error), error.code) == (Rejected, code)
    assert telegram.seen() == []


async def test_media_that_fails_to_process_is_refused(adapter: Telegram, telegram: TelegramSandbox) -> None:
    telegram.fail("fail_processing")
    error = await refused(adapter, Draft(media=(media(picture()),)))
    assert (type(error), error.code) == (Rejected, "telegram_media_invalid")
    await adapter.publish(Draft(media=(media(picture()),)), steps())
    assert len(telegram.seen()) == 1


async def test_a_flood_wait_is_as_long_as_telegram_says(adapter: Telegram, telegram: TelegramSandbox) -> None:
    telegram.fail("rate_limit", seconds=34.2)
    error = await refused(adapter, Draft(text="Hi"))
    assert isinstance(error, RateLimited)
    assert error.retry_after == 35


@pytest.mark.parametrize(
    "fault", ["reset_after", "timeout_after", "error", "error_after", "malformed", "malformed_after", "timeout", "reset"]
)
async def test_a_lost_answer_is_never_sent_again(adapter: Telegram, telegram: TelegramSandbox, fault: str) -> None:
    memory: dict[str, Any] = {}
    telegram.fail(fault)
    for _ in range(2):
        with pytest.raises(Uncertain):
            await adapter.publish(Draft(text="Once"), steps(memory))
    assert len(telegram.seen()) == fault.endswith("_after")


async def test_a_refused_connection_is_tried_again(adapter: Telegram, telegram: TelegramSandbox) -> None:
    memory: dict[str, Any] = {}
    telegram.fail("refuse")
    with pytest.raises(Unavailable):
        await adapter.publish(Draft(text="Once"), steps(memory))
    await adapter.publish(Draft(text="Once"), steps(memory))
    assert len(telegram.seen()) == 1


# Deleting.


async def test_a_deleted_message_is_gone_and_may_be_deleted_again(adapter: Telegram, telegram: TelegramSandbox) -> None:
    published = await adapter.publish(Draft(text="Oops"), steps())
    await adapter.delete(published.id)
    assert telegram.seen() == []
    await adapter.delete(published.id)


async def test_after_two_days_a_group_keeps_its_messages(
    speak: Speak, telegram: TelegramSandbox, http: httpx2.AsyncClient, clock: Clock
) -> None:
    token = telegram.credentials("Ada")["botToken"]
    chat = telegram.add_chat("supergroup", "Club", token=token)
    (target,) = await speak(botToken=token, chatId=str(chat)).targets()
    adapter = Telegram(http, connected(target))
    published = await adapter.publish(Draft(text="Hi"), steps())
    clock.now += 48 * 3600
    with pytest.raises(Rejected) as caught:
        await adapter.delete(published.id)
    assert caught.value.code == "telegram_delete_refused"
    telegram.set_member(chat, token, "administrator")
    await adapter.delete(published.id)
    assert telegram.seen() == []


# Answers that the simulator does not give by itself.

WORDS = [
    (400, "Bad Request: PEER_ID_INVALID", Unauthorized, "telegram_chat_not_found"),
    (400, "Bad Request: group chat was upgraded to a supergroup chat", Rejected, "telegram_chat_migrated"),
    (403, "Forbidden: the group chat was deleted", Unauthorized, "telegram_access_lost"),
    (403, "Forbidden: bot was blocked by the user", Unauthorized, "telegram_access_lost"),
    (403, "Forbidden: user is deactivated", Unauthorized, "telegram_access_lost"),
    (403, "Forbidden: bot can't initiate conversation with a user", Unauthorized, "telegram_access_lost"),
    (400, "Bad Request: message thread not found", Rejected, "telegram_topic_unavailable"),
    (400, "Bad Request: TOPIC_CLOSED", Rejected, "telegram_topic_unavailable"),
    (400, "Bad Request: CHAT_ADMIN_REQUIRED", Unauthorized, "telegram_bot_not_admin"),
    (400, "Bad Request: CHAT_WRITE_FORBIDDEN", Unauthorized, "telegram_rights_missing"),
    (400, "Bad Request: CHAT_SEND_PHOTOS_FORBIDDEN", Rejected, "telegram_rights_missing"),
    (400, "Bad Request: have no write access to the chat", Unauthorized, "telegram_rights_missing"),
    (400, "Bad Request: not enough rights to send text messages to the chat", Unauthorized, "telegram_rights_missing"),
    (400, "Bad Request: not enough rights to send photos to the chat", Rejected, "telegram_rights_missing"),
    (400, "Bad Request: message can't be deleted for everyone", Rejected, "telegram_delete_refused"),
    (400, "Bad Request: wrong HTTP URL specified", Rejected, "telegram_media_url_refused"),
    (400, "Bad Request: can't upload file by URL", Rejected, "telegram_media_url_refused"),
    (400, "Bad Request: wrong file identifier/HTTP URL specified", Rejected, "telegram_media_url_refused"),
    (400, "Bad Request: wrong remote file identifier specified: wrong padding", Rejected, "telegram_media_url_refused"),
    (400, "Bad Request: WEBPAGE_CURL_FAILED", Rejected, "telegram_media_url_refused"),
    (400, "Bad Request: there is no photo in the request", Rejected, "telegram_media_invalid"),
    (400, "Bad Request: PHOTO_INVALID_DIMENSIONS", Rejected, "telegram_media_invalid"),
    (413, "Request Entity Too Large", Rejected, "telegram_media_too_large"),
    (404, "Not Found", Unauthorized, "telegram_token_invalid"),
    (404, "Not Found: method not found", Rejected, "provider_rejected"),
    (400, "Bad Request: something new", Rejected, "provider_rejected"),
    (401, "Unauthorized", Unauthorized, "telegram_token_invalid"),
    (409, "Conflict: terminated by other getUpdates request", Rejected, "provider_rejected"),
    (500, "Internal Server Error: restart", Unavailable, "provider_unavailable"),
]


@pytest.mark.parametrize(("number", "words", "kind", "code"), WORDS)
def test_each_of_telegrams_refusals_is_understood(number: int, words: str, kind: type[ProviderError], code: str) -> None:
    error = explain(httpx2.Response(number, json={"ok": False, "error_code": number, "description": words}))
    assert (type(error), error and error.code) == (kind, code)
    assert words in f"{error and error.details['said']}"


def test_an_answer_that_is_not_the_bot_apis_is_left_to_its_status() -> None:
    assert explain(httpx2.Response(502, text="<html>Bad Gateway</html>")) is None
    assert explain(httpx2.Response(200, json={"ok": True, "result": True})) is None
    too_large = explain(httpx2.Response(413, text="<html>"))
    assert too_large is not None
    assert too_large.code == "telegram_media_too_large"


async def test_a_success_without_a_result_is_no_success(account: Account) -> None:
    transport = httpx2.MockTransport(lambda request: httpx2.Response(200, json=["what"]))
    async with httpx2.AsyncClient(transport=transport) as http:
        with pytest.raises(Uncertain):
            await Telegram(http, account).publish(Draft(text="Hi"), steps())


async def test_a_flood_wait_without_parameters_is_read_from_the_header() -> None:
    error = explain(
        httpx2.Response(429, headers={"retry-after": "9"}, json={"ok": False, "error_code": 429, "description": "Too Many Requests"})
    )
    assert isinstance(error, RateLimited)
    assert error.retry_after == 9
