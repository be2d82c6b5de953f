"""The simulated WordPress.com without its posts: hosts, consent, its words, users, and their sites with what they may do there."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import httpx2

from socialclaw.networks.wordpress.sandbox import pages
from socialclaw.networks.wordpress.sandbox import words as say
from socialclaw.simulation.consent import OAuthSimulator
from socialclaw.simulation.flow import CLIENT_ID, Flow
from socialclaw.simulation.grants import Refused, key_of
from socialclaw.simulation.simulator import H, route

API, SITES = "public-api.wordpress.com", "sandboxsites.wordpress.com"
VOICE = "900000001"  # a site that everybody writes for, and only its editors publish on; behind the sites of their own
GB = 1024**3
CAN = {  # role -> what it may
    "administrator": {"edit_posts", "publish_posts", "delete_posts", "upload_files", "view_stats", "manage_options"},
    "contributor": {"edit_posts", "delete_posts", "upload_files"},
}
CAPABILITIES = ("edit_pages", "edit_posts", "publish_posts", "delete_posts", "upload_files", "view_stats", "manage_options")
TYPES = ("jpg", "jpeg", "png", "gif", "webp", "heic", "pdf", "doc", "docx", "ppt", "pptx", "odt", "pps", "ppsx", "xls", "xlsx", "key")
FILMS = ("mp4", "m4v", "mov", "wmv", "avi", "mpg", "ogv", "3gp", "3g2", "webm")
Document = dict[str, Any]


def api(method: str, pattern: str, *, versions: str = r"1\.1") -> Callable[[H], H]:
    """A route of the API, with a slash at its end or without."""
    return route(method, f"/rest/v{versions}{pattern}/?", host=API)


def site(method: str, pattern: str) -> Callable[[H], H]:
    return route(method, pattern, host=SITES)


def number_of(text: str, *, low: int) -> str:
    return str(low + int(hashlib.sha256(text.encode()).hexdigest()[:7], 16) % 100_000_000)


class WordPressHouse(OAuthSimulator):
    network = "wordpress"
    several = "sites"
    hosts = (API, SITES)
    creates = r"POST /rest/v1\.[12]/sites/\d+/posts/new/?$"
    tells = ("ID",)
    flow = Flow(
        name="WordPress.com",
        callbacks=("wordpress",),
        scopes={
            "global": "See and manage all your sites",
            "auth": "See who you are",
            "users": "See your profile",
            "sites": "See your sites",
            "posts": "Write and delete posts",
            "media": "Upload files",
            "stats": "See how often posts were read",
        },
        accent=pages.ACCENT,
        client_auth=("body",),
        access_seconds=None,
        refresh_scope=None,
        login_pattern=r"[A-Za-z0-9_-]{1,30}",
    )

    # WordPress's words.

    def unauthorized(self, reason: str, scopes: Any = ()) -> httpx2.Response:
        match reason:
            case "missing":
                words = "An active access token must be used to query information about the current user."
                return say.error(403, "authorization_required", words)
            case "scope":
                return say.error(403, "unauthorized", "The OAuth2 token does not have the scope that this takes.")
        return say.error(400, "invalid_token", "The OAuth2 token is invalid.")

    def oauth_error(self, reason: str) -> httpx2.Response:
        words = {
            "client": ("invalid_client", "Unknown client_id or wrong client_secret."),
            "grant_type": ("unsupported_grant_type", "The grant type is not one that the app may use."),
            "code": ("invalid_grant", "The authorization code is invalid, expired or used."),
            "redirect_uri": ("invalid_grant", "The redirect_uri is not the one of the authorization request."),
        }
        error, description = words.get(reason, ("invalid_request", "The request is not one that this takes."))
        return httpx2.Response(400, json={"error": error, "error_description": description})

    def limited(self, seconds: float) -> httpx2.Response:
        """Without a word of when to come back: WordPress.com names none."""
        return say.error(429, "too_many_requests", "You have made too many requests.")

    def broken(self) -> httpx2.Response:
        return say.error(500, "internal_server_error", "There has been a critical error on this website.")

    def not_there(self, request: httpx2.Request, made: str) -> httpx2.Response:
        about_a_post = "/posts/" in request.url.path and not request.url.path.endswith("/new")
        return say.unknown("post" if about_a_post else "media").response

    def unknown(self, request: httpx2.Request) -> httpx2.Response:
        words = "The API route you requested is not available."
        return pages.gone_page() if request.url.host == SITES else say.error(404, "unknown_route", words)

    def profile(self, login: str) -> Document:
        return {"id": number_of(f"user:{login.lower()}", low=10_000_000), "username": login.lower(), "name": login}

    def public_account(self, target_id: str) -> str:
        return target_id

    def called(self, account: str) -> str:
        found = self.shelf.get("sites", account)
        return str(found["name"]) if found else super().called(account)

    # Consent and tokens.

    @route("GET", r"/oauth2/authorize", host=API)
    def authorize(self, request: httpx2.Request) -> httpx2.Response:
        return self.show_consent(request)

    @route("POST", r"/oauth2/authorize", host=API)
    def decide(self, request: httpx2.Request) -> httpx2.Response:
        return self.take_consent(request)

    @route("POST", r"/oauth2/token", host=API)
    def token(self, request: httpx2.Request) -> httpx2.Response:
        return self.answer_token(request)

    @route("GET", r"/oauth2/token-info", host=API)
    def token_info(self, request: httpx2.Request) -> httpx2.Response:
        given = dict(request.url.params)
        record = self.shelf.get("tokens", key_of(given.get("token", "")))
        if record is None or record.get("revoked") or given.get("client_id") != CLIENT_ID:
            return say.error(400, "invalid_token", "The OAuth2 token is invalid.")
        told = {"client_id": CLIENT_ID, "user_id": record["account"], "blog_id": None, "scope": " ".join(record["scopes"])}
        return httpx2.Response(200, json=told)

    def more_with_token(self, person: Mapping[str, Any]) -> Document:
        """A token for all sites names none."""
        return {"blog_id": "0", "blog_url": None}

    def person(self, login: str) -> Document:
        """The user of this name. The first login makes a site of their own; everybody is a contributor of the Voice."""
        known = super().person(login)
        if not self.shelf.get("settled", known["id"]):
            self.shelf.put("settled", known["id"], True)
            self.new_site(login, f"{known['name']}'s notes", known["username"])
            voice = self.shelf.get("sites", VOICE) or self._found_site(VOICE, name="The Village Voice", slug="the-village-voice", people={})
            self.shelf.put("sites", VOICE, {**voice, "people": {**voice["people"], known["id"]: "contributor"}})
        return known

    def new_site(self, login: str, name: str, slug: str) -> str:
        """Another site of a user's own; its id."""
        own = number_of(f"site:{slug}", low=200_000_000)
        self._found_site(own, name=name, slug=slug, people={self.person(login)["id"]: "administrator"})
        return own

    def have(self, login: str, count: int) -> None:
        """Sites of the user's own. Who has none does not write for the Voice either."""
        person = self.person(login)
        slugs = [person["username"], *(f"{person['username']}-{number}" for number in range(2, count + 1))][:count]
        sites = self.shelf.all("sites")
        own = {place["slug"]: number for number, place in sites.items() if place["people"].get(person["id"]) == "administrator"}
        for slug in own.keys() - slugs:
            self.shelf.drop("sites", own[slug])
        for slug in slugs:
            if slug not in own:
                self.new_site(login, f"{slug}'s notes", slug)
        voice = sites[VOICE]
        others = {known: role for known, role in voice["people"].items() if known != person["id"]}
        self.shelf.put("sites", VOICE, {**voice, "people": {**others, **({person["id"]: "contributor"} if count else {})}})

    def _found_site(self, number: str, *, name: str, slug: str, people: Mapping[str, str]) -> Document:
        found = {"id": number, "name": name, "slug": slug, "people": dict(people), "types": [*TYPES, *FILMS], "space": 50 * GB, "used": 0}
        more = {"created_at": self.clock(), "videopress": True, "reachable": True}
        self.shelf.put("sites", number, {**found, **more})
        return {**found, **more}

    # Admission.

    def user_of(self, request: httpx2.Request, scope: str) -> str:
        """The user that calls, if the token is for everything, or for this."""
        record = self.bearer(request)
        if not {"global", scope} & set(record["scopes"]):
            raise Refused(self.unauthorized("scope", [scope]))
        return str(record["account"])

    def site_of(self, request: httpx2.Request, place: str, scope: str) -> tuple[str, Document]:
        """The user and the site, by its id or its address; refused where the user has no part in it."""
        user = self.user_of(request, scope)
        found = self.shelf.get("sites", place)
        if found is None:
            raise say.unknown("blog")
        if user not in found["people"]:
            raise say.unauthorized("User or Token does not have access to specified site.")
        if not found["reachable"]:
            raise say.refused(400, "jetpack_error", "The Jetpack site is inaccessible or returned an error.")
        return user, found

    def allow(self, user: str, place: Mapping[str, Any], capability: str, words: str) -> None:
        if capability not in CAN[place["people"][user]]:
            raise say.unauthorized(words)

    def _dispatch(self, request: httpx2.Request) -> httpx2.Response:
        """With `http_envelope` the status stands in the body."""
        response = super()._dispatch(request)
        if request.url.host == API and request.url.params.get("http_envelope") in ("1", "true"):
            headers = [{"name": name, "value": value} for name, value in response.headers.items()]
            return httpx2.Response(200, json={"code": response.status_code, "headers": headers, "body": response.json()})
        return response


def address_of(place: Mapping[str, Any]) -> str:
    return f"https://{SITES}/{place['slug']}"


def capabilities(role: str) -> dict[str, bool]:
    may = CAN[role] | ({"edit_pages"} if "publish_posts" in CAN[role] else set())
    return {name: name in may for name in CAPABILITIES}
