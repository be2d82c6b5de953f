"""Each client does what its users do with it, unchanged, and the public sees what it meant. `<name>.cjs` is what is played."""

from __future__ import annotations

import base64
import io
from typing import Any

from PIL import Image

from socialclaw.networks.discord.sandbox.simulator import DiscordSandbox
from socialclaw.networks.linkedin.sandbox.simulator import LinkedInSandbox
from socialclaw.networks.meta.sandbox.simulator import MetaSandbox
from socialclaw.networks.telegram.sandbox.simulator import TelegramSandbox
from socialclaw.networks.wordpress.sandbox.simulator import WordPressSandbox
from socialclaw.networks.x.sandbox.simulator import XSandbox
from socialclaw.networks.youtube.sandbox.simulator import YouTubeSandbox
from socialclaw.simulation.flow import CLIENT_ID, CLIENT_SECRET
from socialclaw.simulation.simulator import Simulator
from socialclaw.simulation.store import Store
from tests.networks.clients.conftest import Play

VIDEO = b"\0\0\0\x18ftypmp42" + bytes(3000)


def square() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (64, 64), "teal").save(file, "PNG")
    return file.getvalue()


def text_of(content: bytes) -> str:
    return base64.b64encode(content).decode()


def app(network: str) -> dict[str, str]:
    return {"clientId": CLIENT_ID, "clientSecret": CLIENT_SECRET, "callback": f"https://post.example/oauth/{network}/callback"}


def shown(simulator: Simulator) -> list[str]:
    return [seen.text for seen in simulator.seen()]


def test_twitter_api_v2_signs_in_uploads_posts_replies_reads_and_deletes(play: Play) -> None:
    x = XSandbox(Store(":memory:"))
    done = play("x", x, **app("x"), login="grace", image=text_of(square()), mime="image/png")
    assert (done["state"], done["me"]["username"], done["gone"]) == (True, "grace", {"deleted": True})
    assert (done["refused"], done["closed"]) == (403, 401)
    first, second = done["thread"]
    posts = [(seen.text, [m["alt"] for m in seen.media], seen.reply_to) for seen in x.seen()]
    assert posts == [("from twitter-api-v2", ["a square"], None), ("one", [], None), ("two", [], first)]
    assert second in [seen.id for seen in x.seen()]
    assert done["read"]["data"]["author_id"] == done["me"]["id"]
    assert done["read"]["includes"]["users"][0]["username"] == "grace"
    [media] = done["read"]["includes"]["media"]
    assert (media["type"], media["alt_text"]) == ("photo", "a square")
    assert done["named"]["id"] == done["me"]["id"]
    assert [text.partition(" https")[0] for text in done["timeline"]] == ["one", "from twitter-api-v2"]
    assert (done["searched"], done["by"]) == (["one"], ["grace"])


def test_googleapis_signs_in_uploads_reads_reports_and_deletes(play: Play) -> None:
    youtube = YouTubeSandbox(Store(":memory:"))
    done = play("youtube", youtube, **app("youtube"), login="grace", video=text_of(VIDEO))
    assert (done["channel"], done["made"]["status"]["privacyStatus"]) == ("@grace", "public")
    assert (done["read"], done["listed"], done["rows"]) == ("From googleapis", [done["made"]["id"]], 31)
    assert (done["refused"], done["gone"], shown(youtube)) == ("unknownPart", 204, [])
    [film] = youtube.shelf.posts(gone=True)
    assert film.media[0]["size"] == len(VIDEO)


def in_telegram(telegram: TelegramSandbox) -> dict[str, Any]:
    pasted = telegram.credentials("Ada")
    return {"token": pasted["botToken"], "chat": pasted["chatId"], "image": text_of(square())}


def test_grammy_posts_replies_edits_reads_and_deletes(play: Play) -> None:
    telegram = TelegramSandbox(Store(":memory:"))
    done = play("grammy", telegram, **in_telegram(telegram))
    assert [entity["type"] for entity in done["text"]["entities"]] == ["url", "mention", "hashtag"]
    assert done["photo"]["reply_to_message"]["message_id"] == done["text"]["message_id"]
    assert done["photo"]["caption_entities"] == [{"type": "bold", "offset": 2, "length": 6}]
    assert done["refused"] == "Bad Request: QUOTE_TEXT_INVALID"
    assert done["kept"]["file_size"] == len(square())
    assert (done["document"]["document"]["file_name"], done["document"]["caption"]) == ("paper.pdf", "to keep")
    assert [member["status"] for member in done["members"]] == ["administrator", "creator", "administrator"]
    assert done["members"][0]["can_send_welcome_messages"] is True
    assert (done["edited"], done["count"], shown(telegram)) == ("better", 2, ["better", "a square", "to keep"])


def test_telegraf_posts_is_refused_and_deletes(play: Play) -> None:
    telegram = TelegramSandbox(Store(":memory:"))
    done = play("telegraf", telegram, **in_telegram(telegram))
    assert done["text"]["entities"] == [{"type": "bold", "offset": 5, "length": 8}]
    assert (done["refused"]["error_code"], done["refused"]["description"]) == (400, "Bad Request: chat not found")
    assert shown(telegram) == ["from telegraf"]


def test_discord_js_posts_files_edits_and_deletes(play: Play) -> None:
    discord = DiscordSandbox(Store(":memory:"))
    done = play("discord", discord, url=discord.credentials("Ada")["webhookUrl"], image=text_of(square()))
    made = done["made"]
    assert [(a["filename"], a.get("description")) for a in made["attachments"]] == [("a.png", "a square"), ("b.png", None)]
    assert (made["mention_everyone"], made["embeds"][0]["title"], made["author"]["username"]) == (True, "Title", "Someone")
    assert (done["one"], done["none"], done["read"]) == (["b.png", "c.png"], [], "edited")
    assert (done["empty"][0], done["gone"], shown(discord)) == (50035, 10008, ["edited"])


def test_wpcom_posts_lists_and_deletes(play: Play) -> None:
    wordpress = WordPressSandbox(Store(":memory:"))
    done = play("wordpress", wordpress, token=wordpress.admit("grace")["access_token"])
    assert (done["me"], done["made"], done["listed"]) == ("grace", "From wpcom", [done["id"]])
    assert (done["gone"], done["missing"][0], shown(wordpress)) == ("trash", 404, [])


def test_linkedins_client_for_node_posts_for_a_page(play: Play) -> None:
    linkedin = LinkedInSandbox(Store(":memory:"))
    scopes = ["openid", "profile", "w_member_social", "rw_organization_admin", "w_organization_social", "r_organization_social"]
    done = play("linkedin", linkedin, **app("linkedin_page"), login="grace", scopes=scopes, version="202609", image=text_of(square()))
    assert (done["put"], done["read"], done["gone"], shown(linkedin)) == (201, "From Node", 204, [])


def test_metas_business_sdk_for_node_posts_reads_figures_and_deletes(play: Play) -> None:
    meta = MetaSandbox(Store(":memory:"))
    person = meta.admit("grace")["access_token"]
    [page] = meta.people.pages_of(meta.person("grace")["id"])
    with meta.store.transaction():
        token = meta.page_token(page["id"], person)
    done = play("meta", meta, token=token, page=page["id"])
    assert (done["name"], done["message"], done["likes"]) == (page["name"], "From the Business SDK", True)
    assert done["fans"] >= 100
    assert [set(row) >= {"name", "values", "period"} for row in done["insights"]] == [True]
    assert (done["follows"], shown(meta)) == (["page_follows"], [])
    assert done["again"].startswith("Unsupported delete request")
