"""First comments: a text that goes out as a reply to a post as soon as that is there, where its network replies."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from socialclaw.scheduling.destinations import Place
from socialclaw.scheduling.plan import MOST_POSTS, PlannedPost
from socialclaw.scheduling.problems import Notes

SUFFIX = "_comment"  # of the id of the step that it is


@dataclass(slots=True)
class Noted:
    """A comment, on the post at this position, which stands at `path`, and is the post of that `order` in its document."""

    text: str
    position: int
    place: Place
    path: str
    order: int


class FirstComments:
    """Those of one document. They come after all of its posts, so that what names a post by its number means the same with and without."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._noted: list[Noted] = []

    def note(self, stated: object, position: int, place: Place, path: str) -> None:
        """Remember the comment of a post; note where its network takes none."""
        path = f"{path}.first_comment"
        text = self._notes.text(stated, path).strip()
        judge = place.judge
        if not text or judge is None:
            return
        if "reply" not in judge.rules.interactions:
            label = judge.provider.label
            message = f"A first comment on {label} is impossible: {label} takes no replies from here. Put it into the text, or leave it out"
            self._notes.add("first_comment_unsupported", message, path, {"provider": place.provider})
            return
        self._noted.append(Noted(text, position, place, path, self._notes.order))

    def write(self, posts: list[PlannedPost]) -> None:
        """Put the comments behind the posts, as replies to theirs, judged as any."""
        for one in self._noted:
            posts.append(self._reply(one, posts[one.position]))
        if self._noted and len(posts) > MOST_POSTS:
            message = f"A run has at most {MOST_POSTS:,} posts; this schedule has {len(posts):,}, first comments counted"
            self._notes.add("schedule_too_large", message, details={"count": len(posts), "maxPosts": MOST_POSTS})

    def _reply(self, one: Noted, to: PlannedPost) -> PlannedPost:
        judge = one.place.judge
        assert judge is not None
        reply = msgspec.structs.replace(
            to,
            name="",
            generated_name=False,
            description=one.text,
            interaction_type="reply",
            assets=[],
            media_link=None,
            settings=judge.settings({})[0],
            parent_step_id=to.step_id,
            step_id=f"{to.step_id}{SUFFIX}",
            parent_index=one.position,
            step_delay_ms=None if to.step_delay_ms is None else 0,
            media_policy="strict",
            labels=None,
        )
        draft = judge.draft(reply, one.place.about)
        for issue in judge.judge(draft):
            self._notes.add(issue.code, issue.message, one.path, issue.details, order=one.order)
        for issue in judge.provider.warns(draft) if judge.provider.warns else ():
            self._notes.warn(issue.code, issue.message, one.path, issue.details)
        return reply
