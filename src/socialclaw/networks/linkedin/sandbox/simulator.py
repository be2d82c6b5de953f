"""LinkedIn in miniature: members, Pages, files and posts, as strict as its documentation. It shares no code with the adapter.

Posts of members cannot be read back, repetitions are refused by naming the original, and text in a wrong notation is cut in silence.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import httpx2

from socialclaw.networks.linkedin.sandbox import figures, pages
from socialclaw.networks.linkedin.sandbox import words as say
from socialclaw.networks.linkedin.sandbox.base import api, site
from socialclaw.networks.linkedin.sandbox.media import FINALIZE, INITIALIZE_IMAGE, INITIALIZE_VIDEO, Files
from socialclaw.networks.linkedin.sandbox.members import LinkedInMembers
from socialclaw.networks.linkedin.sandbox.text import shown
from socialclaw.simulation.grants import key_of
from socialclaw.simulation.store import Seen

Document = dict[str, Any]
MOST_TEXT = 3000
REPEATED_WITHIN = 86_400.0  # how long a repetition is known; LinkedIn does not say
MEDIA: say.Shape = {"id!": say.urn("image", "video"), "altText": say.text(4086), "title": say.text(400)}
IMAGES: say.Shape = {"images!": say.several({"id!": say.urn("image"), "altText": say.text(4086)}, 2, 20)}
POST: say.Shape = {
    "author!": say.urn("person", "organization"),
    "commentary!": say.text(),
    "visibility!": say.one_of("PUBLIC", "CONNECTIONS", "LOGGED_IN"),
    "distribution!": {
        "feedDistribution!": say.one_of("MAIN_FEED", "NONE"),
        "targetEntities": say.several(say.text(), 0, 0),
        "thirdPartyDistributionChannels": say.several(say.text(), 0, 0),
    },
    "content": {"media": MEDIA, "multiImage": IMAGES},
    "lifecycleState!": say.one_of("PUBLISHED"),
    "isReshareDisabledByAuthor": say.a_boolean,
}
PATCH: say.Shape = {"patch!": {"$set!": {"commentary!": say.text()}}}
URN = r"(urn:li:(?:share|ugcPost):\d+)"


class LinkedInSandbox(LinkedInMembers):
    # Whether an app that may post for a member may look at the member's videos: the Videos API lists its permission, some were refused.
    shows_members_videos = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.files = Files(self.shelf, self.clock)

    def spoil_media(self, request: httpx2.Request) -> None:
        """A post of a Page that comes with processed files may still come to nothing after it was accepted."""
        record = self.shelf.get("tokens", key_of(self.token_of(request) or ""))
        if record and self.line(request) == "POST /rest/posts":
            self.shelf.put("unlucky", record["account"], True)
        elif record:
            kind = "organization" if "w_organization_social" in record["scopes"] else "person"
            roles = [r["page"] for r in self.shelf.all("roles").values() if r["person"] == record["account"]]
            owners = [f"urn:li:organization:{page}" for page in roles] if kind == "organization" else [f"urn:li:person:{record['account']}"]
            for owner in owners:
                self.files.doom(request, owner)
        else:
            self.files.doom(request, None)

    # Files.

    @api("POST", r"/images")
    def image_action(self, request: httpx2.Request) -> httpx2.Response:
        caller = self.admit_to(request)
        if say.query(request, required=("action",))["action"] != "initializeUpload":
            raise say.refused(400, "ILLEGAL_ARGUMENT", "Unknown action")
        owner = say.body_of(request, INITIALIZE_IMAGE)["initializeUploadRequest"]["owner"]
        self.may_post(caller, owner, "images.ACTION-initializeUpload")
        return self.files.register("image", owner, self.new_number())

    @api("POST", r"/videos")
    def video_action(self, request: httpx2.Request) -> httpx2.Response:
        caller = self.admit_to(request)
        match say.query(request, required=("action",))["action"]:
            case "initializeUpload":
                asked = say.body_of(request, INITIALIZE_VIDEO)["initializeUploadRequest"]
                self.may_post(caller, asked["owner"], "videos.ACTION-initializeUpload")
                return self.files.register("video", asked["owner"], self.new_number(), asked["fileSizeBytes"])
            case "finalizeUpload":
                asked = say.body_of(request, FINALIZE)["finalizeUploadRequest"]
                return self.files.finish(lambda file: self.must_own(caller, file, "videos.ACTION-finalizeUpload"), asked)
        raise say.refused(400, "ILLEGAL_ARGUMENT", "Unknown action")

    @api("GET", r"/(?:images|videos)/(urn:li:(?:image|video):\w+)")
    def file_status(self, request: httpx2.Request, urn: str) -> httpx2.Response:
        caller = self.admit_to(request)
        file = self.files.of(urn)
        own = f"urn:li:person:{caller['account']}"
        if file and self.shows_members_videos and (file["kind"], file["owner"]) == ("video", own) and "w_member_social" in caller["scopes"]:
            return self.files.told(file)
        if "r_organization_social" not in caller["scopes"]:
            raise say.no_access(f"{urn.split(':')[2]}s.GET")
        if file is None:
            raise say.missing(urn)
        self.may_read(caller, file["owner"], f"{file['kind']}s.GET")
        return self.files.told(file)

    @site("PUT", r"/dms-uploads/(\d+)/(?:uploaded-image|uploadedVideo)/(\d{1,9})")
    def receive(self, request: httpx2.Request, number: str, index: str) -> httpx2.Response:
        return self.files.receive(request, number, int(index), lambda file: self.must_own(self.bearer(request), file, "dms-uploads.PUT"))

    # Posts.

    @api("POST", r"/posts")
    def create(self, request: httpx2.Request) -> httpx2.Response:
        caller = self.admit_to(request)
        body = say.body_of(request, POST)
        author = body["author"]
        account = self.may_post(caller, author, "partnerApiPostsExternal.CREATE")
        text = shown(body["commentary"])
        if len(text) > MOST_TEXT:
            raise say.invalid(f"/commentary :: length {len(text)} exceeds the maximum of {MOST_TEXT}", "FIELD_LENGTH_TOO_LONG")
        files = self._attached(body.get("content") or {}, author)
        if not text and not files:
            raise say.invalid("/commentary :: a post must say or show something")
        self._must_be_new(account, text, files)
        kind = "ugcPost" if any(file["kind"] == "video" for file in files) else "share"
        urn = f"urn:li:{kind}:{self.new_number()}"
        extra = {"author": author, "body": body, "changed_at": self.clock()}
        seen = Seen(urn, account, text, self.clock(), tuple(files), url=f"https://www.linkedin.com/feed/update/{urn}/", extra=extra)
        unlucky = bool(self.shelf.get("unlucky", caller["account"])) and bool(files)
        self.shelf.drop("unlucky", caller["account"])
        if unlucky:
            self.shelf.put("failed", urn, {**_told(seen), "lifecycleState": "PUBLISH_FAILED"})
        else:
            self.shelf.add_post(seen)
        return httpx2.Response(201, headers={"x-restli-id": urn, "x-linkedin-id": urn})

    @api("GET", r"/posts")
    def find(self, request: httpx2.Request) -> httpx2.Response:
        """A Page's posts, the latest first."""
        caller = self.admit_to(request)
        known = ("start", "count", "sortBy", "viewContext", "isDsc")
        given = say.query(request, *known, required=("q", "author"))
        if given["q"] != "author" or given.get("sortBy", "LAST_MODIFIED") not in ("LAST_MODIFIED", "CREATED"):
            raise say.refused(400, "ILLEGAL_ARGUMENT", "Unknown finder or order")
        author = unquote(given["author"])
        if wrong := say.urn("person", "organization")(author):
            raise say.refused(400, "INVALID_URN_TYPE", f"author {wrong}")
        self.may_read(caller, author, "partnerApiPostsExternal.FINDER-author")
        posts = self.shelf.posts(account=author.rpartition(":")[2])
        order = "created_at" if given.get("sortBy") == "CREATED" else "changed_at"
        posts.sort(key=lambda seen: (seen.extra.get(order, seen.created_at), seen.id), reverse=True)
        return say.page_of(given, [_told(seen) for seen in posts])

    @api("GET", rf"/posts/{URN}")
    def read(self, request: httpx2.Request, urn: str) -> httpx2.Response:
        caller = self.admit_to(request)
        say.query(request, "viewContext")
        failed = self.shelf.get("failed", urn)
        found = self.shelf.posts(post_id=urn)
        if "r_organization_social" not in caller["scopes"]:
            raise say.no_access("partnerApiPostsExternal.GET")
        if not found and not failed:
            raise say.missing(urn)
        told = failed or _told(found[0])
        self.may_read(caller, told["author"], "partnerApiPostsExternal.GET")
        return httpx2.Response(200, json=told)

    @api("POST", rf"/posts/{URN}")
    def update(self, request: httpx2.Request, urn: str) -> httpx2.Response:
        caller = self.admit_to(request)
        if request.headers.get("x-restli-method", "").upper() != "PARTIAL_UPDATE":
            raise say.refused(400, "ILLEGAL_ARGUMENT", "X-RestLi-Method must be PARTIAL_UPDATE")
        commentary = say.body_of(request, PATCH)["patch"]["$set"]["commentary"]
        found = self.shelf.posts(post_id=urn)
        if not found:
            raise say.missing(urn)
        seen = found[0]
        self.may_post(caller, seen.extra["author"], "partnerApiPostsExternal.PARTIAL_UPDATE")
        extra = {**seen.extra, "body": {**seen.extra["body"], "commentary": commentary}, "changed_at": self.clock()}
        self.shelf.change_post(Seen(seen.id, seen.account, shown(commentary), seen.created_at, seen.media, url=seen.url, extra=extra))
        return httpx2.Response(204)

    @api("DELETE", rf"/posts/{URN}")
    def delete(self, request: httpx2.Request, urn: str) -> httpx2.Response:
        """What is gone already is deleted."""
        caller = self.admit_to(request)
        for seen in self.shelf.posts(post_id=urn):
            self.may_post(caller, seen.extra["author"], "partnerApiPostsExternal.DELETE")
            self.shelf.remove_post(urn, self.clock())
        return httpx2.Response(204)

    # Figures.

    @api("GET", r"/organizationalEntityShareStatistics")
    def share_statistics(self, request: httpx2.Request) -> httpx2.Response:
        caller = self.admit_to(request, "rw_organization_admin")
        given = say.query(request, "shares", "ugcPosts", "timeIntervals", required=("q", "organizationalEntity"))
        page = unquote(given["organizationalEntity"])
        if given["q"] != "organizationalEntity" or self.role_on(page.rpartition(":")[2], caller["account"]) != "ADMINISTRATOR":
            raise say.no_access("organizationalEntityShareStatistics.FINDER-organizationalEntity")
        posts = self.shelf.posts(account=page.rpartition(":")[2])
        rows: list[Document] = []
        for name, kind in (("shares", "share"), ("ugcPosts", "ugcPost")):
            for urn in say.listed(given[name]) if name in given else ():
                rows += [
                    {kind: urn, "totalShareStatistics": figures.counted([seen], self.figure)}
                    for seen in posts
                    if seen.id == urn and urn.startswith(f"urn:li:{kind}:")
                ]
        if "shares" not in given and "ugcPosts" not in given:
            span = given.get("timeIntervals")
            rows = figures.days(span, posts, self.figure) if span else [{"totalShareStatistics": figures.counted(posts, self.figure)}]
        elements = [{"organizationalEntity": page, **row} for row in rows]
        return httpx2.Response(200, json={"elements": elements, "paging": {"start": 0, "count": 10, "links": []}})

    # What browsers see.

    @site("GET", rf"/feed/update/{URN}/?")
    def post_page(self, request: httpx2.Request, urn: str) -> httpx2.Response:
        found = self.shelf.posts(post_id=urn)
        if not found:
            return pages.gone_page()
        page = self.shelf.get("pages", found[0].account)
        home = f"company/{page['vanity']}" if page else f"in/{(self.person_of(found[0].account) or {})['username']}"
        return pages.post_page(found[0], self.called(found[0].account), home, slash=request.url.path.endswith("/"))

    @site("GET", r"/in/([\w.-]+)/")
    def member_page(self, request: httpx2.Request, name: str) -> httpx2.Response:
        person = self.person_of(self.profile(name)["id"])
        return pages.author_page(person["name"], "Member", self.shelf.posts(account=person["id"])[::-1]) if person else pages.gone_page()

    @site("GET", r"/company/([\w.-]+)/")
    def company_page(self, request: httpx2.Request, name: str) -> httpx2.Response:
        page = next((page for page in self.shelf.all("pages").values() if page["vanity"] == name), None)
        return pages.author_page(page["name"], "Page", self.shelf.posts(account=page["id"])[::-1]) if page else pages.gone_page()

    # Behind the routes.

    def _attached(self, content: Document, author: str) -> list[Document]:
        """The files of a post, each with its alt text."""
        if len(content) > 1:
            raise say.invalid("/content :: is a union of which one member may be given")
        named = [content["media"]] if "media" in content else (content.get("multiImage") or {}).get("images", [])
        return [{**self.files.fit(entry["id"], author), "alt": entry.get("altText", "")} for entry in named]

    def _must_be_new(self, account: str, text: str, files: list[Document]) -> None:
        """The same text with the same files, by the same author within a day, is a duplicate, also of one that was deleted since.

        Pictures alone are not compared.
        """
        since = self.clock() - REPEATED_WITHIN
        for seen in self.shelf.posts(account=account, since=since, gone=True):
            if text and seen.text == text and [m["sha256"] for m in seen.media] == [file["sha256"] for file in files]:
                raise say.duplicate(seen.id)


def _told(seen: Seen) -> Document:
    """A post as the API shows it."""
    body = seen.extra["body"]
    at = int(seen.created_at * 1000)
    names = ("author", "commentary", "visibility", "distribution", "lifecycleState", "content", "isReshareDisabledByAuthor")
    told = {name: body[name] for name in names if name in body}
    return {"id": seen.id, **told, "createdAt": at, "publishedAt": at, "lastModifiedAt": int(seen.extra["changed_at"] * 1000)}
