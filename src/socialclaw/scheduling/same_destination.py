"""Two connected accounts may be one destination on their network, which refuses the same words there a second time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import timedelta
from itertools import pairwise

from socialclaw.providers.drafting import text_of
from socialclaw.scheduling.destinations import Place
from socialclaw.scheduling.plan import PlannedPost
from socialclaw.scheduling.problems import Notes

SOON = timedelta(hours=24)


def note(posts: Sequence[PlannedPost], places: Collection[Place], notes: Notes) -> None:
    """Note each post that says within a day what another account has said at the same destination."""
    accounts = defaultdict[tuple[str, str], set[str]](set)
    for place in places:
        if place.account_id and place.destination:
            accounts[place.destination].add(place.account_id)
    shared = {account: where for where, of in accounts.items() if len(of) > 1 for account in of}
    if not shared:
        return
    said = defaultdict[tuple[tuple[str, str], str], list[int]](list)
    for index, post in enumerate(posts):
        if post.account_id in shared and (text := text_of(post)):
            said[shared[post.account_id], text].append(index)
    for same in said.values():
        _note(posts, sorted(same, key=lambda index: (posts[index].publish_at, index)), notes)


def _note(posts: Sequence[PlannedPost], same: Sequence[int], notes: Notes) -> None:
    for before, index in pairwise(same):
        first, post = posts[before], posts[index]
        if first.account_id == post.account_id or post.publish_at - first.publish_at >= SOON:
            continue
        message = f"{post.account} and {first.account} are the same destination, and {first.path} says the same there: leave one out"
        notes.add("same_destination", message, f"{post.path}.account", {"account": post.account, "samePath": first.path}, order=index)
