"""One provider, its simulated network, a user who connects, and a worker that does not give up: what the conformance suite plays on."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import math
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, NoReturn, TypeVar
from urllib.parse import parse_qs, urlsplit

import httpx2
from PIL import Image

from socialclaw.cli.consent import read_form
from socialclaw.errors import Missing, RateLimited, Rejected, Unauthorized, Unavailable, Uncertain
from socialclaw.providers import oauth2
from socialclaw.providers.base import Adapter, Confirms, Discovers, Provider
from socialclaw.providers.connect import Form, OAuth2
from socialclaw.providers.draft import Account, Draft, Mark, Media, Published, Tokens
from socialclaw.providers.issues import Issue
from socialclaw.providers.judging import check
from socialclaw.providers.options import settle
from socialclaw.providers.patience import pause
from socialclaw.providers.shapes import Shape
from socialclaw.simulation.sandbox import Sandbox
from socialclaw.simulation.simulator import Simulator
from socialclaw.simulation.store import Seen, Store
from tests.media import files

T = TypeVar("T")

APP = {"client_id": "sandbox-client", "client_secret": "sandbox-secret"}
MOST_ATTEMPTS = 60
MOST_WAITS = 400
LOOKS = 5
OURS = "https://post.example"  # the server whose callbacks the networks have registered
MEDIA_HOST = "https://media.example/"
FILES = {  # mime -> (extension, Pillow's name)
    "image/jpeg": ("jpg", "JPEG"),
    "image/png": ("png", "PNG"),
    "image/webp": ("webp", "WEBP"),
    "video/mp4": ("mp4", None),
    "video/quicktime": ("mov", None),
    "video/webm": ("webm", None),
    "application/pdf": ("pdf", None),
}
PAPER = b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n"
USUAL = {"image": "image/jpeg", "video": "video/mp4", "other": "application/pdf"}


class NotYet(Exception):
    """The adapter gave the worker back."""

    def __init__(self, seconds: float, why: str) -> None:
        super().__init__(why)
        self.seconds = seconds


class InMemorySteps:
    """The memory of one post, with the promises that adapters may count on (and nothing more: results are JSON values)."""

    def __init__(self, *, parent_is_new: bool = False, clock: Callable[[], float] | None = None) -> None:
        """Without a clock, its time stands still but for what it is told to wait. `parent_is_new`: what it replies to was made just now."""
        self.waited = 0.0
        self._now = clock or (lambda: self.waited)
        self.made = self._now() if parent_is_new else None
        self.done: dict[str, Any] = {}
        self.marks: set[str] = set()
        self.marked_at: datetime | None = None

    def known(self, name: str) -> bool:
        return name in self.done

    async def once(self, name: str, do: Callable[..., Awaitable[T]], *args: Any) -> T:
        assert name not in self.marks, f"{name!r} is both repeatable and not"
        if name not in self.done:
            try:
                self.done[name] = _kept(await do(*args))
            except Missing as error:
                await self.give_time(error)
                raise
            self.made = self._now()
        return self.done[name]  # type: ignore[no-any-return]

    async def irreversible(self, name: str, do: Callable[..., Awaitable[T]], *args: Any) -> T:
        if name in self.done:
            return self.done[name]  # type: ignore[no-any-return]
        if name in self.marks:
            raise Uncertain(f"an earlier attempt may have finished {name!r}")
        self.marks.add(name)
        self.marked_at = datetime.now(UTC)
        try:
            self.done[name] = _kept(await do(*args))
        except (Rejected, Unauthorized, RateLimited) as error:
            self.marks.remove(name)
            if isinstance(error, Missing):
                await self.give_time(error)
            raise
        except Unavailable as error:
            if error.sent:
                raise Uncertain(error.message, **error.details) from error
            self.marks.remove(name)
            raise
        self.marks.remove(name)
        self.made = self._now()
        return self.done[name]  # type: ignore[no-any-return]

    async def give_time(self, error: Missing) -> None:
        seconds = pause(None if self.made is None else self._now() - self.made)
        if seconds is not None:
            self.wait(seconds, error.message)

    def wait(self, seconds: float, why: str) -> NoReturn:
        assert seconds >= 0
        assert why
        self.waited += seconds
        raise NotYet(seconds, why)


def _kept(result: T) -> T:
    """As it comes back from a database."""
    kept: T = json.loads(json.dumps(result))
    assert kept == result, f"a step returned {result!r}, which is not a JSON value"
    return kept


@dataclass
class Stage:
    """A network with one provider on it. `clock` is the network's; it is turned, never waited for."""

    provider: Provider
    files: dict[str, httpx2.Response] = field(default_factory=dict)
    ahead: float = 0.0

    def __post_init__(self) -> None:
        self.network: Simulator = self.provider.simulator(
            Store(":memory:"), clock=lambda: time.time() + self.ahead, fetch=self._fetch, app_url=OURS
        )
        self.http = httpx2.AsyncClient(transport=httpx2.MockTransport(Sandbox([self.network]).answer))

    # Connecting, as the provider declares it.

    async def connect(self, name: str = "ann") -> Account:
        """The first destination that this user can publish to."""
        secrets = await self.secrets(name)
        finder = self.provider.adapter(self.http, Account(id="", secrets=secrets))
        assert isinstance(finder, Discovers)
        targets = [t for t in await finder.targets() if (kind := self.provider.target(t.type)) and kind.publishes]
        assert targets, f"{name} has nothing to publish to"
        first = targets[0]
        return Account(first.id, first.handle, first.type, secrets=first.secrets or secrets, meta=_kept(first.meta))

    async def secrets(self, name: str) -> dict[str, str]:
        match self.provider.connect:
            case Form(fields=fields):
                pasted = self.network.credentials(name)
                assert set(pasted) == {f.name for f in fields}
                return pasted
            case OAuth2():
                tokens = await self.consent(name)
                return {"access_token": tokens.access, **({"refresh_token": tokens.refresh} if tokens.refresh else {})}

    async def consent(self, name: str) -> Tokens:
        """A user goes through the network's page and back."""
        spec, back = self._oauth(), f"{OURS}/oauth/{self.provider.key}/callback"
        verifier = oauth2.new_verifier()
        url = oauth2.authorize_url(spec, client_id=APP["client_id"], redirect_uri=back, state="a state", verifier=verifier)
        answer = await self._browse(url, self.network.credentials(name), until=back)
        assert answer["state"] == ["a state"]
        return await oauth2.exchange(self.http, spec, **APP, code=answer["code"][0], redirect_uri=back, verifier=verifier)

    async def refresh(self, account: Account) -> Account:
        """The same account with fresh tokens."""
        tokens = await oauth2.refresh(self.http, self._oauth(), **APP, refresh_token=account.secrets["refresh_token"])
        fresh = {"access_token": tokens.access, "refresh_token": tokens.refresh or ""}
        return Account(account.id, account.handle, account.type, secrets=fresh, meta=account.meta)

    def _oauth(self) -> OAuth2:
        assert isinstance(self.provider.connect, OAuth2)
        return self.provider.connect

    async def _browse(self, url: str, typed: Mapping[str, str], *, until: str) -> dict[str, list[str]]:
        """Follow links and fill in forms until the way leads back; the query it brings."""
        response = await self.http.get(url)
        for _ in range(10):
            if location := response.headers.get("location"):
                if location.startswith(until):
                    return parse_qs(urlsplit(location).query)
                response = await self.http.get(response.url.join(location))
                continue
            form = read_form(response.text)
            assert response.is_success, response.text
            assert form.found, response.text
            values = form.values | {name: value for name, value in typed.items() if name in form.values}
            target = response.url.join(form.action) if form.action else response.url
            sent: dict[str, Any] = {"data": values} if form.method == "post" else {"params": values}
            response = await self.http.request(form.method.upper(), target, **sent)
        raise AssertionError("the consent does not come to an end")

    # Media.

    def media(self, kind: str, number: int, *, mime: str = "", alt: str = "") -> Media:
        """A file unlike the others, at a public URL, to be read in pieces."""
        mime = mime or next((s.mimes[0] for s in self.provider.rules.shapes if s.kind == kind and s.mimes), USUAL[kind])
        extension, pillow = FILES[mime]
        content = _picture(number, pillow) if pillow else files.playable(extension, number=number) if kind == "video" else PAPER
        url = f"{MEDIA_HOST}{kind}-{number}.{extension}"
        self.files[url] = httpx2.Response(200, content=content, headers={"content-type": mime})

        async def read(offset: int, length: int) -> bytes:
            return content[offset : offset + length]

        shape = next((s for s in self.provider.rules.shapes if s.kind == kind), None)
        width, height = pixels(shape) if shape else (64, 48)
        seconds = (shape.seconds[0] or shape.seconds[1]) if shape and kind == "video" else None
        return Media(f"asset_{number}", kind, mime, len(content), url, f"{kind}-{number}.{extension}", alt, width, height, seconds, read)

    def _fetch(self, url: str) -> httpx2.Response:
        if url not in self.files:
            raise httpx2.ConnectError(f"nothing at {url}")
        return self.files[url]

    def shows(self, seen: Seen, media: tuple[Media, ...]) -> bool:
        """Whether the public sees exactly these files, byte by byte and in order."""
        expected = [(m.kind, len(content), hashlib.sha256(content).hexdigest()) for m in media for content in [self.files[m.url].content]]
        return [(m["kind"], m["size"], m["sha256"]) for m in seen.media] == expected

    # Publishing.

    def adapter(self, account: Account) -> Adapter:
        return self.provider.adapter(self.http, account)

    async def attempt(self, account: Account, draft: Draft, steps: InMemorySteps) -> Published:
        """One worker's go at a post: it waits where the network needs time, and stops at the first failure."""
        for _ in range(MOST_WAITS):
            try:
                return await self._call(account, draft, steps)
            except NotYet as wait:
                self.ahead += wait.seconds
        raise AssertionError("never finished")

    async def _call(self, account: Account, draft: Draft, steps: InMemorySteps) -> Published:
        try:
            return await self.adapter(account).publish(draft, steps)
        except Missing as error:
            await steps.give_time(error)
            raise

    async def publish(self, account: Account, draft: Draft, steps: InMemorySteps | None = None) -> Published:
        """As the engine does it: again after what is only a delay, when the network says that it may."""
        steps = steps or InMemorySteps()
        for _ in range(MOST_ATTEMPTS):
            try:
                return await self.confirmed(account, draft, steps, await self.attempt(account, draft, steps))
            except RateLimited as limit:
                self.ahead += limit.retry_after
            except Unavailable:
                self.ahead += 60
        raise AssertionError("never finished")

    async def confirmed(self, account: Account, draft: Draft, steps: InMemorySteps, published: Published) -> Published:
        """What the network has in the end of a post that it is still deciding about."""
        for _ in range(MOST_ATTEMPTS):
            if published.final:
                return published
            self.ahead += 60
            finder = self.adapter(account)
            assert isinstance(finder, Confirms), "what is not final must be looked at again"
            found = await finder.find(draft, Mark(steps.marked_at or datetime.now(UTC), dict(steps.done), published.id))
            published = found[0] if found else published
        raise AssertionError("never decided")

    async def look(self, account: Account, draft: Draft, steps: InMemorySteps, mark: Mark) -> list[Published]:
        """What the engine finds of a lost post: it looks again until the settle time is over, and goes on where that is not final."""
        for _ in range(LOOKS + 1):
            finder = self.adapter(account)
            assert isinstance(finder, Confirms)
            with contextlib.suppress(Uncertain):
                if found := list(await finder.find(draft, mark)):
                    return [await self.confirmed(account, draft, steps, found[0]), *found[1:]]
            self.ahead += self.provider.settle_seconds / LOOKS
        return []

    def seen(self) -> list[Seen]:
        return self.network.seen()

    # Rules.

    def issues(self, draft: Draft, account_type: str) -> list[Issue]:
        """All that validation says of a draft, its settings completed as they are when it is applied."""
        target = self.provider.target(account_type)
        assert target is not None
        prefix = target.settings_prefix or self.provider.key
        settings, wrong = settle(draft.settings, target.settings, prefix=prefix, none_code=target.no_settings_code)
        complete = replace(draft, settings=settings, target_type=account_type)
        judges = [judge for judge in (self.provider.extra, target.fits) if judge]
        return [*check(complete, self.provider.rules, prefix=self.provider.key), *wrong, *(i for judge in judges for i in judge(complete))]

    def settled(self, account_type: str, **given: Any) -> dict[str, Any]:
        """Settings as they reach an adapter. What is required takes its first option, or some text."""
        target = self.provider.target(account_type)
        assert target is not None
        required = {s.id: next(iter(s.options), "text") for s in target.settings if s.required}
        effective, wrong = settle({**required, **given}, target.settings, prefix=self.provider.key)
        assert wrong == []
        return effective

    def patterns(self) -> list[str]:
        """What to match, in another run, the calls that were made before the one that creates; numbers differ between runs."""
        creating = re.compile(self.network.creates)
        lines = list(dict.fromkeys(self.network.requests))
        earlier = lines[: next(i for i, line in enumerate(lines) if creating.search(line))]
        return list(dict.fromkeys(f"^{re.sub(r'[0-9][0-9.]*', '*', line)}$" for line in earlier))


def pixels(shape: Shape) -> tuple[int, int]:
    """Dimensions within the bounds of a shape."""
    low, high = shape.aspect
    aspect = min(max(4 / 3, low or 0), high or math.inf)
    least = max(shape.width[0] or 64, (shape.height[0] or 48) * aspect)
    return math.ceil(least), math.ceil(least / aspect)


def _picture(number: int, kind: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (64, 48), (number * 37 % 256, number * 91 % 256, 200)).save(file, kind)
    return file.getvalue()
