"""What a workspace has without buying it: a trial, once for each person, or what the operator gives."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from socialclaw.billing import granting, ledger
from socialclaw.billing.subscriptions import LEMON_SQUEEZY, Row
from socialclaw.billing_settings import BillingSettings
from socialclaw.cli import app as commands
from socialclaw.cli.output import Problem
from socialclaw.db.base import utc_now
from socialclaw.db.people import Membership, User
from socialclaw.people import members
from socialclaw.settings import Settings
from socialclaw.sign_in.entering import _first_workspace
from socialclaw.system import System
from socialclaw.workspaces import tenants
from tests.conftest import member, person

STORE = BillingSettings.model_validate({"api_key": "k", "store_id": "1", "webhook_secrets": "s" * 16, "variants": "pro:monthly=1"})


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Plans are sold to live workspaces."""
    return settings.model_copy(update={"billing": STORE})


async def made(system: System, user_id: str, name: str, mode: str = "live") -> str:
    return str(await system.database.write(lambda session: members.new_workspace(session, system.settings, user_id, name, mode).id))


@pytest.mark.usefixtures("both_databases")
async def test_the_first_workspace_that_somebody_makes_may_try_a_plan_and_the_next_may_not(system: System) -> None:
    home = await member(system, "Home", "live")
    somebody = await person(system, (home.id, "owner"))
    first, second = await made(system, somebody.id, "First"), await made(system, somebody.id, "Second")
    tried, refused, given = [await system.database.read(ledger.standing, one) for one in (first, second, home.id)]
    assert (tried.plan, tried.status, tried.source, tried.code) == ("starter", "trialing", "trial", None)
    assert tried.row is not None
    assert tried.row.until is not None
    assert timedelta(days=6.9) < tried.row.until - utc_now() <= timedelta(days=7)
    assert (refused.code, refused.source) == ("plan_required", "trial")
    assert (given.plan, given.entitled) == ("self_hosted", True)  # the operator made it
    over = await system.database.read(ledger.standing, first, utc_now() + timedelta(days=7))
    assert over.code == "plan_required"


async def test_a_test_workspace_needs_no_trial(system: System) -> None:
    home = await member(system, "Home", "live")
    somebody = await person(system, (home.id, "owner"))
    assert await system.database.read(ledger.rows, await made(system, somebody.id, "Ours", "test")) == []
    assert (await system.database.read(lambda session: session.get_one(User, somebody.id))).trial_at is None


