"""Meta in miniature: Facebook's and Instagram's log-ins, Graph API and public pages, in the words of its documentation.

It shares no code with the adapter. One state serves all its hosts, as the same Pages and accounts are behind all of them.
"""

from __future__ import annotations

from typing import Any

import httpx2

from socialclaw.networks.meta.sandbox import pages
from socialclaw.networks.meta.sandbox import words as say
from socialclaw.networks.meta.sandbox.base import ANY_VERSION, GRAPH, INSTAGRAM, VIDEO, Caller, graph
from socialclaw.networks.meta.sandbox.facebook import ON_FACEBOOK, paged
from socialclaw.networks.meta.sandbox.instagram import InstagramEdges
from socialclaw.networks.meta.sandbox.people import INSTAGRAM_FLOW, scoped_id
from socialclaw.networks.meta.sandbox.removal import INSTAGRAM_SITE, SITE, AppRemoval
from socialclaw.networks.meta.sandbox.video import VideoEdges
from socialclaw.simulation.simulator import route

PAGE_FIELDS = (
    *("id", "name", "username", "access_token", "category", "tasks", "picture", "instagram_business_account", "followers_count"),
    *("fan_count", "link", "about", "is_published", "verification_status"),
)
PERSON_FIELDS = ("id", "name", "first_name", "last_name", "email", "picture", "short_name")
ACCOUNT_FIELDS = (
    *("id", "user_id", "username", "name", "account_type", "profile_picture_url", "followers_count", "follows_count", "media_count"),
    *("biography", "website"),
)


