"""What TikTok truly cannot do of what is asked of every provider. See test_adapter.py for what holds instead."""

from __future__ import annotations

EXEMPT = {
    ("a_limit_says_when_to_come_back_and_the_post_is_sent_then", "tiktok"): (
        "TikTok answers 429 without Retry-After: a minute is waited, the length of its window"
    ),
    ("every_value_of_every_setting_can_be_published", "tiktok"): (
        "FOLLOWER_OF_CREATOR is offered by private accounts only, and a draft goes to the creator's inbox, where nobody else sees it"
    ),
}
