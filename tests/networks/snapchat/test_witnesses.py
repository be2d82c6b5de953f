"""Judged by others, as far as that is possible.

Snap publishes no machine-readable description of the Public Profile API, and there is no client library for it, neither its own nor
an independent one that can be relied on. What is left: `openssl`, with which Snap's documents encrypt a video, as the judge of the
ciphertext; and a program that knows nothing but HTTP, driven over a real socket by those documents alone.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
import yaml

from socialclaw.networks.snapchat import upload
from socialclaw.networks.snapchat.refusals import explain_post
from socialclaw.networks.snapchat.sandbox.base import CALLS, WINDOW
from socialclaw.networks.snapchat.sandbox.simulator import SnapchatSandbox
from socialclaw.providers.connect import OAuth2
from tests.networks.conftest import Serve
from tests.networks.recorded import Clock
from tests.networks.snapchat.conftest import PROVIDER, VIDEO, Connected, draft

KEY, IV = "00112233445566778899aabbccddeeff" * 2, "0f1e2d3c4b5a69788796a5b4c3d2e1f0"


def openssl(*arguments: str, content: bytes) -> bytes:
    tool = shutil.which("openssl")
    assert tool, "openssl is needed to judge the ciphertext"
    return subprocess.run([tool, "enc", "-aes-256-cbc", "-nosalt", *arguments], input=content, capture_output=True, check=True).stdout


async def test_openssl_decrypts_what_the_adapter_uploads(ada: Connected, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload, "PART", 4096)
    await ada.publish(draft("film"))
    parts = [q.content for q, _ in ada.wire.calls if b'name="part_number"' in q.content]
    ciphertext = b"".join(part.split(b'name="file"', 1)[1].split(b"\r\n\r\n", 1)[1].rsplit(b"\r\n--", 1)[0] for part in parts)
    asked = ada.sent("/media")
    key, iv = (base64.b64decode(asked[name]).hex() for name in ("key", "iv"))
    assert openssl("-d", "-K", key, "-iv", iv, content=ciphertext) == VIDEO


def test_a_plain_program_posts_a_spotlight_by_the_documents_alone(snapchat: SnapchatSandbox, clock: Clock, serve_simulator: Serve) -> None:
    token = snapchat.admit("ada")["access_token"]
    api = urlsplit(serve_simulator(snapchat, "businessapi.snapchat.com")).netloc

    def ask(method: str, path: str, body: bytes | None = None, kind: str = "application/json") -> Any:
        connection = http.client.HTTPConnection(api)
        connection.request(method, path, body, {"Authorization": f"Bearer {token}", "Content-Type": kind})
        answer = json.loads(connection.getresponse().read())
        assert answer["request_status"] == "SUCCESS"
        return answer

    def form(path: str, **fields: bytes) -> Any:
        parts = [f'--b0\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + value for name, value in fields.items()]
        return ask("POST", path, b"\r\n".join([*parts, b"--b0--\r\n"]), "multipart/form-data; boundary=b0")

    profile = ask("GET", "/v1/public_profiles/my_profile")["public_profile"]
    below = f"/v1/public_profiles/{profile['id']}"
    encoded = {name: base64.b64encode(bytes.fromhex(value)).decode() for name, value in (("key", KEY), ("iv", IV))}
    media = ask("POST", f"{below}/media", json.dumps({"type": "VIDEO", "name": "video.mp4", **encoded}).encode())
    ciphertext = openssl("-e", "-K", KEY, "-iv", IV, content=VIDEO)
    for number, part in enumerate((ciphertext[:3000], ciphertext[3000:]), 1):
        form(media["add_path"], action=b"ADD", part_number=str(number).encode(), file=part)
    form(media["finalize_path"], action=b"FINALIZE")
    wanted = {"media_id": media["media_id"], "skip_save_to_profile": False, "description": "hello #world", "locale": "en_US"}
    spotlight = ask("POST", f"{below}/spotlights", json.dumps(wanted).encode())["spotlight_id"]
    clock.turn(61)
    [row] = ask("GET", f"{below}/spotlights")["spotlights"]
    assert (row["spotlight"]["id"], row["spotlight"]["status"]) == (spotlight, "LIVE")
    [seen] = snapchat.seen()
    assert (seen.text, seen.media[0]["sha256"]) == ("hello #world", hashlib.sha256(VIDEO).hexdigest())


def test_notes_of_third_parties_on_snaps_pages_agree(official: Any) -> None:
    """They have no authority; but where they speak of what is built on here, they should say the same."""
    auth, limits, conventions = (
        yaml.safe_load(Path(official(f"snapchat/api-evangelist/snap-{name}.yml")).read_text())
        for name in ("authentication", "rate-limits", "conventions")
    )
    oauth, connect = auth["security_schemes"][0], PROVIDER.connect
    assert isinstance(connect, OAuth2)
    assert (oauth["authorization_endpoint"], oauth["token_endpoint"]) == (connect.authorize_url, connect.token_url)
    assert set(connect.scopes) <= set(oauth["scopes"])
    assert oauth["access_token_ttl_seconds"] == SnapchatSandbox.flow.access_seconds
    [token] = [r for r in limits["rate_limits"] if r["scope"] == "per-access-token" and "Ads API" in r["api"]]
    assert token["limit"] * WINDOW == CALLS
    assert limits["response_headers"]["observed"] == []
    envelope = conventions["error_envelope"]
    reason = envelope["sub_request_error_reason"].replace("<code>", "E1001").replace("<message>", "no")
    row = {"sub_request_status": "ERROR", "sub_request_error_reason": reason}
    error = explain_post(httpx2.Response(200, json={"request_status": "ERROR", "saved_stories": [row]}))
    assert error is not None
    assert error.code == "snapchat_e1001"
