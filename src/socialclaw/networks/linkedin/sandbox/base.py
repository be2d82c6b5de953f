"""The simulated LinkedIn's house: hosts, consent and tokens, its words, and how often a member may call."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx2

from socialclaw.networks.linkedin.sandbox import pages
from socialclaw.networks.linkedin.sandbox import words as say
from socialclaw.simulation.consent import OAuthSimulator
from socialclaw.simulation.flow import CLIENT_ID, CLIENT_SECRET, Flow
from socialclaw.simulation.grants import Refused, form_of, key_of
from socialclaw.simulation.simulator import H, route

API, SITE = "api.linkedin.com", "www.linkedin.com"
YEAR, DAY = 365 * 86_400, 86_400
POSTS_FOR_PAGES = "w_organization_social"
MEMBER_CALLS = 150  # a day, of a member through an app with "Share on LinkedIn"; for the Community Management API there is no such figure
Document = dict[str, Any]


def api(method: str, pattern: str) -> Callable[[H], H]:
    """A route of the versioned API."""
    return route(method, f"/rest{pattern}", host=API)


def site(method: str, pattern: str) -> Callable[[H], H]:
    return route(method, pattern, host=SITE)


class LinkedInHouse(OAuthSimulator):
    network = "linkedin"
    label = "LinkedIn"
    hosts = (API, SITE)
    most_body = 128 * 1024**2  # a picture comes as one
    creates = r"^POST /rest/posts$"
    tells = ("image", "video", "uploadUrl", "x-restli-id")
    flow = Flow(
        name="LinkedIn",
        callbacks=("linkedin", "linkedin_page"),
        separates_too=",",  # as LinkedIn's own client for Node has it
        scopes={
            "openid": "Use your name and photo",
            "profile": "Use your name and photo",
            "email": "Use the primary email address of your account",
            "w_member_social": "Create, modify and delete posts, comments and reactions for you",
            "rw_organization_admin": "Manage your organizations' pages and retrieve reporting data",
            "w_organization_social": "Create, modify and delete posts for your organizations",
            "r_organization_social": "Retrieve your organizations' posts, comments and reactions",
        },
        accent=pages.ACCENT,
        client_auth=("body",),
        code_seconds=1800,
        access_seconds=60 * DAY,
        refresh_seconds=YEAR,
        refresh_scope=POSTS_FOR_PAGES,  # for apps that LinkedIn has approved
        rotates=False,
        login_pattern=r"[A-Za-z0-9_.-]{2,40}",
    )
    oauth_words = {  # noqa: RUF012
        "content_type": ("invalid_request", "A required parameter is missing"),
        "client": ("invalid_client", "Client authentication failed"),
        "grant_type": ("invalid_request", "Unsupported grant type"),
        "code": ("invalid_request", "Unable to retrieve access token: appid/redirect uri/code verifier does not match authorization code"),
        "redirect_uri": ("invalid_redirect_uri", "Unable to retrieve access token: the redirect uri does not match"),
        "refresh_token": ("invalid_grant", "The provided refresh token is invalid, expired or revoked"),
    }

    # LinkedIn's words.

    def unauthorized(self, reason: str, scopes: Sequence[str] = ()) -> httpx2.Response:
        match reason:
            case "scope":
                return say.no_access(" ".join(scopes)).response
            case "missing":
                return say.error(401, "EMPTY_ACCESS_TOKEN", "Empty oauth2 access token", service=65604)
            case "revoked":
                return say.error(401, "REVOKED_ACCESS_TOKEN", "The token used in the request has been revoked by the user", service=65601)
            case "expired":
                return say.error(401, "EXPIRED_ACCESS_TOKEN", "The token used in the request has expired", service=65602)
        return say.error(401, "INVALID_ACCESS_TOKEN", "Invalid access token", service=65600)

    def revoked(self) -> httpx2.Response:
        return httpx2.Response(200)

    def limited(self, seconds: float) -> httpx2.Response:
        """LinkedIn names no time to come back."""
        message = "Resource level throttle MEMBER DAY limit for calls to this resource is reached."
        return say.error(429, "TOO_MANY_REQUESTS", message, service=101)

    def broken(self) -> httpx2.Response:
        return say.error(500, "INTERNAL_SERVER_ERROR", "Internal Server Error")

    def not_there(self, request: httpx2.Request, made: str) -> httpx2.Response:
        return say.missing(made).response

    def unknown(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.host == SITE:
            return pages.gone_page()
        return say.error(404, "RESOURCE_NOT_FOUND", f"No virtual resource found for {request.url.path}")

    def line(self, request: httpx2.Request) -> str:
        """The actions of a resource have one path."""
        action = request.url.params.get("action")
        return super().line(request) + (f" {action}" if action else "")

    # Consent and tokens.

    @site("GET", r"/oauth/v2/authorization")
    def authorize(self, request: httpx2.Request) -> httpx2.Response:
        return self.show_consent(request)

    @site("POST", r"/oauth/v2/authorization")
    def decide(self, request: httpx2.Request) -> httpx2.Response:
        """Whoever declines goes back with LinkedIn's own word for it."""
        response = self.take_consent(request)
        parts = urlsplit(response.headers.get("location", ""))
        answer = dict(parse_qsl(parts.query))
        if answer.get("error"):
            answer |= {"error": "user_cancelled_authorize", "error_description": "The user cancelled the authorization"}
            response.headers["location"] = parts._replace(query=urlencode(answer)).geturl()
        return response

    @site("POST", r"/oauth/v2/accessToken")
    def token(self, request: httpx2.Request) -> httpx2.Response:
        """A refresh token stays the same, and its year goes on from the consent."""
        answer = self.answer_token(request)
        if not answer.is_success:
            return answer
        body = answer.json()
        body.setdefault("refresh_token", (form_of(request) or {}).get("refresh_token"))
        if record := self.shelf.get("refresh", key_of(body["refresh_token"] or "")):
            body["refresh_token_expires_in"] = max(0, round(record["expires_at"] - self.clock()))
        else:
            del body["refresh_token"]
        return httpx2.Response(200, json={**body, "token_type": "Bearer", "scope": body["scope"].replace(" ", ",")})

    @site("POST", r"/oauth/v2/revoke")
    def revoke(self, request: httpx2.Request) -> httpx2.Response:
        return self.answer_revoke(request)

    @site("POST", r"/oauth/v2/introspectToken")
    def introspect(self, request: httpx2.Request) -> httpx2.Response:
        form = form_of(request) or {}
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return self.oauth_error("client")
        record = self.shelf.get("tokens", key_of(form.get("token", "")))
        if record is None:
            return httpx2.Response(200, json={"active": False})
        status = "revoked" if record.get("revoked") else "expired" if record["expires_at"] <= self.clock() else "active"
        since = int(record["expires_at"] - (self.flow.access_seconds or 0))
        times = {"authorized_at": since, "created_at": since, "expires_at": int(record["expires_at"])}
        about = {"active": status == "active", "client_id": CLIENT_ID, "status": status, "auth_type": "3L"}
        return httpx2.Response(200, json={**about, **times, "scope": ",".join(record["scopes"])})

    def admit_to(self, request: httpx2.Request, *scopes: str) -> Document:
        """The token record behind a call of the versioned API, whose headers are as they must be and whose day is not used up."""
        caller = self.bearer(request, *scopes)
        say.judge_headers(request, self.clock())
        day = int(self.clock() // DAY)
        key = str(caller["account"])
        last, used = self.shelf.get("calls", key) or (day, 0)
        used = used if last == day else 0
        if POSTS_FOR_PAGES not in caller["scopes"]:
            if used >= MEMBER_CALLS and not self.quotas_lifted:
                raise Refused(self.limited(0))
            self.shelf.put("calls", key, [day, used + 1])
        return caller

    def _dispatch(self, request: httpx2.Request) -> httpx2.Response:
        response = super()._dispatch(request)
        if request.url.host == API:
            response.headers.setdefault("x-li-uuid", secrets.token_urlsafe(16))
        return response

    def new_number(self) -> str:
        """A number that grows with time, as those of LinkedIn's shares do."""
        return str((int(self.clock() * 1000) << 22) | self.shelf.count("ids") & 0x3FFFFF)
