"""What came of a campaign, as figures: what was attacked, what the public saw, what our tables say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from socialclaw.db.posts import Post

ENDED = ("published", "failed", "canceled")
UNKNOWN = "publish_outcome_unknown"


@dataclass
class Report:
    """`unresolved`: named as such, because the network cannot be asked. `recovery`: seconds from the death of a worker until
    another one works on the post that it held (or that post has ended); `hits`: kills of a worker that held a post."""

    posts: int = 0
    published: int = 0
    unresolved: int = 0
    duplicates: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    kills: int = 0
    hits: int = 0
    recovery: list[float] = field(default_factory=list)
    unresolved_on: Counter[str] = field(default_factory=Counter)  # by provider
    of: dict[str, Report] = field(default_factory=dict)  # the same of each provider alone

    @property
    def flawless(self) -> bool:
        """Nothing doubled, nothing lost, nothing said that is not so."""
        return not (self.duplicates or self.lost or self.wrong)

    @property
    def recovery_p50(self) -> float | None:
        return sorted(self.recovery)[len(self.recovery) // 2] if self.recovery else None

    @property
    def recovery_max(self) -> float | None:
        return max(self.recovery, default=None)

    def __str__(self) -> str:
        took = f", recovery p50 {self.recovery_p50:.2f} s, max {self.recovery_max:.2f} s" if self.recovery else ""
        parts = (
            f"{len(self.duplicates)} duplicates",
            f"{len(self.lost)} lost",
            f"{self.unresolved} named as unresolved",
            f"{len(self.wrong)} wrong",
        )
        kills = f"{self.kills} kills ({self.hits} of a worker that held a post), " if self.kills else ""
        return f"{kills}{self.posts} posts: {self.published} published, {', '.join(parts)}{took}"


def judge(posts: Iterable[Post], seen: Mapping[str, int]) -> Report:
    """Compare the tables with the witness. `seen`: how often each text was ever visible."""
    report, known = Report(), set()
    for post in posts:
        text, count = post.description, seen.get(post.description, 0)
        known.add(text)
        named = post.status == "failed" and post.error_code == UNKNOWN and post.reconciliation_status == "unresolved"
        report.posts += 1
        report.published += post.status == "published"
        report.unresolved += named
        report.unresolved_on[post.provider] += named
        if count > 1:
            report.duplicates.append(f"{text}: {count} times")
        if post.status == "published" and count == 0:
            report.wrong.append(f"{text}: published, but the public never saw it")
        if not settled(post) or (count == 0 and post.status == "failed" and not named):
            report.lost.append(f"{text}: {post.status} {post.error_code} {post.error}")
        elif count and post.status != "published" and not named:
            report.wrong.append(f"{text}: visible, but {post.status} {post.error_code}")
    if strangers := seen.keys() - known:
        report.wrong.append(f"posts of nobody: {sorted(strangers)[:3]}")
    report.unresolved_on = +report.unresolved_on
    return report


def merged(reports: Sequence[Report]) -> Report:
    """Of several installations, as if they were one. Kills and recovery are not told of it."""
    whole = Report()
    for report in reports:
        whole.posts += report.posts
        whole.published += report.published
        whole.unresolved += report.unresolved
        whole.duplicates += report.duplicates
        whole.lost += report.lost
        whole.wrong += report.wrong
        whole.unresolved_on += report.unresolved_on
    for key in {key for report in reports for key in report.of}:
        whole.of[key] = merged([report.of[key] for report in reports if key in report.of])
    return whole


def settled(post: Post) -> bool:
    """Whether nothing more is to happen: ended, and not still being decided about by its network."""
    return post.status in ENDED and post.next_at is None
