"""Which post a reply follows: the step it names, found in the plan, and never its own follower."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from socialclaw.providers.issues import shown
from socialclaw.scheduling.plan import PlannedPost
from socialclaw.scheduling.problems import Notes

Scope = tuple[int | None, int | None]
Found = dict[tuple[Scope, str], int]
RUN: Scope = (None, None)
SEVERAL = -1


def link(posts: Sequence[PlannedPost], paths: Sequence[str], notes: Notes) -> list[PlannedPost]:
    """The posts, with `parent_index` where a reply names a step; notes names that lead nowhere.

    A name is looked for in the reply's own target first, then in its campaign, then in the whole run; it must be the id of
    one step there. A reply is published by the account that published what it replies to.
    """
    linked = list(posts)
    # Of a list of posts, most are linked already.
    replies = [i for i, p in enumerate(posts) if p.parent_step_id and p.parent_index is None and p.interaction_type == "reply"]
    if not replies:
        return linked
    by_id = _by_id(posts)
    forward = True
    for i in replies:
        if (parent := _parent(i, posts, by_id, paths[i], notes)) is not None:
            linked[i] = msgspec.structs.replace(posts[i], parent_index=parent)
            forward = forward and parent < i
    for i in () if forward else _in_circles(linked):
        path = f"{paths[i]}.reply_to_step_id"
        notes.add("parent_step_cycle", f"{path} follows a step that directly or indirectly follows this one", path, order=i)
    return linked


def _by_id(posts: Sequence[PlannedPost]) -> Found:
    """Positions by scope and step id: of the run, of each campaign, of each target."""
    found: Found = {}
    for i, post in enumerate(posts):
        for scope in (RUN,) if post.campaign_index is None else _scopes(post):
            key = (scope, post.step_id)
            found[key] = SEVERAL if key in found else i
    return found


def _scopes(post: PlannedPost) -> Sequence[Scope]:
    """Where a name is looked for, in this order."""
    if post.campaign_index is None:
        return (RUN,)
    return (post.campaign_index, post.target_index), (post.campaign_index, None), RUN


def _parent(i: int, posts: Sequence[PlannedPost], by_id: Found, path: str, notes: Notes) -> int | None:
    post = posts[i]
    name = post.parent_step_id or ""
    found = next((by_id[scope, name] for scope in _scopes(post) if (scope, name) in by_id), None)
    if found is not None and found != SEVERAL:
        parent = posts[found]
        if (parent.account_id or parent.account) == (post.account_id or post.account):
            return found
        code = "parent_step_account_mismatch"
        message = f"A reply is published by the account of its parent, but step {shown(name)!r} is published by {shown(parent.account)}"
    elif found is None:
        code, message = "parent_step_not_found", f"No step of this schedule has the id {shown(name)!r}"
    else:
        code, message = "step_id_duplicate", f"Several steps have the id {shown(name)!r}; give the step that is meant a unique id"
    notes.add(code, message, f"{path}.reply_to_step_id", {"stepId": shown(name)}, order=i)
    return None


def _in_circles(posts: Sequence[PlannedPost]) -> list[int]:
    """The posts that are, at some remove, their own parents."""
    settled: set[int] = set()
    circles: list[int] = []
    for start in range(len(posts)):
        trail: dict[int, None] = {}
        at: int | None = start
        while at is not None and at not in settled and at not in trail:
            trail[at] = None
            at = posts[at].parent_index
        if at is not None and at in trail:
            circles += [*trail][[*trail].index(at) :]
        settled.update(trail)
    return sorted(circles)
