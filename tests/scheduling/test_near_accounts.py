"""An account that is not there: close handles are named, and nothing else is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from socialclaw.scheduling.document import parse
from socialclaw.scheduling.plan import Destination, Directory

NOW = datetime(2030, 1, 1, tzinfo=UTC)
ACCOUNTS = Directory(
    [
        Destination("acct_1", "x", "x:@acme_news", "x_user"),
        Destination("acct_2", "telegram", "telegram:@acme_news", "telegram_channel"),
        Destination("acct_3", "x", "x:@somebody", "x_user"),
        Destination("acct_4", "x", "x:@formerly", "x_user", status="disconnected"),
    ]
)


@pytest.mark.parametrize(
    ("account", "code", "candidates"),
    [
        ("x:@acme_nws", "account_not_found", ["x:@acme_news"]),
        ("x:acme-news", "account_not_found", ["x:@acme_news", "telegram:@acme_news"]),
        ("discord:@acme_news", "account_not_found", ["x:@acme_news", "telegram:@acme_news"]),
        ("@acme_news", "provider_required", ["x:@acme_news", "telegram:@acme_news"]),
        ("Somebody", "provider_required", ["x:@somebody"]),
        ("x:@nobody_at_all", "account_not_found", None),
        ("x:@formerlyy", "account_not_found", None),
        ("nothing like it", "provider_required", None),
    ],
)
def test_close_handles_are_named(account: str, code: str, candidates: list[str] | None) -> None:
    plan = parse({"posts": [{"account": account, "description": "Hi"}]}, now=NOW, accounts=ACCOUNTS)
    issue = next(issue for issue in plan.issues if issue.code == code)
    assert issue.details.get("candidates") == candidates
    assert ("did you mean" in issue.message) == bool(candidates)
    assert all(handle in issue.message for handle in candidates or ())
