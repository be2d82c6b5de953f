"""Every way to fail, in one shape: `{"ok": false, "code", "message", "details"}`."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.exceptions import HTTPException

from socialclaw.api.answers import render
from socialclaw.api.logs import scrub
from socialclaw.api.truncation import LONGEST_MESSAGE, MOST_TOLD, Cut, listed, shortened
from socialclaw.errors import InvalidRequest, NotFound, PayloadTooLarge, ProviderError, SocialClawError, Unauthenticated
from socialclaw.field_errors import sentence
from socialclaw.next_steps.finding import of_error
from socialclaw.providers.issues import MOST_ISSUES, shown

log = logging.getLogger(__name__)


class MalformedJson(InvalidRequest):
    code, status = "invalid_json", 400


class RouteNotFound(NotFound):
    code = "route_not_found"


class MethodNotAllowed(SocialClawError):
    code, status = "method_not_allowed", 405


def answer(error: SocialClawError, operation: str | None = None) -> Response:
    """A failure on the wire, short whatever came in. What a network said is scrubbed once more on its way out; so is what was not found.

    `operation`: the one that failed, where a request came as far as that.
    """
    message = scrub(error.message) if isinstance(error, NotFound) else error.message
    content = render(
        {"ok": False, "code": error.code, "message": shortened(message, LONGEST_MESSAGE), "details": details(error, operation)}
    )
    if isinstance(error, ProviderError):
        content = scrub(content.decode()).encode()
    return Response(content, status_code=error.status, media_type="application/json", headers=_headers(error))


def details(error: SocialClawError, operation: str | None = None) -> dict[str, Any]:
    """What a failure says beside its message, and what leads on from it, under `next`."""
    return {**_details(error), "next": of_error(error).told(operation)}


def _details(error: SocialClawError) -> dict[str, Any]:
    """A request with one thing wrong lists it like one with many: under `issues`."""
    told = {name: value for name, value in error.details.items() if name != "issues"}
    if not isinstance(error, InvalidRequest) or error.status != InvalidRequest.status:
        return dict(Cut(MOST_TOLD).of(error.details))
    found = error.details.get("issues")
    if not found:
        found = [{"path": told.get("path", ""), "code": error.code, "message": error.message, "details": told}]
        return {**Cut(MOST_TOLD).of(told), "issues": listed(found, 0)}
    more = told.pop("more", 0)
    return {**Cut(MOST_TOLD).of(told), "issues": listed(found, more)}


def _headers(error: SocialClawError) -> dict[str, str]:
    headers = {}
    if (seconds := getattr(error, "retry_after", None)) is not None:
        headers["Retry-After"] = str(max(1, math.ceil(seconds)))
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = 'Bearer realm="socialclaw"'
    if isinstance(error, MethodNotAllowed):
        headers["Allow"] = ", ".join(error.details["allowed"])
    if isinstance(error, PayloadTooLarge):
        headers["Connection"] = "close"  # the rest of the body is not read
    return headers


def crash(error: Exception, request_id: str) -> Response:
    """What we did not foresee: logged in full, told with nothing but the id under which it is logged."""
    log.error("the request crashed", exc_info=error)
    return answer(SocialClawError("Something went wrong on our side; the log has the details under this request id", requestId=request_id))


def issues(error: RequestValidationError) -> list[dict[str, Any]]:
    """The problems of a request, each with its path; values are not repeated, since they may be secret."""
    return [issue for found in error.errors()[:MOST_ISSUES] for issue in _listed(found)]


def _listed(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    where = path(found["loc"][1:])
    if found["type"] == "field_misnamed":  # which a model says of itself: see `dialect.Body`
        return [{**issue, "path": f"{where}.{issue['path']}".removeprefix("."), "in": found["loc"][0]} for issue in found["ctx"]["issues"]]
    return [{"path": where, "in": found["loc"][0], "code": _code(found), "message": sentence(found), "details": {}}]


def _code(found: Mapping[str, Any]) -> str:
    """Our code for what the framework found; `json_invalid` stays."""
    code: str = found["type"]
    if found["loc"][0] != "body":
        code = "filter_invalid"
    elif code == "missing":
        code = "field_required" if len(found["loc"]) > 1 else "body_invalid"
    elif code.endswith(("_type", "_parsing")):
        code = "field_type_invalid"
    elif code != "json_invalid":
        code = "field_invalid"
    return code


def path(parts: Sequence[int | str]) -> str:
    """`("posts", 3, "name")` -> `posts[3].name`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{shown(part)}" for part in parts).removeprefix(".")


def invalid(error: RequestValidationError) -> SocialClawError:
    """A request that does not fit its description: the first problem's code, and all of them."""
    found, count = issues(error), len(error.errors())
    if found[0]["code"] == "json_invalid":
        return MalformedJson("The body is not JSON")
    more = f" (and {count - 1} more)" if count > 1 else ""
    first = f"{found[0]['path'] or found[0]['in']}: {found[0]['message']}"
    return InvalidRequest(f"{first}{more}", code=found[0]["code"], issues=found, more=count - len(found))


def refused(error: HTTPException, request: Request) -> SocialClawError:
    """What the framework refuses by itself."""
    if isinstance(error.__cause__, SocialClawError):  # ours, raised while the framework was reading the body
        return error.__cause__
    match error.status_code:
        case 404:
            return RouteNotFound(f"There is nothing at this path: {request.method} {shown(request.url.path, 200)}")
        case 405:
            return MethodNotAllowed(f"{request.method} is not allowed here", allowed=allowed(request))
        case 400:
            return MalformedJson("The body cannot be read")
    return SocialClawError(str(error.detail), code="http_error", status=error.status_code)


def allowed(request: Request) -> list[str]:
    """The methods that this path takes, said of the most literal of the routes that it fits."""
    found: dict[str, set[str]] = {}
    for route in iter_route_contexts(request.app.routes):
        if route.path_regex.match(request.scope["path"]):
            found.setdefault(str(route.path_format), set()).update(route.methods or ())
    return sorted(found[min(found, key=lambda path: path.count("{"))]) if found else []


def _operation(request: Request) -> str | None:
    """The operation of a request, as the OpenAPI document has it; None where it is in none."""
    route = request.scope.get("route")
    if not isinstance(route, APIRoute) or not route.include_in_schema:
        return None
    return f"{request.method} {route.path_format}"


async def on_error(request: Request, error: Exception) -> Response:
    match error:
        case SocialClawError():
            return answer(error, _operation(request))
        case RequestValidationError():
            return answer(invalid(error), _operation(request))
        case HTTPException():
            return answer(refused(error, request), _operation(request))
    raise error


def install(app: FastAPI) -> None:
    for kind in (SocialClawError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, on_error)
