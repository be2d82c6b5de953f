"""What to do after a failure: a pure function from an error to a decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from socialclaw.backoff import Backoff
from socialclaw.errors import ProviderError, RateLimited, SocialClawError, Unauthorized, Unavailable, Uncertain

# The instants, in seconds after the lost call, at which a lost post is looked for; then once more when the settle time is over.
LOOKS = (2, 8, 20, 45, 80)
LOOK_AGAIN = Backoff((10,), 300)  # when the network could not be read after the settle time either
LONGEST_LOOK = timedelta(hours=24)  # then a person decides
LONGEST_LIMIT = timedelta(days=2)  # how long a post may be put off by rate limits
LONGEST_HOLD = 900.0  # how long a rate limit keeps the whole account from calling again, in seconds


@dataclass(frozen=True, slots=True)
class RetryAt:
    """Try again then. `hold`: nothing else of this account before that either; `counts`: it used up one of the tries."""

    at: datetime
    counts: bool = True
    hold: bool = False


@dataclass(frozen=True, slots=True)
class Park:
    """Wait until a person connects the account again."""


@dataclass(frozen=True, slots=True)
class Fail:
    """Over: no repetition would help."""


@dataclass(frozen=True, slots=True)
class Look:
    """The post may be live: look for it on the network."""


Decision = RetryAt | Park | Fail | Look


def decide(error: Exception, *, now: datetime, due: datetime, tries: int, backoff: Backoff, jitter: float = 0.5) -> Decision:
    """`tries` are those already used, this one included; `jitter` in [0, 1) spreads the delay by 10 %.

    An Unauthorized that comes here was not cured by the one refresh that the attempt has made already.
    """
    match error:
        case Uncertain():
            return Look()
        case Unauthorized():
            return Park()
        case RateLimited(retry_after=seconds):
            if now - due > LONGEST_LIMIT:
                return Fail()
            wait = min(max(1.0, seconds), LONGEST_LIMIT.total_seconds())
            return RetryAt(now + timedelta(seconds=wait), counts=False, hold=seconds <= LONGEST_HOLD)
        case Unavailable():
            return again(now, tries=tries, backoff=backoff, jitter=jitter)
        case ProviderError():
            return Fail()
        case SocialClawError():  # one of ours: the account or the media is not what it was
            return Fail() if error.status < 500 else again(now, tries=tries, backoff=backoff, jitter=jitter)
    return again(now, tries=tries, backoff=backoff, jitter=jitter)


def again(now: datetime, *, tries: int, backoff: Backoff, jitter: float) -> RetryAt | Fail:
    """The next try, with 10 % jitter; or the end."""
    delay = backoff.pause(tries)
    if delay is None:
        return Fail()
    return RetryAt(now + timedelta(seconds=delay * (0.95 + 0.1 * jitter)))


def next_look(marked_at: datetime, *, looks: int, now: datetime, settle: float) -> datetime:
    """When to look for a lost post: a few times while the time line may lag, and once when it may not any more.

    After that only because the network could not be read: at once, then after 10 s, doubling, as LOOK_AGAIN has it.
    """
    planned = [marked_at + timedelta(seconds=s) for s in (*(s for s in LOOKS if s < settle), settle)]
    if later := [at for at in planned if at > now]:
        return later[0]
    return now + timedelta(seconds=(LOOK_AGAIN.pause(looks) or 0) if looks else 0)