class MetaSandbox(VideoEdges, InstagramEdges, AppRemoval):
    def spoil_media(self, request: httpx2.Request) -> None:
        with_video = request.url.path.endswith("/videos") or self.shelf.get("videos", request.url.path.rpartition("/")[2])
        (self.doom_video if with_video else self.doom_container)(request)

    # Consent and tokens.

    @route("GET", ANY_VERSION + r"/dialog/oauth", host=SITE)
    def dialog(self, request: httpx2.Request) -> httpx2.Response:
        return self.show_consent(request)

    @route("POST", ANY_VERSION + r"/dialog/oauth", host=SITE)
    def decide(self, request: httpx2.Request) -> httpx2.Response:
        return self.take_consent(request)

    @route("GET", r"/oauth/authorize", host=INSTAGRAM_SITE)
    def instagram_dialog(self, request: httpx2.Request) -> httpx2.Response:
        return self.show_consent(request, INSTAGRAM_FLOW)

    @route("POST", r"/oauth/authorize", host=INSTAGRAM_SITE)
    def instagram_decide(self, request: httpx2.Request) -> httpx2.Response:
        return self.take_consent(request, INSTAGRAM_FLOW)

    @graph("GET", r"/oauth/access_token", GRAPH)
    @graph("POST", r"/oauth/access_token", GRAPH)
    def token(self, request: httpx2.Request) -> httpx2.Response:
        asked = say.given(request)
        if not self.is_app(asked):
            return self.oauth_error("client")
        match asked.get("grant_type", "authorization_code"):
            case "authorization_code":
                return self._exchange(asked, self.flow)
            case "fb_exchange_token":
                return self.lengthen(asked.get("fb_exchange_token", ""), kind="person")
        return self.oauth_error("grant_type")

    @route("POST", r"/oauth/access_token", host="api.instagram.com")
    def instagram_token(self, request: httpx2.Request) -> httpx2.Response:
        """In a list, as the documentation has it; refusals are not those of the Graph API."""
        asked = say.given(request)
        if not self.is_app(asked) or asked.get("grant_type") != "authorization_code":
            return _instagram_refusal("Invalid platform app or client_secret")
        answer = self._exchange(asked, INSTAGRAM_FLOW)
        if not answer.is_success:
            return _instagram_refusal("Matching code was not found or was already used")
        return httpx2.Response(200, json={"data": [answer.json()]})

    @graph("GET", r"/access_token", INSTAGRAM)
    def instagram_lengthen(self, request: httpx2.Request) -> httpx2.Response:
        asked = say.given(request)
        right = self.is_app({"client_id": "sandbox-client", "client_secret": asked.get("client_secret", "")})
        if asked.get("grant_type") != "ig_exchange_token" or not right:
            return self.oauth_error("client")
        return self.lengthen(asked.get("access_token", ""), kind="instagram")

    @graph("GET", r"/refresh_access_token", INSTAGRAM)
    def instagram_renew(self, request: httpx2.Request) -> httpx2.Response:
        asked = say.given(request)
        if asked.get("grant_type") != "ig_refresh_token":
            return self.oauth_error("grant_type")
        return self.lengthen(asked.get("access_token", ""), kind="instagram", renewed=True)

    # People.

    @graph("GET", r"/(?:me|10\d+)/accounts", *ON_FACEBOOK)
    def accounts(self, request: httpx2.Request) -> httpx2.Response:
        caller = self.caller(request, "pages_show_list")
        if caller.kind != "person":
            raise say.invalid("Tried accessing nonexisting field (accounts) on node type (Page)")
        asked = say.only(request, "fields", "limit", "after", "before", "is_place", "is_promotable", "ad_id")
        wanted = say.fields_of(asked.get("fields", "access_token,category,name,tasks"))
        return paged([self._page(page, wanted, caller, request) for page in self.people.pages_of(caller.person)], asked, request)

    @graph("GET", r"/(?:me|10\d+)/permissions", *ON_FACEBOOK)
    def permissions(self, request: httpx2.Request) -> httpx2.Response:
        caller = self.caller(request)
        say.only(request, "permission", "status")
        return httpx2.Response(200, json={"data": [{"permission": scope, "status": "granted"} for scope in caller.scopes]})

    @graph("DELETE", r"/(?:me|10\d+)/permissions", *ON_FACEBOOK)
    def withdraw(self, request: httpx2.Request) -> httpx2.Response:
        self.caller(request)
        self.spoil(request, revoke=True)
        return httpx2.Response(200, json={"success": True})

    # Nodes.

    @graph("GET", r"/(me|[0-9_]+)")
    def node(self, request: httpx2.Request, node: str) -> httpx2.Response:
        caller = self.caller(request)
        wanted = say.fields_of(say.only(request, "fields", "metadata").get("fields", ""))
        return httpx2.Response(200, json=self._node(caller.id if node == "me" else node, wanted, caller, request))

    @graph("DELETE", r"/([0-9_]+)", GRAPH, VIDEO, INSTAGRAM)
    def delete(self, request: httpx2.Request, node: str) -> httpx2.Response:
        if request.url.host == INSTAGRAM:
            self.caller(request)
            raise say.no(100, "Unsupported delete request.", subcode=33, kind="GraphMethodException")
        video = self.shelf.get("videos", node)
        seen = self.post(video["post"] if video and video.get("post") else node, "delete")
        if self.people.instagram(seen.account):
            self.account_caller(request, seen.account, ("instagram_basic", "instagram_manage_contents"), ())
        else:
            self.page_caller(request, seen.account, "pages_manage_posts")
        self.shelf.remove_post(seen.id, self.clock(), account=seen.account)
        if video_id := seen.extra.get("video"):
            self.shelf.drop("videos", video_id)
        return httpx2.Response(200, json={"success": True})

    def _node(self, node: str, wanted: say.Fields, caller: Caller, request: httpx2.Request) -> dict[str, Any]:
        if page := self.people.page(node):
            return self._page(page, wanted, caller, request)
        if account := self.people.instagram(node):
            return self._account(account, wanted, request)
        if node == caller.person and (person := self.person_of(node)):
            return say.shown(person, wanted, kind="User", known=PERSON_FIELDS, default=("name",))
        if video := self.shelf.get("videos", node):
            self.page_caller(request, video["page"], "pages_read_engagement")
            return self.shown_video(video, wanted)
        if container := self.shelf.get("containers", node):
            self.account_caller(request, container["account"], ("instagram_basic",), ("instagram_business_basic",))
            return self.shown_container(container, wanted)
        seen = self.post(node)
        if self.people.page(seen.account):
            self.page_caller(request, seen.account, "pages_read_engagement")
            return self.shown_post(seen, wanted)
        self.account_caller(request, seen.account, ("instagram_basic",), ("instagram_business_basic",))
        return self.shown_media(seen, wanted)

    def _page(self, page: dict[str, Any], wanted: say.Fields, caller: Caller, request: httpx2.Request) -> dict[str, Any]:
        if page["person"] != caller.person or (caller.kind == "page" and caller.id != page["id"]):
            raise say.absent(page["id"])
        linked = self.people.instagram(page["instagram"] or "") if "instagram_basic" in caller.scopes else None
        node = {
            **{name: page[name] for name in ("id", "name", "username", "category", "tasks")},
            "picture": {"data": {"url": f"https://{SITE}/{page['id']}/picture", "is_silhouette": True}},
            **dict.fromkeys(("followers_count", "fan_count"), 100 + self.figure(page["id"], "followers", 0, most=900)),
            "link": f"https://{SITE}/{page['id']}",
            "is_published": True,
            "instagram_business_account": _only(linked, wanted.get("instagram_business_account") or {"id": {}}),
        }
        if "access_token" in wanted:
            node["access_token"] = (
                self.page_token(page["id"], self.token_of(request)) if caller.kind == "person" else self.token_of(request)
            )
        return say.shown(node, wanted, kind="Page", known=PAGE_FIELDS, default=("name",))

    def _account(self, account: dict[str, Any], wanted: say.Fields, request: httpx2.Request) -> dict[str, Any]:
        self.account_caller(request, account["id"], ("instagram_basic",), ("instagram_business_basic",))
        node = {
            **{name: account[name] for name in ("username", "name")},
            "id": scoped_id(account["username"]) if request.url.host == INSTAGRAM else account["id"],
            "user_id": account["id"],
            "account_type": "BUSINESS",
            "followers_count": 100 + self.figure(account["id"], "followers", 0, most=900),
            "media_count": len(self.shelf.posts(account=account["id"])),
        }
        return say.shown(node, wanted, kind="IGUser", known=ACCOUNT_FIELDS, default=())

    # What browsers see.

    @route("GET", r"/(\d+_\d+)", host=SITE)
    def post_page(self, request: httpx2.Request, post_id: str) -> httpx2.Response:
        found = self.shelf.posts(post_id=post_id)
        if not found:
            return pages.gone_page("Facebook")
        note = "" if self.is_live(found[0]) else "This video is being processed."
        return pages.post_page("Facebook", found[0], self.called(found[0].account), note=note)

    @route("GET", r"/(\d+)", host=SITE)
    def page_page(self, request: httpx2.Request, page_id: str) -> httpx2.Response:
        if self.people.page(page_id) is None:
            return pages.gone_page("Facebook")
        posts = [seen for seen in self.shelf.posts(account=page_id, limit=50) if self.is_live(seen)]
        return pages.profile_page("Facebook", self.called(page_id), posts[::-1])

    @route("GET", r"/(?:p|reel)/([\w-]{11})/?", host=INSTAGRAM_SITE)
    def media_page(self, request: httpx2.Request, code: str) -> httpx2.Response:
        found = self.shelf.posts(post_id=self.shelf.get("shortcodes", code) or "")
        return pages.post_page("Instagram", found[0], self.called(found[0].account)) if found else pages.gone_page("Instagram")

    @route("GET", r"/([A-Za-z0-9_.]{1,30})/?", host=INSTAGRAM_SITE)
    def account_page(self, request: httpx2.Request, name: str) -> httpx2.Response:
        account = self.people.named(name)
        if account is None:
            return pages.gone_page("Instagram")
        posts = self.shelf.posts(account=account["id"], limit=50)
        return pages.profile_page("Instagram", f"@{account['username']}", posts[::-1])


def _only(node: dict[str, Any] | None, wanted: say.Fields) -> dict[str, Any] | None:
    return {name: node[name] for name in dict.fromkeys((*wanted, "id")) if node.get(name) is not None} if node else None


def _instagram_refusal(message: str) -> httpx2.Response:
    return httpx2.Response(400, json={"error_type": "OAuthException", "code": 400, "error_message": message})
