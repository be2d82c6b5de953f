"""The posts of campaigns: targets and steps, with what they inherit and when each is due."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from socialclaw.scheduling.aliases import canonical, given
from socialclaw.scheduling.plan import CampaignSummary
from socialclaw.scheduling.post_reader import PostReader, Seat, Zone
from socialclaw.scheduling.times import LAST_YEAR
from socialclaw.scheduling.unknown_fields import CAMPAIGN, TARGET

DELAYS = {"delay_ms": 1, "delay_seconds": 1000, "delay_minutes": 60_000}  # in milliseconds; the first that is given counts
MOST_DELAY = 10**15
MOST_NAME = 500  # characters of a campaign's name and id, which each of its steps repeats
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(slots=True)
class Start:
    """The `publish_at` of a target or a campaign: read once, and only when a step needs it."""

    text: object
    path: str
    local: tzinfo
    otherwise: Start | None = None
    read: bool = False
    known: datetime | None = None

    def moment(self, reader: PostReader) -> datetime | None:
        """None where it cannot be made out (and has been noted); LookupError where there is none."""
        if not given(self.text):
            if self.otherwise is None:
                raise LookupError(self.path)
            return self.otherwise.moment(reader)
        if not self.read:
            self.read, self.known = True, reader.time(self.text, self.path, self.local)
        return self.known


@dataclass(slots=True)
class Clock:
    """Tells when each step of one target is due."""

    reader: PostReader
    start: Start
    cursor: datetime | None = None
    steps: int = 0

    def moment(self, raw: dict[str, Any], path: str, local: tzinfo) -> tuple[datetime, int | None]:
        """The step's own time; else the start, or the delay after the step before it. And the gap to that, in milliseconds."""
        before, first = self.cursor, self.steps == 0
        self.steps += 1
        if given(raw.get("publish_at")):
            self.cursor = self.reader.time(raw["publish_at"], f"{path}.publish_at", local)
        elif first:
            self.cursor = self._start(path)
        else:
            self.cursor = self._later(before, raw, path)
        gap = (self.cursor - before) // _MILLISECOND if before and self.cursor else 0
        return self.cursor or self.reader.now, gap

    def _start(self, path: str) -> datetime | None:
        try:
            return self.start.moment(self.reader)
        except LookupError:
            message = f"{path} needs a publish_at, or its target or campaign does"
            self.reader.notes.add("campaign_publish_time_required", message, f"{path}.publish_at")
            return None

    def _later(self, before: datetime | None, raw: dict[str, Any], path: str) -> datetime | None:
        name = next((name for name in DELAYS if given(raw.get(name))), None)
        delay = _number(raw[name]) if name else 0
        number = isinstance(delay, (int, float)) and not isinstance(delay, bool)
        if not (number and 0 <= delay < MOST_DELAY and math.isfinite(delay)):
            self.reader.notes.add("invalid_step_delay", f"{path}.{name} must be a number, 0 or more", f"{path}.{name}")
            return None
        if before is None:
            return None
        try:
            later = before + timedelta(milliseconds=math.floor(delay * DELAYS[name]) if name else 0)
        except OverflowError:
            later = datetime.max.replace(tzinfo=UTC)
        if later.year > LAST_YEAR:
            self.reader.notes.add("invalid_step_delay", f"{path} would be due after the year {LAST_YEAR}", f"{path}.{name}")
            return None
        return later


def _number(delay: Any) -> Any:
    """The number that a text spells, as the official client takes it; anything else as it is."""
    try:
        return float(delay) if isinstance(delay, str) and delay.isascii() and "_" not in delay else delay
    except ValueError:
        return delay


@dataclass(slots=True)
class _Level:
    """A campaign, or one of its targets: what its steps inherit."""

    raw: dict[str, Any]
    path: str
    zone: Zone
    start: Start


