"""Whose identity it is: every way in which somebody might come into another's account by a mail address, and those in which they may."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from socialclaw.db.people import AuditLine, Membership, User
from socialclaw.db.people import Identity as IdentityRow
from socialclaw.errors import Conflict, Forbidden, SocialClawError
from socialclaw.issuers.apple.issuer import APPLE
from socialclaw.issuers.base import Client, Identity, Issuer, Password
from socialclaw.issuers.google import GOOGLE
from socialclaw.issuers.signing_keys import SigningKeys
from socialclaw.people import tickets
from socialclaw.sign_in import entering
from socialclaw.sign_in.attempts import Intent
from socialclaw.sign_in.entering import Vouched
from socialclaw.sign_in.linking import AccountExists
from socialclaw.sign_in.relying_parties import Realm, RelyingParty
from socialclaw.sign_in_settings import SignInSettings
from socialclaw.system import System
from socialclaw.workspaces import tenants

ADA = "ada@acme.example"
GMAIL = Identity("google", "g-1", "ada@gmail.com", email_verified=True, authoritative=True, name="Ada")
WORK = Identity("google", "g-2", ADA, email_verified=True, authoritative=True, hosted_domain="acme.example", name="Ada")
ELSEWHERE = Identity("google", "g-3", ADA, email_verified=True)
UNVERIFIED = Identity("google", "g-4", ADA)
RELAY = Identity("apple", "a-1", "x7@privaterelay.appleid.com", email_verified=True, authoritative=True, private_email=True)
APPLE_ELSEWHERE = Identity("apple", "a-2", ADA, email_verified=True)
APPLE_OWN = Identity("apple", "a-3", "ada@icloud.com", email_verified=True, authoritative=True)


class Desk:
    """The installation, and people who come to it one after the other."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.limits = {"sign_up": "open"}

    def party(self, issuer: Issuer, realm: Realm = "live") -> RelyingParty:
        http = self.system.outbound.live
        return RelyingParty(issuer, realm, http, SigningKeys(issuer, http), Client("us", Password("s"), ("us",)), "https://x/", True)

    async def come(self, who: Identity, *, realm: Realm = "live", intent: Intent | None = None, **more: Any) -> Any:
        """The id of the person that they are, how, and where they are a member."""
        settings = self.system.settings.model_copy(update={"sign_in": SignInSettings.model_validate(self.limits)})
        party = self.party(GOOGLE if who.issuer == "google" else APPLE, realm)
        vouched = Vouched(who, "us", **more)

        def do(session: Session) -> Any:
            found = entering.known(session, settings, self.system.vault, party, vouched, intent or Intent())
            return found.user.id, found.how

        return await self.system.database.write(do)

    async def user(self, **columns: Any) -> str:
        """Somebody who is here already, by no issuer."""

        def do(session: Session) -> str:
            row = User(**columns)
            session.add(row)
            session.flush()
            return row.id

        return await self.system.database.write(do)

    async def rows(self) -> tuple[int, int, int]:
        """How many people, identities and memberships there are."""

        def do(session: Session) -> tuple[int, int, int]:
            users, identities, seats = (len(session.scalars(select(kind)).all()) for kind in (User, IdentityRow, Membership))
            return users, identities, seats

        return await self.system.database.read(do)

    async def refuses(self, who: Identity, error: type[SocialClawError], code: str, **more: Any) -> None:
        """Nothing is made or changed."""
        before = await self.rows()
        with pytest.raises(error) as refused:
            await self.come(who, **more)
        assert refused.value.code == code
        assert await self.rows() == before

    async def invite(self, email: str | None = None, role: str = "editor") -> str:
        def do(session: Session) -> str:
            space = tenants.create(session, "Acme")
            held = tickets.Facts(workspace_id=space.id, role=role, email=email)
            return tickets.issue(session, tickets.INVITE, held)[1]

        return await self.system.database.write(do)

    async def seats(self, user_id: str) -> list[tuple[str, str]]:
        """Workspaces and roles of somebody."""

        def do(session: Session) -> list[tuple[str, str]]:
            rows = session.scalars(select(Membership).where(Membership.user_id == user_id))
            return [(row.workspace_id, row.role) for row in rows]

        return await self.system.database.read(do)


@pytest.fixture
def desk(system: System) -> Desk:
    return Desk(system)


# The table.


@pytest.mark.usefixtures("both_databases")
async def test_an_identity_is_issuer_and_subject_whatever_its_address(desk: Desk) -> None:
    first = await desk.come(GMAIL)
    assert first[1] == "new"
    renamed = replace(GMAIL, email="ada.lovelace@gmail.com", name="Countess")
    assert await desk.come(renamed) == (first[0], "known")
    assert (await desk.come(replace(APPLE_OWN, subject="g-1")))[0] != first[0], "the same subject at another issuer is somebody else"


