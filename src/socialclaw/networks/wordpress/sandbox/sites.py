"""Part of the simulator: who a user is, which sites they have, and the files of a site."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

import httpx2

from socialclaw.networks.wordpress.sandbox import words as say
from socialclaw.networks.wordpress.sandbox.base import GB, Document, WordPressHouse, address_of, api, capabilities
from socialclaw.simulation.files.looking import look
from socialclaw.simulation.grants import key_of

MOST_BYTES = 2 * GB
ATTRIBUTE = re.compile(r"attrs\[([0-9]{1,9})\]\[(title|caption|alt|description|parent_id)\]")
MIMES = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif", "webp": "image/webp"}
FILMS = {"mp4": "video/mp4", "m4v": "video/mp4", "mov": "video/quicktime", "webm": "video/webm"}
MORE = {"heic": "image/heic", "avi": "video/x-msvideo", "3gp": "video/3gpp"}
ALIKE = {("video/mp4", "video/x-m4v"), ("video/quicktime", "video/mp4"), ("video/3gpp", "video/mp4")}  # (by its name, by its bytes)
NOT_ALLOWED = "Sorry, you are not allowed to upload this file type."


class WordPressSites(WordPressHouse):
    processing_seconds = 20.0

    def spoil_media(self, request: httpx2.Request) -> None:
        """The next file of this user cannot be read; a video that is asked about never gets ready."""
        if found := re.search(r"/sites/(\d+)/media/(\d+)$", request.url.path):
            key = f"{found[1]}:{found[2]}"
            if item := self.shelf.get("media", key):
                self.shelf.put("media", key, {**item, "ready_at": item["ready_at"] + 10**9})
        elif record := self.shelf.get("tokens", key_of(self.token_of(request) or "")):
            self.shelf.put("spoiled", record["account"], True)

    @api("GET", r"/me")
    def me(self, request: httpx2.Request) -> httpx2.Response:
        user, given = self.user_of(request, "users"), say.query(request)
        person = self.person_of(user) or {}
        mine = [place for place in self.shelf.all("sites").values() if user in place["people"]]
        primary = next((place for place in mine if place["people"][user] == "administrator"), None)
        about = {
            "ID": int(user),
            "display_name": person["name"],
            "username": person["username"],
            "email": f"{person['username']}@example.org",
            "primary_blog": int(primary["id"]) if primary else None,
            "primary_blog_url": address_of(primary) if primary else None,
            "language": "en",
            "avatar_URL": f"https://0.gravatar.com/avatar/{hashlib.sha256(user.encode()).hexdigest()}",
            "profile_URL": f"https://gravatar.com/{person['username']}",
            "verified": True,
            "email_verified": True,
            "site_count": len(mine),
            "visible_site_count": len(mine),
        }
        return httpx2.Response(200, json=say.only(about, given))

    @api("GET", r"/me/sites", versions=r"1\.[12]")
    def my_sites(self, request: httpx2.Request) -> httpx2.Response:
        user = self.user_of(request, "sites")
        given = say.query(request, "site_visibility", "options", "include_domain_only", "site_activity")
        if given.get("site_visibility", "all") not in ("all", "visible", "hidden"):
            raise say.invalid("site_visibility")
        mine = [] if given.get("site_visibility") == "hidden" else self.shelf.all("sites").values()
        return httpx2.Response(200, json={"sites": [self._site(place, user, given) for place in mine if user in place["people"]]})

    @api("GET", r"/sites/([^/]+)")
    def one_site(self, request: httpx2.Request, place: str) -> httpx2.Response:
        user, found = self.site_of(request, place, "sites")
        return httpx2.Response(200, json=self._site(found, user, say.query(request, "options")))

    @api("POST", r"/sites/([^/]+)/media/new")
    def upload(self, request: httpx2.Request, place: str) -> httpx2.Response:
        """What can be kept is kept; where nothing can, the answer is 400 with the reasons."""
        user, found = self.site_of(request, place, "media")
        self.allow(user, found, "upload_files", "User cannot upload media.")
        say.query(request)
        fields, files = say.form_of(request)
        told: dict[int, dict[str, str]] = {}
        for name, value in fields.items():
            part = ATTRIBUTE.fullmatch(name)
            if part is None or int(part[1]) >= len(files):
                raise say.invalid(name)
            told.setdefault(int(part[1]), {})[part[2]] = value
        if not files:
            raise say.refused(400, "invalid_input", "No media provided in input.")
        kept, errors = [], []
        for number, file in enumerate(files):
            if problem := self._problem(file, self.shelf.get("sites", found["id"]), user):
                errors.append({"file": file.name, "error": problem[0], "message": problem[1]})
            else:
                kept.append(self._keep(file, self.shelf.get("sites", found["id"]), user, told.get(number, {})))
        if not kept:
            return httpx2.Response(400, json={"errors": errors})
        return httpx2.Response(200, json={"media": [self._item(item) for item in kept], **({"errors": errors} if errors else {})})

    @api("GET", r"/sites/([^/]+)/media/(\d+)", versions=r"1\.[12]")
    def media(self, request: httpx2.Request, place: str, number: str) -> httpx2.Response:
        _, found = self.site_of(request, place, "media")
        given = say.query(request)
        item = self.shelf.get("media", f"{found['id']}:{number}")
        if item is None:
            raise say.unknown("media")
        return httpx2.Response(200, json=say.only(self._item(item), given))

    # Behind the routes.

    def _site(self, place: Document, user: str, given: dict[str, str]) -> Document:
        options = {"allowed_file_types": place["types"], "gmt_offset": 0, "timezone": "", "unmapped_url": address_of(place)}
        wanted = [name for name in given.get("options", "").split(",") if name]
        about = {
            "ID": int(place["id"]),
            "name": place["name"],
            "description": "Just another simulated site",
            "URL": address_of(place),
            "jetpack": False,
            "is_wpcom_atomic": False,
            "is_private": False,
            "is_coming_soon": False,
            "visible": True,
            "capabilities": capabilities(place["people"][user]),
            "options": {name: value for name, value in options.items() if not wanted or name in wanted},
            "plan": {"product_slug": "business-bundle"},
        }
        return say.only(about, given)

    def _problem(self, file: say.File, place: Document, user: str) -> tuple[str, str] | None:
        """What is wrong with a file: (word, message)."""
        spoiled = self.shelf.get("spoiled", user)
        self.shelf.drop("spoiled", user)
        extension = PurePosixPath(file.name).suffix.lower().removeprefix(".")
        if extension not in place["types"] or spoiled or not _is_readable(file.content, extension):
            return "upload_error", NOT_ALLOWED
        if len(file.content) > MOST_BYTES:
            return "rest_upload_file_too_big", f"This file is too big. Files must be less than {MOST_BYTES // 1024} KB in size."
        if (lacking := place["used"] + len(file.content) - place["space"]) > 0:
            return "rest_upload_limited_space", f"Not enough space to upload. {lacking // 1024 + 1} KB needed."
        return None

    def _keep(self, file: say.File, place: Document, user: str, told: dict[str, str]) -> Document:
        extension = PurePosixPath(file.name).suffix.lower().removeprefix(".")
        mime = {**MIMES, **FILMS}.get(extension, file.mime)
        number = self.shelf.count(f"ids:{place['id']}")
        now = datetime.fromtimestamp(self.clock(), UTC)
        stem = re.sub(r"[^A-Za-z0-9_-]+", "-", PurePosixPath(file.name).stem).strip("-") or "file"
        name = f"{stem}-{number}.{extension}"  # no two files of a site have one name
        url = f"{address_of(place)}/wp-content/uploads/{now:%Y/%m}/{name}"
        width, height = _pixels(file.content) if mime in MIMES.values() else (0, 0)
        about = {"id": number, "site": place["id"], "author": user, "url": url, "name": name, "extension": extension, "told": told}
        is_film = mime.startswith("video/") and place["videopress"]
        ready_at = self.clock() + (self.processing_seconds if is_film else 0)
        more = {"created_at": self.clock(), "width": width, "height": height, "film": is_film, "ready_at": ready_at}
        item = {**self.describe(file.content, mime), **about, **more}
        self.shelf.put("media", f"{place['id']}:{number}", item)
        self.shelf.put("addresses", url, f"{place['id']}:{number}")
        self.shelf.put("sites", place["id"], {**place, "used": place["used"] + len(file.content)})
        return item

    def _item(self, item: Document) -> Document:
        told = item["told"]
        shown: dict[str, Any] = {
            "ID": item["id"],
            "URL": item["url"],
            "guid": item["url"],
            "date": datetime.fromtimestamp(item["created_at"], UTC).isoformat(timespec="seconds"),
            "post_ID": 0,
            "author_ID": int(item["author"]),
            "file": item["name"],
            "mime_type": item["mime"],
            "extension": item["extension"],
            "title": told.get("title") or item["name"].rpartition(".")[0],
            "caption": told.get("caption", ""),
            "description": told.get("description", ""),
            "alt": told.get("alt", ""),
            "thumbnails": {},
            "exif": [],
        }
        if item["width"]:
            shown |= {"width": item["width"], "height": item["height"]}
        if item["film"]:
            guid = hashlib.sha256(item["url"].encode()).hexdigest()[:8]
            shown |= {"videopress_guid": guid, "videopress_processing_done": self.clock() >= item["ready_at"]}
        return shown


def _is_readable(content: bytes, extension: str) -> bool:
    """Whether a file is what its name says: pictures and films are looked into, as WordPress does (wp_check_filetype_and_ext)."""
    expected = {**MIMES, **FILMS, **MORE}.get(extension)
    if expected is None:
        return bool(content)
    found = look(content)
    return found.sound and (found.mime == expected or (expected, found.mime) in ALIKE)


def _pixels(content: bytes) -> tuple[int, int]:
    return look(content).size
