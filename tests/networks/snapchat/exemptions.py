"""What Snapchat truly cannot do of what is asked of every provider. See test_adapter.py for what holds instead."""

from __future__ import annotations

EXEMPT = {
    ("a_limit_says_when_to_come_back_and_the_post_is_sent_then", "snapchat"): (
        "Snapchat answers 429 without a header: a second is waited, the length of its window"
    ),
    ("every_value_of_every_setting_can_be_published", "snapchat"): "A saved story needs a title, and the duty's post has no name",
}
