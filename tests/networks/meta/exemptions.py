"""What Meta's products truly cannot do of what every network is asked to."""

from __future__ import annotations

PAGE_TOKENS = "Facebook has no refresh tokens: a Page's token has no end, and one that was withdrawn needs a new consent"
RENEWAL = "Instagram renews a token only while it is valid and a day old; one that has ended needs a new consent"
MINUTES = "Meta says in whole minutes when calls are taken again, so 7 seconds become a minute"

EXEMPT = {
    **{
        (duty, key): PAGE_TOKENS
        for key in ("facebook", "instagram_business", "meta")
        for duty in ("an_expired_token_is_refreshed_and_the_post_goes_out", "withdrawn_access_cannot_be_refreshed")
    },
    ("an_expired_token_is_refreshed_and_the_post_goes_out", "instagram"): RENEWAL,
    **{
        ("a_limit_says_when_to_come_back_and_the_post_is_sent_then", key): MINUTES
        for key in ("facebook", "instagram_business", "instagram", "meta")
    },
}