@pytest.mark.parametrize("second", [WORK, APPLE_OWN])
async def test_an_issuer_that_runs_the_mailbox_links_with_the_one_who_has_proven_it(desk: Desk, second: Identity) -> None:
    here = await desk.user(email=second.email, email_verified=True)
    assert await desk.come(second) == (here, "linked_by_mail")
    assert await desk.come(second) == (here, "known")
    lines = await desk.system.database.read(lambda session: [line.action for line in session.scalars(select(AuditLine))])
    assert "identity_linked_by_mail" in lines, "it can be seen that it was done"


@pytest.mark.parametrize(
    "attacker",
    [
        ELSEWHERE,
        UNVERIFIED,
        APPLE_ELSEWHERE,
        replace(UNVERIFIED, hosted_domain="acme.example"),
        replace(APPLE_ELSEWHERE, email_verified=False),
    ],
    ids=["a mailbox elsewhere", "unverified", "Apple, a mailbox elsewhere", "unverified with the domain", "Apple, unverified"],
)
async def test_an_address_alone_opens_nobodys_account(desk: Desk, attacker: Identity) -> None:
    await desk.user(email=ADA, email_verified=True)
    await desk.refuses(attacker, AccountExists, "account_exists")


async def test_an_address_that_was_never_proven_here_gives_nothing_to_who_proves_it(desk: Desk) -> None:
    """Pre-hijacking: who typed another's address first does not find its owner in the account later."""
    await desk.user(email=ADA, email_verified=False)
    await desk.refuses(WORK, AccountExists, "account_exists")


@pytest.mark.usefixtures("both_databases")
async def test_who_gets_the_domain_after_somebody_does_not_get_their_account(desk: Desk) -> None:
    """The same address and the same `hd`, another subject: what a lapsed domain looks like to whoever buys it."""
    await desk.come(WORK)
    await desk.refuses(replace(WORK, subject="g-of-the-buyer"), AccountExists, "account_exists")


async def test_an_address_of_two_people_links_with_neither(desk: Desk) -> None:
    for _ in range(2):
        await desk.user(email=ADA, email_verified=True)
    await desk.refuses(WORK, AccountExists, "account_exists")


async def test_an_address_that_an_identity_of_somebody_has_is_theirs_too(desk: Desk) -> None:
    here, _ = await desk.come(GMAIL)
    assert await desk.come(ELSEWHERE, intent=Intent(link=here)) == (here, "linked")
    await desk.refuses(APPLE_ELSEWHERE, AccountExists, "account_exists")
    await desk.refuses(replace(WORK, subject="g-9"), AccountExists, "account_exists")


async def test_an_address_may_be_written_in_any_case(desk: Desk) -> None:
    """Addresses are compared in lower case; `issuers/base.py` writes them so."""
    here = await desk.user(email=ADA, email_verified=True)
    assert await desk.come(WORK) == (here, "linked_by_mail")


# Linking by hand.


@pytest.mark.parametrize("second", [ELSEWHERE, UNVERIFIED, RELAY, APPLE_ELSEWHERE])
async def test_who_is_signed_in_may_link_whatever_account_is_theirs(desk: Desk, second: Identity) -> None:
    here, _ = await desk.come(GMAIL)
    assert await desk.come(second, intent=Intent(link=here)) == (here, "linked")
    assert await desk.come(second) == (here, "known")


async def test_an_account_belongs_to_one_person(desk: Desk) -> None:
    here, _ = await desk.come(GMAIL)
    await desk.come(RELAY)
    await desk.refuses(RELAY, Conflict, "identity_taken", intent=Intent(link=here))


async def test_linking_an_unproven_address_proves_nothing(desk: Desk) -> None:
    here = await desk.user(name="Operator")
    await desk.come(ELSEWHERE, intent=Intent(link=here))
    user = await desk.system.database.read(lambda session: session.get_one(User, here))
    assert (user.email, user.email_verified) == (None, False)
    await desk.come(RELAY, intent=Intent(link=here))
    user = await desk.system.database.read(lambda session: session.get_one(User, here))
    assert (user.email, user.email_verified) == (RELAY.email, True)


# Who may come in.


