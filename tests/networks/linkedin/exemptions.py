"""What LinkedIn truly cannot do of what is asked of every provider. See test_adapter.py for what holds instead."""

from __future__ import annotations

NO_REFRESH = "LinkedIn gives refresh tokens to approved apps only, and posting for members needs no approval: the member connects again"
MIDNIGHT = "LinkedIn answers 429 without a time; what it throttles is counted by days that end at midnight UTC"

EXEMPT = {
    ("an_expired_token_is_refreshed_and_the_post_goes_out", "linkedin"): NO_REFRESH,
    ("withdrawn_access_cannot_be_refreshed", "linkedin"): NO_REFRESH,
    **{("a_limit_says_when_to_come_back_and_the_post_is_sent_then", key): MIDNIGHT for key in ("linkedin", "linkedin_page")},
}
