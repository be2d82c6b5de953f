"""Files that come to the simulated X in a form, or as JSON with base64; a whole one in a single call, and what such a one is."""

from __future__ import annotations

import base64
import binascii
import re

import httpx2

from socialclaw.networks.x.sandbox import words as say
from socialclaw.networks.x.sandbox.words import invalid
from socialclaw.simulation.forms import parts

CATEGORIES = ("tweet_image", "tweet_video", "tweet_gif", "dm_image", "dm_video", "dm_gif", "subtitles")
ONE_SHOT: say.Shape = {"media!": say.text(700 * 1024**2), "media_category!": say.one_of(*CATEGORIES), "additional_owners": say.text(2000)}


def read(request: httpx2.Request) -> tuple[bytes, str, list[str]]:
    """The content, the category and further owners of a file that comes whole."""
    kind = request.headers.get("content-type", "")
    if kind.lower().startswith("multipart/form-data"):
        given = parts_of(request.content, kind)
        content = given.get("media", b"")
        fields = {name: value.decode("utf-8", "replace") for name, value in given.items() if name != "media"}
        if wrong := list(say.judge({**({"media": ""} if "media" in given else {}), **fields}, ONE_SHOT)):
            raise invalid(*wrong)
    else:
        fields = say.body_of(request, ONE_SHOT)
        try:
            content = base64.b64decode(fields["media"], validate=True)
        except binascii.Error:
            raise invalid("$.media: is not base64") from None
    owners = [owner for owner in fields.get("additional_owners", "").split(",") if owner]
    if any(map(say.an_id, owners)):
        raise invalid("$.additional_owners: does not match the regex pattern ^[0-9]{1,19}$")
    if not content:
        raise say.bad("The file is empty.")
    return content, fields["media_category"], owners


def parts_of(content: bytes, kind: str) -> dict[str, bytes]:
    """The parts of a form by name; refused if it is not well formed."""
    boundary = re.search(r'boundary="?([^";,]+)"?', kind)
    if boundary is None or not content.rstrip().endswith(b"--" + boundary[1].encode() + b"--"):
        raise invalid("The form is not well formed")
    found: dict[str, bytes] = {}
    for head, body in parts((b"\r\n" + content).split(b"\r\n--" + boundary[1].encode())):
        name = re.search(rb'(?:\A|\n)content-disposition:[^\r\n]*[; ]name="([^"]*)"', head, re.IGNORECASE)
        if name is None or name[1].decode() in found:
            raise invalid("The form has a part without a name, or two of one name")
        found[name[1].decode()] = body
    return found