async def test_without_days_there_is_no_trial(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    none = system.settings.model_copy(update={"billing": STORE.model_copy(update={"trial_days": 0})})
    monkeypatch.setattr(system, "settings", none)
    home = await member(system, "Home", "live")
    somebody = await person(system, (home.id, "owner"))
    found = await system.database.read(ledger.standing, await made(system, somebody.id, "First"))
    assert found.code == "plan_required"


async def test_what_is_given_comes_before_what_is_paid_and_can_be_taken_back(system: System) -> None:
    live = await member(system, "Live", "live")

    def write(session: Session) -> list[str | None]:
        space, found = tenants.by_name(session, "Live"), []
        granting.grant(session, space, "pro", None)
        found.append(ledger.standing(session, live.id).plan)
        granting.grant(session, space, "plus", datetime(2020, 1, 1, tzinfo=UTC))  # the same grant, over by now
        found.append(ledger.standing(session, live.id).code)
        granting.withdraw(session, space)
        found.append(ledger.standing(session, live.id).code)
        granting.grant(session, space, "self_hosted", None)
        found.append(ledger.standing(session, live.id).plan)
        return found

    assert await system.database.write(write) == ["pro", "subscription_inactive", "plan_required", "self_hosted"]


async def test_who_signs_up_gets_a_workspace_with_a_plan_to_try(system: System) -> None:
    def sign_up(session: Session) -> tuple[str | None, str]:
        somebody = User(name="Ada", email="ada@acme.example", email_verified=True)
        session.add(somebody)
        session.flush()
        _first_workspace(session, system.settings, somebody)
        home = session.scalars(select(Membership.workspace_id).where(Membership.user_id == somebody.id)).one()
        found = ledger.standing(session, home)
        return found.plan, found.status

    assert await system.database.write(sign_up) == ("starter", "trialing")


# The command line.


@pytest.fixture
def operator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """Somebody at the server, in a folder with a live workspace."""
    for name, value in (("API_KEY", "k"), ("STORE_ID", "1"), ("WEBHOOK_SECRETS", "a-secret-of-the-store"), ("VARIANTS", "pro:monthly=1")):
        monkeypatch.setenv(f"SOCIALCLAW_BILLING__{name}", value)
    monkeypatch.setenv("SOCIALCLAW_DATA_DIR", str(tmp_path))
    return CliRunner()


def run(operator: CliRunner, *words: str) -> dict[str, object]:
    done = operator.invoke(commands, [*words, "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return dict(json.loads(done.stdout))


def test_the_operator_gives_and_takes_plans(operator: CliRunner) -> None:
    run(operator, "workspaces", "create", "Team")
    given = run(operator, "workspaces", "plan", "Team", "pro", "--until", "2090-01-31")
    assert (given["plan"], given["entitled"]) == ("pro", True)
    said = operator.invoke(commands, ["workspaces", "plan", "Team", "pro", "--until", "2090-01-31"])
    assert said.stdout.strip() == '"Team" has the plan pro until the end of 2090-01-31.'
    taken = run(operator, "workspaces", "plan", "Team", "none")
    assert (taken["entitled"], taken["subscriptionStatus"]) == (False, "inactive")
    assert run(operator, "workspaces", "plan", "Team", "self_hosted")["entitled"] is True


def test_a_day_that_is_over_is_no_end_of_a_plan(operator: CliRunner) -> None:
    run(operator, "workspaces", "create", "Team")
    with pytest.raises(Problem, match="a day that is over"):
        operator.invoke(commands, ["workspaces", "plan", "Team", "pro", "--until", "2020-01-01"], catch_exceptions=False)


async def test_who_was_given_nothing_needs_a_plan_also_once_its_subscription_is_another_s(system: System) -> None:
    old, other = await member(system, "Old", "live"), await member(system, "Other", "live")

    def write(session: Session) -> list[str | None]:
        bought = Row(LEMON_SQUEEZY, "555", "pro", "active", None, utc_now())
        ledger.put(session, bought, old.id)
        granting.withdraw(session, tenants.by_name(session, "Old"))
        found = [ledger.standing(session, old.id).plan]
        ledger.put(session, bought, other.id)
        return [*found, ledger.standing(session, old.id).code, ledger.standing(session, other.id).plan]

    assert await system.database.write(write) == ["pro", "plan_required", "pro"]


def test_a_plan_that_there_is_not_is_refused(operator: CliRunner) -> None:
    run(operator, "workspaces", "create", "Team")
    with pytest.raises(Exception, match="Unknown plan 'gold'; allowed: starter, startup, plus, pro, self_hosted"):
        operator.invoke(commands, ["workspaces", "plan", "Team", "gold"], catch_exceptions=False)


def test_where_nothing_is_sold_no_plan_is_given(operator: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    run(operator, "workspaces", "create", "Team")
    for name in ("API_KEY", "STORE_ID", "WEBHOOK_SECRETS", "VARIANTS"):
        monkeypatch.delenv(f"SOCIALCLAW_BILLING__{name}")
    with pytest.raises(Problem, match="Nothing is sold here"):
        operator.invoke(commands, ["workspaces", "plan", "Team", "pro"], catch_exceptions=False)


def test_app_review_is_let_in_and_out(operator: CliRunner) -> None:
    run(operator, "workspaces", "create", "Team")
    assert run(operator, "workspaces", "app-review", "Team", "on")["appReview"] is True
    assert run(operator, "workspaces", "app-review", "Team", "off")["appReview"] is False