@pytest.mark.parametrize(
    ("limits", "who", "may"),
    [
        ({}, GMAIL, False),
        ({}, WORK, False),
        ({"sign_up": "open"}, GMAIL, True),
        ({"sign_up": "open"}, UNVERIFIED, True),
        ({"sign_up": "domains", "domains": "acme.example, other.example"}, WORK, True),
        ({"sign_up": "domains", "domains": "ACME.example"}, WORK, True),
        ({"sign_up": "domains", "domains": "acme.example"}, GMAIL, False),
        ({"sign_up": "domains", "domains": "acme.example"}, ELSEWHERE, False),
        ({"sign_up": "domains", "domains": "acme.example"}, UNVERIFIED, False),
        ({"sign_up": "domains", "domains": "acme.example"}, APPLE_ELSEWHERE, False),
        ({"sign_up": "domains", "domains": "acme.example"}, RELAY, False),
        ({"sign_up": "domains", "domains": "me.example"}, WORK, False),
    ],
)
async def test_who_may_come_in_without_being_asked(desk: Desk, limits: dict[str, str], who: Identity, may: bool) -> None:
    desk.limits = limits
    if not may:
        return await desk.refuses(who, Forbidden, "sign_up_closed")
    user_id, how = await desk.come(who)
    assert how == "new"
    [(_, role)] = await desk.seats(user_id)
    assert role == "owner", "of a workspace of their own"
    return None


async def test_who_is_known_comes_in_whoever_may_sign_up(desk: Desk) -> None:
    here, _ = await desk.come(GMAIL)
    desk.limits = {}
    assert await desk.come(GMAIL) == (here, "known")


async def test_a_new_person_is_known_to_have_an_address_only_where_the_issuer_speaks_for_it(desk: Desk) -> None:
    for who, proven in ((replace(ELSEWHERE, email="bob@acme.example"), False), (RELAY, True), (GMAIL, True)):
        user_id, _ = await desk.come(who)
        user = await desk.system.database.read(lambda session, user_id=user_id: session.get_one(User, user_id))
        assert (user.email, user.email_verified) == (who.email, proven)


async def test_an_invitation_lets_in_who_has_it(desk: Desk) -> None:
    desk.limits = {}
    secret = await desk.invite()
    user_id, how = await desk.come(RELAY, intent=Intent(invite=secret), name="Ada")
    assert how == "new"
    [(_, role)] = await desk.seats(user_id)
    assert role == "editor"
    with pytest.raises(tickets.TicketInvalid):
        await desk.come(GMAIL, intent=Intent(invite=secret))


@pytest.mark.parametrize("who", [GMAIL, ELSEWHERE, UNVERIFIED, APPLE_ELSEWHERE, RELAY])
async def test_an_invitation_to_an_address_is_for_who_is_known_to_have_it(desk: Desk, who: Identity) -> None:
    desk.limits = {}
    secret = await desk.invite(email="Ada@Acme.example")
    await desk.refuses(who, Forbidden, "sign_up_closed", intent=Intent(invite=secret))
    user_id, _ = await desk.come(WORK, intent=Intent(invite=secret))
    assert [role for _, role in await desk.seats(user_id)] == ["editor"]


# Simulated issuers.


async def test_whoever_a_simulated_issuer_vouches_for_is_nobody_of_the_real_one(desk: Desk) -> None:
    real, _ = await desk.come(GMAIL)
    played, how = await desk.come(GMAIL, realm="test")
    assert (played != real, how) == (True, "new"), "although issuer, subject and address are the same"
    assert (await desk.come(GMAIL))[0] == real
    assert (await desk.come(GMAIL, realm="test"))[0] == played


async def test_a_simulated_account_links_with_nobody_real(desk: Desk) -> None:
    here = await desk.user(email=ADA, email_verified=True)
    assert (await desk.come(WORK, realm="test"))[0] != here
    await desk.refuses(RELAY, Forbidden, "simulated_person", realm="test", intent=Intent(link=here))


async def test_people_of_a_simulated_issuer_come_into_test_workspaces_only(desk: Desk) -> None:
    secret = await desk.invite()
    await desk.refuses(GMAIL, Forbidden, "simulated_person", realm="test", intent=Intent(invite=secret))
    user_id, _ = await desk.come(GMAIL, realm="test")

    def modes(session: Session) -> list[str]:
        spaces = {space.id: space.mode for space in tenants.listed(session)}
        return [spaces[row.workspace_id] for row in session.scalars(select(Membership).where(Membership.user_id == user_id))]

    assert await desk.system.database.read(modes) == ["test"]


async def test_what_ends_a_grant_is_kept_sealed_and_renewed(desk: Desk) -> None:
    for token in ("refresh-token-1", "refresh-token-2"):
        await desk.come(RELAY, refresh_token=token)
        row = await desk.system.database.read(lambda session: session.scalars(select(IdentityRow)).one())
        assert token not in str(row.sealed)
        held = desk.system.vault.unseal_json(row.sealed or "", bound_to=f"identities:{row.id}:sealed")
        assert held == {"refresh_token": token, "client_id": "us"}
    await desk.come(RELAY)
    again = await desk.system.database.read(lambda session: session.scalars(select(IdentityRow)).one())
    assert again.sealed == row.sealed, "an issuer that sends none takes none away"
