"""The simulated TikTok without its posts: hosts, consent, TikTok's words, and how often a token may call what."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx2

from socialclaw.networks.tiktok.sandbox import pages
from socialclaw.networks.tiktok.sandbox import words as say
from socialclaw.providers.incoming import number_of
from socialclaw.simulation.consent import OAuthSimulator
from socialclaw.simulation.flow import Flow
from socialclaw.simulation.grants import Refused, key_of
from socialclaw.simulation.simulator import route

H = TypeVar("H", bound=Callable[..., httpx2.Response])

API, UPLOADS, SITE = "open.tiktokapis.com", "open-upload.tiktokapis.com", "www.tiktok.com"
WINDOW = 60  # seconds, sliding
# Calls of one token in a minute, from the page of each call.
QUOTAS = {"creator_info": 20, "init": 6, "status": 30, "display": 600}


def api(method: str, pattern: str) -> Callable[[H], H]:
    """A route of the API."""
    return route(method, pattern, host=API)


def site(method: str, pattern: str) -> Callable[[H], H]:
    """A route of the host that browsers see."""
    return route(method, pattern, host=SITE)


class TikTokHouse(OAuthSimulator):
    network = "tiktok"
    hosts = (API, UPLOADS, SITE)
    most_body = 128 * 1024**2  # a last piece may be as large as two
    creates = r"^PUT /video/ last$|^POST /v2/post/publish/content/init/$"
    tells = ("publish_id", "upload_url")
    guarded = "^POST /v2/post/publish/*/init/$"  # an upload address is opened by itself
    flow = Flow(
        name="TikTok",
        callbacks=("tiktok",),
        scopes={
            "user.info.basic": "Read your profile info (avatar, display name)",
            "user.info.profile": "Read your additional info (name, bio, verification)",
            "user.info.stats": "Read your statistics (likes, followers, videos)",
            "video.publish": "Post content to TikTok",
            "video.upload": "Upload draft content to TikTok",
            "video.list": "Read your public videos on TikTok",
        },
        accent=pages.ACCENT,
        separator=",",
        client_auth=("body",),
        client_id_name="client_key",
        access_seconds=86_400,
        refresh_seconds=365 * 86_400,
        granular=True,
        login_pattern=r"[A-Za-z0-9_.]{2,24}",
    )
    oauth_words = {  # noqa: RUF012
        "content_type": ("invalid_request", "The request parameters are malformed."),
        "client": ("invalid_client", "Client key or secret is incorrect."),
        "grant_type": ("unsupported_grant_type", "The grant type is not supported."),
        "code": ("invalid_grant", "Authorization code is expired."),
        "redirect_uri": ("invalid_grant", "Redirect URI does not match."),
        "verifier": ("invalid_request", "Code verifier or code challenge is invalid."),
        "refresh_token": ("invalid_grant", "Refresh token is invalid or expired."),
    }

    # TikTok's words.

    def unauthorized(self, reason: str, scopes: Sequence[str] = ()) -> httpx2.Response:
        if reason == "scope":
            return say.no("scope_not_authorized", "The user did not authorize the scope required for completing this request.")
        return say.no("access_token_invalid", "The access token is invalid or not found in the request.")

    def oauth_error(self, reason: str) -> httpx2.Response:
        """With status 200: only the word tells it from a success."""
        error, description = self.oauth_words[reason]
        return httpx2.Response(200, json={"error": error, "error_description": description, "log_id": say.log_id()})

    def revoked(self) -> httpx2.Response:
        return httpx2.Response(200)

    def limited(self, seconds: float) -> httpx2.Response:
        """TikTok names no time to come back."""
        return say.no("rate_limit_exceeded", "The API rate limit was exceeded. Please try again later.")

    def broken(self) -> httpx2.Response:
        return say.no("internal_error", "Something went wrong on our side. Please try again.")

    def not_there(self, request: httpx2.Request, made: str) -> httpx2.Response:
        if request.method == "PUT":
            return httpx2.Response(404, text="upload task not found")
        return say.no("invalid_publish_id", "The publish_id does not exist")

    def unknown(self, request: httpx2.Request) -> httpx2.Response:
        return pages.gone_page() if request.url.host == SITE else say.no("not_found", "Unsupported path")

    def line(self, request: httpx2.Request) -> str:
        """A piece of a video has one path; whether it is the last one is told by its range."""
        line = super().line(request)
        if request.method != "PUT":
            return line
        _, _, span = request.headers.get("content-range", "").partition(" ")
        place, _, total = span.partition("/")
        end = place.partition("-")[2]
        last = number_of(end)
        return f"{line} {'last' if last is not None and last + 1 == number_of(total) else 'part'}"

    # Consent and tokens.

    def profile(self, login: str) -> dict[str, Any]:
        """Users whose name begins with "private" have a private account."""
        digest = hashlib.sha256(f"tiktok:{login.lower()}".encode()).hexdigest()
        return {"id": f"-000{digest[:32]}", "username": login.lower(), "name": login, "private": login.lower().startswith("private")}

    def more_with_token(self, person: Any) -> dict[str, Any]:
        return {"open_id": person["id"], "token_type": "Bearer", "refresh_expires_in": round(self.flow.refresh_seconds or 0)}

    @site("GET", r"/v2/auth/authorize/")
    def authorize(self, request: httpx2.Request) -> httpx2.Response:
        return self.show_consent(request)

    @site("POST", r"/v2/auth/authorize/")
    def decide(self, request: httpx2.Request) -> httpx2.Response:
        """The way back names the scopes, and its code has characters that a query must escape."""
        response = self.take_consent(request)
        parts = urlsplit(response.headers.get("location", ""))
        query = dict(parse_qsl(parts.query))
        if code := query.get("code"):
            record = self.shelf.get("codes", key_of(code))
            self.shelf.drop("codes", key_of(code))
            query |= {"code": f"{code}*0!{secrets.randbelow(10_000)}.s1", "scopes": ",".join(record["scopes"])}
            self.shelf.put("codes", key_of(query["code"]), record)
            response.headers["location"] = parts._replace(query=urlencode(query)).geturl()
        return response

    @api("POST", r"/v2/oauth/token/")
    def token(self, request: httpx2.Request) -> httpx2.Response:
        return self.answer_token(request)

    @api("POST", r"/v2/oauth/revoke/")
    def revoke(self, request: httpx2.Request) -> httpx2.Response:
        return self.answer_revoke(request)

    def admit_to(self, request: httpx2.Request, what: str, *scopes: str, any_of: Sequence[str] = ()) -> str:
        """The account that calls, if its token has these scopes (or one of those) and may call again in this minute."""
        record = self.bearer(request, *scopes)
        if any_of and not set(any_of) & set(record["scopes"]):
            raise Refused(self.unauthorized("scope", any_of))
        account, now = str(record["account"]), self.clock()
        key = f"{account} {what}"
        recent = [at for at in self.shelf.get("calls", key) or () if at > now - WINDOW]
        if len(recent) >= QUOTAS[what] and not self.quotas_lifted:
            raise Refused(self.limited(WINDOW))
        self.shelf.put("calls", key, [*recent, now][-QUOTAS[what] :])
        return account
