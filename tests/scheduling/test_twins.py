"""Two accounts that are one destination on their network: the same words there within a day are refused."""

from __future__ import annotations

import pytest

from socialclaw.scheduling.document import parse
from socialclaw.scheduling.plan import Destination, Directory, Plan
from tests.scheduling.documents import NOW, found

PICTURE = "https://a.example/a.jpg"
ACCOUNTS = Directory(
    [
        Destination("acct_1", "facebook", "facebook:page:1", "facebook_page"),
        Destination("acct_2", "meta", "meta:page:1", "facebook_page"),
        Destination("acct_3", "facebook", "facebook:page:2", "facebook_page"),
        Destination("acct_4", "instagram_business", "instagram:business:1", "instagram_business_linked"),
        Destination("acct_5", "instagram", "instagram:standalone:1", "instagram_standalone"),
        Destination("acct_6", "meta", "meta:instagram:1", "instagram_business"),
        Destination("acct_7", "linkedin", "linkedin:member:1", "linkedin_member"),
        Destination("acct_8", "linkedin_page", "linkedin:page:1", "linkedin_page"),
    ]
)
LATER = "2030-01-20T09:00:00Z"


def plan_of(*posts: tuple[str, str, str]) -> Plan:
    listed = [{"account": a, "description": text, "publish_at": at, "media_link": PICTURE} for a, text, at in posts]
    return parse({"posts": listed}, now=NOW, accounts=ACCOUNTS)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("facebook:page:1", "meta:page:1"),
        ("instagram:business:1", "instagram:standalone:1"),
        ("instagram:standalone:1", "meta:instagram:1"),
        ("meta:instagram:1", "instagram:business:1"),
    ],
)
def test_the_same_words_to_one_destination_by_two_accounts_are_refused(one: str, other: str) -> None:
    plan = plan_of((one, "Hi", LATER), (other, "Hi", LATER))
    assert found(plan) == [("posts[1].account", "same_destination")]
    assert plan.issues[0].details["samePath"] == "posts[0]"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("facebook:page:1", "facebook:page:2"),
        ("facebook:page:1", "instagram:business:1"),
        ("linkedin:member:1", "linkedin:page:1"),
        ("facebook:page:1", "facebook:page:1"),
    ],
)
def test_to_two_destinations_or_by_one_account_they_are_none_of_our_business(one: str, other: str) -> None:
    assert found(plan_of((one, "Hi", LATER), (other, "Hi", LATER))) == []


def test_other_words_or_another_day_are_fine() -> None:
    page, again = "facebook:page:1", "meta:page:1"
    assert found(plan_of((page, "Hi", LATER), (again, "Ho", LATER), (again, "Hi", "2030-01-21T09:00:00Z"))) == []


def test_the_one_that_comes_later_is_named_wherever_it_stands() -> None:
    plan = plan_of(("facebook:page:1", "Hi", "2030-01-20T10:00:00Z"), ("meta:page:1", "Hi", LATER))
    assert found(plan) == [("posts[0].account", "same_destination")]