class CampaignReader:
    """Reads one campaign after another."""

    def __init__(self, reader: PostReader, zone: Zone) -> None:
        self._reader = reader
        self._notes = reader.notes
        self._zone = zone
        self._paths: list[str] = []
        self.summaries: list[CampaignSummary] = []

    def read_all(self, campaigns: list[Any]) -> list[str]:
        """Reads the campaigns; returns the paths of their posts."""
        for index, campaign in enumerate(campaigns):
            self._campaign(campaign, index)
        return self._paths

    def _campaign(self, raw: object, index: int) -> None:
        path = f"campaigns[{index}]"
        if not isinstance(raw, dict):
            self._notes.add("campaign_invalid", f"{path} must be an object", path)
            return
        named = canonical(raw)
        CAMPAIGN.look(named, path, self._notes)
        campaign = self._level(named, path, self._zone, None)
        own_id = self._short(raw.get("id"), f"{path}.id") or f"campaign_{index + 1}"
        name = self._short(campaign.raw.get("name"), f"{path}.name") or own_id
        targets = raw.get("targets")
        if not isinstance(targets, list) or not targets:
            self._notes.add("campaign_targets_required", f"{path} needs at least one target", f"{path}.targets")
            return
        posts, before = self._reader.posts, len(self._reader.posts)
        accounts = []
        for number, target in enumerate(targets):
            first = len(posts)
            self._target(target, number, campaign, Seat(own_id, name, index, number, 0, None))
            accounts.append(posts[first].account if len(posts) > first else "")
        self.summaries.append(CampaignSummary(own_id, name, len(targets), len(posts) - before, tuple(accounts)))

    def _short(self, value: object, path: str) -> str:
        """A text that is repeated in each step."""
        text = self._notes.text(value, path).strip()
        if len(text) <= MOST_NAME:
            return text
        self._notes.add("campaign_name_too_long", f"{path} may have at most {MOST_NAME} characters", path, {"maxLength": MOST_NAME})
        return ""

    def _level(self, raw: dict[str, Any], path: str, inherited: Zone, above: Start | None) -> _Level:
        zone = self._reader.zone(raw.get("timezone"), f"{path}.timezone", inherited)
        return _Level(raw, path, zone, Start(raw.get("publish_at"), f"{path}.publish_at", zone[1], above))

    def _target(self, raw: object, number: int, campaign: _Level, seat: Seat) -> None:
        path = f"{campaign.path}.targets[{number}]"
        if not isinstance(raw, dict):
            self._notes.add("campaign_target_invalid", f"{path} must be an object", path)
            return
        raw = canonical(raw)
        TARGET.look(raw, path, self._notes)
        steps = raw.get("steps")
        if not given(raw.get("account")) and not _have_accounts(steps):
            self._notes.add("campaign_target_account_required", f"{path} needs an account", f"{path}.account")
        target = self._level(raw, path, campaign.zone, campaign.start)
        if not isinstance(steps, list) or not steps:
            self._notes.add("campaign_steps_required", f"{path} needs at least one step", f"{path}.steps")
            return
        inherited = {name: raw.get(name) for name in ("account", "provider", "interaction_type")}
        if not given(inherited["provider"]):
            inherited["provider"] = campaign.raw.get("provider")
        self._steps(steps, target, inherited, seat)

    def _steps(self, steps: list[Any], target: _Level, inherited: dict[str, Any], first: Seat) -> None:
        clock, previous = Clock(self._reader, target.start), None
        for index, step in enumerate(steps):
            path = f"{target.path}.steps[{index}]"
            if not isinstance(step, dict):
                self._notes.add("campaign_step_invalid", f"{path} must be an object", path)
                continue
            raw = canonical(step)
            raw = raw | {name: value for name, value in inherited.items() if not given(raw.get(name))}
            seat = Seat(first.campaign_id, first.campaign_name, first.campaign_index, first.target_index, index, previous)
            own_id = self._notes.text(raw.get("id"), f"{path}.id").strip()
            previous = own_id or f"{first.campaign_id}_target_{first.target_index + 1}_step_{index + 1}"
            self._reader.read(raw, path, target.zone, clock.moment, previous, seat=seat)
            self._paths.append(path)
            self._notes.order += 1


def _have_accounts(steps: object) -> bool:
    """Whether every step names an account of its own, so that the target need not."""
    return isinstance(steps, list) and bool(steps) and all(isinstance(s, dict) and given(canonical(s).get("account")) for s in steps)
