"""What every provider must do, checked against its simulated network. A new folder is covered by being there.

A duty of an optional ability is asked only of those that have it: having the method is the declaration.
"""

from __future__ import annotations

import contextlib
import importlib
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from socialclaw import networks
from socialclaw.errors import ProviderError, RateLimited, Rejected, Unauthorized, Unavailable, Uncertain
from socialclaw.networks import providers
from socialclaw.providers.base import METRICS, WINDOWS, Checks, Confirms, Deletes, Discovers, Measures, MeasuresAccount, Provider
from socialclaw.providers.connect import OAuth2
from socialclaw.providers.draft import Account, Mark
from socialclaw.providers.limit_sentences import sentences
from socialclaw.providers.options import Setting
from socialclaw.providers.shapes import Shape
from socialclaw.simulation.sandbox import Sandbox
from socialclaw.simulation.store import Store
from tests.networks.edges import Edge, edges, longest, past, plain, within, worded
from tests.networks.stage import APP, InMemorySteps, Stage


def _exemptions() -> dict[tuple[str, str], str]:
    """(duty, provider) -> why this provider cannot do it, from each network's `exemptions.py`. One that is not needed fails."""
    found: dict[tuple[str, str], str] = {}
    for file in sorted(Path(__file__).parent.glob("*/exemptions.py")):
        found |= importlib.import_module(f"tests.networks.{file.parent.name}.exemptions").EXEMPT
    return found


EXEMPT = _exemptions()

WINDOW = "lifetime"
AFTER = ("timeout_after", "reset_after", "error_after", "malformed_after")
BEFORE = ("timeout", "reset", "error", "malformed")
SKEW = timedelta(seconds=5)


def duty(test: Callable[..., Any]) -> Callable[..., Any]:
    """Asked of every provider."""
    return _asked_of(test, lambda provider: True)


