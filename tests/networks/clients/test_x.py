"""twitter-api-v2 drives the simulated X."""

from __future__ import annotations

import base64

from socialclaw.networks.x.sandbox.simulator import XSandbox
from socialclaw.simulation.flow import CLIENT_ID, CLIENT_SECRET
from socialclaw.simulation.store import Store
from tests.networks.clients.conftest import Play
from tests.networks.x.conftest import IMAGE

CALLBACK = "https://post.example/oauth/x/callback"


def test_twitter_api_v2_signs_in_uploads_posts_replies_reads_and_deletes(play: Play) -> None:
    x = XSandbox(Store(":memory:"))
    app = {"clientId": CLIENT_ID, "clientSecret": CLIENT_SECRET, "callback": CALLBACK}
    done = play("x", x, **app, login="grace", image=base64.b64encode(IMAGE).decode(), mime="image/png")
    assert (done["state"], done["me"]["username"], done["gone"]) == (True, "grace", {"deleted": True})
    assert (done["refused"], done["closed"]) == (403, 401)
    shown = [(seen.text, [m["alt"] for m in seen.media], seen.reply_to) for seen in x.seen()]
    first, second = done["thread"]
    assert shown == [("from twitter-api-v2", ["a square"], None), ("one", [], None), ("two", [], first)]
    assert second in [seen.id for seen in x.seen()]
    assert done["read"]["data"]["author_id"] == done["me"]["id"]
    assert done["read"]["includes"]["users"][0]["username"] == "grace"
    [media] = done["read"]["includes"]["media"]
    assert (media["type"], media["alt_text"]) == ("photo", "a square")
    assert done["named"]["id"] == done["me"]["id"]
    assert [text.partition(" https")[0] for text in done["timeline"]] == ["one", "from twitter-api-v2"]
