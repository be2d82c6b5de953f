"""Search of the simulated X: posts of the last 7 days by words and the operators that clients use most.

https://docs.x.com/x-api/posts/search/integrate/operators. An operator that is not simulated is refused, not passed over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import httpx2

from socialclaw.networks.x.sandbox import words as say
from socialclaw.networks.x.sandbox.base import READ, api
from socialclaw.networks.x.sandbox.people import XPeople
from socialclaw.networks.x.sandbox.posts import View, seconds_of
from socialclaw.providers.incoming import number_of
from socialclaw.simulation.store import Seen

VIEWS = ("post.fields", "tweet.fields", "expansions", "user.fields", "media.fields", "poll.fields", "place.fields")
BOUNDS = ("start_time", "end_time", "since_id", "until_id")
DAYS = 7 * 86_400
PART = re.compile(r"\s*(-?)(?:\"([^\"]*)\"|(OR\b)|([a-z_]+):(\"[^\"]*\"|[^\s()]+)|([()])|([^\s()\":]+))")
OPERATORS = ("from", "to", "conversation_id", "url", "is", "has")  # those that are simulated
Fits = Callable[[Seen], bool]


class XSearch(XPeople):
    @api("GET", r"/2/tweets/search/recent")
    def search(self, request: httpx2.Request) -> httpx2.Response:
        account = self.admit_to(request, "GET /2/tweets/search/recent", *READ)
        given = say.query(request, "query", "max_results", "next_token", "pagination_token", "sort_order", *BOUNDS, *VIEWS)
        view = View(given)
        say.words(given.get("sort_order"), ("recency", "relevancy"), "sort_order")
        if not 1 <= len(query := given.get("query", "").strip()) <= 4096:
            raise say.invalid("The `query` query parameter must have 1 to 4096 characters")
        size = page_size(given, 10)
        since = self.clock() - DAYS
        if "start_time" in given and seconds_of(given["start_time"], "start_time") < since:
            raise say.invalid(f"Invalid 'start_time':'{given['start_time']}'. 'start_time' must be within the last 7 days.")
        fits, within = (
            self._fits(query),
            bounded({**given, "pagination_token": given.get("next_token", given.get("pagination_token", "t"))}),
        )
        found = [seen for seen in reversed(self.shelf.posts(since=since)) if within(seen) and fits(seen)]
        return self.page_of(view, found, size, account)

    def page_of(self, view: View, found: list[Seen], size: int, reader: str) -> httpx2.Response:
        """The first posts of what was found, newest first, and where to go on."""
        shown = [self.shown(view, seen, reader)[0] for seen in found[:size]]
        meta: dict[str, Any] = {"result_count": len(shown)}
        if shown:
            meta |= {"newest_id": shown[0]["id"], "oldest_id": shown[-1]["id"]}
        if len(found) > size:
            meta["next_token"] = f"t{shown[-1]['id']}"
        return httpx2.Response(200, json={**({"data": shown} if shown else {}), **self.included(view, found[:size]), "meta": meta})

    def shown(self, view: View, seen: Seen, reader: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        views = self.figure(seen.id, "impressions", seen.created_at)
        return view.show(seen, own=seen.account == reader, now=self.clock(), views=views)

    def _fits(self, query: str) -> Fits:
        """What a post must be: all parts between two ORs, of one side of them."""
        sides: list[list[Fits]] = [[]]
        at = 0
        while match := PART.match(query, at):
            at = match.end()
            negated, phrase, either, operator, value, bracket, word = match.groups()
            if bracket:
                raise say.invalid(f"Groups are not simulated: there is a {bracket} in the query")
            if either:
                sides.append([])
                continue
            fits = self._operator(operator, value.strip('"')) if operator else _words(phrase if word is None else word)
            sides[-1].append(_not(fits) if negated else fits)
        if at < len(query.rstrip()) or not all(sides):
            raise say.invalid(f"There were errors processing your request: the query cannot be read from character {at} on")
        return lambda seen: any(all(fits(seen) for fits in side) for side in sides)

    def _operator(self, name: str, value: str) -> Fits:
        def of(account: str | None) -> bool:
            person = self.person_of(account) if account else None
            return person is not None and value.lower().removeprefix("@") in (str(person["username"]).lower(), person["id"])

        match name, value:
            case "from", _:
                return lambda seen: of(seen.account)
            case "to", _:
                return lambda seen: of(seen.extra["reply_to_account"])
            case "conversation_id", _:
                return lambda seen: bool(seen.extra["conversation_id"] == value)
            case "url", _:
                return lambda seen: any(value.lower() in url["expanded_url"].lower() for url in seen.extra["urls"])
            case "is", "reply":
                return lambda seen: bool(seen.reply_to)
            case "is", "retweet" | "quote":
                return lambda seen: False
            case "has", "links":
                return lambda seen: any("media_key" not in url for url in seen.extra["urls"])
            case "has", "hashtags" | "cashtags" | "mentions":
                sign = {"hashtags": "#", "cashtags": r"\$", "mentions": "@"}[value]
                return lambda seen: bool(re.search(rf"(?<!\w){sign}\w", seen.text))
            case "has", "media" | "images" | "videos":
                kinds = {"images": ("image",), "videos": ("video",)}.get(value, ("image", "video"))
                return lambda seen: any(file["kind"] in kinds for file in seen.media)
        raise say.invalid(f"Reference to invalid operator '{name}:{value}'. The operators that are simulated: {', '.join(OPERATORS)}")


def page_size(given: Mapping[str, str], least: int) -> int:
    size = number_of(given.get("max_results", "10")) or 0
    if not least <= size <= 100:
        raise say.invalid(f"The `max_results` query parameter value [{given.get('max_results')}] is not between {least} and 100")
    return size


def bounded(given: Mapping[str, str]) -> Fits:
    """Whether a post lies within the times and ids of a query, and behind the page before."""
    first = seconds_of(given["start_time"], "start_time") if "start_time" in given else 0.0
    last = seconds_of(given["end_time"], "end_time") if "end_time" in given else float("inf")
    bounds = {
        "since_id": given.get("since_id", "0"),
        "until_id": given.get("until_id", "9" * 19),
        "pagination_token": given.get("pagination_token", "t").removeprefix("t") or "9" * 19,
    }
    for name, value in bounds.items():
        if say.an_id(value):
            raise say.invalid(f"The `{name}` query parameter value [{given[name]}] is not valid")
    after, before = int(bounds["since_id"]), min(int(bounds["until_id"]), int(bounds["pagination_token"]))
    return lambda seen: first <= seen.created_at < last and after < int(seen.id) < before


def _words(text: str) -> Fits:
    """Words that stand there as they are, however they are capitalised; a tag with its sign."""
    sought = re.compile(rf"(?<!\w){re.escape(text)}(?!\w)", re.IGNORECASE)
    return lambda seen: sought.search(seen.text) is not None


def _not(fits: Fits) -> Fits:
    return lambda seen: not fits(seen)
