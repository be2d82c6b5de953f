"""Prompts: what a person may ask of an agent by a name, put so that it calls the right tools in the right order."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from socialclaw.errors import InvalidRequest, NotFound


class Prompt(NamedTuple):
    """`takes`: its arguments with what they are; all but `optional` are required."""

    name: str
    title: str
    description: str
    takes: Mapping[str, str]
    optional: tuple[str, ...]
    text: str


PROMPTS = {
    prompt.name: prompt
    for prompt in (
        Prompt(
            "plan_week",
            "Plan a week of posts",
            "A draft schedule for seven days, validated and not published.",
            {"topic": "What the posts are about", "accounts": "Handles, with commas between them; all publishable ones if left out"},
            ("accounts",),
            "Plan a week of posts about: {topic}\nAccounts: {accounts}\n\nCall get_profile for the time zone, list_accounts, and "
            "account_capabilities for each. Write one schedule for the next seven days with posts that fit each account, and "
            "validate_schedule until it is valid. Show it as a table (time, account, text). Apply it with mode draft; publish_draft only "
            "when the person has said yes.",
        ),
        Prompt(
            "post_everywhere",
            "Post to every account",
            "One text, fitted to each account that it can be published to.",
            {"text": "What to post"},
            (),
            "Post this to every publishable account:\n{text}\n\nCall list_accounts and account_capabilities. Adapt the text where "
            "an account's limits ask for it, leave out accounts that need media there is none of: say which. validate_schedule until it "
            "is valid, show the texts, and call apply_schedule when the person has said yes. Then run_status with waitSeconds.",
        ),
        Prompt(
            "why_did_it_fail",
            "Why did a post fail?",
            "What went wrong with a post, and the next step.",
            {"postId": "The post's id"},
            (),
            "Find out why the post {postId} failed. Call get_post and post_attempts; read socialclaw://errors/CODE. Tell in "
            "two sentences what happened, then what next says. Do not retry a post whose outcome is unknown: call reconcile_post first.",
        ),
        Prompt(
            "weekly_report",
            "Report on a run",
            "What became of a run's posts, and their figures.",
            {"runId": "The run's id"},
            (),
            "Report on the run {runId}: call run_status, list_posts with its runId, and get_analytics with scope run. Tell how many posts "
            "were published, link each, name the failed ones with their next step, and give the figures there are.",
        ),
    )
}


def written(name: str, given: Mapping[str, str]) -> tuple[Prompt, str]:
    """A prompt with its arguments in it. NotFound where there is none of this name, InvalidRequest where an argument is missing."""
    prompt = PROMPTS.get(name)
    if prompt is None:
        raise NotFound(f"There is no prompt {name[:40]!r}; there are {', '.join(PROMPTS)}", code="not_found")
    if missing := [one for one in prompt.takes if one not in prompt.optional and not given.get(one)]:
        raise InvalidRequest(f"The prompt {name} needs {', '.join(missing)}", code="field_required", path=missing[0])
    return prompt, re.sub(r"\{(\w+)\}", lambda found: given.get(found[1]) or "all publishable ones", prompt.text)
