"""Reads one post of a document: what it says, normalised, and what is wrong with it, in the order of the checks."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

import msgspec

from socialclaw.providers.issues import Issue, shown
from socialclaw.scheduling import labels
from socialclaw.scheduling.asset_reader import AssetReader
from socialclaw.scheduling.destinations import Place, Places
from socialclaw.scheduling.first_comments import FirstComments
from socialclaw.scheduling.judge import Judge
from socialclaw.scheduling.library import Library
from socialclaw.scheduling.plan import CAMPAIGNS, POLICIES, POSTS, Directory, PlannedPost
from socialclaw.scheduling.problems import Notes, untextual
from socialclaw.scheduling.times import resolve, stamp, zone
from socialclaw.scheduling.unknown_fields import POST, STEP

DATE = len("2030-01-31")  # what is no longer says no time of day
GRACE = timedelta(minutes=5)  # how far in the past a time may lie
_NUMBERED = re.compile(r"post_([1-9][0-9]{0,5})")
SELDOM = frozenset({"media_policy", "latest_at", "labels", "first_comment"})
INTERACTIONS = ("post", "reply", "comment")

Zone = tuple[str, tzinfo]  # its name, and the zone
Moment = Callable[[dict[str, Any], str, tzinfo], tuple[datetime, int | None]]
"""`moment(raw, path, local)`: when a post is due, and how many milliseconds after the step before it."""


@dataclass(slots=True)
class Seat:
    """The place of a step in its campaign."""

    campaign_id: str
    campaign_name: str
    campaign_index: int
    target_index: int
    step_index: int
    previous_step_id: str | None

    @property
    def generated_name(self) -> str:
        return f"{self.campaign_name} Step {self.step_index + 1}"

    def seated(self, post: PlannedPost, delay_ms: int | None) -> PlannedPost:
        return msgspec.structs.replace(
            post,
            source_model=CAMPAIGNS,
            target_index=self.target_index,
            step_index=self.step_index,
            campaign_id=self.campaign_id,
            campaign_name=self.campaign_name,
            campaign_index=self.campaign_index,
            sequence_position=self.step_index + 1,
            step_delay_ms=delay_ms,
        )


class PostReader:
    """Reads posts, and remembers what the posts of one document share."""

    def __init__(self, notes: Notes, *, now: datetime, accounts: Directory, library: Library | None) -> None:
        self.notes = notes
        self.now = now
        self.earliest = now - GRACE
        self._places = Places(accounts)
        self._known: dict[tuple[Any, Any], Place] = {}
        self._assets = AssetReader(notes, library)
        self._policy = library.policy if library else POLICIES[0]
        self.posts: list[PlannedPost] = []
        self.comments = FirstComments(notes)

    def read(
        self, raw: dict[str, Any], path: str, zone: Zone, moment: Moment, step_id: str, position: int = 0, seat: Seat | None = None
    ) -> PlannedPost:
        """The post under its canonical names; where something is wrong with it, what could be made of it.

        This runs for every post of every schedule, so what a post does not say costs it nothing.
        """
        get, found = raw.get, self.notes.found
        level = POST if seat is None else STEP
        if not level.knows(raw):
            level.look(raw, path, self.notes)
        try:
            place = self._known[get("account"), get("provider")]
        except (KeyError, TypeError):
            place = self._place(get("account"), get("provider"), path)
        if place.first:
            self._add(place.first, path)
        if (value := get("timezone")) is not None and value != zone[0]:
            zone = self.zone(value, f"{path}.timezone", zone)
        publish_at, delay_ms = moment(raw, path, zone[1])
        if (interaction := get("interaction_type", "post")) not in INTERACTIONS:
            interaction = self._word(interaction, f"{path}.interaction_type", INTERACTIONS, "post", code="interaction_type_invalid")
        parent = parent_index = None
        if (value := get("reply_to_step_id")) is not None or seat is not None:
            parent = self._parent(value, path, interaction, seat)
            parent_index = self._earlier(parent, place, interaction, seat)
        sound, assets, judge = len(found), [], place.judge
        if (listed := get("assets")) is not None or get("media_link") is not None:
            assets = self._assets.read(listed, get("media_link"), path)
        settled = len(found)
        settings = self._settings(get("settings"), judge, path)
        worded = len(found)
        name, description, generated = self._texts(get("name"), get("description"), path, seat)
        post = PlannedPost(
            place.provider,
            place.account,
            place.account_id,
            name,
            description,
            generated,
            interaction,
            assets,
            assets[0]["url"] if assets else None,
            settings,
            zone[0],
            stamp(publish_at),
            parent,
            step_id,
            POSTS,
            position,
            0,
            parent_index,
        )
        if (seldom := not SELDOM.isdisjoint(raw)) or (assets and self._policy != POLICIES[0]):
            post = self._with_seldom(post, raw, path, zone[1], publish_at)
        if seat is not None:
            post = seat.seated(post, delay_ms)
        self._judge(post, place, path, broken=settled > sound or len(found) > worded, unsettled=worded > settled)
        self.posts.append(post)
        if seldom and (value := get("first_comment")) is not None:
            self.comments.note(value, len(self.posts) - 1, place, path)
        return post

    def _with_seldom(self, post: PlannedPost, raw: dict[str, Any], path: str, local: tzinfo, publish_at: datetime) -> PlannedPost:
        """The post with what few posts say."""
        get, said = raw.get, dict[str, Any]()
        if (value := get("media_policy")) is not None or post.assets:
            said["media_policy"] = self._word(value, f"{path}.media_policy", POLICIES, self._policy, code="media_policy_invalid")
        if (value := get("latest_at")) is not None:
            said["latest_at_utc"] = self._latest(value, path, local, publish_at)
        if (value := get("labels")) is not None:
            said["labels"] = labels.read(value, f"{path}.labels", self.notes) or None
        return msgspec.structs.replace(post, **said)

    def _earlier(self, parent: str | None, place: Place, interaction: str, seat: Seat | None) -> int | None:
        """The parent of a reply in a list of posts, if it stands before it; all others are found when all posts are read."""
        if parent is None or seat is not None or interaction != "reply" or not (number := _NUMBERED.fullmatch(parent)):
            return None
        index = int(number[1]) - 1
        account = self.posts[index].account_id if index < len(self.posts) else None
        return index if account is not None and account == place.account_id else None

    def zone(self, name: object, path: str, inherited: Zone) -> Zone:
        """The time zone that is stated, or the inherited one."""
        stated = self.notes.text(name, path).strip()
        if not stated:
            return inherited
        try:
            return stated, zone(stated)
        except ValueError as error:
            self.notes.add("timezone_invalid", f"{shown(stated)!r} {error}", path, {"timezone": shown(stated)})
            return inherited

    def time(self, text: Any, path: str, local: tzinfo) -> datetime | None:
        """The instant of a time field that says something; None where it cannot be one."""
        try:
            instant = resolve(text, local)
        except ValueError as error:
            self.notes.add("invalid_publish_time", f"{path} {error}", path)
            return None
        if len(text.strip()) <= DATE:
            self.notes.warn("publish_time_is_midnight", f"{path} is a date without a time: it means 00:00 on that day", path)
        if instant < self.earliest:
            at = stamp(instant)
            message = f"{path} is in the past: {at}. Leave it out to publish at once"
            self.notes.add("publish_time_in_past", message, path, {"publishAtUtc": at, "now": stamp(self.now)})
        return instant

    def moment(self, raw: dict[str, Any], path: str, local: tzinfo) -> tuple[datetime, int | None]:
        """When a post that is in no campaign is due: now, unless it says otherwise."""
        text = raw.get("publish_at")
        if text is None or text == "":
            return self.now, None
        return self.time(text, f"{path}.publish_at", local) or self.now, None

    def _latest(self, stated: object, path: str, local: tzinfo, publish_at: datetime) -> str | None:
        """The instant after which a post is not to go out any more; None where it says nothing, or none that can be."""
        if stated == "":
            return None
        path = f"{path}.latest_at"
        try:
            latest = resolve(stated, local)
        except ValueError as error:
            self.notes.add("latest_at_invalid", f"{path} {error}", path)
            return None
        if latest < publish_at:
            message = f"{path} is before the post is due: {stamp(latest)} is earlier than {stamp(publish_at)}"
            self.notes.add("latest_at_invalid", message, path, {"latestAtUtc": stamp(latest), "publishAtUtc": stamp(publish_at)})
        return stamp(latest)

    @property
    def places(self) -> Collection[Place]:
        return self._known.values()

    def _place(self, account: object, provider: object, path: str) -> Place:
        before = len(self.notes.found)
        names = self.notes.text(account, path, "account").strip(), self.notes.text(provider, path, "provider").strip()
        if len(self.notes.found) > before:
            return Place()
        self._known[account, provider] = place = self._places.find(*names)
        return place

    def _word(self, stated: object, path: str, words: Sequence[str], otherwise: str, *, code: str) -> str:
        """One of few words; what it is otherwise, where it says none of them."""
        word = self.notes.text(stated, path).strip().lower()
        if word in words:
            return word
        if word or (isinstance(stated, str) and stated != ""):
            self.notes.add(code, f"{path} must be one of {', '.join(words)}", path, {"supportedValues": list(words)})
        return otherwise

    def _parent(self, stated: object, path: str, interaction: str, seat: Seat | None) -> str | None:
        """The id of the step that is followed. In a campaign a post has none, and a reply follows the step before it."""
        named = self.notes.text(stated, path, "reply_to_step_id").strip() or None
        if seat is None:
            return named
        return (named or seat.previous_step_id) if interaction != "post" else None

    def _settings(self, stated: Any, judge: Judge | None, path: str) -> dict[str, Any]:
        """The effective settings. Empty text is none: a small YAML reader leaves that behind."""
        notes = self.notes
        if stated is None or stated == "":
            stated = {}
        elif not isinstance(stated, dict):
            notes.add("post_settings_invalid", f"{path}.settings must be an object", f"{path}.settings")
            stated = {}
        before = len(notes.found)
        for key, value in stated.items():
            if type(value) is str and untextual(value):
                notes.text(value, path, f"settings.{shown(key)}")
        if judge is None or len(notes.found) > before:
            return {}
        effective, issues = judge.settings(stated)
        if issues:
            self._add(issues, path)
        return effective

    def _texts(self, name: Any, description: Any, path: str, seat: Seat | None) -> tuple[str, str, bool]:
        """Name, description, and whether the name is a generated one. A step without a name gets one."""
        name, description = self.notes.text(name, path, "name").strip(), self.notes.text(description, path, "description").strip()
        if seat is not None:
            generated = seat.generated_name
            if not name or name == generated:
                return generated, description, True
        return name, description, False

    def _judge(self, post: PlannedPost, place: Place, path: str, *, broken: bool, unsettled: bool) -> None:
        """Settings against media, the account, the content, the provider's rules; in this order.

        `broken`: some media or words could not be read; `unsettled`: nor could some settings.
        """
        judge, notes = place.judge, self.notes
        draft = judge.draft(post, place.about) if judge else None
        if judge and draft and not (broken or unsettled) and (issues := judge.suits(draft)):
            self._add(issues, path)
        if place.last:
            self._add(place.last, path)
        own_word = judge is not None and judge.rules.media_required  # for the media that is missing too
        empty = not (post.name or post.description or post.assets or broken or own_word)
        if empty:
            notes.add("post_content_required", "Write a name or a description, or attach media", path)
        if judge is None or draft is None:
            self._unsupported(place, path)
            return
        if post.interaction_type == "comment":
            message = f"{judge.provider.label} does not support comments; use a reply where replies are supported"
            notes.add("provider_comment_unsupported", message, f"{path}.interaction_type", {"provider": place.provider})
        if issues := judge.judge(draft, incomplete=empty or broken):
            self._add(issues, path)
        if judge.provider.warns:
            for issue in judge.provider.warns(draft):
                notes.warn(issue.code, issue.message, f"{path}.{issue.path}" if issue.path else path, issue.details)

    def _unsupported(self, place: Place, path: str) -> None:
        if place.provider:
            message = f"Publishing to {place.provider} is not supported here"
            self.notes.add("provider_unsupported", message, f"{path}.provider", {"provider": place.provider})

    def _add(self, issues: Iterable[Issue], path: str) -> None:
        for issue in issues:
            self.notes.add(issue.code, issue.message, f"{path}.{issue.path}" if issue.path else path, issue.details)