def duty_of(ability: type) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Asked of those whose adapter has the ability."""
    return lambda test: _asked_of(test, lambda provider: provider.can(ability))


def oauth_duty(test: Callable[..., Any]) -> Callable[..., Any]:
    return _asked_of(test, lambda provider: isinstance(provider.connect, OAuth2))


def edge_duty(found: Callable[[Provider], Iterable[Any]], *, of: Callable[[Provider], bool] = lambda provider: True) -> Callable[..., Any]:
    """Asked of every provider at each of its edges, as `edge`: one test an edge."""

    def asked(test: Callable[..., Any]) -> Callable[..., Any]:
        name = test.__name__.removeprefix("test_")
        pairs = [(p, edge) for p in providers().values() if of(p) for edge in found(p)]
        params = [pytest.param(p, edge, id=f"{p.key}: {edge}", marks=_exemption(name, p.key)) for p, edge in pairs]
        return cast("Callable[..., Any]", pytest.mark.parametrize(("provider", "edge"), params)(test))

    return asked


def _asked_of(test: Callable[..., Any], whom: Callable[[Provider], bool]) -> Callable[..., Any]:
    name = test.__name__.removeprefix("test_")
    asked = [pytest.param(p, id=p.key, marks=_exemption(name, p.key)) for p in providers().values() if whom(p)]
    return cast("Callable[..., Any]", pytest.mark.parametrize("provider", asked)(test))


def _exemption(name: str, key: str) -> list[pytest.MarkDecorator]:
    reason = EXEMPT.get((name, key))
    return [pytest.mark.xfail(reason=reason, strict=True)] if reason else []


def test_every_exemption_is_of_a_duty_and_a_provider_that_exist() -> None:
    duties = {name.removeprefix("test_") for name in globals() if name.startswith("test_")}
    assert [pair for pair in EXEMPT if pair[0] not in duties or pair[1] not in providers()] == []


@pytest.fixture
def stage(provider: Provider) -> Stage:
    return Stage(provider)


@pytest.fixture
async def account(stage: Stage) -> Account:
    return await stage.connect()


@duty
async def test_fetches_by_itself_what_it_declares_and_nothing_else(provider: Provider, stage: Stage, account: Account) -> None:
    """What is fetched needs a public address of ours; what is sent does not."""
    fetched: list[str] = []

    def fetch(url: str) -> Any:
        fetched.append(url)
        return stage._fetch(url)

    stage.network.fetch = fetch
    target = provider.target(account.type)
    assert target is not None
    for shape in provider.rules.shapes:
        fetched.clear()
        await stage.publish(account, worded(replace(plain(stage, account), media=(stage.media(shape.kind, 0),)), f"With {shape.kind}"))
        assert bool(fetched) is (shape.kind in target.pulls), f"{shape.kind}: {fetched}"


# Connecting.


@duty
async def test_connects_in_the_way_it_declares(provider: Provider, stage: Stage, account: Account) -> None:
    target = provider.target(account.type)
    assert target is not None
    assert target.publishes
    assert account.id
    assert networks.provider_of_handle(account.handle) == provider.key
    assert provider.target_of(account.handle) is not None
    assert account.secrets
    assert stage.seen() == [], "connecting publishes nothing"


@duty
async def test_connecting_again_finds_the_same_destination(stage: Stage, account: Account) -> None:
    again = await stage.connect()
    assert (again.id, again.handle, again.type) == (account.id, account.handle, account.type)
    assert (await stage.connect("bob")).id != account.id


@duty
async def test_credentials_that_open_nothing_are_refused(provider: Provider, stage: Stage, account: Account) -> None:
    known = await stage.secrets("ann")
    for wrong in ("", "x", "made up"):
        finder = provider.adapter(stage.http, Account(id="", secrets=dict.fromkeys(known, wrong)))
        assert isinstance(finder, Discovers)
        with pytest.raises((Unauthorized, Rejected)):
            await finder.targets()


@duty_of(Checks)
async def test_a_check_passes_until_access_is_withdrawn(stage: Stage, account: Account) -> None:
    await cast(Checks, stage.adapter(account)).check()
    stage.network.fail("revoke_token", "*")
    with pytest.raises((Unauthorized, Rejected)):
        await cast(Checks, stage.adapter(account)).check()


@oauth_duty
async def test_an_expired_token_is_refreshed_and_the_post_goes_out(stage: Stage, account: Account) -> None:
    if "refresh_token" not in account.secrets:
        pytest.fail("a network without refresh tokens needs an exemption")
    stage.network.fail("expire_token", stage.network.guarded)
    steps, draft = InMemorySteps(), plain(stage, account)
    with pytest.raises(Unauthorized):
        await stage.attempt(account, draft, steps)
    assert stage.seen() == []
    await stage.publish(await stage.refresh(account), draft, steps)
    assert len(stage.seen()) == 1


@oauth_duty
async def test_withdrawn_access_cannot_be_refreshed(stage: Stage, account: Account) -> None:
    stage.network.fail("revoke_token", stage.network.guarded)
    with pytest.raises(Unauthorized):
        await stage.attempt(account, plain(stage, account), InMemorySteps())
    with pytest.raises(Unauthorized):
        await stage.refresh(account)
    assert stage.seen() == []


# Publishing.


@edge_duty(edges)
async def test_publishes_every_mix_at_both_edges_exactly_once(stage: Stage, account: Account, edge: Edge) -> None:
    draft = edge.draft(stage, account)
    assert stage.issues(draft, account.type) == []
    published = await stage.publish(account, draft)
    [seen] = stage.seen()
    assert seen.id == published.id
    assert seen.text == draft.text
    assert stage.shows(seen, draft.media)
    if stage.provider.rules.max_alt:
        alts = [(shown.get("alt"), sent.alt) for shown, sent in zip(seen.media, draft.media, strict=True) if sent.kind == "image"]
        assert all(shown == sent for shown, sent in alts)


@duty
async def test_publishing_a_finished_post_again_does_nothing(stage: Stage, account: Account) -> None:
    steps, draft = InMemorySteps(), plain(stage, account)
    first = await stage.publish(account, draft, steps)
    assert await stage.publish(account, draft, steps) == first
    assert len(stage.seen()) == 1


@duty
async def test_posts_of_two_accounts_are_kept_apart(stage: Stage, account: Account) -> None:
    other = await stage.connect("bob")
    mine = await stage.publish(account, plain(stage, account))
    theirs = await stage.publish(other, worded(plain(stage, other), "Good evening"))
    mine_seen, theirs_seen = stage.seen()
    assert (mine_seen.id, mine_seen.text) == (mine.id, "Good morning")
    assert (theirs_seen.id, theirs_seen.text) == (theirs.id, "Good evening")
    assert mine_seen.account != theirs_seen.account


@duty
async def test_the_link_leads_to_the_post(provider: Provider, stage: Stage, account: Account) -> None:
    published = await stage.publish(account, plain(stage, account))
    assert published.url is not None
    assert provider.post_url(published.id, account) in (None, published.url)
    shown = await stage.http.get(published.url, follow_redirects=True)
    assert shown.status_code == 200
    assert "Good morning" in shown.text


@duty
async def test_text_survives_as_it_was_written(stage: Stage, account: Account) -> None:
    text = 'Ünïcödé 日本 😀 <b>not bold</b> & "quotes" *stars* _lines_ [x](y)\n\nsecond paragraph'
    draft = worded(plain(stage, account), text)
    assert stage.issues(draft, account.type) == []
    await stage.publish(account, draft)
    assert [seen.text for seen in stage.seen()] == [text]


def _values(setting: Setting) -> Iterable[Any]:
    return setting.options if setting.type == "enum" else (True, False) if setting.type == "boolean" else ()


@duty
async def test_every_value_of_every_setting_can_be_published(provider: Provider, account: Account) -> None:
    target = provider.target(account.type)
    assert target is not None
    for setting in target.settings:
        for value in _values(setting):
            stage = Stage(provider)
            account = await stage.connect()
            draft = replace(plain(stage, account), settings=stage.settled(account.type, **{setting.id: value}))
            await stage.publish(account, draft)
            assert len(stage.seen()) == 1, (setting.id, value)


def _replying() -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return lambda test: _asked_of(test, lambda provider: "reply" in provider.rules.interactions)


@_replying()
async def test_a_reply_is_below_its_parent(stage: Stage, account: Account) -> None:
    parent = await stage.publish(account, plain(stage, account))
    reply = replace(worded(plain(stage, account), "A reply"), interaction="reply", reply_to=parent.id)
    assert stage.issues(reply, account.type) == []
    published = await stage.publish(account, reply)
    assert {seen.id: seen.reply_to for seen in stage.seen()} == {parent.id: None, published.id: parent.id}


# Refusing.


@edge_duty(within)
async def test_takes_the_last_figure_within_a_bound(stage: Stage, account: Account, edge: str) -> None:
    changed = within(stage.provider)[edge](stage, plain(stage, account))
    assert stage.issues(changed, account.type) == []


@edge_duty(past)
async def test_refuses_what_is_one_past_an_edge(stage: Stage, account: Account, edge: str) -> None:
    fine = plain(stage, account)
    assert stage.issues(fine, account.type) == []
    assert stage.issues(past(stage.provider)[edge](stage, fine), account.type)


@duty
async def test_the_network_ends_texts_where_the_rules_do(provider: Provider, stage: Stage, account: Account) -> None:
    """Whoever gets past validation is refused by the network: the two agree on the figure."""
    for media in ((), *((stage.media(shape.kind, 0),) for shape in provider.rules.shapes)):
        if provider.rules.media_required and not media:
            continue
        draft = worded(replace(plain(stage, account), media=media), longest(provider.rules, provider.rules.shape(media)) + "a")
        with pytest.raises(Rejected):
            await stage.publish(account, draft)
    assert stage.seen() == []


@duty
async def test_refused_credentials_are_unauthorized_and_nothing_is_published(stage: Stage, account: Account) -> None:
    for kind in ("expire_token", "revoke_token"):
        stage.network.fail(kind, stage.network.guarded)
        with pytest.raises(Unauthorized):
            await stage.attempt(await stage.connect(), plain(stage, account), InMemorySteps())
    assert stage.seen() == []


@duty
async def test_a_limit_says_when_to_come_back_and_the_post_is_sent_then(stage: Stage, account: Account) -> None:
    stage.network.fail("rate_limit", seconds=7)
    steps, draft = InMemorySteps(), plain(stage, account)
    with pytest.raises(RateLimited) as limit:
        await stage.attempt(account, draft, steps)
    assert limit.value.retry_after == pytest.approx(7, abs=1.5)
    assert stage.seen() == []
    stage.ahead += limit.value.retry_after
    await stage.attempt(account, draft, steps)
    assert len(stage.seen()) == 1


# Silence.


@duty
async def test_a_refused_connection_is_safe_to_try_again(stage: Stage, account: Account) -> None:
    stage.network.fail("refuse")
    steps, draft = InMemorySteps(), plain(stage, account)
    with pytest.raises(Unavailable) as told:
        await stage.attempt(account, draft, steps)
    assert told.value.sent is False
    assert steps.marks == set()
    await stage.attempt(account, draft, steps)
    assert len(stage.seen()) == 1


@pytest.mark.parametrize("kind", [*AFTER, *BEFORE])
@duty
async def test_a_lost_answer_never_publishes_twice(stage: Stage, account: Account, kind: str) -> None:
    """Whether the post is there or not: who cannot know does not send again."""
    stage.network.fail(kind)
    steps, draft = InMemorySteps(), plain(stage, account)
    for _ in range(3):
        with pytest.raises(Uncertain):
            await stage.attempt(account, draft, steps)
    assert len(stage.seen()) == (1 if kind in AFTER else 0)


_earlier: dict[tuple[str, Edge], list[str]] = {}


async def earlier_calls(provider: Provider, edge: Edge) -> list[str]:
    """Patterns of the calls before the one that creates such a post, where all goes well: seen once, for every fault."""
    if (provider.key, edge) not in _earlier:
        happy = Stage(provider)
        account = await happy.connect()
        happy.network.requests.clear()
        await happy.publish(account, edge.draft(happy, account))
        _earlier[provider.key, edge] = happy.patterns()
    return _earlier[provider.key, edge]


@pytest.mark.parametrize("kind", [*AFTER, *BEFORE, "refuse", "rate_limit", "slow"])
@edge_duty(edges)
async def test_a_lost_answer_in_an_earlier_call_is_only_a_delay(provider: Provider, edge: Edge, kind: str) -> None:
    for pattern in await earlier_calls(provider, edge):
        stage = Stage(provider)
        account = await stage.connect()
        draft = edge.draft(stage, account)
        stage.network.fail(kind, pattern, seconds=0)
        published = await stage.publish(account, draft)
        assert stage.network.shelf.armed() == [], f"{pattern} was not called"
        [seen] = stage.seen()
        assert seen.id == published.id, pattern
        assert seen.text == draft.text, pattern
        assert stage.shows(seen, draft.media), pattern


@pytest.mark.parametrize("seconds", [1, 5, 30])
@edge_duty(edges)
async def test_what_was_made_a_moment_ago_and_is_not_there_yet_is_waited_for(
    stage: Stage, account: Account, edge: Edge, seconds: float
) -> None:
    """Of every call: an upload, a container, a file, the post itself."""
    draft = edge.draft(stage, account)
    stage.network.fail("not_yet_visible", "*", times=1000, seconds=seconds)
    published = await stage.publish(account, draft)
    [seen] = stage.seen()
    assert (seen.id, seen.text) == (published.id, draft.text)
    assert stage.shows(seen, draft.media)


@pytest.mark.parametrize("seconds", [1, 5, 30])
@_replying()
async def test_a_reply_waits_for_a_parent_that_is_not_there_yet(stage: Stage, account: Account, seconds: float) -> None:
    stage.network.fail("not_yet_visible", seconds=seconds)
    parent = await stage.publish(account, plain(stage, account))
    reply = replace(worded(plain(stage, account), "A reply"), interaction="reply", reply_to=parent.id)
    published = await stage.publish(account, reply, InMemorySteps(parent_is_new=True))
    assert {seen.id: seen.reply_to for seen in stage.seen()} == {parent.id: None, published.id: parent.id}


@duty
async def test_a_bill_that_is_not_paid_for_an_hour_is_only_a_delay(provider: Provider) -> None:
    """402 to whatever is called: the account is not blamed, the post not failed, and it goes out once when there is credit again."""
    happy = Stage(provider)
    account = await happy.connect()
    happy.network.requests.clear()
    draft = edges(provider)[-1].draft(happy, account)
    await happy.publish(account, draft)
    for pattern in [*happy.patterns(), ""]:
        stage = Stage(provider)
        account = await stage.connect()
        stage.network.fail("unpaid", pattern, times=4)
        draft, steps = edges(provider)[-1].draft(stage, account), InMemorySteps()
        try:
            published = await stage.publish(account, draft, steps)
        except Unauthorized:  # the token ended meanwhile, which the engine cures by itself
            published = await stage.publish(await stage.refresh(account), draft, steps)
        assert stage.ahead >= 3600, pattern
        assert [seen.id for seen in stage.seen()] == [published.id], pattern


@pytest.mark.parametrize("kind", AFTER)
@edge_duty(edges, of=lambda provider: provider.can(Confirms))
async def test_a_post_whose_answer_was_lost_is_found(stage: Stage, account: Account, edge: Edge, kind: str) -> None:
    draft, steps = edge.draft(stage, account), InMemorySteps()
    stage.network.fail(kind)
    with pytest.raises(Uncertain):
        await stage.publish(account, draft, steps)
    [seen] = stage.seen()
    found = await stage.look(account, draft, steps, mark_of(steps))
    assert [post.id for post in found] == [seen.id]


def mark_of(steps: InMemorySteps) -> Mark:
    assert steps.marked_at is not None
    return Mark(steps.marked_at - SKEW, dict(steps.done))


@pytest.mark.parametrize("kind", BEFORE)
@duty_of(Confirms)
async def test_a_post_that_never_arrived_is_not_found(stage: Stage, account: Account, kind: str) -> None:
    other = worded(plain(stage, account), "Another post, made just before")
    await stage.publish(account, other)
    draft, steps = plain(stage, account), InMemorySteps()
    stage.network.fail(kind)
    with pytest.raises(Uncertain):
        await stage.publish(account, draft, steps)
    assert list(await cast(Confirms, stage.adapter(account)).find(draft, mark_of(steps))) == []


@duty_of(Confirms)
async def test_an_older_post_that_looks_alike_is_not_taken_for_it(stage: Stage, account: Account) -> None:
    draft = plain(stage, account)
    await stage.publish(account, draft)
    later = Mark(datetime.now(UTC) + timedelta(minutes=30))  # no token ends before
    stage.ahead += 1800
    assert list(await cast(Confirms, stage.adapter(account)).find(draft, later)) == []


@duty_of(Confirms)
async def test_a_post_with_another_text_or_other_files_is_not_taken_for_it(provider: Provider) -> None:
    for shape in provider.rules.shapes:
        stage = Stage(provider)
        account = await stage.connect()
        mark = Mark(datetime.now(UTC) - SKEW)
        draft = replace(plain(stage, account), media=(stage.media(shape.kind, 0),))
        published = await stage.publish(account, draft)
        finder = cast(Confirms, stage.adapter(account))
        assert [post.id for post in await finder.find(draft, mark)] == [published.id]
        for other in (replace(draft, media=()), worded(draft, "Good mornings"), worded(draft, "Good")):
            with contextlib.suppress(Uncertain):  # it cannot be told whether that one is there; this one is not taken for it
                assert list(await finder.find(other, mark)) == []


@duty_of(Confirms)
async def test_a_post_is_confirmed_by_its_id(stage: Stage, account: Account) -> None:
    draft = plain(stage, account)
    published = await stage.publish(account, draft)
    await stage.publish(account, worded(draft, "Another post"))
    mark = Mark(datetime.now(UTC) - SKEW, post_id=published.id)
    found = await cast(Confirms, stage.adapter(account)).find(draft, mark)
    assert [post.id for post in found] == [published.id]
    if stage.provider.can(Deletes):
        await cast(Deletes, stage.adapter(account)).delete(published.id)
        assert list(await cast(Confirms, stage.adapter(account)).find(draft, mark)) == []


# Afterwards.


@duty_of(Deletes)
async def test_deletes_what_it_published_and_nothing_else(stage: Stage, account: Account) -> None:
    kept = await stage.publish(account, plain(stage, account))
    gone = await stage.publish(account, worded(plain(stage, account), "A mistake"))
    await cast(Deletes, stage.adapter(account)).delete(gone.id)
    assert [seen.id for seen in stage.seen()] == [kept.id]
    await cast(Deletes, stage.adapter(account)).delete(gone.id)  # already gone: a success


@duty_of(Deletes)
async def test_a_delete_that_fails_says_so(stage: Stage, account: Account) -> None:
    published = await stage.publish(account, plain(stage, account))
    stage.network.fail("timeout", "*")
    with pytest.raises(ProviderError):
        await cast(Deletes, stage.adapter(account)).delete(published.id)
    assert [seen.id for seen in stage.seen()] == [published.id]


@duty_of(Deletes)
async def test_nobody_deletes_what_is_not_theirs(stage: Stage, account: Account) -> None:
    published = await stage.publish(account, plain(stage, account))
    other = await stage.connect("bob")
    with contextlib.suppress(ProviderError):
        await cast(Deletes, stage.adapter(other)).delete(published.id)
    assert [seen.id for seen in stage.seen()] == [published.id]


@duty_of(Measures)
async def test_measures_what_it_published(provider: Provider, stage: Stage, account: Account) -> None:
    published = await stage.publish(account, plain(stage, account))
    figures = await cast(Measures, stage.adapter(account)).metrics(published.id, WINDOW)
    assert figures
    assert set(figures) <= set(provider.metrics) <= set(METRICS)
    assert all(isinstance(figure, int) and figure >= 0 for figure in figures.values())


@duty_of(MeasuresAccount)
async def test_measures_its_account(provider: Provider, stage: Stage, account: Account) -> None:
    await stage.publish(account, plain(stage, account))
    figures = await cast(MeasuresAccount, stage.adapter(account)).account_metrics(WINDOW)
    assert figures
    assert set(provider.account_metrics) <= set(METRICS)
    assert set(figures) & set(METRICS) <= set(provider.account_metrics)
    assert all(isinstance(figure, int) and figure >= 0 for figure in figures.values())


# Secrets.


@duty
async def test_no_secret_is_told_in_an_error(provider: Provider) -> None:
    told = []
    for kind in (*AFTER, *BEFORE, "refuse", "rate_limit", "expire_token", "revoke_token", "fail_processing"):
        for where in ("", "*"):
            stage = Stage(provider)
            account = await stage.connect()
            every = [edge.draft(stage, account) for edge in edges(provider)]
            for post in (every[0], every[-1]):
                stage.network.fail(kind, where)
                try:
                    await stage.attempt(account, post, InMemorySteps())
                except ProviderError as error:
                    told.append((account, error))
                stage.network.shelf.disarm()
            stage.network.fail(kind, "*")
            if isinstance(provider.connect, OAuth2) and "refresh_token" in account.secrets:
                try:
                    await stage.refresh(account)
                except ProviderError as error:
                    told.append((account, error))
    assert len(told) > 10
    for account, error in told:
        words = f"{error.message} {error.code} {error.details!r} {error!r}"
        hidden = [secret for secret in (*account.secrets.values(), APP["client_secret"]) if secret in words]
        assert hidden == [], f"{type(error).__name__}: {error.message}"


# Data.


@duty
def test_says_who_it_is(provider: Provider) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*", provider.key)
    assert provider.label
    assert all(alias == alias.lower() and networks.canonical(alias) == provider.key for alias in provider.aliases)
    assert networks.canonical(f" {provider.key.upper()} ") == provider.key
    assert provider.limitations
    assert all(line.endswith(".") for line in (*provider.limitations, *sentences(provider)))
    assert provider.settle_seconds > 0
    assert provider.evidence.endswith("."), "say by what a lost answer is decided"
    assert {*provider.windows, *provider.account_windows} <= set(WINDOWS)
    assert bool(provider.metrics) == provider.can(Measures)
    assert bool(provider.account_metrics) == provider.can(MeasuresAccount)
    assert all(quota.most > 0 and quota.source and quota.per in ("account", "app") for quota in provider.quotas)
    assert provider.can(Discovers), "connecting needs `targets`"


@duty
def test_says_since_when_and_until_when_it_is_known_what_its_network_is_like(provider: Provider) -> None:
    assert [fact for fact in provider.dated if "version" in fact.what], "name the version of the API that is spoken"
    for fact in provider.dated:
        assert fact.value
        assert fact.source.startswith("https://")
        assert fact.ends is None or fact.checked < fact.ends


@duty
def test_repeats_no_figure_of_its_rules_in_words(provider: Provider) -> None:
    """Those sentences are made from the data."""
    rules, figures = provider.rules, set[float]()
    for bounds in ([rules.limit, rules.max_text, rules.max_caption, rules.max_title, rules.max_alt], *map(_figures, rules.shapes)):
        figures |= {bound for bound in bounds if bound and bound > 1}
    figures |= {quota.most for quota in provider.quotas}
    written = {float(n.replace(",", "")) for line in provider.limitations for n in re.findall(r"\d[\d,]*(?:\.\d+)?", line)}
    assert written & figures == set()
    counted = re.compile(r"\b(one|two|[0-9]+) (images?|videos?|photos?|files?)\b", re.IGNORECASE)
    assert [line for line in provider.limitations if counted.search(line)] == []


def _figures(shape: Shape) -> list[float | None]:
    most = shape.max_bytes
    return [most and most / 2**20, most and most / 2**30, *shape.seconds, *shape.width, *shape.height, shape.max_text, shape.max_title]


@duty
def test_its_simulator_stands_for_its_network(provider: Provider) -> None:
    simulator = provider.simulator
    assert simulator.network == provider.network
    assert simulator.hosts
    assert re.compile(simulator.creates)
    if isinstance(provider.connect, OAuth2):
        urls = filter(None, (provider.connect.authorize_url, provider.connect.token_url, provider.connect.revoke_url))
        assert {url.split("/")[2] for url in urls} <= set(Sandbox([simulator(Store(":memory:"))]).hosts)
        assert provider.connect.scopes


@duty
def test_describes_its_targets(provider: Provider) -> None:
    assert len({target.name for target in provider.targets}) == len(provider.targets)
    assert any(target.publishes and target.handles for target in provider.targets)
    for target in provider.targets:
        assert not target.publishes or (target.publish_shape and target.media_delivery), target.name
        for prefix in target.handles:
            assert prefix.endswith(":")
            assert networks.provider_of_handle(f"{prefix}something") == provider.key
            assert provider.target_of(f"{prefix}something") is target


@duty
def test_describes_its_rules(provider: Provider) -> None:
    rules = provider.rules
    assert rules.max_text
    assert "post" in rules.interactions
    for shape in rules.shapes:
        assert shape.kind in ("image", "video", "other")
        assert shape.kind == "other" or shape.max_bytes is None or shape.max_bytes > 0
        for least, most in (shape.width, shape.height, shape.aspect, shape.seconds):
            assert least is None or most is None or 0 < least <= most
    assert len({shape.kind for shape in rules.shapes}) == len(rules.shapes), "rules are looked up by kind"
    assert all(rules.most(shape.kind) >= 1 for shape in rules.shapes)
    assert len(set(rules.order)) == len(rules.order)


@duty
def test_describes_its_settings(provider: Provider) -> None:
    for setting in (setting for target in provider.targets for setting in target.settings):
        assert setting.type in ("enum", "boolean", "string", "number"), setting.id
        assert setting.description.endswith("."), setting.id
        assert bool(setting.options) == (setting.type == "enum"), setting.id
        if not setting.required and setting.write_default and setting.default is not None:
            setting.read(setting.default)
        for option in setting.options:
            assert option in setting.dropped or setting.read(setting.read(option)) == setting.read(option), setting.id
